//! Notifications, and what else changes the state. Each is one synchronous call: the framework keeps
//! the order of messages only up to a handler's first await.

use std::sync::Arc;

use dockstage_core::assists::split_stage::ContextFiles;
use serde_json::json;
use tower_lsp_server::ls_types::{
    ConfigurationItem, DidChangeConfigurationParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, InitializeParams, InitializeResult, MessageType,
    Registration, ServerInfo, Uri,
};

use crate::beside::{is_ignore_file, is_project_file, may_build};
use crate::capabilities::{ClientSupport, server_capabilities};
use crate::config::{SECTION, file};
use crate::project::{ToRead, is_configuration};
use crate::server::{PATIENCE, Server};
use crate::state::{ConfigSource, Configured, OutOfSync};
use crate::workspace::is_dockerfile;

/// Agrees with the client on what both can do, and starts the publisher.
pub(crate) fn initialize(server: &Server, params: InitializeParams) -> InitializeResult {
    let support = ClientSupport::of(&params.capabilities);
    let capabilities = server_capabilities(&support);
    server.publisher.start(server.state.clone(), server.client.clone());
    let mut state = server.state.lock();
    state.set_client(support);
    state.projects().set_roots(&params);
    drop(state);
    if let Some(options) = &params.initialization_options {
        configure(server, ConfigSource::Initialize, options);
    }
    InitializeResult {
        capabilities,
        server_info: Some(ServerInfo {
            name: "dockstage".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
        ..InitializeResult::default()
    }
}

/// Asks for the configuration where the client has one to give.
pub(crate) fn initialized(server: &Server) {
    let support = Arc::clone(server.state.lock().client());
    let mut registrations = Vec::new();
    let mut register = |method: &str, options| {
        registrations.push(Registration {
            id: format!("dockstage.{method}"),
            method: method.to_owned(),
            register_options: Some(options),
        });
    };
    if support.registers_configuration {
        register("workspace/didChangeConfiguration", json!({ "section": SECTION }));
    }
    if support.watches_files {
        let patterns =
            ["**/*.dockerignore", "**/*[dD]ockerfile*", "**/*[cC]ontainerfile*"].map(str::to_owned);
        let patterns =
            patterns.into_iter().chain([format!("**/{}", file::NAME)]).chain(ContextFiles::patterns());
        let watchers: Vec<_> = patterns.map(|pattern| json!({ "globPattern": pattern })).collect();
        register("workspace/didChangeWatchedFiles", json!({ "watchers": watchers }));
    }
    if !registrations.is_empty() {
        let (server, watches_files) = (server.clone(), support.watches_files);
        tokio::spawn(async move {
            match server.client.register_capability(registrations).await {
                Ok(()) if watches_files => server.state.lock().set_watched(),
                Ok(()) => (),
                Err(error) => {
                    tracing::warn!("the client does not tell of changed settings or files: {error}")
                }
            }
        });
    }
    if support.answers_configuration {
        ask_for_configuration(server);
    }
}

pub(crate) fn did_open(server: &Server, params: DidOpenTextDocumentParams) {
    let document = params.text_document;
    let mut state = server.state.lock();
    let opened = state.open(document.uri.clone(), document.version, &document.text);
    let to_read = state.projects().reading_of([&document.uri].into_iter());
    drop(state);
    server.prepare(&document.uri);
    wait_no_longer_than_patience(server, &document.uri);
    after_change(server, document.uri, opened);
    read_projects(server, to_read);
}

pub(crate) fn did_change(server: &Server, params: DidChangeTextDocumentParams) {
    let document = params.text_document;
    let changed = server.state.lock().change(&document.uri, document.version, &params.content_changes);
    after_change(server, document.uri, changed);
}

pub(crate) fn did_close(server: &Server, params: DidCloseTextDocumentParams) {
    server.state.lock().close(&params.text_document.uri);
    after_change(server, params.text_document.uri, Ok(()));
}

/// A client that does not tell of changes on disk tells of this one.
pub(crate) fn did_save(server: &Server, params: DidSaveTextDocumentParams) {
    let mut state = server.state.lock();
    if state.is_watched() {
        return;
    }
    state.forget_disk();
    let documents = state.open_documents();
    let to_read = state.projects().reading_of_all(documents.iter());
    drop(state);
    read_projects(server, to_read);
    after_change(server, params.text_document.uri, Ok(()));
}

pub(crate) fn did_change_configuration(server: &Server, params: DidChangeConfigurationParams) {
    // Newer clients send nothing here, only word that there is something to ask for.
    if params.settings.is_null() || params.settings.as_object().is_some_and(|it| it.is_empty()) {
        if server.state.lock().client().answers_configuration {
            ask_for_configuration(server);
        }
        return;
    }
    configure(server, ConfigSource::Client, &params.settings);
}

pub(crate) fn did_change_watched_files(server: &Server, params: DidChangeWatchedFilesParams) {
    let changed = || params.changes.iter().map(|change| &change.uri);
    let mut state = server.state.lock();
    let mut to_read = None;
    if changed().any(is_configuration) {
        let documents = state.open_documents();
        to_read = state.projects().reading_of_all(documents.iter());
    }
    if changed().any(is_dockerfile) {
        state.forget_dockerfiles();
    }
    let mut documents = Vec::new();
    if changed().any(is_ignore_file) {
        state.forget_disk();
        documents.extend(changed().flat_map(|uri| state.documents_under(uri)));
    }
    if changed().any(may_build) {
        state.forget_disk();
        documents.extend(state.open_documents());
    } else if changed().any(is_project_file) {
        state.forget_disk();
        documents
            .extend(changed().filter(|it| is_project_file(it)).flat_map(|uri| state.documents_around(uri)));
    }
    drop(state);
    read_projects(server, to_read);
    if changed().any(may_build) {
        show_again(server);
    }
    look_again(server, documents);
}

/// Where files of settings are looked for, and from where places in an editor's settings count, is another now.
pub(crate) fn did_change_workspace_folders(server: &Server, params: DidChangeWorkspaceFoldersParams) {
    let mut state = server.state.lock();
    state.projects().change_roots(&params.event);
    state.forget_dockerfiles();
    let documents = state.open_documents();
    let to_read = state.projects().reading_of_all(documents.iter());
    drop(state);
    read_projects(server, to_read);
    look_again(server, documents);
    show_again(server);
}

/// Reads what files of the workspace say, on a thread where waiting for the disk holds nothing up.
fn read_projects(server: &Server, to_read: Option<ToRead>) {
    let Some(to_read) = to_read else { return };
    let server = server.clone();
    tokio::task::spawn_blocking(move || {
        let read = to_read.read();
        let configured = server.state.lock().take_projects(read);
        after_configuration(&server, configured);
    });
}

/// Asks for the section; the answer is taken like any other change of the configuration. Never waited
/// for by a handler: the answer is read by the same task that the handler would hold up.
fn ask_for_configuration(server: &Server) {
    let server = server.clone();
    let question = server.state.lock().next_question();
    tokio::spawn(async move {
        let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
        match server.client.configuration(vec![item]).await {
            Ok(values) if server.state.lock().is_last_question(question) => {
                let configured = server.state.lock().take_answer(values.first());
                after_configuration(&server, configured);
            }
            Ok(_) => (),
            Err(error) => {
                tracing::warn!("the client did not give its settings: {error}");
                let configured = server.state.lock().take_answer(None);
                after_configuration(&server, configured);
            }
        }
    });
}

fn configure(server: &Server, source: ConfigSource, value: &serde_json::Value) {
    let configured = server.state.lock().configure(source, value);
    after_configuration(server, configured);
}

/// Diagnostics of a document that is opened before its settings are there wait for them, but not for ever.
fn wait_no_longer_than_patience(server: &Server, uri: &Uri) {
    if server.state.lock().is_settled(uri) {
        return;
    }
    let (server, uri) = (server.clone(), uri.clone());
    tokio::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        let configured = server.state.lock().wait_no_longer(&uri);
        after_configuration(&server, configured);
    });
}

/// Says what is wrong with a configuration, and looks again at what it may change.
fn after_configuration(server: &Server, configured: Configured) {
    let documents = server.state.lock().open_documents();
    configured.files.into_iter().for_each(|file| server.publisher.mark_dirty(file));
    for problem in configured.problems {
        tracing::warn!("{problem}");
        let client = server.client.clone();
        tokio::spawn(async move { client.show_message(MessageType::WARNING, problem).await });
    }
    if !configured.settled.is_empty() {
        server.settled.notify_waiters();
    }
    if configured.changed {
        look_again(server, documents);
    }
    if configured.changed || !configured.settled.is_empty() {
        show_again(server);
    }
    configured.settled.into_iter().for_each(|uri| mark_dirty(server, uri));
}

/// Documents are seen in another light, though they did not change.
fn look_again(server: &Server, documents: Vec<Uri>) {
    if documents.is_empty() {
        return;
    }
    let support = Arc::clone(server.state.lock().client());
    documents.into_iter().for_each(|uri| mark_dirty(server, uri));
    if support.pulls_diagnostics {
        let client = server.client.clone();
        tokio::spawn(async move {
            if let Err(error) = client.workspace_diagnostic_refresh().await {
                tracing::warn!("the client did not ask for diagnostics again: {error}");
            }
        });
    }
}

/// Has the client ask again for what it shows beside the text and for colours: what it was given may not hold any more.
fn show_again(server: &Server) {
    let support = Arc::clone(server.state.lock().client());
    if support.refreshes_lenses {
        let client = server.client.clone();
        tokio::spawn(async move {
            if let Err(error) = client.code_lens_refresh().await {
                tracing::warn!("the client did not ask for code lenses again: {error}");
            }
        });
    }
    if support.refreshes_hints {
        let client = server.client.clone();
        tokio::spawn(async move {
            if let Err(error) = client.inlay_hint_refresh().await {
                tracing::warn!("the client did not ask for inlay hints again: {error}");
            }
        });
    }
    // Which stages are built may be another matter now.
    if support.refreshes_tokens {
        let client = server.client.clone();
        tokio::spawn(async move {
            if let Err(error) = client.semantic_tokens_refresh().await {
                tracing::warn!("the client did not ask for semantic tokens again: {error}");
            }
        });
    }
}

fn after_change(server: &Server, uri: Uri, changed: Result<(), OutOfSync>) {
    match changed {
        Ok(()) => (),
        Err(OutOfSync::Lost) => return,
        Err(reason) => {
            let name = uri.as_str();
            let message = format!("{name} is left alone until it is opened again: {reason}.");
            tracing::error!("{message}");
            let client = server.client.clone();
            tokio::spawn(async move { client.log_message(MessageType::ERROR, message).await });
        }
    }
    if is_ignore_file(&uri) {
        let mut state = server.state.lock();
        let documents = state.documents_under(&uri);
        let is_told = state.is_ignore_file_told(&uri) && !state.client().pulls_diagnostics;
        drop(state);
        look_again(server, documents);
        return if is_told {
            server.publisher.mark_dirty(uri)
        };
    }
    mark_dirty(server, uri);
}

fn mark_dirty(server: &Server, uri: Uri) {
    let state = server.state.lock();
    // What is not settled is marked when it is.
    if !state.client().pulls_diagnostics && state.is_settled(&uri) {
        server.publisher.mark_dirty(uri);
    }
}
