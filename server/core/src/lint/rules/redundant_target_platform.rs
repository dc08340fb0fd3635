//! `--platform=$TARGETPLATFORM`.

use crate::lint::Fix;
use crate::lint::rule::{Context, declare_rule};
use crate::model::expand::expand;
use crate::text::TextEdit;
use crate::{TextRange, TextSize};

declare_rule! {
    /// ## What it does
    /// Reports a FROM whose `--platform` is `$TARGETPLATFORM`.
    ///
    /// ## Why it matters
    /// That is the platform anyway.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM --platform=$TARGETPLATFORM alpine
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// ```
    RedundantTargetPlatform {
        severity: Warning,
        source: Buildkit,
        fix: Always,
        url: "https://docs.docker.com/go/dockerfile/rule/redundant-target-platform/",
    }
}

fn check(cx: &mut Context<'_>) {
    for stage in &cx.dockerfile.stages {
        let instruction = cx.dockerfile.instruction(stage.from);
        let Some(flag) = instruction.data.flag("platform") else { continue };
        let Some(value) = &flag.value else { continue };
        if !is_target_platform(&value.text, cx.dockerfile.escape) {
            continue;
        }
        let place = instruction.abs(flag.whole.range);
        let line = cx.text().slice(TextRange::new(place.end(), instruction.range().end()));
        let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
        let edit =
            TextEdit::delete(TextRange::new(place.start(), place.end() + TextSize::of(&line[..blank])));
        let message = "`$TARGETPLATFORM` is the platform anyway. Remove the flag.";
        let fix = Fix::safe("Remove the flag", edit);
        cx.report_in(instruction, flag.whole.range, message).fixes.push(fix);
    }
}

/// Whether a word becomes the value of TARGETPLATFORM, whatever that is, and of nothing else.
fn is_target_platform(word: &str, escape: char) -> bool {
    const MARK: &str = "os/architecture";
    let mut alone = true;
    let expanded = expand(word, escape, &mut |name| {
        alone &= name == "TARGETPLATFORM";
        Some(MARK.to_owned())
    });
    alone && word.contains('$') && expanded.is_ok_and(|it| it.text == MARK)
}

#[cfg(test)]
mod tests {
    use super::is_target_platform;
    use crate::analysis::Settings;
    use crate::lint::diagnostics;
    use crate::model::SourceFile;

    #[test]
    fn a_flag_over_several_lines_stays() {
        let file = SourceFile::new("FROM --platform=$TARGET\\\n# why\nPLATFORM alpine\n");
        let found = diagnostics(&file, &Settings::default());
        let found: Vec<_> = found.iter().map(|it| (it.code, it.fixes.len())).collect();
        assert_eq!(found, [("RedundantTargetPlatform", 0)]);
    }

    #[test]
    fn nothing_but_the_platform() {
        for redundant in ["$TARGETPLATFORM", "${TARGETPLATFORM}", "\"${TARGETPLATFORM:-linux/amd64}\""] {
            assert!(is_target_platform(redundant, '\\'), "{redundant}");
        }
        for other in [
            "$TARGETPLATFORM/v8",
            "$TARGETOS/$TARGETARCH",
            "$BUILDPLATFORM",
            "linux/amd64",
            "$TARGETPLATFORM$A",
        ] {
            assert!(!is_target_platform(other, '\\'), "{other}");
        }
    }
}
