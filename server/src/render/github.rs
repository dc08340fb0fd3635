//! Annotations for GitHub Actions: lines that the runner takes out of the log and shows in the diff.

use std::io::{self, Write};

use dockstage_core::lint::{Diagnostic, Severity};
use dockstage_core::text::PositionEncoding;

use super::{Checked, Report};

/// Prints one annotation a finding.
#[derive(Debug, Default)]
pub(crate) struct Annotations;

impl Report for Annotations {
    fn file(&mut self, out: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        checked.found.iter().try_for_each(|it| writeln!(out, "{}", annotation(checked, it)))
    }
}

fn annotation(checked: &Checked<'_>, diagnostic: &Diagnostic) -> String {
    let kind = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "notice",
    };
    let path = checked.path.strip_prefix("./").unwrap_or(checked.path);
    let position = |offset| checked.document.line_col(offset, PositionEncoding::Utf16);
    let (start, end) = (position(diagnostic.range.start()), position(diagnostic.range.end()));
    let (line, end_line) = (start.line + 1, end.line + 1);
    // The runner takes columns only where both are in the same line.
    let place = match line == end_line {
        true => format!("line={line},col={},endLine={end_line},endColumn={}", start.col + 1, end.col + 1),
        false => format!("line={line},endLine={end_line}"),
    };
    let (path, title) = (property(path), property(diagnostic.code));
    format!("::{kind} file={path},{place},title={title}::{}", data(&diagnostic.message))
}

/// What ends a command or a line, as the runner wants it written.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same in a property, which also ends at a comma and a colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_something_is_escaped() {
        assert_eq!(data("a: 100%,\r\nb"), "a: 100%25,%0D%0Ab");
        assert_eq!(property("C:\\a,b%"), "C%3A\\a%2Cb%25");
    }
}
