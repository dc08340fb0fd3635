//! A file typed character by character: after each of them every question has an answer, no answer is an error of
//! ours, and none speaks of what lies outside of the text.

use serde_json::{Value, json};

use crate::client::{TestClient, URI, document, edit};

/// What is typed: something of everything.
const TEXT: &str = r#"# syntax=docker/dockerfile:1
# check=skip=StageNameCasing;error=true
ARG VERSION=21 BASE=alpine:3
# base holds what all need
FROM eclipse-temurin:${VERSION}-jdk AS base
LABEL org.opencontainers.image.title="An application" \
      maintainer='me'
ENV HOME=/root LANG=C.UTF-8
SHELL ["/bin/bash", "-c"]
WORKDIR /src

# region Build
FROM --platform=$BUILDPLATFORM base AS builder
ARG TARGETARCH
ARG VERSION
WORKDIR app
COPY --link --chmod=755 .mvn/ .mvn/
COPY mvnw pom.xml ./
RUN --mount=type=cache,target=/root/.m2,sharing=locked \
    --mount=type=secret,id=token \
    # a comment between
    ./mvnw -B package -Dversion="$VERSION" \
      && mv target/*.jar "/out/app-${TARGETARCH:-amd64}.jar"
RUN <<EOF
set -e
useradd --uid 1000 app
echo "$HOME" > /etc/motd
EOF
ADD --checksum=sha256:0123 https://example.com/tool.tar.gz /opt/
ONBUILD COPY --from=base /src /again
# endregion

FROM ${BASE} AS test
COPY --from=builder /out /out
RUN --network=none --mount=from=base,target=/b ls /b ${HOME}
HEALTHCHECK --interval=30s --retries=3 CMD ["wget", "localhost"]

FROM scratch
COPY <<one <<-'two' /etc/
first $VERSION
one
	second
	two
COPY --from=1 --chown=1000:1000 /out/*.jar /app.jar
COPY --from=builder ["/a b", "/c"]
EXPOSE 8080 443/udp 9000-9010
VOLUME ["/data"]
VOLUME /logs /tmp
STOPSIGNAL SIGTERM
USER 1000:1000
MAINTAINER me
ENV OLD style
ENV PATH=/opt/bin:$PATH EMPTY=
ENTRYPOINT ["java", "-jar"]
CMD java -jar /app.jar
copy --from=nobody x y
FROM base as Final
RUN echo ü 🐳 && \

    true
"#;

/// The methods that are asked about a place, for what the server says that it can.
const AT_A_PLACE: &[(&str, &[&str])] = &[
    ("hoverProvider", &["hover"]),
    ("definitionProvider", &["definition"]),
    ("referencesProvider", &["references"]),
    ("documentHighlightProvider", &["documentHighlight"]),
    ("renameProvider", &["prepareRename", "rename"]),
    ("completionProvider", &["completion"]),
    ("signatureHelpProvider", &["signatureHelp"]),
    ("callHierarchyProvider", &["prepareCallHierarchy"]),
    ("selectionRangeProvider", &["selectionRange"]),
    ("linkedEditingRangeProvider", &["linkedEditingRange"]),
    ("documentOnTypeFormattingProvider", &["onTypeFormatting"]),
    ("declarationProvider", &["declaration"]),
    ("typeDefinitionProvider", &["typeDefinition"]),
    ("implementationProvider", &["implementation"]),
];

/// The same about the whole document, or about a range.
const OF_A_DOCUMENT: &[(&str, &[&str])] = &[
    ("documentSymbolProvider", &["documentSymbol"]),
    ("foldingRangeProvider", &["foldingRange"]),
    ("codeActionProvider", &["codeAction"]),
    ("codeLensProvider", &["codeLens"]),
    ("documentLinkProvider", &["documentLink"]),
    ("documentFormattingProvider", &["formatting"]),
    ("documentRangeFormattingProvider", &["rangeFormatting"]),
    ("semanticTokensProvider", &["semanticTokens/full", "semanticTokens/range"]),
    ("inlayHintProvider", &["inlayHint"]),
    ("diagnosticProvider", &["diagnostic"]),
];

/// What is not about a document.
const NO_DOCUMENT: &[&str] = &["workspaceSymbolProvider", "executeCommandProvider"];

/// How often the whole document is asked about: after so many characters.
const EVERY: usize = 8;

fn capabilities() -> Value {
    json!({
        "workspace": { "workspaceEdit": { "documentChanges": true }, "diagnostics": { "refreshSupport": true } },
        "textDocument": {
            "definition": { "linkSupport": true },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "codeAction": { "disabledSupport": true },
            "diagnostic": {},
        },
    })
}

#[tokio::test]
async fn every_question_has_an_answer_while_a_file_is_typed() {
    let mut client = TestClient::connect();
    let answer = client.initialize(json!({ "capabilities": capabilities() })).await;
    let offered = answer["capabilities"].as_object().unwrap();
    let known = |name: &str| {
        let mut lists = AT_A_PLACE.iter().chain(OF_A_DOCUMENT).map(|it| it.0);
        lists.any(|it| it == name) || NO_DOCUMENT.contains(&name)
    };
    for name in offered.keys().filter(|name| name.ends_with("Provider")) {
        assert!(known(name), "`{name}` is in no list: nobody asks it while a file is typed");
    }
    let methods = |list: &[(&str, &'static [&'static str])]| -> Vec<&'static str> {
        let offered = list.iter().filter(|it| offered.contains_key(it.0));
        offered.flat_map(|it| it.1.iter().copied()).collect()
    };
    let (at_a_place, of_a_document) = (methods(AT_A_PLACE), methods(OF_A_DOCUMENT));
    assert!(at_a_place.len() > 5 && of_a_document.len() > 2);

    client.open(0, "").await;
    let mut text = Text::default();
    for (index, typed) in TEXT.chars().enumerate() {
        let at = text.end();
        client.change(i32::try_from(index).unwrap() + 1, json!([edit(at, at, &typed.to_string())])).await;
        text.push(typed);
        let mut asked = at_a_place.clone();
        if index % EVERY == 0 {
            asked.extend(&of_a_document);
        }
        let mut ids = Vec::new();
        for method in asked {
            ids.push((
                method,
                client.ask(&format!("textDocument/{method}"), text.params(method, typed)).await,
            ));
        }
        for (method, id) in ids {
            let answer = client.answer(id).await;
            text.check(method, answer);
        }
    }
    assert_eq!(client.text().await, json!(TEXT));
}

/// The text so far, as the lengths of its lines in UTF-16.
struct Text {
    lines: Vec<u32>,
}

impl Default for Text {
    fn default() -> Self {
        Self { lines: vec![0] }
    }
}

impl Text {
    fn push(&mut self, typed: char) {
        match typed {
            '\n' => self.lines.push(0),
            other => *self.lines.last_mut().unwrap() += u32::try_from(other.len_utf16()).unwrap(),
        }
    }

    fn end(&self) -> (u32, u32) {
        (u32::try_from(self.lines.len()).unwrap() - 1, *self.lines.last().unwrap())
    }

    /// The parameters of every method at once: what one has no use for it does not read.
    fn params(&self, method: &str, typed: char) -> Value {
        let (line, character) = self.end();
        let here = json!({ "line": line, "character": character });
        let mut params = document();
        params["position"] = here.clone();
        params["positions"] = json!([here]);
        params["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": here });
        if method == "codeAction" {
            params["range"]["start"] = here;
        }
        params["newName"] = json!("renamed");
        params["ch"] = json!(typed.to_string());
        params["options"] = json!({ "tabSize": 4, "insertSpaces": true });
        params["context"] = match method {
            "references" => json!({ "includeDeclaration": true }),
            "codeAction" => json!({ "diagnostics": [] }),
            _ => Value::Null,
        };
        if params["context"].is_null() {
            params.as_object_mut().unwrap().remove("context");
        }
        params
    }

    /// An answer is no error, but for a rename that is refused, and lies in the text.
    fn check(&self, method: &str, answer: Result<Value, Value>) {
        let about = || format!("{method} behind line {:?}", self.end());
        match answer {
            Ok(answer) if method.starts_with("semanticTokens") => self.check_tokens(&answer, &about()),
            Ok(answer) => self.check_ranges(&answer, &about()),
            Err(error) => {
                let is_refused = method.ends_with("ename") && error["code"] == -32803;
                assert!(is_refused, "{}: {error}", about());
            }
        }
    }

    fn check_ranges(&self, value: &Value, about: &str) {
        match value {
            Value::Array(values) => values.iter().for_each(|it| self.check_ranges(it, about)),
            Value::Object(fields) => {
                if let Some(uri) = fields.get("uri").or(fields.get("targetUri")) {
                    assert_eq!(uri, URI, "{about}");
                }
                if let (Some(start), Some(end)) = (fields.get("start"), fields.get("end")) {
                    let (start, end) = (self.check_position(start, about), self.check_position(end, about));
                    assert!(start <= end, "{about}: {value}");
                }
                if let (Some(start), Some(end)) = (fields.get("startLine"), fields.get("endLine")) {
                    let lines = u64::try_from(self.lines.len()).unwrap();
                    assert!(
                        start.as_u64() <= end.as_u64() && end.as_u64().unwrap() < lines,
                        "{about}: {value}"
                    );
                }
                fields.values().for_each(|it| self.check_ranges(it, about));
            }
            _ => {}
        }
    }

    fn check_position(&self, position: &Value, about: &str) -> (u64, u64) {
        let (line, character) = (position["line"].as_u64().unwrap(), position["character"].as_u64().unwrap());
        let length = usize::try_from(line).ok().and_then(|line| self.lines.get(line));
        assert!(length.is_some_and(|&it| character <= u64::from(it)), "{about}: {position}");
        (line, character)
    }

    fn check_tokens(&self, answer: &Value, about: &str) {
        let data: Vec<u64> =
            answer["data"].as_array().into_iter().flatten().map(|it| it.as_u64().unwrap()).collect();
        let (mut line, mut character) = (0, 0);
        for token in data.chunks(5) {
            character = if token[0] == 0 { character + token[1] } else { token[1] };
            line += token[0];
            let end = json!({ "line": line, "character": character + token[2] });
            self.check_position(&end, about);
        }
    }
}
