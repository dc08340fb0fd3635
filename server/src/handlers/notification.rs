//! Notifications, and what else changes the state. Each is one synchronous call: the framework keeps
//! the order of messages only up to a handler's first await.

use std::sync::Arc;

use serde_json::json;
use tower_lsp_server::ls_types::{
    ConfigurationItem, DidChangeConfigurationParams, DidChangeTextDocumentParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, InitializeParams, InitializeResult, MessageType, Registration, ServerInfo,
    Uri,
};

use crate::capabilities::{ClientSupport, server_capabilities};
use crate::config::SECTION;
use crate::server::Server;
use crate::state::{ConfigSource, OutOfSync};

/// Agrees with the client on what both can do, and starts the publisher.
pub(crate) fn initialize(server: &Server, params: InitializeParams) -> InitializeResult {
    let support = ClientSupport::of(&params.capabilities);
    let capabilities = server_capabilities(&support);
    if !support.pulls_diagnostics {
        let server = server.clone();
        tokio::spawn(async move { server.publisher.run(&server.state, &server.client).await });
    }
    server.state.lock().set_client(support);
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
    if support.registers_configuration {
        let client = server.client.clone();
        let registration = Registration {
            id: "dockstage.configuration".to_owned(),
            method: "workspace/didChangeConfiguration".to_owned(),
            register_options: Some(json!({ "section": SECTION })),
        };
        tokio::spawn(async move {
            if let Err(error) = client.register_capability(vec![registration]).await {
                tracing::warn!("the client does not tell of changed settings: {error}");
            }
        });
    }
    if support.answers_configuration {
        ask_for_configuration(server);
    }
}

pub(crate) fn did_open(server: &Server, params: DidOpenTextDocumentParams) {
    let document = params.text_document;
    let opened = server.state.lock().open(document.uri.clone(), document.version, &document.text);
    after_change(server, document.uri, opened);
}

pub(crate) fn did_change(server: &Server, params: DidChangeTextDocumentParams) {
    let document = params.text_document;
    let changed = server.state.lock().change(&document.uri, document.version, &params.content_changes);
    after_change(server, document.uri, changed);
}

pub(crate) fn did_close(server: &Server, params: DidCloseTextDocumentParams) {
    server.state.lock().close(&params.text_document.uri);
    mark_dirty(server, params.text_document.uri);
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

/// Asks for the section; the answer is taken like any other change of the configuration. Never waited
/// for by a handler: the answer is read by the same task that the handler would hold up.
fn ask_for_configuration(server: &Server) {
    let server = server.clone();
    let question = server.state.lock().next_question();
    tokio::spawn(async move {
        let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
        match server.client.configuration(vec![item]).await {
            Ok(values) => {
                let answer = values.first().filter(|_| server.state.lock().is_last_question(question));
                answer.into_iter().for_each(|it| configure(&server, ConfigSource::Client, it));
            }
            Err(error) => tracing::warn!("the client did not give its settings: {error}"),
        }
    });
}

fn configure(server: &Server, source: ConfigSource, value: &serde_json::Value) {
    let mut state = server.state.lock();
    let configured = state.configure(source, value);
    let (documents, support) = (state.open_documents(), Arc::clone(state.client()));
    drop(state);
    for problem in configured.problems {
        tracing::warn!("{problem}");
        let client = server.client.clone();
        tokio::spawn(async move { client.show_message(MessageType::WARNING, problem).await });
    }
    if !configured.changed {
        return;
    }
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
    mark_dirty(server, uri);
}

fn mark_dirty(server: &Server, uri: Uri) {
    if !server.state.lock().client().pulls_diagnostics {
        server.publisher.mark_dirty(uri);
    }
}
