//! Commands that run here: those that stand for code actions, for clients that know nothing else.

use serde_json::Value;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{ExecuteCommandParams, Uri, WorkspaceEdit};

use super::request::refused;
use crate::capabilities::APPLY_EDIT;
use crate::server::Server;

pub(crate) fn execute(server: &Server, params: ExecuteCommandParams) -> Result<Option<Value>> {
    match params.command.as_str() {
        APPLY_EDIT => apply_edit(server, params.arguments),
        other => Err(Error::invalid_params(format!("There is no command `{other}`."))),
    }
}

/// Sends edits to the client, if its text is still the one that they are meant for.
fn apply_edit(server: &Server, arguments: Vec<Value>) -> Result<Option<Value>> {
    let wrong = |error| Error::invalid_params(format!("`{APPLY_EDIT}`: {error}"));
    let (uri, version, edit): (Uri, i32, WorkspaceEdit) =
        serde_json::from_value(Value::Array(arguments)).map_err(wrong)?;
    if server.state.lock().snapshot(&uri).is_none_or(|now| now.version != version) {
        return Err(refused("The document has changed. Ask for the action again."));
    }
    let client = server.client.clone();
    // Not waited for: the answer is read by the task that this handler holds up.
    tokio::spawn(async move {
        match client.apply_edit(edit).await {
            Ok(answer) if answer.applied => (),
            Ok(answer) => {
                tracing::warn!("edits were not made: {}", answer.failure_reason.unwrap_or_default())
            }
            Err(error) => tracing::warn!("edits were not made: {error}"),
        }
    });
    Ok(None)
}
