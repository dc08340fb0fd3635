//! Move a stage above the first one that uses it.
//!
//! BuildKit wants a stage to be defined before it is copied from or mounted, and takes a FROM of a later stage
//! for an image. It is not offered where the stage itself needs one that stays below.
//!
//! Before:
//!
//! ```dockerfile
//! FROM alpine AS final
//! COPY --from=build /out /out
//!
//! FROM golang AS build
//! RUN go build -o /out
//! ```
//!
//! After:
//!
//! ```dockerfile
//! FROM golang AS build
//! RUN go build -o /out
//!
//! FROM alpine AS final
//! COPY --from=build /out /out
//! ```

use super::layout::{Layout, base_of, checked, renumber, stage_begun_at};
use super::{ActionKind, CodeAction};
use crate::TextRange;
use crate::lint::{Diagnostic, Fix};
use crate::model::{Dockerfile, RefTarget, SourceFile, Stage, StageId, StageRef, StageRefKind};
use crate::text::{Applicability, SourceChange, TextEdit};

/// The refactoring, at the FROM of the stage that comes too late.
pub(super) fn assist(file: &SourceFile, range: TextRange) -> Option<CodeAction> {
    let stage = stage_begun_at(file.dockerfile(), range)?;
    let change = change(file, stage)?;
    Some(CodeAction::refactoring(title(file.dockerfile(), stage)?, ActionKind::RefactorMove, change))
}

/// The same as the fix of a diagnostic that says so.
pub(super) fn fix(file: &SourceFile, diagnostic: &Diagnostic) -> Option<Fix> {
    let dockerfile = file.dockerfile();
    if !matches!(diagnostic.code, "LaterStage" | "LaterBase") {
        return None;
    }
    let found = dockerfile.refs.partition_point(|it| it.range.start() < diagnostic.range.start());
    let reference = dockerfile.refs.get(found).filter(|it| it.range == diagnostic.range)?;
    let stage = match reference.target {
        RefTarget::LaterStage(stage) => dockerfile.stage(stage),
        _ => dockerfile.stages.iter().find(|stage| is_later_base(reference, stage))?,
    };
    let change = change(file, stage)?;
    Some(Fix {
        title: title(dockerfile, stage)?,
        change,
        applicability: Applicability::Unsafe,
        preferred: true,
    })
}

fn title(dockerfile: &Dockerfile, stage: &Stage) -> Option<String> {
    let user = dockerfile.stage(first_user(dockerfile, stage)?);
    let user =
        user.name.as_ref().map_or_else(|| format!("stage {}", user.id.0), |it| format!("`{}`", it.written));
    Some(format!("Move stage `{}` above {user}", stage.label()))
}

fn change(file: &SourceFile, stage: &Stage) -> Option<SourceChange> {
    let dockerfile = file.dockerfile();
    let user = first_user(dockerfile, stage)?;
    let needs = dockerfile.graph.needs.get(stage.id.index())?;
    (needs.iter().all(|it| *it < user) && is_named_once(dockerfile, stage)).then_some(())?;

    let layout = Layout::new(file);
    let new_id = |it: StageId| match it {
        it if it == stage.id => user.0,
        it if it >= user && it < stage.id => it.0 + 1,
        it => it.0,
    };
    let mut edits = renumber(&layout, new_id)?;
    let lines = layout.lines_of(stage);
    let text = layout.moved(lines, &mut edits)?;
    let gap = layout.newline.repeat(2);
    edits.push(TextEdit::insert(
        layout.start(dockerfile.stage(user).from),
        format!("{}{gap}", text.trim_end()),
    ));
    edits.push(TextEdit::delete(layout.lines_and_space_of(stage)));
    checked(file, edits, |after| {
        let moved = StageId(user.0);
        first_user(after, after.stage(moved)).is_none() && keeps_bases(dockerfile, after, new_id)
    })
}

/// Whether each stage is built from what it was built from, or from the stage that has come above it.
fn keeps_bases(before: &Dockerfile, after: &Dockerfile, new_id: impl Fn(StageId) -> u32) -> bool {
    before.stages.iter().all(|stage| {
        let now = after.stages.get(new_id(stage.id) as usize);
        let is_kept = |now: &Stage| match (base_of(stage), base_of(now)) {
            (Some(old), Some(new)) => new_id(old) == new.0,
            (None, Some(new)) => after.stage(new).name.as_ref().is_some_and(|it| it.lower == stage.base_text),
            (None, None) => true,
            (Some(_), None) => false,
        };
        now.is_some_and(is_kept)
    })
}

/// The first stage above this one that uses it.
fn first_user(dockerfile: &Dockerfile, stage: &Stage) -> Option<StageId> {
    let uses = |it: &&StageRef| {
        !it.onbuild && it.target == RefTarget::LaterStage(stage.id) || is_later_base(it, stage)
    };
    dockerfile.refs.iter().find(uses).map(|it| it.stage)
}

/// Whether a FROM names a later stage. `FROM composer AS composer` is no such stage: above it, the image is meant.
fn is_later_base(reference: &StageRef, stage: &Stage) -> bool {
    let is_named = stage.name.as_ref().is_some_and(|name| name.valid && name.lower == reference.text);
    let image = stage.base_text.rsplit('/').next().and_then(|it| it.split([':', '@']).next());
    reference.kind == StageRefKind::From
        && reference.stage < stage.id
        && is_named
        && matches!(reference.target, RefTarget::External(_))
        && image != Some(reference.text.as_str())
}

fn is_named_once(dockerfile: &Dockerfile, stage: &Stage) -> bool {
    let Some(name) = &stage.name else { return true };
    let names = dockerfile.stages.iter().filter_map(|it| it.name.as_ref());
    names.filter(|it| it.lower == name.lower).count() == 1
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::test::{check, documented, is_not_offered};
    use super::assist;

    #[test]
    fn the_documentation_is_right() {
        documented(include_str!("move_stage.rs"), assist);
    }

    #[test]
    fn indices_follow_their_stages() {
        check(
            assist,
            r"
# escape=`
ARG V=1
FROM debian
# The product.
FROM alpine AS final
COPY --from=2 /x /x
COPY --from=build /y /y

# The build.
FROM golang:$V <|>AS build
COPY --from=0 /tool /tool
# the end
FROM final
COPY --from=1 /z /z
COPY --from=2 /z /z
",
            &expect![[r#"
                Move stage `build` above `final`:
                # escape=`
                ARG V=1
                FROM debian
                # The build.
                FROM golang:$V AS build
                COPY --from=0 /tool /tool

                # The product.
                FROM alpine AS final
                COPY --from=1 /x /x
                COPY --from=build /y /y

                # the end
                FROM final
                COPY --from=2 /z /z
                COPY --from=1 /z /z
            "#]],
        );
    }

    #[test]
    fn a_base_below() {
        check(
            assist,
            "FROM tools AS a\nFROM alpine AS to<|>ols\nRUN x",
            &expect![[r#"
            Move stage `tools` above `a`:
            FROM alpine AS tools
            RUN x

            FROM tools AS a
        "#]],
        );
    }

    #[test]
    fn where_it_cannot_be_moved() {
        for text in [
            "FROM a\nCOPY --from=b / /\nFROM a AS c\nFROM c AS <|>b\n",
            "FROM a AS x\nCOPY --from=b / /\nFROM a AS <|>b\nCOPY --from=x / /\n",
            "FROM a\nCOPY --from=b / /\nFROM a AS b\nFROM c AS <|>b\n",
            "FROM composer AS vendor\nFROM composer:2 AS <|>composer\n",
            "FROM a AS x\nFROM <|>x\n",
        ] {
            is_not_offered(assist, text);
        }
    }
}
