//! Little Dockerfiles, split.

use expect_test::{Expect, expect};

use super::*;

mod hazards;
mod offers;
mod properties;
mod refusals;

fn result(text: &str) -> String {
    result_with(&[], None, text)
}

pub(super) fn check(text: &str, expected: Expect) {
    expected.assert_eq(&result(text));
}

/// The same with files of the build context beside it, and folders by paths that end in `/`.
pub(super) fn check_with(files: &[(&str, &str)], text: &str, expected: Expect) {
    expected.assert_eq(&result_with(files, None, text));
}

/// The result with files of the build context, for a runtime image by its name; notes are left out.
pub(super) fn result_with(files: &[(&str, &str)], runtime: Option<&str>, text: &str) -> String {
    let mut context = ContextFiles::default();
    for (path, text) in files {
        match path.ends_with('/') {
            true => context.add_folder(path, true),
            false => context.add(path, text),
        }
    }
    // What holds for every split is looked at for every fixture, with every runtime image that is offered.
    properties::holds(text, &context).unwrap_or_else(|wrong| panic!("{wrong}"));
    match split_with(&SourceFile::new(text), Request { runtime, ..Request::of(&context) }) {
        Ok(split) => split.change.apply(text).unwrap(),
        Err(refusal) => format!("refused: {refusal}\n"),
    }
}

#[test]
fn the_guides_spring_boot_file() {
    check(
        r#"FROM eclipse-temurin:21.0.2_13-jdk-jammy
WORKDIR /app
COPY .mvn/ .mvn
COPY mvnw pom.xml ./
RUN ./mvnw dependency:go-offline
COPY src ./src
CMD ["./mvnw", "spring-boot:run"]
"#,
        expect![[r#"
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
        "#]],
    );
}

#[test]
fn environment_and_port_follow_where_they_stand() {
    check(
        r#"# Customer service

# the JDK
FROM eclipse-temurin:8-jdk

# sources
WORKDIR /srv/customer
COPY . .

# where to listen
ENV SERVER_PORT=9090

# open it
EXPOSE $SERVER_PORT

# start it
CMD ["./mvnw", "spring-boot:run"]
"#,
        expect![[r##"
            # Customer service

            # the JDK
            FROM eclipse-temurin:8-jdk AS builder

            # sources
            WORKDIR /srv/customer
            COPY . .

            RUN ./mvnw -B package && cp target/*.jar /srv/customer/app.jar

            FROM eclipse-temurin:8-jre AS final

            WORKDIR /srv/customer

            COPY --from=builder /srv/customer/app.jar app.jar

            # where to listen
            ENV SERVER_PORT=9090

            # open it
            EXPOSE $SERVER_PORT

            # start it
            ENTRYPOINT ["java", "-jar", "app.jar"]
        "##]],
    );
}

#[test]
fn what_configures_the_image_moves_with_its_comments() {
    check(
        r#"FROM eclipse-temurin:21-jdk-alpine
# Who made it
LABEL org.opencontainers.image.source=https://example.com/shop

EXPOSE 8081
ENV MAVEN_OPTS=-Xmx1g SPRING_PROFILES_ACTIVE=prod
VOLUME /tmp
STOPSIGNAL SIGINT
# Build here
WORKDIR /build
COPY . .
RUN ./mvnw -B verify
# Check it
HEALTHCHECK --interval=30s \
  CMD curl -f http://localhost:8081/actuator/health || exit 1
CMD ["java", "-Xmx512m", "-jar", "target/shop-1.0.jar", "--debug"]
"#,
        expect![[r#"
            FROM eclipse-temurin:21-jdk-alpine AS builder

            ENV MAVEN_OPTS=-Xmx1g SPRING_PROFILES_ACTIVE=prod
            # Build here
            WORKDIR /build
            COPY . .
            RUN ./mvnw -B verify

            FROM eclipse-temurin:21-jre-alpine AS final
            RUN apk add --no-cache curl
            # Who made it
            LABEL org.opencontainers.image.source=https://example.com/shop

            EXPOSE 8081
            ENV SPRING_PROFILES_ACTIVE=prod
            VOLUME /tmp
            STOPSIGNAL SIGINT
            WORKDIR /build
            COPY --from=builder /build/target/shop-1.0.jar app.jar
            # Check it
            HEALTHCHECK --interval=30s \
              CMD curl -f http://localhost:8081/actuator/health || exit 1
            CMD ["java", "-Xmx512m", "-jar", "app.jar", "--debug"]
        "#]],
    );
}

#[test]
fn what_a_user_was_given_stays_its_own() {
    let check = |given: &str, owner: &str| {
        let file = format!(
            "FROM node:22\nWORKDIR /app\n{given}RUN npm install && npm run build\nUSER node\nCMD [\"node\", \"dist/a.js\"]\n"
        );
        let split = result(&file);
        let copies: Vec<&str> = split.lines().filter(|it| it.starts_with("COPY --from=builder")).collect();
        assert!(
            !copies.is_empty() && copies.iter().all(|it| it.contains("--chown=") != owner.is_empty()),
            "{split}"
        );
        assert!(copies.iter().all(|it| it.contains(owner)), "{split}");
    };
    check("COPY --chown=node:node . .\n", "--chown=node:node ");
    check("COPY . .\nRUN chown -R node .\n", "--chown=node ");
    check("COPY . .\n", "");
    check("COPY --chown=other . .\n", "");
}

#[test]
fn users_and_their_files() {
    check(
        r#"FROM eclipse-temurin:21-jdk
RUN groupadd -r app && useradd -r -g app app
WORKDIR /home/app
RUN chown app:app /home/app
USER app:app
COPY --chown=app:app . .
RUN ./mvnw package -DskipTests
ENTRYPOINT exec java $JAVA_OPTS -jar target/*.jar
"#,
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS builder
            RUN groupadd -r app && useradd -r -g app app
            WORKDIR /home/app
            RUN chown app:app /home/app
            USER app:app
            COPY --chown=app:app . .
            RUN ./mvnw package -DskipTests
            RUN cp target/*.jar /home/app/app.jar

            FROM eclipse-temurin:21-jre AS final
            RUN groupadd -r app && useradd -r -g app app
            WORKDIR /home/app
            RUN chown app:app /home/app
            USER app:app
            COPY --from=builder --chown=app:app /home/app/app.jar app.jar
            ENTRYPOINT exec java $JAVA_OPTS -jar app.jar
        "#]],
    );
}

#[test]
fn a_jar_that_the_builder_puts_in_place_stays_there() {
    check(
        r#"FROM amazoncorretto:17
WORKDIR /src
COPY . .
RUN ./mvnw clean install && mv target/*.jar /opt/app.jar
WORKDIR /opt
COPY config/ config/
ENTRYPOINT ["java"]
CMD ["-jar", "/opt/app.jar"]
"#,
        expect![[r#"
            FROM amazoncorretto:17 AS builder
            WORKDIR /src
            COPY . .
            RUN ./mvnw clean install && mv target/*.jar /opt/app.jar

            FROM amazoncorretto:17-al2023-headless AS final
            COPY --from=builder /opt/app.jar /opt/app.jar
            WORKDIR /opt
            COPY config/ config/
            ENTRYPOINT ["java"]
            CMD ["-jar", "/opt/app.jar"]
        "#]],
    );
}

#[test]
fn arguments_of_the_maven_run_go_where_they_belong() {
    check(
        r#"FROM eclipse-temurin:17
WORKDIR /app
COPY . .
CMD ./mvnw -q -Pdocker -DskipTests spring-boot:run -Dspring-boot.run.profiles=prod -Dspring-boot.run.jvmArguments="-Xmx256m -Dx=y" -Dspring-boot.run.arguments=--server.port=9000
"#,
        expect![[r#"
            FROM eclipse-temurin:17 AS builder
            WORKDIR /app
            COPY . .
            RUN ./mvnw -B package -Pdocker -DskipTests && cp target/*.jar /app/app.jar

            FROM eclipse-temurin:17-jre AS final
            WORKDIR /app
            COPY --from=builder /app/app.jar app.jar
            EXPOSE 9000
            ENTRYPOINT ["java", "-Xmx256m", "-Dx=y", "-jar", "app.jar", "--spring.profiles.active=prod", "--server.port=9000"]
        "#]],
    );
}

#[test]
fn entrypoint_and_cmd_are_converted_together() {
    check(
        r#"FROM eclipse-temurin:17
WORKDIR /app
COPY . .
RUN ./mvnw package
ENTRYPOINT ["./mvnw"]
CMD ["spring-boot:run"]
"#,
        expect![[r#"
            FROM eclipse-temurin:17 AS builder
            WORKDIR /app
            COPY . .
            RUN ./mvnw package
            RUN cp target/*.jar /app/app.jar

            FROM eclipse-temurin:17-jre AS final
            WORKDIR /app
            COPY --from=builder /app/app.jar app.jar
            EXPOSE 8080
            ENTRYPOINT ["java", "-jar", "app.jar"]
        "#]],
    );
}

#[test]
fn mounts_go_on_with_the_added_build_step() {
    check(
        r#"FROM eclipse-temurin:21-jdk
WORKDIR /app
COPY .mvn .mvn
COPY mvnw pom.xml ./
RUN --mount=type=cache,target=/root/.m2 ./mvnw dependency:go-offline
COPY src src
CMD ["./mvnw","spring-boot:run"]
"#,
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS builder
            WORKDIR /app
            COPY .mvn .mvn
            COPY mvnw pom.xml ./
            RUN --mount=type=cache,target=/root/.m2 ./mvnw dependency:go-offline
            COPY src src
            RUN --mount=type=cache,target=/root/.m2 ./mvnw -B package && cp target/*.jar /app/app.jar

            FROM eclipse-temurin:21-jre AS final
            WORKDIR /app
            COPY --from=builder /app/app.jar app.jar
            EXPOSE 8080
            ENTRYPOINT ["java","-jar","app.jar"]
        "#]],
    );
}

#[test]
fn variables_in_from_are_followed_by_both_stages() {
    check(
        r#"ARG JAVA=21
FROM --platform=linux/amd64 eclipse-temurin:${JAVA}-jdk-jammy
WORKDIR /app
COPY . .
CMD ["./mvnw", "spring-boot:run"]
"#,
        expect![[r#"
            ARG JAVA=21
            FROM --platform=linux/amd64 eclipse-temurin:${JAVA}-jdk-jammy AS builder
            WORKDIR /app
            COPY . .
            RUN ./mvnw -B package && cp target/*.jar /app/app.jar

            FROM --platform=linux/amd64 eclipse-temurin:${JAVA}-jre-jammy AS final
            WORKDIR /app
            COPY --from=builder /app/app.jar app.jar
            EXPOSE 8080
            ENTRYPOINT ["java", "-jar", "app.jar"]
        "#]],
    );
    check(
        r#"ARG BASE=eclipse-temurin:21-jdk
FROM $BASE
COPY . /app
WORKDIR /app
CMD ["./mvnw", "spring-boot:run"]
"#,
        expect![[r#"
            ARG BASE=eclipse-temurin:21-jdk
            FROM $BASE AS builder
            COPY . /app
            WORKDIR /app
            RUN ./mvnw -B package && cp target/*.jar /app/app.jar

            FROM eclipse-temurin:21-jre AS final
            WORKDIR /app
            COPY --from=builder /app/app.jar app.jar
            EXPOSE 8080
            ENTRYPOINT ["java", "-jar", "app.jar"]
        "#]],
    );
}

#[test]
fn arguments_of_the_build_are_declared_again_where_they_are_used() {
    check(
        r#"FROM eclipse-temurin:21-jdk
ARG REVISION=dev
ARG HOME_DIR=/app
ARG UNUSED
WORKDIR $HOME_DIR
COPY . .
RUN ./mvnw package -Drevision=$REVISION
LABEL org.opencontainers.image.revision=$REVISION
CMD ["java", "-jar", "/app/target/app.jar"]
"#,
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS builder
            ARG REVISION=dev
            ARG HOME_DIR=/app
            ARG UNUSED
            WORKDIR $HOME_DIR
            COPY . .
            RUN ./mvnw package -Drevision=$REVISION

            FROM eclipse-temurin:21-jre AS final
            ARG REVISION=dev
            ARG HOME_DIR=/app
            WORKDIR $HOME_DIR
            COPY --from=builder /app/target/app.jar app.jar
            LABEL org.opencontainers.image.revision=$REVISION
            CMD ["java", "-jar", "/app/app.jar"]
        "#]],
    );
}

#[test]
fn the_name_that_the_stage_has() {
    check(
        "FROM eclipse-temurin:21-jdk AS build\nWORKDIR /app\nCOPY . .\nCMD [\"./mvnw\", \"spring-boot:run\"]\n",
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS build
            WORKDIR /app
            COPY . .
            RUN ./mvnw -B package && cp target/*.jar /app/app.jar

            FROM eclipse-temurin:21-jre AS final
            WORKDIR /app
            COPY --from=build /app/app.jar app.jar
            EXPOSE 8080
            ENTRYPOINT ["java", "-jar", "app.jar"]
        "#]],
    );
    check(
        "FROM eclipse-temurin:21-jdk AS production\nWORKDIR /app\nCOPY . .\nCMD [\"./mvnw\", \"spring-boot:run\"]\n",
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS builder
            WORKDIR /app
            COPY . .
            RUN ./mvnw -B package && cp target/*.jar /app/app.jar

            FROM eclipse-temurin:21-jre AS production
            WORKDIR /app
            COPY --from=builder /app/app.jar app.jar
            EXPOSE 8080
            ENTRYPOINT ["java", "-jar", "app.jar"]
        "#]],
    );
}

#[test]
fn the_style_of_the_file_is_kept() {
    let text = "from eclipse-temurin:21-jdk\r\nworkdir /app\r\ncopy . .\r\nlabel a=b \\\r\n  c=d\r\nrun ./mvnw package\r\ncmd [\"java\", \"-jar\", \"target/a.jar\"]";
    let split = result(text);
    assert_eq!(split.matches('\n').count(), split.matches("\r\n").count());
    expect![[r#"
        from eclipse-temurin:21-jdk as builder
        workdir /app
        copy . .
        run ./mvnw package

        from eclipse-temurin:21-jre as final
        workdir /app
        label a=b \
          c=d
        copy --from=builder /app/target/a.jar app.jar
        cmd ["java", "-jar", "app.jar"]"#]]
    .assert_eq(&split.replace("\r\n", "\n"));
}

#[test]
fn what_only_the_build_reads_leaves_a_long_env() {
    check(
        r#"FROM eclipse-temurin:21-jdk-alpine
RUN apk update
RUN apk add tzdata
ENV MAVEN_OPTS=-Xmx1g \
    TZ=Europe/Berlin \
    MAVEN_ARGS=-q \
    PORT=80
RUN ln -s /usr/share/zoneinfo/$TZ /etc/localtime
ENTRYPOINT ["./mvnw"]
WORKDIR /app
COPY . .
CMD ["spring-boot:run"]
"#,
        expect![[r#"
            FROM eclipse-temurin:21-jdk-alpine AS builder
            RUN apk update
            RUN apk add tzdata
            ENV MAVEN_OPTS=-Xmx1g \
                TZ=Europe/Berlin \
                MAVEN_ARGS=-q \
                PORT=80
            RUN ln -s /usr/share/zoneinfo/$TZ /etc/localtime
            WORKDIR /app
            COPY . .
            RUN ./mvnw -B package && cp target/*.jar /app/app.jar

            FROM eclipse-temurin:21-jre-alpine AS final
            RUN apk update
            RUN apk add tzdata
            ENV TZ=Europe/Berlin \
                PORT=80
            RUN ln -s /usr/share/zoneinfo/$TZ /etc/localtime
            EXPOSE 8080
            ENTRYPOINT ["java", "-jar", "app.jar"]
            WORKDIR /app
            COPY --from=builder /app/app.jar app.jar
        "#]],
    );
}

#[test]
fn a_relative_workdir_keeps_the_one_before_it() {
    check(
        r#"FROM eclipse-temurin:21-jdk
WORKDIR /opt/shop
COPY . .
RUN ./mvnw -B package
WORKDIR run
CMD ["java", "-jar", "/opt/shop/target/shop.jar"]
"#,
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS builder
            WORKDIR /opt/shop
            COPY . .
            RUN ./mvnw -B package

            FROM eclipse-temurin:21-jre AS final
            WORKDIR /opt/shop
            COPY --from=builder /opt/shop/target/shop.jar /opt/shop/run/app.jar
            WORKDIR run
            CMD ["java", "-jar", "/opt/shop/run/app.jar"]
        "#]],
    );
}

#[test]
fn a_heredoc_is_read_too() {
    check(
        r#"# escape=`
FROM eclipse-temurin:21-jdk
WORKDIR /app
COPY . .
RUN <<EOF
set -e
chmod +x mvnw
./mvnw -B package
EOF
CMD ["sh", "-c", "java $JAVA_OPTS -jar /app/target/app.jar"]
"#,
        expect![[r##"
            # escape=`
            FROM eclipse-temurin:21-jdk AS builder
            WORKDIR /app
            COPY . .
            RUN <<EOF
            set -e
            chmod +x mvnw
            ./mvnw -B package
            EOF

            FROM eclipse-temurin:21-jre AS final
            WORKDIR /app
            COPY --from=builder /app/target/app.jar app.jar
            CMD ["sh", "-c", "java $JAVA_OPTS -jar /app/app.jar"]
        "##]],
    );
}

#[test]
fn packages_and_files_for_the_application() {
    check(
        r#"FROM eclipse-temurin:21-jdk
RUN apt-get update && apt-get install -y fontconfig && rm -rf /var/lib/apt/lists/*
COPY settings.xml /root/.m2/settings.xml
COPY fonts/ /usr/share/fonts/
WORKDIR /app
RUN apt-get install -y maven
COPY . .
RUN ./mvnw package
RUN ./mvnw dependency:tree > tree.txt
COPY entry.properties ./
CMD ["java", "-jar", "target/app.jar"]
"#,
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS builder
            RUN apt-get update && apt-get install -y fontconfig && rm -rf /var/lib/apt/lists/*
            COPY settings.xml /root/.m2/settings.xml
            COPY fonts/ /usr/share/fonts/
            WORKDIR /app
            RUN apt-get install -y maven
            COPY . .
            RUN ./mvnw package
            RUN ./mvnw dependency:tree > tree.txt

            FROM eclipse-temurin:21-jre AS final
            RUN apt-get update && apt-get install -y fontconfig && rm -rf /var/lib/apt/lists/*
            COPY fonts/ /usr/share/fonts/
            WORKDIR /app
            COPY --from=builder /app/target/app.jar app.jar
            COPY entry.properties ./
            CMD ["java", "-jar", "app.jar"]
        "#]],
    );
}

#[test]
fn a_project_in_a_folder() {
    check(
        r#"FROM eclipse-temurin:21-jdk
COPY . /src
WORKDIR /src
CMD cd backend && ./mvnw spring-boot:run
"#,
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS builder
            COPY . /src
            WORKDIR /src
            RUN cd backend && ./mvnw -B package && cp target/*.jar /src/app.jar

            FROM eclipse-temurin:21-jre AS final
            WORKDIR /src
            COPY --from=builder /src/app.jar app.jar
            EXPOSE 8080
            ENTRYPOINT ["java", "-jar", "app.jar"]
        "#]],
    );
    check(
        r#"FROM eclipse-temurin:21-jdk
COPY . /src
WORKDIR /src
RUN ./mvnw -f backend/pom.xml package
CMD ["./mvnw", "-f", "backend/pom.xml", "spring-boot:run"]
"#,
        expect![[r#"
            FROM eclipse-temurin:21-jdk AS builder
            COPY . /src
            WORKDIR /src
            RUN ./mvnw -f backend/pom.xml package
            RUN cp backend/target/*.jar /src/app.jar

            FROM eclipse-temurin:21-jre AS final
            WORKDIR /src
            COPY --from=builder /src/app.jar app.jar
            EXPOSE 8080
            ENTRYPOINT ["java", "-jar", "app.jar"]
        "#]],
    );
}

/// A file around some instructions behind `COPY . .`.
fn guide_like(base: &str, rest: &str) -> String {
    format!("FROM {base}\nWORKDIR /app\nCOPY . .\n{rest}\n")
}
