//! `java -jar` as the command: the jar comes over from the builder, the command keeps its words.

use super::build::{Build, maker, moves_to};
use super::{Case, copy_out, gradle, maven, named, refuse_mounted, several_modules, spring_port};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Artifact, Place};
use crate::assists::split_stage::profile::Recipe;
use crate::assists::split_stage::shell::Word;
use crate::assists::split_stage::view::View;
use crate::model::{Arguments, Instruction, InstructionId};
use crate::syntax::Keyword;

/// What Gradle leaves beside the jar that can be run.
pub(super) const PLAIN: &str =
    "`gradle build` also leaves a `-plain.jar`, which cannot be run: it is left out.";

/// `java … -jar FILE`: the file comes over from the builder, the command keeps its words.
pub(super) fn recipe(case: &Case<'_, '_>, word: &Word) -> Result<Recipe, Refusal> {
    let (view, start, dir) = (case.view, case.start, case.dir);
    if word.dynamic {
        return Err(Refusal::new(format!("the path of the jar, `{}`, depends on a variable", word.text)));
    }
    if word.text.contains('*') && !start.has_shell() {
        return Err(Refusal::new(format!(
            "`{}` is taken literally here: no shell replaces the wildcard",
            word.text
        )));
    }
    let path = paths::join(dir, &word.text);
    let workdir = view.workdir()?;
    if let Some(copy) = view.context_copies().find(|it| view.copies_to(*it, &path)) {
        return from_context(case, copy, &path);
    }
    let quarkus = path.split_once("/quarkus-app/").map(|(project, _)| format!("{project}/quarkus-app"));
    if !paths::is_within(workdir, dir) && (quarkus.is_none() || start.has_shell()) {
        return Err(Refusal::new(format!("the command changes to {dir}, which the final stage would lack")));
    }
    let (made_by, build) =
        if word.glob { built_pattern(case.builds, &path)? } else { made(view, case.builds, &path)? };

    let mut notes = Vec::new();
    let named = word.glob.then(|| named::matching(view, build, &path)).flatten();
    let extension = path.rsplit_once('.').map_or("jar", |(_, extension)| extension);
    let app = format!("app.{extension}");
    let in_output = ["/target/", "/build/", "/dist/"].iter().any(|it| path.contains(it));
    let (added, from) = if let Some(named) = named {
        refuse_mounted(view, build.run, &named)?;
        notes.push(named::note(&named));
        (Vec::new(), named)
    } else if word.glob {
        if build.picks_modules {
            return Err(several_modules(build));
        }
        notes.push(format!(
            "Assumes that one file matches `{}`; `cp` stops the build when there are several.",
            word.text
        ));
        if build.plain_jars {
            notes.push(PLAIN.to_owned());
        }
        let (added, from) = copy_out(view, build, &path, &app)?;
        (vec![added], from)
    } else {
        refuse_mounted(view, made_by, &path)?;
        (Vec::new(), path.clone())
    };
    let mut places = kept_command(case);
    let renamed = (in_output || word.glob) && quarkus.is_none();
    let artifact = if let Some(app_dir) = quarkus {
        notes.push(
            "A Quarkus application needs the files beside its jar: the whole directory goes over.".to_owned(),
        );
        Artifact::same(app_dir)
    } else {
        let is_runner = path.ends_with("-runner.jar");
        let is_whole =
            ["uber-jar", "uberJar"].iter().any(|it| view.instructions().any(|line| view.says(line, it)));
        notes.push(match is_runner && !is_whole {
            true => {
                "A `-runner.jar` of Quarkus holds all it needs only with `quarkus.package.jar.type=uber-jar`."
                    .to_owned()
            }
            false => "Assumes that the jar is executable and holds all it needs.".to_owned(),
        });
        // A file that the builder already put where the command looks for it stays at its place.
        Artifact::new(from, if renamed { paths::join(workdir, &app) } else { path })
    };
    if renamed {
        let new =
            if word.text.starts_with('/') || dir != workdir { artifact.to.as_str() } else { app.as_str() };
        let unclear = || Refusal::new("the command is not simple enough to change it".to_owned());
        let (id, range, text) = start.replace(view, word, new).ok_or_else(unclear)?;
        let changed = view.with_replaced(id, range, &text);
        places.iter_mut().filter(|it| it.0 == id).for_each(|it| it.1 = Place::FinalAs(changed.clone()));
    }
    let words = case.main.argv().iter().map(|word| word.text.as_str());
    let port = names_spring_boot(view).then(|| spring_port(view, words)).flatten();
    Ok(Recipe {
        build_dir: build.dir.clone(),
        added,
        made_by: Some(made_by.id),
        artifacts: vec![artifact],
        places,
        port,
        notes,
        ..Recipe::default()
    })
}

/// ENTRYPOINT and CMD, kept as they are.
pub(super) fn kept_command(case: &Case<'_, '_>) -> Vec<(InstructionId, Place)> {
    let mut places = vec![(case.start.instruction, Place::Final)];
    places.extend(case.start.arguments.map(|id| (id, Place::Final)));
    // A CMD that an ENTRYPOINT with a shell ignores is part of the image all the same.
    let ignored = case.view.all(Keyword::Cmd).next_back().map(|it| (it.id, Place::Final));
    places.extend(ignored.filter(|it| places.iter().all(|other| other.0 != it.0)));
    places
}

/// Whether a RUN calls a goal or task of Spring Boot.
fn names_spring_boot(view: &View<'_>) -> bool {
    view.all(Keyword::Run).any(|run| {
        view.script(run).is_some_and(|it| {
            it.iter().any(|command| {
                maven::Call::of(command).is_some_and(|call| call.names_spring_boot())
                    || gradle::Call::of(command).is_some_and(|call| call.task("bootJar").is_some())
            })
        })
    })
}

/// The jar comes from the build context although a build in the image makes one: the built one takes its place.
fn from_context(case: &Case<'_, '_>, copy: Instruction<'_>, path: &str) -> Result<Recipe, Refusal> {
    let (view, line) = (case.view, copy.row + 1);
    let other = || {
        Refusal::new(format!(
            "the jar that the image starts comes from the build context (line {line}), not from the build"
        ))
    };
    let [source] = view.sources(copy).collect::<Vec<_>>()[..] else { return Err(other()) };
    let (pattern, argument) = value_of(view, source).ok_or_else(other)?;
    let in_output = |build: &&Build<'_>| {
        let made = paths::join(&build.dir, &pattern);
        build.may_make(&made) && build.run.id < copy.id
    };
    let build = case.builds.iter().rfind(in_output).ok_or_else(other)?;
    let made = paths::join(&build.dir, &pattern);
    let mut places = kept_command(case);
    places.push((copy.id, Place::Dropped));
    if let Some(argument) = argument.filter(|it| is_only_used_by(view, *it, copy.id)) {
        places.push((argument, Place::Dropped));
    }
    let mut notes = vec![format!(
        "Line {line} took the jar from the build context, so the build in the image was for nothing: now the built \
         jar goes over."
    )];
    let named = named::matching(view, build, &made).filter(|_| pattern.contains('*'));
    let (added, from) = if let Some(named) = named {
        refuse_mounted(view, build.run, &named)?;
        notes.push(named::note(&named));
        (Vec::new(), named)
    } else if pattern.contains('*') {
        notes.push(format!(
            "Assumes that one file matches `{pattern}`; `cp` stops the build when there are several."
        ));
        let (added, from) = copy_out(view, build, &made, paths::file_name(path))?;
        (vec![added], from)
    } else {
        refuse_mounted(view, build.run, &made)?;
        (Vec::new(), made)
    };
    Ok(Recipe {
        build_dir: build.dir.clone(),
        added,
        made_by: Some(build.run.id),
        artifacts: vec![Artifact::new(from, path)],
        places,
        notes,
        ..Recipe::default()
    })
}

/// A source with the default of the one ARG that it is, and that ARG.
fn value_of(view: &View<'_>, source: &str) -> Option<(String, Option<InstructionId>)> {
    if !source.contains('$') {
        return Some((source.to_owned(), None));
    }
    let name = source.strip_prefix('$')?.trim_start_matches('{').trim_end_matches('}');
    let found = view.all(Keyword::Arg).find_map(|arg| {
        let Arguments::Words(words) = &arg.data.arguments else { return None };
        let value = words.iter().find_map(|word| word.text.strip_prefix(name)?.strip_prefix('='))?;
        Some((value.trim_matches('"').to_owned(), Some(arg.id)))
    });
    found.filter(|(value, _)| !value.contains('$'))
}

/// Whether no other instruction than `user` reads the variable that `argument` defines.
fn is_only_used_by(view: &View<'_>, argument: InstructionId, user: InstructionId) -> bool {
    use crate::model::scope::ResolvedVar;
    let scopes = &view.dockerfile.scopes();
    let single = view.dockerfile.instruction(argument).data.arguments.words().len() == 1;
    let mut users = scopes.refs.iter().filter(|reference| match reference.target {
        ResolvedVar::Def(def) => scopes.def(def).instruction == argument,
        _ => false,
    });
    single && users.all(|reference| reference.instruction == user)
}

/// The build that a wildcard path belongs to.
fn built_pattern<'b, 'a>(
    builds: &'b [Build<'a>],
    path: &str,
) -> Result<(Instruction<'a>, &'b Build<'a>), Refusal> {
    let found = maker(builds, path);
    let found = found.ok_or_else(|| Refusal::new(format!("no build step in the file makes `{path}`")))?;
    Ok((found.run, found))
}

/// The last instruction that makes the file at `path`, and the build that it comes from.
fn made<'b, 'a>(
    view: &View<'a>,
    builds: &'b [Build<'a>],
    path: &str,
) -> Result<(Instruction<'a>, &'b Build<'a>), Refusal> {
    let moved = view.all(Keyword::Run).rfind(|run| moves_to(view, *run, path));
    let built = maker(builds, path);
    let last = moved.into_iter().chain(built.map(|it| it.run)).max_by_key(|it| it.id);
    let unknown = || Refusal::new(format!("no build step in the file makes `{path}`"));
    let last = last.ok_or_else(unknown)?;
    let build = builds.iter().rfind(|it| it.run.id <= last.id).ok_or_else(unknown)?;
    Ok((last, build))
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn a_dead_build_is_mended() {
        check(
            r#"FROM amazoncorretto:11
COPY . .
RUN ./gradlew build
ARG JAR_FILE=build/libs/*.jar
COPY ${JAR_FILE} app.jar
ENTRYPOINT ["java", "-jar", "/app.jar"]
"#,
            expect![[r#"
                FROM amazoncorretto:11 AS builder
                COPY . .
                RUN ./gradlew build
                RUN cp $(ls build/libs/*.jar | grep -v -e '-plain\.jar$') /app.jar

                FROM amazoncorretto:11-al2023-headless AS final
                COPY --from=builder /app.jar /app.jar
                ENTRYPOINT ["java", "-jar", "/app.jar"]
            "#]],
        );
    }

    #[test]
    fn the_user_of_the_image_goes_by_its_number() {
        check(
            r#"FROM gradle:8.10-jdk21
WORKDIR /home/gradle/src
COPY --chown=gradle:gradle . .
USER gradle
RUN gradle shadowJar
CMD ["java", "-jar", "build/libs/app-all.jar"]
"#,
            expect![[r#"
                FROM gradle:8.10-jdk21 AS builder
                WORKDIR /home/gradle/src
                COPY --chown=gradle:gradle . .
                USER gradle
                RUN gradle shadowJar

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /home/gradle/src
                USER 1000
                COPY --from=builder --chown=1000 /home/gradle/src/build/libs/app-all.jar app.jar
                CMD ["java", "-jar", "app.jar"]
            "#]],
        );
    }

    #[test]
    fn quarkus_goes_over_whole() {
        check(
            r#"FROM maven:3.9-eclipse-temurin-21
WORKDIR /src
COPY . .
RUN mvn -B package
CMD ["java", "-jar", "target/quarkus-app/quarkus-run.jar"]
"#,
            expect![[r#"
                FROM maven:3.9-eclipse-temurin-21 AS builder
                WORKDIR /src
                COPY . .
                RUN mvn -B package

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /src
                COPY --from=builder /src/target/quarkus-app target/quarkus-app
                CMD ["java", "-jar", "target/quarkus-app/quarkus-run.jar"]
            "#]],
        );
    }

    #[test]
    fn pages_that_node_builds_are_a_part_of_the_build() {
        check(
            r#"FROM maven:3.9-eclipse-temurin-21
RUN curl -fsSL https://deb.nodesource.com/setup_22.x | bash - && apt-get install -y nodejs
WORKDIR /app
COPY . .
RUN cd ui && npm ci && npm run build
RUN cp -r ui/dist/* src/main/resources/static/
RUN mvn package
CMD ["java", "-jar", "target/shop.jar"]
"#,
            expect![[r#"
                FROM maven:3.9-eclipse-temurin-21 AS builder
                RUN curl -fsSL https://deb.nodesource.com/setup_22.x | bash - && apt-get install -y nodejs
                WORKDIR /app
                COPY . .
                RUN cd ui && npm ci && npm run build
                RUN cp -r ui/dist/* src/main/resources/static/
                RUN mvn package

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /app
                COPY --from=builder /app/target/shop.jar app.jar
                CMD ["java", "-jar", "app.jar"]
            "#]],
        );
    }
}
