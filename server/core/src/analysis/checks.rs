//! Cards of the names and options in `# check=`.

use std::sync::Arc;

use dockstage_fixture::cursor;
use expect_test::{Expect, expect};

use super::{Analysis, Settings};
use crate::TextSize;
use crate::model::SourceFile;

fn check(fixture: &str, expected: &Expect) {
    let (text, at) = cursor(fixture);
    let analysis = Analysis::new(Arc::new(SourceFile::new(&text)), Arc::new(Settings::default()));
    let shown = analysis.hover(TextSize::try_from(at).unwrap()).map_or("nothing\n".to_owned(), |hover| {
        format!("{}:\n{}\n", analysis.file().text().slice(hover.range), hover.markdown)
    });
    expected.assert_eq(&shown);
}

#[test]
fn a_check_tells_its_page_in_short() {
    check(
        "# check=skip=FromAsCasing,Stage<|>NameCasing\nFROM a\n",
        &expect![[r#"
        StageNameCasing:
        **`StageNameCasing`**

        Reports a stage whose name has upper-case letters.

        BuildKit keeps names in lower case. `COPY --from` finds them in any case, but FROM in lower case only: `FROM Build` is taken for an image.

        [Page of this check](https://docs.docker.com/go/dockerfile/rule/stage-name-casing/)
    "#]],
    );
    check(
        "FROM a\n# check=skip=Unreach<|>ableStage\nRUN b\n",
        &expect![[r#"
        UnreachableStage:
        **`UnreachableStage`**

        Hints at stages that the target does not need, neither directly nor through others.

        BuildKit builds what the target needs and nothing else: such a stage is built with `--target` only. That is often what is wanted, for tests say; else the stage can go. A stage without a name that nothing uses is never built.
    "#]],
    );
}

#[test]
fn options_and_unknown_names() {
    check(
        "# check=sk<|>ip=x\nFROM a\n",
        &expect![[r#"
        skip:
        ```dockerfile
        # check=skip=<check>[,<check>…]
        ```
        Build checks that are not made; `all` for every one.

        [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#check)
    "#]],
    );
    check(
        "# check=skip=all;err<|>or=true\nFROM a\n",
        &expect![[r#"
        error:
        ```dockerfile
        # check=error=true
        ```
        A finding of a build check fails the build.

        [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#check)
    "#]],
    );
    check(
        "# check=skip=No<|>Check\nFROM a\n",
        &expect![[r#"
        # check=skip=NoCheck:
        ```dockerfile
        # check=skip=<check>[,<check>…][;error=<boolean>]
        ```
        Settings of the build checks: which to skip (`all` for every one), and whether a finding fails the build.

        [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#check)
    "#]],
    );
    check(
        "FROM a\n# check=skip=No<|>Check\nRUN b\n",
        &expect![[r#"
        nothing
    "#]],
    );
}
