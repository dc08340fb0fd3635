//! Completion: what can be typed here.
//!
//! Stages are offered wherever BuildKit looks for one: as the base of a FROM (earlier ones), in
//! `COPY --from=` (earlier ones, by name and by index) and in `RUN --mount=from=` (by name), inside
//! ONBUILD too. Behind a `$` that BuildKit or the shell expands stand the variables that are visible
//! there. Behind the stages come the official images, and behind `image:` its tags. Beside them the words of the language itself: keywords, flags, keys and values of mounts,
//! parser directives. In comments, heredocs, other shell text and free words nothing is offered.

mod images;
mod variables;

use super::hover::stage_card;
use super::markdown::one_line;
use super::place::{Place, Typed, Word, place};
use super::texts::{self, MOUNT_SHARING, MOUNT_TYPES, mount_keys, usual_key};
use crate::model::{Dockerfile, Instruction, SourceFile, Stage, StageId};
use crate::syntax::{DirectiveName, Keyword};
use crate::{TextRange, TextSize};

/// The kind of a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// An instruction's keyword.
    Keyword,
    /// A flag.
    Flag,
    /// A stage, by name or by index.
    Stage,
    /// A key of a mount.
    Key,
    /// A fixed value.
    Value,
    /// A variable.
    Variable,
    /// An official image, by name.
    Image,
    /// A tag of an image.
    Tag,
}

/// Something that can be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What to show.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside it.
    pub detail: String,
    /// Markdown to show when it is selected; may be empty.
    pub documentation: String,
    /// What it replaces.
    pub replace: TextRange,
    /// The text that it puts there.
    pub insert: String,
    /// The same with tab stops (`$1`, `${1:name}`, `$0`), for clients that know snippets.
    pub snippet: Option<String>,
    /// Position in the list; small first.
    pub rank: u32,
}

/// What can be typed at `offset`.
pub fn completions(file: &SourceFile, offset: TextSize) -> Vec<Completion> {
    let mut list = List { file, items: Vec::new() };
    match place(file, offset) {
        Some(Place::Directive(word)) => directives(&mut list, file.dockerfile(), &word),
        Some(Place::LineStart(word)) => keywords(&mut list, file.dockerfile(), None, &word),
        Some(Place::Keyword(instruction, word)) => {
            keywords(&mut list, file.dockerfile(), Some(instruction), &word);
        }
        Some(Place::Trigger(instruction, word)) => triggers(&mut list, instruction, &word),
        Some(Place::Arguments(typed)) => arguments(&mut list, file.dockerfile(), &typed),
        None => {}
    }
    list.items
}

/// The completions so far, ranked in the order in which they were added.
struct List<'a> {
    file: &'a SourceFile,
    items: Vec<Completion>,
}

/// In a file of so many stages each comes with its card. A card follows the chain of bases, so with
/// many more of them all together would take long.
const MOST_CARDS: usize = 64;

impl List<'_> {
    /// Adds something that is inserted as its label; the answer can be changed where it is not.
    fn add(&mut self, kind: CompletionKind, label: impl Into<String>, replace: TextRange) -> &mut Completion {
        let label = label.into();
        let index = self.items.len();
        self.items.push(Completion {
            insert: label.clone(),
            label,
            kind,
            detail: String::new(),
            documentation: String::new(),
            replace,
            snippet: None,
            rank: u32::try_from(index).unwrap_or(u32::MAX),
        });
        &mut self.items[index]
    }

    /// Adds a stage under its name or index.
    fn stage(&mut self, stage: &Stage, label: impl Into<String>, detail: String, replace: TextRange) {
        let few = self.file.dockerfile().stages.len() <= MOST_CARDS;
        let card = few.then(|| stage_card(self.file, stage.id));
        let item = self.add(CompletionKind::Stage, label, replace);
        item.detail = detail;
        item.documentation = card.unwrap_or_default();
    }

    /// Adds fixed values.
    fn values(&mut self, values: &[&str], replace: TextRange) {
        for value in values {
            self.add(CompletionKind::Value, *value, replace);
        }
    }
}

fn directives(list: &mut List<'_>, dockerfile: &Dockerfile, word: &Word) {
    if let Some((name, value)) = word.typed.split_once('=') {
        let value = word.from(word.typed.len() - value.trim_start().len());
        return directive_values(list, DirectiveName::parse(name.trim()), &value);
    }
    let replace = word.with_equals(|_| false);
    for (name, snippet) in [
        (DirectiveName::Syntax, "syntax=${1:docker/dockerfile:1}"),
        (DirectiveName::Escape, "escape=${1:`}"),
        (DirectiveName::Check, "check=${1:skip}=${2:all}"),
    ] {
        let there = |it: &crate::syntax::Directive| it.name == name && !it.range.contains(word.start);
        if dockerfile.directives.iter().any(there) {
            continue;
        }
        let item = list.add(CompletionKind::Keyword, name.as_str(), replace);
        item.insert = format!("{}=", name.as_str());
        // With a value behind the cursor only the name changes.
        let has_value = replace.end() > word.cursor || !word.behind.trim().is_empty();
        item.snippet = (!has_value).then(|| snippet.to_owned());
        item.detail = "parser directive".to_owned();
        item.documentation = texts::directive(name).documentation();
    }
}

fn directive_values(list: &mut List<'_>, name: Option<DirectiveName>, word: &Word) {
    match name {
        Some(DirectiveName::Syntax) => list.values(&["docker/dockerfile:1"], word.until(|_| false)),
        Some(DirectiveName::Escape) => list.values(&["`", "\\"], word.until(|_| false)),
        Some(DirectiveName::Check) => {
            let option = word.from(word.typed.rfind(';').map_or(0, |at| at + 1));
            if let Some((name, value)) = option.typed.split_once('=') {
                let value = option.from(option.typed.len() - value.len());
                return check_values(list, name.trim(), &value);
            }
            let replace = option.with_equals(|it| it == ';');
            for name in ["skip", "error", "experimental"] {
                let item = list.add(CompletionKind::Key, name, replace);
                item.insert = format!("{name}=");
                item.documentation =
                    texts::check_option(name).map(|it| it.documentation()).unwrap_or_default();
            }
        }
        None => {}
    }
}

/// What an option of `# check=` can be set to.
fn check_values(list: &mut List<'_>, option: &str, value: &Word) {
    let last = value.from(value.typed.rfind(',').map_or(0, |at| at + 1));
    let replace = last.until(|it| it == ',' || it == ';');
    match option {
        "skip" => {
            list.values(&["all"], replace);
            list.values(&texts::BUILD_CHECKS, replace);
        }
        "experimental" => list.values(&["all", "InvalidDefinitionDescription"], replace),
        "error" => list.values(&["true", "false"], replace),
        _ => {}
    }
}

/// Keywords at the start of a line: FROM and ARG alone as long as no stage has begun.
fn keywords(list: &mut List<'_>, dockerfile: &Dockerfile, here: Option<Instruction<'_>>, word: &Word) {
    let at = here.map_or(word.cursor, |it| it.start);
    let in_stage = dockerfile.stages.first().is_some_and(|stage| stage.range.start() < at);
    let usual = [Keyword::From, Keyword::Run, Keyword::Copy, Keyword::Workdir, Keyword::Env, Keyword::Arg];
    let rest = Keyword::ALL.into_iter().filter(|it| !usual.contains(it) && *it != Keyword::Maintainer);
    let lower = lower_case_rules(dockerfile, here);
    for keyword in usual.into_iter().chain(rest) {
        if in_stage || matches!(keyword, Keyword::From | Keyword::Arg) {
            add_keyword(list, keyword, lower, word);
        }
    }
}

/// Keywords behind ONBUILD: all but those that BuildKit refuses there.
fn triggers(list: &mut List<'_>, onbuild: Instruction<'_>, word: &Word) {
    let lower = is_lower(&onbuild.data.keyword_word.text);
    for keyword in Keyword::ALL {
        if !matches!(keyword, Keyword::Onbuild | Keyword::From | Keyword::Maintainer) {
            add_keyword(list, keyword, lower, word);
        }
    }
}

fn add_keyword(list: &mut List<'_>, keyword: Keyword, lower: bool, word: &Word) {
    let cased = |text: &str| if lower { text.to_lowercase() } else { text.to_owned() };
    let replace = word.until(|_| false);
    let behind = usize::from(replace.end() - word.cursor);
    let is_last = word.behind[behind..].trim().is_empty();
    let name = cased(keyword.as_str());
    let item = list.add(CompletionKind::Keyword, name.clone(), replace);
    if is_last {
        item.insert = format!("{name} ");
        item.snippet = Some(format!("{name} {}", snippet(keyword)));
    }
    if let Some(text) = texts::instruction(keyword) {
        let usage = text.usage.lines().next().unwrap_or("");
        item.detail = usage.split_once(' ').map_or("", |it| it.1).to_owned();
        item.documentation = text.documentation();
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
        Keyword::Healthcheck => "CMD ${1:command}",
        Keyword::Label => "${1:name}=\"${2:value}\"",
        Keyword::Run => "${1:command}",
        Keyword::Shell => "[\"${1:/bin/bash}\", \"${2:-c}\"]",
        Keyword::Stopsignal => "${1:SIGTERM}",
        Keyword::User => "${1:user}",
        Keyword::Volume => "${1:/data}",
        Keyword::Workdir => "${1:/app}",
        Keyword::Onbuild | Keyword::Maintainer | Keyword::Unknown => "$0",
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

fn arguments(list: &mut List<'_>, dockerfile: &Dockerfile, typed: &Typed<'_>) {
    if variables::variables(list, dockerfile, typed) {
        return;
    }
    if typed.among_flags && typed.word.typed.starts_with('-') {
        return match typed.word.typed.split_once('=') {
            Some((flag, value)) => {
                let name = flag.trim_start_matches('-');
                let value = typed.word.from(typed.word.typed.len() - value.len());
                flag_values(list, dockerfile, typed, name, &value);
            }
            None => flags(list, dockerfile, typed),
        };
    }
    if typed.words.is_empty() {
        match typed.keyword {
            Keyword::From => bases(list, dockerfile, typed),
            Keyword::Healthcheck => {
                let lower = is_lower(&typed.instruction.data.keyword_word.text);
                let replace = typed.word.until(|_| false);
                list.values(if lower { &["cmd", "none"] } else { &["CMD", "NONE"] }, replace);
            }
            _ => {}
        }
    }
    if typed.among_flags && typed.word.typed.is_empty() {
        flags(list, dockerfile, typed);
    }
    if typed.keyword == Keyword::From && typed.words.len() == 1 {
        stage_name_keyword(list, typed);
    }
}

/// `AS`, where a FROM has none yet.
fn stage_name_keyword(list: &mut List<'_>, typed: &Typed<'_>) {
    let data = typed.instruction.data.effective();
    let has_name = data.arguments.words().iter().skip(1).any(|it| it.text.eq_ignore_ascii_case("as"));
    let is_this = typed.word.typed.eq_ignore_ascii_case("as");
    if has_name && !is_this {
        return;
    }
    let name = if is_lower(&typed.instruction.data.keyword_word.text) { "as" } else { "AS" };
    let item = list.add(CompletionKind::Keyword, name, typed.word.until(|_| false));
    item.documentation = texts::stage_name_keyword().documentation();
    if typed.word.behind.trim().is_empty() {
        item.insert = format!("{name} ");
        item.snippet = Some(format!("{name} ${{1:name}}"));
    }
}

/// Flags that the instruction does not have yet.
fn flags(list: &mut List<'_>, dockerfile: &Dockerfile, typed: &Typed<'_>) {
    let here = typed.word.until(|_| false);
    let others = typed.instruction.data.effective().flags.iter();
    let mut used: Vec<&str> = others
        .filter(|flag| typed.instruction.abs(flag.whole.range).intersect(here).is_none_or(|it| it.is_empty()))
        .map(|flag| flag.name.text.as_str())
        .collect();
    // A flag that is only begun, as `-`, hides those behind it.
    let behind = typed.word.behind[usize::from(here.end() - typed.word.cursor)..].split_whitespace();
    let flags_behind = behind.map_while(|word| word.strip_prefix("--"));
    used.extend(flags_behind.map(|flag| flag.split_once('=').map_or(flag, |it| it.0)));
    let escape = dockerfile.escape;
    for name in typed.keyword.flags() {
        let repeatable = matches!(*name, "mount" | "device" | "exclude");
        if used.contains(name) && !repeatable {
            continue;
        }
        let boolean = is_boolean(name);
        let replace = match boolean {
            true => typed.word.until(|it| it == '=' || it == escape),
            false => typed.word.with_equals(|it| it == escape),
        };
        let item = list.add(CompletionKind::Flag, format!("--{name}"), replace);
        if !boolean {
            item.insert = format!("--{name}=");
        }
        if let Some(text) = texts::flag(typed.keyword, name) {
            item.documentation = text.documentation();
        }
    }
}

fn is_boolean(flag: &str) -> bool {
    matches!(flag, "link" | "keep-git-dir" | "unpack" | "parents")
}

fn flag_values(list: &mut List<'_>, dockerfile: &Dockerfile, typed: &Typed<'_>, name: &str, value: &Word) {
    let escape = dockerfile.escape;
    let replace = value.until(|it| it == escape || it == '"' || it == '\'');
    match (typed.keyword, name) {
        (Keyword::Copy, "from") if images::is_tag(value) => images::images(list, value, replace),
        (Keyword::Copy, "from") => {
            let before = stages_before(dockerfile, typed);
            stage_names(list, &before, replace, false);
            stage_indices(list, &before, replace);
            images::images(list, value, replace);
        }
        (Keyword::Run, "mount") => mount(list, dockerfile, typed, value),
        (Keyword::Run, "network") => list.values(&["default", "none", "host"], replace),
        (Keyword::Run, "security") => list.values(&["sandbox", "insecure"], replace),
        (Keyword::From, "platform") => {
            list.values(&["$BUILDPLATFORM", "linux/amd64", "linux/arm64"], replace);
        }
        (Keyword::Copy | Keyword::Add, name) if is_boolean(name) => list.values(&["true", "false"], replace),
        _ => {}
    }
}

/// Keys and values of a mount.
fn mount(list: &mut List<'_>, dockerfile: &Dockerfile, typed: &Typed<'_>, value: &Word) {
    let escape = dockerfile.escape;
    let ends = |it: char| it == ',' || it == '"' || it == '\'' || it == escape;
    let tail = value.behind.find(|it: char| it.is_whitespace()).unwrap_or(value.behind.len());
    let begin = value.typed.rfind([',', '"', '\'']).map_or(0, |at| at + 1);
    let field = value.from(begin);
    let others: Vec<&str> = value.typed[..begin]
        .split(',')
        .chain(value.behind[..tail].split(',').skip(1))
        .map(|field| field.trim_matches(['"', '\'', escape]))
        .collect();
    let Some((key, typed_value)) = field.typed.split_once('=') else {
        return mount_key_names(list, &others, &field, ends);
    };
    let word = field.from(field.typed.len() - typed_value.len());
    let replace = word.until(ends);
    match key.to_lowercase().as_str() {
        "type" => {
            for kind in MOUNT_TYPES {
                let item = list.add(CompletionKind::Value, kind, replace);
                item.documentation = texts::mount_type(kind).map(|it| it.documentation()).unwrap_or_default();
            }
        }
        "sharing" => {
            for mode in MOUNT_SHARING {
                let item = list.add(CompletionKind::Value, mode, replace);
                item.documentation =
                    texts::mount_sharing(mode).map(|it| it.documentation()).unwrap_or_default();
            }
        }
        "from" if images::is_tag(&word) => images::images(list, &word, replace),
        "from" => {
            stage_names(list, &stages_before(dockerfile, typed), replace, false);
            images::images(list, &word, replace);
        }
        _ => {}
    }
}

fn mount_key_names(list: &mut List<'_>, others: &[&str], field: &Word, ends: impl Fn(char) -> bool) {
    let of = |field: &&str| field.split_once('=').map_or(*field, |it| it.0).to_lowercase();
    let used: Vec<String> = others.iter().map(of).collect();
    let kind = others.iter().rev().find_map(|it| it.strip_prefix("type=")).unwrap_or("bind");
    for key in mount_keys(kind) {
        if used.iter().any(|it| usual_key(it) == *key) {
            continue;
        }
        let boolean = matches!(*key, "readonly" | "readwrite" | "required");
        let replace = if boolean { field.until(&ends) } else { field.with_equals(&ends) };
        let item = list.add(CompletionKind::Key, *key, replace);
        if !boolean {
            item.insert = format!("{key}=");
        }
        item.documentation = texts::mount_key(kind, key).map(|it| it.documentation()).unwrap_or_default();
    }
}

/// What a FROM can begin with: an earlier stage, nothing at all, or an image.
fn bases(list: &mut List<'_>, dockerfile: &Dockerfile, typed: &Typed<'_>) {
    let replace = typed.word.until(|it| it == dockerfile.escape);
    if images::is_tag(&typed.word) {
        return images::images(list, &typed.word, replace);
    }
    stage_names(list, &stages_before(dockerfile, typed), replace, true);
    let scratch = list.add(CompletionKind::Value, "scratch", replace);
    scratch.detail = "an empty base".to_owned();
    images::images(list, &typed.word, replace);
}

/// The stages that can be referred to in an instruction: those before its own, nearest first.
fn stages_before<'a>(dockerfile: &'a Dockerfile, typed: &Typed<'_>) -> Vec<&'a Stage> {
    let own = dockerfile.stage_of(typed.instruction.id).map_or(StageId(0), |stage| stage.id);
    dockerfile.stages[..own.index().min(dockerfile.stages.len())].iter().rev().collect()
}

/// Stages by name. A FROM finds them in lower case only.
fn stage_names(list: &mut List<'_>, stages: &[&Stage], replace: TextRange, lower: bool) {
    let mut seen = rustc_hash::FxHashSet::default();
    for stage in stages {
        let Some(name) = stage.name.as_ref().filter(|it| it.valid && seen.insert(it.lower.as_str())) else {
            continue;
        };
        let label = if lower { &name.lower } else { &name.written };
        list.stage(stage, label, format!("stage {}, {}", stage.id.0, base_of(stage)), replace);
    }
}

/// Stages by index, the unnamed ones first.
fn stage_indices(list: &mut List<'_>, stages: &[&Stage], replace: TextRange) {
    let (unnamed, named): (Vec<&Stage>, Vec<&Stage>) = stages.iter().partition(|stage| stage.name.is_none());
    for stage in unnamed.into_iter().chain(named) {
        let detail = match &stage.name {
            Some(name) => format!("stage {}, {}", name.written, base_of(stage)),
            None => format!("unnamed stage, {}", base_of(stage)),
        };
        list.stage(stage, stage.id.0.to_string(), detail, replace);
    }
}

fn base_of(stage: &Stage) -> String {
    match &stage.base_word {
        Some((base, _)) => format!("from {}", one_line(base, 60)),
        None => "without a base".to_owned(),
    }
}

#[cfg(test)]
mod tests;
