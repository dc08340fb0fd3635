//! How a Dockerfile is built, by flags and by `dockstage.toml`: target, arguments, context.

use crate::sandbox::{Ran, Sandbox};

/// Each finding as `path code`.
fn codes(ran: &Ran) -> Vec<String> {
    let of_file = |file: serde_json::Value| {
        let found = file["diagnostics"].as_array().unwrap().clone();
        found
            .into_iter()
            .map(move |it| format!("{} {}", file["path"].as_str().unwrap(), it["code"].as_str().unwrap()))
    };
    ran.json().into_iter().flat_map(of_file).collect()
}

fn check(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    let ran = sandbox.run(&[&["check", "--format", "json", "--select", "buildkit"], args].concat());
    assert_eq!(ran.stderr, "");
    codes(&ran)
}

const STAGES: &str = "FROM alpine AS test\nWORKDIR a\nFROM alpine AS final\nCOPY x /\n";

#[test]
fn the_target_says_which_stages_are_looked_at() {
    let sandbox = Sandbox::new("target", &[("a", STAGES)]);
    assert_eq!(check(&sandbox, &["a"]), ["a WorkdirRelativePath"]);
    assert_eq!(check(&sandbox, &["--target", "TEST", "a"]), ["a WorkdirRelativePath"]);
    assert_eq!(check(&sandbox, &["--target", "final", "a"]), [""; 0]);
    assert_eq!(check(&sandbox, &["--target", "0", "a"]), ["a UnknownTarget", "a WorkdirRelativePath"]);
    let ran = sandbox.run(&["check", "--target", "tests", "a"]);
    assert!(ran.stdout.contains("no stage `tests`, which is the target. Did you mean `test`?"), "{ran:?}");
    assert_eq!(ran.code, 1);
    assert!(
        sandbox.run(&["check", "--target", "test", "a"]).stdout.contains("Not built: the target is `test`")
    );
}

#[test]
fn the_context_is_where_the_ignore_file_lies() {
    let files = [
        (".dockerignore", "x\n"),
        ("api/Dockerfile", "FROM alpine\nCOPY x /\n"),
        ("web/Dockerfile", "FROM alpine\nCOPY x /\n"),
        ("web/Dockerfile.dockerignore", "y\n"),
    ];
    let sandbox = Sandbox::new("context", &files);
    assert_eq!(check(&sandbox, &["."]), [""; 0]);
    assert_eq!(check(&sandbox, &["--context", ".", "api"]), ["api/Dockerfile CopyIgnoredFile"]);
    assert_eq!(check(&sandbox, &["--context", ".", "web"]), [""; 0], "its own ignore file counts alone");
    let stdin = ["check", "--format", "json", "--context", ".", "-"];
    let ran = sandbox.run_with(&stdin, "FROM alpine\nCOPY x /\n");
    assert_eq!(codes(&ran), ["- CopyIgnoredFile"]);
    let ran = sandbox.run(&["check", "--context", "nowhere", "api"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("there is no such folder"), "{}", ran.stderr);
}

#[test]
fn a_project_says_how_each_of_its_files_is_built() {
    let text = "\
[build]
context = \".\"
args = { BASE = \"alpine\" }

[diagnostics]
assumeEmptyBase = true

[[file]]
match = \"services/*/Dockerfile\"
target = \"final\"
";
    let dockerfile = &format!("ARG BASE\nFROM $BASE AS base\nRUN echo $NONE\nENV A=$NONE\n{STAGES}");
    let files = [
        ("dockstage.toml", text),
        (".dockerignore", "x\n"),
        ("services/api/Dockerfile", dockerfile),
        ("tools/Dockerfile", dockerfile),
    ];
    let sandbox = Sandbox::new("project", &files);
    assert_eq!(
        check(&sandbox, &["."]),
        [
            "./services/api/Dockerfile InvalidDefaultArgInFrom",
            "./services/api/Dockerfile CopyIgnoredFile",
            "./tools/Dockerfile InvalidDefaultArgInFrom",
            "./tools/Dockerfile UndefinedVar",
            "./tools/Dockerfile WorkdirRelativePath",
            "./tools/Dockerfile CopyIgnoredFile",
        ]
    );
    let flags = ["--target", "base", "--build-arg", "BASE=scratch", "--context", "tools", "services"];
    assert_eq!(
        check(&sandbox, &flags),
        ["services/api/Dockerfile InvalidDefaultArgInFrom", "services/api/Dockerfile UndefinedVar"],
        "flags win"
    );
}

#[test]
fn what_a_file_says_of_builds_is_checked() {
    let text = "[build]\ncontext = \"nope\"\nargs.N = 1\n[[file]]\nmatch = \"a[\"\n";
    let sandbox = Sandbox::new("project-wrong", &[("dockstage.toml", text), ("a", STAGES)]);
    let ran = sandbox.run(&["check", "a"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            2,
            "\
dockstage: dockstage.toml:2:11: there is no folder `nope`, counted from this file's
dockstage: dockstage.toml:3:10: `build.args.N` must be a string, not 1
dockstage: dockstage.toml:5:9: error parsing glob 'a[': unclosed character class; missing ']'
"
        )
    );
}
