//! Pictures in which everything has a place of its own.

use super::arrange::{Arranged, Place};
use super::emit_svg;
use crate::compile::graphs;
use crate::picture::{Output, Picture};
use crate::tests::fixture;

/// Networks of every kind.
const NETWORKS: [&str; 7] = [
    "mlp",
    "lenet",
    "residual",
    "lstm",
    "siamese",
    "resnet_small",
    "transformer",
];

/// The gradient of a network's loss by layers.
fn picture(name: &str) -> Picture {
    let mut model = fixture(name).model();
    let graphs = graphs(&mut model);
    let loss = graphs
        .iter()
        .find(|graphs| graphs.entry.name == "loss")
        .expect("it has a loss");
    let mode = loss.training.as_ref().unwrap_or(&loss.evaluation);
    let gradient = mode.gradient.as_ref().expect("a loss has a gradient");
    let results = gradient.function.outputs.len() - gradient.parameters.len();
    let outputs = gradient.function.outputs.iter().enumerate();
    let outputs = outputs.map(|(place, &val)| Output {
        name: format!("output{place}"),
        val,
        is_gradient: place >= results,
    });
    Picture::of_values(&gradient.function.graph, &outputs.collect::<Vec<Output>>()).by_layers()
}

/// The distance by which the first lies within the second on each side; negative where it does not.
fn margin(inner: &Place, outer: &Place) -> f64 {
    let across = (outer.width - inner.width) / 2.0 - (outer.x - inner.x).abs();
    let along = (outer.height - inner.height) / 2.0 - (outer.y - inner.y).abs();
    across.min(along)
}

fn overlap(a: &Place, b: &Place) -> bool {
    (a.x - b.x).abs() < (a.width + b.width) / 2.0 && (a.y - b.y).abs() < (a.height + b.height) / 2.0
}

#[test]
fn boxes_stand_apart_and_within_their_frames() {
    for name in NETWORKS {
        let picture = picture(name);
        let arranged = Arranged::new(&picture);
        let page = Place {
            x: arranged.width / 2.0,
            y: arranged.height / 2.0,
            width: arranged.width,
            height: arranged.height,
        };
        assert!(picture.nodes.len() > 5 && picture.nodes.len() <= 48, "{name}");
        for (place, (node, of)) in picture.nodes.iter().zip(&arranged.nodes).enumerate() {
            assert!(margin(of, &page) > 0.0, "{name}: {node:?} at {of:?} of {page:?}");
            let frame = node.group.map(|group| arranged.groups[group]);
            assert!(
                frame.is_none_or(|frame| margin(of, &frame) > 0.0),
                "{name}: {node:?} at {of:?}"
            );
            let other = arranged.nodes[..place]
                .iter()
                .position(|other| overlap(of, other));
            assert_eq!(other, None, "{name}: {node:?} at {of:?}");
        }
        for (group, of) in picture.groups.iter().zip(&arranged.groups) {
            let frame = group.parent.map(|parent| arranged.groups[parent]);
            assert!(
                frame.is_none_or(|frame| margin(of, &frame) > 0.0),
                "{name}: {group:?} at {of:?}"
            );
        }
        for (edge, route) in picture.edges.iter().zip(&arranged.edges) {
            assert!(route.corners.len() >= 2, "{name}: {edge:?}");
        }
    }
}

/// The arrangement comes from another crate, and must not depend on anything but the picture.
#[test]
fn a_picture_is_arranged_alike_again() {
    for name in ["residual", "lstm"] {
        let picture = picture(name);
        assert_eq!(Arranged::new(&picture), Arranged::new(&picture), "{name}");
        assert_eq!(emit_svg(name, &picture), emit_svg(name, &picture), "{name}");
    }
}

/// Markdown ends such an element at the first empty line.
#[test]
fn an_element_has_no_empty_line_and_every_tag_is_closed() {
    let svg = emit_svg("a < b & c", &picture("siamese"));
    assert!(
        svg.starts_with("<svg ")
            && svg.ends_with("</svg>\n")
            && svg.contains("<title>a &lt; b &amp; c</title>")
    );
    assert!(
        svg.lines()
            .all(|line| !line.trim().is_empty() && line.starts_with('<') && line.ends_with('>'))
    );
    for tag in ["svg", "text", "title"] {
        assert_eq!(
            svg.matches(&format!("<{tag}")).count(),
            svg.matches(&format!("</{tag}>")).count(),
            "{tag}"
        );
    }
    let drawn = ["<rect", "<path", "<polygon"].map(|tag| svg.matches(tag).count());
    assert_eq!(drawn.iter().sum::<usize>(), svg.matches("/>").count());
}
