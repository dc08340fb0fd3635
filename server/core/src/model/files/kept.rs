//! What a RUN makes is kept with the instruction, beside all that it depends on, so that a look at an edited text takes
//! it over where the same still holds around it.

use std::sync::{Arc, OnceLock};

use super::walk::Sink;
use super::{Entry, HidingMount};
use crate::model::state::Walk;

/// What was worked out for an instruction, in this text or in the one that it was edited from.
#[derive(Default)]
pub(crate) struct Kept {
    before: Option<Arc<Run>>,
    now: OnceLock<Arc<Run>>,
}

/// What a RUN makes where this holds around it.
struct Run {
    around: Inputs,
    entries: Arc<[Entry]>,
}

impl Kept {
    /// What the RUN makes, if it is known for what holds around it.
    pub(super) fn find(&self, walk: &Walk<'_>, sink: &Sink<'_, '_>) -> Option<Arc<[Entry]>> {
        let latest = self.latest().filter(|it| it.around.hold(walk, sink))?;
        let _ = self.now.set(Arc::clone(latest));
        Some(Arc::clone(&latest.entries))
    }

    /// Keeps what the RUN makes. The stages of one text that run an instruction do so in the same way, so one is enough.
    pub(super) fn keep(&self, around: Inputs, entries: &Arc<[Entry]>) {
        let _ = self.now.set(Arc::new(Run { around, entries: Arc::clone(entries) }));
    }

    fn latest(&self) -> Option<&Arc<Run>> {
        self.now.get().or(self.before.as_ref())
    }
}

/// The same instruction of an edited text.
impl Clone for Kept {
    fn clone(&self) -> Self {
        Self { before: self.latest().cloned(), now: OnceLock::new() }
    }
}

/// What the commands of a RUN were found to depend on beside their text.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    workdir: String,
    mounts: Vec<HidingMount>,
    has_posix_shell: bool,
    /// The home directory, where it was asked for.
    home: OnceLock<String>,
    /// Variables that were asked for, each with its value.
    variables: Vec<(String, Option<String>)>,
    /// Paths for which was asked whether a folder stands there, made before.
    folders: Vec<(String, bool)>,
}

impl Inputs {
    fn hold(&self, walk: &Walk<'_>, sink: &Sink<'_, '_>) -> bool {
        self.workdir == sink.workdir
            && self.mounts == sink.mounts
            && self.has_posix_shell == walk.has_posix_shell()
            && self.home.get().is_none_or(|it| *it == walk.home())
            && self.variables.iter().all(|(name, value)| walk.variable(name) == value.as_deref())
            && self.folders.iter().all(|(path, is_there)| sink.had_folder(path) == *is_there)
    }
}

/// What holds around a RUN; it notes what is asked for.
pub(super) struct Around<'w> {
    walk: &'w Walk<'w>,
    pub(super) asked: Inputs,
}

impl<'w> Around<'w> {
    pub(super) fn new(walk: &'w Walk<'w>, sink: &Sink<'_, '_>) -> Self {
        let (workdir, mounts) = (sink.workdir.clone(), sink.mounts.clone());
        Self { walk, asked: Inputs { workdir, mounts, ..Inputs::default() } }
    }

    /// Whether the text is for a shell of the POSIX kind.
    pub(super) fn has_posix_shell(&mut self) -> bool {
        self.asked.has_posix_shell = self.walk.has_posix_shell();
        self.asked.has_posix_shell
    }

    /// The home directory.
    pub(super) fn home(&self) -> String {
        self.asked.home.get_or_init(|| self.walk.home()).clone()
    }

    /// The value of a variable, where the file gives it.
    pub(super) fn variable(&mut self, name: &str) -> Option<String> {
        if let Some((_, value)) = self.asked.variables.iter().find(|it| it.0 == name) {
            return value.clone();
        }
        let value = self.walk.variable(name).map(str::to_owned);
        self.asked.variables.push((name.to_owned(), value.clone()));
        value
    }

    /// Whether an instruction before made a folder of this path.
    pub(super) fn had_folder(&mut self, sink: &Sink<'_, '_>, path: &str) -> bool {
        let is_there = sink.had_folder(path);
        self.asked.folders.push((path.to_owned(), is_there));
        is_there
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{ContentChange, Dockerfile, SourceFile, StageId};
    use crate::{TextRange, TextSize};

    const TEXT: &str =
        "FROM a\nARG X=1\nWORKDIR /one\nRUN touch $X\nRUN touch /y\nWORKDIR /two\nRUN touch z\n";

    /// What the last stage is known to hold.
    fn made(dockerfile: &Dockerfile) -> String {
        let files = dockerfile.files(StageId(0));
        files.made().map(|it| it.path).collect::<Vec<_>>().join(" ")
    }

    /// What is made after a piece of the text is another one, and which of the RUNs were read again.
    fn after(old: &str, new: &str) -> (String, Vec<bool>) {
        let file = SourceFile::new(TEXT);
        assert_eq!(made(file.dockerfile()), "/one /one/1 /y /two /two/z");
        let at = TextSize::try_from(TEXT.find(old).unwrap()).unwrap();
        let range = Some(TextRange::at(at, TextSize::of(old)));
        let edited = file.edited(&[ContentChange { range, text: new.to_owned() }]);
        let found = made(edited.dockerfile());
        let runs = [3, 4, 6].map(|at| {
            let memo = &edited.dockerfile().placed[at].memo.made;
            let (before, now) = (memo.before.as_ref(), memo.now.get());
            !before.zip(now).is_some_and(|(before, now)| std::sync::Arc::ptr_eq(before, now))
        });
        (found, runs.to_vec())
    }

    #[test]
    fn what_still_holds_is_taken_over() {
        let expected = |paths: &str, again: [bool; 3]| (paths.to_owned(), again.to_vec());
        assert_eq!(
            after("/two", "/second"),
            expected("/one /one/1 /y /second /second/z", [false, false, true])
        );
        assert_eq!(after("X=1", "X=2"), expected("/one /one/2 /y /two /two/z", [true, false, false]));
        assert_eq!(after("FROM a\n", "FROM b\n\n"), expected("/one /one/1 /y /two /two/z", [false; 3]));
    }
}
