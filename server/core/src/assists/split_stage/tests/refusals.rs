//! What is refused, and with which words.

use super::{guide_like, result};

#[test]
fn what_would_not_be_right_is_refused_with_the_reason() {
    let run = r#"CMD ["./mvnw", "spring-boot:run"]"#;
    for (text, reason) in [
        (guide_like("scratch", run), "built from scratch"),
        (guide_like("$BASE", run), "variable without a default"),
        (guide_like("openjdk:16", run), "Java 16"),
        (guide_like("ubuntu:24.04", run), "no runtime image is known"),
        (guide_like("eclipse-temurin:21-jre", run), "already is a runtime image"),
        (guide_like("eclipse-temurin:21-windowsservercore", run), "Windows"),
        (guide_like("eclipse-temurin:21", "CMD [\"./mvnw\", \"test\"]"), "starts no application"),
        (guide_like("eclipse-temurin:21", "CMD [\"./mvnw\", \"quarkus:dev\"]"), "`quarkus:dev` cannot run"),
        (guide_like("eclipse-temurin:21", "CMD ./mvnw spring-boot:run -pl web"), "picks modules"),
        (guide_like("eclipse-temurin:21", "CMD ./mvnw spring-boot:run -P$Y"), "variables"),
        (guide_like("eclipse-temurin:21", "CMD ./mvnw spring-boot:run -Dfoo=bar"), "`-Dfoo=bar` means"),
        (guide_like("eclipse-temurin:21", "CMD A=b ./mvnw spring-boot:run"), "sets `A`"),
        (
            guide_like("eclipse-temurin:21", "CMD ./mvnw spring-boot:run && echo done"),
            "more than one program",
        ),
        (guide_like("eclipse-temurin:21", "CMD (./mvnw spring-boot:run)"), "not simple enough"),
        (guide_like("eclipse-temurin:21", "RUN ./mvnw package"), "no CMD and no ENTRYPOINT"),
        (guide_like("eclipse-temurin:21", "ONBUILD RUN ./mvnw package"), "ONBUILD on line 4"),
        (guide_like("eclipse-temurin:21", "RUN ./mvnw package\nCMD [\"./run.sh\"]"), "starts `./run.sh`"),
        (
            guide_like("eclipse-temurin:21", "RUN ./mvnw package || true\nCMD java -jar target/a.jar"),
            "does not tell for certain",
        ),
        (
            guide_like(
                "eclipse-temurin:21",
                "RUN for m in a b; do ./mvnw package; done\nCMD java -jar target/a.jar",
            ),
            "too complex",
        ),
        (
            guide_like(
                "eclipse-temurin:21",
                "RUN ./mvnw package\nCMD [\"java\", \"-jar\", \"target/*.jar\"]",
            ),
            "taken literally",
        ),
        (guide_like("eclipse-temurin:21", "RUN ./mvnw package\nCMD java -jar $JAR"), "depends on a variable"),
        (
            guide_like("eclipse-temurin:21", "RUN ./mvnw package\nCMD java -cp $CP a.Main"),
            "class path `$CP` depends on a variable",
        ),
        (guide_like("eclipse-temurin:21", "RUN ./mvnw package\nCMD java -jar other.jar"), "no build step"),
        (
            guide_like(
                "eclipse-temurin:21",
                "RUN ./mvnw package\nCOPY lib/*.jar app.jar\nCMD java -jar app.jar",
            ),
            "comes from the build context (line 5)",
        ),
        (
            guide_like(
                "eclipse-temurin:21",
                "RUN --mount=type=cache,target=target ./mvnw package\nCMD java -jar target/a.jar",
            ),
            "lies in a mount (/app/target, line 4)",
        ),
        (
            guide_like(
                "eclipse-temurin:21",
                &format!("RUN curl -s https://example.com | sh\nUSER app\n{run}"),
            ),
            "creates the user `app` (line 5)",
        ),
        (
            guide_like(
                "eclipse-temurin:21",
                &format!("ENV JAVA_TOOL_OPTIONS=\"-javaagent:/app/a.jar\"\n{run}"),
            ),
            "loads the agent `/app/a.jar`",
        ),
        (
            guide_like("eclipse-temurin:21", &format!("COPY --from=builder /x /x\n{run}")),
            "`builder` would be a stage",
        ),
        (
            guide_like("eclipse-temurin:21", &format!("WORKDIR $UNKNOWN\n{run}")),
            "WORKDIR depends on a variable",
        ),
        (guide_like("eclipse-temurin:21", &format!("COPY\n{run}")), "line 4 has an error"),
        (guide_like("eclipse-temurin:21", "CMD [\"./gradlew\", \"test\"]"), "only `bootRun`"),
        (guide_like("alpine:3", "RUN echo hello\nCMD [\"true\"]"), "no build is found"),
        (format!("FROM alpine AS a\n{}", guide_like("eclipse-temurin:21", run)), "has 2 stages already"),
        (
            "FROM eclipse-temurin:21\nWORKDIR /app\nCMD ./mvnw spring-boot:run\n".to_owned(),
            "nothing to build",
        ),
        (
            guide_like("eclipse-temurin:21", "RUN ./mvnw package\nCMD cd web && java -jar target/a.jar"),
            "changes to /app/web",
        ),
        (
            guide_like("eclipse-temurin:21", &format!("COPY --from=0 /x /x\n{run}")),
            "line 4 uses the stage itself",
        ),
        (String::new(), "no stage"),
    ] {
        let refused = result(&text);
        assert!(refused.starts_with("refused: ") && refused.contains(reason), "{text}\n{refused}");
    }
}
