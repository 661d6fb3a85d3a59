//! The forms of the methods, and what they refuse.

use dsl_runtime::Gradient;
use dsl_runtime::prelude::*;

use crate::networks::{Dense, Derived, Normalised};
use crate::numbers::{batch, direction, dot, numbers};

network! {
    /// Several results and inputs of every kind.
    pub struct Several;

    #[derive_also(jvp)]
    pub fn parts(&self, x: Tensor<3>, shift: Shared<2>) -> (Tensor<2>, Scalar) {
        let y = x.dense(2) + shift;
        (y, y.square().sum())
    }

    // No parameter has an index here, and the gradient by `shift` is that of the mean.
    #[derive_also(hvp, gnvp(y), grad(shift, x, scale))]
    pub fn loss(&self, x: Tensor<3>, shift: Shared<2>, scale: Shared, class: Index<2>) -> (Tensor<2>, Scalar) {
        let (y, _) = self.parts(x, shift);
        (y, (scale * y).softmax_cross_entropy(class))
    }

    /// It is linear in what it learns, and its gradient by `x` is the same for every example.
    #[derive_also(jvp, hvp, grad(x))]
    pub fn linear(&self, x: Tensor<3>) -> Scalar {
        let weight = param([3], normal(1.0));
        (weight * x).sum()
    }
}

fn several() -> (Several<f64>, Workspace<Several<f64>>) {
    let work = <Several<f64> as Network>::workspace().batch(4).threads(1).build();
    (<Several<f64> as Network>::new(3), work)
}

const X: [f64; 6] = [0.5, -1.0, 0.25, 1.5, 0.75, -0.5];

#[test]
fn tangents_have_the_form_of_the_results() {
    let (model, mut work) = several();
    let mut v = vec![0.0; Several::<f64>::LAYOUT.len];
    let bias = Several::<f64>::LAYOUT
        .find("parts.dense1.bias")
        .expect("its name");
    v[bias.range.clone()].copy_from_slice(&[1.0, 2.0]);
    let ((y, total), (dy, along)) = model.parts_jvp(&mut work, &X, &[0.5, 0.0], &v).unwrap();
    // The derivative is the same for both examples, and written for each.
    assert_eq!(dy, [1.0, 2.0, 1.0, 2.0]);
    let expected = 2.0 * dot(y, dy) / 2.0;
    assert!(
        (along - expected).abs() < 1e-12 && total > 0.0,
        "{along}, {expected}"
    );
}

#[test]
fn gradients_by_inputs_come_in_the_order_of_the_list() {
    let (model, mut work) = several();
    let (shift, scale) = ([0.5, 0.1], 0.7);
    let (results, by_shift, by_x, by_scale) = model.loss_grad(&mut work, &X, &shift, scale, &[0, 1]).unwrap();
    assert_eq!(
        (results.0.len(), by_shift.len(), by_x.len(), by_scale.len()),
        (4, 2, 6, 1)
    );
    let (by_shift, by_x, by_scale) = (by_shift.to_vec(), by_x.to_vec(), by_scale[0]);
    let mut loss = |x: &[f64], shift: &[f64], scale: f64| {
        let ((_, loss), _) = model.loss_and_grad(&mut work, x, shift, scale, &[0, 1]).unwrap();
        loss
    };
    let h = 1e-6;
    for at in 0..2 {
        let mut ahead = shift;
        ahead[at] += h;
        let mut behind = shift;
        behind[at] -= h;
        let slope = (loss(&X, &ahead, scale) - loss(&X, &behind, scale)) / (2.0 * h);
        assert!((slope - by_shift[at]).abs() < 1e-8, "{slope}, {}", by_shift[at]);
    }
    let slope = (loss(&X, &shift, scale + h) - loss(&X, &shift, scale - h)) / (2.0 * h);
    assert!((slope - by_scale).abs() < 1e-8, "{slope}, {by_scale}");
    for at in 0..6 {
        let (mut ahead, mut behind) = (X, X);
        ahead[at] += h;
        behind[at] -= h;
        // Of each example's own loss, and not its share of the mean.
        let slope = 2.0 * (loss(&ahead, &shift, scale) - loss(&behind, &shift, scale)) / (2.0 * h);
        assert!((slope - by_x[at]).abs() < 1e-8, "{slope}, {}", by_x[at]);
    }
}

#[test]
fn what_is_linear_has_a_hessian_that_reaches_nothing() {
    let (model, mut work) = several();
    let v = vec![1.0; Several::<f64>::LAYOUT.len];
    let (_, product): (f64, &Gradient<f64>) = model.linear_hvp(&mut work, &X, &v).unwrap();
    assert!(product.reached().is_empty() && product.iter().all(|&x| x == 0.0));
    assert_eq!(product.get("linear.weight"), None);
    let weight = model.parameters().get("linear.weight").expect("its name");
    let (_, by_x) = model.linear_grad(&mut work, &X).unwrap();
    assert_eq!(by_x, [weight, weight].concat());
}

#[test]
fn the_scalar_among_several_results_is_what_the_traits_yield() {
    let (model, mut work) = several();
    let v = vec![0.5; Several::<f64>::LAYOUT.len];
    let inputs = (&X[..], &[0.5, 0.1][..], 0.7, &[0, 1][..]);
    let loss = model.loss_in(&mut work, Mode::Evaluate, inputs).unwrap();
    let (found, product) = model.loss_hvp_in(&mut work, Mode::Evaluate, inputs, &v).unwrap();
    assert_eq!(loss, found);
    let product = product.to_vec();
    // The scores are linear in the parameters, so the Gauss–Newton matrix is the Hessian.
    let (found, gauss_newton) = model.loss_gnvp_in(&mut work, Mode::Evaluate, inputs, &v).unwrap();
    assert_eq!(loss, found);
    for (a, b) in product.iter().zip(gauss_newton.iter()) {
        assert!((a - b).abs() < 1e-14, "{a}, {b}");
    }
}

/// The Gauss–Newton matrix of a small network, column by column, against `Jᵀ H J` by the derivatives of its scores.
#[test]
fn the_gauss_newton_matrix_is_what_its_factors_make() {
    type Net = Dense<f64>;
    let (x, class) = batch::<Net>(3);
    let model = <Net as Network>::new(4);
    let mut work = <Net as Network>::workspace().batch(3).threads(1).build();
    let places: Vec<usize> = Net::LAYOUT
        .parameters
        .iter()
        .flat_map(|parameter| parameter.range.clone())
        .collect();
    let basis = |place: usize| {
        let mut v = vec![0.0; Net::LAYOUT.len];
        v[place] = 1.0;
        v
    };
    let scores = model.scores(&mut work, &x).unwrap().to_vec();
    let columns: Vec<Vec<f64>> = places
        .iter()
        .map(|&place| model.scores_jvp(&mut work, &x, &basis(place)).unwrap().1.to_vec())
        .collect();
    let probabilities: Vec<Vec<f64>> = scores
        .chunks(3)
        .map(|scores| {
            let total: f64 = scores.iter().map(|score| score.exp()).sum();
            scores.iter().map(|score| score.exp() / total).collect()
        })
        .collect();
    for (column, &place) in columns.iter().zip(&places) {
        let (_, product) = model.loss_gnvp(&mut work, &x, &class, &basis(place)).unwrap();
        for (row, &other) in columns.iter().zip(&places) {
            let examples = probabilities.iter().zip(column.chunks(3).zip(row.chunks(3)));
            let each = examples.map(|(p, (a, b))| {
                let both: Vec<f64> = a.iter().zip(b).map(|(a, b)| a * b).collect();
                dot(p, &both) - dot(p, a) * dot(p, b)
            });
            let decay = if place == other { 2.0 * Net::DECAY } else { 0.0 };
            let expected = each.sum::<f64>() / 3.0 + decay;
            let found = product[other];
            assert!(
                (found - expected).abs() < 1e-13,
                "row {other}, column {place}: {found}, {expected}"
            );
        }
    }
}

#[test]
fn single_precision_agrees() {
    let (x, class) = batch::<Dense<f64>>(19);
    let v = direction::<Dense<f64>>(5);
    let [x32, v32] = [&x, &v].map(|numbers| numbers.iter().map(|&x| x as f32).collect::<Vec<f32>>());
    let (single, mut work) = (Dense::new(11), Dense::workspace().batch(19).threads(1).build());
    let mut double = <Dense<f64> as Network>::new(11);
    for (to, from) in double.parameters_mut().iter_mut().zip(single.parameters().iter()) {
        *to = f64::from(*from);
    }
    let mut work64 = <Dense<f64> as Network>::workspace().batch(19).threads(1).build();
    let (_, expected) = double.loss_hvp(&mut work64, &x, &class, &v).unwrap();
    let (_, found) = single.loss_hvp(&mut work, &x32, &class, &v32).unwrap();
    for (found, expected) in found.iter().zip(expected.iter()) {
        assert!((f64::from(*found) - expected).abs() < 1e-5, "{found}, {expected}");
    }
}

#[test]
fn a_direction_of_another_length_is_refused() {
    let (x, class) = batch::<Dense<f64>>(2);
    let model = <Dense<f64> as Network>::new(1);
    let mut work = <Dense<f64> as Network>::workspace().batch(2).threads(1).build();
    let short = vec![0.0; Dense::<f64>::LAYOUT.len - 1];
    let error = model.loss_hvp(&mut work, &x, &class, &short).unwrap_err();
    assert!(
        matches!(error, Error::DirectionLength { network: "Dense", .. }),
        "{error}"
    );
    assert!(model.loss_jvp(&mut work, &x, &class, &[]).is_err());
    assert!(
        model
            .loss_gnvp_in(&mut work, Mode::Evaluate, (&x, &class), &short)
            .is_err()
    );
}

#[test]
fn a_derivative_needs_a_training_workspace() {
    let (x, class) = batch::<Dense<f64>>(2);
    let model = <Dense<f64> as Network>::new(1);
    let mut work = <Dense<f64> as Network>::workspace().batch(2).inference().build();
    let v = direction::<Dense<f64>>(1);
    let refused = |error: Error| assert!(matches!(error, Error::InferenceWorkspace { .. }), "{error}");
    refused(model.loss_jvp(&mut work, &x, &class, &v).unwrap_err());
    refused(model.loss_hvp(&mut work, &x, &class, &v).unwrap_err());
    refused(model.loss_grad(&mut work, &x, &class).unwrap_err());
}

network! {
    /// Its modes differ, and only that of training is asked for.
    pub struct Trained;

    #[derive_also(hvp)]
    pub fn loss(&self, x: Tensor<4>, class: Index<2>) -> Scalar {
        x.dense(3).batch_norm().tanh().dense(2).softmax_cross_entropy(class)
    }
}

#[test]
fn a_mode_that_is_not_asked_for_is_refused() {
    let model = Trained::new(1);
    let mut work = Trained::workspace().batch(2).threads(1).build();
    let (x, v) = ([0.5; 8], vec![0.0; Trained::<f32>::LAYOUT.len]);
    let error = model
        .loss_hvp_in(&mut work, Mode::Evaluate, (&x, &[0, 1]), &v)
        .unwrap_err();
    assert!(matches!(error, Error::NoEvaluationGradient { .. }), "{error}");
    assert!(
        model
            .loss_hvp_in(&mut work, Mode::Train, (&x, &[0, 1]), &v)
            .is_ok()
    );
    assert!(model.loss_hvp_in_training(&mut work, &x, &[0, 1], &v).is_ok());
}

#[test]
fn nothing_that_a_step_is_about_to_commit_changes() {
    type Net = Normalised<f64>;
    let ((x, class), (other, _)) = (batch::<Net>(5), batch::<Net>(7));
    let v = direction::<Net>(5);
    let committed = |with_product: bool| {
        let mut model = <Net as Network>::new(11);
        let mut work = <Net as Network>::workspace().batch(7).threads(1).build();
        model
            .loss_and_grad_in(&mut work, Mode::Train, (&x, &class))
            .unwrap();
        if with_product {
            let other = &other[..5 * Net::WIDTH];
            model.loss_hvp_in_training(&mut work, other, &class, &v).unwrap();
            model.scores_jvp_in_training(&mut work, other, &v).unwrap();
        }
        model.commit(&mut work).unwrap();
        model.buffers().to_vec()
    };
    assert_eq!(committed(true), committed(false));
    assert_ne!(committed(true), <Net as Network>::new(11).buffers().to_vec());
}

#[test]
fn each_derivative_has_its_text() {
    for (text, sign) in [
        (Dense::<f32>::JVP, "∂ result"),
        (Dense::<f32>::HVP, "∂² scores.dense1.weight"),
        (Dense::<f32>::GNVP, "∂ᵀ∂²∂ scores.dense1.weight"),
        (Dense::<f32>::INPUT_GRADIENT, "∂ x"),
        (Dense::<f32>::SCORES_JVP, "direction.scores.dense1.weight"),
    ] {
        assert!(text.contains(sign), "{sign}: {text}");
    }
}

network! {
    /// It draws which numbers to keep.
    pub struct Dropped;

    #[derive_also(jvp, hvp)]
    pub fn loss(&self, x: Tensor<6>, class: Index<3>) -> Scalar {
        x.dense(8).tanh().dropout(0.5).dense(3).softmax_cross_entropy(class)
    }
}

/// Between two commits each call draws the same numbers, so that products belong to the gradient of the same function.
#[test]
fn products_are_of_the_function_that_a_step_descends() {
    type Net = Dropped<f64>;
    let (x, class) = (numbers(6 * 7, 1), [0, 1, 2, 0, 1, 2, 0]);
    let mut model = <Net as Network>::new(5);
    let mut work = <Net as Network>::workspace().batch(7).threads(1).seed(3).build();
    let v = numbers(Net::LAYOUT.len, 2);
    let product = model
        .loss_hvp_in_training(&mut work, &x, &class, &v)
        .unwrap()
        .1
        .to_vec();
    let start = model.parameters().to_vec();
    let mut gradient = |step: f64| {
        for ((to, from), v) in model.parameters_mut().iter_mut().zip(&start).zip(&v) {
            *to = from + step * v;
        }
        model
            .loss_and_grad_in_training(&mut work, &x, &class)
            .unwrap()
            .1
            .to_vec()
    };
    let (ahead, behind) = (gradient(1e-6), gradient(-1e-6));
    for (place, product) in product.iter().enumerate() {
        let slope = (ahead[place] - behind[place]) / 2e-6;
        assert!((slope - product).abs() < 1e-8, "at {place}: {product}, {slope}");
    }
}

network! {
    /// One network for each width.
    #[instantiate(WIDTH = [2, 5])]
    pub struct Wide<const WIDTH: usize>;

    #[derive_also(hvp, gnvp(scores))]
    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        let scores = x.dense(WIDTH).tanh().dense(3);
        scores.softmax_cross_entropy(class)
    }
}

/// `vᵀ H v` and `vᵀ G v` of any classifier that has them, with the gradient as the direction `v`.
fn curvatures<N>(x: &[f32], class: &[u32]) -> Result<[f32; 2], Error>
where
    N: HessianVector<Element = f32> + GaussNewtonVector + Classifier,
{
    let (model, mut work) = (N::new(1), N::workspace().batch(class.len()).build());
    let (_, gradient) = model.loss_and_grad_in(&mut work, Mode::Train, (x, class))?;
    let v = gradient.to_vec();
    let along = |product: &Gradient<f32>| product.iter().zip(&v).map(|(a, b)| a * b).sum();
    let (_, hessian) = model.loss_hvp_in(&mut work, Mode::Train, (x, class), &v)?;
    let by_hessian = along(hessian);
    let (_, gauss_newton) = model.loss_gnvp_in(&mut work, Mode::Train, (x, class), &v)?;
    Ok([by_hessian, along(gauss_newton)])
}

#[test]
fn code_for_any_network_takes_products_of_each_member_of_a_family() {
    let (x, class) = ([0.5, -0.25, 1.0, 0.75, -1.0, 0.5, 0.25, -0.5], [0, 2]);
    let of_both = [
        curvatures::<Wide<2>>(&x, &class).unwrap(),
        curvatures::<Wide<5>>(&x, &class).unwrap(),
    ];
    for [by_hessian, by_gauss_newton] in of_both {
        assert!(by_hessian.is_finite() && by_gauss_newton > 0.0, "{of_both:?}");
    }
    assert_ne!(of_both[0], of_both[1]);
}
