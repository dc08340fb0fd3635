//! The stages of all Dockerfiles of a workspace: those that are open as editors have them, the others as they lie on
//! disk. The disk is walked when somebody asks first, and again when the client says that a Dockerfile changed; where
//! it says no such thing, after a while.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dockstage_core::ide::symbols::{fit, targets};
use dockstage_core::model::SourceFile;
use dockstage_core::text::PositionEncoding;
use tower_lsp_server::ls_types::{self as lsp, Uri};

use crate::disk;
use crate::state::Snapshot;

/// More Dockerfiles than this are not looked at.
const MOST_FILES: usize = 1_000;

/// More stages than this are not shown.
const MOST_SHOWN: usize = 1_000;

/// How long what was read is good for where the client does not tell of changes: somebody types a query.
const FRESH: Duration = Duration::from_secs(10);

/// What was found on disk.
#[derive(Debug, Default)]
pub(crate) struct Index(Mutex<Found>);

#[derive(Debug, Default)]
struct Found {
    files: Option<(Arc<Vec<FileStages>>, Instant)>,
    /// Counts how often everything was forgotten.
    era: u64,
}

/// The stages of a file.
#[derive(Debug)]
struct FileStages {
    uri: Uri,
    path: Option<PathBuf>,
    stages: Vec<(String, lsp::Range)>,
}

impl FileStages {
    fn of(uri: Uri, file: &SourceFile, encoding: PositionEncoding) -> Self {
        let position = |offset| {
            let at = file.text().line_col(offset, encoding);
            lsp::Position::new(at.line, at.col)
        };
        let stages = targets(file).into_iter().map(|stage| {
            (stage.name, lsp::Range::new(position(stage.focus.start()), position(stage.focus.end())))
        });
        Self { path: path(&uri), stages: stages.collect(), uri }
    }
}

impl Index {
    /// The files on disk. This may walk the folders.
    fn files(&self, workspace: &Workspace) -> Arc<Vec<FileStages>> {
        let era = {
            let found = self.lock();
            match &found.files {
                Some((files, read)) if workspace.is_watched || read.elapsed() < FRESH => {
                    return Arc::clone(files);
                }
                _ => found.era,
            }
        };
        let files = Arc::new(read(&workspace.roots, workspace.encoding));
        let mut found = self.lock();
        // What was forgotten meanwhile may have been read before the change.
        if found.era == era {
            found.files = Some((Arc::clone(&files), Instant::now()));
        }
        files
    }

    /// Everything is to be read again.
    pub(crate) fn forget(&self) {
        let mut found = self.lock();
        found.files = None;
        found.era += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(roots: &[PathBuf], encoding: PositionEncoding) -> Vec<FileStages> {
    let mut seen = HashSet::new();
    let mut files = Vec::new();
    for root in roots {
        for path in disk::dockerfiles(root, MOST_FILES.saturating_sub(files.len())) {
            let Some(uri) = Uri::from_file_path(&path).filter(|_| seen.insert(path.clone())) else {
                continue;
            };
            if let Some(text) = disk::dockerfile(&path) {
                files.push(FileStages::of(uri, &SourceFile::new(&text), encoding));
            }
        }
    }
    files
}

/// A workspace at one moment.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) open: Vec<Snapshot>,
    pub(crate) index: Arc<Index>,
    pub(crate) encoding: PositionEncoding,
    /// Whether the client tells of changes on disk.
    pub(crate) is_watched: bool,
}

impl Workspace {
    /// The stages that fit what somebody types, the best first. This may read the disk.
    pub(crate) fn symbols(&self, query: &str) -> Vec<lsp::SymbolInformation> {
        let open: Vec<FileStages> = self
            .open
            .iter()
            .map(|it| FileStages::of(it.uri.clone(), it.analysis.file(), self.encoding))
            .collect();
        let on_disk = self.index.files(self);
        let opened: HashSet<&PathBuf> = open.iter().filter_map(|it| it.path.as_ref()).collect();
        let closed = on_disk.iter().filter(|it| it.path.as_ref().is_none_or(|path| !opened.contains(path)));
        let mut found = Vec::new();
        for file in open.iter().chain(closed) {
            let place = self.place(file);
            for (name, range) in &file.stages {
                let Some(fit) = fit(name, query) else { continue };
                found.push((fit, place.clone(), name, *range, &file.uri));
            }
        }
        found.sort_by(|a, b| (a.0, &a.1, a.3.start).cmp(&(b.0, &b.1, b.3.start)));
        let shown = found.into_iter().take(MOST_SHOWN);
        shown.map(|(_, place, name, range, uri)| symbol(name, place, uri, range)).collect()
    }

    /// Where a file lies: counted from its folder of the workspace, with that folder's name where there are several.
    fn place(&self, file: &FileStages) -> String {
        let Some(path) = &file.path else { return file.uri.as_str().to_owned() };
        let roots = self.roots.iter().filter(|root| path.starts_with(root));
        let Some(root) = roots.max_by_key(|root| root.as_os_str().len()) else { return slashes(path) };
        let below = path.strip_prefix(root).unwrap_or(path);
        match root.file_name() {
            Some(name) if self.roots.len() > 1 => format!("{}/{}", name.to_string_lossy(), slashes(below)),
            _ => slashes(below),
        }
    }
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn path(uri: &Uri) -> Option<PathBuf> {
    (uri.scheme().as_str() == "file").then(|| uri.to_file_path())?.map(|path| path.into_owned())
}

#[allow(deprecated)] // The field has to be filled in.
fn symbol(name: &str, place: String, uri: &Uri, range: lsp::Range) -> lsp::SymbolInformation {
    lsp::SymbolInformation {
        name: name.to_owned(),
        kind: lsp::SymbolKind::CLASS,
        tags: None,
        deprecated: None,
        location: lsp::Location::new(uri.clone(), range),
        container_name: Some(place),
    }
}

/// Whether a change on disk may change what stages there are.
pub(crate) fn is_dockerfile(uri: &Uri) -> bool {
    path(uri).is_some_and(|path| path.file_name().is_some_and(disk::is_dockerfile_name))
}
