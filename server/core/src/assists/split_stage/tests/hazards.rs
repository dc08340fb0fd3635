//! What may go wrong with a split is said, or is taken care of: a case for each kind of hazard.

use super::*;

/// The result with its notes in front, for a runtime image by its name.
fn told(runtime: Option<&str>, text: &str) -> String {
    let context = ContextFiles::default();
    properties::holds(text, &context).unwrap_or_else(|wrong| panic!("{wrong}"));
    match split_with(&SourceFile::new(text), Request { runtime, ..Request::of(&context) }) {
        Ok(split) => format!("{}\n\n{}", split.notes.join("\n"), split.change.apply(text).unwrap()),
        Err(refusal) => format!("refused: {refusal}\n"),
    }
}

fn go(base: &str, rest: &str) -> String {
    format!("FROM {base}\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o server .\n{rest}\n")
}

#[test]
fn every_hazard_is_said_or_taken_care_of() {
    let spring = |base: &str| guide_like(base, "CMD [\"./mvnw\", \"spring-boot:run\"]");
    let gradle = guide_like("eclipse-temurin:21", "RUN ./gradlew build\nCMD java -jar build/libs/*.jar");
    let start = "CMD [\"./server\"]";
    for (runtime, text, words) in [
        // Another vendor's Java, and a base image that says no version.
        (None, spring("openjdk:17"), "another vendor than that of `openjdk:17`"),
        (None, spring("amazoncorretto:17-alpine"), "another vendor's Java"),
        (None, guide_like("maven:3", "RUN mvn package\nCMD java -jar target/a.jar"), "does not fix a version"),
        // More than one jar.
        (None, gradle, "-plain.jar"),
        (None, spring("eclipse-temurin:21"), "`cp` stops the build when there are several"),
        // Nothing there: shell, certificates, time zones, users.
        (Some("scratch"), go("golang:1.24", start), "no certificates, no time zones, no users"),
        (Some("scratch"), go("golang:1.24", &format!("ENV TZ=Europe/Berlin\n{start}")), "/usr/share/zoneinfo"),
        (Some("scratch"), go("golang:1.24-alpine", &format!("ENV TZ=Europe/Berlin\n{start}")), "copy them into it"),
        (None, go("golang:1.24-alpine", &format!("ENV TZ=Europe/Berlin\n{start}")), "tzdata"),
        (
            None,
            guide_like("golang:1.24-bookworm", "RUN go build -o server .\nCMD [\"./server\"]"),
            "/etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt",
        ),
        (Some("distroless"), go("golang:1.24", "RUN adduser app\nCMD [\"./server\"]"), "has no shell, which line 5 needs"),
        (Some("distroless"), go("golang:1.24", start), "who cannot write into WORKDIR"),
        (Some("distroless"), go("golang:1.24", &format!("HEALTHCHECK CMD ./server check\n{start}")), "has no shell, which line 5"),
        // The tool of a HEALTHCHECK.
        (None, go("golang:1.24", &format!("HEALTHCHECK CMD curl -f localhost\n{start}")), "HEALTHCHECK calls `curl`, which `debian:trixie-slim` lacks: the final stage installs it"),
        (
            None,
            go("golang:1.24", &format!("RUN go install example.com/probe && cp /go/bin/probe /usr/bin/probe\nHEALTHCHECK CMD probe\n{start}")),
            "HEALTHCHECK calls `probe`: make sure",
        ),
        // Libraries that native modules load.
        (None, "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"a.js\"]\n".to_owned(), "Native addons"),
        (None, "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD [\"a\"]\n".to_owned(), "native code"),
        // The directory of somebody who is not root.
        (
            None,
            "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build && chown -R node:node /app\nUSER node\nCMD [\"node\", \"dist/a.js\"]\n".to_owned(),
            "RUN chown node:node /app\nUSER node",
        ),
        // No directory, and lines that only print.
        (None, "FROM node:22\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"node\", \"dist/a.js\"]\n".to_owned(),
            "There is no WORKDIR"),
        (None, go("golang:1.24", &format!("RUN ls -l && pwd\n{start}")), "The RUN on line 5 only prints"),
    ] {
        let told = told(runtime, &text);
        assert!(told.contains(words), "`{words}` is missing:\n{text}\n=>\n{told}");
    }
}

#[test]
fn the_directory_of_the_base_image_counts() {
    let text = "FROM golang:1.24\nCOPY . .\nRUN go build -o app .\nCMD [\"./app\"]\n";
    let expected = "AS final\nWORKDIR /go\nCOPY --from=builder /go/app app\n";
    assert!(told(None, text).contains(expected), "{}", told(None, text));
    let static_one = text
        .replace("go build", "CGO_ENABLED=0 go build")
        .replace("FROM golang:1.24", "FROM golang:1.24\nWORKDIR /");
    let expected = "AS final\nWORKDIR /\nCOPY --from=builder /app /app\n";
    assert!(
        told(Some("distroless"), &static_one).contains(expected),
        "{}",
        told(Some("distroless"), &static_one)
    );
}

#[test]
fn another_c_library_is_said() {
    let sbt = guide_like(
        "sbtscala/scala-sbt:eclipse-temurin-alpine-21.0.2_13_1.10.0_3.4.2",
        "RUN sbt assembly && cp target/scala-3.4.2/shop.jar /app/shop.jar\nCMD [\"java\", \"-jar\", \"shop.jar\"]",
    );
    assert!(told(None, &sbt).contains("another C library than the builder"), "{}", told(None, &sbt));
    // Programs for it, and files that are no programs, are all the same to it.
    let musl = guide_like(
        "mcr.microsoft.com/dotnet/sdk:8.0",
        "RUN dotnet publish -r linux-musl-x64 --self-contained -o /out\nCMD [\"/out/Shop\"]",
    );
    let said = told(None, &musl);
    assert!(
        said.contains("8.0-alpine") && !said.contains("C library") && !said.contains("of what was in"),
        "{said}"
    );
    let site = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm run build\nCMD [\"serve\", \"dist\"]\n";
    let said = told(None, site);
    assert!(
        said.contains("nginx:stable-alpine") && !said.contains("C library") && !said.contains("has only"),
        "{said}"
    );
}
