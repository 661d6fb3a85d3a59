//! The library of everything callable: the functions of the declaration, those of the prelude, and the words
//! of the compiler.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::differentiation_variables::{DifferentiationVariables, differentiation_variables};
use super::signature::Signature;
use super::signature::{Formal, WordFormal, Words};
use crate::collections::IntoCollection;
use crate::syntax::ast::{Blocks, Constant, Function, Imported, Network, TypeKind, Use};

/// A function of the library, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionId(usize);

/// The author of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    User,
    /// An imported block, by its index. It sees the items it was published with; errors inside it belong to
    /// the user's call.
    Library(usize),
    /// The prelude. It sees only itself and the words; errors inside it belong to the user's call.
    Prelude,
}

/// The callee of a call.
#[derive(Clone, Debug)]
pub enum Callee {
    /// Functions of one name: one of the user's, or those of the prelude that differ in whether an argument
    /// is an index or numbers.
    Functions(Rc<[FunctionId]>),
    Word(&'static Signature),
}

/// Functions and constants of all sides.
pub struct Library<'a> {
    functions: Vec<(&'a Function, Side)>,
    names: BTreeMap<(Side, String), Vec<FunctionId>>,
    constants: BTreeMap<(Side, String), &'a Constant>,
    /// The package of each imported library.
    packages: Vec<&'a str>,
    words: Words,
    differentiation_variables: DifferentiationVariables,
}

impl<'a> Library<'a> {
    pub fn new(network: &'a Network, prelude: &'a Blocks, words: Words) -> Library<'a> {
        Library::of(
            &network.functions,
            &network.constants,
            &network.imported,
            prelude,
            words,
        )
    }

    /// A library of blocks without a network.
    pub fn of_blocks(blocks: &'a Blocks, prelude: &'a Blocks, words: Words) -> Library<'a> {
        Library::of(
            &blocks.functions,
            &blocks.constants,
            &blocks.imported,
            prelude,
            words,
        )
    }

    fn of(
        functions: &'a [Function],
        constants: &'a [Constant],
        imported: &'a Imported,
        prelude: &'a Blocks,
        words: Words,
    ) -> Library<'a> {
        let mut library = Library {
            functions: Vec::new(),
            names: BTreeMap::new(),
            constants: BTreeMap::new(),
            packages: Vec::new(),
            words,
            differentiation_variables: DifferentiationVariables::new(),
        };
        library.add(Side::User, functions, constants);
        library.add(Side::Prelude, &prelude.functions, &prelude.constants);
        for (place, other) in imported.libraries.iter().enumerate() {
            library.add(Side::Library(place), &other.functions, &other.constants);
            library.packages.push(&other.package);
        }
        library.import(Side::User, &imported.uses);
        for (place, other) in imported.libraries.iter().enumerate() {
            library.import(Side::Library(place), &other.uses);
        }
        library.differentiation_variables = differentiation_variables(&library);
        library
    }

    fn add(&mut self, side: Side, functions: &'a [Function], constants: &'a [Constant]) {
        for function in functions {
            let id = FunctionId(self.functions.len());
            self.functions.push((function, side));
            let name = (side, function.name.to_string());
            self.names.entry(name).or_default().push(id);
        }
        for constant in constants {
            self.constants.insert((side, constant.name.to_string()), constant);
        }
    }

    /// Makes imported blocks visible from `side`, once all own functions are known.
    fn import(&mut self, side: Side, uses: &[Use]) {
        for Use {
            alias,
            library,
            block,
        } in uses
        {
            let there = self.names.get(&(Side::Library(*library), block.clone()));
            let ids = there.cloned().unwrap_or_default();
            self.names.insert((side, alias.clone()), ids);
        }
    }

    /// The package of an imported block.
    pub fn package(&self, side: Side) -> Option<&'a str> {
        match side {
            Side::Library(place) => self.packages.get(place).copied(),
            Side::User | Side::Prelude => None,
        }
    }

    /// All functions.
    pub fn all(&self) -> impl Iterator<Item = (FunctionId, &'a Function)> + '_ {
        let functions = self.functions.iter().enumerate();
        functions.map(|(place, (function, _))| (FunctionId(place), *function))
    }

    /// The names of variables that a function differentiates by.
    pub fn differentiation_variables(&self, id: FunctionId) -> Rc<BTreeSet<String>> {
        self.differentiation_variables
            .get(&id)
            .cloned()
            .unwrap_or_default()
    }

    pub fn function(&self, id: FunctionId) -> &'a Function {
        self.functions[id.0].0
    }

    pub fn side(&self, id: FunctionId) -> Side {
        self.functions[id.0].1
    }

    /// The user's functions that take `&self`, in the order written.
    pub fn own(&self) -> impl Iterator<Item = (FunctionId, &'a Function)> + '_ {
        let all = self.functions.iter().enumerate();
        all.filter(|(_, (function, side))| *side == Side::User && function.takes_self)
            .map(|(place, (function, _))| (FunctionId(place), *function))
    }

    /// The `&self` function of a name.
    pub fn own_named(&self, name: &str) -> Option<FunctionId> {
        self.own()
            .find(|(_, function)| function.name == name)
            .map(|(id, _)| id)
    }

    pub fn constant(&self, side: Side, name: &str) -> Option<&'a Constant> {
        self.constants.get(&(side, name.to_string())).copied()
    }

    /// The constants of `side`, by name.
    pub fn constants(&self, side: Side) -> Vec<&'a Constant> {
        let own = self.constants.iter().filter(|((owner, _), _)| *owner == side);
        own.map(|(_, constant)| *constant).collect()
    }

    /// The block or word that `name` denotes, seen from `side`.
    pub fn callee(&self, side: Side, name: &str) -> Option<Callee> {
        let block = |side: Side| {
            let ids = self.names.get(&(side, name.to_string()))?;
            let blocks: Vec<FunctionId> = ids
                .iter()
                .copied()
                .filter(|&id| !self.function(id).takes_self)
                .collect();
            (!blocks.is_empty()).then(|| Callee::Functions(blocks.into()))
        };
        block(side)
            .or_else(|| block(Side::Prelude))
            .or_else(|| self.words.get(name).map(Callee::Word))
    }

    /// The words that differentiate by one of their arguments.
    pub fn words_by_variables(&self) -> BTreeSet<String> {
        let by_variable = |word: &Signature| word.formals.iter().any(|formal| formal.variable);
        let words = self.words.iter().filter(|(_, word)| by_variable(word));
        words.map(|(name, _)| name.to_string()).into_set()
    }

    /// The names that a function has on all sides.
    pub fn names_of(&self, id: FunctionId) -> impl Iterator<Item = String> + '_ {
        let names = self.names.iter().filter(move |(_, ids)| ids.contains(&id));
        names.map(|((_, name), _)| name.clone())
    }

    /// Every name that can be called from `side`: for suggestions.
    pub fn callable(&self, side: Side) -> Vec<String> {
        let seen = self.names.iter().filter(|((owner, _), ids)| {
            (*owner == side || *owner == Side::Prelude) && ids.iter().any(|&id| !self.function(id).takes_self)
        });
        seen.map(|((_, name), _)| name.clone())
            .chain(self.words.keys().map(ToString::to_string))
            .collect()
    }

    /// The user's blocks.
    pub fn blocks(&self) -> impl Iterator<Item = &'a Function> + '_ {
        let user = self.functions.iter().filter(|(_, side)| *side == Side::User);
        user.map(|(function, _)| *function)
            .filter(|function| !function.takes_self)
    }

    /// The names of the constants of `side`: for suggestions.
    pub fn constant_names(&self, side: Side) -> Vec<String> {
        let own = self.constants.keys().filter(|(owner, _)| *owner == side);
        own.map(|(_, name)| name.clone()).collect()
    }

    /// The formal arguments of `callee`, in order.
    pub fn formals(&self, callee: &Callee) -> Vec<Formal> {
        match callee {
            Callee::Word(word) => word.formals.iter().map(WordFormal::formal).collect(),
            Callee::Functions(ids) => {
                let parameters = self.function(ids[0]).parameters.iter();
                let formal = |parameter: &crate::syntax::ast::Parameter| Formal {
                    name: parameter.name.to_string(),
                    tensor: is_tensor(&parameter.ty.kind),
                    layer: matches!(parameter.ty.kind, TypeKind::Layer),
                    default: parameter.default.as_ref().map(ToString::to_string),
                };
                parameters.map(formal).collect()
            }
        }
    }
}

/// True if an argument of this type is a value of the graph.
pub fn is_tensor(kind: &TypeKind) -> bool {
    match kind {
        TypeKind::Tensor(_) | TypeKind::Index { .. } | TypeKind::Scalar | TypeKind::Shared(_) => true,
        TypeKind::Tuple(parts) => !parts.is_empty() && parts.iter().all(|part| is_tensor(&part.kind)),
        _ => false,
    }
}
