//! What the server remembers.
//!
//! [`State`] has one owner, a mutex. Notifications change it in one call each, without waiting for
//! anything, so that they take effect in the order of their arrival. A [`Snapshot`] shares its
//! document and never changes.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dockstage_core::analysis::Analysis;
use dockstage_core::model::{ContentChange, SourceFile};
use dockstage_core::text::TextDocument;
use dockstage_core::workspace::IgnoreFile;
use serde_json::Value;
use tower_lsp_server::ls_types::{self as lsp, TextDocumentContentChangeEvent, Uri};

use crate::beside::{Beside, OnDisk, ignore_files, is_ignore_file, is_same_file};
use crate::capabilities::ClientSupport;
use crate::config::{Config, Layer};
use crate::convert::{from_proto, to_proto};
use crate::project::{Projects, Read};
use crate::snapshot::Kept;
pub use crate::snapshot::Snapshot;
use crate::workspace::{Index, Workspace};

/// Everything that changes.
#[derive(Debug, Default)]
pub(crate) struct State {
    client: Arc<ClientSupport>,
    /// What `initialize` said, and under it what the client said last.
    layers: [Layer; 2],
    /// What the files of the workspace say, over all that.
    projects: Projects,
    /// Whether the client has not given its settings yet, though it can.
    awaits_client: bool,
    /// Problems of the configuration that the user has been told of.
    told: HashSet<String>,
    documents: HashMap<Uri, Document>,
    /// Open ignore files with something wrong in them.
    faulty: HashSet<Uri>,
    /// Ignore files that were read.
    on_disk: Arc<OnDisk>,
    /// Stages of files that were read.
    index: Arc<Index>,
    /// Whether the client tells of changes of files on disk.
    is_watched: bool,
    /// Counts the changes of what lies beside documents, on disk or in an editor.
    changes_beside: u64,
    /// Counts the texts there have been. A client's versions need not differ; these do.
    revision: u64,
    /// Counts how often the client was asked for its configuration.
    questions: u64,
}

#[derive(Debug)]
enum Document {
    Known {
        version: i32,
        revision: u64,
        file: Arc<SourceFile>,
        kept: Kept,
    },
    /// An ignore file. It has a say in what is said about Dockerfiles; there is nothing to say about it.
    Ignore {
        version: i32,
        text: TextDocument,
        file: Arc<IgnoreFile>,
    },
    /// Its text is not known any more: a change could not be applied. It stays so until it is opened
    /// again.
    Lost,
}

/// Why a change of a document could not be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OutOfSync {
    /// It was never opened.
    NotOpen,
    /// It is lost already, and that was said.
    Lost,
    /// The version is lower than the one before.
    VersionWentBack { from: i32, to: i32 },
    /// The range ends before it starts.
    InvertedRange,
    /// The range starts behind the last line.
    BehindTheEnd,
    /// The analysis panicked.
    Panicked,
}

impl std::fmt::Display for OutOfSync {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotOpen => f.write_str("it is not open"),
            Self::Lost => f.write_str("an earlier change could not be applied"),
            Self::VersionWentBack { from, to } => write!(f, "its version went back from {from} to {to}"),
            Self::InvertedRange => f.write_str("a changed range ends before it starts"),
            Self::BehindTheEnd => f.write_str("a changed range starts behind the last line"),
            Self::Panicked => f.write_str("the analysis failed, which is a bug in Dockstage"),
        }
    }
}

/// Where a configuration comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConfigSource {
    /// `initializationOptions`.
    Initialize = 0,
    /// `workspace/didChangeConfiguration`, or the answer to `workspace/configuration`.
    Client = 1,
}

/// What a new configuration led to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Configured {
    /// Whether something is different now that counted before.
    pub(crate) changed: bool,
    /// Documents that have their settings now and had to wait for them.
    pub(crate) settled: Vec<Uri>,
    /// Files of settings about which something else is to be said now.
    pub(crate) files: Vec<Uri>,
    /// What is wrong with it and was not said before.
    pub(crate) problems: Vec<String>,
}

impl State {
    /// Remembers what the client can do.
    pub(crate) fn set_client(&mut self, client: ClientSupport) {
        self.awaits_client = client.answers_configuration;
        self.client = Arc::new(client);
    }

    /// What the client can do.
    pub(crate) fn client(&self) -> &Arc<ClientSupport> {
        &self.client
    }

    /// A document was opened: from now on its text is what the client says.
    pub(crate) fn open(&mut self, uri: Uri, version: i32, text: &str) -> Result<(), OutOfSync> {
        let document = match is_ignore_file(&uri) {
            true => self.ignore_file(version, TextDocument::from(text)),
            false => self.dockerfile(version, Kept::default(), || SourceFile::new_by_halves(text, both)),
        };
        let document = match document {
            Ok(document) => document,
            Err(reason) => {
                self.documents.insert(uri, Document::Lost);
                return Err(reason);
            }
        };
        self.documents.insert(uri, document);
        Ok(())
    }

    /// A document was changed. When a change does not fit, the document is lost: going on with a text
    /// that the user does not see would make every answer wrong.
    pub(crate) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        events: &[TextDocumentContentChangeEvent],
    ) -> Result<(), OutOfSync> {
        let edited = match self.documents.get(uri) {
            Some(Document::Known { version: from, file, kept, .. }) => {
                let (from, file, kept) = (*from, Arc::clone(file), kept.for_next_text());
                let changes = self.changes(file.text(), from, version, events);
                changes.and_then(|changes| self.dockerfile(version, kept, || file.edited(&changes)))
            }
            Some(Document::Ignore { version: from, text, .. }) => {
                let (from, text) = (*from, text.clone());
                let changes = self.changes(&text, from, version, events);
                changes.and_then(|changes| self.ignore_file(version, replaced(text, &changes)))
            }
            Some(Document::Lost) => return Err(OutOfSync::Lost),
            None => return Err(OutOfSync::NotOpen),
        };
        let document = match edited {
            Ok(document) => document,
            Err(reason) => {
                self.documents.insert(uri.clone(), Document::Lost);
                return Err(reason);
            }
        };
        self.documents.insert(uri.clone(), document);
        Ok(())
    }

    fn changes(
        &self,
        text: &TextDocument,
        from: i32,
        to: i32,
        events: &[TextDocumentContentChangeEvent],
    ) -> Result<Vec<ContentChange>, OutOfSync> {
        if to < from {
            return Err(OutOfSync::VersionWentBack { from, to });
        }
        from_proto::content_changes(text, self.client.encoding, events)
    }

    fn dockerfile(
        &mut self,
        version: i32,
        kept: Kept,
        file: impl FnOnce() -> SourceFile,
    ) -> Result<Document, OutOfSync> {
        let file = catch_unwind(AssertUnwindSafe(file)).map_err(|_| OutOfSync::Panicked)?;
        Ok(Document::Known { version, revision: self.next_revision(), file: Arc::new(file), kept })
    }

    fn ignore_file(&mut self, version: i32, text: TextDocument) -> Result<Document, OutOfSync> {
        let file = catch_unwind(|| IgnoreFile::parse(&text.to_string())).map_err(|_| OutOfSync::Panicked)?;
        self.changes_beside += 1;
        Ok(Document::Ignore { version, text, file: Arc::new(file) })
    }

    /// A document was closed: from now on its text is what is on disk.
    pub(crate) fn close(&mut self, uri: &Uri) {
        self.documents.remove(uri);
        if is_ignore_file(uri) {
            self.forget_disk();
        }
    }

    /// Files beside documents may have changed on disk.
    pub(crate) fn forget_disk(&mut self) {
        self.on_disk.forget();
        self.changes_beside += 1;
    }

    /// The client tells of changes of ignore files from now on.
    pub(crate) fn set_watched(&mut self) {
        self.is_watched = true;
        self.forget_dockerfiles();
        self.forget_disk();
    }

    /// Whether the client tells of changes of ignore files.
    pub(crate) fn is_watched(&self) -> bool {
        self.is_watched
    }

    /// The open documents that an ignore file has a say in.
    pub(crate) fn documents_under(&self, ignore_file: &Uri) -> Vec<Uri> {
        let mut documents = self.open_documents();
        documents.retain(|uri| {
            let context = self.config_of(uri).context;
            ignore_files(uri, context.as_deref()).any(|it| is_same_file(&it, ignore_file))
        });
        documents
    }

    /// What lies beside a document that is built in this context.
    fn beside(&self, uri: &Uri, context: Option<&Path>) -> Beside {
        let open = |uri: &Uri| {
            let mut files = self.documents.iter().filter_map(|(open, document)| match document {
                Document::Ignore { file, .. } => Some((open, file)),
                _ => None,
            });
            // A client may write the name of a file otherwise than we do.
            files.find(|(open, _)| is_same_file(open, uri)).map(|(_, file)| Arc::clone(file))
        };
        let candidates = ignore_files(uri, context).map(|uri| (uri.clone(), open(&uri)));
        Beside {
            candidates: candidates.collect(),
            on_disk: Arc::clone(&self.on_disk),
            is_watched: self.is_watched,
            place: uri.to_file_path().map(|it| (it.into_owned(), context.map(Path::to_owned))),
        }
    }

    /// The open documents whose build context, or folder, a file lies in.
    pub(crate) fn documents_around(&self, file: &Uri) -> Vec<Uri> {
        let Some(file) = file.to_file_path() else { return Vec::new() };
        let mut documents = self.open_documents();
        documents.retain(|uri| {
            let folder = self.config_of(uri).context.or_else(|| folder(uri));
            folder.is_some_and(|folder| file.starts_with(folder))
        });
        documents
    }

    /// The documents whose text is known.
    pub(crate) fn open_documents(&self) -> Vec<Uri> {
        let known = self.documents.iter().filter(|(_, it)| matches!(it, Document::Known { .. }));
        known.map(|(uri, _)| uri.clone()).collect()
    }

    /// Takes a configuration from one source over what that source said before.
    pub(crate) fn configure(&mut self, source: ConfigSource, value: &Value) -> Configured {
        let Some((layer, mut problems)) = Layer::read(value) else { return Configured::default() };
        let known = &mut self.layers[source as usize];
        let changed = *known != layer;
        *known = layer;
        problems.retain(|problem| self.told.insert(problem.clone()));
        Configured { changed: changed && !self.awaits_client, problems, ..Configured::default() }
    }

    /// Takes the client's answer to the question for its settings; none if it has none to give.
    pub(crate) fn take_answer(&mut self, value: Option<&Value>) -> Configured {
        self.settling(|state| {
            let configured = value.map(|value| state.configure(ConfigSource::Client, value));
            state.awaits_client = false;
            configured.unwrap_or_default()
        })
    }

    /// Does something that documents may have waited for.
    fn settling(&mut self, change: impl FnOnce(&mut Self) -> Configured) -> Configured {
        let mut waiting = self.open_documents();
        waiting.retain(|uri| !self.is_settled(uri));
        let configured = change(self);
        waiting.retain(|uri| self.is_settled(uri));
        Configured { settled: waiting, ..configured }
    }

    /// Whether all is there that says how a document is looked at.
    pub(crate) fn is_settled(&self, uri: &Uri) -> bool {
        !self.awaits_client && self.projects.is_read(uri)
    }

    /// A document has waited long enough for its settings.
    pub(crate) fn wait_no_longer(&mut self, uri: &Uri) -> Configured {
        self.settling(|state| {
            state.awaits_client = false;
            state.projects.give_up(uri);
            Configured::default()
        })
    }

    /// What is wrong with a file beside Dockerfiles, of settings or of what is ignored; none if the document is
    /// none.
    pub(crate) fn faults_of(&self, uri: &Uri) -> Option<Vec<lsp::Diagnostic>> {
        match self.documents.get(uri) {
            Some(Document::Ignore { file, text, .. }) if self.config_of(uri).diagnostics => {
                Some(to_proto::ignore_faults(file, text, self.client.encoding))
            }
            _ => self.projects.faults(uri, self.client.encoding),
        }
    }

    /// Whether something has to be said about an ignore file, were it that nothing is wrong with it any more.
    pub(crate) fn is_ignore_file_told(&mut self, uri: &Uri) -> bool {
        let has_faults = self.faults_of(uri).is_some_and(|faults| !faults.is_empty());
        let had_faults = if has_faults { !self.faulty.insert(uri.clone()) } else { self.faulty.remove(uri) };
        has_faults || had_faults
    }

    /// What the files of the workspace say.
    pub(crate) fn projects(&mut self) -> &mut Projects {
        &mut self.projects
    }

    /// Takes what was read from files of the workspace.
    pub(crate) fn take_projects(&mut self, read: Read) -> Configured {
        let mut configured = self.settling(|state| state.projects.take(read));
        configured.problems.retain(|problem| self.told.insert(problem.clone()));
        configured
    }

    /// What holds for a document.
    fn config_of(&self, uri: &Uri) -> Config {
        let [initial, last] = &self.layers;
        let mut layer = initial.under(last);
        if let (Some(_), Some(base)) = (&layer.build.context, self.projects.base(uri)) {
            layer.build = layer.build.counted_from(&base);
        }
        match self.projects.layer(uri) {
            Some(project) => layer.under(&project).resolve(),
            None => layer.resolve(),
        }
    }

    /// The client is being asked for its configuration: the number of the question.
    pub(crate) fn next_question(&mut self) -> u64 {
        self.questions += 1;
        self.questions
    }

    /// Whether this is the last question there was: only its answer counts.
    pub(crate) fn is_last_question(&self, question: u64) -> bool {
        self.questions == question
    }

    /// A document as it is now; none when its text is not known.
    pub(crate) fn snapshot(&self, uri: &Uri) -> Option<Snapshot> {
        let Some(Document::Known { version, revision, file, kept }) = self.documents.get(uri) else {
            return None;
        };
        let config = self.config_of(uri);
        Some(Snapshot {
            uri: uri.clone(),
            version: *version,
            revision: *revision,
            beside: self.beside(uri, config.context.as_deref()),
            context: config.context.clone().or_else(|| folder(uri)),
            analysis: Analysis::new(Arc::clone(file), Arc::clone(&config.analysis)),
            client: Arc::clone(&self.client),
            root: self.projects.root(uri).map(Path::to_owned),
            config,
            kept: kept.clone(),
            changes_beside: self.changes_beside,
            cancelled: Arc::default(),
        })
    }

    /// The workspace as it is now.
    pub(crate) fn workspace(&self) -> Workspace {
        Workspace {
            roots: self.projects.roots().to_vec(),
            open: self.open_documents().iter().filter_map(|uri| self.snapshot(uri)).collect(),
            index: Arc::clone(&self.index),
            encoding: self.client.encoding,
            is_watched: self.is_watched,
        }
    }

    /// Dockerfiles may have changed on disk.
    pub(crate) fn forget_dockerfiles(&self) {
        self.index.forget();
    }

    /// Whether nothing happened to the snapshot's document since it was taken.
    pub(crate) fn is_current(&self, snapshot: &Snapshot) -> bool {
        match self.documents.get(&snapshot.uri) {
            Some(Document::Known { revision, .. }) => *revision == snapshot.revision,
            _ => false,
        }
    }

    /// A name for what is said about a snapshot: the same as long as the same would be said. Another
    /// run of the server has other names.
    pub(crate) fn result_id(&self, snapshot: &Snapshot) -> String {
        let mut settings = DefaultHasher::new();
        self.config_of(&snapshot.uri).hash(&mut settings);
        let settings = settings.finish();
        format!("{}.{}.{}.{settings:x}", std::process::id(), snapshot.revision, self.changes_beside)
    }

    fn next_revision(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }
}

/// The folder of a document that lies on disk.
fn folder(uri: &Uri) -> Option<PathBuf> {
    let path = (uri.scheme().as_str() == "file").then(|| uri.to_file_path())??;
    path.parent().map(Path::to_owned)
}

/// Does two things at the same time. A panic in either is one here.
fn both(one: &mut (dyn FnMut() + Send), other: &mut (dyn FnMut() + Send)) {
    std::thread::scope(|scope| {
        let other = std::thread::Builder::new().spawn_scoped(scope, other);
        one();
        if let Ok(Err(panic)) = other.map(|it| it.join()) {
            resume_unwind(panic);
        }
    });
}

/// A text with changes made to it, one after the other.
fn replaced(mut text: TextDocument, changes: &[ContentChange]) -> TextDocument {
    for change in changes {
        match change.range {
            Some(range) => drop(text.replace(range, &change.text)),
            None => text = TextDocument::from(change.text.as_str()),
        }
    }
    text
}
