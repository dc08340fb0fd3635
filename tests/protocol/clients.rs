//! Clients that name nothing of what they can do, or a part of it: each gets the form that it knows.

use serde_json::{Value, json};

use crate::client::{TestClient, URI, at, document, edit, knows_actions};

/// Something of everything: stages, variables, flags, a mistake with a fix, a stage that nothing needs.
const TEXT: &str = "\
# syntax=docker/dockerfile:1
ARG GO=1.23
# Builds the thing.
FROM golang:$GO AS builder
WORKDIR /src
COPY . .
RUN go build \\
    -o /out/a
FROM golang AS unused
FROM alpine
COPY --from=biulder --chmod=755 /out/a /a
COPY --from=builder --link /out/a bin/
HEALTHCHECK --interval=1s CMD true
EXPOSE 80/tcp\x20
HEA
";

/// What a client gets only when it says that it knows it: a key of an object, with this value if one is given.
const UNASKED: &[(&str, Option<&str>)] = &[
    ("annotationId", None),
    ("changeAnnotations", None),
    ("children", None),
    ("codeDescription", None),
    ("collapsedText", None),
    ("documentChanges", None),
    ("disabled", None),
    ("insertTextFormat", None),
    ("insertTextMode", None),
    ("isPreferred", None),
    ("itemDefaults", None),
    ("kind", Some("markdown")),
    ("labelDetails", None),
    ("relatedInformation", None),
    ("tags", None),
    ("targetSelectionRange", None),
];

/// The names of what a client did not ask for, anywhere in a message.
fn unasked(message: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match message {
        Value::Object(object) => {
            for (key, value) in object {
                let is_unasked = |(name, wanted): &(&str, Option<&str>)| {
                    name == key && wanted.is_none_or(|wanted| value == wanted)
                };
                if UNASKED.iter().any(is_unasked) {
                    found.push(key.clone());
                }
                found.extend(unasked(value));
            }
        }
        Value::Array(list) => found.extend(list.iter().flat_map(unasked)),
        _ => (),
    }
    found
}

fn whole() -> Value {
    json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 15, "character": 0 } })
}

/// What is asked about the document, and for each place in it.
fn questions(line: u32, character: u32) -> Vec<(&'static str, Value)> {
    let place = at(line, character);
    let with = |mut params: Value, key: &str, value: Value| {
        params[key] = value;
        params
    };
    let here = json!({ "start": place["position"], "end": place["position"] });
    let options = json!({ "tabSize": 4, "insertSpaces": true });
    let positions = json!([place["position"]]);
    vec![
        ("textDocument/hover", place.clone()),
        ("textDocument/definition", place.clone()),
        ("textDocument/references", with(place.clone(), "context", json!({ "includeDeclaration": true }))),
        ("textDocument/documentHighlight", place.clone()),
        ("textDocument/prepareRename", place.clone()),
        ("textDocument/rename", with(place.clone(), "newName", json!("other"))),
        ("textDocument/completion", place.clone()),
        ("textDocument/signatureHelp", place.clone()),
        ("textDocument/linkedEditingRange", place.clone()),
        ("textDocument/prepareCallHierarchy", place.clone()),
        ("textDocument/selectionRange", with(document(), "positions", positions)),
        (
            "textDocument/codeAction",
            with(with(document(), "range", here), "context", json!({ "diagnostics": [] })),
        ),
        ("textDocument/documentSymbol", document()),
        ("textDocument/foldingRange", document()),
        ("textDocument/documentLink", document()),
        ("textDocument/codeLens", document()),
        ("textDocument/inlayHint", with(document(), "range", whole())),
        ("textDocument/semanticTokens/full", document()),
        ("textDocument/formatting", with(document(), "options", options)),
        ("workspace/symbol", json!({ "query": "" })),
    ]
}

/// The key under which a server says that it answers a request.
fn provider(method: &str) -> &'static str {
    match method {
        "textDocument/hover" => "hoverProvider",
        "textDocument/definition" => "definitionProvider",
        "textDocument/references" => "referencesProvider",
        "textDocument/documentHighlight" => "documentHighlightProvider",
        "textDocument/prepareRename" | "textDocument/rename" => "renameProvider",
        "textDocument/completion" => "completionProvider",
        "textDocument/signatureHelp" => "signatureHelpProvider",
        "textDocument/linkedEditingRange" => "linkedEditingRangeProvider",
        "textDocument/prepareCallHierarchy" => "callHierarchyProvider",
        "textDocument/selectionRange" => "selectionRangeProvider",
        "textDocument/codeAction" => "codeActionProvider",
        "textDocument/documentSymbol" => "documentSymbolProvider",
        "textDocument/foldingRange" => "foldingRangeProvider",
        "textDocument/documentLink" => "documentLinkProvider",
        "textDocument/codeLens" => "codeLensProvider",
        "textDocument/inlayHint" => "inlayHintProvider",
        "textDocument/semanticTokens/full" => "semanticTokensProvider",
        "textDocument/formatting" => "documentFormattingProvider",
        "workspace/symbol" => "workspaceSymbolProvider",
        other => panic!("{other} has a provider"),
    }
}

/// The places in the document where a word begins, and the ends of lines.
fn places() -> Vec<(u32, u32)> {
    let mut places = Vec::new();
    for (line, text) in TEXT.lines().enumerate() {
        let is_inside = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_alphanumeric);
        let begins = |at: &usize| *at == text.len() || (is_inside(*at) && (*at == 0 || !is_inside(at - 1)));
        let found = (0..=text.len()).filter(begins);
        places.extend(found.map(|at| (u32::try_from(line).unwrap(), u32::try_from(at).unwrap())));
    }
    places
}

fn is_empty(answer: &Value) -> bool {
    answer.is_null() || answer.as_array().is_some_and(Vec::is_empty)
}

/// A client with these capabilities and the document, and what the server says that it can do.
async fn client(capabilities: Value, text: &str) -> (TestClient, Value) {
    let mut client = TestClient::connect();
    let answer = client.initialize(json!({ "capabilities": capabilities })).await;
    client.open(7, text).await;
    (client, answer["capabilities"].clone())
}

#[tokio::test]
async fn a_client_that_names_nothing_gets_the_plainest_form_of_everything() {
    let (mut client, offered) = client(json!({}), TEXT).await;
    let mut answered: Vec<&str> = Vec::new();
    for (line, character) in places() {
        for (method, params) in questions(line, character) {
            if offered[provider(method)].is_null() {
                continue;
            }
            // What is refused is refused with a reason for the user.
            let Ok(answer) = client.request(method, params).await else { continue };
            assert_eq!(unasked(&answer), [""; 0], "{method} at {line}:{character}: {answer}");
            if !is_empty(&answer) && !answered.contains(&method) {
                answered.push(method);
            }
        }
    }
    // It can be given code actions in no way at all: neither as such nor as edits that it is sent.
    let silent = ["textDocument/codeAction", "textDocument/prepareRename"];
    let all = questions(0, 0).into_iter().map(|(method, _)| method);
    let expected = all.filter(|method| !offered[provider(method)].is_null() && !silent.contains(method));
    let missing: Vec<&str> = expected.filter(|method| !answered.contains(method)).collect();
    assert_eq!(missing, ["workspace/symbol"; 0], "nothing was ever answered to these");
    for message in client.everything_so_far().await {
        assert_eq!(unasked(&message["params"]), [""; 0], "{message}");
        assert_eq!(message.get("id"), None, "this client was asked something: {message}");
    }
}

#[tokio::test]
async fn what_is_offered_is_what_the_client_can_take() {
    let (_, offered) = client(json!({}), TEXT).await;
    assert_eq!(offered["codeActionProvider"], true, "kinds are for clients that know code actions");
    assert_eq!(offered["renameProvider"], true, "nor does it ask before it renames");
    assert_eq!(offered["positionEncoding"], "utf-16");
    assert_eq!(offered.get("executeCommandProvider"), None);
    assert_eq!(offered.get("diagnosticProvider"), None);
    let mut capabilities = knows_actions(json!({}));
    capabilities["general"] = json!({ "positionEncodings": ["utf-8"] });
    capabilities["textDocument"]["rename"] = json!({ "prepareSupport": true });
    let (_, offered) = client(capabilities, TEXT).await;
    assert!(offered["codeActionProvider"]["codeActionKinds"].as_array().unwrap().len() > 3);
    assert_eq!(offered["renameProvider"]["prepareProvider"], true);
    assert_eq!(offered["positionEncoding"], "utf-8");
}

async fn actions(client: &mut TestClient, line: u32, character: u32) -> Vec<Value> {
    let place = json!({ "line": line, "character": character });
    let mut params = document();
    params["range"] = json!({ "start": place, "end": place });
    params["context"] = json!({ "diagnostics": [] });
    client.request("textDocument/codeAction", params).await.unwrap().as_array().unwrap().clone()
}

#[tokio::test]
async fn a_client_without_code_actions_runs_commands_that_send_it_the_edits() {
    let (mut client, offered) = client(json!({ "workspace": { "applyEdit": true } }), TEXT).await;
    assert_eq!(offered["executeCommandProvider"]["commands"], json!(["dockstage.applyEdit"]));
    let found = actions(&mut client, 10, 14).await;
    assert_eq!(found[0]["title"], "Change to `builder`");
    assert_eq!(found[0]["command"], "dockstage.applyEdit");
    let run = json!({ "command": found[0]["command"], "arguments": found[0]["arguments"] });
    assert_eq!(client.request("workspace/executeCommand", run.clone()).await, Ok(Value::Null));
    let sent = client.reply("workspace/applyEdit", json!({ "applied": true })).await;
    assert_eq!(sent["edit"]["changes"][URI][0]["newText"], "builder");
    // The text is another one by now.
    client.change(8, json!([edit((0, 0), (0, 0), "#\n")])).await;
    let refused = client.request("workspace/executeCommand", run).await.unwrap_err();
    assert_eq!(refused["message"], "The document has changed. Ask for the action again.");
    for (command, arguments) in [("dockstage.other", json!([])), ("dockstage.applyEdit", json!([1]))] {
        let run = json!({ "command": command, "arguments": arguments });
        assert_eq!(client.request("workspace/executeCommand", run).await.unwrap_err()["code"], -32602);
    }
}

/// It runs on the JDK that built it, and its builder does something that nobody can tell the use of.
const SPLIT: &str = "\
FROM golang:1.23
WORKDIR /app
COPY . .
RUN ./prepare.sh --all
RUN go build -o /app/server .
CMD [\"/app/server\"]
";

fn action_client(edits: Value, commands: Value) -> Value {
    let mut capabilities = knows_actions(json!({}));
    capabilities["workspace"] = json!({ "workspaceEdit": edits });
    capabilities["experimental"] = json!({ "commands": { "commands": commands } });
    capabilities
}

async fn split(capabilities: Value, text: &str) -> Value {
    let (mut client, _) = client(capabilities, text).await;
    let found = actions(&mut client, 0, 6).await;
    let is_split = |it: &&Value| it["title"] == "Split into builder and final stage";
    let splits: Vec<&Value> = found.iter().filter(is_split).collect();
    assert_eq!(splits.len(), 2, "the fix of the hint, and the refactoring: {found:?}");
    assert_eq!(splits[0]["edit"], splits[1]["edit"]);
    assert_eq!(splits[0].get("command"), splits[1].get("command"));
    splits[0].clone()
}

#[tokio::test]
async fn notes_of_a_split_stand_beside_its_edits_where_the_client_shows_them() {
    let annotations =
        json!({ "documentChanges": true, "changeAnnotationSupport": { "groupsOnLabel": true } });
    let found = split(action_client(annotations.clone(), json!([])), SPLIT).await;
    let annotation = &found["edit"]["changeAnnotations"]["dockstage"];
    assert_eq!(annotation["label"], "Split into builder and final stage");
    assert_eq!(annotation["needsConfirmation"], true, "there is something to decide");
    assert!(
        annotation["description"].as_str().unwrap().contains("The final stage starts from `"),
        "{annotation}"
    );
    let edits = found["edit"]["documentChanges"][0]["edits"].as_array().unwrap();
    assert!(edits.len() > 1 && edits.iter().all(|it| it["annotationId"] == "dockstage"), "{edits:?}");
    assert_eq!(found.get("command"), None);
    let plain = SPLIT.replace("RUN ./prepare.sh --all\n", "");
    let found = split(action_client(annotations, json!([])), &plain).await;
    assert_eq!(found["edit"]["changeAnnotations"]["dockstage"]["needsConfirmation"], false);
}

#[tokio::test]
async fn notes_of_a_split_are_shown_by_a_command_of_the_client() {
    let versions = json!({ "documentChanges": true });
    let found = split(action_client(versions.clone(), json!(["dockstage.showNotes"])), SPLIT).await;
    assert_eq!(found["edit"].get("changeAnnotations"), None);
    assert_eq!(found["command"]["command"], "dockstage.showNotes");
    assert_eq!(found["command"]["arguments"][0], "Split into builder and final stage");
    assert!(found["command"]["arguments"][1].as_array().unwrap().len() > 1, "{found}");
    let found = split(action_client(versions, json!([])), SPLIT).await;
    assert_eq!(found.get("command"), None, "some clients would run it and leave the edits");
    assert!(found["edit"].to_string().contains("# To decide: "), "the comment is there for everyone");
}

#[tokio::test]
async fn inlining_a_stage_says_that_it_is_no_target_any_more() {
    let annotations = json!({ "documentChanges": true, "changeAnnotationSupport": {} });
    let text = "FROM alpine AS base\nRUN apk add git\nFROM base AS final\nCOPY . .\n";
    let (mut client, _) = client(action_client(annotations, json!([])), text).await;
    let found = actions(&mut client, 0, 17).await;
    let inline = found.iter().find(|it| it["kind"] == "refactor.inline").expect("it can be inlined");
    let annotation = &inline["edit"]["changeAnnotations"]["dockstage"];
    assert_eq!(annotation["description"], "`--target base` cannot be built any more.");
    let name = found.iter().find(|it| it["edit"].get("changeAnnotations").is_none());
    assert!(name.is_none_or(|it| it["edit"]["documentChanges"][0]["edits"][0].get("annotationId").is_none()));
}

#[tokio::test]
async fn a_client_that_can_a_part_gets_that_part() {
    let rows = [
        (json!({ "hover": { "contentFormat": ["markdown"] } }), "textDocument/hover", "kind"),
        (json!({ "definition": { "linkSupport": true } }), "textDocument/definition", "targetSelectionRange"),
        (
            json!({ "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } }),
            "textDocument/documentSymbol",
            "children",
        ),
        (
            json!({ "completion": { "completionItem": { "snippetSupport": true } } }),
            "textDocument/completion",
            "insertTextFormat",
        ),
    ];
    for (capabilities, method, key) in rows {
        let (mut client, _) = client(json!({ "textDocument": capabilities }), TEXT).await;
        let mut seen = Vec::new();
        for (line, character) in [(11, 14), (14, 3)] {
            for (asked, params) in questions(line, character) {
                let answer = client.request(asked, params).await.unwrap_or_default();
                seen.extend(unasked(&answer).into_iter().map(|key| (asked, key)));
            }
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen, [(method, key.to_owned())]);
    }
}
