//! The outline and the folds: what clients get that can show more, and that can show less.

use serde_json::{Value, json};

use crate::client::{TestClient, document};

const TEXT: &str = "\
FROM alpine AS a
MAINTAINER me
ENV A=1 \\
    B=2
FROM a
RUN x
";

async fn ask(capabilities: Value, method: &str) -> Value {
    let mut client = TestClient::start(json!({ "textDocument": capabilities })).await;
    client.open(1, TEXT).await;
    client.request(method, document()).await.unwrap()
}

#[tokio::test]
async fn what_is_deprecated_is_tagged_or_marked() {
    let symbols = "textDocument/documentSymbol";
    let tree = json!({ "hierarchicalDocumentSymbolSupport": true, "tagSupport": { "valueSet": [1] } });
    let tree = ask(json!({ "documentSymbol": tree }), symbols).await;
    assert_eq!(tree[0]["detail"], "alpine");
    assert_eq!(tree[1]["detail"], "a (target)");
    assert_eq!(tree[0]["children"][0]["tags"], json!([1]));
    assert_eq!(tree[0]["children"][0].get("deprecated"), None);
    assert_eq!(tree[0]["children"][1]["children"][1]["name"], "B");
    let list = ask(json!({}), symbols).await;
    assert_eq!(list[1]["name"], "MAINTAINER");
    assert_eq!(list[1]["deprecated"], true);
    assert_eq!(list[1].get("tags"), None);
    assert_eq!(list[3]["containerName"], "ENV");
}

#[tokio::test]
async fn folds_have_a_text_for_those_who_show_it() {
    let folds = "textDocument/foldingRange";
    let able = json!({ "lineFoldingOnly": true, "foldingRange": { "collapsedText": true } });
    let able = ask(json!({ "foldingRange": able }), folds).await;
    assert_eq!(able[0]["collapsedText"], "FROM alpine AS a (2 instructions)");
    assert_eq!((&able[1]["startLine"], &able[1]["endLine"]), (&json!(2), &json!(3)));
    let plain = ask(json!({}), folds).await;
    assert_eq!(plain[0].get("collapsedText"), None);
}
