//! What every feature looks like on the wire, to a client that can do much and to one that can do
//! little.

use serde_json::{Value, json};

use crate::client::{TestClient, URI, at, document, knows_actions};

const TEXT: &str = "\
# Builds the thing.
FROM golang:1.23 AS builder
RUN go build \\
    ./...
FROM alpine
COPY --from=builder /a /a
";

/// Where the reference to `builder` begins.
const REFERENCE: (u32, u32) = (5, 12);

fn able() -> Value {
    json!({
        "workspace": { "workspaceEdit": { "documentChanges": true } },
        "textDocument": {
            "hover": { "contentFormat": ["markdown", "plaintext"] },
            "definition": { "linkSupport": true },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "foldingRange": { "lineFoldingOnly": true, "rangeLimit": 1 },
            "signatureHelp": { "signatureInformation": {
                "documentationFormat": ["markdown"],
                "parameterInformation": { "labelOffsetSupport": true },
                "activeParameterSupport": true,
            } },
            "completion": { "completionItem": { "snippetSupport": true, "documentationFormat": ["markdown"] } },
            "codeAction": {
                "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } },
                "isPreferredSupport": true,
                "disabledSupport": true,
            },
            "rename": { "prepareSupport": true },
            "publishDiagnostics": { "relatedInformation": true, "tagSupport": { "valueSet": [1] }, "codeDescriptionSupport": true },
        },
    })
}

async fn client(capabilities: Value, text: &str) -> TestClient {
    let mut client = TestClient::start(capabilities).await;
    client.open(7, text).await;
    client
}

async fn ask(client: &mut TestClient, method: &str) -> Value {
    client.ask_at(method, REFERENCE.0, REFERENCE.1).await
}

fn range(line: u32, start: u32, end: u32) -> Value {
    json!({ "start": { "line": line, "character": start }, "end": { "line": line, "character": end } })
}

#[tokio::test]
async fn hover_is_markdown_for_those_who_show_it() {
    let able = ask(&mut client(able(), TEXT).await, "hover").await;
    assert_eq!(able["contents"]["kind"], "markdown");
    assert!(able["contents"]["value"].as_str().unwrap().contains("`builder`"), "{able}");
    assert_eq!(able["range"], range(5, 12, 19));
    let plain = ask(&mut client(json!({}), TEXT).await, "hover").await;
    assert_eq!(plain["contents"]["kind"], "plaintext");
    let text = plain["contents"]["value"].as_str().unwrap();
    assert!(text.contains("builder") && !text.contains('`'), "{text}");
}

#[tokio::test]
async fn definition_is_a_link_or_a_place() {
    let links = ask(&mut client(able(), TEXT).await, "definition").await;
    assert_eq!(links[0]["originSelectionRange"], range(5, 12, 19));
    assert_eq!(links[0]["targetSelectionRange"], range(1, 20, 27));
    assert_eq!(links[0]["targetRange"]["start"], json!({ "line": 1, "character": 0 }));
    let place = ask(&mut client(json!({}), TEXT).await, "definition").await;
    assert_eq!(place, json!({ "uri": URI, "range": range(1, 20, 27) }));
}

#[tokio::test]
async fn references_and_highlights_are_the_same_places() {
    let mut client = client(json!({}), TEXT).await;
    let highlights = ask(&mut client, "documentHighlight").await;
    let places =
        [json!({ "range": range(1, 20, 27), "kind": 3 }), json!({ "range": range(5, 12, 19), "kind": 2 })];
    assert_eq!(highlights, json!(places));
    for (declaration, count) in [(true, 2), (false, 1)] {
        let mut params = at(REFERENCE.0, REFERENCE.1);
        params["context"] = json!({ "includeDeclaration": declaration });
        let found = client.request("textDocument/references", params).await.unwrap();
        assert_eq!(found.as_array().unwrap().len(), count);
    }
}

#[tokio::test]
async fn a_rename_carries_the_version_for_those_who_mind_it() {
    let new_name = |name: &str| {
        let mut params = at(REFERENCE.0, REFERENCE.1);
        params["newName"] = json!(name);
        params
    };
    let edits = json!([
        { "range": range(1, 20, 27), "newText": "build" },
        { "range": range(5, 12, 19), "newText": "build" },
    ]);
    let mut able = client(able(), TEXT).await;
    let target = ask(&mut able, "prepareRename").await;
    assert_eq!(target, json!({ "range": range(5, 12, 19), "placeholder": "builder" }));
    let edit = able.request("textDocument/rename", new_name("build")).await.unwrap();
    let change = json!({ "textDocument": { "uri": URI, "version": 7 }, "edits": edits });
    assert_eq!(edit, json!({ "documentChanges": [change] }));

    let mut plain = client(json!({}), TEXT).await;
    let edit = plain.request("textDocument/rename", new_name("build")).await.unwrap();
    assert_eq!(edit, json!({ "changes": { URI: edits } }));
    // Refused with a reason for the user, not with a failure of ours.
    for refused in [
        plain.request("textDocument/rename", new_name("not a name")).await,
        plain.request("textDocument/prepareRename", at(2, 6)).await,
    ] {
        let error = refused.unwrap_err();
        assert_eq!(error["code"], -32803);
        assert!(error["message"].as_str().unwrap().ends_with('.'), "{error}");
    }
}

#[tokio::test]
async fn symbols_are_a_tree_or_a_list() {
    let mut able = client(able(), TEXT).await;
    let tree = able.request("textDocument/documentSymbol", document()).await.unwrap();
    assert_eq!(tree.as_array().unwrap().len(), 2, "two stages");
    assert_eq!(tree[0]["name"], "builder");
    assert_eq!(tree[0]["selectionRange"], range(1, 20, 27));
    assert_eq!(tree[0]["children"][0]["name"], "RUN");
    let mut plain = client(json!({}), TEXT).await;
    let list = plain.request("textDocument/documentSymbol", document()).await.unwrap();
    assert_eq!(list[1]["containerName"], "builder");
    assert_eq!(list[1]["location"]["uri"], URI);
}

#[tokio::test]
async fn folds_are_cut_to_what_the_client_wants() {
    let mut able = client(able(), TEXT).await;
    let folds = able.request("textDocument/foldingRange", document()).await.unwrap();
    assert_eq!(folds.as_array().unwrap().len(), 1);
    assert_eq!(folds[0].get("startCharacter"), None);
    let mut plain = client(json!({}), TEXT).await;
    let folds = plain.request("textDocument/foldingRange", document()).await.unwrap();
    assert!(folds.as_array().unwrap().len() > 1);
    assert!(folds[0]["startCharacter"].is_u64() && folds[0]["endCharacter"].is_u64());
}

#[tokio::test]
async fn signature_help_is_what_the_client_can_show() {
    let text = "FROM a\nUSER b:\nCOPY x \nRUN make all\n";
    let mut able = client(able(), text).await;
    let help = able.ask_at("signatureHelp", 2, 7).await;
    assert_eq!((&help["activeSignature"], &help["activeParameter"]), (&json!(0), &json!(2)));
    let form = &help["signatures"][0];
    assert_eq!(form["label"], "COPY [flags] <source>… <destination>");
    assert_eq!(form["activeParameter"], 2);
    assert_eq!(form["documentation"]["kind"], "markdown");
    assert_eq!(form["parameters"][2]["label"], json!([23, 36]), "in UTF-16 units, `…` is one");

    let mut plain = client(json!({}), text).await;
    let help = plain.ask_at("signatureHelp", 1, 7).await;
    assert_eq!((&help["activeSignature"], &help["activeParameter"]), (&json!(0), &json!(1)));
    let form = &help["signatures"][0];
    assert_eq!(form["parameters"][1]["label"], "<group>");
    assert_eq!(form.get("activeParameter"), None);
    assert_eq!(form["documentation"]["kind"], "plaintext");
}

#[tokio::test]
async fn signature_help_stays_away_from_commands_unless_asked_for() {
    let mut client = client(json!({}), "FROM a\nRUN make all\n").await;
    let mut help = async |column: u32, context: Value| {
        let mut params = at(1, column);
        params["context"] = context;
        client.request("textDocument/signatureHelp", params).await.unwrap()
    };
    let typed = json!({ "triggerKind": 2, "triggerCharacter": " ", "isRetrigger": false });
    assert_eq!(help(9, typed.clone()).await, Value::Null);
    assert_eq!(help(4, typed).await["signatures"][0]["label"], "RUN [flags] <command>");
    let asked = json!({ "triggerKind": 1, "isRetrigger": false });
    assert_eq!(help(9, asked).await["signatures"][0]["label"], "RUN [flags] <command>");
}

#[tokio::test]
async fn a_selection_grows_from_a_word_to_the_file() {
    let mut client = client(json!({}), TEXT).await;
    let mut params = document();
    params["positions"] =
        json!([{ "line": REFERENCE.0, "character": REFERENCE.1 }, { "line": 0, "character": 3 }]);
    let found = client.request("textDocument/selectionRange", params).await.unwrap();
    assert_eq!(found.as_array().unwrap().len(), 2);
    let (mut step, mut ranges) = (&found[0], Vec::new());
    while step.is_object() {
        ranges.push(step["range"].clone());
        step = &step["parent"];
    }
    assert_eq!(ranges[..3], [range(5, 12, 19), range(5, 5, 19), range(5, 0, 25)]);
    let all = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 6, "character": 0 } });
    assert_eq!(ranges.last(), Some(&all));
}

#[tokio::test]
async fn a_stages_name_is_edited_at_all_places_at_once() {
    let mut client = client(json!({}), TEXT).await;
    let linked = ask(&mut client, "linkedEditingRange").await;
    assert_eq!(linked["ranges"], json!([range(1, 20, 27), range(5, 12, 19)]));
    assert_eq!(linked["wordPattern"], "[A-Za-z][A-Za-z0-9_.-]*");
    assert_eq!(client.ask_at("linkedEditingRange", 2, 6).await, Value::Null);
}

const HALF_TYPED: &str = "FROM alpine AS builder\nFROM alpine\nCOPY --from=bu /a /b\nHEA";

#[tokio::test]
async fn completion_replaces_the_word_and_knows_who_takes_snippets() {
    let mut able = client(able(), HALF_TYPED).await;
    let stages = able.ask_at("completion", 2, 14).await;
    let builder = stages.as_array().unwrap().iter().find(|it| it["label"] == "builder").unwrap();
    assert_eq!(builder["textEdit"], json!({ "range": range(2, 12, 14), "newText": "builder" }));
    let keywords = able.ask_at("completion", 3, 3).await;
    assert!(keywords.as_array().unwrap().iter().any(|it| it["insertTextFormat"] == 2), "{keywords}");
    let mut plain = client(json!({}), HALF_TYPED).await;
    for item in plain.ask_at("completion", 3, 3).await.as_array().unwrap() {
        assert_eq!(item.get("insertTextFormat"), None);
        assert!(!item["textEdit"]["newText"].as_str().unwrap().contains('$'), "{item}");
    }
}

const MISSPELT: &str = "FROM golang AS builder\nFROM alpine\nCOPY --from=bulider /a /a\n";

async fn actions(client: &mut TestClient, line: u32, character: u32, only: Value) -> Vec<Value> {
    let mut params = document();
    params["range"] = range(line, character, character);
    params["context"] = json!({ "diagnostics": [] });
    if !only.is_null() {
        params["context"]["only"] = only;
    }
    let found = client.request("textDocument/codeAction", params).await.unwrap();
    found.as_array().unwrap().clone()
}

#[tokio::test]
async fn a_fix_is_a_code_action_with_its_diagnostic_and_the_version() {
    let mut able = client(able(), MISSPELT).await;
    let sent = able.told("textDocument/publishDiagnostics").await;
    let found = actions(&mut able, 2, 14, Value::Null).await;
    let fix = found.iter().find(|it| it["kind"] == "quickfix").expect("there is a fix");
    assert_eq!(fix["isPreferred"], true);
    let edit = json!({ "range": range(2, 12, 19), "newText": "builder" });
    let change = json!({ "textDocument": { "uri": URI, "version": 7 }, "edits": [edit] });
    assert_eq!(fix["edit"], json!({ "documentChanges": [change] }));
    // The client finds the diagnostic among those it was sent.
    assert!(sent["diagnostics"].as_array().unwrap().contains(&fix["diagnostics"][0]), "{sent} {fix}");
    assert_eq!(fix["diagnostics"][0]["relatedInformation"][0]["location"]["range"], range(0, 15, 22));
}

#[tokio::test]
async fn actions_are_those_of_the_place_and_of_the_kinds_asked_for() {
    let mut client = client(knows_actions(json!({})), MISSPELT).await;
    let titles = actions(&mut client, 2, 14, json!(["quickfix"])).await;
    let titles: Vec<&str> = titles.iter().map(|it| it["title"].as_str().unwrap()).collect();
    assert_eq!(
        titles,
        ["Change to `builder`", "Ignore UnknownStage here", "Ignore UnknownStage in this file"]
    );
    assert_eq!(actions(&mut client, 2, 14, json!(["source"])).await, [] as [Value; 0]);
    assert_eq!(actions(&mut client, 2, 2, json!(["quickfix"])).await, [] as [Value; 0]);
    let fix = actions(&mut client, 2, 14, json!(["quickfix"])).await.remove(0);
    assert_eq!(fix.get("isPreferred"), None, "this client does not know it");
    assert!(fix["edit"]["changes"][URI].is_array());
}

#[tokio::test]
async fn a_diagnostic_has_what_the_client_can_show() {
    let unused = "FROM golang AS builder\nFROM alpine\n";
    let sent = client(able(), unused).await.told("textDocument/publishDiagnostics").await;
    assert_eq!(sent["diagnostics"][0]["tags"], json!([1]), "faded: {sent}");
    assert_eq!(sent["diagnostics"][0]["severity"], 4);
    let sent = client(json!({}), unused).await.told("textDocument/publishDiagnostics").await;
    assert_eq!(sent["diagnostics"][0].get("tags"), None);
    let sent = client(json!({}), MISSPELT).await.told("textDocument/publishDiagnostics").await;
    assert!(sent["diagnostics"].as_array().unwrap().iter().all(|it| it.get("relatedInformation").is_none()));
}

#[tokio::test]
async fn answers_count_columns_in_the_agreed_unit() {
    for (encoding, column) in [("utf-8", 27), ("utf-16", 24), ("utf-32", 23)] {
        let text = "FROM alpine AS a\nFROM alpine\nRUN x\nCOPY --chown=é🐳 --from=a /a /a\n";
        let capabilities = json!({ "general": { "positionEncodings": [encoding] } });
        let mut client = client(capabilities, text).await;
        let places = client.ask_at("documentHighlight", 0, 15).await;
        assert_eq!(places[1]["range"], range(3, column, column + 1), "{encoding}");
        let card = client.ask_at("hover", 3, column).await;
        assert_eq!(card["range"], range(3, column, column + 1), "{encoding}");
    }
}

/// In the manner of a guide for beginners: it runs on the JDK that built it.
const SPRING_BOOT: &str = "\
FROM eclipse-temurin:21-jdk
WORKDIR /app
COPY .mvn/ .mvn
COPY mvnw pom.xml ./
RUN ./mvnw dependency:go-offline
COPY src ./src
CMD [\"./mvnw\", \"spring-boot:run\"]
";

#[tokio::test]
async fn the_split_is_a_refactoring_and_the_fix_of_its_hint() {
    let mut able = client(able(), SPRING_BOOT).await;
    let sent = able.told("textDocument/publishDiagnostics").await;
    assert_eq!(sent["diagnostics"][0]["code"], "SplitStage");
    let refactorings = actions(&mut able, 3, 0, json!(["refactor"])).await;
    let fixes = actions(&mut able, 0, 6, json!(["quickfix"])).await;
    for found in [&refactorings, &fixes] {
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["title"], "Split into builder and final stage");
        assert_eq!(found[0]["edit"]["documentChanges"][0]["textDocument"]["version"], 7);
    }
    assert_eq!(refactorings[0]["kind"], "refactor.rewrite");
    assert_eq!(refactorings[0]["edit"], fixes[0]["edit"]);

    // Done as the client would do it, the hint is gone.
    let mut edits = fixes[0]["edit"]["documentChanges"][0]["edits"].as_array().unwrap().clone();
    edits.reverse();
    for edit in &mut edits {
        edit["text"] = edit["newText"].take();
    }
    able.change(8, json!(edits)).await;
    let text = able.text().await;
    assert!(text.as_str().unwrap().contains("\nFROM eclipse-temurin:21-jre AS final\n"), "{text}");
    assert_eq!(able.told("textDocument/publishDiagnostics").await["diagnostics"], json!([]));
}

#[tokio::test]
async fn a_split_that_is_refused_says_why_to_those_who_show_it() {
    let refused = SPRING_BOOT.replace("FROM eclipse-temurin:21-jdk", "ARG JDK\nFROM $JDK");
    let mut able = client(able(), &refused).await;
    let found = actions(&mut able, 4, 0, json!(["refactor"])).await;
    let reason = found[0]["disabled"]["reason"].as_str().unwrap();
    assert!(reason.starts_with("Cannot be split: ") && reason.ends_with('.'), "{reason}");
    assert_eq!(found[0].get("edit"), None);
    let mut plain = client(knows_actions(json!({})), &refused).await;
    assert_eq!(actions(&mut plain, 4, 0, json!(["refactor"])).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_later_stage_is_moved_by_a_refactoring_and_by_a_fix() {
    let text = "FROM alpine AS final\nCOPY --from=tool /a /a\nFROM golang AS tool\nRUN make\n";
    let mut client = client(able(), text).await;
    let moved = actions(&mut client, 2, 6, json!(["refactor.move"])).await;
    assert_eq!(moved.len(), 1, "{moved:?}");
    assert_eq!(moved[0]["kind"], "refactor.move");
    assert_eq!(moved[0]["title"], "Move stage `tool` above `final`");
    let fixes = actions(&mut client, 1, 14, json!(["quickfix"])).await;
    assert_eq!(fixes[0]["title"], moved[0]["title"]);
    assert_eq!(fixes[0]["diagnostics"][0]["code"], "LaterStage");
    assert_eq!(fixes[0]["edit"], moved[0]["edit"]);
}

#[tokio::test]
async fn tags_of_official_images_are_completed() {
    let mut client = client(able(), "FROM alpine:\n").await;
    let answer = client.ask_at("completion", 0, 12).await;
    let items = answer["items"].as_array().or(answer.as_array()).unwrap().clone();
    assert_eq!(items[0]["label"], "latest");
    assert_eq!(items[0]["textEdit"]["range"], range(0, 12, 12));
}
