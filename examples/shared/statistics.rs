//! Means, their spread, and lines through points.

#![allow(dead_code, reason = "a study measures what it needs")]

/// A mean over several runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean {
    pub mean: f64,
    /// The standard deviation between the runs, with `n - 1`; 0 of a single one.
    pub deviation: f64,
}

impl Mean {
    /// Of at least one number.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Mean {
        let numbers: Vec<f64> = numbers.into_iter().collect();
        let count = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / count;
        let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
        let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
        Mean { mean, deviation }
    }
}

/// `y = intercept + slope x`, by least squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    pub intercept: f64,
    pub slope: f64,
    /// The standard error of the slope, from what the points are off the line by.
    pub error: f64,
    /// The share of the variance of `y` that the line explains.
    pub r_squared: f64,
}

impl Line {
    /// Through at least three points, not all above each other.
    pub fn through(points: &[(f64, f64)]) -> Line {
        let count = points.len() as f64;
        let mean_x = points.iter().map(|point| point.0).sum::<f64>() / count;
        let mean_y = points.iter().map(|point| point.1).sum::<f64>() / count;
        let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
            let centred = points.iter().map(|(x, y)| (x - mean_x, y - mean_y));
            centred.map(|(x, y)| of(x, y)).sum()
        };
        let (xx, xy, yy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
        let slope = xy / xx;
        let off = sum(&|x, y| (y - slope * x).powi(2));
        Line {
            intercept: mean_y - slope * mean_x,
            slope,
            error: (off / (count - 2.0) / xx).sqrt(),
            r_squared: 1.0 - off / yy,
        }
    }

    /// A power law, `y = exp(intercept) x^slope`: the line through the logarithms.
    pub fn through_logarithms(points: &[(f64, f64)]) -> Line {
        let logarithms: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
        Line::through(&logarithms)
    }

    /// What the power law says at `x`.
    pub fn power(&self, x: f64) -> f64 {
        (self.intercept + self.slope * x.ln()).exp()
    }
}
