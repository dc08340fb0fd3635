//! The instructions of small files with one difficulty each, compared with what BuildKit's parser answered.

mod support;

use support::{Instruction, constructs, first_error, instructions, parse, parser};

/// First line, last line, keyword, number of heredocs, whether in JSON form.
type Row = (usize, usize, String, usize, bool);

/// What `constructs.txt` says about a file: `None` if BuildKit rejects it without naming instructions.
fn recorded(name: &str) -> Option<Vec<Row>> {
    let table = include_str!("constructs.txt");
    let mut lines = table.lines().skip_while(|line| line.split('\t').next() != Some(name));
    let head = lines.next().unwrap_or_else(|| panic!("{name} is not in constructs.txt"));
    if head.ends_with("\trejected") {
        return None;
    }
    let rows = lines.take_while(|line| line.starts_with('\t')).map(|line| {
        let fields: Vec<_> = line.split('\t').skip(1).collect();
        let number = |at: usize| fields[at].parse().expect("a number");
        (number(0), number(1), fields[2].to_owned(), number(3), fields.get(4) == Some(&"json"))
    });
    Some(rows.collect())
}

fn row(instruction: &Instruction) -> Row {
    let Instruction { keyword, first_line, last_line, heredocs, json, .. } = instruction;
    (*first_line, *last_line, keyword.clone(), *heredocs, *json)
}

#[test]
fn instructions_are_those_of_buildkit() {
    let mut parser = parser();
    let mut compared = 0;
    for (name, text) in constructs() {
        let tree = parse(&mut parser, &text, None);
        assert_eq!(first_error(&tree), None, "{name}");
        let Some(expected) = recorded(&name) else { continue };
        let found: Vec<_> = instructions(&tree, &text).iter().map(row).collect();
        assert_eq!(found, expected, "{name}");
        compared += 1;
    }
    assert!(compared > 150, "only {compared} files were compared");
}

#[test]
fn the_kind_of_an_instruction_is_its_keyword() {
    let mut parser = parser();
    for (name, text) in constructs() {
        let tree = parse(&mut parser, &text, None);
        for instruction in instructions(&tree, &text) {
            let kind = instruction.kind.trim_end_matches("_instruction");
            let known = kind != "unknown";
            assert_eq!(
                known,
                kind.eq_ignore_ascii_case(&instruction.keyword.replace('İ', "I")),
                "{name}: {instruction:?}"
            );
        }
    }
}

#[test]
fn a_line_of_70_000_bytes_is_one_instruction() {
    for filler in ["a", "a ", "\"a ", "${A:-", "<<A ", "\\ a ", "["] {
        for keyword in ["RUN", "COPY", "ENV A=", "ONBUILD ONBUILD", "FROM", "CMD [\""] {
            let line = filler.repeat(70_000 / filler.len());
            let text = format!("FROM alpine\n{keyword} {line}\nUSER a\n").into_bytes();
            let tree = parse(&mut parser(), &text, None);
            assert_eq!(first_error(&tree), None, "{keyword} {filler}");
            let found = instructions(&tree, &text);
            assert_eq!(
                found.len(),
                if filler == "<<A " && found.len() == 2 { 2 } else { 3 },
                "{keyword} {filler}"
            );
            assert_eq!((found[1].first_line, found[0].last_line), (2, 1), "{keyword} {filler}");
        }
    }
}
