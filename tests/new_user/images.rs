//! Images of several classes, some of them rare.

use dsl_runtime::data::{Augment, class_weights};
use dsl_runtime::metrics::{ConfusionMatrix, TopK};
use dsl_runtime::optim::WeightAverage;
use dsl_runtime::prelude::*;
use dsl_runtime::train::{judge, measure};

network! {
    /// Ten scores for a grey image.
    pub struct Reader;

    pub fn scores(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
        let edges = image.conv(8, 3, pad = 1).relu().max_pool(2);
        edges.conv(16, 3, pad = 1).relu().max_pool(2).flatten().dense(10)
    }

    pub fn loss(&self, image: Tensor<1, 28, 28>, class: Index<10>) -> Scalar {
        self.scores(image).softmax_cross_entropy(class)
    }
}

network! {
    /// The same, with a weight for each class in its loss.
    pub struct Weighted;

    pub fn scores(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
        let edges = image.conv(8, 3, pad = 1).relu().max_pool(2);
        edges.conv(16, 3, pad = 1).relu().max_pool(2).flatten().dense(10)
    }

    pub fn loss(&self, image: Tensor<1, 28, 28>, class: Index<10>, weights: Shared<10>) -> Scalar {
        weights.gather(class) * self.scores(image).softmax_cross_entropy(class)
    }
}

/// Digits of which those from 5 on are rare, and as many of each to be held out.
fn rare() -> Result<Mnist<f32>, Error> {
    let Mnist { train, test } = crate::digits(1500, 500)?;
    let labels = train.labels().iter().enumerate();
    let kept = labels.filter(|(number, label)| **label < 5 || number % 8 == 0);
    let kept: Vec<usize> = kept.map(|(number, _)| number).collect();
    Ok(Mnist {
        train: train.select(&kept)?,
        test,
    })
}

#[test]
fn rare_classes_are_learnt_too() -> Result<(), Error> {
    let Mnist { train, test } = rare()?;
    let mut model = Reader::new(1);
    let augment = Augment::new([1, 28, 28], 1).shift(2, 2).rotate(10.0);
    let trainer = Trainer::new(6).augment(augment).judge_train(false);
    // Keras, class weights:
    //     weights = compute_class_weight("balanced", classes=np.unique(labels), y=labels)
    //     model.fit(images, labels, epochs=6, class_weight=dict(enumerate(weights)))
    let mut trainer = trainer.draw_by(class_weights(train.labels())?);
    let fit = trainer.fit(&mut model, &mut Adam::new(2e-3), &train, &test, Reader::scores)?;
    // End.
    fit.history.iter().for_each(|epoch| println!("{epoch}"));

    let mut work = Reader::workspace().batch(64).inference().build();
    // Keras, confusion matrix and top-3:
    //     scores = model.predict(images)
    //     print(top_k_accuracy_score(labels, scores, k=3))
    //     print(confusion_matrix(labels, scores.argmax(axis=1)))
    let mut metrics = (ConfusionMatrix::new(10), TopK::new(3));
    let judged = judge(&model, &mut work, &test, Reader::scores, &mut metrics)?;
    println!("{judged}\n{}", metrics.0);
    // End.
    let (matrix, top_3) = metrics;
    assert!(matrix.class(9).recall > Some(0.5), "{matrix}");
    assert!(top_3.value() > Some(0.9), "{top_3:?}");
    Ok(())
}

#[test]
fn weights_may_stand_in_the_loss() -> Result<(), Error> {
    let Mnist { train, test } = rare()?;
    let mut model = Weighted::new(1);
    let weights = train.balanced_class_weights();
    let mut matrix = ConfusionMatrix::new(10);
    let fit = Trainer::new(4).fit_examples(
        &mut model,
        &mut Adam::new(2e-3),
        &train,
        |learner, batch| learner.step((batch.inputs, batch.labels, &*weights)),
        |model, work| {
            measure(model, work, &test, &mut matrix, |model, work, batch, matrix| {
                dsl_runtime::metrics::Metric::observe(
                    matrix,
                    model.scores(work, batch.inputs)?,
                    batch.labels,
                )?;
                model.loss(work, batch.inputs, batch.labels, &[1.0; 10])
            })
        },
    )?;
    println!("{}", fit.history[3]);
    assert!(matrix.accuracy() > Some(0.75), "{matrix}");
    Ok(())
}

#[test]
fn what_an_optimizer_does_besides_is_a_word() -> Result<(), Error> {
    let Mnist { train, test } = crate::digits(300, 100)?;
    let mut model = Reader::new(1);
    // Keras, clipping:
    //     optimizer = keras.optimizers.Adam(2e-3, global_clipnorm=1.0)
    let optimizer = Adam::new(2e-3).clip_norm(1.0);
    // End.
    // Keras, averages of the weights:
    //     optimizer.use_ema = True
    //     optimizer.ema_momentum = 0.9
    //     swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    let mut optimizer = optimizer.average(WeightAverage::exponential(0.9));
    // End.
    // Keras, accumulation:
    //     optimizer.gradient_accumulation_steps = 4
    let mut trainer = Trainer::new(3).batch(8).accumulate(4);
    // End.
    let fit = trainer.fit(&mut model, &mut optimizer, &train, &test, Reader::scores)?;
    assert_eq!(fit.steps, 3 * 300u64.div_ceil(32));
    assert!(fit.history[2].test_loss() < fit.history[0].test_loss(), "{fit:?}");
    Ok(())
}
