//! Native programs that GraalVM makes: the program comes over, Java stays behind.

use super::build::moves_to;
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::Artifact;
use crate::assists::split_stage::profile::Recipe;
use crate::assists::split_stage::runtime::{Runtime, System, name, system};
use crate::assists::split_stage::start::{Main, Start};
use crate::assists::split_stage::view::View;
use crate::assists::split_stage::view::unknown_workdir;
use crate::model::ImageRef;
use crate::syntax::Keyword;

/// Whether an image is there to make native programs.
pub(super) fn is_base(image: &ImageRef) -> bool {
    matches!(name(image), "native-image" | "native-image-community" | "graalvm-ce" | "graalvm-community")
        || image.tag.as_deref().is_some_and(|tag| tag.contains("graal"))
        || image.repository.contains("mandrel-builder")
}

/// Words of the commands that make native programs.
const COMPILES: [&str; 9] = [
    "nativeCompile",
    "native-image",
    "-Pnative",
    "native:compile",
    "nativeImage",
    "buildNative",
    "-Dnative",
    "quarkus.native.enabled=true",
    "package.type=native",
];

/// Whether the command is a program that a RUN makes with GraalVM.
pub(super) fn is_native(view: &View<'_>, base: &ImageRef, main: &Main<'_>, dir: &str) -> bool {
    let makes = view.all(Keyword::Run).any(|run| COMPILES.iter().any(|it| view.says(run, it)));
    let path = paths::join(dir, main.written());
    let in_output = ["/build/native/", "/target/", "-runner"].iter().any(|it| path.contains(it));
    let moved = || view.all(Keyword::Run).any(|run| moves_to(view, run, &path));
    makes
        && main.program() != "java"
        && !main.program().contains("gradle")
        && (in_output || is_base(base) || moved())
}

/// The program stays at its path, so the command keeps its words.
pub(super) fn recipe(
    view: &View<'_>,
    start: &Start,
    main: &Main<'_>,
    dir: &str,
    base: &ImageRef,
) -> Result<Recipe, Refusal> {
    let Some(written) = main.argv().first().and_then(|word| word.exact()) else {
        return Err(Refusal::new("the path of the program depends on a variable".to_owned()));
    };
    let path = paths::join(dir, written);
    let builds = view.all(Keyword::Run).find(|run| COMPILES.iter().any(|it| view.says(*run, it)));
    let unknown = || Refusal::new(format!("no build step in the file makes `{path}`"));
    let build = builds.ok_or_else(unknown)?;
    let build_dir = view.workdir_before(build.id).ok_or_else(unknown_workdir)?.to_owned();
    let moved = view.all(Keyword::Run).rfind(|run| moves_to(view, *run, &path));
    if moved.is_none() && !paths::is_within(&path, &build_dir) {
        return Err(unknown());
    }
    let made_by = moved.map_or(build.id, |run| run.id.max(build.id));
    if let Some(target) = view.mount_over(view.dockerfile.instruction(made_by), &path) {
        return Err(Refusal::new(format!(
            "the program lies in a mount ({target}): copy it out in the same RUN first"
        )));
    }
    Ok(Recipe {
        build_dir,
        runtimes: runtimes(base),
        made_by: Some(made_by),
        artifacts: vec![Artifact::same(path)],
        places: start.kept(),
        notes: vec![
            "A native program loads the C library and zlib: on an image without them it does not start."
                .to_owned(),
        ],
        ..Recipe::default()
    })
}

/// GraalVM's images stand on Oracle Linux; others say what they stand on.
fn runtimes(base: &ImageRef) -> Vec<Runtime> {
    let tag = base.tag.as_deref().unwrap_or("");
    let release = if tag.contains("ol8") {
        "8"
    } else if tag.contains("ol9") {
        "9"
    } else {
        "10"
    };
    // Those of Quarkus have small images of their own for what they make.
    if base.repository.contains("quarkus") && name(base).ends_with("-builder-image") {
        let kind = if name(base).starts_with("ubi9") { "ubi9-quarkus" } else { "quarkus" };
        let mut runtime = Runtime::plain("slim", format!("quay.io/quarkus/{kind}-micro-image:2.0"));
        runtime
            .notes
            .push(format!("Assumes that `{}` exists: its tags could not be looked up.", runtime.image));
        return vec![runtime];
    }
    match system(base) {
        System::Apk => vec![Runtime::plain("slim", "alpine:3")],
        System::Apt => vec![Runtime::plain("slim", "debian:trixie-slim")],
        _ => vec![
            Runtime::plain("slim", format!("oraclelinux:{release}-slim")),
            Runtime::plain("distroless", "gcr.io/distroless/base-debian13:nonroot"),
        ],
    }
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn a_native_program_needs_no_java() {
        check(
            r#"FROM ghcr.io/graalvm/native-image-community:21
WORKDIR /src
COPY . .
RUN ./mvnw -Pnative native:compile
CMD ["./target/shop"]
"#,
            expect![[r#"
                FROM ghcr.io/graalvm/native-image-community:21 AS builder
                WORKDIR /src
                COPY . .
                RUN ./mvnw -Pnative native:compile

                FROM oraclelinux:10-slim AS final
                WORKDIR /src
                COPY --from=builder /src/target/shop target/shop
                CMD ["./target/shop"]
            "#]],
        );
    }

    #[test]
    fn quarkus_has_an_image_for_it() {
        check(
            r#"FROM quay.io/quarkus/ubi9-quarkus-mandrel-builder-image:jdk-21
WORKDIR /code
COPY . .
RUN ./mvnw package -Dnative
CMD ["./target/shop-1.0-runner", "-Dquarkus.http.host=0.0.0.0"]
"#,
            expect![[r#"
                FROM quay.io/quarkus/ubi9-quarkus-mandrel-builder-image:jdk-21 AS builder
                WORKDIR /code
                COPY . .
                RUN ./mvnw package -Dnative

                FROM quay.io/quarkus/ubi9-quarkus-micro-image:2.0 AS final
                WORKDIR /code
                COPY --from=builder /code/target/shop-1.0-runner target/shop-1.0-runner
                CMD ["./target/shop-1.0-runner", "-Dquarkus.http.host=0.0.0.0"]
            "#]],
        );
    }
}
