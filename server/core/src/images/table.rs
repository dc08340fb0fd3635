//! Reads the table. Its form is explained at its head.

use std::sync::{LazyLock, OnceLock};

use rustc_hash::FxHashMap;

use super::nearest::Shape;

/// The table, as far as it is read without asking for an image's tags.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("official.txt")));

/// All official images.
pub(super) struct Table {
    pub(super) snapshot: &'static str,
    /// Sets of architectures, each with commas between.
    pub(super) architectures: Vec<&'static str>,
    /// In order of their names.
    pub(super) images: Vec<Image>,
}

/// An official image.
#[derive(Debug, Default)]
pub struct Image {
    /// Its name: `node`.
    pub name: &'static str,
    /// What it holds, in the words of its makers; may be empty.
    pub description: &'static str,
    /// Why it is not maintained any more.
    pub ended: Option<&'static str>,
    /// What to use instead of it.
    pub successor: Option<&'static str>,
    /// For each of its builds, which set of architectures it has.
    pub(super) sets: Vec<u16>,
    listed: &'static str,
    gone: &'static str,
    tags: OnceLock<Vec<Tag>>,
    dead: OnceLock<FxHashMap<String, u16>>,
}

/// A tag that is listed.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    /// The builds that it stands for: one for each platform that is built apart.
    pub(super) builds: Vec<u16>,
    pub(super) shape: Shape,
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut table = Self { snapshot: "", architectures: Vec::new(), images: Vec::new() };
        for line in text.lines() {
            let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
            if mark == "=" {
                table.images.push(Image { name: rest, ..Image::default() });
            }
            match (mark, table.images.last_mut()) {
                ("@", _) => table.snapshot = rest,
                ("%", _) => table.architectures.push(rest),
                ("d", Some(image)) => image.description = rest,
                ("x", Some(image)) => image.ended = Some(rest),
                ("r", Some(image)) => image.successor = Some(rest),
                ("a", Some(image)) => image.sets = rest.split(' ').map(number).collect(),
                ("t", Some(image)) => image.listed = rest,
                ("g", Some(image)) => image.gone = rest,
                _ => {}
            }
        }
        table
    }

    pub(super) fn image(&self, name: &str) -> Option<&Image> {
        let at = self.images.binary_search_by(|it| it.name.cmp(name)).ok()?;
        self.images.get(at)
    }
}

impl Image {
    /// The tags that are listed, the usual ones first.
    pub(super) fn current(&self) -> &[Tag] {
        self.tags.get_or_init(|| {
            let mut tags: Vec<Tag> = Vec::new();
            front_coded(self.listed, |name, builds| {
                let builds = builds.split(',').map(number).collect();
                tags.push(Tag { name: name.to_owned(), builds, shape: Shape::of(name) });
            });
            tags.sort_by_cached_key(|it| (it.name != "latest", it.shape.rank(), it.name.clone()));
            tags
        })
    }

    /// The tags that are gone, each with the months since January 2013.
    pub(super) fn all_gone(&self) -> &FxHashMap<String, u16> {
        self.dead.get_or_init(|| {
            let mut dead = FxHashMap::default();
            front_coded(self.gone, |name, month| {
                dead.insert(name.to_owned(), number(month));
            });
            dead
        })
    }

    /// The month in which a tag was last listed, as `2022-08`; none where it is listed still, or not known.
    pub fn gone_since(&self, tag: &str) -> Option<String> {
        let months = self.all_gone().get(tag)?;
        Some(format!("{}-{:02}", 2013 + months / 12, months % 12 + 1))
    }
}

/// Gives each tag of a line, and what stands behind it.
fn front_coded(line: &'static str, mut each: impl FnMut(&str, &'static str)) {
    let (mut tag, mut fact) = (String::new(), "");
    for word in line.split(' ').filter(|it| !it.is_empty()) {
        let (written, own) = word.split_once('|').unwrap_or((word, fact));
        let mut rest = written.chars();
        let common = rest.next().and_then(|it| it.to_digit(36)).unwrap_or(0);
        tag.truncate(common as usize);
        tag.push_str(rest.as_str());
        fact = own;
        each(&tag, fact);
    }
}

fn number(text: &str) -> u16 {
    u16::from_str_radix(text, 36).unwrap_or_default()
}
