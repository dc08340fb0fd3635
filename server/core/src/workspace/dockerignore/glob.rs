//! What Docker refuses in a pattern before it is used.
//!
//! It tries each pattern on the path `.` with the matching of Go's standard library, and takes the
//! complaints of that for an error. That matching stops where the path does not fit any more, so a mistake
//! further on is not seen: `[` is refused, `a*[` is not. Being exact here takes doing the same.

/// A pattern that is not well-formed.
struct Malformed;

/// Whether Docker finds something wrong with the form of a pattern.
pub(super) fn is_malformed(pattern: &str) -> bool {
    try_on_dot(pattern).is_err()
}

/// Matches `.`, part by part; a part begins at a star or at the start. Only the complaint is of interest.
fn try_on_dot(pattern: &str) -> Result<(), Malformed> {
    let mut name = ".";
    let mut rest = pattern;
    while !rest.is_empty() {
        let after_stars = rest.trim_start_matches('*');
        let has_star = after_stars.len() < rest.len();
        let (part, behind) = after_stars.split_at(part_len(after_stars));
        rest = behind;
        if has_star && part.is_empty() {
            return Ok(());
        }
        let fits = |left: &&str| left.is_empty() || !rest.is_empty();
        match try_part(part, name)?.filter(fits) {
            Some(left) => name = left,
            // The star takes the dot.
            None if has_star && !name.is_empty() => match try_part(part, "")? {
                Some(left) => name = left,
                None => return Ok(()),
            },
            None => return Ok(()),
        }
    }
    Ok(())
}

/// How far it is to the next star that stands for itself: outside of brackets, without a backslash.
fn part_len(pattern: &str) -> usize {
    let mut in_brackets = false;
    let mut signs = pattern.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' => drop(signs.next()),
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            '*' if !in_brackets => return at,
            _ => {}
        }
    }
    pattern.len()
}

/// Matches the start of `name`, which is `.` or empty: what is left of it, or none if it does not match.
/// The form of the part is looked at to its end in any case.
fn try_part<'a>(part: &str, name: &'a str) -> Result<Option<&'a str>, Malformed> {
    let mut part = part;
    let mut left = Some(name);
    while let Some(sign) = part.chars().next() {
        let has_dot = left.is_some_and(|name| !name.is_empty());
        part = &part[sign.len_utf8()..];
        let takes_dot = match sign {
            '[' => brackets(&mut part)?,
            '?' => true,
            '\\' => escaped(&mut part)? == '.',
            sign => sign == '.',
        };
        left = (has_dot && takes_dot).then_some("");
    }
    Ok(left)
}

/// Reads brackets to their end: whether they take a dot.
fn brackets(part: &mut &str) -> Result<bool, Malformed> {
    let is_negated = eat(part, '^');
    let (mut takes_dot, mut is_empty) = (false, true);
    while is_empty || !eat(part, ']') {
        let low = bracketed(part)?;
        let high = if eat(part, '-') { bracketed(part)? } else { low };
        takes_dot |= (low..=high).contains(&'.');
        is_empty = false;
    }
    Ok(takes_dot != is_negated)
}

/// One sign of what stands in brackets. Something has to follow it.
fn bracketed(part: &mut &str) -> Result<char, Malformed> {
    let sign = match part.chars().next() {
        None | Some('-' | ']') => return Err(Malformed),
        Some('\\') => {
            *part = &part[1..];
            escaped(part)?
        }
        Some(sign) => {
            *part = &part[sign.len_utf8()..];
            sign
        }
    };
    if part.is_empty() { Err(Malformed) } else { Ok(sign) }
}

/// The sign behind a backslash.
fn escaped(part: &mut &str) -> Result<char, Malformed> {
    let sign = part.chars().next().ok_or(Malformed)?;
    *part = &part[sign.len_utf8()..];
    Ok(sign)
}

fn eat(part: &mut &str, sign: char) -> bool {
    match part.strip_prefix(sign) {
        Some(rest) => {
            *part = rest;
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_malformed;

    #[test]
    fn brackets_and_backslashes_have_to_end() {
        for pattern in
            ["[", "[a", "[a-", "[]", "[]a]", "[-a]", "[a-]", "a[", "\\", "a\\", "*[", "[^]", "?[", ".*["]
        {
            assert!(is_malformed(pattern), "{pattern}");
        }
        for pattern in
            ["", "a", "[a]", "[^a-z]", "]", "[[]", "[\\]]", "\\[", "**", "a/**/b", "[a]]", "{", "é[é]"]
        {
            assert!(!is_malformed(pattern), "{pattern}");
        }
    }

    #[test]
    fn what_a_dot_never_gets_to_is_not_looked_at() {
        assert!(!is_malformed("a*[") && !is_malformed("..*["));
        assert!(is_malformed("[.]*["));
    }
}
