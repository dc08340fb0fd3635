//! COPY and ADD of files that the ignore file keeps out of the build.

use std::borrow::Cow;

use crate::lint::commands::Command;
use crate::lint::expanded::Word;
use crate::lint::rule::{Context, declare_rule};
use crate::model::files::is_remote;
use crate::model::state::clean;
use crate::syntax::{RelRange, Spanned};
use crate::workspace::IgnoreFile;
use crate::workspace::dockerignore::{Decision, Pattern, Steps};

declare_rule! {
    /// ## What it does
    /// Reports COPY and ADD of a path that the ignore file leaves out of the build context. For a file called
    /// `Dockerfile` that is `Dockerfile.dockerignore` beside it, or else `.dockerignore` in the context. An
    /// ignore file with a `!` in it is not looked at, as it may take files below the path back in, and
    /// neither are paths with a variable that is not known.
    ///
    /// ## Why it matters
    /// The file is not sent to the builder. The build stops there, or copies less than was meant.
    ///
    /// ## Example
    /// ```dockerignore
    /// dist
    /// ```
    /// ```dockerfile
    /// FROM nginx
    /// COPY dist /usr/share/nginx/html
    /// ```
    ///
    /// ## Use instead
    /// ```dockerignore
    /// node_modules
    /// ```
    /// ```dockerfile
    /// FROM nginx
    /// COPY dist /usr/share/nginx/html
    /// ```
    ///
    /// ## Why there is no fix
    /// Either of the two may be the mistake: the path that is copied, or the line of the ignore file.
    CopyIgnoredFile {
        severity: Warning,
        source: Buildkit,
        fix: None,
        url: "https://docs.docker.com/go/dockerfile/rule/copy-ignored-file/",
    }
}

fn check(cx: &mut Context<'_>) {
    let Some(ignore) = cx.ignore else { return };
    for Copied { command, range, path, decision } in copied(cx, ignore) {
        if let Decision::Ignored(pattern) = decision {
            let what = if is_everything(&path) { "Everything".to_owned() } else { format!("`{path}`") };
            let (by, line) = (pattern.text(), pattern.row() + 1);
            let message = format!(
                "{what} is left out of the build by `{by}` in line {line} of the ignore file. Change one of the two."
            );
            cx.report_run(command, range, message);
        }
    }
}

/// Something that COPY or ADD takes from the build context.
pub(super) struct Copied<'a> {
    pub(super) command: &'a Command<'a>,
    /// Where it stands.
    pub(super) range: RelRange,
    path: String,
    /// What the ignore file says about it.
    pub(super) decision: Decision<'a>,
}

/// What is taken from the build context, as far as BuildKit compares it with the ignore file: it does not with
/// one that has exceptions.
pub(super) fn copied<'a>(cx: &Context<'a>, ignore: &'a IgnoreFile) -> Vec<Copied<'a>> {
    let (mut found, mut steps) = (Vec::new(), Steps::default());
    if ignore.has_exceptions() {
        return found;
    }
    for command in cx.commands().iter().filter(|it| it.data.reads_context()) {
        for source in command.data.sources() {
            let Some(path) = path(command, source, cx.dockerfile.escape) else { continue };
            // The context itself is not ignored by `.*`, only by what says everything.
            if is_everything(&path) && !ignore.patterns().iter().any(Pattern::is_everything) {
                continue;
            }
            let decision = ignore.decide(&path, &mut steps);
            found.push(Copied { command, range: source.range, path, decision });
        }
    }
    found
}

/// Whether a path is the whole build context.
fn is_everything(path: &str) -> bool {
    matches!(path, "." | "/")
}

/// The path that a source becomes, where that is known and it lies in the build context.
fn path(command: &Command<'_>, source: &Spanned, escape: char) -> Option<String> {
    let expanded = command.words().iter().find(|word| word.range == source.range);
    let path = match expanded {
        Some(word) => word.text.clone(),
        None => Word::from(source).literal(escape).map(Cow::Owned),
    };
    path.filter(|path| !is_remote(path)).map(|path| clean(&path))
}

#[cfg(test)]
mod tests {
    use crate::lint::test::{check, check_beside};

    #[test]
    fn sources_that_are_ignored() {
        check_beside(
            "# built\n/dist\n**/*.log\n",
            r"
FROM alpine
COPY dist /a
#    ^^^^ CopyIgnoredFile: `dist` is left out of the build by `dist` in line 2 of the ignore file. Change one of the two.
COPY a.log b ./dist/x/../y c.log/ /b/
#    ^^^^^ CopyIgnoredFile: `a.log` is left out of the build by `**/*.log` in line 3 of the ignore file. Change one of the two.
#            ^^^^^^^^^^^^^ CopyIgnoredFile: `dist/y` is left out of the build by `dist` in line 2 of the ignore file. Change one of the two.
#                          ^^^^^^ CopyIgnoredFile: `c.log` is left out of the build by `**/*.log` in line 3 of the ignore file. Change one of the two.
ADD --chown=a 'dist' /b/
#             ^^^^^^ CopyIgnoredFile: `dist` is left out of the build by `dist` in line 2 of the ignore file. Change one of the two.
COPY --from= dist /c
#            ^^^^ CopyIgnoredFile: `dist` is left out of the build by `dist` in line 2 of the ignore file. Change one of the two.
COPY b dist /dist
#      ^^^^ CopyIgnoredFile: `dist` is left out of the build by `dist` in line 2 of the ignore file. Change one of the two.
COPY b /dist
COPY /dist Dist /e/
",
        );
    }

    #[test]
    fn on_another_line_the_keyword_is_at_fault() {
        check_beside(
            "a\n",
            r"
FROM alpine
  COPY b \
# ^^^^ CopyIgnoredFile: `a` is left out of the build by `a` in line 1 of the ignore file. Change one of the two.
  a /x/
# ^ … here
",
        );
    }

    #[test]
    fn json_and_triggers() {
        check_beside(
            "a b\n",
            r#"
FROM alpine AS base
ONBUILD COPY ["a b", "/c"]
#             ^^^^^ … in the ONBUILD of its base
  FROM base
# ^^^^ CopyIgnoredFile: `a b` is left out of the build by `a b` in line 1 of the ignore file. Change one of the two.
COPY --link ["x", "a b", "/"]
#                 ^^^^^ CopyIgnoredFile: `a b` is left out of the build by `a b` in line 1 of the ignore file. Change one of the two.
ONBUILD COPY ["a b", "/c"]
"#,
        );
    }

    #[test]
    fn variables() {
        check_beside(
            "dist\n",
            r"
ARG A=wrong
FROM scratch
ARG D=dist E
ENV F=$D/x
COPY $D ${F}y ./$E /x/
#    ^^ CopyIgnoredFile: `dist` is left out of the build by `dist` in line 1 of the ignore file. Change one of the two.
#       ^^^^^ CopyIgnoredFile: `dist/xy` is left out of the build by `dist` in line 1 of the ignore file. Change one of the two.
",
        );
    }

    #[test]
    fn what_is_not_of_the_context() {
        check_beside(
            "*\n",
            r"
FROM alpine AS builder
FROM alpine
COPY --from=builder a /a
COPY --from=busybox a /a
ADD https://example.com/a.tar.gz http://a git@example.com:a/b.git git://a/b /b/
COPY <<a /c
a
RUN --mount=type=bind,source=a,target=/a true
COPY $a ${b:-c} /d/
",
        );
    }

    #[test]
    fn the_context_itself() {
        for everything in ["*", "**", "**/*"] {
            check_beside(
                &format!(".git\n{everything}\n"),
                &r"
FROM alpine
COPY . /a
#    ^ CopyIgnoredFile: Everything is left out of the build by `ALL` in line 2 of the ignore file. Change one of the two.
ADD / ./x/.. /b/
#   ^ CopyIgnoredFile: Everything is left out of the build by `ALL` in line 2 of the ignore file. Change one of the two.
#     ^^^^^^ CopyIgnoredFile: Everything is left out of the build by `ALL` in line 2 of the ignore file. Change one of the two.
"
                .replace("ALL", everything),
            );
        }
        for less in [".*", "***", "?", "*/*"] {
            check_beside(less, "FROM alpine\nCOPY . /a\n");
        }
    }

    #[test]
    fn silence() {
        let dockerfile = "FROM alpine\nCOPY a /a\n";
        check(dockerfile);
        for ignore in ["", "# a\n", "a\n!b\n", "!b\na\n"] {
            check_beside(ignore, dockerfile);
        }
    }
}
