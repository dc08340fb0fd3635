//! What can be folded: stages, instructions over several lines, heredocs, comment blocks.

use crate::model::{Instruction, SourceFile};
use crate::text::PositionEncoding;
use crate::{TextRange, TextSize};

/// What is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoldKind {
    /// A stage.
    Stage,
    /// An instruction.
    Instruction,
    /// A heredoc.
    Heredoc,
    /// Comment lines in a row.
    Comment,
}

/// Something that can be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// From its first byte to the end of its last line.
    pub range: TextRange,
    /// What it is.
    pub kind: FoldKind,
}

/// What can be folded in a document, each over at least two lines, in order of their start.
pub fn folds(file: &SourceFile) -> Vec<Fold> {
    let dockerfile = file.dockerfile();
    let mut folds = Folds { file, found: Vec::new() };
    for stage in &dockerfile.stages {
        folds.add(FoldKind::Stage, stage.range);
    }
    for instruction in dockerfile.instructions().filter(|it| it.data.newlines > 0) {
        folds.add(FoldKind::Instruction, instruction.range());
        folds.heredocs(instruction);
        let comments = instruction.data.comments.iter().map(|&range| instruction.abs(range));
        folds.comments(comments);
    }
    // Directives are no comments, and a block of comments ends where an instruction stands between.
    folds.comments(dockerfile.comments.iter().map(|comment| comment.range));
    let mut found = folds.found;
    found.sort_by_key(|it| (it.range.start(), std::cmp::Reverse(it.range.end())));
    found
}

struct Folds<'a> {
    file: &'a SourceFile,
    found: Vec<Fold>,
}

impl Folds<'_> {
    fn add(&mut self, kind: FoldKind, range: TextRange) {
        let end = self.without_line_end(range);
        if self.line(range.start()) < self.line(end) {
            self.found.push(Fold { range: TextRange::new(range.start(), end), kind });
        }
    }

    /// A heredoc, from the line that announces it to its end. A single one that takes up its whole
    /// instruction is folded with that; of several, only the first begins with the instruction.
    fn heredocs(&mut self, instruction: Instruction<'_>) {
        let heredocs = &instruction.data.heredocs;
        for (index, heredoc) in heredocs.iter().enumerate() {
            let content = instruction.abs(heredoc.content.range);
            let end = heredoc.terminator.map_or(content.end(), |it| instruction.abs(it).end());
            let start = match index {
                0 => instruction.abs(heredoc.redirect).start(),
                _ => content.start(),
            };
            let whole = heredocs.len() == 1 && self.line(start) == self.line(instruction.start);
            if !whole && start <= end {
                self.add(FoldKind::Heredoc, TextRange::new(start, end));
            }
        }
    }

    /// Comments on lines in a row.
    fn comments(&mut self, comments: impl Iterator<Item = TextRange>) {
        let mut block: Option<TextRange> = None;
        for comment in comments {
            block = match block {
                Some(open) if self.line(open.end()) + 1 == self.line(comment.start()) => {
                    Some(open.cover(comment))
                }
                Some(open) => {
                    self.add(FoldKind::Comment, open);
                    Some(comment)
                }
                None => Some(comment),
            };
        }
        if let Some(open) = block {
            self.add(FoldKind::Comment, open);
        }
    }

    fn line(&self, offset: TextSize) -> u32 {
        self.file.text().line_col(offset, PositionEncoding::Utf8).line
    }

    /// The end of `range` before the line ends that it closes with.
    fn without_line_end(&self, range: TextRange) -> TextSize {
        let mut end = range.end();
        loop {
            let line = self.file.text().line_range(end);
            let is_empty = end == line.start() && line.start() > range.start();
            match line.start().checked_sub(TextSize::new(1)) {
                Some(before) if is_empty => end = self.file.text().line_range(before).end(),
                _ => return end.min(line.end()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: &Expect) {
        let file = SourceFile::new(text);
        let mut shown = String::new();
        for fold in folds(&file) {
            let line = |at| file.text().line_col(at, PositionEncoding::Utf8).line + 1;
            let (start, end) = (line(fold.range.start()), line(fold.range.end()));
            shown.push_str(&format!("{start}-{end} {:?}\n", fold.kind));
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn stages_instructions_and_comments() {
        let text = "# syntax=docker/dockerfile:1\n# one\n# two\nARG A\nFROM a AS b\nRUN a \\\n    # x\n    # y\n    b\n\n# three\n\n# four\n# five\nFROM c\n";
        let expected = expect![[r#"
            2-3 Comment
            5-9 Stage
            6-9 Instruction
            7-8 Comment
            13-14 Comment
        "#]];
        check(text, &expected);
        check(&text.replace('\n', "\r\n"), &expected);
    }

    #[test]
    fn heredocs() {
        check(
            "FROM a\nRUN <<EOF\na\nEOF\nRUN x \\\n  <<EOF\nb\nEOF\nCOPY <<a <<b /dst/\n1\na\n2\n3\nb\n",
            &expect![[r#"
                1-14 Stage
                2-4 Instruction
                5-8 Instruction
                6-8 Heredoc
                9-14 Instruction
                9-11 Heredoc
                12-14 Heredoc
            "#]],
        );
    }

    #[test]
    fn what_is_open_at_the_end_of_the_file() {
        check(
            "FROM a\nRUN a \\\n\n\n",
            &expect![[r#"
                1-2 Stage
            "#]],
        );
        check(
            "FROM a\nRUN <<EOF\nb\n",
            &expect![[r#"
                1-3 Stage
                2-3 Instruction
            "#]],
        );
    }

    #[test]
    fn one_line_is_no_fold() {
        check("# a\n\n# b\nFROM a\n", &expect![""]);
        check("", &expect![""]);
    }
}
