//! What can be folded: stages, instructions over several lines, heredocs, comment blocks, and what stands between
//! `# region` and `# endregion`.

use super::markdown::one_line;
use crate::model::{Comment, Instruction, SourceFile};
use crate::text::PositionEncoding;
use crate::{TextRange, TextSize};

/// What is folded.
///
/// The first ones are what one would miss most, where a client wants few.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoldKind {
    /// A stage.
    Stage,
    /// What stands between two comments that say so.
    Region,
    /// An instruction.
    Instruction,
    /// Comment lines in a row.
    Comment,
    /// A heredoc.
    Heredoc,
}

/// Something that can be folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// From its first byte to the end of its last line.
    pub range: TextRange,
    /// What it is.
    pub kind: FoldKind,
    /// What to show for it when it is folded.
    pub collapsed: String,
}

/// The longest text for what is folded.
const LONGEST: usize = 60;

/// What can be folded in a document, each over at least two lines, in order of their start; no more than `most`.
pub fn folds(file: &SourceFile, most: usize) -> Vec<Fold> {
    let dockerfile = file.dockerfile();
    let mut folds = Folds { file, found: Vec::new() };
    for stage in &dockerfile.stages {
        folds.add(FoldKind::Stage, stage.range, |_| {
            let from = dockerfile.instruction(stage.from).data.line.text();
            let plural = if stage.end.0 - stage.from.0 == 2 { "" } else { "s" };
            format!("{} ({} instruction{plural})", one_line(from, LONGEST), stage.end.0 - stage.from.0 - 1)
        });
    }
    for instruction in dockerfile.instructions().filter(|it| it.data.newlines > 0) {
        let line = |_: &Folds<'_>| one_line(instruction.data.line.text(), LONGEST);
        folds.add(FoldKind::Instruction, instruction.range(), line);
        folds.heredocs(instruction);
        let comments = instruction.data.comments.iter().map(|&range| instruction.abs(range));
        folds.comments(comments);
    }
    // Directives are no comments, and a block of comments ends where an instruction stands between.
    let is_plain = |comment: &&Comment| Marker::of(file, comment).is_none();
    folds.comments(dockerfile.comments.iter().filter(is_plain).map(|comment| comment.range));
    folds.regions();
    let mut found = folds.found;
    if found.len() > most {
        found.sort_by_key(|it| it.kind);
        found.truncate(most);
    }
    found.sort_by_key(|it| (it.range.start(), std::cmp::Reverse(it.range.end())));
    found
}

/// A comment that begins or ends a region, as editors have it: `# region Tests`, `#endregion`.
enum Marker {
    Begin(String),
    End,
}

impl Marker {
    fn of(file: &SourceFile, comment: &Comment) -> Option<Self> {
        let text = file.text().slice(comment.range);
        let words = text.trim_start_matches('#').trim_start();
        let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        match first.trim_end_matches(':') {
            "region" => Some(Self::Begin(one_line(rest, LONGEST))),
            "endregion" => Some(Self::End),
            _ => None,
        }
    }
}

struct Folds<'a> {
    file: &'a SourceFile,
    found: Vec<Fold>,
}

impl Folds<'_> {
    fn add(&mut self, kind: FoldKind, range: TextRange, collapsed: impl FnOnce(&Self) -> String) {
        let end = self.without_line_end(range);
        if self.line(range.start()) < self.line(end) {
            let collapsed = collapsed(self);
            self.found.push(Fold { range: TextRange::new(range.start(), end), kind, collapsed });
        }
    }

    /// What stands between markers. One that has no other is left alone.
    fn regions(&mut self) {
        let file = self.file;
        let mut open = Vec::new();
        for comment in &file.dockerfile().comments {
            match Marker::of(file, comment) {
                Some(Marker::Begin(name)) => open.push((comment.range, name)),
                Some(Marker::End) => {
                    let Some((begin, name)) = open.pop() else { continue };
                    let shown = if name.is_empty() { "region".to_owned() } else { name };
                    self.add(FoldKind::Region, begin.cover(comment.range), |_| shown);
                }
                None => {}
            }
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
                self.add(FoldKind::Heredoc, TextRange::new(start, end), |_| {
                    format!("<<{} …", one_line(&heredoc.name, LONGEST))
                });
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
                    self.add(FoldKind::Comment, open, |it| it.first_line(open));
                    Some(comment)
                }
                None => Some(comment),
            };
        }
        if let Some(open) = block {
            self.add(FoldKind::Comment, open, |it| it.first_line(open));
        }
    }

    fn first_line(&self, range: TextRange) -> String {
        let line = self.file.text().line_range(range.start());
        let line = TextRange::new(range.start(), line.end().max(range.start()));
        format!("{} …", one_line(&self.file.text().slice(line), LONGEST))
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
        for fold in folds(&file, usize::MAX) {
            let line = |at| file.text().line_col(at, PositionEncoding::Utf8).line + 1;
            let (start, end) = (line(fold.range.start()), line(fold.range.end()));
            shown.push_str(&format!("{start}-{end} {:?}: {}\n", fold.kind, fold.collapsed));
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn stages_instructions_and_comments() {
        let text = "# syntax=docker/dockerfile:1\n# one\n# two\nARG A\nFROM a AS b\nRUN a \\\n    # x\n    # y\n    b\n\n# three\n\n# four\n# five\nFROM c\n";
        let expected = expect![[r#"
            2-3 Comment: # one …
            5-9 Stage: FROM a AS b (1 instruction)
            6-9 Instruction: RUN a b
            7-8 Comment: # x …
            13-14 Comment: # four …
        "#]];
        check(text, &expected);
        check(&text.replace('\n', "\r\n"), &expected);
    }

    #[test]
    fn heredocs() {
        check(
            "FROM a\nRUN <<EOF\na\nEOF\nRUN x \\\n  <<EOF\nb\nEOF\nCOPY <<a <<b /dst/\n1\na\n2\n3\nb\n",
            &expect![[r#"
                1-14 Stage: FROM a (3 instructions)
                2-4 Instruction: RUN <<EOF
                5-8 Instruction: RUN x <<EOF
                6-8 Heredoc: <<EOF …
                9-14 Instruction: COPY <<a <<b /dst/
                9-11 Heredoc: <<a …
                12-14 Heredoc: <<b …
            "#]],
        );
    }

    #[test]
    fn what_is_open_at_the_end_of_the_file() {
        check(
            "FROM a\nRUN a \\\n\n\n",
            &expect![[r#"
                1-2 Stage: FROM a (1 instruction)
            "#]],
        );
        check(
            "FROM a\nRUN <<EOF\nb\n",
            &expect![[r#"
                1-3 Stage: FROM a (1 instruction)
                2-3 Instruction: RUN <<EOF
            "#]],
        );
    }

    #[test]
    fn one_line_is_no_fold() {
        check("# a\n\n# b\nFROM a\n", &expect![""]);
        check("", &expect![""]);
    }

    #[test]
    fn regions() {
        check(
            "# region Build it\n# a\n# b\nFROM a\n#region\nRUN b\n# endregion\n#endregion: x\n# endregion\n# region\n# regional\nRUN c\n",
            &expect![[r#"
                1-8 Region: Build it
                2-3 Comment: # a …
                4-12 Stage: FROM a (2 instructions)
                5-7 Region: region
            "#]],
        );
    }

    #[test]
    fn where_few_are_wanted_it_is_the_stages() {
        let file = SourceFile::new("# a\n# b\nFROM a\nRUN a \\\n b\nFROM b\nRUN c\n");
        let kinds: Vec<FoldKind> = folds(&file, 2).into_iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [FoldKind::Stage, FoldKind::Stage]);
        assert_eq!(folds(&file, 3).len(), 3);
    }
}
