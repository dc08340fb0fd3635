//! When the split is offered, and what is said with it.

use expect_test::expect;

use super::*;

#[test]
fn a_file_that_was_split_is_not_split_again() {
    let once = result(&guide_like("eclipse-temurin:21", "CMD [\"./mvnw\", \"spring-boot:run\"]"));
    assert!(result(&once).contains("has 2 stages already"), "{once}");
    let file = SourceFile::new(&once);
    assert_eq!(hint(&file, Request::of(&ContextFiles::default())), None);
    assert_eq!(assist(&file, TextRange::empty(0.into()), Request::of(&ContextFiles::default())), None);
}

#[test]
fn the_hint_stands_on_the_base_image() {
    let text = guide_like("eclipse-temurin:21", "CMD [\"./mvnw\", \"spring-boot:run\"]");
    let hint = hint(&SourceFile::new(&text), Request::of(&ContextFiles::default())).unwrap();
    assert_eq!(&text[hint.range], "eclipse-temurin:21");
    assert_eq!(hint.code, "SplitStage");
    assert_eq!(hint.fixes[0].change.apply(&text).unwrap(), result(&text));
    expect!["Ships its build tools: JDK and build tools. Split it into a builder and a final stage."]
        .assert_eq(&hint.message);
}

#[test]
fn the_action_is_offered_in_the_stage_and_says_why_it_cannot_be_done() {
    let head = "# shop\nARG X=1\n";
    let text = format!("{head}{}", guide_like("eclipse-temurin:21", "CMD [\"./mvnw\", \"spring-boot:run\"]"));
    let file = SourceFile::new(&text);
    let at = |needle: &str| TextRange::empty(u32::try_from(text.find(needle).unwrap()).unwrap().into());
    let action = assist(&file, at("spring-boot"), Request::of(&ContextFiles::default())).unwrap();
    assert_eq!(action.title, TITLE);
    assert!(action.change.is_some() && action.disabled.is_none() && !action.notes.is_empty());
    assert_eq!(assist(&file, at("X=1"), Request::of(&ContextFiles::default())), None);

    let refused = |text: &str| {
        assist(&SourceFile::new(text), TextRange::empty(3.into()), Request::of(&ContextFiles::default()))
            .map(|it| it.disabled)
    };
    let jar =
        "FROM eclipse-temurin:21-jdk\nCOPY target/*.jar app.jar\nCMD [\"java\", \"-jar\", \"app.jar\"]\n";
    expect![[r#"
        Some(
            None,
        )
    "#]]
    .assert_debug_eq(&refused(jar));
    assert_eq!(refused("FROM eclipse-temurin:21-jre\nCMD [\"java\", \"-jar\", \"app.jar\"]\n"), None);
    assert_eq!(refused("FROM node:22\nCMD [\"node\", \"x.js\"]\n"), None);
}

#[test]
fn the_notes_say_what_is_assumed() {
    let text = r#"FROM quay.example.com/eclipse-temurin:21-jdk-alpine@sha256:00
ENV MAVEN_OPTS=-Xmx1g
WORKDIR /app
COPY . .
RUN curl -o /usr/local/bin/probe https://example.com/probe
HEALTHCHECK CMD probe
CMD ["./mvnw", "spring-boot:run", "-Dserver.port=9000"]
"#;
    let notes = split(&SourceFile::new(text)).unwrap().notes;
    expect![[r#"
        The final stage starts from `quay.example.com/eclipse-temurin:21-jre-alpine`.
        Assumes that quay.example.com has the tag `21-jre-alpine` too.
        The base image's digest belongs to the builder: pin the runtime image anew.
        `-Dserver.port=9000` was given to Maven; now Java gets it.
        The new build step runs the tests: add `-DskipTests` to it if they need what the build lacks.
        Assumes that the build leaves one executable jar in /app/target, as spring-boot-maven-plugin does with its goal `repackage`; `cp` stops the build when there are several.
        The command becomes an ENTRYPOINT: words behind `docker run IMAGE` are now arguments of the application.
        EXPOSE 9000 is added: it is the port that Spring Boot listens on.
        The final stage has only app.jar of what was in /app: copy what else the application reads there.
        The final stage does not have MAVEN_OPTS."#]].assert_eq(&notes.join("\n"));
}

#[test]
fn the_example_is_offered_the_split() {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/spring-boot/Dockerfile"));
    assert!(hint(&SourceFile::new(text), Request::of(&ContextFiles::default())).is_some());
    expect![[r##"
        # A Spring Boot service in one stage, as a first Dockerfile often is: it works, and the image that comes
        # out holds the JDK, Maven, the sources and every dependency of the build. On the base image, dockstage
        # offers to split it into a builder and a final stage.

        FROM eclipse-temurin:21.0.2_13-jdk-jammy AS builder
        WORKDIR /app
        COPY .mvn/ .mvn
        COPY mvnw pom.xml ./
        RUN ./mvnw dependency:go-offline
        COPY src ./src
        RUN ./mvnw -B package && cp target/*.jar /app/app.jar

        FROM eclipse-temurin:21.0.2_13-jre-jammy AS final
        WORKDIR /app
        COPY --from=builder /app/app.jar app.jar
        EXPOSE 8080
        ENTRYPOINT ["java", "-jar", "app.jar"]
    "##]].assert_eq(&result(text));
}

#[test]
fn the_example_of_the_documentation() {
    let docs = include_str!("../mod.rs").lines().map_while(|line| line.strip_prefix("//!"));
    let docs: Vec<&str> = docs.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let blocks: Vec<String> =
        docs.split(|line| line.starts_with("```")).map(|it| it.join("\n") + "\n").collect();
    let [_, before, _, after, _] = blocks.as_slice() else { panic!("two blocks are wanted: {blocks:?}") };
    assert_eq!(&result(before), after);
}
