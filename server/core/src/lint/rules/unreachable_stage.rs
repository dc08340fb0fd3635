//! Stages that a build without `--target` does not need.

use rustc_hash::FxHashMap;

use crate::lint::rule::{Context, declare_rule};
use crate::model::{Dockerfile, Stage, StageId};

declare_rule! {
    /// ## What it does
    /// Hints at stages that the target does not need, neither directly nor through others. The target is the
    /// last stage, unless `--target` or the setting `build.target` names another one; what a file of Compose, of
    /// Bake or of a CI builds by its name counts as well. The setting `diagnostics.unreachableStages` turns the hint
    /// off.
    ///
    /// ## Why it matters
    /// BuildKit builds what the target needs and nothing else: such a stage is built with `--target` only.
    /// That is often what is wanted, for tests say; else the stage can go. A stage without a name that
    /// nothing uses is never built.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine AS test
    /// RUN make test
    ///
    /// FROM alpine
    /// RUN make
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine AS test
    /// RUN make test && touch /passed
    ///
    /// FROM alpine
    /// COPY --from=test /passed /tmp/
    /// RUN make
    /// ```
    UnreachableStage {
        severity: Hint,
        source: Dockstage,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    let dockerfile = cx.dockerfile;
    if !cx.settings.unreachable_stages {
        return;
    }
    let unused = cx.unused_stages();
    if unused.iter().all(|&it| !it) {
        return;
    }
    let unused = dockerfile.stages.iter().zip(unused).filter(|(_, unused)| *unused).map(|(stage, _)| stage);
    if let Some(chosen) = cx.target().chosen {
        return report_not_built(cx, unused, chosen);
    }
    let targets = targets(dockerfile);
    let users = users(dockerfile);
    for stage in unused {
        let users = users.get(&stage.id).map(Vec::as_slice).unwrap_or_default();
        let named = stage.name.as_ref().filter(|name| targets.get(name.lower.as_str()) == Some(&stage.id));
        let (range, message) = match (named, users) {
            (Some(name), []) => (name.range, format!("Built only with `--target {}`.", name.written)),
            (Some(name), [user, ..]) => (
                name.range,
                format!(
                    "Built only with `--target {}`, or where stage `{}` is built.",
                    name.written,
                    dockerfile.stage(*user).label()
                ),
            ),
            // The hint stands at the stage that uses it.
            (None, [_, ..]) => continue,
            (None, []) => (head(dockerfile, stage), never_built(stage).to_owned()),
        };
        cx.report(range, message).unnecessary = true;
    }
}

/// The build has another target than the last stage: the others are as good as not there.
fn report_not_built<'a>(cx: &mut Context<'_>, unused: impl Iterator<Item = &'a Stage>, chosen: StageId) {
    let dockerfile = cx.dockerfile;
    let label = dockerfile.stage(chosen).label();
    for stage in unused {
        let message = format!("Not built: the target is `{label}`, which does not need it.");
        cx.report(head(dockerfile, stage), message).unnecessary = true;
    }
}

fn never_built(stage: &Stage) -> &'static str {
    match stage.name {
        Some(_) => "Never built: a later stage has the same name, and nothing uses this one.",
        None => "Never built: no stage uses this one, and it has no name for `--target`.",
    }
}

/// The name, else the FROM.
fn head(dockerfile: &Dockerfile, stage: &Stage) -> crate::TextRange {
    match &stage.name {
        Some(name) => name.range,
        None => dockerfile.instruction(stage.from).keyword_range(),
    }
}

/// Which stage `--target` finds for each name: the last one.
fn targets(dockerfile: &Dockerfile) -> FxHashMap<&str, StageId> {
    let named = dockerfile.stages.iter().filter_map(|stage| Some((stage.name.as_ref()?, stage.id)));
    named.map(|(name, id)| (name.lower.as_str(), id)).collect()
}

/// Which stages need each stage.
fn users(dockerfile: &Dockerfile) -> FxHashMap<StageId, Vec<StageId>> {
    let mut users: FxHashMap<StageId, Vec<StageId>> = FxHashMap::default();
    for (stage, needs) in dockerfile.stages.iter().zip(&dockerfile.graph.needs) {
        for &needed in needs.iter().filter(|&&needed| needed != stage.id) {
            users.entry(needed).or_default().push(stage.id);
        }
    }
    users
}

#[cfg(test)]
mod tests {
    use crate::analysis::Settings;
    use crate::lint::test::check_under;
    use crate::lint::{Beside, diagnostics_beside};
    use crate::workspace::BuiltTarget;

    fn check(fixture: &str) {
        check_under(&Settings::default(), fixture);
    }

    #[test]
    fn what_the_last_stage_does_not_need() {
        check(
            r"
FROM alpine AS base
FROM base AS lint-base
#            ^^^^^^^^^ UnreachableStage: Built only with `--target lint-base`, or where stage `lint` is built.
FROM lint-base AS lint
#                 ^^^^ UnreachableStage: Built only with `--target lint`.
FROM alpine
#<^^ UnreachableStage: Never built: no stage uses this one, and it has no name for `--target`.
FROM base AS final
",
        );
    }

    #[test]
    fn an_unnamed_stage_that_another_one_uses() {
        check(
            r"
FROM alpine
FROM alpine AS test
#              ^^^^ UnreachableStage: Built only with `--target test`.
COPY --from=0 /x /x
FROM alpine
",
        );
    }

    #[test]
    fn a_base_with_a_variable_may_name_many_stages() {
        check(
            r"
ARG VARIANT=slim
FROM alpine AS base
FROM base AS base-amd64
FROM base AS base-arm64
FROM base AS other
#            ^^^^^ UnreachableStage: Built only with `--target other`.
FROM alpine AS slim-x-1
FROM base-$TARGETARCH AS build
# check=skip=UndefinedArgInFrom
FROM ${VARIANT}-x-${VERSION:-1} AS final
COPY --from=build /x /x
",
        );
    }

    #[test]
    fn a_misspelled_reference_is_one_finding() {
        check(
            r"
FROM alpine AS builder
#              ^^^^^^^ … stage `builder` is defined here
FROM alpine
COPY --from=bulider /x /x
#           ^^^^^^^ UnknownStage: There is no stage `bulider`: BuildKit looks for an image. Did you mean `builder`?
",
        );
        check(
            r"
# check=skip=StageNameCasing
FROM alpine AS Builder
#              ^^^^^^^ … stage `Builder` is defined here
FROM Builder
#    ^^^^^^^ InvalidImageName: FROM finds stages in lower case only. Write `builder`.
",
        );
    }

    #[test]
    fn another_target() {
        let settings = Settings { target: Some("Test".to_owned()), ..Settings::default() };
        check_under(
            &settings,
            r"
FROM alpine AS base
FROM alpine AS builder
#              ^^^^^^^ … stage `builder` is defined here
FROM base AS test
COPY --from=bulider /a /a
#           ^^^^^^^ UnknownStage: There is no stage `bulider`: BuildKit looks for an image. Did you mean `builder`?
FROM alpine AS final
#              ^^^^^ UnreachableStage: Not built: the target is `test`, which does not need it.
FROM alpine
#<^^ UnreachableStage: Not built: the target is `test`, which does not need it.
",
        );
    }

    #[test]
    fn what_a_file_of_the_project_builds_is_used() {
        let file = crate::model::SourceFile::new("FROM alpine AS test\nFROM alpine AS lint\nFROM alpine\n");
        let targets =
            [BuiltTarget { stage: "test".to_owned(), file: "compose.yaml".to_owned(), who: String::new() }];
        let beside = Beside { targets: &targets, ..Beside::default() };
        let found = diagnostics_beside(&file, &Settings::default(), beside);
        let messages: Vec<_> = found.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(messages, ["Built only with `--target lint`."]);
    }

    #[test]
    fn the_setting_turns_it_off() {
        let file = crate::model::SourceFile::new("FROM alpine AS test\nFROM alpine\n");
        let on = Settings::default();
        let off = Settings { unreachable_stages: false, ..on.clone() };
        assert_eq!(crate::lint::diagnostics(&file, &on).len(), 1);
        assert_eq!(crate::lint::diagnostics(&file, &off), []);
    }
}
