//! Places of boxes, frames and edges, by layers (Sugiyama, Tagawa and Toda, 1981), as the crate `dagre` computes them.
//!
//! The forward pass runs down, the backward pass up beside it: for the arrangement its edges are turned round.

use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, layout};

use crate::picture::{Edge, EdgeKind, Node, NodeKind, Picture};

/// The height of a line of text in a box.
pub const LINE: f64 = 15.0;

/// The width of a character in a box.
const CHARACTER: f64 = 7.3;

/// The width of a character on an edge.
const SMALL: f64 = 6.1;

/// A rectangle by its centre.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// The places of everything in a picture, in the order of the picture.
#[derive(Debug, PartialEq)]
pub struct Arranged {
    pub width: f64,
    pub height: f64,
    pub nodes: Vec<Place>,
    pub groups: Vec<Place>,
    pub edges: Vec<Route>,
}

/// The way of an edge.
#[derive(Debug, PartialEq)]
pub struct Route {
    /// The corners from its beginning to its end.
    pub corners: Vec<(f64, f64)>,
    /// The middle of its label.
    pub label: (f64, f64),
}

impl Arranged {
    pub fn new(picture: &Picture) -> Arranged {
        let mut graph: Graph<NodeLabel, EdgeLabel> = Graph::with_options(GraphOptions {
            directed: true,
            multigraph: true,
            compound: true,
        });
        for (place, node) in picture.nodes.iter().enumerate() {
            let (width, height) = size(node);
            let label = NodeLabel {
                width,
                height,
                ..NodeLabel::default()
            };
            graph.set_node(box_key(place), Some(label));
        }
        for place in 0..picture.groups.len() {
            graph.set_node(group_key(place), Some(NodeLabel::default()));
        }
        let parents = picture.nodes.iter().map(|node| node.group).enumerate();
        for (place, parent) in parents {
            graph.set_parent(&box_key(place), parent.map(group_key).as_deref());
        }
        for (place, group) in picture.groups.iter().enumerate() {
            graph.set_parent(&group_key(place), group.parent.map(group_key).as_deref());
        }
        for (place, edge) in picture.edges.iter().enumerate() {
            let (from, to) = drawn_along(edge, picture);
            let label = EdgeLabel {
                width: width_of(&edge.label, SMALL),
                height: LINE,
                labelpos: LabelPos::Right,
                label_offset: 5.0,
                weight: match edge.kind {
                    EdgeKind::Forward | EdgeKind::Backward => 3,
                    EdgeKind::Kept | EdgeKind::Next => 1,
                },
                ..EdgeLabel::default()
            };
            graph.set_edge(box_key(from), box_key(to), Some(label), Some(&place.to_string()));
        }
        let options = LayoutOptions {
            nodesep: 28.0,
            edgesep: 14.0,
            ranksep: 38.0,
            marginx: 12.0,
            marginy: 12.0,
            ..LayoutOptions::default()
        };
        layout(&mut graph, Some(options));
        Arranged::read(picture, &graph)
    }

    /// The places that a graph has been given.
    fn read(picture: &Picture, graph: &Graph<NodeLabel, EdgeLabel>) -> Arranged {
        let place = |key: String| {
            let label = graph.node(&key);
            label.map_or_else(Place::default, |label| Place {
                x: label.x.unwrap_or_default(),
                y: label.y.unwrap_or_default(),
                width: label.width,
                height: label.height,
            })
        };
        let edges = picture.edges.iter().enumerate().map(|(number, edge)| {
            let (from, to) = drawn_along(edge, picture);
            let label = graph.edge(&box_key(from), &box_key(to), Some(&number.to_string()));
            let mut points: Vec<(f64, f64)> = Vec::new();
            let mut middle = (0.0, 0.0);
            if let Some(label) = label {
                points.extend(label.points.iter().map(|point| (point.x, point.y)));
                middle = (label.x.unwrap_or_default(), label.y.unwrap_or_default());
            }
            if (from, to) != (edge.from, edge.to) {
                points.reverse();
            }
            Route {
                corners: points,
                label: middle,
            }
        });
        let mut arranged = Arranged {
            width: 0.0,
            height: 0.0,
            nodes: (0..picture.nodes.len())
                .map(|node| place(box_key(node)))
                .collect(),
            groups: (0..picture.groups.len())
                .map(|group| place(group_key(group)))
                .collect(),
            edges: edges.collect(),
        };
        let all = arranged.nodes.iter().chain(&arranged.groups);
        let (width, height) = all.fold((0.0_f64, 0.0_f64), |(width, height), place| {
            (
                width.max(place.x + place.width / 2.0),
                height.max(place.y + place.height / 2.0),
            )
        });
        let points = arranged.edges.iter().flat_map(|route| &route.corners);
        arranged.width = points.fold(width, |width, point| width.max(point.0)) + 12.0;
        arranged.height = height + 12.0;
        arranged
    }
}

/// The boxes of an edge in the direction in which it runs down the page.
fn drawn_along(edge: &Edge, picture: &Picture) -> (usize, usize) {
    let backward = |node: usize| picture.nodes[node].backward && picture.nodes[node].kind != NodeKind::Result;
    match (edge.kind, backward(edge.from) && backward(edge.to)) {
        (EdgeKind::Backward, true) | (EdgeKind::Next, false) => (edge.to, edge.from),
        _ => (edge.from, edge.to),
    }
}

fn box_key(node: usize) -> String {
    format!("box{node}")
}

fn group_key(group: usize) -> String {
    format!("group{group}")
}

fn width_of(text: &str, character: f64) -> f64 {
    text.chars().count() as f64 * character
}

/// The size of a box around its lines.
fn size(node: &Node) -> (f64, f64) {
    let lines = std::iter::once(&node.title).chain(&node.lines);
    let width = lines.map(|line| width_of(line, CHARACTER)).fold(40.0, f64::max);
    (width + 20.0, LINE * (1 + node.lines.len()) as f64 + 12.0)
}
