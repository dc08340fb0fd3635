//! The oracle: a program on BuildKit's own parser, in `tests/oracle`.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::build::Build;

/// Why there is no oracle.
pub(crate) enum Missing {
    /// The machine lacks something; its name.
    Tool(String),
    /// The oracle does not build.
    Broken(String),
}

/// A running oracle.
pub(crate) struct Oracle {
    process: Child,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    /// Builds the oracle and starts it with these arguments.
    pub(crate) fn start(arguments: &[&str]) -> Result<Self, Missing> {
        let mut process = Command::new(build()?)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Missing::Broken(format!("the oracle does not start: {error}")))?;
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        Ok(Self { process, answers })
    }

    /// What BuildKit says of each text, built in this way.
    pub(crate) fn ask(&mut self, texts: &[String], build: fn(&str) -> Build) -> Vec<Value> {
        let mut questions: ChildStdin = self.process.stdin.take().expect("it is put back below");
        let answers = std::thread::scope(|scope| {
            // Both pipes are short: whoever only writes would wait for ever.
            let writer = scope.spawn(|| {
                for (id, text) in texts.iter().enumerate() {
                    let build = build(text);
                    let question =
                        json!({ "id": id, "text": text, "target": build.target, "args": build.args });
                    serde_json::to_writer(&mut questions, &question)?;
                    questions.write_all(b"\n")?;
                }
                questions.flush()
            });
            let answers = (0..texts.len()).map(|_| self.answer()).collect();
            writer.join().expect("it does not panic").expect("the oracle listens");
            answers
        });
        self.process.stdin = Some(questions);
        answers
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the oracle speaks UTF-8");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("the oracle said {line:?}: {error}"))
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

fn build() -> Result<PathBuf, Missing> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let binary = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracle");
    let go = |arguments: &[&str]| {
        Command::new("go").args(arguments).current_dir(&source).stdin(Stdio::null()).output()
    };
    let built = go(&["build", "-o", &binary.to_string_lossy(), "."])
        .map_err(|_| Missing::Tool("Go is not installed".to_owned()))?;
    if built.status.success() {
        return Ok(binary);
    }
    match go(&["mod", "download"]) {
        Ok(fetched) if fetched.status.success() => {
            Err(Missing::Broken(String::from_utf8_lossy(&built.stderr).into_owned()))
        }
        _ => Err(Missing::Tool("Go cannot fetch BuildKit's module".to_owned())),
    }
}
