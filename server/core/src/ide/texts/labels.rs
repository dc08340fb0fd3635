//! The usual annotations of images: keys that the OCI image specification defines
//! (`https://github.com/opencontainers/image-spec/blob/main/annotations.md`).

/// What stands in front of each of them.
pub(crate) const LABEL_PREFIX: &str = "org.opencontainers.image.";

/// Each with what it is for, the usual ones first.
pub(crate) const LABELS: [(&str, &str); 14] = [
    ("title", "name of the image"),
    ("description", "what it holds"),
    ("version", "version of what it holds"),
    ("source", "URL of the source code"),
    ("revision", "commit of the source code"),
    ("created", "date and time, as in RFC 3339"),
    ("licenses", "SPDX expression"),
    ("authors", "whom to ask"),
    ("vendor", "who gives it out"),
    ("url", "where more is told"),
    ("documentation", "URL of the documentation"),
    ("base.name", "reference of the base image"),
    ("base.digest", "digest of the base image"),
    ("ref.name", "name of a reference to the image"),
];

/// What a key is for, if it is one of them.
pub(crate) fn label(key: &str) -> Option<&'static str> {
    let key = key.strip_prefix(LABEL_PREFIX)?;
    LABELS.iter().find(|it| it.0 == key).map(|it| it.1)
}
