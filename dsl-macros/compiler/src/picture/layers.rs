//! A picture of layers: what a call of a layer computes is one box, named like its parameters; what stands between layers is a box
//! for each expression of the source.

use std::collections::{BTreeMap, BTreeSet};

use super::{Edge, EdgeKind, Group, GroupKind, Node, NodeKind, Picture};
use crate::collections::IntoCollection;
use crate::emit::text::thousands;
use crate::layers::last_call;

/// The most boxes of a picture, and the most edges, unless the functions of the declaration and its inputs alone are more.
const MOST: [usize; 2] = [48, 96];

/// The most characters of an expression in a box.
const LONGEST: usize = 40;

impl Picture {
    /// The same by layers, calls within calls merged until there are few boxes.
    pub fn by_layers(&self) -> Picture {
        let deepest = (0..self.groups.len()).map(|group| self.around(group).len()).max();
        let mut depth = deepest.unwrap_or(0);
        loop {
            let picture = Merge::new(self, depth).picture();
            let is_small = picture.nodes.len() <= MOST[0] && picture.edges.len() <= MOST[1];
            if is_small || depth == 0 {
                return picture;
            }
            depth -= 1;
        }
    }

    /// A group and those around it, outermost first.
    fn around(&self, group: usize) -> Vec<usize> {
        let mut around = vec![group];
        while let Some(parent) = self.groups[around[around.len() - 1]].parent {
            around.push(parent);
        }
        around.reverse();
        around
    }
}

/// What the values of one box have in common.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// The call that they all belong to.
    Call(usize),
    /// The expression that they belong to, within a group.
    Expression(Option<usize>, bool, String),
    /// Nothing: an input or a result.
    Alone(usize),
}

/// Boxes that are being merged.
struct Merge<'p> {
    of: &'p Picture,
    depth: usize,
    /// The calls that own parameters.
    owners: BTreeSet<&'p str>,
    /// The calls that each expression belongs to.
    paths: BTreeMap<&'p str, BTreeSet<&'p str>>,
    /// The last box with each key.
    boxes: BTreeMap<Key, usize>,
    /// The values in each box.
    members: Vec<(Key, Vec<usize>)>,
    /// The boxes that each box reads.
    reads: Vec<BTreeSet<usize>>,
    /// The box of each value.
    places: BTreeMap<usize, usize>,
}

impl<'p> Merge<'p> {
    fn new(of: &'p Picture, depth: usize) -> Merge<'p> {
        let parameters = of.nodes.iter().filter(|node| node.kind == NodeKind::Parameter);
        let mut merge = Merge {
            of,
            depth,
            owners: parameters.map(|node| node.path.as_str()).collect(),
            paths: BTreeMap::new(),
            boxes: BTreeMap::new(),
            members: Vec::new(),
            reads: Vec::new(),
            places: BTreeMap::new(),
        };
        let mut arguments: Vec<Vec<usize>> = vec![Vec::new(); of.nodes.len()];
        for node in &of.nodes {
            merge.paths.entry(&node.text).or_default().insert(&node.path);
        }
        let next = |edge: &&Edge| edge.kind == EdgeKind::Next;
        for edge in of.edges.iter().filter(|edge| !next(edge)) {
            arguments[edge.to].push(edge.from);
        }
        for (place, node) in of.nodes.iter().enumerate() {
            // The derivatives by parameters are what the boxes of the backward pass are there for.
            if node.kind != NodeKind::Gradient {
                merge.place(place, &arguments[place]);
            }
        }
        merge
    }

    /// Puts a value into the last box with its key, unless that box depends on what the value reads: boxes never read each other
    /// in a circle.
    fn place(&mut self, value: usize, arguments: &[usize]) {
        let key = self.key(value);
        let read: BTreeSet<usize> = arguments
            .iter()
            .filter_map(|from| self.places.get(from).copied())
            .into_set();
        let known = self.boxes.get(&key).copied();
        let joined = known.filter(|&place| {
            let others = read.iter().filter(|&&other| other != place);
            !others.into_iter().any(|&other| self.depends(other, place))
        });
        let place = joined.unwrap_or_else(|| {
            self.members.push((key.clone(), Vec::new()));
            self.reads.push(BTreeSet::new());
            self.members.len() - 1
        });
        self.boxes.insert(key, place);
        self.members[place].1.push(value);
        self.reads[place].extend(read.into_iter().filter(|&other| other != place));
        self.places.insert(value, place);
    }

    /// True if a box reads another, however indirectly.
    fn depends(&self, from: usize, on: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(place) = open.pop() {
            if place == on {
                return true;
            }
            if seen.insert(place) {
                open.extend(&self.reads[place]);
            }
        }
        false
    }

    fn key(&self, value: usize) -> Key {
        let node = &self.of.nodes[value];
        if matches!(node.kind, NodeKind::Input | NodeKind::Result) {
            return Key::Alone(value);
        }
        let around = node.group.map(|group| self.of.around(group)).unwrap_or_default();
        // The outermost call is a function of the declaration: one sees into it, as long as there is space.
        let mut calls = around.iter().enumerate();
        let merged = calls.find(|&(place, &group)| place >= 1 && self.is_layer(group) || place == self.depth);
        match merged {
            Some((_, &group)) => Key::Call(group),
            None => Key::Expression(node.group, node.backward, node.text.clone()),
        }
    }

    /// True for a call within which no other call has parameters.
    fn is_layer(&self, group: usize) -> bool {
        let Group { path, kind, .. } = &self.of.groups[group];
        *kind == GroupKind::Call && !self.owners.iter().any(|owner| encloses(path, owner))
    }

    fn picture(&self) -> Picture {
        let mut picture = Picture::default();
        let mut groups: BTreeMap<usize, usize> = BTreeMap::new();
        for (key, members) in &self.members {
            let first = &self.of.nodes[members[0]];
            let group = match key {
                Key::Call(group) => self.of.groups[*group].parent,
                _ => first.group,
            };
            let group = group.map(|group| self.group(group, &mut picture, &mut groups));
            picture.nodes.push(Node {
                name: first.name.clone(),
                group,
                ..self.merged(key, members)
            });
        }
        let mut seen: BTreeSet<Edge> = BTreeSet::new();
        for edge in &self.of.edges {
            let places = (self.places.get(&edge.from), self.places.get(&edge.to));
            if let (Some(&from), Some(&to)) = places {
                let edge = Edge {
                    from,
                    to,
                    ..edge.clone()
                };
                if from != to && seen.insert(edge.clone()) {
                    picture.edges.push(edge);
                }
            }
        }
        picture.edges = joined(picture.edges);
        picture
    }

    /// The box of some values, whatever its name and group.
    fn merged(&self, key: &Key, members: &[usize]) -> Node {
        let nodes: Vec<&Node> = members.iter().map(|&member| &self.of.nodes[member]).collect();
        let first = nodes[0];
        let Key::Call(group) = key else {
            return match nodes.as_slice() {
                [one] if one.kind != NodeKind::Operation => Node {
                    // Edges say the type.
                    lines: Vec::new(),
                    ..(*one).clone()
                },
                _ => Node {
                    title: format!(
                        "{}{}",
                        if first.backward { "∂ " } else { "" },
                        self.expression(&nodes)
                    ),
                    lines: Vec::new(),
                    kind: NodeKind::Operation,
                    ..first.clone()
                },
            };
        };
        let mut lines = Vec::new();
        let path = &self.of.groups[*group].path;
        // The expression that calls it is that of what stands in it, and of nothing around it.
        let call = nodes.iter().map(|node| node.text.as_str()).find(|text| {
            let paths = &self.paths[text];
            self.is_layer(*group)
                && paths.contains(path.as_str())
                && !paths.iter().any(|other| encloses(other, path))
        });
        lines.extend(
            call.filter(|_| !first.backward)
                .map(|text| shortened(last_call(text))),
        );
        match nodes.iter().map(|node| node.elements).sum() {
            0 => {}
            elements => lines.push(format!("{} parameters", thousands(elements))),
        }
        Node {
            title: self.of.groups[*group].title.clone(),
            lines,
            kind: NodeKind::Operation,
            ..first.clone()
        }
    }

    /// The expression of some values; within a layer of the prelude, all of whose values have its call, their operators.
    fn expression(&self, nodes: &[&Node]) -> String {
        let Node { text, path, .. } = nodes[0];
        let is_call = self.paths[text.as_str()]
            .iter()
            .any(|other| encloses(path, other));
        if !is_call && !text.is_empty() {
            return shortened(last_call(text));
        }
        let mut words: Vec<&str> = nodes.iter().map(|node| node.word).collect();
        words.dedup();
        shortened(&words.join(", "))
    }

    /// The place of a group in the new picture.
    fn group(&self, group: usize, picture: &mut Picture, groups: &mut BTreeMap<usize, usize>) -> usize {
        if let Some(&known) = groups.get(&group) {
            return known;
        }
        let parent = self.of.groups[group].parent;
        let parent = parent.map(|parent| self.group(parent, picture, groups));
        picture.groups.push(Group {
            parent,
            ..self.of.groups[group].clone()
        });
        groups.insert(group, picture.groups.len() - 1);
        picture.groups.len() - 1
    }
}

/// One edge from a box to another of each kind, with the types of all that passes.
fn joined(edges: Vec<Edge>) -> Vec<Edge> {
    let mut joined: Vec<(Edge, usize)> = Vec::new();
    for edge in edges {
        let like = |known: &&mut (Edge, usize)| {
            (known.0.from, known.0.to, known.0.kind) == (edge.from, edge.to, edge.kind)
        };
        match joined.iter_mut().find(like) {
            Some((known, count)) => {
                *count += 1;
                known.label = match count {
                    2 => format!("{}, {}", known.label, edge.label),
                    count => format!("{count} values"),
                };
            }
            None => joined.push((edge, 1)),
        }
    }
    joined.into_iter().map(|(edge, _)| edge).collect()
}

/// True for calls within which others are made.
fn encloses(path: &str, other: &str) -> bool {
    other.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))
}

/// An expression, cut where it is too long.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_string(),
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
    }
}
