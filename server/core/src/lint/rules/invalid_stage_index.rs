//! An index that no stage has.

use crate::lint::rule::{Context, declare_rule};
use crate::lint::{Severity, Source};
use crate::model::{Dockerfile, InstructionId, RefTarget, StageRefKind};
use crate::syntax::Keyword;

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
    let mut images = None;
    for reference in cx.binding_refs() {
        let RefTarget::BadIndex(index) = reference.target else { continue };
        let last = reference.stage.index().checked_sub(1);
        let cure = match last {
            None => "No stage stands before this one.".to_owned(),
            Some(0) => "The only stage before this one is 0.".to_owned(),
            Some(last) => format!("The stages before this one are 0 to {last}."),
        };
        let met = images.get_or_insert_with(|| images_met(dockerfile));
        let met = met.partition_point(|it| *it < reference.instruction);
        let is_image = usize::try_from(index)
            .is_ok_and(|it| it >= dockerfile.stages.len() && it < dockerfile.stages.len() + met);
        let found = cx.report(reference.range, format!("`{index}` is no index of an earlier stage. {cure}"));
        if is_image {
            found.severity = Severity::Warning;
            found.source = Source::Dockstage;
        }
    }
}

/// Where BuildKit meets images that are no stages, in order: one for each `COPY --from=image`, and one for
/// each mount that is of no stage. It counts them behind the stages, so that an index can lead to one of
/// those met before: nobody means that, but it builds.
fn images_met(dockerfile: &Dockerfile) -> Vec<InstructionId> {
    let sources = dockerfile.refs.iter().filter(|it| it.kind != StageRefKind::From && !it.onbuild);
    let images = sources.filter(|it| matches!(it.target, RefTarget::External(_))).map(|it| it.instruction);
    let runs = dockerfile.instructions().filter(|it| it.keyword() == Keyword::Run);
    let mounts = runs.flat_map(|run| run.data.mounts().map(move |mount| (run.id, mount)));
    let without_source = mounts.filter(|(_, mount)| {
        let from = mount.get(&["from"]).and_then(|field| field.value.as_ref());
        from.is_none_or(|from| from.text.is_empty())
    });
    let mut met: Vec<InstructionId> = images.chain(without_source.map(|(id, _)| id)).collect();
    met.sort_unstable();
    met
}

#[cfg(test)]
mod tests {
    use crate::analysis::Settings;
    use crate::lint::test::check;
    use crate::lint::{Severity, diagnostics};
    use crate::model::SourceFile;

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

    #[test]
    fn what_buildkit_takes_for_an_image_is_no_error() {
        let severities = |text: &str| {
            let found = diagnostics(&SourceFile::new(text), &Settings::default());
            found.iter().map(|it| it.severity).collect::<Vec<_>>()
        };
        let images = "FROM a\nCOPY --from=nginx / /\nRUN --mount=type=cache,target=/a ls\n";
        assert_eq!(severities(&format!("{images}COPY --from=2 / /\n")), [Severity::Warning]);
        assert_eq!(severities(&format!("{images}COPY --from=3 / /\n")), [Severity::Error]);
    }
}
