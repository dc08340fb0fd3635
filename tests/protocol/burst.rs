//! Thousands of changes and questions at once: every answer is about the text before its question.

use serde_json::json;

use crate::client::{TestClient, at};

const PAIRS: i32 = 5_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_hover_is_stale_in_a_burst_of_changes() {
    let capabilities = json!({ "textDocument": { "hover": { "contentFormat": ["markdown"] } } });
    let mut client = TestClient::start(capabilities).await;
    client.open(0, "FROM alpine AS v0\nFROM v0\n").await;
    let mut asked = Vec::new();
    for version in 1..=PAIRS {
        client
            .change(version, json!([{ "text": format!("FROM alpine AS v{version}\nFROM v{version}\n") }]))
            .await;
        asked.push((version, client.ask("textDocument/hover", at(1, 6)).await));
    }
    for (version, id) in asked {
        let card = client.answer(id).await.unwrap();
        let card = card["contents"]["value"].as_str().unwrap_or_default().to_owned();
        let names: Vec<&str> = card.split(|it: char| !it.is_alphanumeric()).collect();
        assert!(names.contains(&format!("v{version}").as_str()), "version {version}: {card}");
    }
}
