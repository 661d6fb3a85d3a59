//! A declaration as statements of text, so that it can be printed, pruned and made smaller.

use std::collections::BTreeSet;

/// A whole declaration.
#[derive(Clone, Debug)]
pub struct Declaration {
    pub functions: Vec<Function>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A template without `self`.
    Block,
    /// `&self` without `pub`.
    Helper,
    /// `pub fn …(&self …)`.
    Entry,
}

#[derive(Clone, Debug)]
pub struct Function {
    pub name: String,
    pub role: Role,
    pub arguments: Vec<Argument>,
    pub body: Vec<Statement>,
    pub results: Vec<Part>,
    /// True if derivatives compute its calls again.
    pub recompute: bool,
}

#[derive(Clone, Debug)]
pub struct Argument {
    pub name: String,
    pub ty: String,
}

/// One of the results: an expression and its type.
#[derive(Clone, Debug)]
pub struct Part {
    pub text: String,
    pub ty: String,
}

#[derive(Clone, Debug)]
pub enum Statement {
    /// `let pattern = value;`
    Let {
        pattern: String,
        value: String,
        /// The shape of a leaf that could replace it; `None` if it is no numeric tensor.
        shape: Option<Vec<usize>>,
    },
    /// Any other statement, including its `;`.
    Line(String),
    Loop {
        head: String,
        body: Vec<Statement>,
    },
}

/// The names in a piece of text.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    text.split(part)
        .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
}

impl Statement {
    /// Its text except for the names it binds.
    fn texts(&self) -> Vec<&str> {
        match self {
            Statement::Let { value, .. } => vec![value],
            Statement::Line(text) => vec![text],
            Statement::Loop { head, body } => {
                let inner = body.iter().flat_map(Statement::texts);
                std::iter::once(head.as_str()).chain(inner).collect()
            }
        }
    }

    /// The names in it except for those it binds.
    pub fn read(&self) -> impl Iterator<Item = &str> {
        self.texts().into_iter().flat_map(names)
    }

    fn print(&self, indent: usize, text: &mut String) {
        let margin = " ".repeat(indent);
        match self {
            Statement::Let { pattern, value, .. } => *text += &format!("{margin}let {pattern} = {value};\n"),
            Statement::Line(line) => *text += &format!("{margin}{line}\n"),
            Statement::Loop { head, body } => {
                *text += &format!("{margin}{head} {{\n");
                body.iter()
                    .for_each(|statement| statement.print(indent + 4, text));
                *text += &format!("{margin}}}\n");
            }
        }
    }
}

impl Function {
    /// The function without unread values and arguments.
    pub fn pruned(mut self) -> Function {
        loop {
            let mut read: BTreeSet<String> = BTreeSet::new();
            let results = self.results.iter().flat_map(|part| names(&part.text));
            let all = self.body.iter().flat_map(Statement::read).chain(results);
            read.extend(all.map(str::to_string));
            let results = self.results.iter().map(|part| part.text.as_str());
            let texts = self.body.iter().flat_map(Statement::texts).chain(results);
            // A layer has no parameters to read before it is applied, even if its result is read by nothing.
            let weighed: Vec<String> = texts.flat_map(weighed).map(|layer| format!("{layer}(")).collect();
            if !prune(&mut self.body, &read, &weighed) {
                self.arguments.retain(|argument| read.contains(&argument.name));
                return self;
            }
        }
    }

    pub fn print(&self) -> String {
        let own = (self.role != Role::Block).then(|| "&self".to_string());
        let arguments = self
            .arguments
            .iter()
            .map(|argument| format!("{}: {}", argument.name, argument.ty));
        let arguments: Vec<String> = own.into_iter().chain(arguments).collect();
        let join = |parts: Vec<&str>| match parts.as_slice() {
            [one] => one.to_string(),
            parts => format!("({})", parts.join(", ")),
        };
        let public = if self.role == Role::Entry { "pub " } else { "" };
        // The derivative of evaluation mode is a case too.
        let has_gradient = self.role == Role::Entry && self.results.iter().any(|part| part.ty == "Scalar");
        let attribute = match (has_gradient, self.recompute) {
            (true, _) => "#[gradient(evaluation)]\n",
            (_, true) => "#[recompute]\n",
            _ => "",
        };
        let mut text = format!(
            "{attribute}{public}fn {}({}) -> {} {{\n",
            self.name,
            arguments.join(", "),
            join(self.results.iter().map(|part| part.ty.as_str()).collect())
        );
        self.body
            .iter()
            .for_each(|statement| statement.print(4, &mut text));
        let result = join(self.results.iter().map(|part| part.text.as_str()).collect());
        text + &format!("    {result}\n}}\n")
    }
}

/// The layers whose weights a piece of text reads.
fn weighed(text: &str) -> impl Iterator<Item = &str> {
    let before = text.match_indices(".weight").map(|(place, _)| &text[..place]);
    before.filter_map(|before| names(before).last())
}

/// Removes statements that bind only unread names, except calls of `kept`; returns true if there were any.
fn prune(body: &mut Vec<Statement>, read: &BTreeSet<String>, kept: &[String]) -> bool {
    let before = body.len();
    body.retain(|statement| match statement {
        Statement::Let { pattern, value, .. } => {
            names(pattern).any(|name| name != "mut" && read.contains(name))
                || kept.iter().any(|call| value.starts_with(call.as_str()))
        }
        Statement::Line(_) => true,
        Statement::Loop { body, .. } => !body.is_empty(),
    });
    let mut changed = body.len() < before;
    for statement in body {
        if let Statement::Loop { body, .. } = statement {
            changed |= prune(body, read, kept);
        }
    }
    changed
}

impl Declaration {
    /// The text between the braces of `network! { … }`.
    pub fn print(&self) -> String {
        self.functions
            .iter()
            .fold("pub struct Random;\n".to_string(), |text, function| {
                text + "\n" + &function.print()
            })
    }
}
