//! `dockstage split`.

use expect_test::expect;

use crate::sandbox::Sandbox;

const SPRING: &str = "\
FROM eclipse-temurin:21-jdk
WORKDIR /app
COPY . .
CMD [\"./mvnw\", \"spring-boot:run\"]
";

#[test]
fn the_new_text_is_printed_and_the_notes_beside_it() {
    let sandbox = Sandbox::new("split", &[("Dockerfile", SPRING)]);
    let ran = sandbox.run(&["split", "Dockerfile"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.starts_with("FROM eclipse-temurin:21-jdk AS builder\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("\nFROM eclipse-temurin:21-jre"), "{}", ran.stdout);
    assert!(ran.stderr.lines().all(|line| line.starts_with("dockstage: Dockerfile: ")), "{}", ran.stderr);
    assert!(!ran.stderr.is_empty());
    assert_eq!(sandbox.read("Dockerfile"), SPRING.as_bytes(), "the file is left alone");
    assert_eq!(sandbox.run_with(&["split", "-"], SPRING).stdout, ran.stdout);
}

#[test]
fn what_is_written_is_what_is_printed() {
    let sandbox = Sandbox::new("split-write", &[("Dockerfile", SPRING)]);
    let printed = sandbox.run(&["split", "Dockerfile"]).stdout;
    let ran = sandbox.run(&["split", "--write", "Dockerfile"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert_eq!(sandbox.read("Dockerfile"), printed.as_bytes());
    assert_eq!(sandbox.names(), ["Dockerfile"]);
    assert_eq!(sandbox.run(&["split", "--write", "Dockerfile"]).code, 3, "there is nothing left to split");
    assert_eq!(sandbox.read("Dockerfile"), printed.as_bytes());
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_stay() {
    let text = format!("\u{feff}{}", SPRING.replace('\n', "\r\n"));
    let sandbox = Sandbox::new("split-windows", &[("Dockerfile", &text)]);
    assert_eq!(sandbox.run(&["split", "--write", "Dockerfile"]).code, 0);
    let written = String::from_utf8(sandbox.read("Dockerfile")).unwrap();
    assert!(written.starts_with("\u{feff}FROM eclipse-temurin:21-jdk AS builder\r\n"), "{written:?}");
    assert_eq!(written.matches('\n').count(), written.matches("\r\n").count());
}

#[test]
fn a_diff_shows_what_changes() {
    let sandbox = Sandbox::new("split-diff", &[("api/Dockerfile", SPRING)]);
    let ran = sandbox.run(&["split", "--diff", "./api/Dockerfile"]);
    assert_eq!(ran.code, 0);
    expect![[r#"
        --- a/api/Dockerfile
        +++ b/api/Dockerfile
        @@ -1,4 +1,10 @@
        -FROM eclipse-temurin:21-jdk
        +FROM eclipse-temurin:21-jdk AS builder
         WORKDIR /app
         COPY . .
        -CMD ["./mvnw", "spring-boot:run"]
        +RUN ./mvnw -B package && cp target/*.jar /app/app.jar
        +
        +FROM eclipse-temurin:21-jre AS final
        +WORKDIR /app
        +COPY --from=builder /app/app.jar app.jar
        +EXPOSE 8080
        +ENTRYPOINT ["java", "-jar", "app.jar"]
    "#]]
    .assert_eq(&ran.stdout);
    assert_eq!(sandbox.read("api/Dockerfile"), SPRING.as_bytes());
}

#[test]
fn a_refusal_says_why() {
    let sandbox = Sandbox::new("split-refused", &[("Dockerfile", "FROM alpine\nRUN true\n")]);
    sandbox.write("latin-1", b"FROM eclipse-temurin:21-jdk\n# caf\xe9\n");
    let ran = sandbox.run(&["split", "Dockerfile"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    assert!(ran.stderr.starts_with("dockstage: Dockerfile cannot be split: "), "{}", ran.stderr);
    let ran = sandbox.run(&["split", "latin-1"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    assert_eq!(ran.stderr, "dockstage: latin-1 cannot be split: it is not valid UTF-8\n");
}

#[test]
fn what_cannot_be_read_or_written_is_an_error() {
    let sandbox = Sandbox::new("split-errors", &[("Dockerfile", SPRING)]);
    let ran = sandbox.run(&["split", "nowhere"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (2, "dockstage: nowhere: No such file or directory\n"));
    let ran = sandbox.run_with(&["split", "--write", "-"], SPRING);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_eq!(ran.stderr, "dockstage: -: standard input cannot be written to\n");
    assert_eq!(sandbox.run(&["split", "--write", "--diff", "Dockerfile"]).code, 2);
}

#[test]
fn the_runtime_is_chosen_by_its_name() {
    let sandbox = Sandbox::new("split-runtime", &[("Dockerfile", SPRING)]);
    let ran = sandbox.run(&["split", "--runtime", "distroless", "Dockerfile"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("\nFROM gcr.io/distroless/java21-debian13:nonroot"), "{}", ran.stdout);
    let ran = sandbox.run(&["split", "--runtime", "jlink", "Dockerfile"]);
    assert!(ran.stdout.contains("jlink --add-modules"), "{}", ran.stdout);
    let ran = sandbox.run(&["split", "--runtime", "mainframe", "Dockerfile"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    assert!(
        ran.stderr.contains("there is no runtime `mainframe` for it: there is jre, jlink"),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_projects_own_files_are_read() {
    let dockerfile =
        "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"npm\", \"start\"]\n";
    let package = "{\"scripts\": {\"start\": \"node build/index.js\"}}";
    let sandbox =
        Sandbox::new("split-context", &[("web/Dockerfile", dockerfile), ("web/package.json", package)]);
    let ran = sandbox.run(&["split", "web/Dockerfile"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("COPY --from=builder /app/build build\n"), "{}", ran.stdout);
    // From standard input there is no build context.
    let ran = sandbox.run_with(&["split", "-"], dockerfile);
    assert!(ran.stdout.contains("COPY --from=builder /app ./\n"), "{}", ran.stdout);
}

#[test]
fn the_build_context_is_that_of_the_configuration() {
    let dockerfile =
        "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"npm\", \"start\"]\n";
    let package = "{\"scripts\": {\"start\": \"node build/index.js\"}}";
    let sandbox = Sandbox::new(
        "split-build-context",
        &[
            ("docker/Dockerfile", dockerfile),
            ("web/package.json", package),
            ("dockstage.toml", "build.context = 'web'\n"),
        ],
    );
    let ran = sandbox.run(&["split", "docker/Dockerfile"]);
    assert!(ran.stdout.contains("COPY --from=builder /app/build build"), "{}", ran.stdout);
    let ran = sandbox.run(&["split", "--context", "docker", "docker/Dockerfile"]);
    assert!(ran.stdout.contains("COPY --from=builder /app ./"), "{}", ran.stdout);
    let ran = sandbox.run_with(&["split", "--context", "web", "-"], dockerfile);
    assert!(ran.stdout.contains("COPY --from=builder /app/build build"), "{}", ran.stdout);
    sandbox.write("dockstage.toml", b"build.context = 'nowhere'\n");
    assert_eq!(sandbox.run(&["split", "docker/Dockerfile"]).code, 2);
}

#[test]
fn an_image_of_the_user_takes_the_place_of_ours() {
    let settings = "[split.runtime]\neclipse-temurin = 'registry.example.com/base/jre'\n";
    let sandbox = Sandbox::new("split-own", &[("Dockerfile", SPRING), ("dockstage.toml", settings)]);
    let ran = sandbox.run(&["split", "Dockerfile"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("\nFROM registry.example.com/base/jre:21-jre AS final\n"), "{}", ran.stdout);
    assert!(ran.stderr.contains("takes the place of `eclipse-temurin:21-jre`"), "{}", ran.stderr);
}
