//! An index that no stage has.

use crate::lint::rule::{Context, declare_rule};
use crate::model::RefTarget;

declare_rule! {
    /// ## What it does
    /// Reports `COPY --from` with a number that is no index of a stage. Stages are counted from 0.
    ///
    /// ## Why it matters
    /// BuildKit refuses it. Names are the better choice: they stay right when a stage is inserted.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine AS builder
    /// FROM alpine
    /// COPY --from=2 /out /out
    /// COPY --from=builder /out /out
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine AS builder
    /// FROM alpine
    /// COPY --from=0 /out /out
    /// COPY --from=builder /out /out
    /// ```
    InvalidStageIndex {
        severity: Error,
        source: Buildkit,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    let dockerfile = cx.dockerfile;
    for reference in dockerfile.refs.iter().filter(|it| !it.onbuild) {
        let RefTarget::BadIndex(index) = reference.target else { continue };
        let last = reference.stage.index().checked_sub(1);
        let cure = match last {
            None => "No stage stands before this one.".to_owned(),
            Some(0) => "The only stage before this one is 0.".to_owned(),
            Some(last) => format!("The stages before this one are 0 to {last}."),
        };
        cx.report(reference.range, format!("`{index}` is no index of an earlier stage. {cure}"));
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn indices_out_of_range() {
        check(
            r"
FROM alpine
COPY --from=7 /x /x
#           ^ InvalidStageIndex: `7` is no index of an earlier stage. No stage stands before this one.
FROM alpine
COPY --from=0 /x /x
COPY --from=-1 /x /x
#           ^^ InvalidStageIndex: `-1` is no index of an earlier stage. The only stage before this one is 0.
",
        );
    }
}
