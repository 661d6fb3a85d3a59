//! The syntax tree of a declaration: the user's text, each node with the token that an error about it points
//! at.

use proc_macro2::{Ident, Span, TokenStream};

/// One `network! { … }`: a type, its constants and its functions.
#[derive(Clone, Debug)]
pub struct Network {
    /// The path of dsl-runtime in the declaring crate: `::dsl_runtime`, or `$crate` of the macro that was
    /// called.
    pub runtime: TokenStream,
    /// Attributes of the struct as written (doc comments among them), re-emitted on the type.
    pub attributes: TokenStream,
    /// `pub`, `pub(crate)` … or empty.
    pub visibility: TokenStream,
    /// The word `struct`.
    pub keyword: Span,
    pub name: Ident,
    /// The `;` behind it.
    pub end: Span,
    /// The parameters and members, if this is a family of networks.
    pub family: Option<Family>,
    pub products: Products,
    /// What `#[initialize("*.weight" = orthogonal())]` says: patterns of names, and the initial values of what matches.
    pub initializers: Vec<(Expr, Expr)>,
    /// What `#[document(…)]` asks for, in the order written.
    pub documents: Vec<Document>,
    /// The resolved imports; empty before resolution.
    pub imported: Imported,
    pub constants: Vec<Constant>,
    /// The functions in the order written. If the declaration has errors: those that were parsed to their
    /// end.
    pub functions: Vec<Function>,
    /// The words of the language's attributes, wherever they stand.
    pub said: Vec<Ident>,
}

/// The number format in which the network multiplies matrices and convolves images: `#[products(bf16)] struct Mlp;`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Products {
    /// The network's own format.
    #[default]
    Full,
    /// Rounded to bf16, and summed in `f32`.
    Bf16,
}

/// Something that the type shows of its network: `#[document(dot, svg, latex)] struct Mlp;`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// The graphs of the entry points and of the gradients as Graphviz DOT.
    Dot,
    /// Pictures of them by layers, in the documentation of the type too.
    Svg,
    /// The graphs as formulas in LaTeX.
    Latex,
    /// The graphs as text, in the form of `GRADIENT`.
    Text,
}

/// `#[instantiate(WIDTH = [4, 8])] struct Mlp<const WIDTH: usize>;`
#[derive(Clone, Debug)]
pub struct Family {
    /// `const WIDTH: usize`, in the order written.
    pub parameters: Vec<(Ident, Type)>,
    /// One member for each listed choice of values.
    pub members: Vec<Member>,
}

/// A network of a family: a literal for each parameter.
#[derive(Clone, Debug)]
pub struct Member {
    pub values: Vec<Expr>,
}

impl Network {
    /// The network compiled for one member: the declaration with its values as constants.
    pub fn member(&self, values: &[Expr]) -> Network {
        let mut network = self.clone();
        let parameters = self.family.iter().flat_map(|family| &family.parameters);
        let constants = parameters.zip(values).map(|((name, ty), value)| Constant {
            attributes: TokenStream::new(),
            name: name.clone(),
            ty: ty.clone(),
            value: value.clone(),
        });
        network.constants.splice(0..0, constants);
        network
    }
}

/// Functions and constants without a type of their own: the prelude, or one `blocks! { … }`.
#[derive(Clone, Debug, Default)]
pub struct Blocks {
    pub imported: Imported,
    pub constants: Vec<Constant>,
    pub functions: Vec<Function>,
    /// The words of the language's attributes, wherever they stand.
    pub said: Vec<Ident>,
}

/// One name of a `use` item.
#[derive(Clone, Debug)]
pub struct Import {
    /// `vision_blocks::residual`, as rustc resolves it.
    pub path: TokenStream,
    /// The name it has here.
    pub alias: Ident,
}

/// The published blocks that a declaration reaches by its imports, including those of the blocks.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    pub libraries: Vec<Library>,
    /// The blocks that the names of the declaration's own imports denote.
    pub uses: Vec<Use>,
}

/// A published block with the blocks and constants it needs, which see each other and their imports.
#[derive(Clone, Debug)]
pub struct Library {
    /// The package it was published by.
    pub package: String,
    pub uses: Vec<Use>,
    pub constants: Vec<Constant>,
    pub functions: Vec<Function>,
}

/// A name for a block of a library.
#[derive(Clone, Debug)]
pub struct Use {
    pub alias: String,
    /// An index into [`Imported::libraries`].
    pub library: usize,
    /// The name of the block there.
    pub block: String,
}

/// `const HIDDEN: usize = 128;`
#[derive(Clone, Debug)]
pub struct Constant {
    #[expect(
        dead_code,
        reason = "constants are not emitted, so neither is their documentation"
    )]
    pub attributes: TokenStream,
    pub name: Ident,
    pub ty: Type,
    pub value: Expr,
}

/// A block (no `self`) or an entry point (`&self`).
#[derive(Clone, Debug)]
pub struct Function {
    /// Doc comments and other attributes as written.
    pub attributes: TokenStream,
    pub visibility: TokenStream,
    pub name: Ident,
    /// True if the function takes `&self`: an entry point (`pub`) or a shared helper.
    pub takes_self: bool,
    pub parameters: Vec<Parameter>,
    pub result: Type,
    pub body: Block,
    /// `#[name = "encoder"]`: the path of its parameters, if that is not its name.
    pub path: Option<String>,
    /// True after `#[gradient(evaluation)]`: the gradient, and `derivatives`, are wanted in evaluation mode too.
    pub evaluation_gradient: bool,
    /// What `#[derive_also(…)]` asks for, in the order written.
    pub derivatives: Vec<Derivative>,
    /// True after `#[recompute]`: what a call computes is computed again for derivatives, instead of kept.
    pub recompute: bool,
}

/// A derivative of an entry point, asked for by `#[derive_also(…)]`.
#[derive(Clone, Debug)]
pub struct Derivative {
    /// The word that asks for it, after which its methods are named.
    pub word: Ident,
    pub kind: DerivativeKind,
}

#[derive(Clone, Debug)]
pub enum DerivativeKind {
    /// `jvp`: the derivative of the results along a direction of the parameters.
    Jvp,
    /// `hvp`: the Hessian of the first `Scalar` by the parameters, times a direction.
    Hvp,
    /// `gnvp(logits)`: its Gauss–Newton matrix through the value of this name, times a direction.
    Gnvp(Ident),
    /// `grad(image)`: its gradient by the inputs of these names, or by `parameters`.
    Grad(Vec<Ident>),
}

/// `image: Tensor<784>`
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: Ident,
    pub mutable: bool,
    pub ty: Type,
    /// `pad: usize = 0`: only the prelude may state defaults (not Rust grammar for users).
    pub default: Option<Expr>,
}

/// A type of the language.
#[derive(Clone, Debug)]
pub struct Type {
    pub kind: TypeKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum TypeKind {
    /// `Tensor<784>`, `Tensor<_, _>`; `Tensor<..>` (prelude only): any number of axes.
    Tensor(Dimensions),
    /// `Index<10>`, `Index<VOCAB, TIME>`: integers below the limit.
    Index {
        limit: Dimension,
        dimensions: Vec<Dimension>,
    },
    /// `Scalar`: one number per example.
    Scalar,
    /// `Shared`, `Shared<3, 4>`: one run-time value per call.
    Shared(Vec<Dimension>),
    /// `usize`: a compile-time size.
    Size,
    /// `f64` / `f32`: a compile-time number.
    Number,
    /// `bool`: a compile-time condition.
    Bool,
    /// `Layer`: a held layer or a block passed as an argument.
    Layer,
    /// `Initializer`: `zeros()`, `normal(0.02)` … passed as an argument.
    Initializer,
    /// `[usize]`: one size, or a list of them (prelude only).
    Sizes,
    /// `Padding`: zeros around an image, as numbers or as `"same"` (prelude only).
    Padding,
    Tuple(Vec<Type>),
}

impl Type {
    /// True for results with a gradient: a number, or several results with one among them.
    pub fn has_scalar(&self) -> bool {
        match &self.kind {
            TypeKind::Scalar => true,
            TypeKind::Shared(sizes) => sizes.is_empty(),
            TypeKind::Tuple(parts) => parts.iter().any(Type::has_scalar),
            _ => false,
        }
    }
}

#[derive(Clone, Debug)]
pub enum Dimensions {
    Listed(Vec<Dimension>),
    /// `..`
    Any,
}

/// One size in a type.
#[derive(Clone, Debug)]
pub enum Dimension {
    /// `_`
    Inferred(Span),
    Size(Expr),
}

/// `{ statements; result }`
#[derive(Clone, Debug)]
pub struct Block {
    pub statements: Vec<Statement>,
    pub result: Option<Box<Expr>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum Statement {
    /// `let (h, c): Type = value;`
    Let {
        pattern: Pattern,
        ty: Option<Type>,
        value: Expr,
        #[expect(dead_code, reason = "every node has the token an error about it points at")]
        span: Span,
    },
    /// `x = value;`, `(h, c) = value;`, `x += value;`
    Assign {
        pattern: Pattern,
        operator: Option<BinaryOperator>,
        value: Expr,
        span: Span,
    },
    /// `ys[index] = value;`: one entry of the first axis.
    AssignRow { name: Ident, index: Expr, value: Expr },
    /// `for i in from..to { body }` (`..=` is parsed to `to + 1`), `for i in (from..to).rev() { body }`
    For {
        variable: Pattern,
        from: Expr,
        to: Expr,
        /// True if the loop starts with the last value of the range.
        reversed: bool,
        body: Block,
        span: Span,
    },
    /// An expression for its effect: `if size == 1 { x = …; }`
    Expr(Expr),
}

#[derive(Clone, Debug)]
pub enum Pattern {
    Name {
        name: Ident,
        mutable: bool,
    },
    Wildcard(#[expect(dead_code, reason = "every node has the token an error about it points at")] Span),
    Tuple(Vec<Pattern>, Span),
    /// `[q, k, v]`
    Array(Vec<Pattern>, Span),
}

/// An expression and the token an error about it points at: the word of a call, the operator of a sum.
#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Name(Ident),
    /// `self`, only as in `self.logits(image)`.
    SelfValue,
    Integer(u64),
    Float(f64),
    Bool(bool),
    /// `"*.weight"`
    Text(String),
    Unary {
        operator: UnaryOperator,
        value: Box<Expr>,
    },
    Binary {
        operator: BinaryOperator,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `f(x, n)`, `f(n)(x)`: `function` is a name or another call.
    Call {
        function: Box<Expr>,
        arguments: Vec<Argument>,
    },
    /// `x.f(n)`, `self.f(x)`
    Method {
        receiver: Box<Expr>,
        name: Ident,
        arguments: Vec<Argument>,
    },
    /// `embed.weight`
    Field {
        base: Box<Expr>,
        name: Ident,
    },
    Tuple(Vec<Expr>),
    Array(Vec<Expr>),
    If {
        condition: Box<Expr>,
        then: Block,
        otherwise: Option<Box<Expr>>,
    },
    Block(Block),
}

/// `x`, or the named argument `pad = 2`.
#[derive(Clone, Debug)]
pub struct Argument {
    pub name: Option<Ident>,
    pub value: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    Negate,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
}
