// Derivatives made of `grad`, `jvp` and `jacobian`.

/// The Hessian `∂²y/∂x²` of a scalar, the axes of `x` twice: a column of it is the derivative of the gradient along one
/// direction, forward over reverse mode.
///
/// ```text
/// (x: Tensor<2>) -> Tensor<2, 2> { (x * x * x).sum().hessian(x) }
/// [1.0, 2.0]
/// ```
fn hessian(y: Scalar, x: Tensor<..>) -> Tensor<..> {
    y.grad(x).jacobian(x)
}

/// The divergence `Σ ∂vᵢ/∂xᵢ` of a field `v` shaped like `x`.
///
/// ```text
/// (x: Tensor<2>) -> Scalar { (x * x).divergence(x) }
/// [1.0, 2.0]
/// ```
fn divergence(v: Tensor<..>, x: Tensor<..>) -> Scalar {
    same_shape(v, x);
    let size = x.flatten().size(0);
    let places = arange(size);
    let mut total = 0.0;
    for i in 0..size {
        let direction = places.equal(places.at(i)).reshape(x.sizes());
        total += (v.jvp(x, direction) * direction).sum();
    }
    total
}

/// The Laplacian `Σ ∂²y/∂xᵢ²` of a scalar.
///
/// ```text
/// (x: Tensor<2>) -> Scalar { (x * x * x).sum().laplacian(x) }
/// [1.0, 2.0]
/// ```
fn laplacian(y: Scalar, x: Tensor<..>) -> Scalar {
    y.grad(x).divergence(x)
}
