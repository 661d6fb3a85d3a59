//! The first value of a failing step that is not finite, by its name; and the statistics of a step that does not fail.

use dsl_runtime::diagnosis::{FirstNonFinite, TracedKind};
use dsl_runtime::prelude::*;

network! {
    /// Four layers in blocks, the last of which meets a logarithm.
    pub struct Deep;

    fn layer(x: Tensor<_>) -> Tensor<_> {
        x.dense(6).relu()
    }

    pub fn loss(&self, x: Tensor<4>, y: Tensor<6>) -> Scalar {
        let hidden = x.layer().layer().layer();
        (hidden.dense(6) - y).abs().log().sum()
    }
}

network! {
    /// The same work in half width.
    #[products(bf16)]
    pub struct Half;

    fn layer(x: Tensor<_>) -> Tensor<_> {
        x.dense(6).relu()
    }

    pub fn loss(&self, x: Tensor<4>, y: Tensor<6>) -> Scalar {
        x.layer().layer().dense(6).squared_error(y)
    }
}

network! {
    /// A root, whose value at 0 is finite and whose derivative is not.
    pub struct Roots;

    pub fn loss(&self, x: Tensor<3>) -> Scalar {
        let scale = param([3], constant(1.0));
        (x * scale).sqrt().sum()
    }
}

network! {
    /// A state that grows in each turn by what is read there.
    pub struct Growing;

    pub fn loss(&self, x: Tensor<5, 2>, y: Tensor<2>) -> Scalar {
        let weight = param([2], constant(1.0));
        let mut state = ones([2]);
        for t in 0..5 {
            state = exp(state * x.at(t) * weight);
        }
        state.squared_error(y)
    }
}

network! {
    /// Convolutions, whose values lie in blocks of examples.
    pub struct Image;

    pub fn loss(&self, image: Tensor<1, 8, 8>, class: Index<3>) -> Scalar {
        let features = image.conv(4, 3, pad = 1).relu().max_pool(2).conv(4, 3, pad = 1).relu();
        features.flatten().dense(3).softmax_cross_entropy(class)
    }
}

/// The finding of a step that has to fail.
fn found(error: Error) -> FirstNonFinite {
    let text = error.to_string();
    match error {
        Error::NonFiniteLoss { first, .. } | Error::NonFiniteGradient { first, .. } => {
            let first = *first.unwrap_or_else(|| panic!("nothing is found: {text}"));
            assert!(text.contains(&first.to_string()), "{text}");
            first
        }
        other => panic!("{other}"),
    }
}

/// The finding for every number of threads, which must be one.
fn found_by<N: Train<Element = f32>>(model: &mut N, batch: usize, inputs: N::Inputs<'_>) -> FirstNonFinite {
    let before = model.parameters().to_vec();
    let each = [1, 3].map(|threads| {
        let mut work = N::workspace().batch(batch).threads(threads).build();
        let step = model.train_step(&mut work, inputs, &mut Sgd::new(0.1));
        let found = found(step.map(|_| ()).expect_err("a step that is not finite"));
        let mut fresh = N::workspace().batch(batch).threads(threads).build();
        let diagnosis = model.diagnose(&mut fresh, inputs).expect("inputs that fit");
        assert_eq!(
            format!("{:?}", diagnosis.first_non_finite),
            format!("{:?}", Some(&found))
        );
        found
    });
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<u32>>();
    assert_eq!(bits(&before), bits(model.parameters()));
    assert_eq!(format!("{:?}", each[0]), format!("{:?}", each[1]));
    each[0].clone()
}

#[test]
fn the_logarithm_of_zero_is_named_with_its_example() {
    let mut model = Deep::new(1);
    let x: Vec<f32> = (0..40 * 4).map(|i| (i as f32 * 0.7).sin()).collect();
    let mut y = vec![9.0; 40 * 6];
    // What the last layer yields for example 17, so that the logarithm there is that of 0.
    let mut work = Deep::workspace().batch(40).threads(1).build();
    let bias = "loss.dense1.bias";
    for weight in model
        .parameters_mut()
        .get_mut("loss.dense1.weight")
        .expect("a layer")
    {
        *weight = 0.0;
    }
    let bias = model.parameters().get(bias).expect("a layer").to_vec();
    y[17 * 6 + 2] = bias[2];
    let error = model
        .train_step(&mut work, (&x, &y), &mut Sgd::new(0.1))
        .expect_err("log 0");
    let text = error.to_string();
    let first = found_by(&mut model, 40, (&x, &y));
    assert_eq!(
        (first.kind, first.example),
        (TracedKind::Value, Some(17)),
        "{first}"
    );
    assert!(
        first.name.starts_with("loss") && !first.value.is_finite(),
        "{first}"
    );
    assert!(
        text.contains("of example 17") && text.contains("all before it is finite"),
        "{text}"
    );
}

#[test]
fn an_overflow_in_a_deep_layer_is_named_by_the_layer() {
    let mut model = Deep::new(1);
    for name in [
        "loss.layer1.dense1.weight",
        "loss.layer2.dense1.weight",
        "loss.layer3.dense1.weight",
    ] {
        for weight in model.parameters_mut().get_mut(name).expect("a layer") {
            *weight = if name.contains("layer3") { 1e25 } else { 1e10 };
        }
    }
    let (x, y) = (vec![1.0; 5 * 4], vec![1.0; 5 * 6]);
    let first = found_by(&mut model, 5, (&x, &y));
    assert_eq!(first.name, "loss.layer3.hidden");
    assert_eq!(
        (first.example, first.position, first.value),
        (Some(0), 0, f64::INFINITY)
    );
    let (before, largest) = first.largest_before.expect("something came before");
    assert_eq!(before, "loss.layer2.relu2");
    assert!((1e20..1e23).contains(&largest), "{largest}");
}

#[test]
fn a_gradient_alone_is_named() {
    let mut model = Roots::new(1);
    let mut x = vec![1.0; 20 * 3];
    x[7 * 3 + 1] = 0.0;
    let mut work = Roots::workspace().batch(20).threads(1).build();
    assert!(model.loss(&mut work, &x).expect("inputs that fit").is_finite());
    let error = model
        .train_step(&mut work, &x, &mut Sgd::new(0.1))
        .expect_err("the derivative of a root at 0");
    assert!(matches!(error, Error::NonFiniteGradient { .. }), "{error}");
    let first = found(error);
    let of_parameter = first.kind == TracedKind::Gradient && first.name == "loss.scale";
    assert!(of_parameter || first.example == Some(7), "{first}");
}

#[test]
fn an_input_is_named_as_one_and_a_parameter_as_ever() {
    let mut model = Deep::new(1);
    let (mut x, y) = (vec![0.5; 30 * 4], vec![3.0; 30 * 6]);
    x[22 * 4 + 3] = f32::NAN;
    let first = found_by(&mut model, 30, (&x, &y));
    assert_eq!((first.kind, first.name), (TracedKind::Input, "x"));
    assert_eq!((first.example, first.position), (Some(22), 3));
    assert_eq!(first.to_string(), "the input `x`: value 3 of example 22 is NaN");

    x[22 * 4 + 3] = 0.5;
    model
        .parameters_mut()
        .get_mut("loss.layer2.dense1.bias")
        .expect("a layer")[4] = f32::NAN;
    let mut work = Deep::workspace().batch(30).threads(1).build();
    let error = model
        .train_step(&mut work, (&x, &y), &mut Sgd::new(0.1))
        .expect_err("a parameter is NaN");
    assert!(
        error
            .to_string()
            .contains("element 4 of `loss.layer2.dense1.bias`"),
        "{error}"
    );
}

#[test]
fn a_loop_names_the_turn() {
    let mut model = Growing::new(1);
    let mut x = vec![0.1; 18 * 10];
    // Example 11 in turn 3: e^(large), the state that turn 4 is handed.
    x[11 * 10 + 3 * 2] = 1000.0;
    let y = vec![1.0; 18 * 2];
    let first = found_by(&mut model, 18, (&x, &y));
    assert_eq!(
        (first.example, first.turn, first.position),
        (Some(11), Some(4), 0),
        "{first}"
    );
    assert!(first.to_string().contains("of example 11 in turn 4"), "{first}");
}

#[test]
fn half_width_and_blocks_of_examples_are_looked_into() {
    let mut model = Half::new(1);
    for weight in model
        .parameters_mut()
        .get_mut("loss.layer2.dense1.weight")
        .expect("a layer")
    {
        *weight = 3e38;
    }
    let (x, y) = (vec![1.0; 3 * 4], vec![0.0; 3 * 6]);
    for weight in model
        .parameters_mut()
        .get_mut("loss.layer1.dense1.weight")
        .expect("a layer")
    {
        *weight = 5.0;
    }
    assert_eq!(found_by(&mut model, 3, (&x, &y)).name, "loss.layer2.relu2");

    // What the backward pass overwrites in place is seen before it is.
    let mut model = Image::new(1);
    for weight in model
        .parameters_mut()
        .get_mut("loss.conv1.weight")
        .expect("a layer")
    {
        *weight = 1e20;
    }
    for weight in model
        .parameters_mut()
        .get_mut("loss.conv2.weight")
        .expect("a layer")
    {
        *weight = 1e20;
    }
    let (mut images, classes) = (vec![0.0; 21 * 64], vec![1; 21]);
    images[19 * 64 + 27] = 1.0;
    let first = found_by(&mut model, 21, (&images, &classes));
    assert_eq!(first.example, Some(19), "{first}");
    assert!(first.name == "loss.features", "{first}");
    let (before, largest) = first.largest_before.expect("the first convolution is finite");
    assert!(before == "loss.max_pool1", "{first}");
    assert!((1e19..1e21).contains(&largest), "{first}");
}

#[test]
fn statistics_are_those_of_the_values_whatever_the_number_of_threads() {
    let mut model = Half::new(3);
    // A unit whose rectifier is never reached.
    model
        .parameters_mut()
        .get_mut("loss.layer1.dense1.bias")
        .expect("a layer")[5] = -100.0;
    let x: Vec<f32> = (0..33 * 4).map(|i| (i as f32 * 0.3).cos()).collect();
    let y = vec![0.25; 33 * 6];
    let each = [1, 2, 3].map(|threads| {
        let mut work = Half::workspace().batch(33).threads(threads).build();
        model.diagnose(&mut work, (&x, &y)).expect("inputs that fit")
    });
    assert!(each.iter().all(|diagnosis| *diagnosis == each[0]));
    let diagnosis = &each[0];
    let hidden = diagnosis
        .values
        .iter()
        .find(|value| value.name == "loss.layer1.relu1")
        .expect("a layer");
    assert_eq!(
        (hidden.units, hidden.dead, hidden.non_finite, hidden.backward),
        (6, 1, 0, false)
    );
    assert!(hidden.zeros >= 1.0 / 6.0 && hidden.mean >= 0.0 && hidden.largest >= hidden.root_mean_square);
    assert!(diagnosis.values.iter().any(|value| value.backward));
    let mut work = Half::workspace().batch(33).threads(2).build();
    let (loss, gradient) = model.loss_and_grad(&mut work, &x, &y).expect("inputs that fit");
    assert_eq!(diagnosis.loss, f64::from(loss));
    for (parameter, own) in Half::<f32>::LAYOUT.parameters.iter().zip(&diagnosis.parameters) {
        let squares = gradient[parameter.range.clone()]
            .iter()
            .map(|x| f64::from(*x).powi(2));
        assert_eq!(
            (own.name, own.gradient_norm),
            (parameter.name, squares.sum::<f64>().sqrt())
        );
    }
    let table = diagnosis.to_string();
    assert!(
        table.contains("forward") && table.contains("backward") && table.contains("loss.layer1.relu1"),
        "{table}"
    );
}

#[test]
fn a_step_that_fails_leaves_the_next_as_it_was() {
    let (x, y) = (vec![0.5; 6 * 4], vec![3.0; 6 * 6]);
    let mut bad = x.clone();
    bad[0] = f32::INFINITY;
    let run = |fails: bool| {
        let (mut model, mut optimizer) = (Half::new(1), Adam::new(0.01));
        let mut work = Half::workspace().batch(6).threads(2).build();
        for _ in 0..3 {
            model
                .train_step(&mut work, (&x, &y), &mut optimizer)
                .expect("finite");
            if fails {
                model
                    .train_step(&mut work, (&bad, &y), &mut optimizer)
                    .expect_err("not finite");
                model.accumulate(&mut work, (&bad, &y)).expect_err("not finite");
            }
        }
        model.parameters().to_vec()
    };
    assert_eq!(run(true), run(false));
}
