//! The first WORKDIR of a stage, when it is relative.

use crate::lint::rule::{Context, declare_rule};
use crate::syntax::Keyword;

declare_rule! {
    /// ## What it does
    /// Reports a relative WORKDIR where no stage below has set one, and none stands above it in its stage.
    /// Where it depends on a variable of the base image, nothing is said.
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
        fix: None,
        url: "https://docs.docker.com/go/dockerfile/rule/workdir-relative-path/",
    }
}

fn check(cx: &mut Context<'_>) {
    for command in cx.commands().iter().filter(|it| it.data.keyword == Keyword::Workdir && !it.workdir_set) {
        let Some((word, path)) = command.words.first().and_then(|word| Some((word, word.text.as_deref()?)))
        else {
            continue;
        };
        let platform = cx.dockerfile.stage(command.stage).platform.as_deref();
        // A plain build is one for Linux, where a drive is a name like others.
        let may_be_windows =
            !cx.settings.assume_empty_base || platform.is_some_and(|it| it.contains("windows"));
        if path.starts_with('/') || (may_be_windows && is_windows(path)) {
            continue;
        }
        let message = match path.is_empty() {
            true => "This WORKDIR is empty. Write an absolute path.".to_owned(),
            false => {
                format!("`{path}` depends on the directory that the base image sets. Write an absolute path.")
            }
        };
        cx.report_run(command, word.range, message);
    }
}

/// Whether a path is an absolute one of Windows: `C:\…`, `C:/…`, `\…`.
fn is_windows(path: &str) -> bool {
    let drive = path.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && path.get(1..2) == Some(":");
    drive || path.starts_with('\\')
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

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
WORKDIR C:\app
FROM alpine
WORKDIR /app
WORKDIR more
",
        );
    }
}
