//! Stages that need each other, or themselves.

use rustc_hash::FxHashMap;

use crate::lint::rule::{Context, declare_rule};
use crate::model::{Dockerfile, RefTarget, StageId, StageRef};

declare_rule! {
    /// ## What it does
    /// Reports stages that need themselves: a stage that copies or mounts from itself, or several that
    /// need each other in a circle. The places of the other steps are shown beside it.
    ///
    /// ## Why it matters
    /// BuildKit refuses to build such a file: no stage of the circle could be built first.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine AS app
    /// COPY --from=app /etc/motd /etc/issue
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine AS app
    /// RUN cp /etc/motd /etc/issue
    /// ```
    CircularDependency {
        severity: Error,
        source: Buildkit,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    let dockerfile = cx.dockerfile;
    if dockerfile.graph.cycles.is_empty() {
        return;
    }
    for reference in dockerfile.refs.iter().filter(|it| !it.onbuild) {
        if let RefTarget::SelfReference(stage) = reference.target {
            let name = dockerfile.stage(stage).label();
            cx.report(reference.range, format!("Stage `{name}` needs itself. Name an earlier stage."));
        }
    }
    let edges = edges(dockerfile);
    for cycle in dockerfile.graph.cycles.iter().filter(|cycle| cycle.len() == 1) {
        let name = cycle.first().and_then(|&id| dockerfile.stage(id).name.as_ref());
        if let (Some(name), false) = (name, steps(cycle).all(|step| edges.contains_key(&step))) {
            let message = "A mount without `from` needs the stage `scratch`, which is this one. Rename it.";
            cx.report(name.range, message);
        }
    }
    for cycle in dockerfile.graph.cycles.iter().filter(|cycle| cycle.len() > 1) {
        let steps: Vec<&StageRef> = steps(cycle).filter_map(|step| edges.get(&step).copied()).collect();
        // The step to a later stage is the one that closes the circle.
        let closing = steps.iter().position(|step| matches!(step.target, RefTarget::LaterStage(_)));
        let Some(&closing) = steps.get(closing.unwrap_or(0)) else { continue };
        let found = cx.report(closing.range, message(dockerfile, closing, cycle));
        for step in steps.iter().filter(|step| !std::ptr::eq(**step, closing)) {
            let (user, used) = (label(dockerfile, step.stage), step.target.stage());
            let used = used.map(|used| label(dockerfile, used)).unwrap_or_default();
            found.relate(step.range, format!("{user} needs {used} here"));
        }
    }
}

fn message(dockerfile: &Dockerfile, closing: &StageRef, cycle: &[StageId]) -> String {
    let start = cycle.iter().position(|&id| id == closing.stage).unwrap_or(0);
    let around = cycle.iter().cycle().skip(start).take(cycle.len() + 1);
    let path: Vec<String> = around.map(|&id| format!("`{}`", dockerfile.stage(id).label())).collect();
    format!("Stages need each other in a circle: {}. Break it at one of them.", path.join(" → "))
}

fn label(dockerfile: &Dockerfile, id: StageId) -> String {
    format!("stage `{}`", dockerfile.stage(id).label())
}

/// The first reference from each stage to each other one.
fn edges(dockerfile: &Dockerfile) -> FxHashMap<(StageId, StageId), &StageRef> {
    let mut edges = FxHashMap::default();
    for reference in dockerfile.refs.iter().filter(|it| !it.onbuild) {
        if let Some(target) = reference.target.stage() {
            edges.entry((reference.stage, target)).or_insert(reference);
        }
    }
    edges
}

/// The steps of a circle: from each stage to the next, from the last one to the first.
pub(super) fn steps(cycle: &[StageId]) -> impl Iterator<Item = (StageId, StageId)> {
    cycle.iter().copied().zip(cycle.iter().copied().cycle().skip(1))
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn a_stage_that_is_called_scratch() {
        check(
            r"
FROM alpine AS a
RUN --mount=target=/a ls
FROM alpine AS Scratch
#              ^^^^^^^ StageNameCasing: Stage name `Scratch` should be lower case.
#              ^^^^^^^ ReservedStageName: `Scratch` is reserved. Give the stage another name.
#              ^^^^^^^ CircularDependency: A mount without `from` needs the stage `scratch`, which is this one. Rename it.
RUN --mount=type=cache,target=/a,from= ls
",
        );
    }

    #[test]
    fn a_stage_that_needs_itself() {
        check(
            r"
FROM alpine
FROM busybox AS bb
COPY --from=bb . .
#           ^^ CircularDependency: Stage `bb` needs itself. Name an earlier stage.
",
        );
        check(
            r"
FROM alpine
COPY --from=0 . .
#           ^ CircularDependency: Stage `0` needs itself. Name an earlier stage.
COPY --from=0 a b
#           ^ CircularDependency: Stage `0` needs itself. Name an earlier stage.
RUN --mount=type=bind,from=a,target=/a ls
",
        );
    }

    #[test]
    fn stages_that_need_each_other_are_one_error() {
        check(
            r"
FROM alpine AS a
COPY --from=c /x /x
#           ^ CircularDependency: Stages need each other in a circle: `a` → `c` → `b` → `a`. Break it at one of them.
FROM alpine AS b
COPY --from=a /x /x
#           ^ … stage `b` needs stage `a` here
FROM alpine AS c
RUN --mount=from=b,target=/b ls
#                ^ … stage `c` needs stage `b` here
",
        );
    }
}
