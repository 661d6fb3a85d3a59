//! Pooling compared with loops over every cell of every window, including padding.

use super::*;
use crate::kernels::testing::{close, values};

pub(super) fn geometries() -> Vec<Pool2d> {
    let mut geometries = Vec::new();
    for (input, window, stride, pad) in [
        ([4, 6], [2, 2], [2, 2], [[0, 0], [0, 0]]),
        ([28, 28], [2, 2], [2, 2], [[0, 0], [0, 0]]),
        ([5, 7], [2, 2], [2, 2], [[0, 0], [0, 0]]),
        ([6, 5], [3, 3], [2, 2], [[1, 1], [1, 1]]),
        ([7, 9], [3, 2], [1, 3], [[1, 0], [0, 1]]),
        ([1, 1], [1, 1], [1, 1], [[0, 0], [0, 0]]),
        ([2, 3], [2, 2], [2, 2], [[0, 2], [3, 0]]),
        ([8, 8], [8, 8], [1, 1], [[0, 0], [0, 0]]),
        ([9, 17], [2, 2], [2, 2], [[0, 1], [0, 1]]),
        ([14, 15], [14, 15], [1, 1], [[0, 0], [0, 0]]),
        ([20, 20], [12, 13], [3, 2], [[1, 0], [0, 2]]),
    ] {
        let output = [0, 1].map(|axis: usize| {
            let padded = input[axis] + pad[axis][0] + pad[axis][1];
            (padded - window[axis]) / stride[axis] + 1
        });
        geometries.push(Pool2d {
            input,
            output,
            window,
            stride,
            pad,
        });
    }
    geometries
}

/// The cells of one window as positions in the plane, `None` for padding.
fn cells(g: &Pool2d, out: usize) -> Vec<Option<usize>> {
    let (y_out, x_out) = (out / g.output[1], out % g.output[1]);
    let mut cells = Vec::new();
    for i in 0..g.window[0] {
        for j in 0..g.window[1] {
            let y = (y_out * g.stride[0] + i)
                .checked_sub(g.pad[0][0])
                .filter(|y| *y < g.input[0]);
            let x = (x_out * g.stride[1] + j)
                .checked_sub(g.pad[1][0])
                .filter(|x| *x < g.input[1]);
            cells.push(y.zip(x).map(|(y, x)| y * g.input[1] + x));
        }
    }
    cells
}

fn winner<T: Real>(g: &Pool2d, plane: &[T], out: usize) -> Option<usize> {
    let cells: Vec<usize> = cells(g, out).into_iter().flatten().collect();
    let nan = cells.iter().copied().find(|cell| plane[*cell].is_nan());
    let most = cells
        .iter()
        .map(|cell| plane[*cell].to_f64())
        .fold(f64::NEG_INFINITY, f64::max);
    nan.or(cells.into_iter().find(|cell| plane[*cell].to_f64() == most))
}

fn pooling_matches<T: Real>() {
    for g in geometries() {
        for planes in [0, 1, 3] {
            let [x_len, y_len] = g.plane_lens();
            // Few different values, for ties, and some NaN.
            let mut x: Vec<T> = values::<T>(planes * x_len, 1);
            x.iter_mut()
                .for_each(|x| *x = T::literal((x.to_f64() * 3.0).round()));
            x.iter_mut()
                .skip(5)
                .step_by(11)
                .for_each(|x| *x = T::literal(f64::NAN));
            let clean: Vec<T> = values(planes * x_len, 2);
            let d_y: Vec<T> = values(planes * y_len, 3);

            let mut y = vec![T::ONE; planes * y_len];
            max_pool2d(planes, &g, &x, &mut y);
            let mut at = y.clone();
            max_pool2d_at(planes, &g, &x, &clean, &mut at);
            let mut d_x = vec![T::ONE; x.len()];
            max_pool2d_gradient(planes, &g, &x, &d_y, &mut d_x);
            let mut mean = y.clone();
            mean_pool2d(planes, &g, &clean, &mut mean);
            let mut d_mean = vec![T::ONE; x.len()];
            mean_pool2d_gradient(planes, &g, &d_y, &mut d_mean);

            let (mut want_d_x, mut want_d_mean) = (vec![0.0; x.len()], vec![0.0; x.len()]);
            let area = (g.window[0] * g.window[1]) as f64;
            for plane in 0..planes {
                for out in 0..y_len {
                    let (index, first) = (plane * y_len + out, plane * x_len);
                    let mut sum = 0.0;
                    for cell in cells(&g, out).into_iter().flatten() {
                        sum += clean[first + cell].to_f64();
                        want_d_mean[first + cell] += d_y[index].to_f64() / area;
                    }
                    close(&[mean[index]], &[sum / area], 64);
                    match winner(&g, &x[first..][..x_len], out) {
                        None => assert_eq!((y[index], at[index]), (T::NEG_INFINITY, T::ZERO)),
                        Some(winner) => {
                            let won = x[first + winner];
                            assert!(
                                y[index] == won || (y[index].is_nan() && won.is_nan()),
                                "{g:?} at {out}"
                            );
                            assert_eq!(at[index], clean[first + winner]);
                            want_d_x[first + winner] += d_y[index].to_f64();
                        }
                    }
                }
            }
            close(&d_x, &want_d_x, 9);
            close(&d_mean, &want_d_mean, 9);
        }
    }
}

#[test]
fn pooling_matches_plain_loops() {
    pooling_matches::<f32>();
    pooling_matches::<f64>();
}

#[test]
fn means_of_large_windows_lose_nothing_to_their_size() {
    for input in [[1, 1000], [224, 224], [65_536, 3]] {
        let g = Pool2d {
            input,
            output: [1, 1],
            window: input,
            stride: [1, 1],
            pad: [[0, 0]; 2],
        };
        let mut mean = [0.0];
        mean_pool2d(1, &g, &vec![0.1f32; input[0] * input[1]], &mut mean);
        assert!(
            (f64::from(mean[0]) / f64::from(0.1f32) - 1.0).abs() < 2e-7,
            "{mean:?}"
        );
    }
}

#[test]
#[should_panic(expected = "do not fit")]
fn windows_beyond_the_plane_are_refused() {
    let g = Pool2d {
        input: [4, 4],
        output: [3, 2],
        window: [2, 2],
        stride: [2, 2],
        pad: [[0, 0]; 2],
    };
    max_pool2d(1, &g, &[0.0f32; 16], &mut [0.0; 6]);
}
