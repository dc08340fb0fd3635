//! Parser directives and their values, where one still counts.

use super::checks::{self, Reach};
use super::{CompletionKind, List, Topic};
use crate::ide::place::Word;
use crate::syntax::{Directive, DirectiveName};

/// Frontends that read what this server reads.
const FRONTENDS: [(&str, &str); 2] = [
    ("docker/dockerfile:1", "the newest stable features"),
    ("docker/dockerfile:1-labs", "with experimental features"),
];

/// The directives that are not there yet, or the values of the one that is typed.
pub(super) fn directives(list: &mut List<'_>, word: &Word) {
    if let Some((name, value)) = word.typed.split_once('=') {
        let value = word.from(word.typed.len() - value.trim_start().len());
        return values(list, DirectiveName::parse(name.trim()), &value);
    }
    let replace = word.with_equals(|_| false);
    for (name, snippet) in [
        (DirectiveName::Syntax, "syntax=${1:docker/dockerfile:1}"),
        (DirectiveName::Escape, "escape=${1:`}"),
        (DirectiveName::Check, "check=${1:skip}=${2:all}"),
    ] {
        let there = |it: &Directive| it.name == name && !it.range.contains(word.start);
        if list.dockerfile().directives.iter().any(there) {
            continue;
        }
        let item = list.add(CompletionKind::Keyword, name.as_str(), replace);
        item.insert = format!("{}=", name.as_str());
        // With a value behind the cursor only the name changes.
        let has_value = replace.end() > word.cursor || !word.behind.trim().is_empty();
        item.snippet = (!has_value).then(|| snippet.to_owned());
        item.detail = "parser directive".to_owned();
        item.topic = Some(Topic::Directive(name));
    }
}

fn values(list: &mut List<'_>, name: Option<DirectiveName>, word: &Word) {
    match name {
        Some(DirectiveName::Syntax) => list.explained(&FRONTENDS, word.until(|_| false)),
        Some(DirectiveName::Escape) => {
            let values = [("`", "for Windows paths"), ("\\", "the default")];
            list.explained(&values, word.until(|_| false));
        }
        Some(DirectiveName::Check) => checks::options(list, word, Reach::File),
        None => {}
    }
}
