//! Groups of parameters, by their names, and what is set for each.

use super::{demand, demand_decay};
use crate::{Error, Layout, Parameter};

/// The part of an optimizer's settings that groups can change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Settings {
    /// The factor of the learning rate.
    pub rate: f64,
    /// Weight decay in the form of the rule.
    pub weight_decay: f64,
    /// The weight of `½ ‖w‖²`.
    pub l2: f64,
    /// The weight of decoupled decay.
    pub decoupled: f64,
    /// The weight of `‖w‖₁`.
    pub l1: f64,
    /// The weight of `½ ‖w - θ₀‖²`.
    pub from_start: f64,
    /// True if the parameters are not to be trained.
    pub frozen: bool,
    /// True if tensors are to be treated as vectors.
    pub as_vectors: bool,
}

impl Settings {
    /// Those of plain training.
    pub const PLAIN: Settings = Settings {
        rate: 1.0,
        weight_decay: 0.0,
        l2: 0.0,
        decoupled: 0.0,
        l1: 0.0,
        from_start: 0.0,
        frozen: false,
        as_vectors: false,
    };

    /// Checks every number.
    pub fn check(&self, owner: &'static str) -> Result<(), Error> {
        let Settings {
            rate,
            weight_decay,
            l2,
            decoupled,
            l1,
            from_start,
            frozen: _,
            as_vectors: _,
        } = *self;
        let not_negative = |name, value: f64| {
            let holds = value.is_finite() && value >= 0.0;
            demand(holds, owner, name, value, "finite and not negative")
        };
        not_negative("factor of a group's learning rate", rate)?;
        demand_decay(owner, weight_decay)?;
        not_negative("weight of the 2-norm", l2)?;
        not_negative("decoupled weight decay", decoupled)?;
        not_negative("weight of the 1-norm", l1)?;
        not_negative("weight of the distance from the start", from_start)
    }
}

/// What is different for a group of parameters; see [`Descent::group`](super::Descent::group).
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use = "a group is what the closure returns"]
pub struct Group {
    rate: Option<f64>,
    weight_decay: Option<f64>,
    l2: Option<f64>,
    decoupled: Option<f64>,
    l1: Option<f64>,
    from_start: Option<f64>,
    frozen: Option<bool>,
    as_vectors: Option<bool>,
}

impl Group {
    /// Sets the factor of the learning rate.
    pub fn rate(mut self, factor: f64) -> Self {
        self.rate = Some(factor);
        self
    }

    /// Sets the weight decay, as [`Descent::weight_decay`](super::Descent::weight_decay).
    pub fn weight_decay(mut self, weight: f64) -> Self {
        self.weight_decay = Some(weight);
        self
    }

    /// Sets the L2 penalty, as [`Descent::l2`](super::Descent::l2).
    pub fn l2(mut self, weight: f64) -> Self {
        self.l2 = Some(weight);
        self
    }

    /// Sets the decoupled decay, as [`Descent::decoupled_decay`](super::Descent::decoupled_decay).
    pub fn decoupled_decay(mut self, weight: f64) -> Self {
        self.decoupled = Some(weight);
        self
    }

    /// Sets the L1 penalty, as [`Descent::l1`](super::Descent::l1).
    pub fn l1(mut self, weight: f64) -> Self {
        self.l1 = Some(weight);
        self
    }

    /// Sets the penalty of the distance from the start, as
    /// [`Descent::l2_from_start`](super::Descent::l2_from_start).
    pub fn l2_from_start(mut self, weight: f64) -> Self {
        self.from_start = Some(weight);
        self
    }

    /// Leaves the parameters, and their moments, as they are.
    pub fn freeze(mut self) -> Self {
        self.frozen = Some(true);
        self
    }

    /// Trains parameters that an earlier group freezes.
    pub fn thaw(mut self) -> Self {
        self.frozen = Some(false);
        self
    }

    /// Treats tensors as vectors under a rule that tells them from matrices, as [`Muon`](super::Muon) and
    /// [`Adafactor`](super::Adafactor) do: embeddings, for example, whose rows have little to do with each other.
    pub fn as_vectors(mut self) -> Self {
        self.as_vectors = Some(true);
        self
    }

    /// The group without any decay or penalty that draws parameters to 0.
    pub(super) fn without_decay() -> Group {
        Group::default().weight_decay(0.0).l2(0.0).decoupled_decay(0.0)
    }

    /// The settings as this group changes them.
    pub(super) fn change(&self, settings: Settings) -> Settings {
        Settings {
            rate: self.rate.unwrap_or(settings.rate),
            weight_decay: self.weight_decay.unwrap_or(settings.weight_decay),
            l2: self.l2.unwrap_or(settings.l2),
            decoupled: self.decoupled.unwrap_or(settings.decoupled),
            l1: self.l1.unwrap_or(settings.l1),
            from_start: self.from_start.unwrap_or(settings.from_start),
            frozen: self.frozen.unwrap_or(settings.frozen),
            as_vectors: self.as_vectors.unwrap_or(settings.as_vectors),
        }
    }
}

/// The parameters that belong to a group.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Members {
    /// Those whose name matches a pattern.
    Named(String),
    /// Those with fewer than two axes: biases, and the scales of norms.
    Vectors,
}

impl Members {
    /// True if the parameter is one of them.
    pub fn include(&self, parameter: &Parameter) -> bool {
        match self {
            Members::Named(pattern) => parameter.matches(pattern),
            Members::Vectors => parameter.shape.len() < 2,
        }
    }

    /// Checks that a pattern matches something.
    ///
    /// # Errors
    ///
    /// [`Error::NoParameterMatches`] lists the names that are nearest to it.
    pub fn check(&self, owner: &'static str, layout: &Layout) -> Result<(), Error> {
        match self {
            Members::Named(pattern) if layout.matching(pattern).next().is_none() => {
                Err(Error::NoParameterMatches {
                    owner,
                    pattern: pattern.clone(),
                    near: layout.nearest(pattern, 3),
                })
            }
            _ => Ok(()),
        }
    }
}
