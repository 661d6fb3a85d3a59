//! Maps and sets of what an iterator yields.
//!
//! `collect` does the same by sorting first, whose code is long and is compiled for every type and every such call: a tenth
//! of what this crate is compiled to. Inserting is compiled once for each type.

use std::collections::{BTreeMap, BTreeSet};

/// Makes maps and sets.
pub trait IntoCollection: Iterator + Sized {
    /// The set of what is yielded.
    fn into_set(self) -> BTreeSet<Self::Item>
    where
        Self::Item: Ord,
    {
        let mut set = BTreeSet::new();
        self.for_each(|item| {
            set.insert(item);
        });
        set
    }

    /// The map of the pairs that are yielded; of two with one key the later one stays.
    fn into_map<K: Ord, V>(self) -> BTreeMap<K, V>
    where
        Self: Iterator<Item = (K, V)>,
    {
        let mut map = BTreeMap::new();
        self.for_each(|(key, value)| {
            map.insert(key, value);
        });
        map
    }
}

impl<I: Iterator> IntoCollection for I {}
