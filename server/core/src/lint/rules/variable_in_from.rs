//! A variable where a stage has to be named.

use crate::lint::rule::{Context, declare_rule};
use crate::model::{RefTarget, StageRefKind};

declare_rule! {
    /// ## What it does
    /// Reports a variable in `COPY --from`.
    ///
    /// ## Why it matters
    /// BuildKit expands no variables there and refuses the file. FROM does expand global ARGs: give the
    /// image a stage with a name, and copy from that.
    ///
    /// ## Example
    /// ```dockerfile
    /// ARG TOOLS=alpine
    /// FROM alpine
    /// COPY --from=$TOOLS /bin/busybox /bin/
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// ARG TOOLS=alpine
    /// FROM $TOOLS AS tools
    /// FROM alpine
    /// COPY --from=tools /bin/busybox /bin/
    /// ```
    VariableInFrom {
        severity: Error,
        source: Buildkit,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    for reference in cx.binding_refs() {
        // In `--mount=from=` it is a parse error.
        if reference.kind == StageRefKind::CopyFrom && reference.target == RefTarget::Variable {
            cx.report(
                reference.range,
                format!(
                    "`--from` takes no variables. Give the image a stage of its own, `FROM {} AS name`, \
                     and write `--from=name`.",
                    reference.text
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn a_variable_is_one_error() {
        check(
            r"
FROM alpine
ARG x=a
COPY --from=${x} /x /x
#           ^^^^ VariableInFrom: `--from` takes no variables. Give the image a stage of its own, `FROM ${x} AS name`, and write `--from=name`.
RUN --mount=from=$x,target=/x ls
#                ^^ ParseError: `from` takes no variables. Give the image a stage of its own, `FROM $x AS name`, and write `from=name`.
",
        );
    }
}
