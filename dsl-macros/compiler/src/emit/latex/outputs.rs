//! The names of outputs: `\ell` for the loss, gradients as derivatives of it.

use super::math::{Math, Symbol, name};
use super::{Writer, set};
use crate::emit::text::given_name;
use crate::graph::{Batching, Val};
use crate::ops::Op;

impl Writer<'_> {
    /// Gives outputs without a name of their own the one that they have as outputs.
    pub(super) fn name_outputs(&mut self, outputs: &[(String, Val)]) {
        for (place, (_, val)) in outputs.iter().enumerate() {
            let op = &self.graph.node(*val).op;
            let named =
                given_name(op).is_some() || self.graph.name(*val).is_some() || matches!(op, Op::Part(_));
            if !named && !self.wanted.contains_key(val) {
                let symbol = self.output_symbol(outputs, place);
                self.wanted.insert(*val, symbol);
            }
        }
    }

    /// A line for each output that no line is called like.
    pub(super) fn write_outputs(&mut self, outputs: &[(String, Val)]) {
        for (place, (_, val)) in outputs.iter().enumerate() {
            let symbol = Math::symbol(self.output_symbol(outputs, place));
            let value = self.read(*val);
            if value.text != symbol.text {
                self.push(&symbol.text, "=", &value.text, &set(&self.graph.ty(*val)));
            }
        }
    }

    fn output_symbol(&self, outputs: &[(String, Val)], place: usize) -> Symbol {
        let (word, val) = &outputs[place];
        let ty = self.graph.ty(*val);
        let is_loss = |(word, val): &(String, Val)| {
            let ty = self.graph.ty(*val);
            word.starts_with("result") && ty.shape.rank() == 0 && ty.batching == Batching::Shared
        };
        let is_output = |word: &str| outputs.iter().any(|(other, _)| other == word);
        let compound = |base: String| Symbol {
            compound: true,
            ..self.symbol(base, &ty)
        };
        match word.split_once(' ') {
            None if outputs.iter().position(is_loss) == Some(place) => self.symbol(r"\ell".to_string(), &ty),
            Some(("∂", of)) if is_output(of) => compound(format!(r"\mathrm{{d}} {}", name(of))),
            Some(("∂", of)) => compound(format!(r"\frac{{\partial \ell}}{{\partial {}}}", name(of))),
            Some(("∂²", of)) => compound(format!(r"\nabla^{{2}}_{{{}}} \ell \, v", name(of))),
            Some(("∂ᵀ∂²∂", of)) => compound(format!(r"J^{{\top}}_{{{}}} H J \, v", name(of))),
            Some(("new", of)) => compound(format!(r"{}^{{\mathrm{{new}}}}", name(of))),
            _ => self.symbol(name(word), &ty),
        }
    }
}
