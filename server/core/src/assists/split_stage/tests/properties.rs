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

const COMMANDS: [&str; 8] = [
    "CMD [\"java\", \"-jar\", \"/app/target/a.jar\"]",
    "ENTRYPOINT java -jar /app/target/*.jar",
    "CMD [\"./mvnw\", \"spring-boot:run\"]",
    "CMD ./mvnw -q spring-boot:run -Dspring-boot.run.profiles=prod",
    "ENTRYPOINT [\"./mvnw\"]\nCMD [\"spring-boot:run\"]",
    "RUN ./mvnw verify\nCMD java $JAVA_OPTS -jar target/*.jar",
    "RUN ./mvnw verify && cp target/*.jar /opt/a.jar\nENTRYPOINT [\"java\", \"-jar\"]\nCMD [\"/opt/a.jar\"]",
    "RUN ./mvnw verify\n# run it\nCMD [\"java\", \"-jar\", \"target/a.jar\"]\n# the end",
];

fn dockerfile() -> impl Strategy<Value = String> {
    let bits = prop::collection::vec((prop::sample::select(&BITS[..]), any::<bool>()), 0..12);
    let tag = prop::sample::select(&["21-jdk", "17-alpine AS build", "21 AS shop"][..]);
    (tag, bits, prop::sample::select(&COMMANDS[..]), any::<bool>(), any::<bool>()).prop_map(
        |(tag, bits, command, crlf, newline)| {
            let mut text = format!("ARG GLOBAL=1\nFROM eclipse-temurin:{tag}\n");
            for (bit, blank) in bits {
                text.push_str(if blank { "\n" } else { "" });
                text.push_str(bit);
                text.push('\n');
            }
            text.push_str(command);
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
    let for_build = |name: &str| name.starts_with("MAVEN_") || name == "JAVA_HOME";
    let mut env: Vec<_> = state::at_end(dockerfile, stage.id)
        .env
        .into_iter()
        .map(|(name, value, _)| (name, value))
        .filter(|(name, _)| !for_build(name))
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

    // Every comment is still there, once.
    let comments = |text: &str| {
        let mut lines: Vec<String> =
            text.lines().map(|it| it.trim().to_owned()).filter(|it| it.starts_with('#')).collect();
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_split_is_a_good_file_that_is_configured_as_before(text in dockerfile()) {
        holds(&text)?;
    }

    #[test]
    fn a_broken_file_is_split_or_refused(text in broken()) {
        let file = SourceFile::new(&text);
        let everywhere = TextRange::new(0.into(), file.text().len());
        let action = assist(&file, everywhere);
        let result = split(&file);
        prop_assert_eq!(hint(&file).is_some(), result.is_ok());
        prop_assert_eq!(action.is_some_and(|it| it.change.is_some()), result.is_ok());
        if let Ok(split) = result {
            let after = split.change.apply(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert!(super::split(&SourceFile::new(&after)).is_err(), "{after}");
        }
    }
}
