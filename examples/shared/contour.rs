//! Lines on which a function of the plane has one value.

use std::collections::BTreeMap;

/// A function on the corners of a grid.
pub struct Grid {
    /// Columns and rows of cells.
    cells: [usize; 2],
    /// First and last `x`, first and last `y`.
    window: [f64; 4],
    /// Row by row, from the first `y` on.
    values: Vec<f64>,
}

/// The edge of a cell: the corner where it begins, and whether it goes up rather than across.
type Edge = (usize, usize, bool);

impl Grid {
    /// Computes the function at every corner.
    pub fn of<E>(
        window: [f64; 4],
        cells: [usize; 2],
        mut function: impl FnMut([f64; 2]) -> Result<f64, E>,
    ) -> Result<Grid, E> {
        let mut grid = Grid {
            cells,
            window,
            values: Vec::new(),
        };
        for row in 0..=cells[1] {
            for column in 0..=cells[0] {
                let value = function(grid.corner(column as f64, row as f64))?;
                grid.values.push(value);
            }
        }
        Ok(grid)
    }

    fn corner(&self, column: f64, row: f64) -> [f64; 2] {
        let [left, right, low, high] = self.window;
        let x = left + (right - left) * column / self.cells[0] as f64;
        [x, low + (high - low) * row / self.cells[1] as f64]
    }

    fn value(&self, column: usize, row: usize) -> f64 {
        self.values[row * (self.cells[0] + 1) + column]
    }

    /// The lines of one value, by marching squares: points, with NaN between one line and the next.
    pub fn lines(&self, level: f64) -> Vec<(f64, f64)> {
        let mut pieces: Vec<[Edge; 2]> = Vec::new();
        for row in 0..self.cells[1] {
            for column in 0..self.cells[0] {
                self.cross(column, row, level, &mut pieces);
            }
        }
        let mut at: BTreeMap<Edge, Vec<usize>> = BTreeMap::new();
        for (number, piece) in pieces.iter().enumerate() {
            for edge in piece {
                at.entry(*edge).or_default().push(number);
            }
        }
        let mut used = vec![false; pieces.len()];
        // Lines that end at the border are begun there; what is left is closed.
        let ends = at
            .values()
            .filter(|touching| touching.len() == 1)
            .map(|touching| touching[0]);
        let begins: Vec<usize> = ends.chain(0..pieces.len()).collect();
        let mut points = Vec::new();
        for begin in begins {
            if used[begin] {
                continue;
            }
            let [one, other] = pieces[begin];
            let first = if at[&one].len() == 1 { one } else { other };
            let (mut edge, mut piece) = (first, Some(begin));
            points.push(self.point(edge, level));
            while let Some(number) = piece {
                used[number] = true;
                let [one, other] = pieces[number];
                edge = if one == edge { other } else { one };
                points.push(self.point(edge, level));
                piece = at[&edge].iter().copied().find(|next| !used[*next]);
            }
            points.push((f64::NAN, f64::NAN));
        }
        points
    }

    /// The pieces of the lines in one cell.
    fn cross(&self, column: usize, row: usize, level: f64, pieces: &mut Vec<[Edge; 2]>) {
        let above = |column, row| self.value(column, row) > level;
        let corners = [
            above(column, row),
            above(column + 1, row),
            above(column + 1, row + 1),
            above(column, row + 1),
        ];
        let edges: [Edge; 4] = [
            (column, row, false),
            (column + 1, row, true),
            (column, row + 1, false),
            (column, row, true),
        ];
        let crossed = (0..4).filter(|&edge| corners[edge] != corners[(edge + 1) % 4]);
        let crossed: Vec<Edge> = crossed.map(|edge| edges[edge]).collect();
        // Of four crossed edges those around the same corner belong together.
        pieces.extend(crossed.chunks_exact(2).map(|pair| [pair[0], pair[1]]));
    }

    /// Where a line crosses an edge, between two corners that lie on either side of it.
    fn point(&self, (column, row, up): Edge, level: f64) -> (f64, f64) {
        let begin = self.value(column, row);
        let end = if up {
            self.value(column, row + 1)
        } else {
            self.value(column + 1, row)
        };
        let part = ((level - begin) / (end - begin)).clamp(0.0, 1.0);
        let (across, upwards) = if up { (0.0, part) } else { (part, 0.0) };
        let [x, y] = self.corner(column as f64 + across, row as f64 + upwards);
        (x, y)
    }
}
