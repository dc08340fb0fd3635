//! Files that a command names beside the program, such as its configuration or a script that passes on to it.

use super::Refusal;
use super::paths;
use super::plan::{Artifact, Place};
use super::profile::Recipe;
use super::start::Start;
use super::view::View;
use crate::model::Arguments;
use crate::syntax::Keyword;

/// Names end so that are files and no words.
const EXTENSIONS: [&str; 16] = [
    ".cfg",
    ".conf",
    ".crt",
    ".env",
    ".ini",
    ".json",
    ".key",
    ".pem",
    ".properties",
    ".sh",
    ".sql",
    ".toml",
    ".txt",
    ".xml",
    ".yaml",
    ".yml",
];

/// Adds to a recipe what ENTRYPOINT, CMD and HEALTHCHECK name: a file that a COPY brings by itself is needed from
/// there; one that comes with a whole directory comes over from the builder.
///
/// # Errors
/// When the command names the whole directory that the build works in.
pub(super) fn add_named_files(view: &View<'_>, start: &Start, recipe: &mut Recipe) -> Result<(), Refusal> {
    let Some(workdir) = view.workdir_at_end() else { return Ok(()) };
    let mut words: Vec<String> = Vec::new();
    // What a profile writes anew says itself what it needs.
    let rewritten = recipe.places.iter().find_map(|(id, place)| match place {
        Place::FinalAs(text) if *id == start.instruction => Some(text.as_str()),
        _ => None,
    });
    let stays = |word: &str| {
        rewritten.is_none_or(|text| text.split([' ', ',', '"', '\'', '[', ']']).any(|it| it == word))
    };
    for command in start.commands.iter().chain(&start.entry) {
        // A program without a path is looked for where programs lie.
        let known = command.argv().iter().enumerate().filter(|(at, it)| *at > 0 || it.text.contains('/'));
        let known = known.filter(|(_, it)| it.exact().is_some_and(stays));
        words.extend(known.map(|(_, it)| it.text.clone()));
    }
    if let Some(check) = view.all(Keyword::Healthcheck).next_back()
        && let Arguments::Healthcheck { command, .. } = &check.data.arguments
    {
        let texts = command.words().iter().flat_map(|it| it.text.split_whitespace());
        words.extend(texts.map(str::to_owned));
    }
    for word in words.iter().take(64) {
        let value = word.rsplit_once('=').map_or(word.as_str(), |(_, value)| value);
        let value = value.strip_prefix("file:").unwrap_or(value);
        let is_file = EXTENSIONS.iter().any(|it| value.ends_with(it))
            && !value.contains("://")
            && !value.contains(['$', '*']);
        let path = paths::join(workdir, value);
        let is_path = value == "." || value.starts_with('/') || value.starts_with("./");
        let carried = recipe.artifacts.iter().any(|it| paths::is_within(&path, &it.to));
        // `node .` is what package.json says, and that is followed already.
        let is_followed = recipe.artifacts.iter().any(|it| it.to == paths::join(&path, "package.json"));
        if is_path && path == recipe.build_dir && path != "/" && !carried && !is_followed {
            return Err(Refusal::new(format!(
                "the command names {path}, where the sources are: it is not known what it needs of them"
            )));
        }
        if is_file {
            add(view, &path, recipe);
        }
    }
    Ok(())
}

fn add(view: &View<'_>, path: &str, recipe: &mut Recipe) {
    let carried = recipe.artifacts.iter().any(|it| paths::is_within(path, &it.to));
    if carried || !paths::is_within(path, &recipe.build_dir) {
        return;
    }
    let name = paths::file_name(path);
    let copied =
        view.context_copies().any(|copy| view.copies_to(copy, path) && view.destination(copy).is_some());
    // What the builder makes executable comes from there.
    let changed = view.runs(|it| {
        matches!(it.program(), "chmod" | "sed" | "dos2unix")
            && it.argv().iter().any(|word| paths::file_name(&word.text) == name)
    });
    if copied && !changed {
        recipe.needs.push(path.to_owned());
        return;
    }
    let brought = view.context_copies().any(|copy| {
        let whole = view.sources(copy).any(|it| matches!(it, "." | "./") || it.ends_with('/'));
        whole && view.destination(copy).is_some_and(|to| paths::is_within(path, &to))
    });
    if brought || copied {
        recipe.artifacts.push(Artifact::same(path));
        recipe.notes.push(format!(
            "The command names `{}`, which goes over from the builder.",
            paths::file_name(path)
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn configuration_and_scripts_go_over() {
        check(
            r#"FROM golang:1.24.2-bookworm
WORKDIR /src
COPY go.mod main.go ./
COPY entrypoint.sh settings.json ./
RUN go build -o server . && chmod +x entrypoint.sh
ENTRYPOINT ["./entrypoint.sh"]
CMD ["./server", "--config=settings.json"]
"#,
            expect![[r#"
                FROM golang:1.24.2-bookworm AS builder
                WORKDIR /src
                COPY go.mod main.go ./
                COPY entrypoint.sh settings.json ./
                RUN go build -o server . && chmod +x entrypoint.sh

                FROM debian:bookworm-slim AS final
                WORKDIR /src
                COPY entrypoint.sh settings.json ./
                COPY --from=builder /src/server server
                COPY --from=builder /src/entrypoint.sh entrypoint.sh
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                ENTRYPOINT ["./entrypoint.sh"]
                CMD ["./server", "--config=settings.json"]
            "#]],
        );
    }

    #[test]
    fn a_file_of_the_whole_context_comes_from_the_builder() {
        check(
            r#"FROM golang:1.24.2-bookworm
WORKDIR /src
COPY . .
RUN go build -o server .
CMD ["./server", "-c", "conf/app.yaml"]
"#,
            expect![[r#"
                FROM golang:1.24.2-bookworm AS builder
                WORKDIR /src
                COPY . .
                RUN go build -o server .

                FROM debian:bookworm-slim AS final
                WORKDIR /src
                COPY --from=builder /src/server server
                COPY --from=builder /src/conf/app.yaml conf/app.yaml
                COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
                CMD ["./server", "-c", "conf/app.yaml"]
            "#]],
        );
    }

    #[test]
    fn a_command_that_names_the_sources_is_refused() {
        check(
            "FROM debian:bookworm\nWORKDIR /src\nCOPY . .\nRUN make -C engine && make -C engine install\nCMD [\"engine\", \"/src\"]\n",
            expect![[r#"
                refused: the command names /src, where the sources are: it is not known what it needs of them
            "#]],
        );
    }
}
