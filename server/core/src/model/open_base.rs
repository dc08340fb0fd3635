//! Bases that are decided when the build runs: `FROM base-$TARGETARCH`.

use super::stage::Stage;
use crate::syntax::expansion::{Expander, expansions};

/// How many stages are looked at, for all open bases of a file together. A file that asks for more has
/// thousands of stages.
pub(crate) const MOST_TRIED: usize = 1 << 20;

/// A base with variables: what stands before, between and behind them.
pub(crate) struct OpenBase<'a>(Vec<&'a str>);

impl<'a> OpenBase<'a> {
    /// The base of a stage, if it holds variables, whether the file gives them a value or not. Where
    /// nothing is written yet, anything can follow.
    pub(crate) fn of(stage: &'a Stage) -> Option<Self> {
        let Some((word, _)) = &stage.base_word else { return Some(Self(vec!["", ""])) };
        if !word.contains('$') {
            return None;
        }
        let mut literals = Vec::new();
        let mut rest = 0;
        for expansion in expansions(word, Expander::Buildkit('\\')) {
            // What stands in the braces of another expansion belongs to that one.
            if let Some(literal) = word.get(rest..expansion.whole.start) {
                literals.push(literal);
                rest = expansion.whole.end;
            }
        }
        literals.push(word.get(rest..).unwrap_or_default());
        (literals.len() > 1).then_some(Self(literals))
    }

    /// Whether the base can become the name of this stage.
    pub(crate) fn may_be(&self, stage: &Stage) -> bool {
        stage.name.as_ref().is_some_and(|name| self.may_become(&name.lower))
    }

    /// Whether it is nothing but variables, and so can become any word.
    pub(crate) fn is_anything(&self) -> bool {
        self.0.iter().all(|literal| literal.is_empty())
    }

    /// Whether the base can become this word.
    pub(crate) fn may_become(&self, word: &str) -> bool {
        let [first, between @ .., last] = self.0.as_slice() else { return false };
        let mut rest = word.strip_prefix(first).and_then(|rest| rest.strip_suffix(last));
        for literal in between {
            rest = rest.and_then(|rest| rest.split_once(literal)).map(|(_, rest)| rest);
        }
        rest.is_some()
    }
}
