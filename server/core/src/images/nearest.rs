//! The tag that is maintained and comes nearest to one that is gone.
//!
//! Tags are names that people make up, but most have a form: a version, and words for what else the image has, of
//! which one is often the release of a system. The nearest tag has the same words; the version is the same if it can
//! be, else the next one, else the last one before; so is the release.

use super::Image;

/// Releases of Debian and of Ubuntu, oldest first.
const DEBIAN: [&str; 9] =
    ["squeeze", "wheezy", "jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "forky"];
const UBUNTU: [&str; 7] = ["trusty", "xenial", "bionic", "focal", "jammy", "noble", "resolute"];
/// Releases of Windows Server, oldest first.
const WINDOWS: [&str; 5] = ["ltsc2016", "1809", "ltsc2019", "ltsc2022", "ltsc2025"];

/// A tag taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    /// The numbers of the version; empty without one.
    version: Vec<u32>,
    /// A release that is still to come: `rc`, `beta`, `ea`.
    preview: bool,
    /// The words, a release of a system only as which system it is.
    words: Vec<String>,
    /// Which release of the system.
    release: u32,
}

impl Shape {
    pub(super) fn of(tag: &str) -> Self {
        let mut shape = Self { version: Vec::new(), preview: false, words: Vec::new(), release: 0 };
        for word in tag.split('-') {
            let preview = ["rc", "beta", "alpha", "ea", "preview", "dev", "nightly", "edge", "unstable"]
                .iter()
                .any(|it| word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') == *it);
            shape.preview |= preview;
            match system(word) {
                Some((name, release)) => {
                    shape.words.push(name.to_owned());
                    shape.release = release;
                }
                None if shape.version.is_empty() && word.starts_with(|it: char| it.is_ascii_digit()) => {
                    let (version, preview) = version(word);
                    shape.version = version;
                    shape.preview |= preview;
                }
                None => shape.words.push(word.to_owned()),
            }
        }
        shape
    }

    /// The place in a list: few words first, then tags that move with many releases, then new versions.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        let is_date = self.version.first().is_some_and(|it| *it > 9999);
        let exact = if is_date { 3 } else { self.version.len().max(1) };
        let newest: Vec<_> = self.version.iter().map(|it| std::cmp::Reverse(*it)).collect();
        (self.preview, exact > 2, self.words.len(), exact, newest, std::cmp::Reverse(self.release))
    }

    /// How far away a tag is that is listed; none where it is something else.
    fn distance(&self, listed: &Self) -> Option<impl Ord + use<>> {
        let comparable = self.words == listed.words
            && self.version.is_empty() == listed.version.is_empty()
            && !listed.preview
            && self != listed;
        let older = listed.version < self.version;
        // Of newer versions the lowest is nearest, of older ones the highest.
        let signed = |it: &u32| if older { -i64::from(*it) } else { i64::from(*it) };
        let version: Vec<i64> = match listed.version == self.version {
            true => Vec::new(),
            false => listed.version.iter().map(signed).collect(),
        };
        let release = (listed.release < self.release, listed.release.abs_diff(self.release));
        let other_length = listed.version.len().abs_diff(self.version.len());
        comparable.then_some((older, other_length, version, release))
    }
}

/// The system that a word is a release of, and which.
fn system(word: &str) -> Option<(&'static str, u32)> {
    let place = |list: &[&str]| list.iter().position(|it| *it == word).and_then(|at| u32::try_from(at).ok());
    if let Some(release) = word.strip_prefix("alpine") {
        let (major, minor) = release.split_once('.').unwrap_or((release, "0"));
        let newest = u32::MAX / 2;
        return match release.is_empty() {
            true => Some(("alpine", newest)),
            false => Some((
                "alpine",
                major.parse::<u32>().ok()?.checked_mul(1000)?.checked_add(minor.parse().ok()?)?,
            )),
        };
    }
    let systems = [("debian", &DEBIAN[..]), ("ubuntu", &UBUNTU[..]), ("windows", &WINDOWS[..])];
    systems.into_iter().find_map(|(name, list)| Some((name, place(list)?)))
}

/// The numbers of a version, and whether it is still to come: `1.27rc3`.
fn version(word: &str) -> (Vec<u32>, bool) {
    let end = word.find("rc").or_else(|| word.find("beta")).or_else(|| word.find("alpha"));
    let numbers = word[..end.unwrap_or(word.len())].split(|it: char| !it.is_ascii_digit());
    (numbers.filter_map(|it| it.parse().ok()).collect(), end.is_some())
}

/// The listed tag of an image that comes nearest to one that is gone. The builds of OpenJDK that images came with have
/// become those of Eclipse Temurin.
pub(super) fn tag<'a>(image: &'a Image, gone: &str) -> Option<&'a str> {
    let temurin = || {
        let (before, java) = gone.split_once("-openjdk-").or_else(|| gone.split_once("-jdk-"))?;
        let java = java.strip_suffix("-slim").unwrap_or(java);
        let wanted = format!("{before}-eclipse-temurin-{java}");
        image.tags().find(|it| *it == wanted).or_else(|| like(image, &wanted))
    };
    like(image, gone).or_else(temurin)
}

/// The nearest tag of the same words.
fn like<'a>(image: &'a Image, gone: &str) -> Option<&'a str> {
    let gone = Shape::of(gone);
    let near = image.current().iter().filter_map(|it| Some((gone.distance(&it.shape)?, it)));
    near.min_by(|a, b| a.0.cmp(&b.0)).map(|(_, it)| it.name.as_str())
}

/// The tag of another vendor's Java that does what one of `openjdk` or `adoptopenjdk` did.
pub(super) fn java<'a>(image: &'a Image, gone: &str) -> Option<&'a str> {
    let shape = Shape::of(gone);
    let has = |word: &str| shape.words.iter().any(|it| it == word);
    if has("openj9") || has("windowsservercore") || has("nanoserver") {
        return None;
    }
    let kind = if has("jre") { "jre" } else { "jdk" };
    let alpine = if has("alpine") { "-alpine" } else { "" };
    let wanted = format!("{}-{kind}{alpine}", shape.version.first()?);
    image.tags().find(|it| *it == wanted)
}
