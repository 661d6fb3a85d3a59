//! The output for faulty declarations: one error for each mistake, and beside them an outline that has
//! everything the code would have.

use std::collections::BTreeSet;

use quote::ToTokens;

use super::{compile, fixtures, tokens};

/// The items that `Network` itself provides for networks without buffers.
const PROVIDED: &[&str] = &["BUFFERS", "buffers", "buffers_mut"];

/// The items that a user's code may name: the traits of the type and its functions, by name and type, and its
/// constants.
fn surface(file: &syn::File) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for item in &file.items {
        let syn::Item::Impl(block) = item else {
            continue;
        };
        let target = block.self_ty.to_token_stream();
        if let Some((path, _)) = &block.trait_ {
            names.insert(format!("impl {} for {target}", path.to_token_stream()));
        }
        for item in &block.items {
            match item {
                // Private functions are the emitted code's own, and what a trait provides is there in any case.
                syn::ImplItem::Fn(function)
                    if matches!(function.vis, syn::Visibility::Inherited) && block.trait_.is_none() => {}
                syn::ImplItem::Fn(function) if PROVIDED.contains(&&*function.sig.ident.to_string()) => {}
                syn::ImplItem::Const(constant) if PROVIDED.contains(&&*constant.ident.to_string()) => {}
                syn::ImplItem::Fn(function) => {
                    let syn::Signature {
                        ident,
                        inputs,
                        output,
                        ..
                    } = &function.sig;
                    let types = inputs.iter().map(|input| match input {
                        syn::FnArg::Typed(typed) => typed.ty.to_token_stream().to_string(),
                        syn::FnArg::Receiver(receiver) => receiver.to_token_stream().to_string(),
                    });
                    let types: Vec<String> = types.collect();
                    names.insert(format!(
                        "{target} {ident}({}) {}",
                        types.join(", "),
                        output.to_token_stream()
                    ));
                }
                syn::ImplItem::Const(constant) => {
                    names.insert(format!("{target} {}", constant.ident));
                }
                syn::ImplItem::Type(ty) => {
                    names.insert(format!("{target} {} = {}", ty.ident, ty.ty.to_token_stream()));
                }
                _ => {}
            }
        }
    }
    names
}

#[test]
fn an_outline_has_the_methods_constants_and_traits_of_the_code() {
    for (name, fixture) in fixtures() {
        let sound = compile(tokens(fixture));
        // A mistake that elaboration finds, and one that the parser finds.
        for mistake in [
            "fn broken(x: Tensor<3>) -> Tensor<3> { x ^ 2 }",
            "const BROKEN: usize = UNKNOWN;",
        ] {
            let outcome = compile(tokens(&format!("{fixture} {mistake}")));
            assert_eq!(outcome.errors.len(), 1, "{name}: {:?}", outcome.errors);
            let (left, right) = (surface(&sound.file), surface(&outcome.file));
            let lost: Vec<_> = left.difference(&right).collect();
            assert!(
                lost.is_empty(),
                "{name}: the outline has no\n{lost:#?}\nbut\n{right:#?}"
            );
        }
    }
}

#[test]
fn a_broken_signature_keeps_its_method() {
    for (signature, method) in [
        (
            "loss(&self, x: Tensr<3>) -> Scalar",
            "loss(& self, & 'w mut :: dsl_runtime :: Workspace < Self >, & [T]) -> :: core :: result :: Result < T",
        ),
        (
            "loss(&self, x: Tensor<2 * 3>, y: Indx<3>) -> Scalar",
            "& [T], & [u32]) -> :: core :: result :: Result < T",
        ),
        (
            "loss(&self, x: Index<2 * 3>) -> Scalr",
            "& [u32]) -> :: core :: result :: Result < T",
        ),
        (
            "loss(&mut self, x: Tensor<3>) -> Scalar",
            "& [T]) -> :: core :: result :: Result < T",
        ),
        (
            "loss(&self, x: Tensor<3>)",
            "& [T]) -> :: core :: result :: Result < T",
        ),
        (
            "logits(&self, x: Tensor<3>): Tensor<3>",
            "& [T]) -> :: core :: result :: Result < & 'w [T]",
        ),
        (
            "logits(&self, x: Tensor<3>, x: Index<3>) -> Tensor<3>",
            "& [T], & [u32]) -> :: core :: result :: Result < & 'w [T]",
        ),
        (
            "logits(&self, (a, b): Tensor<3>, _: Index<3>) -> Tensor<3>",
            "& [T], & [u32]) -> :: core :: result :: Result < & 'w [T]",
        ),
        (
            "logits(&self, x) -> Tensor<3>",
            "& [T]) -> :: core :: result :: Result < & 'w [T]",
        ),
    ] {
        let outcome = compile(tokens(&format!("pub struct Net; pub fn {signature} {{ x }}")));
        assert!(!outcome.errors.is_empty(), "{signature}");
        let names = surface(&outcome.file);
        let found = names
            .iter()
            .any(|name| name.starts_with("Net < T > lo") && name.contains(method));
        assert!(found, "{signature} has no {method} in\n{names:#?}");
    }
}

#[test]
fn names_are_defined_once() {
    for source in [
        "pub fn loss(&self, x: Tensor<3>) -> Scalar { x.sum() } pub fn loss(&self, y: Tensor<3>) -> Scalar { y.sum() }",
        "pub fn loss(&self, x: Tensor<3>, x: Tensor<3>) -> Scalar { x.sum() }",
        "pub fn r#match(&self, x: Tensor<3>) -> Scalar { y }",
    ] {
        let outcome = compile(tokens(&format!("pub struct Net; {source}")));
        assert_eq!(outcome.errors.len(), 1, "{source}: {:?}", outcome.errors);
        let mut methods = BTreeSet::new();
        for item in &outcome.file.items {
            let syn::Item::Impl(block) = item else {
                continue;
            };
            for item in block.items.iter().filter(|_| block.trait_.is_none()) {
                if let syn::ImplItem::Fn(function) = item {
                    assert!(methods.insert(function.sig.ident.to_string()), "{source}");
                }
            }
        }
    }
}

#[test]
fn without_a_type_there_is_the_error_alone() {
    for source in [
        "",
        "fn f(x: Tensor<3>) -> Tensor<3> { x }",
        "struct",
        "class Net;",
        "17",
    ] {
        let outcome = compile(tokens(source));
        assert_eq!(outcome.file.items.len(), 1, "{source}: {}", outcome.code);
        assert_eq!(outcome.errors.len(), 1, "{source}");
    }
}
