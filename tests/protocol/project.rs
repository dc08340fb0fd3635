//! `dockstage.toml` in the workspace.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tower_lsp_server::ls_types::Uri;

use crate::client::TestClient;

const BROKEN: &str = "FROM alpine\nFOO x\n";
const OFF: &str = "[diagnostics]\nenable = false\n";

/// A folder for one test, with this configuration in it and a folder below.
fn workspace(name: &str, configuration: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("protocol-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("api")).unwrap();
    std::fs::write(folder.join("dockstage.toml"), configuration).unwrap();
    folder
}

fn uri(path: &Path) -> String {
    Uri::from_file_path(path).unwrap().as_str().to_owned()
}

async fn start(root: &Path) -> TestClient {
    let mut client = TestClient::connect();
    let capabilities = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let folders = json!([{ "uri": uri(root), "name": "test" }]);
    client.initialize(json!({ "capabilities": capabilities, "workspaceFolders": folders })).await;
    let registered = client.reply("client/registerCapability", Value::Null).await;
    assert_eq!(registered["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    client
}

async fn open(client: &mut TestClient, path: &Path) {
    let document = json!({ "uri": uri(path), "languageId": "dockerfile", "version": 1, "text": BROKEN });
    client.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
}

/// Waits until as many diagnostics are sent.
async fn wait_for(client: &mut TestClient, count: usize) {
    while client.told("textDocument/publishDiagnostics").await["diagnostics"].as_array().unwrap().len()
        != count
    {}
}

async fn say_it_changed(client: &mut TestClient, folder: &Path) {
    let change = json!({ "uri": uri(&folder.join("dockstage.toml")), "type": 2 });
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [change] })).await;
}

#[tokio::test]
async fn it_holds_for_documents_below_it_and_is_read_again_when_it_changes() {
    let folder = workspace("project", OFF);
    let mut client = start(&folder).await;
    open(&mut client, &folder.join("api/Dockerfile")).await;
    wait_for(&mut client, 0).await;
    std::fs::write(folder.join("dockstage.toml"), "").unwrap();
    say_it_changed(&mut client, &folder).await;
    wait_for(&mut client, 1).await;
    std::fs::write(folder.join("api/dockstage.toml"), OFF).unwrap();
    say_it_changed(&mut client, &folder.join("api")).await;
    wait_for(&mut client, 0).await;
    std::fs::remove_file(folder.join("api/dockstage.toml")).unwrap();
    say_it_changed(&mut client, &folder.join("api")).await;
    wait_for(&mut client, 1).await;
}

#[tokio::test]
async fn what_is_wrong_in_it_is_said_with_its_place_and_the_rest_holds() {
    let folder = workspace("project-wrong", &format!("{OFF}hints = true\n"));
    let mut client = start(&folder).await;
    open(&mut client, &folder.join("Dockerfile")).await;
    let message = client.told("window/showMessage").await["message"].clone();
    let expected = "dockstage.toml:3:1: there is no setting `diagnostics.hints`; \
                    there are enable, unreachableStages, assumeEmptyBase";
    assert!(message.as_str().unwrap().ends_with(expected), "{message}");
    wait_for(&mut client, 0).await;
}

#[tokio::test]
async fn outside_of_the_workspace_it_is_not_read() {
    let folder = workspace("project-outside", OFF);
    let mut client = start(&folder.join("api")).await;
    open(&mut client, &folder.join("api/Dockerfile")).await;
    wait_for(&mut client, 1).await;
    say_it_changed(&mut client, &folder).await;
    std::fs::write(folder.join("api/dockstage.toml"), "split.hint = 1\n").unwrap();
    say_it_changed(&mut client, &folder.join("api")).await;
    let message = client.told("window/showMessage").await["message"].clone();
    assert!(message.as_str().unwrap().contains("`split.hint` must be true or false"), "{message}");
    let sent = client.everything_so_far().await;
    let sent: Vec<&Value> =
        sent.iter().filter(|it| it["method"] == "textDocument/publishDiagnostics").collect();
    assert!(sent.iter().all(|it| it["params"]["diagnostics"].as_array().unwrap().len() == 1), "{sent:?}");
}
