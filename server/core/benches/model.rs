//! What a document and a keystroke cost: `cargo bench`.
//!
//! The documents are those that `tests/bench/lsp` opens in a real server: a head of 11 lines and 1,
//! 10 or 100 parts of 30.

use std::sync::Arc;

use divan::{Bencher, black_box};
use dockstage_core::TextRange;
use dockstage_core::TextSize;
use dockstage_core::analysis::{Analysis, Settings};
use dockstage_core::model::{ContentChange, SourceFile};

const HEAD: &str = include_str!("../../../tests/bench/head.Dockerfile");
const PART: &str = include_str!("../../../tests/bench/part.Dockerfile");
const LINES: [usize; 3] = [41, 311, 3011];

fn main() {
    divan::main();
}

/// A text becomes tree and model.
#[divan::bench(args = LINES)]
fn parse_and_lower(bencher: Bencher<'_, '_>, lines: usize) {
    let text = document(lines);
    bencher.bench_local(|| SourceFile::new(black_box(&text)));
}

/// One character in the middle of a document: a new tree and a new model.
#[divan::bench(args = LINES)]
fn key_to_model(bencher: Bencher<'_, '_>, lines: usize) {
    let text = document(lines);
    let (file, key) = (SourceFile::new(&text), key(&text, lines));
    bencher.bench_local(|| black_box(&file).edited(black_box(&key)));
}

/// The same, and the diagnostics of the new text.
#[divan::bench(args = LINES)]
fn key_to_diagnostics(bencher: Bencher<'_, '_>, lines: usize) {
    let text = document(lines);
    let (file, key) = (SourceFile::new(&text), key(&text, lines));
    let settings = Arc::new(Settings::default());
    bencher.bench_local(|| {
        let edited = Arc::new(black_box(&file).edited(black_box(&key)));
        Analysis::new(edited, Arc::clone(&settings)).diagnostics()
    });
}

/// The diagnostics of a text alone.
#[divan::bench(args = LINES)]
fn diagnostics(bencher: Bencher<'_, '_>, lines: usize) {
    let file = Arc::new(SourceFile::new(&document(lines)));
    let analysis = Analysis::new(file, Arc::new(Settings::default()));
    bencher.bench_local(|| black_box(&analysis).diagnostics());
}

/// The semantic tokens of a text that was just opened: the shell's text is read.
#[divan::bench(args = LINES)]
fn first_tokens(bencher: Bencher<'_, '_>, lines: usize) {
    let text = document(lines);
    let opened = || Analysis::new(Arc::new(SourceFile::new(&text)), Arc::new(Settings::default()));
    bencher.with_inputs(opened).bench_local_values(|analysis| black_box(&analysis).semantic_tokens(None));
}

/// The semantic tokens after a key was pressed, without what that costs: names are worked out again.
#[divan::bench(args = LINES)]
fn key_to_tokens(bencher: Bencher<'_, '_>, lines: usize) {
    let text = document(lines);
    let (file, key) = (SourceFile::new(&text), key(&text, lines));
    let file = Arc::new(file);
    Analysis::new(Arc::clone(&file), Arc::new(Settings::default())).semantic_tokens(None);
    let edited = || Analysis::new(Arc::new(file.edited(&key)), Arc::new(Settings::default()));
    bencher.with_inputs(edited).bench_local_values(|analysis| black_box(&analysis).semantic_tokens(None));
}

fn document(lines: usize) -> String {
    let parts = (lines - HEAD.lines().count()) / PART.lines().count();
    // Each part mounts the one before it, so that the last stage needs them all.
    let previous = |n| if n == 1 { "base".to_owned() } else { format!("serve-{}", n - 1) };
    let part = |n: usize| PART.replace("{n}", &n.to_string()).replace("{previous}", &previous(n));
    let text = HEAD.to_owned() + &(1..=parts).map(part).collect::<String>();
    assert_eq!(text.lines().count(), lines);
    text
}

/// An `x` at the end of the keyword `WORKDIR` in the middle of the document.
fn key(text: &str, lines: usize) -> Vec<ContentChange> {
    let middle: usize = text.split_inclusive('\n').take(lines / 2).map(str::len).sum();
    let workdir = text[..middle].rfind("\nWORKDIR").map_or(0, |at| at + "\nWORKDIR".len());
    let at = TextSize::try_from(workdir).unwrap_or_default();
    vec![ContentChange { range: Some(TextRange::empty(at)), text: "x".into() }]
}
