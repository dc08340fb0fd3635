//! Upper-case letters in a stage's name.

use crate::lint::Fix;
use crate::lint::rule::{Context, declare_rule};
use crate::model::Stage;
use crate::text::TextEdit;

declare_rule! {
    /// ## What it does
    /// Reports a stage whose name has upper-case letters. The fix changes every reference too.
    ///
    /// ## Why it matters
    /// BuildKit keeps names in lower case. `COPY --from` finds them in any case, but FROM in lower case
    /// only: `FROM Build` is taken for an image.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine AS Build
    /// FROM alpine
    /// COPY --from=Build /app /app
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine AS build
    /// FROM alpine
    /// COPY --from=build /app /app
    /// ```
    StageNameCasing {
        severity: Warning,
        source: Buildkit,
        fix: Always,
        url: "https://docs.docker.com/go/dockerfile/rule/stage-name-casing/",
    }
}

fn check(cx: &mut Context<'_>) {
    for stage in &cx.dockerfile.stages {
        let instruction = cx.dockerfile.instruction(stage.from);
        let [_, _, name] = instruction.data.arguments.words() else { continue };
        let lower = name.text.to_lowercase();
        if name.text != lower && instruction.data.faults.is_empty() {
            let message = format!("Stage name `{}` should be lower case.", name.text);
            let fix = fix(cx, stage);
            cx.report_in(instruction, name.range, message).fixes.extend(fix);
        }
    }
}

/// Writes the name in lower case wherever it stands.
fn fix(cx: &Context<'_>, stage: &Stage) -> Option<Fix> {
    let name = stage.name.as_ref().filter(|name| name.valid)?;
    let references = cx.dockerfile.references_to(stage.id);
    let written =
        references.filter(|it| !it.numeric && it.text != name.lower && it.text.to_lowercase() == name.lower);
    let places = std::iter::once(name.range).chain(written.map(|it| it.range));
    let edits = places.map(|range| TextEdit::replace(range, name.lower.as_str())).collect();
    Fix::safe_edits(format!("Change to `{}` everywhere", name.lower), edits)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::analysis::Settings;
    use crate::lint::diagnostics;
    use crate::lint::test::{check, fixed};
    use crate::model::SourceFile;

    #[test]
    fn the_name_as_written() {
        check(
            r"
FROM alpine AS Base
#              ^^^^ StageNameCasing: Stage name `Base` should be lower case.
FROM base AS next
COPY --from=BASE /a /a
",
        );
    }

    #[test]
    fn a_name_over_several_lines_stays() {
        let file = SourceFile::new("FROM alpine AS Ba\\\n# why\nse\n");
        let found = diagnostics(&file, &Settings::default());
        assert_eq!(
            found.iter().map(|it| (it.code, it.fixes.len())).collect::<Vec<_>>(),
            [("StageNameCasing", 0)]
        );
    }

    #[test]
    fn every_reference_is_changed() {
        fixed(
            "FROM alpine AS Base\nFROM base AS b\nCOPY --from=BASE /a /a\nCOPY --from=0 /a /a\nRUN --mount=from=Base,target=/b ls\n",
            "StageNameCasing",
            &expect![[r"
                FROM alpine AS base
                FROM base AS b
                COPY --from=base /a /a
                COPY --from=0 /a /a
                RUN --mount=from=base,target=/b ls
            "]],
        );
    }
}
