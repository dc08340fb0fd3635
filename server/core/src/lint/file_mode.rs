//! Modes of files as `--chmod` takes them: an octal number, or changes such as `u+x,go=r`.

/// The largest octal mode.
const MOST: u32 = 0o7777;

/// Whether BuildKit takes `text` as a mode.
pub(super) fn is_mode(text: &str) -> bool {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return u32::from_str_radix(text, 8).is_ok_and(|mode| mode <= MOST);
    }
    text.split(',').all(is_change)
}

/// Whose permissions, then at least one operator, each with permissions behind it: `ug+rw-x`.
fn is_change(text: &str) -> bool {
    let changes = text.trim_start_matches(['a', 'u', 'g', 'o']);
    let is_operator = |c: char| matches!(c, '+' | '-' | '=');
    let is_permission = |c: char| matches!(c, 'r' | 'w' | 'x' | 'X' | 's' | 't' | 'u' | 'g' | 'o');
    changes.starts_with(is_operator) && changes.chars().all(|c| is_operator(c) || is_permission(c))
}

#[cfg(test)]
mod tests {
    use super::is_mode;

    #[test]
    fn every_form() {
        for good in
            ["0", "755", "0755", "7777", "00007777", "u+x", "a=", "+X", "u=rwX,go=rX", "g=u-w", "o+t=s"]
        {
            assert!(is_mode(good), "{good}");
        }
        for bad in [
            "",
            "7-",
            "999",
            "10000",
            "99999999999",
            "rwx",
            "u",
            "u+x,",
            ",u+x",
            "u+a",
            "u+x go=r",
            "+7",
            "é",
        ] {
            assert!(!is_mode(bad), "{bad}");
        }
    }
}
