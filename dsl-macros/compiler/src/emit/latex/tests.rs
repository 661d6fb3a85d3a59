//! Every operator prints, and what is printed is LaTeX.

use super::math::{Math, name};
use super::print;
use crate::differentiate::check::{Draw, Trial};
use crate::graph::{Batching, Expr, Graph, Shape, Type, Val};
use crate::ops::contract::Contract;
use crate::ops::elementwise::Elementwise;
use crate::ops::scan::{Arguments, scan};
use crate::ops::{Op, leaf};
use crate::random::{declaration, sound};
use crate::tests::FIXTURES;
use crate::tests::stages::formulas;

/// The formulas of a value called `y`, without those of leaves and without the environment around them.
fn lines(y: Expr<'_>) -> Vec<String> {
    let text = print(y.graph, &[("y".to_string(), y.val)]);
    let inside = text
        .strip_prefix("\\begin{align*}\n")
        .and_then(|text| text.strip_suffix("\n\\end{align*}\n"));
    let lines = inside.expect("an environment").split(" \\\\\n");
    let lines = lines.filter(|line| !line.ends_with(r"\text{input}") && !line.ends_with(r"\text{parameter}"));
    lines.map(str::to_string).collect()
}

/// Panics unless braces, fences and environments are closed in order. Whether all commands exist, and no script follows one of its
/// kind, is seen where `tests/latex.sh` renders the formulas.
fn check(text: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut rest = text;
    let close = |wanted: &str, open: &mut Vec<String>| {
        assert_eq!(open.pop().as_deref(), Some(wanted), "{text}");
    };
    while let Some(letter) = rest.chars().next() {
        let word = match rest.strip_prefix('\\') {
            Some(after) => {
                let letters = after
                    .find(|letter: char| !letter.is_ascii_alphabetic())
                    .unwrap_or(after.len());
                &rest[..1 + letters.max(1)]
            }
            None => &rest[..letter.len_utf8()],
        };
        rest = &rest[word.len()..];
        let argument = || rest.split(['{', '}']).nth(1).unwrap_or_default().to_string();
        match word {
            "{" => open.push("}".to_string()),
            "}" => close("}", &mut open),
            r"\left" => open.push(r"\right".to_string()),
            r"\right" => close(r"\right", &mut open),
            r"\begin" => open.push(argument()),
            r"\end" => close(&argument(), &mut open),
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?} stay open in {text}");
}

/// Leaves formulas to `tests/latex.sh`, if that asks for them.
fn offer(name: &str, text: &str) {
    if let Some(folder) = std::env::var_os("LATEX_FOLDER") {
        let path = std::path::Path::new(&folder).join(name).with_extension("tex");
        std::fs::write(path, text).expect("the folder is there");
    }
}

/// Over every mix of kinds of the samples that each operator brings.
#[test]
fn every_operator_prints() {
    let (mut count, mut all) = (0, String::new());
    for (operator, samples) in Op::samples() {
        for sample in samples {
            for mask in 0..1usize << sample.args.len() {
                let trial = Trial::new();
                let kind = |place: usize| match mask >> place & 1 {
                    0 => Batching::PerExample,
                    _ => Batching::Shared,
                };
                let args = sample.args.iter().enumerate();
                let args: Vec<Expr<'_>> = args
                    .map(|(place, arg)| trial.input(arg.ty(kind(place)), arg.draw))
                    .collect();
                let results = (sample.build)(&trial.graph, &args);
                let named = results.iter().enumerate();
                let outputs: Vec<(String, Val)> = named
                    .map(|(place, result)| (format!("y{place}"), result.val))
                    .collect();
                let text = print(&trial.graph, &outputs);
                check(&text);
                all += &text;
                for (name, val) in &outputs {
                    let is_given = super::given_name(&trial.graph.node(*val).op).is_some();
                    assert!(
                        is_given || text.contains(&format!(r"\mathrm{{{name}}}")),
                        "{operator}: {text}"
                    );
                }
                count += 1;
            }
        }
    }
    assert!(count > 200, "{count}");
    offer("operators", &all);
}

#[test]
fn every_network_prints() {
    for fixture in FIXTURES {
        let text = formulas(fixture.model());
        check(&text);
        offer(fixture.name, &text);
    }
}

#[test]
fn every_random_network_prints() {
    let models = (0..300)
        .step_by(3)
        .filter_map(|seed| sound(&declaration(seed).print()));
    let texts: Vec<String> = models.map(formulas).collect();
    texts.iter().for_each(|text| check(text));
    assert!(texts.len() > 90, "{}", texts.len());
    offer("random", &texts.concat());
}

#[test]
fn products_are_written_in_matrix_notation() {
    let trial = Trial::new();
    let (x, w, b) = (
        trial.per_example([3]),
        trial.parameter([2, 3]),
        trial.parameter([2]),
    );
    let contract =
        |spec: &str, a: Expr<'_>, b: Expr<'_>| a.graph.apply(Contract::parse(spec), &[a.val, b.val]);
    let expr = |val: Val| trial.graph.expr(val);
    let y = expr(contract("a,ba->b", x, w)) + b;
    assert_eq!(
        lines(y),
        [r"\mathrm{y}^{(b)} &= \mathrm{w0} \, \mathrm{x0}^{(b)} + \mathrm{w1} && \mathbb{R}^{2}"]
    );
    let back = expr(contract("a,ab->b", y, w));
    assert_eq!(
        lines(back).pop().expect("a line"),
        r"\mathrm{y}^{(b)} &= \mathrm{w0}^{\top} \, \left(\mathrm{w0} \, \mathrm{x0}^{(b)} + \mathrm{w1}\right) && \mathbb{R}^{3}"
    );
    let outer = expr(contract("a,b->ba", x, x * x)).batch_sum();
    assert_eq!(
        lines(outer),
        [
            r"\mathrm{y} &= \sum_{b=1}^{B} \left(\mathrm{x0}^{(b)} \odot \mathrm{x0}^{(b)}\right) \, \mathrm{x0}^{(b)\top} && \mathbb{R}^{3 \times 3}"
        ]
    );
}

#[test]
fn sums_and_broadcasts_are_written_by_elements() {
    let trial = Trial::new();
    let x = trial.per_example([4, 4]);
    let centred = x - x.sum(vec![1]).broadcast(Shape::from([4, 4]), vec![0]);
    assert_eq!(
        lines(centred),
        [
            r"\mathrm{y}^{(b)}_{i, j} &= \mathrm{x0}^{(b)}_{i, j} - \sum_{k=0}^{3} \mathrm{x0}^{(b)}_{i, k} && \mathbb{R}^{4 \times 4}"
        ]
    );
    let iota = trial.graph.expr(trial.graph.apply(leaf::Iota { size: 3 }, &[]));
    let along = |axis: usize| iota.broadcast(Shape::from([3, 3]), vec![axis]);
    assert_eq!(
        lines(along(0).binary(Elementwise::GreaterEqual, along(1))),
        [r"\mathrm{y}_{i, j} &= \mathbb{1}\left[i \ge j\right] && \mathbb{R}^{3 \times 3}"]
    );
}

#[test]
fn a_loop_is_a_recurrence() {
    let trial = Trial::new();
    let x = trial.per_example([5, 3]);
    let start = trial.input(Type::real(Batching::PerExample, [3]), Draw::Any);
    let args = Arguments {
        constants: &[],
        carry: &[start],
        stacked: &[x],
    };
    let parts = scan(&trial.graph, 5, true, &args, |_, formals| {
        let next = formals[0] * formals[1];
        vec![next, -next]
    });
    let y = parts[0] + parts[1].sum(vec![0]);
    assert_eq!(
        lines(y),
        [
            r"\mathrm{state1}^{(b)}_{5} &= \mathrm{x1}^{(b)} && \mathbb{R}^{3}",
            r"&\text{for } t = 4, \ldots, 0 \text{:}",
            r"\quad \mathrm{state1}^{(b)}_{t} &= \mathrm{state1}^{(b)}_{t + 1} \odot \mathrm{x0}^{(b)}_{t} && \mathbb{R}^{3}",
            r"\quad \mathrm{neg1}^{(b)}_{t} &= -\mathrm{state1}^{(b)}_{t} && \mathbb{R}^{3}",
            r"\mathrm{y}^{(b)} &= \mathrm{state1}^{(b)}_{0} + \sum_{t=0}^{4} \mathrm{neg1}^{(b)}_{t} && \mathbb{R}^{3}",
        ]
    );
}

#[test]
fn gradients_are_those_of_the_loss() {
    let graph = Graph::new();
    let w = leaf::Parameter {
        index: 0,
        name: "a_b.w".to_string(),
        shape: Shape::scalar(),
    };
    let w = graph.expr(graph.apply(w, &[]));
    let loss = w * w;
    graph.set_name(loss.val, "loss");
    let outputs = [
        ("result".to_string(), loss.val),
        ("∂ a_b.w".to_string(), (w + w).val),
    ];
    let text = print(&graph, &outputs);
    let gradient =
        r"\frac{\partial \ell}{\partial \mathrm{a\_b.w}} &= \mathrm{a\_b.w} + \mathrm{a\_b.w} && \mathbb{R}";
    assert!(text.contains(gradient), "{text}");
    assert!(text.contains(r"\ell &= \mathrm{loss} && \mathbb{R}"), "{text}");
}

#[test]
fn what_latex_reads_as_its_own_is_escaped() {
    assert_eq!(name("a_b"), r"\mathrm{a\_b}");
    assert_eq!(name("größe_2"), r"\text{größe\_2}");
    assert_eq!(Math::number(-0.25).text, "-0.25");
    assert_eq!(Math::number(-1.0 / 3.0).text, r"-\frac{1}{3}");
    assert_eq!(Math::number(1e-5).text, "10^{-5}");
    assert_eq!(Math::number(-2.5e-7).text, r"-2.5 \cdot 10^{-7}");
    assert_eq!(Math::number(f64::NEG_INFINITY).text, r"-\infty");
}
