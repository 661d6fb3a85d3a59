//! tract: inference of the models that PyTorch exported.

use std::path::Path;

use peer::{Kind, Loaded, Work, job, serve};
use tract_onnx::prelude::*;

fn load(kind: Kind, name: &str, work: &mut Work) -> Result<Loaded, String> {
    if kind == Kind::Train {
        return Err("inference only".to_owned());
    }
    let shape: &[usize] = match name {
        "mlp" => &[1, 784],
        "lenet5" => &[1, 1, 28, 28],
        "resnet20" => &[1, 3, 32, 32],
        "gpt" => &[1, 64],
        _ => return Err("no such workload".to_owned()),
    };
    // The weights are in the model.
    let parameters = work.parameters();
    work.skip_weights();
    let width = shape[1..].iter().product();
    let input = if name == "gpt" {
        let tokens: Vec<i64> = work.tokens(width).into_iter().map(i64::from).collect();
        Tensor::from_shape(shape, &tokens)
    } else {
        Tensor::from_shape(shape, &work.inputs(1, width))
    };
    let input: TValue = input.map_err(|error| error.to_string())?.into();
    let model = model(&work.folder().join("model.onnx")).map_err(|error| format!("{error:#}"))?;
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

fn main() {
    serve(load);
}
