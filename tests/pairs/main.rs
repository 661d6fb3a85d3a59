//! Every word with every combination of arguments that are one for the batch and arguments that each example has its own
//! of, as values and as leaves: emitted code against the interpreter, the loss and every gradient.

#![forbid(unsafe_code)]

#[path = "../agrees/mod.rs"]
mod agrees;
mod words;

/// The pairs of one word: a test that is named first, the shapes of its arguments, and a block `word` that applies it.
///
/// An argument is computed for each example (`each`), a leaf that each example has (`leaf`), a parameter (`shared`), or computed
/// of parameters (`made`). A `linear` loss has a gradient by the word's result that is one for the batch, a `square` one has
/// another for each example.
macro_rules! pairs {
    ($name:ident: $a:tt $($word:tt)+) => {
        crate::pairs!(@one $name $a { $($word)+ });
    };
    (@one $name:ident $a:tt { [$($b:literal),+] [$($c:literal),+] $($word:tt)+ }) => {
        crate::pairs!(@three $name $a [$($b),+] [$($c),+] { $($word)+ });
    };
    (@one $name:ident $a:tt { [$($b:literal),+] $($word:tt)+ }) => {
        crate::pairs!(@two $name $a [$($b),+] { $($word)+ });
    };
    (@one $name:ident [$($a:literal),+] { $($word:tt)+ }) => {
        crate::agrees::network_case! {
            every batch; $name: Pairs {
                linear_each(reals) + linear_each_and_grad
                linear_leaf(reals) + linear_leaf_and_grad
                linear_shared() + linear_shared_and_grad
                linear_made(reals) + linear_made_and_grad
                square_each(reals) + square_each_and_grad
            }
            pub struct Pairs;

            $($word)+

            pub fn linear_each(&self, a: Tensor<$($a),+>) -> Scalar {
                word(a * param([$($a),+], constant(1.0))).flatten().dense(1).sum()
            }

            pub fn linear_leaf(&self, a: Tensor<$($a),+>) -> Scalar {
                word(a).flatten().dense(1).sum()
            }

            pub fn linear_shared(&self) -> Scalar {
                word(param([$($a),+], constant(1.0))).flatten().dense(1).sum()
            }

            pub fn linear_made(&self, b: Scalar) -> Scalar {
                let a = param([$($a),+], constant(1.0)) * param([$($a),+], constant(1.0));
                (word(a) * b).flatten().dense(1).sum()
            }

            pub fn square_each(&self, a: Tensor<$($a),+>) -> Scalar {
                word(a * param([$($a),+], constant(1.0))).flatten().dense(2).l2()
            }
        }
    };
    (@two $name:ident [$($a:literal),+] [$($b:literal),+] { $($word:tt)+ }) => {
        crate::agrees::network_case! {
            every batch; $name: Pairs {
                linear_each_each(reals reals) + linear_each_each_and_grad
                linear_each_shared(reals) + linear_each_shared_and_grad
                linear_shared_each(reals) + linear_shared_each_and_grad
                linear_leaf_made(reals) + linear_leaf_made_and_grad
                linear_made_leaf(reals) + linear_made_leaf_and_grad
                linear_shared_shared() + linear_shared_shared_and_grad
                square_each_shared(reals) + square_each_shared_and_grad
                square_shared_each(reals) + square_shared_each_and_grad
            }
            pub struct Pairs;

            $($word)+

            pub fn linear_each_each(&self, a: Tensor<$($a),+>, b: Tensor<$($b),+>) -> Scalar {
                word(a * param([$($a),+], constant(1.0)), b * param([$($b),+], constant(1.0))).flatten().dense(1).sum()
            }

            pub fn linear_each_shared(&self, a: Tensor<$($a),+>) -> Scalar {
                word(a * param([$($a),+], constant(1.0)), param([$($b),+], constant(1.0))).flatten().dense(1).sum()
            }

            pub fn linear_shared_each(&self, b: Tensor<$($b),+>) -> Scalar {
                word(param([$($a),+], constant(1.0)), b * param([$($b),+], constant(1.0))).flatten().dense(1).sum()
            }

            pub fn linear_leaf_made(&self, a: Tensor<$($a),+>) -> Scalar {
                let b = param([$($b),+], constant(1.0)) * param([$($b),+], constant(1.0));
                word(a, b).flatten().dense(1).sum()
            }

            pub fn linear_made_leaf(&self, b: Tensor<$($b),+>) -> Scalar {
                let a = param([$($a),+], constant(1.0)) * param([$($a),+], constant(1.0));
                word(a, b).flatten().dense(1).sum()
            }

            pub fn linear_shared_shared(&self) -> Scalar {
                word(param([$($a),+], constant(1.0)), param([$($b),+], constant(1.0))).flatten().dense(1).sum()
            }

            pub fn square_each_shared(&self, a: Tensor<$($a),+>) -> Scalar {
                word(a * param([$($a),+], constant(1.0)), param([$($b),+], constant(1.0))).flatten().dense(2).l2()
            }

            pub fn square_shared_each(&self, b: Tensor<$($b),+>) -> Scalar {
                word(param([$($a),+], constant(1.0)), b * param([$($b),+], constant(1.0))).flatten().dense(2).l2()
            }
        }
    };
    (@three $name:ident [$($a:literal),+] [$($b:literal),+] [$($c:literal),+] { $($word:tt)+ }) => {
        crate::agrees::network_case! {
            every batch; $name: Pairs {
                linear_each_shared_shared(reals) + linear_each_shared_shared_and_grad
                linear_shared_each_shared(reals) + linear_shared_each_shared_and_grad
                linear_shared_shared_each(reals) + linear_shared_shared_each_and_grad
                linear_leaf_each_shared(reals reals) + linear_leaf_each_shared_and_grad
                linear_shared_leaf_each(reals reals) + linear_shared_leaf_each_and_grad
                linear_each_made_leaf(reals reals) + linear_each_made_leaf_and_grad
                square_each_shared_each(reals reals) + square_each_shared_each_and_grad
            }
            pub struct Pairs;

            $($word)+

            pub fn linear_each_shared_shared(&self, a: Tensor<$($a),+>) -> Scalar {
                let (b, c) = (param([$($b),+], constant(1.0)), param([$($c),+], constant(1.0)));
                word(a * param([$($a),+], constant(1.0)), b, c).flatten().dense(1).sum()
            }

            pub fn linear_shared_each_shared(&self, b: Tensor<$($b),+>) -> Scalar {
                let (a, c) = (param([$($a),+], constant(1.0)), param([$($c),+], constant(1.0)));
                word(a, b * param([$($b),+], constant(1.0)), c).flatten().dense(1).sum()
            }

            pub fn linear_shared_shared_each(&self, c: Tensor<$($c),+>) -> Scalar {
                let (a, b) = (param([$($a),+], constant(1.0)), param([$($b),+], constant(1.0)));
                word(a, b, c * param([$($c),+], constant(1.0))).flatten().dense(1).sum()
            }

            pub fn linear_leaf_each_shared(&self, a: Tensor<$($a),+>, b: Tensor<$($b),+>) -> Scalar {
                let c = param([$($c),+], constant(1.0));
                word(a, b * param([$($b),+], constant(1.0)), c).flatten().dense(1).sum()
            }

            pub fn linear_shared_leaf_each(&self, b: Tensor<$($b),+>, c: Tensor<$($c),+>) -> Scalar {
                let a = param([$($a),+], constant(1.0));
                word(a, b, c * param([$($c),+], constant(1.0))).flatten().dense(1).sum()
            }

            pub fn linear_each_made_leaf(&self, a: Tensor<$($a),+>, c: Tensor<$($c),+>) -> Scalar {
                let b = param([$($b),+], constant(1.0)) * param([$($b),+], constant(1.0));
                word(a * param([$($a),+], constant(1.0)), b, c).flatten().dense(1).sum()
            }

            pub fn square_each_shared_each(&self, a: Tensor<$($a),+>, c: Tensor<$($c),+>) -> Scalar {
                let b = param([$($b),+], constant(1.0));
                word(a * param([$($a),+], constant(1.0)), b, c * param([$($c),+], constant(1.0))).flatten().dense(2).l2()
            }
        }
    };
}
use pairs;
