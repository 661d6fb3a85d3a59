//! The optimizers of the workloads. candle has no stochastic gradient descent with momentum: it is written here, as a
//! user would have to.

use candle_core::{Result, Tensor, Var};
use candle_nn::{AdamW, Optimizer as _, ParamsAdamW, SGD};

pub enum Optimizer {
    Plain(SGD),
    Momentum(Momentum),
    Adam(AdamW),
}

impl Optimizer {
    pub fn of(workload: &str, variables: Vec<Var>) -> Result<Self> {
        Ok(match workload {
            "xor" => Optimizer::Plain(SGD::new(variables, 0.1)?),
            "mlp_small" | "lenet5" => Optimizer::Momentum(Momentum::new(variables, 0.0)?),
            "resnet20" => Optimizer::Momentum(Momentum::new(variables, 1e-4)?),
            _ => {
                let settings = ParamsAdamW {
                    lr: 1e-5,
                    weight_decay: 0.0,
                    ..Default::default()
                };
                Optimizer::Adam(AdamW::new(variables, settings)?)
            }
        })
    }

    pub fn step(&mut self, loss: &Tensor) -> Result<()> {
        match self {
            Optimizer::Plain(optimizer) => optimizer.backward_step(loss),
            Optimizer::Momentum(optimizer) => optimizer.backward_step(loss),
            Optimizer::Adam(optimizer) => optimizer.backward_step(loss),
        }
    }
}

pub struct Momentum {
    variables: Vec<(Var, Tensor)>,
    weight_decay: f64,
}

impl Momentum {
    const RATE: f64 = 1e-4;
    const DECAY: f64 = 0.9;

    fn new(variables: Vec<Var>, weight_decay: f64) -> Result<Self> {
        let with_velocity = |variable: Var| {
            let velocity = variable.zeros_like()?;
            Ok((variable, velocity))
        };
        Ok(Momentum {
            variables: variables.into_iter().map(with_velocity).collect::<Result<_>>()?,
            weight_decay,
        })
    }

    fn backward_step(&mut self, loss: &Tensor) -> Result<()> {
        let gradients = loss.backward()?;
        for (variable, velocity) in &mut self.variables {
            let Some(gradient) = gradients.get(variable) else {
                continue;
            };
            let mut change = ((&*velocity * Self::DECAY)? + gradient)?;
            if self.weight_decay != 0.0 {
                change = (change + (variable.as_tensor() * self.weight_decay)?)?;
            }
            variable.set(&variable.sub(&(&change * Self::RATE)?)?)?;
            *velocity = change.detach();
        }
        Ok(())
    }
}
