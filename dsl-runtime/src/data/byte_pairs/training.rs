//! The learning of byte pairs.
//!
//! The text is counted by chunks, and each merge changes only the chunks that hold the pair: which these are is known
//! from an index, and the most frequent pair from a heap, whose entries are checked when they are taken.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use super::{chunks, merge};

type Pair = (u32, u32);

/// A chunk of the text.
struct Chunk {
    tokens: Vec<u32>,
    /// How often it occurs.
    count: u64,
}

/// What is known of all pairs.
#[derive(Default)]
struct Pairs {
    counts: HashMap<Pair, u64>,
    /// The chunks that hold a pair, and perhaps some that held it once.
    places: HashMap<Pair, HashSet<usize>>,
    /// The frequent first, of equally frequent ones the lower.
    order: BinaryHeap<(u64, Reverse<Pair>)>,
}

impl Pairs {
    fn add(&mut self, pair: Pair, count: u64, chunk: usize) {
        *self.counts.entry(pair).or_default() += count;
        self.places.entry(pair).or_default().insert(chunk);
    }

    fn remove(&mut self, pair: Pair, count: u64) {
        if let Some(all) = self.counts.get_mut(&pair) {
            *all -= count;
        }
    }

    /// The most frequent pair, if it occurs at least twice.
    fn most_frequent(&mut self) -> Option<Pair> {
        while let Some((count, Reverse(pair))) = self.order.pop() {
            let current = self.counts.get(&pair).copied().unwrap_or(0);
            match current == count {
                true if count >= 2 => return Some(pair),
                true => return None,
                // Out of date: it has become less frequent.
                false if current > 0 && current < count => self.order.push((current, Reverse(pair))),
                false => {}
            }
        }
        None
    }
}

/// At most `limit` pairs of a text, in the order in which they are merged.
pub(super) fn pairs(text: &str, limit: usize) -> Vec<Pair> {
    let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
    for chunk in chunks(text) {
        *counted.entry(chunk).or_default() += 1;
    }
    let mut all: Vec<Chunk> = counted
        .into_iter()
        .map(|(text, count)| Chunk {
            tokens: text.bytes().map(u32::from).collect(),
            count,
        })
        .collect();
    let mut known = Pairs::default();
    for (number, chunk) in all.iter().enumerate() {
        for pair in chunk.tokens.windows(2) {
            known.add((pair[0], pair[1]), chunk.count, number);
        }
    }
    known.order = known
        .counts
        .iter()
        .map(|(&pair, &count)| (count, Reverse(pair)))
        .collect();
    let mut merged = Vec::new();
    while merged.len() < limit
        && let Some(pair) = known.most_frequent()
    {
        let token = 256 + merged.len() as u32;
        merged.push(pair);
        let mut changed = HashSet::new();
        for number in known.places.remove(&pair).unwrap_or_default() {
            let chunk = &mut all[number];
            for pair in chunk.tokens.windows(2) {
                known.remove((pair[0], pair[1]), chunk.count);
            }
            merge(&mut chunk.tokens, pair, token);
            for pair in chunk.tokens.windows(2) {
                known.add((pair[0], pair[1]), chunk.count, number);
                changed.insert((pair[0], pair[1]));
            }
        }
        // What has become more frequent is a new entry; what has become less is noticed when its entry is taken.
        known.order.extend(
            changed
                .into_iter()
                .map(|pair| (known.counts[&pair], Reverse(pair))),
        );
    }
    merged
}
