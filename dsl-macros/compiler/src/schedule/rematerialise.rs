//! Rematerialisation: recomputes values that cost less to compute again than to keep in memory.
//!
//! In: phases after loop fusion. Out: the same phases, in which each loop that reads a cheap value computes
//! it anew from the one value that it depends on (its leaf). Stores that thereby lose their last reader are
//! left to `drop_stores`, unused statements to [`dead_code`](super::dead_code). The results are bit for bit
//! the same.
//!
//! A value is cheap if at most `MOST` sums, products and comparisons make it from a single leaf. Invariant:
//! the leaf holds the same numbers at every reader, since at most one step writes it, and none in a loop over
//! time. GELU's backward pass recomputes the argument of its `tanh` in this way:
//!
//! ```text
//! loop 1: v0 ← 2·x,  v1 ← v0·x        loop 1: (dead)
//! loop 2: v2 ← v1 + v0           →    loop 2: a ← 2·x,  b ← a·x,  v2 ← b + a
//! ```
//!
//! Cost: each candidate rewrites the loops that read it, so linear in the reads times the statements of a
//! loop, which loop fusion limits. The idea is that of Briggs, Cooper and Torczon (*Rematerialization*,
//! 1992), who recompute instead of spilling registers.

use std::collections::{BTreeMap, BTreeSet};

use super::dead_code::drop_operands;
use crate::lowered::ScalarOp;
use crate::plan::*;

/// A statement, by the indices of its phase, its step and itself in the loop.
type Place = (usize, usize, usize);

/// The largest number of statements to copy for one value.
const MOST: usize = 6;

/// Recomputes every cheap value in the loops that read it, and counts these values. `kept` are the values that the caller
/// reads after the entry point has run.
pub fn rematerialise(phases: &mut [Phase], kept: &BTreeSet<Source>) -> usize {
    let written = writers(phases);
    let is_stable = |source: Source| match source {
        Source::Value(_) => written.get(&source).is_some_and(|&(count, _)| count == 1),
        Source::Gradient(_) => false,
        _ => true,
    };
    // Ordered by their writers, so that the leaf of a value has been dealt with before the value.
    let mut candidates: Vec<(Place, Source)> = written
        .iter()
        .filter(|(source, (count, place))| *count == 1 && place.is_some() && !kept.contains(source))
        .filter_map(|(source, (_, place))| Some((place.as_ref().copied()?, *source)))
        .collect();
    candidates.sort_unstable();
    // The steps that read each value; the set may include loops that no longer do.
    let mut reads: BTreeMap<Source, BTreeSet<(usize, usize)>> = BTreeMap::new();
    for (phase, step, kind) in steps(phases) {
        for operand in kind.reads() {
            reads.entry(operand.source).or_default().insert((phase, step));
        }
    }
    // The number of statements at the front of each loop that are copies.
    let mut copies: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut recomputed = 0;
    for ((phase, step, _), source) in candidates {
        let StepKind::Loop(nest) = &phases[phase].steps[step].kind else {
            continue;
        };
        let Some(recipe) = Recipe::of(nest, source, &is_stable) else {
            continue;
        };
        let places = reads.get(&source).into_iter().flatten().copied();
        let Some(readers) = readers(phases, places, source, &recipe) else {
            continue;
        };
        recomputed += 1;
        reads
            .entry(recipe.leaf.source)
            .or_default()
            .extend(readers.iter().copied());
        for place in readers {
            let reader = &mut phases[place.0].steps[place.1];
            if let StepKind::Loop(nest) = &mut reader.kind {
                let front = copies.entry(place).or_default();
                let count = nest.layout.of_one(nest.shape.count());
                let added = recipe.insert(nest, source, front).saturating_mul(count);
                reader.flops = reader.flops.saturating_add(added);
            }
        }
    }
    recomputed
}

/// The number of writes of each source, and the statement that writes it, if that stands in a loop over
/// elements outside of loops over time.
fn writers(phases: &[Phase]) -> BTreeMap<Source, (usize, Option<Place>)> {
    let mut writers: BTreeMap<Source, (usize, Option<Place>)> = BTreeMap::new();
    for (phase, step, kind) in steps(phases) {
        for write in kind.writes() {
            writers.entry(write.source).or_default().0 += 1;
        }
        // A loop over time writes once in every iteration; counting its writes twice marks them as repeated.
        if let StepKind::For(_) = kind {
            for write in kind.writes() {
                writers.entry(write.source).or_default().0 += 1;
            }
        }
        let StepKind::Loop(nest) = kind else { continue };
        for (place, statement) in nest.statements.iter().enumerate() {
            if let Some(store) = &statement.store {
                writers.entry(store.source).or_default().1 = Some((phase, step, place));
            }
        }
    }
    writers
}

fn steps(phases: &[Phase]) -> impl Iterator<Item = (usize, usize, &StepKind)> {
    phases.iter().enumerate().flat_map(|(phase, of)| {
        let steps = of.steps.iter().enumerate();
        steps.map(move |(step, of)| (phase, step, &of.kind))
    })
}

/// The loops that read the value, each at one of `places`; `None` if one of the readers could not compute it,
/// or if there is no reader and so nothing to save.
fn readers(
    phases: &[Phase],
    places: impl Iterator<Item = (usize, usize)>,
    source: Source,
    recipe: &Recipe,
) -> Option<Vec<(usize, usize)>> {
    let mut readers = Vec::new();
    for (phase, step) in places {
        let kind = &phases[phase].steps[step].kind;
        if !kind.reads().iter().any(|operand| operand.source == source) {
            continue;
        }
        let StepKind::Loop(nest) = kind else {
            return None;
        };
        let mut reads = nest.operands.iter().filter(|operand| operand.source == source);
        let same = |operand: &Operand| {
            let (one, other) = (operand, &recipe.store);
            (&one.view, one.per_example, &one.loop_strides)
                == (&other.view, other.per_example, &other.loop_strides)
        };
        // Instead of the value the loop will read the leaf, which it must then not overwrite.
        let overwrites = kind
            .writes()
            .iter()
            .any(|write| write.source == recipe.leaf.source);
        if nest.layout != recipe.kind || nest.shape != recipe.shape || !reads.all(same) || overwrites {
            return None;
        }
        readers.push((phase, step));
    }
    (!readers.is_empty()).then_some(readers)
}

/// The way to compute a value from its leaf, a value that is stored.
struct Recipe {
    kind: crate::lowered::Layout,
    shape: crate::lowered::Shape,
    /// The memory that the value is stored in so far.
    store: Operand,
    /// The one operand that the value depends on.
    leaf: Operand,
    /// The statements to copy, the value itself last; operand 0 is the leaf.
    statements: Vec<(String, Scalar)>,
}

impl Recipe {
    /// The recipe of a value that the loop stores, if the value is cheap.
    fn of(nest: &Loop, source: Source, is_stable: &dyn Fn(Source) -> bool) -> Option<Recipe> {
        let stores = |statement: &Statement| {
            statement
                .store
                .as_ref()
                .is_some_and(|store| store.source == source)
        };
        let place = nest.statements.iter().position(stores)?;
        let mut recipe = Maker {
            nest,
            leaf: None,
            places: BTreeMap::new(),
            statements: Vec::new(),
        };
        recipe.statement(place)?;
        let leaf = recipe.leaf?;
        let is_new = leaf.source != source;
        (is_new && is_stable(leaf.source) && recipe.statements.len() <= MOST).then(|| Recipe {
            kind: nest.layout,
            shape: nest.shape.clone(),
            store: nest.statements[place].store.clone().expect("it is stored"),
            leaf,
            statements: recipe.statements,
        })
    }

    /// Makes a loop compute the value instead of reading it; returns the number of added operations.
    fn insert(&self, nest: &mut Loop, source: Source, front: &mut usize) -> usize {
        let known = nest.operands.iter().position(|operand| *operand == self.leaf);
        let leaf = known.unwrap_or_else(|| {
            nest.operands.push(self.leaf.clone());
            nest.operands.len() - 1
        });
        let mut flops = 0;
        let mut places: Vec<usize> = Vec::new();
        for (name, value) in &self.statements {
            let value = value.rewrite(&mut |scalar| match scalar {
                Scalar::Load(_) => Some(Scalar::Load(leaf)),
                Scalar::Local(statement) => Some(Scalar::Local(places[*statement])),
                _ => None,
            });
            let known = nest.statements[..*front]
                .iter()
                .position(|statement| statement.value == value);
            places.push(known.unwrap_or_else(|| {
                flops += value.flops();
                for statement in &mut nest.statements[*front..] {
                    statement.value = statement.value.rewrite(&mut |scalar| match scalar {
                        Scalar::Local(place) if *place >= *front => Some(Scalar::Local(place + 1)),
                        _ => None,
                    });
                }
                let name = name.clone();
                nest.statements.insert(
                    *front,
                    Statement {
                        name,
                        value,
                        store: None,
                    },
                );
                *front += 1;
                *front - 1
            }));
        }
        let place = *places.last().expect("at least the value itself");
        let is_read = |operand: usize| nest.operands[operand].source == source;
        let mut statements = std::mem::take(&mut nest.statements);
        for statement in &mut statements {
            statement.value = statement.value.rewrite(&mut |scalar| match scalar {
                Scalar::Load(operand) if is_read(*operand) => Some(Scalar::Local(place)),
                _ => None,
            });
        }
        nest.statements = statements;
        drop_operands(nest);
        flops
    }
}

/// Gathers the statements of a recipe.
struct Maker<'n> {
    nest: &'n Loop,
    leaf: Option<Operand>,
    /// The index in the recipe of each statement of the loop.
    places: BTreeMap<usize, usize>,
    statements: Vec<(String, Scalar)>,
}

impl Maker<'_> {
    fn statement(&mut self, place: usize) -> Option<usize> {
        if let Some(&known) = self.places.get(&place) {
            return Some(known);
        }
        let statement = &self.nest.statements[place];
        let value = self.value(&statement.value)?;
        self.statements.push((statement.name.clone(), value));
        self.places.insert(place, self.statements.len() - 1);
        Some(self.statements.len() - 1)
    }

    fn value(&mut self, value: &Scalar) -> Option<Scalar> {
        Some(match value {
            Scalar::Load(operand) => self.read(&self.nest.operands[*operand])?,
            Scalar::Local(place) => {
                let statement = &self.nest.statements[*place];
                match (is_light(&statement.value), &statement.store) {
                    (true, _) => Scalar::Local(self.statement(*place)?),
                    (false, Some(store)) => self.read(store)?,
                    (false, None) => return None,
                }
            }
            Scalar::Apply { op, args } if is_light(value) => Scalar::Apply {
                op: op.clone(),
                args: args.iter().map(|arg| self.value(arg)).collect::<Option<_>>()?,
            },
            Scalar::Constant(_) | Scalar::BatchSize => value.clone(),
            _ => return None,
        })
    }

    /// Admits a read only of the leaf: everything must come from one operand.
    fn read(&mut self, operand: &Operand) -> Option<Scalar> {
        match &self.leaf {
            Some(leaf) if leaf != operand => return None,
            Some(_) => {}
            None => self.leaf = Some(operand.clone()),
        }
        Some(Scalar::Load(0))
    }
}

/// True if the machine needs about one instruction for each operator of an expression.
fn is_light(value: &Scalar) -> bool {
    let Scalar::Apply { op, args } = value else {
        return true;
    };
    let ScalarOp::Elementwise(word) = op else {
        return false;
    };
    word.is_light() && args.iter().all(is_light)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lowered::{Element, Layout, Shape};
    use crate::ops::elementwise::Elementwise;
    use crate::schedule::dead_code::eliminate_dead_code;
    use crate::schedule::loop_fusion::drop_stores;
    use crate::view::View;

    fn operand(source: Source) -> Operand {
        let shape = Shape::from([4]);
        Operand {
            source,
            view: View::whole(&shape),
            per_example: Some(4),
            element: Element::Real,
            loop_strides: Vec::new(),
        }
    }

    fn apply(word: Elementwise, args: &[Scalar]) -> Scalar {
        Scalar::Apply {
            op: ScalarOp::Elementwise(word),
            args: args.to_vec(),
        }
    }

    /// A loop of statements; each is stored in the value with the given number.
    fn nest(reads: &[Source], statements: &[(usize, Scalar)]) -> Step {
        let statements = statements.iter().map(|(value, scalar)| Statement {
            name: format!("v{value}"),
            value: scalar.clone(),
            store: Some(operand(Source::Value(*value))),
        });
        Step {
            text: String::new(),
            path: "".into(),
            backward: false,
            again: false,
            kind: StepKind::Loop(Loop {
                layout: Layout::Examples,
                shape: Shape::from([4]),
                operands: reads.iter().map(|&source| operand(source)).collect(),
                statements: statements.collect(),
            }),
            flops: 0,
        }
    }

    fn scheduled(steps: Vec<Step>, kept: &[usize]) -> Vec<Loop> {
        let mut phases = vec![Phase {
            partition: Partition::Examples,
            steps,
        }];
        let kept: BTreeSet<Source> = kept.iter().map(|&value| Source::Value(value)).collect();
        rematerialise(&mut phases, &kept);
        drop_stores(&mut phases, &kept);
        eliminate_dead_code(&mut phases);
        let loops = phases.into_iter().flat_map(|phase| phase.steps);
        loops
            .map(|step| match step.kind {
                StepKind::Loop(nest) => nest,
                _ => unreachable!("there are only loops"),
            })
            .collect()
    }

    fn stored(nest: &Loop) -> Vec<&str> {
        let stored = nest
            .statements
            .iter()
            .filter(|statement| statement.store.is_some());
        stored.map(|statement| statement.name.as_str()).collect()
    }

    use Elementwise::{Add, Mul, Tanh};
    use Scalar::{Constant, Load, Local};
    use Source::{Input, Value};

    #[test]
    fn simple_values_are_computed_where_they_are_read() {
        // v0 = 2·x, v1 = v0·x, v2 = tanh(v1); then v3 = v1 + v0 + v2.
        let first = nest(
            &[Input(0)],
            &[
                (0, apply(Mul, &[Constant(2.0), Load(0)])),
                (1, apply(Mul, &[Local(0), Load(0)])),
                (2, apply(Tanh, &[Local(1)])),
            ],
        );
        let sum = apply(Add, &[apply(Add, &[Load(0), Load(1)]), Load(2)]);
        let second = nest(&[Value(1), Value(0), Value(2)], &[(3, sum)]);
        let loops = scheduled(vec![first, second], &[3]);
        assert_eq!(stored(&loops[0]), ["v2"], "what takes a function call is kept");
        assert_eq!(stored(&loops[1]), ["v3"]);
        let sources: Vec<Source> = loops[1].operands.iter().map(|operand| operand.source).collect();
        assert_eq!(sources, [Value(2), Input(0)]);
        let values: Vec<&Scalar> = loops[1]
            .statements
            .iter()
            .map(|statement| &statement.value)
            .collect();
        let twice = apply(Mul, &[Constant(2.0), Load(1)]);
        let product = apply(Mul, &[Local(0), Load(1)]);
        let sum = apply(Add, &[apply(Add, &[Local(1), Local(0)]), Load(0)]);
        assert_eq!(values, [&twice, &product, &sum]);
    }

    #[test]
    fn what_somebody_else_reads_or_what_is_made_of_two_values_is_kept() {
        let both = nest(
            &[Input(0), Input(1)],
            &[
                (0, apply(Add, &[Load(0), Load(1)])),
                (1, apply(Mul, &[Load(0), Load(0)])),
            ],
        );
        let reader = nest(&[Value(0), Value(1)], &[(2, apply(Mul, &[Load(0), Load(1)]))]);
        let sum = Step {
            kind: StepKind::SumExamples {
                x: operand(Value(1)),
                result: operand(Value(3)),
            },
            ..reader.clone()
        };
        let mut phases = vec![Phase {
            partition: Partition::Examples,
            steps: vec![both, reader, sum],
        }];
        let before = phases[0].steps.clone();
        rematerialise(&mut phases, &BTreeSet::from([Value(2)]));
        assert_eq!(phases[0].steps, before);
    }
}
