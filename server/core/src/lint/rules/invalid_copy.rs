//! COPY and ADD with sources, modes or checksums that BuildKit refuses.

use crate::lint::commands::Command;
use crate::lint::file_mode::is_mode;
use crate::lint::image_name::is_digest;
use crate::lint::rule::{Context, declare_rule};
use crate::lint::{Diagnostic, Fix};
use crate::model::remote::{Git, QueryFault, Remote, boolean, remote};
use crate::syntax::Keyword;
use crate::text::TextEdit;

declare_rule! {
    /// ## What it does
    /// Reports a URL or a Git repository as a source of COPY, which only ADD fetches; a repository's address
    /// with parameters that are wrong; `--chmod` with something that is no mode; and an `ADD --checksum`
    /// that is none, or that goes with several sources or with a file of the build context. A variable
    /// counts where the file tells its value.
    ///
    /// ## Why it matters
    /// BuildKit stops there when it comes to build the stage.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// COPY https://example.com/app.tar.gz /tmp/
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// ADD https://example.com/app.tar.gz /tmp/
    /// ```
    InvalidCopy {
        severity: Error,
        source: Buildkit,
        fix: Sometimes,
    }
}

fn check(cx: &mut Context<'_>) {
    let copies = |it: &Command<'_>| matches!(it.keyword, Keyword::Copy | Keyword::Add);
    let alone = |_: &Command<'_>| true;
    cx.each_command(copies, alone, |cx, command| {
        check_mode(cx, command);
        check_checksum(cx, command);
        check_sources(cx, command);
    });
}

fn check_mode(cx: &mut Context<'_>, command: &Command<'_>) {
    let Some(value) = command.data.flag("chmod").and_then(|flag| flag.value.as_ref()) else { return };
    let Some(mode) = command.text_of(value).filter(|mode| !mode.is_empty()) else { return };
    if !is_mode(mode) {
        let message = format!("`{mode}` is no file mode. Write an octal number such as `0755`, or `u+x`.");
        cx.report_once(command.abs(value.range), message);
    }
}

fn check_checksum(cx: &mut Context<'_>, command: &Command<'_>) {
    let Some(flag) = command.data.flag("checksum") else { return };
    let Some(checksum) = flag.value.as_ref().and_then(|value| command.text_of(value)) else { return };
    if checksum.is_empty() {
        return;
    }
    let mut sources = command.sources();
    let message = match (sources.next(), sources.next()) {
        (Some(source), None) => match source.text.as_deref().map(remote) {
            None | Some(Remote::GithubPath | Remote::Git(_) | Remote::BadGit(_)) => return,
            Some(Remote::Http) if is_digest(checksum) => return,
            Some(Remote::Http) => {
                format!(
                    "`{checksum}` is no checksum. Write `sha256:` and 64 digits, `0` to `9` and `a` to `f`."
                )
            }
            Some(Remote::Local) => {
                "`--checksum` goes with a URL or a Git repository. Remove it, or give ADD a URL.".to_owned()
            }
        },
        _ => "`--checksum` goes with a single source. Write one ADD for each.".to_owned(),
    };
    cx.report_once(command.abs(flag.whole.range), message);
}

fn check_sources(cx: &mut Context<'_>, command: &Command<'_>) {
    let is_copy = command.data.keyword == Keyword::Copy;
    for word in command.sources() {
        let is_url = || word.written.starts_with("http://") || word.written.starts_with("https://");
        let remote = match word.text.as_deref() {
            Some(source) => remote(source),
            // Whatever its variables become.
            None if is_copy && is_url() => Remote::Http,
            None => continue,
        };
        let message = match remote {
            Remote::Local | Remote::GithubPath => continue,
            Remote::BadGit(fault) => message_of(&fault),
            Remote::Http if is_copy => "COPY cannot fetch from a URL. Use ADD.".to_owned(),
            Remote::Git(_) if is_copy => "COPY cannot fetch from a Git repository. Use ADD.".to_owned(),
            Remote::Http => continue,
            Remote::Git(git) => match contradiction(command, &git) {
                Some(message) => message,
                None => continue,
            },
        };
        let Some(found) = cx.report_once(command.abs(word.range), message) else { continue };
        if is_copy {
            offer_add(found, command);
        }
    }
}

fn message_of(fault: &QueryFault) -> String {
    match fault {
        QueryFault::Unknown(name) => {
            format!("A Git repository's address has no parameter `{name}`. Remove it.")
        }
        QueryFault::BadValue(name) => {
            format!("The parameter `{name}` of this address needs one value that it can have.")
        }
        QueryFault::Conflict(name) => format!("This address says twice what its `{name}` is. Keep one."),
    }
}

/// Where a flag of ADD says other than the address.
fn contradiction(command: &Command<'_>, git: &Git) -> Option<String> {
    let checksum = command.data.flag("checksum").and_then(|flag| command.text_of(flag.value.as_ref()?));
    let differ =
        |written: &str| git.checksum.as_deref().is_some_and(|it| !written.is_empty() && it != written);
    if checksum.is_some_and(differ) {
        return Some("`--checksum` names another commit than this address. Keep one.".to_owned());
    }
    let flag = command.data.flag("keep-git-dir")?;
    let kept = flag.value.as_ref().is_none_or(|value| boolean(&value.text.to_lowercase()) == Some(true));
    let differ = git.keep_git_dir.is_some_and(|it| it != kept);
    differ.then(|| "`--keep-git-dir` and this address do not say the same. Keep one.".to_owned())
}

/// Offers ADD in place of COPY where it takes the same flags.
fn offer_add(found: &mut Diagnostic, command: &Command<'_>) {
    let copy = command.data;
    if copy.flags.iter().all(|flag| Keyword::Add.flags().contains(&flag.name.text.as_str())) {
        let keyword = command.abs(copy.keyword_word.range);
        let lower = copy.keyword_word.text == "copy";
        let edit = TextEdit::replace(keyword, if lower { "add" } else { "ADD" });
        found.fixes.push(Fix::guess("Change COPY to ADD", edit));
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::{check, fixed};
    use expect_test::expect;

    #[test]
    fn urls() {
        check(
            r"
FROM alpine
COPY a https://example.com/$b /x/
#      ^^^^^^^^^^^^^^^^^^^^^^ InvalidCopy: COPY cannot fetch from a URL. Use ADD.
ADD https://example.com/b /x/
COPY a https://
",
        );
        fixed(
            "FROM a\ncopy --link http://b /c\n",
            "InvalidCopy",
            &expect![[r"
            FROM a
            add --link http://b /c
        "]],
        );
    }

    #[test]
    fn repositories() {
        check(
            r"
FROM alpine
COPY git@github.com:a/b.git /x/
#    ^^^^^^^^^^^^^^^^^^^^^^ InvalidCopy: COPY cannot fetch from a Git repository. Use ADD.
COPY github.com/a/b /x/
ADD github.com/a?b /x/
#   ^^^^^^^^^^^^^^ InvalidCopy: A Git repository's address has no parameter `b`. Remove it.
ADD https://a/b.git?ref=v1#v2 /x/
#   ^^^^^^^^^^^^^^^^^^^^^^^^^ InvalidCopy: This address says twice what its `ref` is. Keep one.
ADD --keep-git-dir=false https://a/b.git?keep-git-dir /x/
#                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ InvalidCopy: `--keep-git-dir` and this address do not say the same. Keep one.
ADD --keep-git-dir https://a/b.git?keep-git-dir=1&submodules=0 /x/
ADD --checksum=a https://a/b.git?commit=b /x/
#                ^^^^^^^^^^^^^^^^^^^^^^^^ InvalidCopy: `--checksum` names another commit than this address. Keep one.
",
        );
    }

    #[test]
    fn modes_and_checksums() {
        check(
            r"
FROM alpine
COPY --chmod=999 a b
#            ^^^ InvalidCopy: `999` is no file mode. Write an octal number such as `0755`, or `u+x`.
COPY --chmod=10000 a b
#            ^^^^^ InvalidCopy: `10000` is no file mode. Write an octal number such as `0755`, or `u+x`.
COPY --chmod=rwx a b
#            ^^^ InvalidCopy: `rwx` is no file mode. Write an octal number such as `0755`, or `u+x`.
COPY --chmod=0755 --chown=a a b
COPY --chmod=u=rwX,go=rX a b
COPY --chmod=$M a b
COPY --chmod=7- a b
#            ^^ InvalidCopy: `7-` is no file mode. Write an octal number such as `0755`, or `u+x`.
ENV MODE=u+a
COPY --chmod=$MODE a b
#            ^^^^^ InvalidCopy: `u+a` is no file mode. Write an octal number such as `0755`, or `u+x`.
ADD --checksum=sha256:a http://a http://b c
#   ^^^^^^^^^^^^^^^^^^^ InvalidCopy: `--checksum` goes with a single source. Write one ADD for each.
ADD --checksum=e http://a c
#   ^^^^^^^^^^^^ InvalidCopy: `e` is no checksum. Write `sha256:` and 64 digits, `0` to `9` and `a` to `f`.
ADD --checksum=e a c
#   ^^^^^^^^^^^^ InvalidCopy: `--checksum` goes with a URL or a Git repository. Remove it, or give ADD a URL.
ADD --checksum=e git@a:b c
ADD --checksum=$E http://a c
ADD --checksum=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa http://a c
",
        );
    }
}
