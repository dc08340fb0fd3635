//! Hover: a card for what stands under the cursor.
//!
//! A stage, by name or index: what it is built from down to the image, who uses it, what holds at its
//! end. An image: its parts. A variable: its value and where that comes from. A word of the language:
//! what it does, with a link to the reference.

mod image;
mod stage;
mod variable;

use super::symbol_at::{SymbolId, stage_ref_at, symbol_at};
use super::texts::{self, Text};
use crate::model::{Arguments, Flag, Instruction, InstructionData, RefTarget, SourceFile, StageId};
use crate::syntax::{Keyword, RelRange};
use crate::text::PositionEncoding;
use crate::{TextRange, TextSize};

/// A card, and the word it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The word.
    pub range: TextRange,
    /// Markdown.
    pub markdown: String,
}

/// The card for what stands at `offset`.
pub fn hover(file: &SourceFile, offset: TextSize) -> Option<Hover> {
    let dockerfile = file.dockerfile();
    let Some(instruction) = dockerfile.instruction_at(offset) else { return directive(file, offset) };
    keyword(instruction, offset)
        .or_else(|| symbol(file, offset))
        .or_else(|| reference(file, offset))
        .or_else(|| word(instruction, offset))
}

fn directive(file: &SourceFile, offset: TextSize) -> Option<Hover> {
    let found = file.dockerfile().directives.iter().find(|it| it.range.contains_inclusive(offset))?;
    Some(Hover { range: found.range, markdown: texts::directive(found.name).markdown() })
}

/// An instruction's keyword, or that of ONBUILD's trigger.
fn keyword(instruction: Instruction<'_>, offset: TextSize) -> Option<Hover> {
    let data: &InstructionData = instruction.data;
    let candidates = std::iter::once(data).chain(data.trigger.as_deref());
    let mut found = candidates.filter(|it| instruction.abs(it.keyword_word.range).contains_inclusive(offset));
    let found = found.next()?;
    let text = texts::instruction(found.keyword)?;
    Some(Hover { range: instruction.abs(found.keyword_word.range), markdown: text.markdown() })
}

/// A stage or a variable.
fn symbol(file: &SourceFile, offset: TextSize) -> Option<Hover> {
    let symbol = symbol_at(file, offset)?;
    let markdown = match symbol.id {
        SymbolId::Stage(id) => {
            let note = stage_ref_at(file.dockerfile(), offset).and_then(stage::note);
            let card = stage::card(file, id);
            note.map_or_else(|| card.clone(), |note| format!("{card}\n\n{note}"))
        }
        SymbolId::Var(id) => variable::card(file, id, offset),
        SymbolId::OutsideVar(index) => variable::outside_card(file, index)?,
        SymbolId::Heredoc(..) => texts::heredoc().markdown(),
    };
    // `FROM $BASE`: what the base is with the variable's default.
    let base = match symbol.id {
        SymbolId::Var(_) | SymbolId::OutsideVar(_) => {
            let found = stage_ref_at(file.dockerfile(), offset);
            found.filter(|it| it.target != RefTarget::Unknown).and_then(|_| reference(file, offset))
        }
        SymbolId::Stage(_) | SymbolId::Heredoc(..) => None,
    };
    let markdown = match base {
        Some(base) => format!("{markdown}\n\n---\n\n{}", base.markdown),
        None => markdown,
    };
    Some(Hover { range: symbol.range, markdown })
}

/// What a reference leads to: a stage, an image, or nothing.
fn reference(file: &SourceFile, offset: TextSize) -> Option<Hover> {
    let found = stage_ref_at(file.dockerfile(), offset)?;
    let markdown = match found.target.stage() {
        Some(stage) => stage_card(file, stage),
        None => image::card(found)?,
    };
    Some(Hover { range: found.range, markdown })
}

/// The card of a stage.
pub(super) fn stage_card(file: &SourceFile, id: StageId) -> String {
    stage::card(file, id)
}

/// A flag, a part of a mount, or another word with a meaning of its own.
fn word(instruction: Instruction<'_>, offset: TextSize) -> Option<Hover> {
    let data = instruction.data.effective();
    let touches = |range: RelRange| instruction.abs(range).contains_inclusive(offset);
    if let Some(flag) = data.flags.iter().find(|flag| touches(flag.whole.range)) {
        let (range, text) = flag_text(data.keyword, flag, &touches)?;
        return Some(Hover { range: instruction.abs(range), markdown: text.markdown() });
    }
    if let Some(heredoc) = instruction.data.heredocs.iter().find(|it| touches(it.redirect)) {
        let range = instruction.abs(heredoc.redirect);
        return Some(Hover { range, markdown: texts::heredoc().markdown() });
    }
    let (found, text) = match (&data.arguments, data.keyword) {
        (Arguments::Words(words), Keyword::From) => {
            (words.get(1).filter(|it| it.text.eq_ignore_ascii_case("as"))?, texts::stage_name_keyword())
        }
        (Arguments::Healthcheck { kind, .. }, _) => (kind, texts::instruction(Keyword::Healthcheck)?),
        _ => return None,
    };
    let is_here = touches(found.range);
    is_here.then(|| Hover { range: instruction.abs(found.range), markdown: text.markdown() })
}

/// What there is to say about a flag at the cursor, and about which part of it.
fn flag_text(keyword: Keyword, flag: &Flag, touches: &impl Fn(RelRange) -> bool) -> Option<(RelRange, Text)> {
    if touches(flag.name.range) || flag.mount.is_none() {
        let name = RelRange::new(flag.whole.range.start(), flag.name.range.end());
        return Some((name, texts::flag(keyword, &flag.name.text)?));
    }
    let mount = flag.mount.as_ref()?;
    let kind = mount.kind();
    let field = mount.fields.iter().find(|field| {
        touches(field.key.range) || field.value.as_ref().is_some_and(|value| touches(value.range))
    })?;
    let key = field.key.text.to_lowercase();
    if let Some(value) = field.value.as_ref().filter(|value| touches(value.range)) {
        let text = match key.as_str() {
            "type" => texts::mount_type(&value.text.to_lowercase()),
            "sharing" => texts::mount_sharing(&value.text.to_lowercase()),
            _ => None,
        };
        if let Some(text) = text {
            return Some((value.range, text));
        }
    }
    Some((field.key.range, texts::mount_key(&kind, &key)?))
}

/// The number of the line, from 1, that a place stands on.
fn line_of(file: &SourceFile, offset: TextSize) -> u32 {
    file.text().line_col(offset, PositionEncoding::Utf8).line + 1
}

#[cfg(test)]
mod tests;
