//! Both parts of the study, at two sizes.

use dsl_runtime::Error;

use super::contour::Grid;
use super::digits::{self, Curve};
use super::plane::{Method, Path, Plane, surface};
use super::problems::{Beale, Ravine, Rosenbrock};

/// How much is computed.
pub struct Settings {
    /// Steps in the plane.
    pub steps: usize,
    /// Cells of the grid that contours are drawn on, across and up.
    pub cells: usize,
    pub digits: digits::Settings,
    /// The rates to choose from on the digits.
    pub rates: &'static [f64],
}

impl Settings {
    /// Those of the published figures.
    pub const FULL: Settings = Settings {
        steps: 500,
        cells: 48,
        digits: digits::Settings {
            examples: 2000,
            judged: 2000,
            steps: 600,
            seeds: 3,
        },
        rates: &[0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
    };

    /// Those of a test.
    pub const QUICK: Settings = Settings {
        steps: 20,
        cells: 12,
        digits: digits::Settings {
            examples: 50,
            judged: 50,
            steps: 6,
            seeds: 2,
        },
        rates: &[0.001, 0.1],
    };
}

/// A function of the plane, and the ways through it.
pub struct Problem {
    pub title: &'static str,
    pub least: [f64; 2],
    pub window: [f64; 4],
    /// Lines of equal values, as many lists as values.
    pub contours: Vec<Vec<(f64, f64)>>,
    pub paths: Vec<Path>,
}

impl Problem {
    fn of<N: Plane>(settings: &Settings) -> Result<Problem, Error> {
        let grid = Grid::of(N::WINDOW, [settings.cells; 2], surface::<N>())?;
        // Equal factors between the values.
        let levels = (0..=6).map(|level| 10f64.powf(0.6 * f64::from(level) - 0.5));
        let paths = Method::ALL.iter();
        let paths = paths.map(|&method| Path::best::<N>(method, settings.steps));
        Ok(Problem {
            title: N::TITLE,
            least: N::LEAST,
            window: N::WINDOW,
            contours: levels.map(|level| grid.lines(level)).collect(),
            paths: paths.collect::<Result<_, _>>()?,
        })
    }
}

/// The three problems, and the digits.
pub fn run(settings: &Settings) -> Result<(Vec<Problem>, Vec<Curve>), Error> {
    let problems = vec![
        Problem::of::<Rosenbrock<f64>>(settings)?,
        Problem::of::<Beale<f64>>(settings)?,
        Problem::of::<Ravine<f64>>(settings)?,
    ];
    Ok((problems, digits::run(&settings.digits, settings.rates)?))
}
