//! Inline a stage that is used once, as the base of another stage.
//!
//! The other stage then begins with what the inlined one did. That is the same only where nothing is decided at
//! the border between the two: it is not offered where the stage has ONBUILDs, where the other one sets its own
//! platform, where an ENTRYPOINT above would have dropped the CMD, or where both set the same.
//!
//! Before:
//!
//! ```dockerfile
//! FROM alpine AS base
//! RUN apk add git
//!
//! FROM base AS final
//! COPY . .
//! ```
//!
//! After:
//!
//! ```dockerfile
//! FROM alpine AS final
//! RUN apk add git
//! COPY . .
//! ```

use rustc_hash::FxHashSet;

use super::layout::{Layout, base_of, checked, renumber, stage_begun_at};
use super::{ActionKind, CodeAction};
use crate::TextRange;
use crate::model::open_base::OpenBase;
use crate::model::{Dockerfile, SourceFile, Stage, StageId, StageRefKind};
use crate::syntax::Keyword;
use crate::text::TextEdit;

/// The refactoring, at the FROM of either stage.
pub(super) fn assist(file: &SourceFile, range: TextRange) -> Option<CodeAction> {
    let dockerfile = file.dockerfile();
    let here = stage_begun_at(dockerfile, range)?;
    let (stage, user) = match sole_user(dockerfile, here) {
        Some(user) => (here, user),
        None => {
            let base = dockerfile.stage(base_of(here)?);
            (base, sole_user(dockerfile, base).filter(|user| user.id == here.id)?)
        }
    };
    can_be_joined(dockerfile, stage, user).then_some(())?;

    let layout = Layout::new(file);
    let mut edits = renumber(&layout, |it| if it > stage.id { it.0 - 1 } else { it.0 })?;
    let (_, base_word) = stage.base_word.as_ref()?;
    let (from, user_from) = (dockerfile.instruction(stage.from), dockerfile.instruction(user.from));
    // The FROM ends with the name of the other stage, in the words of that one.
    let behind_base = TextRange::new(user.base_word.as_ref()?.1.end(), user_from.range().end());
    let name = layout.slice(behind_base).trim_end().to_owned();
    let lines = layout.lines_of(stage);
    let above = layout.moved(TextRange::new(lines.start(), from.start), &mut edits)?;
    let head = layout.slice(TextRange::new(from.start, base_word.end())).to_owned();
    let behind = layout.next_line(layout.end(stage.from));
    let body = layout.moved(TextRange::new(behind, lines.end()), &mut edits)?;
    let body = body.trim_end();
    edits.push(TextEdit::delete(layout.lines_and_space_of(stage)));
    edits.push(TextEdit::insert(layout.start(user.from), above));
    let body = if body.is_empty() { String::new() } else { format!("{}{body}", layout.newline) };
    let from = TextRange::new(user_from.start, layout.end(user.from));
    edits.push(TextEdit::replace(from, format!("{head}{name}{body}")));

    let wanted = without(dockerfile, stage.id, user.id);
    let joined = StageId(user.id.0 - 1);
    let base = base_of(stage);
    let change = checked(file, edits, |after| {
        let now = after.stage(joined);
        after.graph.needs == wanted && base_of(now) == base && now.base_text == stage.base_text
    })?;
    let title = format!("Inline stage `{}`", stage.label());
    let mut action = CodeAction::refactoring(title, ActionKind::RefactorInline, change);
    action.notes.push(format!("`--target {}` cannot be built any more.", stage.label()));
    Some(action)
}

/// The stage that is built from this one, if nothing else in the file uses or could use it.
fn sole_user<'a>(dockerfile: &'a Dockerfile, stage: &Stage) -> Option<&'a Stage> {
    let mut uses = dockerfile.references_to(stage.id);
    let sole = uses.next().filter(|it| it.kind == StageRefKind::From)?;
    let open = |it: &Stage| OpenBase::of(it).is_some_and(|base| base.may_be(stage));
    (uses.next().is_none() && !dockerfile.stages.iter().any(open)).then(|| dockerfile.stage(sole.stage))
}

/// Whether one stage with the instructions of both does what the two do.
fn can_be_joined(dockerfile: &Dockerfile, stage: &Stage, user: &Stage) -> bool {
    let keywords = |stage: &Stage| -> FxHashSet<Keyword> {
        stage.instructions().skip(1).map(|id| dockerfile.instruction(id).keyword()).collect()
    };
    let (above, below) = (keywords(stage), keywords(user));
    let only_one = [Keyword::Cmd, Keyword::Entrypoint, Keyword::Healthcheck];
    let sound = |stage: &Stage| dockerfile.instruction(stage.from).data.faults.is_empty();
    // A use of a later stage is wrong, and would become right or wrong in another way.
    let needs_earlier = dockerfile.graph.needs[stage.id.index()].iter().all(|it| *it < stage.id);
    sound(stage)
        && sound(user)
        && needs_earlier
        && dockerfile.instruction(user.from).data.flags.is_empty()
        && !above.contains(&Keyword::Onbuild)
        && !(above.contains(&Keyword::Cmd) && below.contains(&Keyword::Entrypoint))
        && !only_one.iter().any(|it| above.contains(it) && below.contains(it))
}

/// What each stage needs when `gone` is a part of `user`.
fn without(dockerfile: &Dockerfile, gone: StageId, user: StageId) -> Vec<Vec<StageId>> {
    let needs = &dockerfile.graph.needs;
    let mut wanted = Vec::with_capacity(needs.len());
    for (index, own) in needs.iter().enumerate().filter(|(index, _)| *index != gone.index()) {
        let inherited = if index == user.index() { &needs[gone.index()][..] } else { &[] };
        let mut seen = FxHashSet::default();
        let all = inherited.iter().chain(own.iter().filter(|it| **it != gone));
        let shifted = all.map(|it| if *it > gone { StageId(it.0 - 1) } else { *it });
        wanted.push(shifted.filter(|it| seen.insert(*it)).collect());
    }
    wanted
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::test::{check, documented, is_not_offered};
    use super::assist;

    #[test]
    fn the_documentation_is_right() {
        documented(include_str!("inline_stage.rs"), assist);
    }

    #[test]
    fn indices_below_count_one_less() {
        check(
            assist,
            r"
# syntax=docker/dockerfile:1
FROM golang AS tools

# what both need
FROM --platform=$BUILDPLATFORM golang:1 AS base
# git
RUN <<EOF
apk add git
EOF

COPY --from=0 /t /t
FROM tools AS other
# the program
FROM <|>base as build
RUN go build
FROM scratch
COPY --from=2 /o /o
COPY --from=3 /a /a
",
            &expect![[r#"
                Inline stage `base`:
                (`--target base` cannot be built any more.)
                # syntax=docker/dockerfile:1
                FROM golang AS tools

                FROM tools AS other
                # what both need
                # the program
                FROM --platform=$BUILDPLATFORM golang:1 as build
                # git
                RUN <<EOF
                apk add git
                EOF

                COPY --from=0 /t /t
                RUN go build
                FROM scratch
                COPY --from=1 /o /o
                COPY --from=2 /a /a
            "#]],
        );
    }

    #[test]
    fn a_base_without_instructions_and_a_user_without_a_name() {
        check(
            assist,
            "FROM al<|>pine AS base\nFROM base",
            &expect![[r#"
            Inline stage `base`:
            (`--target base` cannot be built any more.)
            FROM alpine"#]],
        );
        check(
            assist,
            "FROM alpine AS base\r\nENV A=b\r\n\r\nFROM ba<|>se\r\nRUN a\r\n",
            &expect![[r#"
                Inline stage `base`:
                (`--target base` cannot be built any more.)
                FROM alpine\r
                ENV A=b\r
                RUN a\r
            "#]],
        );
    }

    #[test]
    fn where_it_would_not_be_the_same() {
        for text in [
            "FROM a AS <|>base\nFROM base\nCOPY --from=base / /\n",
            "FROM a AS <|>base\nFROM base\nFROM base\n",
            "FROM a AS <|>base\nFROM b\nCOPY --from=base / /\n",
            "ARG X\nFROM a AS <|>base\nFROM base\nFROM $X\n",
            "FROM a AS <|>base\nONBUILD RUN ls\nFROM base\n",
            "FROM a AS <|>base\nFROM --platform=$TARGETPLATFORM base\n",
            "FROM a AS <|>base\nCMD a\nFROM base\nENTRYPOINT b\n",
            "FROM a AS <|>base\nCMD a\nFROM base\nCMD b\n",
            "FROM a AS <|>base\nCOPY --from=1 / /\nFROM base\n",
            "FROM a AS base\nRUN <|>b\nFROM base\n",
            "FROM a<|> AS base\n",
        ] {
            is_not_offered(assist, text);
        }
    }
}
