//! For tests that look at many Dockerfiles: where they are, and a way to run that can say that some are missing.
//!
//! The ordinary harness has no word for a test that cannot be done on this machine once it runs; this one counts it as
//! ignored, with the reason.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// A Dockerfile.
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A test: its name, and what says whether it holds, or why it cannot be done.
pub(crate) type Test = (&'static str, fn() -> Result<bool, String>);

/// Runs those tests that the command line asks for.
pub(crate) fn run(tests: &[Test]) -> ExitCode {
    let filters: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let wanted =
        tests.iter().filter(|it| filters.is_empty() || filters.iter().any(|name| it.0.contains(name)));
    if std::env::args().any(|it| it == "--list") {
        wanted.for_each(|it| println!("{}: test", it.0));
        return ExitCode::SUCCESS;
    }
    let started = Instant::now();
    let (mut passed, mut failed, mut ignored) = (0, 0, 0);
    for (name, test) in wanted {
        match test() {
            Err(reason) => {
                ignored += 1;
                println!("test {name} ... ignored, {reason}");
            }
            Ok(true) => {
                passed += 1;
                println!("test {name} ... ok");
            }
            Ok(false) => {
                failed += 1;
                println!("test {name} ... FAILED");
            }
        }
    }
    let result = if failed == 0 { "ok" } else { "FAILED" };
    let seconds = started.elapsed().as_secs_f32();
    println!(
        "\ntest result: {result}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; 0 filtered out; finished in {seconds:.2}s"
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The Dockerfiles of the repository.
pub(crate) fn small_files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["server/grammar/tests/constructs", "examples"] {
        walk(&root.join(folder), &mut files);
    }
    assert!(files.len() > 100, "the small Dockerfiles are gone");
    files
}

/// Those of the recorded answers, which are other people's.
pub(crate) fn corpus() -> Result<Vec<File>, String> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance");
    let data = std::env::var_os("DOCKSTAGE_CONFORMANCE").map_or_else(beside, PathBuf::from);
    let script = data.join("score.py");
    if !script.is_file() {
        return Err("the recorded corpus is not beside this checkout".to_owned());
    }
    let unpacked = Command::new("python3").arg(&script).args(["unpack", "-"]).stdin(Stdio::null()).output();
    let unpacked = unpacked.map_err(|_| "there is no python3 to unpack the corpus".to_owned())?;
    let folder = String::from_utf8_lossy(&unpacked.stdout);
    let folder = folder.lines().last().unwrap_or_default();
    let mut files = Vec::new();
    walk(&Path::new(folder).join("corpus"), &mut files);
    assert!(!files.is_empty(), "{}", String::from_utf8_lossy(&unpacked.stderr));
    Ok(files)
}

fn walk(folder: &Path, files: &mut Vec<File>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, files);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned();
        files.push(File { name: path.to_string_lossy().into_owned(), text });
    }
}
