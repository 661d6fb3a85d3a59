//! Loops over time: a `for` with its carries in variables, and what it collects in lists.

use super::{Unsupported, Writer, aligned};
use crate::graph::{Batching, Val};
use crate::ops::Op;
use crate::ops::scan::Scan;

impl Writer<'_> {
    /// The lines of a loop; yields the names of its results.
    pub(super) fn scan(&mut self, name: &str, scan: &Scan, args: &[Val]) -> Result<Vec<String>, Unsupported> {
        let (body, outputs) = (&scan.body.graph, &scan.body.outputs);
        let parts: Vec<String> = (0..outputs.len()).map(|part| format!("{name}_{part}")).collect();
        let (carries, stacks) = parts.split_at(scan.carried);
        let mut inner = Writer::new(body, &format!("{name}_v"), self.depth + 1);
        let number = format!("{name}_t");
        // A carry that no turn reads is as the turns make it.
        let mut carried: Vec<Batching> = outputs[..scan.carried]
            .iter()
            .map(|&next| body.ty(next).batching)
            .collect();
        for val in body.live(outputs) {
            let Op::Formal(formal) = &body.node(val).op else {
                continue;
            };
            let to = formal.ty.batching;
            let seen = match formal.index.checked_sub(scan.constants) {
                None => self.aligned(args[formal.index], to),
                Some(place) if place < scan.carried => {
                    carried[place] = to;
                    carries[place].clone()
                }
                Some(_) => {
                    let stack = args[formal.index];
                    let slice = match self.batching(stack) {
                        Batching::Shared => format!("{}[{number}]", self.name(stack)),
                        _ => format!("{}[:, {number}]", self.name(stack)),
                    };
                    aligned(&slice, self.batching(stack), to, &formal.ty.shape)
                }
            };
            inner.names.insert(val, seen);
        }
        inner.values(outputs)?;
        for (place, carry) in carries.iter().enumerate() {
            let start = self.aligned(args[scan.constants + place], carried[place]);
            self.line(&format!("{carry} = {start}"));
        }
        for stack in stacks {
            self.line(&format!("{stack} = [None] * {}", scan.length));
        }
        let range = match scan.reversed {
            true => format!("reversed(range({}))", scan.length),
            false => format!("range({})", scan.length),
        };
        self.line(&format!("for {number} in {range}:"));
        for (place, stack) in stacks.iter().enumerate() {
            let value = inner.name(outputs[scan.carried + place]).to_string();
            inner.line(&format!("{stack}[{number}] = {value}"));
        }
        if !carries.is_empty() {
            // All at once: the next value of one may be the last value of another.
            let next = (0..scan.carried).map(|place| inner.aligned(outputs[place], carried[place]));
            let next = next.collect::<Vec<String>>().join(", ");
            inner.line(&format!("{} = {next}", carries.join(", ")));
        }
        self.text += &inner.text;
        for (place, carry) in carries.iter().enumerate() {
            if (carried[place], body.ty(outputs[place]).batching) == (Batching::PerExample, Batching::Shared)
            {
                self.line(&format!("{carry} = {carry}[0]"));
            }
        }
        for (place, stack) in stacks.iter().enumerate() {
            let axis = match body.ty(outputs[scan.carried + place]).batching {
                Batching::Shared => 0,
                _ => 1,
            };
            self.line(&format!("{stack} = np.stack({stack}, axis={axis})"));
        }
        Ok(parts)
    }
}
