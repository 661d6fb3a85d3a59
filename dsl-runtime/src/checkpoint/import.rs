//! Checkpoints whose tensors have other names, other layouts or other types than the network's.

mod made;
mod pattern;
mod rule;

use std::path::Path;

use pattern::Pattern;
use rule::Rule;

use super::fit::{Imported, Leave, fit};
use super::format::File;
use super::{Read, passing, shards};
use crate::error::{CheckpointProblem, ImportProblem};
use crate::{Error, Network};

/// A map from the tensors of a file to those of a network.
///
/// Every tensor of the file passes the rules in the order in which they are given, under the name that the rules
/// before have left it. What comes out must be the network's parameters and buffers, by name and shape, unless
/// [`allow_missing`](Import::allow_missing) or [`strict(false)`](Import::strict) says otherwise.
///
/// In patterns `*` stands for any letters, dots included, also none; `?` for any one letter; and `{i}` for one
/// letter or more without a dot. A name that a rule makes repeats what these stand for: `{i}` by its name, `*`
/// in the order of the stars.
///
/// ```no_run
/// # fn example<N: dsl_runtime::Network>(mut model: N) -> Result<(), dsl_runtime::Error> {
/// use dsl_runtime::checkpoint::Import;
///
/// // GPT-2 as it is published: matrices are [in, out], queries, keys and values one matrix.
/// let report = Import::new()
///     .strip_prefix("transformer.")
///     .ignore("h.*.attn.bias")
///     .transpose("h.{i}.*.c_*.weight")
///     .rename("h.{i}.attn.c_attn.*", "blocks.{i}.attention.in_proj_*")
///     .rename("h.{i}.attn.c_proj.*", "blocks.{i}.attention.out_proj.*")
///     .rename("h.{i}.mlp.c_fc.*", "blocks.{i}.linear1.*")
///     .rename("h.{i}.mlp.c_proj.*", "blocks.{i}.linear2.*")
///     .rename("h.{i}.ln_{n}.*", "blocks.{i}.norm{n}.*")
///     .load(&mut model, "model.safetensors")?;
/// println!("{report}");
/// # Ok(())
/// # }
/// ```
///
/// Elements may be BOOL, integers, F16, BF16, F32 or F64; each is converted to the network's element type, rounded to
/// nearest, and must be finite there.
#[derive(Debug, Clone, Default)]
#[must_use = "an import does nothing until it loads"]
pub struct Import {
    rules: Vec<Rule>,
    /// The network's tensors that may be missing.
    may_miss: Vec<Pattern>,
    /// True if it is not strict.
    lenient: bool,
    /// The first mistake in a rule.
    mistake: Option<ImportProblem>,
}

impl Import {
    /// A map without rules: each tensor is that of its name.
    pub fn new() -> Import {
        Import::default()
    }

    /// Renames what matches `from`: `rename("encoder.layer.{i}.*", "layers.{i}.*")`. It need not match anything.
    pub fn rename(self, from: &str, to: &str) -> Import {
        self.rule(|| {
            let (from, to) = (Pattern::parse(from)?.matching()?, Pattern::parse(to)?);
            from.check(&to)?;
            Ok(Rule::Rename { from, to })
        })
    }

    /// Removes `prefix`, which is no pattern, from the names that begin with it, if there are such:
    /// `strip_prefix("bert.")`.
    pub fn strip_prefix(self, prefix: &str) -> Import {
        self.rule(|| Ok(Rule::StripPrefix(prefix.to_owned())))
    }

    /// Exchanges the last two axes of what matches. Nothing that matches is an error, for a square matrix would
    /// be loaded the wrong way round.
    pub fn transpose(self, pattern: &str) -> Import {
        self.rule(|| Ok(Rule::Transpose(Pattern::parse(pattern)?.matching()?)))
    }

    /// Joins tensors along `axis` into one. The first of `parts` is a pattern, of whose captures the names of the others
    /// are made:
    ///
    /// ```
    /// # use dsl_runtime::checkpoint::Import;
    /// let parts = ["layer.{i}.query.weight", "layer.{i}.key.weight", "layer.{i}.value.weight"];
    /// let import = Import::new().concat(&parts, 0, "layer.{i}.in_proj_weight");
    /// ```
    ///
    /// Nothing that matches, and a part that is absent, are errors.
    pub fn concat(self, parts: &[&str], axis: usize, into: &str) -> Import {
        self.rule(|| {
            let mut patterns = parts.iter().map(|part| Pattern::parse(part));
            let Some(first) = patterns.next() else {
                return Err(ImportProblem::Pattern {
                    pattern: into.to_owned(),
                    fault: "it is to be made of no parts",
                });
            };
            let first = first?.matching()?;
            let others = patterns.collect::<Result<Vec<Pattern>, ImportProblem>>()?;
            let into = Pattern::parse(into)?;
            others
                .iter()
                .chain([&into])
                .try_for_each(|made| first.check(made))?;
            let parts = [vec![first], others].concat();
            Ok(Rule::Concat { parts, axis, into })
        })
    }

    /// Cuts what matches along `axis` into equal parts, one for each name in `into`. Nothing that matches is an error.
    pub fn split(self, from: &str, axis: usize, into: &[&str]) -> Import {
        self.rule(|| {
            let pattern = Pattern::parse(from)?.matching()?;
            let into = into.iter().map(|into| Pattern::parse(into));
            let into = into.collect::<Result<Vec<Pattern>, ImportProblem>>()?;
            into.iter().try_for_each(|made| pattern.check(made))?;
            if into.is_empty() {
                let pattern = from.to_owned();
                let fault = "it is to be split into no parts";
                return Err(ImportProblem::Pattern { pattern, fault });
            }
            let from = pattern;
            Ok(Rule::Split { from, axis, into })
        })
    }

    /// Leaves out what matches, whether or not the network has a tensor of this name. It need not match anything.
    pub fn ignore(self, pattern: &str) -> Import {
        self.rule(|| Ok(Rule::Ignore(Pattern::parse(pattern)?.matching()?)))
    }

    /// Parameters and buffers of the network whose names match may be missing: they keep what they are.
    pub fn allow_missing(mut self, pattern: &str) -> Import {
        match Pattern::parse(pattern).and_then(Pattern::matching) {
            Ok(pattern) => self.may_miss.push(pattern),
            Err(mistake) => self.mistake = self.mistake.or(Some(mistake)),
        }
        self
    }

    /// Unless it is strict, an import loads what fits by its name: anything of the network may be missing, if not
    /// all, and what the network does not have is skipped. The [report](Imported) says what. Another shape stays an
    /// error.
    pub fn strict(mut self, strict: bool) -> Import {
        self.lenient = !strict;
        self
    }

    fn rule(mut self, rule: impl FnOnce() -> Result<Rule, ImportProblem>) -> Import {
        match rule() {
            Ok(rule) => self.rules.push(rule),
            Err(mistake) => self.mistake = self.mistake.or(Some(mistake)),
        }
        self
    }

    /// Loads the file at `path`; or, where its name ends in `.json`, the files beside it of which it is the index, as
    /// `model.safetensors.index.json` is one.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if a file cannot be read, [`Error::Checkpoint`] if one is malformed or damaged, if a rule
    /// cannot be applied, or if what comes out of the rules is not what the network needs:
    /// [`CheckpointProblem::Mismatch`] lists all differences. The model is then unchanged.
    pub fn load<N: Network>(&self, model: &mut N, path: impl AsRef<Path>) -> Result<Imported, Error> {
        let mut report = Imported::default();
        shards::with_files(path.as_ref(), &mut |files| {
            report = self.load_files(model, files)?;
            Ok(())
        })?;
        Ok(report)
    }

    /// Loads from the bytes of a file.
    ///
    /// # Errors
    ///
    /// As those of [`load`](Import::load); the model is then unchanged.
    pub fn decode<N: Network>(&self, model: &mut N, bytes: &[u8]) -> Result<Imported, CheckpointProblem> {
        self.load_files(model, &[File::read(bytes)?])
    }

    fn load_files<N: Network>(
        &self,
        model: &mut N,
        files: &[File<'_>],
    ) -> Result<Imported, CheckpointProblem> {
        if let Some(mistake) = &self.mistake {
            return Err(CheckpointProblem::Import(Box::new(mistake.clone())));
        }
        let mut report = Imported::default();
        let mut tensors = passing::tensors(files, &mut report);
        for rule in &self.rules {
            tensors = rule.apply(tensors, &mut report.skipped)?;
        }
        let leave = Leave {
            may_miss: &|name| self.may_miss.iter().any(|may| may.matches(name)),
            anything: self.lenient,
        };
        let (read, report) = fit::<N>(&tensors, leave, Read::held_by(model), report)?;
        read.store(model);
        Ok(report)
    }
}

#[cfg(test)]
mod tests;
