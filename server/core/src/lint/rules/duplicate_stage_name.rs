//! Two stages of one name.

use rustc_hash::FxHashMap;

use crate::lint::rule::{Context, declare_rule};
use crate::model::StageName;

declare_rule! {
    /// ## What it does
    /// Reports a stage that has the name of an earlier one. Case makes no difference.
    ///
    /// ## Why it matters
    /// `--target` and `COPY --from` find the last stage of a name, FROM the nearest one above: it is hard
    /// to see which one is meant.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine AS tools
    /// FROM tools AS tools
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine AS tools
    /// FROM tools AS app
    /// ```
    ///
    /// ## Why there is no fix
    /// The stage needs a name that nobody has yet, and which of the stages a reference meant is not to be seen.
    DuplicateStageName {
        severity: Warning,
        source: Buildkit,
        fix: None,
        url: "https://docs.docker.com/go/dockerfile/rule/duplicate-stage-name/",
    }
}

fn check(cx: &mut Context<'_>) {
    let mut seen: FxHashMap<&str, &StageName> = FxHashMap::default();
    for stage in &cx.dockerfile.stages {
        let Some(name) = stage.name.as_ref().filter(|name| name.valid) else { continue };
        let from = cx.dockerfile.instruction(stage.from);
        let [_, _, word, ..] = from.data.arguments.words() else { continue };
        match seen.get(name.lower.as_str()) {
            Some(first) => {
                let message =
                    format!("There is a stage `{}` already. Give this one another name.", first.written);
                cx.report_in(from, word.range, message).relate(first.range, "the first one is here");
            }
            None => drop(seen.insert(&name.lower, name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn every_later_one_is_reported() {
        check(
            r"
FROM alpine AS a
#              ^ … the first one is here
#              ^ … the first one is here
# check=skip=StageNameCasing
FROM a AS A
#         ^ DuplicateStageName: There is a stage `a` already. Give this one another name.
FROM a AS a
#         ^ DuplicateStageName: There is a stage `a` already. Give this one another name.
",
        );
    }
}
