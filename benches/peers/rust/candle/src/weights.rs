//! Weights that ours wrote, as candle's tensors.

use candle_core::{Device, Result, Tensor, Var};
use peer::{Kind, Work};

/// Takes weights one after the other; those to be trained are variables.
pub struct Weights<'a> {
    work: &'a mut Work,
    kind: Kind,
    /// What an optimizer updates.
    pub variables: Vec<Var>,
}

impl<'a> Weights<'a> {
    pub fn new(work: &'a mut Work, kind: Kind) -> Self {
        Weights {
            work,
            kind,
            variables: Vec::new(),
        }
    }

    /// The next weight. Inference has no variables, which would be tracked.
    pub fn take(&mut self, shape: &[usize]) -> Result<Tensor> {
        let tensor = Tensor::from_vec(self.work.weight(shape), shape, &Device::Cpu)?;
        if self.kind == Kind::Infer {
            return Ok(tensor);
        }
        let variable = Var::from_tensor(&tensor)?;
        self.variables.push(variable.clone());
        Ok(variable.as_tensor().clone())
    }
}
