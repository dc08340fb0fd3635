//! A `--platform` that is none.

use crate::lint::platform;
use crate::lint::rule::{Context, declare_rule};

declare_rule! {
    /// ## What it does
    /// Reports a FROM whose `--platform` is empty or no platform.
    ///
    /// ## Why it matters
    /// BuildKit refuses the file.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM --platform=linux/ alpine
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM --platform=$BUILDPLATFORM alpine
    /// ```
    InvalidPlatform {
        severity: Error,
        source: Buildkit,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    for stage in &cx.dockerfile.stages {
        let instruction = cx.dockerfile.instruction(stage.from);
        let flag = instruction.data.flag("platform").and_then(|it| it.value.as_ref());
        let Some(flag) = flag.filter(|it| !it.text.is_empty() && instruction.data.faults.is_empty()) else {
            continue;
        };
        let Some(text) = cx.globals().evaluate(&flag.text).text else { continue };
        if platform::parse(&text).is_some() {
            continue;
        }
        let message = match text.is_empty() {
            true => "This platform is empty. Its variable needs a value.".to_owned(),
            false => format!("`{text}` is no platform. Write `os/architecture`, such as `linux/amd64`."),
        };
        cx.report_in(instruction, flag.range, message);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn what_is_known_is_looked_at() {
        check(
            r"
ARG P=x
ARG Q
FROM --platform=$P alpine
#               ^^ InvalidPlatform: `x` is no platform. Write `os/architecture`, such as `linux/amd64`.
FROM --platform=linux/$Q alpine
FROM --platform=linux/$TARGETARCH alpine
FROM --platform= alpine
",
        );
    }
}
