//! Diagnostics: what BuildKit refuses, and what deserves a hint about stages.
//!
//! A rule is one file in `rules/`: its page as a doc comment, its check, its fixes, its tests.

use crate::analysis::Settings;
use crate::assists::CodeAction;
use crate::model::{InstructionId, SourceFile};
use crate::text::{Applicability, SourceChange, TextDocument};
use crate::workspace::{BuiltTarget, IgnoreFile};
use crate::{TextRange, TextSize};

mod apply;
mod commands;
mod expanded;
mod file_mode;
mod globals;
mod image_name;
mod near;
mod platform;
mod rule;
pub mod rules;
mod suppression;
mod target;
#[cfg(test)]
mod test;
mod unused;
mod verdict;

pub use apply::{Fixed, apply_fixes};
pub use commands::known::{Known, KnownText, known};
pub use near::nearest;
pub use rule::{FixKind, Rule};
pub use target::target;
pub use unused::unused_stages;
pub use verdict::{BuildkitError, buildkit_error};

/// Who says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// BuildKit would say it too.
    Buildkit,
    /// Only we say it.
    Dockstage,
}

impl Source {
    /// Its name in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Buildkit => "buildkit",
            Self::Dockstage => "dockstage",
        }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// BuildKit refuses to build it.
    Error,
    /// It builds, but hardly does what is meant.
    Warning,
    /// Worth knowing.
    Info,
    /// A suggestion in passing.
    Hint,
}

impl Severity {
    /// Its name in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Hint => "hint",
        }
    }
}

/// Another place that belongs to a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub range: TextRange,
    /// What it has to do with it.
    pub message: String,
}

/// A way to mend a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: ``Change to `builder` ``.
    pub title: String,
    /// The edits.
    pub change: SourceChange,
    /// Whether it may be applied without a look.
    pub applicability: Applicability,
    /// Whether it is the one to take when there are several.
    pub preferred: bool,
}

/// Which comments can silence a diagnostic, beside the head of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Heeds {
    /// Those above the instruction that it stands in.
    #[default]
    Place,
    /// Those above another one, which makes BuildKit say it.
    Instruction(InstructionId),
    /// None.
    Nothing,
}

/// Something wrong, or worth a hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Who says it.
    pub source: Source,
    /// Its name, in the form `StageNameCasing`; BuildKit's own name where it has one.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong with what, and the cure, in one or two short sentences.
    pub message: String,
    /// The words at fault.
    pub range: TextRange,
    /// The page about it.
    pub url: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// What can be done.
    pub fixes: Vec<Fix>,
    /// Whether the range is code that has no effect: editors show it faded.
    pub unnecessary: bool,
    /// Which comments can silence it.
    pub heeds: Heeds,
}

impl Diagnostic {
    /// Adds another place that belongs to it.
    fn relate(&mut self, range: TextRange, message: impl Into<String>) {
        self.related.push(Related { range, message: message.into() });
    }
}

/// Everything to be said about a document without an ignore file, in order of the text.
pub fn diagnostics(file: &SourceFile, settings: &Settings) -> Vec<Diagnostic> {
    diagnostics_beside(file, settings, Beside::default())
}

/// What is known beside a document.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The ignore file that counts for it.
    pub ignore: Option<&'a IgnoreFile>,
    /// The stages that files of the project build.
    pub targets: &'a [BuiltTarget],
}

/// Everything to be said about a document beside which this is known, in order of the text.
pub fn diagnostics_beside(file: &SourceFile, settings: &Settings, beside: Beside<'_>) -> Vec<Diagnostic> {
    let shared = rule::Shared::new(file, settings, beside);
    let mut found = rule::Context::run(rules::all(), &shared);
    shared.suppression.apply(file.dockerfile(), &mut found);
    for it in &mut found {
        it.fixes.retain(|fix| keeps_lines(file.text(), fix));
    }
    found.sort_by_key(|it| (it.range.start(), it.range.end()));
    found
}

/// Whether a fix leaves alone what stands between lines: a word that goes on over several of them has
/// continuations in it, and maybe comments. Whole lines can be taken away.
fn keeps_lines(text: &TextDocument, fix: &Fix) -> bool {
    fix.change.edits().iter().all(|edit| {
        let starts_line = || rule::line_start(text, edit.range.start()) == edit.range.start();
        edit.range.is_empty()
            || !text.slice(edit.range).contains('\n')
            || (edit.new_text.is_empty() && starts_line())
    })
}

/// The rule that a `check=` names at `offset`, and where the name stands.
pub fn check_at(
    file: &SourceFile,
    settings: &Settings,
    offset: TextSize,
) -> Option<(TextRange, &'static Rule)> {
    if file.dockerfile().instruction_at(offset).is_some() {
        return None;
    }
    let lines = suppression::Suppression::of(file, settings).lines;
    let (name, range) =
        lines.iter().flat_map(|line| line.names()).find(|(_, range)| range.contains_inclusive(offset))?;
    Some((range, rules::find(name).filter(|rule| rule.code == name)?))
}

/// Ways to silence those `diagnostics` that touch `range`, as code actions.
pub fn ignore_actions(file: &SourceFile, diagnostics: &[Diagnostic], range: TextRange) -> Vec<CodeAction> {
    let ignores = suppression::ignores(file, diagnostics, range);
    ignores.iter().map(|(diagnostic, fix)| CodeAction::of_fix(diagnostic, fix)).collect()
}

/// The fixes of those `diagnostics` that touch `range`, as code actions.
pub fn fixes(diagnostics: &[Diagnostic], range: TextRange) -> Vec<CodeAction> {
    let touching = diagnostics.iter().filter(|it| it.range.intersect(range).is_some());
    touching
        .flat_map(|diagnostic| diagnostic.fixes.iter().map(move |fix| CodeAction::of_fix(diagnostic, fix)))
        .collect()
}
