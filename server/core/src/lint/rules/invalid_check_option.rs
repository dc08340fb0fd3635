//! A `# check=` that cannot be read.

use crate::lint::rule::{Context, declare_rule};
use crate::lint::{Severity, Source};

declare_rule! {
    /// ## What it does
    /// Reports options in `# check=` other than `skip`, `error` and `experimental`, and values that cannot
    /// be read.
    ///
    /// ## Why it matters
    /// At the head of a file BuildKit refuses it. Above an instruction it ignores the whole comment.
    ///
    /// ## Example
    /// ```dockerfile
    /// # check=ignore=FromAsCasing
    /// FROM alpine
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// # check=skip=FromAsCasing
    /// FROM alpine
    /// ```
    InvalidCheckOption {
        severity: Error,
        source: Buildkit,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    for line in &cx.suppression().lines {
        let Err(bad) = &line.options else { continue };
        let Some(found) = cx.report_once(line.range_of(bad), bad.message.as_str()) else { continue };
        if line.instruction.is_some() {
            found.severity = Severity::Warning;
            found.source = Source::Dockstage;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn what_cannot_be_read() {
        check(
            r"
# check=skip
#       ^^^^ InvalidCheckOption: `skip` has no `=`. Write `skip=RULE`, `error=true` or `experimental=RULE`.
FROM alpine
# check=skip=FromAsCasing;error=yes
#                               ^^^ InvalidCheckOption: `yes` is no truth value. Write `error=true` or leave it out.
RUN a
# check=it ends with .0
#       ^^ InvalidCheckOption: `it` has no `=`. Write `skip=RULE`, `error=true` or `experimental=RULE`.
RUN a
",
        );
    }
}
