//! Paths that no Windows image has.

use crate::lint::commands::{Command, CommandWord, System};
use crate::lint::rule::{Context, declare_rule};
use crate::model::remote::{Remote, remote};
use crate::syntax::Keyword;

declare_rule! {
    /// ## What it does
    /// Reports paths of WORKDIR, COPY and ADD on another drive than `C:`, without a path behind the drive, or
    /// with a host in front, in a stage whose `--platform` is Windows.
    ///
    /// ## Why it matters
    /// BuildKit stops there when it comes to build the stage.
    ///
    /// ## Example
    /// ```dockerfile
    /// # escape=`
    /// FROM --platform=windows/amd64 mcr.microsoft.com/windows/nanoserver:ltsc2022 AS windows
    /// WORKDIR D:\app
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// # escape=`
    /// FROM --platform=windows/amd64 mcr.microsoft.com/windows/nanoserver:ltsc2022 AS windows
    /// WORKDIR C:\app
    /// ```
    InvalidWindowsPath {
        severity: Error,
        source: Buildkit,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    for command in cx.commands().iter().filter(|it| it.system == System::Windows) {
        for word in paths(command) {
            if let Some(message) = word.text.as_deref().and_then(fault) {
                cx.report_once(command.abs(word.range), message);
            }
        }
    }
}

/// The words that are paths of the image, or of the build context.
fn paths<'c>(command: &'c Command<'_>) -> Vec<&'c CommandWord<'c>> {
    match command.data.keyword {
        Keyword::Workdir => command.words().iter().collect(),
        Keyword::Copy | Keyword::Add => {
            let is_local = |word: &&CommandWord<'_>| {
                let remote = word.text.as_deref().map(remote);
                matches!(remote, Some(Remote::Local | Remote::GithubPath))
            };
            let destination = command.data.arguments.words().last();
            let destination =
                command.words().iter().filter(|it| Some(it.range) == destination.map(|it| it.range));
            command.sources().filter(is_local).chain(destination).collect()
        }
        _ => Vec::new(),
    }
}

fn fault(path: &str) -> Option<String> {
    let mut start = path.chars();
    if matches!((start.next(), start.next()), (Some('/' | '\\'), Some('/' | '\\'))) {
        return Some(format!(
            "`{path}` begins with a host. Name a directory of the image, such as `C:\\app`."
        ));
    }
    let (drive, rest) = path.split_once(':')?;
    if drive.len() == 1 && rest.is_empty() {
        return Some(format!("A path is missing behind `{path}`: `C:\\app`."));
    }
    let is_system = drive.eq_ignore_ascii_case("c");
    (!is_system).then(|| format!("`{path}` is on another drive than `C:`, the only one of an image."))
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn drives_and_hosts() {
        check(
            r"
# escape=`
FROM --platform=windows a AS windows
WORKDIR C:
#       ^^ WorkdirRelativePath: `C:` depends on the directory that the base image sets. Write an absolute path.
#       ^^ InvalidWindowsPath: A path is missing behind `C:`: `C:\app`.
WORKDIR D:\a
#       ^^^^ InvalidWindowsPath: `D:\a` is on another drive than `C:`, the only one of an image.
COPY \\host\a E:/b ssh://a@d/b c:\c
#    ^^^^^^^^ InvalidWindowsPath: `\\host\a` begins with a host. Name a directory of the image, such as `C:\app`.
#             ^^^^ InvalidWindowsPath: `E:/b` is on another drive than `C:`, the only one of an image.
#                  ^^^^^^^^^^^ InvalidCopy: COPY cannot fetch from a Git repository. Use ADD.
ADD https://a:80/b D:\
#                  ^^^ InvalidWindowsPath: `D:\` is on another drive than `C:`, the only one of an image.
FROM windows
WORKDIR D:\b
#       ^^^^ InvalidWindowsPath: `D:\b` is on another drive than `C:`, the only one of an image.
FROM a
WORKDIR D:\b
",
        );
    }
}
