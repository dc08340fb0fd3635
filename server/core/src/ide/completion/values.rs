//! What EXPOSE and STOPSIGNAL take.

use super::{CompletionKind, List, Topic};
use crate::ide::place::Typed;
use crate::ide::texts::{LABEL_PREFIX, LABELS};
use crate::syntax::SIGNALS;

/// The protocol of a port, behind its `/`.
pub(super) fn protocols(list: &mut List<'_>, typed: &Typed<'_>) {
    let Some((port, protocol)) = typed.word.typed.split_once('/') else { return };
    if port.is_empty() {
        return;
    }
    let escape = list.dockerfile().escape;
    let replace = typed.word.from(typed.word.typed.len() - protocol.len()).until(|it| it == escape);
    list.explained(&[("tcp", "the default"), ("udp", ""), ("sctp", "")], replace);
}

/// The usual annotations of images.
pub(super) fn labels(list: &mut List<'_>, typed: &Typed<'_>) {
    // Only whole pairs stand in front: the cursor is inside of no quotes, and it is not the old form.
    let is_pair = |word: &String| word.contains('=') && closes(word);
    if typed.word.typed.contains(['=', '"', '\'']) || !typed.words.iter().all(is_pair) {
        return;
    }
    let escape = list.dockerfile().escape;
    let replace = typed.word.until(|it| it == '=' || it == escape);
    let has_value = typed.word.behind[usize::from(replace.end() - typed.word.cursor)..].starts_with('=');
    let given = |key: &str| typed.words.iter().any(|it| it.split('=').next() == Some(key));
    for (key, detail) in LABELS {
        let key = format!("{LABEL_PREFIX}{key}");
        if given(&key) {
            continue;
        }
        let item = list.add(CompletionKind::Key, key.as_str(), replace);
        item.detail = detail.to_owned();
        if !has_value {
            item.insert = format!("{key}=");
            item.snippet = Some(format!("{key}=\"${{1}}\""));
        }
    }
}

/// Whether a word closes every quote that it opens.
fn closes(word: &str) -> bool {
    word.matches('"').count().is_multiple_of(2) && word.matches('\'').count().is_multiple_of(2)
}

/// Signals, those that people stop programs with first.
pub(super) fn signals(list: &mut List<'_>, typed: &Typed<'_>) {
    const USUAL: [&str; 9] = ["TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "WINCH", "KILL", "RTMIN+3"];
    if !typed.words.is_empty() {
        return;
    }
    let escape = list.dockerfile().escape;
    let replace = typed.word.until(|it| it == escape);
    let others = SIGNALS.into_iter().map(|(name, _)| name).filter(|name| !USUAL.contains(name));
    for name in USUAL.into_iter().chain(others) {
        let item = list.add(CompletionKind::Value, format!("SIG{name}"), replace);
        item.topic = Some(Topic::Signal(name.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use crate::ide::completion::tests::{accept, labels};

    #[test]
    fn protocols_of_ports() {
        assert_eq!(labels("FROM a\nEXPOSE 80/<|>"), "tcp udp sctp");
        assert_eq!(accept("FROM a\nEXPOSE 80 53/u<|>cp 81\n", "udp"), "FROM a\nEXPOSE 80 53/udp 81\n");
        assert_eq!(labels("FROM a\nARG P=1\nEXPOSE $P/<|>"), "tcp udp sctp");
        for text in ["EXPOSE <|>", "EXPOSE 8<|>", "EXPOSE /<|>", "RUN 80/<|>"] {
            assert_eq!(labels(&format!("FROM a\n{text}")), "", "{text}");
        }
    }

    #[test]
    fn keys_of_labels() {
        assert!(labels("FROM a\nLABEL <|>").starts_with("org.opencontainers.image.title "));
        let title = "org.opencontainers.image.title";
        assert_eq!(
            accept("FROM a\nLABEL a=\"b\" org.<|>\n", title),
            format!("FROM a\nLABEL a=\"b\" {title}=\n")
        );
        assert_eq!(accept("FROM a\nLABEL org<|>x=y\n", title), format!("FROM a\nLABEL {title}=y\n"));
        assert!(!labels(&format!("FROM a\nLABEL {title}=x <|>")).contains(title));
        for text in ["LABEL a=<|>", "LABEL a <|>", "LABEL a=\"b <|>", "LABEL \"<|>"] {
            assert_eq!(labels(&format!("FROM a\n{text}")), "", "{text}");
        }
    }

    #[test]
    fn signals_that_stop() {
        assert!(labels("FROM a\nSTOPSIGNAL <|>").starts_with("SIGTERM SIGINT"));
        assert_eq!(accept("FROM a\nSTOPSIGNAL SIG<|>INT\n", "SIGQUIT"), "FROM a\nSTOPSIGNAL SIGQUIT\n");
        assert_eq!(labels("FROM a\nSTOPSIGNAL SIGTERM <|>"), "");
    }
}
