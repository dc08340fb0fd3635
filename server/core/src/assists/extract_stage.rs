//! Extract instructions into a stage of their own, and copy back what they make.
//!
//! The stage is built from what stands above the selection, so the instructions run as before, and side by side with
//! what follows. It is offered only where everything that they make is known: RUN with downloads and compilers that are
//! told where to write, and COPY and ADD beside it.
//!
//! Before:
//!
//! ```dockerfile
//! FROM debian AS app
//! ARG VERSION=1.2
//! RUN mkdir -p /opt/tool && \
//!   curl -fsSL https://example.com/tool-$VERSION -o /opt/tool/run && \
//!   chmod +x /opt/tool/run
//! COPY . /app
//! ```
//!
//! After:
//!
//! ```dockerfile
//! FROM debian AS base
//! ARG VERSION=1.2
//!
//! FROM base AS extracted
//! RUN mkdir -p /opt/tool && \
//!   curl -fsSL https://example.com/tool-$VERSION -o /opt/tool/run && \
//!   chmod +x /opt/tool/run
//!
//! FROM base AS app
//! COPY --from=extracted /opt/tool/run /opt/tool/run
//! COPY . /app
//! ```

mod outputs;

use rustc_hash::FxHashSet;

use super::layout::{Layout, checked, free_name, in_case_of, is_named_after_its_image, renumber};
use super::{ActionKind, CodeAction};
use crate::TextRange;
use crate::model::{Dockerfile, InstructionId, SourceFile, Stage, StageId};
use crate::syntax::Keyword;
use crate::text::TextEdit;

/// The refactoring, for a selection of whole or begun instructions of one stage.
pub(super) fn assist(file: &SourceFile, range: TextRange) -> Option<CodeAction> {
    let dockerfile = file.dockerfile();
    let (stage, first, last) = selected(dockerfile, range)?;
    can_be_cut(dockerfile, stage, first).then_some(())?;
    let outputs = outputs::of(dockerfile, first, last)?;

    let layout = Layout::new(file);
    let from = dockerfile.instruction(stage.from);
    let (base_word, base_range) = stage.base_word.as_ref()?;
    // Right below FROM both stages have the same base; else what stands above becomes one.
    let is_first = first.0 == stage.from.0 + 1;
    let shift = if is_first { 1 } else { 2 };
    let new_id = |it: StageId| if it >= stage.id { it.0 + shift } else { it.0 };
    let mut edits = renumber(&layout, new_id)?;

    let name = free_name(dockerfile, &["extracted"])?;
    let flags = layout.slice(TextRange::new(from.keyword_range().end(), base_range.start())).to_owned();
    let (keyword, named) = (in_case_of(from, "FROM"), in_case_of(from, "AS"));
    let own_name = layout.slice(TextRange::new(base_range.end(), layout.end(stage.from))).to_owned();
    let lines = TextRange::new(layout.start(first), layout.next_line(layout.end(last)));
    let moved = layout.moved(lines, &mut edits)?;
    let newline = layout.newline;
    let copies: Vec<String> = outputs
        .iter()
        .map(|path| format!("{} --from={name} {path} {path}", in_case_of(from, "COPY")))
        .collect();
    let copies = copies.join(newline);
    let moved = moved.trim_end();
    // The line end stays, if there is one.
    let end = layout.end(last);
    let text = match is_first {
        true => {
            let head = TextRange::new(from.start, layout.end(stage.from));
            let extracted =
                format!("{keyword}{flags}{base_word} {named} {name}{newline}{moved}{newline}{newline}");
            edits.push(TextEdit::insert(head.start(), extracted));
            copies
        }
        false => {
            let common = free_name(dockerfile, &["base", "common"])?;
            let head = TextRange::new(base_range.end(), layout.end(stage.from));
            edits.push(TextEdit::replace(head, format!(" {named} {common}")));
            let extracted = format!("{keyword} {common} {named} {name}{newline}{moved}");
            format!("{extracted}{newline}{newline}{keyword} {common}{own_name}{newline}{copies}")
        }
    };
    let gap = if is_first || has_space_above(&layout, lines) { "" } else { newline };
    edits.push(TextEdit::replace(TextRange::new(lines.start(), end), format!("{gap}{text}")));

    let change = checked(file, edits, |after| keeps_needs(dockerfile, after, stage.id, shift, new_id))?;
    let count = last.0 - first.0 + 1;
    let what = if count == 1 { "this instruction".to_owned() } else { format!("{count} instructions") };
    Some(CodeAction::refactoring(
        format!("Extract {what} into stage `{name}`"),
        ActionKind::RefactorExtract,
        change,
    ))
}

/// The instructions that a selection touches, and their stage.
fn selected(dockerfile: &Dockerfile, range: TextRange) -> Option<(&Stage, InstructionId, InstructionId)> {
    if range.is_empty() {
        return None;
    }
    let end_of = |index: usize| dockerfile.placed[index].data.range.at(dockerfile.placed[index].start).end();
    let below = dockerfile.placed.partition_point(|it| it.start < range.end());
    let mut first = dockerfile.placed.partition_point(|it| it.start < range.start());
    if first > 0 && end_of(first - 1) > range.start() {
        first -= 1;
    }
    let last = below.checked_sub(1).filter(|last| first <= *last)?;
    let id = |index: usize| u32::try_from(index).ok().map(InstructionId);
    let stage = dockerfile.stage_of(id(first)?)?;
    (stage.from < id(first)? && id(last)? < stage.end).then_some((stage, id(first)?, id(last)?))
}

/// Whether a stage can be cut in front of an instruction: what stands above means the same in a base.
fn can_be_cut(dockerfile: &Dockerfile, stage: &Stage, first: InstructionId) -> bool {
    let from = dockerfile.instruction(stage.from).data;
    let is_open = |platform: &str| platform.contains('$');
    let decides =
        [Keyword::Onbuild, Keyword::Cmd, Keyword::Entrypoint, Keyword::Healthcheck, Keyword::Unknown];
    let mut above = stage.instructions().skip(1).take_while(|it| *it < first);
    from.faults.is_empty()
        && from.newlines == 0
        && !is_named_after_its_image(stage)
        && stage.platform.as_deref().is_none_or(is_open)
        && above.all(|it| !decides.contains(&dockerfile.instruction(it).keyword()))
        && dockerfile.graph.needs[stage.id.index()].iter().all(|it| *it < stage.id)
}

fn has_space_above(layout: &Layout<'_>, lines: TextRange) -> bool {
    let above = layout.slice(TextRange::up_to(lines.start()));
    above.lines().next_back().is_none_or(|line| line.trim().is_empty())
}

/// Whether the new stages together need what the one needed, and all others what they did.
fn keeps_needs(
    before: &Dockerfile,
    after: &Dockerfile,
    cut: StageId,
    shift: u32,
    new_id: impl Fn(StageId) -> u32,
) -> bool {
    let parts = cut.0..=cut.0 + shift;
    let all_of = |ids: &[StageId]| ids.iter().map(|it| new_id(*it)).collect::<FxHashSet<u32>>();
    after.stages.len() == before.stages.len() + shift as usize
        && before.stages.iter().all(|stage| {
            let now = if stage.id == cut { parts.clone() } else { new_id(stage.id)..=new_id(stage.id) };
            let needs = now.clone().filter_map(|it| after.graph.needs.get(it as usize)).flatten();
            let needs: FxHashSet<u32> =
                needs.map(|it| it.0).filter(|it| stage.id != cut || !parts.contains(it)).collect();
            needs == all_of(&before.graph.needs[stage.id.index()])
        })
}

#[cfg(test)]
mod tests;
