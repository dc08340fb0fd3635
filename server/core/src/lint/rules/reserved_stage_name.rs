//! A stage called `scratch` or `context`.

use crate::lint::rule::{Context, declare_rule};

declare_rule! {
    /// ## What it does
    /// Reports a stage that is called `scratch` or `context`.
    ///
    /// ## Why it matters
    /// `FROM scratch` means an empty image, and `context` the build context: whoever reads the name takes
    /// it for that.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine AS context
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine AS sources
    /// ```
    ///
    /// ## Why there is no fix
    /// The stage needs a name that nobody has yet.
    ReservedStageName {
        severity: Warning,
        source: Buildkit,
        fix: None,
        url: "https://docs.docker.com/go/dockerfile/rule/reserved-stage-name/",
    }
}

fn check(cx: &mut Context<'_>) {
    for stage in &cx.dockerfile.stages {
        let from = cx.dockerfile.instruction(stage.from);
        let (Some(name), [_, _, word, ..]) = (&stage.name, from.data.arguments.words()) else { continue };
        if matches!(name.lower.as_str(), "scratch" | "context") {
            cx.report_in(
                from,
                word.range,
                format!("`{}` is reserved. Give the stage another name.", name.written),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn both_names_in_any_case() {
        check(
            r"
# check=skip=StageNameCasing
FROM alpine AS Scratch
#              ^^^^^^^ ReservedStageName: `Scratch` is reserved. Give the stage another name.
FROM alpine AS context
#              ^^^^^^^ ReservedStageName: `context` is reserved. Give the stage another name.
COPY --from=scratch /x /x
",
        );
    }
}
