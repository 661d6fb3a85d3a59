//! Checks of published blocks that need no call, so that their publisher sees the errors.

use super::elaborator::Elaborator;
use super::library::{Library, Side};
use super::loops::{Loops, ROLL};
use super::parameters::Parameters;
use super::wording::near;
use super::words;
use crate::diagnostics::Diagnostics;
use crate::prelude;
use crate::syntax::ast::Blocks;
use crate::syntax::mentions::Mentions;

/// Checks constants, signatures and names. Shapes are known only at calls.
pub fn check_blocks(blocks: &Blocks, diagnostics: &mut Diagnostics) {
    let Some(prelude) = prelude::parse(diagnostics) else {
        return;
    };
    let library = Library::of_blocks(blocks, &prelude, words::signatures());
    let (parameters, buffers) = (Parameters::default(), Parameters::default());
    let mut elaborator = Elaborator::new(&library, diagnostics, parameters, buffers, Loops::new(ROLL));
    elaborator.check_constants();
    // Mistakes are reported where they are.
    let _ = elaborator.check_blocks();
    let constants = library.constant_names(Side::User);
    let callable = library.callable(Side::User);
    for function in &blocks.functions {
        let Mentions { used, bound } = Mentions::of_function(function);
        for name in used {
            let text = name.to_string();
            if bound.contains(&text) || constants.contains(&text) || callable.contains(&text) {
                continue;
            }
            let known: Vec<String> = bound.iter().chain(&constants).chain(&callable).cloned().collect();
            let diagnostic = diagnostics.error(name.span(), format!("nothing is called `{name}` here"));
            match near(&text, &known) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help(
                    "a block sees its arguments, its `let`s, and the constants, blocks and imports of its blocks!",
                ),
            };
        }
    }
}
