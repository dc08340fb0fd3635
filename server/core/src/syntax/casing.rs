//! Upper and lower case as Go has them, character by character.
//!
//! BuildKit compares keywords and names in its host language's lower case, and so takes some letters outside
//! of ASCII for ASCII ones: the Kelvin sign is a `k`, an `İ` is an `i`.

/// `text` in lower case.
pub fn lower(text: &str) -> String {
    // Only `İ` becomes two characters in full Unicode lower case; in Go it is the first of them alone.
    text.chars().map(|ch| ch.to_lowercase().next().unwrap_or(ch)).collect()
}

/// `text` in upper case.
pub fn upper(text: &str) -> String {
    text.chars().map(upper_char).collect()
}

/// A character that full Unicode would make several stays what it is.
fn upper_char(ch: char) -> char {
    let mut upper = ch.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => ch,
    }
}

/// Whether `text` is `ascii`, which is in lower case, but for case. This is broader than lower case: `ſ` is an `s`.
pub fn equals(text: &str, ascii: &str) -> bool {
    text.eq_ignore_ascii_case(ascii)
        || (!text.is_ascii()
            && lower(text).chars().map(|ch| if ch == 'ſ' { 's' } else { ch }).eq(ascii.chars()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_letters_become_ascii() {
        assert_eq!(lower("WOR\u{212a}D\u{130}R Σ"), "workdir σ");
        assert_eq!(upper("ma\u{131}ntainer ſ ß"), "MAINTAINER S ß");
    }

    #[test]
    fn equal_but_for_case() {
        assert!(equals("As", "as") && equals("Aſ", "as"));
        assert!(!equals("Aß", "as") && !equals("a", "as"));
    }
}
