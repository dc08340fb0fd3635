//! The letters and digits that BuildKit takes for those of a variable's name.
//!
//! Unicode counts marks and signs as alphabetic that are no letters, such as the vowel signs of Devanagari. BuildKit
//! ends a name at them; we do not, as that would take a table of hundreds of ranges for names that nobody writes.

/// Where each row of ten decimal digits begins that Unicode knows.
#[rustfmt::skip]
const ZEROS: [u32; 68] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
    0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
    0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950,
    0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec,
    0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950, 0x1fbf0,
];

/// Whether `ch` is a decimal digit, of any script. `½` and `Ⅷ` are none.
pub fn is_digit(ch: char) -> bool {
    if ch.is_ascii() {
        return ch.is_ascii_digit();
    }
    let code = u32::from(ch);
    let next = ZEROS.partition_point(|&zero| zero <= code);
    next.checked_sub(1).and_then(|row| ZEROS.get(row)).is_some_and(|zero| code - zero < 10)
}

/// Whether `ch` can stand in the name of a variable.
pub fn is_name_letter(ch: char) -> bool {
    ch == '_' || (ch.is_alphabetic() && !ch.is_numeric()) || is_digit(ch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_letters() {
        assert!(ZEROS.is_sorted());
        for digit in ['0', '9', '٠', '९', '𝟘', '𝟿'] {
            assert!(is_digit(digit) && is_name_letter(digit), "{digit}");
        }
        for letter in ['a', 'Z', '_', 'é', '日', 'ﬀ'] {
            assert!(!is_digit(letter) && is_name_letter(letter), "{letter}");
        }
        for neither in ['½', 'Ⅷ', '²', '-', '\u{301}', ' ', '/', ':'] {
            assert!(!is_digit(neither) && !is_name_letter(neither), "{neither}");
        }
    }
}
