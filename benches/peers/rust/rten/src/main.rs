//! rten: inference of the models that PyTorch exported, by threads as many as the second argument says.

use std::sync::Arc;

use peer::{Kind, Loaded, Work, job, serve};
use rten::{DataType, Dimension, Model, ModelOptions, RunOptions, ThreadPool, Value, ValueOrView, ValueType};
use rten_tensor::Tensor;
use rten_tensor::prelude::*;

fn load(kind: Kind, work: &mut Work, pool: &Arc<ThreadPool>) -> Result<Loaded, String> {
    if kind == Kind::Train {
        return Err("inference only".to_owned());
    }
    // The weights are in the model.
    let parameters = work.parameters();
    work.skip_weights();
    let model = ModelOptions::with_all_ops()
        .prepack_weights(true)
        .load_file(work.model())
        .map_err(|error| error.to_string())?;
    let input = input(&model, work)?;
    let (from, to) = (model.input_ids()[0], model.output_ids()[0]);
    let options = RunOptions::default().with_thread_pool(Some(pool.clone()));
    let step = move || {
        let inputs = vec![(from, ValueOrView::from(input.as_view()))];
        let outputs = model.run(inputs, &[to], Some(options.clone()));
        outputs.expect("a model that runs").remove(0)
    };
    let value = |scores: &Value| {
        let scores: Tensor<f32> = scores.clone().try_into().expect("scores");
        scores.iter().map(|score| f64::from(score.abs())).sum::<f64>() / scores.len() as f64
    };
    Ok(Loaded::new(parameters, job(step, value)))
}

/// The first examples, in the shape that the model takes: numbers, or tokens.
fn input(model: &Model, work: &Work) -> Result<Value, String> {
    let size = |size: &Dimension| match size {
        Dimension::Fixed(size) => Ok(*size),
        Dimension::Symbolic(name) => Err(format!("the size {name} is open")),
    };
    let shape = model.input_shape(0).ok_or("no shape")?;
    let shape: Vec<usize> = shape.iter().map(size).collect::<Result<_, String>>()?;
    let width = shape[1..].iter().product();
    let info = model.node_info(model.input_ids()[0]);
    let kind = info.and_then(|info| info.dtype());
    Ok(if kind == Some(ValueType::Tensor(DataType::Int32)) {
        let tokens = work.tokens(shape[0] * width);
        let tokens: Vec<i32> = tokens.into_iter().map(|token| token as i32).collect();
        Tensor::from_data(&shape, tokens).into()
    } else {
        Tensor::from_data(&shape, work.inputs(shape[0], width)).into()
    })
}

fn main() {
    let threads = std::env::args().nth(2).expect("a number of threads");
    let threads = threads.parse().expect("a number");
    let pool = Arc::new(ThreadPool::with_num_threads(threads));
    serve(move |kind, _, work| load(kind, work, &pool));
}
