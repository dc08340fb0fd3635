//! The stages of a workspace: of files on disk, of open ones, in one folder and in several.

use serde_json::{Value, json};

use crate::client::TestClient;
use crate::folder::Folder;

/// A folder with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(&format!("symbols-{name}"));
    files.iter().for_each(|(path, text)| folder.write(path, text));
    folder
}

async fn start(folders: &[&Folder], capabilities: Value) -> TestClient {
    let folders: Vec<Value> =
        folders.iter().map(|it| json!({ "uri": it.uri(""), "name": "a folder" })).collect();
    let mut client = TestClient::connect();
    client.initialize(json!({ "capabilities": capabilities, "workspaceFolders": folders })).await;
    client
}

/// The stages that fit, each with the name of its file.
async fn find(client: &mut TestClient, query: &str) -> Vec<String> {
    let found = client.request("workspace/symbol", json!({ "query": query })).await.unwrap();
    let shown =
        |it: &Value| format!("{} {}", it["name"].as_str().unwrap(), it["containerName"].as_str().unwrap());
    found.as_array().unwrap().iter().map(shown).collect()
}

const TWO: &str = "FROM a AS builder\nFROM b AS final\n";

#[tokio::test]
async fn stages_of_closed_and_open_files() {
    let folder = folder(
        "files",
        &[
            ("Dockerfile", TWO),
            ("api/Containerfile.dev", "FROM a\nFROM b AS Build-Tools\nFROM c\n"),
            ("api/notes.txt", "FROM a AS no\n"),
            (".gitignore", "out\n"),
            ("out/Dockerfile", "FROM a AS ignored\n"),
        ],
    );
    let mut client = start(&[&folder], json!({})).await;
    assert_eq!(
        find(&mut client, "").await,
        [
            "builder Dockerfile",
            "final Dockerfile",
            "Build-Tools api/Containerfile.dev",
            "stage 2 api/Containerfile.dev"
        ]
    );
    assert_eq!(find(&mut client, "bUI").await, ["builder Dockerfile", "Build-Tools api/Containerfile.dev"]);
    assert_eq!(find(&mut client, "bt").await, ["Build-Tools api/Containerfile.dev"]);
    assert_eq!(find(&mut client, "nothing").await, [] as [&str; 0]);
    let found = client.request("workspace/symbol", json!({ "query": "final" })).await.unwrap();
    assert_eq!(found[0]["location"]["uri"], folder.uri("Dockerfile"));
    let range = json!({ "start": { "line": 1, "character": 10 }, "end": { "line": 1, "character": 15 } });
    assert_eq!(found[0]["location"]["range"], range);

    // The text in an editor counts, and closed again that on disk.
    let uri = folder.uri("Dockerfile");
    let opened = json!({ "uri": uri, "languageId": "dockerfile", "version": 1, "text": "FROM a AS other\n" });
    client.notify("textDocument/didOpen", json!({ "textDocument": opened })).await;
    assert_eq!(find(&mut client, "e").await[0], "other Dockerfile");
    assert_eq!(find(&mut client, "final").await, [] as [&str; 0]);
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } })).await;
    assert_eq!(find(&mut client, "final").await, ["final Dockerfile"]);
}

#[tokio::test]
async fn several_folders_are_told_apart_and_none_is_no_problem() {
    let (one, two) = (folder("one", &[("Dockerfile", TWO)]), folder("two", &[("Dockerfile", TWO)]));
    let mut client = start(&[&one, &two], json!({})).await;
    let found = find(&mut client, "final").await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].ends_with("-one/Dockerfile") && found[1].ends_with("-two/Dockerfile"), "{found:?}");

    let mut alone = TestClient::start(json!({})).await;
    assert_eq!(find(&mut alone, "").await, [] as [&str; 0]);
    alone.open(1, TWO).await;
    assert_eq!(find(&mut alone, "fin").await, ["final /project/Dockerfile"]);
}

#[tokio::test]
async fn a_change_on_disk_is_noticed() {
    let folder = folder("change", &[("Dockerfile", TWO)]);
    let watches = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = start(&[&folder], watches).await;
    let asked = client.reply("client/registerCapability", Value::Null).await;
    let watchers = asked["registrations"][0]["registerOptions"]["watchers"].to_string();
    assert!(watchers.contains("ockerfile*"), "{watchers}");
    assert_eq!(find(&mut client, "new").await, [] as [&str; 0]);
    folder.write("sub/Dockerfile", "FROM a AS new\n");
    let change = json!({ "changes": [{ "uri": folder.uri("sub/Dockerfile"), "type": 1 }] });
    client.notify("workspace/didChangeWatchedFiles", change).await;
    assert_eq!(find(&mut client, "new").await, ["new sub/Dockerfile"]);
}
