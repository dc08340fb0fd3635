//! A reference that looks like a stage's name, but for a slip.

use crate::TextRange;
use crate::lint::near::{NEAREST_STAGES, nearest};
use crate::lint::rule::{Context, declare_rule};
use crate::lint::{Fix, Severity};
use crate::model::{Dockerfile, RefTarget, StageId, StageName, StageRef, StageRefKind};

declare_rule! {
    /// ## What it does
    /// Reports `COPY --from`, `RUN --mount=from=` and FROM with a name that no stage has, where an earlier
    /// stage has nearly the same. Also an index in `RUN --mount=from=`, which knows names only.
    ///
    /// A name that cannot be an image is an error, InvalidImageName.
    ///
    /// It is silent without such a near name: an image or a named context may be meant.
    ///
    /// ## Why it matters
    /// BuildKit takes every name that is no stage for an image: the build fails with an error about a
    /// registry, or copies from somebody else's image.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM golang AS builder
    /// FROM alpine
    /// COPY --from=bilder /app /app
    /// COPY --from=builder /etc/app.conf /etc/
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM golang AS builder
    /// FROM alpine
    /// COPY --from=builder /app /app
    /// COPY --from=builder /etc/app.conf /etc/
    /// ```
    UnknownStage {
        severity: Warning,
        source: Dockstage,
        fix: Sometimes,
    }
}

/// Names of images are often stage names with something added; a name has to be this long to be taken
/// for a slip in a FROM.
const SHORTEST_BASE: usize = 5;

fn check(cx: &mut Context<'_>) {
    let dockerfile = cx.dockerfile;
    for reference in dockerfile.refs.iter().filter(|it| !it.onbuild) {
        if !matches!(reference.target, RefTarget::External(_)) {
            continue;
        }
        if let Some(index) = mounted_index(reference) {
            report_index(cx, reference, index);
        } else if cx.name_fault(&reference.text).is_none()
            && let Some(meant) = meant(dockerfile, reference)
        {
            report_near(cx, reference, meant);
        }
    }
}

fn report_near(cx: &mut Context<'_>, reference: &StageRef, meant: StageId) {
    let Some(name) = &cx.dockerfile.stage(meant).name else { return };
    let message = format!(
        "There is no stage `{}`: BuildKit looks for an image. Did you mean `{}`?",
        reference.text, name.written
    );
    let written = if reference.kind == StageRefKind::From { &name.lower } else { &name.written };
    let found = cx.report(reference.range, message);
    if reference.kind == StageRefKind::From {
        found.severity = Severity::Hint;
    }
    found.fixes.push(Fix::change_to(reference.range, written));
    found.relate(name.range, format!("stage `{}` is defined here", name.written));
}

/// The earlier stage whose name a reference misspells; in a FROM, also by its case.
pub(in crate::lint) fn meant(dockerfile: &Dockerfile, reference: &StageRef) -> Option<StageId> {
    let text = reference.text.as_str();
    // What has a tag, a registry or a variable is no slip in a stage's name.
    if text.contains(['/', ':', '@', '$']) {
        return None;
    }
    let earlier = dockerfile.stages.get(..reference.stage.index())?.iter().rev().take(NEAREST_STAGES);
    let names = earlier.clone().filter_map(|stage| stage.name.as_ref().filter(|name| name.valid));
    let near = nearest(text, names.map(|name| name.lower.as_str()))?;
    if reference.kind == StageRefKind::From && !is_slip_in_base(text, near) {
        return None;
    }
    let named = |name: &StageName| name.lower == near;
    earlier.into_iter().find(|stage| stage.name.as_ref().is_some_and(named)).map(|stage| stage.id)
}

/// A FROM names an image more often than a stage: `python` beside a stage `python3` is no slip.
fn is_slip_in_base(text: &str, near: &str) -> bool {
    let lower = text.to_lowercase();
    let long = text.len().min(near.len()) >= SHORTEST_BASE;
    lower == near || (long && !lower.starts_with(near) && !near.starts_with(&lower))
}

/// The number in `RUN --mount=from=0`.
fn mounted_index(reference: &StageRef) -> Option<usize> {
    let mount = reference.kind == StageRefKind::MountFrom;
    reference.text.parse().ok().filter(|&index: &usize| mount && index < reference.stage.index())
}

fn report_index(cx: &mut Context<'_>, reference: &StageRef, index: usize) {
    let range: TextRange = reference.range;
    let Some(stage) = cx.dockerfile.stages.get(index) else { return };
    match &stage.name {
        Some(name) => {
            let text = format!("`--mount` knows stages by name only. Did you mean `{}`?", name.written);
            cx.report(range, text).fixes.push(Fix::change_to(range, &name.written));
        }
        None => {
            let text =
                format!("`--mount` knows stages by name only. Give stage {index} a name and use that.");
            let from = cx.dockerfile.instruction(stage.from).keyword_range();
            cx.report(range, text).relate(from, format!("stage {index} begins here"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::{check, fixed};
    use expect_test::expect;

    #[test]
    fn near_names() {
        check(
            r"
FROM golang AS builder
#              ^^^^^^^ … stage `builder` is defined here
#              ^^^^^^^ … stage `builder` is defined here
#              ^^^^^^^ … stage `builder` is defined here
FROM bulider AS test
#    ^^^^^^^ UnknownStage: There is no stage `bulider`: BuildKit looks for an image. Did you mean `builder`?
COPY --from=bilder /a /a
#           ^^^^^^ UnknownStage: There is no stage `bilder`: BuildKit looks for an image. Did you mean `builder`?
RUN --mount=type=bind,from=buidler,target=/a ls
#                          ^^^^^^^ UnknownStage: There is no stage `buidler`: BuildKit looks for an image. Did you mean `builder`?
",
        );
    }

    #[test]
    fn what_may_be_an_image_or_a_context() {
        check(
            r"
FROM python AS python3
FROM python AS base
FROM bash
COPY --from=nginx /a /a
COPY --from=bases:1 /a /a
COPY --from=docker.io/bases /a /a
COPY --from=base /a /a
COPY --from=python3 /a /a
",
        );
    }

    #[test]
    fn an_index_in_a_mount() {
        let text = "FROM alpine AS a\nFROM alpine\nRUN --mount=from=0,target=/a ls\n";
        fixed(
            text,
            "UnknownStage",
            &expect![[r#"
            FROM alpine AS a
            FROM alpine
            RUN --mount=from=a,target=/a ls
        "#]],
        );
        check(
            r"
FROM alpine
#<^^ … stage 0 begins here
FROM alpine
RUN --mount=from=0,target=/a ls
#                ^ UnknownStage: `--mount` knows stages by name only. Give stage 0 a name and use that.
COPY --from=0 /a /a
",
        );
    }
}
