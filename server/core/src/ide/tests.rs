//! Every feature at every offset of texts that are nasty or not finished: nothing may panic, and every
//! range has to lie in the text.

use super::path_definition::PathTarget;
use super::tokens::{Token, tokens};
use super::{
    call_hierarchy, completion, definition, folding, highlight, hover, linked_editing, links,
    path_definition, references, rename, selection, signature, symbols,
};
use crate::analysis::Settings;
use crate::model::SourceFile;
use crate::{TextRange, TextSize};

const TEXTS: [&str; 18] = [
    "",
    "\u{feff}",
    "\u{feff}# syntax=docker/dockerfile:1\r\n# escape=`\r\nFROM a AS b`\r\nc\r\nCOPY --from=b`\r\nc / /\r\n",
    "FROM",
    "FROM a AS b\nFROM b AS b\nFROM b\nCOPY --from=b --from=\nCOPY --from\nRUN --mount=from=b,from=,=,,x\n",
    "FROM 🐳 AS 🦀\nCOPY --from=🦀 ü /ö\nENV Ü=ß ${Ü}=$ü é\nRUN --mount=type=🦀,from=🦀,🐳=🐳 echo \"$🦀\" ${🦀\n",
    "ARG A=1 B=$A${B\nFROM a:${A:-${B:-$A}}$B AS s-${A}\nARG A B\nENV A=$A B=\"$B\" C='$A' $A=$B\nRUN echo $A ${B} $C $$ ${ $\n",
    "FROM a AS bui\\\nlder\nFROM bui\\\n# comment\n\nlder\nCO\\\nPY --fr\\\nom=bui\\\nlder / /\nENV LO\\\nNG=1\nRUN $LO\\\nNG\n",
    "FROM a\nRUN <<EOF <<-'E O F' \\\n  <<X\n$A\nEOF\n\tb\n\tE O F\nFROM in body\nX\nCOPY <<a <<b /c\n$A\na\nb",
    "FROM a\nRUN <<EOF\nFROM b AS c\n",
    "FROM a\nRUN \\\n",
    "FROM a\nONBUILD\nONBUILD ONBUILD COPY --from=0\nONBUILD COPY --from=0 \nONBUILD RUN --mount=type=bind,from=a,target=\"x,y\" \\\n --mo",
    "  \t from a\r  as b\rrun c\r\n\r\ncopy --from=B \\\r\n  # x\r\n\r\n  / /\r\n",
    "COPY --from=x / /\nARG X\nENV Y=$X\nFROM ${X}${Y} AS x AS y z\nfoo bar --from=x\n#\n# \nFROM --platform= --platform=$X\n",
    "HEALTHCHECK --interval=\nFROM a\nHEALTHCHECK --retries=3 --\nHEALTHCHECK CMD [\"a\", \"$B\"\nHEALTHCHECK NO\nSHELL [\"a\nCMD [\n",
    "FROM a AS b\r\nWORKDIR ü/$X\r\nRUN cd 🐳 && cp x \\\r\n# c\r\n /ö/ && (touch 'ü' \"🦀 && a\r\nRUN <<E\r\n touch ü/$X && mkdir -p /{a,🦀} > ü\r\nE\r\nCOPY --from=b /ü/🐳 x/🦀 --from /ö/x* /\r\nFROM c\nCOPY --from=b ü/🐳 /a/🦀 '/ö/x' /\r\nCMD [\"/ü/x\", \"\\u00fc/🐳\", \"./\"",
    "FROM scratch AS b\nRUN [\"cp\", \"-t\", \"/ü\", \"\"]\nRUN --mount=type=cache,target=ü rm -rf / && tar xf - -C && curl -o && git clone && mvn -f && sh -c 'a\nADD --unpack x [ /\nFROM b\nRUN --mount=from=b,source=/ü<<X \\\n${\nENTRYPOINT /ü/a/b\\\n/c && /🐳\n",
    "FROM scratch AS Scratch\nFROM \"a\" AS \"b\"\nCOPY --from=\"b\" --chown=\"a b\" '--link' \\-- / /\nLABEL \"a b\"=c d e='f\nENV a b c\n",
];

fn check_every_offset(text: &str) {
    check_tokens(text);
    check_offsets(text, 0);
}

/// They lie in the text, in order, and none over another.
fn check_tokens(text: &str) {
    let tokens = tokens(&SourceFile::new(text), None, &[]);
    let is_word =
        |it: &Token| text.get(std::ops::Range::<usize>::from(it.range)).is_some_and(|it| !it.is_empty());
    assert!(tokens.iter().all(is_word), "{tokens:?} of {text:?}");
    let overlap = tokens.windows(2).find(|pair| pair[0].range.end() > pair[1].range.start());
    assert_eq!(overlap, None);
}

fn check_offsets(text: &str, first: usize) {
    let file = SourceFile::new(text);
    let inside = |range: TextRange| {
        let range = usize::from(range.start())..usize::from(range.end());
        assert!(text.get(range.clone()).is_some(), "{range:?} is no part of {text:?}");
    };
    links::links(&file, &|_| None).into_iter().for_each(|link| inside(link.range));
    folding::folds(&file, usize::MAX).into_iter().for_each(|fold| inside(fold.range));
    symbols::symbols(&file, &Settings::default()).iter().for_each(|symbol| check_symbol(symbol, &inside));
    // Offsets inside of characters and behind the end too.
    for offset in first..text.len() + 3 {
        let offset = TextSize::try_from(offset).unwrap();
        hover::hover(&file, hover::Build::default(), offset).into_iter().for_each(|it| inside(it.range));
        if let Some(target) = definition::definition(&file, offset) {
            [target.origin, target.full, target.focus].into_iter().for_each(inside);
            assert!(target.full.contains_range(target.focus));
        }
        match path_definition::path_definition(&file, offset) {
            Some(PathTarget::Made(targets)) => {
                assert!(!targets.is_empty());
                assert!(targets.iter().all(|it| it.full.contains_range(it.focus)));
                targets.into_iter().flat_map(|it| [it.origin, it.full, it.focus]).for_each(inside);
            }
            Some(PathTarget::Context { origin, .. }) => inside(origin),
            None => {}
        }
        if let Some(item) = call_hierarchy::prepare(&file, offset) {
            let id = &item.id;
            let calls = [call_hierarchy::incoming(&file, id), call_hierarchy::outgoing(&file, id)].concat();
            calls.iter().flat_map(|it| it.ranges.iter().copied()).for_each(inside);
            for item in calls.into_iter().map(|it| it.item).chain([item]) {
                inside(item.range);
                assert!(item.range.contains_range(item.focus), "{item:?}");
                assert!(!item.name.is_empty(), "{item:?}");
            }
        }
        references::references(&file, offset, true).into_iter().for_each(inside);
        highlight::highlights(&file, offset).into_iter().for_each(|it| inside(it.range));
        rename::prepare(&file, offset).into_iter().for_each(|it| inside(it.range));
        if let Ok(change) = rename::rename(&file, offset, "renamed") {
            let renamed = change.apply(text).unwrap();
            assert_eq!(renamed.contains("renamed"), !change.edits().is_empty());
        }
        let steps = selection::selection_ranges(&file, offset);
        assert_eq!(steps.last(), Some(&TextRange::up_to(file.text().len())));
        assert!(steps.windows(2).all(|it| it[1].contains_range(it[0]) && it[0] != it[1]), "{steps:?}");
        steps.into_iter().for_each(inside);
        let linked = linked_editing::linked_ranges(&file, offset);
        linked.iter().flat_map(|it| &it.ranges).for_each(|range| inside(*range));
        if let Some(help) = signature::signature_help(&file, offset) {
            assert!(help.active < help.signatures.len());
            help.signatures.iter().for_each(check_signature);
        }
        for item in completion::completions(&file, offset, &completion::Beside::default()) {
            inside(item.replace);
            let line = file.text().line_range(item.replace.start());
            assert!(line.contains_range(item.replace), "{item:?} at {offset:?} of {text:?}");
            let cursor = offset.min(file.text().len());
            assert!(item.replace.start() <= cursor, "{item:?} at {offset:?} of {text:?}");
            assert!(!item.label.is_empty() && !item.insert.is_empty());
        }
    }
}

fn check_signature(signature: &signature::Signature) {
    assert!(signature.active_parameter.is_none_or(|it| it < signature.parameters.len()), "{signature:?}");
    for parameter in &signature.parameters {
        assert!(signature.label.get(parameter.label.clone()).is_some(), "{signature:?}");
    }
}

fn check_symbol(symbol: &symbols::Symbol, inside: &impl Fn(TextRange)) {
    inside(symbol.range);
    assert!(symbol.range.contains_range(symbol.focus), "{symbol:?}");
    assert!(!symbol.name.is_empty(), "{symbol:?}");
    for child in &symbol.children {
        assert!(symbol.range.contains_range(child.range), "{symbol:?}");
        check_symbol(child, inside);
    }
}

#[test]
fn nothing_panics_on_nasty_texts() {
    for text in TEXTS {
        check_every_offset(text);
        check_every_offset(&text.replace('\n', "\r\n"));
        check_every_offset(text.trim_end());
    }
}

#[test]
fn nothing_panics_while_a_file_is_typed() {
    let text = "ARG V=1\nFROM a:${V} AS b\nENV C=$V \\\n  D=\"x\"\nCOPY --from=b --chown=$C:1 a b/\nRUN --mount=type=cache,from=b,target=/c <<EOF\necho $C\nEOF\nONBUILD COPY --from=0 a b\n";
    for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
        check_offsets(&text[..end], end.saturating_sub(12));
    }
}

/// The instructions that end above an edit or begin below its line.
fn beside(file: &SourceFile, line: TextRange) -> (Vec<String>, Vec<String>) {
    let text = |it: crate::model::Instruction<'_>| file.text().slice(it.range()).into_owned();
    let all = || file.dockerfile().instructions();
    let mut above: Vec<String> = all().filter(|it| it.range().end() < line.start()).map(text).collect();
    // A line may go on that ends with the escape character.
    above.pop_if(|last| last.ends_with(file.dockerfile().escape));
    (above, all().filter(|it| it.start > line.end()).map(text).collect())
}

/// Accepts everything that is offered at these offsets: no other instruction may change by it.
fn check_accepted(text: &str, offsets: std::ops::RangeInclusive<usize>) {
    let file = SourceFile::new(text);
    for offset in offsets.filter(|&it| text.is_char_boundary(it)) {
        let offset = TextSize::try_from(offset).unwrap();
        let mut items = completion::completions(&file, offset, &completion::Beside::default());
        // Of the many that are alike, one.
        items.dedup_by(|one, other| one.kind == other.kind && one.kind == completion::CompletionKind::Image);
        for item in items {
            let line = file.text().line_range(item.replace.start());
            let written = file.text().slice(line);
            // A directive is there to change how the file is read, and whoever fills an empty line inside of an
            // instruction has to continue it.
            let is_inside = file.dockerfile().instructions().any(|it| it.range().contains(line.start()));
            if written.trim_start_matches('\u{feff}').starts_with('#')
                || (written.trim().is_empty() && is_inside)
            {
                continue;
            }
            let (above, below) = beside(&file, line);
            let mut changed = text.to_owned();
            changed.replace_range(std::ops::Range::<usize>::from(item.replace), &item.insert);
            let grown = TextSize::of(item.insert.as_str());
            let end = line.end() - item.replace.len() + grown;
            let after = beside(&SourceFile::new(&changed), TextRange::new(line.start(), end));
            assert_eq!(after, (above, below), "{} at {offset:?} of {text:?}", item.label);
        }
    }
}

#[test]
fn accepting_a_completion_leaves_other_instructions_alone() {
    for text in TEXTS {
        check_accepted(text, 0..=text.len());
    }
}

#[test]
fn accepting_a_completion_while_a_file_is_typed_leaves_the_rest_alone() {
    let text = "ARG V=1\nFROM a:${V} AS b\nRUN useradd u\nUSER u\nENV C=$V \\\n  D=\"x\"\nCOPY --from=b --chown=u:1 a b/\nRUN --mount=type=cache,target=/c echo $C\nCMD [\"a\"]\nLABEL a=b\nSTOPSIGNAL INT\nEXPOSE 80/tcp\n";
    let rest = "HEALTHCHECK CMD true\n# check=skip=all\nUSER x\nRUN <<E\n$C\nE\n";
    for end in 0..=text.len() {
        check_accepted(&format!("{}\n{rest}", &text[..end]), end..=end);
    }
}
