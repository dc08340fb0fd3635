//! From the first message to the last.

use serde_json::{Value, json};

use crate::client::{TestClient, URI, at, document, knows_actions};

#[tokio::test]
async fn initialize_tells_who_answers_and_what_it_can() {
    let mut client = TestClient::connect();
    let mut able = knows_actions(json!({}));
    able["textDocument"]["rename"] = json!({ "prepareSupport": true });
    let answer = client.initialize(json!({ "processId": null, "capabilities": able })).await;
    assert_eq!(answer["serverInfo"]["name"], "dockstage");
    assert_eq!(answer["serverInfo"]["version"], env!("CARGO_PKG_VERSION"));
    let capabilities = &answer["capabilities"];
    assert_eq!(capabilities["positionEncoding"], "utf-16");
    assert_eq!(capabilities["textDocumentSync"]["change"], 2, "incremental");
    assert_eq!(capabilities["renameProvider"]["prepareProvider"], true);
    assert_eq!(
        capabilities["codeActionProvider"]["codeActionKinds"],
        json!(["quickfix", "refactor.extract", "refactor.inline", "refactor.move", "refactor.rewrite"])
    );
    assert_eq!(capabilities.get("diagnosticProvider"), None, "this client is sent its diagnostics");
}

#[tokio::test]
async fn the_clients_encoding_is_taken() {
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let mut client = TestClient::connect();
        let capabilities = json!({ "general": { "positionEncodings": [encoding, "utf-16"] } });
        let answer = client.initialize(json!({ "capabilities": capabilities })).await;
        assert_eq!(answer["capabilities"]["positionEncoding"], encoding);
    }
}

#[tokio::test]
async fn a_request_before_initialize_is_refused() {
    let mut client = TestClient::connect();
    let error = client.request("textDocument/hover", at(0, 0)).await.unwrap_err();
    assert_eq!(error["code"], -32002);
}

#[tokio::test]
async fn a_second_initialize_and_a_request_after_shutdown_are_invalid() {
    let mut client = TestClient::start(json!({})).await;
    let again = client.request("initialize", json!({ "capabilities": {} })).await.unwrap_err();
    assert_eq!(again["code"], -32600);
    assert_eq!(client.request("shutdown", Value::Null).await, Ok(Value::Null));
    let late = client.request("textDocument/hover", at(0, 0)).await.unwrap_err();
    assert_eq!(late["code"], -32600);
    assert!(client.leave(true).await);
}

#[tokio::test]
async fn leaving_without_shutdown_ends_the_server_too() {
    assert!(!TestClient::start(json!({})).await.leave(true).await);
    assert!(!TestClient::start(json!({})).await.leave(false).await);
}

#[tokio::test]
async fn an_unknown_method_is_an_error_and_an_unknown_notification_is_nothing() {
    let mut client = TestClient::start(json!({})).await;
    client.notify("dockstage/whatever", json!({})).await;
    let error = client.request("dockstage/whatever", json!({})).await.unwrap_err();
    assert_eq!(error["code"], -32601);
}

/// Every request about a document, with parameters that are in order.
fn every_request() -> Vec<(&'static str, Value)> {
    let with = |mut params: Value, key: &str, value: Value| {
        params[key] = value;
        params
    };
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } });
    vec![
        ("hover", at(0, 0)),
        ("definition", at(0, 0)),
        ("references", with(at(0, 0), "context", json!({ "includeDeclaration": true }))),
        ("documentHighlight", at(0, 0)),
        ("prepareRename", at(0, 0)),
        ("rename", with(at(0, 0), "newName", json!("b"))),
        ("documentSymbol", document()),
        ("foldingRange", document()),
        ("completion", at(0, 0)),
        ("codeAction", with(with(document(), "range", range), "context", json!({ "diagnostics": [] }))),
    ]
}

#[tokio::test]
async fn an_unknown_document_has_no_answers_and_no_errors() {
    let mut client = TestClient::start(json!({})).await;
    for (method, params) in every_request() {
        assert_eq!(
            client.request(&format!("textDocument/{method}"), params).await,
            Ok(Value::Null),
            "{method}"
        );
    }
    let pulled = client.request("textDocument/diagnostic", document()).await.unwrap();
    assert_eq!(pulled, json!({ "kind": "full", "items": [] }));
    client.notify("textDocument/didSave", document()).await;
    client.close().await;
    assert_eq!(client.text().await, Value::Null);
}

#[tokio::test]
async fn a_position_out_of_range_has_no_answer_and_no_error() {
    let mut client = TestClient::start(json!({})).await;
    client.open(1, "FROM alpine AS a\nFROM a\n").await;
    for place in [(7, 0), (u32::MAX, u32::MAX)] {
        for (method, mut params) in every_request() {
            let position = json!({ "line": place.0, "character": place.1 });
            if params.get("position").is_some() {
                params["position"] = position.clone();
            } else if params.get("range").is_some() {
                params["range"] = json!({ "start": position, "end": position });
            } else {
                continue;
            }
            let answer = client.request(&format!("textDocument/{method}"), params).await;
            assert_eq!(answer, Ok(Value::Null), "{method} at {place:?}");
        }
    }
    // A column behind the end of its line is the end of the line.
    client.request("textDocument/hover", at(0, u32::MAX)).await.unwrap();
}

#[tokio::test]
async fn any_scheme_of_uri_will_do() {
    let mut client = TestClient::start(json!({})).await;
    for uri in ["untitled:Untitled-1", "vscode-vfs://github/a/b/Dockerfile", URI] {
        let document = json!({ "uri": uri, "languageId": "dockerfile", "version": 1, "text": "FROM a" });
        client.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
        let asked = json!({ "textDocument": { "uri": uri } });
        assert_eq!(client.request("test/text", asked).await, Ok(json!("FROM a")));
    }
}
