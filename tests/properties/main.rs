//! Every question at every place: nothing panics, and no answer speaks of what lies outside of the text.
//!
//! `cargo test --test properties` asks at every offset of the small Dockerfiles of the repository, and at some offsets of
//! each file of the corpus, where that lies beside the checkout. `PROPERTIES_OFFSETS=all` asks at every offset of that
//! too, which takes long without `--release`.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod features;
#[path = "../support/harness.rs"]
mod harness;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dockstage_core::analysis::{Analysis, Settings};
use dockstage_core::model::SourceFile;
use dockstage_core::{TextRange, TextSize};
use features::{AT_AN_OFFSET, Feature, OF_A_FILE, Said};
use harness::{File, Test, corpus, small_files};

const LIST: &str = "every_question_is_in_the_list";
const SMALL_FILES: &str = "every_question_at_offsets_of_small_files";
const CORPUS: &str = "every_question_at_offsets_of_the_corpus";

const TESTS: [Test; 3] = [
    (LIST, || Ok(is_complete())),
    (SMALL_FILES, || Ok(holds(&small_files(), SMALL_OFFSETS))),
    (CORPUS, || corpus().map(|files| holds(&files, CORPUS_OFFSETS))),
];

/// At how many offsets is asked in all: what takes some seconds without optimization.
const SMALL_OFFSETS: usize = 6_000;
const CORPUS_OFFSETS: usize = 6_000;

/// More of what is wrong is not shown.
const MOST_SHOWN: usize = 20;

fn main() -> ExitCode {
    harness::run(&TESTS)
}

fn is_complete() -> bool {
    let forgotten = features::forgotten();
    forgotten.iter().for_each(|it| println!("  {it}"));
    forgotten.is_empty()
}

/// Asks everything about these files, at so many offsets in all. What is wrong is printed.
fn holds(files: &[File], offsets: usize) -> bool {
    let all: usize = files.iter().map(|file| file.text.len() + 1).sum();
    let stride = match std::env::var("PROPERTIES_OFFSETS").as_deref() {
        Ok("all") => 1,
        _ => all.div_ceil(offsets),
    };
    let (next, asked) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut wrong = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else { return wrong };
            // Each file begins elsewhere, so that all kinds of places are met.
            let first = index * 37 % stride;
            asked.fetch_add(look_at(file, first, stride, &mut wrong), Ordering::Relaxed);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|it| it.join().expect("panics are caught")).collect()
    });
    println!("{} files, {} offsets; {} wrong", files.len(), asked.into_inner(), wrong.len());
    wrong.iter().take(MOST_SHOWN).for_each(|it| println!("  {it}"));
    wrong.is_empty()
}

/// Asks everything about a file, and returns at how many offsets.
fn look_at(file: &File, first: usize, stride: usize, wrong: &mut Vec<String>) -> usize {
    let source = Arc::new(SourceFile::new(&file.text));
    // A target and a build argument, so that they are looked for too.
    let settings = Settings {
        target: source.dockerfile().stages.first().map(|stage| stage.label()),
        build_args: vec![("VERSION".to_owned(), "1".to_owned())],
        ..Settings::default()
    };
    let analysis = Analysis::new(source, Arc::new(settings));
    let mut ask = |features: &[Feature], offset: usize| {
        for feature in features {
            if let Err(reason) = fits(&analysis, &file.text, feature, offset) {
                wrong.push(format!("{} at {offset} of {}: {reason}", feature.0, file.name));
            }
        }
    };
    ask(OF_A_FILE, 0);
    // Behind the end too: an editor may be ahead.
    let offsets = (first..file.text.len() + 2).step_by(stride);
    offsets.map(|offset| ask(AT_AN_OFFSET, offset)).count()
}

/// Asks one question, and looks whether the answer is about the text.
fn fits(analysis: &Analysis, text: &str, feature: &Feature, offset: usize) -> Result<(), String> {
    let at = TextSize::try_from(offset).unwrap();
    let mut said = Said::default();
    catch_unwind(AssertUnwindSafe(|| feature.1(analysis, at, &mut said)))
        .map_err(|_| "it panics".to_owned())?;
    let inside = |range: &TextRange| text.get(usize::from(range.start())..usize::from(range.end())).is_some();
    if let Some(range) = said.ranges.iter().find(|range| !inside(range)) {
        return Err(format!("{range:?} is no part of the text"));
    }
    match said.changes.iter().find(|change| change.apply(text).is_err()) {
        Some(change) => Err(format!("{change:?} does not fit")),
        None => Ok(()),
    }
}
