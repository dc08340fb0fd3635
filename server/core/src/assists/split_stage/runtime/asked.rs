//! The version of its language that the project asks for, and that of the runtime image.

use super::{Runtime, jdk, name};
use crate::assists::split_stage::paths;
use crate::assists::split_stage::project::{package::Package, versions};
use crate::assists::split_stage::view::View;
use crate::model::ImageRef;

/// The release of Java that the project in `dir` is built for, and the file that says so.
fn java(view: &View<'_>, dir: &str) -> Option<(u32, &'static str)> {
    let file = |name: &str| view.project_file(&paths::join(dir, name));
    let by_pom = || Some((versions::java_of_pom(file("pom.xml")?)?, "pom.xml"));
    let by_gradle = |name: &'static str| Some((versions::java_of_gradle(file(name)?)?, name));
    by_pom().or_else(|| by_gradle("build.gradle.kts")).or_else(|| by_gradle("build.gradle"))
}

/// The Java of a runtime image, by its tag.
fn java_of(image: &str) -> Option<u32> {
    let tag = ImageRef::parse(image).tag?;
    Some(jdk::major(&tag)).filter(|it| *it > 0)
}

/// A builder whose tag does not fix the Java may build with any: then the runtime image has the one that the project is
/// built for. Where it would be older, that is said.
pub(in crate::assists::split_stage) fn follow_java(view: &View<'_>, dir: &str, runtime: &mut Runtime) {
    let (Some((asked, file)), Some(has)) = (java(view, dir), java_of(&runtime.image)) else { return };
    let is_maintained = matches!(asked, 8 | 11 | 17 | 21 | 25);
    let of_temurin = name(&ImageRef::parse(&runtime.image)) == "eclipse-temurin";
    if runtime.floating && asked < has && is_maintained && of_temurin {
        runtime.image = runtime.image.replacen(&format!(":{has}-"), &format!(":{asked}-"), 1);
        runtime.notes.push(format!("{file} names Java {asked}, so the final stage has that one."));
    } else if asked > has {
        runtime.notes.push(format!(
            "{file} names Java {asked}, and the final stage has Java {has}: classes for a newer Java do not start there."
        ));
    }
}

/// A note where Node or Python of the runtime image is older than what the project in `dir` asks for.
pub(in crate::assists::split_stage) fn older(view: &View<'_>, dir: &str, image: &str) -> Option<String> {
    let image = ImageRef::parse(image);
    let file = |name: &str| view.project_file(&paths::join(dir, name));
    let mut numbers = image.tag.as_deref()?.split(['.', '-']).map(|it| it.parse::<u32>().ok());
    let major = numbers.next()??;
    let minor = numbers.next().flatten();
    match name(&image) {
        "node" => {
            let asked = versions::node(&Package::read(file("package.json")?)?)?;
            let note = format!("package.json asks for Node {asked}, and the final stage has Node {major}.");
            (asked > major).then_some(note)
        }
        "python" => {
            let (asked, asked_minor) = versions::python(file("pyproject.toml")?)?;
            let has = (major, minor?);
            let note = format!(
                "pyproject.toml asks for Python {asked}.{asked_minor}, and the final stage has Python {major}.{}.",
                has.1
            );
            ((asked, asked_minor) > has).then_some(note)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::{ContextFiles, Request, split_with};
    use crate::model::SourceFile;
    use expect_test::{Expect, expect};

    /// The final stage's image, and the notes that speak of what a file asks for.
    fn check(file: (&str, &str), dockerfile: &str, expected: Expect) {
        let mut context = ContextFiles::default();
        context.add(file.0, file.1);
        let split = split_with(&SourceFile::new(dockerfile), Request::of(&context)).unwrap();
        let text = split.change.apply(dockerfile).unwrap();
        let from = text.lines().rfind(|it| it.starts_with("FROM")).unwrap_or_default();
        let notes = split.notes.iter().filter(|it| it.starts_with(file.0)).map(String::as_str);
        let lines: Vec<&str> = std::iter::once(from).chain(notes).collect();
        expected.assert_eq(&lines.join("\n"));
    }

    const POM: &str =
        "<project><properties><maven.compiler.release>17</maven.compiler.release></properties></project>";

    #[test]
    fn a_builder_without_a_version_follows_the_project() {
        let dockerfile = |base: &str| {
            format!(
                "FROM {base}\nWORKDIR /a\nCOPY . .\nRUN mvn package\nCMD [\"java\", \"-jar\", \"target/a.jar\"]\n"
            )
        };
        check(
            ("pom.xml", POM),
            &dockerfile("maven"),
            expect![[r#"
            FROM eclipse-temurin:17-jre AS final
            pom.xml names Java 17, so the final stage has that one."#]],
        );
        check(
            ("pom.xml", POM),
            &dockerfile("maven:3.9-eclipse-temurin-21"),
            expect!["FROM eclipse-temurin:21-jre AS final"],
        );
        check(
            ("pom.xml", POM),
            &dockerfile("maven:3.9-eclipse-temurin-11"),
            expect![[r#"
            FROM eclipse-temurin:11-jre AS final
            pom.xml names Java 17, and the final stage has Java 11: classes for a newer Java do not start there."#]],
        );
        check(
            ("build.gradle", "java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }"),
            &dockerfile("gradle:latest")
                .replace("mvn package", "gradle build")
                .replace("target", "build/libs"),
            expect![[r#"
                FROM eclipse-temurin:21-jre AS final
                build.gradle names Java 21, so the final stage has that one."#]],
        );
    }

    #[test]
    fn an_older_runtime_is_said() {
        check(
            ("package.json", r#"{"engines": {"node": ">=20"}, "scripts": {"build": "tsc"}}"#),
            "FROM node:18\nWORKDIR /a\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"node\", \"dist/a.js\"]\n",
            expect![[r#"
                FROM node:18-slim AS final
                package.json asks for Node 20, and the final stage has Node 18."#]],
        );
        check(
            ("pyproject.toml", "[project]\nrequires-python = \">=3.12\"\n"),
            "FROM python:3.11\nWORKDIR /a\nCOPY . .\nRUN uv sync\nCMD [\"uv\", \"run\", \"a.py\"]\n",
            expect![[r#"
                FROM python:3.11-slim AS final
                pyproject.toml asks for Python 3.12, and the final stage has Python 3.11."#]],
        );
    }

    #[test]
    fn a_program_of_net_runs_on_its_own_version() {
        let project = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>net8.0</TargetFramework>\
            </PropertyGroup></Project>";
        check(
            ("Shop.csproj", project),
            "FROM mcr.microsoft.com/dotnet/sdk:9.0-alpine\nWORKDIR /a\nCOPY . .\nRUN dotnet publish -o out\nCMD [\"dotnet\", \"out/Shop.dll\"]\n",
            expect!["FROM mcr.microsoft.com/dotnet/aspnet:8.0-alpine AS final"],
        );
    }
}
