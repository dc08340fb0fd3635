//! `java -cp DIRS CLASS`, `java -p MODULES -m NAME` and `java CLASS`: the directories come over.

use super::build::{Build, maker};
use super::jar::kept_command;
use super::{Case, refuse_mounted};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::Artifact;
use crate::assists::split_stage::profile::Recipe;
use crate::assists::split_stage::shell::Word;
use crate::syntax::Keyword;

/// The directories and jars on the path stay at their place, so the command keeps its words.
pub(super) fn recipe(case: &Case<'_, '_>, list: Option<&Word>, what: &Word) -> Result<Recipe, Refusal> {
    if what.text.ends_with(".java") {
        return Err(Refusal::new(format!(
            "`java {}` compiles when it starts: build it in the image first",
            what.text
        )));
    }
    let list = match list {
        Some(word) if word.dynamic => {
            return Err(Refusal::new(format!("the class path `{}` depends on a variable", word.text)));
        }
        Some(word) => word.text.as_str(),
        None => ".",
    };
    if list.split(':').count() > 64 {
        return Err(Refusal::new("the class path is too long".to_owned()));
    }
    let Some(last) = case.builds.last() else {
        return Err(Refusal::new("no build step in the file makes what the command starts".to_owned()));
    };
    let build = list.split(':').find_map(|it| maker(case.builds, &entry(case.dir, it))).unwrap_or(last);
    let mut notes = Vec::new();
    let mut artifacts: Vec<Artifact> = Vec::new();
    for path in list.split(':').filter(|it| !it.is_empty()).map(|it| entry(case.dir, it)) {
        if path.contains('*') {
            return Err(Refusal::new(format!("`{list}` has a wildcard that is not simple enough")));
        }
        refuse_mounted(case.view, build.run, &path)?;
        if path == "/" {
            return Err(Refusal::new(
                "the classes lie in /: give the build a WORKDIR of its own first".to_owned(),
            ));
        }
        if artifacts.iter().any(|it| paths::is_within(&path, &it.to)) {
            continue;
        }
        artifacts.retain(|it| !paths::is_within(&it.to, &path));
        if path == build.dir {
            notes.push(format!(
                "All of {path} goes over, the sources too: the command finds its classes there."
            ));
        }
        artifacts.push(Artifact::same(path));
    }
    // Whatever runs behind the build may prepare these directories, such as one that unpacks an archive.
    let made_by = last_change(case, build, &artifacts);
    notes.push("Assumes that the class path holds all that the application needs.".to_owned());
    Ok(Recipe {
        build_dir: build.dir.clone(),
        made_by: Some(made_by),
        artifacts,
        places: kept_command(case),
        notes,
        ..Recipe::default()
    })
}

/// The directory or file that an entry of a class path means.
pub(super) fn entry(dir: &str, entry: &str) -> String {
    paths::join(dir, entry.strip_suffix("/*").unwrap_or(entry))
}

/// The last RUN in or behind the build that works where an artifact lies.
fn last_change(
    case: &Case<'_, '_>,
    build: &Build<'_>,
    artifacts: &[Artifact],
) -> crate::model::InstructionId {
    let later = case.view.all(Keyword::Run).filter(|run| run.id > build.run.id);
    let mut works = later.filter(|run| {
        let dir = case.view.workdir_before(run.id).unwrap_or("/");
        artifacts
            .iter()
            .any(|it| paths::is_within(&it.from, dir) && dir != "/" || paths::is_within(dir, &it.from))
    });
    works.next_back().map_or(build.run.id, |run| run.id)
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn directories_stay_at_their_place() {
        check(
            r#"FROM maven:3.8-openjdk-17
WORKDIR /src
COPY . .
RUN mvn package dependency:copy-dependencies
CMD java -cp target/classes:target/dependency/* com.example.Main
"#,
            expect![[r#"
                FROM maven:3.8-openjdk-17 AS builder
                WORKDIR /src
                COPY . .
                RUN mvn package dependency:copy-dependencies

                FROM eclipse-temurin:17-jre AS final
                WORKDIR /src
                COPY --from=builder /src/target/classes target/classes
                COPY --from=builder /src/target/dependency target/dependency
                CMD java -cp target/classes:target/dependency/* com.example.Main
            "#]],
        );
    }

    #[test]
    fn classes_beside_their_sources() {
        check(
            r#"FROM openjdk:11
COPY . /srv/shop
WORKDIR /srv/shop
RUN javac -encoding UTF-8 Shop.java
CMD ["java", "Shop"]
"#,
            expect![[r#"
                FROM openjdk:11 AS builder
                COPY . /srv/shop
                WORKDIR /srv/shop
                RUN javac -encoding UTF-8 Shop.java

                FROM eclipse-temurin:11-jre AS final
                WORKDIR /srv/shop
                COPY --from=builder /srv/shop ./
                CMD ["java", "Shop"]
            "#]],
        );
    }
}
