//! What a container runs: ENTRYPOINT and CMD put together as Docker does it.

use super::super::markdown::code;
use crate::model::state::{StageState, Start};
use crate::model::{Arguments, Base, Dockerfile};

/// A command line, and whether a shell reads it.
pub(super) struct Argv {
    words: Vec<String>,
    shell_form: bool,
}

impl Argv {
    /// What an ENTRYPOINT or a CMD gives to the system.
    pub(super) fn of(dockerfile: &Dockerfile, state: &StageState, start: &Start) -> Self {
        let data = dockerfile.instruction(start.instruction).data.effective();
        match &data.arguments {
            Arguments::Json(words) => {
                Self { words: words.iter().map(|word| word.text.clone()).collect(), shell_form: false }
            }
            arguments => {
                let mut words = shell(start.shell.as_deref(), state.root.as_ref());
                words.extend(arguments.words().iter().map(|word| word.text.clone()));
                Self { words, shell_form: true }
            }
        }
    }

    fn nothing() -> Self {
        Self { words: Vec::new(), shell_form: false }
    }

    /// The words as one would type them.
    pub(super) fn shown(&self) -> String {
        code(&self.words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "))
    }

    fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    fn followed_by(mut self, other: Self) -> Self {
        self.words.extend(other.words);
        self
    }
}

/// What a container runs in this state, as far as the file tells.
pub(super) fn runs(dockerfile: &Dockerfile, state: &StageState) -> Option<String> {
    let argv = |start: &Start| Argv::of(dockerfile, state, start);
    let on_scratch = state.root == Some(Base::Scratch);
    let entrypoint = state.entrypoint.as_ref().map(argv).or_else(|| on_scratch.then(Argv::nothing));
    let cmd = state.cmd.as_ref().map(argv).unwrap_or_else(Argv::nothing);
    match entrypoint {
        Some(entrypoint) if entrypoint.shell_form && !cmd.is_empty() => {
            Some(format!("Runs {}. `CMD` is not used: `ENTRYPOINT` is in shell form", entrypoint.shown()))
        }
        Some(entrypoint) => {
            let all = entrypoint.followed_by(cmd);
            (!all.is_empty()).then(|| format!("Runs {}", all.shown()))
        }
        // What the base image has for an ENTRYPOINT comes before.
        None if cmd.is_empty() => None,
        None => {
            Some(format!("Runs {}, behind the `ENTRYPOINT` of the base image if it has one", cmd.shown()))
        }
    }
}

/// The shell that the shell form goes through: SHELL, or what BuildKit takes without one.
pub(super) fn shell(shell: Option<&[String]>, root: Option<&Base>) -> Vec<String> {
    let is_windows = matches!(root, Some(Base::Image(image)) if image.is_windows());
    let default = if is_windows { &["cmd", "/S", "/C"][..] } else { &["/bin/sh", "-c"] };
    match shell {
        Some(shell) if !shell.is_empty() => shell.to_vec(),
        _ => default.iter().map(|&word| word.to_owned()).collect(),
    }
}

/// A word in quotes where a shell would otherwise read more than one word, or something else.
fn quoted(word: &str) -> String {
    let plain = |it: char| it.is_alphanumeric() || "_-./:=,@%+".contains(it);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false if word.contains('\'') => format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"")),
        false => format!("'{word}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceFile;
    use crate::model::state::at_end;

    fn check(text: &str, expected: &str) {
        let file = SourceFile::new(text);
        let dockerfile = file.dockerfile();
        let state = at_end(dockerfile, dockerfile.default_target().unwrap().id);
        assert_eq!(runs(dockerfile, &state).unwrap_or_default(), expected, "{text}");
    }

    #[test]
    fn entrypoint_and_cmd_together() {
        check("FROM scratch\nENTRYPOINT [\"/a\"]\nCMD [\"-x\", \"b c\", \"\"]\n", "Runs `/a -x 'b c' ''`");
        check("FROM scratch\nCMD [\"/a\", \"it's\"]\n", "Runs `/a \"it's\"`");
        check("FROM a\nENTRYPOINT [\"/a\"]\n", "Runs `/a`");
        check("FROM a\nENTRYPOINT []\nCMD [\"b\"]\n", "Runs `b`");
        check("FROM a\nCMD [\"b\"]\n", "Runs `b`, behind the `ENTRYPOINT` of the base image if it has one");
        check("FROM a\n", "");
        check("FROM scratch\nENTRYPOINT []\n", "");
    }

    #[test]
    fn the_shell_form_goes_through_the_shell() {
        check("FROM scratch\nCMD npm start\n", "Runs `/bin/sh -c 'npm start'`");
        check(
            "FROM a\nENTRYPOINT exec top -b\nCMD [\"x\"]\n",
            "Runs `/bin/sh -c 'exec top -b'`. `CMD` is not used: `ENTRYPOINT` is in shell form",
        );
        check(
            "FROM scratch AS b\nSHELL [\"bash\", \"-c\"]\nCMD a\nSHELL [\"x\"]\nFROM b\n",
            "Runs `bash -c a`",
        );
        check("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nENTRYPOINT dir\n", "Runs `cmd /S /C dir`");
        check("FROM node:windowsservercore-2022\nENTRYPOINT dir\n", "Runs `cmd /S /C dir`");
    }

    #[test]
    fn an_entrypoint_resets_the_cmd_of_its_base() {
        check("FROM a AS b\nCMD [\"x\"]\nFROM b\nENTRYPOINT [\"y\"]\n", "Runs `y`");
        check("FROM a AS b\nCMD [\"x\"]\nFROM b\nENTRYPOINT [\"y\"]\nCMD [\"z\"]\n", "Runs `y z`");
        check("FROM a\nCMD [\"x\"]\nENTRYPOINT [\"y\"]\n", "Runs `y x`");
        check("FROM a AS b\nENTRYPOINT [\"x\"]\nFROM b\nCMD [\"y\"]\n", "Runs `x y`");
    }
}
