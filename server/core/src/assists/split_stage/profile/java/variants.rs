//! Other ways to run the same application: on a Java that `jlink` makes, from the layers of Spring Boot, or without a
//! shell.

use super::class_path::entry;
use super::options::{Starts, starts};
use super::{Case, names_spring_boot_anywhere};
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Added, Artifact};
use crate::assists::split_stage::profile::Recipe;
use crate::assists::split_stage::runtime::{Extra, Runtime, System, debian, name, system};
use crate::assists::split_stage::view::View;
use crate::model::ImageRef;
use crate::syntax::Keyword;

/// Where the Java that `jlink` makes lies.
const JAVA: &str = "/opt/java/runtime";

/// Adds to a recipe the variants of its preferred runtime image, which is `jre`.
pub(super) fn add(case: &Case<'_, '_>, base: &ImageRef, jre: Runtime, recipe: &mut Recipe) {
    let (view, java) = (case.view, java_version(&jre.image));
    let mut found = Vec::new();
    match jlink(case, base, &jre, java, recipe) {
        Ok(runtime) => found.push(runtime),
        Err(reason) => recipe.impossible.push(("jlink", reason)),
    }
    let jre = &jre;
    found.extend(layered(view, jre, recipe).filter(|_| java.is_none_or(|it| it >= 17)));
    found.extend(distroless(jre, java));
    recipe.runtimes = std::iter::once(jre.clone()).chain(found).collect();
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

/// A Java with only the modules that the application uses, or why there is none.
fn jlink(
    case: &Case<'_, '_>,
    base: &ImageRef,
    jre: &Runtime,
    java: Option<u32>,
    recipe: &Recipe,
) -> Result<Runtime, String> {
    let view = case.view;
    let java = java.ok_or("it is not known which Java it is")?;
    if java < 11 {
        return Err(format!("Java {java} has no modules that `jlink` could choose from"));
    }
    let image = match system(base) {
        System::Apk => "alpine:3".to_owned(),
        System::Rpm if name(base) == "amazoncorretto" => "amazonlinux:2023".to_owned(),
        System::Apt => match debian(base) {
            Some(release) => format!("debian:{release}-slim"),
            None => "debian:trixie-slim".to_owned(),
        },
        _ => return Err("no small image is known with the C library of the builder".to_owned()),
    };
    let (unpack, modules) = modules(case, java, recipe)?;
    // Stripping what debuggers read needs a tool that not every JDK image has.
    let strip = if jre.image.contains("temurin") { " --strip-debug" } else { "" };
    let (run, env) = (view.keyword(Keyword::Run), view.keyword(Keyword::Env));
    let text = format!(
        "{run} {unpack}modules=$({modules}) \\\n && jlink --add-modules \
         \"$modules,jdk.crypto.ec,jdk.unsupported,jdk.zipfs,jdk.naming.dns\"{strip} --no-man-pages --no-header-files --output {JAVA}",
    );
    let mut runtime = Runtime::plain("jlink", image);
    runtime.notes = vec![
        "`jlink` makes a Java of the modules that `jdeps` finds, and some that it cannot find: reflection may need \
         more, then add them."
            .to_owned(),
        "It is linked in the builder, for the builder's C library and processor.".to_owned(),
    ];
    runtime.extra = Some(Extra {
        title: "custom runtime with jlink",
        added: vec![Added { after: recipe.made_by, text }],
        artifacts: std::iter::once(Artifact::same(JAVA)).chain(recipe.artifacts.iter().cloned()).collect(),
        opening: vec![format!("{env} JAVA_HOME={JAVA}"), format!("{env} PATH={JAVA}/bin:$PATH")],
        places: Vec::new(),
    });
    Ok(runtime)
}

/// What prepares the search for the modules that an application uses, and the command that prints them.
fn modules(case: &Case<'_, '_>, java: u32, recipe: &Recipe) -> Result<(String, String), String> {
    let jdeps =
        format!("jdeps --ignore-missing-deps -q --recursive --multi-release {java} --print-module-deps");
    if let Some(jar) = only_jar(recipe) {
        // Jars within the jar are found once it is unpacked.
        let jar = &jar.from;
        return Ok((
            format!("mkdir /tmp/app && cd /tmp/app && jar -xf {jar} \\\n && "),
            format!(
                "{jdeps} --class-path '/tmp/app/BOOT-INF/lib/*' {jar} $(ls -d /tmp/app/BOOT-INF/classes 2>/dev/null)"
            ),
        ));
    }
    let unclear = || "it is not known which jars and classes it consists of".to_owned();
    if case.main.program() != "java" {
        return Err(unclear());
    }
    let Starts::Paths { list, what, modular } = starts(case.main.argv()) else { return Err(unclear()) };
    let list = list.map_or(".", |it| it.text.as_str());
    let paths: Vec<&str> = list.split(':').filter(|it| !it.is_empty()).collect();
    if paths.iter().any(|it| it.contains([' ', '\'', '"', '$'])) {
        return Err(unclear());
    }
    if modular {
        // What a module requires must be there when Java starts, whether something calls it or not.
        let paths: Vec<String> = paths.iter().map(|it| entry(case.dir, it)).collect();
        let paths = paths.join(":");
        let name = what.text.split('/').next().unwrap_or("");
        let required = format!(
            "java --show-module-resolution --dry-run -p {paths} -m {name} | sed -n '/^java\\./d; /^jdk\\./d; s/.* requires .* jrt:.//p'",
        );
        let all = format!("{{ {jdeps} --module-path {paths} -m {name} | tr , '\\n'; {required}; }}");
        return Ok((String::new(), format!("{all} | sort -u | paste -sd, -")));
    }
    let absolute = |path: &str, every: &str| match path.strip_suffix("/*") {
        Some(_) => format!("{}/{every}", entry(case.dir, path)),
        None => entry(case.dir, path),
    };
    let class_path: Vec<String> = paths.iter().map(|it| absolute(it, "*")).collect();
    let inputs: Vec<String> = paths.iter().map(|it| absolute(it, "*.jar")).collect();
    Ok((String::new(), format!("{jdeps} --class-path '{}' {}", class_path.join(":"), inputs.join(" "))))
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
    fn a_java_for_a_class_path() {
        let text = r#"FROM eclipse-temurin:21-jdk
WORKDIR /app
COPY src ./src
RUN javac -d classes src/shop/*.java
CMD ["java", "-cp", "classes:lib/*", "shop.Main"]
"#;
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS builder
            WORKDIR /app
            COPY src ./src
            RUN javac -d classes src/shop/*.java
            RUN modules=$(jdeps --ignore-missing-deps -q --recursive --multi-release 21 --print-module-deps --class-path '/app/classes:/app/lib/*' /app/classes /app/lib/*.jar) \
             && jlink --add-modules "$modules,jdk.crypto.ec,jdk.unsupported,jdk.zipfs,jdk.naming.dns" --strip-debug --no-man-pages --no-header-files --output /opt/java/runtime

            FROM debian:trixie-slim AS final
            ENV JAVA_HOME=/opt/java/runtime
            ENV PATH=/opt/java/runtime/bin:$PATH
            WORKDIR /app
            COPY --from=builder /opt/java/runtime /opt/java/runtime
            COPY --from=builder /app/classes classes
            COPY --from=builder /app/lib lib
            CMD ["java", "-cp", "classes:lib/*", "shop.Main"]
        "#]].assert_eq(&result_with(&[], Some("jlink"), text));
    }

    #[test]
    fn a_java_for_modules() {
        let text = r#"FROM maven:3.9-amazoncorretto-21
WORKDIR /app
COPY . .
RUN mvn package
CMD ["java", "-p", "target/modules", "-m", "shop/shop.Main"]
"#;
        expect![[r#"
            FROM maven:3.9-amazoncorretto-21 AS builder
            WORKDIR /app
            COPY . .
            RUN mvn package
            RUN modules=$({ jdeps --ignore-missing-deps -q --recursive --multi-release 21 --print-module-deps --module-path /app/target/modules -m shop | tr , '\n'; java --show-module-resolution --dry-run -p /app/target/modules -m shop | sed -n '/^java\./d; /^jdk\./d; s/.* requires .* jrt:.//p'; } | sort -u | paste -sd, -) \
             && jlink --add-modules "$modules,jdk.crypto.ec,jdk.unsupported,jdk.zipfs,jdk.naming.dns" --no-man-pages --no-header-files --output /opt/java/runtime

            FROM debian:trixie-slim AS final
            ENV JAVA_HOME=/opt/java/runtime
            ENV PATH=/opt/java/runtime/bin:$PATH
            WORKDIR /app
            COPY --from=builder /opt/java/runtime /opt/java/runtime
            COPY --from=builder /app/target/modules target/modules
            CMD ["java", "-p", "target/modules", "-m", "shop/shop.Main"]
        "#]].assert_eq(&result_with(&[], Some("jlink"), text));
    }

    #[test]
    fn what_there_is_not_is_said() {
        let old = SPRING.replace("21", "8");
        expect![[r#"
            refused: there is no runtime `jlink` for it: Java 8 has no modules that `jlink` could choose from
        "#]]
        .assert_eq(&result_with(&[], Some("jlink"), &old));
    }
}
