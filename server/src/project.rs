//! What `dockstage.toml` says about open documents: read beside the messages, and again when the client
//! says that the file changed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tower_lsp_server::ls_types::{InitializeParams, Uri};

use crate::config::Layer;
use crate::config::file::{self, ConfigFile};
use crate::disk;

/// What the files say, for each folder with a document that was opened.
#[derive(Debug, Default)]
pub(crate) struct Projects {
    /// The folders of the workspace. Files outside of them are none of ours.
    roots: Vec<PathBuf>,
    read: HashMap<PathBuf, Reading>,
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

/// What has to be read: a value that another thread can work with.
#[derive(Debug)]
pub(crate) struct ToRead {
    number: u64,
    folders: Vec<PathBuf>,
    roots: Vec<PathBuf>,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Read {
    number: u64,
    projects: Vec<(PathBuf, Option<Arc<Project>>)>,
    /// What is wrong in the files, with the place.
    pub(crate) problems: Vec<String>,
}

impl Projects {
    /// The folders of the workspace that a client opens.
    pub(crate) fn set_roots(&mut self, params: &InitializeParams) {
        let folders = params.workspace_folders.iter().flatten().map(|folder| &folder.uri);
        #[allow(deprecated)] // Some clients know nothing else.
        let root = params.root_uri.as_ref().filter(|_| params.workspace_folders.is_none());
        self.roots = folders.chain(root).filter_map(path).collect();
    }

    /// What the project of a document says.
    pub(crate) fn layer(&self, document: &Uri) -> Option<Layer> {
        let project = self.read.get(&self.folder(document)?)?.project.as_ref()?;
        Some(project.file.layer_of(path(document).as_deref(), &project.folder))
    }

    /// The folder that a document's places count from in an editor's settings: that of the workspace, or else
    /// its own.
    pub(crate) fn base(&self, document: &Uri) -> Option<PathBuf> {
        let path = path(document)?;
        let roots = self.roots.iter().filter(|root| path.starts_with(root));
        let nearest = roots.max_by_key(|root| root.as_os_str().len());
        nearest.cloned().or_else(|| Some(path.parent()?.to_owned()))
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
        Some(ToRead { number: self.readings, folders, roots: self.roots.clone() })
    }

    /// Takes what was read, unless something newer is there already. Whether anything is different now.
    pub(crate) fn take(&mut self, read: &Read) -> bool {
        let mut changed = false;
        for (folder, project) in &read.projects {
            let known = self.read.entry(folder.clone()).or_default();
            if known.number < read.number {
                changed |= known.project != *project;
                *known = Reading { number: read.number, project: project.clone() };
            }
        }
        changed
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
        let mut files: HashMap<PathBuf, Arc<Project>> = HashMap::new();
        let mut problems = Vec::new();
        let mut projects = Vec::new();
        for folder in self.folders {
            let nearest = disk::nearest_above(&folder, file::NAME)
                .filter(|path| self.roots.iter().any(|root| path.starts_with(root)));
            let project = nearest.map(|path| {
                let read = |path: &PathBuf| Arc::new(read_file(path, &mut problems));
                Arc::clone(files.entry(path).or_insert_with_key(read))
            });
            projects.push((folder, project));
        }
        Read { number: self.number, projects, problems }
    }
}

fn read_file(path: &Path, problems: &mut Vec<String>) -> Project {
    let folder = path.parent().unwrap_or(path).to_owned();
    let file = match disk::file(path).text {
        Ok(text) => {
            let (file, faults) = file::parse(&text.text, |context| disk::is_folder(&folder.join(context)));
            problems.extend(faults.iter().map(|fault| format!("{}:{fault}", path.display())));
            file
        }
        Err(reason) => {
            problems.push(format!("{}: {reason}", path.display()));
            ConfigFile::default()
        }
    };
    Project { folder, file }
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
        let read =
            |number, project| Read { number, projects: vec![("/a".into(), project)], problems: Vec::new() };
        assert!(projects.take(&read(2, off.clone())));
        assert!(!projects.take(&read(1, None)));
        assert!(!projects.layer(&uri).unwrap().resolve().analysis.split_hint);
        assert!(!projects.take(&read(3, off)));
        assert!(projects.take(&read(4, None)));
        assert_eq!(projects.layer(&uri), None);
    }
}
