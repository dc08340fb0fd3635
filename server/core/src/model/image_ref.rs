//! The name of an image, taken apart.

/// An image reference: `registry/repository:tag@digest`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageRef {
    /// As written, variables included.
    pub written: String,
    /// The registry; none for Docker Hub when it is not written.
    pub registry: Option<String>,
    /// The repository without registry: `eclipse-temurin`, `library/alpine`, `org/app`.
    pub repository: String,
    /// The tag.
    pub tag: Option<String>,
    /// The digest, with its algorithm.
    pub digest: Option<String>,
}

impl ImageRef {
    /// Takes a reference apart. Never fails: what does not fit a part is left in the repository.
    pub fn parse(written: &str) -> Self {
        let (name, digest) = match written.split_once('@') {
            Some((name, digest)) => (name, Some(digest.to_owned())),
            None => (written, None),
        };
        // A colon in front of a slash is a registry's port.
        let (name, tag) = match name.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') && !tag.contains('}') => (name, Some(tag.to_owned())),
            _ => (name, None),
        };
        let (registry, repository) = match name.split_once('/') {
            Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => {
                (Some(host.to_owned()), rest.to_owned())
            }
            _ => (None, name.to_owned()),
        };
        Self { written: written.to_owned(), registry, repository, tag, digest }
    }

    /// How much of a reference as it is written is its name: registry and repository, without tag and digest. What
    /// stands in the braces of a variable parts nothing.
    pub fn name_len(written: &str) -> usize {
        let (mut depth, mut colon) = (0_usize, None);
        for (at, char) in written.char_indices() {
            match char {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ if depth > 0 => {}
                '@' => return colon.unwrap_or(at),
                ':' => colon = colon.or(Some(at)),
                // The colon was that of a port.
                '/' => colon = None,
                _ => {}
            }
        }
        colon.unwrap_or(written.len())
    }

    /// Whether it is an image of Windows, by its name.
    pub fn is_windows(&self) -> bool {
        let tag = self.tag.iter().flat_map(|tag| tag.split('-'));
        self.repository.split(['/', '-']).chain(tag).any(|part| {
            let name = part.trim_end_matches(|it: char| it.is_ascii_digit());
            matches!(name, "windows" | "nanoserver" | "servercore" | "windowsservercore")
        })
    }

    /// Whether a part of it is a variable.
    pub fn has_variable(&self) -> bool {
        self.written.contains('$')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_in_front_of_tag_and_digest() {
        for (name, rest) in [
            ("node", ""),
            ("node", ":22"),
            ("node", "@sha256:ab"),
            ("org/app", ":1@sha256:ab"),
            ("localhost:5000/app", ""),
            ("localhost:5000/app", ":1"),
            ("${IMAGE:-a/b}", ":${TAG:-1}"),
            ("${IMAGE", ""),
            ("", ""),
        ] {
            assert_eq!(ImageRef::name_len(&format!("{name}{rest}")), name.len(), "{name}{rest}");
        }
    }
}
