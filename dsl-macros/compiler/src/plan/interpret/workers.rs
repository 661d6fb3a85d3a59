//! The share of each worker of a phase: a range of the examples, a range of the rows of every result, or
//! everything.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::super::*;
use super::memory::{Home, Memory, Slice, elements, home, room};
use crate::graph::interpret::{Batch, Environment};
use crate::lowered::BLOCK;

/// The part of a phase that one worker runs.
pub struct Share {
    /// The first of its examples and their number; the whole batch in a phase by rows.
    pub first: usize,
    pub examples: usize,
    slices: BTreeMap<Source, Slice>,
    rows: BTreeMap<Source, Range<usize>>,
}

impl Share {
    /// The worker's slice of a source.
    pub fn slice(&self, source: Source) -> Result<Slice, String> {
        let slice = self.slices.get(&source).copied();
        slice.ok_or_else(|| format!("{source:?} is not handed to the phase"))
    }

    /// The worker's rows of a result.
    pub fn rows(&self, source: Source) -> Result<Range<usize>, String> {
        let rows = self.rows.get(&source).cloned();
        rows.ok_or_else(|| format!("{source:?} is not shared out by rows"))
    }

    pub fn blocks(&self) -> usize {
        self.examples.div_ceil(BLOCK)
    }

    pub fn count(&self, size: Size) -> usize {
        size.times
            * match size.of {
                Count::Literal => 1,
                Count::Examples => self.examples,
                Count::Blocks => self.blocks(),
            }
    }
}

/// The shares of a phase, in the order in which they run.
pub fn shares(
    phase: &Phase,
    plan: &Plan,
    memory: &Memory,
    environment: &Environment,
) -> Result<Vec<Share>, String> {
    let all = environment.examples;
    let touched = Touched::of(phase, plan);
    let cut = Cut {
        plan,
        memory,
        environment,
        touched: &touched,
    };
    match phase.partition {
        Partition::Alone => Ok(vec![cut.alone()?]),
        Partition::Examples => {
            let granule = match phase.needs_blocks() || touched.in_blocks(plan) {
                true => BLOCK,
                false => 1,
            };
            let ranges = halves(all.div_ceil(granule));
            let ranges = ranges.map(|part| part.start * granule..(part.end * granule).min(all));
            let ranges = ranges.into_iter().filter(|range| !range.is_empty());
            ranges.map(|range| cut.by_examples(range)).collect()
        }
        Partition::Rows => [1, 0].map(|part| cut.by_rows(phase, part)).into_iter().collect(),
    }
}

/// The two halves of `0..count`, the second one first.
fn halves(count: usize) -> [Range<usize>; 2] {
    let middle = count.div_ceil(2);
    [middle..count, 0..middle]
}

/// The memory that a phase touches.
struct Touched {
    /// The sources; true if the first operand on the source is per example.
    sources: BTreeMap<Source, bool>,
    written: BTreeSet<Home>,
}

impl Touched {
    fn of(phase: &Phase, plan: &Plan) -> Touched {
        let mut sources = BTreeMap::new();
        let mut written = BTreeSet::new();
        for step in &phase.steps {
            for operand in step.kind.reads().into_iter().chain(step.kind.writes()) {
                let per_example = operand.per_example.is_some();
                sources.entry(operand.source).or_insert(per_example);
            }
            written.extend(
                step.kind
                    .writes()
                    .iter()
                    .map(|operand| home(plan, operand.source)),
            );
        }
        Touched { sources, written }
    }

    /// True if anything is divided between blocks of examples.
    fn in_blocks(&self, plan: &Plan) -> bool {
        self.sources.iter().any(|(&source, &per_example)| match source {
            Source::Value(value) => {
                let extent = match self.written.contains(&home(plan, source)) {
                    true => room(plan, value),
                    false => plan.values[value].extent,
                };
                let is_cut = per_example || self.written.contains(&home(plan, source));
                is_cut && matches!(extent, Extent::Blocks(_))
            }
            _ => false,
        })
    }
}

/// The context needed to cut a phase into shares.
struct Cut<'c> {
    plan: &'c Plan,
    memory: &'c Memory,
    environment: &'c Environment,
    touched: &'c Touched,
}

impl Cut<'_> {
    fn share(
        &self,
        first: usize,
        examples: usize,
        slice: impl Fn(Source, bool) -> Result<Slice, String>,
    ) -> Result<Share, String> {
        let mut slices = BTreeMap::new();
        for (&source, &per_example) in &self.touched.sources {
            if !matches!(source, Source::Site(_)) {
                slices.insert(source, slice(source, per_example)?);
            }
        }
        Ok(Share {
            first,
            examples,
            slices,
            rows: BTreeMap::new(),
        })
    }

    fn is_written(&self, source: Source) -> bool {
        self.touched.written.contains(&home(self.plan, source))
    }

    /// Cuts the part of a slot down to the size of the value.
    fn named(&self, source: Source, part: Slice, examples: usize) -> Result<Slice, String> {
        match source {
            Source::Value(value) if self.plan.values[value].extent != room(self.plan, value) => {
                part.first(elements(self.plan.values[value].extent, examples))
            }
            _ => Ok(part),
        }
    }

    fn alone(&self) -> Result<Share, String> {
        let all = self.environment.examples;
        self.share(0, all, |source, _| {
            let whole = self.memory.whole(self.plan, source)?;
            match self.is_written(source) {
                true => self.named(source, whole, all),
                false => Ok(whole),
            }
        })
    }

    fn by_examples(&self, range: Range<usize>) -> Result<Share, String> {
        self.share(range.start, range.len(), |source, per_example| {
            let whole = self.memory.whole(self.plan, source)?;
            let is_cut = match source {
                Source::Input(input) => {
                    matches!(self.environment.inputs[&input], Batch::PerExample(_))
                }
                Source::Value(_) => self.is_written(source) || per_example,
                Source::Gradient(_) => self.is_written(source),
                Source::Parameter(_) | Source::Direction(_) | Source::Buffer(_) | Source::Site(_) => false,
            };
            if !is_cut {
                return Ok(whole);
            }
            let examples_of_row = match source {
                Source::Value(value) if matches!(room(self.plan, value), Extent::Blocks(_)) => BLOCK,
                _ => 1,
            };
            let rows = self.environment.examples.div_ceil(examples_of_row);
            let width = match source {
                Source::Value(value) => match room(self.plan, value) {
                    // A shared value written in a phase by examples is divided into rows of one element.
                    Extent::Shared(_) => 1,
                    Extent::Examples(width) | Extent::Blocks(width) => width,
                },
                Source::Gradient(_) => 1,
                _ => whole.len / rows.max(1),
            };
            if width * rows != whole.len {
                return Err(format!(
                    "{source:?} holds {} elements, not {rows} rows of {width}",
                    whole.len
                ));
            }
            let own = range.start / examples_of_row..range.end.div_ceil(examples_of_row);
            let part = whole.from(own.start * width)?.first(own.len() * width)?;
            match self.is_written(source) {
                true => self.named(source, part, range.len()),
                false => Ok(part),
            }
        })
    }

    fn by_rows(&self, phase: &Phase, half: usize) -> Result<Share, String> {
        let all = self.environment.examples;
        let mut rows = BTreeMap::new();
        for &source in self
            .touched
            .sources
            .keys()
            .filter(|&&source| self.is_written(source))
        {
            let own = home(self.plan, source);
            let writes = |step: &&Step| {
                let writes = step.kind.writes().into_iter();
                writes
                    .into_iter()
                    .any(|write| home(self.plan, write.source) == own)
            };
            let step = phase.steps.iter().find(writes).expect("something writes it");
            let (width, len) = (step.kind.row_width(), self.memory.whole(self.plan, source)?.len);
            if width == 0 || !len.is_multiple_of(width) {
                return Err(format!("{source:?} holds {len} elements, not rows of {width}"));
            }
            rows.insert(source, (halves(len / width)[1 - half].clone(), width));
        }
        let share = self.share(0, all, |source, _| {
            let whole = self.memory.whole(self.plan, source)?;
            match rows.get(&source) {
                Some((range, width)) => {
                    let part = whole.from(range.start * width)?.first(range.len() * width)?;
                    self.named(source, part, all)
                }
                None => Ok(whole),
            }
        })?;
        Ok(Share {
            rows: rows
                .into_iter()
                .map(|(source, (range, _))| (source, range))
                .collect(),
            ..share
        })
    }
}
