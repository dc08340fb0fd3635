//! Applying the fixes that need no look.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Diagnostic, Fix, buildkit_error};
use crate::TextSize;
use crate::model::SourceFile;
use crate::text::{Applicability, SourceChange, TextEdit};

/// One fix can make room for the next, but not for ever.
const ROUNDS: usize = 10;

/// A text after its fixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The text.
    pub text: String,
    /// How many fixes were applied.
    pub count: usize,
}

/// Applies the safe fixes of what `diagnose` finds, again and again until it finds none. Of fixes that
/// touch each other the first one is applied; the other one comes with the next round, if it is still
/// needed. A round after which BuildKit would refuse a file that it took before is not applied.
pub fn apply_fixes(text: &str, mut diagnose: impl FnMut(&Arc<SourceFile>) -> Vec<Diagnostic>) -> Fixed {
    let mut fixed = Fixed { text: text.to_owned(), count: 0 };
    let mut file = Arc::new(SourceFile::new(text));
    for _ in 0..ROUNDS {
        let (change, count) = disjoint(&diagnose(&file));
        let Ok(text) = change.apply(&fixed.text) else { break };
        if text == fixed.text {
            break;
        }
        let next = Arc::new(SourceFile::new(&text));
        if buildkit_error(&next).is_some() && buildkit_error(&file).is_none() {
            break;
        }
        fixed = Fixed { text, count: fixed.count + count };
        file = next;
    }
    fixed
}

/// As many safe fixes as do not touch each other, as one change, and how many they are.
fn disjoint(found: &[Diagnostic]) -> (SourceChange, usize) {
    let mut taken = Taken::default();
    let mut edits: Vec<TextEdit> = Vec::new();
    let mut count = 0;
    for fix in found.iter().filter_map(safe) {
        let wanted = fix.change.edits();
        if !wanted.iter().any(|edit| taken.touches(edit)) {
            wanted.iter().for_each(|edit| taken.take(edit));
            edits.extend(wanted.iter().cloned());
            count += 1;
        }
    }
    (SourceChange::new(edits).unwrap_or_default(), count)
}

/// The safe fix of a diagnostic: the preferred one, or else the only one. Between several that are
/// equally good the user has to choose.
fn safe(diagnostic: &Diagnostic) -> Option<&Fix> {
    let mut safe = diagnostic.fixes.iter().filter(|fix| fix.applicability == Applicability::Safe);
    let first = safe.clone().next()?;
    match safe.clone().find(|fix| fix.preferred) {
        Some(preferred) => Some(preferred),
        None => (safe.by_ref().count() == 1).then_some(first),
    }
}

/// The places that are edited already: where each starts, and where it ends. They do not touch, except
/// for those of one fix.
#[derive(Default)]
struct Taken(BTreeMap<TextSize, TextSize>);

impl Taken {
    /// Whether `edit` overlaps or adjoins one of them.
    fn touches(&self, edit: &TextEdit) -> bool {
        let last = self.0.range(..=edit.range.end()).next_back();
        last.is_some_and(|(_, &end)| end >= edit.range.start())
    }

    fn take(&mut self, edit: &TextEdit) {
        let end = self.0.entry(edit.range.start()).or_insert(edit.range.end());
        *end = (*end).max(edit.range.end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextRange;
    use crate::lint::{Heeds, Severity, Source};

    /// A finding at each `word`, with its fix.
    fn finding(file: &SourceFile, word: &str, new: &str, applicability: Applicability) -> Vec<Diagnostic> {
        let text = file.text().to_string();
        let at = text.match_indices(word).map(|(at, _)| u32::try_from(at).unwrap());
        let ranges = at.map(|at| TextRange::at(at.into(), TextSize::of(word)));
        let diagnostics = ranges.map(|range| Diagnostic {
            source: Source::Dockstage,
            code: "Test",
            severity: Severity::Warning,
            message: String::new(),
            range,
            url: None,
            related: Vec::new(),
            fixes: vec![Fix {
                title: String::new(),
                change: SourceChange::single(TextEdit::replace(range, new)),
                applicability,
                preferred: true,
            }],
            unnecessary: false,
            heeds: Heeds::Place,
        });
        diagnostics.collect()
    }

    #[test]
    fn every_safe_fix_is_applied_and_counted() {
        let text = "from alpine\r\nfrom alpine";
        let fixed = apply_fixes(text, |file| finding(file, "from", "FROM", Applicability::Safe));
        assert_eq!(fixed, Fixed { text: "FROM alpine\r\nFROM alpine".to_owned(), count: 2 });
        let guessed = apply_fixes(text, |file| finding(file, "from", "FROM", Applicability::Unsafe));
        assert_eq!(guessed, Fixed { text: text.to_owned(), count: 0 });
    }

    #[test]
    fn fixes_that_touch_come_one_after_the_other() {
        let both = |file: &Arc<SourceFile>| {
            let mut found = finding(file, "ab", "x", Applicability::Safe);
            found.extend(finding(file, "bc", "y", Applicability::Safe));
            found.extend(finding(file, "xc", "z", Applicability::Safe));
            found
        };
        let fixed = apply_fixes("FROM abc\n", both);
        assert_eq!(fixed, Fixed { text: "FROM z\n".to_owned(), count: 2 });
    }

    #[test]
    fn fixes_without_end_are_left_after_some_rounds() {
        let fixed = apply_fixes("FROM a\n", |file| finding(file, "FROM a", "FROM aa", Applicability::Safe));
        assert_eq!(fixed.count, ROUNDS);
    }

    #[test]
    fn what_would_break_the_build_is_not_applied() {
        let text = "FROM alpine\nRUN a\n";
        let fixed = apply_fixes(text, |file| finding(file, "RUN", "RUNN", Applicability::Safe));
        assert_eq!(fixed, Fixed { text: text.to_owned(), count: 0 });
    }
}
