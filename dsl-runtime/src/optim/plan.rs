//! What an optimizer does to the parameters of one layout: ranges of them, with the settings of each.

use std::ops::Range;

use super::groups::{Group, Members, Settings};
use crate::{Error, Layout, Parameter};

/// The ranges that are updated, ascending and disjoint. Frozen parameters are in none of them.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    layout: Layout,
    pub spans: Vec<Span>,
}

/// Elements that are treated alike.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub range: Range<usize>,
    pub settings: Settings,
    /// The tensor that it is, if each is a span of its own.
    pub tensor: Option<&'static Parameter>,
}

impl Plan {
    /// The plan for `layout`, by the settings and the groups that change them, later ones last. If it is by
    /// tensors, each is a span of its own.
    ///
    /// # Errors
    ///
    /// A group matches nothing, or a number is out of its range.
    pub fn new(
        owner: &'static str,
        layout: Layout,
        settings: Settings,
        groups: &[(Members, Group)],
        by_tensors: bool,
    ) -> Result<Plan, Error> {
        settings.check(owner)?;
        for (members, _) in groups {
            members.check(owner, &layout)?;
        }
        if groups.is_empty() && !by_tensors {
            let range = 0..layout.len;
            let spans = vec![Span {
                range,
                settings,
                tensor: None,
            }];
            return Ok(Plan { layout, spans });
        }
        let mut spans: Vec<Span> = Vec::with_capacity(layout.parameters.len());
        // True if the parameter before is one of the last span: nothing lies between it and the next.
        let mut adjacent = false;
        for parameter in layout.parameters {
            let members = groups.iter().filter(|(members, _)| members.include(parameter));
            let own = members.fold(settings, |settings, (_, group)| group.change(settings));
            own.check(owner)?;
            if own.frozen {
                adjacent = false;
                continue;
            }
            match spans.last_mut() {
                Some(span) if adjacent && span.settings == own => span.range.end = parameter.range.end,
                _ => spans.push(Span {
                    range: parameter.range.clone(),
                    settings: own,
                    tensor: by_tensors.then_some(parameter),
                }),
            }
            adjacent = !by_tensors;
        }
        Ok(Plan { layout, spans })
    }

    /// True if it is one for `layout`.
    pub fn is_for(&self, layout: &Layout) -> bool {
        let (held, asked) = (self.layout.parameters, layout.parameters);
        self.layout.len == layout.len && (std::ptr::eq(held, asked) || held == asked)
    }
}
