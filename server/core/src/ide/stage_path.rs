//! Paths in the files of a stage, or of the build context: shared by definition, references, hover and completion.

use super::markdown::one_line;
use crate::model::expand::expand;
use crate::model::files::{Made, Provenance, is_remote};
use crate::model::{
    Arguments, Instruction, InstructionData, InstructionId, MountField, RefTarget, SourceFile, StageId,
    StageRefKind, paths, state,
};
use crate::syntax::shell::{self, Word};
use crate::syntax::{Keyword, Spanned};
use crate::{TextRange, TextSize};

/// A path that stands somewhere in a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StagePath {
    /// Where it stands.
    pub(super) range: TextRange,
    /// The path, absolute and clean; in the build context counted from its top. What the file does not tell of it
    /// stays as `$name`.
    pub(super) path: String,
    /// Whose files are meant.
    pub(super) place: Place,
}

/// Whose files a path is looked for in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Those of another stage, at its end.
    Stage(StageId),
    /// Those of the stage that it stands in, where the image is run.
    Own(StageId),
    /// Those of an image.
    Image(String),
    /// Those of the build context.
    Context,
}

impl Place {
    /// The stage whose files are meant.
    pub(super) fn stage(&self) -> Option<StageId> {
        match self {
            Self::Stage(stage) | Self::Own(stage) => Some(*stage),
            Self::Image(_) | Self::Context => None,
        }
    }
}

/// A path as it is written.
pub(super) struct Written {
    instruction: InstructionId,
    range: TextRange,
    text: String,
    /// Whose files are meant.
    pub(super) place: Place,
}

/// The path that `offset` touches.
pub(super) fn stage_path_at(file: &SourceFile, offset: TextSize) -> Option<StagePath> {
    let dockerfile = file.dockerfile();
    let instruction = dockerfile.instruction_at(offset)?;
    let written = written_in(file, instruction);
    let written = written.into_iter().filter(|it| it.range.contains_inclusive(offset)).take(1).collect();
    resolved(file, dockerfile.stage_of(instruction.id)?.id, written).pop()
}

/// The paths that stand in an instruction.
pub(super) fn written_in(file: &SourceFile, instruction: Instruction<'_>) -> Vec<Written> {
    let data = instruction.data.effective();
    let written = |word: &Spanned, place| Written {
        instruction: instruction.id,
        range: instruction.abs(word.range),
        text: word.text.clone(),
        place,
    };
    match data.keyword {
        Keyword::Copy | Keyword::Add => {
            let Some(place) = copied_from(file, instruction, data) else { return Vec::new() };
            let fetches = |it: &Spanned| data.keyword == Keyword::Add && is_remote(&it.text);
            data.sources().filter(|it| !fetches(it)).map(|it| written(it, place.clone())).collect()
        }
        Keyword::Run => {
            let mounts = data.flags.iter().filter_map(|flag| flag.mount.as_ref());
            let sources = mounts.filter_map(|mount| {
                let source = mount.get(&["source", "src"])?.value.as_ref()?;
                let place = mounted_from(file, instruction, mount.get(&["from"]), &mount.kind())?;
                Some(written(source, place))
            });
            sources.collect()
        }
        Keyword::Entrypoint | Keyword::Cmd => started(file, instruction, data),
        _ => Vec::new(),
    }
}

/// The paths that words of a stage stand for; those that nobody can tell are left out.
pub(super) fn resolved(file: &SourceFile, stage: StageId, written: Vec<Written>) -> Vec<StagePath> {
    let dockerfile = file.dockerfile();
    let dynamic = written.iter().filter(|it| it.text.contains('$'));
    let dynamic: Vec<_> = dynamic.map(|it| (it.instruction, it.text.as_str())).collect();
    let mut filled = state::filled(dockerfile, stage, &dynamic).into_iter();
    let starts = written.iter().any(|it| matches!(it.place, Place::Own(_)));
    let dir = starts.then(|| state::at_end(dockerfile, stage).workdir).flatten();
    let found = written.into_iter().filter_map(|it| {
        let path = match (it.text.contains('$'), &it.place) {
            (true, _) => paths::join("/", &filled.next()??),
            (false, Place::Own(_)) => match &dir {
                Some(dir) if dir.starts_with('/') => paths::join(dir, &it.text),
                _ => it.text.starts_with('/').then(|| paths::join("/", &it.text))?,
            },
            // Quotes are taken away.
            (false, _) => paths::join("/", &expand(&it.text, dockerfile.escape, &mut |_| None).ok()?.text),
        };
        Some(StagePath { range: it.range, path, place: it.place })
    });
    found.collect()
}

/// Whose files a COPY or ADD reads.
pub(super) fn copied_from(
    file: &SourceFile,
    instruction: Instruction<'_>,
    data: &InstructionData,
) -> Option<Place> {
    let from = data.flag("from").and_then(|it| it.value.as_ref()).filter(|it| !it.text.is_empty());
    match from {
        Some(from) if data.keyword == Keyword::Copy => {
            referred(file, instruction, StageRefKind::CopyFrom, instruction.abs(from.range))
        }
        _ => Some(Place::Context),
    }
}

/// Whose files a mount shows.
fn mounted_from(
    file: &SourceFile,
    instruction: Instruction<'_>,
    from: Option<&MountField>,
    kind: &str,
) -> Option<Place> {
    match from.and_then(|it| it.value.as_ref()) {
        Some(from) => referred(file, instruction, StageRefKind::MountFrom, instruction.abs(from.range)),
        None => (kind == "bind").then_some(Place::Context),
    }
}

fn referred(
    file: &SourceFile,
    instruction: Instruction<'_>,
    kind: StageRefKind,
    range: TextRange,
) -> Option<Place> {
    let refs = file.dockerfile().refs_in(instruction.id);
    let found = refs.iter().find(|it| it.kind == kind && it.range == range)?;
    match &found.target {
        RefTarget::Stage(stage) => Some(Place::Stage(*stage)),
        RefTarget::External(image) => Some(Place::Image(image.written.clone())),
        _ => None,
    }
}

/// The paths among the words of ENTRYPOINT and CMD: what the image starts, or hands over to what it starts.
fn started(file: &SourceFile, instruction: Instruction<'_>, data: &InstructionData) -> Vec<Written> {
    let dockerfile = file.dockerfile();
    let stage = dockerfile.stage_of(instruction.id).map(|it| it.id);
    let Some(stage) = stage.filter(|_| instruction.data.trigger.is_none() && dockerfile.escape == '\\')
    else {
        return Vec::new();
    };
    let written = |text: &str, range| {
        let path = is_path(text).then(|| text.to_owned());
        path.map(|text| Written { instruction: instruction.id, range, text, place: Place::Own(stage) })
    };
    match &data.arguments {
        Arguments::Json(words) => {
            words.iter().filter_map(|it| written(&it.text, instruction.abs(it.range))).collect()
        }
        Arguments::Text(text) => {
            let line = &instruction.data.line;
            let base = line.offset_of_source(text.range.start());
            let place =
                |it: &Word| instruction.abs(line.source_range(base + it.range.start, base + it.range.end));
            let script = shell::read(&text.text);
            let words = script.commands.iter().flat_map(|it| it.argv());
            words.filter_map(|it| written(it.exact()?, place(it))).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a word of a command is a path for certain.
fn is_path(text: &str) -> bool {
    text.contains('/')
        && !text.starts_with('-')
        && !text.contains("://")
        && !text.contains(['$', ' ', '\t', '\n'])
}

/// The command that makes something, in one line.
pub(super) fn said(file: &SourceFile, made: &Made<'_>, longest: usize) -> String {
    let command = file.text().slice(made.command).replace("\\\n", " ").replace("\\\r\n", " ");
    one_line(&command, longest)
}

/// What makes a path: the makers in the stage that it is looked for in.
pub(super) fn provenance<'a>(file: &'a SourceFile, found: &StagePath) -> Option<(StageId, Provenance<'a>)> {
    let stage = found.place.stage()?;
    Some((stage, file.dockerfile().files(stage).find(&found.path, None)))
}
