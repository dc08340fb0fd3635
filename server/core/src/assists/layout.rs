//! What refactorings of stages share: the lines of a stage, and changes that are looked at before they are offered.

use rustc_hash::FxHashSet;

use crate::model::open_base::OpenBase;
use crate::model::{
    Base, Dockerfile, Instruction, InstructionId, RefTarget, SourceFile, Stage, StageId, StageRef,
};
use crate::syntax::Keyword;
use crate::text::{SourceChange, TextEdit};
use crate::{TextRange, TextSize};

/// A file's text in lines, as BuildKit counts them: a lone `\r` ends none.
pub(super) struct Layout<'a> {
    pub(super) dockerfile: &'a Dockerfile,
    text: String,
    /// The line end that the file uses.
    pub(super) newline: &'static str,
}

impl<'a> Layout<'a> {
    pub(super) fn new(file: &'a SourceFile) -> Self {
        let text = file.text().to_string();
        let newline = crate::text::line_end(&text);
        Self { dockerfile: file.dockerfile(), text, newline }
    }

    pub(super) fn slice(&self, range: TextRange) -> &str {
        self.text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or_default()
    }

    /// The start of the line that an instruction, or the block of comments right above it, begins on.
    pub(super) fn start(&self, id: InstructionId) -> TextSize {
        let comments = self.dockerfile.comments_above(id);
        let first = comments.first().map_or(self.dockerfile.instruction(id).start, |it| it.range.start());
        let above = self.slice(TextRange::up_to(first));
        above.rfind('\n').map_or(0.into(), |at| TextSize::of(&above[..=at]))
    }

    /// Behind the last character of an instruction that is no white space.
    pub(super) fn end(&self, id: InstructionId) -> TextSize {
        let range = self.dockerfile.instruction(id).range();
        range.start() + TextSize::of(self.slice(range).trim_end())
    }

    /// Behind the end of the line that `at` stands on, where the next one starts.
    pub(super) fn next_line(&self, at: TextSize) -> TextSize {
        let rest = self.slice(TextRange::new(at, TextSize::of(self.text.as_str())));
        at + rest.find('\n').map_or(TextSize::of(rest), |end| TextSize::of(&rest[..=end]))
    }

    /// Behind the empty lines that begin at `at`, which is the start of a line.
    pub(super) fn behind_empty_lines(&self, at: TextSize) -> TextSize {
        let mut end = at;
        while usize::from(end) < self.text.len() {
            let next = self.next_line(end);
            if !self.slice(TextRange::new(end, next)).trim().is_empty() {
                break;
            }
            end = next;
        }
        end
    }

    /// The lines of a stage: from the comments above its FROM to the line end of its last instruction.
    pub(super) fn lines_of(&self, stage: &Stage) -> TextRange {
        let last = stage.instructions().next_back().unwrap_or(stage.from);
        TextRange::new(self.start(stage.from), self.next_line(self.end(last)))
    }

    /// The same with the empty lines below; at the end of the file with those above.
    pub(super) fn lines_and_space_of(&self, stage: &Stage) -> TextRange {
        let lines = self.lines_of(stage);
        let end = self.behind_empty_lines(lines.end());
        let is_last = usize::from(end) == self.text.len();
        let above = self.slice(TextRange::up_to(lines.start())).trim_end();
        let start = if is_last { self.next_line(TextSize::of(above)) } else { lines.start() };
        TextRange::new(start.min(lines.start()), end)
    }

    /// Lines that move elsewhere, with those of the edits carried out that lie in them; they are taken off the list.
    pub(super) fn moved(&self, lines: TextRange, edits: &mut Vec<TextEdit>) -> Option<String> {
        let inside: Vec<TextEdit> = edits.extract_if(.., |it| lines.contains_range(it.range)).collect();
        let shifted =
            inside.into_iter().map(|it| TextEdit::replace(it.range - lines.start(), it.new_text)).collect();
        SourceChange::new(shifted).ok()?.apply(self.slice(lines)).ok()
    }
}

/// A word in upper case, in the case of an instruction's keyword.
pub(super) fn in_case_of(like: Instruction<'_>, word: &str) -> String {
    let lower = like.data.keyword_word.text.bytes().all(|it| it.is_ascii_lowercase());
    if lower { word.to_ascii_lowercase() } else { word.to_owned() }
}

/// The stage whose FROM holds the selection.
pub(super) fn stage_begun_at(dockerfile: &Dockerfile, range: TextRange) -> Option<&Stage> {
    let from = dockerfile.instruction_at(range.start())?;
    let here = from.keyword() == Keyword::From && from.range().contains_range(range);
    dockerfile.stage_of(from.id).filter(|_| here)
}

/// The references that bind in this file. An ONBUILD does where a stage of the file is built from its own;
/// elsewhere it means a stage of another file.
pub(super) fn binding_refs(dockerfile: &Dockerfile) -> impl Iterator<Item = &StageRef> {
    let bases: FxHashSet<StageId> = dockerfile.stages.iter().filter_map(base_of).collect();
    dockerfile.refs.iter().filter(move |it| !it.onbuild || bases.contains(&it.stage))
}

/// The stage that a stage is built from.
pub(super) fn base_of(stage: &Stage) -> Option<StageId> {
    match stage.base {
        Base::Stage(base) => Some(base),
        _ => None,
    }
}

/// `FROM node AS node`: above such a stage, its name means the image.
pub(super) fn is_named_after_its_image(stage: &Stage) -> bool {
    stage.name.as_ref().is_some_and(|name| name.lower == stage.base_text)
}

/// The edits that give every index of a stage the number that `to` says. None where one of them is written so
/// that it cannot be replaced as a word, or leads nowhere.
pub(super) fn renumber(layout: &Layout<'_>, to: impl Fn(StageId) -> u32) -> Option<Vec<TextEdit>> {
    let dockerfile = layout.dockerfile;
    let mut edits = Vec::new();
    for reference in binding_refs(dockerfile).filter(|it| it.numeric) {
        // One that leads nowhere would lead somewhere when there are more stages.
        if matches!(reference.target, RefTarget::BadIndex(_)) {
            return None;
        }
        let Some(stage) = reference.target.stage().filter(|it| to(*it) != it.0) else { continue };
        if layout.slice(reference.range) != reference.text {
            return None;
        }
        edits.push(TextEdit::replace(reference.range, to(stage).to_string()));
    }
    Some(edits)
}

/// A name for a new stage: the first of the `wishes` that no stage has and that nothing in the file means
/// already. With a number behind it where all of them are taken.
pub(super) fn free_name(dockerfile: &Dockerfile, wishes: &[&str]) -> Option<String> {
    let mut taken: FxHashSet<String> = FxHashSet::default();
    for stage in &dockerfile.stages {
        taken.extend(stage.name.as_ref().map(|name| name.lower.clone()));
        taken.insert(stage.base_text.to_lowercase());
    }
    taken.extend(dockerfile.refs.iter().map(|it| it.text.to_lowercase()));
    let mut open = FxHashSet::default();
    let bases: Vec<_> = dockerfile
        .stages
        .iter()
        .filter(|stage| open.insert(stage.base_word.as_ref().map(|it| &it.0)))
        .filter_map(OpenBase::of)
        .collect();
    let numbered = (2..10).flat_map(|number| wishes.iter().map(move |wish| format!("{wish}{number}")));
    let mut names = wishes.iter().map(|wish| (*wish).to_owned()).chain(numbered);
    // A FROM that is nothing but a variable could mean any name, whatever we choose.
    names.find(|name| {
        !taken.contains(name) && !bases.iter().any(|base| !base.is_anything() && base.may_become(name))
    })
}

/// The change that these edits make, if the text after it is as sound as the one before and `holds` of it.
pub(super) fn checked(
    file: &SourceFile,
    edits: Vec<TextEdit>,
    holds: impl FnOnce(&Dockerfile) -> bool,
) -> Option<SourceChange> {
    let change = SourceChange::new(edits).ok()?;
    let after = SourceFile::new(&change.apply(&file.text().to_string()).ok()?);
    let (old, new) = (file.dockerfile(), after.dockerfile());
    let same_head = old.directives.len() == new.directives.len() && old.escape == new.escape;
    // In a circle it depends on the order of stages what is wrong with them.
    let no_circle = old.graph.cycles.is_empty() && new.graph.cycles.is_empty();
    (same_head && no_circle && faults(new) <= faults(old) && holds(new)).then_some(change)
}

fn faults(dockerfile: &Dockerfile) -> usize {
    dockerfile.faults.len() + dockerfile.instructions().map(|it| it.data.faults.len()).sum::<usize>()
}
