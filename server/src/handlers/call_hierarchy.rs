//! Call hierarchy: who takes from a stage, and what a stage needs.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams,
    TextDocumentPositionParams,
};

use crate::server::Server;
use crate::state::Snapshot;

pub(crate) async fn prepare(
    server: &Server,
    params: CallHierarchyPrepareParams,
) -> Result<Option<Vec<CallHierarchyItem>>> {
    let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
    let answer = move |it: &Snapshot| {
        let item = it.analysis.call_hierarchy(it.offset(position)?)?;
        Some(vec![it.call_hierarchy_item(item)])
    };
    server.query("prepareCallHierarchy", &text_document.uri, answer).await
}

pub(crate) async fn incoming(
    server: &Server,
    params: CallHierarchyIncomingCallsParams,
) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
    let item = params.item;
    let uri = item.uri.clone();
    let answer = move |it: &Snapshot| {
        let calls = it.analysis.incoming_calls(&it.callable(&item)?);
        Some(calls.into_iter().map(|call| it.incoming_call(call)).collect())
    };
    server.query("incomingCalls", &uri, answer).await
}

pub(crate) async fn outgoing(
    server: &Server,
    params: CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
    let item = params.item;
    let uri = item.uri.clone();
    let answer = move |it: &Snapshot| {
        let calls = it.analysis.outgoing_calls(&it.callable(&item)?);
        Some(calls.into_iter().map(|call| it.outgoing_call(call)).collect())
    };
    server.query("outgoingCalls", &uri, answer).await
}
