//! Dockstage and BuildKit on the same Dockerfiles, which are made here: a difference is a bug.
//!
//! Compared are what the parsers make of them, and what `docker build --check` says: errors, and BuildKit's rules, for
//! half of them of a plain build, for the others of one with a target and with values for ARGs.
//! `cargo test --test differential` compares 2,000 texts. `DIFFERENTIAL_CASES=200000 DIFFERENTIAL_SEED=7` makes it more,
//! and others: a run is a function of these two. `DIFFERENTIAL_CORPUS=FOLDER` adds Dockerfiles that changes start from.
//! BuildKit is asked through `tests/oracle`, a program in Go; without Go the test counts as ignored. This is no ordinary
//! test harness, for those cannot say so once they run.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod build;
mod compare;
mod generate;
mod mutate;
mod oracle;
mod random;
mod shrink;
mod stages;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use build::Build;
use compare::{Difference, check_difference, difference, dockstage};
use oracle::{Missing, Oracle};
use random::Random;

const NAME: &str = "dockstage_says_what_buildkit_says";

/// How many texts the oracle gets at once. Every other time they are built with a target and with arguments.
const BATCH: usize = 500;

/// How many differences of a kind are shown.
const SHOWN: usize = 4;

fn main() -> ExitCode {
    let filters: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    if std::env::args().any(|it| it == "--list") {
        println!("{NAME}: test");
        return ExitCode::SUCCESS;
    }
    if !filters.is_empty() && !filters.iter().any(|it| NAME.contains(it.as_str())) {
        return ExitCode::SUCCESS;
    }
    let started = Instant::now();
    let (word, counts, passed) = match Oracle::start(&["-checks"]) {
        Err(Missing::Tool(reason)) => (format!("ignored, {reason}"), "0 passed; 0 failed; 1 ignored", true),
        Err(Missing::Broken(reason)) => {
            println!("{reason}");
            ("FAILED".to_owned(), "0 passed; 1 failed; 0 ignored", false)
        }
        Ok(mut oracle) => match run(&mut oracle) {
            0 => ("ok".to_owned(), "1 passed; 0 failed; 0 ignored", true),
            _ => ("FAILED".to_owned(), "0 passed; 1 failed; 0 ignored", false),
        },
    };
    let result = if passed { "ok" } else { "FAILED" };
    println!("test {NAME} ... {word}\n");
    let seconds = started.elapsed().as_secs_f32();
    println!("test result: {result}. {counts}; 0 measured; 0 filtered out; finished in {seconds:.2}s");
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Compares as many texts as asked for, and gives the number of differences.
fn run(oracle: &mut Oracle) -> usize {
    let (cases, seed) = (number("DIFFERENTIAL_CASES", 2_000), number("DIFFERENTIAL_SEED", 1));
    let known = known_files();
    let mut counts = Counts::default();
    let mut next = 0;
    while next < cases {
        let end = (next + BATCH as u64).min(cases);
        let texts: Vec<String> = (next..end).map(|case| text_of(seed, case, &known)).collect();
        let build: BuildOf = if (next / BATCH as u64).is_multiple_of(2) { plain } else { Build::of };
        let answers = oracle.ask(&texts, build);
        for ((case, text), answer) in (next..end).zip(&texts).zip(&answers) {
            counts.add(answer);
            let Some(found) = found(answer, text, build) else { continue };
            let seen = counts.differences.entry(found.kind.clone()).or_default();
            *seen += 1;
            if *seen <= SHOWN {
                show(oracle, seed, case, text, build, &found.kind);
            }
        }
        next = end;
    }
    counts.print(cases, seed);
    counts.differences.values().sum()
}

#[derive(Default)]
struct Counts {
    accepted: usize,
    /// Taken apart by BuildKit, so that there are instructions to compare.
    read: usize,
    /// Fit to be built, so that BuildKit's rules are compared.
    built: usize,
    died: usize,
    differences: BTreeMap<String, usize>,
}

impl Counts {
    fn add(&mut self, answer: &serde_json::Value) {
        self.accepted += usize::from(answer["ok"] == true);
        self.read += usize::from(answer["instructions"].is_array());
        self.built += usize::from(answer["ok"] == true && answer["build_error"].is_null());
        self.died += usize::from(answer["panic"].is_string());
    }

    fn print(&self, cases: u64, seed: u64) {
        let Self { accepted, read, built, died, differences } = self;
        for (kind, times) in differences {
            println!("{times:6} × {kind}");
        }
        let total: usize = differences.values().sum();
        println!(
            "seed {seed}: {cases} texts, {read} read, {accepted} accepted and {built} built by BuildKit, which died of {died}; {total} differences"
        );
    }
}

/// The build that a text is checked for.
type BuildOf = fn(&str) -> Build;

/// One without anything on the command line.
fn plain(_: &str) -> Build {
    Build::default()
}

fn found(answer: &serde_json::Value, text: &str, build: BuildOf) -> Option<Difference> {
    // Dockstage has to do better than that.
    if answer["panic"].is_string() {
        return None;
    }
    difference(answer, &dockstage(text)).or_else(|| check_difference(answer, text, &build(text)))
}

/// Prints a difference as small as it can be.
fn show(oracle: &mut Oracle, seed: u64, case: u64, text: &str, build: BuildOf, kind: &str) {
    let mut difference_of = |text: &str| {
        let texts = [text.to_owned()];
        let answer = oracle.ask(&texts, build).pop().unwrap_or_default();
        found(&answer, text, build).filter(|it| it.kind == kind)
    };
    let small = shrink::shrink(text, |text| difference_of(text).is_some());
    println!("\nseed {seed}, case {case}: {kind}\n  {}", readable(&small));
    if let Some(found) = difference_of(&small) {
        println!("  BuildKit:  {}\n  Dockstage: {}", found.buildkit, found.dockstage);
    }
}

/// A text in one line, and a long run of one character in a few of them.
fn readable(text: &str) -> String {
    let mut shown = String::new();
    let mut characters = text.chars().peekable();
    while let Some(first) = characters.next() {
        let mut times = 1;
        while characters.next_if_eq(&first).is_some() {
            times += 1;
        }
        if times > 20 {
            shown.push_str(&format!("<{times} × {first:?}>"));
        } else {
            (0..times).for_each(|_| shown.extend(first.escape_debug()));
        }
    }
    shown
}

/// The text of a case: first those that are known as they are, then a new one, a changed one, or a known one changed.
fn text_of(seed: u64, case: u64, known: &[String]) -> String {
    if let Some(text) = usize::try_from(case).ok().and_then(|case| known.get(case)) {
        return text.clone();
    }
    let mut random = Random::new(seed, case);
    match random.below(5) {
        0 => generate::dockerfile(&mut random),
        1 => stages::dockerfile(&mut random),
        2 => {
            let (text, other) = (generate::dockerfile(&mut random), stages::dockerfile(&mut random));
            mutate::mutate(&mut random, &text, &other)
        }
        3 => {
            let (text, other) = (stages::dockerfile(&mut random), stages::dockerfile(&mut random));
            mutate::mutate(&mut random, &text, &other)
        }
        _ => {
            let (text, other) = (random.below(known.len()), random.below(known.len()));
            mutate::mutate(&mut random, &known[text], &known[other])
        }
    }
}

/// The Dockerfiles that changes start from: those of this repository, and others if asked for.
fn known_files() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.join("server/grammar/tests/constructs"), root.join("examples")];
    folders.extend(std::env::var_os("DIFFERENTIAL_CORPUS").map(PathBuf::from));
    for folder in folders {
        for entry in ignore::Walk::new(folder) {
            let entry = entry.expect("the folders can be read");
            // Some constructs are there to be long, and one is no UTF-8.
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            if !text.is_empty() && text.len() < 4_000 {
                files.push((entry.into_path(), text));
            }
        }
    }
    files.sort();
    assert!(files.len() > 150, "only {} files", files.len());
    files.into_iter().map(|(_, text)| text).collect()
}

fn number(variable: &str, otherwise: u64) -> u64 {
    match std::env::var(variable) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{variable}={value} is no number")),
        Err(_) => otherwise,
    }
}
