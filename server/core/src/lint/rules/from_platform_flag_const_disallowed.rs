//! A `--platform` without a variable.

use crate::lint::platform;
use crate::lint::rule::{Context, declare_rule};

declare_rule! {
    /// ## What it does
    /// Reports a FROM whose `--platform` has no variable, unless the stage's name has the operating system
    /// or the architecture in it.
    ///
    /// ## Why it matters
    /// The image cannot be built for another platform.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM --platform=linux/arm64 alpine AS build
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM --platform=linux/arm64 alpine AS build_arm64
    /// ```
    ///
    /// ## Why there is no fix
    /// The platform may be fixed on purpose. Without the flag, or with a variable in it, another image is built; a
    /// new name for the stage is yours to choose, and breaks a `--target` that asks for the old one.
    FromPlatformFlagConstDisallowed {
        severity: Warning,
        source: Buildkit,
        fix: None,
        url: "https://docs.docker.com/go/dockerfile/rule/from-platform-flag-const-disallowed/",
    }
}

fn check(cx: &mut Context<'_>) {
    for stage in &cx.dockerfile.stages {
        let instruction = cx.dockerfile.instruction(stage.from);
        let flag = instruction.data.flag("platform").and_then(|it| it.value.as_ref());
        let Some(flag) = flag.filter(|it| !it.text.contains('$') && instruction.data.faults.is_empty())
        else {
            continue;
        };
        let Some(text) = cx.globals().evaluate(&flag.text).text else { continue };
        let Some(platform) = platform::parse(&text) else { continue };
        let name = stage.name.as_ref().map_or("", |name| name.lower.as_str());
        if name.contains(&platform.os) || name.contains(&platform.architecture) {
            continue;
        }
        let message = format!(
            "`{text}` is the only platform this builds for. Use `$BUILDPLATFORM`, or name the stage after it."
        );
        cx.report_in(instruction, flag.range, message);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn a_name_can_tell_of_it() {
        check(
            r"
FROM --platform=linux/amd64 alpine
#               ^^^^^^^^^^^ FromPlatformFlagConstDisallowed: `linux/amd64` is the only platform this builds for. Use `$BUILDPLATFORM`, or name the stage after it.
FROM --platform=linux/x86_64 alpine AS my-amd64
FROM --platform=$BUILDPLATFORM alpine
",
        );
    }
}
