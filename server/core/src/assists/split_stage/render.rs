//! From the plan to edits.
//!
//! The file is cut behind the last instruction that the builder needs. What stands behind the cut is the
//! final stage's already and stays where it is; between the two go the new FROM and what the final stage
//! has from above the cut. So the text changes no more than it must.

use super::Refusal;
use super::plan::{Artifact, Place, SplitPlan, Step};
use super::view::View;
use crate::model::{Instruction, InstructionId};
use crate::syntax::Keyword;
use crate::text::{SourceChange, TextEdit};
use crate::{TextRange, TextSize};

/// The edits that carry out `plan`.
pub(super) fn render(view: &View<'_>, plan: &SplitPlan) -> Result<SourceChange, Refusal> {
    let renderer = Renderer::new(view, plan);
    SourceChange::new(renderer.edits()).map_err(|error| Refusal::new(error.to_string()))
}

struct Renderer<'v, 'a> {
    view: &'v View<'a>,
    plan: &'v SplitPlan,
    text: String,
    newline: &'static str,
    /// Whether most instructions have an empty line above them.
    airy: bool,
}

impl<'v, 'a> Renderer<'v, 'a> {
    fn new(view: &'v View<'a>, plan: &'v SplitPlan) -> Self {
        let text = view.file.text().to_string();
        let newline = crate::text::line_end(&text);
        let mut renderer = Self { view, plan, text, newline, airy: false };
        let rest: Vec<_> = view.instructions().skip(1).collect();
        renderer.airy = rest.iter().filter(|it| renderer.has_space_above(**it)).count() * 2 > rest.len();
        renderer
    }

    fn edits(&self) -> Vec<TextEdit> {
        let mut edits: Vec<TextEdit> = self.name_builder().into_iter().collect();
        for step in &self.plan.steps {
            let instruction = self.view.dockerfile.instruction(step.instruction);
            let in_place = step.instruction > self.plan.builder_end;
            match &step.place {
                Place::Final | Place::FinalAs(_) if !in_place => {
                    edits.push(self.remove(instruction, self.start_with_comments(instruction)));
                }
                // What the user wrote about it stays.
                Place::Dropped => edits.push(self.remove(instruction, self.line_start(instruction.start))),
                Place::FinalAs(text) => {
                    edits.push(TextEdit::replace(self.trimmed(instruction), text.clone()))
                }
                _ => {}
            }
        }
        // What stands behind one instruction is one insertion.
        let mut behind: Vec<(InstructionId, String)> = Vec::new();
        for added in &self.plan.added {
            let Some(after) = added.after.filter(|it| *it != self.plan.builder_end) else { continue };
            let after = self.that_stays(after);
            match behind.iter_mut().find(|(id, _)| *id == after) {
                Some((_, lines)) => *lines = format!("{lines}{}{}", self.newline, self.as_here(&added.text)),
                None => behind.push((after, self.space() + &self.as_here(&added.text))),
            }
        }
        for (after, lines) in behind {
            edits.push(TextEdit::insert(self.line_end(after), lines));
        }
        edits.push(TextEdit::insert(self.line_end(self.plan.builder_end), self.middle()));
        merge_deletions(edits)
    }

    fn name_builder(&self) -> Option<TextEdit> {
        let stage = self.view.stage;
        match &stage.name {
            Some(name) if name.written == self.plan.builder => None,
            Some(name) => Some(TextEdit::replace(name.range, self.plan.builder.clone())),
            None => {
                let (_, base) = stage.base_word.as_ref()?;
                Some(TextEdit::insert(base.end(), format!(" {} {}", self.case("AS"), self.plan.builder)))
            }
        }
    }

    /// What goes between the builder and what stays behind it.
    fn middle(&self) -> String {
        let plan = self.plan;
        let mut out = String::new();
        let last = plan.added.iter().filter(|it| it.after.is_none_or(|after| after == plan.builder_end));
        self.push_new(&mut out, last.map(|it| it.text.clone()));
        out.push_str(&self.newline.repeat(2));
        out.push_str(&self.final_from());

        self.push_new(&mut out, plan.opening.iter().cloned());
        let made_by = plan.made_by.unwrap_or(plan.builder_end);
        let artifacts = plan.artifacts.iter().map(|it| self.artifact(it));
        let mut artifacts: Vec<String> = artifacts.chain(plan.closing.iter().cloned()).collect();
        let mut port =
            plan.expose.as_ref().map(|port| format!("{} {port}", self.view.keyword(Keyword::Expose)));
        // Whether the file has an empty line between what the final stage gets here and what it got last.
        let mut apart = false;
        for step in plan.steps.iter().skip(1).take_while(|step| step.instruction <= plan.builder_end) {
            if step.instruction > made_by {
                self.push_new(&mut out, artifacts.drain(..));
            }
            let instruction = self.view.dockerfile.instruction(step.instruction);
            apart |= self.has_space_above(instruction);
            if !step.place.is_in_final() {
                continue;
            }
            if matches!(instruction.keyword(), Keyword::Cmd | Keyword::Entrypoint) {
                self.push_new(&mut out, port.take());
            }
            out.push_str(&self.newline.repeat(if std::mem::take(&mut apart) { 2 } else { 1 }));
            out.push_str(&self.in_final(instruction, step));
        }
        self.push_new(&mut out, artifacts);
        self.push_new(&mut out, port);
        out
    }

    fn final_from(&self) -> String {
        let from = self.view.dockerfile.instruction(self.view.stage.from);
        let flags = from.data.flags.iter().map(|flag| self.view.slice(from.abs(flag.whole.range)) + " ");
        let (keyword, flags) = (self.view.keyword(Keyword::From), flags.collect::<String>());
        format!("{keyword} {flags}{} {} {}", self.plan.runtime, self.case("AS"), self.plan.final_name)
    }

    /// New lines, together: the first one keeps its distance from what stands above.
    fn push_new(&self, out: &mut String, lines: impl IntoIterator<Item = String>) {
        for (nth, line) in lines.into_iter().enumerate() {
            out.push_str(&if nth == 0 { self.space() } else { self.newline.to_owned() });
            out.push_str(&self.as_here(&line));
        }
    }

    /// A new instruction with the line ends of the file, and with its escape character before them.
    fn as_here(&self, instruction: &str) -> String {
        instruction.replace("\\\n", &format!("{}{}", self.view.dockerfile.escape, self.newline))
    }

    /// An instruction from above the cut as the final stage has it. One that moves takes its comments.
    fn in_final(&self, instruction: Instruction<'_>, step: &Step) -> String {
        match &step.place {
            Place::FinalAs(text) => {
                let comments = TextRange::new(self.start_with_comments(instruction), instruction.start);
                format!("{}{text}", self.view.slice(comments))
            }
            Place::BothAs(text) => text.clone(),
            Place::Final => {
                let range = TextRange::new(self.start_with_comments(instruction), instruction.range().end());
                self.view.slice(range).trim_end().to_owned()
            }
            _ => self.view.source(instruction).trim_end().to_owned(),
        }
    }

    fn artifact(&self, artifact: &Artifact) -> String {
        let plan = self.plan;
        let owner = plan.owner.as_ref().map_or_else(String::new, |owner| format!(" --chown={owner}"));
        let copy = self.view.keyword(Keyword::Copy);
        let (from, to) = (&artifact.from, &artifact.written);
        if from.contains(' ') || to.contains(' ') {
            return format!("{copy} --from={}{owner} [\"{from}\", \"{to}\"]", plan.builder);
        }
        format!("{copy} --from={}{owner} {from} {to}", plan.builder)
    }

    /// The instruction itself, or the last one before it that stays in the builder.
    fn that_stays(&self, id: InstructionId) -> InstructionId {
        let steps = self.plan.steps.iter().take_while(|step| step.instruction <= id);
        let stay =
            steps.filter(|step| !matches!(step.place, Place::Final | Place::FinalAs(_) | Place::Dropped));
        stay.last().map_or(self.view.stage.from, |step| step.instruction)
    }

    fn case(&self, word: &str) -> String {
        let lower = self.view.keyword(Keyword::From) == "from";
        if lower { word.to_ascii_lowercase() } else { word.to_owned() }
    }

    /// What separates a new instruction from the one above it.
    fn space(&self) -> String {
        self.newline.repeat(if self.airy { 2 } else { 1 })
    }

    fn has_space_above(&self, instruction: Instruction<'_>) -> bool {
        let start = usize::from(self.start_with_comments(instruction));
        self.text[..start].strip_suffix('\n').is_some_and(|above| last_line(above).trim().is_empty())
    }

    /// Removes the lines from `start` to the end of an instruction; where empty lines would meet, those
    /// above go too.
    fn remove(&self, instruction: Instruction<'_>, start: TextSize) -> TextEdit {
        let mut start = usize::from(start);
        let end = usize::from(instruction.range().end());
        let end = self.text[end..].find('\n').map_or(self.text.len(), |at| end + at + 1);
        while let Some(above) = self.text[..start].strip_suffix('\n') {
            let line = last_line(above);
            let blank_below = self.text[end..].lines().next().is_none_or(|below| below.trim().is_empty());
            if !line.trim().is_empty() || !blank_below {
                break;
            }
            start = above.len() - line.len();
        }
        TextEdit::delete(range(start, end))
    }

    /// The start of the line that an instruction, or the comments above it, begin on.
    fn start_with_comments(&self, instruction: Instruction<'_>) -> TextSize {
        let comments = self.view.dockerfile.comments_above(instruction.id);
        let first = comments.first().map_or(instruction.start, |it| it.range.start());
        self.line_start(first)
    }

    fn line_start(&self, at: TextSize) -> TextSize {
        let above = &self.text[..usize::from(at)];
        TextSize::try_from(above.len() - last_line(above).len()).unwrap_or(at)
    }

    /// Where an instruction stands, without white space at its end.
    fn trimmed(&self, instruction: Instruction<'_>) -> TextRange {
        let range = instruction.range();
        let len = self.view.slice(range).trim_end().len();
        TextRange::at(range.start(), TextSize::try_from(len).unwrap_or(range.len()))
    }

    /// The end of the last line of an instruction, before its line end.
    fn line_end(&self, id: InstructionId) -> TextSize {
        let end = usize::from(self.trimmed(self.view.dockerfile.instruction(id)).end());
        let rest = self.text[end..].lines().next().map_or(0, str::len);
        TextSize::try_from(end + rest).unwrap_or_default()
    }
}

/// What stands behind the last line end.
fn last_line(text: &str) -> &str {
    text.rfind('\n').map_or(text, |at| &text[at + 1..])
}

fn range(start: usize, end: usize) -> TextRange {
    let size = |at| TextSize::try_from(at).unwrap_or(TextSize::new(u32::MAX));
    TextRange::new(size(start), size(end))
}

/// Neighbours that are removed may both claim the empty line between them.
fn merge_deletions(mut edits: Vec<TextEdit>) -> Vec<TextEdit> {
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    let mut merged: Vec<TextEdit> = Vec::new();
    for edit in edits {
        match merged.last_mut() {
            Some(last)
                if last.new_text.is_empty()
                    && edit.new_text.is_empty()
                    && edit.range.start() < last.range.end() =>
            {
                last.range = last.range.cover(edit.range);
            }
            _ => merged.push(edit),
        }
    }
    merged
}
