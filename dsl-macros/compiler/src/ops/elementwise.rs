//! The table of element-wise operators: documentation, name, meaning, formula, one partial per argument.
//!
//! Partials are written with the arguments and the result; a partial of `0.0` passes no derivative. The vjp
//! `Σ dy · ∂y/∂x`, the jvp `Σ ∂y/∂x · dx`, the interpreter, the emitted code and the tests follow from the line.

use super::chain::chain;
use super::formula::Formula::{self, *};
use super::formula::{Comparison, Infix};
use super::{Expr, Linearity, Lowered, Operator, need_real, real};
use crate::arena::{Array, Mismatch, Type};
use crate::math;

macro_rules! elementwise {
    ($(
        $(#[doc = $doc:literal])+
        $variant:ident $name:literal ($($arg:ident),+) -> $y:ident = $value:expr; $formula:expr; [$($partial:expr),+]
    )*) => {
        /// An element-wise operator; its arguments have one shape.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Elementwise { $($(#[doc = $doc])+ $variant),* }

        impl Elementwise {
            /// Every operator of the table.
            pub const ALL: &'static [Elementwise] = &[$(Elementwise::$variant),*];

            pub fn arity(self) -> usize {
                match self { $(Elementwise::$variant => [$(stringify!($arg)),+].len()),* }
            }

            pub fn word(self) -> &'static str {
                match self { $(Elementwise::$variant => $name),* }
            }

            /// Its description, as documented in the table.
            pub fn documentation(self) -> &'static str {
                match self { $(Elementwise::$variant => concat!($($doc),+).trim_ascii()),* }
            }

            /// True if it takes the machine one or two instructions.
            pub fn is_light(self) -> bool {
                self.element().is_light()
            }

            /// True if its partial derivative by the argument at `place` is not 0 everywhere.
            fn passes(self, place: usize) -> bool {
                match self {
                    $(Elementwise::$variant => [$(stringify!($partial)),+][place] != "0.0"),*
                }
            }

            fn element(self) -> Formula {
                match self { $(Elementwise::$variant => $formula),* }
            }

            /// The value at one element.
            pub fn value(self, args: &[f64]) -> f64 {
                match (self, args) {
                    $((Elementwise::$variant, &[$($arg),+]) => $value,)*
                    _ => unreachable!("{} takes {} arguments", self.word(), self.arity()),
                }
            }

            /// ∂y/∂x for each argument.
            #[expect(unused_variables, reason = "not every derivative is made from all arguments and the result")]
            fn partials<'g>(self, x: &[Expr<'g>], y: Expr<'g>) -> Vec<Partial<'g>> {
                match (self, x) {
                    $((Elementwise::$variant, &[$($arg),+]) => {
                        let $y = y;
                        vec![$(Partial::from($partial)),+]
                    })*
                    _ => unreachable!("{} takes {} arguments", self.word(), self.arity()),
                }
            }
        }
    };
}

elementwise! {
    /// Sum.
    Add "add" (a, b) -> y = a + b; Infix(Infix::Add); [1.0, 1.0]
    /// Difference.
    Sub "sub" (a, b) -> y = a - b; Infix(Infix::Subtract); [1.0, -1.0]
    /// Product.
    Mul "mul" (a, b) -> y = a * b; Infix(Infix::Multiply); [b, a]
    /// Quotient.
    Div "div" (a, b) -> y = a / b; Infix(Infix::Divide); [1.0 / b, -y / b]
    /// Negation.
    Neg "neg" (x) -> y = -x; Negate; [-1.0]
    /// Exponential, `eˣ`.
    Exp "exp" (x) -> y = x.exp(); Fused("exp"); [y]
    /// Natural logarithm.
    Log "log" (x) -> y = x.ln(); Fused("ln"); [1.0 / x]
    /// Natural logarithm, but at least −100, and with a derivative of at most 10¹²: finite at 0, as in PyTorch's binary
    /// cross-entropy. What has an exact logarithm, such as `x.sigmoid()`, keeps it.
    ClampedLog "clamped_log" (x) -> y = math::max(x.ln(), -100.0); AtLeast(-100.0, "ln"); [1.0 / x.binary(Elementwise::Maximum, y.graph.constant(1e-12))]
    /// Square root.
    Sqrt "sqrt" (x) -> y = x.sqrt(); Call("sqrt"); [0.5 / y]
    /// Sine.
    Sin "sin" (x) -> y = x.sin(); Call("sin"); [x.unary(Elementwise::Cos)]
    /// Cosine.
    Cos "cos" (x) -> y = x.cos(); Call("cos"); [-x.unary(Elementwise::Sin)]
    /// Hyperbolic tangent.
    Tanh "tanh" (x) -> y = x.tanh(); Fused("tanh"); [1.0 - y * y]
    /// Logistic sigmoid, `1 / (1 + e⁻ˣ)`.
    Sigmoid "sigmoid" (x) -> y = math::sigmoid(x); Fused("sigmoid"); [y * (1.0 - y)]
    /// `log(1 + eˣ)`, without overflow.
    Softplus "softplus" (x) -> y = math::softplus(x); Fused("softplus"); [x.unary(Elementwise::Sigmoid)]
    /// Gauss error function, `2/√π ∫₀ˣ e^(−t²) dt`.
    Erf "erf" (x) -> y = math::erf(x); Fused("erf"); [std::f64::consts::FRAC_2_SQRT_PI * (-(x * x)).unary(Elementwise::Exp)]
    /// Inverse of the Gauss error function: ±∞ at ±1, no number outside.
    Erfinv "erfinv" (x) -> y = math::erfinv(x); Fused("erfinv"); [1.0 / std::f64::consts::FRAC_2_SQRT_PI * (y * y).unary(Elementwise::Exp)]
    /// Rectifier, `x` where positive, else 0; its derivative at 0 is 0.
    Relu "relu" (x) -> y = math::relu(x); Call("relu"); [y.binary(Elementwise::Greater, y.graph.constant(0.0))]
    /// Magnitude; its derivative at 0 is 0.
    Abs "abs" (x) -> y = x.abs(); Call("abs"); [x.unary(Elementwise::Sign)]
    /// −1, 0 or 1.
    Sign "sign" (x) -> y = math::sign(x); Call("sign"); [0.0]
    /// The larger of two; where they are equal each gets half of the derivative.
    Maximum "max" (a, b) -> y = math::max(a, b); Call("max"); [Partial::Larger(a, b), Partial::Larger(b, a)]
    /// The smaller of two; where they are equal each gets half of the derivative.
    Minimum "min" (a, b) -> y = math::min(a, b); Call("min"); [Partial::Larger(b, a), Partial::Larger(a, b)]
    /// 1 where `a > b`, else 0.
    Greater "greater" (a, b) -> y = f64::from(a > b); Compare(Comparison::Greater); [0.0, 0.0]
    /// 1 where `a ≥ b`, else 0.
    GreaterEqual "greater_equal" (a, b) -> y = f64::from(a >= b); Compare(Comparison::GreaterEqual); [0.0, 0.0]
    /// 1 where `a = b`, else 0.
    Equal "equal" (a, b) -> y = f64::from(a == b); Compare(Comparison::Equal); [0.0, 0.0]
    /// `a` where the mask is not 0, else `b`; what is not chosen is never looked at, not even a NaN, and passes no
    /// derivative, whatever its slope.
    Select "select" (mask, a, b) -> y = if mask != 0.0 { a } else { b }; Select;
        [0.0, Partial::Where(mask), Partial::Unless(mask)]
    /// The product of `x` and a weight, but 0 where the weight is 0, even of an infinite `x`: so `0 log 0` is 0, and its
    /// derivative too.
    MultiplyNoNan "multiply_no_nan" (x, weight) -> y = math::multiply_no_nan(x, weight); Call("multiply_no_nan");
        [Partial::Weighted(weight), Partial::Finite(x, weight)]
    /// `log(1 + eˣ) − t x`, the cross-entropy of `x.sigmoid()` for a truth `t` in [0, 1], without overflow; 0 where an infinite
    /// `x` is right.
    LogisticLoss "logistic_loss" (x, t) -> y = math::logistic_loss(x, t); Fused("logistic_loss");
        [x.unary(Elementwise::Sigmoid) - t, -x]
}

/// The forms of a partial derivative in the table: a number, an expression, or a choice among derivatives.
enum Partial<'g> {
    Number(f64),
    Expr(Expr<'g>),
    /// 1 where the mask is not 0, else 0.
    Where(Expr<'g>),
    /// 0 where the mask is not 0, else 1.
    Unless(Expr<'g>),
    /// 1 where the first is the larger one, ½ where they are equal, else 0.
    Larger(Expr<'g>, Expr<'g>),
    /// The weight; nothing passes where it is 0.
    Weighted(Expr<'g>),
    /// The first; nothing passes where it is infinite and the weight is 0.
    Finite(Expr<'g>, Expr<'g>),
}

impl From<f64> for Partial<'_> {
    fn from(number: f64) -> Self {
        Partial::Number(number)
    }
}

impl<'g> From<Expr<'g>> for Partial<'g> {
    fn from(expr: Expr<'g>) -> Self {
        Partial::Expr(expr)
    }
}

impl<'g> Partial<'g> {
    /// `dy` times the partial; nothing where no derivative passes at all.
    fn times(self, dy: Expr<'g>) -> Option<Expr<'g>> {
        let none = dy.graph.constant(0.0);
        Some(match self {
            Partial::Number(0.0) => return None,
            Partial::Number(number) => dy * dy.graph.constant(number),
            Partial::Expr(expr) => chain(dy, expr),
            // Chosen rather than multiplied: a derivative that is not asked for may be infinite.
            Partial::Where(mask) => mask.select(dy, none),
            Partial::Unless(mask) => mask.select(none, dy),
            Partial::Larger(a, b) => {
                let share = a.binary(Elementwise::Equal, b).select(0.5 * dy, dy);
                a.binary(Elementwise::GreaterEqual, b).select(share, none)
            }
            Partial::Weighted(weight) => weight
                .binary(Elementwise::Equal, none)
                .select(none, chain(dy, weight)),
            Partial::Finite(x, weight) => {
                let infinity = dy.graph.constant(f64::INFINITY);
                let finite = infinity.binary(Elementwise::Greater, x.unary(Elementwise::Abs));
                let product = chain(dy, x);
                let weighted = weight.binary(Elementwise::Equal, none).select(none, product);
                finite.select(product, weighted)
            }
        })
    }
}

impl Operator for Elementwise {
    fn name(&self) -> &'static str {
        self.word()
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        need_real(self.word(), args)?;
        if let Some(other) = args.iter().find(|arg| arg.shape != args[0].shape) {
            return Err(Mismatch::new(format!(
                "`{}` needs equal shapes: {} and {}",
                self.word(),
                args[0].shape,
                other.shape
            )));
        }
        real(args, args[0].shape.clone())
    }

    fn linearity(&self) -> Linearity {
        Linearity::None
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], y: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        let partials = self.partials(x, y).into_iter();
        partials.map(|partial| partial.times(dy)).collect()
    }

    fn jvp<'g>(&self, x: &[Expr<'g>], y: Expr<'g>, dx: &[Option<Expr<'g>>]) -> Option<Expr<'g>> {
        if let (Elementwise::Select, [_, da, db]) = (*self, dx) {
            let none = y.graph.constant(0.0);
            return (da.is_some() || db.is_some())
                .then(|| x[0].select(da.unwrap_or(none), db.unwrap_or(none)))
                .map(|dy| dy.broadcast_to(&y.shape()));
        }
        let terms = self.partials(x, y).into_iter().zip(dx);
        terms
            .filter_map(|(partial, dx)| partial.times((*dx)?))
            .reduce(|a, b| a + b)
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        super::on_stacks(*self, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        let element = |i: usize| self.value(&args.iter().map(|arg| arg.data[i]).collect::<Vec<f64>>());
        Array {
            shape: args[0].shape.clone(),
            data: (0..args[0].data.len()).map(element).collect(),
        }
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some((*self).into())
    }

    fn formula(&self) -> Option<Formula> {
        Some(self.element())
    }

    fn passes_derivative(&self, place: usize) -> bool {
        self.passes(place)
    }

    fn maps_zero_to_zero(&self) -> bool {
        self.value(&vec![0.0; self.arity()]) == 0.0
    }

    fn keeps_finite(&self) -> bool {
        !matches!(
            self,
            Elementwise::ClampedLog
                | Elementwise::Div
                | Elementwise::Erfinv
                | Elementwise::Exp
                | Elementwise::Log
                | Elementwise::Sqrt
        )
    }
}

#[cfg(test)]
impl super::sample::Sampled for Elementwise {
    fn samples() -> Vec<super::sample::Sample> {
        use super::sample::{Arg, Sample, any, apart, index, inside, positive};
        let shape = || [2, 3];
        let sample = |&op: &Elementwise| {
            let args: Vec<Arg> = match op {
                Elementwise::Log | Elementwise::ClampedLog | Elementwise::Sqrt => vec![positive(shape())],
                Elementwise::Erfinv => vec![inside(shape())],
                Elementwise::Div => vec![any(shape()), positive(shape())],
                Elementwise::Relu | Elementwise::Abs | Elementwise::Sign => vec![apart(shape())],
                Elementwise::Maximum
                | Elementwise::Minimum
                | Elementwise::Select
                | Elementwise::MultiplyNoNan => vec![apart(shape()); op.arity()],
                Elementwise::Greater | Elementwise::GreaterEqual | Elementwise::Equal => {
                    vec![apart(shape()); 2]
                }
                smooth => vec![any(shape()); smooth.arity()],
            };
            let mut integers = args.clone();
            integers[op.arity() - 1] = index(9, shape());
            let mut uneven = args.clone();
            uneven[0].shape = [4, 3].into();
            let mut sample = Sample::new(op, args).refuses(integers, "[B, 2, 3] < 9");
            if op.arity() > 1 {
                sample = sample.refuses(uneven, "[4, 3] and [2, 3]");
            }
            if op == Elementwise::Select {
                // A mask that is 0 in places, and constant nearby.
                sample.build = Box::new(|graph, args| {
                    let mask = args[0].binary(Elementwise::Greater, graph.constant(0.0));
                    vec![mask.select(args[1], args[2])]
                });
            }
            sample
        };
        Elementwise::ALL.iter().map(sample).collect()
    }
}
