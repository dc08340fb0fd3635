//! What `dockstage.toml` says about open documents: read beside the messages, and again when the client
//! says that the file changed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tower_lsp_server::ls_types::{InitializeParams, Uri};

use crate::config::Layer;
use crate::config::file;
use crate::disk;

/// What the files say, for each folder with a document that was opened.
#[derive(Debug, Default)]
pub(crate) struct Projects {
    /// The folders of the workspace. Files outside of them are none of ours.
    roots: Vec<PathBuf>,
    layers: HashMap<PathBuf, Reading>,
    /// Counts the readings there were.
    readings: u64,
}

/// What was read for a folder, and as the how-manieth.
#[derive(Debug, Default, Clone, Copy)]
struct Reading {
    number: u64,
    layer: Layer,
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
    layers: Vec<(PathBuf, Layer)>,
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
        if self.layers.is_empty() {
            return None;
        }
        self.layers.get(&self.folder(document)?).map(|reading| reading.layer)
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
        for (folder, layer) in &read.layers {
            let known = self.layers.entry(folder.clone()).or_default();
            if known.number < read.number {
                changed |= known.layer != *layer;
                *known = Reading { number: read.number, layer: *layer };
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
        let mut files: HashMap<PathBuf, Layer> = HashMap::new();
        let mut problems = Vec::new();
        let mut layers = Vec::new();
        for folder in self.folders {
            let nearest = disk::nearest_above(&folder, file::NAME)
                .filter(|path| self.roots.iter().any(|root| path.starts_with(root)));
            let layer = nearest.map(|path| {
                let read = |path: &PathBuf| read_file(path, &mut problems);
                *files.entry(path).or_insert_with_key(read)
            });
            layers.push((folder, layer.unwrap_or_default()));
        }
        Read { number: self.number, layers, problems }
    }
}

fn read_file(path: &Path, problems: &mut Vec<String>) -> Layer {
    match disk::file(path).text {
        Ok(text) => {
            let (file, faults) = file::parse(&text.text);
            problems.extend(faults.iter().map(|fault| format!("{}:{fault}", path.display())));
            file.layer
        }
        Err(reason) => {
            problems.push(format!("{}: {reason}", path.display()));
            Layer::default()
        }
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
        let layer = file::parse("split.hint = false").0.layer;
        let read = |number, layer| Read { number, layers: vec![("/a".into(), layer)], problems: Vec::new() };
        assert!(projects.take(&read(2, layer)));
        assert!(!projects.take(&read(1, Layer::default())));
        assert_eq!(projects.layer(&uri), Some(layer));
        assert!(!projects.take(&read(3, layer)));
        assert!(projects.take(&read(4, Layer::default())));
    }
}
