//! Tests: what is shown of a file follows the build arguments of the settings, in every feature alike.

use std::sync::Arc;

use dockstage_fixture::cursor;

use crate::analysis::{Analysis, Settings};
use crate::ide::inlay_hints;
use crate::model::SourceFile;
use crate::workspace::Listing;
use crate::{TextRange, TextSize};

/// Asks at the cursor in a build with `BASE=other` and `DIR=/srv`.
fn ask<T>(fixture: &str, question: impl Fn(&Analysis, TextSize) -> T) -> T {
    let (text, at) = cursor(fixture);
    let build_args = [("BASE", "other"), ("DIR", "/srv"), ("DIR", "/srv/app")];
    let build_args = build_args.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let settings = Settings { build_args, ..Settings::default() };
    let analysis = Analysis::new(Arc::new(SourceFile::new(&text)), Arc::new(settings));
    question(&analysis, TextSize::try_from(at).unwrap())
}

fn hover(fixture: &str) -> String {
    ask(fixture, |it, at| it.hover(at)).unwrap().markdown
}

/// `DIR` and `BASE` have defaults, and the build gives others.
const HEAD: &str = "ARG BASE=one\nFROM a AS one\nWORKDIR /one\nRUN touch f\nFROM b AS other\nARG DIR=/app\nWORKDIR $DIR\nUSER me\nRUN mkdir sub && go build -o prog\n";

#[test]
fn the_card_of_a_stage() {
    let card = hover(&format!("{HEAD}FROM $BASE AS <|>last\n"));
    assert!(card.contains("Built from `other` (line 5) → `b`"), "{card}");
    assert!(card.contains("`/srv/app`") && card.contains("`me`"), "{card}");
    let card = hover("ARG DIR=1\nFROM a:$DIR AS b<|>\n");
    assert!(card.contains("Built from `a:/srv/app` (written `a:$DIR`)"), "{card}");
}

#[test]
fn what_holds_before_and_behind() {
    let card = hover(&format!("{HEAD}WORK<|>DIR x\n"));
    assert!(card.contains("`/srv/app` → `/srv/app/x`"), "{card}");
}

#[test]
fn hints() {
    let text = format!("<|>FROM scratch\n{HEAD}WORKDIR x\n").replace("FROM b ", "FROM scratch ");
    let found = ask(&text, |it, _| {
        let whole = TextRange::up_to(it.file().text().len());
        it.inlay_hints(whole, inlay_hints::Wanted::default())
    });
    let labels: Vec<_> = found.into_iter().map(|it| it.label).collect();
    assert_eq!(labels, ["#0", "=/srv/app", "→ /srv/app/x"]);
}

#[test]
fn where_a_path_comes_from() {
    let text = format!("{HEAD}FROM c\nCOPY --from=other /srv/app/pr<|>og /\n");
    let found = ask(&text, |it, at| it.hover(at)).unwrap().markdown;
    assert!(found.contains("go build"), "{found}");
}

#[test]
fn paths_to_complete() {
    let text = format!("{HEAD}FROM c\nCOPY --from=other /srv/<|>\n");
    let found = ask(&text, |it, at| it.completions(at, None::<&Listing>));
    assert!(found.iter().any(|it| it.label.starts_with("/srv/app")), "{found:?}");
}

#[test]
fn who_needs_whom() {
    let calls = ask(&format!("{HEAD}FROM $BASE AS last<|>\n"), |it, at| {
        let item = it.call_hierarchy(at).unwrap();
        it.outgoing_calls(&item.id)
    });
    assert_eq!(calls.iter().map(|it| it.item.name.as_str()).collect::<Vec<_>>(), ["other"]);
}

/// The build says that FROM means another stage, and still another build can mean this one.
#[test]
fn edits_have_to_be_right_in_every_build() {
    let text = "ARG BASE=one\nFROM a AS one<|>\nFROM b AS other\nFROM $BASE\n";
    assert!(ask(text, |it, at| it.rename(at, "x")).is_err());
    assert_eq!(ask(text, |it, at| it.references(at, true)).len(), 1);
}
