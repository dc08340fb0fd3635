//! `dockstage check`.

use expect_test::expect;
use serde_json::json;

use crate::sandbox::Sandbox;

const GOOD: &str = "FROM alpine\nRUN true\n";
const BROKEN: &str = "FROM alpine\nFOO x\n";
/// Builds, and has a stage that nothing needs: a hint.
const HINTED: &str = "FROM alpine AS test\nFROM alpine\n";

#[test]
fn the_exit_code_says_whether_there_is_something_to_mend() {
    let files = [("good", GOOD), ("broken", BROKEN), ("hinted", HINTED)];
    let sandbox = Sandbox::new("exit-codes", &files);
    let code = |args: &[&str]| sandbox.run(args).code;
    assert_eq!(code(&["check", "good"]), 0);
    assert_eq!(code(&["check", "broken"]), 1);
    assert_eq!(code(&["check", "good", "broken", "good"]), 1);
    assert_eq!(code(&["check", "hinted"]), 0, "hints are offers");
    assert_eq!(code(&["check", "--format", "json", "hinted"]), 0);
    assert_eq!(code(&["check", "nowhere"]), 2);
    assert_eq!(code(&["check"]), 2);
    assert_eq!(code(&["check", "--format", "xml", "good"]), 2);
}

#[test]
fn text_shows_the_lines_and_counts() {
    let sandbox = Sandbox::new(
        "text",
        &[("Dockerfile", "FROM golang AS builder\nFROM alpine\nCOPY --from=bulider /a /a\n")],
    );
    let ran = sandbox.run(&["check", "Dockerfile"]);
    expect![[r#"
        warning[UnknownStage]: There is no stage `bulider`: BuildKit looks for an image. Did you mean `builder`?
         --> Dockerfile:3:13
          |
        1 | FROM golang AS builder
          |                ------- stage `builder` is defined here
        2 | FROM alpine
        3 | COPY --from=bulider /a /a
          |             ^^^^^^^
          |
        help: Change to `builder`
          |
        3 - COPY --from=bulider /a /a
        3 + COPY --from=builder /a /a
          |

        1 warning in 1 file
    "#]].assert_eq(&ran.stdout);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
}

#[test]
fn a_clean_file_is_said_to_be_clean() {
    let ran = Sandbox::new("clean", &[("Dockerfile", GOOD)]).run(&["check", "Dockerfile"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "nothing to mend in 1 file\n"));
}

#[test]
fn json_is_one_object_a_file_in_the_order_asked() {
    let sandbox = Sandbox::new("json", &[("a", GOOD), ("b", "# é 🐳\nFROM alpine\nRUN 🐳\nFOO x\n")]);
    let ran = sandbox.run(&["check", "--format", "json", "b", "a", "b"]);
    assert_eq!(ran.paths(), ["b", "a", "b"]);
    assert_eq!(ran.json()[1], json!({ "path": "a", "diagnostics": [] }));
    let diagnostic = &ran.json()[0]["diagnostics"][0];
    assert_eq!(diagnostic["source"], "buildkit");
    assert_eq!(diagnostic["severity"], "error");
    assert!(diagnostic["code"].is_string() && diagnostic["message"].is_string());
    assert_eq!(diagnostic["range"]["start"], json!({ "line": 3, "character": 0 }));
}

#[test]
fn columns_are_utf_16_units_as_in_the_protocol() {
    let sandbox = Sandbox::new(
        "columns",
        &[(
            "a",
            "FROM golang AS builder\nFROM alpine\nCOPY 🐳 --from=x /\nCOPY --chown=é🐳 --from=bulider /a /a\n",
        )],
    );
    let ran = sandbox.run(&["check", "--format", "json", "a"]);
    let found = ran.json()[0]["diagnostics"].as_array().unwrap().clone();
    let at_stage = found.iter().find(|it| it["range"]["start"]["line"] == 3).expect("the stage is unknown");
    assert_eq!(at_stage["range"]["start"]["character"], "COPY --chown=é🐳 --from=".encode_utf16().count());
}

#[test]
fn sources_and_rules_are_selected_and_ignored() {
    let sandbox = Sandbox::new("select", &[("a", &format!("{HINTED}FOO x\n"))]);
    let codes = |args: &[&str]| {
        let ran = sandbox.run(&[&["check", "--format", "json", "a"], args].concat());
        let found = ran.json()[0]["diagnostics"].as_array().unwrap().clone();
        found.iter().map(|it| it["source"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&[]), ["dockstage", "buildkit"]);
    assert_eq!(codes(&["--select", "buildkit"]), ["buildkit"]);
    assert_eq!(codes(&["--select", "buildkit,dockstage"]), ["dockstage", "buildkit"]);
    assert_eq!(codes(&["--ignore", "buildkit", "--ignore", "dockstage"]), [] as [&str; 0]);
    assert_eq!(codes(&["--select", "hadolint"]), [] as [&str; 0]);
    let rule = sandbox.run(&["check", "--format", "json", "a"]).json()[0]["diagnostics"][0]["code"].clone();
    let rule = rule.as_str().unwrap();
    assert_eq!(codes(&["--select", rule]), ["dockstage"]);
    assert_eq!(codes(&["--ignore", &rule.to_lowercase()]), ["buildkit"]);
}

#[test]
fn a_name_that_is_no_rule_is_refused() {
    let sandbox = Sandbox::new("no-rule", &[("a", GOOD)]);
    for flag in ["--select", "--ignore"] {
        let ran = sandbox.run(&["check", flag, "buildkit,NoSuchRule", "a"]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("NoSuchRule"), "{}", ran.stderr);
    }
}

#[test]
fn folders_are_walked_and_files_are_always_read() {
    let sandbox = Sandbox::new(
        "walk",
        &[
            ("p/Dockerfile", GOOD),
            ("p/.devcontainer/Dockerfile", GOOD),
            ("p/api/dev.Dockerfile", GOOD),
            ("p/api/Containerfile", GOOD),
            ("p/api/Dockerfile.prod", GOOD),
            ("p/api/Dockerfile.dockerignore", "target"),
            ("p/api/Dockerfile.j2", "{{ x }}"),
            ("p/main.rs", "fn main() {}"),
            ("p/.gitignore", "vendor/\n"),
            ("p/vendor/Dockerfile", BROKEN),
            ("p/.git/Dockerfile", BROKEN),
        ],
    );
    let ran = sandbox.run(&["check", "--format", "json", "p", "p/vendor/Dockerfile", "p/api/Dockerfile.j2"]);
    assert_eq!(
        ran.paths(),
        [
            "p/.devcontainer/Dockerfile",
            "p/Dockerfile",
            "p/api/Containerfile",
            "p/api/Dockerfile.prod",
            "p/api/dev.Dockerfile",
            "p/vendor/Dockerfile",
            "p/api/Dockerfile.j2",
        ]
    );
}

#[test]
fn a_folder_without_a_dockerfile_is_named() {
    let ran = Sandbox::new("no-dockerfile", &[("p/main.rs", "")]).run(&["check", "p"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "nothing to mend in 0 files\n"));
    assert_eq!(ran.stderr, "dockstage: p: no Dockerfile in this folder\n");
}

#[test]
fn a_file_that_cannot_be_read_does_not_stop_the_others() {
    let sandbox = Sandbox::new("unreadable", &[("a", BROKEN), ("b", GOOD)]);
    let ran = sandbox.run(&["check", "--format", "json", "a", "nowhere", "b"]);
    assert_eq!((ran.code, ran.paths()), (2, vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(ran.stderr, "dockstage: nowhere: No such file or directory\n");
}

#[test]
fn standard_input_is_a_file_called_dash() {
    let sandbox = Sandbox::new("stdin", &[]);
    let ran = sandbox.run_with(&["check", "--format", "json", "-"], BROKEN);
    assert_eq!((ran.code, ran.paths()), (1, vec!["-".to_owned()]));
    assert_eq!(sandbox.run_with(&["check", "-"], GOOD).code, 0);
}

#[test]
fn colours_are_only_for_terminals() {
    let ran = Sandbox::new("colours", &[("a", BROKEN)]).run(&["check", "a"]);
    assert!(!ran.stdout.contains('\u{1b}'));
}

#[test]
fn the_flag_of_the_recorded_answers_is_taken() {
    let sandbox = Sandbox::new("assume", &[("a", GOOD)]);
    assert_eq!(sandbox.run(&["check", "--select", "buildkit", "--assume-empty-base", "a"]).code, 0);
}

#[test]
fn the_ignore_file_beside_a_dockerfile_counts() {
    let copies = "FROM alpine\nCOPY a b /x/\n";
    let sandbox = Sandbox::new(
        "ignore-file",
        &[
            ("one/Dockerfile", copies),
            ("one/.dockerignore", "a\n"),
            ("one/api.Dockerfile", copies),
            ("one/api.Dockerfile.dockerignore", "b\n"),
            ("one/empty.Dockerfile", copies),
            ("one/empty.Dockerfile.dockerignore", ""),
            ("one/two/Dockerfile", copies),
            ("three/Dockerfile", copies),
            ("three/.dockerignore/folder", ""),
        ],
    );
    let found = |path: &str| {
        let ran = sandbox.run(&["check", "--format", "json", path]);
        let found = ran.json().into_iter().flat_map(|it| it["diagnostics"].as_array().unwrap().clone());
        let shown = found.map(|it| format!("{} {}", it["code"], it["range"]["start"]["character"]));
        shown.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found("one/Dockerfile"), "\"CopyIgnoredFile\" 5");
    assert_eq!(found("one/api.Dockerfile"), "\"CopyIgnoredFile\" 7", "its own one alone");
    assert_eq!(found("one/empty.Dockerfile"), "", "an empty one as well");
    assert_eq!(found("one/two/Dockerfile"), "", "that of a folder above is of another context");
    assert_eq!(found("three"), "", "a folder is no ignore file");
    assert_eq!(found("one").matches("CopyIgnoredFile").count(), 2);
    let piped = sandbox.run_with(&["check", "--format", "json", "-"], copies);
    assert_eq!(piped.json()[0]["diagnostics"], json!([]), "what is piped lies nowhere");
}
