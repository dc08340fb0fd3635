//! Find references: every place that names a stage, a variable, a heredoc, a user, or an image or build context.

use super::symbol_at::places_at;
use crate::model::SourceFile;
use crate::{TextRange, TextSize};

/// Every place that names what stands at `offset`, in order of the text.
pub fn references(file: &SourceFile, offset: TextSize, include_declaration: bool) -> Vec<TextRange> {
    let places = places_at(file, offset).into_iter();
    places.filter(|it| include_declaration || !it.is_definition).map(|it| it.range).collect()
}

#[cfg(test)]
mod tests {
    use dockstage_fixture::cursor;
    use expect_test::{Expect, expect};

    use super::*;

    fn check(fixture: &str, include_declaration: bool, expected: &Expect) {
        let (text, at) = cursor(fixture);
        let file = SourceFile::new(&text);
        let found = references(&file, TextSize::try_from(at).unwrap(), include_declaration);
        let mut shown = String::new();
        for range in found {
            let line = file.text().line_range(range.start());
            let row = text[..usize::from(line.start())].matches('\n').count() + 1;
            let (word, line) = (file.text().slice(range), file.text().slice(line));
            shown.push_str(&format!("{row}: {word} in {line}\n"));
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn a_stage_everywhere() {
        let fixture = r#"
FROM alpine AS <|>build
FROM build AS test
FROM scratch
COPY --from=build /a /a
COPY --from=Build /a /a
COPY --from=0 /a /a
RUN --mount=type=bind,from=build,target=/b true
ONBUILD COPY --from=build /a /a
ONBUILD RUN --mount=from=build,target=/b true
COPY --from=buildx /a /a
"#;
        check(
            fixture,
            false,
            &expect![[r#"
                2: build in FROM build AS test
                4: build in COPY --from=build /a /a
                5: Build in COPY --from=Build /a /a
                6: 0 in COPY --from=0 /a /a
                7: build in RUN --mount=type=bind,from=build,target=/b true
                8: build in ONBUILD COPY --from=build /a /a
                9: build in ONBUILD RUN --mount=from=build,target=/b true
            "#]],
        );
    }

    #[test]
    fn an_image_everywhere() {
        check(
            "FROM alpine:3\nFROM alpine:3 AS b\nCOPY --from=alp<|>ine:3 /a /a\nCOPY --from=alpine /a /a\nCOPY --from=b /a /a\n",
            true,
            &expect![[r#"
                1: alpine:3 in FROM alpine:3
                2: alpine:3 in FROM alpine:3 AS b
                3: alpine:3 in COPY --from=alpine:3 /a /a
            "#]],
        );
    }

    #[test]
    fn a_stage_without_a_name_from_its_from() {
        check(
            "FR<|>OM alpine\nFROM scratch\nCOPY --from=0 /a /b\n",
            true,
            &expect![[r#"
                1: FROM in FROM alpine
                3: 0 in COPY --from=0 /a /b
            "#]],
        );
    }

    #[test]
    fn a_build_argument_through_the_whole_file() {
        let fixture = r#"
ARG VERSION=1
FROM alpine:$VERSION AS a
ARG VERSION
RUN echo $VERSION
FROM a
RUN echo ${VERSION:-none}
FROM other
ARG VERSION=2
LABEL v=$<|>VERSION
"#;
        check(
            fixture,
            true,
            &expect![[r#"
                1: VERSION in ARG VERSION=1
                2: VERSION in FROM alpine:$VERSION AS a
                3: VERSION in ARG VERSION
                4: VERSION in RUN echo $VERSION
                6: VERSION in RUN echo ${VERSION:-none}
                8: VERSION in ARG VERSION=2
                9: VERSION in LABEL v=$VERSION
            "#]],
        );
    }

    #[test]
    fn an_env_is_another_symbol_than_the_arg_it_shadows() {
        let text = "FROM a\nARG V=1\nENV V=$V\nRUN echo $V\n";
        check(
            &text.replacen("ENV V", "ENV <|>V", 1),
            true,
            &expect![[r#"
                3: V in ENV V=$V
                4: V in RUN echo $V
            "#]],
        );
        check(
            &text.replacen("ARG V", "ARG <|>V", 1),
            true,
            &expect![[r#"
                2: V in ARG V=1
                3: V in ENV V=$V
            "#]],
        );
    }

    #[test]
    fn stages_that_do_not_inherit_do_not_share() {
        check(
            "FROM a\nENV V=1\nRUN echo $<|>V\nFROM b\nENV V=2\nRUN echo $V\n",
            true,
            &expect![[r#"
                2: V in ENV V=1
                3: V in RUN echo $V
            "#]],
        );
    }

    #[test]
    fn stages_that_inherit_overwrite_the_same_variable() {
        check(
            "FROM a AS x\nENV V=1\nFROM x AS y\nENV V=2$V\nFROM x\nRUN echo $<|>V\n",
            true,
            &expect![[r#"
                2: V in ENV V=1
                4: V in ENV V=2$V
                4: V in ENV V=2$V
                6: V in RUN echo $V
            "#]],
        );
    }

    #[test]
    fn stages_that_stand_in_for_each_other_share() {
        check(
            "FROM a AS base-amd64\nENV V=1\nFROM a AS base-arm64\nENV V=2\nFROM base-$TARGETARCH\nRUN echo $<|>V\n",
            true,
            &expect![[r#"
                2: V in ENV V=1
                4: V in ENV V=2
                6: V in RUN echo $V
            "#]],
        );
    }

    #[test]
    fn a_variable_from_outside_within_its_stage() {
        check(
            "FROM a\nRUN echo $<|>HOME\nRUN ls $HOME\nFROM b\nRUN ls $HOME\n",
            true,
            &expect![[r#"
                2: HOME in RUN echo $HOME
                3: HOME in RUN ls $HOME
            "#]],
        );
    }
}
