//! A start script that the build makes, such as `build/install/NAME/bin/NAME`: its directory comes over.

use super::build::{maker, moves_to};
use super::jar::kept_command;
use super::{Case, refuse_mounted};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::Artifact;
use crate::assists::split_stage::profile::Recipe;
use crate::syntax::Keyword;

/// The directory around `bin` stays at its place, so the command keeps its words.
pub(super) fn recipe(case: &Case<'_, '_>) -> Result<Recipe, Refusal> {
    let written = case.main.written();
    if super::build::PROGRAMS.contains(&case.main.program()) {
        return Err(Refusal::new(format!(
            "`{written}` cannot run without the build tool: start what a build makes instead"
        )));
    }
    let other = || {
        Refusal::new(format!("the image starts `{written}`: it is not known what that needs of the build"))
    };
    if written.is_empty() || case.main.argv().first().is_none_or(|word| word.exact().is_none()) {
        return Err(other());
    }
    let path = paths::join(case.dir, written);
    let root = match path.rsplit_once("/bin/") {
        Some((root, script)) if !script.contains('/') && !root.is_empty() => root.to_owned(),
        _ => return Err(other()),
    };
    let (dir, made_by) = match maker(case.builds, &path) {
        Some(build) if root != build.dir => {
            refuse_mounted(case.view, build.run, &path)?;
            (build.dir.clone(), build.run.id)
        }
        _ => {
            let run = case.view.all(Keyword::Run).rfind(|run| moves_to(case.view, *run, &root));
            let build = case.builds.last().ok_or_else(other)?;
            (build.dir.clone(), run.ok_or_else(other)?.id)
        }
    };
    let mut later = case.view.all(Keyword::Run).filter(|run| {
        run.id > made_by && case.view.workdir_before(run.id).is_some_and(|dir| paths::is_within(dir, &root))
    });
    let made_by = later.next_back().map_or(made_by, |run| run.id);
    Ok(Recipe {
        build_dir: dir,
        made_by: Some(made_by),
        artifacts: vec![Artifact::same(root.as_str())],
        places: kept_command(case),
        alone: Some(format!("Assumes that `{written}` needs nothing outside of {root}.")),
        ..Recipe::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn the_directory_around_bin_goes_over() {
        check(
            r#"FROM gradle:8.10-jdk21
WORKDIR /src
COPY . .
RUN gradle :web:installDist
ENTRYPOINT ["web/build/install/web/bin/web"]
"#,
            expect![[r#"
                FROM gradle:8.10-jdk21 AS builder
                WORKDIR /src
                COPY . .
                RUN gradle :web:installDist

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /src
                COPY --from=builder /src/web/build/install/web web/build/install/web
                ENTRYPOINT ["web/build/install/web/bin/web"]
            "#]],
        );
    }
}
