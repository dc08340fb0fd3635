//! Files as they should not be: read right, or clearly refused; never a crash.

use serde_json::{Value, json};

use crate::sandbox::{Ran, Sandbox};

/// Runs both commands on a file of these bytes.
fn both(name: &str, bytes: &[u8]) -> (Ran, Ran) {
    let sandbox = Sandbox::new(name, &[]);
    sandbox.write("Dockerfile", bytes);
    let check = sandbox.run(&["check", "--format", "json", "Dockerfile"]);
    let text = sandbox.run(&["check", "Dockerfile"]);
    assert_eq!(text.code, check.code);
    (sandbox.run(&["parse", "Dockerfile"]), check)
}

fn instructions(ran: &Ran) -> Vec<Value> {
    ran.json()[0]["instructions"].as_array().unwrap().clone()
}

#[test]
fn an_empty_file_and_one_of_comments_are_refused_as_by_buildkit() {
    for (name, bytes) in [("empty", &b""[..]), ("comments", b"# a\n\n# b\n"), ("blank", b"\n\n  \n")] {
        let (parse, check) = both(name, bytes);
        assert_eq!((parse.code, &parse.json()[0]["ok"]), (0, &json!(false)), "{name}");
        assert_eq!(check.code, 1, "{name}");
        assert_eq!(check.json()[0]["diagnostics"][0]["severity"], "error", "{name}");
    }
}

#[test]
fn windows_line_ends_are_line_ends() {
    let (parse, check) = both("crlf", b"FROM alpine\r\nRUN a \\\r\n  b\r\nCMD [\"x\"]\r\n");
    assert_eq!(check.code, 0);
    let lines: Vec<_> =
        instructions(&parse).iter().map(|it| json!([it["start_line"], it["end_line"]])).collect();
    assert_eq!(lines, [json!([1, 1]), json!([2, 3]), json!([4, 4])]);
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let (parse, check) = both("bom", b"\xef\xbb\xbfFROM alpine\nFOO x\n");
    assert_eq!(instructions(&parse)[0]["keyword"], "FROM");
    assert_eq!(check.json()[0]["diagnostics"][0]["range"]["start"], json!({ "line": 1, "character": 0 }));
}

#[test]
fn bytes_that_are_no_text_are_replaced_and_that_is_said() {
    let (parse, check) = both("latin-1", b"FROM alpine\nRUN echo caf\xe9 \xff\nRUN b\n");
    assert_eq!(parse.json()[0]["ok"], true);
    assert_eq!(instructions(&parse)[1]["args"], json!(["echo caf\u{fffd} \u{fffd}"]));
    assert_eq!(check.code, 0);
    assert!(check.stderr.contains("not valid UTF-8"), "{}", check.stderr);
}

#[test]
fn nul_bytes_and_other_control_characters_do_no_harm() {
    let (parse, _) = both("control", b"FROM alpine\nRUN a\0b \x07\x1b[31m\x0b\x0c\r x\nRUN c\n");
    assert_eq!(instructions(&parse).len(), 3);
}

#[test]
fn a_line_of_70_000_bytes_is_refused_as_by_buildkit() {
    let line = format!("FROM alpine\nRUN echo {}\nRUN y\n", "x".repeat(70_000));
    let (parse, check) = both("long-line", line.as_bytes());
    assert_eq!((parse.code, &parse.json()[0]["ok"]), (0, &json!(false)));
    assert_eq!(check.code, 1);
}

#[test]
fn ten_megabytes_are_read() {
    let line = format!("RUN echo {}\n", "0123456789".repeat(100));
    let text = format!("FROM alpine\n{}", line.repeat(10_000_000 / line.len()));
    let ran = Sandbox::new("ten-megabytes", &[("Dockerfile", &text)]).run(&["check", "Dockerfile"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "nothing to mend in 1 file\n"));
}

#[test]
fn a_file_far_too_long_is_refused() {
    let sandbox = Sandbox::new("far-too-long", &[("Dockerfile", "FROM a\n")]);
    sandbox.write("huge", &vec![b'\n'; 65 * 1024 * 1024]);
    let ran = sandbox.run(&["check", "huge", "Dockerfile"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.stderr, "dockstage: huge: longer than 64 MiB, not read\n");
    assert!(ran.stdout.contains("1 file"));
}
