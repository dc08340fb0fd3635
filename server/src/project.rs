//! What `dockstage.toml` says about open documents: read beside the messages, and again when the client
//! says that the file changed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dockstage_core::TextSize;
use dockstage_core::text::{PositionEncoding, TextDocument};
use tower_lsp_server::ls_types::{self as lsp, InitializeParams, Uri, WorkspaceFoldersChangeEvent};

use crate::config::Layer;
use crate::config::file::{self, ConfigFile, Fault};
use crate::disk;
use crate::state::Configured;

/// What the files say, for each folder with a document that was opened.
#[derive(Debug, Default)]
pub(crate) struct Projects {
    /// The folders of the workspace. Files outside of them are none of ours.
    roots: Vec<PathBuf>,
    read: HashMap<PathBuf, Reading>,
    /// The files themselves.
    files: HashMap<PathBuf, FileRead>,
    /// Counts the readings there were.
    readings: u64,
}

/// What was read for a folder, and as the how-manieth.
#[derive(Debug, Default, Clone)]
struct Reading {
    number: u64,
    /// None where no file is near.
    project: Option<Arc<Project>>,
}

/// What a file says, and where it lies.
#[derive(Debug, PartialEq, Eq)]
struct Project {
    folder: PathBuf,
    file: ConfigFile,
}

/// What was read of a file, and as the how-manieth.
#[derive(Debug, Default)]
struct FileRead {
    number: u64,
    text: TextDocument,
    faults: Vec<Fault>,
}

/// What has to be read: a value that another thread can work with.
#[derive(Debug)]
pub(crate) struct ToRead {
    number: u64,
    /// Whether these are all folders with an open document.
    all: bool,
    folders: Vec<PathBuf>,
    roots: Vec<PathBuf>,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Read {
    number: u64,
    all: bool,
    projects: Vec<(PathBuf, Option<Arc<Project>>)>,
    /// The files, with what is wrong in them.
    files: HashMap<PathBuf, FileRead>,
    /// The same in words, with the place.
    problems: Vec<String>,
}

impl Projects {
    /// The folders of the workspace that a client opens.
    pub(crate) fn set_roots(&mut self, params: &InitializeParams) {
        let folders = params.workspace_folders.iter().flatten().map(|folder| &folder.uri);
        #[allow(deprecated)] // Some clients know nothing else.
        let root = params.root_uri.as_ref().filter(|_| params.workspace_folders.is_none());
        self.roots = folders.chain(root).filter_map(path).collect();
    }

    /// Folders came into the workspace or left it. What was read for others stays.
    pub(crate) fn change_roots(&mut self, event: &WorkspaceFoldersChangeEvent) {
        let removed: Vec<PathBuf> = event.removed.iter().filter_map(|folder| path(&folder.uri)).collect();
        self.roots.retain(|root| !removed.contains(root));
        self.roots.extend(event.added.iter().filter_map(|folder| path(&folder.uri)));
        let roots = &self.roots;
        self.read.retain(|folder, _| roots.iter().any(|root| folder.starts_with(root)));
    }

    /// The folders of the workspace.
    pub(crate) fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// What the project of a document says.
    pub(crate) fn layer(&self, document: &Uri) -> Option<Layer> {
        let project = self.read.get(&self.folder(document)?)?.project.as_ref()?;
        Some(project.file.layer_of(path(document).as_deref(), &project.folder))
    }

    /// The folder that a document's places count from in an editor's settings: that of the workspace, or else
    /// its own.
    pub(crate) fn base(&self, document: &Uri) -> Option<PathBuf> {
        let root = self.root(document).map(Path::to_owned);
        root.or_else(|| Some(path(document)?.parent()?.to_owned()))
    }

    /// The folder of the workspace that a document lies in: the nearest one.
    pub(crate) fn root(&self, document: &Uri) -> Option<&Path> {
        let path = path(document)?;
        let roots = self.roots.iter().filter(|root| path.starts_with(root));
        roots.max_by_key(|root| root.as_os_str().len()).map(PathBuf::as_path)
    }

    /// What has to be read for these documents, if anything.
    pub(crate) fn reading_of<'a>(&mut self, documents: impl Iterator<Item = &'a Uri>) -> Option<ToRead> {
        let mut folders: Vec<PathBuf> = documents.filter_map(|it| self.folder(it)).collect();
        folders.sort();
        folders.dedup();
        if folders.is_empty() {
            return None;
        }
        self.readings += 1;
        Some(ToRead { number: self.readings, all: false, folders, roots: self.roots.clone() })
    }

    /// The same for all documents that are open: what is not found any more is gone.
    pub(crate) fn reading_of_all<'a>(&mut self, documents: impl Iterator<Item = &'a Uri>) -> Option<ToRead> {
        self.reading_of(documents).map(|it| ToRead { all: true, ..it })
    }

    /// Whether it is known what holds for a document.
    pub(crate) fn is_read(&self, document: &Uri) -> bool {
        self.folder(document).is_none_or(|folder| self.read.contains_key(&folder))
    }

    /// Takes it that nothing holds for a document, until it was read.
    pub(crate) fn give_up(&mut self, document: &Uri) {
        if let Some(folder) = self.folder(document) {
            self.read.entry(folder).or_default();
        }
    }

    /// What is wrong in a file of settings; none if it is no such file.
    pub(crate) fn faults(&self, uri: &Uri, encoding: PositionEncoding) -> Option<Vec<lsp::Diagnostic>> {
        if !is_configuration(uri) {
            return None;
        }
        let known = path(uri).and_then(|path| self.files.get(&path));
        let faults = known.into_iter().flat_map(|known| known.faults.iter().map(move |it| (it, &known.text)));
        Some(faults.map(|(fault, text)| diagnostic(fault, text, encoding)).collect())
    }

    /// Takes what was read, unless something newer is there already.
    pub(crate) fn take(&mut self, read: Read) -> Configured {
        let mut taken = Configured { problems: read.problems, ..Configured::default() };
        for (folder, project) in read.projects {
            let is_first = !self.read.contains_key(&folder);
            let known = self.read.entry(folder).or_default();
            if known.number < read.number {
                taken.changed |= !is_first && known.project != project;
                *known = Reading { number: read.number, project };
            }
        }
        taken.files = self.take_files(read.number, read.all, read.files);
        taken
    }

    /// Takes files with what is wrong in them: those about which something else is to be said now.
    fn take_files(&mut self, number: u64, all: bool, files: HashMap<PathBuf, FileRead>) -> Vec<Uri> {
        let mut different = Vec::new();
        if all {
            self.files.retain(|path, known| {
                let is_gone = known.number < number && !files.contains_key(path);
                if is_gone && !known.faults.is_empty() {
                    different.push(path.clone());
                }
                !is_gone
            });
        }
        for (path, file) in files {
            let known = self.files.entry(path.clone()).or_default();
            if known.number < file.number {
                if known.faults != file.faults {
                    different.push(path);
                }
                *known = file;
            }
        }
        different.into_iter().filter_map(Uri::from_file_path).collect()
    }

    /// The folder of a document in the workspace.
    fn folder(&self, document: &Uri) -> Option<PathBuf> {
        let folder = path(document)?.parent()?.to_owned();
        self.roots.iter().any(|root| folder.starts_with(root)).then_some(folder)
    }
}

impl ToRead {
    /// Reads. This is where the disk may keep us waiting.
    pub(crate) fn read(self) -> Read {
        let mut known: HashMap<PathBuf, Arc<Project>> = HashMap::new();
        let (mut files, mut problems, mut projects) = (HashMap::new(), Vec::new(), Vec::new());
        for folder in self.folders {
            let nearest = disk::nearest_above(&folder, file::NAME)
                .filter(|path| self.roots.iter().any(|root| path.starts_with(root)));
            let project = nearest.map(|path| {
                let read = |path: &PathBuf| {
                    let (project, text, faults) = read_file(path, &mut problems);
                    files.insert(path.clone(), FileRead { number: self.number, text, faults });
                    Arc::new(project)
                };
                Arc::clone(known.entry(path).or_insert_with_key(read))
            });
            projects.push((folder, project));
        }
        Read { number: self.number, all: self.all, projects, files, problems }
    }
}

fn read_file(path: &Path, problems: &mut Vec<String>) -> (Project, TextDocument, Vec<Fault>) {
    let folder = path.parent().unwrap_or(path).to_owned();
    match disk::file(path).text {
        Ok(text) => {
            let (file, faults) = file::parse(&text.text, |context| disk::is_folder(&folder.join(context)));
            problems.extend(faults.iter().map(|fault| format!("{}:{fault}", path.display())));
            (Project { folder, file }, TextDocument::from(text.text.as_str()), faults)
        }
        Err(reason) => {
            problems.push(format!("{}: {reason}", path.display()));
            (Project { folder, file: ConfigFile::default() }, TextDocument::from(""), Vec::new())
        }
    }
}

fn diagnostic(fault: &Fault, text: &TextDocument, encoding: PositionEncoding) -> lsp::Diagnostic {
    let position = |offset: usize| {
        let at = text.line_col(TextSize::try_from(offset).unwrap_or_default(), encoding);
        lsp::Position::new(at.line, at.col)
    };
    lsp::Diagnostic {
        range: lsp::Range::new(position(fault.range.start), position(fault.range.end)),
        severity: Some(lsp::DiagnosticSeverity::ERROR),
        source: Some("dockstage".to_owned()),
        message: fault.sentence(),
        ..lsp::Diagnostic::default()
    }
}

/// Whether a change on disk may change what a project says.
pub(crate) fn is_configuration(uri: &Uri) -> bool {
    path(uri).is_some_and(|path| path.file_name().is_some_and(|name| name == file::NAME))
}

fn path(uri: &Uri) -> Option<PathBuf> {
    (uri.scheme().as_str() == "file").then(|| uri.to_file_path())?.map(|path| path.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn projects(root: &Path) -> Projects {
        let mut projects = Projects::default();
        let folders = json!([{ "uri": Uri::from_file_path(root).unwrap().as_str(), "name": "" }]);
        let params = json!({ "capabilities": {}, "workspaceFolders": folders });
        projects.set_roots(&serde_json::from_value(params).unwrap());
        projects
    }

    #[test]
    fn only_documents_of_the_workspace_are_looked_after() {
        let mut projects = projects(Path::new("/work space/a"));
        for (uri, folder) in [
            ("file:///work%20space/a/b/Dockerfile", Some("/work space/a/b")),
            ("file:///work%20space/a/Dockerfile", Some("/work space/a")),
            ("file:///work%20space/ab/Dockerfile", None),
            ("file:///Dockerfile", None),
            ("untitled:Dockerfile", None),
        ] {
            let uri: Uri = uri.parse().unwrap();
            let folders = projects.reading_of([&uri].into_iter()).map(|it| it.folders);
            assert_eq!(folders, folder.map(|it| vec![PathBuf::from(it)]), "{}", uri.as_str());
        }
    }

    #[test]
    fn an_older_reading_changes_nothing() {
        let mut projects = projects(Path::new("/a"));
        let uri: Uri = "file:///a/Dockerfile".parse().unwrap();
        let off = file::parse("split.hint = false", |_| true).0;
        let off = Some(Arc::new(Project { folder: "/a".into(), file: off }));
        let mut take = |number, project| {
            let projects_read = vec![("/a".into(), project)];
            let taken = projects.take(Read {
                number,
                all: false,
                projects: projects_read,
                files: HashMap::new(),
                problems: Vec::new(),
            });
            taken.changed
        };
        assert!(!take(2, off.clone()), "nothing was said before");
        assert!(!take(1, None));
        assert!(!take(3, off.clone()));
        assert!(take(4, None) && take(5, off));
        assert!(!projects.layer(&uri).unwrap().resolve().analysis.split_hint);
        assert!(projects.is_read(&uri));
    }
}
