//! A picture as Graphviz DOT (Gansner and North, 2000): `dot -Tsvg` draws it.
//!
//! Calls of functions, blocks and layers are clusters, so are loops. Inputs are ellipses, parameters and buffers folders and
//! cylinders, results have a double frame; what belongs to the backward pass is orange. A dashed edge is a value of the forward
//! pass that the backward pass reads, a dotted one goes to the next turn of a loop.

#[cfg(test)]
mod tests;

use crate::picture::{Edge, EdgeKind, GroupKind, Node, NodeKind, Picture};

/// The colours of the forward and of the backward pass: lines, and the inside of boxes.
const COLOURS: [[&str; 2]; 2] = [["#3b6ea5", "#e3eef9"], ["#b8671b", "#fdebd8"]];

/// The picture as a graph of this name.
pub fn emit_dot(name: &str, picture: &Picture) -> String {
    let mut text = format!("digraph {} {{\n", quoted(name));
    text += "    graph [fontname = \"Helvetica\", compound = true, rankdir = TB]\n";
    text += "    node [fontname = \"Helvetica\", fontsize = 11, shape = box, style = filled]\n";
    text += "    edge [fontname = \"Helvetica\", fontsize = 9]\n";
    clusters(picture, None, 1, &mut text);
    for edge in &picture.edges {
        text += &format!("    {}\n", line(edge, picture));
    }
    text + "}\n"
}

/// The boxes in a group, then the groups in it.
fn clusters(picture: &Picture, within: Option<usize>, depth: usize, text: &mut String) {
    let indent = "    ".repeat(depth);
    for node in picture.nodes.iter().filter(|node| node.group == within) {
        *text += &format!("{indent}{}\n", self::node(node));
    }
    for (place, group) in picture.groups.iter().enumerate() {
        if group.parent != within {
            continue;
        }
        let [colour, _] = COLOURS[usize::from(group.backward)];
        let style = match group.kind {
            GroupKind::Call => "rounded",
            GroupKind::Loop => "\"rounded,dashed\"",
        };
        *text += &format!("{indent}subgraph cluster_{place} {{\n");
        *text += &format!(
            "{indent}    label = {}\n{indent}    color = \"{colour}\"\n{indent}    style = {style}\n",
            quoted(&group.title)
        );
        clusters(picture, Some(place), depth + 1, text);
        *text += &format!("{indent}}}\n");
    }
}

fn node(node: &Node) -> String {
    let [colour, inside] = COLOURS[usize::from(node.backward)];
    let lines = std::iter::once(&node.title).chain(&node.lines);
    let lines: Vec<String> = lines.map(|line| escaped(line)).collect();
    let shape = match node.kind {
        NodeKind::Operation => "",
        NodeKind::Input => ", shape = ellipse",
        NodeKind::Parameter => ", shape = folder",
        NodeKind::Buffer => ", shape = cylinder",
        NodeKind::Carry => ", shape = cds",
        NodeKind::Result | NodeKind::Gradient => ", peripheries = 2",
    };
    format!(
        "{} [label = \"{}\"{shape}, color = \"{colour}\", fillcolor = \"{inside}\"]",
        quoted(&node.name),
        lines.join("\\n")
    )
}

fn line(edge: &Edge, picture: &Picture) -> String {
    let style = match edge.kind {
        EdgeKind::Forward | EdgeKind::Backward => "",
        EdgeKind::Kept => ", style = dashed",
        EdgeKind::Next => ", style = dotted, constraint = false",
    };
    let backward = edge.kind == EdgeKind::Backward || picture.nodes[edge.from].backward;
    let [colour, _] = COLOURS[usize::from(backward)];
    format!(
        "{} -> {} [label = {}, color = \"{colour}\"{style}]",
        quoted(&picture.nodes[edge.from].name),
        quoted(&picture.nodes[edge.to].name),
        quoted(&edge.label)
    )
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// The text within quotes: a backslash would begin an escape, a quote end them.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")
}
