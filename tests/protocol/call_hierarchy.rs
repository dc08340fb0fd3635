//! Call hierarchy of stages on the wire.

use serde_json::{Value, json};

use crate::client::{TestClient, URI, edit};

const TEXT: &str = "\
FROM golang:1.23 AS builder
RUN go build
FROM alpine
COPY --from=builder /a /a
COPY --from=builder /b /b
";

fn range(line: u32, start: u32, end: u32) -> Value {
    json!({ "start": { "line": line, "character": start }, "end": { "line": line, "character": end } })
}

async fn prepared(client: &mut TestClient, line: u32, character: u32) -> Value {
    client.ask_at("prepareCallHierarchy", line, character).await[0].clone()
}

async fn calls(client: &mut TestClient, direction: &str, item: &Value) -> Value {
    client.request(&format!("callHierarchy/{direction}Calls"), json!({ "item": item })).await.unwrap()
}

#[tokio::test]
async fn a_stage_has_callers_and_needs() {
    let mut client = TestClient::connect();
    let answer = client.initialize(json!({ "capabilities": {} })).await;
    assert_eq!(answer["capabilities"]["callHierarchyProvider"], true);
    client.open(1, TEXT).await;
    let builder = prepared(&mut client, 3, 14).await;
    assert_eq!(builder["name"], "builder");
    assert_eq!((&builder["uri"], &builder["selectionRange"]), (&json!(URI), &range(0, 20, 27)));
    let callers = calls(&mut client, "incoming", &builder).await;
    assert_eq!(callers.as_array().unwrap().len(), 1);
    assert_eq!(callers[0]["from"]["name"], "stage 1");
    assert_eq!(callers[0]["fromRanges"], json!([range(3, 12, 19), range(4, 12, 19)]));
    let needed = calls(&mut client, "outgoing", &callers[0]["from"]).await;
    assert_eq!((&needed[0]["to"]["name"], &needed[1]["to"]["name"]), (&json!("alpine"), &json!("builder")));
    assert_eq!(calls(&mut client, "outgoing", &needed[0]["to"]).await, json!([]), "an image needs nothing");
    assert_eq!(calls(&mut client, "incoming", &needed[0]["to"]).await[0]["from"]["name"], "stage 1");
    assert_eq!(prepared(&mut client, 1, 5).await, Value::Null);
}

#[tokio::test]
async fn an_item_means_its_stage_after_an_edit_and_without_our_data() {
    let mut client = TestClient::start(json!({})).await;
    client.open(1, TEXT).await;
    let mut builder = prepared(&mut client, 0, 22).await;
    client.change(2, json!([edit((0, 0), (0, 0), "FROM busybox AS first\n\n")])).await;
    let callers = calls(&mut client, "incoming", &builder).await;
    assert_eq!(callers[0]["from"]["name"], "stage 2");
    assert_eq!(callers[0]["fromRanges"][0], range(5, 12, 19));
    client.change(3, json!([edit((0, 0), (2, 0), "")])).await;
    builder.as_object_mut().unwrap().remove("data");
    assert_eq!(calls(&mut client, "incoming", &builder).await[0]["from"]["name"], "stage 1");
}
