//! What is to be left unsaid: `# check=` at the head of a file, and in the comments above an instruction.
//!
//! BuildKit reads `skip=`, `experimental=` and `error=`, with `;` between them. A comment above an
//! instruction counts for that instruction: the first one of the block with `check=`, up to its first
//! space; `error=` means nothing there. Some checks are made for the whole file, and listen to its head
//! only. A name in `skip` that is one of our own rules silences that rule too.

use crate::TextRange;
use crate::TextSize;
use crate::analysis::Settings;
use crate::lint::rule::{behind_line, line_end, line_start};
use crate::lint::{Diagnostic, Fix, Heeds, Severity, Source, rules};
use crate::model::{Dockerfile, InstructionId, SourceFile};
use crate::syntax::checks::{BUILD_CHECKS, EXPERIMENTAL, WHOLE_FILE};
use crate::syntax::{Directive, DirectiveName, Keyword};
use crate::text::{TextDocument, TextEdit};

/// The build argument that takes the place of the directive.
const BUILD_ARG: &str = "BUILDKIT_DOCKERFILE_CHECK";

/// What a `check=` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    skip: Names,
    experimental: Names,
    error: bool,
}

/// A list of rules, or all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Names {
    all: bool,
    /// Each with its place in the value, in bytes.
    listed: Vec<(String, usize)>,
    /// Where the list ends in the value.
    end: Option<usize>,
}

impl Names {
    fn has(&self, code: &str) -> bool {
        self.all || self.listed.iter().any(|(name, _)| name == code)
    }
}

/// Why a `check=` is refused: the words at fault, as bytes of the value, and what to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadOption {
    at: std::ops::Range<usize>,
    pub(super) message: String,
}

impl Options {
    /// Reads what stands behind `check=`.
    fn parse(value: &str) -> Result<Self, BadOption> {
        let mut options = Self::default();
        if value.trim().is_empty() {
            return Ok(options);
        }
        let mut start = 0;
        for part in value.splitn(3, ';') {
            let at = start..start + part.len();
            start = at.end + 1;
            let Some((key, list)) = part.split_once('=') else {
                let message =
                    format!("`{part}` has no `=`. Write `skip=RULE`, `error=true` or `experimental=RULE`.");
                return Err(BadOption { at, message });
            };
            let list_start = at.start + key.len() + 1;
            match key.trim() {
                "skip" => options.skip = names(list, list_start),
                "experimental" => options.experimental = names(list, list_start),
                "error" => match list.trim() {
                    "1" | "t" | "T" | "true" | "TRUE" | "True" => options.error = true,
                    "0" | "f" | "F" | "false" | "FALSE" | "False" => options.error = false,
                    other => {
                        let message =
                            format!("`{other}` is no truth value. Write `error=true` or leave it out.");
                        return Err(BadOption { at: list_start..at.end, message });
                    }
                },
                other => {
                    let message = format!(
                        "There is no option `{other}`. There are `skip`, `error` and `experimental`."
                    );
                    return Err(BadOption { at: at.start..at.start + key.len(), message });
                }
            }
        }
        Ok(options)
    }
}

fn names(list: &str, start: usize) -> Names {
    let end = Some(start + list.trim_end().len());
    if list.trim() == "all" {
        return Names { all: true, listed: Vec::new(), end };
    }
    let mut at = start;
    let mut listed = Vec::new();
    for name in list.split(',') {
        let blank = name.len() - name.trim_start().len();
        listed.push((name.trim().to_owned(), at + blank));
        at += name.len() + 1;
    }
    Names { all: false, listed, end }
}

/// A `check=` in the file.
#[derive(Debug, Clone)]
pub(super) struct CheckLine {
    /// The instruction that it counts for; none at the head of the file.
    pub(super) instruction: Option<InstructionId>,
    /// Where its value begins.
    value_start: TextSize,
    /// How long it is, in bytes.
    value_len: usize,
    /// What it says.
    pub(super) options: Result<Options, BadOption>,
}

impl CheckLine {
    fn new(instruction: Option<InstructionId>, value: &str, value_start: TextSize) -> Self {
        // BuildKit reads no further than the first space.
        let value = value.split(' ').next().unwrap_or_default();
        Self { instruction, value_start, value_len: value.len(), options: Options::parse(value) }
    }

    /// The names in it, and where they stand.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, TextRange)> {
        let options = self.options.iter();
        let listed = options.flat_map(|it| it.skip.listed.iter().chain(&it.experimental.listed));
        listed.map(|(name, at)| (name.as_str(), TextRange::at(self.abs(*at), TextSize::of(name.as_str()))))
    }

    /// Where the words stand that are at fault.
    pub(super) fn range_of(&self, bad: &BadOption) -> TextRange {
        TextRange::new(self.abs(bad.at.start), self.abs(bad.at.end))
    }

    fn abs(&self, at: usize) -> TextSize {
        self.value_start + TextSize::new(u32::try_from(at).unwrap_or(u32::MAX))
    }
}

/// Everything that a file, or the build, says about checks.
#[derive(Debug, Clone, Default)]
pub(super) struct Suppression {
    /// What holds for the whole file.
    file: Options,
    /// Every `check=` that counts, in order of the text.
    pub(super) lines: Vec<CheckLine>,
}

impl Suppression {
    pub(super) fn of(file: &SourceFile, settings: &Settings) -> Self {
        let mut lines = Vec::new();
        let directives = &file.dockerfile().directives;
        let behind_shebang = || check_behind_shebang(file);
        // The parser skips white space in front of a directive; this is read without it, up to the first other line.
        let mut in_first_column =
            directives.iter().take_while(|it| is_in_first_column(file.text(), it.range));
        let head = in_first_column.find(|it| it.name == DirectiveName::Check).cloned();
        if let Some(head) = head.or_else(behind_shebang) {
            lines.push(CheckLine::new(None, &head.value, head.value_range.start()));
        }
        let head = match settings.build_arg(BUILD_ARG) {
            Some(value) => Options::parse(value).ok(),
            None => lines.first().and_then(|it| it.options.clone().ok()),
        };
        comments(file, &mut lines);
        Self { file: head.unwrap_or_default(), lines }
    }

    /// Takes away what is to be left unsaid, and turns warnings into errors where that is asked for.
    pub(super) fn apply(&self, dockerfile: &Dockerfile, found: &mut Vec<Diagnostic>) {
        found.retain(|it| self.says(dockerfile, it));
        if self.file.error {
            for it in found.iter_mut().filter(|it| is_build_check(it)) {
                it.severity = Severity::Error;
            }
        }
    }

    /// Whether a comment above this instruction says anything about checks.
    pub(super) fn is_about(&self, instruction: InstructionId) -> bool {
        self.above(instruction).is_some()
    }

    /// The `check=` in the comments above this instruction.
    fn above(&self, instruction: InstructionId) -> Option<&CheckLine> {
        let at = self.lines.partition_point(|line| line.instruction < Some(instruction));
        self.lines.get(at).filter(|line| line.instruction == Some(instruction))
    }

    /// Whether anything asks for checks that do not run by themselves.
    pub(super) fn asks_for_experiments(&self) -> bool {
        let lines = self.lines.iter().filter_map(|line| line.options.as_ref().ok());
        lines.chain([&self.file]).any(|it| it.experimental.end.is_some())
    }

    fn says(&self, dockerfile: &Dockerfile, it: &Diagnostic) -> bool {
        if !can_be_silenced(it) {
            return true;
        }
        let local = self.local(dockerfile, it);
        if EXPERIMENTAL.contains(&it.code) {
            return self.file.experimental.has(it.code)
                || local.is_some_and(|local| local.experimental.has(it.code));
        }
        !self.file.skip.has(it.code) && !local.is_some_and(|local| local.skip.has(it.code))
    }

    /// What the comments above the instruction say that a finding is about.
    fn local(&self, dockerfile: &Dockerfile, it: &Diagnostic) -> Option<&Options> {
        if !listens_to_comments(it) {
            return None;
        }
        self.above(instruction_of(dockerfile, it)?)?.options.as_ref().ok()
    }
}

/// The directive that BuildKit takes its checks from in a file that begins with `#!`: it skips that line here, and here
/// only, so that the directives behind it are comments to its parser.
fn check_behind_shebang(file: &SourceFile) -> Option<Directive> {
    let comments = &file.dockerfile().comments;
    let text = file.text();
    let first = comments.first().filter(|it| it.row == 0 && is_in_first_column(text, it.range))?;
    if !text.slice(first.range).starts_with("#!") {
        return None;
    }
    let mut seen = Vec::new();
    for (row, comment) in (1..).zip(comments.iter().skip(1)) {
        let line = text.slice(comment.range);
        if comment.row != row || !is_in_first_column(text, comment.range) || !is_directive(&line) {
            return None;
        }
        let directive = Directive::read(&line, comment.range.start(), row);
        if directive.name == DirectiveName::Check {
            return Some(directive);
        }
        if seen.contains(&directive.name) {
            return None;
        }
        seen.push(directive.name);
    }
    None
}

/// Whether a comment has the form of a directive that BuildKit knows.
fn is_directive(comment: &str) -> bool {
    let body = comment.strip_prefix('#').unwrap_or_default().trim_start();
    let blank = |c: char| matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ');
    let Some((name, value)) = body.split_once('=') else { return false };
    DirectiveName::parse(name.trim_end_matches(blank)).is_some() && !value.trim_matches(blank).is_empty()
}

/// The `check=` comments above instructions. BuildKit takes all comments up to the instruction before,
/// empty lines or not; an empty comment ends the block. Only a `#` in the first column counts.
fn comments(file: &SourceFile, lines: &mut Vec<CheckLine>) {
    let (dockerfile, text) = (file.dockerfile(), file.text());
    let first = lines.len();
    for comment in &dockerfile.comments {
        // Most comments say nothing of checks, and end no block that does.
        if !comment.has_equals && lines.len() == first {
            continue;
        }
        let written = text.slice(comment.range);
        let is_empty = written.trim_start_matches('#').trim().is_empty();
        if !comment.has_equals && !is_empty {
            continue;
        }
        let index = dockerfile.placed.partition_point(|it| it.start <= comment.range.start());
        let Some(instruction) = u32::try_from(index).ok().filter(|_| index < dockerfile.placed.len()) else {
            break;
        };
        let instruction = Some(InstructionId(instruction));
        let Some(body) = written.strip_prefix('#').filter(|_| is_in_first_column(text, comment.range)) else {
            continue;
        };
        if body.trim().is_empty() {
            lines.truncate(
                lines
                    .iter()
                    .rposition(|it| it.instruction != instruction)
                    .map_or(first, |it| (it + 1).max(first)),
            );
            continue;
        }
        if lines[first..].last().is_some_and(|it| it.instruction == instruction) {
            continue;
        }
        if let Some(value) = check_value(body) {
            let at = comment.range.start() + TextSize::of(&written[..written.len() - value.len()]);
            lines.push(CheckLine::new(instruction, value.trim_end(), at));
        }
    }
}

/// The last comment that BuildKit keeps for an instruction, without its `#`, and where it stands.
pub(super) fn last_comment(
    dockerfile: &Dockerfile,
    text: &TextDocument,
    id: InstructionId,
) -> Option<(String, TextRange)> {
    let start = dockerfile.instruction(id).start;
    let end = dockerfile.comments.partition_point(|it| it.range.start() < start);
    let last = dockerfile.comments[..end].last()?;
    let before = id.index().checked_sub(1).map(|it| dockerfile.placed[it].start);
    if before.is_some_and(|before| last.range.start() < before) {
        return None;
    }
    let written = text.slice(last.range);
    // In front of the `#` BuildKit takes one blank away, and keeps the `#`.
    let body = if is_in_first_column(text, last.range) { &written[1..] } else { &written };
    let body = body.trim();
    (!body.is_empty()).then(|| (body.to_owned(), last.range))
}

/// Whether nothing stands in front of a comment in its line; a byte-order mark at the start of the file does not count.
fn is_in_first_column(text: &TextDocument, comment: TextRange) -> bool {
    let start = line_start(text, comment.start());
    start == comment.start()
        || (start == TextSize::default() && text.slice(TextRange::new(start, comment.start())) == "\u{feff}")
}

/// What stands behind `check=` in a comment without its `#`.
fn check_value(body: &str) -> Option<&str> {
    let body = body.trim_start();
    let rest = body.get("check".len()..).filter(|_| body.as_bytes()[..5].eq_ignore_ascii_case(b"check"))?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start();
    (!value.trim().is_empty()).then_some(value)
}

/// The instruction above which a comment silences a finding.
fn instruction_of(dockerfile: &Dockerfile, it: &Diagnostic) -> Option<InstructionId> {
    match it.heeds {
        Heeds::Place => {}
        Heeds::Instruction(id) => return Some(id),
        Heeds::Nothing => return None,
    }
    let index =
        dockerfile.placed.partition_point(|placed| placed.start <= it.range.start()).checked_sub(1)?;
    u32::try_from(index).ok().map(InstructionId)
}

/// Whether a comment above the instruction can silence it. Triggers are read again where they run, and by
/// then BuildKit has forgotten the comments above them; those above the FROM are for the FROM alone.
fn listens_to_comments(it: &Diagnostic) -> bool {
    it.heeds != Heeds::Nothing && !WHOLE_FILE.contains(&it.code)
}

fn is_build_check(it: &Diagnostic) -> bool {
    it.source == Source::Buildkit && BUILD_CHECKS.contains(&it.code)
}

/// Whether `skip` can name it: a build check, or a rule of ours.
fn can_be_silenced(it: &Diagnostic) -> bool {
    is_build_check(it) || (it.source == Source::Dockstage && rules::find(it.code).is_some())
}

/// Ways to silence the diagnostics that touch `range`, each with its diagnostic: where it stands, or in
/// the whole file.
pub(super) fn ignores<'a>(
    file: &SourceFile,
    diagnostics: &'a [Diagnostic],
    range: TextRange,
) -> Vec<(&'a Diagnostic, Fix)> {
    let touching = diagnostics.iter().filter(|it| it.range.intersect(range).is_some());
    let silent = touching.filter(|it| can_be_silenced(it) && !EXPERIMENTAL.contains(&it.code));
    let suppression = Suppression::of(file, &Settings::default());
    let mut found: Vec<(&Diagnostic, Fix)> = Vec::new();
    for it in silent {
        let mut add = |title: String, edit: TextEdit| {
            if found.iter().all(|(_, fix)| fix.title != title) {
                found.push((it, Fix { preferred: false, ..Fix::safe(title, edit) }));
            }
        };
        if let Some(edit) = ignore_here(file, &suppression, it) {
            add(format!("Ignore {} here", it.code), edit);
        }
        if let Some(edit) = ignore_in_file(file, &suppression, it.code) {
            add(format!("Ignore {} in this file", it.code), edit);
        }
    }
    found
}

/// A comment above the instruction, or a name more in the one that is there.
fn ignore_here(file: &SourceFile, suppression: &Suppression, it: &Diagnostic) -> Option<TextEdit> {
    if !listens_to_comments(it) {
        return None;
    }
    let id = instruction_of(file.dockerfile(), it)?;
    if let Some(line) = suppression.above(id) {
        return add_name(line, it.code);
    }
    let instruction = file.dockerfile().instruction(id);
    // An experimental check takes the comment above these for their description.
    if suppression.asks_for_experiments() && matches!(instruction.keyword(), Keyword::Arg | Keyword::From) {
        return None;
    }
    let start = line_start(file.text(), instruction.start).max(byte_order_mark(file.text()));
    // Right behind the head of the file it would be read as a part of it.
    let ends_head = if is_behind_head(file, start) { line_end(file.text()) } else { "" };
    Some(TextEdit::insert(start, format!("{ends_head}# check=skip={}{}", it.code, line_end(file.text()))))
}

/// Whether nothing but parser directives stands above `offset`.
fn is_behind_head(file: &SourceFile, offset: TextSize) -> bool {
    let head = head_end(file);
    offset <= head
}

/// A `# check=` at the head of the file, or a name more in the one that is there.
fn ignore_in_file(file: &SourceFile, suppression: &Suppression, code: &str) -> Option<TextEdit> {
    if let Some(line) = suppression.lines.iter().find(|line| line.instruction.is_none()) {
        return add_name(line, code);
    }
    Some(TextEdit::insert(head_end(file), format!("# check=skip={code}{}", line_end(file.text()))))
}

/// Behind the last parser directive: the start of the file where there is none, but behind a byte-order
/// mark.
fn head_end(file: &SourceFile) -> TextSize {
    let text = file.text();
    match file.dockerfile().directives.last() {
        Some(last) => behind_line(text, last.range.start()),
        None => byte_order_mark(text),
    }
}

/// Behind the byte-order mark at the start of a file, if it has one.
fn byte_order_mark(text: &TextDocument) -> TextSize {
    let mark = text.slice(TextRange::new(0.into(), text.len().min(3.into()))).starts_with('\u{feff}');
    if mark { 3.into() } else { 0.into() }
}

/// Adds a rule to a `check=`: to its `skip`, or with one.
fn add_name(line: &CheckLine, code: &str) -> Option<TextEdit> {
    let options = line.options.as_ref().ok()?;
    if options.skip.all {
        return None;
    }
    if let Some(end) = options.skip.end {
        let lone = options.skip.listed.iter().all(|(name, _)| name.is_empty());
        let comma = if lone { "" } else { "," };
        return Some(TextEdit::insert(line.abs(end), format!("{comma}{code}")));
    }
    let semicolon = if line.value_len == 0 { "" } else { ";" };
    Some(TextEdit::insert(line.abs(line.value_len), format!("{semicolon}skip={code}")))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::lint::diagnostics;
    use crate::lint::test::check;

    #[test]
    fn the_head_counts_for_the_file() {
        check("#check=skip=FromAsCasing , x\nFROM alpine as a\nFROM a as b\n");
        check("# check=skip=all\nFROM alpine as A\nMAINTAINER a\n");
        check(
            r"
# check=skip=fromascasing
#            ^^^^^^^^^^^^ UnknownCheck: There is no check `fromascasing`. Did you mean `FromAsCasing`?
FROM alpine as a
#           ^^ FromAsCasing: `as` should be in the case of `FROM`.
",
        );
    }

    #[test]
    fn white_space_in_front_of_the_head_makes_it_mean_nothing() {
        let text = |head: &str| format!("{head}FROM alpine AS a\nFROM a as b\n");
        let codes = |head: &str| {
            let found = diagnostics(&SourceFile::new(&text(head)), &Settings::default());
            found.iter().filter(|it| it.code == "FromAsCasing").count()
        };
        assert_eq!(codes("# check=skip=all\n"), 0);
        assert_eq!(codes("\u{feff}# check=skip=all\n"), 0);
        assert_eq!(codes(" # check=skip=all\n"), 1);
        assert_eq!(codes("\t# syntax=a\n# check=skip=all\n"), 1);
        assert_eq!(codes("\r# check=skip=all\n"), 1);
    }

    #[test]
    fn a_shebang_may_stand_in_front_of_the_head() {
        check("#!/usr/bin/env x\n# syntax=a\n#check = skip=FromAsCasing\nFROM alpine AS a\nFROM a as b\n");
        check(
            r"
#! a
# A=b
# check=skip=FromAsCasing
FROM alpine AS a
FROM a as b
#      ^^ FromAsCasing: `as` should be in the case of `FROM`.
",
        );
        check(
            r"
#!
# check=skip=x
#            ^ UnknownCheck: There is no check `x`.
FROM alpine
",
        );
    }

    #[test]
    fn a_comment_counts_for_the_next_instruction() {
        check(
            r"
# a Dockerfile
FROM alpine
# check=skip=SecretsUsedInArgOrEnv it is for tests

ENV KEY=x
ENV TOKEN=x
#   ^^^^^ SecretsUsedInArgOrEnv: ENV `TOKEN` leaves its value in the image. Pass secrets with `RUN --mount=type=secret`.
# check=skip=all
#
ENV KEY=x
#   ^^^ SecretsUsedInArgOrEnv: ENV `KEY` leaves its value in the image. Pass secrets with `RUN --mount=type=secret`.
 # check=skip=all
ENV KEY=x
#   ^^^ SecretsUsedInArgOrEnv: ENV `KEY` leaves its value in the image. Pass secrets with `RUN --mount=type=secret`.
",
        );
    }

    #[test]
    fn some_checks_listen_to_the_head_only() {
        check(
            r"
# a Dockerfile
FROM alpine AS a
#              ^ … the first one is here
# check=skip=DuplicateStageName
FROM alpine AS a
#              ^ DuplicateStageName: There is a stage `a` already. Give this one another name.
",
        );
    }

    #[test]
    fn triggers_listen_to_the_head_only() {
        check(
            r"
# a Dockerfile
FROM alpine AS base
# check=skip=all
ONBUILD ENV A 1
#           ^ … in the ONBUILD of its base
# check=skip=all
 FROM base
#^^^^ LegacyKeyValueFormat: Write `ENV A=…`: without `=` it is an old form.
",
        );
        check("# check=skip=all\nFROM alpine AS base\nONBUILD ENV A 1\nFROM base\n");
    }

    #[test]
    fn what_a_comment_cannot_silence_is_not_ignored_here() {
        let file = SourceFile::new("FROM alpine AS base\nONBUILD ENV A 1\nFROM base\n");
        let found = diagnostics(&file, &Settings::default());
        let titles: Vec<String> =
            ignores(&file, &found, found[0].range).into_iter().map(|(_, fix)| fix.title).collect();
        assert_eq!(titles, ["Ignore LegacyKeyValueFormat in this file"]);
    }

    #[test]
    fn a_comment_that_would_be_a_description_is_not_offered() {
        let file = SourceFile::new("# check=experimental=all\nFROM alpine as a\n");
        let found = diagnostics(&file, &Settings::default());
        let titles: Vec<String> =
            ignores(&file, &found, found[0].range).into_iter().map(|(_, fix)| fix.title).collect();
        assert_eq!(titles, ["Ignore FromAsCasing in this file"]);
    }

    fn severities(text: &str, settings: &Settings) -> Vec<(&'static str, Severity)> {
        diagnostics(&SourceFile::new(text), settings).iter().map(|it| (it.code, it.severity)).collect()
    }

    #[test]
    fn warnings_can_be_errors() {
        let text = "# check=error=true\nFROM alpine AS x\nFROM alpine as a\n";
        let plain = Settings::default();
        assert_eq!(
            severities(text, &plain),
            [("UnreachableStage", Severity::Hint), ("FromAsCasing", Severity::Error)]
        );
    }

    #[test]
    fn the_build_argument_takes_the_place_of_the_head() {
        let text = "# check=error=true\nFROM alpine as A\n";
        let build_args = vec![(BUILD_ARG.to_owned(), "skip=FromAsCasing".to_owned())];
        let settings = Settings { build_args, ..Settings::default() };
        assert_eq!(severities(text, &settings), [("StageNameCasing", Severity::Warning)]);
    }

    /// What the offer to ignore the first finding `here` or in the `file` makes of a text.
    fn ignored(text: &str, ending: &str, expected: &Expect) {
        let file = SourceFile::new(text);
        let found = diagnostics(&file, &Settings::default());
        let fixes = ignores(&file, &found, found[0].range);
        let Some((_, fix)) = fixes.iter().find(|(_, it)| it.title.ends_with(ending)) else {
            panic!("none in {text}")
        };
        let after = fix.change.apply(text).unwrap();
        let left = diagnostics(&SourceFile::new(&after), &Settings::default());
        assert!(left.len() < found.len(), "{after}");
        expected.assert_eq(&after);
    }

    #[test]
    fn ignore_here() {
        ignored(
            "ARG A\nFROM alpine as a\n",
            "here",
            &expect![[r"
            ARG A
            # check=skip=FromAsCasing
            FROM alpine as a
        "]],
        );
        // At the top it would be read as the head of the file.
        ignored(
            "# syntax=a\nFROM alpine as a\n",
            "here",
            &expect![[r"
            # syntax=a

            # check=skip=FromAsCasing
            FROM alpine as a
        "]],
        );
        ignored(
            "ARG A\n# check=skip=StageNameCasing so\nFROM alpine as A\n",
            "here",
            &expect![[r"
            ARG A
            # check=skip=StageNameCasing,FromAsCasing so
            FROM alpine as A
        "]],
        );
    }

    #[test]
    fn a_lone_carriage_return_ends_no_line() {
        let text = "#escape=`\r\r\nFROM alpine as a\n";
        let file = SourceFile::new(text);
        let found = diagnostics(&file, &Settings::default());
        let after: Vec<String> = ignores(&file, &found, found[0].range)
            .iter()
            .map(|(_, fix)| fix.change.apply(text).unwrap())
            .collect();
        assert_eq!(
            after,
            [
                "#escape=`\r\r\n\n# check=skip=FromAsCasing\nFROM alpine as a\n",
                "#escape=`\r\r\n# check=skip=FromAsCasing\nFROM alpine as a\n"
            ]
        );
    }

    #[test]
    fn ignore_in_the_file() {
        ignored(
            "# syntax=a\n# b\nFROM alpine as a\n",
            "file",
            &expect![[r"
            # syntax=a
            # check=skip=FromAsCasing
            # b
            FROM alpine as a
        "]],
        );
        ignored(
            "FROM alpine as a\n",
            "file",
            &expect![[r"
            # check=skip=FromAsCasing
            FROM alpine as a
        "]],
        );
        ignored(
            "# check=error=true;skip=UndefinedVar\nFROM alpine as a\n",
            "file",
            &expect![[r"
            # check=error=true;skip=UndefinedVar,FromAsCasing
            FROM alpine as a
        "]],
        );
        ignored(
            "# check=error=false\nFROM alpine as a\n",
            "file",
            &expect![[r"
            # check=error=false;skip=FromAsCasing
            FROM alpine as a
        "]],
        );
    }
}
