//! Bases that are no image unless the build is given arguments.

use crate::lint::globals::Globals;
use crate::lint::rule::{Context, declare_rule};

declare_rule! {
    /// ## What it does
    /// Reports a FROM with variables that is empty, or no image name, as long as the build is given no
    /// arguments.
    ///
    /// ## Why it matters
    /// A plain `docker build` fails. With a default behind the ARG it works, and the argument changes it.
    ///
    /// ## Example
    /// ```dockerfile
    /// ARG TAG
    /// FROM alpine:${TAG}
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// ARG TAG=3
    /// FROM alpine:${TAG}
    /// ```
    ///
    /// ## Why there is no fix
    /// The default is a value that only you can know.
    InvalidDefaultArgInFrom {
        severity: Warning,
        source: Buildkit,
        fix: None,
        url: "https://docs.docker.com/go/dockerfile/rule/invalid-default-arg-in-from/",
    }
}

fn check(cx: &mut Context<'_>) {
    let with_variables = || {
        cx.dockerfile
            .stages
            .iter()
            .filter(|it| it.base_word.as_ref().is_some_and(|word| word.0.contains('$')))
    };
    if with_variables().next().is_none() {
        return;
    }
    let defaults = Globals::defaults(cx.dockerfile, cx.settings);
    // BuildKit gives up where it cannot read a default, or a base with the defaults.
    if !defaults.refused().is_empty() {
        return;
    }
    let stages: Vec<_> = with_variables().collect();
    for stage in stages {
        let instruction = cx.dockerfile.instruction(stage.from);
        let Some(word) = instruction.data.arguments.words().first() else { continue };
        let is_bad = |text: Option<String>| text.is_some_and(|it| cx.name_fault(&it).is_some());
        let by_default = defaults.evaluate(&word.text);
        if by_default.error.is_some() {
            return;
        }
        if !instruction.data.faults.is_empty() || !is_bad(by_default.text) {
            continue;
        }
        // Where it is no name in this build either, that is an error and not for this rule.
        if is_bad(cx.globals().evaluate(&word.text).text) {
            continue;
        }
        let message = format!("Without build arguments `{}` is no image. Give its ARG a default.", word.text);
        cx.report_in(instruction, word.range, message);
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::Settings;
    use crate::lint::test::{check, check_under};

    #[test]
    fn what_cannot_be_read_ends_it() {
        let build_args = vec![("A".to_owned(), "x".to_owned()), ("B".to_owned(), "x".to_owned())];
        let settings = Settings { build_args, unreachable_stages: false, ..Settings::default() };
        check_under(&settings, "ARG A=\nARG B='\nFROM $A\n");
        check_under(
            &settings,
            r"
ARG A=
FROM $A
#    ^^ InvalidDefaultArgInFrom: Without build arguments `$A` is no image. Give its ARG a default.
FROM ${A:?}
FROM $A
",
        );
    }

    #[test]
    fn defaults_decide() {
        check(
            r"
ARG A
ARG B=b
FROM $A
#    ^^ InvalidDefaultArgInFrom: Without build arguments `$A` is no image. Give its ARG a default.
FROM $B$A
FROM ${A:-x}
FROM alpine-$TARGETARCH
",
        );
    }
}
