//! Sets of elements, as ranges.

use std::ops::Range;

use crate::view::View;

/// Disjoint ranges in ascending order; no two are adjacent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ranges(Vec<Range<usize>>);

impl Ranges {
    pub fn all(len: usize) -> Ranges {
        Ranges::from_sorted(std::iter::once(0..len))
    }

    /// The elements that a window covers after moving by `moved`.
    pub fn of(view: &View, moved: usize) -> Ranges {
        let axes = view.shape.0.iter().copied().zip(view.strides.iter().copied());
        Ranges::of_axes(axes.collect(), view.offset + moved)
    }

    /// The elements that axes of these sizes and strides reach from `first` on.
    pub fn of_axes(mut axes: Vec<(usize, usize)>, first: usize) -> Ranges {
        if axes.iter().any(|&(size, _)| size == 0) {
            return Ranges::default();
        }
        axes.retain(|&(size, stride)| size > 1 && stride > 0);
        axes.sort_unstable_by_key(|&(_, stride)| stride);
        let mut run = 1;
        let mut rest = axes.as_slice();
        while let Some((&(size, stride), further)) = rest.split_first() {
            if stride > run {
                break;
            }
            run += (size - 1) * stride;
            rest = further;
        }
        let mut starts = vec![first];
        for &(size, stride) in rest.iter().rev() {
            let turns = |start: &usize| {
                let start = *start;
                (0..size).map(move |turn| start + turn * stride)
            };
            starts = starts.iter().flat_map(turns).collect();
        }
        starts.sort_unstable();
        Ranges::from_sorted(starts.into_iter().map(|start| start..start + run))
    }

    fn from_sorted(ranges: impl IntoIterator<Item = Range<usize>>) -> Ranges {
        let mut joined: Vec<Range<usize>> = Vec::new();
        for range in ranges {
            match joined.last_mut() {
                _ if range.is_empty() => {}
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        Ranges(joined)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn add(&mut self, other: &Ranges) {
        if self.0.is_empty() {
            return self.clone_from(other);
        }
        if other.within(self) {
            return;
        }
        let mut all = [self.0.as_slice(), &other.0].concat();
        all.sort_unstable_by_key(|range| range.start);
        *self = Ranges::from_sorted(all);
    }

    pub fn remove(&mut self, other: &Ranges) {
        if !self.overlaps(other) {
            return;
        }
        let mut left = Vec::new();
        for range in &self.0 {
            let mut start = range.start;
            for hole in other
                .0
                .iter()
                .filter(|hole| hole.end > range.start && hole.start < range.end)
            {
                if hole.start > start {
                    left.push(start..hole.start);
                }
                start = start.max(hole.end);
            }
            if start < range.end {
                left.push(start..range.end);
            }
        }
        self.0 = left;
    }

    pub fn overlaps(&self, other: &Ranges) -> bool {
        let (mut own, mut others) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(one), Some(other)) = (own.peek(), others.peek()) {
            if one.start < other.end && other.start < one.end {
                return true;
            }
            if one.end <= other.end {
                own.next();
            } else {
                others.next();
            }
        }
        false
    }

    /// True if the other set contains this one.
    pub fn within(&self, other: &Ranges) -> bool {
        self.0.iter().all(|range| {
            let after = other.0.partition_point(|around| around.start <= range.start);
            after > 0 && other.0[after - 1].end >= range.end
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lowered::Shape;

    fn ranges(ranges: &[[usize; 2]]) -> Ranges {
        Ranges(ranges.iter().map(|&[start, end]| start..end).collect())
    }

    #[test]
    fn a_window_covers_its_elements() {
        let whole = View::whole(&Shape::from([2, 3, 4]));
        assert_eq!(Ranges::of(&whole.transpose(&[2, 0, 1]), 0), ranges(&[[0, 24]]));
        let columns = whole.slice(&[0, 0, 1], &[2, 3, 2]);
        let six = [[1, 3], [5, 7], [9, 11], [13, 15], [17, 19], [21, 23]];
        assert_eq!(Ranges::of(&columns, 0), ranges(&six));
        assert_eq!(
            Ranges::of(&whole.slice(&[1, 0, 0], &[1, 2, 4]), 100),
            ranges(&[[112, 120]])
        );
        let repeated = View::whole(&Shape::from([3])).broadcast(&Shape::from([5, 3]), &[1]);
        assert_eq!(Ranges::of(&repeated, 0), ranges(&[[0, 3]]));
        assert!(Ranges::of(&View::whole(&Shape::from([0, 4])), 7).is_empty());
    }

    #[test]
    fn sets_are_joined_and_taken_apart() {
        let mut set = ranges(&[[0, 4], [8, 12]]);
        set.add(&ranges(&[[4, 6], [20, 21]]));
        assert_eq!(set, ranges(&[[0, 6], [8, 12], [20, 21]]));
        set.remove(&ranges(&[[2, 3], [5, 9]]));
        assert_eq!(set, ranges(&[[0, 2], [3, 5], [9, 12], [20, 21]]));
        assert!(ranges(&[[3, 5], [10, 12]]).within(&set) && !ranges(&[[2, 4]]).within(&set));
        assert!(set.overlaps(&ranges(&[[11, 30]])) && !set.overlaps(&ranges(&[[5, 9], [12, 20]])));
    }
}
