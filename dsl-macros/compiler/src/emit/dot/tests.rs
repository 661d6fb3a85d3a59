//! Every network of the repository as DOT that another program reads.

use std::collections::BTreeSet;

use layout::gv::DotParser;
use layout::gv::parser::ast::{Graph, Stmt};

use super::escaped;
use crate::compile::graphs;
use crate::program::Drawn;
use crate::syntax::ast::Document;
use crate::tests::{FIXTURES, Fixture, fixture};

/// The pictures of a network, each with the method that it is of.
fn pictures(fixture: &Fixture) -> Vec<(String, String)> {
    let mut model = fixture.model();
    let mut pictures = Vec::new();
    for graphs in graphs(&mut model) {
        let name = graphs.entry.name.to_string();
        let mode = graphs.training.as_ref().unwrap_or(&graphs.evaluation);
        let results = Drawn::of_results(&name, &mode.results, &mode.updates, &model, &[Document::Dot]);
        let gradient = mode
            .gradient
            .as_ref()
            .map(|gradient| Drawn::of_gradient(&name, gradient, &mode.updates, &model, &[Document::Dot]));
        pictures.extend(results.dot.map(|dot| (name.clone(), dot)));
        pictures.extend(
            gradient
                .and_then(|drawn| drawn.dot)
                .map(|dot| (format!("{name}_and_grad"), dot)),
        );
    }
    pictures
}

/// The names of the boxes of a graph and its clusters, the ends of its edges, and the number of clusters.
fn read(graph: &Graph, nodes: &mut Vec<String>, ends: &mut Vec<String>) -> usize {
    let mut clusters = 0;
    for statement in &graph.list.list {
        match statement {
            Stmt::Node(node) => nodes.push(node.id.name.clone()),
            Stmt::Edge(edge) => {
                ends.push(edge.from.name.clone());
                ends.extend(edge.to.iter().map(|(to, _)| to.name.clone()));
            }
            Stmt::SubGraph(inner) => clusters += 1 + read(inner, nodes, ends),
            Stmt::Attribute(_) => {}
        }
    }
    clusters
}

#[test]
fn every_network_is_read_back() {
    for fixture in FIXTURES {
        let pictures = pictures(fixture);
        assert!(!pictures.is_empty(), "{}", fixture.name);
        for (method, dot) in pictures {
            let graph = DotParser::new(&dot).process();
            let graph = graph.unwrap_or_else(|error| panic!("{}.{method}: {error}\n{dot}", fixture.name));
            let (mut nodes, mut ends) = (Vec::new(), Vec::new());
            let clusters = read(&graph, &mut nodes, &mut ends);
            let names: BTreeSet<&String> = nodes.iter().collect();
            assert_eq!(
                names.len(),
                nodes.len(),
                "{}.{method}: a name is given once",
                fixture.name
            );
            assert_eq!(
                clusters,
                dot.matches("subgraph").count(),
                "{}.{method}",
                fixture.name
            );
            assert!(clusters > 0 && !ends.is_empty(), "{}.{method}", fixture.name);
            let used: BTreeSet<&String> = ends.iter().collect();
            assert_eq!(used, names, "{}.{method}: every box has an edge", fixture.name);
        }
    }
}

#[test]
fn pictures_of_the_perceptron() {
    for (method, dot) in pictures(fixture("mlp")) {
        insta::with_settings!({
            snapshot_path => "../../../../../tests/snapshots/mlp",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(format!("4_{method}.dot"), dot);
        });
    }
}

/// The turn of a loop stands in a frame, and what it hands on goes back to its beginning.
#[test]
fn a_loop_is_a_frame_around_its_turn() {
    let pictures = pictures(fixture("lstm"));
    let (_, dot) = pictures
        .iter()
        .find(|(method, _)| method == "loss_and_grad")
        .expect("it has a gradient");
    assert!(
        dot.contains("label = \"for t in 0..7\"") && dot.contains("label = \"for t in (0..7).rev()\""),
        "{dot}"
    );
    assert!(dot.contains("style = dotted, constraint = false"), "{dot}");
}

#[test]
fn the_same_declaration_is_drawn_alike() {
    for name in ["transformer", "lstm"] {
        assert_eq!(pictures(fixture(name)), pictures(fixture(name)));
    }
}

#[test]
fn quotes_and_backslashes_are_escaped() {
    assert_eq!(escaped("contract(a, \"b\\c\")"), "contract(a, \\\"b\\\\c\\\")");
}
