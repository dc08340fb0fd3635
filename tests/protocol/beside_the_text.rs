//! What editors show beside the text: code lenses and inlay hints, and the settings that switch them.

use serde_json::{Value, json};

use crate::client::{TestClient, URI, document};

const TEXT: &str = "\
ARG GO=1.23
FROM golang:$GO AS builder
FROM alpine
COPY --from=builder /a /a
WORKDIR /srv
COPY . app/
FROM alpine AS test
";

fn commands(names: &[&str]) -> Value {
    json!({ "experimental": { "commands": { "commands": names } } })
}

fn all() -> Value {
    commands(&["dockstage.showReferences", "dockstage.copyBuildCommand"])
}

async fn lenses(client: &mut TestClient) -> Vec<Value> {
    let found = client.request("textDocument/codeLens", document()).await.unwrap();
    found.as_array().unwrap().clone()
}

fn titles(lenses: &[Value]) -> Vec<&str> {
    lenses.iter().map(|it| it["command"]["title"].as_str().unwrap()).collect()
}

async fn hints(client: &mut TestClient, first: u32, last: u32) -> Vec<String> {
    let mut params = document();
    params["range"] =
        json!({ "start": { "line": first, "character": 0 }, "end": { "line": last, "character": 0 } });
    let found = client.request("textDocument/inlayHint", params).await.unwrap();
    let label = |it: &Value| format!("{}:{}", it["position"]["line"], it["label"].as_str().unwrap());
    found.as_array().into_iter().flatten().map(label).collect()
}

/// A client of a workspace, with the document opened.
async fn client(capabilities: Value, settings: Value) -> TestClient {
    let mut client = TestClient::connect();
    let folders = json!([{ "uri": "file:///project", "name": "project" }]);
    let params = json!({ "capabilities": capabilities, "initializationOptions": settings, "workspaceFolders": folders });
    client.initialize(params).await;
    client.open(1, TEXT).await;
    client
}

const DEFAULT_LENSES: [&str; 6] = [
    "1 use",
    "not built by default, reachable from stage 1",
    "Copy build command",
    "not built by default",
    "default target",
    "Copy build command",
];

#[tokio::test]
async fn lenses_run_the_commands_that_the_client_has() {
    let mut client = client(all(), json!({ "build": { "args": { "GO": "1.24", "NONE": "x" } } })).await;
    let found = lenses(&mut client).await;
    assert_eq!(titles(&found), DEFAULT_LENSES);
    assert_eq!(found[0]["range"]["start"], json!({ "line": 1, "character": 0 }));
    let uses = &found[0]["command"];
    assert_eq!(uses["command"], "dockstage.showReferences");
    assert_eq!(uses["arguments"][0], URI);
    assert_eq!(uses["arguments"][1], json!({ "line": 1, "character": 19 }));
    assert_eq!(uses["arguments"][2][0]["uri"], URI);
    assert_eq!(uses["arguments"][2][0]["range"]["start"], json!({ "line": 3, "character": 12 }));
    assert_eq!(found[1]["command"]["command"], "", "a text without a command");
    let copy = &found[2]["command"];
    assert_eq!(copy["command"], "dockstage.copyBuildCommand");
    assert_eq!(
        copy["arguments"],
        json!(["docker build --target builder --build-arg GO=1.24 -f Dockerfile ."])
    );
}

#[tokio::test]
async fn a_client_without_commands_is_given_none() {
    let mut client = client(json!({}), json!({})).await;
    let found = lenses(&mut client).await;
    let wanted: Vec<&str> = DEFAULT_LENSES.into_iter().filter(|it| !it.starts_with("Copy")).collect();
    assert_eq!(titles(&found), wanted);
    assert!(
        found.iter().all(|it| it["command"]["command"] == "" && it["command"].get("arguments").is_none())
    );
}

#[tokio::test]
async fn the_build_command_names_the_context_and_leaves_the_workspace_with_whole_paths() {
    let copied = |lenses: &[Value]| lenses.last().unwrap()["command"]["arguments"][0].clone();
    let mut inside = client(all(), json!({ "build": { "context": "my app" } })).await;
    let command = "docker build --target test -f Dockerfile 'my app'";
    assert_eq!(copied(&lenses(&mut inside).await), command);
    let mut alone = TestClient::start(all()).await;
    alone.open(1, TEXT).await;
    let command = "docker build --target test -f /project/Dockerfile /project";
    assert_eq!(copied(&lenses(&mut alone).await), command);
}

#[tokio::test]
async fn lenses_are_those_that_are_wanted_and_know_the_target() {
    let settings = json!({
        "build": { "target": "builder" },
        "codeLens": { "uses": false, "buildCommand": false },
    });
    let mut client = client(all(), settings).await;
    let found = lenses(&mut client).await;
    assert_eq!(titles(&found), ["target", "not built for target builder", "not built for target builder"]);
}

#[tokio::test]
async fn hints_are_those_of_the_range_and_those_that_are_wanted() {
    let mut plain = client(json!({}), json!({})).await;
    let all = ["1:=1.23", "2:#1", "5:→ /srv/app/"];
    assert_eq!(hints(&mut plain, 0, 7).await, all);
    assert_eq!(hints(&mut plain, 4, 6).await, all[2..]);
    assert_eq!(hints(&mut plain, 90, 99).await, [""; 0], "behind the end");
    for (key, left) in [
        ("variableValues", ["2:#1", "5:→ /srv/app/"]),
        ("stageIndices", ["1:=1.23", "5:→ /srv/app/"]),
        ("directories", ["1:=1.23", "2:#1"]),
    ] {
        let mut client = client(json!({}), json!({ "inlayHints": { key: false } })).await;
        assert_eq!(hints(&mut client, 0, 7).await, left, "{key}");
    }
    let given = json!({ "build": { "args": { "GO": "1.24" } } });
    assert_eq!(hints(&mut client(json!({}), given).await, 0, 2).await, ["1:=1.24"]);
}

#[tokio::test]
async fn what_is_shown_is_asked_for_again_when_settings_change() {
    let mut capabilities = all();
    capabilities["workspace"] =
        json!({ "codeLens": { "refreshSupport": true }, "inlayHint": { "refreshSupport": true } });
    let mut client = client(capabilities, json!({})).await;
    for off in [true, false] {
        let settings = json!({ "codeLens": { "uses": off }, "inlayHints": { "directories": off } });
        client.notify("workspace/didChangeConfiguration", json!({ "settings": settings })).await;
        client.reply("workspace/codeLens/refresh", Value::Null).await;
        client.reply("workspace/inlayHint/refresh", Value::Null).await;
    }
    assert_eq!(titles(&lenses(&mut client).await), DEFAULT_LENSES[1..]);
    assert_eq!(hints(&mut client, 0, 7).await, ["1:=1.23", "2:#1"]);
}
