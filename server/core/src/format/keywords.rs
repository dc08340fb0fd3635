//! The case of keywords: those of instructions, of ONBUILD's triggers, `AS`, and HEALTHCHECK's `CMD` and `NONE`.

use super::Planned;
use super::lines::Lines;
use super::style::{KeywordCase, Style};
use crate::model::{Arguments, Instruction, InstructionData};
use crate::syntax::{Keyword, Spanned};
use crate::text::TextEdit;

pub(super) fn keywords(lines: &Lines<'_>, style: &Style, planned: &mut Vec<Planned>) {
    let cased: fn(&str) -> String = match style.keyword_case {
        KeywordCase::Keep => return,
        KeywordCase::Upper => str::to_ascii_uppercase,
        KeywordCase::Lower => str::to_ascii_lowercase,
    };
    for instruction in lines.dockerfile.instructions().filter(|it| it.keyword() != Keyword::Unknown) {
        for word in words(instruction) {
            // One that a continuation cuts in two stays.
            let range = instruction.abs(word.range);
            if lines.slice(range) == word.text {
                let edit = TextEdit::replace(range, cased(&word.text));
                planned.push(Planned { edit, instruction: Some(instruction.id), moves: false });
            }
        }
    }
}

/// Every keyword in an instruction.
fn words(instruction: Instruction<'_>) -> impl Iterator<Item = &Spanned> {
    let data: &InstructionData = instruction.data;
    let trigger = data.trigger.as_deref().filter(|it| it.keyword != Keyword::Unknown);
    std::iter::once(data).chain(trigger).flat_map(|data| [Some(&data.keyword_word), inner(data)]).flatten()
}

/// The keyword among an instruction's arguments.
fn inner(data: &InstructionData) -> Option<&Spanned> {
    match &data.arguments {
        Arguments::Healthcheck { kind, .. } => Some(kind),
        Arguments::Words(words) if data.keyword == Keyword::From => words.get(1),
        _ => None,
    }
}
