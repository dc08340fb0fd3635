//! The name of the jar that a build makes, as the project's own files say it.

use super::build::{Build, Tool};
use crate::assists::split_stage::paths;
use crate::assists::split_stage::project::gradle::{Project, Scripts};
use crate::assists::split_stage::project::maven::{Output, Pom};
use crate::assists::split_stage::view::View;

/// What Maven knows of the module in a directory of the image.
pub(super) fn pom(view: &View<'_>, dir: &str, properties: Vec<(String, String)>) -> Option<Pom> {
    Pom::read(&paths::join(dir, "pom.xml"), properties, &|path| view.project_file(path))
}

/// The file that a module of Maven leaves in `target`, by its path.
pub(super) fn jar_of_pom(pom: &Pom, dir: &str) -> Option<String> {
    match pom.output()? {
        Output::File(name) => Some(paths::join(dir, &format!("target/{name}"))),
        Output::QuarkusApp => None,
    }
}

/// The jar that a project of Gradle in `dir` leaves after these tasks, by its path; `root` holds the whole build.
pub(super) fn jar_of_gradle(
    view: &View<'_>,
    root: &str,
    dir: &str,
    tasks: &[&str],
    properties: &[(String, String)],
) -> Option<String> {
    // A property may be anything that the script asks for.
    if !properties.is_empty() {
        return None;
    }
    let script = |dir: &str, name: &str| {
        let at = |end: &str| view.project_file(&paths::join(dir, &format!("{name}{end}")));
        at(".gradle").or_else(|| at(".gradle.kts"))
    };
    let scripts = Scripts {
        settings: script(root, "settings"),
        properties: view.project_file(&paths::join(root, "gradle.properties")),
        root: script(root, "build"),
        part: script(dir, "build").filter(|_| root != dir),
    };
    let project = Project::read(scripts, paths::file_name(dir), root != dir)?;
    Some(paths::join(dir, &format!("build/libs/{}", project.jar(tasks)?)))
}

/// The one file that a build leaves where `pattern`, a path with a wildcard, looks for it.
pub(super) fn matching(view: &View<'_>, build: &Build<'_>, pattern: &str) -> Option<String> {
    let found = match build.tool {
        Tool::Maven => {
            let (dir, _) = pattern.rsplit_once("/target/")?;
            let dir = if dir.is_empty() { "/" } else { dir };
            jar_of_pom(&pom(view, dir, build.properties.clone())?, dir)?
        }
        Tool::Gradle => {
            let (dir, _) = pattern.rsplit_once("/build/libs/")?;
            let dir = if dir.is_empty() { "/" } else { dir };
            let tasks: Vec<&str> = build.tasks.iter().map(String::as_str).collect();
            jar_of_gradle(view, &build.dir, dir, &tasks, &build.properties)?
        }
        _ => return None,
    };
    paths::matches(pattern, &found).then_some(found)
}

/// What to say about a jar that is named by the project's files.
pub(super) fn note(jar: &str) -> String {
    let name = paths::file_name(jar);
    let file = if jar.contains("/build/libs/") { "Gradle's scripts" } else { "pom.xml" };
    match name.chars().any(|c| c.is_ascii_digit()) {
        true => {
            format!("{file} names the artifact `{name}`: where the version changes, change the COPY with it.")
        }
        false => format!("{file} names the artifact `{name}`."),
    }
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check_with;
    use expect_test::expect;

    const POM: &str = "<project><parent><artifactId>spring-boot-starter-parent</artifactId>\
        <version>3.5.0</version><relativePath/></parent><artifactId>shop</artifactId><version>1.2</version>\
        <build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>";
    const BOOT: &str = "plugins { id 'org.springframework.boot' version '3.5.0' }\nversion = '1.2'\n";
    const SETTINGS: &str = "rootProject.name = 'shop'\n";

    #[test]
    fn the_jar_of_maven_is_named() {
        check_with(
            &[("pom.xml", POM)],
            r#"FROM eclipse-temurin:21-jdk
WORKDIR /app
COPY . .
CMD ["./mvnw", "spring-boot:run"]
"#,
            expect![[r#"
                FROM eclipse-temurin:21-jdk AS builder
                WORKDIR /app
                COPY . .
                RUN ./mvnw -B package

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /app
                COPY --from=builder /app/target/shop-1.2.jar app.jar
                EXPOSE 8080
                ENTRYPOINT ["java", "-jar", "app.jar"]
            "#]],
        );
        check_with(
            &[("pom.xml", POM)],
            r#"FROM maven:3.9-eclipse-temurin-21
WORKDIR /app
COPY pom.xml .
COPY src src
RUN mvn -B verify
CMD java $JAVA_OPTS -jar target/*.jar
"#,
            expect![[r#"
                FROM maven:3.9-eclipse-temurin-21 AS builder
                WORKDIR /app
                COPY pom.xml .
                COPY src src
                RUN mvn -B verify

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /app
                COPY --from=builder /app/target/shop-1.2.jar app.jar
                CMD java $JAVA_OPTS -jar app.jar
            "#]],
        );
    }

    #[test]
    fn a_jar_in_a_mount_is_copied_out_of_it() {
        check_with(
            &[("pom.xml", POM)],
            r#"FROM maven:3.9-eclipse-temurin-21
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/app/target mvn compile
CMD ["mvn", "spring-boot:run"]
"#,
            expect![[r#"
                FROM maven:3.9-eclipse-temurin-21 AS builder
                WORKDIR /app
                COPY . .
                RUN --mount=type=cache,target=/app/target mvn compile
                RUN --mount=type=cache,target=/app/target mvn -B package && cp target/shop-1.2.jar /app/app.jar

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /app
                COPY --from=builder /app/app.jar app.jar
                EXPOSE 8080
                ENTRYPOINT ["java", "-jar", "app.jar"]
            "#]],
        );
    }

    #[test]
    fn a_jar_that_nobody_repackages_is_made_executable() {
        let alone = POM.replace("<relativePath/></parent>", "</parent>").replace(
            "<parent><artifactId>spring-boot-starter-parent</artifactId><version>3.5.0</version></parent>",
            "",
        );
        check_with(
            &[("pom.xml", &alone)],
            r#"FROM maven:3.9-eclipse-temurin-21
WORKDIR /app
COPY . .
RUN mvn package
CMD ["mvn", "spring-boot:run"]
"#,
            expect![[r#"
                FROM maven:3.9-eclipse-temurin-21 AS builder
                WORKDIR /app
                COPY . .
                RUN mvn package
                RUN mvn -B package spring-boot:repackage

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /app
                COPY --from=builder /app/target/shop-1.2.jar app.jar
                EXPOSE 8080
                ENTRYPOINT ["java", "-jar", "app.jar"]
            "#]],
        );
    }

    #[test]
    fn an_archive_for_a_server_starts_too() {
        check_with(
            &[(
                "api/pom.xml",
                &POM.replace("<version>1.2</version>", "<packaging>war</packaging><version>1</version>"),
            )],
            r#"FROM maven:3.9-eclipse-temurin-21
WORKDIR /app
COPY api .
CMD mvn spring-boot:run
"#,
            expect![[r#"
                FROM maven:3.9-eclipse-temurin-21 AS builder
                WORKDIR /app
                COPY api .
                RUN mvn -B package

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /app
                COPY --from=builder /app/target/shop-1.war app.war
                EXPOSE 8080
                ENTRYPOINT ["java", "-jar", "app.war"]
            "#]],
        );
    }

    #[test]
    fn modules_alone_do_not_run() {
        check_with(
            &[(
                "pom.xml",
                "<project><artifactId>all</artifactId><packaging>pom</packaging><modules><module>web</module>\
                 <module>core</module></modules></project>",
            )],
            r#"FROM maven:3.9-eclipse-temurin-21
WORKDIR /app
COPY . .
CMD mvn spring-boot:run
"#,
            expect![[r#"
                refused: pom.xml holds modules together (web, core): the command does not say which one runs
            "#]],
        );
    }

    #[test]
    fn the_jar_of_a_module_is_named() {
        let web = POM.replace(
            "<artifactId>spring-boot-starter-parent</artifactId><version>3.5.0</version><relativePath/>",
            "<artifactId>all</artifactId><version>7</version>",
        );
        let all =
            "<project><artifactId>all</artifactId><version>7</version><packaging>pom</packaging></project>";
        check_with(
            &[("pom.xml", all), ("web/pom.xml", &web)],
            r#"FROM maven:3.9-eclipse-temurin-21
WORKDIR /app
COPY . .
RUN mvn -B package -pl web -am
CMD ["sh", "-c", "java -jar web/target/*.jar"]
"#,
            expect![[r#"
                FROM maven:3.9-eclipse-temurin-21 AS builder
                WORKDIR /app
                COPY . .
                RUN mvn -B package -pl web -am

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /app
                COPY --from=builder /app/web/target/shop-1.2.jar app.jar
                CMD ["sh", "-c", "java -jar app.jar"]
            "#]],
        );
    }

    #[test]
    fn of_two_jars_of_gradle_the_right_one_is_named() {
        check_with(
            &[("settings.gradle", SETTINGS), ("build.gradle", BOOT)],
            r#"FROM gradle:8.10-jdk21
WORKDIR /src
COPY . .
RUN gradle build --no-daemon
CMD java -jar build/libs/*.jar
"#,
            expect![[r#"
                FROM gradle:8.10-jdk21 AS builder
                WORKDIR /src
                COPY . .
                RUN gradle build --no-daemon

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /src
                COPY --from=builder /src/build/libs/shop-1.2.jar app.jar
                CMD java -jar app.jar
            "#]],
        );
        check_with(
            &[("settings.gradle", SETTINGS), ("web/build.gradle", BOOT)],
            r#"FROM eclipse-temurin:21-jdk
WORKDIR /src
COPY . .
CMD ["./gradlew", ":web:bootRun"]
"#,
            expect![[r#"
                FROM eclipse-temurin:21-jdk AS builder
                WORKDIR /src
                COPY . .
                RUN ./gradlew :web:bootJar --no-daemon

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /src
                COPY --from=builder /src/web/build/libs/web-1.2.jar app.jar
                EXPOSE 8080
                ENTRYPOINT ["java", "-jar", "app.jar"]
            "#]],
        );
    }

    #[test]
    fn what_is_computed_stays_open() {
        check_with(
            &[("settings.gradle", SETTINGS), ("build.gradle", &BOOT.replace("'1.2'", "git.describe()"))],
            r#"FROM gradle:8.10-jdk21
WORKDIR /src
COPY . .
CMD ["gradle", "bootRun"]
"#,
            expect![[r#"
                FROM gradle:8.10-jdk21 AS builder
                WORKDIR /src
                COPY . .
                RUN gradle bootJar --no-daemon && cp build/libs/*.jar /src/app.jar

                FROM eclipse-temurin:21-jre AS final
                WORKDIR /src
                COPY --from=builder /src/app.jar app.jar
                EXPOSE 8080
                ENTRYPOINT ["java", "-jar", "app.jar"]
            "#]],
        );
    }

    #[test]
    fn a_dead_build_is_mended_with_the_name() {
        check_with(
            &[("settings.gradle", SETTINGS), ("build.gradle", BOOT)],
            r#"FROM amazoncorretto:17
WORKDIR /src
COPY . .
RUN ./gradlew build
ARG JAR_FILE=build/libs/*.jar
COPY ${JAR_FILE} app.jar
ENTRYPOINT ["java", "-jar", "app.jar"]
"#,
            expect![[r#"
                FROM amazoncorretto:17 AS builder
                WORKDIR /src
                COPY . .
                RUN ./gradlew build

                FROM amazoncorretto:17-al2023-headless AS final
                WORKDIR /src
                COPY --from=builder /src/build/libs/shop-1.2.jar app.jar
                ENTRYPOINT ["java", "-jar", "app.jar"]
            "#]],
        );
    }
}
