//! Pictures of layers say what the source says.

use super::{EdgeKind, Output, Picture};
use crate::compile::graphs;
use crate::tests::fixture;

/// The results of an entry point by layers.
fn layers(network: &str, entry: &str) -> Picture {
    let mut model = fixture(network).model();
    let graphs = graphs(&mut model);
    let graphs = graphs
        .iter()
        .find(|graphs| graphs.entry.name == entry)
        .expect("it has this entry point");
    let function = &graphs.evaluation.results;
    let outputs = function.outputs.iter().map(|&val| Output {
        name: "result".to_string(),
        val,
        is_gradient: false,
    });
    Picture::of_values(&function.graph, &outputs.collect::<Vec<Output>>()).by_layers()
}

fn titles(picture: &Picture) -> Vec<&str> {
    picture.nodes.iter().map(|node| node.title.as_str()).collect()
}

#[test]
fn a_layer_is_a_box_and_a_function_a_frame() {
    let picture = layers("mlp", "loss");
    assert_eq!(
        titles(&picture),
        [
            "image",
            "digit",
            "dense1",
            "relu()",
            "dense2",
            "softmax_cross_entropy1",
            "result"
        ]
    );
    let frames: Vec<&str> = picture.groups.iter().map(|group| group.title.as_str()).collect();
    assert_eq!(frames, ["logits", "loss"]);
    assert_eq!(picture.nodes[2].lines, ["dense(HIDDEN)", "100,480 parameters"]);
    let labels: Vec<&str> = picture.edges.iter().map(|edge| edge.label.as_str()).collect();
    assert_eq!(
        labels,
        ["[B, 784]", "[B, 128]", "[B, 128]", "[B] < 10", "[B, 10]", "[]"]
    );
}

#[test]
fn a_loop_is_a_frame_and_what_is_shared_one_box() {
    let recurrent = layers("lstm", "logits");
    assert!(
        recurrent
            .groups
            .iter()
            .any(|group| group.title == "for t in 0..7")
    );
    assert!(recurrent.edges.iter().any(|edge| edge.kind == EdgeKind::Next));
    // Two images through one encoder.
    let twins = layers("siamese", "loss");
    let convolutions = titles(&twins).into_iter().filter(|title| *title == "conv1");
    assert_eq!(convolutions.count(), 1);
}

#[test]
fn within_a_layer_of_the_prelude_operators_are_named() {
    let picture = layers("transformer", "logits");
    let titles = titles(&picture);
    assert!(
        titles.contains(&"self_attn") && titles.contains(&"norm1") && titles.contains(&"add"),
        "{titles:?}"
    );
}

/// However many boxes a network has: of the deep one as many as fit, with no circle among them.
#[test]
fn a_deep_network_is_drawn_by_its_blocks() {
    let picture = layers("resnet20", "logits");
    assert!((12..=48).contains(&picture.nodes.len()), "{:?}", titles(&picture));
    let mut open: Vec<usize> = (0..picture.nodes.len()).collect();
    while !open.is_empty() {
        let is_read = |from: usize, to: usize| {
            picture
                .edges
                .iter()
                .any(|edge| edge.from == from && edge.to == to)
        };
        let ready = open
            .iter()
            .position(|&node| !open.iter().any(|&other| is_read(other, node)));
        open.remove(ready.expect("some box reads only what is done"));
    }
}
