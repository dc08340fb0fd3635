//! The fixes: what was most likely meant.

use crate::lint::Fix;
use crate::lint::near::nearest;
use crate::model::{FaultKind, FaultPhase, Instruction, InstructionData, SourceFile};
use crate::syntax::{Keyword, Spanned};
use crate::text::TextEdit;
use crate::{TextRange, TextSize};

/// What a word that is no instruction may have been meant to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Misread {
    /// This keyword, misspelled.
    Misspelled(String),
    /// This keyword, with what follows it glued on: directly, or with something that looks like a space.
    Glued {
        /// The keyword as written.
        keyword: String,
        /// What looks like a space.
        space: Option<char>,
    },
}

/// Reads a word that is no instruction.
pub(super) fn misread_keyword(written: &str) -> Option<Misread> {
    if let Some(near) = nearest(written, Keyword::ALL.iter().map(|keyword| keyword.as_str())) {
        let lower = written.chars().all(|c| !c.is_uppercase());
        return Some(Misread::Misspelled(if lower { near.to_lowercase() } else { near.to_owned() }));
    }
    let keyword = Keyword::ALL.iter().find_map(|keyword| {
        let (head, rest) = written.split_at_checked(keyword.as_str().len())?;
        (head.eq_ignore_ascii_case(keyword.as_str()) && !rest.is_empty()).then_some((head, rest))
    });
    let (head, rest) = keyword?;
    let next = rest.chars().next()?;
    if next.is_whitespace() {
        return Some(Misread::Glued { keyword: head.to_owned(), space: Some(next) });
    }
    // `RUNTIME` is another word; `FROMalpine` and `RUN[` are not.
    let glued = !next.is_alphanumeric() || (head.chars().all(char::is_uppercase) && next.is_lowercase());
    (glued && !"_-./:=".contains(next)).then(|| Misread::Glued { keyword: head.to_owned(), space: None })
}

/// The flag of an instruction that a name misspells.
pub(super) fn misspelled_flag(keyword: Keyword, name: &str) -> Option<&'static str> {
    nearest(name, keyword.flags().iter().copied())
}

/// The fix of a fault at `range`, where one is known.
pub(super) fn fix(
    kind: &FaultKind,
    data: &InstructionData,
    instruction: Instruction<'_>,
    range: TextRange,
) -> Option<Fix> {
    match kind {
        FaultKind::UnknownInstruction { written } => {
            let in_trigger = range.start() > instruction.keyword_range().end();
            keyword_fix(written, range, in_trigger)
                .filter(|fix| !in_trigger || is_parsed_with(instruction, fix))
        }
        FaultKind::UnknownFlag { name } => {
            let known = misspelled_flag(data.keyword, name)?;
            Some(Fix::change_to(range, &format!("--{known}")))
        }
        FaultKind::BadDuration { value, .. } if value.bytes().all(|b| b.is_ascii_digit()) => {
            Some(Fix::change_to(range, &format!("{value}s")))
        }
        FaultKind::JsonNotStrings => {
            let written = source_of(instruction, range);
            let plain = !written.is_empty()
                && written.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
            plain.then(|| Fix::change_to(range, &format!("\"{written}\"")))
        }
        FaultKind::ShellNotJson => {
            let json = as_json(data.arguments.words())?;
            Some(Fix::guess("Write it in JSON form", TextEdit::replace(range, json)))
        }
        FaultKind::HealthcheckType { written } => match nearest(written, ["CMD", "NONE"]) {
            Some(known) => Some(Fix::change_to(range, known)),
            None => Some(Fix::guess("Insert `CMD`", TextEdit::insert(range.start(), "CMD "))),
        },
        FaultKind::FromArguments => from_fix(data, instruction),
        FaultKind::OnbuildChain => {
            let inner = data.trigger.as_deref()?;
            let doubled = TextRange::new(instruction.keyword_range().start(), range.start());
            inner.trigger.is_some().then(|| Fix::guess("Remove one ONBUILD", TextEdit::delete(doubled)))
        }
        _ => None,
    }
}

/// What stands at a place of an instruction, continuations joined.
fn source_of<'a>(instruction: Instruction<'a>, range: TextRange) -> &'a str {
    let line = &instruction.data.line;
    let offset = |at: TextSize| line.offset_of_source(u32::from(at - instruction.start));
    line.text().get(offset(range.start())..offset(range.end())).unwrap_or_default()
}

/// Whether BuildKit's parser takes an ONBUILD after a fix. It takes one with an unknown instruction, which
/// fails later and maybe never; with a known one that lacks something the whole file would be refused.
fn is_parsed_with(instruction: Instruction<'_>, fix: &Fix) -> bool {
    let line = &instruction.data.line;
    let mut text = line.text().to_owned();
    for edit in fix.change.edits().iter().rev() {
        let offset = |at: TextSize| line.offset_of_source(u32::from(at - instruction.start));
        let place = offset(edit.range.start())..offset(edit.range.end());
        if text.get(place.clone()).is_none() {
            return false;
        }
        text.replace_range(place, &edit.new_text);
    }
    let file = SourceFile::new(&text);
    let mut faults = file.dockerfile().instructions().flat_map(|it| it.data.faults.iter());
    !faults.any(|fault| fault.kind.phase() == FaultPhase::Parser)
}

fn keyword_fix(written: &str, range: TextRange, in_trigger: bool) -> Option<Fix> {
    // What ONBUILD cannot hold.
    const NO_TRIGGERS: [&str; 3] = ["FROM", "MAINTAINER", "ONBUILD"];
    if range.len() != TextSize::of(written) {
        return None; // It goes on over several lines.
    }
    match misread_keyword(written)? {
        Misread::Misspelled(keyword) => {
            let is_refused = in_trigger && NO_TRIGGERS.iter().any(|it| keyword.eq_ignore_ascii_case(it));
            (!is_refused).then(|| Fix::change_to(range, &keyword))
        }
        Misread::Glued { keyword, space } => {
            let at = range.start() + TextSize::of(keyword.as_str());
            let glue = space.map_or(TextSize::new(0), TextSize::of);
            let edit = TextEdit::replace(TextRange::at(at, glue), " ");
            Some(Fix::guess("Put a space here", edit))
        }
    }
}

/// `FROM alpine builder` lacks its `AS`.
fn from_fix(data: &InstructionData, instruction: Instruction<'_>) -> Option<Fix> {
    let [base, name] = data.arguments.words() else { return None };
    let plain = name.text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let is_as = |word: &Spanned| word.text.eq_ignore_ascii_case("as");
    if !plain || is_as(base) || is_as(name) || !name.text.starts_with(|c: char| c.is_alphabetic()) {
        return None;
    }
    let at = instruction.abs(name.range).start();
    Some(Fix::guess("Insert `AS`", TextEdit::insert(at, "AS ")))
}

/// Plain words as a JSON list; none where quotes or escapes would have to be understood first.
fn as_json(words: &[Spanned]) -> Option<String> {
    let [text] = words else { return None };
    if text.text.contains(['"', '\'', '\\', '`', '[', ']', '$']) || text.text.contains(char::is_control) {
        return None;
    }
    let quoted: Vec<String> = text.text.split_whitespace().map(|word| format!("\"{word}\"")).collect();
    Some(format!("[{}]", quoted.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_was_meant() {
        let misspelled = |keyword: &str| Some(Misread::Misspelled(keyword.to_owned()));
        let glued = |keyword: &str, space| Some(Misread::Glued { keyword: keyword.to_owned(), space });
        assert_eq!(misread_keyword("COPPY"), misspelled("COPY"));
        assert_eq!(misread_keyword("form"), misspelled("from"));
        assert_eq!(misread_keyword("FROMalpine"), glued("FROM", None));
        assert_eq!(misread_keyword("RUN\u{a0}a"), glued("RUN", Some('\u{a0}')));
        assert_eq!(misread_keyword("CMD[\"a\"]"), glued("CMD", None));
        assert_eq!(misread_keyword("RUNTIME"), None);
        assert_eq!(misread_keyword("env_file=a"), None);
        assert_eq!(misread_keyword("//"), None);
    }
}
