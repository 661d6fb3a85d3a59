// Made of docs/notebook.ipynb by the test beside it: `INSTA_UPDATE=always` makes it anew.

fn cells() -> Result<(), dsl_runtime::Error> {
use dsl_runtime::metrics::ConfusionMatrix;
use dsl_runtime::notebook::{html, latex, live_curve, svg, text};
use dsl_runtime::prelude::*;
use dsl_runtime::train::{Fit, judge};

mod perceptron {
    use dsl_runtime::prelude::*;

    network! {
        /// Reads a digit of 28 × 28 grey values.
        #[document(svg, latex)]
        pub struct Perceptron;

        pub fn scores(&self, image: Tensor<784>) -> Tensor<10> {
            image.dense(64).relu().dense(10)
        }

        pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
            self.scores(image).softmax_cross_entropy(digit)
        }
    }
}
use perceptron::Perceptron;

let digits: Mnist<f32> = Mnist::load("../data/mnist-small")?;
let mut model: Perceptron = Perceptron::new(1);
let fit: Fit = Trainer::new(8)
    .batch(64)
    .progress(false)
    .on_epoch(live_curve())
    .fit(&mut model, &mut Adam::new(1e-3), &digits.train, &digits.test, Perceptron::scores)?;
let shown = &(fit);
let _ = || shown.evcxr_display();

let shown = &(Perceptron::<f32>::LAYOUT);
let _ = || shown.evcxr_display();

let shown = &(Perceptron::<f32>::COSTS);
let _ = || shown.evcxr_display();

let shown = &(svg(Perceptron::LOSS_SVG));
let _ = || shown.evcxr_display();

let shown = &(text(Perceptron::GRADIENT));
let _ = || shown.evcxr_display();

let shown = &(latex(Perceptron::GRADIENT_LATEX));
let _ = || shown.evcxr_display();

let mut work: Workspace<Perceptron> = Perceptron::workspace().batch(64).inference().build();
let mut matrix: ConfusionMatrix = ConfusionMatrix::new(10);
judge(&model, &mut work, &digits.test, Perceptron::scores, &mut matrix)?;
let shown = &(matrix);
let _ = || shown.evcxr_display();

/// An image as squares of grey.
fn drawn(image: &[f32], caption: &str) -> String {
    let squares: String = (0..784).filter(|&at| image[at] > 0.1).map(|at| {
        let (x, y, opacity) = (at % 28, at / 28, image[at]);
        format!("<rect x='{x}' y='{y}' width='1' height='1' fill-opacity='{opacity:.1}'/>")
    }).collect();
    format!("<figure style='display:inline-block'><svg width='84' height='84' viewBox='0 0 28 28'>{squares}</svg>\
             <figcaption>{caption}</figcaption></figure>")
}

let mut figures: String = String::new();
for (image, &digit) in digits.test.inputs().chunks_exact(784).zip(digits.test.labels()) {
    let read = argmax(model.scores(&mut work, image)?).unwrap_or(0);
    if read != digit as usize && figures.matches("<figure").count() < 6 {
        figures += &drawn(image, &format!("{digit}, read as {read}"));
    }
}
let shown = &(html(figures));
let _ = || shown.evcxr_display();

mod convolutional {
    use dsl_runtime::prelude::*;

    network! {
        #[document(svg)]
        pub struct Convolutional;

        pub fn scores(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
            image.conv(8, 5, pad = 2).relu().max_pool(2).flatten().dense(64).relu().dense(10)
        }

        pub fn loss(&self, image: Tensor<1, 28, 28>, digit: Index<10>) -> Scalar {
            self.scores(image).softmax_cross_entropy(digit)
        }
    }
}
use convolutional::Convolutional;

let mut changed: Convolutional = Convolutional::new(1);
let fit: Fit = Trainer::new(4)
    .batch(64)
    .progress(false)
    .on_epoch(live_curve())
    .fit(&mut changed, &mut Adam::new(1e-3), &digits.train, &digits.test, Convolutional::scores)?;
let shown = &(fit);
let _ = || shown.evcxr_display();

let shown = &(svg(Convolutional::LOSS_SVG));
let _ = || shown.evcxr_display();

Ok(())
}
