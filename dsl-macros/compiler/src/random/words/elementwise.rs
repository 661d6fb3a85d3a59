//! Element-wise words: arithmetic, functions, activations, comparisons and choices.

use super::{Production, anywhere, making};
use crate::math;
use crate::random::maker::{ELEMENTS, Maker};
use crate::random::value::{Range, Value};

pub const TABLE: &[Production] = &[
    anywhere(arithmetic),
    anywhere(arithmetic),
    anywhere(arithmetic),
    anywhere(with_number),
    anywhere(smooth),
    anywhere(smooth),
    anywhere(smooth),
    anywhere(smooth),
    anywhere(inverse),
    anywhere(of_positive),
    anywhere(with_corners),
    anywhere(with_corners),
    anywhere(with_corners),
    anywhere(power),
    anywhere(larger),
    anywhere(weighted),
    anywhere(difference),
    anywhere(compare),
    anywhere(compare),
    anywhere(select),
    anywhere(select),
    anywhere(glu),
    making(prelu),
];

/// A value and one that broadcasts to its shape, in either order.
fn pair(m: &mut Maker) -> [Value; 2] {
    let a = m.any();
    let shape = m.repeating(&a.shape);
    let b = m.shaped(&shape);
    if m.chance.one_in(3) { [b, a] } else { [a, b] }
}

fn broadcast(a: &Value, b: &Value) -> Vec<usize> {
    let (long, short) = if a.rank() >= b.rank() { (a, b) } else { (b, a) };
    let skipped = long.rank() - short.rank();
    let size = |axis: usize| match axis.checked_sub(skipped) {
        Some(own) => long.shape[axis].max(short.shape[own]),
        None => long.shape[axis],
    };
    (0..long.rank()).map(size).collect()
}

fn arithmetic(m: &mut Maker) -> Option<()> {
    let [a, mut b] = pair(m);
    // Broadcasting both ways, `[3, 1] · [1, 4]`.
    if a.rank() > 1 && m.chance.one_in(6) {
        let mut shape = a.shape.clone();
        let axis = shape.iter().position(|&size| size == 1)?;
        shape[axis] = m.chance.between(2, 4);
        b = m.shaped(&shape);
    }
    let shape = broadcast(&a, &b);
    if shape.iter().product::<usize>() > ELEMENTS {
        return None;
    }
    let (symbol, range) = match m.chance.below(7) {
        0 | 1 => ("+", a.range.plus(b.range)),
        2 => ("-", a.range.minus(b.range)),
        3..=5 => ("*", a.range.times(b.range)),
        _ => {
            b = m.positive(b, 0.5);
            ("/", Range::around(a.range.size() / b.range.low))
        }
    };
    let text = format!("({} {symbol} {})", a.text, b.text);
    m.keep(Value::of(text, shape, range, &[&a, &b]));
    Some(())
}

fn with_number(m: &mut Maker) -> Option<()> {
    let x = m.any();
    let number = m.number();
    let n = Range::new(number, number);
    let (text, range) = match m.chance.below(6) {
        0 => (format!("({} + {number:?})", x.text), x.range.plus(n)),
        1 => (format!("({number:?} - {})", x.text), n.minus(x.range)),
        2 => (format!("({number:?} * {})", x.text), x.range.times(n)),
        3 => (
            format!("({} / {number:?})", x.text),
            Range::around(x.range.size() / number.abs()),
        ),
        4 => (format!("(-{})", x.text), x.range.times(Range::new(-1.0, -1.0))),
        _ => (format!("{}.neg()", x.text), x.range.times(Range::new(-1.0, -1.0))),
    };
    m.keep(Value::of(text, x.shape.clone(), range, &[&x]));
    Some(())
}

/// A function of one value, in one of the spellings of a call.
fn applied(m: &mut Maker, x: &Value, word: &str, rest: &str, range: Range) {
    let text = match m.chance.below(3) {
        0 if rest.is_empty() => format!("{word}({})", x.text),
        0 => format!("{word}({}, {rest})", x.text),
        _ => format!("{}.{word}({rest})", x.text),
    };
    m.keep(Value::of(text, x.shape.clone(), range, &[x]));
}

fn smooth(m: &mut Maker) -> Option<()> {
    let x = m.any();
    let size = x.range.size();
    let x = if size > 3.0 { m.bounded(x, 3.0) } else { x };
    let size = x.range.size();
    let ones = Range::around(1.0);
    let around = Range::around(size);
    let (word, range) = m.chance.of(&[
        ("exp", x.range.map(f64::exp)),
        ("sin", ones),
        ("cos", ones),
        ("tanh", ones),
        ("sigmoid", Range::new(0.04, 0.96)),
        ("softplus", Range::new(0.04, size + 0.7)),
        ("erf", ones),
        ("square", Range::new(0.0, size * size)),
        ("gelu", around),
        ("gelu_tanh", around),
        ("silu", around),
        ("mish", around),
        ("log_sigmoid", Range::new(-size - 0.7, 0.0)),
        ("softsign", ones),
    ]);
    applied(m, &x, word, "", range);
    Some(())
}

/// A function that is steep at the ends of (−1, 1).
fn inverse(m: &mut Maker) -> Option<()> {
    let x = m.any();
    // Ranges are estimates; outside of the interval it is NaN.
    let range = Range::around(math::erfinv(0.8));
    let text = format!("(0.8 * {}.sin())", x.text);
    applied(m, &Value { text, ..x }, "erfinv", "", range);
    Some(())
}

fn of_positive(m: &mut Maker) -> Option<()> {
    let x = m.any();
    let x = m.positive(x, 0.3);
    let text = x.text.clone();
    let word = m.chance.of(&["log", "clamped_log", "sqrt"]);
    let range = match word {
        "sqrt" => x.range.map(f64::sqrt),
        _ => x.range.map(f64::ln),
    };
    let x = Value {
        text: format!("({text})"),
        ..x
    };
    applied(m, &x, word, "", range);
    Some(())
}

fn with_corners(m: &mut Maker) -> Option<()> {
    let x = m.any();
    let size = x.range.size();
    let around = Range::around(size);
    let (word, rest, range) = m.chance.of(&[
        ("relu", "", Range::new(0.0, size)),
        ("relu", "", Range::new(0.0, size)),
        ("abs", "", Range::new(0.0, size)),
        ("leaky_relu", "", around),
        ("leaky_relu", "0.25", around),
        ("relu6", "", Range::new(0.0, 6.0)),
        ("elu", "", around),
        ("elu", "alpha = 0.5", around),
        ("selu", "", Range::around(1.8 * size)),
        ("hard_sigmoid", "", Range::new(0.0, 1.0)),
        ("hard_swish", "", around),
        ("hard_tanh", "", Range::around(1.0)),
        ("clamp", "-0.4321, 0.6789", Range::new(-0.44, 0.68)),
    ]);
    applied(m, &x, word, rest, range);
    Some(())
}

fn power(m: &mut Maker) -> Option<()> {
    let x = m.any();
    let x = if x.range.size() > 1.7 {
        m.bounded(x, 1.7)
    } else {
        x
    };
    if m.chance.one_in(2) {
        let exponent = m.chance.of(&["2.0", "3.0", "1.0", "4.0"]);
        applied(
            m,
            &x,
            "pow",
            exponent,
            Range::around(x.range.size().powi(4).max(1.7)),
        );
        return Some(());
    }
    let x = m.positive(x, 0.5);
    let exponent = m.chance.of(&["-1.0", "0.5", "-0.5", "1.5", "-2.0"]);
    applied(
        m,
        &x,
        "pow",
        exponent,
        Range::new(0.0, 4.0f64.max(x.range.high.powf(1.5))),
    );
    Some(())
}

fn larger(m: &mut Maker) -> Option<()> {
    let [a, b] = pair(m);
    let word = m.chance.of(&["max", "min"]);
    let text = match m.chance.below(3) {
        0 => format!("{word}({}, {})", a.text, b.text),
        1 => format!("{}.{word}({})", a.text, b.text),
        _ => {
            let number = m.number();
            let range = a.range.with(Range::new(number, number));
            let text = format!("{}.{word}({number:?})", a.text);
            m.keep(Value::of(text, a.shape.clone(), range, &[&a]));
            return Some(());
        }
    };
    m.keep(Value::of(
        text,
        broadcast(&a, &b),
        a.range.with(b.range),
        &[&a, &b],
    ));
    Some(())
}

fn weighted(m: &mut Maker) -> Option<()> {
    let [a, b] = pair(m);
    let product = a.range.times(b.range);
    let (word, range) = m.chance.of(&[
        ("multiply_no_nan", product),
        (
            "logistic_loss",
            Range::around(a.range.size() + 0.7 + product.size()),
        ),
    ]);
    let text = format!("{}.{word}({})", a.text, b.text);
    m.keep(Value::of(text, broadcast(&a, &b), range, &[&a, &b]));
    Some(())
}

fn difference(m: &mut Maker) -> Option<()> {
    let a = m.any();
    let b = m.shaped(&a.shape);
    let text = format!("{}.absolute_difference({})", a.text, b.text);
    let range = Range::new(0.0, a.range.minus(b.range).size());
    m.keep(Value::of(text, a.shape.clone(), range, &[&a, &b]));
    Some(())
}

fn compare(m: &mut Maker) -> Option<()> {
    let [a, b] = pair(m);
    let (a, b) = (m.cut(&a), m.cut(&b));
    let word = m
        .chance
        .of(&["greater", "less", "greater_equal", "less_equal", "equal", "sign"]);
    let ones = Range::new(0.0, 1.0);
    let value = match word {
        "sign" => Value::of(
            format!("{}.sign()", a.text),
            a.shape.clone(),
            Range::around(1.0),
            &[&a],
        ),
        // Real numbers are seldom equal, so indices are compared.
        "equal" => {
            let shape = m.repeating(&a.shape);
            let index = m.index(3, &shape);
            let number = m.chance.below(3);
            Value::of(
                format!("{}.number().equal({number}.0)", index.text),
                shape,
                ones,
                &[&index],
            )
        }
        word if m.chance.one_in(2) => {
            let number = m.number() / 3.0;
            Value::of(
                format!("{}.{word}({number:?})", a.text),
                a.shape.clone(),
                ones,
                &[&a],
            )
        }
        word => Value::of(
            format!("{}.{word}({})", a.text, b.text),
            broadcast(&a, &b),
            ones,
            &[&a, &b],
        ),
    };
    m.keep(value);
    Some(())
}

fn select(m: &mut Maker) -> Option<()> {
    let a = m.any();
    let shape = m.repeating(&a.shape);
    let b = m.shaped(&shape);
    let mask = m.mask(&a.shape);
    let number = m.number();
    let zero = Range::new(0.0, 0.0);
    let value = match m.chance.below(5) {
        0 => {
            let text = format!("{}.select({}, 0.0)", mask.text, a.text);
            Value::of(text, broadcast(&mask, &a), a.range.with(zero), &[&mask, &a])
        }
        1 => {
            let text = format!("select({}, {number:?}, {})", mask.text, a.text);
            Value::of(
                text,
                broadcast(&mask, &a),
                a.range.with(Range::new(number, number)),
                &[&mask, &a],
            )
        }
        2 => {
            let text = format!("({} * {})", mask.text, a.text);
            Value::of(
                text,
                broadcast(&mask, &a),
                a.range.times(mask.range),
                &[&mask, &a],
            )
        }
        _ => {
            let text = format!("{}.select({}, {})", mask.text, a.text, b.text);
            Value::of(text, a.shape.clone(), a.range.with(b.range), &[&mask, &a, &b])
        }
    };
    m.keep(value);
    Some(())
}

fn glu(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let mut shape = x.shape.clone();
    let last = shape.last_mut()?;
    *last = 2 * (*last).div_ceil(2);
    let x = m.shaped(&shape);
    *shape.last_mut()? /= 2;
    m.keep(Value::of(format!("{}.glu()", x.text), shape, x.range, &[&x]));
    Some(())
}

fn prelu(m: &mut Maker) -> Option<()> {
    let x = m.any();
    let rest = m.chance.of(&["", "init = constant(0.1)"]);
    m.trained = true;
    let text = format!("{}.prelu({rest})", x.text);
    let value = Value::of(text, x.shape.clone(), x.range, &[&x]);
    m.keep(Value {
        trained: true,
        ..value
    });
    Some(())
}
