//! Variables in FROM that no ARG declares.

use crate::lint::Fix;
use crate::lint::near::nearest;
use crate::lint::rule::{Context, declare_rule};
use crate::model::Instruction;
use crate::syntax::Spanned;

declare_rule! {
    /// ## What it does
    /// Reports variables in FROM and in its `--platform` that no ARG before the first FROM declares, and
    /// that BuildKit does not set itself.
    ///
    /// ## Why it matters
    /// They are empty, also when the build is given a value for them. ARGs inside stages do not count.
    ///
    /// ## Example
    /// ```dockerfile
    /// ARG VARIANT=-slim
    /// FROM alpine:3${VARIENT}
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// ARG VARIANT=-slim
    /// FROM alpine:3${VARIANT}
    /// ```
    UndefinedArgInFrom {
        severity: Warning,
        source: Buildkit,
        fix: Sometimes,
        url: "https://docs.docker.com/go/dockerfile/rule/undefined-arg-in-from/",
    }
}

fn check(cx: &mut Context<'_>) {
    for stage in &cx.dockerfile.stages {
        let instruction = cx.dockerfile.instruction(stage.from);
        if !instruction.data.faults.is_empty() {
            continue;
        }
        let base = instruction.data.arguments.words().first();
        let platform = instruction.data.flag("platform").and_then(|it| it.value.as_ref());
        for word in base.into_iter().chain(platform).filter(|word| word.text.contains('$')) {
            check_word(cx, instruction, word);
        }
    }
}

fn check_word(cx: &mut Context<'_>, instruction: Instruction<'_>, word: &Spanned) {
    for name in cx.globals().evaluate(&word.text).undeclared {
        let mut names: Vec<&str> = cx.globals().names().collect();
        names.sort_unstable();
        let near = nearest(&name, names);
        let uses = instruction.data.var_uses.iter();
        let inside = |at: u32| (word.range.start()..=word.range.end()).contains(&at);
        let mut places = uses.filter(|it| it.name.text == name && inside(it.name.range.start()));
        let place = places.next().map_or(word.range, |it| it.name.range);
        let message = match near {
            Some(near) => format!("FROM sees no ARG `{name}`. Did you mean `{near}`?"),
            None => {
                format!("FROM sees no ARG `{name}`. Declare it before the first FROM: `ARG {name}=value`.")
            }
        };
        let found = cx.report_in(instruction, place, message);
        // As the platform, TARGETPLATFORM would be one word too many.
        let near = near.filter(|&near| near != "TARGETPLATFORM");
        if let (Some(near), true) = (near, place != word.range) {
            found.fixes.push(Fix::change_to(instruction.abs(place), near));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn in_name_and_platform() {
        check(
            r"
ARG TAG=3
FROM --platform=$BULIDPLATFORM/a alpine:${TAG}$NONE
#                ^^^^^^^^^^^^^ UndefinedArgInFrom: FROM sees no ARG `BULIDPLATFORM`. Did you mean `BUILDPLATFORM`?
#                                              ^^^^ UndefinedArgInFrom: FROM sees no ARG `NONE`. Declare it before the first FROM: `ARG NONE=value`.
#               ^^^^^^^^^^^^^^^^ InvalidPlatform: `/a` is no platform. Write `os/architecture`, such as `linux/amd64`.
ARG LATER=1
FROM --platform=$BUILDPLATFORM alpine:3${LATER}
#                                        ^^^^^ UndefinedArgInFrom: FROM sees no ARG `LATER`. Declare it before the first FROM: `ARG LATER=value`.
",
        );
    }
}
