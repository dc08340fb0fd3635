//! A target that is no stage of the file.

use crate::lint::near::nearest;
use crate::lint::rule::{Context, declare_rule};
use crate::model::Dockerfile;

/// More names than these say nothing to anyone.
const MOST_LISTED: usize = 8;

declare_rule! {
    /// ## What it does
    /// Reports a target, given by `--target` or the setting `build.target`, that is no stage of the file. The
    /// case does not matter; the index of a stage is no target.
    ///
    /// ## Why it matters
    /// BuildKit stops before it builds anything.
    ///
    /// ## Example
    /// ```sh
    /// docker build --target relaese .
    /// ```
    /// ```dockerfile
    /// FROM alpine AS release
    /// RUN make
    /// ```
    ///
    /// ## Use instead
    /// ```sh
    /// docker build --target release .
    /// ```
    /// ```dockerfile
    /// FROM alpine AS release
    /// RUN make
    /// ```
    ///
    /// ## Why there is no fix
    /// The target stands in a command or in the settings, not in the Dockerfile.
    UnknownTarget {
        severity: Error,
        source: Buildkit,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    let dockerfile = cx.dockerfile;
    let (Some(name), Some(first)) = (cx.settings.target(), dockerfile.stages.first()) else { return };
    if dockerfile.stage_named(name).is_some() {
        return;
    }
    let range = dockerfile.instruction(first.from).keyword_range();
    cx.report(range, format!("There is no stage `{name}`, which is the target. {}", cure(dockerfile, name)));
}

fn cure(dockerfile: &Dockerfile, name: &str) -> String {
    let index = name.parse().ok().and_then(|index: usize| dockerfile.stages.get(index));
    if let Some(stage) = index {
        return match &stage.name {
            Some(meant) => format!("A target is a name: write `{}`.", meant.written),
            None => "A target is a name: give the stage one.".to_owned(),
        };
    }
    let names = || dockerfile.stages.iter().filter_map(|stage| stage.name.as_ref());
    if let Some(meant) = nearest(name, names().map(|it| it.written.as_str())) {
        return format!("Did you mean `{meant}`?");
    }
    let listed: Vec<String> = names().take(MOST_LISTED).map(|it| format!("`{}`", it.written)).collect();
    let more = if names().nth(MOST_LISTED).is_some() { " and more" } else { "" };
    match listed.as_slice() {
        [] => "No stage has a name.".to_owned(),
        [only] => format!("The only one with a name is {only}."),
        _ => format!("There are {}{more}.", listed.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::Settings;
    use crate::lint::test::check_under;

    fn check(target: &str, fixture: &str) {
        let target = Some(target.to_owned());
        check_under(&Settings { target, unreachable_stages: false, ..Settings::default() }, fixture);
    }

    #[test]
    fn a_name_that_is_not_there() {
        check(
            "tets",
            r"
FROM alpine AS build
#<^^ UnknownTarget: There is no stage `tets`, which is the target. Did you mean `Test`?
# check=skip=StageNameCasing
FROM alpine AS Test
FROM alpine AS final
",
        );
        check(
            "windows",
            r"
ARG A
  FROM alpine AS build
# ^^^^ UnknownTarget: There is no stage `windows`, which is the target. There are `build`, `final`.
FROM alpine AS final
",
        );
        check(
            "windows",
            r"
FROM alpine AS build
#<^^ UnknownTarget: There is no stage `windows`, which is the target. The only one with a name is `build`.
FROM alpine
",
        );
    }

    #[test]
    fn an_index() {
        let text = r"
FROM alpine AS build
#<^^ UnknownTarget: There is no stage `0`, which is the target. A target is a name: write `build`.
FROM alpine
";
        check("0", text);
        check("1", &text.replace("`0`", "`1`").replace("write `build`", "give the stage one"));
        check(
            "7",
            &text.replace("`0`", "`7`").replace("A target is a name: write", "The only one with a name is"),
        );
    }

    #[test]
    fn what_is_found() {
        for target in ["build", "BUILD", ""] {
            check(target, "FROM alpine AS build\n");
        }
    }

    #[test]
    fn what_the_target_does_not_need_is_not_gone_through() {
        check(
            "final",
            r"
FROM alpine AS test
WORKDIR relative
CMD echo
ENV PASSWORD=1
COPY --from=final / /
COPY --chmod=9 a a
RUN --mount=type=x true
EXPOSE x
USER ${
LABEL a b
# check=skip=FromAsCasing
FROM alpine as final
WORKDIR relative
#       ^^^^^^^^ WorkdirRelativePath: `relative` depends on the directory that the base image sets. Write an absolute path.
",
        );
    }

    #[test]
    fn the_whole_file_is_read() {
        check(
            "final",
            r"
FROM alpine AS test
COPY --from=9 / /
#           ^ InvalidStageIndex: `9` is no index of an earlier stage. No stage stands before this one.
FROM Alpine AS other
#    ^^^^^^ InvalidImageName: `Alpine` cannot be an image: its name has to be in lower case.
FROM alpine AS final
",
        );
    }
}
