//! The kernels by themselves, on the shapes of small networks: `cargo bench --bench kernels`.
//!
//! Items per second of a product or a convolution are floating-point operations, of the others outputs.

mod convolutions;
mod elements;
mod poolings;
mod products;

use dsl_runtime::AlignedBuffer;
use dsl_runtime::random::Stream;

fn main() {
    divan::main();
}

/// The number of images, and of examples of a block.
const EXAMPLES: usize = 16;

/// Numbers where a network has its values: aligned to a vector.
fn noise(len: usize) -> AlignedBuffer<f32> {
    let (mut stream, mut noise) = (Stream::new(0, "noise"), AlignedBuffer::zeros(len));
    noise.iter_mut().for_each(|x| *x = stream.normal() as f32);
    noise
}
