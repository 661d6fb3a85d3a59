//! What a training tells of an example: the moments accountant in its form by Rényi divergences (Mironov, Talwar and Zhang,
//! 2019, *Rényi differential privacy of the sampled Gaussian mechanism*).

/// The `ε` for which so many steps are `(ε, δ)`-differentially private, if each takes every example with probability
/// `rate` and adds noise of `multiplier` times the bound of an example's gradient.
pub fn epsilon(rate: f64, multiplier: f64, steps: usize, delta: f64) -> f64 {
    let of_order = |order: u32| {
        let above = f64::from(order) - 1.0;
        steps as f64 * divergence(rate, multiplier, order) - delta.ln() / above
    };
    (2..=256).map(of_order).fold(f64::INFINITY, f64::min)
}

/// The Rényi divergence of whole order `α` of one step,
/// `1/(α − 1) log Σₖ C(α, k) (1 − q)^(α−k) qᵏ exp((k² − k) / 2σ²)`.
pub fn divergence(rate: f64, multiplier: f64, order: u32) -> f64 {
    let alpha = f64::from(order);
    let mut log_choices = 0.0;
    let mut terms = Vec::with_capacity(order as usize + 1);
    for k in 0..=order {
        let k = f64::from(k);
        let weight = k * rate.ln() + (alpha - k) * (-rate).ln_1p();
        terms.push(log_choices + weight + (k * k - k) / (2.0 * multiplier * multiplier));
        log_choices += ((alpha - k) / (k + 1.0)).ln();
    }
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = terms.iter().map(|term| (term - largest).exp()).sum();
    (largest + sum.ln()) / (alpha - 1.0)
}
