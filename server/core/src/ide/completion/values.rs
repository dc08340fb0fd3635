//! What EXPOSE and STOPSIGNAL take.

use super::{CompletionKind, List};
use crate::ide::place::Typed;

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

/// Signals that stop programs, those that people use first.
pub(super) fn signals(list: &mut List<'_>, typed: &Typed<'_>) {
    const USUAL: [(&str, &str); 8] = [
        ("SIGTERM", "the default"),
        ("SIGINT", "as Ctrl+C does"),
        ("SIGQUIT", "nginx and php-fpm finish their requests"),
        ("SIGHUP", ""),
        ("SIGUSR1", ""),
        ("SIGUSR2", ""),
        ("SIGWINCH", "httpd finishes its requests"),
        ("SIGKILL", "no time to clean up"),
    ];
    if !typed.words.is_empty() {
        return;
    }
    let escape = list.dockerfile().escape;
    let replace = typed.word.until(|it| it == escape);
    for (name, detail) in USUAL {
        let item = list.add(CompletionKind::Value, name, replace);
        item.detail = detail.to_owned();
    }
    let real_time = [("SIGRTMIN+3", "halts systemd")];
    list.explained(&real_time, replace);
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
    fn signals_that_stop() {
        assert!(labels("FROM a\nSTOPSIGNAL <|>").starts_with("SIGTERM SIGINT"));
        assert_eq!(accept("FROM a\nSTOPSIGNAL SIG<|>INT\n", "SIGQUIT"), "FROM a\nSTOPSIGNAL SIGQUIT\n");
        assert_eq!(labels("FROM a\nSTOPSIGNAL SIGTERM <|>"), "");
    }
}
