//! Tests of formatting as a whole.

use expect_test::{Expect, expect};

use super::*;

fn formatted(text: &str, style: &Style) -> String {
    let file = SourceFile::new(text);
    let once = format(&file, style, &EditorStyle::default()).apply(text).unwrap();
    let again = format(&SourceFile::new(&once), style, &EditorStyle::default());
    assert_eq!(again.edits(), [], "a second time changes nothing: {once:?}");
    once
}

fn check(text: &str, expected: &Expect) {
    expected.assert_eq(&formatted(text, &Style::default()));
}

fn in_order(text: &str) {
    assert_eq!(formatted(text, &Style::default()), text);
}

#[test]
fn margins_line_ends_and_empty_lines() {
    check(
        "\n\n  # a comment  \n\tFROM alpine  \n\n \n\n  RUN a\t\n\n",
        &expect![[r#"
            # a comment
            FROM alpine

            RUN a
        "#]],
    );
    check(
        "FROM alpine",
        &expect![[r#"
        FROM alpine
    "#]],
    );
    assert_eq!(formatted("", &Style::default()), "");
    assert_eq!(formatted(" \n\t\n", &Style::default()), "");
    assert_eq!(formatted("FROM a  \r\n\r\n\r\n RUN b", &Style::default()), "FROM a\r\n\r\nRUN b\r\n");
}

#[test]
fn continuations_stand_in_one_column() {
    check(
        "FROM a\nENV A=1 \\\nB=2 \\\n        C=3\nLABEL a=1 \\\n  b=2 \\\n# c\n  d=3\nCOPY --link \\\n     --chmod=0644 \\\n     a b /c/\n",
        &expect![[r#"
            FROM a
            ENV A=1 \
              B=2 \
              C=3
            LABEL a=1 \
              b=2 \
              # c
              d=3
            COPY --link \
                 --chmod=0644 \
                 a b /c/
        "#]],
    );
    check(
        "FROM a\nEXPOSE 80 \\\n81 \\\n\n82\n",
        &expect![[r#"
        FROM a
        EXPOSE 80 \
            81 \

            82
    "#]],
    );
    check(
        "FROM a\nCMD [ \\\n\"a\", \\\n   \"b\" \\\n]\n",
        &expect![[r#"
        FROM a
        CMD [ \
            "a", \
            "b" \
        ]
    "#]],
    );
}

#[test]
fn the_layout_of_shell_text_stays() {
    in_order(
        "FROM a\nRUN a \\\n && b \\\n      c \\\n# d\n  && e\nCMD a \\\n b\nHEALTHCHECK CMD a \\\n  || b\n",
    );
}

#[test]
fn the_layout_of_shell_text_moves_as_a_block_when_asked_for() {
    let style = Style { shell: true, indent: Indent::spaces(4), ..Style::default() };
    let text = "FROM a\nRUN a \\\n  && if b; then \\\n    c; \\\n# d\n  fi\nRUN x 'y \\\n z'\nRUN a \\\nb\n";
    expect![[r#"
        FROM a
        RUN a \
            && if b; then \
              c; \
            # d
            fi
        RUN x 'y \
         z'
        RUN a \
            b
    "#]]
    .assert_eq(&formatted(text, &style));
}

#[test]
fn what_is_in_quotes_stays() {
    in_order("FROM a\nLABEL a=\"b \\\n c\" \\\n   d=e\nENV A 1 \\\n  2\nCOPY a\\\nb c\\\nd /e/\n");
    check(
        "FROM a\nENV A=\"1 \\\n2\" \\\nB=\\\n3 \\\nC=4\n",
        &expect![[r#"
        FROM a
        ENV A="1 \
        2" \
            B=\
        3 \
            C=4
    "#]],
    );
}

#[test]
fn heredocs_stay() {
    in_order("FROM a\nRUN <<EOF\n  a  \n\n\n\tb\nEOF\nCOPY <<-A <<B /c/\n\t1  \n\tA\n 2 \nB\n");
    in_order("FROM a\nRUN <<EOF\na ");
    assert_eq!(formatted("FROM a\nRUN <<EOF\na\nEOF", &Style::default()), "FROM a\nRUN <<EOF\na\nEOF\n");
}

#[test]
fn nothing_becomes_a_directive() {
    in_order("\n# escape=`\nFROM a\n");
    in_order(" # escape = `\nFROM a\n");
    in_order(" # syntax=a\nFROM a\n");
    check(
        "# escape=`  \n\n\n\nFROM a `\nAS b\n",
        &expect![[r#"
        # escape=`

        FROM a `
            AS b
    "#]],
    );
}

#[test]
fn keywords_are_cased_when_asked_for() {
    let text = "from a as b\nonbuild copy --from=b a a\nhealthcheck none\nru\\\nn a\nRUn b\nnope c\n";
    let style = |keyword_case| Style { keyword_case, ..Style::default() };
    expect![[r#"
        FROM a AS b
        ONBUILD COPY --from=b a a
        HEALTHCHECK NONE
        ru\
        n a
        RUN b
        nope c
    "#]]
    .assert_eq(&formatted(text, &style(KeywordCase::Upper)));
    expect![[r#"
        from a as b
        onbuild copy --from=b a a
        healthcheck none
        ru\
        n a
        run b
        nope c
    "#]]
    .assert_eq(&formatted(text, &style(KeywordCase::Lower)));
}

#[test]
fn the_indentation_is_the_files_own_unless_set() {
    let text = "FROM a\nRUN a \\\n  b\nENV A=1 \\\nB=2\n";
    assert_eq!(formatted(text, &Style::default()), text.replace("\nB", "\n  B"));
    let style = Style { indent: Some(Indent::tab()), ..Style::default() };
    assert_eq!(formatted(text, &style), text.replace("\nB", "\n\tB"));
}

#[test]
fn a_mark_of_the_byte_order_stays() {
    assert_eq!(formatted("\u{feff}  FROM a\n", &Style::default()), "\u{feff}FROM a\n");
}

#[test]
fn a_range_touches_nothing_outside() {
    let text = "  FROM a  \n  RUN b  \n\n\n  RUN c  \n";
    for start in 0..=text.len() {
        for end in start..=text.len() {
            let range = TextRange::new((start as u32).into(), (end as u32).into());
            let change =
                format_range(&SourceFile::new(text), range, &Style::default(), &EditorStyle::default());
            let line = |at: usize| text[..at].matches('\n').count();
            let last = line(end) - usize::from(end > start && text[..end].ends_with('\n'));
            for edit in change.edits() {
                assert!(line(edit.range.start().into()) >= line(start), "{range:?} {edit:?}");
                assert!(line(edit.range.end().into()) <= last, "{range:?} {edit:?}");
            }
        }
    }
    let range = TextRange::new(12.into(), 13.into());
    let change = format_range(&SourceFile::new(text), range, &Style::default(), &EditorStyle::default());
    assert_eq!(change.apply(text).unwrap(), "  FROM a  \nRUN b\n\n\n  RUN c  \n");
}

#[test]
fn what_the_editor_does_not_want_is_left_alone() {
    let editor = EditorStyle {
        trim_line_ends: false,
        final_newline: false,
        trim_final_newlines: false,
        ..EditorStyle::default()
    };
    let text = "FROM a \n\n\n  RUN b \n\n";
    let change = format(&SourceFile::new(text), &Style::default(), &editor);
    assert_eq!(change.apply(text).unwrap(), "FROM a \n\nRUN b \n\n");
}

fn typed(fixture: &str, sign: &str) -> String {
    let (text, offset) = dockstage_fixture::cursor(fixture);
    let file = SourceFile::new(&text);
    let offset = crate::TextSize::new(offset as u32);
    on_type(&file, offset, sign, &Style::default(), &EditorStyle::default()).apply(&text).unwrap()
}

#[test]
fn a_new_line_is_indented_as_it_is_typed() {
    assert_eq!(typed("RUN a \\\n<|>", "\n"), "RUN a \\\n    ");
    assert_eq!(typed("RUN a \\\n  b \\\n<|>\nRUN c\n", "\n"), "RUN a \\\n  b \\\n  \nRUN c\n");
    assert_eq!(typed("RUN a \\\n  b\n  <|>", "\n"), "RUN a \\\n  b\n");
    assert_eq!(typed("RUN a\n  <|>b\n", "\n"), "RUN a\n  b\n");
    assert_eq!(typed("RUN <<EOF\n  a\n  <|>\nEOF\n", "\n"), "RUN <<EOF\n  a\n  \nEOF\n");
    assert_eq!(typed("<|>", "\n"), "");
    assert_eq!(typed("FROM a\n\n<|>", "\n"), "FROM a\n\n");
}

#[test]
fn an_escape_at_the_end_of_a_line_continues_it() {
    assert_eq!(typed("EXPOSE 80 \\<|>\n81\n", "\\"), "EXPOSE 80 \\\n    81\n");
    assert_eq!(typed("RUN a \\<|>\nRUN b\n", "\\"), "RUN a \\\nRUN b\n");
    assert_eq!(typed("RUN a \\<|>\n b\n", "\\"), "RUN a \\\n b\n");
    assert_eq!(typed("RUN a `<|>\nb\n", "`"), "RUN a `\nb\n");
    assert_eq!(typed("# escape=`\nRUN a `<|>\nb\n", "`"), "# escape=`\nRUN a `\n    b\n");
    assert_eq!(typed("RUN a \\<|> b\nc\n", "\\"), "RUN a \\ b\nc\n");
}
