//! Selection ranges: what a selection grows to, step by step.
//!
//! From the word over the value, the flag, pair or element that it stands in, to the arguments, the instruction, the
//! instruction with the comments above it, its stage and the file. In a heredoc the steps are its line and its text.

use crate::model::{Arguments, Comment, Dockerfile, Flag, Instruction, InstructionData, SourceFile};
use crate::syntax::{RelRange, Spanned};
use crate::{TextRange, TextSize};

/// What a selection at `offset` grows to, the smallest first; each range lies in the next one. The last one is the
/// whole file.
pub fn selection_ranges(file: &SourceFile, offset: TextSize) -> Vec<TextRange> {
    let offset = offset.min(file.text().len());
    let mut steps = Steps { file, offset, found: Vec::new() };
    steps.add(TextRange::up_to(file.text().len()));
    steps.add_word();
    let dockerfile = file.dockerfile();
    if let Some(stage) = dockerfile.stages.iter().find(|it| it.range.contains_inclusive(offset)) {
        steps.add(stage.range);
    }
    match dockerfile.instruction_at(offset) {
        Some(instruction) => steps.instruction(dockerfile, instruction),
        None => steps.comment(dockerfile),
    }
    steps.nested()
}

/// The ranges that the cursor touches, in no order.
struct Steps<'a> {
    file: &'a SourceFile,
    offset: TextSize,
    found: Vec<TextRange>,
}

impl Steps<'_> {
    fn add(&mut self, range: TextRange) {
        if range.contains_inclusive(self.offset) {
            self.found.push(range);
        }
    }

    /// Those that lie in each other, the smallest first.
    fn nested(mut self) -> Vec<TextRange> {
        self.found.sort_by_key(|it| it.len());
        let mut nested: Vec<TextRange> = Vec::new();
        for range in self.found {
            if nested.last().is_none_or(|&last| range != last && range.contains_range(last)) {
                nested.push(range);
            }
        }
        nested
    }

    /// The letters, digits and `_` around the cursor, and the same with what else a path or a version is made of.
    fn add_word(&mut self) {
        self.add_run(|it| it.is_alphanumeric() || it == '_');
        self.add_run(|it| it.is_alphanumeric() || "_-./:@+~".contains(it));
    }

    fn add_run(&mut self, belongs: impl Fn(char) -> bool) {
        let line = self.file.text().line_range(self.offset);
        let text = self.file.text().slice(line);
        let Some((before, after)) = text.split_at_checked(usize::from(self.offset - line.start())) else {
            return;
        };
        let left = before.len() - before.trim_end_matches(&belongs).len();
        let right = after.len() - after.trim_start_matches(&belongs).len();
        if let (Ok(left), Ok(right), true) = (u32::try_from(left), u32::try_from(right), left + right > 0) {
            self.add(TextRange::new(self.offset - TextSize::new(left), self.offset + TextSize::new(right)));
        }
    }

    fn instruction(&mut self, dockerfile: &Dockerfile, instruction: Instruction<'_>) {
        let whole = instruction.range();
        self.add(whole);
        if let Some(first) = dockerfile.comments_above(instruction.id).first() {
            self.add(whole.cover(first.range));
        }
        self.line(whole);
        self.heredocs(instruction);
        for comment in &instruction.data.comments {
            self.add(instruction.abs(*comment));
        }
        self.data(instruction, instruction.data);
        if let Some(trigger) = &instruction.data.trigger {
            self.add(instruction.abs(trigger.range));
            self.data(instruction, trigger);
        }
    }

    /// Of an instruction over several lines, the one that the cursor is in, without its continuation.
    fn line(&mut self, whole: TextRange) {
        let Some(line) = self.file.text().line_range(self.offset).intersect(whole) else { return };
        let text = self.file.text().slice(line);
        let kept = text.trim_end().trim_end_matches(self.file.dockerfile().escape).trim_end();
        let blanks = TextSize::of(&kept[..kept.len() - kept.trim_start().len()]);
        self.add(TextRange::new(line.start() + blanks, line.start() + TextSize::of(kept)));
    }

    fn heredocs(&mut self, instruction: Instruction<'_>) {
        for heredoc in &instruction.data.heredocs {
            let content = instruction.abs(heredoc.content.range);
            self.add(content);
            self.add(instruction.abs(heredoc.redirect));
            if let Some(end) = heredoc.terminator {
                self.add(content.cover(instruction.abs(end)));
            }
        }
    }

    fn data(&mut self, instruction: Instruction<'_>, data: &InstructionData) {
        self.add(instruction.abs(data.keyword_word.range));
        for flag in &data.flags {
            self.flag(instruction, flag);
        }
        if let (Some(first), Some(last)) = (data.flags.first(), data.flags.last()) {
            self.add(instruction.abs(first.whole.range.cover(last.whole.range)));
        }
        self.add(instruction.abs(data.arguments_range));
        self.arguments(instruction, &data.arguments);
        for var in &instruction.data.var_uses {
            self.add(instruction.abs(var.name.range));
            self.add(instruction.abs(var.whole));
        }
    }

    fn flag(&mut self, instruction: Instruction<'_>, flag: &Flag) {
        self.add(instruction.abs(flag.whole.range));
        for part in std::iter::once(&flag.name).chain(&flag.value) {
            self.add(instruction.abs(part.range));
        }
        for field in flag.mount.iter().flat_map(|it| &it.fields) {
            let value = field.value.as_ref().map_or(field.key.range, |it| it.range);
            self.add(instruction.abs(field.key.range.cover(value)));
            self.add(instruction.abs(field.key.range));
            self.add(instruction.abs(value));
        }
    }

    fn arguments(&mut self, instruction: Instruction<'_>, arguments: &Arguments) {
        match arguments {
            Arguments::Pairs(pairs) => {
                for pair in pairs {
                    self.value(instruction, pair.name.range);
                    self.value(instruction, pair.value.range);
                    self.add(instruction.abs(pair.name.range.cover(pair.value.range)));
                }
            }
            Arguments::Healthcheck { kind, command } => {
                self.add(instruction.abs(kind.range));
                if let (Some(first), Some(last)) = (command.words().first(), command.words().last()) {
                    self.add(instruction.abs(first.range.cover(last.range)));
                }
                self.arguments(instruction, command);
            }
            Arguments::Words(words) | Arguments::Json(words) => {
                for word in words {
                    self.assignment(instruction, word);
                    self.value(instruction, word.range);
                }
            }
            Arguments::None | Arguments::Text(_) | Arguments::Trigger => {}
        }
    }

    /// Name and value of `ARG name=value`.
    fn assignment(&mut self, instruction: Instruction<'_>, word: &Spanned) {
        let range = instruction.abs(word.range);
        let text = self.file.text().slice(range);
        let Some(equals) = text.find('=').and_then(|at| TextSize::try_from(at).ok()) else { return };
        let equals = range.start() + equals;
        self.add(TextRange::new(range.start(), equals));
        self.quoted(TextRange::new(equals + TextSize::of('='), range.end()));
    }

    fn value(&mut self, instruction: Instruction<'_>, range: RelRange) {
        self.quoted(instruction.abs(range));
    }

    /// A value, and what stands in its quotes.
    fn quoted(&mut self, range: TextRange) {
        self.add(range);
        let text = self.file.text().slice(range);
        let in_quotes = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
        if in_quotes('"') || in_quotes('\'') {
            let quote = TextSize::of('"');
            self.add(TextRange::new(range.start() + quote, range.end() - quote));
        }
    }

    /// A comment or a parser directive, and the comments on the lines around it.
    fn comment(&mut self, dockerfile: &Dockerfile) {
        for directive in &dockerfile.directives {
            self.add(directive.range);
            self.add(directive.value_range);
        }
        let comments = &dockerfile.comments;
        let Some(index) = comments.iter().position(|it| it.range.contains_inclusive(self.offset)) else {
            return;
        };
        let range = comments[index].range;
        self.add(range);
        let text = self.file.text().slice(range);
        let signs = TextSize::of(&text[..text.len() - text.trim_start_matches('#').trim_start().len()]);
        self.add(TextRange::new(range.start() + signs, range.end()));
        self.add(block(comments, index));
    }
}

/// The comments on lines in a row around one of them.
fn block(comments: &[Comment], index: usize) -> TextRange {
    let follows = |pair: &&[Comment]| pair[0].row + 1 == pair[1].row;
    let before = comments[..=index].windows(2).rev().take_while(follows).count();
    let after = comments[index..].windows(2).take_while(follows).count();
    comments[index - before].range.cover(comments[index + after].range)
}

#[cfg(test)]
mod tests {
    use dockstage_fixture::cursor;
    use expect_test::{Expect, expect};

    use super::*;

    /// Each step on a line, line ends shown as `⏎`; the file is left out.
    fn check(fixture: &str, expected: &Expect) {
        let (text, at) = cursor(fixture);
        let file = SourceFile::new(&text);
        let mut ranges = selection_ranges(&file, TextSize::try_from(at).unwrap());
        assert_eq!(ranges.pop(), Some(TextRange::up_to(file.text().len())));
        let lines = ranges.iter().map(|&range| format!("{}\n", file.text().slice(range).replace('\n', "⏎")));
        expected.assert_eq(&lines.collect::<String>());
    }

    #[test]
    fn from_a_word_to_its_stage() {
        check(
            "FROM a\n# Why.\n# And how.\nCOPY --from=b --chown=app:ap<|>p a b\nFROM c\n",
            &expect![[r#"
                app
                app:app
                --chown=app:app
                --from=b --chown=app:app
                COPY --from=b --chown=app:app a b
                # Why.⏎# And how.⏎COPY --from=b --chown=app:app a b
                FROM a⏎# Why.⏎# And how.⏎COPY --from=b --chown=app:app a b
            "#]],
        );
        check(
            "FROM a\nCOPY src/main.r<|>s /app/\n",
            &expect![[r#"
            rs
            src/main.rs
            src/main.rs /app/
            COPY src/main.rs /app/
            FROM a⏎COPY src/main.rs /app/
        "#]],
        );
    }

    #[test]
    fn mounts_variables_and_triggers() {
        check(
            "FROM a\nRUN --mount=type=bind,from=b<|>c,target=/d x\n",
            &expect![[r#"
            bc
            from=bc
            type=bind,from=bc,target=/d
            --mount=type=bind,from=bc,target=/d
            RUN --mount=type=bind,from=bc,target=/d x
            FROM a⏎RUN --mount=type=bind,from=bc,target=/d x
        "#]],
        );
        check(
            "FROM a\nONBUILD RUN --mount=type=bind,from=b<|>c x\n",
            &expect![[r#"
            bc
            from=bc
            type=bind,from=bc
            --mount=type=bind,from=bc
            RUN --mount=type=bind,from=bc x
            ONBUILD RUN --mount=type=bind,from=bc x
            FROM a⏎ONBUILD RUN --mount=type=bind,from=bc x
        "#]],
        );
        check(
            "FROM a\nWORKDIR /x/${DI<|>R:-y}/z\n",
            &expect![[r#"
            DIR
            DIR:-y
            ${DIR:-y}
            /x/${DIR:-y}/z
            WORKDIR /x/${DIR:-y}/z
            FROM a⏎WORKDIR /x/${DIR:-y}/z
        "#]],
        );
    }

    #[test]
    fn pairs_and_elements() {
        check(
            "FROM a\nENV A=1 B=\"x <|>y\"\n",
            &expect![[r#"
            y
            x y
            "x y"
            B="x y"
            A=1 B="x y"
            ENV A=1 B="x y"
            FROM a⏎ENV A=1 B="x y"
        "#]],
        );
        check(
            "ARG A=1 B='x <|>y'\n",
            &expect![[r#"
            y
            x y
            'x y'
            B='x y'
            A=1 B='x y'
            ARG A=1 B='x y'
        "#]],
        );
        check(
            "FROM a\nCMD [\"run\", \"a <|>b\"]\n",
            &expect![[r#"
            b
            a b
            "a b"
            ["run", "a b"]
            CMD ["run", "a b"]
            FROM a⏎CMD ["run", "a b"]
        "#]],
        );
        check(
            "FROM a\nHEALTHCHECK --retries=3 CMD [\"ru<|>n\"]\n",
            &expect![[r#"
            run
            "run"
            CMD ["run"]
            HEALTHCHECK --retries=3 CMD ["run"]
            FROM a⏎HEALTHCHECK --retries=3 CMD ["run"]
        "#]],
        );
    }

    #[test]
    fn lines_and_heredocs() {
        check(
            "FROM a\nRUN a && \\\n    # why\n    b <|>c && \\\n    d\n",
            &expect![[r#"
            c
            b c &&
            a && \⏎    # why⏎    b c && \⏎    d
            RUN a && \⏎    # why⏎    b c && \⏎    d
            FROM a⏎RUN a && \⏎    # why⏎    b c && \⏎    d
        "#]],
        );
        check(
            "FROM a\nRUN a \\\n    # wh<|>y\n    b\n",
            &expect![[r#"
            why
            # why
            a \⏎    # why⏎    b
            RUN a \⏎    # why⏎    b
            FROM a⏎RUN a \⏎    # why⏎    b
        "#]],
        );
        check(
            "FROM a\nRUN <<EOF\necho <|>one\ntwo\nEOF\n",
            &expect![[r#"
            one
            echo one
            echo one⏎two⏎
            echo one⏎two⏎EOF
            RUN <<EOF⏎echo one⏎two⏎EOF
            FROM a⏎RUN <<EOF⏎echo one⏎two⏎EOF
        "#]],
        );
    }

    #[test]
    fn comments_and_directives() {
        check(
            "# one\n\n# two\n# thr<|>ee\nFROM a\n",
            &expect![[r#"
            three
            # three
            # two⏎# three
        "#]],
        );
        check(
            "# syntax=docker/docker<|>file:1\nFROM a\n",
            &expect![[r#"
            dockerfile
            docker/dockerfile:1
            # syntax=docker/dockerfile:1
        "#]],
        );
    }

    #[test]
    fn nothing_but_the_file() {
        check("<|>", &expect![[r#""#]]);
        check("FROM a\n\n<|>\n", &expect![[r#""#]]);
    }
}
