//! Muon.

use dsl_compute::update::{LookAhead, Penalty, SgdStep};

use super::adam::AdamRule;
use super::matrix::sides;
use crate::kernels::{Epilogue, Matrix, MatrixMut, gemm, nrm2, scal};
use crate::optim::{Descent, Rule, Scope, Step, demand, demand_factor};
use crate::{Error, Parameter, Real};

/// Muon, Jordan et al. 2024, *Muon: an optimizer for hidden layers in neural networks*: momentum whose matrices
/// are made orthogonal.
///
/// `b ← μ b + (1-μ) ∇`, `u = (1-μ) ∇ + μ b`, and for each matrix `w ← w - η √max(1, rows / columns) O(u)`. `O(u)` is
/// about `U Vᵀ` where `u = U S Vᵀ`: five steps `X ← a X + (b A + c A²) X`, `A = X Xᵀ`, of Newton and Schulz from
/// `u / ‖u‖`, with `a, b, c = 3.4445, -4.775, 2.0315`. A kernel of a convolution is the matrix of its output
/// channels.
///
/// Vectors are updated by [`Adam`](super::Adam) with `β₁ = 0.9`, `β₂ = 0.95` and `ε = 1e-8`, at the
/// [rate for vectors](Descent::vector_rate). So are the tensors of a group
/// [as vectors](crate::optim::Group::as_vectors), as the authors advise for embeddings and the last layer.
/// [`weight_decay`](Descent::weight_decay) is [`decoupled_decay`](Descent::decoupled_decay).
pub type Muon<T = f32> = Descent<T, MuonRule, 2>;

/// The rule of [`Muon`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MuonRule {
    momentum: f64,
    length: Length,
    vectors: AdamRule,
    vector_rate: f64,
}

/// How long the step of a matrix is, in units of the learning rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    /// `√max(1, rows / columns)`.
    Original,
    /// `0.2 √max(rows, columns)`.
    AsAdam,
}

/// The coefficients `a`, `b`, `c` of a step of Newton and Schulz.
const COEFFICIENTS: [f64; 3] = [3.4445, -4.775, 2.0315];

/// The number of these steps.
const ITERATIONS: usize = 5;

/// The least norm that a matrix is divided by.
const LEAST_NORM: f64 = 1e-7;

impl<T: Real> Descent<T, MuonRule, 2> {
    /// Muon with the authors' `μ = 0.95`.
    pub fn new(learning_rate: f64) -> Self {
        let rule = MuonRule {
            momentum: 0.95,
            length: Length::Original,
            vectors: AdamRule::new([0.9, 0.95], 1e-8),
            vector_rate: 1.0,
        };
        Descent::by(rule, learning_rate)
    }

    /// Sets the momentum.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.rule.momentum = momentum;
        self
    }

    /// Sets the learning rate of vectors, in units of that of matrices; 1 by default.
    #[must_use]
    pub fn vector_rate(mut self, factor: f64) -> Self {
        self.rule.vector_rate = factor;
        self
    }

    /// Makes the step of a matrix as long as Adam's usually is, `0.2 √max(rows, columns)` in place of
    /// `√max(1, rows / columns)`, so that rates and decays found for AdamW serve: Liu et al. 2025, *Muon is
    /// scalable for LLM training*.
    #[must_use]
    pub fn as_long_as_adam(mut self) -> Self {
        self.rule.length = Length::AsAdam;
        self
    }
}

impl<T: Real> Rule<T, 2> for MuonRule {
    const NAME: &'static str = "Muon";
    const MOMENTS: [&'static str; 2] = ["momentum", "second"];
    const SCOPE: Scope = Scope::Tensors;

    fn check(&self) -> Result<(), Error> {
        let rate = self.vector_rate;
        demand_factor("Muon", "momentum", self.momentum)?;
        demand(
            rate.is_finite() && rate >= 0.0,
            "Muon",
            "factor of the learning rate of vectors",
            rate,
            "finite and not negative",
        )
    }

    fn begin(&mut self, number: u64, rate: f64) {
        Rule::<T, 2>::begin(&mut self.vectors, number, rate);
    }

    fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], moments: [&mut [T]; 2]) {
        let step = Step {
            rate: step.rate * self.vector_rate,
            ..*step
        };
        self.vectors.update(&step, parameters, gradient, moments);
    }

    fn scratch(&self, tensor: &Parameter) -> usize {
        sides(tensor).map_or(0, |sides| 2 * tensor.len() + 2 * least(sides).pow(2))
    }

    fn update_tensor(
        &self,
        step: &Step,
        tensor: &Parameter,
        scratch: &mut [T],
        parameters: &mut [T],
        gradient: &[T],
        moments: [&mut [T]; 2],
    ) {
        let Some([rows, columns]) = sides(tensor) else {
            return self.update(step, parameters, gradient, moments);
        };
        let [momentum, _] = moments;
        let (ahead, rest) = scratch.split_at_mut(tensor.len());
        let (matrix, squares) = rest.split_at_mut(tensor.len());
        let rule = LookAhead {
            weight: T::literal(1.0 - self.momentum),
            ahead: T::literal(self.momentum),
        };
        T::look_ahead(rule, [&mut *ahead, momentum], gradient);
        let index = Index::new(tensor, [rows, columns]);
        index.gather(ahead, matrix);
        let upright = [rows.min(columns), rows.max(columns)];
        orthogonalise(upright, matrix, ahead, squares);
        index.scatter(matrix, ahead);
        let length = match self.length {
            Length::Original => (rows as f64 / columns as f64).max(1.0).sqrt(),
            Length::AsAdam => 0.2 * (rows.max(columns) as f64).sqrt(),
        };
        let rate = T::literal(step.rate * length);
        T::sgd(SgdStep { rate }, [parameters], ahead);
    }
}

/// The shorter side.
fn least([rows, columns]: [usize; 2]) -> usize {
    rows.min(columns)
}

/// The elements of a tensor as a matrix with no more rows than columns: the canonical one, or its transpose,
/// since the transpose of what is made orthogonal is what is made of the transpose.
struct Index<'a> {
    tensor: &'a Parameter,
    /// The distances in the matrix from row to row, and from column to column, of the canonical one.
    strides: [usize; 2],
    columns: usize,
}

impl<'a> Index<'a> {
    fn new(tensor: &'a Parameter, [rows, columns]: [usize; 2]) -> Self {
        let strides = if rows <= columns { [columns, 1] } else { [1, rows] };
        Index {
            tensor,
            strides,
            columns,
        }
    }

    /// The place in memory of each element, and that in the matrix.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let [row, column] = self.strides;
        let (mut at, mut left) = (0, self.columns);
        self.tensor.places().map(move |place| {
            let here = at;
            (at, left) = (at + column, left - 1);
            if left == 0 {
                (at, left) = (at - self.columns * column + row, self.columns);
            }
            (place, here)
        })
    }

    fn gather<T: Real>(&self, memory: &[T], matrix: &mut [T]) {
        for (place, at) in self.pairs() {
            matrix[at] = memory[place];
        }
    }

    fn scatter<T: Real>(&self, matrix: &[T], memory: &mut [T]) {
        for (place, at) in self.pairs() {
            memory[place] = matrix[at];
        }
    }
}

/// Makes the rows of a matrix about orthonormal; there are `m` of `n`, `m ≤ n`. `other` is as long as the matrix,
/// `squares` holds `2 m²` elements; both are overwritten.
fn orthogonalise<T: Real>([m, n]: [usize; 2], matrix: &mut [T], other: &mut [T], squares: &mut [T]) {
    let [a, b, c] = COEFFICIENTS.map(T::literal);
    let norm = nrm2(matrix).to_f64().max(LEAST_NORM);
    scal(T::literal(1.0 / norm), matrix);
    let (gram, polynomial) = squares.split_at_mut(m * m);
    let combine = |factor, product: &mut [T], weight, term: &[T]| {
        let rule = Penalty {
            factor,
            l2: weight,
            l1: T::ZERO,
        };
        T::penalise(rule, [product], term);
    };
    for _ in 0..ITERATIONS {
        let (x, transposed) = (Matrix::new(matrix, [n, 1]), Matrix::new(matrix, [1, n]));
        gemm([m, m, n], x, transposed, Epilogue::Store, MatrixMut::new(gram, m));
        let square = Matrix::new(gram, [m, 1]);
        gemm(
            [m, m, m],
            square,
            square,
            Epilogue::Store,
            MatrixMut::new(polynomial, m),
        );
        combine(c, polynomial, b, gram);
        let factor = Matrix::new(polynomial, [m, 1]);
        gemm([m, n, m], factor, x, Epilogue::Store, MatrixMut::new(other, n));
        combine(T::ONE, other, a, matrix);
        matrix.copy_from_slice(other);
    }
}
