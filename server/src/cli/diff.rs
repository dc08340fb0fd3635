//! What a command would change, as a unified diff.

use similar::TextDiff;

/// The diff of a file, with the header that `patch` and `git apply` read.
pub(super) fn unified_diff(path: &str, old: &str, new: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let header = |side: &str| match path {
        "-" => path.to_owned(),
        _ if path.starts_with('/') => format!("{side}{path}"),
        _ => format!("{side}/{path}"),
    };
    TextDiff::from_lines(old, new).unified_diff().header(&header("a"), &header("b")).to_string()
}
