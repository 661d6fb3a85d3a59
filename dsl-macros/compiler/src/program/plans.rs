//! Entry points as plans, and the network they belong to: all that the emitter is given.

use crate::elaborate::{Entry, Model};
use crate::layers::Layer;
use crate::schedule::ParameterLayouts;
use crate::schedule::plan::Plan;
use crate::syntax::ast::{Expr, Network};

/// A network on its last stage before tokens.
pub struct CompiledNetwork<'a> {
    pub network: &'a Network,
    /// Of a member of a family: the literals of its parameters.
    pub values: Vec<Expr>,
    pub model: Model,
    /// What the type's documentation lists.
    pub layers: Vec<Layer>,
    pub orders: ParameterLayouts,
    pub entries: Vec<EntryPlans>,
}

/// One entry point.
pub struct EntryPlans {
    pub entry: Entry,
    pub evaluation: ModePlans,
    /// What it computes in training mode, where that differs.
    pub training: Option<ModePlans>,
}

/// One entry point in one mode.
pub struct ModePlans {
    pub results: Plan,
    /// The gradient of the first `Scalar` among the results, if there is one.
    pub gradient: Option<GradientPlan>,
    /// The buffers whose new values are the last outputs of the plans.
    pub updates: Vec<usize>,
}

/// The results of an entry point and a gradient.
pub struct GradientPlan {
    pub plan: Plan,
    /// The printed graph, before anything about memory or machines is decided.
    pub text: String,
}

impl EntryPlans {
    /// The entry point in evaluation mode and, where it differs, in training mode.
    #[cfg(test)]
    pub fn modes(&self) -> impl Iterator<Item = &ModePlans> {
        std::iter::once(&self.evaluation).chain(&self.training)
    }

    /// The derived gradient as text: of training mode, where the modes differ.
    pub fn gradient_text(&self) -> Option<&str> {
        let mode = self.training.as_ref().unwrap_or(&self.evaluation);
        Some(&mode.gradient.as_ref()?.text)
    }
}
