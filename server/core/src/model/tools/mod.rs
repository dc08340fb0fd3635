//! Build tools: how their command lines are read, and what they make where.

mod cargo;
mod go;
pub(crate) mod gradle;
pub(crate) mod maven;

pub(crate) use cargo::{is_cargo_build, made_by_cargo};
pub(crate) use go::{go_programs, is_go_build, made_by_go};

use crate::syntax::shell::Word;

/// The value of an option such as `-o P` or `-o=P`.
pub(crate) fn option<'w>(argv: &'w [Word], names: &[&str]) -> Option<&'w str> {
    let mut words = argv.iter().skip(1);
    let mut found = None;
    while let Some(word) = words.next() {
        for name in names {
            if word.text == *name {
                found = words.next().and_then(Word::exact);
                break;
            }
            if let Some(value) = word.text.strip_prefix(name).and_then(|it| it.strip_prefix('=')) {
                found = Some(value);
                break;
            }
        }
    }
    found
}
