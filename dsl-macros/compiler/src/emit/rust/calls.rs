//! Steps that call a runtime kernel: GEMMs, convolutions, pooling, sums over the batch.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::geometries::ConvolutionForm;
use super::identifiers::identifier;
use super::literal;
use super::scope::Scope;
use crate::ops::epilogue::Stage;
use crate::ops::leaf::Distribution;
use crate::ops::{KernelFunction, Sizes, Yields};
use crate::plan::{CallMode, Count, Draw, Epilogue, Gemm, KernelCall, Operand, Partition, Size, Source};

pub fn size(size: Size) -> TokenStream {
    let times = literal(size.times);
    let of = match size.of {
        Count::Literal => return quote!(#times),
        Count::Examples => quote!(examples),
        Count::Blocks => quote!(blocks),
    };
    match size.times {
        1 => of,
        _ => quote!(#of * #times),
    }
}

/// The epilogue of a product, with its operands as `slice` writes them.
fn then(epilogue: &Epilogue, slice: &dyn Fn(&Operand) -> TokenStream, scope: &Scope<'_>) -> TokenStream {
    match epilogue.stages.as_slice() {
        [] => quote!(Epilogue::Store),
        [Stage::Bias(bias)] => {
            let bias = slice(bias);
            quote!(Epilogue::Bias(#bias))
        }
        [Stage::Bias(bias), Stage::Relu] => {
            let bias = slice(bias);
            quote!(Epilogue::BiasRelu(#bias))
        }
        [Stage::Gate(gate)] => {
            let gate = slice(gate);
            quote!(Epilogue::ReluGate(#gate))
        }
        [
            Stage::Mean(mean),
            Stage::Scale(scale),
            Stage::Shift(shift),
            rest @ ..,
        ] => {
            let [mean, scale, shift] = [mean, scale, shift].map(slice);
            let residual = match rest.first() {
                Some(Stage::Residual(residual)) => {
                    let residual = slice(residual);
                    quote!(Some(#residual))
                }
                _ => quote!(None),
            };
            let relu = rest.last() == Some(&Stage::Relu);
            quote! {
                Epilogue::Normalise(&Normalise {
                    mean: #mean,
                    scale: #scale,
                    shift: #shift,
                    residual: #residual,
                    relu: #relu,
                })
            }
        }
        // Arguments of a kernel of its own.
        [Stage::Bias(bias), Stage::Relu, Stage::MaxPool(winners)] => {
            let (bias, winners) = (slice(bias), scope.ident_of(winners.source));
            quote!(#bias, #winners)
        }
        other => unreachable!("no kernel declares this epilogue: {other:?}"),
    }
}

/// A slice from the operand's offset on, moved by the loops around it.
fn window(
    operand: &Operand,
    moves: &[(TokenStream, usize)],
    mutable: bool,
    scope: &Scope<'_>,
) -> TokenStream {
    let mut terms: Vec<TokenStream> = Vec::new();
    for (variable, stride) in moves {
        match stride {
            0 => {}
            1 => terms.push(variable.clone()),
            stride => {
                let stride = literal(*stride);
                terms.push(quote!(#variable * #stride));
            }
        }
    }
    terms.extend(scope.turned(&operand.loop_strides));
    if operand.view.offset != 0 {
        let offset = literal(operand.view.offset);
        terms.push(quote!(#offset));
    }
    let borrow = if mutable { quote!(&mut) } else { quote!(&) };
    match terms.is_empty() {
        true => scope.whole(operand.source),
        false => {
            let memory = scope.memory(operand.source);
            quote!(#borrow #memory[#(#terms)+*..])
        }
    }
}

/// All elements of an operand and no others: of a value that every example has those of all examples at hand.
fn elements(operand: &Operand, scope: &Scope<'_>) -> TokenStream {
    let count = operand.view.shape.count();
    if operand.per_example.is_some() || scope.length(operand.source) == Some(count) {
        return scope.whole(operand.source);
    }
    let (from, count) = (window(operand, &[], false, scope), literal(count));
    quote!(&#from[..#count])
}

pub fn emit_gemm(gemm: &Gemm, scope: &Scope<'_>) -> TokenStream {
    let function = identifier(if gemm.rounded { "gemm_bf16" } else { "gemm" });
    let (n, k) = (size(gemm.n), size(gemm.k));
    let strides = |strides: [usize; 2]| {
        let [rows, columns] = strides.map(literal);
        quote!([#rows, #columns])
    };
    let (a_strides, b_strides, c_stride) = (
        strides(gemm.a_strides),
        strides(gemm.b_strides),
        literal(gemm.c_stride),
    );
    let right = |elements: TokenStream| {
        let packed = gemm.right_factor().filter(|_| gemm.packed);
        let packed = packed.map(|(parameter, _)| {
            let packed = scope.packed(parameter);
            quote!(.with_packed(#packed))
        });
        quote!(Matrix::new(#elements, #b_strides)#packed)
    };
    let by_rows = gemm.partition() == Partition::Rows;
    if by_rows && gemm.splits_by_rows() {
        let part = scope.ident_of(gemm.c.source);
        let rows = rows_of(scope, &gemm.c);
        let a = window(&gemm.a, &[(quote!(#rows.start), gemm.a_strides[0])], false, scope);
        let b = right(window(&gemm.b, &[], false, scope));
        let then = then(&gemm.epilogue, &|operand| elements(operand, scope), scope);
        return quote! {
            #function(
                [#rows.len(), #n, #k],
                Matrix::new(#a, #a_strides),
                #b,
                #then,
                MatrixMut::new(#part, #c_stride),
            );
        };
    }
    let mut names = scope.names.clone();
    let variables: Vec<TokenStream> = gemm
        .loops
        .iter()
        .zip(["i", "j", "l", "p", "q", "r"].iter().cycle())
        .map(|((size, _), word)| {
            let ident = identifier(&names.fresh(if *size == Size::examples() { "b" } else { word }));
            quote!(#ident)
        })
        .collect();
    let moves = |side: usize| -> Vec<(TokenStream, usize)> {
        gemm.loops
            .iter()
            .zip(&variables)
            .map(|((_, strides), variable)| (variable.clone(), strides[side]))
            .collect()
    };
    let m = size(gemm.m);
    let a = window(&gemm.a, &moves(0), false, scope);
    let b = right(window(&gemm.b, &moves(1), false, scope));
    let c = window(&gemm.c, &moves(2), true, scope);
    // A per-example operand is laid out like the product.
    let beside = |operand: &Operand| match operand.per_example {
        Some(_) => window(operand, &moves(2), false, scope),
        None => elements(operand, scope),
    };
    let then = then(&gemm.epilogue, &beside, scope);
    let call = quote! {
        #function(
            [#m, #n, #k],
            Matrix::new(#a, #a_strides),
            #b,
            #then,
            MatrixMut::new(#c, #c_stride),
        );
    };
    let looped = gemm
        .loops
        .iter()
        .zip(&variables)
        .rev()
        .fold(call, |body, ((count, _), variable)| {
            let count = size(*count);
            quote!(for #variable in 0..#count { #body })
        });
    match by_rows {
        true => alone(scope, &gemm.c, looped),
        false => looped,
    }
}

/// The range of rows of a result that the worker forms.
fn rows_of(scope: &Scope<'_>, result: &Operand) -> Ident {
    scope.rows_of(&scope.ident_of(result.source)).clone()
}

/// A step of a row phase that only one worker does: the one that got the result's only row.
fn alone(scope: &Scope<'_>, result: &Operand, body: TokenStream) -> TokenStream {
    let rows = rows_of(scope, result);
    quote!(if !#rows.is_empty() { #body })
}

pub fn emit_kernel(call: &KernelCall, scope: &Scope<'_>) -> TokenStream {
    let kernel = &call.op.kernel;
    let function = match call.epilogue.winners() {
        Some(_) => kernel.function.with_max_pool().expect("fusion knows the kernels"),
        None => kernel.function,
    };
    let function = match call.rounded {
        true => function.in_bf16().expect("only products are rounded"),
        false => function,
    };
    let function = identifier(function.name());
    let count = size(Size {
        of: match call.mode {
            CallMode::Batch if kernel.blocks && !kernel.function.counts_examples() => Count::Blocks,
            CallMode::Batch => Count::Examples,
            CallMode::Each | CallMode::Once => Count::Literal,
        },
        times: kernel.count,
    });
    let sizes = match &kernel.sizes {
        Sizes::Width(width) => {
            let width = literal(*width);
            quote!(#width)
        }
        Sizes::Along {
            length,
            inner,
            reverse,
        } => {
            let (length, inner) = (literal(*length), literal(*inner));
            quote!(#length, #inner, #reverse)
        }
        Sizes::Conv2d(geometry) => {
            let form = match (call.rounded, call.op.has_channels_last()) {
                (true, _) => ConvolutionForm::Rounded,
                (false, true) => ConvolutionForm::ChannelsLast,
                (false, false) => ConvolutionForm::ChannelsFirst,
            };
            let constant = scope.geometries.conv2d(geometry, form);
            quote!(&sizes::#constant)
        }
        Sizes::Pool2d(geometry) => {
            let constant = scope.geometries.pool2d(geometry);
            quote!(&sizes::#constant)
        }
    };
    let example = identifier(&scope.names.clone().fresh("b"));
    let each = |slice: TokenStream, operand: &Operand, stride: usize, borrow: TokenStream| {
        let (stride, width) = (literal(stride), literal(operand.view.shape.count()));
        let turned = scope.turned(&operand.loop_strides);
        let offset = (operand.view.offset != 0).then(|| literal(operand.view.offset));
        let offset = turned.chain(offset.map(|offset| quote!(#offset)));
        quote!(#borrow #slice[#example * #stride #(+ #offset)*..][..#width])
    };
    let read = |operand: &Operand| match operand.per_example {
        Some(stride) if call.mode == CallMode::Each => {
            each(scope.slice(operand.source), operand, stride, quote!(&))
        }
        _ => elements(operand, scope),
    };
    let packed = call.packed_weight();
    let argument = |operand: &Operand| match packed {
        Some((parameter, _)) if operand.source == Source::Parameter(parameter) => scope.packed(parameter),
        _ => read(operand),
    };
    let args = (kernel.order.iter()).filter_map(|&place| Some(argument(call.args.get(place)?)));
    let then = kernel.function.takes_epilogue().then(|| {
        let then = then(&call.epilogue, &read, scope);
        quote!(#then,)
    });
    let result_name = scope.ident_of(call.result.source);
    let result = match call.result.per_example {
        Some(stride) if call.mode == CallMode::Each => {
            each(quote!(#result_name), &call.result, stride, quote!(&mut))
        }
        _ => quote!(#result_name),
    };
    let scratch = kernel.scratch.then(|| quote!(, scratch));
    let rows = (kernel.yields == Yields::Rows).then(|| match call.mode {
        CallMode::Batch => {
            let rows = rows_of(scope, &call.result);
            quote!(#rows,)
        }
        CallMode::Each | CallMode::Once => {
            let rows = literal(call.result.view.shape.0[0]);
            quote!(0..#rows,)
        }
    });
    let called = quote! { #function(#count, #sizes, #(#args,)* #then #rows #result #scratch); };
    match call.mode {
        CallMode::Each => quote!(for #example in 0..examples { #called }),
        CallMode::Batch | CallMode::Once => called,
    }
}

pub fn emit_sum_examples(x: &Operand, result: &Operand, scope: &Scope<'_>) -> TokenStream {
    let width = literal(x.view.shape.count());
    let (x, part, rows) = (
        elements(x, scope),
        scope.ident_of(result.source),
        rows_of(scope, result),
    );
    quote! { sum_examples(examples, #width, #x, #rows, #part); }
}

pub fn emit_sum_blocks(partials: &Operand, result: &Operand, scope: &Scope<'_>) -> TokenStream {
    let width = literal(partials.view.shape.count());
    let (partials, part, rows) = (
        scope.slice(partials.source),
        scope.ident_of(result.source),
        rows_of(scope, result),
    );
    quote! { sum_blocks(#width, #partials, #rows, #part); }
}

/// Random numbers for the examples of the share.
pub fn emit_draw(draw: &Draw, scope: &Scope<'_>) -> TokenStream {
    let kernel = match draw.distribution {
        Distribution::Uniform => KernelFunction::UniformNoise,
        Distribution::Normal => KernelFunction::NormalNoise,
    };
    let kernel = identifier(kernel.name());
    let site = scope.slice(draw.site.source);
    let width = literal(draw.result.view.shape.count());
    let result = window(&draw.result, &[], true, scope);
    quote! { #kernel(first, examples, #width, #site, #result); }
}

pub fn emit_clear(result: &Operand, scope: &Scope<'_>) -> TokenStream {
    let result = scope.ident_of(result.source);
    quote! { #result.fill(T::ZERO); }
}
