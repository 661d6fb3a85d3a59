//! Arranged boxes, frames and edges as SVG elements.

use super::arrange::{Arranged, LINE, Place};
use crate::picture::{Edge, EdgeKind, Group, GroupKind, Node, NodeKind, Picture};

/// The colours of the forward and of the backward pass: lines, the inside of boxes, text in boxes.
const COLOURS: [[&str; 3]; 2] = [
    ["#4a86c0", "#e3eef9", "#16324f"],
    ["#cc7a29", "#fdebd8", "#532c06"],
];

/// The colour of text that stands on the page.
const TEXT: &str = "#7d8794";

/// The length of the head of an arrow.
const HEAD: f64 = 7.0;

/// The picture of this title.
pub fn svg(title: &str, picture: &Picture, arranged: &Arranged) -> String {
    let (width, height) = (arranged.width.ceil(), arranged.height.ceil());
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"12\" \
         style=\"max-width: 100%; height: auto\">\n<title>{}</title>\n",
        escaped(title)
    );
    for (group, place) in picture.groups.iter().zip(&arranged.groups) {
        text += &frame(group, place);
    }
    let edges = picture.edges.iter().zip(&arranged.edges);
    for (edge, route) in edges.clone() {
        text += &arrow(edge, picture, &route.corners);
    }
    for (node, place) in picture.nodes.iter().zip(&arranged.nodes) {
        text += &shape(node, place);
    }
    for (edge, route) in edges {
        text += &format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"10\" fill=\"{TEXT}\">{}</text>\n",
            number(route.label.0),
            number(route.label.1 + 3.5),
            escaped(&edge.label)
        );
    }
    text + "</svg>\n"
}

fn frame(group: &Group, place: &Place) -> String {
    let [line, ..] = COLOURS[usize::from(group.backward)];
    let dashes = match group.kind {
        GroupKind::Call => "",
        GroupKind::Loop => " stroke-dasharray=\"5 3\"",
    };
    let (left, top) = (place.x - place.width / 2.0, place.y - place.height / 2.0);
    format!(
        "<rect {} rx=\"6\" fill=\"{line}\" fill-opacity=\"0.06\" stroke=\"{line}\" stroke-opacity=\"0.6\"{dashes}/>\n\
         <text x=\"{}\" y=\"{}\" fill=\"{line}\">{}</text>\n",
        bounds(place),
        number(left + 8.0),
        number(top + LINE),
        escaped(&group.title)
    )
}

fn shape(node: &Node, place: &Place) -> String {
    let [line, inside, ink] = COLOURS[usize::from(node.backward)];
    let rounded = match node.kind {
        NodeKind::Input | NodeKind::Result | NodeKind::Gradient => place.height / 2.0,
        NodeKind::Operation | NodeKind::Carry => 5.0,
        NodeKind::Parameter | NodeKind::Buffer => 0.0,
    };
    let mut text = format!(
        "<rect {} rx=\"{}\" fill=\"{inside}\" stroke=\"{line}\"/>\n",
        bounds(place),
        number(rounded)
    );
    let lines = std::iter::once(&node.title).chain(&node.lines);
    let first = place.y - LINE * node.lines.len() as f64 / 2.0 + 4.0;
    for (number_of, content) in lines.enumerate() {
        let weight = match number_of {
            0 => " font-weight=\"600\"",
            _ => "",
        };
        text += &format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"{ink}\"{weight}>{}</text>\n",
            number(place.x),
            number(first + LINE * number_of as f64),
            escaped(content)
        );
    }
    text
}

/// A smooth line through the corners, and its head.
fn arrow(edge: &Edge, picture: &Picture, points: &[(f64, f64)]) -> String {
    let [.., before, end] = points else {
        return String::new();
    };
    let backward = picture.nodes[edge.from].backward;
    let [line, ..] = COLOURS[usize::from(backward)];
    let dashes = match edge.kind {
        EdgeKind::Forward | EdgeKind::Backward => "",
        EdgeKind::Kept => " stroke-dasharray=\"5 3\"",
        EdgeKind::Next => " stroke-dasharray=\"2 3\"",
    };
    let (x, y) = (end.0 - before.0, end.1 - before.1);
    let length = x.hypot(y).max(1e-6);
    let (x, y) = (x / length, y / length);
    let neck = (end.0 - x * HEAD, end.1 - y * HEAD);
    let side = |sign: f64| (neck.0 - sign * y * HEAD / 2.5, neck.1 + sign * x * HEAD / 2.5);
    let corners: Vec<String> = [*end, side(1.0), side(-1.0)].into_iter().map(pair).collect();
    let mut through = points.to_vec();
    if let Some(last) = through.last_mut() {
        *last = neck;
    }
    format!(
        "<path d=\"{}\" fill=\"none\" stroke=\"{line}\" stroke-width=\"1.3\"{dashes}/>\n<polygon points=\"{}\" fill=\"{line}\"/>\n",
        smooth(&through),
        corners.join(" ")
    )
}

/// A path that is drawn towards each corner, and rounds it.
fn smooth(points: &[(f64, f64)]) -> String {
    let middle = |a: (f64, f64), b: (f64, f64)| ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
    let mut path = String::new();
    for (place, &point) in points.iter().enumerate() {
        path += &match (place, points.get(place + 1)) {
            (0, _) => format!("M{}", pair(point)),
            (_, Some(&next)) => format!(" Q{} {}", pair(point), pair(middle(point, next))),
            (_, None) => format!(" L{}", pair(point)),
        };
    }
    path
}

fn bounds(place: &Place) -> String {
    format!(
        "x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
        number(place.x - place.width / 2.0),
        number(place.y - place.height / 2.0),
        number(place.width),
        number(place.height)
    )
}

fn pair((x, y): (f64, f64)) -> String {
    format!("{},{}", number(x), number(y))
}

/// A coordinate, to a tenth.
fn number(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
