//! .NET.
//!
//! Signals: the SDK image and `dotnet publish` or `dotnet build` in a RUN. Artifact: the directory that is published.
//! Runtime: `aspnet` of the same version and system, `runtime` for console programs and `runtime-deps` for
//! self-contained ones, where the project file or the command tells. Command: kept; `dotnet run` needs a publish.
//! Hazards: a RID of musl needs Alpine, images of Alpine lack ICU.

use super::{Profile, Recipe};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Added, Artifact, Place};
use crate::assists::split_stage::project::dotnet::Project;
use crate::assists::split_stage::runtime::{self, Runtime, System};
use crate::assists::split_stage::shell::{self, Command, Word};
use crate::assists::split_stage::start::{Main, Start};
use crate::assists::split_stage::view::View;
use crate::model::tools::option;
use crate::model::{ImageRef, Instruction};
use crate::syntax::Keyword;

pub(super) struct Dotnet;

impl Profile for Dotnet {
    fn ships(&self) -> &'static str {
        ".NET SDK"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        let base = ImageRef::parse(&view.stage.base_text);
        base.repository.contains("dotnet")
            && runtime::name(&base) == "sdk"
            && !base.repository.contains("framework")
            && view.instructions().any(|it| {
                matches!(it.keyword(), Keyword::Run | Keyword::Cmd | Keyword::Entrypoint)
                    && view.says(it, "dotnet ")
                    || matches!(it.keyword(), Keyword::Cmd | Keyword::Entrypoint) && view.says(it, "dotnet")
            })
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let base = ImageRef::parse(&view.stage.base_text);
        runtime::refuse_windows(&base)?;
        let start = Start::of(view)?;
        let main = start.main()?;
        let publishes = publishes(view);
        let workdir = view.workdir()?;
        let dir = main.dir(workdir);
        let mut recipe = match main.program() {
            "dotnet" => match main.argv().get(1).map(|it| it.text.as_str()) {
                Some("run") => dotnet_run(view, &start, &main, &dir)?,
                Some("watch" | "test" | "build" | "ef") => {
                    return Err(Refusal::new(format!(
                        "`dotnet {}` needs the SDK when it runs: it is for development",
                        main.argv()[1].text
                    )));
                }
                _ => published(view, &start, &main, &dir, &publishes)?,
            },
            _ => published(view, &start, &main, &dir, &publishes)?,
        };
        recipe.runtimes = runtimes(view, &base, &publishes, &main, &mut recipe)?;
        Ok(recipe)
    }

    fn is_build_command(&self, command: &Command) -> bool {
        matches!(command.program(), "dotnet" | "nuget" | "msbuild")
    }

    fn needs_builder(&self, command: &Command) -> bool {
        let sub = command.argv().get(1).map_or("", |it| it.text.as_str());
        command.program() == "dotnet" && matches!(sub, "run" | "watch" | "build" | "test" | "publish" | "ef")
    }

    fn is_build_env(&self, name: &str) -> bool {
        name.starts_with("NUGET_")
            || matches!(name, "DOTNET_CLI_TELEMETRY_OPTOUT" | "DOTNET_NOLOGO" | "BUILD_CONFIGURATION")
    }

    fn gathers_all(&self) -> bool {
        true
    }

    fn is_build_path(&self, path: &str) -> bool {
        let name = paths::file_name(path);
        [".csproj", ".fsproj", ".vbproj", ".sln", ".slnx", ".props", ".targets", ".cs", ".fs"]
            .iter()
            .any(|it| name.ends_with(it))
            || matches!(name, "nuget.config" | "NuGet.Config" | "global.json")
    }

    fn is_builder_tool(&self, program: &str) -> bool {
        matches!(program, "dotnet-ef" | "dotnet-dump" | "dotnet-trace" | "git")
    }

    fn bundles_assets(&self) -> bool {
        true
    }
}

/// A RUN that publishes, and where to.
struct Publish<'a> {
    run: Instruction<'a>,
    dir: String,
    /// The directory that `-o` names.
    output: Option<String>,
    /// The project or its directory, where it is named.
    project: Option<String>,
    rid: Option<String>,
    self_contained: bool,
    is_publish: bool,
}

fn publishes<'a>(view: &View<'a>) -> Vec<Publish<'a>> {
    let mut found = Vec::new();
    for run in view.all(Keyword::Run) {
        for (command, dir) in view.script_with_dirs(run).unwrap_or_default() {
            let argv = command.argv();
            let sub = argv.get(1).map_or("", |it| it.text.as_str());
            if command.program() != "dotnet" || !matches!(sub, "publish" | "build") {
                continue;
            }
            let Some(dir) = dir.or_else(|| view.workdir_before(run.id).map(str::to_owned)) else { continue };
            let says = |text: &str| argv.iter().any(|it| it.text.eq_ignore_ascii_case(text));
            let project = argv.get(2).filter(|it| !it.text.starts_with(['-', '/'])).map(|it| it.text.clone());
            let aot = says("-p:PublishAot=true") || says("/p:PublishAot=true");
            let contained = says("--self-contained")
                && !argv.windows(2).any(|it| it[0].text == "--self-contained" && it[1].text == "false");
            found.push(Publish {
                run,
                output: option(argv, &["-o", "--output"]).map(|it| paths::join(&dir, it)),
                dir,
                project,
                rid: option(argv, &["-r", "--runtime", "--os"]).map(str::to_owned),
                self_contained: (contained || aot) && !says("--no-self-contained"),
                is_publish: sub == "publish",
            });
        }
    }
    found
}

/// The program lies in the directory that a RUN publishes.
fn published(
    view: &View<'_>,
    start: &Start,
    main: &Main<'_>,
    dir: &str,
    all: &[Publish<'_>],
) -> Result<Recipe, Refusal> {
    let file = if main.program() == "dotnet" { program(&main.argv()[1..]) } else { main.argv().first() };
    let file = file
        .and_then(Word::exact)
        .ok_or_else(|| Refusal::new("the command does not name what it starts".to_owned()))?;
    let path = paths::join(dir, file);
    let unknown = || Refusal::new(format!("no build step in the file makes `{file}`"));
    let made =
        all.iter().rfind(|it| it.output.as_deref().is_some_and(|output| paths::is_within(&path, output)));
    let made = made.or_else(|| {
        all.iter()
            .rfind(|it| it.output.is_none() && paths::is_within(&path, &it.dir) && path.contains("/bin/"))
    });
    let made = made.ok_or_else(unknown)?;
    let output = made.output.clone().unwrap_or_else(|| paths::parent(&path).to_owned());
    let mut notes = Vec::new();
    if output == made.dir {
        notes.push(format!(
            "The build publishes into {output}, where its sources are: all of that goes over."
        ));
    }
    if !made.is_publish {
        notes
            .push("`dotnet build` does not copy all that a program needs: `dotnet publish` does.".to_owned());
    }
    if let Some(target) = view.mount_over(made.run, &output) {
        return Err(Refusal::new(format!(
            "the program lies in a mount ({target}): copy it out in the same RUN first"
        )));
    }
    Ok(Recipe {
        build_dir: made.dir.clone(),
        made_by: Some(made.run.id),
        artifacts: vec![Artifact::same(output)],
        places: start.kept(),
        notes,
        ..Recipe::default()
    })
}

/// The file behind the options of `dotnet`.
fn program(words: &[Word]) -> Option<&Word> {
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match word.text.as_str() {
            "exec" => {}
            "--depsfile"
            | "--runtimeconfig"
            | "--additionalprobingpath"
            | "--fx-version"
            | "--roll-forward" => drop(rest.next()),
            text if text.starts_with('-') => {}
            _ => return Some(word),
        }
    }
    None
}

/// `dotnet run` as the command: the builder publishes, the final stage starts the program.
fn dotnet_run(view: &View<'_>, start: &Start, main: &Main<'_>, dir: &str) -> Result<Recipe, Refusal> {
    let words: Option<Vec<&str>> = main.argv().iter().map(Word::exact).collect();
    let words = words.ok_or_else(|| {
        Refusal::new("the command depends on variables that only the container knows".to_owned())
    })?;
    let behind = words.iter().position(|it| *it == "--").unwrap_or(words.len());
    let project = option(main.argv(), &["--project", "-p"]);
    let named = project.filter(|it| it.ends_with("proj")).map(str::to_owned).or_else(|| {
        let folder = project.unwrap_or(".");
        let top = paths::join(dir, folder);
        let mut files = view.context.ending("proj").filter(|(path, _)| {
            view.context_paths(&paths::join(&top, paths::file_name(path))).iter().any(|it| it == path)
        });
        let only = files.next();
        only.filter(|_| files.next().is_none()).map(|(path, _)| paths::file_name(path).to_owned())
    });
    let named = named.ok_or_else(|| {
        Refusal::new("`dotnet run` does not name its program, and the project file is not at hand".to_owned())
    })?;
    let file = paths::file_name(&named);
    let assembly =
        view.context.ending(file).find_map(|(_, text)| Project::read(text)?.assembly().map(str::to_owned));
    let name = assembly.unwrap_or_else(|| file.rsplit_once('.').map_or(file, |(name, _)| name).to_owned());
    let output = "/app/publish";
    let mut build = vec!["dotnet".to_owned(), "publish".to_owned()];
    build.extend(project.map(shell::quote));
    build.extend(["-c".to_owned(), "Release".to_owned(), "-o".to_owned(), output.to_owned()]);
    let mut command = vec!["dotnet".to_owned(), format!("{output}/{name}.dll")];
    command.extend(words.iter().skip(behind + 1).map(|it| (*it).to_owned()));
    let keyword = view.dockerfile.instruction(start.instruction).keyword();
    let text = format!("{} {}", view.keyword(Keyword::Run), build.join(" "));
    Ok(Recipe {
        build_dir: dir.to_owned(),
        added: vec![Added { after: None, text }],
        artifacts: vec![Artifact::same(output)],
        places: vec![(start.instruction, Place::FinalAs(view.json_form(keyword, &command)))],
        notes: vec![
            "`dotnet run` reads launchSettings.json, the published program does not: set what it needs with ENV.".to_owned(),
        ],
        ..Recipe::default()
    })
}

/// The project file of what is published: the one that the command names, or the only one there is.
fn project(view: &View<'_>, publishes: &[Publish<'_>]) -> Option<Project> {
    let named = publishes.iter().rev().find_map(|it| {
        let file = it.project.as_deref().filter(|it| it.ends_with("proj"))?;
        view.project_file(&paths::join(&it.dir, file))
    });
    let only = || {
        let mut all = view.context.ending("proj");
        all.next().filter(|_| all.next().is_none()).map(|(_, text)| text)
    };
    Project::read(named.or_else(only)?)
}

fn runtimes(
    view: &View<'_>,
    base: &ImageRef,
    publishes: &[Publish<'_>],
    main: &Main<'_>,
    Recipe { notes, for_runtime, .. }: &mut Recipe,
) -> Result<Vec<Runtime>, Refusal> {
    let aspnet = runtime::of(base, "aspnet")?;
    let tag = aspnet.image.rsplit_once(':').map_or("latest", |(_, tag)| tag).to_owned();
    let core = if base.repository.contains("dotnet/core/") { "core/" } else { "" };
    let image = |kind: &str, tag: &str| format!("mcr.microsoft.com/dotnet/{core}{kind}:{tag}");
    let project = project(view, publishes);
    let rid = project.as_ref().and_then(Project::rid);
    let musl = publishes.iter().any(|it| it.rid.as_deref().or(rid).is_some_and(|rid| rid.contains("musl")));
    let tag = match tag.contains("alpine") {
        false if musl => {
            notes.push("The program is built for musl: the final stage is Alpine.".to_owned());
            *for_runtime = true;
            format!("{}-alpine", tag.split('-').next().unwrap_or(&tag))
        }
        _ => tag,
    };
    let contained = publishes.iter().any(|it| it.self_contained)
        || project.as_ref().is_some_and(Project::is_self_contained)
        || (main.program() != "dotnet" && publishes.iter().any(|it| it.rid.is_some()));
    let web = project.as_ref().map(Project::is_web);
    let asked = project.as_ref().and_then(Project::version).filter(|_| !contained);
    let tag = asked.map_or(tag.clone(), |asked| tag_for(asked, tag, notes));
    let mut kinds = match (contained, web) {
        (true, _) => vec!["runtime-deps", "aspnet"],
        (false, Some(false)) => vec!["runtime", "aspnet"],
        (false, _) => vec!["aspnet", "runtime"],
    };
    if web.is_none() && !contained {
        notes.push(
            "Assumes a program that may use ASP.NET: for one that does not, `dotnet/runtime` is smaller."
                .to_owned(),
        );
    }
    if contained {
        notes.push(
            "A self-contained program brings .NET along: the final stage needs only what .NET loads."
                .to_owned(),
        );
    }
    let named = |kind: &&str| match *kind {
        "aspnet" => Runtime::plain("aspnet", image("aspnet", &tag)),
        "runtime" => Runtime::plain("runtime", image("runtime", &tag)),
        _ => Runtime::plain("runtime-deps", image("runtime-deps", &tag)),
    };
    kinds.dedup();
    let mut found: Vec<Runtime> = kinds.iter().map(named).collect();
    if found[0].system() == System::Apk && !project.is_some_and(|it| it.is_invariant()) {
        notes.push(
            "Images of Alpine lack ICU: a program that needs cultures does not start there.".to_owned(),
        );
    }
    if found.iter().all(|it| it.system() != System::Apk)
        && matches!(tag.split('-').nth(1), Some("noble" | "jammy"))
    {
        let chiseled = found[0].image.clone() + "-chiseled";
        found.push(Runtime::plain("chiseled", chiseled));
    }
    found[0].notes.extend(aspnet.notes);
    Ok(found)
}

/// The tag for the version that the project is built for: .NET starts no program of another one.
fn tag_for((major, minor): (u32, u32), tag: String, notes: &mut Vec<String>) -> String {
    let (version, rest) = tag.split_at(tag.find('-').unwrap_or(tag.len()));
    let mut numbers = version.split('.').map(|it| it.parse::<u32>().ok());
    let (Some(Some(has)), Some(Some(has_minor))) = (numbers.next(), numbers.next()) else { return tag };
    if (has, has_minor) < (major, minor) {
        notes.push(format!(
            "The project is built for .NET {major}.{minor}, which is newer than the SDK `{tag}`: take a newer SDK."
        ));
        return tag;
    }
    if (has, has_minor) == (major, minor) {
        return tag;
    }
    notes.push(format!("The project is built for .NET {major}.{minor}, so the final stage has that one."));
    format!("{major}.{minor}{rest}")
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::{check, check_with};
    use expect_test::expect;

    #[test]
    fn what_is_published_goes_over() {
        check(
            r#"FROM mcr.microsoft.com/dotnet/sdk:9.0
WORKDIR /src
COPY . .
RUN dotnet publish -c Release -o /app
WORKDIR /app
ENTRYPOINT ["dotnet", "Shop.dll"]
"#,
            expect![[r#"
                FROM mcr.microsoft.com/dotnet/sdk:9.0 AS builder
                WORKDIR /src
                COPY . .
                RUN dotnet publish -c Release -o /app

                FROM mcr.microsoft.com/dotnet/aspnet:9.0 AS final
                COPY --from=builder /app /app
                WORKDIR /app
                ENTRYPOINT ["dotnet", "Shop.dll"]
            "#]],
        );
    }

    #[test]
    fn a_native_program_needs_no_dotnet() {
        let project = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><PublishAot>true</PublishAot>\
            <RuntimeIdentifier>linux-musl-x64</RuntimeIdentifier></PropertyGroup></Project>";
        check_with(
            &[("shop.csproj", project)],
            r#"FROM mcr.microsoft.com/dotnet/sdk:9.0-alpine
WORKDIR /src
COPY . .
RUN dotnet publish -c Release -o /app
ENTRYPOINT ["/app/shop"]
"#,
            expect![[r#"
                FROM mcr.microsoft.com/dotnet/sdk:9.0-alpine AS builder
                WORKDIR /src
                COPY . .
                RUN dotnet publish -c Release -o /app

                FROM mcr.microsoft.com/dotnet/runtime-deps:9.0-alpine AS final
                WORKDIR /src
                COPY --from=builder /app /app
                ENTRYPOINT ["/app/shop"]
            "#]],
        );
    }

    #[test]
    fn the_project_tells_the_runtime() {
        check_with(
            &[("Shop.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"></Project>")],
            r#"FROM mcr.microsoft.com/dotnet/sdk:9.0
WORKDIR /src
COPY . .
CMD ["dotnet", "run"]
"#,
            expect![[r#"
                FROM mcr.microsoft.com/dotnet/sdk:9.0 AS builder
                WORKDIR /src
                COPY . .
                RUN dotnet publish -c Release -o /app/publish

                FROM mcr.microsoft.com/dotnet/runtime:9.0 AS final
                WORKDIR /src
                COPY --from=builder /app/publish /app/publish
                CMD ["dotnet", "/app/publish/Shop.dll"]
            "#]],
        );
    }

    #[test]
    fn a_program_for_musl_gets_alpine() {
        check(
            r#"FROM mcr.microsoft.com/dotnet/sdk:8.0
WORKDIR /src
COPY . .
RUN dotnet publish -c Release -r linux-musl-x64 --self-contained -o out
CMD ["./out/Shop"]
"#,
            expect![[r#"
                FROM mcr.microsoft.com/dotnet/sdk:8.0 AS builder
                WORKDIR /src
                COPY . .
                RUN dotnet publish -c Release -r linux-musl-x64 --self-contained -o out

                FROM mcr.microsoft.com/dotnet/runtime-deps:8.0-alpine AS final
                WORKDIR /src
                COPY --from=builder /src/out out
                CMD ["./out/Shop"]
            "#]],
        );
    }
}
