//! Rolling: elaborates a loop's body once for all iterations, and determines the values of its variables
//! afterwards.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use proc_macro2::Ident;

use super::assigned::assigned;
use super::close::Collected;
use super::open::{Obstacle, OpenLoop};
use super::{Induction, Repeat, Rolling, Rows};
use crate::elaborate::checkpoint::Checkpoint;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::{Outcome, Reported};
use crate::elaborate::limits;
use crate::elaborate::value::Value;
use crate::graph::{Batching, Val};
use crate::ops::leaf::Formal;
use crate::syntax::ast::Pattern;

/// A variable that the body assigns.
struct Variable<'a> {
    name: &'a Ident,
    before: Value,
    /// The value with formal leaves for its tensors.
    held: Value,
    after: Option<Value>,
}

/// A tensor of a variable that the body assigns.
#[derive(Clone)]
pub struct StandIn {
    pub formal: Val,
    pub name: String,
    /// The tensor before the loop.
    before: Value,
}

/// The state of one of these tensors at the end of an iteration.
#[derive(Clone, Copy)]
enum End {
    /// Unchanged since the start of the iteration.
    Same,
    /// Another tensor, with which the next iteration starts.
    Next(Val),
    /// Rows, one more per iteration.
    Rows(super::rows::EachTurn),
}

impl<'a> Elaborator<'a> {
    /// Rolls the loop, or returns the reason why that is impossible.
    pub(super) fn roll(&mut self, repeat: &Repeat<'a>) -> Outcome<Rolling> {
        // The carried tensors that turned out to differ between examples.
        let mut places: Vec<usize> = Vec::new();
        loop {
            self.work(repeat.span)?;
            let checkpoint = self.checkpoint();
            let unknown = self.unknown(repeat);
            let (mut variables, stand_ins) = self.stand_in(repeat, &places);
            let errors = self.diagnostics.count();
            let open = self.open_loop(repeat, stand_ins.iter().map(|one| one.formal).collect());
            self.loops.open.push(open);
            let outcome = self.one_turn(repeat);
            let Some(mut open) = self.loops.open.pop() else {
                return Err(Reported);
            };
            for variable in &mut variables {
                if let Some(binding) = self.frame().find_mut(&variable.name.to_string()) {
                    variable.after = binding.value.replace(variable.before.clone());
                }
            }
            for name in unknown {
                if let Some(binding) = self.frame().find_mut(&name.to_string()) {
                    binding.value = None;
                }
            }
            if self.exhausted || self.loops.abandoned() {
                return Err(Reported);
            }
            if let Some(obstacle) = open.obstacle.take() {
                self.go_back(checkpoint);
                return Ok(Rolling::Unroll(Some(obstacle)));
            }
            if outcome.is_err() || self.diagnostics.count() > errors {
                return self.after_mistakes(repeat, &open, &variables, (errors, checkpoint));
            }
            if let Some(numbers) = self.numbers_that_become_scalars(&variables) {
                self.go_back(checkpoint);
                for (name, number) in numbers {
                    let scalar = Value::Tensor(self.graph.constant(number).val);
                    if let Some(binding) = self.frame().find_mut(&name) {
                        binding.value = Some(scalar);
                    }
                }
                continue;
            }
            let mut ends = Vec::new();
            let compared = variables.iter().try_for_each(|variable| {
                self.compare(variable.name, &variable.held, variable.after.as_ref(), &mut ends)
            });
            if let Err(obstacle) = compared {
                self.go_back(checkpoint);
                return Ok(Rolling::Unroll(Some(obstacle)));
            }
            let growing = self.growing(&stand_ins, &ends);
            if !growing.is_empty() {
                places.extend(growing);
                self.go_back(checkpoint);
                continue;
            }
            return match self.finish(repeat, open, &variables, &stand_ins, &ends) {
                Ok(()) => Ok(Rolling::Done),
                Err(Some(obstacle)) => {
                    self.go_back(checkpoint);
                    Ok(Rolling::Unroll(Some(obstacle)))
                }
                Err(None) => Err(Reported),
            };
        }
    }

    /// The variables that the body assigns and that earlier mistakes have left without a value: their value
    /// after an iteration is only a guess.
    fn unknown(&mut self, repeat: &Repeat<'a>) -> Vec<&'a Ident> {
        let mut names = assigned(repeat.body);
        names.retain(|name| {
            let binding = self.frame().find(&name.to_string());
            binding.is_some_and(|binding| binding.value.is_none())
        });
        names
    }

    /// Handles mistakes in the body: they are the user's, or arise only because the loop is not unrolled.
    fn after_mistakes(
        &mut self,
        repeat: &Repeat<'a>,
        open: &OpenLoop,
        variables: &[Variable<'a>],
        (errors, before): (usize, Checkpoint),
    ) -> Outcome<Rolling> {
        let may_be_its_number = open.read.get();
        if may_be_its_number && repeat.turns <= limits::TURNS {
            self.go_back(before);
            return Ok(Rolling::Unroll(None));
        }
        if may_be_its_number {
            let text = format!(
                "the number of a turn is known only while the loop runs: of its {} turns at most {} could be unrolled",
                repeat.turns,
                limits::TURNS
            );
            self.diagnostics.note_since(errors, &text);
        }
        for variable in variables {
            if let Some(binding) = self.frame().find_mut(&variable.name.to_string()) {
                binding.value = None;
            }
        }
        Err(Reported)
    }

    /// The variables that start as compile-time numbers and become scalars in an iteration: the total of
    /// `let mut total = 0.0; for t in 0..TIME { total += x.at(t).sum(); }`.
    fn numbers_that_become_scalars(&self, variables: &[Variable<'a>]) -> Option<Vec<(String, f64)>> {
        let is_scalar = |val: Val| {
            let ty = self.graph.ty(val);
            ty.shape.rank() == 0 && !ty.is_index()
        };
        let numbers = variables
            .iter()
            .filter_map(|one| match (&one.before, &one.after) {
                (Value::Number(number), Some(Value::Tensor(val))) if is_scalar(*val) => {
                    Some((one.name.to_string(), *number))
                }
                _ => None,
            });
        let numbers: Vec<(String, f64)> = numbers.collect();
        (!numbers.is_empty()).then_some(numbers)
    }

    /// The tensors that start shared and become per example.
    fn growing(&self, stand_ins: &[StandIn], ends: &[End]) -> Vec<usize> {
        let kind = |val: Val| self.graph.ty(val).batching;
        let grows = |place: &usize| match ends[*place] {
            End::Next(next) => kind(next) > kind(stand_ins[*place].formal),
            _ => false,
        };
        (0..ends.len()).filter(grows).collect()
    }

    fn open_loop(&mut self, repeat: &Repeat<'a>, formals: Vec<Val>) -> OpenLoop {
        self.loops.count += 1;
        OpenLoop {
            id: self.loops.count,
            variable: match repeat.variable {
                Pattern::Name { name, .. } => name.to_string(),
                _ => "turn".to_string(),
            },
            from: repeat.from,
            turns: repeat.turns,
            start: formals
                .iter()
                .map(|formal| formal.index())
                .min()
                .unwrap_or(self.graph.len()),
            formals,
            slices: RefCell::default(),
            read: Cell::new(false),
            obstacle: None,
        }
    }

    /// Elaborates the body for a generic iteration of the innermost open loop.
    fn one_turn(&mut self, repeat: &Repeat<'a>) -> Outcome<()> {
        let id = self.loops.count;
        self.frame().loops += 1;
        self.frame().rolled.push(id);
        let outcome = self.turn(repeat, Value::Induction(Induction::new(id)));
        self.frame().rolled.pop();
        self.frame().loops -= 1;
        outcome
    }

    /// Creates formal leaves for the tensors of the variables that the body assigns; those at `per_example`
    /// are per example, whatever they start as.
    fn stand_in(&mut self, repeat: &Repeat<'a>, per_example: &[usize]) -> (Vec<Variable<'a>>, Vec<StandIn>) {
        let (mut variables, mut stand_ins) = (Vec::new(), Vec::new());
        for name in assigned(repeat.body) {
            let Some(before) = self
                .frame()
                .find(&name.to_string())
                .and_then(|binding| binding.value.clone())
            else {
                continue;
            };
            let first = stand_ins.len();
            let held = self.formals_of(&before, per_example, &mut stand_ins);
            let own = &mut stand_ins[first..];
            let several = own.len() > 1;
            for (nth, one) in own.iter_mut().enumerate() {
                one.name = match several {
                    true => format!("{name}{}", nth + 1),
                    false => name.to_string(),
                };
                self.name(one.formal, &one.name);
            }
            if let Some(binding) = self.frame().find_mut(&name.to_string()) {
                binding.value = Some(held.clone());
            }
            variables.push(Variable {
                name,
                before,
                held,
                after: None,
            });
        }
        (variables, stand_ins)
    }

    fn formals_of(&mut self, value: &Value, per_example: &[usize], stand_ins: &mut Vec<StandIn>) -> Value {
        let of = match value {
            Value::Tensor(val) => *val,
            Value::Rows(rows) => rows.base,
            Value::Tuple(parts) | Value::Array(parts) => {
                let parts = parts.iter();
                let parts: Rc<[Value]> = parts
                    .map(|part| self.formals_of(part, per_example, stand_ins))
                    .collect();
                return match value {
                    Value::Tuple(_) => Value::Tuple(parts),
                    _ => Value::Array(parts),
                };
            }
            other => return other.clone(),
        };
        let mut ty = self.graph.ty(of);
        if let Value::Rows(rows) = value {
            ty.batching = ty.batching.max(rows.batching(&self.graph));
        }
        if per_example.contains(&stand_ins.len()) {
            ty.batching = Batching::PerExample;
        }
        let index = self.graph.fresh_identity() as usize;
        let formal = self.graph.apply(Formal { index, ty }, &[]);
        stand_ins.push(StandIn {
            formal,
            name: String::new(),
            before: value.clone(),
        });
        Value::Tensor(formal)
    }

    /// Compares the tensors of a variable before and after an iteration, in the order of its formal leaves.
    fn compare(
        &mut self,
        name: &Ident,
        held: &Value,
        after: Option<&Value>,
        ends: &mut Vec<End>,
    ) -> Result<(), Obstacle> {
        let obstacle = |text: String, help: &str| Err(Obstacle::new(name.span(), text, help));
        match (held, after) {
            (Value::Tensor(formal), Some(Value::Tensor(next))) if formal == next => ends.push(End::Same),
            (Value::Tensor(formal), Some(Value::Tensor(next))) => {
                let (before, next_ty) = (self.graph.ty(*formal), self.graph.ty(*next));
                if (&before.shape, &before.element) != (&next_ty.shape, &next_ty.element) {
                    let (before, next) = (
                        held.describe(&self.graph),
                        Value::Tensor(*next).describe(&self.graph),
                    );
                    let text = format!("`{name}` is {before} before a turn and {next} after it");
                    return obstacle(text, "what a loop carries keeps its shape");
                }
                ends.push(End::Next(*next));
            }
            (Value::Tensor(formal), Some(Value::Rows(rows))) => match rows.each_turn {
                Some(each_turn) if rows.base == *formal => ends.push(End::Rows(each_turn)),
                _ => ends.push(End::Next(rows.join(&self.graph))),
            },
            (Value::Tuple(held), Some(Value::Tuple(after)))
            | (Value::Array(held), Some(Value::Array(after)))
                if held.len() == after.len() =>
            {
                for (held, after) in held.iter().zip(after.iter()) {
                    self.compare(name, held, Some(after), ends)?;
                }
            }
            (Value::Number(_), Some(Value::Tensor(next))) => {
                let shape = self.graph.ty(*next).shape;
                let text = format!("`{name}` begins as a number and becomes {shape}");
                let help = format!("begin with that shape: `let mut {name} = zeros({shape});`");
                return Err(Obstacle::new(name.span(), text, help));
            }
            (held, Some(after)) if held.is_same(after) => {}
            (held, _) => {
                let text = match held {
                    Value::Integer(_) | Value::Number(_) | Value::Bool(_) => {
                        format!(
                            "`{name}` is {} known while compiling that changes from turn to turn",
                            held.category()
                        )
                    }
                    _ => format!("`{name}`, {}, changes from turn to turn", held.category()),
                };
                return obstacle(
                    text,
                    "a loop carries tensors: begin with `zeros([])` for a number",
                );
            }
        }
        Ok(())
    }

    /// Builds the node of the loop and assigns its results to the variables.
    fn finish(
        &mut self,
        repeat: &Repeat<'a>,
        open: OpenLoop,
        variables: &[Variable<'a>],
        stand_ins: &[StandIn],
        ends: &[End],
    ) -> Result<(), Option<Obstacle>> {
        let (mut carried, mut collected, mut same) = (Vec::new(), Vec::new(), Vec::new());
        for (one, end) in stand_ins.iter().zip(ends) {
            match end {
                End::Same => same.push((one.formal, self.whole(&one.before))),
                End::Next(next) => carried.push((one.clone(), self.whole(&one.before), *next)),
                End::Rows(each_turn) => collected.push(Collected {
                    formal: one.formal,
                    name: one.name.clone(),
                    row: each_turn.row,
                }),
            }
        }
        let results = match carried.is_empty() && collected.is_empty() {
            true => Vec::new(),
            false => self.close(repeat, &open, &carried, &collected, &same)?,
        };
        let (next, stacks) = results.split_at(carried.len());
        let (mut next, mut stacks) = (next.iter(), stacks.iter());
        let mut found = Vec::new();
        for (one, end) in stand_ins.iter().zip(ends) {
            let result = match end {
                End::Same => None,
                End::Next(_) => next.next().map(|&val| Value::Tensor(val)),
                End::Rows(each_turn) => stacks.next().map(|&stack| {
                    let mut rows = match &one.before {
                        Value::Rows(rows) => (**rows).clone(),
                        other => Rows::of(self.whole(other)),
                    };
                    let at = usize::try_from(open.from + each_turn.offset).unwrap_or(0);
                    rows.write_stack(at, open.turns, stack);
                    match rows.is_one_stack(&self.graph) {
                        true => Value::Tensor(stack),
                        false => Value::Rows(Rc::new(rows)),
                    }
                }),
            };
            let result = result.unwrap_or_else(|| one.before.clone());
            if let (Value::Tensor(val), false) = (&result, matches!(end, End::Same)) {
                self.name(*val, &one.name);
            }
            found.push(result);
        }
        let mut found = found.into_iter();
        for variable in variables {
            let name = variable.name.to_string();
            let value = self.marked(&name, &variable.before.rebuilt(&mut found));
            if let Some(binding) = self.frame().find_mut(&name) {
                binding.value = Some(value);
            }
        }
        Ok(())
    }

    /// The tensor that a variable holds.
    fn whole(&self, value: &Value) -> Val {
        match value {
            Value::Tensor(val) => *val,
            Value::Rows(rows) => rows.join(&self.graph),
            other => unreachable!("{} is not carried", other.category()),
        }
    }
}
