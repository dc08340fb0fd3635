//! The ignore file beside a Dockerfile: on disk, in an editor, and changed.

use serde_json::{Value, json};

use crate::client::{TestClient, edit, knows_actions};
use crate::folder::{Folder, changed_on_disk, open};

const DOCKERFILE: &str = "FROM alpine\nCOPY a b /x/\n";
const NONE: [u64; 0] = [];

async fn notify(client: &mut TestClient, method: &str, uri: &str) {
    client.notify(&format!("textDocument/{method}"), json!({ "textDocument": { "uri": uri } })).await;
}

/// The sources that are left out, by column, of the diagnostics sent next, which are about `uri`.
async fn left_out(client: &mut TestClient, uri: &str) -> Vec<u64> {
    let sent = client.told("textDocument/publishDiagnostics").await;
    assert_eq!(sent["uri"], uri);
    columns(&sent["diagnostics"])
}

fn columns(diagnostics: &Value) -> Vec<u64> {
    let left_out = diagnostics.as_array().unwrap().iter().filter(|it| it["code"] == "CopyIgnoredFile");
    left_out.map(|it| it["range"]["start"]["character"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn the_file_on_disk_counts() {
    let folder = Folder::new("on-disk");
    folder.write(".dockerignore", "a\n");
    folder.write("other.dockerignore", "b\n");
    let mut client = TestClient::start(json!({})).await;
    for (name, columns) in [("Dockerfile", [5]), ("other", [7])] {
        let uri = folder.uri(name);
        open(&mut client, &uri, DOCKERFILE).await;
        assert_eq!(left_out(&mut client, &uri).await, columns);
    }
}

#[tokio::test]
async fn an_editor_wins_over_the_disk() {
    let folder = Folder::new("editor");
    folder.write(".dockerignore", "a\n");
    let (dockerfile, ignore) = (folder.uri("Dockerfile"), folder.uri(".dockerignore"));
    let mut client = TestClient::start(json!({})).await;
    open(&mut client, &dockerfile, DOCKERFILE).await;
    assert_eq!(left_out(&mut client, &dockerfile).await, [5]);

    open(&mut client, &ignore, "b\n").await;
    assert_eq!(left_out(&mut client, &dockerfile).await, [7]);
    let document = json!({ "uri": ignore, "version": 2 });
    let changes = json!([edit((0, 0), (0, 0), "a\n"), edit((1, 0), (1, 1), "c")]);
    client
        .notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }))
        .await;
    assert_eq!(left_out(&mut client, &dockerfile).await, [5]);
    let document = json!({ "uri": ignore, "version": 3 });
    let changes = json!([{ "text": "*\n!a\n" }]);
    client
        .notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }))
        .await;
    assert_eq!(left_out(&mut client, &dockerfile).await, NONE);

    // The one of its own name counts before the one of the context, even from an editor.
    let own = folder.uri("Dockerfile.dockerignore");
    open(&mut client, &own, "a\nb\n").await;
    assert_eq!(left_out(&mut client, &dockerfile).await, [5, 7]);
    notify(&mut client, "didClose", &own).await;
    assert_eq!(left_out(&mut client, &dockerfile).await, NONE);
    notify(&mut client, "didClose", &ignore).await;
    assert_eq!(left_out(&mut client, &dockerfile).await, [5]);
}

#[tokio::test]
async fn there_is_nothing_to_say_about_an_ignore_file() {
    let mut client = TestClient::start(json!({})).await;
    let uri = "file:///project/.dockerignore";
    open(&mut client, uri, "FROM alpine AS a\nFOO\n").await;
    let symbols = json!({ "textDocument": { "uri": uri } });
    assert_eq!(client.request("textDocument/documentSymbol", symbols).await.unwrap(), Value::Null);
    open(&mut client, "file:///elsewhere/Dockerfile", DOCKERFILE).await;
    assert_eq!(left_out(&mut client, "file:///elsewhere/Dockerfile").await, NONE, "the first ones sent");
    assert_eq!(client.everything_so_far().await, [] as [Value; 0]);
}

#[tokio::test]
async fn changes_on_disk_are_noticed() {
    let folder = Folder::new("watched");
    let (dockerfile, ignore) = (folder.uri("Dockerfile"), folder.uri(".dockerignore"));
    let capabilities = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = TestClient::start(capabilities).await;
    let registered = client.reply("client/registerCapability", Value::Null).await;
    assert_eq!(registered["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    open(&mut client, &dockerfile, DOCKERFILE).await;
    assert_eq!(left_out(&mut client, &dockerfile).await, NONE);
    for (text, columns) in [("a\n", vec![5]), ("b\n", vec![7]), ("*\n", vec![5, 7]), ("", vec![])] {
        folder.write(".dockerignore", text);
        changed_on_disk(&mut client, &ignore).await;
        assert_eq!(left_out(&mut client, &dockerfile).await, columns, "{text}");
    }
    // Of other folders there is nothing to say.
    changed_on_disk(&mut client, "file:///elsewhere/.dockerignore").await;
    changed_on_disk(&mut client, "file:///elsewhere/a.txt").await;
    assert_eq!(client.everything_so_far().await, [] as [Value; 0]);
}

#[tokio::test]
async fn without_word_of_the_disk_it_is_read_again() {
    let folder = Folder::new("not-watched");
    let dockerfile = folder.uri("Dockerfile");
    let mut client = TestClient::start(json!({})).await;
    open(&mut client, &dockerfile, DOCKERFILE).await;
    assert_eq!(left_out(&mut client, &dockerfile).await, NONE);
    folder.write(".dockerignore", "a\n");
    notify(&mut client, "didSave", &dockerfile).await;
    assert_eq!(left_out(&mut client, &dockerfile).await, [5]);
}

#[tokio::test]
async fn a_client_that_asks_is_told_to_ask_again() {
    let folder = Folder::new("pulled");
    let (dockerfile, ignore) = (folder.uri("Dockerfile"), folder.uri(".dockerignore"));
    let capabilities = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let mut client = TestClient::start(capabilities).await;
    open(&mut client, &dockerfile, DOCKERFILE).await;
    let mut asked = json!({ "textDocument": { "uri": dockerfile } });
    let before = client.request("textDocument/diagnostic", asked.clone()).await.unwrap();
    assert_eq!(columns(&before["items"]), NONE);
    folder.write(".dockerignore", "b\n");
    changed_on_disk(&mut client, &ignore).await;
    client.reply("workspace/diagnostic/refresh", Value::Null).await;
    asked["previousResultId"] = before["resultId"].clone();
    let after = client.request("textDocument/diagnostic", asked).await.unwrap();
    assert_eq!(columns(&after["items"]), [7]);
}

#[tokio::test]
async fn what_docker_refuses_is_a_diagnostic_of_the_file() {
    let folder = Folder::new("refused");
    let (dockerfile, ignore) = (folder.uri("Dockerfile"), folder.uri(".dockerignore"));
    let mut client = TestClient::start(json!({})).await;
    open(&mut client, &dockerfile, DOCKERFILE).await;
    assert_eq!(sent_to(&mut client, &dockerfile).await, [""; 0]);
    open(&mut client, &ignore, "a\n\u{1f600}[\n[z-a]\n").await;
    assert_eq!(sent_to(&mut client, &dockerfile).await, ["InvalidIgnoreFile 0:0-0:4"]);
    let both = ["InvalidIgnoreFile 1:0-1:3", "InvalidIgnoreFile 2:0-2:5"];
    assert_eq!(sent_to(&mut client, &ignore).await, both);
    let document = json!({ "uri": ignore, "version": 2 });
    let changes = json!([{ "text": "a\n" }]);
    client
        .notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }))
        .await;
    assert_eq!(sent_to(&mut client, &dockerfile).await, ["CopyIgnoredFile 1:5-1:6"]);
    assert_eq!(sent_to(&mut client, &ignore).await, [""; 0]);
}

#[tokio::test]
async fn what_docker_refuses_is_there_for_a_client_that_asks() {
    let capabilities = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let mut client = TestClient::start(capabilities).await;
    open(&mut client, "file:///elsewhere/.dockerignore", "!\n").await;
    let asked = json!({ "textDocument": { "uri": "file:///elsewhere/.dockerignore" } });
    let answer = client.request("textDocument/diagnostic", asked).await.unwrap();
    assert_eq!(answer["items"][0]["code"], "InvalidIgnoreFile", "{answer}");
    assert_eq!(client.everything_so_far().await, [] as [Value; 0]);
}

/// The diagnostics sent next, which are about `uri`: each as `code line:column-line:column`.
async fn sent_to(client: &mut TestClient, uri: &str) -> Vec<String> {
    let sent = client.told("textDocument/publishDiagnostics").await;
    assert_eq!(sent["uri"], uri);
    let place = |it: &Value| format!("{}:{}", it["line"], it["character"]);
    let shown = |it: &Value| {
        let (start, end) = (&it["range"]["start"], &it["range"]["end"]);
        format!("{} {}-{}", it["code"].as_str().unwrap(), place(start), place(end))
    };
    sent["diagnostics"].as_array().unwrap().iter().map(shown).collect()
}

#[tokio::test]
async fn a_split_reads_the_projects_own_files() {
    const TEXT: &str =
        "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"npm\", \"start\"]\n";
    let folder = Folder::new("split-context");
    folder.write("package.json", "{\"scripts\": {\"start\": \"node build/index.js\"}}");
    let mut client = TestClient::start(knows_actions(json!({}))).await;
    let uri = folder.uri("Dockerfile");
    open(&mut client, &uri, TEXT).await;
    let position = json!({ "line": 3, "character": 0 });
    let params = json!({
        "textDocument": { "uri": uri },
        "range": { "start": position, "end": position },
        "context": { "diagnostics": [], "only": ["refactor"] },
    });
    let found = client.request("textDocument/codeAction", params).await.unwrap();
    let edit = found[0]["edit"].to_string();
    assert!(edit.contains("COPY --from=builder /app/build build"), "{edit}");
}
