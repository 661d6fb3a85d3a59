//! The optimizer around a rule: groups, decay, clipping, averaging, the count of steps and the state.

use std::ops::Range;

use super::average::WeightAverage;
use super::clip::{Clip, Clipped, Norms};
use super::groups::{Group, Members, Settings};
use super::plan::Plan;
use super::rule::{Rule, Scope};
use super::update::{self, Buffers, Move};
use super::{Optimizer, OptimizerState, demand_rate, same_length};
use crate::parallel::{Executor, Team};
use crate::{AlignedBuffer, Error, Gradient, Layout, Real};

/// An optimizer: a [`Rule`] with `K` moments, and around it what is the same for every rule.
///
/// [`Adam`](super::Adam), [`Momentum`](super::Momentum) and the others are each a `Descent`, and have the methods
/// here beside their own; [`by`](Descent::by) makes one of a rule of one's own.
///
/// A step goes in this order, for the parameters that the gradient reaches and that are not frozen:
///
/// 1. the gradient of the loss is [clipped](Descent::clip_norm);
/// 2. the gradients of the penalties ([`l2`](Descent::l2), [`l1`](Descent::l1),
///    [`l2_from_start`](Descent::l2_from_start)) are added;
/// 3. the [decoupled decay](Descent::decoupled_decay) is taken;
/// 4. the rule updates moments and parameters;
/// 5. the [average](Descent::average) of the parameters is updated.
///
/// # Groups
///
/// ```
/// use dsl_runtime::prelude::*;
///
/// let optimizer = Adam::<f32>::new(1e-3)
///     .weight_decay(0.1)
///     .no_decay_on_biases_and_norms()
///     .group("head.*", |group| group.rate(3.0))
///     .group("head.*.bias", |group| group.rate(1.0))
///     .freeze("body.*");
/// ```
///
/// Patterns match the names that checkpoints use, as [`Layout::matching`] says. Where groups overlap, the later
/// one wins, setting by setting: above, the bias of the head learns at the plain rate. A pattern that matches
/// nothing is an error of the first step.
#[derive(Debug, Clone)]
pub struct Descent<T: Real, R, const K: usize> {
    pub(super) rule: R,
    learning_rate: f64,
    settings: Settings,
    groups: Vec<(Members, Group)>,
    clip: Option<Clip>,
    average: Option<WeightAverage>,
    steps: u64,
    /// None before the first step.
    state: Option<State<T, K>>,
    /// None before the first step, and after a change of the settings.
    course: Option<Course<T>>,
}

/// What an optimizer remembers from step to step.
#[derive(Debug, Clone)]
struct State<T: Real, const K: usize> {
    moments: [AlignedBuffer<T>; K],
    /// The parameters before the first step, if a penalty needs them.
    start: Option<AlignedBuffer<T>>,
    /// The average of the parameters, if it is wanted.
    average: Option<AlignedBuffer<T>>,
    /// The trained parameters, while a rule has others evaluated in their place.
    trained: Option<AlignedBuffer<T>>,
}

/// What is made once of the settings and a layout, with the memory of a step.
#[derive(Debug, Clone)]
struct Course<T: Real> {
    plan: Plan,
    norms: Norms<T>,
    moves: Vec<Move<T>>,
    scratch: AlignedBuffer<T>,
}

const START: &str = "start";
const AVERAGE: &str = "average";

impl<T: Real, R: Rule<T, K>, const K: usize> Descent<T, R, K> {
    /// The optimizer by a rule, at this learning rate.
    pub fn by(rule: R, learning_rate: f64) -> Self {
        Descent {
            rule,
            learning_rate,
            settings: Settings::PLAIN,
            groups: Vec::new(),
            clip: None,
            average: None,
            steps: 0,
            state: None,
            course: None,
        }
    }

    /// Sets the weight decay `λ` in the form that is customary for the rule ([`Rule::DECAY`]): as
    /// [`l2`](Descent::l2), or as [`decoupled_decay`](Descent::decoupled_decay).
    #[must_use]
    pub fn weight_decay(self, weight: f64) -> Self {
        self.set(|settings| settings.weight_decay = weight)
    }

    /// Adds the gradient of `λ/2 ‖w‖²` to that of the loss.
    #[must_use]
    pub fn l2(self, weight: f64) -> Self {
        self.set(|settings| settings.l2 = weight)
    }

    /// Takes `w ← w - η λ w` before each update, with the learning rate `η` of the step: Loshchilov & Hutter
    /// 2019, *Decoupled weight decay regularization*.
    #[must_use]
    pub fn decoupled_decay(self, weight: f64) -> Self {
        self.set(|settings| settings.decoupled = weight)
    }

    /// Adds the gradient of `λ ‖w‖₁` to that of the loss: `λ sign(w)`, which is 0 at 0.
    #[must_use]
    pub fn l1(self, weight: f64) -> Self {
        self.set(|settings| settings.l1 = weight)
    }

    /// Adds the gradient of `λ/2 ‖w - θ₀‖²` to that of the loss, where `θ₀` are the parameters before the first
    /// step: Li et al. 2018, *Explicit inductive bias for transfer learning with convolutional networks* (L2-SP).
    #[must_use]
    pub fn l2_from_start(self, weight: f64) -> Self {
        self.set(|settings| settings.from_start = weight)
    }

    /// Changes what is set for the parameters whose names match `pattern`; see [Groups](Descent#groups).
    #[must_use]
    pub fn group(self, pattern: impl Into<String>, change: impl FnOnce(Group) -> Group) -> Self {
        self.add(Members::Named(pattern.into()), change(Group::default()))
    }

    /// Leaves the parameters whose names match `pattern`, and their moments, as they are.
    #[must_use]
    pub fn freeze(self, pattern: impl Into<String>) -> Self {
        self.group(pattern, Group::freeze)
    }

    /// Exempts parameters with fewer than two axes, which are biases and the scales of norms, from weight decay
    /// and L2 penalty.
    #[must_use]
    pub fn no_decay_on_biases_and_norms(self) -> Self {
        self.add(Members::Vectors, Group::without_decay())
    }

    /// Clips every value of the gradient to at most this magnitude. One way of clipping holds at a time: that
    /// set last.
    #[must_use]
    pub fn clip_value(self, bound: f64) -> Self {
        self.clip(Clip::Value(bound))
    }

    /// Scales the gradient down to at most this 2-norm, taken over all parameters that are trained: Pascanu et
    /// al. 2013, *On the difficulty of training recurrent neural networks*.
    #[must_use]
    pub fn clip_norm(self, bound: f64) -> Self {
        self.clip(Clip::Norm(bound))
    }

    /// Scales the gradient of each tensor down to at most this 2-norm.
    #[must_use]
    pub fn clip_block(self, bound: f64) -> Self {
        self.clip(Clip::Block(bound))
    }

    /// Keeps an average of the parameters, for [`with_average`](Optimizer::with_average).
    #[must_use]
    pub fn average(mut self, average: WeightAverage) -> Self {
        self.average = Some(average);
        self
    }

    /// The number of steps begun.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The rule.
    pub fn rule(&self) -> &R {
        &self.rule
    }

    /// The moments, laid out as the parameters are; empty before the first step.
    pub fn moments(&self) -> [&[T]; K] {
        match &self.state {
            Some(state) => state.moments.each_ref().map(|moment| &**moment),
            None => [&[]; K],
        }
    }

    /// Forgets moments, steps and the average.
    pub fn reset(&mut self) {
        (self.steps, self.state, self.course) = (0, None, None);
        self.rule.restore(&[]);
    }

    fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self.course = None;
        self
    }

    fn add(mut self, members: Members, group: Group) -> Self {
        self.groups.push((members, group));
        self.course = None;
        self
    }

    fn clip(mut self, clip: Clip) -> Self {
        self.clip = Some(clip);
        self.course = None;
        self
    }

    /// One step, with the help of `team`.
    fn advance<E: Executor>(
        &mut self,
        team: &mut Team<E>,
        parameters: &mut [T],
        gradient: &Gradient<T>,
    ) -> Result<(), Error> {
        same_length(parameters, gradient)?;
        gradient.check_finite_on(team)?;
        self.check()?;
        self.check_length(parameters.len())?;
        self.set_course(gradient.layout())?;
        // From here on nothing fails.
        self.ensure_state(parameters);
        self.steps += 1;
        self.rule.begin(self.steps, self.learning_rate);
        let (Some(state), Some(course)) = (&mut self.state, &mut self.course) else {
            return Ok(());
        };
        course.decide(
            team,
            (self.steps, self.learning_rate),
            R::DECAY,
            self.clip,
            gradient,
        );
        let mut buffers = Buffers {
            parameters,
            moments: state.moments.each_mut().map(|moment| &mut **moment),
            gradient,
            start: state.start.as_deref().unwrap_or_default(),
        };
        for range in gradient.reached() {
            course.update(team, &self.rule, range.clone(), &mut buffers);
        }
        if let (Some(how), Some(average)) = (&self.average, &mut state.average) {
            how.take(team, self.steps, average, parameters);
        }
        Ok(())
    }

    /// Checks all numbers that do not depend on a layout.
    fn check(&self) -> Result<(), Error> {
        demand_rate(R::NAME, self.learning_rate)?;
        self.rule.check()?;
        if let Some(clip) = self.clip {
            clip.check(R::NAME)?;
        }
        match &self.average {
            Some(average) => average.check(R::NAME),
            None => Ok(()),
        }
    }

    /// Checks that the state, if there is one, is for so many parameters.
    fn check_length(&self, asked: usize) -> Result<(), Error> {
        let Some(State {
            moments,
            start,
            average,
            ..
        }) = &self.state
        else {
            return Ok(());
        };
        let held = moments.iter().chain(start).chain(average);
        match held.map(|buffer| buffer.len()).find(|len| *len != asked) {
            Some(held) => Err(Error::OptimizerState {
                optimizer: R::NAME,
                held,
                asked,
            }),
            None => Ok(()),
        }
    }

    /// Makes the course for this layout, unless there is one.
    fn set_course(&mut self, layout: &Layout) -> Result<(), Error> {
        if self
            .course
            .as_ref()
            .is_some_and(|course| course.plan.is_for(layout))
        {
            return Ok(());
        }
        let by_tensors = R::SCOPE == Scope::Tensors || matches!(self.clip, Some(Clip::Block(_)));
        let plan = Plan::new(R::NAME, *layout, self.settings, &self.groups, by_tensors)?;
        let scratch = match R::SCOPE {
            Scope::Elements => 0,
            Scope::Tensors => update::scratch(&self.rule, &plan.spans),
        };
        self.course = Some(Course {
            norms: Norms::of(&plan.spans),
            moves: Vec::with_capacity(plan.spans.len()),
            scratch: AlignedBuffer::zeros(scratch),
            plan,
        });
        Ok(())
    }

    /// Makes the state for these parameters, as far as there is none.
    fn ensure_state(&mut self, parameters: &[T]) {
        let uses_start = self.uses_start();
        let state = self.state.get_or_insert_with(|| {
            let mut moments = std::array::from_fn(|_| AlignedBuffer::zeros(parameters.len()));
            let slices = moments
                .each_mut()
                .map(|moment: &mut AlignedBuffer<T>| &mut **moment);
            self.rule.start(parameters, slices);
            State {
                moments,
                start: None,
                average: None,
                trained: None,
            }
        });
        let copy = || copy_of(parameters);
        if uses_start {
            state.start.get_or_insert_with(copy);
        }
        if self.average.is_some() {
            state.average.get_or_insert_with(copy);
        }
    }

    /// True if a penalty needs the parameters before the first step.
    fn uses_start(&self) -> bool {
        let plain = self.settings.from_start > 0.0;
        let groups = self.groups.iter();
        plain
            || groups
                .map(|(_, group)| group.change(Settings::PLAIN))
                .any(|own| own.from_start > 0.0)
    }

    /// The names of all buffers of the state, in the order in which they are saved.
    fn names(&self) -> Vec<&'static str> {
        let mut names = R::MOMENTS.to_vec();
        names.extend(self.uses_start().then_some(START));
        names.extend(self.average.is_some().then_some(AVERAGE));
        names
    }
}

impl<T: Real> Course<T> {
    /// Decides what is done to each span in this step.
    fn decide<E: Executor>(
        &mut self,
        team: &mut Team<E>,
        step: (u64, f64),
        decay: super::Decay,
        clip: Option<Clip>,
        gradient: &[T],
    ) {
        let clipped = Clipped::by(clip, team, &mut self.norms, gradient);
        let spans = self.plan.spans.iter().enumerate();
        self.moves.clear();
        self.moves
            .extend(spans.map(|(index, span)| Move::new(span, step, decay, clipped(index))));
    }

    /// Updates one range that the gradient reaches.
    fn update<R: Rule<T, K>, E: Executor, const K: usize>(
        &mut self,
        team: &mut Team<E>,
        rule: &R,
        reached: Range<usize>,
        buffers: &mut Buffers<'_, T, K>,
    ) {
        match R::SCOPE {
            Scope::Elements => update::elements(team, rule, &self.moves, reached, buffers),
            Scope::Tensors => {
                update::tensors(team, rule, &self.moves, reached, &mut self.scratch, buffers);
            }
        }
    }
}

fn copy_of<T: Real>(values: &[T]) -> AlignedBuffer<T> {
    let mut copy = AlignedBuffer::zeros(values.len());
    copy.copy_from_slice(values);
    copy
}

impl<T: Real, R: Rule<T, K>, const K: usize> Optimizer<T> for Descent<T, R, K> {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    fn step(&mut self, parameters: &mut [T], gradient: &Gradient<T>) -> Result<(), Error> {
        self.advance(&mut Team::sequential(), parameters, gradient)
    }

    fn step_on(
        &mut self,
        team: &mut Team,
        parameters: &mut [T],
        gradient: &Gradient<T>,
    ) -> Result<(), Error> {
        self.advance(team, parameters, gradient)
    }

    fn state(&self) -> OptimizerState<'_, T> {
        let mut moments = Vec::new();
        if let Some(state) = &self.state {
            moments.extend(
                R::MOMENTS
                    .into_iter()
                    .zip(state.moments.iter().map(|moment| &**moment)),
            );
            moments.extend(state.start.as_deref().map(|start| (START, start)));
            moments.extend(state.average.as_deref().map(|average| (AVERAGE, average)));
        }
        let scalars = R::SCALARS.iter().copied().zip(self.rule.scalars());
        OptimizerState {
            optimizer: R::NAME,
            steps: self.steps,
            moments,
            scalars: scalars.filter(|_| self.steps > 0).collect(),
        }
    }

    fn moments(&self) -> Vec<&'static str> {
        self.names()
    }

    fn scalars(&self) -> &'static [&'static str] {
        R::SCALARS
    }

    fn restore(&mut self, steps: u64, moments: &[&[T]], scalars: &[f64]) -> Result<(), Error> {
        for moment in moments {
            self.check_length(moment.len())?;
        }
        let names = self.names();
        let named = |name| {
            let saved = names.iter().zip(moments).find(|(saved, _)| **saved == name);
            saved.map(|(_, values)| copy_of(values))
        };
        // A rule has its moments, if there is anything.
        let state = moments.first().map(|first| State {
            moments: R::MOMENTS.map(|name| named(name).unwrap_or_else(|| AlignedBuffer::zeros(first.len()))),
            start: named(START),
            average: named(AVERAGE),
            trained: None,
        });
        self.state = state;
        self.steps = steps;
        self.rule.restore(scalars);
        Ok(())
    }

    fn exchange(&mut self, parameters: &mut [T]) {
        let Some(state) = &mut self.state else {
            return;
        };
        if let Some(average) = &mut state.average {
            average.swap_with_slice(parameters);
        } else if let Some(trained) = state.trained.take() {
            parameters.copy_from_slice(&trained);
        } else {
            let trained = copy_of(parameters);
            let moments = state.moments.each_ref().map(|moment| &**moment);
            if self.rule.evaluate(parameters, moments) {
                state.trained = Some(trained);
            }
        }
    }
}
