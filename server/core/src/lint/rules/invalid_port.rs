//! Ports that are none.

use crate::lint::rule::{Context, declare_rule};
use crate::syntax::{Keyword, port_parts, port_range};

declare_rule! {
    /// ## What it does
    /// Reports ports in EXPOSE that are no number from 0 to 65535, no range of such, or have another protocol
    /// than `tcp`, `udp` and `sctp`. A variable is looked at where the file tells its value.
    ///
    /// ## Why it matters
    /// BuildKit stops there when it comes to build the stage.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// EXPOSE 8080/http
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// EXPOSE 8080/tcp
    /// ```
    InvalidPort {
        severity: Error,
        source: Buildkit,
        fix: None,
    }
}

fn check(cx: &mut Context<'_>) {
    for command in cx.commands_once(Keyword::Expose) {
        for word in command.words() {
            if let Some(message) = word.parts.iter().find_map(|port| fault(port)) {
                cx.report(command.abs(word.range), message);
            }
        }
    }
}

/// What is wrong with `[ip:][host:]port[/protocol]`.
pub(super) fn fault(text: &str) -> Option<String> {
    let (ip, host, container) = port_parts(text);
    let (port, protocol) = container.split_once('/').unwrap_or((container, ""));
    if port.is_empty() {
        return Some(format!("`{text}` names no port. Write a number, such as `8080`."));
    }
    if !matches!(protocol.to_lowercase().as_str(), "" | "tcp" | "udp" | "sctp") {
        return Some(format!("`{protocol}` is no protocol of a port. Use `tcp`, `udp` or `sctp`."));
    }
    if !ip.is_empty() && !is_ip(ip) {
        return Some(format!("`{ip}` is no IP address. EXPOSE needs the port only."));
    }
    let Some(ports) = port_range(port) else { return Some(no_port(port)) };
    if host.is_empty() {
        return None;
    }
    let Some(hosts) = port_range(host) else { return Some(no_port(host)) };
    let differ = ports.1 != ports.0 && ports.1 - ports.0 != hosts.1 - hosts.0;
    differ
        .then(|| format!("`{host}` and `{port}` are ranges of different length. EXPOSE needs the port only."))
}

fn no_port(text: &str) -> String {
    format!("`{text}` is no port. Write a number from 0 to 65535, or a range such as `8000-8010`.")
}

fn is_ip(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    // Brackets with nothing in them count as no address.
    inner == Some("") || inner.unwrap_or(text).parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::fault;
    use crate::lint::test::check;

    #[test]
    fn ports_that_are_none() {
        check(
            r#"
FROM alpine
EXPOSE 80 "a" 8080/tcp/1
#         ^^^ InvalidPort: `a` is no port. Write a number from 0 to 65535, or a range such as `8000-8010`.
#             ^^^^^^^^^^ InvalidPort: `tcp/1` is no protocol of a port. Use `tcp`, `udp` or `sctp`.
EXPOSE $PORT ${A:-b}
"#,
        );
    }

    #[test]
    fn an_onbuild_counts_where_a_stage_of_the_file_runs_it() {
        check("FROM alpine AS a\nONBUILD EXPOSE x\n");
        check(
            r"
FROM alpine AS a
ONBUILD EXPOSE x
#              ^ InvalidPort: `x` is no port. Write a number from 0 to 65535, or a range such as `8000-8010`.
FROM a
",
        );
    }

    #[test]
    fn every_form() {
        for good in [
            "80",
            "80/TCP",
            "80/",
            "0",
            "65535",
            "8000-8010/udp",
            "8080:80",
            "127.0.0.1:8080:80",
            "127.0.0.1::80",
            "[::1]:8080:80",
            "[]::80",
            "::1:8080:80",
            "8000-8001:80-81",
            "8000-8001:80",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "",
            "-",
            "-80",
            "80-",
            "70-60",
            "65536",
            "a",
            "/tcp",
            "80/x",
            "80:",
            "a:80",
            "1:2:3",
            "80-82:90-91",
            "8080::8089",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
