//! How two paths of an image lie to each other, wildcards and unknown parts included.
//!
//! Paths are absolute and clean. `*`, `?` and `[…]` stand for what they stand for in COPY; `$name` is a part that the
//! file does not tell.

/// How a path lies to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lies {
    /// They are the same, as far as one can tell.
    Same,
    /// The first one is a folder that the second one lies in.
    Above,
    /// The first one lies in the second one.
    Below,
    /// Neither.
    Apart,
}

/// Whether some of a path is not known.
pub(super) fn is_loose(path: &str) -> bool {
    path.contains(['*', '?', '[', '$'])
}

/// Whether a path holds wildcards that COPY resolves.
pub(super) fn has_wildcard(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// How `a` lies to `b`.
pub(super) fn lies(a: &str, b: &str) -> Lies {
    let (mut left, mut right) = (parts(a), parts(b));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Lies::Same,
            (None, Some(_)) => return Lies::Above,
            (Some(_), None) => return Lies::Below,
            (Some(a), Some(b)) if may_be_same(a, b) => {}
            _ => return Lies::Apart,
        }
    }
}

/// How many folders deep a path lies.
pub(super) fn depth(path: &str) -> usize {
    parts(path).count()
}

/// The names that a path is made of.
pub(super) fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|it| !it.is_empty())
}

/// A part of a name with wildcards.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    Any,
    One,
    Is(char),
}

/// The longest name that is compared piece by piece: a longer one may be anything.
const LONGEST: usize = 256;

fn may_be_same(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    if !is_loose(a) && !is_loose(b) {
        return false;
    }
    let (a, b) = (pieces(a), pieces(b));
    if a.len().max(b.len()) > LONGEST {
        return true;
    }
    // For each end of `b`: whether what is read of `a` can be what is read of `b`.
    let mut row = vec![false; b.len() + 1];
    row[0] = true;
    for (at, piece) in b.iter().enumerate() {
        row[at + 1] = row[at] && *piece == Piece::Any;
    }
    for mine in &a {
        let before = row.clone();
        row[0] = before[0] && *mine == Piece::Any;
        for (at, theirs) in b.iter().enumerate() {
            row[at + 1] = match (mine, theirs) {
                (Piece::Any, _) | (_, Piece::Any) => row[at] || before[at + 1] || before[at],
                (Piece::Is(a), Piece::Is(b)) => before[at] && a == b,
                _ => before[at],
            };
        }
    }
    row.last().copied().unwrap_or_default()
}

fn pieces(name: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut chars = name.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '*' => found.push(Piece::Any),
            '?' => found.push(Piece::One),
            '[' => {
                if chars.by_ref().any(|it| it == ']') {
                    found.push(Piece::One);
                } else {
                    found.push(Piece::Any);
                }
            }
            '$' => {
                while chars.next_if(|it| it.is_alphanumeric() || *it == '_').is_some() {}
                found.push(Piece::Any);
            }
            char => found.push(Piece::Is(char)),
        }
    }
    found.dedup_by(|a, b| *a == Piece::Any && *b == Piece::Any);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths() {
        assert_eq!(lies("/app", "/app"), Lies::Same);
        assert_eq!(lies("/", "/app"), Lies::Above);
        assert_eq!(lies("/app/x", "/app"), Lies::Below);
        assert_eq!(lies("/app", "/apple"), Lies::Apart);
    }

    #[test]
    fn wildcards_on_either_side() {
        for (a, b) in [
            ("/app/target/*.jar", "/app/target/shop-1.0.jar"),
            ("/app/target/shop-1.0.jar", "/app/*/*.jar"),
            ("/app/target/*.jar", "/app/target/shop-*.jar"),
            ("/out/app-$TARGETARCH", "/out/app-amd64"),
            ("/out/[ab]pp", "/out/app"),
            ("/out/a?p", "/out/app"),
            ("/a*b*c", "/abc"),
            ("/a*", "/*b"),
        ] {
            assert_eq!(lies(a, b), Lies::Same, "{a} {b}");
            assert_eq!(lies(b, a), Lies::Same, "{b} {a}");
        }
        for (a, b) in [
            ("/app/target/*.jar", "/app/target/shop.war"),
            ("/app/a*", "/app/b*"),
            ("/out/app-$A.gz", "/out/app-1.zip"),
            ("/a?", "/a"),
        ] {
            assert_eq!(lies(a, b), Lies::Apart, "{a} {b}");
            assert_eq!(lies(b, a), Lies::Apart, "{b} {a}");
        }
        assert_eq!(lies("/app/*", "/app/target/x"), Lies::Above);
    }

    #[test]
    fn long_names_end_soon() {
        let long = "a*".repeat(100_000);
        assert_eq!(lies(&format!("/{long}"), "/b"), Lies::Same);
    }
}
