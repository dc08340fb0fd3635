//! Official images by name, and their tags.

use super::{CompletionKind, List, Topic};
use crate::TextRange;
use crate::ide::place::Word;
use crate::images::{self, official};
use crate::model::ImageRef;

/// Whether the cursor is behind the colon of an image: no stage has one in its name.
pub(super) fn is_tag(word: &Word) -> bool {
    word.typed.contains(':')
}

/// The official images, or the tags of the one that is typed; `replace` is the word at the cursor to its end.
pub(super) fn images(list: &mut List<'_>, word: &Word, replace: TextRange) {
    if word.typed.contains(['@', '$']) {
        return;
    }
    // A colon in front of a slash is the port of a registry.
    match word.typed.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
        Some((name, tag)) => {
            let start = word.from(word.typed.len() - tag.len()).start;
            tags(list, &ImageRef::parse(name), TextRange::new(start, replace.end().max(start)));
        }
        None => names(list, word, replace),
    }
}

fn names(list: &mut List<'_>, word: &Word, replace: TextRange) {
    // With an owner or a registry in front it is another image, unless these are the official ones.
    let prefix = word.typed.rfind('/').map_or("", |at| &word.typed[..=at]);
    if !matches!(prefix, "" | "library/" | "docker.io/" | "docker.io/library/") {
        return;
    }
    for name in images::names() {
        let Some(image) = official(&ImageRef::parse(name)) else { continue };
        let item = list.add(CompletionKind::Image, format!("{prefix}{name}"), replace);
        item.detail = match image.ended {
            Some(_) => "not maintained any more".to_owned(),
            None => "official image".to_owned(),
        };
        item.deprecated = image.ended.is_some();
        item.topic = Some(Topic::Image(name.to_owned()));
    }
}

fn tags(list: &mut List<'_>, image: &ImageRef, replace: TextRange) {
    let Some(image) = official(image) else { return };
    for tag in image.tags() {
        let item = list.add(CompletionKind::Tag, tag, replace);
        item.detail = format!("as of {}", images::snapshot());
    }
}
