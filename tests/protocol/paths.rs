//! Paths in stages and in the build context, on the wire.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::client::{TestClient, URI};

const TEXT: &str = "\
FROM golang:1.23 AS builder
COPY main.go /src/
RUN if [ -n \"$X\" ]; then go build -o /out/app /src; fi
RUN if [ -z \"$X\" ]; then cp /src/app /out/app; fi
FROM scratch
COPY --from=builder /out/app /app
";

#[tokio::test]
async fn a_path_leads_to_what_makes_it() {
    let mut client = TestClient::start(json!({})).await;
    client.open(1, TEXT).await;
    let found = client.ask_at("definition", 5, 24).await;
    let lines: Vec<&Value> =
        found.as_array().unwrap().iter().map(|it| &it["range"]["start"]["line"]).collect();
    assert_eq!(lines, [3, 2], "the nearest first");
    assert_eq!(found[0]["uri"], URI);
    let hover = client.ask_at("hover", 5, 24).await;
    assert!(hover["contents"]["value"].as_str().unwrap().contains("go build -o /out/app /src"), "{hover}");
}

#[tokio::test]
async fn a_path_is_found_where_it_is_made_and_where_it_is_taken() {
    let mut client = TestClient::start(json!({})).await;
    client.open(1, TEXT).await;
    let range = |line, start, end| json!({ "start": { "line": line, "character": start }, "end": { "line": line, "character": end } });
    let place = |range: Value| json!({ "uri": URI, "range": range });
    let (built, copied, taken) = (range(2, 37, 45), range(3, 37, 45), range(5, 20, 28));
    for (line, character, declaration, expected) in [
        (2, 40, true, json!([place(built.clone()), place(taken.clone())])),
        (2, 40, false, json!([place(taken.clone())])),
        (5, 24, true, json!([place(built.clone()), place(copied), place(taken.clone())])),
    ] {
        let params = json!({
            "textDocument": { "uri": URI },
            "position": { "line": line, "character": character },
            "context": { "includeDeclaration": declaration },
        });
        assert_eq!(client.request("textDocument/references", params).await.unwrap(), expected);
    }
    let highlights = client.ask_at("documentHighlight", 2, 40).await;
    assert_eq!(highlights, json!([{ "range": built, "kind": 3 }, { "range": taken, "kind": 2 }]));
}

#[tokio::test]
async fn a_client_with_links_is_told_the_word() {
    let mut client =
        TestClient::start(json!({ "textDocument": { "definition": { "linkSupport": true } } })).await;
    client.open(1, TEXT).await;
    let found = client.ask_at("definition", 5, 24).await;
    let range = |start, end| json!({ "start": { "line": 5, "character": start }, "end": { "line": 5, "character": end } });
    assert_eq!(found[0]["originSelectionRange"], range(20, 28));
    assert_eq!(found[1]["targetSelectionRange"]["start"]["line"], 2);
}

#[tokio::test]
async fn a_file_of_the_build_context_is_opened() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("protocol-paths");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("api/src")).unwrap();
    std::fs::write(folder.join("api/main.go"), "package main\n").unwrap();
    let uri = format!("file://{}/api/Dockerfile", folder.display());
    let mut client = TestClient::start(json!({})).await;
    let text = "FROM alpine\nCOPY main.go src none /src/\n";
    let document = json!({ "uri": uri, "languageId": "dockerfile", "version": 1, "text": text });
    client.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
    let mut definitions = Vec::new();
    for character in [6, 14, 19] {
        let position = json!({ "line": 1, "character": character });
        let params = json!({ "textDocument": { "uri": uri }, "position": position });
        definitions.push(client.request("textDocument/definition", params).await.unwrap());
    }
    assert_eq!(definitions[0]["uri"], format!("file://{}/api/main.go", folder.display()));
    assert_eq!(definitions[1..], [Value::Null, Value::Null], "a folder, and what is not there");
    let _ = std::fs::remove_dir_all(&folder);
}
