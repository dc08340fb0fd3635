//! The shell: which one runs an instruction, and what it reads there.

use std::ops::Range;
use std::sync::OnceLock;

use super::args::{Arguments, Heredoc};
use super::dockerfile::Placed;
use super::instruction::InstructionData;
use super::scope::bases;
use super::stage::{Base, Stage};
use crate::syntax::bash::{ShellKind, read};
use crate::syntax::shell::starts_posix_shell;
use crate::syntax::{Keyword, LogicalLine, RelRange, Spanned};

/// For each instruction whether a shell of the POSIX family runs its shell form. It is linear.
pub(super) fn posix_shells(placed: &[Placed], stages: &[Stage], escape: char) -> Vec<bool> {
    // Windows is what a file is written for that needs its backslashes for paths.
    let usual = escape == '\\';
    let mut posix = vec![usual; placed.len()];
    let mut at_end: Vec<bool> = Vec::with_capacity(stages.len());
    // What a SHELL in an ONBUILD of a stage leads to.
    let mut triggered: Vec<Option<bool>> = Vec::with_capacity(stages.len());
    for (stage, base) in stages.iter().zip(bases(stages)) {
        let inherited = base.and_then(|base| triggered[base].or(at_end.get(base).copied()));
        let mut now = inherited.unwrap_or(usual && !is_windows(stage));
        let mut trigger = None;
        for id in stage.instructions() {
            let Some(it) = placed.get(id.index()) else { break };
            posix[id.index()] = now || brings_shell(&it.data);
            match it.keyword {
                Keyword::Shell => now = names_posix(&it.data).unwrap_or(now),
                Keyword::Onbuild => {
                    let data = it.data.effective();
                    posix[id.index()] = trigger.unwrap_or(now) || brings_shell(&it.data);
                    if data.keyword == Keyword::Shell {
                        trigger = names_posix(data).or(trigger);
                    }
                }
                _ => {}
            }
        }
        at_end.push(now);
        triggered.push(trigger);
    }
    posix
}

/// Whether the base or the platform of a stage says that it is for Windows.
pub(super) fn is_windows(stage: &Stage) -> bool {
    let platform = stage.platform.as_ref().is_some_and(|it| it.starts_with("windows"));
    platform || matches!(&stage.base, Base::Image(image) if image.is_windows())
}

/// Whether the shell that a SHELL names is a POSIX one; none where it names nothing.
fn names_posix(data: &InstructionData) -> Option<bool> {
    let Arguments::Json(words) = &data.arguments else { return None };
    (!words.is_empty()).then(|| starts_posix_shell(words.iter().map(|word| word.text.as_str())))
}

/// Whether an instruction says itself which shell runs it: in JSON form, or in the first line of its script.
fn brings_shell(data: &InstructionData) -> bool {
    let is_script =
        data.is_shell_script() && data.heredocs.iter().all(|it| it.content.text.starts_with("#!"));
    is_script || data.effective().arguments.is_json()
}

/// The text that a JSON form hands to a shell: `["sh", "-c", "…"]`.
pub(super) fn shell_string(strings: &[Spanned]) -> Option<&Spanned> {
    let is_command =
        |it: &Spanned| it.text.starts_with('-') && !it.text.starts_with("--") && it.text.ends_with('c');
    let at = strings.iter().position(is_command)?;
    let is_posix = starts_posix_shell(strings[..at].iter().map(|it| it.text.as_str()));
    strings.get(at + 1).filter(|_| is_posix)
}

/// What stands between the quotes of a JSON string, in bytes of the joined text. None where JSON's escapes stand in
/// it: places in it are not places in its value.
pub(super) fn json_inside(line: &LogicalLine, string: &Spanned) -> Option<Range<usize>> {
    let start = line.offset_of_source(string.range.start()) + 1;
    let end = line.offset_of_source(string.range.end()).checked_sub(1)?;
    (line.text().get(start..end) == Some(string.text.as_str())).then_some(start..end)
}

/// Whether a RUN consists of one heredoc and nothing else: then its content is the script.
pub(super) fn is_script(data: &InstructionData) -> bool {
    let [heredoc] = data.heredocs.as_slice() else { return false };
    let effective = data.effective();
    effective.keyword == Keyword::Run && effective.arguments_range == heredoc.redirect
}

/// Whether a script names an interpreter that is no POSIX shell.
pub(crate) fn is_foreign(script: &str) -> bool {
    let Some(line) = script.strip_prefix("#!").and_then(|rest| rest.lines().next()) else { return false };
    !starts_posix_shell(line.split_whitespace())
}

/// The texts that a shell reads, if a shell runs the instruction: the shell form, and a heredoc that is the script.
fn texts(data: &InstructionData) -> Vec<LogicalLine> {
    let effective = data.effective();
    let runs = [Keyword::Run, Keyword::Cmd, Keyword::Entrypoint, Keyword::Healthcheck];
    if !runs.contains(&effective.keyword) {
        return Vec::new();
    }
    if is_script(data) {
        let mut text = LogicalLine::default();
        for script in data.heredocs.iter().filter(|_| data.is_shell_script()) {
            text.push(&script.content.text, script.content.range.start());
        }
        return vec![text];
    }
    let command = match &effective.arguments {
        Arguments::Healthcheck { command, .. } => &**command,
        arguments => arguments,
    };
    let text = match command {
        Arguments::Text(text) => text,
        Arguments::Json(strings) => {
            let span = shell_string(strings).and_then(|it| json_inside(&data.line, it));
            return span.map(|it| data.line.part(it.start, it.end)).into_iter().collect();
        }
        _ => return Vec::new(),
    };
    let start = data.line.offset_of_source(text.range.start());
    vec![without_heredocs(data, start, data.line.offset_of_source(text.range.end()))]
}

/// A part of the line with blanks where heredocs are announced: their bodies are not in it, and the rest would be read
/// as one.
fn without_heredocs(data: &InstructionData, start: usize, end: usize) -> LogicalLine {
    let mut part = data.line.part(start, end);
    for heredoc in &data.heredocs {
        let at = |source| part.offset_of_source(source);
        let (start, end) = (at(heredoc.redirect.start()), at(heredoc.redirect.end()));
        part.blank(start, end);
    }
    part
}

/// Whether a heredoc may begin in a shell's text.
fn has_heredoc(text: &str) -> bool {
    text.contains("<<")
}

/// What a shell reads in an instruction, worked out when somebody asks, and kept with the instruction's data: it
/// depends on nothing else. Whether there is a shell to read it is another question.
#[derive(Clone, Default)]
pub(crate) struct ShellParts(OnceLock<Read>);

/// A use of a variable in a shell's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShellUse {
    pub(super) name: Spanned,
    pub(super) whole: RelRange,
}

#[derive(Clone, Default)]
struct Read {
    tokens: Box<[(RelRange, ShellKind)]>,
    vars: Box<[(String, RelRange)]>,
    /// Those that only a reading of the whole text finds.
    uses: Box<[ShellUse]>,
}

impl ShellParts {
    fn get(&self, data: &InstructionData) -> &Read {
        self.0.get_or_init(|| {
            let (mut tokens, mut vars, mut uses) = (Vec::new(), Vec::new(), Vec::new());
            for text in texts(data) {
                let found = read(text.text());
                for it in found.tokens {
                    let pieces = text.source_ranges(it.range.start, it.range.end);
                    tokens.extend(pieces.map(|range| (range, it.kind)));
                }
                let range = |it: std::ops::Range<usize>| text.source_range(it.start, it.end);
                vars.extend(found.vars.into_iter().map(|it| (it.name, range(it.scope))));
                let all = has_heredoc(text.text());
                uses.extend(found.uses.into_iter().filter(|it| all || it.is_bare).map(|it| ShellUse {
                    name: Spanned { text: text.text()[it.name.clone()].to_owned(), range: range(it.name) },
                    whole: range(it.whole),
                }));
            }
            Read { tokens: tokens.into(), vars: vars.into(), uses: uses.into() }
        })
    }
}

/// It follows from the rest of the data.
impl PartialEq for ShellParts {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl std::fmt::Debug for ShellParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShellParts")
    }
}

impl InstructionData {
    /// The words of its shell text that have a kind, in order, none over another and none over the end of a line
    /// that is continued.
    pub(crate) fn shell_tokens(&self) -> &[(RelRange, ShellKind)] {
        &self.shell.get(self).tokens
    }

    /// The texts of it that a shell reads, if a shell runs it.
    pub(crate) fn shell_texts(&self) -> Vec<LogicalLine> {
        texts(self)
    }

    /// Whether it is a RUN that consists of a script for a shell.
    pub(crate) fn is_shell_script(&self) -> bool {
        is_script(self) && self.heredocs.iter().all(|it| !is_foreign(&it.content.text))
    }

    /// Whether the shell's text may use variables that only a reading of the whole of it finds.
    pub(super) fn hides_vars(&self) -> bool {
        let is_script = is_script(self);
        let script = if is_script { self.heredocs.first().map(|it| it.content.text.as_str()) } else { None };
        let text = script.unwrap_or(self.line.text());
        has_heredoc(text) || ["((", "$[", "export", "readonly"].iter().any(|it| text.contains(it))
    }

    /// The uses of variables that only a reading of the shell's whole text finds: names without a `$`, and all of
    /// them where heredocs stand inside of it.
    pub(super) fn other_shell_uses(&self) -> &[ShellUse] {
        if self.marks.hides_vars { &self.shell.get(self).uses } else { &[] }
    }

    /// Whether a use that a shell expands is among those: heredocs stand inside of the text that it stands in.
    pub(super) fn is_read_as_a_whole(&self, offset: u32) -> bool {
        if !self.marks.hides_vars {
            return false;
        }
        let inside = |it: &&Heredoc| it.content.range.start() <= offset && offset < it.content.range.end();
        match self.heredocs.iter().find(inside) {
            Some(script) => is_script(self) && has_heredoc(&script.content.text),
            None => {
                let text = self.line.text();
                has_heredoc(text) && has_heredoc(without_heredocs(self, 0, text.len()).text())
            }
        }
    }

    /// Whether its shell text has set this variable itself before `offset`, so that the name means that.
    pub(crate) fn is_set_by_shell(&self, name: &str, offset: u32) -> bool {
        let vars = &self.shell.get(self).vars;
        vars.iter().any(|(it, scope)| it == name && scope.start() <= offset && offset < scope.end())
    }
}

#[cfg(test)]
mod tests {
    use crate::model::SourceFile;
    use crate::syntax::Keyword;

    /// The lines from 1 whose RUN is for a POSIX shell.
    fn posix(text: &str) -> Vec<u32> {
        let file = SourceFile::new(text);
        let dockerfile = file.dockerfile();
        let runs = dockerfile.instructions().filter(|it| it.data.effective().keyword == Keyword::Run);
        runs.filter(|it| dockerfile.is_posix_shell(it.id)).map(|it| it.row + 1).collect()
    }

    #[test]
    fn shell_says_which_it_is_from_there_on() {
        assert_eq!(
            posix("FROM a\nRUN a\nSHELL [\"pwsh\"]\nRUN a\nSHELL [\"/bin/BASH.exe\", \"-c\"]\nRUN a\n"),
            [2, 6]
        );
        assert_eq!(
            posix("FROM a\nSHELL [\"conda\", \"run\", \"/bin/bash\", \"-c\"]\nRUN a\nSHELL []\nRUN a\n"),
            [3, 5]
        );
        assert_eq!(posix("# escape=`\nFROM a\nRUN a\nSHELL [\"bash\", \"-c\"]\nRUN a\n"), [5]);
    }

    #[test]
    fn other_shells_are_none_of_them() {
        let text = "FROM a\nSHELL [\"fish\", \"-c\"]\nRUN a\nSHELL [\"/bin/busybox\", \"sh\", \"-c\"]\nRUN a\nSHELL [\"tcsh\"]\nRUN a\n";
        assert_eq!(posix(text), [5]);
    }

    #[test]
    fn stages_inherit_it() {
        let text = "FROM a AS b\nSHELL [\"cmd\"]\nFROM b\nRUN a\nFROM a\nRUN a\n";
        assert_eq!(posix(text), [6]);
        let text =
            "FROM a AS b\nONBUILD RUN a\nONBUILD SHELL [\"cmd\"]\nONBUILD RUN a\nRUN a\nFROM b\nRUN a\n";
        assert_eq!(posix(text), [2, 5]);
    }

    #[test]
    fn windows_has_another_one() {
        assert!(posix("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN a\n").is_empty());
        assert!(posix("FROM mcr.microsoft.com/dotnet/sdk:8.0-nanoserver-ltsc2022\nRUN a\n").is_empty());
        assert!(posix("FROM --platform=windows/amd64 a\nRUN a\n").is_empty());
    }
}
