//! Many points as few: what a chart can show of them.

/// The most points of a line.
const MOST: usize = 200;

/// A line of at most so many points, with what they leave out.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Reduced {
    /// The means of neighbouring points.
    pub means: Vec<(f64, f64)>,
    /// The lowest and the highest of those points, at the same places; nothing if no points are left out.
    pub band: Vec<(f64, f64, f64)>,
}

/// Cuts finite points in the order of steps into parts of equally many, each with their mean: where few were logged, the line
/// follows them.
pub(super) fn reduced(points: impl Iterator<Item = (u64, f64)> + Clone) -> Reduced {
    let count = points.clone().count();
    if count <= MOST {
        let means = points.map(|(step, value)| (step as f64, value)).collect();
        return Reduced {
            means,
            ..Reduced::default()
        };
    }
    let mut reduced = Reduced::default();
    let per_part = count.div_ceil(MOST);
    let mut points = points;
    loop {
        let part: Vec<(u64, f64)> = points.by_ref().take(per_part).collect();
        let Some(&(first, _)) = part.first() else {
            return reduced;
        };
        let count = part.len() as f64;
        let mean = part.iter().map(|(_, value)| value / count).sum();
        let at = part
            .iter()
            .map(|(step, _)| (step - first) as f64 / count)
            .sum::<f64>()
            + first as f64;
        let lowest = part
            .iter()
            .fold(f64::INFINITY, |lowest, (_, value)| lowest.min(*value));
        let highest = part
            .iter()
            .fold(f64::NEG_INFINITY, |highest, (_, value)| highest.max(*value));
        reduced.means.push((at, mean));
        reduced.band.push((at, lowest, highest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_points_are_as_they_are() {
        let few = reduced((1..=200).map(|step| (step, 0.5)));
        assert_eq!(
            (few.means.len(), few.means[199], few.band.len()),
            (200, (200.0, 0.5), 0)
        );
        assert_eq!(reduced(std::iter::empty()), Reduced::default());
    }

    #[test]
    fn many_points_are_means_between_what_they_leave_out() {
        let values = |step: u64| if step.is_multiple_of(2) { 1.0 } else { 3.0 };
        let many = reduced((0..1000).map(|step| (step, values(step))));
        assert_eq!((many.means.len(), many.band.len()), (200, 200));
        assert_eq!(many.band[1], (many.means[1].0, 1.0, 3.0));
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(
            close(many.means[1].0, 7.0) && close(many.means[1].1, 2.2),
            "{:?}",
            many.means[1]
        );
    }
}
