//! The stages of the workspace.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{WorkspaceSymbolParams, WorkspaceSymbolResponse};

use crate::server::Server;

pub(crate) async fn workspace_symbol(
    server: &Server,
    params: WorkspaceSymbolParams,
) -> Result<Option<WorkspaceSymbolResponse>> {
    let workspace = server.state.lock().workspace();
    let answer = move || Some(WorkspaceSymbolResponse::Flat(workspace.symbols(&params.query)));
    server.work("workspaceSymbol", "the workspace", answer).await
}
