//! A final stage that ships build tools all the same: it is built from the builder itself, or from a JDK or SDK.
//!
//! That one stage gets the runtime image as its base. What it inherited from the builder, and what configures or
//! prepares the image, is written out in it. A file whose only stage starts a jar of the build context is such a
//! stage, too.

mod inherited;

use self::inherited::Inherited;
use super::changes::Change;
use super::profile;
use super::runtime::{self, Runtime, jdk};
use super::start::Start;
use super::view::View;
use super::{Refusal, Request, Split};
use crate::model::{Base, Dockerfile, ImageRef, RefTarget, SourceFile, Stage, VarDefKind};
use crate::syntax::Keyword;
use crate::text::{SourceChange, TextEdit};
use crate::{TextRange, TextSize};
use rustc_hash::FxHashSet;

/// What the action is called.
pub(super) const TITLE: &str = "Build the final stage from the runtime image";

/// Gives the last stage of a file with several a runtime image.
pub(super) fn last_stage(file: &SourceFile, request: Request<'_>) -> Result<Split, Refusal> {
    let dockerfile = file.dockerfile();
    let already = || Refusal::not_offered(format!("the file has {} stages already", dockerfile.stages.len()));
    let last = dockerfile.stages.last().ok_or_else(already)?;
    match &last.base {
        Base::Stage(builder) => from_builder(file, request, dockerfile.stage(*builder), last),
        Base::Image(_) if builds(&ImageRef::parse(&last.base_text)) => {
            swap(file, request, last).map_err(|_| already())
        }
        _ => Err(already()),
    }
}

/// Gives the only stage of a file, which builds nothing, a runtime image.
pub(super) fn only_stage(file: &SourceFile, request: Request<'_>) -> Result<Split, Refusal> {
    let stage = file
        .dockerfile()
        .stages
        .first()
        .ok_or_else(|| Refusal::not_offered("there is no stage in the file".to_owned()))?;
    swap(file, request, stage)
}

/// Whether an image is there to build, and another one runs what it builds.
fn builds(image: &ImageRef) -> bool {
    jdk::builds_java(image) || is_sdk(image) || is_server(image)
}

/// A server for web applications on a JDK.
fn is_server(image: &ImageRef) -> bool {
    let on_jdk = image.tag.as_deref().is_some_and(|tag| tag.contains("-jdk"));
    matches!(runtime::name(image), "tomcat" | "jetty") && on_jdk
}

fn is_sdk(image: &ImageRef) -> bool {
    runtime::name(image) == "sdk"
        && image.repository.contains("dotnet")
        && !image.repository.contains("framework")
}

fn runtime_of(image: &ImageRef) -> Result<Runtime, Refusal> {
    runtime::refuse_windows(image)?;
    if is_sdk(image) {
        runtime::of(image, "aspnet")
    } else if is_server(image) {
        runtime::of(image, "jre")
    } else {
        jdk::of(image)
    }
}

/// Replaces a stage's JDK or SDK by the image that only runs programs.
fn swap(file: &SourceFile, request: Request<'_>, stage: &Stage) -> Result<Split, Refusal> {
    let base = ImageRef::parse(&stage.base_text);
    if !builds(&base) {
        return Err(Refusal::not_offered("no build is found that can be split".to_owned()));
    }
    let view = View::of_stage(file, request, stage)?;
    check_command(&view, &base)?;
    let runtime = runtime_of(&base)?;
    let named = view.instructions().find_map(|it| Some((it.row + 1, jdk::path_of_jdk(&view, it)?)));
    if let Some((line, path)) = named {
        return Err(Refusal::new(format!("line {line} names `{path}`, which only a JDK has")));
    }
    if let Some(run) = view.all(Keyword::Run).find(|run| view.script(*run).is_none()) {
        return Err(Refusal::new(format!(
            "the RUN on line {} is too complex to be sure what it needs",
            run.row + 1
        )));
    }
    if !view.instructions().any(|it| matches!(it.keyword(), Keyword::Copy | Keyword::Add)) {
        return Err(Refusal::not_offered("nothing is copied into the image that it could start".to_owned()));
    }
    let tool = view.all(Keyword::Run).find_map(|run| {
        let commands = view.script(run).unwrap_or_default();
        let program = commands.iter().map(|it| it.program().to_owned()).find(|it| needs_kit(it))?;
        Some((run.row + 1, program))
    });
    if let Some((line, tool)) = tool {
        return Err(Refusal::new(format!(
            "line {line} calls `{tool}`, which the runtime image does not have"
        )));
    }
    // A script of the build context may build something.
    let script = view.all(Keyword::Run).find(|run| {
        let commands = view.script(*run).unwrap_or_default();
        let words = commands.iter().filter_map(|it| it.argv().first());
        words.into_iter().any(|it| it.text.starts_with("./") || it.text.ends_with(".sh"))
    });
    if let Some(run) = script {
        return Err(Refusal::new(format!(
            "the RUN on line {} calls a script: it is not known what that needs",
            run.row + 1
        )));
    }
    let runs = view.all(Keyword::Run).next().is_some();
    if runs && runtime.system() != runtime::system(&base) {
        return Err(Refusal::new(format!(
            "the RUNs of the stage may not fit `{}`, another system",
            runtime.image
        )));
    }
    let (_, range) = stage
        .base_word
        .as_ref()
        .ok_or_else(|| Refusal::not_offered("the base image is missing".to_owned()))?;
    let (written, note) = super::plan::runtime_image_of(&view, stage, &runtime.image);
    let mut notes = vec![format!("Nothing is compiled in this stage: `{written}` is enough to run it.")];
    notes.extend(runtime.notes);
    notes.extend(note);
    if view.instructions().any(|it| view.says(it, "-agentlib:")) {
        notes.push(jdk::AGENT.to_owned());
    }
    finish(vec![TextEdit::replace(*range, written)], Vec::new(), notes)
}

/// The stage only runs what was copied into it.
fn check_command(view: &View<'_>, base: &ImageRef) -> Result<(), Refusal> {
    let starts = [Keyword::Cmd, Keyword::Entrypoint].into_iter().any(|it| view.all(it).next().is_some());
    if is_server(base) && !starts {
        return Ok(());
    }
    let start = Start::of(view)?;
    let main = start.main()?;
    let wanted = match is_sdk(base) {
        true => "dotnet",
        false if is_server(base) => "catalina.sh",
        false => "java",
    };
    let argument = main.argv().get(1).map_or("", |it| it.text.as_str());
    if main.program() != wanted || matches!(argument, "watch" | "test") || (is_sdk(base) && argument == "run")
    {
        return Err(Refusal::not_offered(format!("the image does not only start `{wanted}`")));
    }
    Ok(())
}

/// Programs that come with a JDK or SDK and not with the runtime image.
fn needs_kit(program: &str) -> bool {
    const NAMES: [&str; 23] = [
        "ant",
        "dotnet",
        "gradle",
        "gradlew",
        "jar",
        "jarsigner",
        "javac",
        "javap",
        "jcmd",
        "jdeps",
        "jlink",
        "jmap",
        "jpackage",
        "jps",
        "mvn",
        "kotlinc",
        "lein",
        "mill",
        "millw",
        "mvnw",
        "sbt",
        "scala-cli",
        "scalac",
    ];
    NAMES.contains(&program)
}

/// The last stage is built from the builder: it gets the runtime image, and what it inherited so far.
fn from_builder(
    file: &SourceFile,
    request: Request<'_>,
    builder: &Stage,
    last: &Stage,
) -> Result<Split, Refusal> {
    let dockerfile = file.dockerfile();
    let already = |reason: &str| {
        Refusal::not_offered(format!("the file has {} stages already{reason}", dockerfile.stages.len()))
    };
    let Base::Image(_) = builder.base else { return Err(already("")) };
    let base = ImageRef::parse(&builder.base_text);
    let kit =
        jdk::builds_java(&base) || is_sdk(&base) || matches!(runtime::name(&base), "golang" | "rust" | "gcc");
    if !kit {
        return Err(already(""));
    }
    if let Some(name) = set_twice(dockerfile, builder) {
        return Err(Refusal::new(format!(
            "`{name}` is an ARG and an ENV: what the last stage sees of it would change"
        )));
    }
    let copies = dockerfile.refs.iter().any(|it| {
        it.stage == last.id && it.target == RefTarget::Stage(builder.id) && it.instruction != last.from
    });
    if !copies {
        return joined(file, request, builder, last).ok_or_else(|| {
            already(", and the last one takes what it needs from the one that it is built from")
        });
    }
    let broken = dockerfile.instructions().find(|it| !it.data.faults.is_empty());
    if broken.is_some() || !dockerfile.faults.is_empty() {
        return Err(already(""));
    }
    let runtime = if jdk::builds_java(&base) || is_sdk(&base) {
        runtime_of(&base)?
    } else {
        runtime::of(&base, "slim")?
    };
    let view = View::of_stage(file, request, builder)?;
    let final_view = View::of_stage(file, request, last)?;
    if final_view.all(Keyword::Run).any(|run| {
        final_view.script(run).is_some_and(|it| it.iter().any(|command| needs_kit(command.program())))
    }) {
        return Err(already(", and the last one builds something itself"));
    }
    let profile = profile::find(&view).unwrap_or(profile::any());
    let inherited = Inherited::of(&view, &final_view, profile, &runtime)?;
    let (_, range) = last.base_word.as_ref().ok_or_else(|| already(""))?;
    let mut edits = vec![TextEdit::replace(*range, runtime.image.clone())];
    let from = dockerfile.instruction(last.from);
    if !inherited.lines.is_empty() {
        let newline = crate::text::line_end(&file.text().to_string());
        let lines: String = inherited.lines.iter().map(|line| format!("{newline}{line}")).collect();
        edits.push(TextEdit::insert(from.range().end(), lines));
    }
    let name = builder.label();
    let mut notes = vec![format!(
        "The last stage was built from `{name}`, so it shipped its build tools. Now it starts from `{}`.",
        runtime.image
    )];
    notes.extend(runtime.notes.iter().cloned());
    notes.extend(inherited.notes);
    finish(edits, inherited.changes, notes)
}

/// A variable that is both a build argument and in the environment. Within the stage that sets both the one hides
/// the other, in a stage that is built from it they change places.
fn set_twice<'a>(dockerfile: &'a Dockerfile, builder: &Stage) -> Option<&'a str> {
    let defs = dockerfile.scopes().defs_in(builder.from, builder.end);
    let names = |kind: VarDefKind| defs.iter().filter(move |it| it.kind == kind).map(|it| it.name.as_str());
    let env: FxHashSet<&str> = names(VarDefKind::Env).collect();
    names(VarDefKind::Arg).find(|name| env.contains(name))
}

/// The last stage takes all from the builder: both are split as if they were one stage, in which nothing says where
/// the last one begins.
fn joined(file: &SourceFile, request: Request<'_>, builder: &Stage, last: &Stage) -> Option<Split> {
    let dockerfile = file.dockerfile();
    let builds = builder.name.as_ref().is_some_and(|name| name.lower.contains("build"));
    if dockerfile.stages.len() != 2 || !builds {
        return None;
    }
    let text = file.text().to_string();
    let from = dockerfile.instruction(last.from).range();
    let end = usize::from(from.end());
    let end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let one = format!("{}{}", &text[..usize::from(from.start())], &text[end..]);
    let split = super::split_with(&SourceFile::new(&one), Request { runtime: None, ..request }).ok()?;
    if split.title == TITLE {
        return None;
    }
    let mut result = split.change.apply(&one).ok()?;
    if let Some(name) = &last.name {
        for word in ["AS", "as"] {
            result = result.replacen(&format!(" {word} final"), &format!(" {word} {}", name.written), 1);
        }
    }
    let change = SourceChange::new(vec![whole_difference(&text, &result)?]).ok()?;
    let mut notes =
        vec![format!("The last stage was built from `{}`, so it shipped its build tools.", builder.label())];
    notes.extend(split.notes);
    Some(Split { title: TITLE, change, changes: split.changes, notes })
}

/// One edit from `old` to `new`: what both begin and end with stays, in whole lines.
fn whole_difference(old: &str, new: &str) -> Option<TextEdit> {
    let same = |(a, b): &(&str, &str)| a == b;
    let start: usize =
        old.split_inclusive('\n').zip(new.split_inclusive('\n')).take_while(same).map(|(a, _)| a.len()).sum();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let behind = |text: &str| text.split_inclusive('\n').rev().map(str::len).collect::<Vec<_>>();
    let (mut old_end, mut new_end) = (old_rest.len(), new_rest.len());
    for (a, b) in behind(old_rest).into_iter().zip(behind(new_rest)) {
        if old_rest[old_end - a..old_end] != new_rest[new_end - b..new_end] {
            break;
        }
        old_end -= a;
        new_end -= b;
    }
    let at = |offset: usize| TextSize::try_from(start + offset).ok();
    Some(TextEdit::replace(TextRange::new(at(0)?, at(old_end)?), new_rest[..new_end].to_owned()))
}

fn finish(edits: Vec<TextEdit>, changes: Vec<Change>, notes: Vec<String>) -> Result<Split, Refusal> {
    let change = SourceChange::new(edits).map_err(|error| Refusal::new(error.to_string()))?;
    Ok(Split { title: TITLE, change, changes, notes })
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn a_stage_built_from_the_builder_gets_the_runtime_image() {
        check(
            r#"FROM registry.example.com/amazoncorretto:17.0.2 AS builder
MAINTAINER Ann "ann@example.com"
ENV TZ=UTC MAVEN_OPTS=-Xmx1g
RUN yum -y install hostname
COPY . /src
WORKDIR /src
RUN ./gradlew installDist

FROM builder AS production
WORKDIR /srv/shop
COPY --from=builder /src/build/install/shop .
EXPOSE 9999
ENTRYPOINT ["./start.sh"]
"#,
            expect![[r#"
                FROM registry.example.com/amazoncorretto:17.0.2 AS builder
                MAINTAINER Ann "ann@example.com"
                ENV TZ=UTC MAVEN_OPTS=-Xmx1g
                RUN yum -y install hostname
                COPY . /src
                WORKDIR /src
                RUN ./gradlew installDist

                FROM registry.example.com/amazoncorretto:17-al2023-headless AS production
                LABEL org.opencontainers.image.authors="Ann 'ann@example.com'"
                ENV TZ=UTC MAVEN_OPTS=-Xmx1g
                RUN yum -y install hostname
                WORKDIR /srv/shop
                COPY --from=builder /src/build/install/shop .
                EXPOSE 9999
                ENTRYPOINT ["./start.sh"]
            "#]],
        );
    }

    #[test]
    fn a_stage_that_takes_all_from_the_builder_is_split_from_it() {
        check(
            r#"# shop
FROM golang:1.21-alpine3.19 AS build
WORKDIR /app
COPY . .
RUN CGO_ENABLED=0 go build -o server .

FROM build AS production
EXPOSE 8080
CMD ["./server"]
"#,
            expect![[r##"
                # shop
                FROM golang:1.21-alpine3.19 AS build
                WORKDIR /app
                COPY . .
                RUN CGO_ENABLED=0 go build -o server .

                FROM alpine:3.19 AS production
                WORKDIR /app
                COPY --from=build /app/server server

                EXPOSE 8080
                CMD ["./server"]
            "##]],
        );
    }

    #[test]
    fn a_last_stage_on_a_jdk_gets_the_jre() {
        check(
            r#"FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /src
COPY . .
RUN mvn -B package

FROM eclipse-temurin:21-jdk-alpine
COPY --from=build /src/target/shop.jar /shop.jar
CMD ["java", "-jar", "/shop.jar"]
"#,
            expect![[r#"
                FROM maven:3.9-eclipse-temurin-21 AS build
                WORKDIR /src
                COPY . .
                RUN mvn -B package

                FROM eclipse-temurin:21-jre-alpine
                COPY --from=build /src/target/shop.jar /shop.jar
                CMD ["java", "-jar", "/shop.jar"]
            "#]],
        );
    }

    #[test]
    fn a_jar_of_the_build_context_needs_no_jdk() {
        check(
            "FROM openjdk:17-jdk-slim\nCOPY target/*.jar app.jar\nENTRYPOINT [\"java\", \"-jar\", \"/app.jar\"]\n",
            expect![[r#"
                FROM eclipse-temurin:17-jre
                COPY target/*.jar app.jar
                ENTRYPOINT ["java", "-jar", "/app.jar"]
            "#]],
        );
    }

    #[test]
    fn a_path_of_the_jdk_is_not_there() {
        check(
            "FROM tomcat:8.5-jdk8\nCOPY a.war /usr/local/tomcat/webapps/\nRUN sed -i 's/a/b/' $JAVA_HOME/jre/lib/security/java.security\n",
            expect![[r#"
                refused: line 3 names `JAVA_HOME/jre`, which only a JDK has
            "#]],
        );
    }

    #[test]
    fn a_web_application_of_the_build_context_needs_no_jdk() {
        check(
            "FROM tomcat:9.0-jdk17-temurin\nRUN rm -rf /usr/local/tomcat/webapps/*\nCOPY target/shop.war /usr/local/tomcat/webapps/ROOT.war\n",
            expect![[r#"
                FROM tomcat:9.0-jre17-temurin
                RUN rm -rf /usr/local/tomcat/webapps/*
                COPY target/shop.war /usr/local/tomcat/webapps/ROOT.war
            "#]],
        );
    }
}
