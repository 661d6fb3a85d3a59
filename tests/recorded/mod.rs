//! Reads what `record.py` wrote; README.md describes the files.

use safetensors::{Dtype, SafeTensors};

/// The recorded numbers of one network.
pub struct Recording {
    network: &'static str,
    bytes: Vec<u8>,
}

impl Recording {
    /// The file of `network`, which is the name of its file in `tests/networks`.
    pub fn open(network: &'static str) -> Recording {
        let path = format!(
            "{}/tests/recorded/{network}.safetensors",
            env!("CARGO_MANIFEST_DIR")
        );
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        Recording { network, bytes }
    }

    fn tensors(&self) -> SafeTensors<'_> {
        SafeTensors::deserialize(&self.bytes).unwrap_or_else(|error| panic!("{}: {error}", self.network))
    }

    /// The names below a prefix: `names("f32.output.")` gives `logits`.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        let tensors = self.tensors();
        let mut names: Vec<_> = tensors
            .names()
            .iter()
            .filter_map(|name| name.strip_prefix(prefix))
            .map(str::to_owned)
            .collect();
        names.sort();
        names
    }

    /// Shape and elements of a recorded f32 or f64 tensor.
    pub fn tensor(&self, name: &str) -> (Vec<usize>, Vec<f64>) {
        let tensors = self.tensors();
        let view = tensors
            .tensor(name)
            .unwrap_or_else(|error| panic!("{}: {error}", self.network));
        let elements = match view.dtype() {
            Dtype::F32 => numbers(view.data(), |bytes| f64::from(f32::from_le_bytes(bytes))),
            Dtype::F64 => numbers(view.data(), f64::from_le_bytes),
            other => panic!("{}: {name} holds {other:?}, not real numbers", self.network),
        };
        (view.shape().to_vec(), elements)
    }

    /// The size of the batch of an argument.
    pub fn examples(&self, argument: &str) -> usize {
        let tensors = self.tensors();
        let view = tensors
            .tensor(&format!("input.{argument}"))
            .unwrap_or_else(|error| panic!("{}: {error}", self.network));
        view.shape()[0]
    }

    /// The batch of an argument that is a tensor.
    pub fn input(&self, argument: &str) -> Vec<f64> {
        self.tensor(&format!("input.{argument}")).1
    }

    /// The batch of an argument that is an index.
    pub fn labels(&self, argument: &str) -> Vec<u32> {
        let name = format!("input.{argument}");
        let tensors = self.tensors();
        let view = tensors
            .tensor(&name)
            .unwrap_or_else(|error| panic!("{}: {error}", self.network));
        assert_eq!(view.dtype(), Dtype::U32, "{}: {name}", self.network);
        numbers(view.data(), u32::from_le_bytes)
    }

    /// Canonical shape and elements of a parameter, stored or generated.
    pub fn parameter(&self, name: &str) -> (Vec<usize>, Vec<f64>) {
        let tensors = self.tensors();
        let Ok(view) = tensors.tensor(&format!("generated.{name}")) else {
            return self.tensor(&format!("parameter.{name}"));
        };
        let recipe = numbers(view.data(), i64::from_le_bytes);
        let gradient = |precision| tensors.tensor(&format!("{precision}.gradient.{name}"));
        let shape = gradient("f32")
            .or_else(|_| gradient("f64"))
            .unwrap_or_else(|error| panic!("{}: {error}", self.network))
            .shape()
            .to_vec();
        let elements = generate(recipe[0] as u32, recipe[1] as i32, shape.iter().product());
        (shape, elements)
    }
}

/// Little-endian numbers of `N` bytes.
fn numbers<const N: usize, T>(data: &[u8], number: impl Fn([u8; N]) -> T) -> Vec<T> {
    data.chunks_exact(N)
        .map(|bytes| number(bytes.try_into().expect("N bytes")))
        .collect()
}

/// `uniform` of `record.py`: the murmur3 finaliser of position and seed, in `[-1, 1) · 2^exponent`.
fn generate(seed: u32, exponent: i32, count: usize) -> Vec<f64> {
    let scale = f64::from(exponent).exp2();
    let element = |i: u32| {
        let mut h = i
            .wrapping_mul(0x9E37_79B9)
            .wrapping_add(seed.wrapping_mul(0x85EB_CA6B));
        h = (h ^ h >> 16).wrapping_mul(0x85EB_CA6B);
        h = (h ^ h >> 13).wrapping_mul(0xC2B2_AE35);
        h = h ^ h >> 16;
        (f64::from(h >> 8) / f64::from(1 << 23) - 1.0) * scale
    };
    (0..count as u32).map(element).collect()
}

#[test]
fn generated_numbers_are_those_of_the_script() {
    // The first parameter of every network has seed 100; this one stores its elements, of exponent 0.
    let (shape, stored) = Recording::open("mlp_small_parity").parameter("logits.dense1.weight");
    assert_eq!(shape, [7, 12]);
    assert_eq!(stored, generate(100, 0, 7 * 12));
}
