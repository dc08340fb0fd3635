//! Every fix that is offered, applied alone: it has to mend what it is offered for, and nothing may come of it.
//!
//! `cargo test --test fixes` looks at the small Dockerfiles of the repository, and at the corpus of recorded answers
//! where that lies beside the checkout (see `tests/conformance`). Without it, that part counts as ignored; for this
//! reason it is no ordinary test harness, for those cannot say so once they run. It also makes Dockerfiles up, with the
//! generator of `tests/differential`: 500 of them, or `FIXES_CASES=100000 FIXES_SEED=7`.
//! Every split of the corpus is looked at here, too (`split.rs`).
//! `FIXES_SHOW=20` shows more of what is wrong, `FIXES_TABLE=1` how many findings of each rule have a fix.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "../differential/generate.rs"]
mod generate;
mod judge;
#[path = "../differential/mutate.rs"]
mod mutate;
#[path = "../differential/random.rs"]
mod random;
mod split;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use dockstage_core::analysis::Settings;
use judge::Tally;

/// A Dockerfile.
struct File {
    name: String,
    text: String,
}

/// A test: its name, its Dockerfiles, or why there are none, and what has to hold for them.
type Test = (&'static str, fn() -> Result<Vec<File>, String>, fn(&[File]) -> bool);

const SMALL_FILES: &str = "every_fix_mends_small_files";
const CORPUS: &str = "every_fix_mends_the_corpus";

const MADE_UP_FILES: &str = "every_fix_mends_made_up_files";

const SPLITS: &str = "every_split_keeps_the_image";

const TESTS: [Test; 4] = [
    (SMALL_FILES, small_files, holds),
    (CORPUS, corpus, holds),
    (MADE_UP_FILES, made_up_files, holds),
    (SPLITS, corpus, splits_hold),
];

fn main() -> ExitCode {
    let filters: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let wanted =
        TESTS.iter().filter(|it| filters.is_empty() || filters.iter().any(|name| it.0.contains(name)));
    if std::env::args().any(|it| it == "--list") {
        wanted.for_each(|it| println!("{}: test", it.0));
        return ExitCode::SUCCESS;
    }
    let started = Instant::now();
    let (mut passed, mut failed, mut ignored) = (0, 0, 0);
    for (name, files, holds) in wanted {
        match files() {
            Err(reason) => {
                ignored += 1;
                println!("test {name} ... ignored, {reason}");
            }
            Ok(files) if holds(&files) => {
                passed += 1;
                println!("test {name} ... ok");
            }
            Ok(_) => {
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
fn small_files() -> Result<Vec<File>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["server/grammar/tests/constructs", "examples"] {
        walk(&root.join(folder), &mut files);
    }
    assert!(files.len() > 100, "the small Dockerfiles are gone");
    Ok(files)
}

/// Those of the recorded answers, which are other people's.
fn corpus() -> Result<Vec<File>, String> {
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

/// Those that nobody would write.
fn made_up_files() -> Result<Vec<File>, String> {
    let (cases, seed) = (number("FIXES_CASES", 500), number("FIXES_SEED", 1));
    let known: Vec<String> = small_files()?.into_iter().map(|file| file.text).collect();
    let text = |case| {
        let mut random = random::Random::new(seed, case);
        match random.below(3) {
            0 => generate::dockerfile(&mut random),
            1 => {
                let (text, other) = (generate::dockerfile(&mut random), generate::dockerfile(&mut random));
                mutate::mutate(&mut random, &text, &other)
            }
            _ => {
                let (text, other) = (random.below(known.len()), random.below(known.len()));
                mutate::mutate(&mut random, &known[text], &known[other])
            }
        }
    };
    Ok((0..cases).map(|case| made_up(text(case), seed, case)).collect())
}

/// Nobody can look it up, so its name tells it.
fn made_up(text: String, seed: u64, case: u64) -> File {
    File { name: format!("seed {seed}, case {case}: {text:?}"), text }
}

fn number(variable: &str, otherwise: u64) -> u64 {
    match std::env::var(variable) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{variable}={value} is no number")),
        Err(_) => otherwise,
    }
}

/// A way to look at a file.
struct View {
    name: &'static str,
    settings: Settings,
    /// What stands above the text.
    head: &'static str,
}

fn views() -> [View; 3] {
    // The split is a refactoring, and has tests of its own.
    let settings = || Settings { split_hint: false, ..Settings::default() };
    let plain = Settings { assume_empty_base: true, ..settings() };
    [
        View { name: "default", settings: settings(), head: "" },
        View { name: "assume_empty_base", settings: plain, head: "" },
        View { name: "experimental", settings: settings(), head: "# check=experimental=all\n" },
    ]
}

/// Whether every split of all files is right. What is wrong is printed.
fn splits_hold(files: &[File]) -> bool {
    let mut splits = split::Splits::default();
    let mut wrong = 0;
    for file in files {
        if let Err(reason) = split::judge(&file.text, &mut splits) {
            wrong += 1;
            println!("{}: {reason}", file.name);
        }
    }
    println!("{} splits of one stage, {} of several, {wrong} wrong", splits.of_one, splits.of_several);
    wrong == 0 && splits.of_one > 100 && splits.of_several > 10
}

/// Whether the fixes of all files are right in every view. What is wrong is printed.
fn holds(files: &[File]) -> bool {
    let mut wrong = 0;
    for view in views() {
        let tally = look_at_all(files, &view);
        println!(
            "{}: {} files, {} findings, {} fixes and {} ways to ignore; {} wrong",
            view.name,
            tally.files,
            tally.findings,
            tally.fixes,
            tally.ignores,
            tally.wrong.len()
        );
        show(&tally);
        wrong += tally.wrong.len();
    }
    wrong == 0
}

fn look_at_all(files: &[File], view: &View) -> Tally {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut tally = Tally::default();
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let text = format!("{}{}", view.head, file.text);
            tally.look_at(&file.name, &text, &view.settings);
        }
        tally
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let tallies = workers.into_iter().map(|it| it.join().expect("nothing panics"));
        tallies.fold(Tally::default(), Tally::and)
    })
}

fn show(tally: &Tally) {
    if std::env::var_os("FIXES_TABLE").is_some() {
        for (code, count) in &tally.rules {
            println!("  {code:34} {:6} findings, {:6} with a fix", count.found, count.with_fix);
        }
    }
    let shown = std::env::var("FIXES_SHOW").ok().and_then(|it| it.parse().ok()).unwrap_or(3);
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (kind, what) in &tally.wrong {
        kinds.entry(kind).or_default().push(what);
    }
    for (kind, all) in kinds {
        println!("  {} × {kind}", all.len());
        all.iter().take(shown).for_each(|what| println!("{what}"));
    }
}
