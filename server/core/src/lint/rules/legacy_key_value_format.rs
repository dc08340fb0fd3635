//! `ENV name value` and `LABEL name value`.

use crate::TextRange;
use crate::lint::Fix;
use crate::lint::commands::Command;
use crate::lint::rule::{Context, declare_rule};
use crate::model::{Arguments, Pair};
use crate::syntax::words;
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
            let fix = fix(cx, command, pair);
            cx.report_run(command, pair.name.range, message).fixes.extend(fix);
        }
    }
}

/// The same with `=`, and in quotes where white space has to be kept. What stands on other lines of the
/// value stays as it is.
fn fix(cx: &Context<'_>, command: &Command<'_>, pair: &Pair) -> Option<Fix> {
    let escape = cx.dockerfile.escape;
    let gap = TextRange::new(command.abs(pair.name.range).end(), command.abs(pair.value.range).start());
    let is_quoted = |word: &str| word.contains(['"', '\'', escape, '\u{feff}']);
    let goes_on = || cx.text().slice(gap).contains('\n');
    // The form with `=` knows more white space.
    let is_odd = is_quoted(&pair.name.text) || pair.name.text.contains(char::is_whitespace);
    if command.is_trigger() || is_odd || pair.value.text.is_empty() || goes_on() {
        return None;
    }
    let title = format!("Change to `{}=…`", pair.name.text);
    if is_one_word(&pair.value.text, escape) {
        return Some(Fix::safe(title, TextEdit::replace(gap, "=")));
    }
    // Quotes around quotes would end them.
    if is_quoted(&pair.value.text) {
        return None;
    }
    let end = command.abs(pair.value.range).end();
    Fix::safe_edits(title, vec![TextEdit::replace(gap, "=\""), TextEdit::insert(end, "\"")])
}

/// Whether a value is a single word for the form with `=` too.
fn is_one_word(value: &str, escape: char) -> bool {
    // A byte order mark means nothing at the start of a value only, and an escape at its end nothing.
    let is_odd = value.contains('\u{feff}') || value.ends_with(escape);
    let words = words::quoted(value, 0..value.len(), escape);
    !is_odd && words.first().is_some_and(|first| *first == (0..value.len()))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::analysis::Settings;
    use crate::lint::diagnostics;
    use crate::lint::test::{check, fixed};
    use crate::model::expand::expand;
    use crate::model::{Arguments, SourceFile};

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
            "FROM alpine\nENV A  \"x y\"$PATH\n",
            "LegacyKeyValueFormat",
            &expect![[r#"
                FROM alpine
                ENV A="x y"$PATH
            "#]],
        );
    }

    #[test]
    fn lines_and_comments_stay() {
        fixed(
            "FROM alpine\nENV FLAGS -O2 \\\n  # slow\n  -flto  \\\n  -g\n",
            "LegacyKeyValueFormat",
            &expect![[r#"
                FROM alpine
                ENV FLAGS="-O2 \
                  # slow
                  -flto  \
                  -g"
            "#]],
        );
    }

    /// What the first ENV or LABEL of a text defines.
    fn value(text: &str) -> Option<Result<String, String>> {
        let file = SourceFile::new(text);
        let dockerfile = file.dockerfile();
        let set = dockerfile.instructions().nth(1)?;
        let Arguments::Pairs(pairs) = &set.data.arguments else { return None };
        assert_eq!(pairs.len(), 1, "{text}");
        let mut look = |name: &str| (name != "B").then(|| format!("<{name} x>"));
        let expanded = expand(&pairs[0].value.text, dockerfile.escape, &mut look);
        Some(expanded.map(|it| it.text).map_err(|it| it.to_string()))
    }

    const PIECES: &[&str] = &[
        "a",
        "b-c",
        "=",
        " ",
        "  ",
        "\t",
        "\"",
        "'",
        "\\",
        "\\\n",
        "\\\n# why\n",
        "\\\n  ",
        "`",
        "$A",
        "${B}",
        "${B:-x y}",
        "é",
        "\u{a0}",
        "\u{feff}",
        "{",
        "}",
        "#",
        "\\\"",
        "\\ ",
    ];

    proptest::proptest! {
        #[test]
        fn the_value_stays_the_same(
            backtick in proptest::bool::ANY,
            picked in proptest::collection::vec(0..PIECES.len(), 1..9),
        ) {
            let value_text: String = picked.iter().map(|&index| PIECES[index]).collect();
            let head = if backtick { "# escape=`\n" } else { "" };
            let text = format!("{head}FROM alpine\nENV NAME {value_text}\nUSER x\n");
            for it in diagnostics(&SourceFile::new(&text), &Settings::default()) {
                for fix in it.fixes.iter().filter(|_| it.code == "LegacyKeyValueFormat") {
                    let after = fix.change.apply(&text).unwrap();
                    proptest::prop_assert_eq!(value(&after), value(&text), "{}", after);
                }
            }
        }
    }
}
