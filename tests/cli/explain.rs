//! `dockstage explain`.

use crate::sandbox::Sandbox;

#[test]
fn a_rule_is_explained_by_its_page() {
    let sandbox = Sandbox::new("explain", &[]);
    let ran = sandbox.run(&["explain", "unknownstage"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(
        ran.stdout.starts_with("# UnknownStage\n\nSource: dockstage. Severity: warning, "),
        "{}",
        ran.stdout
    );
    for heading in ["## What it does\n", "## Why it matters\n", "## Example\n", "## Use instead\n"] {
        assert!(ran.stdout.contains(heading), "{heading}");
    }
    let hint = sandbox.run(&["explain", "SplitStage"]);
    assert_eq!(hint.code, 0);
    assert!(hint.stdout.contains("`dockstage split`"));
}

#[test]
fn an_unknown_rule_is_refused_with_a_near_one() {
    let sandbox = Sandbox::new("explain-unknown", &[]);
    let ran = sandbox.run(&["explain", "UnknwonStage"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_eq!(ran.stderr, "dockstage: there is no rule `UnknwonStage`. Did you mean `UnknownStage`?\n");
    let ran = sandbox.run(&["explain", "x"]);
    assert_eq!(ran.stderr, "dockstage: there is no rule `x`. `dockstage explain` lists them.\n");
}

#[test]
fn without_a_name_every_rule_is_listed_and_can_be_explained() {
    let sandbox = Sandbox::new("explain-list", &[]);
    let ran = sandbox.run(&["explain"]);
    assert_eq!(ran.code, 0);
    let names: Vec<&str> = ran.stdout.lines().map(|line| line.split_once(' ').unwrap().0).collect();
    assert!(names.is_sorted() && names.contains(&"SplitStage") && names.contains(&"ParseError"));
    for name in names {
        assert_eq!(sandbox.run(&["explain", name]).code, 0, "{name}");
    }
}
