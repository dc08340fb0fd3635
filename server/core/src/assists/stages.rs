//! The refactorings of stages, each in a file of its own, and the fixes that they make.

use super::{CodeAction, base_stage, extract_stage, inline_stage, move_stage, name_stage};
use crate::TextRange;
use crate::lint::{Diagnostic, Fix};
use crate::model::SourceFile;

/// What offers a refactoring for a selection.
pub(super) type Assist = fn(&SourceFile, TextRange) -> Option<CodeAction>;

const ALL: [Assist; 5] =
    [name_stage::assist, inline_stage::assist, move_stage::assist, base_stage::assist, extract_stage::assist];

/// What turns a finding into a refactoring that mends it.
const FIXES: [fn(&SourceFile, &Diagnostic) -> Option<Fix>; 2] = [move_stage::fix, name_stage::fix];

/// How many diagnostics are looked at for such fixes: each is tried on the whole file.
const MOST_MENDED: usize = 8;

/// The refactorings that apply to a selection.
pub fn assists(file: &SourceFile, range: TextRange) -> Vec<CodeAction> {
    ALL.iter().filter_map(|assist| assist(file, range)).collect()
}

/// Adds fixes that take more than a rule knows to those `diagnostics` that touch `range`.
pub fn add_fixes(file: &SourceFile, diagnostics: &mut [Diagnostic], range: TextRange) {
    let touching = diagnostics.iter_mut().filter(|it| it.range.intersect(range).is_some());
    let ours = touching.filter(|it| matches!(it.code, "LaterStage" | "LaterBase" | "UnknownStage"));
    for diagnostic in ours.take(MOST_MENDED) {
        let fixes: Vec<Fix> = FIXES.iter().filter_map(|fix| fix(file, diagnostic)).collect();
        diagnostic.fixes.extend(fixes);
    }
}
