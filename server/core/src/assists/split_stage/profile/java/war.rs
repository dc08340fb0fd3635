//! Web applications on Tomcat or Jetty: the archive comes over to where the server looks for it.
//!
//! The server itself starts as before, by the CMD of its image or by one in the file. The server's version stays:
//! Tomcat 10 runs other applications than Tomcat 9.

use super::build::Build;
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Artifact, Place};
use crate::assists::split_stage::profile::Recipe;
use crate::assists::split_stage::runtime::{self, name};
use crate::assists::split_stage::view::View;
use crate::model::{ImageRef, InstructionId};
use crate::syntax::Keyword;

/// Whether an image is a server for web applications.
pub(super) fn is_base(image: &ImageRef) -> bool {
    matches!(name(image), "tomcat" | "jetty")
}

/// The archive that a RUN puts among the server's applications goes over to the same place.
pub(super) fn recipe(view: &View<'_>, base: &ImageRef) -> Result<Recipe, Refusal> {
    let runtime = runtime::of(base, "jre")?;
    let commands = [Keyword::Cmd, Keyword::Entrypoint].into_iter().flat_map(|it| view.all(it));
    let places: Vec<(InstructionId, Place)> = commands.map(|it| (it.id, Place::Final)).collect();
    if let Some((other, _)) = places.iter().find(|(id, _)| {
        let instruction = view.dockerfile.instruction(*id);
        !["catalina", "startup.sh", "jetty", "start.jar", "docker-entrypoint"]
            .iter()
            .any(|it| view.says(instruction, it))
    }) {
        let line = view.dockerfile.instruction(*other).row + 1;
        return Err(Refusal::new(format!(
            "line {line} starts something else than the server of the base image"
        )));
    }
    let builds = Build::all(view)?;
    let build = builds
        .last()
        .ok_or_else(|| Refusal::not_offered("no build step makes a web application".to_owned()))?;
    let (made_by, archive) = deployed(view).ok_or_else(|| {
        Refusal::new("no RUN puts a web application where the server looks for it".to_owned())
    })?;
    Ok(Recipe {
        build_dir: build.dir.clone(),
        runtimes: vec![runtime],
        made_by: Some(made_by.max(build.run.id)),
        artifacts: vec![Artifact::same(archive)],
        places,
        notes: vec![
            "The server translates pages of JSP with a compiler of its own, so that it needs no JDK."
                .to_owned(),
        ],
        ..Recipe::default()
    })
}

/// The last RUN that copies or moves an archive among the server's applications, and the archive's path there.
fn deployed(view: &View<'_>) -> Option<(InstructionId, String)> {
    let mut found = None;
    for run in view.all(Keyword::Run) {
        for (command, dir) in view.script_with_dirs(run).unwrap_or_default() {
            if !matches!(command.program(), "cp" | "mv" | "install") {
                continue;
            }
            let operands: Vec<&str> = command
                .argv()
                .iter()
                .skip(1)
                .map(|it| it.text.as_str())
                .filter(|it| !it.starts_with('-'))
                .collect();
            let Some((to, from)) = operands.split_last() else { continue };
            let to = to
                .replace("${CATALINA_HOME}", "/usr/local/tomcat")
                .replace("$CATALINA_HOME", "/usr/local/tomcat");
            let to = paths::join(dir.as_deref().unwrap_or("/"), &to);
            if !to.contains("/webapps") || to.contains('$') {
                continue;
            }
            let path = match from {
                _ if to.ends_with(".war") => to,
                [war] if war.ends_with(".war") && !war.contains('*') => {
                    paths::join(&to, paths::file_name(war))
                }
                _ => to,
            };
            found = Some((run.id, path));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn the_archive_goes_over() {
        check(
            r#"FROM tomcat:9-jdk11
RUN apt-get update && apt-get install -y maven
COPY . /src
WORKDIR /src
RUN mvn package && cp target/shop.war $CATALINA_HOME/webapps/ROOT.war
EXPOSE 8080
CMD ["catalina.sh", "run"]
"#,
            expect![[r#"
                FROM tomcat:9-jdk11 AS builder
                RUN apt-get update && apt-get install -y maven
                COPY . /src
                WORKDIR /src
                RUN mvn package && cp target/shop.war $CATALINA_HOME/webapps/ROOT.war

                FROM tomcat:9-jre11 AS final
                WORKDIR /src
                COPY --from=builder /usr/local/tomcat/webapps/ROOT.war /usr/local/tomcat/webapps/ROOT.war
                EXPOSE 8080
                CMD ["catalina.sh", "run"]
            "#]],
        );
    }
}
