//! The shell: which one runs an instruction, and what it reads there.

use std::sync::OnceLock;

use super::args::Arguments;
use super::dockerfile::Placed;
use super::instruction::InstructionData;
use super::scope::bases;
use super::stage::{Base, Stage};
use crate::syntax::bash::{ShellKind, read};
use crate::syntax::{Keyword, LogicalLine, RelRange, casing};

/// The shells of the POSIX family.
const POSIX: [&str; 8] = ["sh", "bash", "ash", "dash", "ksh", "mksh", "zsh", "rbash"];

/// Whether a word names a shell of the POSIX family, with or without its path.
pub(super) fn is_posix_shell(word: &str) -> bool {
    let name = casing::lower(word.rsplit(['/', '\\']).next().unwrap_or(word));
    POSIX.contains(&name.strip_suffix(".exe").unwrap_or(&name))
}

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
            posix[id.index()] = now;
            match it.keyword {
                Keyword::Shell => now = names_posix(&it.data).unwrap_or(now),
                Keyword::Onbuild => {
                    let data = it.data.effective();
                    posix[id.index()] = trigger.unwrap_or(now);
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
fn is_windows(stage: &Stage) -> bool {
    let platform = stage.platform.as_ref().is_some_and(|it| it.starts_with("windows"));
    platform || matches!(&stage.base, Base::Image(image) if image.repository.starts_with("windows/"))
}

/// Whether the shell that a SHELL names is a POSIX one; none where it names nothing.
fn names_posix(data: &InstructionData) -> Option<bool> {
    let Arguments::Json(words) = &data.arguments else { return None };
    // `/usr/bin/env bash -c`, `conda run -n env /bin/bash -c`.
    (!words.is_empty()).then(|| words.iter().any(|word| is_posix_shell(&word.text)))
}

/// Whether a RUN consists of one heredoc and nothing else: then its content is the script.
pub(super) fn is_script(data: &InstructionData) -> bool {
    let [heredoc] = data.heredocs.as_slice() else { return false };
    let effective = data.effective();
    effective.keyword == Keyword::Run && effective.arguments_range == heredoc.redirect
}

/// Whether a script names an interpreter that is no POSIX shell.
pub(super) fn is_foreign(script: &str) -> bool {
    let Some(line) = script.strip_prefix("#!").and_then(|rest| rest.lines().next()) else { return false };
    !line.split_whitespace().any(is_posix_shell)
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
        Arguments::Healthcheck { command, .. } => command,
        arguments => arguments,
    };
    let Arguments::Text(text) = command else { return Vec::new() };
    let start = data.line.offset_of_source(text.range.start());
    let mut part = data.line.part(start, data.line.offset_of_source(text.range.end()));
    // Their bodies are not in this text, and without them the rest would be read as one.
    for heredoc in &data.heredocs {
        let at = |source| part.offset_of_source(source);
        let (start, end) = (at(heredoc.redirect.start()), at(heredoc.redirect.end()));
        part.blank(start, end);
    }
    vec![part]
}

/// What a shell reads in an instruction, worked out when somebody asks, and kept with the instruction's data: it
/// depends on nothing else. Whether there is a shell to read it is another question.
#[derive(Clone, Default)]
pub(crate) struct ShellParts(OnceLock<Read>);

#[derive(Clone, Default)]
struct Read {
    tokens: Box<[(RelRange, ShellKind)]>,
    vars: Box<[(String, RelRange)]>,
}

impl ShellParts {
    fn get(&self, data: &InstructionData) -> &Read {
        self.0.get_or_init(|| {
            let (mut tokens, mut vars) = (Vec::new(), Vec::new());
            for text in texts(data) {
                let found = read(text.text());
                for it in found.tokens {
                    let pieces = text.source_ranges(it.range.start, it.range.end);
                    tokens.extend(pieces.map(|range| (range, it.kind)));
                }
                let range = |it: std::ops::Range<usize>| text.source_range(it.start, it.end);
                vars.extend(found.vars.into_iter().map(|it| (it.name, range(it.scope))));
            }
            Read { tokens: tokens.into(), vars: vars.into() }
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

    /// Whether it is a RUN that consists of a script for a shell.
    pub(crate) fn is_shell_script(&self) -> bool {
        is_script(self) && self.heredocs.iter().all(|it| !is_foreign(&it.content.text))
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
        assert!(posix("FROM --platform=windows/amd64 a\nRUN a\n").is_empty());
    }
}
