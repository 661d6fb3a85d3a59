//! What draws the pictures of the studies, fits their lines and shares out their trainings.

use dsl_runtime::Error;
use dsl_runtime::data::Dataset;

use crate::figure::{self, Axis, Figure, Panel, Ruler, Series, Shape};
use crate::statistics::{Line, Mean};
use crate::{contour, sweep, terminal};

#[test]
fn contours_have_the_value_that_they_are_drawn_for() {
    let circle = |[x, y]: [f64; 2]| Ok::<f64, Error>(x * x + y * y);
    let grid = contour::Grid::of([-2.0, 2.0, -2.0, 2.0], [40, 40], circle).unwrap();
    let line = grid.lines(1.0);
    let (ends, points): (Vec<_>, Vec<_>) = line.iter().partition(|point| point.0.is_nan());
    assert_eq!(ends.len(), 1);
    assert!(points.iter().all(|(x, y)| (x.hypot(*y) - 1.0).abs() < 5e-3));
    // It is closed, and goes once around.
    assert_eq!(points[0], points[points.len() - 1]);
    let length: f64 = points
        .windows(2)
        .map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1))
        .sum();
    assert!((length - std::f64::consts::TAU).abs() < 2e-2, "{length}");
    // One that leaves the window has its ends at the border, and there is none of what the function never is.
    let corners = grid.lines(5.0);
    assert_eq!(corners.iter().filter(|point| point.0.is_nan()).count(), 4);
    assert!(grid.lines(-1.0).is_empty());
}

#[test]
fn lines_are_fitted_with_their_error() {
    let mean = Mean::of([1.0, 2.0, 6.0]);
    assert_eq!((mean.mean, mean.deviation), (3.0, 7f64.sqrt()));
    assert_eq!(
        Mean::of([4.0]),
        Mean {
            mean: 4.0,
            deviation: 0.0
        }
    );
    // By hand: the residuals are ±0.5, the sum of squares of x is 2.
    let line = Line::through(&[(0.0, 1.0), (1.0, 2.5), (2.0, 3.0)]);
    assert!((line.slope - 1.0).abs() < 1e-12 && (line.intercept - 7.0 / 6.0).abs() < 1e-12);
    let residuals = [1.0 / 6.0f64, 1.0 / 3.0, 1.0 / 6.0]
        .map(|off| off * off)
        .iter()
        .sum::<f64>();
    assert!((line.error - (residuals / 2.0).sqrt()).abs() < 1e-12);
    let law = Line::through_logarithms(&[(1.0, 8.0), (4.0, 4.0), (16.0, 2.0)]);
    assert!((law.slope + 0.5).abs() < 1e-12 && law.error < 1e-7 && (law.power(64.0) - 1.0).abs() < 1e-12);
}

#[test]
fn jobs_keep_their_order_and_the_first_error_is_told() {
    let squares = sweep::all(&[3, 1, 2], |job| Ok(job * job)).unwrap();
    assert_eq!(squares, [9, 1, 4]);
    let failed = sweep::all(&[1u32, 0, 2], |&job| {
        Dataset::new(vec![0.0f32; job as usize], 1, vec![0; job as usize], 1).map(|_| job)
    });
    assert!(failed.unwrap_err().to_string().contains("example"));
}

#[test]
fn axes_have_round_numbers() {
    let ruler = |low, high, logarithmic| Ruler {
        low,
        high,
        logarithmic,
    };
    assert_eq!(
        ruler(0.0, 1.0, false).ticks(6),
        [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]
    );
    assert_eq!(ruler(2.0, 700.0, true).ticks(6), [3.0, 10.0, 30.0, 100.0, 300.0]);
    assert_eq!(ruler(1e-12, 1e3, true).ticks(6).len(), 6);
    assert_eq!(ruler(1.0, 100.0, true).place(10.0), Some(0.5));
    assert_eq!(
        (
            ruler(1.0, 100.0, true).place(0.5),
            ruler(0.0, 1.0, false).place(f64::NAN)
        ),
        (None, None)
    );
    let labels = [0.6000000000000001, -1.5, 0.0, 100_000.0, 3e-7].map(figure::label);
    assert_eq!(labels, ["0.6", "−1.5", "0", "10⁵", "3·10⁻⁷"]);
}

#[test]
fn figures_are_drawn_in_the_terminal_and_as_svg() {
    let panel = Panel {
        title: "A title".to_string(),
        x: Axis::linear("across").between(0.0, 9.0),
        y: Axis::logarithmic("up").between(1.0, 1000.0),
        series: vec![
            Series::new("falling", 'f', 0, [(0.5, 900.0), (8.5, 1.5), (20.0, 5.0)]).shape(Shape::Dots),
            Series::spread("spread", 's', 1, [(0.5, 1.5, 0.1), (4.5, 30.0, 3.0)]),
        ],
    };
    let text = terminal::draw(&panel, 9, 3);
    let expected = "A title\n        up\n     1000 │f\n          │    s\n        1 │s       f\n          └─────────\n           \
                    0across 9\n           f falling, s spread\n";
    assert_eq!(text, expected);
    let folder = std::env::temp_dir().join(format!("dsl-figures-{}", std::process::id()));
    let figure = Figure {
        name: "drawn",
        columns: 1,
        panels: vec![panel],
    };
    figure.show(Some(&folder)).unwrap();
    let drawn = std::fs::read_to_string(folder.join("drawn.svg")).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    assert!(
        drawn.starts_with("<svg width=\"420\" height=\"330\" viewBox=\"0 0 1680 1320\""),
        "{drawn}"
    );
    for text in ["A title", "across", "up", "falling", "spread", "1000"] {
        assert!(drawn.contains(&format!("\n{text}\n")), "{text}: {drawn}");
    }
    // Two dots inside of the three, two with a spread, and the one of the legend.
    assert_eq!(drawn.matches("<circle").count(), 5);
}
