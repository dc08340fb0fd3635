//! Hover: a card for what stands under the cursor.
//!
//! A stage, by name or index: what it is built from down to the image, what holds at its end, who uses it.
//! A path in a stage: what makes it. An image: its parts. A variable: its value and where that comes from. A keyword: what the instruction
//! does, and what it changes where it stands. Another word of the language: what it means.

mod account;
mod image;
mod keyword;
mod path;
mod stage;
mod start;
mod variable;
mod word;

use super::markdown::code;
use super::symbol_at::{SymbolId, stage_ref_at, symbol_at};
use super::texts;
use crate::model::{RefTarget, SourceFile, StageId};
use crate::syntax::{Directive, DirectiveName};
use crate::text::PositionEncoding;
use crate::workspace::BuiltTarget;
use crate::{TextRange, TextSize};

/// What is built of a file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Build<'a> {
    /// The target that the settings name.
    pub target: Option<&'a str>,
    /// What files of the project build.
    pub others: &'a [BuiltTarget],
}

/// A card, and the word it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The word.
    pub range: TextRange,
    /// Markdown.
    pub markdown: String,
}

/// The card for what stands at `offset`.
pub fn hover(file: &SourceFile, build: Build<'_>, offset: TextSize) -> Option<Hover> {
    let dockerfile = file.dockerfile();
    let Some(instruction) = dockerfile.instruction_at(offset) else { return directive(file, offset) };
    keyword::card(file, build, instruction, offset)
        .or_else(|| symbol(file, build, offset))
        .or_else(|| reference(file, build, offset))
        .or_else(|| path::hover(file, offset))
        .or_else(|| keyword::directory(file, instruction, offset))
        .or_else(|| word::card(instruction, offset))
}

/// The card of a check that a `check=` names: its name, what it does, why that matters, and its page.
pub fn check(range: TextRange, name: &str, what: &str, why: &str, url: Option<&str>) -> Hover {
    let link = url.map(|url| format!("\n\n[Page of this check]({url})")).unwrap_or_default();
    Hover { range, markdown: format!("**{}**\n\n{what}\n\n{why}{link}", code(name)) }
}

fn directive(file: &SourceFile, offset: TextSize) -> Option<Hover> {
    let found = file.dockerfile().directives.iter().find(|it| it.range.contains_inclusive(offset))?;
    let option = (found.name == DirectiveName::Check).then(|| check_option(found, offset)).flatten();
    Some(
        option.unwrap_or_else(|| Hover {
            range: found.range,
            markdown: texts::directive(found.name).markdown(),
        }),
    )
}

/// The name of an option of `# check=`: `skip` and others.
fn check_option(directive: &Directive, offset: TextSize) -> Option<Hover> {
    let mut start = directive.value_range.start();
    for part in directive.value.split(';') {
        let key = part.split('=').next().unwrap_or_default();
        let range = TextRange::at(start, TextSize::of(key));
        if range.contains_inclusive(offset) {
            return Some(Hover { range, markdown: texts::check_option(key.trim())?.markdown() });
        }
        start += TextSize::of(part) + TextSize::of(';');
    }
    None
}

/// A stage or a variable.
fn symbol(file: &SourceFile, build: Build<'_>, offset: TextSize) -> Option<Hover> {
    let symbol = symbol_at(file, offset)?;
    let markdown = match symbol.id {
        SymbolId::Stage(id) => {
            let note = stage_ref_at(file.dockerfile(), offset).and_then(stage::note);
            let card = stage::card(file, build, id);
            note.map_or_else(|| card.clone(), |note| format!("{card}\n\n{note}"))
        }
        SymbolId::Var(id) => variable::card(file, id, offset),
        SymbolId::OutsideVar(index) => variable::outside_card(file, index)?,
        SymbolId::Heredoc(..) => texts::heredoc().markdown(),
        SymbolId::Account(_) => account::card(file, offset)?,
    };
    // `FROM $BASE`: what the base is with the variable's default.
    let base = match symbol.id {
        SymbolId::Var(_) | SymbolId::OutsideVar(_) => {
            let found = stage_ref_at(file.dockerfile(), offset);
            found.filter(|it| it.target != RefTarget::Unknown).and_then(|_| reference(file, build, offset))
        }
        SymbolId::Stage(_) | SymbolId::Heredoc(..) | SymbolId::Account(_) => None,
    };
    let markdown = match base {
        Some(base) => format!("{markdown}\n\n---\n\n{}", base.markdown),
        None => markdown,
    };
    Some(Hover { range: symbol.range, markdown })
}

/// What a reference leads to: a stage, an image, or nothing.
fn reference(file: &SourceFile, build: Build<'_>, offset: TextSize) -> Option<Hover> {
    let found = stage_ref_at(file.dockerfile(), offset)?;
    let markdown = match found.target.stage() {
        Some(stage) => stage_card(file, build, stage),
        None => image::card(found)?,
    };
    Some(Hover { range: found.range, markdown })
}

/// The card of a stage.
pub(super) fn stage_card(file: &SourceFile, build: Build<'_>, id: StageId) -> String {
    stage::card(file, build, id)
}

/// Facts, each on a line.
fn list(facts: &[String]) -> String {
    facts.iter().map(|fact| format!("- {fact}")).collect::<Vec<_>>().join("\n")
}

/// The number of the line, from 1, that a place stands on.
pub(super) fn line_of(file: &SourceFile, offset: TextSize) -> u32 {
    file.text().line_col(offset, PositionEncoding::Utf8).line + 1
}

#[cfg(test)]
mod tests;
