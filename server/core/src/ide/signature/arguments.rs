//! Which part of an instruction's arguments the cursor is in.

use std::ops::Range;

use super::Spot;
use crate::model::ImageRef;
use crate::syntax::Keyword;
use crate::syntax::words;

/// The part at the cursor, between the arguments `before` it and those `after` it.
pub(super) fn spot(keyword: Keyword, before: &str, after: &str, escape: char) -> Spot {
    if before.trim().is_empty() && after.trim().is_empty() {
        return Spot { parts: begin(keyword), ..Spot::default() };
    }
    let json = json_form(keyword, if before.trim().is_empty() { after } else { before });
    if json == Some(true) {
        return Spot { parts: element(keyword, before, after), json, in_free_text: false };
    }
    let words = Words::of(before, after, words::plain(before, 0..before.len()));
    let parts: &[&str] = match keyword {
        Keyword::Add | Keyword::Copy => source_or_destination(words.index, words.is_last),
        Keyword::Arg | Keyword::Env | Keyword::Label => return pair(keyword, before, escape),
        Keyword::From => from(&words),
        Keyword::Healthcheck => healthcheck(&words),
        Keyword::Expose if words.typed.contains('/') => &["protocol"],
        Keyword::User if before.contains(':') => &["group"],
        Keyword::Run if words.typed.starts_with("<<") => &["<<EOF"],
        Keyword::Run | Keyword::Cmd | Keyword::Entrypoint => &["command"],
        _ => begin(keyword),
    };
    let first_command_word = if keyword == Keyword::Healthcheck { 1 } else { 0 };
    let in_free_text = is_command(keyword) && words.index > first_command_word;
    Spot { parts, json, in_free_text }
}

/// Whether the arguments have a JSON form and begin like one; none when nothing is there yet.
pub(super) fn json_form(keyword: Keyword, arguments: &str) -> Option<bool> {
    let arguments = arguments.trim_start();
    let may_be_json = !matches!(keyword, Keyword::Healthcheck)
        && (is_command(keyword)
            || matches!(keyword, Keyword::Add | Keyword::Copy | Keyword::Shell | Keyword::Volume));
    // `[ -f file ] && …` is a command.
    let begins = |text: &str| text.is_empty() || text.starts_with(['"', ']']);
    let inside = arguments.strip_prefix('[').map(str::trim_start);
    (!arguments.is_empty()).then(|| may_be_json && inside.is_some_and(begins))
}

fn is_command(keyword: Keyword) -> bool {
    matches!(keyword, Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck)
}

/// The parts that the arguments can begin with.
fn begin(keyword: Keyword) -> &'static [&'static str] {
    match keyword {
        Keyword::Add | Keyword::Copy => &["source"],
        Keyword::Arg | Keyword::Env | Keyword::Label | Keyword::Maintainer => &["name"],
        Keyword::Cmd => &["program", "default argument", "command"],
        Keyword::Entrypoint | Keyword::Shell => &["program", "command"],
        Keyword::Expose => &["port"],
        Keyword::From => &["image", "stage"],
        Keyword::Healthcheck => &["CMD", "NONE"],
        Keyword::Onbuild => &["instruction"],
        Keyword::Run => &["command", "<<EOF", "program"],
        Keyword::Stopsignal => &["signal"],
        Keyword::User => &["user"],
        Keyword::Volume | Keyword::Workdir => &["path"],
        Keyword::Unknown => &[],
    }
}

fn source_or_destination(index: usize, is_last: bool) -> &'static [&'static str] {
    if is_last && index > 0 { &["destination"] } else { &["source"] }
}

/// The element of a JSON array at the cursor.
fn element(keyword: Keyword, before: &str, after: &str) -> &'static [&'static str] {
    let (commas, in_string) = commas(before, false);
    match keyword {
        Keyword::Add | Keyword::Copy => source_or_destination(commas, self::commas(after, in_string).0 == 0),
        Keyword::Volume => &["path"],
        _ if commas == 0 => &["program", "default argument"],
        _ => &["argument", "default argument"],
    }
}

/// How many commas stand outside of strings, and whether a string is open at the end.
fn commas(text: &str, mut in_string: bool) -> (usize, bool) {
    let mut count = 0;
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' if in_string => drop(chars.next()),
            '"' => in_string = !in_string,
            ',' if !in_string => count += 1,
            _ => {}
        }
    }
    (count, in_string)
}

/// The word at the cursor.
struct Words<'a> {
    /// What stands of it in front of the cursor.
    typed: &'a str,
    /// The first word.
    first: &'a str,
    /// How many words stand in front of it.
    index: usize,
    /// Whether none stands behind it.
    is_last: bool,
}

impl<'a> Words<'a> {
    fn of(before: &'a str, after: &str, words: Vec<Range<usize>>) -> Self {
        let word = |range: &Range<usize>| &before[range.clone()];
        let touching = words.last().filter(|it| it.end == before.len());
        let behind = after.trim_start_matches(|it: char| !it.is_whitespace());
        Self {
            typed: touching.map(word).unwrap_or_default(),
            first: words.first().map(word).unwrap_or_default(),
            index: words.len() - usize::from(touching.is_some()),
            is_last: behind.trim().is_empty(),
        }
    }
}

/// A name or a value. In the form without `=`, everything behind the first word is the value.
fn pair(keyword: Keyword, before: &str, escape: char) -> Spot {
    let words = words::quoted(before, 0..before.len(), escape);
    let is_legacy = keyword != Keyword::Arg
        && words.first().is_some_and(|it| it.end < before.len() && !before[it.clone()].contains('='));
    let touching = words.last().filter(|it| before[it.end..].trim().is_empty() && is_open(before, it));
    let in_value = touching.is_some_and(|it| before[it.clone()].contains('='));
    let parts: &[&str] = match (in_value || is_legacy, keyword) {
        (false, _) => &["name"],
        (true, Keyword::Arg) => &["default"],
        (true, _) => &["value"],
    };
    Spot { parts, ..Spot::default() }
}

/// Whether a word goes on at the end of the text, also behind an escape.
fn is_open(text: &str, word: &Range<usize>) -> bool {
    word.end == text.len() || !text[word.end..].contains(char::is_whitespace)
}

fn from(words: &Words<'_>) -> &'static [&'static str] {
    match words.index {
        0 if words.typed.contains('@') => &["digest"],
        0 if ImageRef::name_len(words.typed) < words.typed.len() => &["tag"],
        0 => &["image", "stage"],
        1 => &["AS"],
        _ => &["name"],
    }
}

fn healthcheck(words: &Words<'_>) -> &'static [&'static str] {
    let kind = if words.index == 0 { words.typed } else { words.first };
    let begins = |name: &str| !kind.is_empty() && name.starts_with(&kind.to_ascii_uppercase());
    match words.index {
        _ if begins("NONE") => &["NONE"],
        0 if begins("CMD") => &["CMD"],
        0 => &["CMD", "NONE"],
        _ => &["command"],
    }
}
