//! COPY and ADD with sources or modes that BuildKit refuses.

use crate::lint::Fix;
use crate::lint::expanded::Word;
use crate::lint::rule::{Context, declare_rule};
use crate::model::{Instruction, InstructionData};
use crate::syntax::{Keyword, Spanned, is_heredoc_word};
use crate::text::TextEdit;

declare_rule! {
    /// ## What it does
    /// Reports a URL as a source of COPY, which only ADD fetches; `--chmod` with something that is no mode;
    /// and `ADD --checksum` with more sources than one. Values with a variable are not looked at.
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

const MOST_MODE: u32 = 0o7777;

fn check(cx: &mut Context<'_>) {
    cx.each_executed(|cx, instruction, data| match data.keyword {
        Keyword::Copy => {
            check_mode(cx, instruction, data);
            check_urls(cx, instruction, data);
        }
        Keyword::Add => {
            check_mode(cx, instruction, data);
            check_checksum(cx, instruction, data);
        }
        _ => {}
    });
}

/// `--chmod` is an octal number, or changes such as `u+x,go=r`.
fn check_mode(cx: &mut Context<'_>, instruction: Instruction<'_>, copy: &InstructionData) {
    let Some(value) = copy.flag("chmod").and_then(|flag| flag.value.as_ref()) else { return };
    let Some(mode) = Word::from(value).literal(cx.dockerfile.escape) else { return };
    let number = mode.bytes().all(|byte| byte.is_ascii_digit());
    let good = match number {
        true => mode.is_empty() || u32::from_str_radix(&mode, 8).is_ok_and(|mode| mode <= MOST_MODE),
        false => mode.contains(['+', '-', '=']),
    };
    if !good {
        let message = format!("`{mode}` is no file mode. Write an octal number such as `0755`, or `u+x`.");
        cx.report(instruction.abs(value.range), message);
    }
}

/// The paths that COPY or ADD reads, heredocs apart.
fn sources(data: &InstructionData) -> impl Iterator<Item = &Spanned> {
    let words = data.arguments.words();
    let sources = words.get(..words.len().saturating_sub(1)).unwrap_or_default();
    sources.iter().filter(|word| is_heredoc_word(&word.text).is_none())
}

fn check_urls(cx: &mut Context<'_>, instruction: Instruction<'_>, copy: &InstructionData) {
    let is_url = |word: &&Spanned| word.text.starts_with("http://") || word.text.starts_with("https://");
    let Some(url) = sources(copy).find(is_url) else { return };
    let found = cx.report(instruction.abs(url.range), "COPY cannot fetch from a URL. Use ADD.");
    if copy.flags.iter().all(|flag| Keyword::Add.flags().contains(&flag.name.text.as_str())) {
        let keyword = instruction.abs(copy.keyword_word.range);
        let lower = copy.keyword_word.text == "copy";
        let edit = TextEdit::replace(keyword, if lower { "add" } else { "ADD" });
        found.fixes.push(Fix::guess("Change COPY to ADD", edit));
    }
}

fn check_checksum(cx: &mut Context<'_>, instruction: Instruction<'_>, add: &InstructionData) {
    let Some(flag) = add.flag("checksum") else { return };
    let empty = flag.value.as_ref().is_none_or(|value| value.text.is_empty() || value.text.contains('$'));
    if !empty && sources(add).count() != 1 {
        cx.report(
            instruction.abs(flag.whole.range),
            "`--checksum` goes with a single source. Write one ADD for each.",
        );
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
ADD --checksum=sha256:a http://a http://b c
#   ^^^^^^^^^^^^^^^^^^^ InvalidCopy: `--checksum` goes with a single source. Write one ADD for each.
ADD --checksum=sha256:a http://a c
",
        );
    }
}
