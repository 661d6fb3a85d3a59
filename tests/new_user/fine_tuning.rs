//! What another network has learnt, from a file that PyTorch has written: `record.py` trained it on the digits 0 to 4.

use dsl_runtime::checkpoint::Import;
use dsl_runtime::optim::WeightAverage;
use dsl_runtime::prelude::*;
use dsl_runtime::schedule::find_rate_on;

network! {
    /// Tells the digits 5 to 9 apart. The names are those of the `nn.Sequential` that PyTorch saved.
    #[initialize("head.weight" = normal(0.01))]
    pub struct HighDigits;

    #[name = ""]
    pub fn scores(&self, image: Tensor<1, 28, 28>) -> Tensor<5> {
        let edges = image.conv(8, 3, pad = 1, name = "features.0").relu().max_pool(2);
        let strokes = edges.conv(16, 3, pad = 1, name = "features.3").relu().max_pool(2);
        strokes.flatten().dense(5, name = "head")
    }

    pub fn loss(&self, image: Tensor<1, 28, 28>, class: Index<5>) -> Scalar {
        self.scores(image).softmax_cross_entropy(class)
    }
}

/// Where PyTorch's file is.
const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/new_user/digits.safetensors");

/// The digits from 5 on, under the labels from 0 on.
fn high(digits: &Dataset<f32>, count: usize) -> Result<Dataset<f32>, Error> {
    let labels = digits.labels().iter().enumerate();
    let high: Vec<usize> = labels
        .filter(|(_, label)| **label >= 5)
        .map(|(number, _)| number)
        .collect();
    let high = digits.select(&high[..count])?;
    let labels = high.labels().iter().map(|label| label - 5).collect();
    Dataset::new(high.inputs().to_vec(), 784, labels, 5)
}

fn fine_tune(few: &Dataset<f32>, test: &Dataset<f32>, path: &str) -> Result<f64, Error> {
    let mut model = HighDigits::new(1);
    // PyTorch, weights of another network:
    //     weights = load_file("digits.safetensors")
    //     del weights["classifier.weight"], weights["classifier.bias"]
    //     missing, unexpected = model.load_state_dict(weights, strict=False)
    //     assert not unexpected and missing == ["head.weight", "head.bias"]
    //     print(f"loaded {len(weights)} tensors")
    let import = Import::new().ignore("classifier.*").allow_missing("head.*");
    let report = import.load(&mut model, DIGITS)?;
    println!("{report}");
    // End.

    // PyTorch, freezing:
    //     model.features.requires_grad_(False)
    //     optimizer = torch.optim.Adam(model.head.parameters(), lr=1e-3)
    let mut head = Adam::new(1e-3).freeze("features.*");
    // End.

    // torch-lr-finder, learning-rate finder:
    //     finder = LRFinder(model, optimizer, nn.CrossEntropyLoss())
    //     finder.range_test(DataLoader(few, batch_size=8, shuffle=True), end_lr=1.0, num_iter=100)
    //     _, rate = finder.plot(suggest_lr=True)
    //     finder.reset()
    //     optimizer.param_groups[0]["lr"] = rate
    let curve = find_rate_on(&mut model, &head, 1e-5..=1.0, 100, &mut few.batches(8, 1))?;
    println!("{curve}");
    head.set_learning_rate(curve.steepest().unwrap_or(1e-3));
    // End.
    println!("rate {:.1e}", head.learning_rate());

    let mut trainer = Trainer::new(10).batch(8).judge_train(false);
    let fit = trainer.fit(&mut model, &mut head, few, test, HighDigits::scores)?;
    println!("head alone:  {}", fit.history[9]);

    // PyTorch, rates of groups:
    //     model.features.requires_grad_(True)
    //     groups = [{"params": model.features.parameters(), "lr": 2e-4}, {"params": model.head.parameters()}]
    //     optimizer = torch.optim.Adam(groups, lr=2e-3)
    let all = Adam::new(2e-3).group("features.*", |body| body.rate(0.1));
    // End.
    let mut all = all.average(WeightAverage::exponential(0.9));
    let fit = trainer.fit(&mut model, &mut all, few, test, HighDigits::scores)?;
    println!("all of it:   {}", fit.history[9]);
    all.with_average(&mut model, |model| checkpoint::save(model, path))?;
    Ok(fit.history[9].test_accuracy().unwrap_or_default())
}

#[test]
fn what_pytorch_has_learnt_helps() {
    let digits = crate::digits(1000, 1000).expect("they are there");
    let few = high(&digits.train, 20).expect("there are so many");
    let test = high(&digits.test, 400).expect("there are so many");
    let path = crate::scratch("high.safetensors");
    let tuned = fine_tune(&few, &test, path.to_str().expect("it is text")).expect("it learns");
    let mut anew = HighDigits::new(1);
    let mut trainer = Trainer::new(20).batch(8).judge_train(false);
    let fit = trainer
        .fit(&mut anew, &mut Adam::new(2e-3), &few, &test, HighDigits::scores)
        .expect("it learns");
    println!("from scratch: {}", fit.history[19]);
    let scratch = fit.history[19].test_accuracy().unwrap_or_default();
    assert!(tuned > 0.5, "{tuned}, from scratch {scratch}");
}
