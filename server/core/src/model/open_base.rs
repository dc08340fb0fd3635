//! Bases that are decided when the build runs: `FROM base-$TARGETARCH`.

use super::stage::Stage;
use crate::syntax::expansion::{Expander, expansions};

/// How many stages are looked at, for all open bases of a file together. A file that asks for more has
/// thousands of stages.
pub(crate) const MOST_TRIED: usize = 1 << 20;

/// The platform's variables that always have a value.
const NEVER_EMPTY: [&str; 6] =
    ["TARGETPLATFORM", "TARGETOS", "TARGETARCH", "BUILDPLATFORM", "BUILDOS", "BUILDARCH"];

/// A base with variables.
pub(crate) struct OpenBase<'a> {
    /// What stands before, between and behind its variables.
    literals: Vec<&'a str>,
    /// For each variable whether it may be empty: a platform is not.
    may_be_empty: Vec<bool>,
}

impl<'a> OpenBase<'a> {
    /// The base of a stage, if it holds variables, whether the file gives them a value or not. Where
    /// nothing is written yet, anything can follow.
    pub(crate) fn of(stage: &'a Stage) -> Option<Self> {
        let Some((word, _)) = &stage.base_word else {
            return Some(Self { literals: vec!["", ""], may_be_empty: vec![true] });
        };
        if !word.contains('$') {
            return None;
        }
        let (mut literals, mut may_be_empty) = (Vec::new(), Vec::new());
        let mut rest = 0;
        for expansion in expansions(word, Expander::Buildkit('\\')) {
            // What stands in the braces of another expansion belongs to that one.
            if let Some(literal) = word.get(rest..expansion.whole.start) {
                literals.push(literal);
                let always_set = NEVER_EMPTY.contains(&&word[expansion.name.clone()]);
                may_be_empty.push(!always_set || !expansion.operator.is_empty());
                rest = expansion.whole.end;
            }
        }
        literals.push(word.get(rest..).unwrap_or_default());
        (literals.len() > 1).then_some(Self { literals, may_be_empty })
    }

    /// Whether the base can become the name of this stage.
    pub(crate) fn may_be(&self, stage: &Stage) -> bool {
        stage.name.as_ref().is_some_and(|name| self.may_become(&name.lower))
    }

    /// Whether it is nothing but variables, and so can become any word.
    pub(crate) fn is_anything(&self) -> bool {
        self.literals.iter().all(|literal| literal.is_empty())
    }

    /// Whether the base can become this word.
    pub(crate) fn may_become(&self, word: &str) -> bool {
        let [first, between @ .., last] = self.literals.as_slice() else { return false };
        let rest = word.strip_prefix(first).and_then(|rest| rest.strip_suffix(last));
        let Some(mut rest) = rest else { return false };
        let mut variables = self.may_be_empty.iter();
        for literal in between {
            let at_least = if variables.next() == Some(&false) { first_char(rest) } else { 0 };
            match rest[at_least..].split_once(literal) {
                Some((_, behind)) => rest = behind,
                None => return false,
            }
        }
        variables.next() != Some(&false) || !rest.is_empty()
    }
}

/// How long the first character is; 0 where there is none.
fn first_char(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use crate::model::SourceFile;
    use crate::model::open_base::OpenBase;

    #[test]
    fn a_platform_is_not_empty() {
        let fits = |base: &str, word: &str| {
            let file = SourceFile::new(&format!("FROM {base}\n"));
            OpenBase::of(&file.dockerfile().stages[0]).unwrap().may_become(word)
        };
        assert!(fits("b$X", "b") && fits("b$X", "bc") && fits("a${X}b$Y", "ab"));
        assert!(fits("b$TARGETARCH", "bamd64") && fits("b$TARGETARCH-c", "barm-c"));
        assert!(!fits("b$TARGETARCH", "b") && !fits("b$TARGETARCH-c", "b-c"));
        assert!(fits("b${TARGETARCH#amd64}", "b"), "what is left of it may be nothing");
        assert!(fits("b${TARGETARCH}${TARGETVARIANT}", "barm"), "a variant may be empty");
    }
}
