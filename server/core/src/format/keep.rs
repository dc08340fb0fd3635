//! The wall before a formatted text: it is read again, and has to say what it said before.

use rustc_hash::FxHashSet;

use super::Planned;
use super::indentation::is_shell_text;
use super::lines::Lines;
use super::style::Style;
use crate::model::{Arguments, Dockerfile, Flag, InstructionData, InstructionId, SourceFile};
use crate::syntax::casing;
use crate::text::SourceChange;

/// The change that is left of the planned edits when every instruction keeps its meaning. Where one would be read
/// otherwise its continuations stay where they are, and where that is not enough, all of it.
pub(super) fn what_is_read(lines: &Lines<'_>, style: &Style, mut planned: Vec<Planned>) -> SourceChange {
    for gives_up_all in [false, true, true] {
        let edits = planned.iter().map(|it| it.edit.clone()).collect();
        let Ok(change) = SourceChange::new(edits) else { return SourceChange::default() };
        if change.edits().is_empty() {
            return change;
        }
        let Ok(text) = change.apply(&lines.text) else { return SourceChange::default() };
        let now = SourceFile::new(&text);
        match others(lines.dockerfile, now.dockerfile(), style) {
            Some(others) if others.is_empty() => return change,
            Some(others) => planned.retain(|it| {
                let is_other = it.instruction.is_some_and(|id| others.contains(&id));
                !is_other || !gives_up_all && !it.moves
            }),
            None => return SourceChange::default(),
        }
    }
    SourceChange::default()
}

/// The instructions that are read otherwise; none where not even their number is the same.
fn others(before: &Dockerfile, after: &Dockerfile, style: &Style) -> Option<FxHashSet<InstructionId>> {
    let directives =
        |it: &Dockerfile| -> Vec<_> { it.directives.iter().map(|it| (it.name, it.value.clone())).collect() };
    if before.placed.len() != after.placed.len()
        || before.comments.len() != after.comments.len()
        || directives(before) != directives(after)
    {
        return None;
    }
    let pairs = before.instructions().zip(after.instructions());
    let other = pairs.filter(|(before, after)| !is_same(before.data, after.data, style.shell));
    Some(other.map(|(before, _)| before.id).collect())
}

/// Whether two instructions are the same to BuildKit: words, flags, heredocs, whatever the case of keywords.
/// `loose` takes shell text as the shell does, to which blanks between words are all the same.
pub(super) fn is_same(a: &InstructionData, b: &InstructionData, loose: bool) -> bool {
    let flag = |flag: &Flag| flag.whole.text.clone();
    let flags = |data: &InstructionData| -> Vec<String> { data.flags.iter().map(flag).collect() };
    let heredocs = |data: &InstructionData| -> Vec<_> {
        let each = data.heredocs.iter();
        each.map(|it| (it.name.clone(), it.expand, it.chomp, it.content.text.clone())).collect()
    };
    let triggers = match (&a.trigger, &b.trigger) {
        (None, None) => true,
        (Some(a), Some(b)) => is_same(a, b, loose),
        _ => false,
    };
    let is_shell = loose && is_shell_text(a);
    casing::upper(&a.keyword_word.text) == casing::upper(&b.keyword_word.text)
        && flags(a) == flags(b)
        && are_same(&a.arguments, &b.arguments, is_shell)
        && heredocs(a) == heredocs(b)
        && triggers
}

fn are_same(a: &Arguments, b: &Arguments, is_shell: bool) -> bool {
    let texts = |it: &Arguments| -> Vec<String> { it.words().iter().map(|it| it.text.clone()).collect() };
    match (a, b) {
        (Arguments::None, Arguments::None) | (Arguments::Trigger, Arguments::Trigger) => true,
        (Arguments::Pairs(a), Arguments::Pairs(b)) => {
            let key = |it: &crate::model::Pair| (it.name.text.clone(), it.value.text.clone(), it.equals);
            a.iter().map(key).eq(b.iter().map(key))
        }
        (Arguments::Text(a), Arguments::Text(b)) if is_shell => shell_words(&a.text) == shell_words(&b.text),
        (Arguments::Text(a), Arguments::Text(b)) => a.text == b.text,
        (
            Arguments::Healthcheck { kind, command },
            Arguments::Healthcheck { kind: other_kind, command: other },
        ) => {
            casing::upper(&kind.text) == casing::upper(&other_kind.text) && are_same(command, other, is_shell)
        }
        (Arguments::Words(a), Arguments::Words(b)) => {
            // AS is a keyword.
            let same = |(index, (a, b)): (usize, (&crate::syntax::Spanned, &crate::syntax::Spanned))| {
                a.text == b.text
                    || index == 1 && casing::equals(&a.text, "as") && casing::equals(&b.text, "as")
            };
            a.len() == b.len() && a.iter().zip(b).enumerate().all(same)
        }
        (Arguments::Json(_), Arguments::Json(_)) => texts(a) == texts(b),
        _ => false,
    }
}

/// A shell text with every run of blanks between words as one: blanks in quotes and behind a backslash stay.
fn shell_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(ch) = chars.next() {
        match (quote, ch) {
            (None, ' ' | '\t') => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
                continue;
            }
            (None, '\'' | '"') => quote = Some(ch),
            (Some(open), _) if open == ch => quote = None,
            (None | Some('"'), '\\') => {
                out.push(ch);
                // A mark that no text holds keeps an escaped blank apart from others.
                out.extend(chars.next());
                out.push('\0');
                continue;
            }
            _ => (),
        }
        out.push(ch);
    }
    out
}
