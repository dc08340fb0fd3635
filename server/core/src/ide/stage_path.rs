//! A path in the files of a stage, or of the build context, at an offset: shared by definition, hover and completion.

use crate::model::expand::expand;
use crate::model::files::Provenance;
use crate::model::files::is_remote;
use crate::model::{
    Arguments, Instruction, InstructionData, MountField, RefTarget, SourceFile, StageId, StageRefKind, paths,
    state,
};
use crate::syntax::shell::{self, Word};
use crate::syntax::{Keyword, RelRange, is_heredoc_word};
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

/// The path that `offset` touches.
pub(super) fn stage_path_at(file: &SourceFile, offset: TextSize) -> Option<StagePath> {
    let instruction = file.dockerfile().instruction_at(offset)?;
    let data = instruction.data.effective();
    let touches = |range: RelRange| instruction.abs(range).contains_inclusive(offset);
    let (word, place) = match data.keyword {
        Keyword::Copy | Keyword::Add => {
            let (_, sources) = data.arguments.words().split_last()?;
            let word = sources.iter().find(|it| touches(it.range))?;
            if is_heredoc_word(&word.text).is_some() || data.keyword == Keyword::Add && is_remote(&word.text)
            {
                return None;
            }
            (word, copied_from(file, instruction, data)?)
        }
        Keyword::Run => {
            let mounts = data.flags.iter().filter_map(|flag| flag.mount.as_ref());
            let mut sources = mounts.filter_map(|it| Some((it, it.get(&["source", "src"])?.value.as_ref()?)));
            let (mount, source) = sources.find(|(_, source)| touches(source.range))?;
            (source, mounted_from(file, instruction, mount.get(&["from"]), &mount.kind())?)
        }
        Keyword::Entrypoint | Keyword::Cmd => return started(file, instruction, data, offset),
        _ => return None,
    };
    let path = match word.text.contains('$') {
        true if instruction.data.trigger.is_some() => return None,
        true => state::filled(file.dockerfile(), instruction.id, &word.text)?,
        // Quotes are taken away.
        false => expand(&word.text, file.dockerfile().escape, &mut |_| None).ok()?.text,
    };
    Some(StagePath { range: instruction.abs(word.range), path: paths::join("/", &path), place })
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

/// A path among the words of ENTRYPOINT and CMD: what the image starts, or hands over to what it starts.
fn started(
    file: &SourceFile,
    instruction: Instruction<'_>,
    data: &InstructionData,
    offset: TextSize,
) -> Option<StagePath> {
    let dockerfile = file.dockerfile();
    let stage = dockerfile.stage_of(instruction.id)?.id;
    if instruction.data.trigger.is_some() || dockerfile.escape != '\\' {
        return None;
    }
    let (text, range) = match &data.arguments {
        Arguments::Json(words) => {
            let word = words.iter().find(|it| instruction.abs(it.range).contains_inclusive(offset))?;
            (word.text.clone(), instruction.abs(word.range))
        }
        Arguments::Text(text) => {
            let line = &instruction.data.line;
            let base = line.offset_of_source(text.range.start());
            let place =
                |it: &Word| instruction.abs(line.source_range(base + it.range.start, base + it.range.end));
            let script = shell::read(&text.text);
            let mut words = script.commands.iter().flat_map(|it| it.argv());
            let word = words.find(|it| place(it).contains_inclusive(offset))?;
            (word.exact()?.to_owned(), place(word))
        }
        _ => return None,
    };
    let is_path =
        text.contains('/') && !text.starts_with('-') && !text.contains("://") && !text.contains('$');
    if !is_path || text.contains(char::is_whitespace) {
        return None;
    }
    let workdir = state::at_end(dockerfile, stage).workdir;
    let base = match workdir {
        Some(dir) if dir.starts_with('/') => dir,
        _ if text.starts_with('/') => "/".to_owned(),
        _ => return None,
    };
    Some(StagePath { range, path: paths::join(&base, &text), place: Place::Own(stage) })
}

/// What makes a path: the makers in the stage that it is looked for in.
pub(super) fn provenance<'a>(file: &'a SourceFile, found: &StagePath) -> Option<(StageId, Provenance<'a>)> {
    let stage = match found.place {
        Place::Stage(stage) | Place::Own(stage) => stage,
        Place::Image(_) | Place::Context => return None,
    };
    Some((stage, file.dockerfile().files(stage).find(&found.path, None)))
}
