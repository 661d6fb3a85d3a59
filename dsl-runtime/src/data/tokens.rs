//! A long sequence of tokens, and windows of it.

use super::{Examples, Gathered};
use crate::Error;
use crate::error::DatasetProblem;

/// A text as tokens below a limit, for networks that predict the next token.
///
/// ```
/// # use dsl_runtime::data::{Batches, CharVocabulary, Tokens};
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// let text = "It is easier to write an incorrect program than understand a correct one.";
/// let vocabulary = CharVocabulary::of(text);
/// let tokens = Tokens::new(vocabulary.encode(text)?, vocabulary.len())?;
/// let (train, held_out) = tokens.split(0.2)?;
/// // To learn from: windows of 8 characters that begin anywhere, in random order.
/// let windows = train.windows(8)?;
/// let mut batches = Batches::new(&windows, 4, 1);
/// while let Some(batch) = batches.next() {
///     assert_eq!(batch.tokens[1..8], batch.next[..7]);
/// }
/// // To be judged by: every character once.
/// for batch in held_out.in_order(8, 4)? {
///     assert_eq!(batch.tokens.len(), batch.next.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    tokens: Vec<u32>,
    limit: usize,
}

/// A batch of windows, one after the other, and for each position the token that follows it in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBatch<'a> {
    /// The tokens.
    pub tokens: &'a [u32],
    /// The next tokens: the same windows, shifted by one position.
    pub next: &'a [u32],
}

impl Tokens {
    /// A text of tokens below `limit`.
    ///
    /// # Errors
    ///
    /// A token is not below it.
    pub fn new(tokens: Vec<u32>, limit: usize) -> Result<Tokens, Error> {
        match tokens.iter().position(|&token| token as usize >= limit) {
            None => Ok(Tokens { tokens, limit }),
            Some(position) => {
                let token = tokens[position];
                Err(Error::Dataset(DatasetProblem::Token {
                    position,
                    token,
                    limit,
                }))
            }
        }
    }

    /// All tokens.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// The exclusive upper bound of the tokens: the size of the vocabulary.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Splits off the last `share` of the tokens (rounded) to be held out; the beginning is for training.
    ///
    /// # Errors
    ///
    /// One of the two would hold nothing; or `share` is NaN.
    pub fn split(mut self, share: f64) -> Result<(Tokens, Tokens), Error> {
        let tokens = self.tokens.len();
        let held_out = (tokens as f64 * share).round();
        if !(held_out >= 1.0 && held_out < tokens as f64) {
            return Err(Error::Dataset(DatasetProblem::Share { share, tokens }));
        }
        let end = self.tokens.split_off(tokens - held_out as usize);
        let end = Tokens {
            tokens: end,
            limit: self.limit,
        };
        Ok((self, end))
    }

    /// The windows of `time` tokens (0 is taken as 1) and the next token, beginning at every token.
    ///
    /// # Errors
    ///
    /// The text is too short for a window.
    pub fn windows(&self, time: usize) -> Result<Windows<'_>, Error> {
        let time = time.max(1);
        self.long_enough(time)?;
        Ok(Windows {
            tokens: &self.tokens,
            time,
            stride: 1,
        })
    }

    /// Batches of at most `batch` windows of `time` tokens (0 is taken as 1), each beginning at the end of
    /// the one before it, without copying. A rest of fewer than `time` tokens at the end of the text is not
    /// visited.
    ///
    /// # Errors
    ///
    /// There is no window.
    pub fn in_order(&self, time: usize, batch: usize) -> Result<WindowsInOrder<'_>, Error> {
        let time = time.max(1);
        self.long_enough(time)?;
        let windows = (self.tokens.len() - 1) / time;
        let next = &self.tokens[1..=windows * time];
        let tokens = &self.tokens[..windows * time];
        Ok(WindowsInOrder {
            tokens,
            next,
            size: batch.max(1).saturating_mul(time),
        })
    }

    fn long_enough(&self, time: usize) -> Result<(), Error> {
        match self.tokens.len() > time {
            true => Ok(()),
            false => Err(Error::Dataset(DatasetProblem::Short {
                tokens: self.tokens.len(),
                needed: time.saturating_add(1),
                purpose: "for a window and the token after it",
            })),
        }
    }
}

/// Windows of a text; made by [`Tokens::windows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows<'t> {
    tokens: &'t [u32],
    time: usize,
    stride: usize,
}

impl Windows<'_> {
    /// Only the windows that begin at the first token and every `stride` tokens on (0 is taken as 1).
    #[must_use]
    pub fn every(mut self, stride: usize) -> Self {
        self.stride = stride.max(1);
        self
    }

    /// Tokens per window.
    pub fn time(&self) -> usize {
        self.time
    }
}

impl Examples for Windows<'_> {
    type Memory = (Vec<u32>, Vec<u32>);
    type Batch<'b> = TokenBatch<'b>;

    fn count(&self) -> usize {
        (self.tokens.len() - self.time).div_ceil(self.stride)
    }

    fn memory(&self, batch: usize) -> Self::Memory {
        let room = || Vec::with_capacity(batch * self.time);
        (room(), room())
    }

    fn gather<'b>(&self, examples: &[usize], (tokens, next): &'b mut Self::Memory) -> TokenBatch<'b> {
        tokens.clear();
        next.clear();
        for &example in examples {
            let window = &self.tokens[example * self.stride..][..=self.time];
            tokens.extend_from_slice(&window[..self.time]);
            next.extend_from_slice(&window[1..]);
        }
        TokenBatch { tokens, next }
    }
}

impl Gathered for Windows<'_> {
    fn view((tokens, next): &Self::Memory) -> TokenBatch<'_> {
        TokenBatch { tokens, next }
    }
}

/// Windows that follow one another; made by [`Tokens::in_order`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowsInOrder<'t> {
    tokens: &'t [u32],
    next: &'t [u32],
    /// Tokens in a batch.
    size: usize,
}

impl<'t> Iterator for WindowsInOrder<'t> {
    type Item = TokenBatch<'t>;

    fn next(&mut self) -> Option<TokenBatch<'t>> {
        let size = self.size.min(self.tokens.len());
        if size == 0 {
            return None;
        }
        let tokens;
        (tokens, self.tokens) = self.tokens.split_at(size);
        let next;
        (next, self.next) = self.next.split_at(size);
        Some(TokenBatch { tokens, next })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let batches = self.tokens.len().div_ceil(self.size);
        (batches, Some(batches))
    }
}

impl ExactSizeIterator for WindowsInOrder<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Batches;

    /// The tokens 0, 1, 2 …: each equals its position.
    fn counting(count: u32) -> Tokens {
        Tokens::new((0..count).collect(), count as usize).unwrap()
    }

    /// The first token of each window of an epoch, with every window checked.
    fn starts(windows: Windows<'_>, batch: usize) -> Vec<u32> {
        let mut starts = Vec::new();
        let mut batches = Batches::new(&windows, batch, 5);
        while let Some(TokenBatch { tokens, next }) = batches.next() {
            assert_eq!(tokens.len(), next.len());
            for (window, next) in tokens
                .chunks_exact(windows.time())
                .zip(next.chunks_exact(windows.time()))
            {
                let expected: Vec<u32> = (window[0]..).take(windows.time() + 1).collect();
                assert_eq!((window, next), (&expected[..windows.time()], &expected[1..]));
                starts.push(window[0]);
            }
        }
        starts
    }

    #[test]
    fn every_window_is_visited_once_in_an_epoch() {
        let tokens = counting(20);
        for (time, stride) in [(1, 1), (4, 1), (19, 1), (4, 3), (4, 4), (4, 100), (19, 7)] {
            let mut seen = starts(tokens.windows(time).unwrap().every(stride), 3);
            if seen.len() > 5 {
                assert!(!seen.is_sorted(), "they are shuffled");
            }
            seen.sort_unstable();
            let expected: Vec<u32> = (0..20 - time as u32).step_by(stride).collect();
            assert_eq!(seen, expected, "{time} {stride}");
        }
    }

    #[test]
    fn a_batch_stays_where_it_is() {
        let tokens = counting(50);
        let windows = tokens.windows(4).unwrap();
        let mut batches = Batches::new(&windows, 8, 1);
        let place = |batch: TokenBatch| (batch.tokens.as_ptr(), batch.next.as_ptr());
        let first = place(batches.next().unwrap());
        for _ in 0..20 {
            if let Some(batch) = batches.next() {
                assert_eq!(place(batch), first);
            }
        }
    }

    #[test]
    fn in_order_every_token_is_foretold_once() {
        let tokens = counting(21);
        for (time, batch) in [(4, 2), (4, 100), (5, 0), (20, 1), (3, usize::MAX)] {
            let batches = tokens.in_order(time, batch).unwrap();
            let promised = batches.len();
            let all: Vec<TokenBatch> = batches.collect();
            assert_eq!(all.len(), promised);
            assert!(all.iter().all(|batch| batch.tokens.len() % time == 0));
            let next: Vec<u32> = all.iter().flat_map(|batch| batch.next).copied().collect();
            assert_eq!(
                next,
                (1..=(20 / time * time) as u32).collect::<Vec<_>>(),
                "{time} {batch}"
            );
            assert_eq!(all[0].tokens.as_ptr(), tokens.tokens().as_ptr());
        }
    }

    #[test]
    fn the_end_is_held_out() {
        let (train, held_out) = counting(10).split(0.25).unwrap();
        assert_eq!((train.tokens().len(), held_out.tokens()), (7, &[7, 8, 9][..]));
        assert_eq!((train.limit(), held_out.limit()), (10, 10));
        for share in [0.0, 1.0, -1.0, 2.0, 0.01, f64::NAN, f64::INFINITY] {
            let text = counting(10).split(share).unwrap_err().to_string();
            assert!(text.contains("of 10 tokens"), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_cut_is_refused() {
        let text = Tokens::new(vec![0, 5, 4], 5).unwrap_err().to_string();
        assert_eq!(text, "not a data set: token 1 is 5, but must be below 5");
        let text = counting(4).windows(4).unwrap_err().to_string();
        assert!(text.contains("4 tokens, but at least 5"), "{text}");
        assert!(counting(0).in_order(1, 1).is_err() && counting(9).windows(usize::MAX).is_err());
        assert_eq!(counting(5).windows(4).unwrap().count(), 1);
    }
}
