//! `dockstage parse`.

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

fn parsed(name: &str, text: &str) -> Value {
    let ran = Sandbox::new(name, &[]).run_with(&["parse", "--format", "json", "-"], text);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    ran.json().remove(0)
}

#[test]
fn every_kind_of_value_has_its_shape() {
    let text = "\
# escape=`
FROM --platform=$BUILDPLATFORM golang:1.23 AS Build
ENV A=1 B=\"x y\"
ENV C d e
ARG V=1
RUN --mount=type=cache,target=/x go build `
    ./...
CMD [\"a\", \"b\"]
HEALTHCHECK --interval=5s CMD curl x
ONBUILD COPY --chown=1 a b
COPY <<-\"EOF\" /e
\tx
EOF
";
    let file = parsed("shapes", text);
    assert_eq!(file["path"], "-");
    assert_eq!(
        (&file["ok"], &file["escape"], &file["syntax_errors"]),
        (&json!(true), &json!("`"), &json!(0))
    );
    assert_eq!(file.get("error"), None);
    let stage = json!({ "index": 0, "name": "build", "base": "golang:1.23", "platform": "$BUILDPLATFORM", "line": 2 });
    assert_eq!(file["stages"], json!([stage]));
    let short = |it: &Value| {
        json!([it["keyword"], it["start_line"], it["end_line"], it["flags"], it["args"], it["json"]])
    };
    let instructions = file["instructions"].as_array().unwrap();
    assert_eq!(
        instructions.iter().map(short).collect::<Vec<_>>(),
        [
            json!(["FROM", 2, 2, ["--platform=$BUILDPLATFORM"], ["golang:1.23", "AS", "Build"], false]),
            json!(["ENV", 3, 3, [], ["A", "1", "=", "B", "\"x y\"", "="], false]),
            json!(["ENV", 4, 4, [], ["C", "d e", ""], false]),
            json!(["ARG", 5, 5, [], ["V=1"], false]),
            json!(["RUN", 6, 7, ["--mount=type=cache,target=/x"], ["go build     ./..."], false]),
            json!(["CMD", 8, 8, [], ["a", "b"], true]),
            json!(["HEALTHCHECK", 9, 9, ["--interval=5s"], ["CMD", "curl x"], false]),
            json!(["ONBUILD", 10, 10, [], ["COPY", "a", "b"], false]),
            json!(["COPY", 11, 13, [], ["<<-\"EOF\"", "/e"], false]),
        ]
    );
    let heredoc = json!({ "name": "EOF", "expand": false, "chomp": true, "content": "\tx\n" });
    assert_eq!(instructions[8]["heredocs"], json!([heredoc]));
}

#[test]
fn a_rejected_file_is_printed_with_its_error_and_is_no_failure() {
    let file = parsed("rejected", "FROM alpine AS a\nFOO x\nRUN y\n");
    assert_eq!((&file["ok"], &file["error"]["line"]), (&json!(false), &json!(2)));
    assert!(file["error"]["message"].as_str().unwrap().contains("FOO"));
    assert_eq!(file["instructions"].as_array().unwrap().len(), 3);
    assert_eq!(file["stages"][0]["name"], "a");
}

#[test]
fn a_file_that_cannot_be_read_does_not_stop_the_others() {
    let sandbox = Sandbox::new("parse-unreadable", &[("a", "FROM a\n"), ("b", "FROM b\n")]);
    let ran = sandbox.run(&["parse", "a", "nowhere", "b"]);
    assert_eq!((ran.code, ran.paths()), (2, vec!["a".to_owned(), "b".to_owned()]));
    assert!(ran.stderr.contains("nowhere"));
}
