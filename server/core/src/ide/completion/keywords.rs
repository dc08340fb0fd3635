//! Keywords: of instructions, of ONBUILD's trigger, and the words `AS`, `CMD` and `NONE`.

use super::{CompletionKind, List, Topic};
use crate::ide::place::{Typed, Word};
use crate::ide::texts;
use crate::model::{Arguments, Dockerfile, Instruction};
use crate::syntax::Keyword;

/// Keywords at the start of a line: FROM and ARG alone as long as no stage has begun.
pub(super) fn keywords(list: &mut List<'_>, here: Option<Instruction<'_>>, word: &Word) {
    let dockerfile = list.dockerfile();
    let at = here.map_or(word.cursor, |it| it.start);
    let in_stage = dockerfile.stages.first().is_some_and(|stage| stage.range.start() < at);
    let usual = [Keyword::From, Keyword::Run, Keyword::Copy, Keyword::Workdir, Keyword::Env, Keyword::Arg];
    let rest = Keyword::ALL.into_iter().filter(|it| !usual.contains(it) && *it != Keyword::Maintainer);
    let lower = lower_case_rules(dockerfile, here);
    for keyword in usual.into_iter().chain(rest) {
        // Without a heredoc's opener its text would be instructions.
        let keeps_heredocs = here.is_none_or(|it| it.data.heredocs.is_empty())
            || matches!(keyword, Keyword::Run | Keyword::Copy | Keyword::Add);
        if keeps_heredocs && (in_stage || matches!(keyword, Keyword::From | Keyword::Arg)) {
            add(list, keyword, lower, word);
        }
    }
}

/// Keywords behind ONBUILD: all but those that BuildKit refuses there.
pub(super) fn triggers(list: &mut List<'_>, onbuild: Instruction<'_>, word: &Word) {
    let lower = is_lower(&onbuild.data.keyword_word.text);
    for keyword in Keyword::ALL {
        if !matches!(keyword, Keyword::Onbuild | Keyword::From | Keyword::Maintainer) {
            add(list, keyword, lower, word);
        }
    }
}

fn add(list: &mut List<'_>, keyword: Keyword, lower: bool, word: &Word) {
    let cased = |text: &str| if lower { text.to_lowercase() } else { text.to_owned() };
    let escape = list.dockerfile().escape;
    let replace = word.until(|it| it == escape);
    let behind = &word.behind[usize::from(replace.end() - word.cursor)..];
    // A keyword that may go on in the next line cannot be replaced as one.
    if behind.starts_with(escape) {
        return;
    }
    let is_last = behind.trim().is_empty();
    let name = cased(keyword.as_str());
    let item = list.add(CompletionKind::Keyword, name.clone(), replace);
    if is_last {
        item.insert = format!("{name} ");
        item.snippet = Some(match keyword {
            Keyword::Healthcheck => format!("{name} {} ${{1:command}}", cased("CMD")),
            _ => format!("{name} {}", snippet(keyword)),
        });
    }
    item.topic = Some(Topic::Instruction(keyword));
    if let Some(text) = texts::instruction(keyword) {
        let usage = text.usage.lines().next().unwrap_or("");
        item.detail = usage.split_once(' ').map_or("", |it| it.1).to_owned();
    }
}

/// What usually follows a keyword.
fn snippet(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::Add | Keyword::Copy => "${1:source} ${2:destination}",
        Keyword::Arg => "${1:name}",
        Keyword::Cmd | Keyword::Entrypoint => "[\"${1:program}\"]",
        Keyword::Env => "${1:name}=${2:value}",
        Keyword::Expose => "${1:8080}",
        Keyword::From => "${1:image}",
        Keyword::Label => "${1:name}=\"${2:value}\"",
        Keyword::Run | Keyword::Healthcheck => "${1:command}",
        Keyword::Shell => "[\"${1:/bin/bash}\", \"${2:-c}\"]",
        Keyword::Stopsignal => "${1:SIGTERM}",
        Keyword::User => "${1:user}",
        Keyword::Volume => "${1:/data}",
        Keyword::Workdir => "${1:/app}",
        Keyword::Onbuild | Keyword::Maintainer | Keyword::Unknown => "$0",
    }
}

/// `AS`, where a FROM has none yet.
pub(super) fn stage_name(list: &mut List<'_>, typed: &Typed<'_>) {
    let data = typed.instruction.data.effective();
    let has_name = data.arguments.words().iter().skip(1).any(|it| it.text.eq_ignore_ascii_case("as"));
    let is_this = typed.word.typed.eq_ignore_ascii_case("as");
    if has_name && !is_this {
        return;
    }
    let name = if is_lower(&typed.instruction.data.keyword_word.text) { "as" } else { "AS" };
    let item = list.add(CompletionKind::Keyword, name, typed.word.until(|_| false));
    item.topic = Some(Topic::StageName);
    if typed.word.behind.trim().is_empty() {
        item.insert = format!("{name} ");
        item.snippet = Some(format!("{name} ${{1:name}}"));
    }
}

/// `CMD` and `NONE` of HEALTHCHECK.
pub(super) fn healthcheck(list: &mut List<'_>, typed: &Typed<'_>) {
    // Behind the cursor there may be one already.
    let behind = match &typed.instruction.data.effective().arguments {
        Arguments::Healthcheck { kind, .. } => typed.instruction.abs(kind.range).start() > typed.word.cursor,
        _ => false,
    };
    if !typed.words.is_empty() || behind {
        return;
    }
    let lower = is_lower(&typed.instruction.data.keyword_word.text);
    let replace = typed.word.until(|_| false);
    let names = if lower { ["cmd", "none"] } else { ["CMD", "NONE"] };
    for (name, detail) in names.into_iter().zip(["a command that checks", "no check, not even the base's"]) {
        list.add(CompletionKind::Keyword, name, replace).detail = detail.to_owned();
    }
}

/// A heredoc, where the rest of the line is empty. Its end has to stand in the first column, and ONBUILD takes none.
pub(super) fn heredoc(list: &mut List<'_>, typed: &Typed<'_>) {
    let word = &typed.word;
    let is_run = typed.keyword == Keyword::Run;
    let is_begun = matches!(word.typed.as_str(), "<" | "<<") || (is_run && word.typed.is_empty());
    let line = list.file.text().line_range(word.cursor);
    let is_indented = list.file.text().slice(line).starts_with(char::is_whitespace);
    let is_trigger = typed.instruction.keyword() == Keyword::Onbuild;
    if !typed.words.is_empty() || !is_begun || !word.behind.trim().is_empty() || is_indented || is_trigger {
        return;
    }
    let item = list.add(CompletionKind::Snippet, "<<EOF", word.until(|_| false));
    item.topic = Some(Topic::Heredoc);
    if is_run {
        item.detail = "a script".to_owned();
        item.insert = "<<EOF\n\nEOF".to_owned();
        item.snippet = Some("<<EOF\n$0\nEOF".to_owned());
    } else {
        item.detail = "a file".to_owned();
        item.insert = "<<EOF ./\n\nEOF".to_owned();
        item.snippet = Some("<<EOF ${1:./file}\n$0\nEOF".to_owned());
    }
}

/// Whether most keywords of the file, other than the one being typed, are in lower case.
fn lower_case_rules(dockerfile: &Dockerfile, here: Option<Instruction<'_>>) -> bool {
    let others = dockerfile.instructions().filter(|it| here.is_none_or(|here| here.id != it.id));
    let known = others.filter(|it| it.keyword() != Keyword::Unknown);
    let balance: i64 = known.map(|it| if is_lower(&it.data.keyword_word.text) { 1 } else { -1 }).sum();
    balance > 0
}

fn is_lower(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|it| it.is_ascii_lowercase())
}
