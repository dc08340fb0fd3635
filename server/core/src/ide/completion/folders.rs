//! Folders of the image that the file names: as directory, volume, target of a mount or destination.

use super::{CompletionKind, List, json};
use crate::ide::place::Typed;
use crate::model::files::Kind;
use crate::model::state::{base_chain, before};
use crate::model::{Dockerfile, Instruction, InstructionId};
use crate::syntax::Keyword;

/// How many folders that commands make are offered.
const MOST_MADE: usize = 100;

/// Folders for WORKDIR and VOLUME.
pub(super) fn folders(list: &mut List<'_>, typed: &Typed<'_>) {
    if typed.keyword == Keyword::Workdir && !typed.words.is_empty() {
        return;
    }
    let escape = list.dockerfile().escape;
    let word = match typed.keyword == Keyword::Volume && typed.text.starts_with('[') {
        true => json::string_at(typed),
        false => Some(typed.word.clone()),
    };
    let Some(word) = word else { return };
    let replace = word.until(|it| it == escape || it == '"');
    let here = typed.instruction.id;
    let mut found = known(list.dockerfile(), here);
    // A stage often works where another one does.
    let others =
        list.dockerfile().instructions().filter(|it| it.id != here && it.keyword() == Keyword::Workdir);
    found.extend(others.filter_map(path).map(|path| (path, "WORKDIR of another stage".to_owned())));
    let given: Vec<String> = typed.words.clone();
    let mut seen = rustc_hash::FxHashSet::default();
    for (path, detail) in found {
        if path.starts_with('/') && !given.contains(&path) && seen.insert(path.clone()) {
            list.add(CompletionKind::Folder, path, replace).detail = detail;
        }
    }
}

/// The folders that a stage names above an instruction, each with who does: the current one first, then the nearest.
pub(super) fn known(dockerfile: &Dockerfile, at: InstructionId) -> Vec<(String, String)> {
    let current = before(dockerfile, at).workdir.filter(|it| is_plain(it));
    let mut found: Vec<(String, String)> =
        current.map(|path| (path, "the current directory".to_owned())).into_iter().collect();
    for instruction in in_stage(dockerfile, at) {
        let detail = instruction.keyword().as_str();
        match instruction.keyword() {
            Keyword::Workdir => found.extend(path(instruction).map(|path| (path, detail.to_owned()))),
            Keyword::Volume => {
                let paths = instruction.data.arguments.words().iter().map(|it| it.text.clone());
                found.extend(paths.filter(|it| is_plain(it)).map(|path| (path, detail.to_owned())));
            }
            _ => {}
        }
    }
    found.extend(made(dockerfile, at));
    let mut seen = rustc_hash::FxHashSet::default();
    found.retain(|(path, _)| seen.insert(path.clone()));
    found
}

/// The folders that commands and copies above an instruction are known to make, the last one first.
fn made(dockerfile: &Dockerfile, at: InstructionId) -> impl Iterator<Item = (String, String)> {
    let stage = dockerfile.stage_of(at).map(|stage| stage.id);
    let made = stage.into_iter().flat_map(move |stage| dockerfile.files(stage).before(Some(at)).rev());
    let folders = made.filter(|it| {
        let is_folder = matches!(it.kind, Kind::Folder | Kind::Tree);
        is_folder
            && it.is_known()
            && !it.is_guess
            && it.mount.is_none()
            && is_plain(it.path)
            && !it.path.contains('*')
    });
    folders.take(MOST_MADE).map(move |it| {
        (it.path.to_owned(), dockerfile.instruction(it.instruction).keyword().as_str().to_owned())
    })
}

/// The instructions of a stage above one of them and those of the stages that it is built from, nearest first.
pub(super) fn in_stage(dockerfile: &Dockerfile, at: InstructionId) -> impl Iterator<Item = Instruction<'_>> {
    let chain = dockerfile.stage_of(at).map_or_else(Vec::new, |stage| base_chain(dockerfile, stage.id));
    chain.into_iter().rev().flat_map(move |stage| {
        let stage = dockerfile.stage(stage);
        let ids: Vec<InstructionId> = stage.instructions().take_while(|&id| id < at).collect();
        ids.into_iter().rev().map(|id| dockerfile.instruction(id))
    })
}

/// The one path of a WORKDIR, if it says the same wherever it stands.
fn path(instruction: Instruction<'_>) -> Option<String> {
    let path = &instruction.data.arguments.words().first()?.text;
    is_plain(path).then(|| path.clone())
}

/// Whether a path can be typed as it is: absolute, with no variable, blank or quote.
fn is_plain(path: &str) -> bool {
    path.starts_with('/')
        && path.len() > 1
        && !path.contains(|it: char| it.is_whitespace() || matches!(it, '$' | '"' | '\'' | '\\' | ','))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::ide::completion::tests::{accept, check, labels};

    #[test]
    fn folders_that_the_file_names() {
        check(
            "FROM a AS base\nWORKDIR /base\nVOLUME /data \"/b c\"\nFROM b\nWORKDIR /other\nFROM base\nWORKDIR $X\nWORKDIR sub\nWORKDIR /<|>\n",
            &expect![[r#"
                /data (VOLUME)
                /base (WORKDIR)
                /other (WORKDIR of another stage)
            "#]],
        );
        assert_eq!(
            accept("FROM a\nWORKDIR /app\nVOLUME /d /a<|>x\n", "/app"),
            "FROM a\nWORKDIR /app\nVOLUME /d /app\n"
        );
        assert_eq!(labels("FROM a\nWORKDIR /app\nVOLUME /app <|>"), "");
        assert_eq!(labels("FROM a\nWORKDIR /app\nWORKDIR /b <|>"), "");
        assert_eq!(labels("FROM a\nWORKDIR /app\nVOLUME [<|>]"), "");
        assert_eq!(
            accept("FROM a\nWORKDIR /app\nVOLUME [\"/d\", \"/a<|>\"]\n", "/app"),
            "FROM a\nWORKDIR /app\nVOLUME [\"/d\", \"/app\"]\n"
        );
    }

    #[test]
    fn folders_that_commands_make() {
        assert_eq!(
            labels(
                "FROM a\nRUN mkdir -p /out && touch /x/y\nRUN --mount=type=cache,target=/c mkdir /c/d\nCOPY a /dst/\nWORKDIR /<|>\nRUN mkdir /later"
            ),
            "/dst /out"
        );
    }
}
