//! Patterns of names with captures, and the names that are made of what they captured.

use std::collections::BTreeMap;

use crate::error::ImportProblem;

/// The longest name, in letters, that a pattern is held against; a longer one matches none.
const LONGEST: usize = 1000;

/// A pattern of names: `*` stands for any letters, `?` for any one, and `{i}` for one or more letters without
/// a dot, which `{i}` is in the names made by it.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pub text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Letter(char),
    /// `?`
    Any,
    /// `*`
    Star,
    /// `{i}`
    Capture(String),
}

/// What the letters of a name stand for in a pattern.
#[derive(Debug, Default)]
pub(super) struct Captures {
    stars: Vec<String>,
    named: BTreeMap<String, String>,
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Pattern, ImportProblem> {
        let fault = |fault| ImportProblem::Pattern {
            pattern: text.to_owned(),
            fault,
        };
        let mut parts = Vec::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            parts.push(match letter {
                '*' => Part::Star,
                '?' => Part::Any,
                '{' => {
                    let (name, rest) = letters
                        .as_str()
                        .split_once('}')
                        .ok_or_else(|| fault("a `{` is not closed"))?;
                    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                        return Err(fault("a capture has a name of letters and digits, `{i}`"));
                    }
                    letters = rest.chars();
                    Part::Capture(name.to_owned())
                }
                '}' => return Err(fault("a `}` closes nothing")),
                letter => Part::Letter(letter),
            });
        }
        Ok(Pattern {
            text: text.to_owned(),
            parts,
        })
    }

    /// Refuses a pattern that captures under one name twice.
    pub(super) fn matching(self) -> Result<Pattern, ImportProblem> {
        let twice = self
            .parts
            .iter()
            .enumerate()
            .find(|(at, part)| matches!(part, Part::Capture(_)) && self.parts[..*at].contains(part));
        match twice {
            None => Ok(self),
            Some(_) => Err(ImportProblem::Pattern {
                pattern: self.text,
                fault: "a capture stands twice in what is to match",
            }),
        }
    }

    /// Refuses a name to be made that needs more than `self`, which captures, provides.
    pub(super) fn check(&self, made: &Pattern) -> Result<(), ImportProblem> {
        let stars = |pattern: &Pattern| pattern.parts.iter().filter(|part| **part == Part::Star).count();
        let unknown = made
            .parts
            .iter()
            .any(|part| matches!(part, Part::Capture(_)) && !self.parts.contains(part));
        let fault = if unknown {
            "it names a capture that the pattern in front of it does not have"
        } else if made.parts.contains(&Part::Any) {
            "`?` stands for any letter, so it makes no name"
        } else if stars(made) > stars(self) {
            "it has more `*` than the pattern in front of it"
        } else {
            return Ok(());
        };
        Err(ImportProblem::Pattern {
            pattern: made.text.clone(),
            fault,
        })
    }

    /// What the parts stand for if the whole of `name` matches: each for as few letters as can be, the first
    /// first. Takes time in the product of the two lengths.
    pub(super) fn captures(&self, name: &str) -> Option<Captures> {
        let letters: Vec<char> = name.chars().take(LONGEST + 1).collect();
        if letters.len() > LONGEST {
            return None;
        }
        let ends = self.ends(&letters);
        if !ends[0][0] {
            return None;
        }
        let mut captures = Captures::default();
        let mut at = 0;
        for (place, part) in self.parts.iter().enumerate() {
            let least = usize::from(*part != Part::Star);
            let end = (at + least..=letters.len()).find(|&end| ends[place + 1][end])?;
            let taken = || letters[at..end].iter().collect();
            match part {
                Part::Letter(_) | Part::Any => {}
                Part::Star => captures.stars.push(taken()),
                Part::Capture(name) => {
                    captures.named.insert(name.clone(), taken());
                }
            }
            at = end;
        }
        Some(captures)
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        self.captures(name).is_some()
    }

    /// `[place][at]`: the parts from `place` on match the letters from `at` on.
    fn ends(&self, letters: &[char]) -> Vec<Vec<bool>> {
        let len = letters.len();
        let mut ends = vec![vec![false; len + 1]; self.parts.len() + 1];
        ends[self.parts.len()][len] = true;
        for (place, part) in self.parts.iter().enumerate().rev() {
            let (here, after) = ends.split_at_mut(place + 1);
            let (here, after) = (&mut here[place], &after[0]);
            here[len] = *part == Part::Star && after[len];
            for at in (0..len).rev() {
                here[at] = match part {
                    Part::Letter(letter) => letters[at] == *letter && after[at + 1],
                    Part::Any => after[at + 1],
                    Part::Star => after[at] || here[at + 1],
                    Part::Capture(_) => letters[at] != '.' && (after[at + 1] || here[at + 1]),
                };
            }
        }
        ends
    }

    /// The name that this pattern makes of what another has captured.
    pub(super) fn made_of(&self, captures: &Captures) -> String {
        let mut stars = captures.stars.iter();
        let mut name = String::new();
        for part in &self.parts {
            match part {
                Part::Letter(letter) => name.push(*letter),
                Part::Any => name.push('?'),
                Part::Star => name.push_str(stars.next().map_or("", |taken| taken)),
                Part::Capture(capture) => {
                    name.push_str(captures.named.get(capture).map_or("", |taken| taken));
                }
            }
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn made(from: &str, to: &str, name: &str) -> Option<String> {
        let (from, to) = (Pattern::parse(from).unwrap(), Pattern::parse(to).unwrap());
        from.check(&to).unwrap();
        Some(to.made_of(&from.captures(name)?))
    }

    #[test]
    fn names_are_made_of_what_is_captured() {
        for (from, to, name, expected) in [
            ("a.{i}.b", "{i}.c", "a.12.b", Some("12.c")),
            ("a.{i}.b", "{i}.c", "a.1.2.b", None),
            ("a.{i}.b", "{i}.c", "a..b", None),
            ("*.gamma", "*.weight", "x.y.gamma", Some("x.y.weight")),
            ("*.gamma", "*.weight", ".gamma", Some(".weight")),
            ("*.gamma", "*.weight", "gamma", None),
            ("{a}.{b}", "{b}.{a}", "x.yz", Some("yz.x")),
            ("{a}_{b}", "{b}", "x_y_z", Some("y_z")),
            ("w?", "weight", "wé", Some("weight")),
            ("w?", "weight", "w", None),
            ("*{i}*", "{i}", "..7", Some("7")),
            ("", "x", "", Some("x")),
        ] {
            assert_eq!(made(from, to, name).as_deref(), expected, "{from} of {name}");
        }
    }

    #[test]
    fn patterns_that_mean_nothing_are_refused() {
        for text in ["a.{i", "a}", "{}", "{a.b}", "{{i}}"] {
            Pattern::parse(text).unwrap_err();
        }
        Pattern::parse("{i}.{i}").unwrap().matching().unwrap_err();
        let from = Pattern::parse("*.{i}").unwrap();
        for to in ["{j}", "**", "?"] {
            from.check(&Pattern::parse(to).unwrap()).unwrap_err();
        }
    }

    #[test]
    fn many_stars_and_long_names_take_little_time() {
        let pattern = Pattern::parse(&"*a".repeat(100)).unwrap();
        assert!(pattern.matches(&"a".repeat(1000)));
        assert!(!pattern.matches(&"b".repeat(1000)));
        assert!(!Pattern::parse("*").unwrap().matches(&"a".repeat(1001)));
    }
}
