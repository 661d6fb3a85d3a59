//! The rules that there are, each with the optimizer by it.

mod adadelta;
mod adafactor;
mod adagrad;
mod adam;
mod amsgrad;
mod lamb;
mod lion;
mod matrix;
mod momentum;
mod muon;
mod nadam;
mod rms_prop;
mod schedule_free;
mod sgd;

pub use adadelta::{Adadelta, AdadeltaRule};
pub use adafactor::{Adafactor, AdafactorRule};
pub use adagrad::{Adagrad, AdagradRule};
pub use adam::{Adam, AdamRule};
pub use amsgrad::{AmsGrad, AmsGradRule};
pub use lamb::{Lamb, LambRule};
pub use lion::{Lion, LionRule};
pub use momentum::{Momentum, MomentumRule};
pub use muon::{Muon, MuonRule};
pub use nadam::{Nadam, NadamRule};
pub use rms_prop::{CenteredRmsProp, CenteredRmsPropRule, RmsProp, RmsPropRule};
pub use schedule_free::{ScheduleFree, ScheduleFreeRule};
pub use sgd::{Sgd, SgdRule};

use super::{demand, demand_factor};
use crate::{Error, Real};

/// The factors of a first and a second moment, and the number that keeps a quotient finite.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Averaging {
    betas: [f64; 2],
    epsilon: f64,
    /// `1 - βᵗ` of both factors in this step: what averages that start at 0 lack.
    corrections: [f64; 2],
}

impl Averaging {
    /// These factors.
    fn new(betas: [f64; 2], epsilon: f64) -> Self {
        Averaging {
            betas,
            epsilon,
            corrections: [1.0; 2],
        }
    }

    /// Begins the step of this number.
    fn begin(&mut self, number: u64) {
        self.corrections = self.betas.map(|beta| 1.0 - beta.powf(number as f64));
    }

    /// Checks them.
    fn check<T: Real>(&self, owner: &'static str) -> Result<(), Error> {
        demand_factor(owner, "first beta", self.betas[0])?;
        demand_factor(owner, "second beta", self.betas[1])?;
        demand_epsilon::<T>(owner, self.epsilon)
    }

    /// `β` and `1 - β` of both factors.
    fn pairs<T: Real>(&self) -> [[T; 2]; 2] {
        self.betas.map(pair)
    }
}

/// A factor and what it leaves.
fn pair<T: Real>(factor: f64) -> [T; 2] {
    [T::literal(factor), T::literal(1.0 - factor)]
}

/// Checks the number that keeps a quotient finite.
fn demand_epsilon<T: Real>(owner: &'static str, epsilon: f64) -> Result<(), Error> {
    demand(
        epsilon.is_finite() && T::literal(epsilon) > T::ZERO,
        owner,
        "epsilon",
        epsilon,
        "finite and positive in the element type",
    )
}
