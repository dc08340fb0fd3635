//! What lies beside a document: the ignore file that counts for it, as an editor has it or else as it lies on disk,
//! and the project's own files.
//!
//! The disk is read on the thread that looks at the document, never by a notification. An ignore file that was read is
//! kept only while the client tells of changes. The project's files are kept until something is said to have changed,
//! or a code action asks for them: no key waits for them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dockstage_core::assists::split_stage::ContextFiles;
use dockstage_core::workspace::{IgnoreFile, build_context};
use tower_lsp_server::ls_types::Uri;

use crate::disk;

/// The ignore files a document can have, the one that counts before the other first. The build context is its
/// folder where none is given.
pub(crate) fn ignore_files(document: &Uri, context: Option<&Path>) -> impl Iterator<Item = Uri> {
    let [own, beside] = build_context::ignore_files(document.as_str());
    let [_, name] = build_context::ignore_file_names("");
    let of_context = match context {
        Some(context) => Uri::from_file_path(context.join(name)),
        None => beside.parse().ok(),
    };
    own.parse().ok().into_iter().chain(of_context)
}

/// Whether a document is an ignore file.
pub(crate) fn is_ignore_file(document: &Uri) -> bool {
    build_context::is_ignore_file(document.as_str())
}

/// Whether a document is a file of a project that has a say in how a Dockerfile is split.
pub(crate) fn is_project_file(document: &Uri) -> bool {
    let path = document.to_file_path();
    path.is_some_and(|it| it.file_name().and_then(|name| name.to_str()).is_some_and(ContextFiles::wants))
}

/// Whether a document may build images: a file of Compose, Bake or a CI.
pub(crate) fn may_build(document: &Uri) -> bool {
    let Some(path) = document.to_file_path() else { return false };
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    ContextFiles::may_build(name) || path.parent().is_some_and(|it| it.ends_with(".github/workflows"))
}

/// Whether two names are of one file, however they are written.
pub(crate) fn is_same_file(one: &Uri, other: &Uri) -> bool {
    let path = |uri: &Uri| uri.to_file_path().map(|path| path.into_owned());
    one == other || path(one).is_some_and(|one| path(other) == Some(one))
}

/// What lies beside a document at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    /// Ignore files the document can have, and their texts as far as editors have them.
    pub(crate) candidates: Vec<(Uri, Option<Arc<IgnoreFile>>)>,
    pub(crate) on_disk: Arc<OnDisk>,
    /// Whether the client tells of changes on disk.
    pub(crate) is_watched: bool,
    /// Where the document lies, and its build context where that is another folder.
    pub(crate) place: Option<Place>,
}

/// Where a document lies, and its build context where that is another folder.
pub(crate) type Place = (PathBuf, Option<PathBuf>);

impl Beside {
    /// The ignore file that counts. This may read the disk.
    pub(crate) fn ignore_file(&self) -> Option<Arc<IgnoreFile>> {
        self.candidates.iter().find_map(|(uri, open)| match open {
            Some(open) => Some(Arc::clone(open)),
            None => self.on_disk.ignore_file(&uri.to_file_path()?, self.is_watched),
        })
    }
}

impl Beside {
    /// The project's own files, as they were read last. This reads the disk where they never were.
    pub(crate) fn project(&self) -> Arc<ContextFiles> {
        self.place.as_ref().map(|place| self.on_disk.project(place)).unwrap_or_default()
    }

    /// The project's own files as they are now, as far as that can be known.
    pub(crate) fn project_now(&self) -> Arc<ContextFiles> {
        if !self.is_watched
            && let Some(place) = &self.place
        {
            self.on_disk.lock().projects.remove(place);
        }
        self.project()
    }
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct OnDisk(Mutex<Read>);

#[derive(Debug, Default)]
struct Read {
    /// None where there is no such file.
    files: HashMap<PathBuf, Option<Arc<IgnoreFile>>>,
    /// The project's own files of a document.
    projects: HashMap<Place, Arc<ContextFiles>>,
    /// Counts how often everything was forgotten.
    era: u64,
}

impl OnDisk {
    fn ignore_file(&self, path: &Path, keep: bool) -> Option<Arc<IgnoreFile>> {
        if !keep {
            return disk::read_ignore_file(path).map(Arc::new);
        }
        let (known, era) = {
            let read = self.lock();
            (read.files.get(path).cloned(), read.era)
        };
        if let Some(known) = known {
            return known;
        }
        let file = disk::read_ignore_file(path).map(Arc::new);
        let mut read = self.lock();
        // What was forgotten meanwhile may have been read before the change.
        if read.era == era {
            read.files.insert(path.to_owned(), file.clone());
        }
        file
    }

    fn project(&self, place: &Place) -> Arc<ContextFiles> {
        let (known, era) = {
            let read = self.lock();
            (read.projects.get(place).cloned(), read.era)
        };
        if let Some(known) = known {
            return known;
        }
        let files = Arc::new(disk::project_files(Some(&place.0), place.1.as_deref()));
        let mut read = self.lock();
        if read.era == era {
            read.projects.insert(place.clone(), Arc::clone(&files));
        }
        files
    }

    /// Everything is to be read again.
    pub(crate) fn forget(&self) {
        let mut read = self.lock();
        read.files.clear();
        read.projects.clear();
        read.era += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
