//! CMD and ENTRYPOINT in shell form.

use rustc_hash::FxHashSet;

use crate::lint::Fix;
use crate::lint::commands::Command;
use crate::lint::rule::{Context, declare_rule};
use crate::model::{Arguments, StageId};
use crate::syntax::Keyword;
use crate::text::{Applicability, TextEdit};

declare_rule! {
    /// ## What it does
    /// Reports CMD and ENTRYPOINT that are no JSON array, unless SHELL is set. The fix is offered for plain
    /// words: what needs a shell keeps it.
    ///
    /// ## Why it matters
    /// The shell becomes the container's first process, and passes no signals on: the program is killed
    /// after a timeout instead of stopping when it is asked to.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// CMD httpd -f -p 8080
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// CMD ["httpd", "-f", "-p", "8080"]
    /// ```
    JSONArgsRecommended {
        severity: Warning,
        source: Buildkit,
        fix: Sometimes,
        url: "https://docs.docker.com/go/dockerfile/rule/json-args-recommended/",
    }
}

fn check(cx: &mut Context<'_>) {
    let commands = cx.commands();
    let with = |keyword| -> FxHashSet<StageId> {
        commands.iter().filter(|it| it.data.keyword == keyword).map(|it| it.stage).collect()
    };
    let (with_cmd, with_entrypoint) = (with(Keyword::Cmd), with(Keyword::Entrypoint));
    for command in commands.iter().filter(|it| !it.shell_set) {
        let other = match command.data.keyword {
            Keyword::Cmd => &with_entrypoint,
            Keyword::Entrypoint => &with_cmd,
            _ => continue,
        };
        if command.data.arguments.is_json() {
            continue;
        }
        let keyword = command.data.keyword.as_str();
        let range = if command.data.arguments == Arguments::None {
            command.data.keyword_word.range
        } else {
            command.data.arguments_range
        };
        let message = format!(
            "{keyword} runs in a shell, which passes no signals on. Write it as a JSON array: `{keyword} [\"program\", \"argument\"]`."
        );
        let fix = fix(command, cx.dockerfile.escape, other.contains(&command.stage));
        cx.report_run(command, range, message).fixes.extend(fix);
    }
}

/// The JSON form, where the shell does nothing but split words. An ENTRYPOINT in JSON form gets CMD as
/// arguments, so with both of them it is a guess.
fn fix(command: &Command<'_>, escape: char, with_other: bool) -> Option<Fix> {
    let Arguments::Text(text) = &command.data.arguments else { return None };
    let unbroken = (text.range.end() - text.range.start()) as usize == text.text.len();
    if command.is_trigger() || escape != '\\' || !unbroken || !command.data.heredocs.is_empty() {
        return None;
    }
    let words = plain_words(&text.text)?;
    let strings: Vec<String> =
        words.iter().map(|word| format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    let edit = TextEdit::replace(command.abs(text.range), format!("[{}]", strings.join(", ")));
    let mut fix = Fix::safe("Write as a JSON array", edit);
    if with_other {
        fix.applicability = Applicability::Unsafe;
    }
    Some(fix)
}

/// The words of a command that a shell would do nothing with but run it; none where it might do more.
fn plain_words(text: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars();
    while let Some(ch) = rest.next() {
        match ch {
            ' ' | '\t' => words.extend(word.take()),
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next()? {
                        end if end == ch => break,
                        '$' | '`' | '\\' if ch == '"' => return None,
                        inner if inner.is_control() => return None,
                        inner => word.push(inner),
                    }
                }
            }
            // A tilde and braces mean something in places.
            ch if ch.is_alphanumeric() || "_-./:,=+@%".contains(ch) => word.get_or_insert_default().push(ch),
            _ => return None,
        }
    }
    words.extend(word);
    // `exec` does what the JSON form does.
    if words.first().is_some_and(|it| it == "exec") {
        words.remove(0);
    }
    let first = words.first()?;
    let is_program =
        !first.is_empty() && !first.starts_with('-') && !first.contains('=') && !is_of_shell(first);
    is_program.then_some(words)
}

/// Whether only a shell knows this command.
fn is_of_shell(word: &str) -> bool {
    const WORDS: [&str; 34] = [
        ".", ":", "alias", "bg", "break", "case", "cd", "command", "continue", "do", "done", "elif", "else",
        "esac", "eval", "exit", "export", "fi", "fg", "for", "if", "read", "return", "set", "shift",
        "source", "then", "time", "trap", "ulimit", "umask", "unset", "wait", "while",
    ];
    WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::plain_words;
    use crate::lint::test::{check, fixed};

    #[test]
    fn shell_form() {
        check(
            r#"
FROM alpine AS a
CMD echo $HOME
#   ^^^^^^^^^^ JSONArgsRecommended: CMD runs in a shell, which passes no signals on. Write it as a JSON array: `CMD ["program", "argument"]`.
FROM alpine
SHELL ["bash", "-c"]
ENTRYPOINT run
FROM a
ENTRYPOINT ["a"]
CMD ["b"]
RUN c
"#,
        );
    }

    #[test]
    fn a_base_that_the_build_decides_may_set_a_shell_only_if_it_can_be_a_stage() {
        check(
            r#"
ARG TAG
ARG BASE
FROM alpine:3$TAG AS alp
CMD a
#   ^ JSONArgsRecommended: CMD runs in a shell, which passes no signals on. Write it as a JSON array: `CMD ["program", "argument"]`.
FROM al${BASE}
CMD a
"#,
        );
    }

    #[test]
    fn what_needs_no_shell() {
        let words = |text| plain_words(text).map(|it| it.join("|"));
        assert_eq!(words("exec node  'a b' \"c\"d").as_deref(), Some("node|a b|cd"));
        for shell in
            ["a && b", "a > b", "A=1 b", "a $B", "cd /x", "a *", "a \"$B\"", "a 'b", "exec", "~/a", "a;b", ""]
        {
            assert_eq!(words(shell), None, "{shell}");
        }
    }

    #[test]
    fn words_become_strings() {
        fixed(
            "FROM alpine\nENTRYPOINT /bin/app --name 'a \"b\"'\n",
            "JSONArgsRecommended",
            &expect![[r#"
                FROM alpine
                ENTRYPOINT ["/bin/app", "--name", "a \"b\""]
            "#]],
        );
    }
}
