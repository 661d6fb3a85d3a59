//! The result of elaboration: the parameters of the network and one typed graph for each entry point.

use proc_macro2::{Ident, Span, TokenStream};

use crate::graph::{Function, Shape, Type, Val};

/// An elaborated declaration; nothing the user wrote can fail any more.
pub struct Model {
    /// The parameters in the order of the layout; `Op::Parameter`'s `index` is an index into it.
    pub parameters: Vec<ParameterDeclaration>,
    /// The buffers, state that is saved but not trained, in the order of their own layout; `Op::Buffer`'s
    /// `index` is an index into it.
    pub buffers: Vec<ParameterDeclaration>,
    /// The `pub fn …(&self …)` functions, in the order written.
    pub entries: Vec<Entry>,
    /// The parameters that no loss depends on; the user is warned of them.
    pub untrained: Vec<Untrained>,
}

/// Parameters made at one location of the source.
pub struct Untrained {
    pub span: Span,
    /// Their paths, as a list in words.
    pub names: String,
}

/// One trained tensor, or one buffer.
#[derive(Clone, Debug)]
pub struct ParameterDeclaration {
    /// The path of the functions, blocks and layers that own it: `logits.dense1.weight`.
    pub name: String,
    /// Its canonical shape, as it is saved: dense `[out, in]`, conv `[out, in / groups, height, width]`.
    pub shape: Shape,
    pub initializer: Initializer,
    /// The source expression that makes it: `image.dense(HIDDEN)`.
    pub text: String,
}

/// The initial distribution of a parameter. "Fan in" is the number of inputs one output sums over, "fan out"
/// the number of outputs one input reaches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initializer {
    Zeros,
    Constant(f64),
    /// Uniform between `low` and `high`.
    Uniform {
        low: f64,
        high: f64,
    },
    Normal {
        mean: f64,
        std: f64,
    },
    /// Uniform within ±√(6 / (fan in + fan out)) (Glorot and Bengio, 2010).
    XavierUniform,
    /// Variance 2 / (fan in + fan out) (Glorot and Bengio, 2010).
    XavierNormal,
    /// Uniform within ±√(6 / fan in) (He et al., 2015).
    HeUniform,
    /// Variance 2 / fan in (He et al., 2015).
    HeNormal,
    /// Uniform within ±√(3 / fan in) (LeCun et al., 1998).
    LecunUniform,
    /// Variance 1 / fan in (LeCun et al., 1998).
    LecunNormal,
    /// Normal, drawn anew beyond two standard deviations.
    TruncatedNormal {
        mean: f64,
        std: f64,
    },
    /// Orthonormal rows or columns, times `gain` (Saxe et al., 2014).
    Orthogonal {
        gain: f64,
    },
    /// Normal for so many inputs of each output, 0 for the others (Martens, 2010).
    Sparse {
        inputs: usize,
        std: f64,
    },
}

/// A method of the emitted type.
pub struct Entry {
    pub name: Ident,
    /// Doc comments and other attributes as written.
    pub attributes: TokenStream,
    pub visibility: TokenStream,
    /// The braces of its body.
    pub body: Span,
    /// The arguments; `Op::Input`'s `index` is an index into it.
    pub inputs: Vec<EntryInput>,
    pub result: ResultType,
    /// The results flattened in order. A `Scalar` is already the mean over the batch and therefore shared; a
    /// `Tensor` is per example unless it depends on parameters alone.
    pub function: Function,
    /// The function of training mode; `None` if the entry point neither asks for the mode nor updates a
    /// buffer.
    pub training: Option<Training>,
    /// True if its gradient, and `derivatives`, are wanted in evaluation mode even where training differs.
    pub evaluation_gradient: bool,
    /// What `#[derive_also(…)]` asks for, in the order written.
    pub derivatives: Vec<Derivative>,
    /// The values of `function` that [`Derivative::Gnvp`] linearises; none if it is not asked for.
    pub linearised: Vec<Val>,
}

/// A derivative that an entry point has beside its gradient.
#[derive(Clone, Debug)]
pub enum Derivative {
    /// The derivative of the results along a direction of the parameters.
    Jvp,
    /// The Hessian of the first `Scalar` by the parameters, times a direction.
    Hvp,
    /// Its Gauss–Newton matrix through the value of this name, times a direction.
    Gnvp(Ident),
    /// Its gradient by each of these, with the names that they are asked for by.
    Grad(Vec<(Ident, Wrt)>),
}

/// What `grad(…)` differentiates by.
#[derive(Clone, Debug)]
pub enum Wrt {
    /// The argument at this index.
    Input(usize),
    /// All parameters.
    Parameters,
}

impl Derivative {
    /// The word that asks for it, after which its methods are named.
    pub fn word(&self) -> &'static str {
        match self {
            Derivative::Jvp => "jvp",
            Derivative::Hvp => "hvp",
            Derivative::Gnvp(_) => "gnvp",
            Derivative::Grad(_) => "grad",
        }
    }

    /// True if it is along a direction, which its methods take.
    pub fn is_along_direction(&self) -> bool {
        !matches!(self, Derivative::Grad(_))
    }
}

/// An entry point as it is in training mode.
pub struct Training {
    /// The results as in evaluation mode, then the new values of the buffers of `updates`.
    pub function: Function,
    /// The buffers it updates, in ascending order.
    pub updates: Vec<usize>,
    /// The values of `function` that [`Derivative::Gnvp`] linearises.
    pub linearised: Vec<Val>,
}

impl Entry {
    /// The function in evaluation mode and, where it differs, in training mode.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        std::iter::once(&self.function).chain(self.training.iter().map(|training| &training.function))
    }
}

/// An argument of an entry point.
#[derive(Clone, Debug)]
pub struct EntryInput {
    pub name: Ident,
    /// Per example (`Tensor`, `Index`, `Scalar`) or one value for the batch (`Shared`).
    pub ty: Type,
}

/// The shape of an entry point's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResultType {
    Tensor,
    Scalar,
    Tuple(Vec<ResultType>),
}

impl ResultType {
    /// The number of graph outputs that the result takes.
    pub fn count(&self) -> usize {
        match self {
            ResultType::Tensor | ResultType::Scalar => 1,
            ResultType::Tuple(parts) => parts.iter().map(ResultType::count).sum(),
        }
    }

    /// The path to the first `Scalar`, the one that `_and_grad` differentiates: an index into each nested
    /// tuple.
    pub fn first_scalar(&self) -> Option<Vec<usize>> {
        match self {
            ResultType::Scalar => Some(Vec::new()),
            ResultType::Tensor => None,
            ResultType::Tuple(parts) => parts.iter().enumerate().find_map(|(place, part)| {
                let rest = part.first_scalar()?;
                Some(std::iter::once(place).chain(rest).collect())
            }),
        }
    }

    /// The index of the first `Scalar` among the flattened outputs.
    pub fn first_scalar_output(&self) -> Option<usize> {
        let mut before = 0;
        let mut here = self;
        for place in self.first_scalar()? {
            if let ResultType::Tuple(parts) = here {
                before += parts[..place].iter().map(ResultType::count).sum::<usize>();
                here = &parts[place];
            }
        }
        Some(before)
    }
}
