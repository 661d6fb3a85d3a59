//! The arguments of a loss by name, in every form that a loss has: the steps are those of tuples, to the bit.

#![forbid(unsafe_code)]
#![deny(warnings)]

use dsl_runtime::prelude::*;

network! {
    /// Values and indices.
    struct Labelled;

    pub fn loss(&self, point: Tensor<2>, class: Index<3>) -> Scalar {
        point.dense(3).softmax_cross_entropy(class)
    }
}

network! {
    /// One argument.
    struct Alone;

    pub fn loss(&self, point: Tensor<2>) -> Scalar {
        point.dense(2).squared_error(point)
    }
}

network! {
    /// Indices alone, and a word of Rust as a name.
    struct Words;

    pub fn loss(&self, word: Index<5, 2>, r#ref: Index<5, 2>) -> Scalar {
        word.embedding(5).softmax_cross_entropy(r#ref)
    }
}

network! {
    /// A tensor and a number for the whole batch, two tensors that could be confused.
    struct Scaled;

    pub fn loss(&self, from: Tensor<2>, to: Tensor<2>, near: Shared<2>, rate: Shared) -> Scalar {
        rate * (from.dense(2) - near).squared_error(to)
    }
}

network! {
    /// A family.
    #[instantiate(WIDTH = [2, 3])]
    struct Wide<const WIDTH: usize>;

    pub fn loss(&self, point: Tensor<WIDTH>, class: Index<WIDTH>) -> Scalar {
        point.dense(WIDTH).softmax_cross_entropy(class)
    }
}

network! {
    /// A number alone is no batch.
    struct Number;

    pub fn loss(&self, by: Shared) -> Scalar {
        (param([3], normal(1.0)) - by).l2()
    }
}

/// The parameters after a step by the batch, which are those after a step by the tuple.
fn same<'a, N: Train>(named: N::Inputs<'a>, plain: N::Inputs<'a>) -> Result<(), Error> {
    let after = |inputs: N::Inputs<'a>| -> Result<Vec<f64>, Error> {
        let mut model = N::new(1);
        let mut work = N::workspace().batch(2).threads(1).build();
        let _ = model.train_step(&mut work, inputs, &mut Sgd::new(0.1))?;
        Ok(model.parameters().iter().map(|value| value.to_f64()).collect())
    };
    assert_eq!(after(named)?, after(plain)?);
    Ok(())
}

#[test]
fn a_batch_by_name_is_the_tuple_in_order() -> Result<(), Error> {
    let (point, class) = ([0.5f32, -1.0, 2.0, 0.25], [2, 0]);
    same::<Labelled>(
        LabelledBatch {
            class: &class,
            point: &point,
        }
        .into(),
        (&point, &class),
    )?;
    same::<Alone>(AloneBatch { point: &point }.into(), &point)?;
    let (word, next) = ([0, 1, 2, 3], [1, 2, 3, 4]);
    same::<Words>(
        WordsBatch {
            r#ref: &next,
            word: &word,
        }
        .into(),
        (&word, &next),
    )?;
    let (near, to) = ([1.0f32, 2.0], [0.0f32; 4]);
    let batch = ScaledBatch {
        rate: 0.5,
        near: &near,
        to: &to,
        from: &point,
    };
    same::<Scaled>(batch.into(), (&point, &to, &near, 0.5))
}

#[test]
fn the_members_of_a_family_and_both_elements_share_a_batch() -> Result<(), Error> {
    let class = [1, 0];
    let (two, three) = ([0.5f32; 4], [0.25f64; 6]);
    let batch = WideBatch {
        point: &two,
        class: &class,
    };
    same::<Wide<2>>(batch.into(), (&two, &class))?;
    let batch = WideBatch {
        point: &three,
        class: &class,
    };
    same::<Wide<3, f64>>(batch.into(), (&three, &class))?;
    let copied = batch;
    assert!(format!("{copied:?} {batch:?}").starts_with("WideBatch { point: [0.25, 0.25"));
    Ok(())
}

#[test]
fn a_number_alone_has_no_name() -> Result<(), Error> {
    same::<Number>(0.5, 0.5)
}
