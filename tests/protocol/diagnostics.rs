//! Diagnostics: sent with their version, taken back, or asked for.

use serde_json::{Value, json};

use crate::client::{TestClient, URI, document, edit};

/// BuildKit refuses this: there is no such instruction.
const BROKEN: &str = "FROM alpine\nFOO x\n";

fn codes(diagnostics: &Value) -> Vec<&str> {
    diagnostics.as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn they_are_sent_with_the_version_they_are_about() {
    let mut client = TestClient::start(json!({})).await;
    client.open(3, BROKEN).await;
    let sent = client.told("textDocument/publishDiagnostics").await;
    assert_eq!((&sent["uri"], &sent["version"]), (&json!(URI), &json!(3)));
    assert_eq!(sent["diagnostics"].as_array().unwrap().len(), 1, "{sent}");
    client.change(4, json!([edit((1, 0), (1, 3), "RUN")])).await;
    let sent = client.told("textDocument/publishDiagnostics").await;
    assert_eq!((&sent["version"], &sent["diagnostics"]), (&json!(4), &json!([])));
}

#[tokio::test]
async fn versions_never_go_back_and_the_last_one_is_sent() {
    let mut client = TestClient::start(json!({})).await;
    client.open(0, BROKEN).await;
    let last = 500;
    for version in 1..=last {
        client.change(version, json!([edit((1, 4), (1, 4), "x")])).await;
    }
    let mut before = -1;
    while before < i64::from(last) {
        let version = client.told("textDocument/publishDiagnostics").await["version"].as_i64().unwrap();
        assert!(version > before, "{version} after {before}");
        before = version;
    }
}

#[tokio::test]
async fn closing_takes_them_back_and_nothing_comes_after() {
    let mut client = TestClient::start(json!({})).await;
    client.open(1, BROKEN).await;
    for version in 2..50 {
        client.change(version, json!([edit((1, 4), (1, 4), "x")])).await;
    }
    client.close().await;
    loop {
        let sent = client.told("textDocument/publishDiagnostics").await;
        if sent.get("version").is_none() {
            assert_eq!(sent["diagnostics"], json!([]));
            break;
        }
    }
    // Another document comes after it in the queue; once it was sent, nothing older is left.
    let other = json!({ "uri": "file:///other", "languageId": "dockerfile", "version": 1, "text": BROKEN });
    client.notify("textDocument/didOpen", json!({ "textDocument": other })).await;
    assert_eq!(client.told("textDocument/publishDiagnostics").await["uri"], "file:///other");
    assert_eq!(client.everything_so_far().await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_client_that_asks_is_answered_and_sent_none() {
    let mut client = TestClient::connect();
    let capabilities = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let answer = client.initialize(json!({ "capabilities": capabilities })).await;
    assert_eq!(answer["capabilities"]["diagnosticProvider"]["interFileDependencies"], false);
    client.open(1, BROKEN).await;
    let first = client.request("textDocument/diagnostic", document()).await.unwrap();
    assert_eq!((&first["kind"], codes(&first["items"]).len()), (&json!("full"), 1));

    let mut again = document();
    again["previousResultId"] = first["resultId"].clone();
    let second = client.request("textDocument/diagnostic", again.clone()).await.unwrap();
    assert_eq!((&second["kind"], &second["resultId"]), (&json!("unchanged"), &first["resultId"]));

    client.change(2, json!([edit((1, 0), (1, 3), "RUN")])).await;
    let third = client.request("textDocument/diagnostic", again).await.unwrap();
    assert_eq!((&third["kind"], &third["items"]), (&json!("full"), &json!([])));
    assert_ne!(third["resultId"], first["resultId"]);
    client.close().await;
    assert_eq!(client.everything_so_far().await, [] as [Value; 0], "it would show them twice");
}

#[tokio::test]
async fn a_client_that_is_sent_them_may_ask_as_well() {
    let mut client = TestClient::start(json!({})).await;
    client.open(1, BROKEN).await;
    let sent = client.told("textDocument/publishDiagnostics").await;
    let asked = client.request("textDocument/diagnostic", document()).await.unwrap();
    assert_eq!(asked["items"], sent["diagnostics"]);
}

#[tokio::test]
async fn a_client_that_cannot_be_told_to_ask_again_is_sent_them() {
    let mut client = TestClient::connect();
    let answer = client.initialize(json!({ "capabilities": { "textDocument": { "diagnostic": {} } } })).await;
    assert_eq!(answer["capabilities"]["diagnosticProvider"], Value::Null, "it would show them twice");
    client.open(1, BROKEN).await;
    let sent = client.told("textDocument/publishDiagnostics").await;
    assert_eq!((&sent["version"], codes(&sent["diagnostics"]).len()), (&json!(1), 1));
    let asked = client.request("textDocument/diagnostic", document()).await.unwrap();
    assert_eq!(asked["items"], sent["diagnostics"]);
}
