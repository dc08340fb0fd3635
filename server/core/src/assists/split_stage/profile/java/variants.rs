//! Other ways to run the same jar: on a Java that `jlink` makes, from the layers of Spring Boot, or without a shell.

use super::names_spring_boot_anywhere;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Added, Artifact};
use crate::assists::split_stage::profile::Recipe;
use crate::assists::split_stage::runtime::{Extra, Runtime, System, debian, name, system};
use crate::assists::split_stage::view::View;
use crate::model::ImageRef;
use crate::syntax::Keyword;

/// Where the Java that `jlink` makes lies.
const JAVA: &str = "/opt/java/runtime";

/// The variants of a recipe whose preferred runtime image is `jre`.
pub(super) fn of(view: &View<'_>, base: &ImageRef, jre: &Runtime, recipe: &Recipe) -> Vec<Runtime> {
    let java = java_version(&jre.image);
    let mut found = Vec::new();
    found.extend(jlink(view, base, jre, java, recipe));
    found.extend(layered(view, jre, recipe).filter(|_| java.is_none_or(|it| it >= 17)));
    found.extend(distroless(jre, java));
    found
}

/// The version of Java that a runtime image's tag begins with.
fn java_version(image: &str) -> Option<u32> {
    let tag = image.rsplit(':').next()?.trim_start_matches("open-").trim_start_matches("jdk-");
    let end = tag.find(|c: char| !c.is_ascii_digit()).unwrap_or(tag.len());
    tag[..end].parse().ok()
}

/// The only jar that goes over, with the instruction behind which it is there.
fn only_jar(recipe: &Recipe) -> Option<&Artifact> {
    let [jar] = recipe.artifacts.as_slice() else { return None };
    jar.from.ends_with(".jar").then_some(jar)
}

/// A Java with only the modules that the application uses. Java 8 has no modules.
fn jlink(
    view: &View<'_>,
    base: &ImageRef,
    jre: &Runtime,
    java: Option<u32>,
    recipe: &Recipe,
) -> Option<Runtime> {
    let (jar, java) = (only_jar(recipe)?, java.filter(|it| *it >= 11)?);
    let image = match system(base) {
        System::Apk => "alpine:3".to_owned(),
        System::Rpm if name(base) == "amazoncorretto" => "amazonlinux:2023".to_owned(),
        System::Apt => match debian(base) {
            Some(release) => format!("debian:{release}-slim"),
            None => "debian:trixie-slim".to_owned(),
        },
        _ => return None,
    };
    // Stripping what debuggers read needs a tool that not every JDK image has.
    let strip = if jre.image.contains("temurin") { " --strip-debug" } else { "" };
    let (run, env) = (view.keyword(Keyword::Run), view.keyword(Keyword::Env));
    let text = format!(
        "{run} mkdir /tmp/app && cd /tmp/app && jar -xf {jar} \\\n && modules=$(jdeps --ignore-missing-deps -q --recursive \
         --multi-release {java} --print-module-deps --class-path '/tmp/app/BOOT-INF/lib/*' {jar} $(ls -d \
         /tmp/app/BOOT-INF/classes 2>/dev/null)) \\\n && jlink --add-modules \
         \"$modules,jdk.crypto.ec,jdk.unsupported,jdk.zipfs,jdk.naming.dns\"{strip} --no-man-pages --no-header-files --output {JAVA}",
        jar = jar.from,
    );
    let mut runtime = Runtime::plain("jlink", image);
    runtime.notes = vec![
        "`jlink` makes a Java of the modules that `jdeps` finds in the jar, and some that it cannot find: reflection may \
         need more, then add them."
            .to_owned(),
        "It is linked in the builder, for the builder's C library and processor.".to_owned(),
    ];
    runtime.extra = Some(Extra {
        title: "custom runtime with jlink",
        added: vec![Added { after: recipe.made_by, text }],
        artifacts: vec![Artifact::same(JAVA), jar.clone()],
        opening: vec![format!("{env} JAVA_HOME={JAVA}"), format!("{env} PATH={JAVA}/bin:$PATH")],
        places: Vec::new(),
    });
    Some(runtime)
}

/// Spring Boot takes its jar apart, so that what seldom changes is a layer of its own.
fn layered(view: &View<'_>, jre: &Runtime, recipe: &Recipe) -> Option<Runtime> {
    let jar = only_jar(recipe).filter(|_| names_spring_boot_anywhere(view))?;
    let to = paths::parent(&jar.to);
    if to == "/" {
        return None;
    }
    let out = "/tmp/layers";
    let run = view.keyword(Keyword::Run);
    // What comes out is named after the jar.
    let (copy, from) = match paths::file_name(&jar.to) {
        name if name == paths::file_name(&jar.from) => (String::new(), jar.from.clone()),
        name => (format!("cp {} /tmp/{name} && ", jar.from), format!("/tmp/{name}")),
    };
    let text = format!("{run} {copy}java -Djarmode=tools -jar {from} extract --layers --destination {out}");
    let layers = ["dependencies", "spring-boot-loader", "snapshot-dependencies", "application"];
    let mut runtime = Runtime { name: "layered", ..jre.clone() };
    runtime.notes.push("Taking the jar apart like this needs Spring Boot 3.3 or later.".to_owned());
    runtime.extra = Some(Extra {
        title: "layers of Spring Boot",
        added: vec![Added { after: recipe.made_by, text }],
        artifacts: layers.iter().map(|it| Artifact::new(format!("{out}/{it}/"), to)).collect(),
        opening: Vec::new(),
        places: Vec::new(),
    });
    Some(runtime)
}

fn distroless(jre: &Runtime, java: Option<u32>) -> Option<Runtime> {
    let java = java.filter(|it| matches!(it, 17 | 21 | 25))?;
    if jre.system() != System::Apt || !jre.image.contains("eclipse-temurin") {
        return None;
    }
    let mut found = Runtime::plain("distroless", format!("gcr.io/distroless/java{java}-debian13:nonroot"));
    found.notes.push(
        "It has no shell, and runs as the user nonroot (65532), who cannot write into WORKDIR.".to_owned(),
    );
    Some(found)
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::result_with;
    use expect_test::expect;

    const SPRING: &str = r#"FROM eclipse-temurin:21-jdk
WORKDIR /app
COPY . .
CMD ["./mvnw", "spring-boot:run"]
"#;

    #[test]
    fn a_java_of_its_own() {
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS builder
            WORKDIR /app
            COPY . .
            RUN ./mvnw -B package && cp target/*.jar /app/app.jar
            RUN mkdir /tmp/app && cd /tmp/app && jar -xf /app/app.jar \
             && modules=$(jdeps --ignore-missing-deps -q --recursive --multi-release 21 --print-module-deps --class-path '/tmp/app/BOOT-INF/lib/*' /app/app.jar $(ls -d /tmp/app/BOOT-INF/classes 2>/dev/null)) \
             && jlink --add-modules "$modules,jdk.crypto.ec,jdk.unsupported,jdk.zipfs,jdk.naming.dns" --strip-debug --no-man-pages --no-header-files --output /opt/java/runtime

            FROM debian:trixie-slim AS final
            ENV JAVA_HOME=/opt/java/runtime
            ENV PATH=/opt/java/runtime/bin:$PATH
            WORKDIR /app
            COPY --from=builder /opt/java/runtime /opt/java/runtime
            COPY --from=builder /app/app.jar app.jar
            EXPOSE 8080
            ENTRYPOINT ["java", "-jar", "app.jar"]
        "#]].assert_eq(&result_with(&[], Some("jlink"), SPRING));
    }

    #[test]
    fn layers() {
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS builder
            WORKDIR /app
            COPY . .
            RUN ./mvnw -B package && cp target/*.jar /app/app.jar
            RUN java -Djarmode=tools -jar /app/app.jar extract --layers --destination /tmp/layers

            FROM eclipse-temurin:21-jre AS final
            WORKDIR /app
            COPY --from=builder /tmp/layers/dependencies/ ./
            COPY --from=builder /tmp/layers/spring-boot-loader/ ./
            COPY --from=builder /tmp/layers/snapshot-dependencies/ ./
            COPY --from=builder /tmp/layers/application/ ./
            EXPOSE 8080
            ENTRYPOINT ["java", "-jar", "app.jar"]
        "#]]
        .assert_eq(&result_with(&[], Some("layered"), SPRING));
        let named = SPRING.replace(
            "CMD [\"./mvnw\", \"spring-boot:run\"]",
            "RUN mvn package spring-boot:repackage\nCMD [\"java\", \"-jar\", \"target/a.jar\"]",
        );
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS builder
            WORKDIR /app
            COPY . .
            RUN mvn package spring-boot:repackage
            RUN cp /app/target/a.jar /tmp/app.jar && java -Djarmode=tools -jar /tmp/app.jar extract --layers --destination /tmp/layers

            FROM eclipse-temurin:21-jre AS final
            WORKDIR /app
            COPY --from=builder /tmp/layers/dependencies/ ./
            COPY --from=builder /tmp/layers/spring-boot-loader/ ./
            COPY --from=builder /tmp/layers/snapshot-dependencies/ ./
            COPY --from=builder /tmp/layers/application/ ./
            EXPOSE 8080
            CMD ["java", "-jar", "app.jar"]
        "#]].assert_eq(&result_with(&[], Some("layered"), &named));
    }

    #[test]
    fn without_a_shell() {
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS builder
            WORKDIR /app
            COPY . .
            RUN ./mvnw -B package && cp target/*.jar /app/app.jar

            FROM gcr.io/distroless/java21-debian13:nonroot AS final
            WORKDIR /app
            COPY --from=builder /app/app.jar app.jar
            EXPOSE 8080
            ENTRYPOINT ["java", "-jar", "app.jar"]
        "#]]
        .assert_eq(&result_with(&[], Some("distroless"), SPRING));
        let kept = "FROM eclipse-temurin:21\nWORKDIR /app\nCOPY . .\nRUN ./mvnw package\nCMD [\"java\", \"-jar\", \"target/a.jar\"]\n";
        expect![[r#"
            FROM eclipse-temurin:21 AS builder
            WORKDIR /app
            COPY . .
            RUN ./mvnw package

            FROM gcr.io/distroless/java21-debian13:nonroot AS final
            WORKDIR /app
            COPY --from=builder /app/target/a.jar app.jar
            ENTRYPOINT ["java", "-jar", "app.jar"]
        "#]]
        .assert_eq(&result_with(&[], Some("distroless"), kept));
    }

    #[test]
    fn what_there_is_not_is_said() {
        let old = SPRING.replace("21", "8");
        expect![[r#"
            refused: there is no runtime `jlink` for it: there is jre
        "#]]
        .assert_eq(&result_with(&[], Some("jlink"), &old));
    }
}
