//! `dockstage format`.

use expect_test::expect;

use crate::sandbox::Sandbox;

const LOOSE: &str = "  FROM alpine  \r\n\r\n\r\nEXPOSE 80 \\\r\n81\r\nRUN a \\\r\n && b";
const FORMATTED: &str = "FROM alpine\r\n\r\nEXPOSE 80 \\\r\n 81\r\nRUN a \\\r\n && b\r\n";

#[test]
fn files_are_written_and_standard_input_is_printed() {
    let sandbox = Sandbox::new("format", &[("Dockerfile", LOOSE), ("b/Dockerfile", FORMATTED)]);
    let ran = sandbox.run(&["format", "."]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert_eq!(ran.stderr, "dockstage: ./Dockerfile: formatted\n");
    assert_eq!(sandbox.read("Dockerfile"), FORMATTED.as_bytes());
    assert_eq!(sandbox.run(&["format", "."]).stderr, "", "a second time there is nothing to do");
    let marked = format!("\u{feff}{LOOSE}");
    assert_eq!(sandbox.run_with(&["format", "-"], &marked).stdout, format!("\u{feff}{FORMATTED}"));
}

#[test]
fn check_and_diff_only_tell() {
    let loose = LOOSE.replace('\r', "");
    let sandbox = Sandbox::new("format-check", &[("Dockerfile", &loose), ("b/Dockerfile", FORMATTED)]);
    let ran = sandbox.run(&["format", "--check", "Dockerfile", "b/Dockerfile"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert_eq!(ran.stderr, "dockstage: Dockerfile is not formatted\n");
    let ran = sandbox.run(&["format", "--diff", "Dockerfile"]);
    assert_eq!(ran.code, 1);
    // A dot stands for a blank that nobody would see.
    expect![[r#"
        --- a/Dockerfile
        +++ b/Dockerfile
        @@ -1,7 +1,6 @@
        -..FROM.alpine..
        -
        +FROM.alpine
        .
        .EXPOSE.80.\
        -81
        +.81
        .RUN.a.\
        -.&&.b
        \ No newline at end of file
        +.&&.b
    "#]]
    .assert_eq(&dotted(&ran.stdout));
    assert_eq!(sandbox.read("Dockerfile"), loose.as_bytes());
    assert_eq!(sandbox.run(&["format", "--check", "b/Dockerfile"]).code, 0);
}

/// The lines of a diff with their blanks to be seen.
fn dotted(diff: &str) -> String {
    let is_text = |line: &&str| {
        line.starts_with(['-', '+', ' ']) && !line.starts_with("---") && !line.starts_with("+++")
    };
    let dots = |line: &str| if is_text(&line) { line.replace(' ', ".") } else { line.to_owned() };
    diff.split('\n').map(dots).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_configuration_says_how() {
    let toml = "[format]\nindent = 'tab'\nkeywordCase = 'upper'\nshell = true\n";
    let sandbox =
        Sandbox::new("format-toml", &[("Dockerfile", "from a\nrun b \\\n  c\n"), ("dockstage.toml", toml)]);
    assert_eq!(sandbox.run(&["format", "Dockerfile"]).code, 0);
    assert_eq!(sandbox.read("Dockerfile"), b"FROM a\nRUN b \\\n\tc\n");
}

#[test]
fn what_cannot_be_formatted_is_said_and_left() {
    let sandbox = Sandbox::new(
        "format-bad",
        &[("dockstage.toml", "format.indent = 99\n"), ("Dockerfile", " FROM a\n")],
    );
    let ran = sandbox.run(&["format", "Dockerfile"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`format.indent` must be"), "{}", ran.stderr);
    assert_eq!(sandbox.read("Dockerfile"), b" FROM a\n");
    let ran = sandbox.run(&["format", "nowhere"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("dockstage: nowhere: "), "{}", ran.stderr);
}
