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

#[tokio::test]
async fn what_is_said_first_holds() {
    let folder = workspace("project-first", OFF);
    let mut client = start(&folder).await;
    for name in ["Dockerfile", "api/Dockerfile", "api/a.Dockerfile"] {
        open(&mut client, &folder.join(name)).await;
        let sent = client.told("textDocument/publishDiagnostics").await;
        assert_eq!((&sent["uri"], &sent["diagnostics"]), (&json!(uri(&folder.join(name))), &json!([])));
    }
    assert_eq!(client.everything_so_far().await, [] as [Value; 0], "and once");
}

#[tokio::test]
async fn what_is_pulled_first_holds() {
    let folder = workspace("project-pulled", OFF);
    let mut client = TestClient::connect();
    let capabilities = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true }, "configuration": true },
    });
    let folders = json!([{ "uri": uri(&folder), "name": "test" }]);
    client.initialize(json!({ "capabilities": capabilities, "workspaceFolders": folders })).await;
    let dockerfile = folder.join("Dockerfile");
    open(&mut client, &dockerfile).await;
    let asked = json!({ "textDocument": { "uri": uri(&dockerfile) } });
    let question = client.ask("textDocument/diagnostic", asked).await;
    client.reply("workspace/configuration", json!([{}])).await;
    assert_eq!(client.answer(question).await.unwrap()["items"], json!([]));
    assert_eq!(client.everything_so_far().await, [] as [Value; 0], "nothing to ask again for");
}

#[tokio::test]
async fn what_is_wrong_in_it_is_a_diagnostic_of_the_file_until_it_is_mended() {
    let folder = workspace("project-faults", "# é😀\nsplit.hint = 1 # é\n\ndiagnostic = 2\n");
    let mut client = start(&folder).await;
    open(&mut client, &folder.join("Dockerfile")).await;
    let file = folder.join("dockstage.toml");
    let shown: Vec<String> = sent_about(&mut client, &file).await.iter().map(shown).collect();
    assert_eq!(
        shown,
        [
            "1:13-1:14 `split.hint` must be true or false, not 1.",
            "3:0-3:10 There is no setting `diagnostic`; did you mean `diagnostics`?",
        ]
    );
    std::fs::write(&file, "").unwrap();
    say_it_changed(&mut client, &folder).await;
    assert_eq!(sent_about(&mut client, &file).await.len(), 0);
    std::fs::write(&file, "x = ").unwrap();
    say_it_changed(&mut client, &folder).await;
    assert_eq!(sent_about(&mut client, &file).await.len(), 1);
    std::fs::remove_file(&file).unwrap();
    say_it_changed(&mut client, &folder).await;
    assert_eq!(sent_about(&mut client, &file).await.len(), 0, "it is gone");
}

/// The diagnostics that are sent next about a file.
async fn sent_about(client: &mut TestClient, path: &Path) -> Vec<Value> {
    loop {
        let sent = client.told("textDocument/publishDiagnostics").await;
        if sent["uri"] == uri(path) {
            return sent["diagnostics"].as_array().unwrap().clone();
        }
    }
}

/// A diagnostic as `line:column-line:column message`.
fn shown(diagnostic: &Value) -> String {
    let place = |it: &Value| format!("{}:{}", it["line"], it["character"]);
    let range = &diagnostic["range"];
    let message = diagnostic["message"].as_str().unwrap();
    format!("{}-{} {message}", place(&range["start"]), place(&range["end"]))
}

#[tokio::test]
async fn a_build_has_its_context_target_and_arguments() {
    let text = "[[file]]\nmatch = \"api/\"\ncontext = \".\"\ntarget = \"final\"\n";
    let folder = workspace("project-build", text);
    std::fs::write(folder.join(".dockerignore"), "x\n").unwrap();
    let mut client = start(&folder).await;
    let dockerfile = folder.join("api/Dockerfile");
    let document = json!({
        "uri": uri(&dockerfile), "languageId": "dockerfile", "version": 1,
        "text": "FROM alpine AS test\nWORKDIR a\nFROM alpine AS final\nCOPY x /\n",
    });
    client.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
    let codes = async |client: &mut TestClient| {
        let sent = client.told("textDocument/publishDiagnostics").await;
        let found = sent["diagnostics"].as_array().unwrap().clone();
        found.iter().map(|it| it["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&mut client).await, ["UnreachableStage", "CopyIgnoredFile"]);
    // The ignore file of the context counts as it is in an editor, too.
    let ignore = uri(&folder.join(".dockerignore"));
    let opened = json!({ "uri": ignore, "languageId": "ignore", "version": 1, "text": "y\n" });
    client.notify("textDocument/didOpen", json!({ "textDocument": opened })).await;
    assert_eq!(codes(&mut client).await, ["UnreachableStage"]);
    // What an editor says counts from the folder of the workspace, and less than the file.
    std::fs::write(folder.join("dockstage.toml"), "build.target = \"test\"\n").unwrap();
    say_it_changed(&mut client, &folder).await;
    assert_eq!(codes(&mut client).await, ["WorkdirRelativePath", "UnreachableStage"]);
    let settings = json!({ "dockstage": { "build": { "context": "api", "target": "none" } } });
    client.notify("workspace/didChangeConfiguration", json!({ "settings": settings })).await;
    assert_eq!(codes(&mut client).await, ["WorkdirRelativePath", "UnreachableStage"]);
    std::fs::write(folder.join("dockstage.toml"), "").unwrap();
    say_it_changed(&mut client, &folder).await;
    assert_eq!(codes(&mut client).await, ["UnknownTarget", "UnreachableStage", "WorkdirRelativePath"]);
}

#[tokio::test]
async fn without_word_of_the_disk_it_is_read_again_when_something_is_saved() {
    let folder = workspace("project-saved", "");
    let mut client = TestClient::connect();
    let folders = json!([{ "uri": uri(&folder), "name": "test" }]);
    client.initialize(json!({ "capabilities": {}, "workspaceFolders": folders })).await;
    let dockerfile = folder.join("Dockerfile");
    open(&mut client, &dockerfile).await;
    assert_eq!(sent_about(&mut client, &dockerfile).await.len(), 1);
    std::fs::write(folder.join("dockstage.toml"), OFF).unwrap();
    let saved = json!({ "textDocument": { "uri": uri(&dockerfile) } });
    client.notify("textDocument/didSave", saved).await;
    wait_for(&mut client, 0).await;
}
