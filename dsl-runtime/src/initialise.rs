//! Initialisation of parameters.

mod matrices;

use self::matrices::{orthogonal, sparse};
use crate::layout::Rows;
use crate::random::Stream;
use crate::{Layout, Parameter, Real};

/// A rule for the initial values of a parameter.
///
/// The scaled rules derive the *fans* of a parameter from its canonical shape `[out, in, receptive…]`:
/// `fan_in` is `in · receptive` and `fan_out` is `out · receptive`, with `receptive` the product of the
/// remaining axes (1 for a dense layer, `height · width` for a convolution). For a shape of one axis `[n]`
/// both fans are `n`; for a scalar both are 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initializer {
    /// 0 everywhere.
    Zeros,
    /// One number everywhere.
    Constant(f64),
    /// Uniform in `[low, high)`.
    Uniform {
        /// The least value.
        low: f64,
        /// The exclusive upper bound.
        high: f64,
    },
    /// From the normal distribution.
    Normal {
        /// Its mean.
        mean: f64,
        /// Its standard deviation.
        std: f64,
    },
    /// Uniform in `±√(6 / (fan_in + fan_out))`: keeps variances through layers that are linear near 0, such
    /// as tanh. Glorot & Bengio 2010, *Understanding the difficulty of training deep feedforward neural
    /// networks*.
    XavierUniform,
    /// Normal with variance `2 / (fan_in + fan_out)`; Glorot & Bengio 2010.
    XavierNormal,
    /// Uniform in `±√(6 / fan_in)`: keeps variances through ReLU layers. He, Zhang, Ren & Sun 2015, *Delving
    /// deep into rectifiers*.
    HeUniform,
    /// Normal with variance `2 / fan_in`; He et al. 2015.
    HeNormal,
    /// Uniform in `±√(3 / fan_in)`: unit variance stays unit variance. LeCun, Bottou, Orr & Müller 1998,
    /// *Efficient BackProp*.
    LecunUniform,
    /// Normal with variance `1 / fan_in`; LeCun et al. 1998.
    LecunNormal,
    /// From the normal distribution, drawn anew until it is within two standard deviations; the variance of what remains is
    /// 0.774 of `std²`.
    TruncatedNormal {
        /// The mean.
        mean: f64,
        /// The standard deviation of what is drawn from.
        std: f64,
    },
    /// The parameter as a matrix `[out, in · receptive]` has orthonormal rows, or orthonormal columns where it has fewer of them,
    /// times the gain, and each such matrix is as likely as the others: signals keep their length through any number of
    /// linear layers. Saxe, McClelland & Ganguli 2014, *Exact solutions to the nonlinear dynamics of learning in deep
    /// linear neural networks*; a vector is one column.
    Orthogonal {
        /// The length of each row or column.
        gain: f64,
    },
    /// Each output has so many inputs with normally distributed weights, chosen by chance; the others are 0. Martens 2010,
    /// *Deep learning via Hessian-free optimization*.
    Sparse {
        /// The number of inputs; all of them where there are fewer.
        inputs: usize,
        /// The standard deviation of their weights.
        std: f64,
    },
}

/// A rule with its scale computed for one shape.
enum Distribution {
    Constant(f64),
    Uniform {
        low: f64,
        high: f64,
    },
    Normal {
        mean: f64,
        std: f64,
    },
    TruncatedNormal {
        mean: f64,
        std: f64,
    },
    /// The numbers of a matrix `[out, in · receptive]`, which depend on each other.
    Orthogonal {
        gain: f64,
    },
    Sparse {
        inputs: usize,
        std: f64,
    },
}

impl Initializer {
    fn distribution(self, shape: &[usize]) -> Distribution {
        let (fan_in, fan_out) = fans(shape);
        let symmetric = |bound: f64| Distribution::Uniform {
            low: -bound,
            high: bound,
        };
        let centred = |variance: f64| Distribution::Normal {
            mean: 0.0,
            std: variance.sqrt(),
        };
        match self {
            Initializer::Zeros => Distribution::Constant(0.0),
            Initializer::Constant(value) => Distribution::Constant(value),
            Initializer::Uniform { low, high } => Distribution::Uniform { low, high },
            Initializer::Normal { mean, std } => Distribution::Normal { mean, std },
            Initializer::XavierUniform => symmetric((6.0 / (fan_in + fan_out)).sqrt()),
            Initializer::XavierNormal => centred(2.0 / (fan_in + fan_out)),
            Initializer::HeUniform => symmetric((6.0 / fan_in).sqrt()),
            Initializer::HeNormal => centred(2.0 / fan_in),
            Initializer::LecunUniform => symmetric((3.0 / fan_in).sqrt()),
            Initializer::LecunNormal => centred(1.0 / fan_in),
            Initializer::TruncatedNormal { mean, std } => Distribution::TruncatedNormal { mean, std },
            Initializer::Orthogonal { gain } => Distribution::Orthogonal { gain },
            Initializer::Sparse { inputs, std } => Distribution::Sparse { inputs, std },
        }
    }
}

/// `(fan_in, fan_out)` of a canonical shape, each at least 1.
fn fans(shape: &[usize]) -> (f64, f64) {
    let (fan_in, fan_out) = match shape {
        [] => (1, 1),
        [n] => (*n, *n),
        [outputs, inputs, receptive @ ..] => {
            let receptive: usize = receptive.iter().product();
            (inputs * receptive, outputs * receptive)
        }
    };
    (fan_in.max(1) as f64, fan_out.max(1) as f64)
}

/// Fills `values`, a flat buffer of this layout, with initial values.
///
/// Each parameter has a stream of its own, keyed by seed and name, drawn from in canonical order and in
/// `f64`: a parameter's values do not depend on the other parameters, on the order in memory, or (but for the
/// last rounding) on the element type.
pub fn initialise<T: Real>(layout: &Layout, seed: u64, values: &mut [T]) {
    for parameter in layout.parameters {
        let memory = &mut values[parameter.range.clone()];
        draw(parameter, seed, &mut |first, stride, drawn| {
            let places = memory[first..].iter_mut().step_by(stride);
            places
                .zip(drawn)
                .for_each(|(place, value)| *place = T::literal(*value));
        });
    }
}

/// The number of values drawn at a time.
const DRAWN: usize = 512;

/// Draws the values of a parameter in canonical order, and hands them to `put(first, stride, values)`: they belong into
/// memory from `first` on, `stride` apart. Not generic, so that it is compiled (and optimised) here and not in the crate
/// of the network.
fn draw(parameter: &Parameter, seed: u64, put: &mut dyn FnMut(usize, usize, &[f64])) {
    let mut stream = Stream::new(seed, parameter.name);
    let distribution = parameter.initializer.distribution(parameter.shape);
    let Rows { firsts, len, stride } = parameter.rows();
    if let Some(matrix) = distribution.matrix(&mut stream, parameter.shape) {
        for (first, row) in firsts.zip(matrix.chunks(len.max(1))) {
            put(first, stride, row);
        }
        return;
    }
    let mut drawn = [0.0; DRAWN];
    for first in firsts {
        for done in (0..len).step_by(DRAWN) {
            let values = &mut drawn[..DRAWN.min(len - done)];
            distribution.fill(&mut stream, values);
            put(first + done * stride, stride, values);
        }
    }
}

impl Distribution {
    /// All values of a parameter of this shape in canonical order, if they depend on each other.
    fn matrix(&self, stream: &mut Stream, shape: &[usize]) -> Option<Vec<f64>> {
        let rows = shape.first().copied().unwrap_or(1);
        let columns = shape.iter().skip(1).product();
        match *self {
            Distribution::Orthogonal { gain } => Some(orthogonal(stream, rows, columns, gain)),
            Distribution::Sparse { inputs, std } => Some(sparse(stream, rows, columns, inputs, std)),
            _ => None,
        }
    }

    /// Draws one value after the other.
    fn fill(&self, stream: &mut Stream, values: &mut [f64]) {
        match *self {
            Distribution::Constant(value) => values.fill(value),
            Distribution::Uniform { low, high } => {
                values.fill_with(|| low + (high - low) * stream.uniform());
            }
            Distribution::Normal { mean, std } => values.fill_with(|| mean + std * stream.normal()),
            Distribution::TruncatedNormal { mean, std } => values.fill_with(|| {
                let mut drawn = stream.normal();
                while drawn.abs() > 2.0 {
                    drawn = stream.normal();
                }
                mean + std * drawn
            }),
            Distribution::Orthogonal { .. } | Distribution::Sparse { .. } => {
                unreachable!("a matrix is drawn as a whole")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn parameter(name: &'static str, initializer: Initializer) -> Parameter {
        Parameter {
            name,
            shape: &[200, 50, 2],
            order: &[0, 1, 2],
            range: 0..20_000,
            initializer,
        }
    }

    fn values(parameter: Parameter) -> Vec<f64> {
        let mut values = vec![f64::NAN; 20_000];
        draw(&parameter, 1, &mut |first, stride, drawn| {
            for (i, value) in drawn.iter().enumerate() {
                values[first + i * stride] = *value;
            }
        });
        values
    }

    #[test]
    fn fans_follow_the_canonical_shape() {
        assert_eq!(fans(&[128, 784]), (784.0, 128.0));
        assert_eq!(fans(&[16, 6, 5, 5]), (150.0, 400.0));
        assert_eq!(fans(&[7]), (7.0, 7.0));
        assert_eq!(fans(&[]), (1.0, 1.0));
    }

    #[test]
    fn variances_are_those_of_the_papers() {
        // fan_in 100, fan_out 400.
        for (initializer, variance, bound) in [
            (Initializer::XavierUniform, 2.0 / 500.0, (6.0f64 / 500.0).sqrt()),
            (Initializer::XavierNormal, 2.0 / 500.0, f64::INFINITY),
            (Initializer::HeUniform, 2.0 / 100.0, (6.0f64 / 100.0).sqrt()),
            (Initializer::HeNormal, 2.0 / 100.0, f64::INFINITY),
            (Initializer::LecunUniform, 1.0 / 100.0, (3.0f64 / 100.0).sqrt()),
            (Initializer::LecunNormal, 1.0 / 100.0, f64::INFINITY),
            (Initializer::Normal { mean: 0.0, std: 0.5 }, 0.25, f64::INFINITY),
            (Initializer::Uniform { low: -1.0, high: 1.0 }, 1.0 / 3.0, 1.0),
            (
                Initializer::TruncatedNormal { mean: 0.0, std: 0.5 },
                0.7737 * 0.25,
                1.0,
            ),
            // 200 rows of 100 numbers: their columns are orthonormal.
            (Initializer::Orthogonal { gain: 1.0 }, 1.0 / 200.0, 1.0),
            (
                Initializer::Sparse { inputs: 15, std: 0.5 },
                0.15 * 0.25,
                f64::INFINITY,
            ),
        ] {
            let values = values(parameter("weight", initializer));
            let measured = values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64;
            assert!(
                (measured / variance - 1.0).abs() < 0.04,
                "{initializer:?}: {measured} for {variance}"
            );
            assert!(values.iter().all(|v| v.abs() <= bound), "{initializer:?}");
        }
        assert!(
            values(parameter("bias", Initializer::Constant(0.25)))
                .iter()
                .all(|&v| v == 0.25)
        );
        assert!(
            values(parameter("bias", Initializer::Zeros))
                .iter()
                .all(|&v| v == 0.0)
        );
    }

    #[test]
    fn values_depend_on_seed_and_name_but_not_on_the_order_in_memory() {
        let normal = Initializer::Normal { mean: 0.0, std: 1.0 };
        let plain = values(parameter("a", normal));
        assert_ne!(plain, values(parameter("b", normal)));
        let turned = Parameter {
            order: &[2, 1, 0],
            ..parameter("a", normal)
        };
        let places: Vec<usize> = turned.places().collect();
        let memory = values(turned);
        assert!(
            places
                .iter()
                .zip(&plain)
                .all(|(&place, &value)| memory[place] == value)
        );
    }

    #[test]
    fn rows_are_drawn_in_canonical_order_whatever_their_length() {
        // Rows longer than what is drawn at a time, of one element, of none, and no rows.
        for shape in [
            &[3, DRAWN + 7] as &[usize],
            &[2 * DRAWN],
            &[5, 3, 1],
            &[4, 0],
            &[0, 4],
            &[],
        ] {
            let len = shape.iter().product();
            for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
                let order: Vec<usize> = order.into_iter().filter(|axis| *axis < shape.len()).collect();
                let parameter = Parameter {
                    name: "weight",
                    shape,
                    order: order.leak(),
                    range: 0..len,
                    initializer: Initializer::Uniform { low: 0.0, high: 1.0 },
                };
                let mut memory = vec![f64::NAN; len];
                draw(&parameter, 3, &mut |first, stride, drawn| {
                    for (i, value) in drawn.iter().enumerate() {
                        memory[first + i * stride] = *value;
                    }
                });
                let mut stream = Stream::new(3, "weight");
                let places = parameter.places();
                assert!(
                    places.into_iter().all(|place| memory[place] == stream.uniform()),
                    "{shape:?}"
                );
            }
        }
    }

    #[test]
    fn both_element_types_begin_at_the_same_values_and_gaps_stay_zero() {
        const LAYOUT: Layout = Layout {
            parameters: &[Parameter {
                name: "weight",
                shape: &[3],
                order: &[0],
                range: 16..19,
                initializer: Initializer::LecunNormal,
            }],
            len: 32,
            packed: &[],
        }
        .verified();
        let (mut single, mut double) = ([0f32; 32], [0f64; 32]);
        initialise(&LAYOUT, 9, &mut single);
        initialise(&LAYOUT, 9, &mut double);
        assert!(single.iter().zip(&double).all(|(&s, &d)| s == d as f32));
        assert!(double[16..19].iter().all(|&v| v != 0.0) && double[..16].iter().all(|&v| v == 0.0));
    }
}
