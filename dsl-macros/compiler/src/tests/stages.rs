//! Snapshots of every stage, in `tests/snapshots/<network>`: read them in the order of their numbers to see how a
//! declaration becomes code.

use super::leaf_names;
use super::{FIXTURES, Fixture, fixture};
use crate::compile::{differentiate, graphs};
use crate::elaborate::{Entry, Model};
use crate::emit::latex;
use crate::emit::text::print;
use crate::graph::Function as GraphFunction;
use crate::plan::print::print as print_plan;
use crate::syntax::ast::{Function, Network, Statement};

/// Holds `text` against the snapshot `stage` of a network.
fn assert_stage(fixture: &Fixture, stage: &str, text: &str) {
    let folder = format!("../../../../tests/snapshots/{}", fixture.name);
    insta::with_settings!({ snapshot_path => folder, prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(stage, text);
    });
}

/// Every stage of one network.
fn assert_stages(fixture: &Fixture) {
    assert_stage(fixture, "1_syntax", &syntax(&fixture.syntax()));
    let model = fixture.model();
    assert_stage(fixture, "2_elaborated", &elaborated(&model));
    assert_stage(fixture, "3_differentiated", &differentiated(&model));
    assert_stage(fixture, "4_gradient", &gradients(fixture));
    assert_stage(fixture, "5_plan", &plans(fixture));
    assert_stage(fixture, "6_expansion", &fixture.expansion());
}

#[test]
fn stages_of_mlp() {
    assert_stages(fixture("mlp"));
}

#[test]
fn stages_of_lenet() {
    assert_stages(fixture("lenet"));
}

/// The derivatives that an entry point asks for.
#[test]
fn stages_of_derivatives() {
    let fixture = fixture("derivatives");
    assert_stage(fixture, "5_plan", &plans(fixture));
    assert_stage(fixture, "6_expansion", &fixture.expansion());
}

/// The code emitted for each kind of network that the examples train, at a small size.
#[test]
fn expansions_of_the_examples_kinds() {
    for name in [
        "filters",
        "resnet_small",
        "lstm",
        "gpt",
        "transformer",
        "vae",
        "siamese",
        "unet",
    ] {
        let fixture = fixture(name);
        assert_stage(fixture, "6_expansion", &fixture.expansion());
    }
}

/// The sharing of memory among the steps of a loop over time.
#[test]
fn plan_of_lstm() {
    let fixture = fixture("lstm");
    assert_stage(fixture, "5_plan", &plans(fixture));
}

/// The gradients as formulas in LaTeX.
#[test]
fn formulas_on_paper() {
    for name in ["mlp", "lenet", "lstm", "transformer", "derivatives"] {
        let fixture = fixture(name);
        assert_stage(fixture, "7_latex", &formulas(fixture.model()));
    }
}

#[test]
fn gradients_of_every_network() {
    for fixture in FIXTURES {
        assert_stage(fixture, "4_gradient", &gradients(fixture));
    }
}

/// The tree as its user would write it, one statement a line.
fn syntax(network: &Network) -> String {
    let mut text = format!("struct {}\n", network.name);
    for constant in &network.constants {
        text += &format!(
            "\nconst {}: {} = {}\n",
            constant.name, constant.ty, constant.value
        );
    }
    for function in &network.functions {
        text += &signature(function);
        for statement in &function.body.statements {
            let end = if matches!(statement, Statement::Expr(_)) {
                ";"
            } else {
                ""
            };
            text += &format!("    {statement}{end}\n");
        }
        if let Some(result) = &function.body.result {
            text += &format!("    {result}\n");
        }
    }
    text
}

fn signature(function: &Function) -> String {
    let own = function.takes_self.then(|| "&self".to_string());
    let parameters = function
        .parameters
        .iter()
        .map(|parameter| format!("{}: {}", parameter.name, parameter.ty));
    let all: Vec<String> = own.into_iter().chain(parameters).collect();
    format!(
        "\nfn {}({}) -> {}\n",
        function.name,
        all.join(", "),
        function.result
    )
}

/// The parameters, then the graph of every entry point.
fn elaborated(model: &Model) -> String {
    let mut text = String::new();
    for parameter in &model.parameters {
        text += &format!(
            "{} {}, {:?}, by {}\n",
            parameter.name, parameter.shape, parameter.initializer, parameter.text
        );
    }
    for entry in &model.entries {
        for (mode, function) in modes(entry) {
            text += &format!("\n{}{mode}:\n{}", title(entry), outputs(function));
        }
    }
    text
}

fn title(entry: &Entry) -> String {
    let inputs: Vec<String> = entry
        .inputs
        .iter()
        .map(|input| format!("{} {}", input.name, input.ty))
        .collect();
    format!("{}({})", entry.name, inputs.join(", "))
}

/// The functions of an entry point, each with what distinguishes it in a title.
fn modes(entry: &Entry) -> Vec<(&'static str, &GraphFunction)> {
    let words = match entry.training {
        None => [""].as_slice(),
        Some(_) => &[" in evaluation", " in training"],
    };
    words.iter().copied().zip(entry.functions()).collect()
}

fn outputs(function: &GraphFunction) -> String {
    let outputs = function.outputs.iter().enumerate();
    let named: Vec<_> = outputs
        .map(|(place, &val)| (format!("result{}", place + 1), val))
        .collect();
    print(&function.graph, &named)
}

/// The gradients as the reverse sweep leaves them.
fn differentiated(model: &Model) -> String {
    let mut texts: Vec<String> = Vec::new();
    for entry in &model.entries {
        let Some(loss) = entry.result.first_scalar_output() else {
            continue;
        };
        let updates = entry.training.iter().map(|training| training.updates.as_slice());
        for ((mode, function), updates) in modes(entry)
            .into_iter()
            .zip([[].as_slice()].into_iter().chain(updates))
        {
            let derived = differentiate(function, loss);
            texts.push(format!(
                "{}{mode}:\n{}",
                title(entry),
                derived.print(model, updates)
            ));
        }
    }
    texts.join("\n")
}

/// The text that users read as `GRADIENT`.
fn gradients(fixture: &Fixture) -> String {
    fixture.compiled(|compiled| {
        let entries = compiled.entries.iter();
        let texts = entries.flat_map(|entry| {
            let title = title(&entry.entry);
            let gradient = entry.gradient_text().map(|text| format!("{title}:\n{text}"));
            let asked = entry.derivative_texts();
            let asked = asked.map(|(asked, text)| format!("{title}, {}:\n{text}", asked.word()));
            gradient.into_iter().chain(asked).collect::<Vec<String>>()
        });
        texts.collect::<Vec<String>>().join("\n")
    })
}

/// The same as formulas in LaTeX.
pub fn formulas(mut model: Model) -> String {
    let mut texts: Vec<String> = Vec::new();
    for graphs in graphs(&mut model) {
        let mode = graphs.training.as_ref().unwrap_or(&graphs.evaluation);
        let title = title(&graphs.entry);
        if let Some(gradient) = &mode.gradient {
            let outputs = gradient.named(&model, &mode.updates);
            texts.push(format!(
                "% {title}\n{}",
                latex::print(&gradient.function.graph, &outputs)
            ));
        }
        for (asked, derived) in graphs.entry.derivatives.iter().zip(&mode.derivatives) {
            let outputs = derived.named_asked(asked, &graphs.entry, &model);
            let printed = latex::print(&derived.function.graph, &outputs);
            texts.push(format!("% {title}, {}\n{printed}", asked.word()));
        }
    }
    texts.join("\n")
}

fn plans(fixture: &Fixture) -> String {
    fixture.compiled(|compiled| {
        let mut texts: Vec<String> = Vec::new();
        for entry in &compiled.entries {
            let (name, inputs) = (&entry.entry.name, &entry.entry.inputs);
            let shown = |plan| print_plan(plan, &leaf_names(inputs, &compiled.model));
            let modes = match entry.training {
                None => [""].as_slice(),
                Some(_) => &[" in evaluation", " in training"],
            };
            for (mode, plans) in modes.iter().zip(entry.modes()) {
                texts.push(format!("{name}{mode}:\n{}", shown(&plans.results)));
                if let Some(gradient) = &plans.gradient {
                    texts.push(format!("{name}_and_grad{mode}:\n{}", shown(&gradient.plan)));
                }
                for (asked, derived) in entry.entry.derivatives.iter().zip(&plans.derivatives) {
                    let word = asked.word();
                    texts.push(format!("{name}_{word}{mode}:\n{}", shown(&derived.plan)));
                }
            }
        }
        texts.join("\n")
    })
}
