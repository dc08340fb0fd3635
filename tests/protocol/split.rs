//! The split and its hint, with the project's own files beside the Dockerfile.

use serde_json::{Value, json};

use crate::client::{TestClient, edit, knows_actions};
use crate::folder::{Folder, changed_on_disk, open};

const TEXT: &str =
    "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"npm\", \"start\"]\n";

/// A `package.json` whose application starts from this folder.
fn package(folder: &str) -> String {
    format!("{{\"scripts\": {{\"start\": \"node {folder}/index.js\"}}}}")
}

/// The edit of the code action that splits the file.
async fn split(client: &mut TestClient, uri: &str) -> String {
    let position = json!({ "line": 3, "character": 0 });
    let params = json!({
        "textDocument": { "uri": uri },
        "range": { "start": position, "end": position },
        "context": { "diagnostics": [], "only": ["refactor"] },
    });
    let found = client.request("textDocument/codeAction", params).await.unwrap();
    found[0]["edit"].to_string()
}

/// The fix that the hint on FROM has, of the diagnostics sent next.
async fn fix_of_hint(client: &mut TestClient, uri: &str) -> String {
    let sent = client.told("textDocument/publishDiagnostics").await;
    let all = sent["diagnostics"].as_array().unwrap();
    let hint = all.iter().find(|it| it["code"] == "SplitStage").unwrap();
    let params = json!({
        "textDocument": { "uri": uri },
        "range": hint["range"],
        "context": { "diagnostics": [hint], "only": ["quickfix"] },
    });
    let found = client.request("textDocument/codeAction", params).await.unwrap();
    let fixes = found.as_array().unwrap().iter();
    let ours = fixes.filter(|it| it["title"].as_str().is_some_and(|it| it.starts_with("Split")));
    ours.map(|it| it["edit"].to_string()).collect()
}

/// A client that tells of changes on disk.
async fn watching() -> TestClient {
    let mut capabilities = knows_actions(json!({}));
    capabilities["workspace"] = json!({ "didChangeWatchedFiles": { "dynamicRegistration": true } });
    let mut client = TestClient::start(capabilities).await;
    let registered = client.reply("client/registerCapability", Value::Null).await;
    let watched = registered["registrations"][0]["registerOptions"]["watchers"].to_string();
    assert!(watched.contains("package.json") && watched.contains(".csproj"), "{watched}");
    client
}

#[tokio::test]
async fn a_split_reads_the_projects_own_files() {
    let folder = Folder::new("split-context");
    folder.write("package.json", &package("build"));
    let mut client = TestClient::start(knows_actions(json!({}))).await;
    let uri = folder.uri("Dockerfile");
    open(&mut client, &uri, TEXT).await;
    let edit = split(&mut client, &uri).await;
    assert!(edit.contains("COPY --from=builder /app/build build"), "{edit}");
    // Nobody tells of changes: the action looks for itself.
    folder.write("package.json", &package("lib"));
    let edit = split(&mut client, &uri).await;
    assert!(edit.contains("COPY --from=builder /app/lib lib"), "{edit}");
}

#[tokio::test]
async fn the_hint_reads_them_too() {
    let folder = Folder::new("split-hint");
    folder.write("package.json", &package("build"));
    let mut client = TestClient::start(knows_actions(json!({}))).await;
    let uri = folder.uri("Dockerfile");
    open(&mut client, &uri, TEXT).await;
    let edit = fix_of_hint(&mut client, &uri).await;
    assert!(edit.contains("COPY --from=builder /app/build build"), "{edit}");
}

#[tokio::test]
async fn changed_files_are_read_again_and_no_key_waits_for_them() {
    let folder = Folder::new("split-watched");
    folder.write("package.json", &package("build"));
    let mut client = watching().await;
    let uri = folder.uri("Dockerfile");
    open(&mut client, &uri, TEXT).await;
    assert!(fix_of_hint(&mut client, &uri).await.contains("/app/build build"));
    folder.write("package.json", &package("lib"));
    let document = json!({ "uri": uri, "version": 2 });
    let changes = json!([edit((4, 0), (4, 0), "# start\n")]);
    client
        .notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }))
        .await;
    assert!(fix_of_hint(&mut client, &uri).await.contains("/app/build build"), "nobody said that it changed");
    changed_on_disk(&mut client, &folder.uri("package.json")).await;
    assert!(fix_of_hint(&mut client, &uri).await.contains("/app/lib lib"));
}
