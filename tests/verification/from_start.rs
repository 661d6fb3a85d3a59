//! The distance to where training began: 0 in its first step, then by the formula, and kept by checkpoints.

use dsl_runtime::checkpoint;
use dsl_runtime::prelude::*;

network! {
    pub struct Tuned;

    pub fn distance(&self) -> Scalar {
        parameters("loss.*.weight").from_start().l2()
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x: Tensor<3>, t: Tensor<2>) -> Scalar {
        let body = dense(4);
        let head = dense(2);
        head(body(x).tanh()).squared_error(t) + 0.5 * self.distance()
    }
}

mod pretrained {
    use dsl_runtime::prelude::*;

    network! {
        /// The same, from before it was tuned.
        pub struct Pretrained;

        pub fn loss(&self, x: Tensor<3>, t: Tensor<2>) -> Scalar {
            let body = dense(4);
            let head = dense(2);
            head(body(x).tanh()).squared_error(t)
        }
    }
}
use pretrained::Pretrained;

const X: [f64; 6] = [0.5, -1.0, 0.25, 1.5, 0.75, -0.5];
const T: [f64; 4] = [1.0, 0.0, -0.5, 2.0];

/// `‖θ − θ₀‖²` of the weights.
fn distance(model: &Tuned<f64>, start: &[f64]) -> f64 {
    let weights = Tuned::<f64>::LAYOUT
        .parameters
        .iter()
        .filter(|one| one.name.ends_with("weight"));
    let places = weights.flat_map(|one| one.range.clone());
    places
        .map(|place| (model.parameters()[place] - start[place]).powi(2))
        .sum()
}

#[test]
fn it_is_0_until_a_step_is_made_and_that_of_the_formula_after() {
    let mut model = <Tuned<f64> as Network>::new(3);
    let mut work = <Tuned<f64> as Network>::workspace().batch(2).threads(1).build();
    let start = model.parameters().to_vec();
    // What is changed before training begins is where it begins.
    model.parameters_mut()[0] += 1.0;
    assert_eq!(model.distance(&mut work).expect("a number"), 0.0);
    model.parameters_mut()[0] -= 1.0;
    let mut optimizer = Sgd::new(0.1);
    for step in 0..4 {
        assert!((distance(&model, &start) > 0.0) == (step > 0));
        let found = model.distance(&mut work).expect("a number");
        assert!(
            (found - distance(&model, &start)).abs() < 1e-12,
            "{found} at step {step}"
        );
        model
            .train_step(&mut work, (&X, &T), &mut optimizer)
            .expect("a finite loss");
    }
    let saved = checkpoint::encode(&model).expect("finite values");
    let mut other = <Tuned<f64> as Network>::new(8);
    checkpoint::decode(&mut other, &saved).expect("its own checkpoint");
    let found = other.distance(&mut work).expect("a number");
    assert!(
        (found - distance(&model, &start)).abs() < 1e-12,
        "{found} after loading"
    );
}

#[test]
fn its_gradient_is_that_of_finite_differences() {
    let mut model = <Tuned<f64> as Network>::new(3);
    let mut work = <Tuned<f64> as Network>::workspace().batch(2).threads(1).build();
    model
        .train_step(&mut work, (&X, &T), &mut Sgd::new(0.5))
        .expect("a finite loss");
    let gradient = model
        .loss_and_grad_in_evaluation(&mut work, &X, &T)
        .expect("a finite loss")
        .1
        .to_vec();
    const STEP: f64 = 1e-5;
    for place in Tuned::<f64>::LAYOUT
        .parameters
        .iter()
        .flat_map(|one| one.range.clone())
    {
        let kept = model.parameters()[place];
        let mut at = |value: f64| {
            model.parameters_mut()[place] = value;
            model.loss(&mut work, &X, &T).expect("a finite loss")
        };
        let slope = (at(kept + STEP) - at(kept - STEP)) / (2.0 * STEP);
        at(kept);
        assert!(
            (slope - gradient[place]).abs() < 1e-7,
            "{slope}, {} at {place}",
            gradient[place]
        );
    }
}

#[test]
fn a_pretrained_network_is_where_it_begins() {
    let mut before = <Pretrained<f64> as Network>::new(5);
    let mut work = <Pretrained<f64> as Network>::workspace()
        .batch(2)
        .threads(1)
        .build();
    before
        .train_step(&mut work, (&X, &T), &mut Sgd::new(0.1))
        .expect("a finite loss");
    let mut model = <Tuned<f64> as Network>::new(1);
    let mut work = <Tuned<f64> as Network>::workspace().batch(2).threads(1).build();
    model
        .train_step(&mut work, (&X, &T), &mut Sgd::new(0.1))
        .expect("a finite loss");
    checkpoint::decode(&mut model, &checkpoint::encode(&before).expect("finite values"))
        .expect("what it knew of its start may be missing");
    assert_eq!(model.distance(&mut work).expect("a number"), 0.0);
    let start = model.parameters().to_vec();
    model
        .train_step(&mut work, (&X, &T), &mut Sgd::new(0.1))
        .expect("a finite loss");
    let found = model.distance(&mut work).expect("a number");
    assert!(
        found > 0.0 && (found - distance(&model, &start)).abs() < 1e-12,
        "{found}"
    );
}
