//! Changes of a Dockerfile: cut, join, swap, insert, change case, line ends, escapes, quotes, continuations, heredocs.

use dockstage_fixture::PIECES;

use crate::random::Random;

/// Changes `text` once to five times; `other` is a text to take lines from.
pub(crate) fn mutate(random: &mut Random, text: &str, other: &str) -> String {
    let mut text = text.to_owned();
    if random.once_in(400) {
        text = too_long(random, &text);
    }
    for _ in 0..1 + random.below(5) {
        text = match random.below(5) {
            0 => in_lines(random, &text, other),
            1 => everywhere(random, &text),
            _ => at_one_place(random, &text),
        };
    }
    text
}

/// Makes a line about as long as BuildKit reads, which is 65,535 bytes.
fn too_long(random: &mut Random, text: &str) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let at = random.below(lines.len());
    let length = 65_533 + random.below(6);
    if let Some(line) = lines.get_mut(at) {
        let missing = length.saturating_sub(line.trim_end_matches('\n').len());
        let character = line.char_indices().map(|(at, _)| at).nth(random.below(line.len()));
        line.insert_str(character.unwrap_or_default(), &random.pick(&["a", "a", "\\", " "]).repeat(missing));
    }
    lines.concat()
}

fn in_lines(random: &mut Random, text: &str, other: &str) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (at, to) = (random.below(lines.len()), random.below(lines.len()));
    if lines.is_empty() {
        return other.to_owned();
    }
    match random.below(7) {
        0 => drop(lines.remove(at)),
        1 => lines.swap(at, to),
        2 => lines.insert(to, lines[at]),
        3 => lines.truncate(at + 1),
        4 => lines[at] = lines[at].trim_end_matches('\n'),
        5 => lines[at] = lines[at].trim_start(),
        _ => {
            let others: Vec<&str> = other.split_inclusive('\n').collect();
            let from = random.below(others.len());
            let taken = others.iter().skip(from).take(1 + random.below(4));
            lines.splice(at..at, taken.copied());
        }
    }
    lines.concat()
}

fn everywhere(random: &mut Random, text: &str) -> String {
    match random.below(9) {
        0 => text.replace('\n', "\r\n"),
        1 => text.replace("\r\n", "\n"),
        2 => text.replace('\\', "`"),
        3 => text.replace('"', "'"),
        4 => text.replace(" \\\n", "\\\n"),
        5 => text.replace(' ', "\t"),
        6 => text.trim_end().to_owned(),
        7 => text.replace("<<", "<<-"),
        _ => text.replace("\\\n", "\\\n\n"),
    }
}

fn at_one_place(random: &mut Random, text: &str) -> String {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let first = random.below(starts.len());
    let last = (first + [0, 1, 1, 2, 3, 8][random.below(6)]).min(starts.len() - 1);
    let (before, cut, after) =
        (&text[..starts[first]], &text[starts[first]..starts[last]], &text[starts[last]..]);
    match random.below(6) {
        0 => [before, after].concat(),
        1 => [before, &cut.to_lowercase(), after].concat(),
        2 => [before, &cut.to_uppercase(), after].concat(),
        3 => [before, cut, cut, after].concat(),
        4 => [before, random.pick(PIECES), after].concat(),
        _ => [before, random.pick(PIECES), cut, after].concat(),
    }
}
