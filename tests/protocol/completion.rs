//! Completion over the wire: what each client can take, documentation on demand, and paths of the build context.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::client::{TestClient, at};

fn able() -> Value {
    let item = json!({
        "snippetSupport": true,
        "documentationFormat": ["markdown", "plaintext"],
        "resolveSupport": { "properties": ["documentation", "detail"] },
        "labelDetailsSupport": true,
        "insertReplaceSupport": true,
        "insertTextModeSupport": { "valueSet": [1, 2] },
        "commitCharactersSupport": true,
        "tagSupport": { "valueSet": [1] },
    });
    json!({ "textDocument": { "completion": { "completionItem": item } } })
}

async fn client(capabilities: Value, text: &str) -> TestClient {
    let mut client = TestClient::start(capabilities).await;
    client.open(1, text).await;
    client
}

/// What is offered at a place.
async fn items(client: &mut TestClient, line: u32, character: u32) -> Vec<Value> {
    let answer = client.ask_at("completion", line, character).await;
    answer.as_array().or(answer["items"].as_array()).unwrap().clone()
}

fn item<'a>(items: &'a [Value], label: &str) -> &'a Value {
    items.iter().find(|it| it["label"] == label).unwrap_or_else(|| panic!("no {label}"))
}

fn range(line: u32, start: u32, end: u32) -> Value {
    json!({ "start": { "line": line, "character": start }, "end": { "line": line, "character": end } })
}

const TEXT: &str =
    "FROM alpine AS builder\nFROM scratch\nCOPY --from=bu /a /b\nRUN --mount=type=ca\nFROM open\n";

#[tokio::test]
async fn documentation_comes_when_it_is_asked_for() {
    let mut client = client(able(), TEXT).await;
    let stages = items(&mut client, 2, 14).await;
    assert!(stages.iter().all(|it| it.get("documentation").is_none()));
    let resolved = client.request("completionItem/resolve", item(&stages, "builder").clone()).await.unwrap();
    assert_eq!(resolved["documentation"]["kind"], "markdown");
    assert!(
        resolved["documentation"]["value"].as_str().unwrap().contains("**Stage `builder`**"),
        "{resolved}"
    );
    assert_eq!(resolved["textEdit"], item(&stages, "builder")["textEdit"]);
    let types = items(&mut client, 3, 19).await;
    let resolved = client.request("completionItem/resolve", item(&types, "cache").clone()).await.unwrap();
    let text = resolved["documentation"]["value"].as_str().unwrap();
    assert!(text.contains("from build to build"), "{resolved}");
}

#[tokio::test]
async fn what_cannot_be_resolved_stays_as_it_is() {
    let mut client = client(able(), TEXT).await;
    for data in [json!(null), json!({ "uri": 1 }), json!({ "uri": "file:///gone", "topic": "stage 0" })] {
        let item = json!({ "label": "x", "data": data });
        let resolved = client.request("completionItem/resolve", item).await.unwrap();
        assert_eq!((&resolved["label"], resolved.get("documentation")), (&json!("x"), None));
    }
}

#[tokio::test]
async fn a_client_that_cannot_ask_later_is_told_at_once() {
    let mut client = client(json!({}), TEXT).await;
    let stages = items(&mut client, 2, 14).await;
    let builder = item(&stages, "builder");
    assert_eq!(builder["documentation"]["kind"], "plaintext");
    assert_eq!(builder["textEdit"], json!({ "range": range(2, 12, 14), "newText": "builder" }));
    for key in [
        "data",
        "labelDetails",
        "insertTextMode",
        "commitCharacters",
        "tags",
        "deprecated",
        "insertTextFormat",
    ] {
        assert!(builder.get(key).is_none(), "{builder}");
    }
}

#[tokio::test]
async fn an_able_client_gets_details_tags_and_both_edits() {
    let mut client = client(able(), TEXT).await;
    let stages = items(&mut client, 2, 13).await;
    let builder = item(&stages, "builder");
    let edit = json!({ "newText": "builder", "insert": range(2, 12, 13), "replace": range(2, 12, 14) });
    assert_eq!(builder["textEdit"], edit);
    assert_eq!(builder["labelDetails"], json!({ "description": "stage 0, from alpine" }));
    let flags = items(&mut client, 2, 9).await;
    let from = item(&flags, "--from");
    // The `=` that stands there already goes in any case.
    assert_eq!(from["textEdit"]["insert"], from["textEdit"]["replace"], "{from}");
    let images = items(&mut client, 4, 9).await;
    assert_eq!(item(&images, "openjdk")["tags"], json!([1]));
    assert_eq!(item(&images, "alpine").get("tags"), None);
    let types = items(&mut client, 3, 19).await;
    assert_eq!(item(&types, "cache")["commitCharacters"], json!([","]));
}

/// A build context on disk.
struct Context(PathBuf);

impl Context {
    fn new(name: &str, files: &[&str]) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("completion-{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        for file in files {
            let path = folder.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        Self(folder)
    }

    /// What is offered at the end of the line `COPY` and more in `Dockerfile` of a folder of the context.
    async fn offered(&self, client: &mut TestClient, dockerfile: &str, line: &str) -> Value {
        let uri = format!("file://{}/{dockerfile}", self.0.display());
        let text = format!("FROM alpine\n{line}\n");
        let document = json!({ "uri": uri, "languageId": "dockerfile", "version": 1, "text": text });
        client.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
        let mut params = at(1, u32::try_from(line.len()).unwrap());
        params["textDocument"] = json!({ "uri": uri });
        let answer = client.request("textDocument/completion", params).await.unwrap();
        client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } })).await;
        answer
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn paths(answer: &Value) -> String {
    let items = answer.as_array().or(answer["items"].as_array()).unwrap();
    let paths = items.iter().filter(|it| matches!(it["kind"].as_u64(), Some(17 | 19)));
    paths.map(|it| it["label"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn paths_of_the_folder_of_the_dockerfile() {
    let context = Context::new("folder", &["Dockerfile", "src/main/a b.txt", "src/x.c", "dist/app", ".env"]);
    std::fs::write(context.0.join(".dockerignore"), "dist\n.dockerignore\n").unwrap();
    let mut client = TestClient::start(able()).await;
    assert_eq!(paths(&context.offered(&mut client, "Dockerfile", "COPY ").await), ". src/ Dockerfile .env");
    assert_eq!(paths(&context.offered(&mut client, "Dockerfile", "COPY ./src/").await), "main/ x.c");
    assert_eq!(paths(&context.offered(&mut client, "Dockerfile", "ADD [\"src/main/").await), "a b.txt");
    // Sources count from the context, and nothing leads out of it.
    let nested = context.offered(&mut client, "src/Dockerfile", "COPY ../").await;
    assert_eq!(paths(&nested), "main/ x.c");
    assert_eq!(paths(&context.offered(&mut client, "Dockerfile", "COPY nowhere/").await), "");
    assert_eq!(paths(&context.offered(&mut client, "Dockerfile", "COPY --from=x ").await), "");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_does_not_lead_out_of_the_context() {
    let context = Context::new("link", &["in/Dockerfile", "in/real/a", "out/secret"]);
    std::os::unix::fs::symlink("../out", context.0.join("in/away")).unwrap();
    std::os::unix::fs::symlink("real", context.0.join("in/near")).unwrap();
    let mut client = TestClient::start(able()).await;
    assert_eq!(
        paths(&context.offered(&mut client, "in/Dockerfile", "COPY ").await),
        ". near/ real/ Dockerfile away"
    );
    assert_eq!(paths(&context.offered(&mut client, "in/Dockerfile", "COPY away/").await), "");
    assert_eq!(paths(&context.offered(&mut client, "in/Dockerfile", "COPY near/").await), "a");
}

#[tokio::test]
async fn paths_of_the_configured_context() {
    let context = Context::new("configured", &["docker/api.Dockerfile", "web/index.html"]);
    let mut client = TestClient::connect();
    let settings = json!({ "build": { "context": context.0 } });
    client.initialize(json!({ "capabilities": able(), "initializationOptions": settings })).await;
    assert_eq!(
        paths(&context.offered(&mut client, "docker/api.Dockerfile", "COPY ").await),
        ". docker/ web/"
    );
}

#[tokio::test]
async fn of_many_entries_those_that_begin_as_typed() {
    let names: Vec<String> =
        (0..600).map(|it| format!("{}{it:03}", if it < 590 { "file" } else { "other" })).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let context = Context::new("many", &names);
    let mut client = TestClient::start(able()).await;
    let all = context.offered(&mut client, "Dockerfile", "COPY ").await;
    assert_eq!((&all["isIncomplete"], paths(&all).split(' ').count()), (&json!(true), 501));
    let few = context.offered(&mut client, "Dockerfile", "COPY Oth").await;
    assert_eq!(paths(&few).split(' ').count(), 10, "{few}");
    assert_eq!(few["isIncomplete"], true);
}
