//! The brief form says what it means, and different things differently.

use std::collections::BTreeMap;

use super::{Product, Written, print_briefly};
use crate::differentiate::check::Trial;
use crate::graph::{Array, Batching, Expr, Shape, Type};
use crate::ops::Operator;
use crate::ops::contract::Contract;
use crate::ops::scan::{Arguments, scan};

/// The brief form of a value called `y`.
fn brief(y: Expr<'_>) -> String {
    print_briefly(y.graph, &[("y".to_string(), y.val)])
}

/// The lines that are not about leaves.
fn computed(y: Expr<'_>) -> Vec<String> {
    let text = brief(y);
    let lines = text
        .lines()
        .filter(|line| !line.ends_with("= input") && !line.ends_with("= parameter"));
    lines.map(str::to_string).collect()
}

/// Every contraction of up to three letters an argument, as the graph has them.
fn contractions() -> Vec<Contract> {
    let words = |letters: &[u8], longest: usize| -> Vec<Vec<u8>> {
        let mut words: Vec<Vec<u8>> = vec![Vec::new()];
        let mut from = 0;
        for _ in 0..longest {
            let end = words.len();
            for place in from..end {
                let word = words[place].clone();
                let others = letters.iter().filter(|letter| !word.contains(letter));
                words.extend(others.map(|&letter| [&word[..], &[letter]].concat()));
            }
            from = end;
        }
        words
    };
    let mut all: Vec<Contract> = Vec::new();
    for left in [&b""[..], b"a", b"ab", b"abc"] {
        for right in words(b"abcd", 3) {
            for result in words(b"abcd", 4) {
                let known = |letter: &u8| left.contains(letter) || right.contains(letter);
                let lone = |letter: &u8| !(left.contains(letter) && right.contains(letter));
                let kept = |letter: &u8| !lone(letter) || result.contains(letter);
                if result.iter().all(known) && left.iter().chain(&right).all(kept) {
                    all.extend(Some(Contract::new(left, &right, &result)).filter(|new| !all.contains(new)));
                }
            }
        }
    }
    all
}

/// What a product written in names of vectors and matrices yields, read as a person would.
fn evaluate(text: &str, named: &BTreeMap<&str, Array>) -> Array {
    let of = |word: &str| -> Array {
        match word
            .strip_prefix("transpose(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            Some(name) => {
                let x = &named[name];
                let [rows, columns] = x.shape.0[..] else {
                    panic!("{text}: not a matrix")
                };
                Array::from_fn(&[columns, rows].into(), |at| x.at(&[at[1], at[0]]))
            }
            None => named[word].clone(),
        }
    };
    if let Some((first, second)) = text.split_once(" @ ") {
        let (a, b) = (of(first), of(second));
        let inner = a.shape.0[1];
        let shape = Shape([&a.shape.0[..1], &b.shape.0[1..]].concat());
        return Array::from_fn(&shape, |at| {
            let term = |k: usize| a.at(&[at[0], k]) * b.at(&[&[k], &at[1..]].concat());
            (0..inner).map(term).sum()
        });
    }
    let call = |word: &str| {
        let inside = text.strip_prefix(word)?.strip_prefix('(')?.strip_suffix(')')?;
        inside.split_once(", ").map(|(a, b)| (of(a), of(b)))
    };
    if let Some((a, b)) = call("dot") {
        let sum = a.data.iter().zip(&b.data).map(|(a, b)| a * b).sum();
        return Array::scalar(sum);
    }
    if let Some((a, b)) = call("outer") {
        let shape = Shape([&a.shape.0[..], &b.shape.0[..]].concat());
        return Array::from_fn(&shape, |at| a.at(&at[..1]) * b.at(&at[1..]));
    }
    let (result, element) = text.split_once(" ↦ ").unwrap_or(("[]", text));
    let indices = |text: &str| -> Vec<String> {
        let inside = text.trim_start_matches('[').trim_end_matches(']').split(", ");
        inside
            .filter(|index| !index.is_empty())
            .map(str::to_string)
            .collect()
    };
    let (result, (summed, factors)) = (
        indices(result),
        match element.strip_prefix("sum[") {
            Some(rest) => rest
                .split_once("] ")
                .map(|(summed, rest)| (indices(summed), rest))
                .expect("a sum"),
            None => (Vec::new(), element),
        },
    );
    let (left, right) = factors.split_once(" * ").expect("two factors");
    let factor = |text: &str| match text.split_once('[') {
        Some((name, rest)) => (named[name].clone(), indices(rest)),
        None => (named[text].clone(), Vec::new()),
    };
    let (left, right) = (factor(left), factor(right));
    let sizes: BTreeMap<&String, usize> = [&left, &right]
        .into_iter()
        .flat_map(|(array, indices)| indices.iter().zip(array.shape.0.iter().copied()))
        .collect();
    let ranges = |of: &[String]| Shape(of.iter().map(|index| sizes[index]).collect());
    Array::from_fn(&ranges(&result), |outer| {
        let terms = ranges(&summed);
        let term = |inner: Vec<usize>| {
            let place = |index: &String| match result.iter().position(|other| other == index) {
                Some(axis) => outer[axis],
                None => {
                    inner[summed
                        .iter()
                        .position(|other| other == index)
                        .expect("it is bound")]
                }
            };
            let pick = |(array, indices): &(Array, Vec<String>)| {
                array.at(&indices.iter().map(place).collect::<Vec<usize>>())
            };
            pick(&left) * pick(&right)
        };
        terms.positions().map(term).sum()
    })
}

/// All axes are of one size, so that only the text can tell them apart.
#[test]
fn a_contraction_is_what_its_text_says() {
    let numbers = |rank: usize, prime: f64| {
        let shape = Shape(vec![2; rank]);
        let data = (1..=shape.count())
            .map(|place| (place as f64 * prime).sqrt())
            .collect();
        Array { shape, data }
    };
    let all = contractions();
    assert!(all.len() > 200, "{}", all.len());
    let mut matrices = 0;
    for contract in all {
        let (left, right) = (
            numbers(contract.left.len(), 2.0),
            numbers(contract.right.len(), 3.0),
        );
        let product = Product::of(&contract, [&left.shape, &right.shape], false);
        matrices += usize::from(matches!(product, Product::Matrices(_)));
        let text = product.write(&[Written::atom("x"), Written::atom("y")]).text;
        let wanted = contract.evaluate(&[&left, &right]);
        let named = BTreeMap::from([("x", left), ("y", right)]);
        let found = evaluate(&text, &named);
        assert_eq!(
            found.shape,
            wanted.shape,
            "{} is written {text}",
            contract.attributes()
        );
        for (found, wanted) in found.data.iter().zip(&wanted.data) {
            assert!(
                (found - wanted).abs() < 1e-12,
                "{} is written {text}",
                contract.attributes()
            );
        }
    }
    // Matrix by matrix: each of three transposed or not; matrix by vector: either side, transposed or not.
    assert_eq!(matrices, 8 + 4);
}

#[test]
fn broadcasts_are_left_out_where_the_shapes_say_them() {
    let trial = Trial::new();
    let x = trial.per_example([3, 3]);
    let w = trial.parameter([3]);
    let along = |axis: usize| w.broadcast(Shape::from([3, 3]), vec![axis]);
    assert_eq!(computed(x + along(1)), ["y [B, 3, 3] = x0 + w0"]);
    assert_eq!(
        computed(x + along(0)),
        ["y [B, 3, 3] = x0 + broadcast(w0, [3, 3] along [0])"]
    );
    // Neither is of the whole shape.
    assert_eq!(
        computed(along(0) * along(1)),
        ["y [3, 3] = broadcast(w0, [3, 3] along [0]) * broadcast(w0, [3, 3] along [1])"]
    );
    // A sum over axes counts them.
    assert_eq!(
        computed(along(0).sum(vec![0])),
        ["y [3] = sum(broadcast(w0, [3, 3] along [0]), axes = [0])"]
    );
}

#[test]
fn reshapes_are_read_where_axes_are_counted() {
    let trial = Trial::new();
    let x = trial.per_example([3, 1, 2]);
    let flat = x.reshape([3, 2]);
    assert_eq!(computed(-flat), ["y [B, 3, 2] = -x0"]);
    assert_eq!(
        computed(flat.sum(vec![1])),
        ["reshape1 [B, 3, 2] = x0", "y [B, 3] = sum(reshape1, axes = [1])"]
    );
}

#[test]
fn a_matrix_product_stands_in_parentheses_beside_other_factors() {
    let trial = Trial::new();
    let (x, w) = (trial.per_example([3]), trial.parameter([3, 3]));
    let product = |x: Expr<'_>| {
        x.graph
            .expr(x.graph.apply(Contract::parse("i,oi->o"), &[x.val, w.val]))
            .val
    };
    let y = trial.graph.expr(product(x)) * x;
    assert_eq!(computed(y), ["y [B, 3] = (w0 @ x0) * x0"]);
    let y = x - trial.graph.expr(product(x * x));
    assert_eq!(computed(y), ["y [B, 3] = x0 - w0 @ (x0 * x0)"]);
}

#[test]
fn sums_over_the_turns_of_a_loop_say_so() {
    let trial = Trial::new();
    let x = trial.per_example([5, 3]);
    let start = trial.input(
        Type::real(Batching::PerExample, [3]),
        crate::differentiate::check::Draw::Any,
    );
    let args = Arguments {
        constants: &[],
        carry: &[start],
        stacked: &[x],
    };
    let parts = scan(&trial.graph, 5, false, &args, |_, formals| {
        let next = formals[0] * formals[1];
        vec![next, formals[0], -next]
    });
    let product = |a: Expr<'_>, b: Expr<'_>| {
        let val = a.graph.apply(Contract::parse("ti,tj->ji"), &[a.val, b.val]);
        a.graph.expr(val).val
    };
    let y = trial.graph.expr(product(x, parts[2])) + trial.graph.expr(product(parts[1], x));
    let lines = computed(y);
    assert_eq!(
        lines,
        [
            "state1_before [B, 5, 3], neg1 [B, 5, 3] = for t in 0..5 {",
            "    carry state1 [B, 3] = x1",
            "    next_state1 [B, 3] = state1 * x0[t]",
            "    neg1[t] [B, 3] = -next_state1",
            "    state1_before[t] = state1",
            "}",
            "y [B, 3, 3] = (sum over t of outer(neg1[t], x0[t])) + (sum over t of outer(x0[t], state1_before[t]))",
        ]
    );
    assert_eq!(
        computed(parts[2].sum(vec![0])).last().expect("a line"),
        "y [B, 3] = sum over t of neg1[t]"
    );
}
