//! Pairs of sequences of tokens, padded to equal lengths, for networks that translate.

use super::{Examples, Gathered};
use crate::error::DatasetProblem;
use crate::{Error, Real};

/// The special tokens, which stand for no content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Fills a sequence up to its length.
    pub pad: u32,
    /// Stands before a target; the decoder sees it before any token of the target.
    pub begin: u32,
    /// Stands after a target.
    pub end: u32,
}

/// Pairs of a source and a target sequence, in the form that an encoder and decoder need (Vaswani et al.,
/// 2017).
///
/// Sources are padded to one length, targets to another. The decoder is given the target shifted right by one
/// position, after [`Marks::begin`], and must predict the target followed by [`Marks::end`]:
///
/// | | |
/// |---|---|
/// | `given`  | begin, t₁, t₂, t₃, pad … |
/// | `target` | t₁, t₂, t₃, end, pad … |
#[derive(Debug, Clone, PartialEq)]
pub struct SequencePairs<T> {
    times: [usize; 2],
    source: Vec<u32>,
    source_mask: Vec<T>,
    given: Vec<u32>,
    target: Vec<u32>,
    target_mask: Vec<T>,
}

/// A batch of pairs, one after the other. A mask is 1 at content (for targets: content or the end mark) and 0
/// at padding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SequenceBatch<'a, T> {
    /// The sources.
    pub source: &'a [u32],
    /// 1 at the content of the sources, 0 at padding.
    pub source_mask: &'a [T],
    /// The targets shifted right by one position: the input of the decoder.
    pub given: &'a [u32],
    /// The targets: the tokens that the decoder must predict.
    pub target: &'a [u32],
    /// 1 at the positions of the targets that count, 0 at padding.
    pub target_mask: &'a [T],
}

impl<T: Real> SequencePairs<T> {
    /// Pairs of (source, target), padded to `times` tokens each, the target's end mark included. Tokens are
    /// below `limit`, and none of the marks.
    ///
    /// # Errors
    ///
    /// There are no pairs; a sequence is too long or holds a token that is a mark or too large; the marks are
    /// not three different tokens below `limit`. The error names pair and position.
    pub fn new<S: AsRef<[u32]>>(
        pairs: &[(S, S)],
        times: [usize; 2],
        limit: usize,
        marks: Marks,
    ) -> Result<Self, Error> {
        let problem = check_marks(limit, marks).or(pairs.is_empty().then_some(DatasetProblem::Empty));
        if let Some(problem) = problem {
            return Err(Error::Dataset(problem));
        }
        let [source_time, target_time] = times;
        let (sources, targets) = (pairs.len() * source_time, pairs.len() * target_time);
        let mut all = SequencePairs {
            times,
            source: Vec::with_capacity(sources),
            source_mask: Vec::with_capacity(sources),
            given: Vec::with_capacity(targets),
            target: Vec::with_capacity(targets),
            target_mask: Vec::with_capacity(targets),
        };
        for (example, (source, target)) in pairs.iter().enumerate() {
            let (source, target) = (source.as_ref(), target.as_ref());
            check("source", example, source, source_time, limit, marks)?;
            check(
                "target",
                example,
                target,
                target_time.saturating_sub(1),
                limit,
                marks,
            )?;
            if target_time == 0 {
                let problem = DatasetProblem::Long {
                    side: "target",
                    example,
                    tokens: 1,
                    room: 0,
                };
                return Err(Error::Dataset(problem));
            }
            all.source.extend_from_slice(source);
            all.given.push(marks.begin);
            all.given.extend_from_slice(target);
            all.target.extend_from_slice(target);
            all.target.push(marks.end);
            all.source_mask.extend(source.iter().map(|_| T::ONE));
            all.target_mask.extend((0..=target.len()).map(|_| T::ONE));
            let (sources, targets) = ((example + 1) * source_time, (example + 1) * target_time);
            all.source.resize(sources, marks.pad);
            all.given.resize(targets, marks.pad);
            all.target.resize(targets, marks.pad);
            all.source_mask.resize(sources, T::ZERO);
            all.target_mask.resize(targets, T::ZERO);
        }
        Ok(all)
    }

    /// The lengths that sources and targets are padded to.
    pub fn times(&self) -> [usize; 2] {
        self.times
    }

    /// Batches of at most `batch` pairs (0 is taken as 1) in the order they are stored, without copying.
    pub fn in_order(&self, batch: usize) -> impl Iterator<Item = SequenceBatch<'_, T>> {
        let batch = batch.clamp(1, self.count());
        (0..self.count()).step_by(batch).map(move |first| {
            let last = (first + batch).min(self.count());
            let [sources, targets] = self.times.map(|time| first * time..last * time);
            SequenceBatch {
                source: &self.source[sources.clone()],
                source_mask: &self.source_mask[sources],
                given: &self.given[targets.clone()],
                target: &self.target[targets.clone()],
                target_mask: &self.target_mask[targets],
            }
        })
    }
}

fn check_marks(limit: usize, Marks { pad, begin, end }: Marks) -> Option<DatasetProblem> {
    let marks = [pad, begin, end];
    let different = pad != begin && begin != end && end != pad;
    let known = marks.iter().all(|&mark| (mark as usize) < limit);
    (!different || !known).then_some(DatasetProblem::Marks { marks, limit })
}

fn check(
    side: &'static str,
    example: usize,
    sequence: &[u32],
    room: usize,
    limit: usize,
    marks: Marks,
) -> Result<(), Error> {
    if sequence.len() > room {
        let tokens = sequence.len();
        return Err(Error::Dataset(DatasetProblem::Long {
            side,
            example,
            tokens,
            room,
        }));
    }
    let stray = |token: u32| token as usize >= limit || [marks.pad, marks.begin, marks.end].contains(&token);
    match sequence.iter().position(|&token| stray(token)) {
        None => Ok(()),
        Some(position) => {
            let token = sequence[position];
            Err(Error::Dataset(DatasetProblem::Mark {
                side,
                example,
                position,
                token,
                limit,
            }))
        }
    }
}

impl<T: Real> Examples for SequencePairs<T> {
    type Memory = SequencePairs<T>;
    type Batch<'b> = SequenceBatch<'b, T>;

    fn count(&self) -> usize {
        // Targets have room for at least their end mark, so their length is not 0.
        self.target.len() / self.times[1]
    }

    fn memory(&self, batch: usize) -> SequencePairs<T> {
        let [sources, targets] = self.times.map(|time| batch * time);
        SequencePairs {
            times: self.times,
            source: Vec::with_capacity(sources),
            source_mask: Vec::with_capacity(sources),
            given: Vec::with_capacity(targets),
            target: Vec::with_capacity(targets),
            target_mask: Vec::with_capacity(targets),
        }
    }

    fn gather<'b>(&self, examples: &[usize], memory: &'b mut SequencePairs<T>) -> SequenceBatch<'b, T> {
        let [source, target] = self.times;
        gather(&self.source, source, examples, &mut memory.source);
        gather(&self.source_mask, source, examples, &mut memory.source_mask);
        gather(&self.given, target, examples, &mut memory.given);
        gather(&self.target, target, examples, &mut memory.target);
        gather(&self.target_mask, target, examples, &mut memory.target_mask);
        Self::view(memory)
    }
}

impl<T: Real> Gathered for SequencePairs<T> {
    fn view(memory: &SequencePairs<T>) -> SequenceBatch<'_, T> {
        SequenceBatch {
            source: &memory.source,
            source_mask: &memory.source_mask,
            given: &memory.given,
            target: &memory.target,
            target_mask: &memory.target_mask,
        }
    }
}

fn gather<V: Copy>(from: &[V], width: usize, examples: &[usize], to: &mut Vec<V>) {
    to.clear();
    for &example in examples {
        to.extend_from_slice(&from[example * width..(example + 1) * width]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Batches;

    const MARKS: Marks = Marks {
        pad: 0,
        begin: 1,
        end: 2,
    };

    fn three() -> SequencePairs<f32> {
        let pairs = [
            (vec![3, 4], vec![5]),
            (vec![], vec![6, 7]),
            (vec![8, 8, 8], vec![]),
        ];
        SequencePairs::new(&pairs, [3, 3], 9, MARKS).unwrap()
    }

    #[test]
    fn sequences_are_padded_and_the_decoder_is_given_the_target_one_place_late() {
        let pairs = three();
        assert_eq!((pairs.count(), pairs.times()), (3, [3, 3]));
        let mut batches = pairs.in_order(2);
        let first = batches.next().unwrap();
        assert_eq!(first.source, [3, 4, 0, /**/ 0, 0, 0]);
        assert_eq!(first.source_mask, [1.0, 1.0, 0.0, /**/ 0.0, 0.0, 0.0]);
        assert_eq!(first.given, [1, 5, 0, /**/ 1, 6, 7]);
        assert_eq!(first.target, [5, 2, 0, /**/ 6, 7, 2]);
        assert_eq!(first.target_mask, [1.0, 1.0, 0.0, /**/ 1.0, 1.0, 1.0]);
        let second = batches.next().unwrap();
        assert_eq!((second.source, second.target), (&[8, 8, 8][..], &[2, 0, 0][..]));
        assert!(batches.next().is_none());
        assert_eq!(
            (pairs.in_order(0).count(), pairs.in_order(usize::MAX).count()),
            (3, 1)
        );
    }

    #[test]
    fn shuffled_pairs_stay_whole_and_in_their_memory() {
        let pairs = three();
        let mut batches = Batches::new(&pairs, 1, 4);
        let mut places = Vec::new();
        for _ in 0..2 {
            let mut seen = 0;
            while let Some(batch) = batches.next() {
                assert!(pairs.in_order(1).any(|stored| stored == batch));
                places.push(batch.source.as_ptr());
                seen += batch.source[0];
            }
            assert_eq!(seen, 3 + 8);
        }
        assert!(places.iter().all(|place| *place == places[0]));
    }

    #[test]
    fn faults_name_side_pair_and_place() {
        let message = |source: &[u32], target: &[u32], times| {
            let pairs = [(vec![3], vec![3]), (source.to_vec(), target.to_vec())];
            SequencePairs::<f64>::new(&pairs, times, 9, MARKS)
                .unwrap_err()
                .to_string()
        };
        let text = message(&[3, 4, 5, 6], &[], [3, 3]);
        assert!(
            text.contains("source 1 has 4 tokens, but there is room for 3"),
            "{text}"
        );
        let text = message(&[], &[3, 4, 5], [3, 3]);
        assert!(
            text.contains("target 1 has 3 tokens, but there is room for 2"),
            "{text}"
        );
        let text = message(&[3, 9], &[], [3, 3]);
        assert!(
            text.contains("token 1 of source 1 is 9, but must be below 9 and no mark"),
            "{text}"
        );
        let text = message(&[], &[2], [3, 3]);
        assert!(text.contains("token 0 of target 1 is 2"), "{text}");
        assert!(message(&[], &[], [1, 1]).contains("target 0"));
    }

    #[test]
    fn nothing_no_room_and_unusable_marks_are_refused() {
        let pairs = [([3], [3])];
        let build = |pairs: &[([u32; 1], [u32; 1])], times, limit, marks| {
            SequencePairs::<f32>::new(pairs, times, limit, marks)
                .unwrap_err()
                .to_string()
        };
        assert!(build(&[], [3, 3], 9, MARKS).contains("no example"));
        assert!(build(&pairs, [3, 3], 2, MARKS).contains("[0, 1, 2] are not three different tokens below 2"));
        assert!(build(&pairs, [3, 3], 9, Marks { end: 1, ..MARKS }).contains("[0, 1, 1]"));
        let empty: [(Vec<u32>, Vec<u32>); 1] = [(vec![], vec![])];
        let text = SequencePairs::<f32>::new(&empty, [0, 0], 9, MARKS)
            .unwrap_err()
            .to_string();
        assert!(
            text.contains("target 0 has 1 tokens, but there is room for 0"),
            "{text}"
        );
    }
}
