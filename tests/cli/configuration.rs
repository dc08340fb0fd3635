//! `dockstage.toml`.

use crate::sandbox::{Ran, Sandbox};

/// An unreachable stage, which is a hint, and a misspelled one.
const FILE: &str = "FROM alpine AS test\nFROM alpine AS builder\nFROM alpine\nCOPY --from=bulider /a /a\n";

fn codes(ran: &Ran) -> Vec<Vec<String>> {
    let code = |it: &serde_json::Value| it["code"].as_str().unwrap().to_owned();
    ran.json().iter().map(|file| file["diagnostics"].as_array().unwrap().iter().map(code).collect()).collect()
}

fn check(sandbox: &Sandbox, args: &[&str]) -> Vec<Vec<String>> {
    let ran = sandbox.run(&[&["check", "--format", "json"], args].concat());
    assert_eq!(ran.stderr, "");
    codes(&ran)
}

#[test]
fn the_nearest_file_upwards_holds() {
    let sandbox = Sandbox::new(
        "toml-nearest",
        &[
            ("dockstage.toml", "diagnostics.unreachableStages = false\n"),
            ("Dockerfile", FILE),
            ("a/b/Dockerfile", FILE),
            ("c/dockstage.toml", "# everything as it is\n"),
            ("c/d/Dockerfile", FILE),
            ("off/dockstage.toml", "[diagnostics]\nenable = false\n"),
            ("off/Dockerfile", FILE),
        ],
    );
    let unknown = vec!["UnknownStage".to_owned()];
    let both = vec!["UnreachableStage".to_owned(), "UnknownStage".to_owned()];
    let paths = ["Dockerfile", "a/b/Dockerfile", "c/d/Dockerfile", "c/../a/b/Dockerfile", "off/Dockerfile"];
    assert_eq!(
        check(&sandbox, &paths),
        [unknown.clone(), unknown.clone(), both, unknown.clone(), Vec::new()]
    );
    let ran = sandbox.run_with(&["check", "--format", "json", "-"], FILE);
    assert_eq!(codes(&ran), [unknown], "standard input lies in the current folder");
}

#[test]
fn rules_are_selected_and_flags_win() {
    let text = "[check]\nselect = [\"dockstage\"]\nignore = [\"unreachablestage\"]\n";
    let sandbox =
        Sandbox::new("toml-select", &[("dockstage.toml", text), ("a", FILE), ("b", "FROM a\nFOO\n")]);
    assert_eq!(check(&sandbox, &["a", "b"]), [vec!["UnknownStage"], vec![]]);
    assert_eq!(check(&sandbox, &["--select", "buildkit", "a", "b"]), [vec![], vec!["ParseError"]]);
    assert_eq!(check(&sandbox, &["--ignore", "UnknownStage", "a"]), [["UnreachableStage"]]);
}

#[test]
fn what_is_wrong_in_it_is_shown_where_it_is_and_once() {
    let text = "\
[diagnostic]
enable = true

[split]
hint = \"no\"
[check]
ignore = [\"UnknownStage\", \"UnknwonStage\"]
";
    let files = [("p/dockstage.toml", text), ("p/a", FILE), ("p/b", FILE), ("c", "FROM alpine\n")];
    let sandbox = Sandbox::new("toml-wrong", &files);
    let ran = sandbox.run(&["check", "--format", "json", "--fix", "p/a", "p/b", "c"]);
    assert_eq!(
        ran.stderr,
        "\
dockstage: p/dockstage.toml:1:2: there is no setting `diagnostic`; did you mean `diagnostics`?
dockstage: p/dockstage.toml:5:8: `split.hint` must be true or false, not \"no\"
dockstage: p/dockstage.toml:7:27: there is no source or rule `UnknwonStage`; did you mean `UnknownStage`?
"
    );
    assert_eq!((ran.code, ran.paths()), (2, vec!["c".to_owned()]), "the others are checked");
}

#[test]
fn the_example_of_the_readme_is_right() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, example) = readme.split_once("```toml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let files = [("dockstage.toml", example), ("tools/Dockerfile", FILE), ("services/a/Dockerfile", FILE)];
    let sandbox = Sandbox::new("toml-readme", &files);
    let (unknown, target) = (vec!["UnknownStage".to_owned()], vec!["UnknownTarget".to_owned()]);
    let found = check(&sandbox, &["tools", "services"]);
    assert_eq!(found, [unknown.clone(), [target, unknown].concat()]);
}

#[test]
fn what_is_no_toml_at_all_is_shown_too() {
    let sandbox = Sandbox::new("toml-syntax", &[("dockstage.toml", "[split]\nhint = \n"), ("a", FILE)]);
    let ran = sandbox.run(&["check", "a"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("dockstage: dockstage.toml:2:"), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    sandbox.write("dockstage.toml", b"# caf\xe9\n");
    let ran = sandbox.run(&["check", "a"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (2, "dockstage: dockstage.toml: not valid UTF-8\n"));
}
