//! `dockstage check --fix`.

use crate::sandbox::Sandbox;

/// Twice a stage that FROM does not find as it is written, which has one right cure, and once a name
/// that the user has to look at.
const BROKEN: &str = "\
FROM alpine AS builder
FROM Builder AS tools
FROM BUILDER
COPY --from=toools /a /a
";
const MENDED: &str = "\
FROM alpine AS builder
FROM builder AS tools
FROM builder
COPY --from=toools /a /a
";

fn codes(ran: &crate::sandbox::Ran) -> Vec<String> {
    let found = ran.json()[0]["diagnostics"].as_array().unwrap().clone();
    found.iter().map(|it| it["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_needs_no_look_is_mended_once_and_for_all() {
    let sandbox = Sandbox::new("fix", &[("a", BROKEN), ("good", "FROM alpine\n")]);
    let ran = sandbox.run(&["check", "--fix", "--format", "json", "a", "good"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "dockstage: a: 2 fixes applied\n"));
    assert_eq!(codes(&ran), ["UnknownStage"], "what is left is printed");
    assert_eq!(sandbox.read("a"), MENDED.as_bytes());
    assert_eq!(sandbox.names(), ["a", "good"], "nothing is left behind");
    let written = std::fs::metadata(sandbox.path("a")).unwrap().modified().unwrap();
    let again = sandbox.run(&["check", "--fix", "--format", "json", "a", "good"]);
    assert_eq!((again.code, &again.stdout, again.stderr.as_str()), (1, &ran.stdout, ""));
    assert_eq!(sandbox.read("a"), MENDED.as_bytes());
    assert_eq!(std::fs::metadata(sandbox.path("a")).unwrap().modified().unwrap(), written);
}

#[test]
fn what_is_mended_wholly_is_clean() {
    let sandbox = Sandbox::new("fix-wholly", &[("a", "FROM alpine AS builder\nFROM Builder\n")]);
    let ran = sandbox.run(&["check", "--fix", "a"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "nothing to mend in 1 file\n"));
    assert_eq!(ran.stderr, "dockstage: a: 1 fix applied\n");
}

#[test]
fn the_rest_of_the_file_stays_as_it_was() {
    let windows = |text: &str| format!("\u{feff}{}", text.trim_end().replace('\n', "\r\n"));
    let sandbox = Sandbox::new("fix-windows", &[("a", &windows(BROKEN))]);
    sandbox.run(&["check", "--fix", "a"]);
    assert_eq!(String::from_utf8(sandbox.read("a")).unwrap(), windows(MENDED));
}

#[test]
fn without_the_flag_nothing_is_written() {
    let sandbox = Sandbox::new("fix-not", &[("a", BROKEN)]);
    assert_eq!(sandbox.run(&["check", "a"]).code, 1);
    assert_eq!(sandbox.read("a"), BROKEN.as_bytes());
}

#[test]
fn only_what_is_selected_is_mended() {
    let sandbox = Sandbox::new("fix-selected", &[("a", BROKEN)]);
    let ran = sandbox.run(&["check", "--fix", "--ignore", "InvalidImageName", "a"]);
    assert_eq!(ran.stderr, "");
    assert_eq!(sandbox.read("a"), BROKEN.as_bytes());
}

#[test]
fn standard_input_is_mended_to_standard_output() {
    let sandbox = Sandbox::new("fix-stdin", &[]);
    let ran = sandbox.run_with(&["check", "--fix", "-"], BROKEN);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, MENDED));
    assert!(ran.stderr.contains("warning[UnknownStage]"), "{}", ran.stderr);
    assert!(ran.stderr.contains("dockstage: -: 2 fixes applied\n"), "{}", ran.stderr);
    let ran = sandbox.run_with(&["check", "--fix", "-"], "\u{feff}FROM alpine");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "\u{feff}FROM alpine"), "also what needs no fix");
}

#[test]
fn bytes_that_are_no_text_are_never_lost() {
    let sandbox = Sandbox::new("fix-latin-1", &[]);
    let bytes = [b"# caf\xe9\n", BROKEN.as_bytes()].concat();
    sandbox.write("a", &bytes);
    sandbox.write("good", b"# caf\xe9\nFROM alpine\n");
    let ran = sandbox.run(&["check", "--fix", "--format", "json", "a"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.ends_with("dockstage: a: not mended: bytes that are no UTF-8 would be lost\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(codes(&ran), ["InvalidImageName", "InvalidImageName", "UnknownStage"]);
    assert_eq!(sandbox.read("a"), bytes);
    assert_eq!(sandbox.run(&["check", "--fix", "good"]).code, 0, "there is nothing to mend");
}

#[cfg(unix)]
#[test]
fn rights_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let sandbox = Sandbox::new("fix-link", &[("below/a", BROKEN)]);
    let file = sandbox.path("below/a");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink("below/a", sandbox.path("link")).unwrap();
    assert_eq!(sandbox.run(&["check", "--fix", "link"]).code, 1);
    assert!(std::fs::symlink_metadata(sandbox.path("link")).unwrap().is_symlink());
    assert_eq!(sandbox.read("below/a"), MENDED.as_bytes());
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}
