//! Entry points as plans, and the network they belong to: the input of the emitter.

use super::pictures::Drawn;
use crate::elaborate::{Derivative, Entry, Model};
use crate::layers::Layer;
use crate::plan::routines::Routines;
use crate::plan::{Packings, ParameterLayouts, Plan};
use crate::syntax::ast::{Expr, Network};

/// A network at the last stage before tokens.
pub struct CompiledNetwork<'a> {
    pub network: &'a Network,
    /// The literals of the parameters of a family's member; empty for other networks.
    pub values: Vec<Expr>,
    pub model: Model,
    /// The layers that the type's documentation lists.
    pub layers: Vec<Layer>,
    pub layouts: ParameterLayouts,
    /// The parameters that calls which yield results read packed.
    pub packings: Packings,
    pub entries: Vec<EntryPlans>,
    /// The code that phases share.
    pub routines: Routines,
}

/// One entry point.
pub struct EntryPlans {
    pub entry: Entry,
    pub evaluation: ModePlans,
    /// Training mode, if it computes something different.
    pub training: Option<ModePlans>,
}

/// One entry point in one mode.
pub struct ModePlans {
    pub results: Plan,
    /// The printed graph of the results, if they contain derivatives and have no gradient of their own.
    pub text: Option<String>,
    /// The values that the graph of the results computes.
    pub values: usize,
    /// The pictures of the results that are asked for.
    pub drawn: Drawn,
    /// The gradient of the first `Scalar` among the results, if there is one and it is wanted in this mode.
    pub gradient: Option<GradientPlan>,
    /// The buffers whose new values are the last outputs of these plans.
    pub updates: Vec<usize>,
    /// The derivatives that the entry point asks for, in order; none in a mode in which they are not wanted.
    pub derivatives: Vec<GradientPlan>,
}

/// The plan of an entry point's results and gradient, or of its results and what another derivative yields.
pub struct GradientPlan {
    pub plan: Plan,
    /// The printed graph, before any decision about memory or machines.
    pub text: String,
    /// The values that the graph computes.
    pub values: usize,
    /// The pictures of it that are asked for; none of other derivatives.
    pub drawn: Drawn,
}

impl EntryPlans {
    /// The entry point in evaluation mode and, if it differs, in training mode.
    pub fn modes(&self) -> impl Iterator<Item = &ModePlans> {
        std::iter::once(&self.evaluation).chain(&self.training)
    }

    /// The plans in the order of the methods that run them.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.modes().flat_map(|mode| {
            let gradients = mode.gradient.iter().chain(&mode.derivatives);
            std::iter::once(&mode.results).chain(gradients.map(|gradient| &gradient.plan))
        })
    }

    /// The same plans, to be changed.
    pub fn plans_mut(&mut self) -> impl Iterator<Item = &mut Plan> {
        let modes = std::iter::once(&mut self.evaluation).chain(&mut self.training);
        modes.flat_map(|mode| {
            let gradients = mode.gradient.iter_mut().chain(&mut mode.derivatives);
            std::iter::once(&mut mode.results).chain(gradients.map(|gradient| &mut gradient.plan))
        })
    }

    /// The derived gradient as text, of training mode if the modes differ.
    pub fn gradient_text(&self) -> Option<&str> {
        Some(&self.trained().gradient.as_ref()?.text)
    }

    /// The results as text, if they contain derivatives and have no gradient; of training mode if the modes differ.
    pub fn results_text(&self) -> Option<&str> {
        self.trained().text.as_deref()
    }

    /// The derivatives that are asked for, and each of them as text, of training mode if the modes differ.
    pub fn derivative_texts(&self) -> impl Iterator<Item = (&Derivative, &str)> {
        let texts = self.trained().derivatives.iter().map(|plan| plan.text.as_str());
        self.entry.derivatives.iter().zip(texts)
    }

    /// The pictures of the results, in evaluation mode if the modes differ.
    pub fn drawn(&self) -> &Drawn {
        &self.evaluation.drawn
    }

    /// The pictures of the gradient, in training mode if the modes differ.
    pub fn gradient_drawn(&self) -> Option<&Drawn> {
        Some(&self.trained().gradient.as_ref()?.drawn)
    }

    /// The pictures of the derivatives that are asked for, in training mode if the modes differ.
    pub fn derivatives_drawn(&self) -> impl Iterator<Item = (&Derivative, &Drawn)> {
        let drawn = self
            .trained()
            .derivatives
            .iter()
            .map(|derivative| &derivative.drawn);
        self.entry.derivatives.iter().zip(drawn)
    }

    /// The entry point as it is trained.
    fn trained(&self) -> &ModePlans {
        self.training.as_ref().unwrap_or(&self.evaluation)
    }
}
