//! What holds for every graph: dead values and duplicates go, names stay, the result is the same each time.

use super::*;
use crate::optimise::optimise;
use std::time::Instant;

#[test]
fn timing() {
    let graph = Graph::new();
    let mut h = input(&graph, 0, "x", [8]);
    let mut params = vec![];
    for layer in 0..150 {
        let w = parameter(&graph, 2 * layer, &format!("w{layer}"), [8, 8]);
        let b = parameter(&graph, 2 * layer + 1, &format!("b{layer}"), [8]);
        params.push(w.val);
        params.push(b.val);
        h = (h.contract("i,oi->o", w) + b).unary(Elementwise::Tanh) * sigmoid(h);
    }
    let loss = mean((h * h).sum_all()).val;
    let mut outputs = crate::differentiate::gradient(&graph, loss, &params).unwrap();
    outputs.push(loss);
    let before = graph.live(&outputs).len();
    let start = Instant::now();
    let f = optimise(Function { graph, outputs });
    eprintln!("{before} → {} in {:?}", f.graph.len(), start.elapsed());
}
