//! A stage that is used above its definition.

use rustc_hash::{FxHashMap, FxHashSet};

use super::circular_dependency::steps;
use crate::lint::rule::{Context, declare_rule};
use crate::model::{Base, MountField, RefTarget, StageId, StageName, StageRef, StageRefKind};
use crate::syntax::Keyword;

declare_rule! {
    /// ## What it does
    /// Reports `COPY --from` and `RUN --mount` that name a stage which is defined further down.
    ///
    /// ## Why it matters
    /// BuildKit refuses it: a stage has to be defined before the instruction that uses it.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine AS final
    /// COPY --from=build /out /out
    ///
    /// FROM alpine AS build
    /// RUN mkdir /out
    ///
    /// FROM final
    /// COPY --from=build /out /again
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine AS build
    /// RUN mkdir /out
    ///
    /// FROM alpine AS final
    /// COPY --from=build /out /out
    ///
    /// FROM final
    /// COPY --from=build /out /again
    /// ```
    LaterStage {
        severity: Error,
        source: Buildkit,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    let dockerfile = cx.dockerfile;
    let circles: FxHashSet<_> = dockerfile.graph.cycles.iter().flat_map(|cycle| steps(cycle)).collect();
    let children = first_children(cx);
    for reference in dockerfile.refs.iter().filter(|it| it.kind != StageRefKind::From) {
        if !cx.target().looks_at(reference.stage) {
            continue;
        }
        let Some((user, used)) = too_early(&children, reference) else { continue };
        if circles.contains(&(reference.stage, used)) {
            continue;
        }
        let label = dockerfile.stage(used).label();
        let message = match user {
            Some(child) => format!(
                "Stage `{label}` is defined below stage `{}`, which runs this. Move it up.",
                dockerfile.stage(child).label()
            ),
            None => format!("Stage `{label}` is defined below. Move it above this stage."),
        };
        let defined = dockerfile.stage(used);
        let range = defined
            .name
            .as_ref()
            .map_or_else(|| dockerfile.instruction(defined.from).keyword_range(), |name| name.range);
        cx.report(reference.range, message).relate(range, format!("stage `{label}` is defined here"));
    }
    check_scratch(cx);
}

/// A cache without `from` begins as the stage `scratch`, where the file has one.
fn check_scratch(cx: &mut Context<'_>) {
    let named = |name: &StageName| name.lower == "scratch";
    let last = cx.dockerfile.stages.iter().rfind(|stage| stage.name.as_ref().is_some_and(named));
    let Some((scratch, name)) = last.and_then(|stage| Some((stage.id, stage.name.as_ref()?))) else { return };
    let earlier = cx.commands().iter().filter(|it| it.keyword == Keyword::Run && it.stage < scratch);
    for command in earlier {
        for flag in &command.data.flags {
            let Some(mount) = &flag.mount else { continue };
            let has_source = mount.get(&["from"]).is_some_and(MountField::has_value);
            if mount.kind() == "cache" && !has_source {
                let message =
                    "A cache without `from` begins as the stage `scratch`, defined below. Rename that.";
                if let Some(found) = cx.report_once(command.abs(flag.whole.range), message) {
                    found.relate(name.range, "stage `scratch` is defined here");
                }
            }
        }
    }
}

/// For each stage, the first one that is built from it; BuildKit looks at the ONBUILDs of what it builds
/// only.
fn first_children(cx: &Context<'_>) -> FxHashMap<StageId, StageId> {
    let mut children = FxHashMap::default();
    let target = cx.target();
    for stage in cx.dockerfile.stages.iter().filter(|stage| target.surely_needs(stage.id)) {
        if let Base::Stage(base) = stage.base {
            children.entry(base).or_insert(stage.id);
        }
    }
    children
}

/// The later stage that a reference names. An ONBUILD runs in the stages that are built from its own:
/// for it, the first one of them is given too.
fn too_early(
    children: &FxHashMap<StageId, StageId>,
    reference: &StageRef,
) -> Option<(Option<StageId>, StageId)> {
    if reference.onbuild {
        let used = reference.target.stage()?;
        let child = children.get(&reference.stage).filter(|child| **child < used)?;
        return Some((Some(*child), used));
    }
    match reference.target {
        RefTarget::LaterStage(used) => Some((None, used)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn a_cache_in_front_of_a_stage_called_scratch() {
        check(
            r"
FROM alpine
RUN --mount=type=cache,target=/a --mount=target=/b ls
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ LaterStage: A cache without `from` begins as the stage `scratch`, defined below. Rename that.
FROM alpine AS scratch
#              ^^^^^^^ ReservedStageName: `scratch` is reserved. Give the stage another name.
#              ^^^^^^^ … stage `scratch` is defined here
",
        );
    }

    #[test]
    fn a_later_stage_by_name_by_index_and_as_a_mount() {
        check(
            r"
FROM alpine
COPY --from=B /x /x
#           ^ LaterStage: Stage `b` is defined below. Move it above this stage.
COPY --from=1 /x /x
#           ^ LaterStage: Stage `b` is defined below. Move it above this stage.
RUN --mount=from=b,target=/b ls
#                ^ LaterStage: Stage `b` is defined below. Move it above this stage.
FROM alpine AS b
#              ^ … stage `b` is defined here
#              ^ … stage `b` is defined here
#              ^ … stage `b` is defined here
FROM alpine
COPY --from=b /x /x
",
        );
    }

    #[test]
    fn an_onbuild_binds_where_it_runs() {
        check(
            r"
FROM alpine AS parent
ONBUILD COPY --from=b /x /x
FROM alpine AS b
FROM parent
",
        );
        check(
            r"
FROM alpine AS parent
ONBUILD COPY --from=b /x /x
#                   ^ LaterStage: Stage `b` is defined below stage `child`, which runs this. Move it up.
FROM parent AS child
FROM alpine AS b
#              ^ … stage `b` is defined here
FROM child
COPY --from=b /x /x
",
        );
    }
}
