//! Empty lines in the middle of an instruction.

use crate::lint::Fix;
use crate::lint::rule::{Context, declare_rule, line_start};
use crate::model::Instruction;
use crate::text::TextEdit;
use crate::{TextRange, TextSize};

declare_rule! {
    /// ## What it does
    /// Reports an instruction that goes on behind an empty line. Like BuildKit it names the line on which
    /// the instruction ends.
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
    let blank_end = blank_end(cx);
    let last_id = cx.dockerfile.instructions().next_back().map(|it| it.id);
    for instruction in cx.dockerfile.instructions().filter(|it| !it.data.empty_lines.is_empty()) {
        let text = cx.text();
        let whole = |range: TextRange| range.cover(TextRange::empty(line_start(text, range.start())));
        let empty = instruction.data.empty_lines.iter();
        let blank_end = blank_end.filter(|_| last_id == Some(instruction.id));
        let lines: Vec<TextRange> = empty.map(|&it| whole(instruction.abs(it))).chain(blank_end).collect();
        let edits = lines.iter().map(|&range| TextEdit::delete(range)).collect();
        let fix = Fix::safe_edits("Remove the empty lines", edits);
        let last = last_line(cx, instruction);
        let found = cx.report(last, "There is an empty line inside this instruction. Remove it.");
        found.fixes.extend(fix);
        for line in lines {
            found.relate(TextRange::empty(line.start()), "an empty line");
        }
    }
    let is_found = cx.dockerfile.instructions().next_back().is_some_and(|it| !it.data.empty_lines.is_empty());
    if let Some(line) = blank_end.filter(|_| !is_found) {
        let found = cx.report(line, "This instruction goes on with an empty line. Remove it.");
        found.fixes.push(Fix::safe("Remove the empty line", TextEdit::delete(line)));
    }
}

/// A file that ends in a continuation and a line of white space, which has no line end and is no line of
/// its own otherwise: where that line stands.
fn blank_end(cx: &Context<'_>) -> Option<TextRange> {
    let text = cx.text();
    let line = text.line_range(text.len());
    let instruction = cx.dockerfile.instructions().next_back()?;
    let is_blank = !line.is_empty() && text.slice(line).chars().all(|c| matches!(c, ' ' | '\t'));
    if !is_blank || !instruction.data.heredocs.is_empty() || line.start() <= instruction.start {
        return None;
    }
    let before = text.slice(TextRange::new(instruction.start, line.start()));
    let before = before.trim_end_matches(['\n', '\r', ' ', '\t']);
    let escaped = before.strip_suffix(cx.dockerfile.escape)?;
    let newlines = text.slice(TextRange::new(instruction.start + TextSize::of(before), line.start()));
    (newlines.matches('\n').count() == 1 && !escaped.ends_with(cx.dockerfile.escape)).then_some(line)
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

    use crate::lint::test::fixed;

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
}
