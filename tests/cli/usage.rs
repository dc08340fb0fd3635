//! Help, version, completions, and what is said to wrong arguments.

use crate::sandbox::Sandbox;

fn run(name: &str, args: &[&str]) -> crate::sandbox::Ran {
    Sandbox::new(name, &[]).run(args)
}

#[test]
fn the_version_is_the_packages() {
    let ran = run("version", &["--version"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, concat!("dockstage ", env!("CARGO_PKG_VERSION"), "\n")));
}

#[test]
fn help_names_every_command_and_the_exit_codes() {
    let ran = run("help", &["--help"]);
    assert_eq!(ran.code, 0);
    for word in ["lsp", "check", "parse", "split", "explain", "completions", "Exit codes"] {
        assert!(ran.stdout.contains(word), "{word}");
    }
    let ran = run("help-check", &["check", "--help"]);
    for word in [
        "--format",
        "sarif",
        "github",
        "--fix",
        "--select",
        "--ignore",
        "--assume-empty-base",
        "--target",
        "--context",
        "Hints",
    ] {
        assert!(ran.stdout.contains(word), "{word}");
    }
}

#[test]
fn nothing_at_all_and_nonsense_are_wrong_usage() {
    for args in [&[][..], &["chekc"], &["check", "--fixxx", "a"], &["--stdio", "check", "a"], &["parse"]] {
        let ran = run("nonsense", args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
        assert!(!ran.stderr.is_empty());
    }
}

#[test]
fn there_are_completions_for_the_usual_shells() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run("completions", &["completions", shell]);
        assert_eq!(ran.code, 0);
        for word in ["assume-empty-base", "split", "diff", "explain"] {
            assert!(ran.stdout.contains(word), "{shell}: {word}");
        }
    }
}
