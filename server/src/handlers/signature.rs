//! `textDocument/signatureHelp`.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    SignatureHelp, SignatureHelpParams, SignatureHelpTriggerKind, TextDocumentPositionParams,
};

use crate::server::Server;
use crate::state::Snapshot;

pub(crate) async fn signature_help(
    server: &Server,
    params: SignatureHelpParams,
) -> Result<Option<SignatureHelp>> {
    let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
    let by_itself = params.context.is_some_and(|it| it.trigger_kind != SignatureHelpTriggerKind::INVOKED);
    let answer = move |it: &Snapshot| {
        let help = it.analysis.signature_help(it.offset(position)?)?;
        // Whoever types a command wants to see the command.
        let is_unwanted = by_itself && help.in_free_text;
        (!is_unwanted).then(|| it.signature_help(help))
    };
    server.query("signatureHelp", &text_document.uri, answer).await
}
