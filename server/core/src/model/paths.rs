//! Paths inside the image.

/// `path` seen from the directory `base`: absolute, without `.`, `..` and doubled slashes.
pub(crate) fn join(base: &str, path: &str) -> String {
    let from = if path.starts_with('/') { "" } else { base };
    let mut parts: Vec<&str> = Vec::new();
    for part in from.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Whether `path` is `dir` or lies in it; both absolute and clean.
pub(crate) fn is_within(path: &str, dir: &str) -> bool {
    dir == "/" || path.strip_prefix(dir).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The directory that holds `path`.
pub(crate) fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(at) => &path[..at],
    }
}

/// The directories that hold `path`, the nearest first, without the root.
pub(crate) fn parents(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(parent(path)), |it| Some(parent(it))).take_while(|it| *it != "/")
}

/// The last part of `path`.
pub(crate) fn file_name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}

/// How to write the absolute `path` in the directory `dir`: relative when it lies in it.
pub(crate) fn relative_to<'p>(path: &'p str, dir: &str) -> &'p str {
    let inside = if dir == "/" {
        path.strip_prefix('/')
    } else {
        path.strip_prefix(dir).and_then(|it| it.strip_prefix('/'))
    };
    inside.filter(|it| !it.is_empty()).unwrap_or(path)
}

/// Whether `path` is one that a pattern with `*` means. No `*` stands for a `/`.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if matches_part(pattern, part) => {}
            _ => return false,
        }
    }
}

fn matches_part(pattern: &str, part: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == part };
    let Some(mut part) = part.strip_prefix(first) else { return false };
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return part.ends_with(piece);
        }
        match part.find(piece) {
            Some(at) => part = &part[at + piece.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joining_cleans() {
        assert_eq!(join("/app", "target/x.jar"), "/app/target/x.jar");
        assert_eq!(join("/app", "./"), "/app");
        assert_eq!(join("/app", "../b//c/."), "/b/c");
        assert_eq!(join("/app", "/x/../.."), "/");
    }

    #[test]
    fn wildcards() {
        assert!(matches("/app/target/*.jar", "/app/target/shop-1.2.jar"));
        assert!(matches("/app/*/a*-b*.jar", "/app/x/a1-b.jar"));
        assert!(!matches("/app/*.jar", "/app/target/a.jar") && !matches("/app/a*a", "/app/a"));
        assert!(!matches("/app/a-*.jar", "/app/b-1.jar"));
    }

    #[test]
    fn within_and_relative() {
        assert!(is_within("/app/x", "/app") && is_within("/app", "/app") && is_within("/a", "/"));
        assert!(!is_within("/apples", "/app"));
        assert_eq!(relative_to("/app/a/b", "/app"), "a/b");
        assert_eq!(relative_to("/app", "/app"), "/app");
        assert_eq!(relative_to("/x", "/"), "x");
        assert_eq!(parent("/app/x"), "/app");
        assert_eq!(parent("/x"), "/");
        assert_eq!(file_name("target/x.jar"), "x.jar");
    }
}
