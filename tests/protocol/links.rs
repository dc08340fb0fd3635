//! Document links: addresses that are given at once or on demand, and files that have to exist.

use serde_json::{Value, json};

use crate::client::{TestClient, document};
use crate::folder::{Folder, open};

const TEXT: &str = "FROM node:22\nFROM quay.io/org/app\n";

async fn links(client: &mut TestClient) -> Value {
    client.request("textDocument/documentLink", document()).await.unwrap()
}

#[tokio::test]
async fn addresses_come_at_once_or_when_they_are_asked_for() {
    let hub = "https://hub.docker.com/_/node";
    let mut able =
        TestClient::start(json!({ "textDocument": { "documentLink": { "tooltipSupport": true } } })).await;
    able.open(1, TEXT).await;
    let found = links(&mut able).await;
    assert_eq!(found[0].get("target"), None);
    assert_eq!(found[0]["tooltip"], "Show node on Docker Hub");
    assert_eq!(found[1]["target"], "https://quay.io/repository/org/app");
    let resolved = able.request("documentLink/resolve", found[0].clone()).await.unwrap();
    assert_eq!((&resolved["target"], &resolved["range"]), (&json!(hub), &found[0]["range"]));

    let mut plain = TestClient::start(json!({})).await;
    plain.open(1, TEXT).await;
    let found = links(&mut plain).await;
    assert_eq!(found[0]["target"], hub);
    assert_eq!((found[0].get("tooltip"), found[0].get("data")), (None, None));
}

#[tokio::test]
async fn files_of_the_build_context_are_links_where_they_exist() {
    let folder = Folder::new("links");
    folder.write("pom.xml", "");
    let uri = folder.uri("Dockerfile");
    let mut client = TestClient::start(json!({})).await;
    open(&mut client, &uri, "FROM scratch\nCOPY pom.xml gone.xml . /app/\n").await;
    let params = json!({ "textDocument": { "uri": uri } });
    let found = client.request("textDocument/documentLink", params).await.unwrap();
    let targets: Vec<&Value> = found.as_array().unwrap().iter().map(|it| &it["target"]).collect();
    assert_eq!(targets, [&json!(folder.uri("pom.xml"))]);
}
