//! Semantic tokens: of a document, of what has changed, of a part.

use serde_json::{Value, json};

use crate::client::{TestClient, document, edit};
use crate::folder::{Folder, changed_on_disk, open};

const TYPES: [&str; 7] = ["keyword", "class", "namespace", "parameter", "string", "function", "comment"];

fn able(delta: bool, multiline: bool) -> Value {
    let semantic_tokens = json!({
        "requests": { "full": { "delta": delta }, "range": true },
        "tokenTypes": TYPES, "tokenModifiers": ["declaration", "external"],
        "formats": ["relative"], "multilineTokenSupport": multiline,
    });
    json!({ "textDocument": { "semanticTokens": semantic_tokens } })
}

async fn client(capabilities: Value, text: &str) -> (TestClient, Value) {
    let mut client = TestClient::connect();
    let answer = client.initialize(json!({ "capabilities": capabilities })).await;
    client.open(1, text).await;
    (client, answer["capabilities"]["semanticTokensProvider"].clone())
}

/// The tokens of an answer: line, column, length, type, modifiers.
fn named(answer: &Value, legend: &Value) -> Vec<String> {
    let numbers: Vec<u64> =
        answer["data"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).collect();
    let (mut line, mut column) = (0, 0);
    let tokens = numbers.chunks_exact(5).map(|it| {
        (line, column) = if it[0] > 0 { (line + it[0], it[1]) } else { (line, column + it[1]) };
        let kind = legend["tokenTypes"][it[3] as usize].as_str().unwrap();
        let modifiers = legend["tokenModifiers"].as_array().unwrap().iter().enumerate();
        let set = modifiers
            .filter(|(bit, _)| it[4] >> bit & 1 == 1)
            .map(|(_, name)| format!(" {}", name.as_str().unwrap()));
        format!("{line}:{column}+{} {kind}{}", it[2], set.collect::<String>())
    });
    tokens.collect()
}

#[tokio::test]
async fn words_have_the_kinds_that_the_client_knows() {
    let text = "FROM alpine AS build\nCOPY --from=build /é🐳 \"$X\"\nRUN make <<A\nb\nc\nA\n";
    let (mut client, provider) = client(able(true, false), text).await;
    assert_eq!(provider["full"], json!({ "delta": true }));
    assert_eq!(provider["range"], true);
    assert_eq!(provider["legend"]["tokenModifiers"], json!(["declaration", "external"]));
    let answer = client.request("textDocument/semanticTokens/full", document()).await.unwrap();
    assert_eq!(
        named(&answer, &provider["legend"]),
        [
            "0:0+4 keyword",
            "0:5+6 namespace external",
            "0:12+2 keyword",
            "0:15+5 class declaration",
            "1:0+4 keyword",
            "1:12+5 class",
            "1:18+4 string",
            "1:23+2 string",
            "1:26+1 string",
            "2:0+3 keyword",
            "2:4+4 function",
            "2:9+3 string",
            "3:0+1 string",
            "4:0+1 string",
            "5:0+1 string",
        ]
    );
    let part = json!({ "start": { "line": 1, "character": 1 }, "end": { "line": 1, "character": 13 } });
    let mut params = document();
    params["range"] = part;
    let answer = client.request("textDocument/semanticTokens/range", params).await.unwrap();
    assert_eq!(named(&answer, &provider["legend"]), ["1:0+4 keyword", "1:12+5 class"]);
}

#[tokio::test]
async fn what_changed_makes_the_new_tokens_of_the_old_ones() {
    let (mut client, _) = client(able(true, true), "FROM alpine\nRUN make\nRUN true\n").await;
    let first = client.request("textDocument/semanticTokens/full", document()).await.unwrap();
    client.change(2, json!([edit((1, 4), (1, 8), "\"a\\\n # b\nc\" && x")])).await;
    let mut params = document();
    params["previousResultId"] = first["resultId"].clone();
    let delta = client.request("textDocument/semanticTokens/full/delta", params.clone()).await.unwrap();
    let whole = client.request("textDocument/semanticTokens/full", document()).await.unwrap();
    assert_eq!(delta["resultId"], whole["resultId"]);
    let mut numbers = first["data"].as_array().unwrap().clone();
    for edit in delta["edits"].as_array().unwrap() {
        let (start, count) =
            (edit["start"].as_u64().unwrap() as usize, edit["deleteCount"].as_u64().unwrap() as usize);
        let data = edit["data"].as_array().cloned().unwrap_or_default();
        numbers.splice(start..start + count, data);
    }
    assert_eq!(Value::from(numbers), whole["data"]);

    // Nothing changed since; and what is not known any more is sent as a whole.
    params["previousResultId"] = whole["resultId"].clone();
    let delta = client.request("textDocument/semanticTokens/full/delta", params.clone()).await.unwrap();
    assert_eq!(delta["edits"], json!([]));
    for id in [&first["resultId"], &json!("")] {
        params["previousResultId"] = id.clone();
        let answer = client.request("textDocument/semanticTokens/full/delta", params.clone()).await.unwrap();
        assert_eq!(answer["data"], whole["data"]);
    }
}

#[tokio::test]
async fn a_client_that_asks_for_none_is_offered_none() {
    let (mut client, provider) = client(json!({}), "FROM alpine\n").await;
    assert_eq!(provider, Value::Null);
    let answer = client.request("textDocument/semanticTokens/full", document()).await.unwrap();
    assert_eq!(answer["data"], json!([]));
    let (_, provider) = self::client(able(false, false), "").await;
    assert_eq!(provider["full"], true, "no deltas");
}

/// A stage that a file of Compose builds is as good as one that the last stage needs: for the diagnostics and for the
/// colours alike.
#[tokio::test]
async fn stages_that_other_files_build_are_used() {
    let folder = Folder::new("tokens-targets");
    let compose =
        |target: &str| format!("services:\n  t:\n    build:\n      context: .\n      target: {target}\n");
    folder.write("compose.yaml", &compose("test"));
    let mut able = able(false, false);
    able["textDocument"]["semanticTokens"]["tokenModifiers"] = json!(["unused"]);
    able["workspace"] = json!({
        "didChangeWatchedFiles": { "dynamicRegistration": true },
        "semanticTokens": { "refreshSupport": true },
    });
    let mut client = TestClient::connect();
    let answer = client.initialize(json!({ "capabilities": able })).await;
    client.reply("client/registerCapability", Value::Null).await;
    let legend = &answer["capabilities"]["semanticTokensProvider"]["legend"];
    let uri = folder.uri("Dockerfile");
    open(&mut client, &uri, "FROM a AS test\nFROM a AS lint\nFROM a\n").await;

    let said = async |client: &mut TestClient| {
        let sent = client.told("textDocument/publishDiagnostics").await;
        let all = sent["diagnostics"].as_array().unwrap().iter();
        let faded = all.filter(|it| it["code"] == "UnreachableStage");
        let lines: Vec<_> = faded.map(|it| it["range"]["start"]["line"].as_u64().unwrap()).collect();
        let params = json!({ "textDocument": { "uri": uri } });
        let answer = client.request("textDocument/semanticTokens/full", params).await.unwrap();
        let unused: Vec<_> = named(&answer, legend).into_iter().filter(|it| it.ends_with("unused")).collect();
        (lines, unused)
    };
    assert_eq!(said(&mut client).await, (vec![1], vec!["1:10+4 class unused".to_owned()]));
    let at = json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 11 } });
    let card = client.request("textDocument/hover", at).await.unwrap();
    // The path is counted from the top of the checkout where the folder lies in one.
    let (text, file) = (card.to_string(), "protocol-tokens-targets/compose.yaml");
    assert!(text.contains("Built by the service t of ") && text.contains(file), "{card}");
    folder.write("compose.yaml", &compose("lint"));
    changed_on_disk(&mut client, &folder.uri("compose.yaml")).await;
    client.reply("workspace/semanticTokens/refresh", Value::Null).await;
    assert_eq!(said(&mut client).await, (vec![0], vec!["0:10+4 class unused".to_owned()]));
}
