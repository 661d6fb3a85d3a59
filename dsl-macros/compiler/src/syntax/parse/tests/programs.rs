//! Complete programs: they parse, and print as they were written.

use super::*;
use crate::syntax::ast::{DerivativeKind, ExprKind, Statement, TypeKind};

const MLP: &str = "
    /// Two-layer perceptron for 28×28 digits.
    pub struct Mlp;

    const HIDDEN: usize = 128;

    /// One example in, one score per class out.
    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(HIDDEN).relu().dense(10)
    }

    /// `L(y, f(x))` of one example; training minimises its mean over the batch.
    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
";

const LENET: &str = "
    struct LeNet;

    fn stage(x: Tensor<_, _, _>, channels: usize, kernel: usize, pad: usize) -> Tensor<_, _, _> {
        x.conv(channels, kernel, pad = pad).relu().max_pool(2)
    }

    pub fn logits(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
        let features = image.stage(6, 5, pad = 2).stage(16, 5, pad = 0).flatten();
        features.dense(120).relu().dense(84).relu().dense(10)
    }
";

const RESNET20: &str = "
    pub(crate) struct ResNet20;

    fn conv_bn(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        x.conv(channels, 3, stride = stride, pad = 1, bias = false).batch_norm()
    }

    fn residual(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        let body = x.conv_bn(channels, stride).relu().conv_bn(channels, 1);
        let skip = if stride == 1 { x } else { x.conv(channels, 1, stride = stride, bias = false).batch_norm() };
        (body + skip).relu()
    }

    fn stage(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        let mut x = x.residual(channels, stride);
        for _ in 1..3 {
            x = x.residual(channels, 1);
        }
        x
    }

    pub fn logits(&self, image: Tensor<3, 32, 32>) -> Tensor<10> {
        let stem = image.conv_bn(16, 1).relu();
        let features = stem.stage(16, 1).stage(32, 2).stage(64, 2);
        features.mean_pool().dense(10)
    }
";

const LSTM: &str = "
    struct Lstm;

    const VOCAB: usize = 1_000;
    const TIME: usize = 40usize;
    const WIDTH: usize = 32;
    const HIDDEN: usize = 2 * WIDTH;

    pub fn logits(&self, words: Index<VOCAB, TIME>) -> Tensor<2> {
        let cell = lstm_cell(HIDDEN);
        let x = words.embedding(WIDTH);
        let (mut h, mut c) = (zeros([HIDDEN]), zeros([HIDDEN]));
        for t in 0..TIME {
            (h, c) = cell(x.at(t), h, c);
        }
        h.dropout(0.5).dense(2)
    }
";

const GPT: &str = "
    struct Gpt;

    fn heads(x: Tensor<TIME, WIDTH>) -> Tensor<HEADS, TIME, { WIDTH / HEADS }> {
        x.reshape([TIME, HEADS, WIDTH / HEADS]).transpose(0, 1)
    }

    fn attention(x: Tensor<TIME, WIDTH>) -> Tensor<TIME, WIDTH> {
        let [q, k, v] = x.dense(3 * WIDTH).split(3, axis = -1);
        let score = q.heads().matmul(k.heads().t()) / sqrt(WIDTH / HEADS);
        let mixed = score.causal_mask().softmax(-1).matmul(v.heads());
        mixed.transpose(0, 1).reshape([TIME, WIDTH]).dense(WIDTH)
    }

    fn block(x: Tensor<TIME, WIDTH>) -> Tensor<TIME, WIDTH> {
        let x = x + x.layer_norm().attention();
        x + x.layer_norm().dense(4 * WIDTH).gelu().dense(WIDTH)
    }

    pub fn logits(&self, tokens: Index<VOCAB, TIME>) -> Tensor<TIME, VOCAB> {
        let embed = embedding(WIDTH);
        let place = param([TIME, WIDTH], normal(0.02));
        let mut x = embed(tokens) + place;
        for _ in 0..DEPTH {
            x = x.block();
        }
        x.layer_norm().matmul(embed.weight.t())
    }
";

const SIAMESE: &str = r#"
    struct Siamese;

    const LAMBDA: f64 = 1e-4;
    const MARGIN: f32 = 1.0f32;
    const TIED: bool = !false;

    fn distance(a: Tensor<_>, b: Tensor<_>) -> Scalar {
        { a - b }.square().sum()
    }

    pub fn pair(&self, left: Tensor<8>, right: Tensor<8>, encode: Layer, start: Initializer) -> (Tensor<4>, Tensor<4>) {
        let encode = encode();
        (encode(left), dense(4)(right))
    }

    pub fn loss(&self, left: Tensor<8>, mut right: Tensor<8>, same: Index<2>, beta: Shared, theta: Shared<4, { 2 * 4 }>) -> Scalar {
        let (a, b): (Tensor<4>, Tensor<4>) = self.pair(left, right);
        let mut total = -a.distance(b) * 2. + beta;
        for i in 1..=3 {
            total += total / 2.0 - (1 - i % 2);
        }
        if TIED && 2 < 3 || !(1 == 2) { total *= 2; } else if MARGIN >= 0.5 { total -= 1; } else {}
        let (_, [c, _]) = (a, [b, b,],);
        total + LAMBDA * parameters("*.weight").l2()
    }
"#;

pub(super) const PROGRAMS: [&str; 6] = [MLP, LENET, RESNET20, LSTM, GPT, SIAMESE];

/// All functions of a network, printed.
pub(super) fn print(network: &Network) -> String {
    let mut text = format!("struct {};\n", network.name);
    for constant in &network.constants {
        text += &format!("{constant}\n");
    }
    for function in &network.functions {
        text += &format!("{function}\n");
    }
    text
}

#[test]
fn printed_programs_parse_to_the_same() {
    for program in PROGRAMS {
        let printed = print(&accept(program));
        assert_eq!(print(&accept(&printed)), printed);
    }
}

#[test]
fn programs_print_as_written() {
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for program in [LENET, RESNET20, GPT] {
        let written = squeeze(&program.replace("pub(crate) ", "").replace("pub ", ""));
        assert_eq!(squeeze(&print(&accept(program))), written);
    }
    insta::assert_snapshot!(print(&accept(SIAMESE)));
}

#[test]
fn attributes_and_visibility_are_kept() {
    let network = accept(
        "/// A doc.\n#[derive(Clone)] pub(crate) struct Net; /// Of f.\npub fn f(&self) -> Scalar { 1 }",
    );
    assert_eq!(
        network.attributes.to_string(),
        r#"# [doc = " A doc."] # [derive (Clone)]"#
    );
    assert_eq!(network.visibility.to_string(), "pub (crate)");
    assert_eq!(network.functions[0].visibility.to_string(), "pub");
    assert_eq!(
        network.functions[0].attributes.to_string(),
        r#"# [doc = " Of f."]"#
    );
    assert!(network.functions[0].takes_self);
}

#[test]
fn an_entry_point_may_ask_for_its_gradient_in_evaluation_mode() {
    let network = accept(
        "struct Net; /// Of f.\n#[gradient(evaluation)] pub fn f(&self, x: Scalar) -> (Tensor<2>, Scalar) { (x, x) } \
         pub fn g(&self, x: Scalar) -> Scalar { x }",
    );
    let asked: Vec<bool> = network
        .functions
        .iter()
        .map(|function| function.evaluation_gradient)
        .collect();
    assert_eq!(asked, [true, false]);
    assert_eq!(
        network.functions[0].attributes.to_string(),
        r#"# [doc = " Of f."]"#
    );
}

#[test]
fn a_function_may_be_computed_again() {
    let network = accept(
        "struct Net; #[recompute] fn f(x: Scalar) -> Scalar { x } pub fn g(&self, x: Scalar) -> Scalar { f(x) }",
    );
    let again: Vec<bool> = network
        .functions
        .iter()
        .map(|function| function.recompute)
        .collect();
    assert_eq!(again, [true, false]);
    // Blocks are published in their printed form.
    assert!(network.functions[0].to_string().starts_with("#[recompute] fn f"));
}

#[test]
fn an_entry_point_may_ask_for_derivatives() {
    let network = accept(
        "struct Net; #[derive_also(jvp, hvp, gnvp(y), grad(x, parameters),)] pub fn f(&self, x: Scalar) -> Scalar { x } \
         #[gradient(evaluation)] #[derive_also(jvp)] pub fn g(&self, x: Tensor<2>) -> Tensor<2> { x }",
    );
    let asked = |function: usize| -> Vec<String> {
        let derivatives = network.functions[function].derivatives.iter();
        derivatives
            .map(|derivative| derivative.word.to_string())
            .collect()
    };
    assert_eq!(asked(0), ["jvp", "hvp", "gnvp", "grad"]);
    assert_eq!(asked(1), ["jvp"]);
    assert!(network.functions[1].evaluation_gradient);
    let DerivativeKind::Grad(by) = &network.functions[0].derivatives[3].kind else {
        panic!("the last is a gradient");
    };
    assert_eq!(
        by.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["x", "parameters"]
    );
}

#[test]
fn precedence_is_that_of_rust() {
    for (written, printed) in [
        ("1 + 2 * 3 - 4", "1 + 2 * 3 - 4"),
        ("(1 + 2) * 3 - (4 - 5)", "(1 + 2) * 3 - (4 - 5)"),
        ("((1 - 2) - 3) / (4 * 5)", "(1 - 2 - 3) / (4 * 5)"),
        ("-x.exp() * -(-2)", "-x.exp() * -(-2)"),
        ("(-x).exp() - (x + 1).f", "(-x).exp() - (x + 1).f"),
        ("a || b && !c == (d < 1)", "a || b && !c == (d < 1)"),
        ("(a || b) && c", "(a || b) && c"),
        ("f(n)(x, y = 2).g().h", "f(n)(x, y = 2).g().h"),
        ("(if a { x } else { y }).f()", "(if a { x } else { y }).f()"),
        ("if a { x } else { y }.f() + 1", "(if a { x } else { y }).f() + 1"),
        (
            "1e-5 + 0.0001 + 1. + 1_0 + 0x1F + 2f64 + 1e16",
            "1e-5 + 1e-4 + 1.0 + 10 + 31 + 2.0 + 1e16",
        ),
        ("(x,)", "(x,)"),
        ("{ x }", "{ x }"),
        ("[]", "[]"),
    ] {
        let network = accept(&around(written));
        assert_eq!(
            network.functions[0].body.result.as_ref().unwrap().to_string(),
            printed
        );
    }
}

#[test]
fn an_inclusive_range_ends_one_later() {
    let network = accept(&around("for i in 1..=n { x = x; } x"));
    assert_eq!(
        network.functions[0].body.statements[0].to_string(),
        "for i in 1..n + 1 { x = x; }"
    );
}

#[test]
fn a_range_runs_downwards_and_its_bounds_may_stand_in_parentheses() {
    for (written, printed) in [
        (
            "for i in (1..n).rev() { x = x; }",
            "for i in (1..n).rev() { x = x; }",
        ),
        (
            "for i in (0..=n - 1).rev() { x = x; }",
            "for i in (0..n - 1 + 1).rev() { x = x; }",
        ),
        ("for i in (0..n) { x = x; }", "for i in 0..n { x = x; }"),
        (
            "for i in (n - 1)..(2 * n) { x = x; }",
            "for i in n - 1..2 * n { x = x; }",
        ),
    ] {
        let network = accept(&around(&format!("{written} x")));
        assert_eq!(network.functions[0].body.statements[0].to_string(), printed);
    }
}

#[test]
fn a_row_is_assigned_by_its_place() {
    let network = accept(&around("for t in 0..n { x[t] = y; x[n - 1] = (y) * 2; } x"));
    assert_eq!(
        network.functions[0].body.statements[0].to_string(),
        "for t in 0..n { x[t] = y; x[n - 1] = y * 2; }"
    );
}

#[test]
fn an_if_without_values_is_a_statement() {
    let network = accept(&around(
        "let mut y = x; if n == 1 { y = x; } (y, y) = (x, x); if n == 2 { y } else { x }",
    ));
    let body = &network.functions[0].body;
    assert!(matches!(&body.statements[1], Statement::Expr(value) if !value.has_value()));
    assert!(matches!(body.result.as_ref().unwrap().kind, ExprKind::If { .. }));
}

#[test]
fn invisible_groups_are_one_operand() {
    use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
    use quote::quote;
    let invisible = |tokens: TokenStream| TokenTree::Group(Group::new(Delimiter::None, tokens));
    let (visibility, name) = (invisible(TokenStream::new()), invisible(quote!(Net)));
    let (sum, size, ty) = (
        invisible(quote!(a + b)),
        invisible(quote!(4 * W)),
        invisible(quote!(Tensor<3>)),
    );
    let choice = invisible(quote!(if a { x } else { y }));
    let input = quote! {
        #visibility struct #name;
        fn f(a: #ty, b: Tensor<#size>) -> #ty { #sum * #sum.exp() }
        fn g(a: #ty) -> #ty { #choice + f(#sum, #visibility) #visibility }
    };
    let mut diagnostics = Diagnostics::new();
    let network = parse(input, &mut diagnostics);
    assert_eq!(diagnostics.render(), "");
    insta::assert_snapshot!(print(&network.unwrap()), @r"
    struct Net;
    fn f(a: Tensor<3>, b: Tensor<{ 4 * W }>) -> Tensor<3> { (a + b) * (a + b).exp() }
    fn g(a: Tensor<3>) -> Tensor<3> { (if a { x } else { y }) + f(a + b) }
    ");
}

#[test]
fn the_prelude_has_forms_of_its_own() {
    let blocks = accept_prelude(
        "const EPSILON: f64 = 1e-5;
         fn conv(x: Tensor<_, _, _>, n: usize, stride: usize = 1, bias: bool = true) -> Tensor<_, _, _> { x }
         fn relu(x: Tensor<..>) -> Tensor<..> { x.max(0) }
         fn reshape(x: Tensor<..>, sizes: [usize]) -> Tensor<..> { x }",
    );
    assert_eq!((blocks.constants.len(), blocks.functions.len()), (1, 3));
    assert_eq!(
        blocks.functions[0].parameters[2]
            .default
            .as_ref()
            .unwrap()
            .to_string(),
        "1"
    );
    assert!(matches!(
        blocks.functions[2].parameters[1].ty.kind,
        TypeKind::Sizes
    ));
}

#[test]
fn a_broken_declaration_keeps_what_was_understood() {
    let (network, errors) = read(
        "struct Net;
         const A: usize = ;
         fn f(x: Tensor<3>) -> Tensor<3> { x ^ 2 }
         fn g(x: Tensr<3>) -> Tensor<3> { x }
         fn h(x: Tensor<3>) -> Tensor<3> { let y = x let z = y ** 2; return z; x }
         pub fn k(&self) -> Scalar { 1 }",
    );
    let network = network.unwrap();
    assert_eq!(
        network
            .functions
            .iter()
            .map(|f| f.name.to_string())
            .collect::<Vec<_>>(),
        ["f", "g", "h", "k"]
    );
    insta::assert_snapshot!(errors);
}

#[test]
fn imports_are_paths_and_names() {
    let source =
        "use a::f; use ::b::{g as h, c::{d, e as _i,},}; use crate::k; use super::super::m::n; struct Net;
        fn f2(x: Tensor<3>) -> Tensor<3> { x.f() }";
    accept(source);
    let imports = super::parse_imports(&tokens(source));
    let shown = imports.iter().map(|import| {
        let path = import.path.to_string().replace(' ', "");
        format!("{path} as {}", import.alias)
    });
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [
            "a::f as f",
            "::b::g as h",
            "::b::c::d as d",
            "::b::c::e as _i",
            "crate::k as k",
            "super::super::m::n as n",
        ]
    );
}

#[test]
fn at_most_fifty_blocks_are_imported() {
    let names = |count: usize| (0..count).map(|n| format!("f{n}, ")).collect::<String>();
    accept(&format!("use a::{{{}}}; struct Net;", names(50)));
    let found = errors(&format!("use a::{{{}}}; struct Net;", names(52)));
    assert_eq!(found.matches("more than 50 blocks").count(), 1, "{found}");
}
