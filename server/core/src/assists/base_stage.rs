//! Introduce a base stage for two stages that begin alike.
//!
//! What both do first moves into a stage of its own, and both are built from that. It is not offered where a
//! common instruction would mean something else at the end of a base: ONBUILD, CMD, ENTRYPOINT, HEALTHCHECK.
//!
//! Before:
//!
//! ```dockerfile
//! FROM node:24 AS build
//! WORKDIR /app
//! COPY package.json .
//! RUN npm run build
//!
//! FROM node:24 AS test
//! WORKDIR /app
//! COPY package.json .
//! RUN npm test
//! ```
//!
//! After:
//!
//! ```dockerfile
//! FROM node:24 AS base
//! WORKDIR /app
//! COPY package.json .
//!
//! FROM base AS build
//! RUN npm run build
//!
//! FROM base AS test
//! RUN npm test
//! ```

use super::layout::{
    Layout, base_of, checked, free_name, in_case_of, is_named_after_its_image, renumber, stage_begun_at,
};
use super::{ActionKind, CodeAction};
use crate::model::{Dockerfile, InstructionId, SourceFile, Stage, StageId};
use crate::syntax::Keyword;
use crate::text::TextEdit;
use crate::{TextRange, TextSize};

/// The refactoring, at the FROM of either stage.
pub(super) fn assist(file: &SourceFile, range: TextRange) -> Option<CodeAction> {
    let dockerfile = file.dockerfile();
    let here = stage_begun_at(dockerfile, range)?;
    let layout = Layout::new(file);
    let (twin, common) = twin(&layout, here)?;
    let (first, second) = if here.id < twin.id { (here, twin) } else { (twin, here) };

    let name = free_name(dockerfile, &["base", "common"])?;
    let new_id = |it: StageId| if it >= first.id { it.0 + 1 } else { it.0 };
    let mut edits = renumber(&layout, new_id)?;
    let from = dockerfile.instruction(first.from);
    let (_, base) = first.base_word.as_ref()?;
    let head = layout.slice(TextRange::new(from.start, base.end()));
    let shared = layout.slice(common_lines(&layout, first, common)).trim_end();
    let (newline, named) = (layout.newline, in_case_of(from, "AS"));
    let stage = format!("{head} {named} {name}{newline}{shared}{newline}{newline}");
    // An index in what is shared leads to a stage above, so it stays.
    edits.push(TextEdit::insert(layout.start(first.from), stage));
    for stage in [first, second] {
        edits.push(TextEdit::replace(stage.base_word.as_ref()?.1, name.clone()));
        let lines = common_lines(&layout, stage, common);
        edits.push(TextEdit::delete(TextRange::new(lines.start(), layout.behind_empty_lines(lines.end()))));
    }
    let change = checked(file, edits, |after| {
        let built_from_it = |it: &Stage| base_of(after.stage(StageId(new_id(it.id)))) == Some(first.id);
        after.stages.len() == dockerfile.stages.len() + 1
            && built_from_it(first)
            && built_from_it(second)
            && keeps_needs(dockerfile, after, first.id, new_id)
    })?;
    let title = format!("Introduce base stage `{name}` for `{}` and `{}`", first.label(), second.label());
    Some(CodeAction::refactoring(title, ActionKind::RefactorExtract, change))
}

/// Whether every stage needs what it needed, directly or by way of the new one.
fn keeps_needs(
    before: &Dockerfile,
    after: &Dockerfile,
    new: StageId,
    new_id: impl Fn(StageId) -> u32,
) -> bool {
    before.graph.needs.iter().enumerate().all(|(index, needs)| {
        let id = new_id(StageId(u32::try_from(index).unwrap_or(u32::MAX))) as usize;
        let Some(now) = after.graph.needs.get(id) else { return false };
        let by_way: &[StageId] = if now.contains(&new) { &after.graph.needs[new.index()] } else { &[] };
        needs.iter().all(|it| now.iter().chain(by_way).any(|now| now.0 == new_id(*it)))
    })
}

/// The other stage that shares most with this one, and how many instructions behind FROM they share.
fn twin<'a>(layout: &Layout<'a>, stage: &Stage) -> Option<(&'a Stage, usize)> {
    let dockerfile = layout.dockerfile;
    let others = dockerfile.stages.iter().filter(|it| it.id != stage.id && is_alike(dockerfile, it, stage));
    let counted = others.map(|it| (it, common(layout, it, stage)));
    // Of those that share as much the first one.
    counted.rev().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 0)
}

/// Whether two stages are built from the same, by a FROM that says no more than that.
fn is_alike(dockerfile: &Dockerfile, a: &Stage, b: &Stage) -> bool {
    let plain = |it: &Stage| {
        let from = dockerfile.instruction(it.from).data;
        from.flags.is_empty() && from.faults.is_empty() && from.newlines == 0 && !is_named_after_its_image(it)
    };
    let word = |it: &Stage| it.base_word.as_ref().map(|it| it.0.clone());
    word(a) == word(b) && a.base == b.base && plain(a) && plain(b)
}

/// How many instructions behind FROM the two stages share, the comments between them included. Declarations of
/// ARG alone are not worth a stage.
fn common(layout: &Layout<'_>, a: &Stage, b: &Stage) -> usize {
    let dockerfile = layout.dockerfile;
    let first = a.id.min(b.id);
    let (mut count, mut worth) = (0, false);
    let mut above = (layout.next_line(layout.end(a.from)), layout.next_line(layout.end(b.from)));
    for (left, right) in a.instructions().zip(b.instructions()).skip(1) {
        let end = (layout.end(left), layout.end(right));
        let text = |from: TextSize, to: TextSize| layout.slice(TextRange::new(from.min(to), to));
        let instruction = dockerfile.instruction(left);
        let needs = dockerfile.refs_in(left).iter().chain(dockerfile.refs_in(right));
        let may_move = instruction.data.faults.is_empty()
            && !matches!(
                instruction.keyword(),
                Keyword::Onbuild
                    | Keyword::Cmd
                    | Keyword::Entrypoint
                    | Keyword::Healthcheck
                    | Keyword::Unknown
            )
            && needs.filter_map(|it| it.target.stage()).all(|it| it < first);
        if !may_move || text(above.0, end.0).trim_start() != text(above.1, end.1).trim_start() {
            break;
        }
        above = end;
        count += 1;
        worth |= instruction.keyword() != Keyword::Arg;
    }
    if worth { count } else { 0 }
}

/// The lines of the first `count` instructions behind FROM, from right below it.
fn common_lines(layout: &Layout<'_>, stage: &Stage, count: usize) -> TextRange {
    let last = InstructionId(stage.from.0 + u32::try_from(count).unwrap_or(0));
    let start = layout.next_line(layout.end(stage.from));
    TextRange::new(start, layout.next_line(layout.end(last)).max(start))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::test::{check, documented, is_not_offered};
    use super::assist;

    #[test]
    fn the_documentation_is_right() {
        documented(include_str!("base_stage.rs"), assist);
    }

    #[test]
    fn comments_indices_and_the_style_go_along() {
        check(
            assist,
            r"
from golang as tools
run go install x

# the build
from alpine as base

# both
run apk add git \
  # why not
  make
copy --from=0 /x /x

run make
from scratch
copy --from=1 /a /a
from <|>alpine

# both
run apk add git \
  # why not
  make
copy --from=0 /x /x
copy --from=base /a /a
",
            &expect![[r#"
                Introduce base stage `common` for `base` and `3`:
                from golang as tools
                run go install x

                from alpine as common

                # both
                run apk add git \
                  # why not
                  make
                copy --from=0 /x /x

                # the build
                from common as base
                run make
                from scratch
                copy --from=2 /a /a
                from common
                copy --from=base /a /a
            "#]],
        );
    }

    #[test]
    fn the_stage_that_shares_most() {
        check(
            assist,
            "FROM a AS x<|>\nRUN 1\nRUN 2\nFROM a AS y\nRUN 1\nFROM a AS z\nRUN 1\nRUN 2",
            &expect![[r#"
                Introduce base stage `base` for `x` and `z`:
                FROM a AS base
                RUN 1
                RUN 2

                FROM base AS x
                FROM a AS y
                RUN 1
                FROM base AS z
            "#]],
        );
    }

    #[test]
    fn where_it_is_not_worth_it_or_not_the_same() {
        for text in [
            "FROM a<|>\nRUN 1\nFROM a\nRUN 2\n",
            "FROM a<|>\nARG X\nFROM a\nARG X\n",
            "FROM a<|>\nRUN 1\nFROM b\nRUN 1\n",
            "FROM a<|>\nRUN 1\nFROM --platform=$BUILDPLATFORM a\nRUN 1\n",
            "FROM a<|>\nRUN 1\nFROM a AS a\nRUN 1\n",
            "FROM a<|>\nCMD 1\nFROM a\nCMD 1\n",
            "FROM a<|>\nONBUILD RUN 1\nFROM a\nONBUILD RUN 1\n",
            "FROM a AS x<|>\nCOPY --from=x / /\nFROM a\nCOPY --from=x / /\n",
        ] {
            is_not_offered(assist, text);
        }
    }
}
