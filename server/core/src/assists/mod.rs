//! Code actions: refactorings of our own, and the fixes of diagnostics in the same form.

use crate::TextRange;
use crate::lint::{Diagnostic, Fix};
use crate::model::SourceFile;
use crate::text::SourceChange;

mod base_stage;
mod extract_stage;
mod inline_stage;
mod layout;
mod move_stage;
mod name_stage;
pub mod split_stage;
pub mod stages;
#[cfg(test)]
mod test;

/// The kind of a code action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// Mends a diagnostic.
    QuickFix,
    /// Makes something of its own of a part of the code: `refactor.extract`.
    RefactorExtract,
    /// Puts something where it is used: `refactor.inline`.
    RefactorInline,
    /// Puts code elsewhere: `refactor.move`.
    RefactorMove,
    /// Turns code into other code that does what was meant: `refactor.rewrite`.
    RefactorRewrite,
}

/// Something that can be done to a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeAction {
    /// What it does, as an imperative.
    pub title: String,
    /// Its kind.
    pub kind: ActionKind,
    /// The edits; none when it cannot be done, see `disabled`.
    pub change: Option<SourceChange>,
    /// The diagnostic that it mends.
    pub diagnostic: Option<Diagnostic>,
    /// Whether it is the one to take when there are several.
    pub preferred: bool,
    /// Why it cannot be done here.
    pub disabled: Option<String>,
    /// What it assumes and what to look at afterwards, one sentence each.
    pub notes: Vec<String>,
}

impl CodeAction {
    /// A diagnostic's fix as an action.
    pub fn of_fix(diagnostic: &Diagnostic, fix: &Fix) -> Self {
        Self {
            title: fix.title.clone(),
            kind: ActionKind::QuickFix,
            change: Some(fix.change.clone()),
            diagnostic: Some(diagnostic.clone()),
            preferred: fix.preferred,
            disabled: None,
            notes: Vec::new(),
        }
    }

    /// Whether what it does asks for a decision: a comment in the result says what to look at.
    pub fn needs_decision(&self) -> bool {
        let edits = self.change.iter().flat_map(SourceChange::edits);
        edits.map(|edit| &edit.new_text).any(|text| text.contains(split_stage::TO_DECIDE))
    }

    /// A refactoring that can be done.
    fn refactoring(title: String, kind: ActionKind, change: SourceChange) -> Self {
        Self {
            title,
            kind,
            change: Some(change),
            diagnostic: None,
            preferred: false,
            disabled: None,
            notes: Vec::new(),
        }
    }
}

/// The refactorings that apply to a selection, where a split is asked for in this way.
pub fn assists(file: &SourceFile, range: TextRange, split: split_stage::Request<'_>) -> Vec<CodeAction> {
    let preferred = split_stage::assist(file, range, split);
    preferred.into_iter().chain(split_stage::variants(file, range, split)).collect()
}
