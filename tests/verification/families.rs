//! Members of a family are the networks they would be by themselves, and generic code can go through them.

use dsl_runtime::prelude::*;

network! {
    /// Perceptrons of several widths.
    #[instantiate(WIDTH = [1, 3], SKIP = [false, true])]
    #[instantiate(WIDTH = 5, SKIP = true)]
    pub struct Family<const WIDTH: usize, const SKIP: bool>;

    const DOUBLE: usize = 2 * WIDTH;

    fn hidden(x: Tensor<_>) -> Tensor<_> {
        let y = x.dense(DOUBLE).tanh();
        if SKIP { y + x.dense(DOUBLE) } else { y }
    }

    /// The hidden values.
    pub fn features(&self, x: Tensor<2>) -> Tensor<DOUBLE> {
        x.hidden()
    }

    pub fn loss(&self, x: Tensor<2>, y: Index<3>) -> Scalar {
        self.features(x).dense(3).softmax_cross_entropy(y)
    }
}

network! {
    /// `Family<3, true>`, written out.
    pub struct Written;

    pub fn features(&self, x: Tensor<2>) -> Tensor<6> {
        x.hidden()
    }

    fn hidden(x: Tensor<_>) -> Tensor<_> {
        let y = x.dense(6).tanh();
        y + x.dense(6)
    }

    pub fn loss(&self, x: Tensor<2>, y: Index<3>) -> Scalar {
        self.features(x).dense(3).softmax_cross_entropy(y)
    }
}

const INPUTS: [f32; 8] = [0.5, -0.25, 1.0, 0.75, -1.5, 0.1, 0.3, -0.6];
const CLASSES: [u32; 4] = [0, 2, 1, 1];

#[test]
fn a_member_is_the_network_written_out() {
    assert_eq!(Family::<3, true>::GRADIENT, Written::GRADIENT);
    let (member, written) = (Family::<3, true>::new(4), Written::new(4));
    let mut work = Family::<3, true>::workspace().batch(4).threads(1).build();
    let mut other = Written::workspace().batch(4).threads(1).build();
    let (loss, gradient) = member.loss_and_grad(&mut work, &INPUTS, &CLASSES).unwrap();
    let (same, alike) = written.loss_and_grad(&mut other, &INPUTS, &CLASSES).unwrap();
    assert_eq!((loss, gradient.to_vec()), (same, alike.to_vec()));
    assert_eq!(
        member.features(&mut work, &INPUTS).unwrap(),
        written.features(&mut other, &INPUTS).unwrap()
    );
}

/// Trains any network on the same points: its name, its size and its loss before and after.
fn study<N: Classifier>(inputs: &[N::Element]) -> (&'static str, usize, f64, f64) {
    let mut model = N::new(1);
    let mut work = N::workspace().batch(4).threads(1).build();
    let mut optimizer = Adam::new(0.05);
    let mut loss = || {
        let loss = model.train_step(&mut work, (inputs, &CLASSES), &mut optimizer);
        loss.unwrap().to_f64()
    };
    let before = loss();
    let after = (0..30).fold(before, |_, _| loss());
    (N::NAME, N::LAYOUT.parameters.len(), before, after)
}

#[test]
fn generic_code_goes_through_the_members() {
    let studies = [
        study::<Family<1, false>>(&INPUTS),
        study::<Family<3, false>>(&INPUTS),
        study::<Family<1, true>>(&INPUTS),
        study::<Family<3, true>>(&INPUTS),
        study::<Family<5, true, f64>>(&INPUTS.map(f64::from)),
    ];
    let names = studies.map(|(name, ..)| name);
    let expected = [
        "Family<1, false>",
        "Family<3, false>",
        "Family<1, true>",
        "Family<3, true>",
        "Family<5, true>",
    ];
    assert_eq!(names, expected);
    assert_eq!(studies.map(|(_, layers, ..)| layers), [4, 4, 6, 6, 6]);
    for (name, _, before, after) in studies {
        assert!(after < 0.8 * before, "{name}: {before} to {after}");
    }
}

network! {
    /// One member has running statistics, the other has not.
    #[instantiate(NORM = [false, true])]
    pub struct Normed<const NORM: bool>;

    pub fn loss(&self, x: Tensor<2>, y: Index<3>) -> Scalar {
        let y1 = x.dense(4);
        let y2 = if NORM { y1.batch_norm() } else { y1 };
        y2.relu().dense(3).softmax_cross_entropy(y)
    }
}

#[test]
fn members_may_differ_in_state() {
    let counts = (
        Normed::<false, f32>::BUFFERS.parameters.len(),
        Normed::<true, f32>::BUFFERS.parameters.len(),
    );
    assert!(counts.0 == 0 && counts.1 > 0, "{counts:?}");
    for (_, _, before, after) in [study::<Normed<false>>(&INPUTS), study::<Normed<true>>(&INPUTS)] {
        assert!(after < before);
    }
}
