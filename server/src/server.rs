//! The language server: every message of the protocol, one line each, and the one way to ask.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, Semaphore};
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::*;
use tower_lsp_server::{Client, ClientSocket, LanguageServer, LspService, LspServiceBuilder};

use crate::convert::links::resolved;
use crate::diagnostics::Publisher;
use crate::disk;
use crate::framing::{self, Messages};
use crate::handlers::tokens;
use crate::handlers::{
    call_hierarchy, code_lens, command, completion, formatting, inlay_hint, links, notification, request,
    selection, signature, workspace_symbol,
};
use crate::large::{Answers, LargeAnswers};
use crate::outlet::{Blocking, Outlet, Stream};
pub use crate::state::Snapshot;
use crate::state::State;

/// How many messages may be under way. The framework's default of 4 would let slow requests hold up
/// changes and cancellations.
const CONCURRENCY: usize = 256;

/// How long the first diagnostics of a document wait for its settings: some clients promise to give theirs, and
/// never do.
pub(crate) const PATIENCE: Duration = Duration::from_millis(500);

/// How long the first diagnostics have the machine for themselves: they are to be seen before anything is prepared.
const HEAD_START: Duration = Duration::from_millis(50);

/// The state and its lock. The lock is never held across an await.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedState(Arc<Mutex<State>>);

impl SharedState {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // Whatever panicked with the lock in hand: a document is replaced as a whole or not at all.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The language server. Clones are the same server.
#[derive(Debug, Clone)]
pub struct Server {
    pub(crate) client: Client,
    pub(crate) state: SharedState,
    pub(crate) publisher: Arc<Publisher>,
    /// Tells that settings have come that were waited for.
    pub(crate) settled: Arc<Notify>,
    /// Answers that go past the framework's own writing.
    pub(crate) large: LargeAnswers,
    /// Whoever prepares answers that nobody has asked for yet has to hold it.
    preparing: Arc<Semaphore>,
    pub(crate) shut_down: Arc<AtomicBool>,
}

impl Server {
    /// A server that talks to `client`. `shut_down` is set when the client asks to shut down.
    pub fn new(client: Client, shut_down: Arc<AtomicBool>) -> Self {
        let (state, publisher, settled) = (SharedState::default(), Arc::default(), Arc::default());
        let large = LargeAnswers::default();
        let preparing = Arc::new(Semaphore::new(1));
        Self { client, state, publisher, settled, large, preparing, shut_down }
    }

    /// Works out what the first questions about a document would wait for. Nobody waits for this: it is done when the
    /// first diagnostics are known, and for one document after the other, so that there are threads left for those
    /// who ask.
    pub(crate) fn prepare(&self, uri: &Uri) {
        let Some(looked) = self.state.lock().snapshot(uri).map(|it| it.kept.looked) else { return };
        let (server, uri) = (self.clone(), uri.clone());
        tokio::spawn(async move {
            // Some clients never ask for any.
            let _ = tokio::time::timeout(PATIENCE, looked.notified()).await;
            // They are still on their way.
            tokio::time::sleep(HEAD_START).await;
            let turn = server.preparing.acquire().await;
            let snapshot = server.state.lock().snapshot(&uri);
            let work = move || snapshot.iter().for_each(Snapshot::prepare);
            let done = tokio::task::spawn_blocking(work).await;
            drop((turn, done));
        });
    }

    /// Waits until the settings of a document are there, as long as patience lasts.
    pub(crate) async fn wait_for_settings(&self, uri: &Uri) {
        let wait = async {
            loop {
                let settled = self.settled.notified();
                if self.state.lock().is_settled(uri) {
                    return;
                }
                settled.await;
            }
        };
        // When it is over, what is there has to do.
        let _ = tokio::time::timeout(PATIENCE, wait).await;
    }

    /// Asks something about a document: the only way for a request to get at one.
    ///
    /// The snapshot is taken before the first await, so the answer is about the text that the client
    /// saw when it asked. The work is done on a thread of its own: it holds nothing up, and a panic in
    /// it ends there and becomes an error of this one request. An unknown document has no answer.
    ///
    /// # Errors
    /// An internal error when `work` panics.
    pub async fn query<R: Send + 'static>(
        &self,
        request: &'static str,
        uri: &Uri,
        work: impl FnOnce(&Snapshot) -> Option<R> + Send + 'static,
    ) -> Result<Option<R>> {
        let Some(snapshot) = self.state.lock().snapshot(uri) else { return Ok(None) };
        // A cancelled request drops this future, and with it the guard.
        let _guard = snapshot.cancel_on_drop();
        let about = uri.as_str().to_owned();
        // Cancelled while it waited for a thread.
        let work = move || if snapshot.is_cancelled() { None } else { work(&snapshot) };
        self.work(request, &about, work).await
    }

    /// Does what takes time on a thread of its own: it holds nothing up, and a panic in it ends there and becomes an
    /// error of this one request. What it works with has to be taken before the first await.
    ///
    /// # Errors
    /// An internal error when `work` panics.
    pub(crate) async fn work<R: Send + 'static>(
        &self,
        request: &'static str,
        about: &str,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R> {
        tokio::task::spawn_blocking(work).await.map_err(|panic| {
            tracing::error!("{request} failed for {about}: {panic}");
            Error::internal_error()
        })
    }
}

/// The service around a [`Server`], before it is finished: tests add methods of their own.
pub fn build(shut_down: Arc<AtomicBool>) -> LspServiceBuilder<Server> {
    LspService::build(|client| Server::new(client, shut_down))
        .custom_method(framing::UNREADABLE, framing::unreadable)
}

/// Serves until the client says `exit` or goes away.
pub async fn serve(
    (service, socket): (LspService<Server>, ClientSocket),
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite + Unpin,
) {
    serve_through((service, socket), input, Stream::new(output)).await;
}

async fn serve_through(
    (service, socket): (LspService<Server>, ClientSocket),
    input: impl AsyncRead + Unpin,
    outlet: impl Outlet,
) {
    let output = Answers::new(outlet, service.inner().large.clone());
    tower_lsp_server::Server::new(Messages::new(input), output, socket)
        .concurrency_level(CONCURRENCY)
        .serve(service)
        .await;
}

/// Runs the server on standard input and output. The exit code is 0 if the client asked to shut down
/// before it left, as the protocol has it.
pub fn run() -> ExitCode {
    // One thread serves, another does what nobody waits for; reading, writing and every question are on the
    // blocking threads, and diagnostics have one of their own.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_time()
        .worker_threads(1)
        .max_blocking_threads(4)
        .thread_name("dockstage")
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!("cannot start: {error}");
            return ExitCode::from(2);
        }
    };
    let output = match disk::standard_output() {
        Ok(output) => output,
        Err(error) => {
            tracing::error!("standard output cannot be used: {error}");
            return ExitCode::from(2);
        }
    };
    let shut_down = Arc::new(AtomicBool::new(false));
    let service = build(Arc::clone(&shut_down)).finish();
    runtime.block_on(serve_through(service, tokio::io::stdin(), Blocking::new(output)));
    // Not dropped: that would wait for the thread that reads standard input, which some clients never
    // close.
    runtime.shutdown_background();
    if shut_down.load(Ordering::SeqCst) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        Ok(notification::initialize(self, params))
    }
    async fn initialized(&self, _: InitializedParams) {
        notification::initialized(self);
    }
    async fn shutdown(&self) -> Result<()> {
        self.shut_down.store(true, Ordering::SeqCst);
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        notification::did_open(self, params);
    }
    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        notification::did_change(self, params);
    }
    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        notification::did_save(self, params);
    }
    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        notification::did_close(self, params);
    }
    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        notification::did_change_configuration(self, params);
    }
    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        notification::did_change_workspace_folders(self, params);
    }
    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        notification::did_change_watched_files(self, params);
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        request::hover(self, params).await
    }
    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        request::definition(self, params).await
    }
    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        request::references(self, params).await
    }
    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        request::document_highlight(self, params).await
    }
    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        call_hierarchy::prepare(self, params).await
    }
    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        call_hierarchy::incoming(self, params).await
    }
    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        call_hierarchy::outgoing(self, params).await
    }
    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        code_lens::code_lens(self, params).await
    }
    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        command::execute(self, params)
    }
    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        inlay_hint::inlay_hint(self, params).await
    }
    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        request::prepare_rename(self, params).await
    }
    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        request::rename(self, params).await
    }
    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        request::document_symbol(self, params).await
    }
    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        workspace_symbol::workspace_symbol(self, params).await
    }
    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        request::folding_range(self, params).await
    }
    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        completion::completion(self, params).await
    }
    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        completion::resolve(self, item).await
    }
    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        links::document_link(self, params).await
    }
    async fn document_link_resolve(&self, link: DocumentLink) -> Result<DocumentLink> {
        Ok(resolved(link))
    }
    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        selection::selection_range(self, params).await
    }
    async fn linked_editing_range(
        &self,
        params: LinkedEditingRangeParams,
    ) -> Result<Option<LinkedEditingRanges>> {
        selection::linked_editing_range(self, params).await
    }
    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        signature::signature_help(self, params).await
    }
    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        request::code_action(self, params).await
    }
    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        formatting::document(self, params).await
    }
    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        formatting::range(self, params).await
    }
    async fn on_type_formatting(
        &self,
        params: DocumentOnTypeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>> {
        formatting::on_type(self, params).await
    }
    async fn semantic_tokens_full(
        &self,
        params: SemanticTokensParams,
    ) -> Result<Option<SemanticTokensResult>> {
        tokens::full(self, params).await
    }
    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        tokens::delta(self, params).await
    }
    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        tokens::range(self, params).await
    }
    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        request::diagnostic(self, params).await
    }
}
