//! `dockstage check --format sarif` and `--format github`.

use expect_test::expect;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// A finding with a related place and a fix, one that is an error, and a hint; columns that differ in
/// every unit.
const FILE: &str = "\
FROM golang AS builder
FROM alpine AS test
FROM alpine
COPY --chown=é🐳 --from=bulider /a /a
FOO x
";

#[test]
fn github_gets_one_annotation_a_finding() {
    let sandbox = Sandbox::new("github", &[("a,b/Dockerfile", FILE), ("good", "FROM alpine\n")]);
    let ran = sandbox.run(&["check", "--format", "github", "./a,b/Dockerfile", "good"]);
    expect![[r#"
        ::notice file=a%2Cb/Dockerfile,line=2,col=16,endLine=2,endColumn=20,title=UnreachableStage::Built only with `--target test`.
        ::warning file=a%2Cb/Dockerfile,line=4,col=25,endLine=4,endColumn=32,title=UnknownStage::There is no stage `bulider`: BuildKit looks for an image. Did you mean `builder`?
        ::error file=a%2Cb/Dockerfile,line=5,col=1,endLine=5,endColumn=4,title=ParseError::There is no instruction `FOO`. If the line belongs to the one above, that has to end with the escape character.
    "#]].assert_eq(&ran.stdout);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
}

#[test]
fn sarif_is_one_document_for_all_files() {
    let sandbox = Sandbox::new("sarif", &[("my api/Dockerfile", FILE), ("good", "FROM alpine\n")]);
    let ran = sandbox.run(&["check", "--format", "sarif", "my api", "good", "nowhere"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (2, "dockstage: nowhere: No such file or directory\n"));
    let log: Value = serde_json::from_str(&ran.stdout).unwrap();
    check_log(&log);
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let results = run["results"].as_array().unwrap();
    let result = results.iter().find(|it| it["ruleId"] == "UnknownStage").unwrap();
    let column = "COPY --chown=é🐳 --from=".encode_utf16().count() + 1;
    let region = json!({ "startLine": 4, "startColumn": column, "endLine": 4, "endColumn": column + 7 });
    let place =
        |region: Value| json!({ "artifactLocation": { "uri": "my%20api/Dockerfile" }, "region": region });
    assert_eq!(result["level"], "warning");
    assert_eq!(result["locations"][0]["physicalLocation"], place(region.clone()));
    let builder = json!({ "startLine": 1, "startColumn": 16, "endLine": 1, "endColumn": 23 });
    assert_eq!(result["relatedLocations"][0]["physicalLocation"], place(builder));
    let replacement = json!({ "deletedRegion": region, "insertedContent": { "text": "builder" } });
    assert_eq!(result["fixes"][0]["artifactChanges"][0]["replacements"], json!([replacement]));
    let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
    assert_eq!(rule["id"], "UnknownStage");
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Why it matters"));
    assert!(
        results.iter().any(|it| it["level"] == "error") && results.iter().any(|it| it["level"] == "note")
    );
}

#[test]
fn sarif_without_findings_is_a_document_too() {
    let ran = Sandbox::new("sarif-clean", &[("good", "FROM alpine\n")])
        .run(&["check", "--format", "sarif", "good"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let log: Value = serde_json::from_str(&ran.stdout).unwrap();
    check_log(&log);
    assert_eq!(log["runs"][0]["results"], json!([]));
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

/// Checks a log against those rules of the SARIF 2.1.0 schema that concern what we print: which
/// properties an object may have and must have, and of which kind they are.
fn check_log(log: &Value) {
    object(log, &["version", "runs"], &["$schema"]);
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
    assert_eq!(array(&log["runs"]).len(), 1);
    let run = &log["runs"][0];
    object(run, &["tool"], &["results", "invocations", "columnKind", "newlineSequences"]);
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert!(array(&run["newlineSequences"]).iter().all(Value::is_string));
    object(&run["tool"], &["driver"], &[]);
    let driver = &run["tool"]["driver"];
    object(driver, &["name"], &["version", "semanticVersion", "rules"]);
    array(&driver["rules"]).iter().for_each(check_rule);
    for invocation in array(&run["invocations"]) {
        object(invocation, &["executionSuccessful"], &["toolExecutionNotifications"]);
        assert!(invocation["executionSuccessful"].is_boolean());
        for notification in array(&invocation["toolExecutionNotifications"]) {
            object(notification, &["message"], &["level", "locations"]);
            check_message(&notification["message"]);
            check_level(&notification["level"]);
            for location in array(&notification["locations"]) {
                object(&location["physicalLocation"], &["artifactLocation"], &[]);
            }
        }
    }
    let rules: Vec<&Value> = array(&driver["rules"]).iter().map(|rule| &rule["id"]).collect();
    for result in array(&run["results"]) {
        check_result(result);
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index], &result["ruleId"]);
    }
}

fn check_rule(rule: &Value) {
    object(rule, &["id"], &["shortDescription", "help", "helpUri", "defaultConfiguration", "properties"]);
    assert!(rule["id"].is_string());
    object(&rule["shortDescription"], &["text"], &["markdown"]);
    object(&rule["help"], &["text"], &["markdown"]);
    assert!(rule.get("helpUri").is_none_or(|it| it.as_str().unwrap().starts_with("https://")));
    object(&rule["defaultConfiguration"], &[], &["level"]);
    check_level(&rule["defaultConfiguration"]["level"]);
    object(&rule["properties"], &[], &["tags"]);
    assert!(array(&rule["properties"]["tags"]).iter().all(Value::is_string));
}

fn check_result(result: &Value) {
    object(result, &["message"], &["ruleId", "ruleIndex", "level", "locations", "relatedLocations", "fixes"]);
    check_message(&result["message"]);
    check_level(&result["level"]);
    assert_eq!(array(&result["locations"]).len(), 1);
    check_place(&result["locations"][0]["physicalLocation"]);
    for related in result.get("relatedLocations").map_or(&[][..], array) {
        object(related, &[], &["id", "message", "physicalLocation"]);
        assert!(related["id"].is_u64());
        check_message(&related["message"]);
        check_place(&related["physicalLocation"]);
    }
    for fix in result.get("fixes").map_or(&[][..], array) {
        object(fix, &["artifactChanges"], &["description", "properties"]);
        check_message(&fix["description"]);
        assert!(!array(&fix["artifactChanges"]).is_empty());
        for change in array(&fix["artifactChanges"]) {
            object(change, &["artifactLocation", "replacements"], &[]);
            assert!(!array(&change["replacements"]).is_empty());
            for replacement in array(&change["replacements"]) {
                object(replacement, &["deletedRegion"], &["insertedContent"]);
                check_region(&replacement["deletedRegion"]);
                object(&replacement["insertedContent"], &["text"], &[]);
            }
        }
    }
}

fn check_place(place: &Value) {
    object(place, &["artifactLocation", "region"], &[]);
    object(&place["artifactLocation"], &["uri"], &[]);
    let uri = place["artifactLocation"]["uri"].as_str().unwrap();
    assert!(uri.is_ascii() && !uri.contains(' '), "{uri}");
    check_region(&place["region"]);
}

fn check_region(region: &Value) {
    object(region, &["startLine", "startColumn", "endLine", "endColumn"], &[]);
    let at = |key: &str| region[key].as_u64().unwrap();
    assert!(["startLine", "startColumn", "endLine", "endColumn"].iter().all(|key| at(key) >= 1), "{region}");
    assert!((at("startLine"), at("startColumn")) <= (at("endLine"), at("endColumn")), "{region}");
}

fn check_message(message: &Value) {
    object(message, &["text"], &[]);
    assert!(!message["text"].as_str().unwrap().is_empty());
}

fn check_level(level: &Value) {
    assert!(["none", "note", "warning", "error"].contains(&level.as_str().unwrap()), "{level}");
}

fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no array: {value}"))
}

/// An object has all properties it must have, and none that it may not have.
fn object(value: &Value, must: &[&str], may: &[&str]) {
    let keys: Vec<&str> = value
        .as_object()
        .unwrap_or_else(|| panic!("no object: {value}"))
        .keys()
        .map(String::as_str)
        .collect();
    for key in must {
        assert!(keys.contains(key), "{key} is missing in {value}");
    }
    for key in keys {
        assert!(must.contains(&key) || may.contains(&key), "{key} has no place in {value}");
    }
}
