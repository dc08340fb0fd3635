//! Whether a text can be the name of an image at all.

/// Why a text is no image name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameFault {
    /// A repository has to be in lower case.
    Uppercase,
    /// 64 hexadecimal digits are an image's identity, not its name.
    Identity,
    /// The repository's name is longer than 255 characters.
    TooLong,
    /// It does not have the form `registry/repository:tag@digest`.
    Malformed,
}

/// Says why BuildKit does not take `text` as `registry/repository:tag@digest`, in the order in which it
/// looks.
pub(super) fn fault(text: &str) -> Option<NameFault> {
    if text.len() == 64 && text.bytes().all(|b| matches!(b, b'a'..=b'f' | b'0'..=b'9')) {
        return Some(NameFault::Identity);
    }
    let (registry, rest) = split_registry(text);
    let remote = rest.split(':').next().unwrap_or_default();
    if remote != remote.to_lowercase() {
        return Some(NameFault::Uppercase);
    }
    let (rest, digest) = match rest.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (rest, None),
    };
    let (repository, tag) = match rest.split_once(':') {
        Some((repository, tag)) => (repository, Some(tag)),
        None => (rest, None),
    };
    let whole = registry.is_none_or(is_registry)
        && is_repository(repository)
        && tag.is_none_or(is_tag)
        && digest.is_none_or(is_digest);
    if !whole {
        return Some(NameFault::Malformed);
    }
    (repository_length(registry, repository) > 255).then_some(NameFault::TooLong)
}

/// What stands before the first slash is a registry when it looks like a host: it has a dot, a port or
/// an upper-case letter, or is `localhost`.
fn split_registry(text: &str) -> (Option<&str>, &str) {
    match text.split_once('/') {
        Some((host, rest))
            if host == "localhost" || host.contains(['.', ':']) || host != host.to_lowercase() =>
        {
            (Some(host), rest)
        }
        _ => (None, text),
    }
}

/// The length of the repository, with the `library/` that Docker Hub's own images get.
fn repository_length(registry: Option<&str>, repository: &str) -> usize {
    let hub = matches!(registry, None | Some("docker.io" | "index.docker.io"));
    let prefix = if hub && !repository.contains('/') { "library/".len() } else { 0 };
    prefix + repository.len()
}

/// A host name or an IPv6 address in brackets, with a port perhaps.
fn is_registry(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return false };
        let hex = !address.is_empty() && address.bytes().all(|b| b == b':' || b.is_ascii_hexdigit());
        return hex && (port.is_empty() || port.strip_prefix(':').is_some_and(is_number));
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    host.split('.').all(is_host_part) && port.is_none_or(is_number)
}

fn is_host_part(text: &str) -> bool {
    let inner = text.bytes().all(|b| b == b'-' || b.is_ascii_alphanumeric());
    inner && !text.is_empty() && !text.starts_with('-') && !text.ends_with('-')
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_repository(text: &str) -> bool {
    text.split('/').all(is_path_part)
}

/// Lower-case letters and digits, with single separators between them: `.`, `_`, `__` or any number of
/// `-`.
fn is_path_part(text: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends = bytes.first().copied().is_some_and(is_word) && bytes.last().copied().is_some_and(is_word);
    let mut separators = text.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    ends && separators.all(|it| matches!(it, "" | "." | "_" | "__") || it.bytes().all(|b| b == b'-'))
}

fn is_tag(text: &str) -> bool {
    let is_word = |b: u8| b == b'_' || b.is_ascii_alphanumeric();
    let first = text.bytes().next().is_some_and(is_word);
    first && text.len() <= 128 && text.bytes().all(|b| is_word(b) || b == b'.' || b == b'-')
}

/// `algorithm:hexadecimal`, of an algorithm that BuildKit knows.
pub(super) fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(|b| matches!(b, b'a'..=b'f' | b'0'..=b'9'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_images() {
        let digest = format!("alpine@sha256:{}", "a".repeat(64));
        for good in [
            "alpine",
            "alpine:3.20",
            "library/alpine",
            "docker.io/library/alpine:3",
            "localhost/a",
            "localhost:5000/a/b:c",
            "[::1]:5000/a",
            "my_app/a__b/c-d--e.f",
            "ghcr.io/a/b:1.0_RC-1",
            "Host/a",
            digest.as_str(),
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
    }

    #[test]
    fn what_is_none() {
        let identity = "a".repeat(64);
        let long = "a".repeat(250);
        for (bad, why) in [
            ("Alpine", NameFault::Uppercase),
            ("ghcr.io/A/b", NameFault::Uppercase),
            ("alpine:", NameFault::Malformed),
            ("alpine:a:b", NameFault::Malformed),
            ("alpine@sha256:abc", NameFault::Malformed),
            ("alpine@md5:abc", NameFault::Malformed),
            ("^abc", NameFault::Malformed),
            ("a//b", NameFault::Malformed),
            ("a/", NameFault::Malformed),
            ("-a", NameFault::Malformed),
            ("a___b", NameFault::Malformed),
            ("a..b", NameFault::Malformed),
            ("http://a/b", NameFault::Malformed),
            ("a b", NameFault::Malformed),
            ("", NameFault::Malformed),
            (identity.as_str(), NameFault::Identity),
            (long.as_str(), NameFault::TooLong),
        ] {
            assert_eq!(fault(bad), Some(why), "{bad}");
        }
    }
}
