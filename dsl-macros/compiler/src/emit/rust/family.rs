//! Families: what stands between `<` and the element type, and what tells their members apart.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::identifiers::{identifier, module_name};
use crate::emit::text::thousands;
use crate::program::CompiledNetwork;
use crate::syntax::ast::{Expr, ExprKind, Network, TypeKind};

/// `const WIDTH: usize,` for each parameter.
pub fn parameters(network: &Network) -> TokenStream {
    let parameters = network.family.iter().flat_map(|family| &family.parameters);
    let each = parameters.map(|(name, ty)| match ty.kind {
        TypeKind::Bool => quote!(const #name: bool,),
        _ => quote!(const #name: usize,),
    });
    each.collect()
}

/// `WIDTH,` for each parameter.
pub fn names(network: &Network) -> TokenStream {
    let parameters = network.family.iter().flat_map(|family| &family.parameters);
    parameters.map(|(name, _)| quote!(#name,)).collect()
}

/// `8,` for each parameter: the member it is.
pub fn values(compiled: &CompiledNetwork<'_>) -> TokenStream {
    let each = compiled.values.iter().map(|value| {
        let value = literal(value);
        quote!(#value,)
    });
    each.collect()
}

fn literal(value: &Expr) -> TokenStream {
    match value.kind {
        ExprKind::Bool(value) => quote!(#value),
        ExprKind::Integer(size) => {
            let size = proc_macro2::Literal::u64_unsuffixed(size);
            quote!(#size)
        }
        _ => TokenStream::new(),
    }
}

/// `Mlp`, of a family `Mlp<8>`.
pub fn shown(compiled: &CompiledNetwork<'_>) -> String {
    let name = compiled.network.name.to_string();
    let values: Vec<String> = compiled.values.iter().map(ToString::to_string).collect();
    match values.is_empty() {
        true => name,
        false => format!("{name}<{}>", values.join(", ")),
    }
}

/// ``[`Mlp`]``, of a family ``[`Mlp<8>`](Mlp)``.
pub fn link(compiled: &CompiledNetwork<'_>) -> String {
    let (name, shown) = (&compiled.network.name, shown(compiled));
    match compiled.values.is_empty() {
        true => format!("[`{name}`]"),
        false => format!("[`{shown}`]({name})"),
    }
}

/// The module beside the type: `mlp_network`, of a family `mlp_8_network`, of a type in capitals `MLP_network`.
pub fn helper(compiled: &CompiledNetwork<'_>) -> Ident {
    let name = module_name(&compiled.network.name.to_string());
    let values: String = compiled.values.iter().map(|value| format!("_{value}")).collect();
    identifier(&format!("{name}{values}_network"))
}

/// The list of members in the documentation of the type.
pub fn summary(members: &[CompiledNetwork<'_>]) -> String {
    let mut text = "| member | layers | numbers |\n|---|---:|---:|\n".to_string();
    for member in members {
        let numbers = member
            .model
            .parameters
            .iter()
            .map(|parameter| parameter.shape.count());
        text += &format!(
            "| `{}` | {} | {} |\n",
            shown(member),
            member.layers.len(),
            thousands(numbers.sum())
        );
    }
    text
}
