//! Settings, in every way that clients give them.

use serde_json::{Value, json};

use crate::client::{TestClient, document, edit};

const BROKEN: &str = "FROM alpine\nFOO x\n";

fn off() -> Value {
    json!({ "dockstage": { "diagnostics": { "enable": false } } })
}

async fn sent(client: &mut TestClient) -> usize {
    client.told("textDocument/publishDiagnostics").await["diagnostics"].as_array().unwrap().len()
}

#[tokio::test]
async fn initialization_options_count_from_the_start() {
    let mut client = TestClient::connect();
    let options = json!({ "diagnostics": { "enable": false } });
    client.initialize(json!({ "capabilities": {}, "initializationOptions": options })).await;
    client.open(1, BROKEN).await;
    assert_eq!(sent(&mut client).await, 0);
}

#[tokio::test]
async fn a_change_takes_effect_on_open_documents() {
    let mut client = TestClient::start(json!({})).await;
    client.open(1, BROKEN).await;
    assert_eq!(sent(&mut client).await, 1);
    client.notify("workspace/didChangeConfiguration", json!({ "settings": off() })).await;
    assert_eq!(sent(&mut client).await, 0);
    let on = json!({ "dockstage": {} });
    client.notify("workspace/didChangeConfiguration", json!({ "settings": on })).await;
    assert_eq!(sent(&mut client).await, 1, "what is not named has its default");
}

#[tokio::test]
async fn the_client_is_asked_at_the_start_and_when_it_says_so() {
    let capabilities = json!({ "workspace": {
        "configuration": true,
        "didChangeConfiguration": { "dynamicRegistration": true },
    } });
    let mut client = TestClient::start(capabilities).await;
    let registered = client.reply("client/registerCapability", Value::Null).await;
    assert_eq!(registered["registrations"][0]["method"], "workspace/didChangeConfiguration");
    let asked = client.reply("workspace/configuration", json!([off()["dockstage"]])).await;
    assert_eq!(asked["items"], json!([{ "section": "dockstage" }]));
    client.open(1, BROKEN).await;
    assert_eq!(sent(&mut client).await, 0, "it waits for the settings");
    client.notify("workspace/didChangeConfiguration", json!({ "settings": null })).await;
    client.reply("workspace/configuration", json!([{ "diagnostics": { "enable": true } }])).await;
    assert_eq!(sent(&mut client).await, 1);
}

#[tokio::test]
async fn a_client_that_never_gives_its_settings_is_not_waited_for_for_ever() {
    let mut client = TestClient::start(json!({ "workspace": { "configuration": true } })).await;
    client.open(1, BROKEN).await;
    client.change(2, json!([edit((1, 4), (1, 4), "x")])).await;
    let sent = client.told("textDocument/publishDiagnostics").await;
    assert_eq!((&sent["version"], sent["diagnostics"].as_array().unwrap().len()), (&json!(2), 1));
    client.reply("workspace/configuration", json!([off()["dockstage"]])).await;
    assert_eq!(client.told("textDocument/publishDiagnostics").await["diagnostics"], json!([]), "better late");
}

#[tokio::test]
async fn a_client_without_settings_keeps_what_it_said_at_the_start() {
    let mut client = TestClient::connect();
    let capabilities = json!({ "workspace": { "configuration": true } });
    client.initialize(json!({ "capabilities": capabilities, "initializationOptions": off() })).await;
    client.reply("workspace/configuration", json!([null])).await;
    client.open(1, BROKEN).await;
    assert_eq!(sent(&mut client).await, 0);
}

#[tokio::test]
async fn a_wrong_type_is_said_once_and_changes_nothing() {
    let mut client = TestClient::start(json!({})).await;
    let wrong = json!({ "settings": { "dockstage": { "diagnostics": { "enable": "no" } } } });
    client.notify("workspace/didChangeConfiguration", wrong.clone()).await;
    let said = client.told("window/showMessage").await;
    assert_eq!(said["message"], "`dockstage.diagnostics.enable` must be true or false, not \"no\".");
    client.notify("workspace/didChangeConfiguration", wrong).await;
    client.open(1, BROKEN).await;
    assert_eq!(sent(&mut client).await, 1);
    assert_eq!(client.everything_so_far().await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_client_that_asks_for_diagnostics_is_told_to_ask_again() {
    let capabilities = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let mut client = TestClient::start(capabilities).await;
    client.open(1, BROKEN).await;
    let before = client.request("textDocument/diagnostic", document()).await.unwrap();
    client.notify("workspace/didChangeConfiguration", json!({ "settings": off() })).await;
    client.reply("workspace/diagnostic/refresh", Value::Null).await;
    let mut again = document();
    again["previousResultId"] = before["resultId"].clone();
    let after = client.request("textDocument/diagnostic", again).await.unwrap();
    assert_eq!((&after["kind"], &after["items"]), (&json!("full"), &json!([])));
}

#[tokio::test]
async fn each_hint_has_its_setting() {
    let unreachable = "FROM alpine AS test\nFROM alpine\n";
    let split = "FROM eclipse-temurin:21-jdk
COPY . .
CMD [\"./mvnw\", \"spring-boot:run\"]
";
    for (text, off) in [
        (unreachable, json!({ "diagnostics": { "unreachableStages": false } })),
        (split, json!({ "split": { "hint": false } })),
    ] {
        let mut client = TestClient::start(json!({})).await;
        client.open(1, text).await;
        assert_eq!(sent(&mut client).await, 1, "{text}");
        client.notify("workspace/didChangeConfiguration", json!({ "settings": { "dockstage": off } })).await;
        assert_eq!(sent(&mut client).await, 0, "{text}");
    }
}
