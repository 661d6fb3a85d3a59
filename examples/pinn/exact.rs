//! The exact solutions.

use std::f64::consts::PI;

/// `δ` and `ω₀²` of the oscillator.
pub const DAMPING: f64 = 0.25;
pub const STIFFNESS: f64 = 4.0;
/// `ν` of Burgers' equation.
pub const VISCOSITY: f64 = 0.1;

/// `e^(−δt) (cos ωt + δ/ω sin ωt)`, where `ω² = ω₀² − δ²`.
pub fn oscillator(t: f64) -> f64 {
    let frequency = (STIFFNESS - DAMPING * DAMPING).sqrt();
    (-DAMPING * t).exp() * ((frequency * t).cos() + DAMPING / frequency * (frequency * t).sin())
}

/// The solution by the transformation of Hopf (1950) and Cole (1951), which makes the equation one of heat: a quotient of
/// integrals over where heat may have come from, by the trapezoidal rule, which is exact to rounding for such bells.
pub fn burgers(x: f64, t: f64) -> f64 {
    let width = (4.0 * VISCOSITY * t).sqrt();
    let (mut above, mut below) = (0.0, 0.0);
    for step in -400..=400 {
        let z = f64::from(step) * 0.02;
        let from = x - width * z;
        let weight = (-z * z - (PI * from).cos() / (2.0 * PI * VISCOSITY)).exp();
        above += (PI * from).sin() * weight;
        below += weight;
    }
    -above / below
}
