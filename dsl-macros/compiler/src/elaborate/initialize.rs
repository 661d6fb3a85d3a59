//! Initial values by pattern: what `#[initialize("*.weight" = orthogonal())]` says takes the place of what the parameters were
//! made with. Of several patterns that match a name the last counts.

use super::elaborator::{Elaborator, Naming};
use super::fault::Fault;
use super::value::Value;
use crate::diagnostics::nearest;
use crate::syntax::ast::{Expr, ExprKind};

impl<'a> Elaborator<'a> {
    /// Notes the initial values of all parameters that match, once all are made; a pattern that matches none is reported.
    pub fn initialize(&mut self, patterns: &'a [(Expr, Expr)]) {
        self.parameters.begun_otherwise.clear();
        for (pattern, value) in patterns {
            let ExprKind::Text(text) = &pattern.kind else {
                continue;
            };
            if self.parameters.matching(text).is_empty() {
                let names = self.parameters.names();
                let help = match nearest(text, names.iter().copied()).or(names.first().copied()) {
                    Some(name) => format!("one of the names is `{name}`; `*` stands for any letters"),
                    None => "the network has no parameters".to_string(),
                };
                let fault = Fault::new(format!("no parameter's name matches {text:?}")).help(help);
                self.report(pattern.span, fault);
                continue;
            }
            match self.evaluate(value, Naming::Word) {
                Ok(Value::Initializer(initializer)) => {
                    self.parameters.begun_otherwise.push((text.clone(), initializer))
                }
                Ok(_) => {
                    let help = "write a distribution, such as `orthogonal()` or `normal(0.01)`";
                    self.report(value.span, Fault::new("these are no initial values").help(help));
                }
                Err(_) => {}
            }
        }
    }
}
