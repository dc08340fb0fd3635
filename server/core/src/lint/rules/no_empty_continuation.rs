//! Empty lines in the middle of an instruction.

use crate::lint::Fix;
use crate::lint::rule::{Context, declare_rule, line_start};
use crate::model::{Instruction, InstructionId};
use crate::text::TextEdit;
use crate::{TextRange, TextSize};

declare_rule! {
    /// ## What it does
    /// Reports an instruction that goes on behind an empty line, or ends with one. Like BuildKit it names the
    /// line on which the instruction ends.
    ///
    /// ## Why it matters
    /// What stands behind the empty line looks like something of its own. BuildKit means to refuse it one
    /// day.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// RUN apk add \
    ///
    ///     curl
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// RUN apk add \
    ///     curl
    /// ```
    NoEmptyContinuation {
        severity: Warning,
        source: Buildkit,
        fix: Always,
        url: "https://docs.docker.com/go/dockerfile/rule/no-empty-continuation/",
    }
}

fn check(cx: &mut Context<'_>) {
    let open_end = open_end(cx);
    let is_open = |id: InstructionId| open_end.is_some_and(|(open, _)| open == id);
    for instruction in cx.dockerfile.instructions().filter(|it| it.marks.has_empty_lines || is_open(it.id)) {
        let text = cx.text();
        let whole = |range: TextRange| range.cover(TextRange::empty(line_start(text, range.start())));
        let empty = instruction.data.empty_lines.iter().map(|&it| whole(instruction.abs(it)));
        let at_end = open_end.filter(|(id, _)| *id == instruction.id).map(|(_, line)| line);
        let lines: Vec<TextRange> = empty.chain(at_end).collect();
        if lines.is_empty() {
            continue;
        }
        let edits = lines.iter().map(|&range| TextEdit::delete(range)).collect();
        let fix = Fix::safe_edits("Remove the empty lines", edits);
        let place = at_end.unwrap_or_else(|| last_line(cx, instruction));
        let found = cx.report(place, "There is an empty line inside this instruction. Remove it.");
        found.fixes.extend(fix);
        for line in lines {
            found.relate(TextRange::empty(line.start()), "an empty line");
        }
    }
}

/// The last instruction, where it goes on up to an empty line that ends the file: that line.
///
/// It holds no word of the instruction, so that it is not part of it otherwise.
fn open_end(cx: &Context<'_>) -> Option<(InstructionId, TextRange)> {
    let last = cx.dockerfile.instructions().next_back()?;
    let text = cx.text().slice(TextRange::new(last.start, cx.text().len()));
    let content = text.strip_suffix('\n').unwrap_or(&text);
    let start = content.rfind('\n')? + 1;
    let newlines = content[..start].matches('\n').count();
    let goes_on = usize::try_from(last.data.newlines).is_ok_and(|it| it == newlines);
    let line = &text[start..];
    let is_line = !line.is_empty() && line.chars().all(char::is_whitespace);
    let line = TextRange::at(last.start + TextSize::of(&text[..start]), TextSize::of(line));
    (goes_on && is_line && last.data.heredocs.is_empty()).then_some((last.id, line))
}

/// What stands on the last line of an instruction, heredocs apart.
fn last_line(cx: &Context<'_>, instruction: Instruction<'_>) -> TextRange {
    let heredoc = instruction.data.heredocs.first().map(|it| instruction.abs(it.content.range).start());
    let end = heredoc.map_or(instruction.range().end(), |start| start - TextSize::new(1).min(start));
    let text = cx.text();
    let line = text.line_range(end);
    // Where the file ends in empty lines, the last one of them is it.
    let written = text.slice(line);
    let blank = written.len() - written.trim_start().len();
    TextRange::new(
        line.start() + TextSize::of(&written[..blank]),
        line.start() + TextSize::of(written.trim_end()).max(TextSize::of(&written[..blank])),
    )
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::analysis::Settings;
    use crate::lint::diagnostics;
    use crate::lint::test::fixed;
    use crate::model::SourceFile;

    #[test]
    fn all_of_them_are_removed() {
        fixed(
            "FROM alpine\nRUN a \\\n\n  # why\n  \n  b \\\n\n && c\nUSER x\n",
            "NoEmptyContinuation",
            &expect![[r"
                FROM alpine
                RUN a \
                  # why
                  b \
                 && c
                USER x
            "]],
        );
    }

    #[test]
    fn at_the_end_of_the_file_too() {
        for (end, rest) in [
            ("\n\n", "\n"),
            ("\n \t", "\n"),
            ("\r\n\r\n", "\r\n"),
            ("\n\u{c}\u{a0}\r\n", "\n"),
            ("\n\n\n\n", "\n"),
            ("\n# c\n\n", "\n# c\n"),
        ] {
            let text = format!("FROM alpine\nRUN a \\{end}");
            let file = SourceFile::new(&text);
            let found = diagnostics(&file, &Settings::default());
            assert_eq!(
                found.iter().map(|it| it.code).collect::<Vec<_>>(),
                ["NoEmptyContinuation"],
                "{text:?}"
            );
            let mended = found[0].fixes[0].change.apply(&text).unwrap();
            assert_eq!(mended, format!("FROM alpine\nRUN a \\{rest}"));
        }
        for end in ["", "\n", "\n# c", "\n# c\n", " \t\n"] {
            let file = SourceFile::new(&format!("FROM alpine\nRUN a \\{end}"));
            assert_eq!(diagnostics(&file, &Settings::default()), [], "{end:?}");
        }
        let file = SourceFile::new("# escape=`\nFROM alpine\nVOLUME a\\`\n\n");
        let found = diagnostics(&file, &Settings::default());
        assert_eq!(found.iter().map(|it| it.code).collect::<Vec<_>>(), ["NoEmptyContinuation"]);
    }
}
