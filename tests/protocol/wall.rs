//! A panic ends at its request, a cancelled request stops, and slow requests hold nothing up.

use serde_json::{Value, json};
use tokio::sync::Notify;
use tower_lsp_server::jsonrpc::Result;

use dockstage::server::Server;

use crate::client::{DocumentParams, TestClient, at, document, edit};

static STARTED: Notify = Notify::const_new();
static STOPPED: Notify = Notify::const_new();

/// A request that works until it is cancelled.
pub(crate) async fn wait(server: &Server, params: DocumentParams) -> Result<Option<()>> {
    let work = |it: &dockstage::server::Snapshot| {
        STARTED.notify_one();
        while !it.is_cancelled() {
            std::thread::yield_now();
        }
        STOPPED.notify_one();
        Some(())
    };
    server.query("wait", params.uri(), work).await
}

#[tokio::test]
async fn a_panic_is_an_error_of_its_request_alone() {
    let mut client = TestClient::start(json!({})).await;
    client.open(1, "FROM a").await;
    for _ in 0..3 {
        let error = client.request("test/panic", document()).await.unwrap_err();
        assert_eq!(error["code"], -32603);
    }
    client.change(2, json!([edit((0, 5), (0, 6), "b")])).await;
    assert_eq!(client.text().await, json!("FROM b"));
    assert_eq!(client.request("shutdown", Value::Null).await, Ok(Value::Null));
    assert!(client.leave(true).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_requests_hold_nothing_up_and_stop_when_they_are_cancelled() {
    let mut client = TestClient::start(json!({})).await;
    client.open(1, "FROM a").await;
    let mut slow = Vec::new();
    for _ in 0..8 {
        slow.push(client.ask("test/wait", document()).await);
        STARTED.notified().await;
    }
    // All eight are at work, and work on.
    client.change(2, json!([edit((0, 5), (0, 6), "b")])).await;
    assert_eq!(client.text().await, json!("FROM b"));
    for id in slow {
        client.notify("$/cancelRequest", json!({ "id": id })).await;
        assert_eq!(client.answer(id).await.unwrap_err()["code"], -32800);
        // The work itself ends, not only the wait for it.
        STOPPED.notified().await;
    }
}

#[tokio::test]
async fn cancelling_what_is_done_or_unknown_is_nothing() {
    let mut client = TestClient::start(json!({})).await;
    client.open(1, "FROM a").await;
    let id = client.ask("test/text", document()).await;
    client.answer(id).await.unwrap();
    for id in [json!(id), json!(4711), json!("none")] {
        client.notify("$/cancelRequest", json!({ "id": id })).await;
    }
    assert_eq!(client.text().await, json!("FROM a"));
}

/// A panic has a wall; the end of the stack has none.
#[tokio::test]
async fn deep_nesting_and_long_chains_do_not_end_the_server() {
    let deep = |open: &str, close: &str| open.repeat(5_000) + &close.repeat(5_000);
    let texts = [
        format!("FROM alpine\n{}RUN x\n", "ONBUILD ".repeat(8_000)),
        format!("FROM alpine\nCMD {}\n", deep("[", "]")),
        format!("FROM alpine\nCMD {}\n", deep("[", "")),
        format!("FROM alpine\nENV a={}\n", deep("${a:-", "}")),
        format!("FROM alpine\nRUN --mount=from=${{a:-{}}} x\n", deep("${a:-", "")),
        (1..3_000).map(|it| format!("FROM s{} AS s{it}\n", it - 1)).collect(),
        (1..60)
            .fold("FROM alpine\n".to_owned(), |text, it| text + &format!("ENV V{it}=$V{0}$V{0}\n", it - 1)),
    ];
    let mut client = TestClient::start(json!({})).await;
    for text in texts {
        client.open(1, &text).await;
        client.request("textDocument/diagnostic", document()).await.unwrap();
        let last = u32::try_from(text.lines().count()).unwrap() - 1;
        for method in ["hover", "definition", "completion"] {
            client.ask_at(method, last, 9).await;
        }
        for method in ["documentSymbol", "codeLens"] {
            client.request(&format!("textDocument/{method}"), document()).await.unwrap();
        }
        let mut hints = document();
        hints["range"] = json!({ "start": at(0, 0)["position"], "end": at(last, 0)["position"] });
        client.request("textDocument/inlayHint", hints).await.unwrap();
        client.change(2, json!([edit((0, 0), (0, 0), "# x\n")])).await;
        assert_eq!(client.text().await, json!(format!("# x\n{text}")));
    }
}
