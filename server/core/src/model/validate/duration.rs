//! Durations as BuildKit reads them: `1h30m`, `1.5s`, `-10ms`.

/// A duration in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Duration(pub(super) i64);

/// Why a text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DurationError {
    /// It does not begin with a number, or is longer than 292 years.
    Invalid,
    /// A number without a unit, such as `10`.
    MissingUnit,
    /// A unit that is none, such as `d`.
    UnknownUnit,
}

/// The longest duration of either sign, in nanoseconds.
const LIMIT: u64 = 1 << 63;

/// Reads numbers with units: an optional sign, then one or more of a decimal number and a unit. `0` needs
/// no unit.
pub(super) fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(Duration(0));
    }
    if rest.is_empty() {
        return Err(DurationError::Invalid);
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (part, behind) = part(rest)?;
        total = total.checked_add(part).filter(|&sum| sum <= LIMIT).ok_or(DurationError::Invalid)?;
        rest = behind;
    }
    match (negative, i64::try_from(total)) {
        (true, Ok(total)) => Ok(Duration(-total)),
        (true, Err(_)) => Ok(Duration(i64::MIN)),
        (false, Ok(total)) => Ok(Duration(total)),
        (false, Err(_)) => Err(DurationError::Invalid),
    }
}

/// One number with its unit, in nanoseconds, and what follows.
fn part(text: &str) -> Result<(u64, &str), DurationError> {
    let (whole, rest) = digits(text);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => digits(rest),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(DurationError::Invalid);
    }
    let end = rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(end);
    if unit.is_empty() {
        return Err(DurationError::MissingUnit);
    }
    let unit = nanoseconds(unit).ok_or(DurationError::UnknownUnit)?;
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| DurationError::Invalid)? };
    let value = whole.checked_mul(unit).ok_or(DurationError::Invalid)?;
    let value = value.checked_add(part_of(fraction, unit)).ok_or(DurationError::Invalid)?;
    if value > LIMIT { Err(DurationError::Invalid) } else { Ok((value, rest)) }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// The decimals of a unit in whole nanoseconds; what is smaller is cut off.
fn part_of(decimals: &str, unit: u64) -> u64 {
    let (mut value, mut scale) = (0u64, 1f64);
    for digit in decimals.bytes() {
        let Some(next) = value.checked_mul(10).and_then(|it| it.checked_add(u64::from(digit - b'0'))) else {
            break;
        };
        value = next;
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

fn nanoseconds(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        // The micro sign and the Greek letter look alike; both are read.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_with_units() {
        let read = |text| parse_duration(text).map(|duration| duration.0);
        assert_eq!(read("30s"), Ok(30_000_000_000));
        assert_eq!(read("1h1m1s1ms1us1ns"), Ok(3_661_001_001_001));
        assert_eq!(read("1.5s"), Ok(1_500_000_000));
        assert_eq!(read(".5ms"), Ok(500_000));
        assert_eq!(read("5.s"), Ok(5_000_000_000));
        assert_eq!(read("1\u{b5}s"), read("1\u{3bc}s"));
        assert_eq!(read("+0"), Ok(0));
        assert_eq!(read("-1s"), Ok(-1_000_000_000));
        assert_eq!(read("-9223372036854775808ns"), Ok(i64::MIN));
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, error) in [
            ("", DurationError::Invalid),
            ("-", DurationError::Invalid),
            ("s", DurationError::Invalid),
            (".s", DurationError::Invalid),
            ("a", DurationError::Invalid),
            ("1s-1s", DurationError::UnknownUnit),
            ("10", DurationError::MissingUnit),
            ("1s1", DurationError::MissingUnit),
            ("1d", DurationError::UnknownUnit),
            ("1S", DurationError::UnknownUnit),
            ("1 s", DurationError::UnknownUnit),
            ("9223372036854775808ns", DurationError::Invalid),
            ("99999999999999999999h", DurationError::Invalid),
            ("2562048h", DurationError::Invalid),
        ] {
            assert_eq!(parse_duration(text), Err(error), "{text}");
        }
    }
}
