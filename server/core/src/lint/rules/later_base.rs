//! A base image that has the name of a later stage.

use crate::lint::rule::{Context, declare_rule};
use crate::model::{Base, Stage};

declare_rule! {
    /// ## What it does
    /// Reports a FROM that names a stage which is defined further down.
    ///
    /// ## Why it matters
    /// FROM finds earlier stages only. BuildKit does not complain: it pulls an image of that name.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM tools AS builder
    /// RUN make
    ///
    /// FROM alpine AS tools
    /// RUN apk add make
    ///
    /// FROM tools
    /// COPY --from=builder /out /out
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine AS tools
    /// RUN apk add make
    ///
    /// FROM tools AS builder
    /// RUN make
    ///
    /// FROM tools
    /// COPY --from=builder /out /out
    /// ```
    LaterBase {
        severity: Warning,
        source: Dockstage,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    let dockerfile = cx.dockerfile;
    let last_named: rustc_hash::FxHashMap<&str, &Stage> = dockerfile
        .stages
        .iter()
        .filter_map(|stage| stage.name.as_ref().map(|name| (name.lower.as_str(), stage)))
        .collect();
    for stage in &dockerfile.stages {
        let (Base::Image(_), Some((word, range))) = (&stage.base, &stage.base_word) else { continue };
        let Some(later) = last_named.get(word.as_str()).filter(|later| later.id > stage.id) else { continue };
        let Some(name) = later.name.as_ref().filter(|_| !is_named_after_its_image(later, word)) else {
            continue;
        };
        let message =
            format!("This pulls an image `{word}`: the stage `{word}` is defined below. Move it up.");
        cx.report(*range, message).relate(name.range, format!("stage `{word}` is defined here"));
    }
}

/// `FROM composer AS composer`: then a `FROM composer` above means the image.
fn is_named_after_its_image(stage: &Stage, name: &str) -> bool {
    matches!(&stage.base, Base::Image(image) if image.repository.rsplit('/').next() == Some(name))
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn a_later_stage_as_base() {
        check(
            r"
FROM tools AS a
#    ^^^^^ LaterBase: This pulls an image `tools`: the stage `tools` is defined below. Move it up.
FROM alpine AS tools
#              ^^^^^ … stage `tools` is defined here
COPY --from=a /x /x
",
        );
    }

    #[test]
    fn an_image_with_a_stage_named_after_it() {
        check(
            r"
FROM composer AS vendor
FROM composer AS composer
COPY --from=vendor /x /x
",
        );
        check("FROM nginx AS nginx\n");
    }
}
