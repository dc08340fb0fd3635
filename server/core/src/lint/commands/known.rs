//! What is known for sure in this build, for those who show it: values of variables, and directories that
//! relative paths lead to.
//!
//! It is what the checks know: where the base image, the platform or a build argument that is not given
//! decides, nothing is known.

use std::sync::Arc;

use super::{Below, Run, Target, bases};
use crate::TextRange;
use crate::analysis::Settings;
use crate::lint::globals::Globals;
use crate::model::state::clean;
use crate::model::{Instruction, InstructionData, SourceFile, StageId, VarRef};
use crate::syntax::Keyword;

/// A place, and what is known of it.
pub type KnownText = (TextRange, String);

/// What is known in a part of a file, in no order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Expansions that BuildKit makes, with what they become. Not those in the values of ARG and ENV.
    pub values: Vec<KnownText>,
    /// Relative paths of WORKDIR, and relative destinations of COPY and ADD, with where they lead.
    pub directories: Vec<KnownText>,
}

/// What is known of the instructions that touch `range`.
pub fn known(file: &SourceFile, settings: &Settings, range: TextRange) -> Known {
    let dockerfile = file.dockerfile();
    let globals = Globals::of(dockerfile, settings);
    let bases = bases(dockerfile, &globals);
    let target = Target::of(dockerfile, settings, || &bases);
    let mut watch = Watch::new(file, range);
    for stage in &dockerfile.stages {
        let from = dockerfile.instruction(stage.from);
        watch.values(from, |text| globals.evaluate(text).text);
    }
    let run = super::run(dockerfile, settings, &globals, &bases, &target, Some(watch));
    run.watch.map(|watch| watch.found).unwrap_or_default()
}

/// Looks on while the commands of a file are gone through.
pub(super) struct Watch<'a> {
    file: &'a SourceFile,
    range: TextRange,
    found: Known,
    /// The directory that the stage which is gone through is in, where it is known.
    directory: Option<Arc<str>>,
    /// The same at the end of each stage.
    ends: Vec<Option<Arc<str>>>,
}

impl<'a> Watch<'a> {
    fn new(file: &'a SourceFile, range: TextRange) -> Self {
        let ends = vec![None; file.dockerfile().stages.len()];
        Self { file, range, found: Known::default(), directory: None, ends }
    }

    /// A stage begins. What an image sets is known where all of it is.
    pub(super) fn enter(&mut self, below: Below, base_known: bool) {
        self.directory = match below {
            Below::Stage(base) => self.ends.get(base.index()).cloned().flatten(),
            Below::Open => None,
            Below::Known | Below::Image => base_known.then(|| Arc::from("/")),
        };
    }

    /// A stage ends.
    pub(super) fn leave(&mut self, stage: StageId) {
        if let Some(end) = self.ends.get_mut(stage.index()) {
            *end = self.directory.clone();
        }
    }

    /// A WORKDIR: `path` is what it becomes, if that is known. For a trigger of the base there is no `place`.
    fn workdir(&mut self, path: Option<&str>, place: Option<TextRange>) {
        let place = place.filter(|_| path.is_some_and(|path| !path.starts_with('/')));
        self.directory = path.and_then(|path| self.below(path)).map(Arc::from);
        if let (Some(place), Some(directory)) = (place, &self.directory) {
            self.found.directories.push((place, directory.to_string()));
        }
    }

    /// The expansions of an instruction, each evaluated by itself.
    fn values(&mut self, instruction: Instruction<'_>, evaluate: impl Fn(&str) -> Option<String>) {
        if !self.is_watched(instruction) || !instruction.marks.has_dollar {
            return;
        }
        let all = &self.file.dockerfile().scopes().refs;
        let start = all.partition_point(|it| it.instruction < instruction.id);
        let own = all[start..].iter().take_while(|it| it.instruction == instruction.id);
        let mut behind = instruction.range().start();
        for it in own.filter(|it| !it.shell) {
            // What stands in the braces of another expansion belongs to that one.
            if it.whole.start() < behind {
                continue;
            }
            behind = it.whole.end();
            if let Some(text) = self.alone(it).and_then(|text| evaluate(&text)) {
                self.found.values.push((it.whole, text));
            }
        }
    }

    /// An expansion as a word of its own. None where it is not one: quotes and escapes in it can mean other things
    /// there.
    fn alone(&self, it: &VarRef) -> Option<String> {
        let text = self.file.text().slice(it.whole);
        let escape = self.file.dockerfile().escape;
        (!text.contains(['\'', '"', '\n', '\r', escape])).then(|| text.into_owned())
    }

    /// Where a path leads, seen from the current directory. None for what may be a path of Windows.
    fn below(&self, path: &str) -> Option<String> {
        if path.is_empty() || path.contains(['\\', ':']) {
            return None;
        }
        if path.starts_with('/') {
            return Some(clean(path));
        }
        Some(clean(&format!("{}/{path}", self.directory.as_deref()?)))
    }

    fn is_watched(&self, instruction: Instruction<'_>) -> bool {
        self.range.intersect(instruction.range()).is_some()
    }
}

impl<'a> Run<'a, '_> {
    /// Looks at an instruction before it takes effect.
    pub(super) fn watch(
        &mut self,
        instruction: Instruction<'a>,
        data: &'a InstructionData,
        is_trigger: bool,
    ) {
        // It is put back below: what it notes comes from here.
        let Some(mut watch) = self.watch.take() else { return };
        let is_shown = !is_trigger && watch.is_watched(instruction);
        if is_shown && !matches!(data.keyword, Keyword::Arg | Keyword::Env) {
            let escape = self.dockerfile.escape;
            watch.values(instruction, |text| self.evaluate(text, escape).text);
        }
        let path = |word: &'a crate::syntax::Spanned| self.word(&word.text, word.range, None).text;
        match (data.keyword, data.arguments.words()) {
            (Keyword::Workdir, [word]) => {
                let place = is_shown.then(|| instruction.abs(word.range));
                watch.workdir(path(word).as_deref(), place);
            }
            (Keyword::Copy | Keyword::Add, [_, .., word]) if is_shown => {
                let destination = path(word).filter(|path| !path.starts_with('/'));
                if let Some((path, target)) = destination.and_then(|path| Some((watch.below(&path)?, path))) {
                    let text = with_slash(path, &target);
                    watch.found.directories.push((instruction.abs(word.range), text));
                }
            }
            _ => {}
        }
        self.watch = Some(watch);
    }
}

/// A clean path, with the slash that says that it is a directory where the written one says so.
fn with_slash(path: String, written: &str) -> String {
    let last = written.rsplit('/').next().unwrap_or(written);
    match matches!(last, "" | "." | "..") && !path.ends_with('/') {
        true => format!("{path}/"),
        false => path,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn shown(text: &str, settings: &Settings) -> String {
        let file = SourceFile::new(text);
        let known = known(&file, settings, TextRange::up_to(file.text().len()));
        let mut all: Vec<_> = known.values.into_iter().map(|it| (it, "=")).collect();
        all.extend(known.directories.into_iter().map(|it| (it, "→")));
        all.sort_by_key(|((range, _), sign)| (range.end(), *sign));
        let line = |((range, known), sign): &(KnownText, &str)| {
            let row = text[..usize::from(range.start())].matches('\n').count() + 1;
            format!("{row}: {} {sign} {known}\n", &text[*range])
        };
        all.iter().map(line).collect()
    }

    fn check(text: &str, expected: &Expect) {
        expected.assert_eq(&shown(text, &Settings::default()));
    }

    #[test]
    fn values_are_those_of_the_file() {
        check(
            r#"ARG GO=1.23 IMAGE=golang:${GO} OPEN
FROM ${IMAGE}-alpine AS build
FROM --platform=$BUILDPLATFORM busybox:${OPEN:-1}
ARG GO PORT
ENV HOME=/home/$GO NEXT=$HOME
EXPOSE $PORT
WORKDIR $HOME/${GO%.*}/${GONE}
LABEL go="v$GO" raw='$GO' some=${SOME:-none} esc=\$GO
RUN echo $GO ${HOME}
FROM scratch
LABEL some=${SOME:-${OTHER:-none}}
"#,
            &expect![[r#"
                2: ${IMAGE} = golang:1.23
                7: $HOME = /home/1.23
                7: ${GO%.*} = 1
                8: $GO = 1.23
                11: ${SOME:-${OTHER:-none}} = none
            "#]],
        );
    }

    #[test]
    fn build_arguments_win_and_the_target_leaves_stages_out() {
        let text = "ARG V=1\nFROM a:$V AS one\nARG V=2\nUSER $V\nFROM b:$V AS two\nARG V\nUSER $V\n";
        let settings = Settings {
            build_args: vec![("V".to_owned(), "9".to_owned())],
            target: Some("one".to_owned()),
            ..Settings::default()
        };
        let expected = expect![[r#"
            2: $V = 9
            4: $V = 9
            5: $V = 9
        "#]];
        expected.assert_eq(&shown(text, &settings));
    }

    #[test]
    fn relative_paths_lead_somewhere() {
        check(
            r#"FROM alpine AS base
WORKDIR app
COPY . .
WORKDIR /srv//app
WORKDIR "api/../web"
COPY . .
COPY a b/
ADD ["a", "./c"]
COPY a /abs
ENV DIR=conf
COPY a $DIR/x
FROM base
COPY a ..
WORKDIR $UNKNOWN
COPY a b
WORKDIR /again
COPY a C:\a
FROM scratch
COPY a b
"#,
            &expect![[r#"
                5: "api/../web" → /srv/app/web
                6: . → /srv/app/web/
                7: b/ → /srv/app/web/b/
                8: "./c" → /srv/app/web/c
                11: $DIR = conf
                11: $DIR/x → /srv/app/web/conf/x
                13: .. → /srv/app/
                19: b → /b
            "#]],
        );
    }

    #[test]
    fn a_trigger_counts_in_the_stage_that_runs_it() {
        check(
            "FROM alpine AS base\nWORKDIR /a\nONBUILD WORKDIR b\nONBUILD COPY x y\nCOPY x y\nFROM base\nCOPY x y\n",
            &expect![[r#"
                5: y → /a/y
                7: y → /a/b/y
            "#]],
        );
    }
}
