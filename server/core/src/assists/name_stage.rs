//! Name a stage, and call it by its name instead of its index.
//!
//! Indices change their meaning when a stage is added above. The name replaces the index in every
//! `COPY --from=0` that leads to the stage. A mount is left alone: there BuildKit takes `0` for a name. Where that is
//! reported, naming the stage is the fix. Left alone is also an ONBUILD of a stage that nothing here is built from: it
//! means a stage of the file that it will run in.
//!
//! Before:
//!
//! ```dockerfile
//! FROM golang
//! RUN go build -o /app
//!
//! FROM alpine
//! COPY --from=0 /app /app
//! ```
//!
//! After:
//!
//! ```dockerfile
//! FROM golang AS builder
//! RUN go build -o /app
//!
//! FROM alpine
//! COPY --from=builder /app /app
//! ```

use super::layout::{Layout, binding_refs, checked, free_name, in_case_of, stage_begun_at};
use super::{ActionKind, CodeAction};
use crate::TextRange;
use crate::lint::{Diagnostic, Fix};
use crate::model::{Dockerfile, RefTarget, SourceFile, Stage, StageRef, StageRefKind};
use crate::text::{Applicability, TextEdit};

/// The refactoring, at the FROM of an unnamed stage and at an index.
pub(super) fn assist(file: &SourceFile, range: TextRange) -> Option<CodeAction> {
    let dockerfile = file.dockerfile();
    let stage = stage_begun_at(dockerfile, range)
        // A stage alone has nobody to call it.
        .filter(|stage| stage.name.is_none() && dockerfile.stages.len() > 1)
        .or_else(|| stage_of_index(dockerfile, range))?;
    let layout = Layout::new(file);
    let mut edits = Vec::new();
    let (name, title) = match &stage.name {
        None => name_it(dockerfile, stage, &mut edits)?,
        // Of stages with one name, `--from` finds the last.
        Some(name) => {
            let is_last = |it: &Stage| it.name.as_ref().is_some_and(|other| other.lower == name.lower);
            let found = dockerfile.stages.iter().rfind(|it| is_last(it))?;
            (found.id == stage.id && name.valid).then_some(())?;
            let title = format!("Call stage {} by its name `{}`", stage.id.0, name.written);
            (name.written.clone(), title)
        }
    };
    replace(&layout, indices_of(dockerfile, stage), &name, &mut edits)?;
    let change = checked(file, edits, |after| after.graph.needs == dockerfile.graph.needs)?;
    Some(CodeAction::refactoring(title, ActionKind::RefactorRewrite, change))
}

/// The same as the fix of a mount that calls a stage without a name by its index, which BuildKit does not know there.
pub(super) fn fix(file: &SourceFile, diagnostic: &Diagnostic) -> Option<Fix> {
    let dockerfile = file.dockerfile();
    (diagnostic.code == "UnknownStage" && diagnostic.fixes.is_empty()).then_some(())?;
    let at = dockerfile.refs.partition_point(|it| it.range.start() < diagnostic.range.start());
    let mount = dockerfile.refs.get(at).filter(|it| it.range == diagnostic.range)?;
    let stage = dockerfile.stages.get(mount.text.parse::<usize>().ok()?).filter(|it| it.id < mount.stage)?;
    (mount.kind == StageRefKind::MountFrom && stage.name.is_none()).then_some(())?;
    let mut edits = Vec::new();
    let (name, title) = name_it(dockerfile, stage, &mut edits)?;
    let layout = Layout::new(file);
    replace(&layout, indices_of(dockerfile, stage), &name, &mut edits)?;
    let mounts = binding_refs(dockerfile)
        .filter(|it| it.kind == mount.kind && it.text == mount.text && it.stage > stage.id);
    replace(&layout, mounts, &name, &mut edits)?;
    let change = checked(file, edits, |after| after.stages.len() == dockerfile.stages.len())?;
    Some(Fix { title, change, applicability: Applicability::Unsafe, preferred: true })
}

/// The edit that gives a stage a name, with the name and what to call all this.
fn name_it(dockerfile: &Dockerfile, stage: &Stage, edits: &mut Vec<TextEdit>) -> Option<(String, String)> {
    let from = dockerfile.instruction(stage.from);
    let (_, base) = stage.base_word.as_ref().filter(|_| from.data.faults.is_empty())?;
    let name = free_name(dockerfile, wishes(dockerfile, stage))?;
    edits.push(TextEdit::insert(base.end(), format!(" {} {name}", in_case_of(from, "AS"))));
    let title = format!("Name stage {} `{name}`", stage.id.0);
    Some((name, title))
}

/// Puts the name where the references stand. None where one of them is not written as it is read.
fn replace<'a>(
    layout: &Layout<'_>,
    references: impl Iterator<Item = &'a StageRef>,
    name: &str,
    edits: &mut Vec<TextEdit>,
) -> Option<()> {
    for reference in references {
        (layout.slice(reference.range) == reference.text).then_some(())?;
        edits.push(TextEdit::replace(reference.range, name));
    }
    Some(())
}

/// The stage that the index at the selection leads to.
fn stage_of_index(dockerfile: &Dockerfile, range: TextRange) -> Option<&Stage> {
    let reference = dockerfile.refs.iter().find(|it| it.numeric && it.range.contains_range(range))?;
    let stage = dockerfile.stage(reference.target.stage()?);
    indices_of(dockerfile, stage).any(|it| it.range == reference.range).then_some(stage)
}

/// The indices in the file that lead to a stage.
fn indices_of<'a>(dockerfile: &'a Dockerfile, stage: &Stage) -> impl Iterator<Item = &'a StageRef> {
    let id = stage.id;
    binding_refs(dockerfile).filter(move |it| it.numeric && it.target == RefTarget::Stage(id))
}

/// What a stage without a name could be called.
fn wishes(dockerfile: &Dockerfile, stage: &Stage) -> &'static [&'static str] {
    match dockerfile.stages.len() {
        count if count == stage.id.index() + 1 => &["final", "runtime"],
        _ => &["builder", "build"],
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::test::{check, documented, is_not_offered};
    use super::assist;

    #[test]
    fn the_documentation_is_right() {
        documented(include_str!("name_stage.rs"), assist);
    }

    #[test]
    fn a_stage_and_every_index_that_means_it() {
        check(
            assist,
            r"
from --platform=$BUILDPLATFORM gol<|>ang
FROM alpine AS b
COPY --from=0 /a /a
ONBUILD COPY --from=0 /c /c
RUN --mount=from=0,target=/x ls
FROM b
COPY --link --from=0 /b /b
ONBUILD COPY --from=0 /d /d
",
            &expect![[r#"
                Name stage 0 `builder`:
                from --platform=$BUILDPLATFORM golang as builder
                FROM alpine AS b
                COPY --from=builder /a /a
                ONBUILD COPY --from=builder /c /c
                RUN --mount=from=0,target=/x ls
                FROM b
                COPY --link --from=builder /b /b
                ONBUILD COPY --from=0 /d /d
            "#]],
        );
    }

    #[test]
    fn an_index_of_a_stage_with_a_name() {
        let text = "FROM golang AS Build\nFROM alpine\nCOPY --from=<|>0 /a /a\nCOPY --from=+0 /b /b\n";
        check(
            assist,
            text,
            &expect![[r#"
            Call stage 0 by its name `Build`:
            FROM golang AS Build
            FROM alpine
            COPY --from=Build /a /a
            COPY --from=Build /b /b
        "#]],
        );
        // Its name means the second one.
        is_not_offered(assist, "FROM a AS x\nFROM b AS x\nFROM c\nCOPY --from=<|>0 / /\n");
    }

    #[test]
    fn the_name_means_nothing_else() {
        let text = "FROM golang<|>\nFROM alpine AS build\nCOPY --from=builder /a /a\nCOPY --from=0 /b /b\n";
        check(
            assist,
            text,
            &expect![[r#"
                Name stage 0 `builder2`:
                FROM golang AS builder2
                FROM alpine AS build
                COPY --from=builder /a /a
                COPY --from=builder2 /b /b
            "#]],
        );
        check(
            assist,
            "FROM a AS final\nFROM $X-$Y\nFROM runtime\nFROM<|> b",
            &expect![[r#"
                Name stage 3 `final2`:
                FROM a AS final
                FROM $X-$Y
                FROM runtime
                FROM b AS final2"#]],
        );
    }

    #[test]
    fn where_there_is_nothing_to_name() {
        for text in [
            "FROM golang AS <|>a\n",
            "FROM golang<|>\n",
            "FROM golang a<|>\nFROM b\n",
            "FROM<|>\nFROM b\n",
            "FROM golang\nRUN <|>ls\n",
            "FROM golang\nCOPY --from=<|>0 / /\n",
            "FROM golang\nFROM a\nRUN --mount=from=<|>0,target=/x ls\n",
        ] {
            is_not_offered(assist, text);
        }
    }
}
