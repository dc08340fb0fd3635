//! A tag of an official image that is not updated any more.

use rustc_hash::FxHashMap;

use crate::images::{gone_since, nearest};
use crate::lint::Fix;
use crate::lint::rule::{Context, declare_rule};
use crate::model::{ImageRef, RefTarget, StageRef};
use crate::{TextRange, TextSize};

declare_rule! {
    /// ## What it does
    /// Reports a tag of an official image that is not updated any more.
    ///
    /// ## Why it matters
    /// The image can still be pulled, but it gets no fixes, not even of security holes. For many official images
    /// Dockstage knows which tags that once moved with releases are gone, and since when. It says nothing about tags
    /// that it does not know, about tags of a single release, and about images with a digest.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM openjdk:17-jdk-slim
    /// COPY app.jar .
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM eclipse-temurin:17-jdk
    /// COPY app.jar .
    /// ```
    DeadImageTag {
        severity: Info,
        source: Dockstage,
        fix: Sometimes,
    }
}

fn check(cx: &mut Context<'_>) {
    // Many stages are built from the same image.
    let mut known: FxHashMap<&str, Option<(String, Option<String>)>> = FxHashMap::default();
    for reference in cx.binding_refs() {
        let RefTarget::External(image) = &reference.target else { continue };
        // What holds a variable may be another image in the next build.
        if image.has_variable() || !cx.target().looks_at(reference.stage) {
            continue;
        }
        let verdict = known.entry(reference.text.as_str()).or_insert_with(|| {
            let month = gone_since(image)?;
            Some((month, replacement(image)))
        });
        let Some((month, instead)) = verdict else { continue };
        let name = &reference.text;
        let cure = match instead {
            Some(instead) => format!("Change it to `{instead}`."),
            None => "Take a newer one.".to_owned(),
        };
        let range = in_text(cx, reference);
        let message = format!("`{name}` has not been updated since {month}. {cure}");
        let found = cx.report(reference.range, message);
        if let (Some(instead), Some(range)) = (instead, range) {
            found.fixes.push(Fix::change_to(range, instead));
        }
    }
}

/// The whole reference with the nearest tag that is maintained. A registry that is written stays.
fn replacement(image: &ImageRef) -> Option<String> {
    let (name, tag) = nearest(image)?;
    let before_name = image.written.rfind('/').map_or(0, |at| at + 1);
    Some(format!("{}{name}:{tag}", image.written.get(..before_name)?))
}

/// Where the reference stands, if it is written as it is read.
fn in_text(cx: &Context<'_>, reference: &StageRef) -> Option<TextRange> {
    let is_plain = reference.range.len() == TextSize::of(reference.text.as_str())
        && cx.text().slice(reference.range) == reference.text;
    is_plain.then_some(reference.range)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::test::{check, fixed};

    #[test]
    fn wherever_an_image_is_named() {
        check(
            r"
FROM docker.io/library/node:18-alpine AS build
#    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ DeadImageTag: `docker.io/library/node:18-alpine` has not been updated since 2025-05. Change it to `docker.io/library/node:22-alpine`.
COPY --from=composer:1 /usr/bin/composer /c
#           ^^^^^^^^^^ DeadImageTag: `composer:1` has not been updated since 2026-05. Change it to `composer:2`.
RUN --mount=from=openjdk:15,target=/m ls
#                ^^^^^^^^^^ DeadImageTag: `openjdk:15` has not been updated since 2021-04. Take a newer one.
",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_not_known() {
        check(
            r"
ARG V=18
FROM node:${V}
FROM node:18.20.4
FROM node:999
FROM node
FROM node:18@sha256:6a5ff2e9a2bb8f3dc4e1f1fb2f0e0a3e7ac5d3d2e5e3f0c6b3a1f8d7c6b5a4e3
FROM ghcr.io/library/node:18
FROM me/node:18
FROM node:24
",
        );
    }

    #[test]
    fn another_image_takes_the_place_of_one_that_ended() {
        fixed(
            "FROM openjdk:8-jdk-alpine AS a\nRUN x\n",
            "DeadImageTag",
            &expect![[r#"
                FROM eclipse-temurin:8-jdk-alpine AS a
                RUN x
            "#]],
        );
    }
}
