//! What holds for every split: the result is a good file, and its final stage is configured as before.

use proptest::prelude::*;

use super::*;
use crate::model::{Base, Dockerfile, RefTarget, Stage, state};
use crate::syntax::Keyword;

/// Instructions that configure the image and move as they are.
const CONFIGURATION: [Keyword; 6] = [
    Keyword::Label,
    Keyword::Expose,
    Keyword::Volume,
    Keyword::Healthcheck,
    Keyword::Stopsignal,
    Keyword::Maintainer,
];

/// Bits of a Dockerfile, each fit for any place behind FROM.
const BITS: [&str; 33] = [
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
];

/// Base images, with ends of a file that build and start something on them.
const FAMILIES: [(&[&str], &[&str]); 12] = [
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
        &["haskell:9.6"],
        &[
            "RUN cabal install shop\nCMD [\"shop\"]",
            "RUN stack build --copy-bins --local-bin-path /usr/local/bin shop\nCMD [\"shop\"]",
        ],
    ),
];

fn dockerfile() -> impl Strategy<Value = String> {
    let bits = prop::collection::vec((prop::sample::select(&BITS[..]), any::<bool>()), 0..12);
    let family = prop::sample::select(&FAMILIES[..]);
    let family = (family, any::<prop::sample::Index>(), any::<prop::sample::Index>());
    (family, bits, any::<bool>(), any::<bool>()).prop_map(
        |(((bases, commands), base, command), bits, crlf, newline)| {
            let mut text = format!("ARG GLOBAL=1\nFROM {}\n", base.get(bases));
            for (bit, blank) in bits {
                text.push_str(if blank { "\n" } else { "" });
                text.push_str(bit);
                text.push('\n');
            }
            text.push_str(commands[command.index(commands.len())]);
            text.push_str(if newline { "\n" } else { "" });
            if crlf { text.replace('\n', "\r\n") } else { text }
        },
    )
}

fn configuration(file: &SourceFile, stage: &Stage) -> Vec<String> {
    let dockerfile = file.dockerfile();
    let instructions = stage.instructions().map(|id| dockerfile.instruction(id));
    let found = instructions.filter(|it| CONFIGURATION.contains(&it.keyword()));
    found.map(|it| file.text().slice(it.range()).trim_end().to_owned()).collect()
}

/// Names and values of the environment at the end of a stage.
fn environment(dockerfile: &Dockerfile, stage: &Stage) -> Vec<(String, String)> {
    // What the plan says: variables of builds stay behind, and some are added.
    let said = |name: &str| {
        name.starts_with("MAVEN_")
            || matches!(name, "JAVA_HOME" | "PATH" | "VIRTUAL_ENV" | "LD_LIBRARY_PATH" | "LANG")
    };
    let mut env: Vec<_> = state::at_end(dockerfile, stage.id)
        .env
        .into_iter()
        .map(|(name, value, _)| (name, value))
        .filter(|(name, _)| !said(name))
        .collect();
    env.sort();
    env
}

fn holds(text: &str) -> Result<(), TestCaseError> {
    let before = SourceFile::new(text);
    let split = match split(&before) {
        Ok(split) => split,
        Err(refusal) => {
            prop_assert!(!refusal.reason.is_empty() && !refusal.reason.contains("overlap"), "{refusal}");
            return Ok(());
        }
    };
    if split.title != TITLE {
        return Ok(());
    }
    let result = split.change.apply(text).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let after = SourceFile::new(&result);
    let (old, new) = (before.dockerfile(), after.dockerfile());

    // A good file: no faults, two stages, the second one from an image, the COPY from the first one.
    prop_assert!(new.faults.is_empty() && new.instructions().all(|it| it.data.faults.is_empty()), "{result}");
    prop_assert_eq!(new.stages.len(), 2, "{}", result);
    let (old_stage, last) = (&old.stages[0], &new.stages[1]);
    prop_assert!(matches!(last.base, Base::Image(_)), "{result}");
    let from_builder = new.refs.iter().filter(|it| it.target == RefTarget::Stage(new.stages[0].id));
    let context = ContextFiles::default();
    let plan = plan(&before, Request { context: &context, runtime: None });
    let plan = plan.map_err(|refusal| TestCaseError::fail(refusal.reason))?;
    prop_assert_eq!(from_builder.clone().count(), plan.artifacts.len(), "{}", result);
    for (reference, artifact) in from_builder.zip(&plan.artifacts) {
        let copy = new.instruction(reference.instruction);
        let dir = state::before(new, copy.id).workdir.unwrap_or_default();
        let to = copy.data.arguments.words().last().map_or("", |it| it.text.as_str());
        prop_assert_eq!(&paths::join(&paths::join("/", &dir), to), &artifact.to, "{}", result);
    }
    prop_assert!(super::split(&after).is_err());
    if text.contains("\r\n") {
        prop_assert_eq!(result.matches('\n').count(), result.matches("\r\n").count());
    }

    // So is every other choice of a runtime image.
    let view = view::View::new(&before, &context).map_err(|refusal| TestCaseError::fail(refusal.reason))?;
    for runtime in plan::variants(&view) {
        let request = Request { context: &context, runtime: Some(runtime.name) };
        let Ok(split) = split_with(&before, request) else { continue };
        let result = split.change.apply(text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let file = SourceFile::new(&result);
        let dockerfile = file.dockerfile();
        let sound =
            dockerfile.faults.is_empty() && dockerfile.instructions().all(|it| it.data.faults.is_empty());
        prop_assert!(sound && dockerfile.stages.len() == 2, "{result}");
        let was = state::at_end(old, old_stage.id).user;
        prop_assert_eq!(was, state::at_end(dockerfile, dockerfile.stages[1].id).user, "{}", result);
    }

    // Every comment is still there, once.
    let comments = |text: &str| {
        let mut lines: Vec<String> = text
            .lines()
            .map(|it| it.trim().to_owned())
            .filter(|it| it.starts_with('#') && !it.starts_with("# To decide"))
            .collect();
        lines.sort();
        lines
    };
    for (old, new) in comments(text).iter().zip(comments(&result)) {
        prop_assert!(old == &new || text.contains("and a comment"), "{result}");
    }

    // The image is configured as before, but for what the plan says.
    let (was, is) = (state::at_end(old, old_stage.id), state::at_end(new, last.id));
    prop_assert_eq!(was.user, is.user, "{}", result);
    prop_assert_eq!(was.shell, is.shell, "{}", result);
    let dir = |dir: Option<String>| paths::join("/", dir.as_deref().unwrap_or("/"));
    prop_assert_eq!(dir(was.workdir), dir(is.workdir), "{}", result);
    prop_assert_eq!(environment(old, old_stage), environment(new, last), "{}", result);
    let (was, mut is) = (configuration(&before, old_stage), configuration(&after, last));
    if !was.iter().any(|it| it.starts_with("EXPOSE")) {
        is.retain(|it| !it.starts_with("EXPOSE"));
    }
    prop_assert_eq!(was, is, "{}", result);
    let is_command = |keyword| matches!(keyword, Keyword::Cmd | Keyword::Entrypoint);
    prop_assert!(last.instructions().any(|id| is_command(new.instruction(id).keyword())), "{result}");
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
        golang:1.24-bookworm: CMD ["go", "run", "."]: the command names /app, where the sources are: it is not known what it needs of them
        golang:1.25-alpine3.22 AS build: CMD ["go", "run", "."]: the command names /app, where the sources are: it is not known what it needs of them
        node:20-alpine AS shop: RUN npm install; COPY . .; CMD node server.js: there is nothing to gain: the base image is small, and no compilers are installed
        gcc:13: RUN make && make install; CMD shopd: `make install` puts files in more places than the program's: it is not known which ones are needed
    "#]].assert_eq(&refused);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 768, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_split_is_a_good_file_that_is_configured_as_before(text in dockerfile()) {
        holds(&text)?;
    }

    #[test]
    fn a_broken_file_is_split_or_refused(text in broken()) {
        let file = SourceFile::new(&text);
        let everywhere = TextRange::new(0.into(), file.text().len());
        let action = assist(&file, everywhere, &ContextFiles::default());
        let result = split(&file);
        prop_assert_eq!(hint(&file, &ContextFiles::default()).is_some(), result.is_ok());
        prop_assert_eq!(action.is_some_and(|it| it.change.is_some()), result.is_ok());
        if let Ok(split) = result {
            let after = split.change.apply(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert!(super::split(&SourceFile::new(&after)).is_err(), "{after}");
        }
    }
}
