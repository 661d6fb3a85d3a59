// Layers with parameters.

/// Fully connected layer on the last axis: `y = W x + b`, `weight` [width, in], `bias` [width].
///
/// ```text
/// (x: Tensor<2>) -> Tensor<3> { x.dense(3, init = constant(0.5)) }
/// [1.0, 2.0]
/// ```
#[doc(alias = "Linear")]
#[doc(alias = "fully_connected")]
fn dense(x: Tensor<..>, width: usize, bias: bool = true, init: Initializer = xavier_uniform()) -> Tensor<..> {
    let weight = param([width, x.size(-1)], init);
    let y = x.matmul(weight.t());
    if bias {
        let bias = param([width], zeros());
        y + bias
    } else {
        y
    }
}

/// A row of a trained table for each index (Bengio et al., 2003): `weight` [limit of the index, width].
///
/// ```text
/// (token: Index<5>) -> Tensor<4> { token.embedding(4) }
/// [3]
/// ```
fn embedding(x: Index<_>, width: usize, init: Initializer = normal(1.0)) -> Tensor<..> {
    let weight = param([x.limit(), width], init);
    weight.gather(x)
}
