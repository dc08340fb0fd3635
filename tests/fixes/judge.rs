//! What is asked of a fix.

use std::collections::BTreeMap;
use std::sync::Arc;

use dockstage_core::TextRange;
use dockstage_core::TextSize;
use dockstage_core::analysis::{Analysis, Settings};
use dockstage_core::lint::{Diagnostic, Severity, apply_fixes, buildkit_error, ignore_actions};
use dockstage_core::model::SourceFile;
use dockstage_core::text::SourceChange;

/// What was looked at, and what was wrong with it.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) files: usize,
    pub(crate) findings: usize,
    pub(crate) fixes: usize,
    pub(crate) ignores: usize,
    pub(crate) rules: BTreeMap<&'static str, Count>,
    /// Each of a kind, with what to look at.
    pub(crate) wrong: Vec<(String, String)>,
}

/// How many findings of a rule there are.
#[derive(Default)]
pub(crate) struct Count {
    pub(crate) found: usize,
    pub(crate) with_fix: usize,
}

impl Tally {
    /// Both together.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.files += other.files;
        self.findings += other.findings;
        self.fixes += other.fixes;
        self.ignores += other.ignores;
        for (code, count) in other.rules {
            let ours = self.rules.entry(code).or_default();
            ours.found += count.found;
            ours.with_fix += count.with_fix;
        }
        self.wrong.extend(other.wrong);
        self
    }

    /// Looks at everything that is offered for a file.
    pub(crate) fn look_at(&mut self, path: &str, text: &str, settings: &Settings) {
        self.files += 1;
        let before = Looked::at(text, settings);
        for finding in &before.found {
            self.findings += 1;
            let count = self.rules.entry(finding.code).or_default();
            count.found += 1;
            count.with_fix += usize::from(!finding.fixes.is_empty());
            for fix in &finding.fixes {
                self.fixes += 1;
                let wrong = before.wrong_with(finding, &fix.change);
                self.note(wrong, path, finding, &fix.title);
            }
            for action in ignore_actions(&before.file, std::slice::from_ref(finding), finding.range) {
                self.ignores += 1;
                let wrong = action.change.as_ref().and_then(|change| before.wrong_with(finding, change));
                self.note(wrong, path, finding, &action.title);
            }
        }
        self.look_at_all_together(path, text, settings);
    }

    fn note(&mut self, wrong: Option<String>, path: &str, finding: &Diagnostic, title: &str) {
        let Some(wrong) = wrong else { return };
        let (kind, rest) = wrong.split_once('\n').unwrap_or((&wrong, ""));
        let kind = format!("{}: {kind}", finding.code);
        self.wrong.push((kind, format!("    {path}\n      {}\n      {title}\n{rest}", finding.message)));
    }

    /// All safe fixes together: a second time they change nothing.
    fn look_at_all_together(&mut self, path: &str, text: &str, settings: &Settings) {
        let mend = |text: &str| apply_fixes(text, |file| Looked::diagnostics(file, settings));
        let once = mend(text);
        let again = mend(&once.text);
        if again.text != once.text || again.count > 0 {
            let what = format!("    {path}\n{}", changed_lines(&once.text, &again.text));
            self.wrong.push(("a second time there is something to mend".to_owned(), what));
        }
    }
}

/// A text and what is found in it.
struct Looked<'a> {
    text: &'a str,
    file: Arc<SourceFile>,
    found: Vec<Diagnostic>,
    settings: &'a Settings,
}

impl<'a> Looked<'a> {
    fn at(text: &'a str, settings: &'a Settings) -> Self {
        let file = Arc::new(SourceFile::new(text));
        let found = Self::diagnostics(&file, settings);
        Self { text, file, found, settings }
    }

    fn diagnostics(file: &Arc<SourceFile>, settings: &Settings) -> Vec<Diagnostic> {
        Analysis::new(Arc::clone(file), Arc::new(settings.clone())).diagnostics()
    }

    /// What is wrong with a change that is offered for a finding: the kind in the first line, then what to look at.
    fn wrong_with(&self, finding: &Diagnostic, change: &SourceChange) -> Option<String> {
        let Ok(text) = change.apply(self.text) else { return Some("the edits do not fit".to_owned()) };
        let after = Looked::at(&text, self.settings);
        let kind = self.fault_of(finding, change, &after)?;
        Some(format!("{kind}\n{}", changed_lines(self.text, &text)))
    }

    fn fault_of(&self, finding: &Diagnostic, change: &SourceChange, after: &Looked<'_>) -> Option<String> {
        if after.text == self.text {
            return Some("nothing is changed".to_owned());
        }
        if buildkit_error(&after.file).is_some() && buildkit_error(&self.file).is_none() {
            return Some("BuildKit cannot parse what becomes of it".to_owned());
        }
        // The words of a comment change only where they are at fault.
        // What was no instruction can be one with a heredoc now, which takes lines that were comments.
        if !["InvalidDefinitionDescription", "ParseError"].contains(&finding.code) {
            let left = after.comments();
            let is_lost = |(comment, times): (String, usize)| left.get(&comment).is_none_or(|it| *it < times);
            if self.comments().into_iter().any(is_lost) {
                return Some("a comment is lost".to_owned());
            }
        }
        // An instruction that BuildKit refuses hides what else is wrong, with it and behind it.
        let hides = finding.severity == Severity::Error || finding.code == "ParseError";
        let mut moved: Vec<(&Diagnostic, TextRange)> =
            self.found.iter().map(|it| (it, moved(it.range, change))).collect();
        for now in &after.found {
            let same = |(it, range): &(&Diagnostic, TextRange)| {
                it.code == now.code && range.intersect(now.range).is_some()
            };
            let exactly = |pair: &(&Diagnostic, TextRange)| {
                same(pair) && pair.1 == now.range && pair.0.message == now.message
            };
            let at = moved.iter().position(exactly).or_else(|| moved.iter().position(same));
            match at {
                Some(at) => drop(moved.swap_remove(at)),
                None if hides => {}
                None => return Some(format!("a new {}\n      {}", now.code, now.message)),
            }
        }
        // Of several findings at one place any may be the one that is gone.
        let is_it = |it: &Diagnostic| it.code == finding.code && it.range == finding.range;
        let is_another = || {
            let at = |it: &&Diagnostic| it.code == finding.code && it.message == finding.message;
            after.found.iter().filter(at).count() < self.found.iter().filter(at).count()
        };
        let is_gone = moved.iter().any(|(it, _)| is_it(it));
        if is_gone || (hides && is_another()) {
            return None;
        }
        Some("it is still found".to_owned())
    }

    /// How often each comment stands in it, but for those that tell which checks are made.
    fn comments(&self) -> BTreeMap<String, usize> {
        let dockerfile = self.file.dockerfile();
        let inside =
            dockerfile.instructions().flat_map(|it| it.data.comments.iter().map(move |&at| it.abs(at)));
        let mut found = BTreeMap::new();
        for range in dockerfile.comments.iter().map(|it| it.range).chain(inside) {
            let text = self.file.text().slice(range).trim().to_owned();
            if !text.contains('=') {
                *found.entry(text).or_default() += 1;
            }
        }
        found
    }
}

/// Where a range is after a change.
fn moved(range: TextRange, change: &SourceChange) -> TextRange {
    let (mut start, mut end) = (i64::from(u32::from(range.start())), i64::from(u32::from(range.end())));
    let (old_start, old_end) = (range.start(), range.end());
    let mut shift = 0_i64;
    for edit in change.edits() {
        let grown = edit.new_text.len() as i64 - i64::from(u32::from(edit.range.len()));
        let edit_start = i64::from(u32::from(edit.range.start()));
        if edit.range.end() <= old_start {
            start += grown;
        } else if edit.range.start() < old_start {
            start = edit_start + shift;
        }
        if edit.range.end() <= old_end {
            end += grown;
        } else if edit.range.start() < old_end {
            end = edit_start + shift + edit.new_text.len() as i64;
        }
        shift += grown;
    }
    let size = |at: i64| TextSize::new(u32::try_from(at.max(0)).unwrap());
    TextRange::new(size(start), size(end.max(start)))
}

/// The lines in which two texts differ.
fn changed_lines(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let part = |sign: char, lines: &[&str]| -> String {
        let part = lines[head..lines.len() - tail].iter().take(6);
        part.map(|line| format!("      {sign} {line:?}\n")).collect()
    };
    part('-', &old) + &part('+', &new)
}
