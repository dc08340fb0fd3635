//! An ignore file that Docker does not take.

use crate::lint::rule::{Context, declare_rule};
use crate::lint::rules::copy_ignored_file::copied;
use crate::workspace::dockerignore::Decision;

declare_rule! {
    /// ## What it does
    /// Reports that the ignore file beside a Dockerfile holds a line that Docker does not take: brackets that are
    /// not closed, a `!` or a `\` with nothing behind it, a line of 64 KiB. In an editor, the line itself is
    /// marked as well.
    ///
    /// ## Why it matters
    /// Docker stops with `syntax error in pattern`, and does not say where.
    ///
    /// ## Example
    /// ```dockerignore
    /// [draft
    /// ```
    /// ```dockerfile
    /// FROM nginx
    /// COPY dist /usr/share/nginx/html
    /// ```
    ///
    /// ## Use instead
    /// ```dockerignore
    /// \[draft
    /// ```
    /// ```dockerfile
    /// FROM nginx
    /// COPY dist /usr/share/nginx/html
    /// ```
    ///
    /// ## Why there is no fix
    /// The mistake stands in the ignore file, not in the Dockerfile.
    InvalidIgnoreFile {
        severity: Error,
        source: Buildkit,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    let Some(ignore) = cx.ignore else { return };
    let Some(first) = cx.dockerfile.stages.first() else { return };
    if let Some(fault) = ignore.faults().iter().find(|fault| fault.refuses_all()) {
        let range = cx.dockerfile.instruction(first.from).keyword_range();
        let message =
            format!("Docker stops at line {} of the ignore file. {}", fault.row + 1, fault.message());
        cx.report(range, message);
        return;
    }
    for it in copied(cx, ignore) {
        if let Decision::Refused(pattern) = it.decision {
            let (text, line) = (pattern.text(), pattern.row() + 1);
            let message = format!(
                "Docker stops here, at the pattern `{text}` in line {line} of the ignore file: it cannot compare \
                 anything with it."
            );
            cx.report_run(it.command, it.range, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check_beside;

    #[test]
    fn what_stops_every_build() {
        for (line, says) in [
            (
                "a[",
                "The brackets are not closed, or empty. Write a set as in `[a-z]`, and `\\[` for the sign.",
            ),
            ("a\\", "Nothing stands behind `\\`. Write `/` between folders."),
            ("!", "Nothing stands behind `!`. Write what to take back in."),
        ] {
            check_beside(
                &format!("a\n{line}\n[\n"),
                &r"
ARG A
FROM alpine
#<^^ InvalidIgnoreFile: Docker stops at line 2 of the ignore file. SAYS
FROM scratch
COPY a /a
"
                .replace("SAYS", says),
            );
        }
    }

    #[test]
    fn what_stops_where_a_path_is_compared() {
        check_beside(
            "a\n[z-a]\nb\n",
            r"
FROM alpine
RUN true
COPY a b /a/
#    ^ CopyIgnoredFile: `a` is left out of the build by `a` in line 1 of the ignore file. Change one of the two.
#      ^ InvalidIgnoreFile: Docker stops here, at the pattern `[z-a]` in line 2 of the ignore file: it cannot compare anything with it.
",
        );
        // With exceptions BuildKit does not compare, and what names a set of Unicode is not known to us.
        check_beside("[z-a]\n!b\n", "FROM alpine\nCOPY b /a/\n");
        check_beside("\\pL\nb\n", "FROM alpine\nCOPY b /a/\n");
    }

    #[test]
    fn in_order() {
        check_beside("\\[a]\n[a-z]b\n!c\n", "FROM alpine\nCOPY b /a/\n");
    }
}
