//! The first WORKDIR of a stage, when it is relative.

use crate::lint::Fix;
use crate::lint::commands::{Command, CommandWord, System};
use crate::lint::rule::{Context, declare_rule};
use crate::model::{Base, Dockerfile};
use crate::syntax::Keyword;
use crate::text::{Applicability, TextEdit};
use crate::{TextRange, TextSize};

declare_rule! {
    /// ## What it does
    /// Reports a relative WORKDIR where no stage below has set one, and none stands above it in its stage.
    /// Where it depends on a variable of the base image, nothing is said. The fix takes it relative to `/`:
    /// that is right on `scratch`, and a guess on an image, which can set another directory.
    ///
    /// ## Why it matters
    /// It is taken relative to the directory that the base image sets, which can change with the image.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// WORKDIR app
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// WORKDIR /app
    /// ```
    WorkdirRelativePath {
        severity: Warning,
        source: Buildkit,
        fix: Sometimes,
        url: "https://docs.docker.com/go/dockerfile/rule/workdir-relative-path/",
    }
}

fn check(cx: &mut Context<'_>) {
    let from_scratch = from_scratch(cx.dockerfile);
    for command in cx.commands().iter().filter(|it| it.keyword == Keyword::Workdir && !it.workdir_set) {
        let Some((word, path)) = command.words().first().and_then(|word| Some((word, word.text.as_deref()?)))
        else {
            continue;
        };
        // On Linux a drive is a name like others.
        if path.starts_with('/') || (command.system != System::NoWindows && is_windows(path)) {
            continue;
        }
        let message = match path.is_empty() {
            true => "This WORKDIR is empty. Write an absolute path.".to_owned(),
            false => {
                format!("`{path}` depends on the directory that the base image sets. Write an absolute path.")
            }
        };
        let fix = fix(cx, command, word, path, from_scratch[command.stage.index()]);
        cx.report_run(command, word.range, message).fixes.extend(fix);
    }
}

/// The same directory below `/`.
fn fix(
    cx: &Context<'_>,
    command: &Command<'_>,
    word: &CommandWord<'_>,
    path: &str,
    on_scratch: bool,
) -> Option<Fix> {
    let platform = cx.dockerfile.stage(command.stage).platform.as_deref();
    // On Windows there is a drive in front. What begins with a tilde is meant for a shell.
    let is_linux = platform.is_none_or(|it| !it.contains("windows"));
    if command.is_trigger() || !is_linux || path.is_empty() || path.starts_with('~') || is_windows(path) {
        return None;
    }
    let range = command.abs(word.range);
    let rest = word.written.strip_prefix(['"', '\'']).unwrap_or(word.written);
    let start = range.start() + TextSize::of(&word.written[..word.written.len() - rest.len()]);
    // `./app` is `app`.
    let dot = if rest.starts_with("./") { TextSize::of('.') } else { TextSize::of("") };
    let slash = if dot == TextSize::of("") { "/" } else { "" };
    let edit = TextEdit::replace(TextRange::at(start, dot), slash);
    let below_root = format!("/{}", rest.trim_start_matches("./").trim_end_matches(['"', '\'']));
    if on_scratch {
        return Some(Fix::safe(format!("Change to `{below_root}`"), edit));
    }
    let title = format!("Change to `{below_root}`, which is the same unless the base image has a WORKDIR");
    Some(Fix { applicability: Applicability::Unsafe, ..Fix::safe(title, edit) })
}

/// For each stage, whether nothing but stages of this file is below it. There its first WORKDIR starts at `/`.
fn from_scratch(dockerfile: &Dockerfile) -> Vec<bool> {
    let mut found: Vec<bool> = Vec::with_capacity(dockerfile.stages.len());
    for stage in &dockerfile.stages {
        found.push(match stage.base {
            Base::Scratch => true,
            Base::Stage(base) => found.get(base.index()).copied().unwrap_or(false),
            _ => false,
        });
    }
    found
}

/// Whether a path is an absolute one of Windows: `C:\…`, `C:/…`, `\…`.
fn is_windows(path: &str) -> bool {
    let behind = path.split_once(':').filter(|(drive, _)| drive.len() == 1).map_or(path, |(_, rest)| rest);
    behind.starts_with(['/', '\\'])
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::analysis::Settings;
    use crate::lint::diagnostics;
    use crate::lint::test::{check, fixed};
    use crate::model::SourceFile;
    use crate::text::Applicability;

    #[test]
    fn the_first_one_of_the_chain() {
        check(
            r"
FROM alpine AS a
ARG DIR=app
WORKDIR $DIR
#       ^^^^ WorkdirRelativePath: `app` depends on the directory that the base image sets. Write an absolute path.
WORKDIR more
FROM a
WORKDIR more
FROM alpine
WORKDIR $HOME
FROM alpine
WORKDIR C:/app
FROM alpine
WORKDIR C:app
#       ^^^^^ WorkdirRelativePath: `C:app` depends on the directory that the base image sets. Write an absolute path.
FROM --platform=linux/amd64 alpine AS linux
WORKDIR C:/app
#       ^^^^^^ WorkdirRelativePath: `C:/app` depends on the directory that the base image sets. Write an absolute path.
FROM alpine
WORKDIR /app
WORKDIR more
",
        );
    }

    #[test]
    fn below_the_root() {
        fixed(
            "FROM alpine\nARG DIR=app\nWORKDIR \\\n  \"./$DIR/x y\"\n",
            "WorkdirRelativePath",
            &expect![[r#"
                FROM alpine
                ARG DIR=app
                WORKDIR \
                  "/$DIR/x y"
            "#]],
        );
        fixed(
            "FROM alpine\nWORKDIR ..\n",
            "WorkdirRelativePath",
            &expect![[r"
                FROM alpine
                WORKDIR /..
            "]],
        );
    }

    #[test]
    fn only_on_scratch_it_needs_no_look() {
        let applicability = |text: &str| {
            let found = diagnostics(&SourceFile::new(text), &Settings::default());
            let fixes = found.iter().filter(|it| it.code == "WorkdirRelativePath").flat_map(|it| &it.fixes);
            fixes.map(|it| it.applicability).collect::<Vec<_>>()
        };
        assert_eq!(applicability("FROM scratch AS a\nFROM a\nWORKDIR app\n"), [Applicability::Safe]);
        assert_eq!(applicability("FROM alpine\nWORKDIR app\n"), [Applicability::Unsafe]);
        for none in ["FROM alpine\nWORKDIR ~/app\n", "FROM --platform=windows/amd64 alpine\nWORKDIR app\n"] {
            assert_eq!(applicability(none), [], "{none}");
        }
    }
}
