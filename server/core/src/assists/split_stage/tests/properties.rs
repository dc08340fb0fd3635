//! What holds for every split: the result is a good file, and its final stage is configured as before.

use proptest::prelude::*;

use super::*;
use crate::model::{Base, Dockerfile, RefTarget, state};
use crate::syntax::Keyword;

/// Bits of a Dockerfile, each fit for any place behind FROM.
const BITS: &[&str] = &[
    "WORKDIR /app",
    "WORKDIR sub",
    "WORKDIR /srv/$NAME",
    "COPY . .",
    "COPY src ./src",
    "COPY conf/ /etc/shop/",
    "# about the build\nRUN ./mvnw -B package",
    "RUN ./mvnw dependency:go-offline",
    "RUN groupadd -r app && useradd -r -g app app",
    "RUN mkdir -p /data && chown 1000:1000 /data",
    "RUN apt-get update \\\n  && apt-get install -y fontconfig \\\n  # and a comment\n  && rm -rf /var/lib/apt/lists/*",
    "RUN ./prepare.sh",
    "RUN apt-get update",
    "RUN apt-get install -y tzdata",
    "USER 1000",
    "USER root",
    "ARG NAME=shop",
    "ARG VERSION",
    "ENV NAME=store",
    "ENV MAVEN_OPTS=-Xmx1g A=\"b c\" JAVA_HOME=/j",
    "ENV legacy a value",
    "ENV V=$VERSION",
    "LABEL a=b \\\n  c=\"$NAME\"",
    "# the port\n# of the shop\nEXPOSE 8080/tcp",
    "EXPOSE $PORT 9000",
    "ENV PORT=1234",
    "VOLUME /tmp",
    "HEALTHCHECK --interval=5s CMD curl -f localhost || exit 1",
    "STOPSIGNAL SIGINT",
    "SHELL [\"/bin/bash\", \"-c\"]",
    "CMD [\"superseded\"]",
    "ENTRYPOINT [\"./mvnw\"]",
    "# alone",
    // Definitions over each other.
    "ENV OTHER=$NAME-2 PORT=${PORT:-1}",
    "ENV PATH=/app/bin:$PATH A=$NAME",
    "ARG NAME=later",
    "ARG PORT=99 VERSION=1",
    "ARG TARGETARCH",
    "ENV A='x y' \\\n    # of the build\n    GOFLAGS=-mod=vendor \\\n    B=${A}",
    "LABEL \"a b\"=c d='e f' \\\n  # why\n  g=$VERSION",
    "LABEL old form",
    "MAINTAINER somebody",
    // Users, shells, directories.
    "USER 1000:1000",
    "USER app:app",
    "USER $NAME",
    "SHELL [\"/bin/sh\", \"-c\"]",
    "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]",
    "WORKDIR ../up",
    "WORKDIR ./a/b",
    "WORKDIR /",
    "WORKDIR \"/with space\"",
    "WORKDIR ${NAME}",
    // Copies of all kinds.
    "COPY --chown=1000:1000 --chmod=755 --link run.sh /run.sh",
    "COPY --link --chown=app:app conf /app/conf",
    "COPY [\"a b\", \"/etc/a b/\"]",
    "COPY --from=alpine:3 /etc/passwd /etc/passwd",
    "ADD --chmod=644 https://example.com/a.tar.gz /opt/",
    "ADD data.tar $NAME/",
    "COPY <<EOF /etc/shop.conf\nport=$PORT\nEOF",
    "COPY --chmod=755 <<'EOF' /run.sh\n#!/bin/sh\nexec \"$@\"\nEOF",
    "ADD <<ONE <<TWO /etc/both/\na\nONE\nb $NAME\nTWO",
    // RUNs of all kinds.
    "RUN <<EOF\nset -e\napt-get update\napt-get install -y gcc curl\nmkdir -p /logs\nEOF",
    "RUN <<-EOT bash\n\techo $NAME\n\tEOT",
    "RUN [\"mkdir\", \"-p\", \"/json\"]",
    "RUN --mount=type=cache,target=/root/.cache --network=none ./prepare.sh \"$NAME\"",
    "RUN --mount=type=bind,target=. make",
    "RUN apk add --no-cache git tini \\\n      gcc musl-dev \\\n    && adduser -D shop",
    "RUN apt-get update && apt-get install -y git make libpq-dev tini && useradd shop && chown -R shop /app",
    "RUN curl -fsSL https://deb.nodesource.com/setup_22.x | bash - && apt-get install -y nodejs",
    "RUN git clone https://example.com/shop.git .",
    "RUN cd ui && npm ci && npm run build",
    "RUN chmod +x /run.sh /entry.sh",
    "RUN echo $PORT > /etc/port; for x in a b; do echo $x; done",
    // What configures the image.
    "HEALTHCHECK NONE",
    "HEALTHCHECK --start-period=1m \\\n  --retries=2 CMD [\"wget\", \"-q\", \"localhost\"]",
    "HEALTHCHECK CMD /app/check.sh $PORT",
    "VOLUME [\"/data\", \"/logs\"]",
    "VOLUME /app/data $NAME",
    "STOPSIGNAL $SIGNAL",
    "EXPOSE 80 443/udp 8000-8010",
    "ONBUILD RUN make",
    "CMD over $NAME",
    "ENTRYPOINT [\"/entry.sh\"]",
    "ENTRYPOINT exec ./start.sh",
    // In lower case.
    "env lower=1 other=$NAME",
    "run ./prepare.sh",
    "workdir lower",
    "copy . ./",
];

/// Base images, with ends of a file that build and start something on them.
const FAMILIES: &[(&[&str], &[&str])] = &[
    (
        &[
            "eclipse-temurin:21-jdk",
            "eclipse-temurin:17-alpine AS build",
            "eclipse-temurin:21 AS shop",
            "openjdk:17-slim",
        ],
        &[
            "CMD [\"java\", \"-jar\", \"/app/target/a.jar\"]",
            "ENTRYPOINT java -jar /app/target/*.jar",
            "CMD [\"./mvnw\", \"spring-boot:run\"]",
            "CMD ./mvnw -q spring-boot:run -Dspring-boot.run.profiles=prod",
            "ENTRYPOINT [\"./mvnw\"]\nCMD [\"spring-boot:run\"]",
            "RUN ./mvnw verify\nCMD java $JAVA_OPTS -jar target/*.jar",
            "RUN ./mvnw verify && cp target/*.jar /opt/a.jar\nENTRYPOINT [\"java\", \"-jar\"]\nCMD [\"/opt/a.jar\"]",
            "RUN ./mvnw verify\n# run it\nCMD [\"java\", \"-jar\", \"target/a.jar\"]\n# the end",
            "RUN javac -d out Main.java\nCMD [\"java\", \"-cp\", \"out:lib/*\", \"Main\"]",
        ],
    ),
    (
        &["gradle:8.10-jdk21", "gradle:jdk17-alpine"],
        &[
            "RUN gradle installDist\nENTRYPOINT [\"build/install/shop/bin/shop\"]",
            "RUN gradle build\nCMD java -jar build/libs/*.jar",
            "CMD [\"gradle\", \":web:bootRun\", \"--args=--port=1 x\"]",
            "RUN gradle bootJar\nCOPY build/libs/*.jar /opt/a.jar\nCMD [\"java\", \"-jar\", \"/opt/a.jar\"]",
        ],
    ),
    (
        &["golang:1.24-bookworm", "golang:1.25-alpine3.22 AS build"],
        &[
            "RUN go build -o /app/server .\nCMD [\"/app/server\"]",
            "RUN CGO_ENABLED=0 go build -o server ./cmd/server\nCMD ./server --port 1",
            "CMD [\"go\", \"run\", \".\"]",
            "RUN go install ./cmd/shop\nENTRYPOINT [\"shop\"]\nCMD [\"-c\", \"conf/a.yaml\"]",
        ],
    ),
    (
        &["rust:1.85", "rust:alpine3.20"],
        &[
            "RUN cargo build --release\nCMD [\"./target/release/shop\"]",
            "RUN cargo install --path . --bin shop\nENTRYPOINT shop",
            "CMD [\"cargo\", \"run\", \"--release\", \"--bin\", \"shop\"]",
        ],
    ),
    (
        &["node:22", "node:20-alpine AS shop"],
        &[
            "RUN npm ci && npm run build\nCMD [\"node\", \"dist/main.js\"]",
            "RUN npm install\nCOPY . .\nCMD node server.js",
            "RUN yarn\nRUN yarn build\nCMD yarn start",
            "RUN pnpm install && pnpm build\n# start\nCMD [\"node\", \".output/server/index.mjs\"]",
        ],
    ),
    (
        &["python:3.12", "python:3.9-bullseye"],
        &[
            "RUN pip install -r requirements.txt\nCMD [\"gunicorn\", \"app:app\"]",
            "RUN python -m venv /venv && /venv/bin/pip install x\nENTRYPOINT [\"/venv/bin/x\"]",
            "RUN apt-get install -y gcc libpq-dev && pip3 install -e .\nCOPY . .\nCMD exec app",
            "RUN uv sync --frozen\nCMD [\"uv\", \"run\", \"main.py\"]",
        ],
    ),
    (
        &["ruby:3.3", "ruby:3.4-bookworm"],
        &[
            "RUN bundle install\nCMD [\"bundle\", \"exec\", \"puma\"]",
            "ENV BUNDLE_PATH=/gems\nRUN bundle install\nCOPY . .\nCMD rackup",
        ],
    ),
    (
        &["mcr.microsoft.com/dotnet/sdk:9.0", "mcr.microsoft.com/dotnet/sdk:8.0-alpine"],
        &[
            "RUN dotnet publish -c Release -o out\nENTRYPOINT [\"dotnet\", \"out/Shop.dll\"]",
            "RUN dotnet publish -r linux-musl-x64 --self-contained -o /srv/out\nCMD /srv/out/Shop",
            "CMD [\"dotnet\", \"run\", \"--project\", \"Shop.csproj\"]",
        ],
    ),
    (
        &["gcc:13", "debian:bookworm"],
        &["RUN gcc -o main main.c\nCMD [\"./main\"]", "RUN make && make install\nCMD shopd"],
    ),
    (
        &["elixir:1.17", "elixir:1.18-alpine"],
        &["RUN mix release\nCMD [\"/app/_build/prod/rel/shop/bin/shop\", \"start\"]"],
    ),
    (&["swift:6.0"], &["RUN swift build -c release\nCMD [\".build/release/shop\"]"]),
    (
        &["node:22", "node:20-bookworm"],
        &[
            "RUN npm ci && npm run build\nEXPOSE 3000\nCMD [\"npx\", \"serve\", \"-s\", \"dist\"]",
            "ENV API=/api\nRUN yarn build\nENTRYPOINT [\"http-server\", \"build\"]",
        ],
    ),
    (
        &["php:8.3-fpm", "php:8.2-apache AS shop"],
        &[
            "COPY --from=composer:2 /usr/bin/composer /usr/bin/composer\nRUN composer install --no-dev",
            "RUN composer install && php artisan optimize\nCMD [\"php-fpm\"]",
        ],
    ),
    (
        &["tomcat:10.1-jdk21", "tomcat:9-jdk17-temurin"],
        &[
            "RUN mvn -B package && cp target/shop.war /usr/local/tomcat/webapps/ROOT.war\nCMD [\"catalina.sh\", \"run\"]",
            "RUN ./mvnw package\nRUN mv target/shop.war $CATALINA_HOME/webapps/\nEXPOSE 8080",
        ],
    ),
    (
        &["ghcr.io/graalvm/native-image-community:21"],
        &["RUN ./mvnw -Pnative native:compile\nENTRYPOINT ./target/shop"],
    ),
    (
        &["debian:trixie", "alpine:3.22", "ubuntu:24.04"],
        &["RUN zig build -Doptimize=ReleaseSafe\nCMD [\"zig-out/bin/shop\"]"],
    ),
    // The last stage is built from the builder, or from a JDK.
    (
        &["eclipse-temurin:21-jdk AS builder"],
        &[
            "RUN ./mvnw package\nFROM builder AS production\nCOPY --from=builder /app/target/a.jar /a.jar\nCMD [\"java\", \"-jar\", \"/a.jar\"]",
            "RUN ./mvnw package\nFROM builder\nWORKDIR /srv\nLABEL version=$VERSION\nCMD [\"java\", \"-jar\", \"/app/target/a.jar\"]",
        ],
    ),
    (
        &["golang:1.24 AS build", "rust:1.85 AS build"],
        &[
            "RUN go build -o /app/server .\nFROM build AS run\nENV V=$NAME\nCOPY --from=build /app/server /server\nENTRYPOINT [\"/server\"]",
        ],
    ),
    (
        &["maven:3.9-eclipse-temurin-21 AS build"],
        &[
            "RUN mvn package\nFROM eclipse-temurin:21\nENV A=1\nCOPY --from=build /app/target/a.jar /a.jar\nCMD [\"java\", \"-jar\", \"/a.jar\"]",
        ],
    ),
    // The jar comes from the build context.
    (
        &["openjdk:17", "eclipse-temurin:21-jdk"],
        &["COPY target/*.jar app.jar\nCMD [\"java\", \"-jar\", \"app.jar\"]"],
    ),
    (
        &["haskell:9.6"],
        &[
            "RUN cabal install shop\nCMD [\"shop\"]",
            "RUN stack build --copy-bins --local-bin-path /usr/local/bin shop\nCMD [\"shop\"]",
        ],
    ),
    (
        &["maven", "maven:3.9-amazoncorretto-21", "sbtscala/scala-sbt:eclipse-temurin-21.0.8_9_1.11.5_3.7.2"],
        &[
            "RUN mvn package\nENTRYPOINT [\"java\", \"-jar\", \"target/quarkus-app/quarkus-run.jar\"]",
            "RUN mvn package -Dquarkus.package.jar.type=uber-jar\nCMD [\"java\", \"-jar\", \"target/a-runner.jar\"]",
            "RUN sbt assembly\nCMD [\"java\", \"-jar\", \"target/scala-3.7.2/a-assembly-1.jar\"]",
            "RUN mvn install\nENTRYPOINT [\"/entry.sh\"]\nCMD java $OPTS -jar target/a.jar",
        ],
    ),
    (
        &["gradle", "gradle:8-jdk21-corretto", "eclipse-temurin:25"],
        &[
            "RUN gradle shadowJar\nCMD [\"java\", \"-jar\", \"build/libs/a-all.jar\"]",
            "RUN ./gradlew nativeCompile\nCMD [\"build/native/nativeCompile/shop\"]",
            "RUN ./gradlew bootJar && mv build/libs/*.jar app.jar\nENTRYPOINT [\"sh\", \"-c\", \"java $OPTS -jar app.jar\"]",
        ],
    ),
    (
        &["clojure:temurin-21-lein", "openjdk:11"],
        &[
            "RUN lein uberjar\nCMD [\"java\", \"-jar\", \"target/a-standalone.jar\"]",
            "RUN javac Main.java\nCMD [\"java\", \"Main\"]",
        ],
    ),
    (
        &["golang:1.24", "golang:alpine", "ubuntu:22.04"],
        &[
            "RUN go build -o bin/ ./cmd/...\nENV PATH=/app/bin:$PATH\nENTRYPOINT [\"shop\"]",
            "RUN make build\nENTRYPOINT [\"/entry.sh\"]\nCMD ./bin/shop --port $PORT",
            "RUN go build -o shop\nCMD /wait-for-it.sh db:5432 -- ./shop",
        ],
    ),
    (
        &["oven/bun:1"],
        &[
            "RUN bun install && bun run build\nENTRYPOINT [\"bun\", \"dist/a.js\"]",
            "RUN bun install && bun run build\nCMD [\"bun\", \"start\"]",
        ],
    ),
    (
        &["node:24", "node:22-bookworm"],
        &[
            "RUN npm ci && npx next build\nCMD [\"npx\", \"next\", \"start\"]",
            "RUN npm ci && npm run build && npm prune --omit=dev\nUSER node\nCMD [\"npm\", \"start\"]",
            "RUN corepack enable && yarn install --immutable && yarn build\nCMD [\"yarn\", \"start\"]",
            "RUN npm i && npx tsc\nENTRYPOINT [\"tini\", \"--\"]\nCMD node dist/a.js",
        ],
    ),
    (
        &["python:3.12-alpine"],
        &["RUN apk add gcc musl-dev && pip install .\nENTRYPOINT [\"/entry.sh\"]\nCMD gunicorn a:b"],
    ),
    (
        &["python:3.13", "ghcr.io/astral-sh/uv:python3.12-bookworm"],
        &[
            "RUN pip install pipenv && pipenv install --system\nCMD python a.py",
            "ENV POETRY_VIRTUALENVS_CREATE=false\nRUN pip install poetry && poetry install\nCMD [\"poetry\", \"run\", \"app\"]",
            "RUN uv sync\nENV PATH=/app/.venv/bin:$PATH\nCMD [\"python\", \"-m\", \"app\"]",
        ],
    ),
    (
        &["mcr.microsoft.com/dotnet/sdk:10.0", "mcr.microsoft.com/dotnet/core/sdk:3.1"],
        &[
            "RUN dotnet publish -c Release\nENTRYPOINT [\"dotnet\", \"bin/Release/net10.0/publish/Shop.dll\"]",
            "RUN dotnet publish -r linux-x64 -p:PublishAot=true -o /out\nENTRYPOINT [\"/out/shop\"]",
        ],
    ),
    (
        &["debian:bookworm", "ubuntu:24.04", "alpine:3.22", "gcc:14"],
        &[
            "RUN mkdir build && cd build && cmake .. && make\nCMD [\"./build/shop\"]",
            "RUN meson setup out && meson compile -C out\nENTRYPOINT [\"out/shop\"]",
            "RUN ./configure && make && make install\nCMD [\"shopd\", \"-f\"]",
            "RUN cargo build --release\nCMD [\"target/release/shop\"]",
        ],
    ),
    (
        &["debian:bookworm", "ubuntu:24.04"],
        &[
            "RUN apt-get update && apt-get install -y openjdk-17-jdk maven\nRUN mvn package\nCMD [\"java\", \"-jar\", \"target/a.jar\"]",
        ],
    ),
    (&["dart:stable", "dart:3.9"], &["RUN dart compile exe bin/a.dart -o bin/a\nCMD [\"bin/a\"]"]),
    (
        &["ruby:3.4-alpine"],
        &[
            "RUN apk add build-base\nRUN bundle config set path /gems && bundle install\nCOPY . .\nCMD bundle exec puma",
        ],
    ),
    (
        &["elixir:1.18"],
        &["ENV MIX_ENV=prod\nRUN mix deps.get && mix release\nCMD _build/prod/rel/shop/bin/shop start"],
    ),
];

fn dockerfile() -> impl Strategy<Value = String> {
    let bits = prop::collection::vec((prop::sample::select(BITS), any::<bool>()), 0..12);
    let family = prop::sample::select(FAMILIES);
    let family = (family, any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let form = (any::<bool>(), any::<bool>(), 0..8_u8);
    (family, bits, form).prop_map(|(((bases, commands), base, command), bits, (crlf, newline, form))| {
        let mut text = format!("ARG GLOBAL=1\nFROM {}\n", base.get(bases));
        for (bit, blank) in bits {
            text.push_str(if blank { "\n" } else { "" });
            text.push_str(bit);
            text.push('\n');
        }
        text.push_str(commands[command.index(commands.len())]);
        text.push_str(if newline { "\n" } else { "" });
        let text = match form {
            0 => format!("# escape=`\n{}", text.replace("\\\n", "`\n")),
            1 => in_lower_case(&text),
            2 => format!("# syntax=docker/dockerfile:1\n\n# Of the shop.\n{text}"),
            _ => text,
        };
        if crlf { text.replace('\n', "\r\n") } else { text }
    })
}

/// A file with its keywords in lower case.
fn in_lower_case(text: &str) -> String {
    let lower = |line: &str| match line.split_once(' ') {
        Some((word, rest)) if word.len() > 2 && word.bytes().all(|b| b.is_ascii_uppercase()) => {
            format!("{} {rest}\n", word.to_ascii_lowercase())
        }
        _ => format!("{line}\n"),
    };
    let lines: String = text.lines().map(lower).collect();
    if text.ends_with('\n') { lines } else { lines.trim_end().to_owned() }
}

/// The file with a runtime image by the name of its kind, and what is wrong with it; nothing for one that is refused.
fn result_of(
    file: &SourceFile,
    context: &ContextFiles,
    runtime: Option<&str>,
) -> Result<Option<(Split, String)>, String> {
    match split_with(file, Request { runtime, ..Request::of(context) }) {
        Ok(split) => {
            let text = split.change.apply(&file.text().to_string()).map_err(|error| error.to_string())?;
            Ok(Some((split, text)))
        }
        Err(refusal) if refusal.reason.is_empty() || refusal.reason.contains("overlap") => {
            Err(format!("a refusal says {:?}", refusal.reason))
        }
        Err(_) => Ok(None),
    }
}

/// What every split keeps, whatever the way to build and whatever runtime image is asked for.
pub(super) fn holds(text: &str, context: &ContextFiles) -> Result<(), String> {
    let file = SourceFile::new(text);
    let mut names = vec![None];
    if let Ok(view) = view::View::new(&file, Request::of(context)) {
        names.extend(plan::variants(&view).iter().map(|it| Some(it.name)));
    }
    for name in names {
        let Some((split, result)) = result_of(&file, context, name)? else { continue };
        let wrong = |what: String| format!("{}: {what}:\n{result}", name.unwrap_or("preferred"));
        is_good(&file, context, &split, &result).map_err(wrong)?;
    }
    Ok(())
}

fn is_good(before: &SourceFile, context: &ContextFiles, split: &Split, result: &str) -> Result<(), String> {
    let after = SourceFile::new(result);
    let (old, new) = (before.dockerfile(), after.dockerfile());
    let text = before.text().to_string();

    // A file without faults, that has nothing more to split.
    let is_sound =
        |it: &Dockerfile| it.faults.is_empty() && it.instructions().all(|it| it.data.faults.is_empty());
    if is_sound(old) && !is_sound(new) {
        return Err("has a fault".to_owned());
    }
    if split_with(&after, Request::of(context)).is_ok() {
        return Err("is split again".to_owned());
    }
    let last = new.default_target().ok_or("no stage is left")?;
    if split.title != rebase::TITLE && new.stages.len() != 2 {
        return Err(format!("{} stages", new.stages.len()));
    }
    if split.title != vendor::TITLE && !matches!(last.base, Base::Image(_) | Base::Scratch) {
        return Err("the final stage has no image of its own".to_owned());
    }

    // The image is configured as before, but for what the split says.
    let said: Vec<Setting> = split.changes.iter().map(|it| it.what.clone()).collect();
    let found = differences(before, &after);
    if said != found {
        return Err(format!("it says that it changes {said:?}, it changes {found:?}"));
    }
    if let Some(silent) = split.changes.iter().find(|it| it.why.is_empty()) {
        return Err(format!("nothing says why {:?} changes", silent.what));
    }

    // What the user wrote is there, written as the user writes.
    let left: Vec<&str> = comments(&text).into_iter().filter(|it| !comments(result).contains(it)).collect();
    if !left.is_empty() {
        return Err(format!("lost comments {left:?}"));
    }
    if text.contains("\r\n") && result.matches('\n').count() != result.matches("\r\n").count() {
        return Err("line ends are mixed".to_owned());
    }
    let lower = |it: &Dockerfile| {
        it.instructions()
            .filter(|it| it.data.keyword_word.text.chars().all(|c| c.is_ascii_lowercase()))
            .count()
    };
    if lower(old) == old.instructions().len() && lower(new) != new.instructions().len() {
        return Err("keywords are in another case".to_owned());
    }
    Ok(())
}

/// The comments that stand on lines of their own between instructions.
fn comments(text: &str) -> Vec<&str> {
    let escape = if text.starts_with("# escape=`") { '`' } else { '\\' };
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('#') {
            // One within an instruction goes where the instruction goes.
            found.extend((!inside).then_some(line));
        } else if !line.is_empty() {
            inside = line.ends_with(escape);
        }
    }
    found
}

/// What the plan says of a split's COPYs is what they do.
fn copies_as_planned(text: &str) -> Result<(), TestCaseError> {
    let before = SourceFile::new(text);
    let context = ContextFiles::default();
    let request = Request::of(&context);
    let (Ok(plan), Ok(split)) = (plan(&before, request), split(&before)) else { return Ok(()) };
    let result = split.change.apply(text).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let after = SourceFile::new(&result);
    let new = after.dockerfile();
    let from_builder = new.refs.iter().filter(|it| it.target == RefTarget::Stage(new.stages[0].id));
    prop_assert_eq!(from_builder.clone().count(), plan.artifacts.len(), "{}", result);
    for (reference, artifact) in from_builder.zip(&plan.artifacts) {
        let copy = new.instruction(reference.instruction);
        let dir = state::before(new, copy.id).workdir.unwrap_or_default();
        let to = copy.data.arguments.words().last().map_or("", |it| it.text.as_str());
        prop_assert_eq!(&paths::join(&paths::join("/", &dir), to), &artifact.to, "{}", result);
    }
    let is_command = |keyword| matches!(keyword, Keyword::Cmd | Keyword::Entrypoint);
    prop_assert!(
        !new.stages[0].instructions().any(|id| is_command(new.instruction(id).keyword())),
        "{result}"
    );
    Ok(())
}

/// A file with something cut out and something put in, anywhere.
fn broken() -> impl Strategy<Value = String> {
    let inserts =
        prop::sample::select(&["", "\\", "\n", "\"", "[", "$", "é", "<<EOF\n", "FROM x\n", " && ", "#"][..]);
    (dockerfile(), any::<prop::sample::Index>(), 0..40_usize, inserts).prop_map(|(text, at, len, insert)| {
        let chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len());
        let end = (at + len).min(chars.len());
        chars[..at].iter().copied().chain(insert.chars()).chain(chars[end..].iter().copied()).collect()
    })
}

#[test]
fn the_families_are_split() {
    let mut refused = String::new();
    for (bases, commands) in FAMILIES {
        for (base, command) in bases.iter().flat_map(|base| commands.iter().map(move |it| (base, it))) {
            let text = format!("FROM {base}\nWORKDIR /app\nCOPY . .\n{command}\n");
            if let Err(refusal) = split(&SourceFile::new(&text)) {
                refused.push_str(&format!("{base}: {}: {refusal}\n", command.replace('\n', "; ")));
            }
        }
    }
    expect![[r#"
        node:20-alpine AS shop: RUN npm install; COPY . .; CMD node server.js: there is nothing to gain: the base image is small, and no compilers are installed
        gcc:13: RUN make && make install; CMD shopd: `make install` puts files in more places than the program's: it is not known which ones are needed
        gcc:14: RUN ./configure && make && make install; CMD ["shopd", "-f"]: `make install` puts files in more places than the program's: it is not known which ones are needed
    "#]].assert_eq(&refused);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 768, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_split_is_a_good_file_that_is_configured_as_before(text in dockerfile()) {
        holds(&text, &ContextFiles::default()).map_err(|wrong| TestCaseError::fail(format!("{wrong}\nof:\n{text}")))?;
        copies_as_planned(&text)?;
    }

    #[test]
    fn a_broken_file_is_split_or_refused(text in broken()) {
        let file = SourceFile::new(&text);
        let everywhere = TextRange::new(0.into(), file.text().len());
        let action = assist(&file, everywhere, Request::of(&ContextFiles::default()));
        let result = split(&file);
        prop_assert_eq!(hint(&file, Request::of(&ContextFiles::default())).is_some(), result.is_ok());
        prop_assert_eq!(action.is_some_and(|it| it.change.is_some()), result.is_ok());
        if let Ok(split) = result {
            let after = split.change.apply(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert!(super::split(&SourceFile::new(&after)).is_err(), "{after}");
        }
    }
}
