//! What BuildKit says of a file: the one error it would stop at while parsing.

use crate::TextRange;
use crate::lint::rules::parse_error::{message, syntax_message};
use crate::model::{Dockerfile, FaultPhase, Instruction, ParseFault, SourceFile, SyntaxFault};

/// The error that BuildKit's parser stops at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildkitError {
    /// The line that BuildKit gives, from 0; none where it gives none.
    pub row: Option<u32>,
    /// What is wrong, in our words.
    pub message: String,
}

/// The first thing that BuildKit's parser refuses, none when it accepts the file.
///
/// BuildKit goes through the file twice, see [`FaultPhase`], so this need not be the first one in the
/// text. A file without a stage is accepted here: BuildKit refuses it when it has been parsed.
pub fn buildkit_error(file: &SourceFile) -> Option<BuildkitError> {
    let dockerfile = file.dockerfile();
    let found = first_of_head(dockerfile)
        .or_else(|| first_of_lines(file))
        .or_else(|| end_of_lines(file))
        .or_else(|| first_of_instructions(dockerfile));
    found.map(|(row, message)| BuildkitError { row, message })
}

type Found = (Option<u32>, String);

/// Directives come first. BuildKit has not counted the line of a wrong one yet, and so gives the line
/// before it.
fn first_of_head(dockerfile: &Dockerfile) -> Option<Found> {
    // What stands in or behind a line that is too long is not read.
    let end = too_long(dockerfile).map_or(u32::MAX, |(_, row, _)| row);
    dockerfile.faults.iter().find_map(|fault| match fault {
        SyntaxFault::DuplicateDirective(it) | SyntaxFault::BadEscape(it) if it.row < end => {
            Some((it.row.checked_sub(1), syntax_message(dockerfile, fault)))
        }
        _ => None,
    })
}

/// Then every line is taken apart. One that is too long ends the file, be it in the middle of an instruction.
fn first_of_lines(file: &SourceFile) -> Option<Found> {
    let dockerfile = file.dockerfile();
    match too_long(dockerfile) {
        None => first_fault(dockerfile.instructions(), FaultPhase::Parser),
        Some((line, ..)) => {
            let read = TextRange::up_to(line.start());
            let read = SourceFile::new(&file.text().slice(read));
            first_fault(read.dockerfile().instructions(), FaultPhase::Parser)
        }
    }
}

/// Then the file ends: there have to be instructions, and no line can be too long.
fn end_of_lines(file: &SourceFile) -> Option<Found> {
    let dockerfile = file.dockerfile();
    let first = dockerfile.instructions().next().map(|it| it.row);
    let (read, fault) = match too_long(dockerfile) {
        // In the middle of an instruction BuildKit's reader fails once, and then gives the start of the line after all.
        Some((line, row, fault)) if first.is_some_and(|first| first < row) => {
            (row + u32::from(is_inside(dockerfile, line)), fault)
        }
        Some((_, row, _)) => (row, &SyntaxFault::NoInstructions),
        None if first.is_some() => return None,
        None => (lines(file), &SyntaxFault::NoInstructions),
    };
    Some((read.checked_sub(1), syntax_message(dockerfile, fault)))
}

/// How many lines the file has, as BuildKit counts them.
fn lines(file: &SourceFile) -> u32 {
    let text = file.text().to_string();
    let ended = text.bytes().filter(|&byte| byte == b'\n').count();
    let open = usize::from(!text.is_empty() && !text.ends_with('\n'));
    u32::try_from(ended + open).unwrap_or(u32::MAX)
}

/// Whether a line goes on with an instruction that began before it.
fn is_inside(dockerfile: &Dockerfile, line: TextRange) -> bool {
    let holder = dockerfile.instruction_at(line.start());
    holder.is_some_and(|it| it.start < line.start() && line.start() <= it.range().end())
}

fn too_long(dockerfile: &Dockerfile) -> Option<(TextRange, u32, &SyntaxFault)> {
    dockerfile.faults.iter().find_map(|fault| match fault {
        SyntaxFault::LineTooLong(line, row) => Some((*line, *row, fault)),
        _ => None,
    })
}

/// At last the instructions are read, each for itself and then as part of a stage.
fn first_of_instructions(dockerfile: &Dockerfile) -> Option<Found> {
    let before_from = dockerfile.faults.iter().find_map(|fault| match fault {
        SyntaxFault::BeforeFrom(id) => Some((dockerfile.instruction(*id), fault)),
        _ => None,
    });
    let upto = before_from.map_or(usize::MAX, |(it, _)| it.id.index());
    let read = dockerfile.instructions().take_while(|it| it.id.index() <= upto);
    first_fault(read, FaultPhase::Instruction)
        .or_else(|| before_from.map(|(it, fault)| (Some(it.row), syntax_message(dockerfile, fault))))
}

fn first_fault<'a>(
    instructions: impl IntoIterator<Item = Instruction<'a>>,
    phase: FaultPhase,
) -> Option<Found> {
    instructions.into_iter().find_map(|instruction| {
        let found: Option<&ParseFault> =
            instruction.data.faults.iter().find(|fault| fault.kind.phase() == phase);
        found.map(|fault| (Some(instruction.row), message(&fault.kind, instruction.data)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> Option<(Option<u32>, String)> {
        buildkit_error(&SourceFile::new(text)).map(|it| (it.row, it.message))
    }

    fn row(text: &str) -> Option<u32> {
        error(text).unwrap_or_else(|| panic!("accepted: {text:?}")).0
    }

    #[test]
    fn accepts_what_can_be_parsed() {
        for text in [
            "FROM alpine\n",
            "ARG A\n",
            "FROM --platform=\u{180e}\n",
            "FROM a\nRUN\n",
            "FROM a\nONBUILD COPY --x . .\n",
        ] {
            assert_eq!(error(text), None, "{text}");
        }
    }

    #[test]
    fn lines_are_taken_apart_before_instructions_are_read() {
        assert_eq!(row("FROM\nFROM a\nENV a\n"), Some(2));
        assert_eq!(row("FROM\nFROM a\nENV a=b\n"), Some(0));
        assert_eq!(row("# escape=a\nENV a\n"), None);
        assert_eq!(row("# syntax=a\n# escape=a\nENV a\n"), Some(0));
        assert_eq!(row("FROM a\nCOPY\nONBUILD ONBUILD ONBUILD CMD [1]\n"), Some(2));
        assert!(error("# escape=`\u{a0}\nFROM a\n").is_some(), "a no-break space belongs to the value");
    }

    #[test]
    fn letters_that_fold_to_ascii_ones_count() {
        assert_eq!(error("FROM a Aſ \u{212a}\nWOR\u{212a}D\u{130}R /\nONBUILD MA\u{130}NTAINER a\n"), None);
        assert_eq!(row("FROM a\nONBUILD MA\u{131}NTAINER a\n"), Some(1));
        assert_eq!(row("FROM a\nONBUILD MAINTAINER\u{a0} a\nONBUILD FROM\u{a0} a\n"), Some(1));
        assert_eq!(row("FROM a\nſHELL [\"a\"]\n"), Some(1));
    }

    #[test]
    fn what_is_missing_is_missed_at_the_end() {
        assert_eq!(row(""), None);
        assert_eq!(row("# a\n\n"), Some(1));
        assert_eq!(row("ARG A\nRUN a\nFROM b\nCOPY\n"), Some(1));
        assert_eq!(row("ARG A\nCOPY\nRUN a\nFROM b\n"), Some(1));
    }

    #[test]
    fn a_line_that_is_too_long_ends_the_file() {
        let long = "a".repeat(70_000);
        assert_eq!(row(&format!("FROM a\nRUN {long}\nENV a\n")), Some(0));
        assert_eq!(row(&format!("FROM a\nENV a\nRUN {long}\n")), Some(1));
        assert_eq!(row(&format!("RUN {long}\nFROM a\n")), None);
        assert_eq!(row(&format!("# syntax={long}\n# syntax=a\nFROM a\n")), None);
        assert_eq!(row(&format!("# syntax=a\n# syntax={long}\nFROM a\n")), Some(0));
        assert_eq!(
            row(&format!("FROM a\n{}\nENV a\n", " ".repeat(70_000))),
            Some(0),
            "no instruction at all"
        );
        assert_eq!(row(&format!("FROM a\nRUN a \\\n{long}\n")), Some(2), "a line of an instruction");
        assert_eq!(row(&format!("FROM a\nRUN <<E\n{long}\nE\n")), Some(1), "a line of a heredoc");
    }
}
