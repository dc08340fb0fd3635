//! The card of a reference that leads to no stage.

use super::super::markdown::code;
use crate::images::{self, Image};
use crate::model::{ImageRef, RefTarget, StageRef, StageRefKind};

/// The card of an image, or why the reference leads nowhere.
pub(super) fn card(reference: &StageRef) -> Option<String> {
    match &reference.target {
        RefTarget::External(image) => Some(external(reference, image)),
        RefTarget::BadIndex(index) => Some(format!("No stage has the index {index}.")),
        RefTarget::Variable => Some(format!(
            "{}: variables are not expanded here. Name a stage with `FROM` and the variable, and use that name.",
            code(&reference.text)
        )),
        RefTarget::Unknown if reference.text.contains('$') => Some(format!(
            "{}: this file does not give all of its variables a value, so the base is not known here.",
            code(&reference.text)
        )),
        RefTarget::Unknown | RefTarget::Stage(_) | RefTarget::LaterStage(_) | RefTarget::SelfReference(_) => {
            None
        }
    }
}

fn external(reference: &StageRef, image: &ImageRef) -> String {
    let is_base = reference.kind == StageRefKind::From;
    if is_base && name_of(image) == "scratch" {
        return "**`scratch`**: an empty base. It holds no files, so no shell either.".to_owned();
    }
    let mut card = format!("**Image {}**", code(&name_of(image)));
    if image.has_variable() {
        card.push_str(&format!(" from {}, with the values of its `ARG`s", code(&image.written)));
    }
    if !is_base {
        card.push_str(" or a named build context: no stage has this name");
    }
    card.push_str("\n\n");
    card.push_str(&format!("- Registry: {}\n", registry(image)));
    card.push_str(&format!("- Repository: {}\n", code(&image.repository)));
    match (&image.tag, &image.digest) {
        (Some(tag), _) => card.push_str(&format!("- Tag: {}\n", code(tag))),
        (None, None) => card.push_str("- Tag: `latest`, as none is given\n"),
        (None, Some(_)) => {}
    }
    if let Some(digest) = &image.digest {
        card.push_str(&format!("- Digest: {}\n", code(digest)));
    }
    if let Some(found) = images::official(image) {
        card.push_str(&official(found, image));
    }
    card.truncate(card.trim_end().len());
    card
}

/// How many other tags of the same build are shown.
const MOST_TAGS: usize = 12;

/// What is known of an official image and of its tag, and since when.
fn official(found: &Image, image: &ImageRef) -> String {
    let tag = image.tag.as_deref().unwrap_or("latest");
    let mut facts = String::new();
    // A digest can be of any build.
    if image.digest.is_none() {
        let architectures = found.architectures(tag);
        if !architectures.is_empty() {
            facts.push_str(&format!("- Architectures: {}\n", architectures.join(", ")));
        }
        let same = found.same_as(tag);
        if !same.is_empty() {
            let shown: Vec<String> = same.iter().take(MOST_TAGS).map(|it| code(it)).collect();
            let more = if same.len() > MOST_TAGS { ", …" } else { "" };
            facts.push_str(&format!("- Same image: {}{more}\n", shown.join(", ")));
        }
        if let Some(month) = images::gone_since(image) {
            let instead = images::nearest(image);
            let instead =
                instead.map(|(name, tag)| format!(" Nearest to it: {}.", code(&format!("{name}:{tag}"))));
            let instead = instead.unwrap_or_default();
            facts.push_str(&format!("- Not updated any more: last listed in {month}.{instead}\n"));
        }
    }
    let mut text = format!("\n**Official image**, as of {}", images::snapshot());
    if !found.description.is_empty() {
        text.push_str(&format!(". {}", found.description));
    }
    text.push_str("\n\n");
    if let Some(why) = found.ended {
        let instead = found.successor.map(|it| format!(" Use {}.", code(it))).unwrap_or_default();
        text.push_str(&format!("**Not maintained any more.** {why}{instead}\n\n"));
    }
    format!("{facts}{text}")
}

/// The reference put together from its parts: what it is once variables are put in.
fn name_of(image: &ImageRef) -> String {
    let mut name = String::new();
    if let Some(registry) = &image.registry {
        name.push_str(registry);
        name.push('/');
    }
    name.push_str(&image.repository);
    if let Some(tag) = &image.tag {
        name.push(':');
        name.push_str(tag);
    }
    if let Some(digest) = &image.digest {
        name.push('@');
        name.push_str(digest);
    }
    name
}

/// The registry, linked to the image's page where there is one.
fn registry(image: &ImageRef) -> String {
    match (images::page(image), &image.registry) {
        (Some(page), _) => format!("[{}]({})", page.registry, page.url),
        (None, Some(registry)) => code(registry),
        (None, None) => images::DOCKER_HUB.to_owned(),
    }
}
