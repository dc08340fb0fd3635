//! What holds for every text: there is a tree without errors, and after any edits the incremental tree is
//! the one that a fresh parse gives.
//!
//! `GRAMMAR_ROUNDS` multiplies the number of cases (1 by default).

mod support;

use support::{
    Random, constructs, first_difference, first_error, parse, parser, random_edit, random_text, replace,
};

fn rounds() -> u64 {
    std::env::var("GRAMMAR_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1)
}

fn show(text: &[u8]) -> String {
    text.escape_ascii().to_string()
}

#[test]
fn every_text_has_a_tree_without_errors() {
    let mut parser = parser();
    for seed in 0..4_000 * rounds() {
        let mut random = Random::new(seed);
        let pieces = 1 + random.below(40);
        let text = random_text(&mut random, pieces);
        let tree = parse(&mut parser, &text, None);
        assert_eq!(first_error(&tree), None, "seed {seed}: {}", show(&text));
    }
}

#[test]
fn random_bytes_have_a_tree_without_errors() {
    let mut parser = parser();
    for seed in 0..1_000 * rounds() {
        let mut random = Random::new(seed);
        let text: Vec<u8> = (0..random.below(300)).map(|_| random.below(256) as u8).collect();
        let tree = parse(&mut parser, &text, None);
        assert_eq!(first_error(&tree), None, "seed {seed}: {}", show(&text));
    }
}

#[test]
fn every_prefix_and_every_deletion_of_a_construct_has_a_tree_without_errors() {
    let mut parser = parser();
    for (name, text) in constructs() {
        for at in 0..text.len() {
            let tree = parse(&mut parser, &text[..at], None);
            assert_eq!(first_error(&tree), None, "{name} up to byte {at}");
            let mut without = text.clone();
            without.remove(at);
            let tree = parse(&mut parser, &without, None);
            assert_eq!(first_error(&tree), None, "{name} without byte {at}");
        }
    }
}

#[test]
fn the_incremental_tree_is_the_fresh_tree() {
    let (mut incremental, mut fresh) = (parser(), parser());
    let constructs = constructs();
    for seed in 0..400 * rounds() {
        let mut random = Random::new(seed);
        let mut text = match seed % 3 {
            0 => random.pick(&constructs).1.clone(),
            1 => [&random.pick(&constructs).1[..], &random.pick(&constructs).1[..]].concat(),
            _ => random_text(&mut random, 30),
        };
        let mut tree = parse(&mut incremental, &text, None);
        for step in 0..20 {
            for _ in 0..1 + random.below(2) {
                random_edit(&mut random, &mut text, &mut tree);
            }
            tree = parse(&mut incremental, &text, Some(&tree));
            let expected = parse(&mut fresh, &text, None);
            let difference = first_difference(&tree, &expected);
            assert_eq!(difference, None, "seed {seed}, step {step}: {}", show(&text));
            assert_eq!(first_error(&tree), None, "seed {seed}, step {step}: {}", show(&text));
        }
    }
}

#[test]
fn typing_a_file_key_by_key_gives_the_fresh_tree() {
    let (mut incremental, mut fresh) = (parser(), parser());
    for (name, target) in constructs() {
        let mut text = Vec::new();
        let mut tree = parse(&mut incremental, &text, None);
        for (at, byte) in target.iter().enumerate() {
            replace(&mut text, &mut tree, at, at, &[*byte]);
            tree = parse(&mut incremental, &text, Some(&tree));
            let expected = parse(&mut fresh, &text, None);
            assert_eq!(first_difference(&tree, &expected), None, "{name} up to byte {at}");
        }
    }
}
