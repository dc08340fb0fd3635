//! Names of checks that do not exist.

use crate::lint::near::nearest;
use crate::lint::rule::{Context, declare_rule};
use crate::lint::{Fix, rules};
use crate::syntax::checks::BUILD_CHECKS;

declare_rule! {
    /// ## What it does
    /// Reports names behind `skip=` and `experimental=` of a `# check=` that are neither a build check nor
    /// a rule of ours.
    ///
    /// ## Why it matters
    /// BuildKit says nothing, and the check is not skipped. Upper and lower case make a difference.
    ///
    /// ## Example
    /// ```dockerfile
    /// # check=skip=FromAsCassing
    /// FROM alpine
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// # check=skip=FromAsCasing
    /// FROM alpine
    /// ```
    UnknownCheck {
        severity: Warning,
        source: Dockstage,
        fix: Sometimes,
    }
}

fn check(cx: &mut Context<'_>) {
    for line in &cx.suppression().lines {
        for (name, range) in line.names() {
            let known =
                || BUILD_CHECKS.into_iter().chain(rules::all().iter().map(|rule| rule.code)).chain(["all"]);
            if name.is_empty() || (name != "all" && known().any(|it| it == name)) {
                continue;
            }
            if name == "all" {
                cx.report_once(range, "`all` stands alone: beside other names it skips nothing.");
                continue;
            }
            match nearest(name, known()) {
                Some(near) => {
                    let message = format!("There is no check `{name}`. Did you mean `{near}`?");
                    let found = cx.report_once(range, message);
                    found.into_iter().for_each(|it| it.fixes.push(Fix::change_to(range, near)));
                }
                None => drop(cx.report_once(range, format!("There is no check `{name}`."))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn in_head_and_comments() {
        check(
            r"
# check=skip=FromAsCasing,UnreachableStage,fromAsCasing;experimental=all
#                                          ^^^^^^^^^^^^ UnknownCheck: There is no check `fromAsCasing`. Did you mean `FromAsCasing`?
FROM alpine as a
# check=skip=x,all for a reason
#            ^ UnknownCheck: There is no check `x`.
#              ^^^ UnknownCheck: `all` stands alone: beside other names it skips nothing.
RUN a
",
        );
    }
}
