network! {
    /// A network that solves `u″ + 2 δ u′ + ω² u = 0` with `u(0) = 1` and `u′(0) = 0`: a damped oscillator (Raissi,
    /// Perdikaris and Karniadakis, 2019).
    pub struct Oscillator;

    const DAMPING: f64 = 0.25;
    const STIFFNESS: f64 = 2.25;
    const POINTS: usize = 5;

    fn solution(&self, t: Scalar) -> Scalar {
        t.reshape([1]).dense(6).tanh().dense(6).tanh().dense(1).at(0)
    }

    /// `u`, `u′` and `u″` at a time.
    pub fn motion(&self, time: Tensor<5>) -> Tensor<3> {
        let t = time.at(0);
        let u = self.solution(t);
        let velocity = u.grad(t);
        stack([u, velocity, velocity.grad(t)])
    }

    /// The squared residual at some times, and how far the solution begins from where it should.
    pub fn loss(&self, time: Tensor<5>) -> Scalar {
        let mut total = 0.0;
        for point in 0..POINTS {
            let t = time.at(point);
            let u = self.solution(t);
            let velocity = u.grad(t);
            let residual = velocity.grad(t) + 2.0 * DAMPING * velocity + STIFFNESS * u;
            total += residual.square();
        }
        let start = zeros([]);
        let u = self.solution(start);
        total / POINTS + (u - 1.0).square() + u.grad(start).square()
    }
}
