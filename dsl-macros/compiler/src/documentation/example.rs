//! Examples: each is a network and a call, whose results the interpreter of graphs computes.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::diagnostics::Diagnostics;
use crate::elaborate::{Entry, Initializer, Model, ParameterDeclaration, ResultType, elaborate};
use crate::graph::interpret::{Array, Batch, Environment, interpret};
use crate::graph::{Batching, Element};
use crate::syntax;

/// The lines of a program that runs an example, those that are not shown with `# ` before them.
pub fn program(text: &str) -> Vec<String> {
    let Example {
        declaration,
        arguments,
    } = Example::read(text);
    let mut lines: Vec<String> = vec!["# use dsl_runtime::prelude::*;".to_string()];
    let source = shown(&declaration);
    lines.extend(source.lines().map(str::to_string));
    lines.push(String::new());
    let mut diagnostics = Diagnostics::new();
    let network = syntax::parse(declaration, &mut diagnostics);
    let model = network.and_then(|network| match network.family {
        // A family is elaborated for each of its members.
        Some(_) => None,
        None => elaborate(&network, &mut diagnostics),
    });
    assert_eq!(diagnostics.render(), "", "{text}");
    let Some((model, arguments)) = model
        .filter(|_| !arguments.is_empty())
        .map(|model| (model, arguments))
    else {
        lines.push("# fn main() {}".to_string());
        return lines;
    };
    lines.push("# fn main() -> Result<(), Error> {".to_string());
    let entry = model.entries.last().expect("an entry point");
    let call = Call::of(entry, &model, &arguments);
    if call.text.contains("assert_close") {
        lines.insert(1, "# use dsl_runtime::reference::assert_close;".to_string());
    }
    lines.push("let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());".to_string());
    lines.extend(call.text.lines().map(str::to_string));
    lines.extend(parameters(&model));
    lines.extend(["# Ok(())".to_string(), "# }".to_string()]);
    lines
}

struct Example {
    declaration: TokenStream,
    arguments: Vec<TokenStream>,
}

impl Example {
    /// Reads `(x: Tensor<2>) -> Scalar { … } [1.0, 2.0]`: the function `f` from its arguments on, or whole items, then what it is
    /// called with.
    fn read(text: &str) -> Example {
        let tokens: Vec<TokenTree> = text.parse::<TokenStream>().expect("tokens").into_iter().collect();
        let is_body = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let body = tokens.iter().rposition(is_body).expect("a body");
        let (items, arguments) = tokens.split_at(body + 1);
        let whole: TokenStream = items.iter().cloned().collect();
        let items = match &items[0] {
            TokenTree::Group(parameters) => {
                let (parameters, rest) = (
                    parameters.stream(),
                    items[1..].iter().cloned().collect::<TokenStream>(),
                );
                quote::quote!(pub fn f(&self, #parameters) #rest)
            }
            _ => whole,
        };
        let named = items.to_string().contains("struct Net");
        let ty = (!named).then(|| {
            quote::quote!(
                pub struct Net;
            )
        });
        let arguments = arguments.split(|token| token.to_string() == ",");
        let arguments = arguments.map(|argument| argument.iter().cloned().collect());
        Example {
            declaration: quote::quote!(#ty #items),
            arguments: arguments
                .filter(|argument: &TokenStream| !argument.is_empty())
                .collect(),
        }
    }
}

/// `network! { … }`, laid out.
fn shown(declaration: &TokenStream) -> String {
    let file = syn::parse2(declaration.clone()).expect("the language is Rust");
    let text = prettyplease::unparse(&file)
        .replace("\npub fn", "\n\npub fn")
        .replace("\nfn", "\n\nfn");
    // An attribute stays with its item.
    let text = text
        .replace("]\n\npub fn", "]\npub fn")
        .replace("]\n\nfn", "]\nfn");
    let indented = text.trim_end().lines().map(|line| match line.is_empty() {
        true => String::new(),
        false => format!("    {}", line.replace("#[", "##[").replacen("##[", "#[", 1)),
    });
    let lines: Vec<String> = indented.collect();
    format!("network! {{\n{}\n}}", lines.join("\n"))
}

/// The call of an example, and what is said of its results.
struct Call {
    text: String,
}

impl Call {
    fn of(entry: &Entry, model: &Model, arguments: &[TokenStream]) -> Call {
        let mut inputs = Vec::new();
        let mut passed = String::new();
        for (input, argument) in entry.inputs.iter().zip(arguments) {
            let array = Array {
                shape: input.ty.shape.clone(),
                data: numbers(argument),
            };
            assert_eq!(
                array.data.len(),
                input.ty.shape.count(),
                "{}: {argument}",
                input.name
            );
            if let Element::Index { limit } = input.ty.element {
                assert!(array.data.iter().all(|&index| index < limit as f64));
            }
            inputs.push(match input.ty.batching {
                Batching::Shared => Batch::Shared(array),
                Batching::PerExample => Batch::PerExample(vec![array]),
            });
            passed += &format!(
                ", &{}",
                argument
                    .to_string()
                    .replace(" ,", ",")
                    .replace(" ;", ";")
                    .replace("- ", "-")
            );
        }
        assert_eq!(
            inputs.len(),
            entry.inputs.len(),
            "{} takes other arguments",
            entry.name
        );
        let call = format!("net.{}(&mut work{passed})?", entry.name);
        let known = known(model, entry).map(|environment| Environment {
            inputs: inputs.into_iter().enumerate().collect(),
            ..environment
        });
        let results = entry.result.count();
        let values = known.map(|environment| {
            let outputs = &entry.function.outputs[..results];
            let values = interpret(&entry.function.graph, outputs, &environment);
            values
                .iter()
                .map(|value| value.of(0).data.clone())
                .collect::<Vec<Vec<f64>>>()
        });
        let shapes = &entry.function.outputs[..results];
        let lens: Vec<usize> = shapes
            .iter()
            .map(|&output| entry.function.graph.ty(output).shape.count())
            .collect();
        let claim = |found: &str, place: usize, scalar: bool| match &values {
            Some(values) => claim(found, &values[place], scalar),
            None if scalar => format!("assert!({found}.is_finite());"),
            None => format!("assert_eq!({found}.len(), {});", lens[place]),
        };
        let text = match &entry.result {
            ResultType::Tuple(parts) => {
                let names: Vec<String> = (1..=parts.len()).map(|place| format!("y{place}")).collect();
                let claims = parts
                    .iter()
                    .enumerate()
                    .map(|(place, part)| claim(&names[place], place, *part == ResultType::Scalar));
                let claims: Vec<String> = claims.collect();
                format!("let ({}) = {call};\n{}", names.join(", "), claims.join("\n"))
            }
            single => claim(&call, 0, *single == ResultType::Scalar),
        };
        Call { text }
    }
}

/// That these are the numbers: exactly where they are short.
fn claim(found: &str, values: &[f64], scalar: bool) -> String {
    let exact = values.iter().all(|value| (value * 16.0).fract() == 0.0);
    let shown: Vec<String> = values.iter().map(|&value| short(value)).collect();
    match (exact, scalar) {
        (true, true) => format!("assert_eq!({found}, {});", shown[0]),
        (true, false) => format!("assert_eq!({found}, [{}]);", shown.join(", ")),
        (false, true) => format!("assert_close(&[{found}], &[{}]);", shown[0]),
        (false, false) => format!("assert_close({found}, &[{}]);", shown.join(", ")),
    }
}

/// At most four digits behind the point.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0');
    match (text.ends_with('.'), text) {
        (_, "-0.") => "0.0".to_string(),
        (true, text) => format!("{text}0"),
        (false, text) => text.to_string(),
    }
}

/// `[1.0, -2.0]`, `[0.5; 16]`
fn numbers(argument: &TokenStream) -> Vec<f64> {
    let Some(TokenTree::Group(list)) = argument.clone().into_iter().next() else {
        panic!("`{argument}` is no list");
    };
    let number = |text: &str| text.replace(' ', "").parse::<f64>().expect("a number");
    let text = list.stream().to_string();
    match text.split_once(';') {
        Some((value, count)) => vec![number(value); number(count) as usize],
        None => text.split(',').map(number).collect(),
    }
}

/// The leaves of a network whose first values are no chance; `None` of any other.
fn known(model: &Model, entry: &Entry) -> Option<Environment> {
    let graph = &entry.function.graph;
    let is_noise = |val| graph.node(val).op.get::<crate::ops::leaf::Noise>().is_some();
    if graph.live(&entry.function.outputs).into_iter().any(is_noise) {
        return None;
    }
    let first = |declared: &[ParameterDeclaration]| {
        let arrays = declared.iter().map(|parameter| match parameter.initializer {
            Initializer::Zeros => Some(Array::from_fn(&parameter.shape, |_| 0.0)),
            Initializer::Constant(value) => Some(Array::from_fn(&parameter.shape, |_| value)),
            _ => None,
        });
        arrays.collect::<Option<Vec<Array>>>()
    };
    Some(Environment {
        examples: 1,
        parameters: first(&model.parameters)?.into_iter().enumerate().collect(),
        buffers: first(&model.buffers)?.into_iter().enumerate().collect(),
        ..Environment::default()
    })
}

/// What is said of the parameters, if there are any.
fn parameters(model: &Model) -> Vec<String> {
    if model.parameters.is_empty() {
        return Vec::new();
    }
    let each = model.parameters.iter();
    let each = each.map(|parameter| format!("    (\"{}\", &{}[..]),", parameter.name, parameter.shape));
    let mut lines = vec![
        String::new(),
        "let parameters = Net::<f32>::LAYOUT.parameters.iter();".to_string(),
        "assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([".to_string(),
    ];
    lines.extend(each);
    lines.push("]));".to_string());
    lines
}
