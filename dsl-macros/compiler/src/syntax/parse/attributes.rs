//! Attributes before items: those of the language, in one table, and others, which are kept as written.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::buffer::Cursor;

use super::parser::{Parsed, Parser};
use super::rejected::is_keyword;

/// An attribute of the language.
pub struct Attribute {
    pub name: &'static str,
    /// Its documentation: what it says, of what, and its source.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the generated documentation is made by a test")
    )]
    pub documentation: &'static str,
    /// Its form, then a network that has it.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the generated documentation is made by a test")
    )]
    pub example: (&'static str, &'static str),
    /// Reads it after the `#` at this place.
    read: fn(&mut Parser<'_, '_>, Span),
}

/// The attributes of the language.
pub const ATTRIBUTES: &[Attribute] = &[
    Attribute {
        name: "instantiate",
        documentation: "Before a type with parameters: the declaration is a family of networks, one for each value that is listed, \
                        or for each choice of one value per parameter. Each is compiled on its own: `Net<4>` and `Net<8>`.",
        example: (
            "#[instantiate(WIDTH = [4, 8])]",
            "#[instantiate(WIDTH = [4, 8])]
             pub struct Net<const WIDTH: usize>;
             pub fn f(&self, x: Tensor<2>) -> Tensor<WIDTH> { x.dense(WIDTH) }",
        ),
        read: |parser, span| {
            let listed = parser.listed_members(span);
            parser.listed.push(listed);
        },
    },
    Attribute {
        name: "products",
        documentation: "Before the type: the numbers that matrix products and convolutions multiply are rounded to bf16 (8 \
                        significant bits; to the nearest, of two to the even one), and the products summed in `f32`. All else \
                        stays as it is, and so does everything in `f64`.",
        example: (
            "#[products(bf16)]",
            "#[products(bf16)]
             pub struct Net;
             pub fn f(&self, x: Tensor<3>) -> Tensor<1> { x.dense(1, bias = false, init = constant(0.5)) }
             [1.0, 2.0, 3.0]",
        ),
        read: |parser, span| parser.products_attribute(span),
    },
    Attribute {
        name: "document",
        documentation: "Before the type: what it shows of its graphs as constants, in Graphviz' language (`dot`), as pictures of its \
                        layers, which stand in its documentation too (`svg`, with the feature `pictures`), as formulas (`latex`), \
                        or as text (`text`).",
        example: (
            "#[document(dot, svg, latex, text)]",
            "#[document(latex, text)]
             pub struct Net;
             pub fn f(&self, x: Tensor<3>) -> Tensor<3> { x.tanh() }",
        ),
        read: |parser, span| parser.document_attribute(span),
    },
    Attribute {
        name: "gradient",
        documentation: "Before an entry point whose modes differ (a `batch_norm`, a `dropout`): its gradient is compiled in \
                        evaluation mode too, and so are the derivatives that `derive_also` asks for.",
        example: (
            "#[gradient(evaluation)]",
            "#[gradient(evaluation)]
             pub fn loss(&self, x: Tensor<4>) -> Scalar { x.dropout(0.5).dense(1).sum() }",
        ),
        read: |parser, span| parser.gradient_attribute(span),
    },
    Attribute {
        name: "name",
        documentation: "Before a function that takes `&self`: the path of its parameters, where that is not its name; `\"\"` stands \
                        for no path at all. A call names what it makes by the argument of the same name, `x.dense(10, name = \"fc1\")`. \
                        With PyTorch's names a declaration loads PyTorch's files.",
        example: (
            "#[name = \"encoder\"]",
            "#[name = \"encoder\"]
             pub fn f(&self, x: Tensor<3>) -> Tensor<2> { x.dense(2, name = \"fc1\") }",
        ),
        read: |parser, span| parser.name_attribute(span),
    },
    Attribute {
        name: "derive_also",
        documentation: "Before an entry point: further methods, for derivatives besides the gradient. `jvp` is the derivative of the \
                        results along a direction of the parameters, `hvp` the Hessian of the first `Scalar` times a direction \
                        (Pearlmutter, 1994), `gnvp(logits)` its Gauss–Newton matrix through the value of that name times a direction \
                        (Schraudolph, 2002), `grad(image)` the gradient by arguments, or by `parameters`.",
        example: (
            "#[derive_also(jvp, hvp, gnvp(logits), grad(image))]",
            "#[derive_also(hvp, grad(x))]
             pub fn loss(&self, x: Tensor<3>) -> Scalar { x.dense(2).square().sum() }",
        ),
        read: |parser, span| parser.derive_also_attribute(span),
    },
    Attribute {
        name: "initialize",
        documentation: "Before the type: the parameters whose names match begin so, whatever their layers would begin with; of several \
                        patterns that match a name the last counts.",
        example: (
            "#[initialize(\"*.weight\" = orthogonal(), \"head.*\" = normal(0.01))]",
            "#[initialize(\"*.weight\" = constant(0.5))]
             pub struct Net;
             pub fn f(&self, x: Tensor<2>) -> Tensor<2> { x.dense(2) }
             [1.0, 2.0]",
        ),
        read: |parser, span| parser.initialize_attribute(span),
    },
    Attribute {
        name: "recompute",
        documentation: "Before a function: what its calls compute inside is not kept for the gradient, but computed a second time when \
                        the gradient gets there (Chen et al., 2016). The gradient is the same, for less memory.",
        example: (
            "#[recompute]",
            "#[recompute]
             fn block(x: Tensor<_>) -> Tensor<_> { x + x.dense(x.size(0)).tanh() }
             pub fn loss(&self, x: Tensor<3>) -> Scalar { x.block().block().sum() }",
        ),
        read: |parser, span| parser.recompute_attribute(span),
    },
];

impl Parser<'_, '_> {
    /// Parses `#[…]` and doc comments. Those of the language are noted; the others are returned as written.
    pub(super) fn attributes(&mut self) -> Parsed<TokenStream> {
        let mut attributes = TokenStream::new();
        while let Some(span) = self.eat("#") {
            if self.is_symbol("!") {
                let help = "outer comments are `///` and `#[…]`, and stand before an item";
                return Err(self.reject(span, "attributes of the whole are not part of network!", help));
            }
            let Some((inside, _, _)) = self.cursor.group(Delimiter::Bracket) else {
                return Err(self.unexpected("`[`"));
            };
            let word = inside.ident().map(|(word, _)| word);
            let name = word.as_ref().map(ToString::to_string).unwrap_or_default();
            if let Some(attribute) = ATTRIBUTES.iter().find(|attribute| attribute.name == name) {
                self.attributes.extend(word);
                (attribute.read)(self, span);
                continue;
            }
            if matches!(name.as_str(), "cfg" | "cfg_attr") {
                let help = "write it before the whole: `#[cfg(…)] network! { … }`";
                self.reject(span, "parts of a network cannot be conditional", help);
            }
            if !is_attribute(inside) {
                let help = "write a comment as `/// …`, an attribute as `#[name]`, `#[name(…)]` or `#[name = \"…\"]`";
                return Err(self.reject(span, "this attribute is malformed", help));
            }
            let mut hash = proc_macro2::Punct::new('#', proc_macro2::Spacing::Alone);
            hash.set_span(span);
            attributes.extend([TokenTree::Punct(hash)]);
            attributes.extend(self.cursor.token_tree().map(|(group, _)| group));
            self.skip();
        }
        Ok(attributes)
    }
}

/// True if these are the contents of an attribute as rustc reads them: a path, followed by nothing, `= value`
/// or a group.
fn is_attribute(inside: Cursor<'_>) -> bool {
    let Some((word, mut rest)) = inside.ident() else {
        return false;
    };
    if is_keyword(&word.to_string()) {
        return false;
    }
    fn symbol(cursor: Cursor<'_>, wanted: char) -> Option<Cursor<'_>> {
        let found = cursor.punct().filter(|(punct, _)| punct.as_char() == wanted);
        found.map(|(_, rest)| rest)
    }
    while let Some(after) = symbol(rest, ':').and_then(|rest| symbol(rest, ':')) {
        let Some((_, after)) = after.ident() else {
            return false;
        };
        rest = after;
    }
    let rest = match symbol(rest, '=') {
        Some(value) => value
            .literal()
            .map(|(_, rest)| rest)
            .or_else(|| symbol(value.ident()?.1, '!')?.any_group().map(|(.., rest)| rest)),
        None if rest.eof() => Some(rest),
        None => rest.any_group().map(|(.., rest)| rest),
    };
    rest.is_some_and(|rest| rest.eof())
}
