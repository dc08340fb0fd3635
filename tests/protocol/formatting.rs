//! Formatting on the wire: a document, a range, and the line that is typed.

use serde_json::{Value, json};

use crate::client::{TestClient, document};

const TEXT: &str = "  FROM é AS b  \n  RUN c \\\n&& d\n";

fn edit(line: u32, start: u32, end: u32, text: &str) -> Value {
    json!({
        "range": { "start": { "line": line, "character": start }, "end": { "line": line, "character": end } },
        "newText": text,
    })
}

async fn ask(client: &mut TestClient, method: &str, more: Value) -> Value {
    let mut params = document();
    params["options"] = json!({ "tabSize": 2, "insertSpaces": true });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.request(&format!("textDocument/{method}"), params).await.unwrap()
}

#[tokio::test]
async fn a_document_and_a_range() {
    let mut client = TestClient::start(json!({})).await;
    client.open(1, TEXT).await;
    let all = [edit(0, 0, 2, ""), edit(0, 13, 15, ""), edit(1, 0, 2, "")];
    assert_eq!(ask(&mut client, "formatting", json!({})).await, json!(all));
    let range = json!({ "start": { "line": 1, "character": 3 }, "end": { "line": 2, "character": 0 } });
    assert_eq!(ask(&mut client, "rangeFormatting", json!({ "range": range })).await, json!([all[2]]));
    let behind = json!({ "start": { "line": 9, "character": 0 }, "end": { "line": 9, "character": 0 } });
    assert_eq!(ask(&mut client, "rangeFormatting", json!({ "range": behind })).await, Value::Null);
}

#[tokio::test]
async fn what_the_editor_asks_for_is_heard() {
    let mut client = TestClient::start(json!({})).await;
    client.open(1, "FROM a \nEXPOSE 1 \\\n2").await;
    let options = json!({ "tabSize": 2, "insertSpaces": true, "trimTrailingWhitespace": false, "insertFinalNewline": false });
    let found = ask(&mut client, "formatting", json!({ "options": options })).await;
    assert_eq!(found, json!([edit(2, 0, 0, "  ")]));
    let options = json!({ "tabSize": 8, "insertSpaces": false });
    let found = ask(&mut client, "formatting", json!({ "options": options })).await;
    assert_eq!(found, json!([edit(0, 6, 7, ""), edit(2, 0, 0, "\t"), edit(2, 1, 1, "\n")]));
}

#[tokio::test]
async fn the_line_that_is_typed() {
    let mut client = TestClient::start(json!({})).await;
    client.open(1, "FROM a\nRUN b \\\n").await;
    let typed =
        |line, character, ch| json!({ "position": { "line": line, "character": character }, "ch": ch });
    let found = ask(&mut client, "onTypeFormatting", typed(2, 0, "\n")).await;
    assert_eq!(found, json!([edit(2, 0, 0, "  ")]));
    assert_eq!(ask(&mut client, "onTypeFormatting", typed(0, 6, "x")).await, json!([]));
}

#[tokio::test]
async fn the_settings_of_the_client_say_how() {
    let mut client = TestClient::start(json!({})).await;
    let settings = json!({ "settings": { "dockstage": { "format": { "keywordCase": "upper" } } } });
    client.notify("workspace/didChangeConfiguration", settings).await;
    client.open(1, "from a\n").await;
    assert_eq!(ask(&mut client, "formatting", json!({})).await, json!([edit(0, 0, 4, "FROM")]));
}
