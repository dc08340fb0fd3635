//! `ENV name value` and `LABEL name value`.

use crate::TextRange;
use crate::lint::Fix;
use crate::lint::commands::Command;
use crate::lint::rule::{Context, declare_rule};
use crate::model::{Arguments, Pair};
use crate::text::TextEdit;

declare_rule! {
    /// ## What it does
    /// Reports ENV and LABEL without `=` between name and value.
    ///
    /// ## Why it matters
    /// The old form takes the rest of the line for the value: `ENV A=1 B 2` and `ENV A 1 B=2` both do not
    /// what they seem to.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// ENV GREETING hello world
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// ENV GREETING="hello world"
    /// ```
    LegacyKeyValueFormat {
        severity: Warning,
        source: Buildkit,
        fix: Sometimes,
        url: "https://docs.docker.com/go/dockerfile/rule/legacy-key-value-format/",
    }
}

fn check(cx: &mut Context<'_>) {
    for command in cx.commands() {
        let Arguments::Pairs(pairs) = &command.data.arguments else { continue };
        for pair in pairs.iter().filter(|pair| !pair.equals) {
            let keyword = command.data.keyword.as_str();
            let message = format!("Write `{keyword} {}=…`: without `=` it is an old form.", pair.name.text);
            let fix = fix(command, pair, cx.dockerfile.escape);
            cx.report_run(command, pair.name.range, message).fixes.extend(fix);
        }
    }
}

/// The same with `=`, in quotes where the value has white space.
fn fix(command: &Command<'_>, pair: &Pair, escape: char) -> Option<Fix> {
    let value = &pair.value;
    let one_line = command.instruction.data.newlines == 0;
    let quoted = value.text.contains(['"', '\'', escape]);
    let spaced = value.text.contains(char::is_whitespace);
    if command.is_trigger() || !one_line || value.text.is_empty() || (quoted && spaced) {
        return None;
    }
    let quote = if spaced { "\"" } else { "" };
    let between = TextRange::new(command.abs(pair.name.range).end(), command.abs(value.range).end());
    let edit = TextEdit::replace(between, format!("={quote}{}{quote}", value.text));
    Some(Fix::safe(format!("Change to `{}=…`", pair.name.text), edit))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::test::{check, fixed};

    #[test]
    fn the_name() {
        check(
            r"
FROM alpine
LABEL a b=c
#     ^ LegacyKeyValueFormat: Write `LABEL a=…`: without `=` it is an old form.
ENV b=c
",
        );
    }

    #[test]
    fn words_without_spaces_need_no_quotes() {
        fixed(
            "FROM alpine\nENV A  \"x\"$PATH\n",
            "LegacyKeyValueFormat",
            &expect![[r#"
                FROM alpine
                ENV A="x"$PATH
            "#]],
        );
    }
}
