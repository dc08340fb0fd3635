//! The table of runtime images, and the small language of its patterns.

const TABLE: &str = include_str!("images.txt");

/// What the table says about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The runtime image.
    pub(super) image: String,
    /// Another vendor makes it.
    pub(super) vendor: bool,
    /// The tag does not fix the version that is meant.
    pub(super) floating: bool,
    /// Nobody listed the tag: it follows from a rule.
    pub(super) inferred: bool,
    /// The number that `{j}` matched: Java's version.
    pub(super) major: Option<u32>,
}

/// The release of Debian behind an image's plain tags, as far as its version tells.
pub(super) fn debian_of(repository: &str, version: &str) -> Option<&'static str> {
    let wanted = numbers(version, u32::MAX);
    let lines = TABLE.lines().filter_map(|line| line.strip_prefix("@ "));
    let mut rows = lines.filter_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some(repository)).then(|| Some((words.next()?, words.next()?)))?
    });
    rows.rfind(|(from, _)| numbers(from, 0) <= wanted).map(|(_, name)| name)
}

/// A version as three numbers; those that are not written are `missing`.
fn numbers(version: &str, missing: u32) -> [u32; 3] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(missing));
    std::array::from_fn(|_| parts.next().unwrap_or(missing))
}

/// The runtime image for a repository's last part and a tag.
pub(super) fn find(repository: &str, tag: Option<&str>) -> Option<Row> {
    let tag = tag.unwrap_or("latest");
    TABLE.lines().filter(|line| !line.starts_with(['#', '@'])).find_map(|line| {
        let mut words = line.split_whitespace();
        if words.next()? != repository {
            return None;
        }
        let (pattern, template) = (words.next()?, words.next()?);
        let mut captures = captures(pattern, tag)?;
        if template.contains("{debian}") {
            let version = captures.iter().find(|(name, _)| *name == 'v')?.1;
            captures.push(('D', debian_of(repository, version)?));
        }
        let rest: Vec<&str> = words.collect();
        let major = captures.iter().find(|(name, _)| *name == 'j').and_then(|(_, value)| value.parse().ok());
        Some(Row {
            image: fill(template, &captures),
            vendor: rest.contains(&"vendor"),
            floating: rest.contains(&"floating"),
            inferred: rest.contains(&"inferred"),
            major,
        })
    })
}

/// What the placeholders of `pattern` stand for in `tag`; none when it does not fit.
fn captures<'t>(pattern: &str, tag: &'t str) -> Option<Vec<(char, &'t str)>> {
    let mut found = Vec::new();
    fits(pattern, tag, &mut found).then_some(found)
}

fn fits<'t>(pattern: &str, tag: &'t str, found: &mut Vec<(char, &'t str)>) -> bool {
    let Some(first) = pattern.chars().next() else { return tag.is_empty() };
    let here = found.len();
    match first {
        '[' => {
            let Some(end) = pattern.find(']') else { return false };
            let with = format!("{}{}", &pattern[1..end], &pattern[end + 1..]);
            if fits(&with, tag, found) {
                return true;
            }
            found.truncate(here);
            fits(&pattern[end + 1..], tag, found)
        }
        '{' => {
            let Some(end) = pattern.find('}') else { return false };
            let Some(name) = pattern[1..end].chars().next() else { return false };
            // The longest piece first.
            for at in (1..=tag.len()).rev().filter(|at| tag.is_char_boundary(*at)) {
                if is_piece(name, &tag[..at]) {
                    found.push((name, &tag[..at]));
                    if fits(&pattern[end + 1..], &tag[at..], found) {
                        return true;
                    }
                    found.truncate(here);
                }
            }
            false
        }
        c => tag.strip_prefix(c).is_some_and(|rest| fits(&pattern[c.len_utf8()..], rest, found)),
    }
}

/// Releases of Debian, by name.
pub(super) const DEBIAN: [&str; 7] = ["stretch", "buster", "bullseye", "bookworm", "trixie", "forky", "sid"];

fn is_piece(name: char, text: &str) -> bool {
    let is_version = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.ends_with(|c: char| c.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    };
    match name {
        'v' => is_version(text),
        'j' => text.bytes().all(|b| b.is_ascii_digit()),
        'a' => is_version(text) && text.contains('.'),
        'd' => DEBIAN.contains(&text),
        'o' => {
            matches!(text, "noble" | "jammy" | "focal" | "resolute" | "bionic")
                || text
                    .strip_prefix("alpine")
                    .is_some_and(|it| it.is_empty() || is_version(it.trim_start_matches('-')))
        }
        _ => true,
    }
}

/// The template with the captures put in. A part in brackets is there when what it needs is.
fn fill(template: &str, captures: &[(char, &str)]) -> String {
    let value = |name: &str| {
        let wanted = if name == "debian" { 'D' } else { name.chars().next().unwrap_or(' ') };
        captures.iter().rev().find(|(it, _)| *it == wanted).map(|(_, value)| *value)
    };
    let (mut out, mut rest) = (String::new(), template);
    while let Some(c) = rest.chars().next() {
        let close = |open: &str| rest.find(open);
        match (c, close("]"), close("}")) {
            ('[', Some(end), _) => {
                let part = &rest[1..end];
                let needs = part.split_once('{').and_then(|(_, it)| it.split_once('}')).map(|(name, _)| name);
                if needs.is_none_or(|name| value(name).is_some()) {
                    out.push_str(&fill(part, captures));
                }
                rest = &rest[end + 1..];
            }
            ('{', _, Some(end)) => {
                out.push_str(value(&rest[1..end]).unwrap_or(""));
                rest = &rest[end + 1..];
            }
            _ => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(repository: &str, tag: &str) -> String {
        find(repository, Some(tag)).map_or_else(|| "none".to_owned(), |row| row.image)
    }

    #[test]
    fn tags_have_their_runtime() {
        for (repository, tag, runtime) in [
            ("maven", "3.9.9-eclipse-temurin-24", "eclipse-temurin:24-jre"),
            ("maven", "3-eclipse-temurin-17-alpine", "eclipse-temurin:17-jre-alpine"),
            ("maven", "3.9-amazoncorretto-21", "amazoncorretto:21-al2023-headless"),
            ("maven", "3.9-amazoncorretto-8-al2023", "amazoncorretto:8-al2023-jre"),
            ("maven", "3.5.3-jdk-8", "eclipse-temurin:8-jre"),
            ("maven", "3.6.1-jdk-11-slim", "eclipse-temurin:11-jre"),
            ("maven", "3-openjdk-17", "eclipse-temurin:17-jre"),
            ("maven", "latest", "eclipse-temurin:26-jre"),
            ("gradle", "8.7.0-jdk21", "eclipse-temurin:21-jre"),
            ("gradle", "jdk17-alpine", "eclipse-temurin:17-jre-alpine"),
            ("gradle", "8.5.0-jdk17-jammy", "eclipse-temurin:17-jre-jammy"),
            ("gradle", "8.5", "eclipse-temurin:21-jre"),
            ("gradle", "7-alpine", "eclipse-temurin:17-jre-alpine"),
            ("openjdk", "11", "eclipse-temurin:11-jre"),
            ("openjdk", "8-jdk-alpine", "eclipse-temurin:8-jre-alpine"),
            ("openjdk", "17-jdk-slim-bullseye", "eclipse-temurin:17-jre"),
            ("openjdk", "8u212-jdk", "eclipse-temurin:8-jre"),
            ("openjdk", "11.0.16", "eclipse-temurin:11-jre"),
            ("java", "openjdk-8-jdk-alpine", "eclipse-temurin:8-jre-alpine"),
            ("scala-sbt", "eclipse-temurin-21.0.6_7_1.10.11_2.13.16", "eclipse-temurin:21-jre"),
            ("scala-sbt", "8u242_1.3.8_2.13.1", "eclipse-temurin:8-jre"),
            ("tomcat", "9.0-jdk17-temurin-jammy", "tomcat:9.0-jre17-temurin-jammy"),
            ("node", "20-bookworm", "node:20-bookworm-slim"),
            ("node", "18.20.4-alpine3.20", "node:18.20.4-alpine3.20"),
            ("python", "3.9-bullseye", "python:3.9-slim-bullseye"),
            ("python", "3.7-slim", "python:3.7-slim"),
            ("uv", "python3.12-bookworm-slim", "python:3.12-slim-bookworm"),
            ("golang", "1.24.2", "debian:bookworm-slim"),
            ("golang", "1.24", "debian:trixie-slim"),
            ("golang", "1.22-alpine3.19", "alpine:3.19"),
            ("golang", "bookworm", "debian:bookworm-slim"),
            ("rust", "1.85", "debian:bookworm-slim"),
            ("rust", "1.79-slim-bullseye", "debian:bullseye-slim"),
            ("rust", "1.44", "debian:buster-slim"),
            ("sdk", "10.0", "mcr.microsoft.com/dotnet/aspnet:10.0"),
            ("sdk", "8.0-alpine", "mcr.microsoft.com/dotnet/aspnet:8.0-alpine"),
            ("gcc", "13", "debian:bookworm-slim"),
            ("gcc", "9-mine", "none"),
            ("nothing", "1", "none"),
        ] {
            assert_eq!(image(repository, tag), runtime, "{repository}:{tag}");
        }
    }

    #[test]
    fn every_line_of_the_table_can_be_read() {
        for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '@'])) {
            let words: Vec<&str> = line.split_whitespace().collect();
            assert!(words.len() >= 3, "{line}");
            let known = ["vendor", "floating", "inferred", "same"];
            assert!(words[3..].iter().all(|word| known.contains(word)), "{line}");
            for name in words[2].split('{').skip(1).filter_map(|it| it.split_once('}')).map(|(name, _)| name)
            {
                assert!(name == "debian" || words[1].contains(&format!("{{{name}}}")), "{line}");
            }
        }
        for line in TABLE.lines().filter_map(|line| line.strip_prefix("@ ")) {
            assert_eq!(line.split_whitespace().count(), 3, "{line}");
        }
    }
}
