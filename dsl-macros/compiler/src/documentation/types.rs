//! The types of the language and their documentation.

/// A type: its name, its forms, its documentation and an example.
pub struct TypeWord {
    pub name: &'static str,
    pub forms: &'static str,
    pub documentation: &'static str,
    pub example: &'static str,
}

/// Those that are not Rust's.
pub const TYPES: &[TypeWord] = &[
    TypeWord {
        name: "Tensor",
        forms: "Tensor<784>, Tensor<3, 32, 32>, Tensor<_, _>",
        documentation: "Numbers in a grid of these sizes, of one example: shapes have no axis of the batch. In a block `_` is a size \
                        that is inferred. As an argument of a method it is a slice with the examples one after the other, as a result too.",
        example: "(x: Tensor<2, 3>) -> Tensor<3, 2> { x.t() } [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]",
    },
    TypeWord {
        name: "Index",
        forms: "Index<10>, Index<VOCABULARY, TIME>",
        documentation: "An integer below the first number, or a grid of such integers, of the sizes that follow it: a class, words of a \
                        text. As an argument of a method it is a slice of `u32`, which is checked.",
        example: "(words: Index<5, 2>) -> Tensor<2, 5> { words.one_hot() } [3, 1]",
    },
    TypeWord {
        name: "Scalar",
        forms: "Scalar",
        documentation: "One number for each example. Where it leaves the network it is averaged over the batch; the first of a result is \
                        what the gradient is of.",
        example: "(x: Tensor<2>) -> Scalar { x.sum() } [1.0, 2.0]",
    },
    TypeWord {
        name: "Shared",
        forms: "Shared, Shared<3, 4>",
        documentation: "One number, or one grid of numbers, for the whole batch, given at run time: a temperature, a margin.",
        example: "(x: Tensor<2>, scale: Shared<2>) -> Tensor<2> { x * scale } [1.0, 2.0], [0.5, 2.0]",
    },
    TypeWord {
        name: "Layer",
        forms: "Layer",
        documentation: "An argument of a block: a layer that is held, or the name of a block or a word. What is held shares its \
                        parameters among all of its uses.",
        example: "fn twice(x: Tensor<_>, layer: Layer) -> Tensor<_> { layer(layer(x)) }
                  pub fn f(&self, x: Tensor<2>) -> Tensor<2> { x.twice(dense(2, init = constant(0.5))) } [1.0, 2.0]",
    },
    TypeWord {
        name: "Initializer",
        forms: "Initializer",
        documentation: "An argument of a block: the initial values of a parameter, such as `normal(0.02)`.",
        example: "fn scaled(x: Tensor<_>, init: Initializer) -> Tensor<_> { x * param([x.size(0)], init) }
                  pub fn f(&self, x: Tensor<2>) -> Tensor<2> { x.scaled(constant(0.5)) } [1.0, 2.0]",
    },
];
