//! One small source for each construct that the language lacks: its message and location, and nothing else.

use super::*;

/// Prints each source with its messages; every source holds one mistake, so there must be one message.
fn told(sources: &[&str], wrap: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    for source in sources {
        let found = errors(&wrap(source));
        let count = found
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
            .count();
        assert_eq!(count, 1, "{source}\n{found}");
        text += &format!("{source}\n    {}\n\n", found.replace('\n', "\n    "));
    }
    text
}

#[test]
fn declarations() {
    insta::assert_snapshot!(told(
        &[
            "",
            "const A: usize = 1;",
            "fn f(x: Tensor<3>) -> Tensor<3> { x }",
            "struct Net { weight: Tensor<3> }",
            "struct Net(f32);",
            "struct Net<const W: usize>; fn f(x: Tensor<W>) -> Tensor<W> { x }",
            "struct Net<T>; fn f(x: Scalar) -> Scalar { x }",
            "#[instantiate(W = [4])] struct Net<const W: f64>;",
            "#[instantiate(T = [4])] struct Net<const T: usize>;",
            "#[instantiate(W = 4)] struct Net<const W: usize>; const W: usize = 3;",
            "#[instantiate(W = 4)] struct Net;",
            "#[instantiate(W = 4)] const W: usize = 3; struct Net;",
            "#[instantiate] struct Net<const W: usize>;",
            "#[instantiate()] struct Net<const W: usize>;",
            "#[instantiate(W)] struct Net<const W: usize>;",
            "#[instantiate(W = [])] struct Net<const W: usize>;",
            "#[instantiate(W = [4, 8.0])] struct Net<const W: usize>;",
            "#[instantiate(W = [4, 2 * 4])] struct Net<const W: usize>;",
            "#[instantiate(W = [4, true])] struct Net<const W: usize>;",
            "#[instantiate(W = [4, 9, 4])] struct Net<const W: usize>;",
            "#[instantiate(W = 99999999999)] struct Net<const W: usize>;",
            "#[instantiate(WIDHT = [4], WIDTH = 8)] struct Net<const WIDTH: usize>;",
            "#[instantiate(W = [4], W = 8)] struct Net<const W: usize>;",
            "#[instantiate(A = [4])] struct Net<const A: usize, const B: bool>;",
            "#[instantiate(A = [4, 8])] #[instantiate(A = 8)] struct Net<const A: usize>;",
            "#[instantiate(A = [1, 2, 3, 4, 5, 6, 7, 8, 9], B = [1, 2, 3, 4, 5, 6, 7, 8])] struct Net<const A: usize, const B: usize>;",
            "#[gradient(evaluation)] struct Net;",
            "struct Net; #[gradient(evaluation)] fn f(x: Scalar) -> Scalar { x }",
            "struct Net; #[gradient(evaluation)] fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[gradient(evaluation)] pub fn f(&self, x: Tensor<3>) -> Tensor<3> { x }",
            "struct Net; #[gradient] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[gradient()] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[gradient(training)] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[gradient(evaluation)] #[gradient(evaluation)] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "#[derive_also(hvp)] struct Net;",
            "struct Net; #[derive_also(hvp)] fn f(x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(hvp)] fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(jvp, hvp)] pub fn f(&self, x: Tensor<3>) -> Tensor<3> { x }",
            "struct Net; #[derive_also] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also()] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also = 3] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(3)] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(hpv, jvp)] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(jvp, hessian(x))] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(hvp(x))] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(gnvp)] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(gnvp())] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(gnvp(a, b))] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(grad)] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(grad())] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(grad(x, 3))] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(grad(x, x))] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(hvp, jvp, hvp)] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(hvp jvp)] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net; #[derive_also(hvp)] #[derive_also(jvp)] pub fn f(&self, x: Scalar) -> Scalar { x }",
            "struct Net",
            "struct Net fn f(x: Scalar) -> Scalar { x }",
            "struct Net; struct Other;",
            "struct Net; pub struct Other { a: f32 } const A: usize = 1;",
            "struct type;",
            "strct Net;",
            "class Net { }",
            "#![allow(unused)] struct Net;",
            "struct Net; #[inline]",
            "struct Net; pub",
            "struct Net;;",
            "struct Net; #[cfg(test)] fn f(x: Scalar) -> Scalar { x }",
            "struct Net; use blocks::residual;",
            "use blocks::*; struct Net;",
            "pub use blocks::residual; struct Net;",
            "#[allow(unused)] use blocks::residual; struct Net;",
            "use blocks::{residual, stage as residual}; struct Net;",
            "use blocks::residual; fn residual(x: Scalar) -> Scalar { x } struct Net;",
            "use crate::self; struct Net;",
            "use blocks::residual struct Net;",
            "use blocks::{residual stage}; struct Net;",
            "use; struct Net;",
            "use blocks::residual as 3; struct Net;",
            "struct Net; mod inner { fn f() {} }",
            "struct Net; enum Kind { A, B }",
            "struct Net; static A: usize = 1;",
            "struct Net; type Image = Tensor<784>;",
            "struct Net; trait Layer { fn f(&self); } const A: usize = 2;",
            "struct Net; impl Net { fn f(&self) -> Scalar { 1 } }",
            "struct Net; unsafe fn f() -> Scalar { 1 }",
            "struct Net; async fn f() -> Scalar { 1 }",
            "struct Net; const fn f() -> Scalar { 1 }",
            "struct Net; extern crate std;",
            "struct Net; macro_rules! f { () => {} }",
            "struct Net; dense!(10);",
            "struct Net; let x = 3;",
            "struct Net; image.dense(10).relu()",
            "struct Net; def f(x: Scalar) -> Scalar { x }",
            "struct Net; 784",
        ],
        str::to_owned
    ));
}

#[test]
fn constants() {
    insta::assert_snapshot!(told(
        &[
            "const A = 3;",
            "const A: usize;",
            "const A: usize =;",
            "const A: usize = 3",
            "const A: usize = 3 const B: usize = 4;",
            "const A: usize = \"128\";",
            "const A: usize = 'a';",
            "const A: usize = b\"abc\";",
            "const A: i32 = 3;",
            "const A: Tensor<3> = 3;",
            "const A: usize = 3i32;",
            "const A: f64 = 1.5f16;",
            "const A: usize = 99999999999999999999;",
            "const A: f64 = 1e999;",
            "const A: usize = self.f();",
            "const _: usize = 3;",
            "const A: usize = 3; const A: usize = 4;",
            "const f: usize = 3; fn f(x: Scalar) -> Scalar { x }",
            "pub const A: usize = 3;",
            "const A: usize = if 1 < 2 { 3 } else { while };",
            "const A: usize = B as usize;",
        ],
        |source| format!("struct Net; {source}")
    ));
}

#[test]
fn signatures() {
    insta::assert_snapshot!(told(
        &[
            "pub fn logits(&self, x: Tensor<3>) { x }",
            "fn f(x: Tensor<3>) { x }",
            "fn f(x: Tensor<3>): Tensor<3> { x }",
            "fn f(x: Tensor<3>) => Tensor<3> { x }",
            "fn f(x: Tensor<3>) -> { x }",
            "fn f(x: Tensor<3>) -> Tensor<3>;",
            "fn f(x: Tensor<3>) -> Tensor<3>",
            "fn f(x: Tensor<3>) -> Tensor<3> pub fn g(x: Scalar) -> Scalar { x }",
            "fn f(x: Tensor<3>) -> Tensor<3> = x;",
            "fn f(x: Tensor<3>) -> Tensor<3> { x; }",
            "fn f(x: Tensor<3>) -> Tensor<3> { }",
            "fn f(x: Tensor<3>) -> Tensor<3> { let y = x; if 1 == 1 { x } else { y }; }",
            "fn f -> Tensor<3> { 1 }",
            "fn (x: Scalar) -> Scalar { x }",
            "fn match(x: Scalar) -> Scalar { x }",
            "fn f<T>(x: T) -> T { x }",
            "fn f<'a>(x: &'a Scalar) -> Scalar { x }",
            "fn f(x: Scalar) -> Scalar where Scalar: Copy { x }",
            "fn f(x, y: Scalar) -> Scalar { x }",
            "fn f(x Scalar) -> Scalar { x }",
            "fn f(x: Scalar y: Scalar) -> Scalar { x }",
            "fn f(x: Scalar, x: Scalar) -> Scalar { x }",
            "fn f(_: Scalar) -> Scalar { 1 }",
            "fn f((a, b): (Scalar, Scalar)) -> Scalar { a }",
            "fn f(x: Scalar, n: usize = 3) -> Scalar { x }",
            "fn f(#[a] x: Scalar) -> Scalar { x }",
            "fn f(self, x: Scalar) -> Scalar { self.g(x) }",
            "fn f(mut self) -> Scalar { self.g() }",
            "fn f(&mut self) -> Scalar { self.g() }",
            "fn f(self: &Self) -> Scalar { self.g() }",
            "fn f(x: Scalar, &self) -> Scalar { self.g() }",
            "fn f(x: Scalar) -> Scalar { self.g(x) }",
            "fn f(x: Scalar) -> Scalar { x } fn f(y: Scalar) -> Scalar { y }",
        ],
        |source| format!("struct Net; {source}")
    ));
}

#[test]
fn types() {
    insta::assert_snapshot!(told(
        &[
            "Tensr<3>",
            "tensor<3>",
            "Matrix",
            "T",
            "Vec<f32>",
            "HashMap<usize, Vec<f32, A>, B>",
            "Tensor<Tensor<3, 4>, 5>",
            "[f32; 3]",
            "[usize]",
            "i32",
            "String",
            "()",
            "_",
            "&Tensor<3>",
            "*const f32",
            "'a",
            "std::vec::Vec<f32>",
            "impl Layer",
            "fn(Scalar) -> Scalar",
            "Tensor",
            "Tensor<>",
            "Tensor<..>",
            "Tensor<T, 4 * W>",
            "Tensor<W / HEADS, T>",
            "Tensor<3",
            "Tensor<3 4>",
            "Tensor<-1>",
            "Tensor<2.5>",
            "Tensor<\"3\">",
            "Tensor<f32, 3>",
            "Tensor<{ }>",
            "Tensor<{ 4 * }>",
            "Tensor<{ 4 4 }>",
            "Tensor[3]",
            "Index",
            "Index<>",
            "Index<..>",
            "Shared<..>",
            "Scalar<3>",
            "usize<3>",
            "(Scalar, Tensr<3>)",
        ],
        |ty| format!("struct Net; fn f(x: {ty}) -> Scalar {{ 1 }}")
    ));
}

#[test]
fn statements() {
    insta::assert_snapshot!(told(
        &[
            "let y = x let z = y; z",
            "let y = x y",
            "let y = x\ny = y + x; y",
            "x.relu() x",
            "let y; y",
            "let y: Tensor<3>; y",
            "let y x; x",
            "let y == x; x",
            "y: Tensor<3> = x; y",
            "let mut (a, b) = x; a",
            "let (a, a) = x; a",
            "let ref a = x; a",
            "let Some(a) = x; a",
            "let a::b = x; a",
            "let 3 = x; x",
            "let a @ b = x; a",
            "let (a, ..) = x; a",
            "let a = x else { x }; a",
            "let if = x; x",
            "x.at(0) = x; x",
            "x.f = x; x",
            "x[0] += x; x",
            "(a, b) += x; x",
            "a = b = x; x",
            "a ^= x; x",
            "let y = x += 1; y",
            "let ys = for t in 0..n { x.at(t) }; ys",
            "let ys = for t in 0..n { x.at(t) }.stack(); ys",
            "for t in 0..n { x.at(t); }.stack()",
            "for t in x { y = t; } x",
            "for t in (0..n).step_by(2) { y = x; } x",
            "for t in (0..n).rev { y = x; } x",
            "for t in (0..n).rev(1) { y = x; } x",
            "for t in (0..) { y = x; } x",
            "for t in (0..n).rev().rev() { y = x; } x",
            "x[] = x; x",
            "x[0, 1] = x; x",
            "x[0][1] = x; x",
            "x[0] x; x",
            "for t in ..n { y = x; } x",
            "for t in 0.. { y = x; } x",
            "for (a, b) in 0..n { y = x; } x",
            "for mut t in 0..n { y = x; } x",
            "for t = 0..n { y = x; } x",
            "for t of 0..n { y = x; } x",
            "'outer: for t in 0..n { y = x; } x",
            "while n > 0 { y = x; } x",
            "loop { y = x; } x",
            "let y = loop { break x; }; y",
            "if n = 1 { y = x; } x",
            "if n == 1 y = x; x",
            "if n == 1 { y = x; } else y = x; x",
            "if let y = x { y } else { x }",
            "else { x }",
            "if n == 1 { x } else { x } + x",
            "if n == 1 { x } else { x } - x",
            "if n == 1 { x } else { x } x",
            "fn g(x: Scalar) -> Scalar { x } x",
            "const A: usize = 3; x",
            "use std::fmt; x",
            "/// Doc.\nlet y = x; y",
            "#[allow(unused)] x",
            "return x;",
            "println!(\"x\"); x",
            "vec![x]",
            "let y = Point { a: x }; y",
            "let s = \"text\"; x",
        ],
        around
    ));
}

#[test]
fn expressions() {
    insta::assert_snapshot!(told(
        &[
            "x ^ 2",
            "x ** 2",
            "x @ x",
            "x & x",
            "x | x",
            "x << 1",
            "x >> 1",
            "x as f32",
            "x?",
            "x.relu()?.exp()",
            "&x",
            "&mut x",
            "&&x",
            "*x",
            "+x",
            "x++",
            "x +",
            "x + + x",
            "x * / x",
            "1 < n < 3",
            "n == 1 == true",
            "1 < n && 2 < n < 3",
            "x.map(|v| v + 1)",
            "let f = |v| v; f(x)",
            "let f = move || x; f()",
            "f(|| x)",
            "match n { 1 => x, _ => -x }",
            "break",
            "continue",
            "unsafe { x }",
            "async { x }",
            "x.await",
            "yield x",
            "x[0]",
            "x[0..2]",
            "x.0",
            "x.0.1",
            "x.",
            "x.;",
            "x..y",
            "0..n",
            "let y = x;\n.relu()",
            "x.relu::<3>()",
            "f::<3>(x)",
            "f64::sqrt(x)",
            "Self::g(x)",
            "<f64>::sqrt(x)",
            "x.type()",
            "relu!(x)",
            "[x; 3]",
            "()",
            "_",
            "f(_)",
            "f(x, , n)",
            "f(x n)",
            "f(x, pad: 2)",
            "f(x, pad = 2, pad = 3)",
            "f(pad = 2, x)",
            "f(x.y = 2)",
            "f(2 = x)",
            "(x + x)(x)",
            "x.dense(3)(x)",
            "2(x)",
            "x + \"3\"",
            "\"3\"",
            "'a'",
            "b'a'",
            "1u8",
            "2.5f16",
            "(x, y",
            "x # y",
            "x => x",
            "x -> x",
            "x := x",
            "x, x",
            "~x",
            "static",
        ],
        // An open parenthesis cannot be a token stream: close it, as an editor would.
        |source| around(&if source == "(x, y" {
            "(x, y;)".to_owned()
        } else {
            source.to_owned()
        })
    ));
}

#[test]
fn self_is_only_called() {
    insta::assert_snapshot!(told(
        &[
            "self",
            "self.weight",
            "f(self)",
            "self.weight.t()",
            "self = x; x",
            "let self = x; x",
            "self.f(x).g() self"
        ],
        |body| format!("struct Net;\nfn f(&self, x: Scalar) -> Scalar {{\n{body}\n}}")
    ));
}

#[test]
fn the_prelude_is_held_to_its_forms() {
    let mut text = String::new();
    for source in [
        "struct Net;",
        "fn f(&self) -> Scalar { 1 }",
        "fn f(x: [f32]) -> Scalar { 1 }",
        "fn f(x: Tensor<.., 3>) -> Scalar { 1 }",
        "fn f(x: Scalar = ) -> Scalar { x }",
    ] {
        let mut diagnostics = Diagnostics::new();
        parse_prelude(tokens(source), &mut diagnostics);
        text += &format!(
            "{source}\n    {}\n\n",
            diagnostics.render().replace('\n', "\n    ")
        );
    }
    insta::assert_snapshot!(text);
}

#[test]
fn independent_mistakes_are_told_together() {
    insta::assert_snapshot!(errors(
        "struct Net;
         use std::fmt;
         const A: i32 = 3;
         fn f(x: Tensr<3>, y, z: Tensor<2 * A>) -> Scalr {
             let a = x ^ 2;
             let b = while a { };
             for i in 0..A {
                 return i;
                 a.at(0) = 3;
             }
             a
         }
         enum Batching { }
         pub fn g(self) { |x| x }
         fn f(x: Scalar) -> Scalar { x?; x }"
    ));
}
