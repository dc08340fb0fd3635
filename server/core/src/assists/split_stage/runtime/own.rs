//! Runtime images of the user's own in the place of ours: those of a company, with its certificates and its registry.

use crate::model::ImageRef;

/// What takes the place of `image`, which a FROM writes as `written`: the user's image for that very tag, or the one
/// for its repository, which keeps the tag where it has none itself.
pub(in crate::assists::split_stage) fn in_place_of(
    own: &[(String, String)],
    image: &str,
    written: &str,
) -> Option<String> {
    let find = |wanted: &str| own.iter().find(|(ours, _)| ours == wanted).map(|(_, theirs)| theirs.as_str());
    if let Some(theirs) = find(image) {
        return Some(theirs.to_owned());
    }
    let parsed = ImageRef::parse(image);
    let tag = parsed.tag.as_ref().map_or(0, |it| it.len() + 1)
        + parsed.digest.as_ref().map_or(0, |it| it.len() + 1);
    let repository = image.get(..image.len().checked_sub(tag)?)?;
    let theirs = find(repository)?;
    let own = ImageRef::parse(theirs);
    if own.tag.is_some() || own.digest.is_some() {
        return Some(theirs.to_owned());
    }
    // The tag may be written with variables.
    let tag = written.strip_prefix(repository).or_else(|| image.strip_prefix(repository))?;
    Some(format!("{theirs}{tag}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_stays_unless_the_user_gives_one() {
        let own = [
            ("eclipse-temurin", "registry.example.com/base/jre"),
            ("debian", "registry.example.com:5000/debian:12"),
            ("node:22-slim", "node-of-ours"),
            ("gcr.io/distroless/static-debian13", "static@sha256:abc"),
        ];
        let own = own.map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned()));
        for (image, written, wanted) in [
            (
                "eclipse-temurin:21-jre",
                "eclipse-temurin:21-jre",
                Some("registry.example.com/base/jre:21-jre"),
            ),
            (
                "eclipse-temurin:21-jre",
                "eclipse-temurin:${V}-jre",
                Some("registry.example.com/base/jre:${V}-jre"),
            ),
            ("debian:bookworm-slim", "debian:bookworm-slim", Some("registry.example.com:5000/debian:12")),
            ("node:22-slim", "node:22-slim", Some("node-of-ours")),
            ("node:20-slim", "node:20-slim", None),
            (
                "gcr.io/distroless/static-debian13:nonroot",
                "gcr.io/distroless/static-debian13:nonroot",
                Some("static@sha256:abc"),
            ),
            ("scratch", "scratch", None),
        ] {
            assert_eq!(in_place_of(&own, image, written).as_deref(), wanted, "{written}");
        }
    }
}
