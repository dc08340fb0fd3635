//! Signature help: the forms of the instruction, flag or directive that is being typed, and which part of them the
//! cursor is in.
//!
//! The forms are the lines of the usages in [`super::texts`], their parts the placeholders there. What stands around
//! the cursor decides which part is typed, and which forms are still possible.

mod arguments;
mod mount;

use std::ops::Range;

use super::place::{Around, Place, around, place};
use super::texts::{self, Part, Text, parts};
use crate::TextSize;
use crate::model::{Dockerfile, Instruction, SourceFile};
use crate::syntax::words::{self, Mapped};
use crate::syntax::{DirectiveName, Keyword};

/// The forms of what is typed, with the part that the cursor is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHelp {
    /// The forms that are possible here; never empty.
    pub signatures: Vec<Signature>,
    /// Which of them it most likely is.
    pub active: usize,
    /// Whether the cursor is behind the first word of a command, where the form has no more to say: help is given to
    /// those who ask, and need not come up by itself.
    pub in_free_text: bool,
}

/// One form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// How it is written.
    pub label: String,
    /// What it does, as markdown.
    pub documentation: String,
    /// Its parts, in order.
    pub parameters: Vec<Parameter>,
    /// The part that the cursor is in.
    pub active_parameter: Option<usize>,
}

/// A part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Where it stands in the label, in bytes.
    pub label: Range<usize>,
    /// What it stands for, as markdown; may be empty.
    pub documentation: String,
}

/// The forms of what is typed at `offset`.
pub fn signature_help(file: &SourceFile, offset: TextSize) -> Option<SignatureHelp> {
    if let Some(around) = around(file, offset) {
        return in_instruction(file.dockerfile(), &around);
    }
    match place(file, offset)? {
        Place::Directive(word) => directive(&word.typed),
        _ => None,
    }
}

/// What the cursor is in: the names of the parts that it can be, the likeliest first, and which forms it leaves.
#[derive(Debug, Default)]
struct Spot {
    parts: &'static [&'static str],
    /// Whether the form with brackets is typed; none while neither is.
    json: Option<bool>,
    in_free_text: bool,
}

fn in_instruction(dockerfile: &Dockerfile, around: &Around<'_>) -> Option<SignatureHelp> {
    let before = around.before.as_str();
    let (mut keyword, mut rest) = keyword(before, 0)?;
    if keyword == Keyword::Onbuild {
        let Some(trigger) = self::keyword(before, rest) else {
            return Some(forms(keyword, &Spot { parts: &["instruction"], ..Spot::default() }));
        };
        (keyword, rest) = trigger;
    }
    let (flags, arguments) = words::flags(before, rest..before.len(), dockerfile.escape);
    if arguments.is_empty()
        && let Some(flag) = flags.last().filter(|it| it.span.end == before.len())
    {
        return flag_help(keyword, around, flags.len() - 1, flag);
    }
    let spot = match is_flag_begun(&before[rest..]) {
        true => {
            Spot { parts: FLAGS, json: arguments::json_form(keyword, &around.after), in_free_text: false }
        }
        false => arguments::spot(keyword, &before[arguments.start..], &around.after, dockerfile.escape),
    };
    texts::instruction(keyword)?;
    let mut help = forms(keyword, &spot);
    if keyword == Keyword::From {
        stage_or_image(dockerfile, around.instruction, &mut help);
    }
    Some(help)
}

/// A FROM can begin with a stage where there is an earlier one, and does where it names one.
fn stage_or_image(dockerfile: &Dockerfile, from: Instruction<'_>, help: &mut SignatureHelp) {
    let is_stage = |it: &Signature| it.label.contains("<stage>");
    let mut stages = dockerfile.stages.iter().take_while(|it| it.from < from.id);
    if !stages.any(|it| it.name.is_some()) {
        help.signatures.retain(|it| !is_stage(it));
    }
    if dockerfile.refs_in(from.id).iter().any(|it| it.target.stage().is_some()) {
        help.active = help.signatures.iter().position(is_stage).unwrap_or(0);
    }
}

/// The parts of a form that stand for its flags.
const FLAGS: &[&str] = &["flags", "platform"];

/// The keyword from byte `at` on and where the text behind it begins; none while it is being typed.
fn keyword(text: &str, at: usize) -> Option<(Keyword, usize)> {
    let start = at + (text[at..].len() - text[at..].trim_start().len());
    let len = text[start..].find(char::is_whitespace)?;
    Some((Keyword::parse(&text[start..start + len]), start + len))
}

/// Whether the text ends with the dashes that a flag begins with.
fn is_flag_begun(text: &str) -> bool {
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let others = text[..text.len() - last.len()].split_whitespace();
    (last == "-" || last == "--") && others.into_iter().all(|it| it.starts_with("--"))
}

/// The forms of an instruction that a spot leaves, all of them where it fits none.
fn forms(keyword: Keyword, spot: &Spot) -> SignatureHelp {
    let text = texts::instruction(keyword);
    let all: Vec<&'static str> = text.map_or("", |it| it.usage).lines().collect();
    let fits = |usage: &&&'static str| {
        let is_json = usage.contains("[\"");
        spot.json.is_none_or(|json| json == is_json) && active(&parts(usage), spot.parts).is_some()
    };
    let mut left: Vec<&'static str> = all.iter().filter(fits).copied().collect();
    if left.is_empty() {
        left = all;
    }
    let documentation = text.map(|it| it.documentation()).unwrap_or_default();
    let signatures =
        left.into_iter().map(|usage| signature(keyword, usage, &documentation, spot.parts)).collect();
    SignatureHelp { signatures, active: 0, in_free_text: spot.in_free_text }
}

/// One line of a usage as a form.
fn signature(keyword: Keyword, usage: &'static str, documentation: &str, names: &[&str]) -> Signature {
    let parts = parts(usage);
    let parameters = parts.iter().map(|part| Parameter {
        label: part.range.clone(),
        documentation: part.about(keyword).unwrap_or_default(),
    });
    Signature {
        label: usage.to_owned(),
        documentation: documentation.to_owned(),
        parameters: parameters.collect(),
        active_parameter: active(&parts, names),
    }
}

/// The first of the names that is the name of a part.
fn active(parts: &[Part], names: &[&str]) -> Option<usize> {
    names.iter().find_map(|name| parts.iter().position(|part| part.name == *name))
}

/// The one form of something that has only one.
fn single(keyword: Keyword, text: &Text, names: &[&str]) -> SignatureHelp {
    let signature = signature(keyword, text.usage, &text.documentation(), names);
    SignatureHelp { signatures: vec![signature], active: 0, in_free_text: false }
}

/// In a flag: its own form once its value is typed, else those of the instruction.
fn flag_help(keyword: Keyword, around: &Around<'_>, index: usize, flag: &Mapped) -> Option<SignatureHelp> {
    let (name, value) = match flag.text.split_once('=') {
        Some((name, value)) => (name.trim_start_matches('-'), Some(value)),
        None => (flag.text.trim_start_matches('-'), None),
    };
    match (value, texts::flag(keyword, name)) {
        (Some(value), Some(_)) if (keyword, name) == (Keyword::Run, "mount") => {
            let whole = around.instruction.data.effective().flags.get(index);
            Some(mount::help(value, &around.after, whole.and_then(|it| it.mount.as_ref())))
        }
        (Some(value), Some(text)) => Some(single(keyword, &text, &[flag_part(&text, value)])),
        _ => {
            texts::instruction(keyword)?;
            // What is left of the flag says nothing of the form.
            let behind = around.after.trim_start_matches(|it: char| !it.is_whitespace());
            let json = arguments::json_form(keyword, behind);
            Some(forms(keyword, &Spot { parts: FLAGS, json, in_free_text: false }))
        }
    }
}

/// The part of a flag's value that is typed: its first one, or behind a colon the group. `value` is what stands of it
/// in front of the cursor.
fn flag_part(text: &Text, value: &str) -> &'static str {
    let parts = parts(text.usage);
    match parts.first().map_or("", |it| it.name) {
        "user" if value.contains(':') => "group",
        first => first,
    }
}

/// In a parser directive, once its value is typed.
fn directive(typed: &str) -> Option<SignatureHelp> {
    let (name, value) = typed.split_once('=')?;
    let name = DirectiveName::parse(name.trim())?;
    let option = value.rsplit(';').next().unwrap_or_default().trim_start();
    let names: &[&str] = match name {
        DirectiveName::Syntax => &["image"],
        DirectiveName::Escape => &["character"],
        DirectiveName::Check if option.starts_with("error") => &["boolean"],
        DirectiveName::Check => &["check"],
    };
    Some(single(Keyword::Unknown, &texts::directive(name), names))
}

#[cfg(test)]
mod tests;
