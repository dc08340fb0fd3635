//! Ports as EXPOSE takes them: `[ip:][host:]port[/protocol]`.

/// The parts between colons: all but the last two are the address, which may hold colons itself.
pub fn port_parts(text: &str) -> (&str, &str, &str) {
    let Some((rest, container)) = text.rsplit_once(':') else { return ("", "", text) };
    match rest.rsplit_once(':') {
        Some((ip, host)) => (ip, host, container),
        None => ("", rest, container),
    }
}

/// The first and the last port of `port` or `first-last`.
pub fn port_range(text: &str) -> Option<(u16, u16)> {
    let Some((first, last)) = text.split_once('-') else {
        let port = number(text)?;
        return Some((port, port));
    };
    let (first, last) = (number(first)?, number(last)?);
    (first <= last).then_some((first, last))
}

/// A number as BuildKit reads it, with an optional plus.
fn number(text: &str) -> Option<u16> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_ranges() {
        assert_eq!(port_parts("::1:8080:80/udp"), ("::1", "8080", "80/udp"));
        assert_eq!(port_parts("8080:80"), ("", "8080", "80"));
        assert_eq!(port_parts("80"), ("", "", "80"));
        assert_eq!(port_range("+80"), Some((80, 80)));
        assert_eq!(port_range("8000-8010"), Some((8000, 8010)));
        assert_eq!(port_range("70-60"), None);
        assert_eq!(port_range("65536"), None);
    }
}
