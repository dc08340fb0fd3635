//! A base or source that can be no image.

use crate::lint::Fix;
use std::borrow::Cow;

use super::unknown_stage;
use crate::lint::image_name::NameFault;
use crate::lint::rule::{Context, declare_rule};
use crate::model::{RefTarget, StageId, StageRef, StageRefKind};
use crate::syntax::expansion::{Expander, expansions};
use crate::text::TextEdit;

declare_rule! {
    /// ## What it does
    /// Reports a name in FROM, `COPY --from` or `RUN --mount=from=` that is no stage and cannot be an image
    /// either: the form is `registry/repository:tag@digest`, the repository in lower case.
    ///
    /// FROM finds a stage only when its name is written in lower case, also if the stage is defined with
    /// upper-case letters.
    ///
    /// ## Why it matters
    /// BuildKit refuses it.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine AS builder
    /// FROM Builder
    /// COPY --from=builder /etc/motd /motd
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine AS builder
    /// FROM builder
    /// COPY --from=builder /etc/motd /motd
    /// ```
    InvalidImageName {
        severity: Error,
        source: Buildkit,
        fix: Sometimes,
    }
}

fn check(cx: &mut Context<'_>) {
    let dockerfile = cx.dockerfile;
    for reference in cx.binding_refs() {
        let from = reference.kind == StageRefKind::From;
        let is_stage = !matches!(reference.target, RefTarget::External(_) | RefTarget::Unknown);
        if is_stage && !(from && reference.text.contains('$')) {
            continue;
        }
        // Without a name COPY and RUN take the build context; a FROM that is at fault has its error.
        let broken = from && !dockerfile.instruction(reference.instruction).data.faults.is_empty();
        if broken || reference.range.is_empty() || (!from && reference.text.is_empty()) {
            continue;
        }
        let Some(name) = name_of(cx, reference) else { continue };
        if let Some(fault) = cx.name_fault(&name) {
            report(cx, reference, &name, fault);
        }
    }
}

/// The name that BuildKit reads: FROM takes quotes away and puts in variables. None where it depends on
/// what the build is given.
fn name_of<'a>(cx: &Context<'_>, reference: &'a StageRef) -> Option<Cow<'a, str>> {
    if reference.kind == StageRefKind::From {
        return cx.globals().evaluate(&reference.text).text.map(Cow::Owned);
    }
    // A variable is an error of its own; a `$` that begins none is a letter like others.
    let variables = expansions(&reference.text, Expander::Buildkit(cx.dockerfile.escape));
    variables.is_empty().then_some(Cow::Borrowed(&reference.text))
}

fn report(cx: &mut Context<'_>, reference: &StageRef, text: &str, fault: NameFault) {
    if let Some(stage) = unknown_stage::meant(cx.dockerfile, reference) {
        return report_meant(cx, reference, text, stage);
    }
    let message = match fault {
        NameFault::Uppercase => format!("`{text}` cannot be an image: its name has to be in lower case."),
        NameFault::Identity => "An image's identity is no name. Write `name@sha256:…`.".to_owned(),
        NameFault::TooLong => "This name of an image is longer than 255 characters.".to_owned(),
        NameFault::Malformed => malformed(text),
    };
    let is_case = fault == NameFault::Uppercase && cx.name_fault(&text.to_lowercase()).is_none();
    let found = cx.report(reference.range, message);
    if is_case {
        found.fixes.push(Fix::change_to(reference.range, &in_lower_case(text)));
    }
}

fn malformed(text: &str) -> String {
    if text.is_empty() {
        return "This base is empty. Its variables need a value: declare them with ARG above the first FROM."
            .to_owned();
    }
    let hint = match text {
        _ if text.contains("://") => " Leave out the scheme.",
        _ if text.ends_with(':') => " A tag is missing behind `:`.",
        _ => " The form is `registry/repository:tag`.",
    };
    format!("`{text}` cannot be an image or a stage.{hint}")
}

/// The name with its repository in lower case; a tag keeps its case.
fn in_lower_case(text: &str) -> String {
    match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => format!("{}:{tag}", name.to_lowercase()),
        _ => text.to_lowercase(),
    }
}

/// A stage is meant, but its name is misspelled, or not in lower case in a FROM.
fn report_meant(cx: &mut Context<'_>, reference: &StageRef, text: &str, stage: StageId) {
    let Some(stage) = &cx.dockerfile.stage(stage).name else { return };
    let same = stage.lower == text.to_lowercase();
    let message = match same {
        true => format!("FROM finds stages in lower case only. Write `{}`.", stage.lower),
        false => {
            format!("There is no stage `{text}`, and it cannot be an image. Did you mean `{}`?", stage.lower)
        }
    };
    let found = cx.report(reference.range, message);
    found.fixes.push(match same {
        true => {
            let edit = TextEdit::replace(reference.range, stage.lower.as_str());
            Fix::safe(format!("Change to `{}`", stage.lower), edit)
        }
        false => Fix::change_to(reference.range, &stage.lower),
    });
    found.relate(stage.range, format!("stage `{}` is defined here", stage.written));
}

#[cfg(test)]
mod tests {
    use crate::analysis::Settings;
    use crate::lint::test::{check, check_under, fixed};
    use expect_test::expect;

    #[test]
    fn what_can_be_no_image() {
        check(
            r#"
FROM alpine:
#    ^^^^^^^ InvalidImageName: `alpine:` cannot be an image or a stage. A tag is missing behind `:`.
FROM https://ghcr.io/a
#    ^^^^^^^^^^^^^^^^^ InvalidImageName: `https://ghcr.io/a` cannot be an image or a stage. Leave out the scheme.
FROM alpine
COPY --from="" . .
COPY --from=$ . .
#           ^ InvalidImageName: `$` cannot be an image or a stage. The form is `registry/repository:tag`.
COPY --from=^abc . .
#           ^^^^ InvalidImageName: `^abc` cannot be an image or a stage. The form is `registry/repository:tag`.
RUN --mount=from=Alpine,target=/a ls
#                ^^^^^^ InvalidImageName: `Alpine` cannot be an image: its name has to be in lower case.
FROM scratch
FROM "alpine:3"
FROM 'alpine
#    ^^^^^^^ InvalidExpansion: A quote is open here. Close it with ', or escape it.
FROM alpine
COPY --from=alpine:3.20@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa / /
"#,
        );
    }

    #[test]
    fn variables() {
        check(
            r"
ARG TAG
ARG EMPTY=
FROM alpine:$TAG
#    ^^^^^^^^^^^ InvalidDefaultArgInFrom: Without build arguments `alpine:$TAG` is no image. Give its ARG a default.
FROM alpine-$TARGETARCH
# check=skip=UndefinedArgInFrom
FROM $none
#    ^^^^^ InvalidImageName: This base is empty. Its variables need a value: declare them with ARG above the first FROM.
FROM ${EMPTY}
#    ^^^^^^^^ InvalidImageName: This base is empty. Its variables need a value: declare them with ARG above the first FROM.
# check=skip=UndefinedArgInFrom
FROM alpine:${none}
#    ^^^^^^^^^^^^^^ InvalidImageName: `alpine:` cannot be an image or a stage. A tag is missing behind `:`.
# check=skip=UndefinedArgInFrom
FROM alpine:${none:-3}
",
        );
    }

    #[test]
    fn triggers_of_a_base_with_variables() {
        let settings = Settings { assume_empty_base: true, unreachable_stages: false, ..Settings::default() };
        check_under(
            &settings,
            r"
FROM alpine AS base-amd64
ONBUILD COPY --from=/ . .
#                   ^ InvalidImageName: `/` cannot be an image or a stage. The form is `registry/repository:tag`.
FROM alpine AS base-arm64
ONBUILD COPY --from=/ . .
FROM base-$TARGETARCH
",
        );
    }

    #[test]
    fn the_tag_keeps_its_case() {
        fixed(
            "FROM Org/App:RC1\n",
            "InvalidImageName",
            &expect![[r"
            FROM org/app:RC1
        "]],
        );
    }

    #[test]
    fn a_stage_in_another_case() {
        check(
            r"
FROM alpine AS Builder
#              ^^^^^^^ StageNameCasing: Stage name `Builder` should be lower case.
#              ^^^^^^^ … stage `Builder` is defined here
#              ^^^^^^^ … stage `Builder` is defined here
FROM Builder
#    ^^^^^^^ InvalidImageName: FROM finds stages in lower case only. Write `builder`.
COPY --from=BUILDER . .
COPY --from=Biulder . .
#           ^^^^^^^ InvalidImageName: There is no stage `Biulder`, and it cannot be an image. Did you mean `builder`?
",
        );
    }
}
