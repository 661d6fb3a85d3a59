//! tract: inference of the models that PyTorch exported.

use std::path::Path;

use peer::{Kind, Loaded, Work, job, serve};
use tract_onnx::prelude::*;

fn load(kind: Kind, _: &str, work: &mut Work) -> Result<Loaded, String> {
    if kind == Kind::Train {
        return Err("inference only".to_owned());
    }
    // The weights are in the model.
    let parameters = work.parameters();
    work.skip_weights();
    let model = model(&work.model()).map_err(|error| format!("{error:#}"))?;
    let input = input(&model, work).map_err(|error| format!("{error:#}"))?;
    let step = move || model.run(tvec!(input.clone())).expect("a model that runs");
    let value = |outputs: &TVec<TValue>| {
        let outputs = outputs[0].to_plain_array_view::<f32>().expect("scores");
        outputs.iter().map(|score| score.abs() as f64).sum::<f64>() / outputs.len() as f64
    };
    Ok(Loaded::new(parameters, job(step, value)))
}

fn model(path: &Path) -> TractResult<Arc<TypedRunnableModel>> {
    tract_onnx::onnx()
        .model_for_path(path)?
        .into_optimized()?
        .into_runnable()
}

/// The first examples, in the shape that the model takes: numbers, or tokens.
fn input(model: &TypedRunnableModel, work: &Work) -> TractResult<TValue> {
    let fact = model.model().input_fact(0)?;
    let shape = fact.shape.as_concrete().expect("sizes that are numbers");
    let width = shape[1..].iter().product();
    let input = if fact.datum_type == i64::datum_type() {
        let tokens: Vec<i64> = work.tokens(shape[0] * width).into_iter().map(i64::from).collect();
        Tensor::from_shape(shape, &tokens)?
    } else {
        Tensor::from_shape(shape, &work.inputs(shape[0], width))?
    };
    Ok(input.into())
}

fn main() {
    serve(load);
}
