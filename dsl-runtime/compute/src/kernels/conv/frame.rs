//! Frames: the pixels that a kernel sees from some rows of outputs, copied so that they lie at equal
//! distances.
//!
//! Outputs are numbered along the rows of a frame, not of the image. The pixel that output `f` sees through
//! an element of the kernel is then element `f + offset` of the frame, where the offset depends on the
//! element of the kernel alone; products and sums read frames in place. Outputs between the end of an output
//! row and the end of the frame's row are computed and discarded.

use core::ops::Range;

use super::Conv2d;
use crate::Real;

/// The multiple to which lengths are rounded up, so that there is always one more vector to read or write.
pub(super) const ROUND: usize = 16;

/// Planes of `rows × width` elements, with [`ROUND`] more at the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub planes: usize,
    pub rows: usize,
    pub width: usize,
}

impl Frame {
    /// Elements of one plane.
    pub const fn plane(&self) -> usize {
        self.rows * self.width
    }

    /// The number of elements of all planes.
    pub const fn used(&self) -> usize {
        self.planes * self.plane()
    }

    /// The number of elements of memory.
    pub const fn len(&self) -> usize {
        self.used().next_multiple_of(ROUND) + ROUND
    }

    /// The number of elements, rounded up, of `rows` rows of `columns` elements that are a frame's width
    /// apart.
    pub const fn stretch(&self, rows: usize, columns: usize) -> usize {
        if rows == 0 || columns == 0 {
            return 0;
        }
        ((rows - 1) * self.width + columns).next_multiple_of(ROUND)
    }
}

/// The number of rows, out of `rows`, to take at a time: about as many as fit `room` elements at `each` a row
/// beside `fixed` ones, never fewer than make a few vectors of `width`, and the same number each time.
pub(super) const fn band(rows: usize, width: usize, fixed: usize, each: usize, room: usize) -> usize {
    if rows == 0 || width == 0 {
        return 1;
    }
    let fitting = room.saturating_sub(fixed) / if each == 0 { 1 } else { each };
    let least = 64usize.div_ceil(width);
    let most = if fitting < least { least } else { fitting };
    if most >= rows {
        return rows;
    }
    rows.div_ceil(rows.div_ceil(most))
}

/// The rows `0..rows` in bands.
pub(super) fn bands(rows: usize, band: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows)
        .step_by(band.max(1))
        .map(move |first| first..(first + band.max(1)).min(rows))
}

/// Rows of elements: their first element, their length, and the distance between them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    pub count: usize,
    pub width: usize,
    /// Source: the first element, the distance between rows, and the distance between elements of a row.
    pub from: usize,
    pub from_pitch: usize,
    pub from_step: usize,
    /// Destination: the first element, the distance between rows, and the distance between elements of a row.
    pub into: usize,
    pub into_pitch: usize,
    pub into_step: usize,
}

vectorised! {
    /// Copies rows of each of several planes, which are the given number of elements apart.
    pub(super) fn copy_planes<'a, T, FMA, BYTES>(
        rows: Rows,
        planes: usize,
        from: &'a [T],
        from_plane: usize,
        into: &'a mut [T],
        into_plane: usize,
    ) {
        for plane in 0..planes {
            rows.copy(&from[plane * from_plane..], &mut into[plane * into_plane..]);
        }
    }
}

impl Rows {
    /// Copies the rows. Pieces of a known length, of which the last of a row may overlap the one before, take
    /// less time than a call that copies any number of elements.
    #[inline(always)]
    fn copy<T: Copy>(self, from: &[T], into: &mut [T]) {
        match (self.from_step, self.into_step, self.width) {
            (1, 1, 32) => self.exactly::<T, 32>(from, into),
            (1, 1, 16) => self.exactly::<T, 16>(from, into),
            (1, 1, 8) => self.exactly::<T, 8>(from, into),
            (1, 1, 4) => self.exactly::<T, 4>(from, into),
            (2, 1, 16) => self.pieces::<T, 31, 16>(from, into),
            (1, 1, 16..) => self.pieces::<T, 16, 16>(from, into),
            (1, 1, 8..) => self.pieces::<T, 8, 8>(from, into),
            (1, 1, 4..) => self.pieces::<T, 4, 4>(from, into),
            (2, 1, 8..) => self.pieces::<T, 15, 8>(from, into),
            (2, 1, 4..) => self.pieces::<T, 7, 4>(from, into),
            (1, 2, 1..) => self.to_every_second(from, into),
            _ => self.one_by_one(from, into),
        }
    }

    /// Copies rows of a width so common that it has code of its own.
    #[inline(always)]
    fn exactly<T: Copy, const N: usize>(self, from: &[T], into: &mut [T]) {
        let from = from[self.from..].chunks(self.from_pitch);
        let into = into[self.into..].chunks_mut(self.into_pitch);
        for (from, into) in from.zip(into).take(self.count) {
            into[..N].copy_from_slice(&from[..N]);
        }
    }

    #[inline(always)]
    fn to_every_second<T: Copy>(self, from: &[T], into: &mut [T]) {
        for row in 0..self.count {
            let from = &from[self.from + row * self.from_pitch..][..self.width];
            let into = &mut into[self.into + row * self.into_pitch..][..2 * self.width - 1];
            let (pairs, last) = into.as_chunks_mut::<2>();
            pairs
                .iter_mut()
                .zip(from)
                .for_each(|(into, from)| into[0] = *from);
            last[0] = from[self.width - 1];
        }
    }

    /// Copies pieces of `N` elements, for which `M` elements of the source are needed.
    #[inline(always)]
    fn pieces<T: Copy, const M: usize, const N: usize>(self, from: &[T], into: &mut [T]) {
        let step = self.from_step;
        let pick =
            |from: &[T; M]| core::array::from_fn::<T, N, _>(|lane| from[lane * if M == N { 1 } else { 2 }]);
        for row in 0..self.count {
            let from = &from[self.from + row * self.from_pitch..][..(self.width - 1) * step + 1];
            let into = &mut into[self.into + row * self.into_pitch..][..self.width];
            if let (Some(from), Some(into)) = (from.last_chunk::<M>(), into.last_chunk_mut::<N>()) {
                *into = pick(from);
            }
            for (piece, into) in into.as_chunks_mut::<N>().0.iter_mut().enumerate() {
                if let Some(from) = from[piece * N * step..].first_chunk::<M>() {
                    *into = pick(from);
                }
            }
        }
    }

    #[inline(always)]
    fn one_by_one<T: Copy>(self, from: &[T], into: &mut [T]) {
        for row in 0..self.count {
            let from = from[self.from + row * self.from_pitch..]
                .iter()
                .step_by(self.from_step);
            let into = into[self.into + row * self.into_pitch..]
                .iter_mut()
                .step_by(self.into_step);
            into.zip(from)
                .take(self.width)
                .for_each(|(into, from)| *into = *from);
        }
    }
}

impl Conv2d {
    /// The frame of the image from which one group of channels computes `rows` rows of outputs: a plane for
    /// each channel and each pair of classes.
    pub(super) const fn image_frame(&self, rows: usize) -> Frame {
        Frame {
            planes: self.input[0] / self.groups * self.pairs(),
            rows: rows + self.reach(0),
            width: self.output[2] + self.reach(1),
        }
    }

    /// Copies the pixels of a group's channels that the outputs of `rows` see into their frame, in which
    /// padding is already zero.
    pub(super) fn frame_image<T: Real>(&self, channels: &[T], rows: Range<usize>, into: &mut [T]) {
        let frame = self.image_frame(rows.len());
        let [_, height, width] = self.input;
        let pairs = self.pairs();
        for number in 0..pairs {
            let [y, x] = self.pair(number);
            let (lines, columns) = (self.inside(0, y), self.inside(1, x));
            let (top, end) = (lines[0].max(rows.start), lines[1].min(rows.start + frame.rows));
            let right = columns[1].min(frame.width);
            if top >= end || columns[0] >= right {
                continue;
            }
            let copied = Rows {
                count: end - top,
                width: right - columns[0],
                from: self.pixel(0, y, top) * width + self.pixel(1, x, columns[0]),
                from_pitch: self.stride[0] * width,
                from_step: self.stride[1],
                into: (top - rows.start) * frame.width + columns[0],
                into_pitch: frame.width,
                into_step: 1,
            };
            let planes = channels.len() / (height * width);
            let into = &mut into[number * frame.plane()..];
            copy_planes(
                copied,
                planes,
                channels,
                height * width,
                into,
                pairs * frame.plane(),
            );
        }
    }
}
