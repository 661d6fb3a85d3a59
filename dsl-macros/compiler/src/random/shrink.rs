//! Shrinking: makes a failing declaration as small as possible while it still fails in the same way (delta
//! debugging).
//!
//! Nothing here knows types: a candidate that no longer elaborates does not fail in that way and is given up.

use super::declaration::{Declaration, Function, Role, Statement};

/// Maximum number of declarations tried: each attempt at a large one that fails late takes long.
const ATTEMPTS: usize = 4000;

/// The smallest declaration found for which `fails` still holds.
pub fn shrunk(mut declaration: Declaration, fails: impl Fn(&Declaration) -> bool) -> Declaration {
    // Candidates that the previous round tried in vain come last.
    let mut first = 0;
    let mut tried = 0;
    while tried < ATTEMPTS {
        let mut smaller = candidates(&declaration);
        let count = smaller.len().max(1);
        smaller.rotate_left(first.min(count - 1));
        let text = declaration.print();
        let found = smaller.into_iter().enumerate().find(|(_, candidate)| {
            tried += 1;
            tried > ATTEMPTS || candidate.print() != text && fails(candidate)
        });
        if tried > ATTEMPTS {
            break;
        }
        match found {
            Some((place, found)) => {
                declaration = found;
                first = (first + place) % count;
            }
            None => break,
        }
    }
    declaration
}

/// Declarations that are one step smaller, those that may save most first.
fn candidates(declaration: &Declaration) -> Vec<Declaration> {
    let mut all = Vec::new();
    for place in 0..declaration.functions.len() {
        let mut without = declaration.clone();
        without.functions.remove(place);
        all.push(without);
    }
    for (place, function) in declaration.functions.iter().enumerate() {
        all.extend(functions(function).into_iter().map(|smaller| {
            let mut changed = declaration.clone();
            changed.functions[place] = smaller.pruned();
            changed
        }));
    }
    all.extend(sizes(declaration));
    all
}

fn functions(function: &Function) -> Vec<Function> {
    let mut all = Vec::new();
    let changed = |change: &dyn Fn(&mut Function)| {
        let mut changed = function.clone();
        change(&mut changed);
        changed
    };
    if function.results.len() > 1 {
        all.extend((0..function.results.len()).map(|place| changed(&|f| drop(f.results.remove(place)))));
    }
    all.extend(
        bodies(&function.body)
            .into_iter()
            .map(|body| changed(&|f| f.body = body.clone())),
    );
    // A value that becomes an argument needs no definition.
    for (place, statement) in function.body.iter().enumerate() {
        if let (
            Statement::Let {
                pattern,
                shape: Some(shape),
                ..
            },
            Role::Entry,
        ) = (statement, function.role)
        {
            let ty = match shape.as_slice() {
                [] => "Scalar".to_string(),
                shape => format!("Tensor<{}>", super::maker::joined(shape)),
            };
            let argument = super::declaration::Argument {
                name: pattern.clone(),
                ty,
            };
            all.push(changed(&|f| {
                f.body.remove(place);
                f.arguments.push(argument.clone());
            }));
        }
    }
    for place in 0..function.results.len() {
        let text = &function.results[place].text;
        all.extend(
            expressions(text)
                .into_iter()
                .map(|text| changed(&|f| f.results[place].text = text.clone())),
        );
    }
    all
}

/// Bodies with one statement less, or one statement shortened.
fn bodies(body: &[Statement]) -> Vec<Vec<Statement>> {
    let mut all = Vec::new();
    let replaced = |place: usize, by: Vec<Statement>| [&body[..place], &by, &body[place + 1..]].concat();
    for (place, statement) in body.iter().enumerate() {
        all.push(replaced(place, Vec::new()));
        match statement {
            Statement::Let {
                pattern,
                value,
                shape,
            } => {
                let values = leaves(shape.as_deref()).into_iter().chain(expressions(value));
                all.extend(values.filter(|value| !value.is_empty()).map(|value| {
                    let (pattern, shape) = (pattern.clone(), shape.clone());
                    replaced(
                        place,
                        vec![Statement::Let {
                            pattern,
                            value,
                            shape,
                        }],
                    )
                }));
            }
            Statement::Line(line) => {
                let Some((target, value)) = line.split_once(" = ") else {
                    continue;
                };
                let value = value.trim_end_matches(';');
                all.extend(
                    expressions(value)
                        .into_iter()
                        .map(|value| replaced(place, vec![Statement::Line(format!("{target} = {value};"))])),
                );
            }
            Statement::Loop { head, body: inner } => {
                all.push(replaced(place, inner.clone()));
                all.extend(bodies(inner).into_iter().map(|body| {
                    replaced(
                        place,
                        vec![Statement::Loop {
                            head: head.clone(),
                            body,
                        }],
                    )
                }));
            }
        }
    }
    all
}

fn leaves(shape: Option<&[usize]>) -> Vec<String> {
    match shape {
        Some(shape) => vec![
            format!("full({shape:?}, 0.5)"),
            format!("param({shape:?}, constant(0.5))"),
        ],
        None => Vec::new(),
    }
}

/// An expression without some of its calls, arguments or terms.
fn expressions(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let bytes = text.as_bytes();
    let close = |open: usize| {
        let mut depth = 0;
        (open..bytes.len()).find(|&place| {
            depth += match bytes[place] {
                b'(' | b'[' | b'{' => 1,
                b')' | b']' | b'}' => -1,
                _ => 0,
            };
            depth == 0
        })
    };
    for open in (0..bytes.len()).filter(|&place| matches!(bytes[place], b'(' | b'[')) {
        let Some(end) = close(open) else { continue };
        let name = text[..open].rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let start = name.map_or(0, |place| place + 1);
        // `.f(…)` is removed; or everything but the contents of the brackets.
        if start > 0 && bytes[start - 1] == b'.' {
            all.push(format!("{}{}", &text[..start - 1], &text[end + 1..]));
        }
        all.push(format!(
            "{}{}{}",
            &text[..start],
            &text[open + 1..end],
            &text[end + 1..]
        ));
        // One of the parts between the brackets.
        let parts = parts(&text[open + 1..end], ", ");
        if parts.len() > 1 {
            for place in 0..parts.len() {
                let mut fewer = parts.clone();
                fewer.remove(place);
                all.push(format!(
                    "{}{}{}",
                    &text[..open + 1],
                    fewer.join(", "),
                    &text[end..]
                ));
            }
        }
        for symbol in [" + ", " * ", " - ", " / "] {
            let terms = self::parts(&text[open + 1..end], symbol);
            if terms.len() > 1 {
                all.extend(
                    terms
                        .iter()
                        .map(|term| format!("{}{term}{}", &text[..open + 1], &text[end..])),
                );
            }
        }
    }
    for symbol in [" + ", " * ", " - ", " / "] {
        let terms = parts(text, symbol);
        if terms.len() > 1 {
            all.extend(terms.iter().map(ToString::to_string));
        }
    }
    all.sort_by_key(String::len);
    all
}

/// The parts between separators outside of brackets.
fn parts<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ if depth == 0 && place >= start && text[place..].starts_with(separator) => {
                parts.push(&text[start..place]);
                start = place + separator.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Declarations in which one size is smaller wherever it occurs.
fn sizes(declaration: &Declaration) -> Vec<Declaration> {
    let mut all = Vec::new();
    for size in (2..=64usize).rev() {
        for smaller in [1, size / 2, size - 1] {
            let mut changed = declaration.clone();
            let by = |text: &mut String| *text = renumbered(text, &size.to_string(), &smaller.to_string());
            for function in &mut changed.functions {
                function
                    .arguments
                    .iter_mut()
                    .for_each(|argument| by(&mut argument.ty));
                for part in &mut function.results {
                    by(&mut part.text);
                    by(&mut part.ty);
                }
                function
                    .body
                    .iter_mut()
                    .for_each(|statement| in_texts(statement, &by));
            }
            all.push(changed);
        }
    }
    all
}

fn in_texts(statement: &mut Statement, change: &dyn Fn(&mut String)) {
    match statement {
        Statement::Let { value, shape, .. } => {
            change(value);
            if let Some(shape) = shape {
                let mut text = super::maker::joined(shape);
                change(&mut text);
                *shape = text.split(", ").filter_map(|size| size.parse().ok()).collect();
            }
        }
        Statement::Line(line) => change(line),
        Statement::Loop { head, body } => {
            change(head);
            body.iter_mut().for_each(|statement| in_texts(statement, change));
        }
    }
}

/// The text with one integer replaced by another.
fn renumbered(text: &str, from: &str, to: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric() || c == '_') {
        let end = rest[start..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let end = end.map_or(rest.len(), |length| start + length);
        let word = &rest[start..end];
        let fraction = result.ends_with('.') && start == 0 && !result.ends_with("..");
        let fraction = fraction || rest[..start].ends_with('.') && !rest[..start].ends_with("..");
        let number =
            rest[end..].starts_with('.') && rest[end + 1..].starts_with(|c: char| c.is_ascii_digit());
        result += &rest[..start];
        result += if word == from && !fraction && !number {
            to
        } else {
            word
        };
        rest = &rest[end..];
    }
    result + rest
}
