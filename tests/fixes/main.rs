//! Every fix that is offered, applied alone: it has to mend what it is offered for, and nothing may come of it.
//!
//! `cargo test --test fixes` looks at the small Dockerfiles of the repository, and at the corpus of recorded answers
//! where that lies beside the checkout (see `tests/conformance`); without it, that part counts as ignored. It also makes Dockerfiles up, with the
//! generator of `tests/differential`: 500 of them, or `FIXES_CASES=100000 FIXES_SEED=7`.
//! Every split of the corpus is looked at here, too (`split.rs`).
//! `FIXES_SHOW=20` shows more of what is wrong, `FIXES_TABLE=1` how many findings of each rule have a fix.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "../differential/generate.rs"]
mod generate;
#[path = "../support/harness.rs"]
mod harness;
mod judge;
#[path = "../differential/mutate.rs"]
mod mutate;
#[path = "../differential/random.rs"]
mod random;
mod split;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use dockstage_core::analysis::Settings;
use harness::{File, Test, corpus, small_files};
use judge::Tally;

const SMALL_FILES: &str = "every_fix_mends_small_files";
const CORPUS: &str = "every_fix_mends_the_corpus";

const MADE_UP_FILES: &str = "every_fix_mends_made_up_files";

const SPLITS: &str = "every_split_keeps_the_image";

const TESTS: [Test; 4] = [
    (SMALL_FILES, || Ok(holds(&small_files()))),
    (CORPUS, || corpus().map(|files| holds(&files))),
    (MADE_UP_FILES, || Ok(holds(&made_up_files()))),
    (SPLITS, || corpus().map(|files| splits_hold(&files))),
];

fn main() -> ExitCode {
    harness::run(&TESTS)
}

/// Those that nobody would write.
fn made_up_files() -> Vec<File> {
    let (cases, seed) = (number("FIXES_CASES", 500), number("FIXES_SEED", 1));
    let known: Vec<String> = small_files().into_iter().map(|file| file.text).collect();
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
    (0..cases).map(|case| made_up(text(case), seed, case)).collect()
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
