//! EXPOSE with an address or a port of the host.

use super::invalid_port;
use crate::lint::Fix;
use crate::lint::rule::{Context, declare_rule};
use crate::syntax::{Keyword, port_parts};
use crate::text::TextEdit;

declare_rule! {
    /// ## What it does
    /// Reports an IP address or a port of the host in EXPOSE.
    ///
    /// ## Why it matters
    /// They have no effect: `docker run --publish` says where a port is published. BuildKit means to refuse
    /// it one day.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// EXPOSE 127.0.0.1:80:8080
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// EXPOSE 8080
    /// ```
    ExposeInvalidFormat {
        severity: Warning,
        source: Buildkit,
        fix: Sometimes,
        url: "https://docs.docker.com/go/dockerfile/rule/expose-invalid-format/",
    }
}

fn check(cx: &mut Context<'_>) {
    for command in cx.commands().iter().filter(|it| it.keyword == Keyword::Expose) {
        for word in command.words() {
            for port in &word.parts {
                let (ip, host, container) = port_parts(port);
                // What is no port at all is an error.
                if (ip.is_empty() && host.is_empty()) || invalid_port::fault(port).is_some() {
                    continue;
                }
                let message = format!("EXPOSE needs the port of the container only: `{container}`.");
                let found = cx.report_run(command, word.range, message);
                if word.written == port && !command.is_trigger() {
                    let edit = TextEdit::replace(command.abs(word.range), container);
                    found.fixes.push(Fix::safe(format!("Change to `{container}`"), edit));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn addresses_and_ports_of_the_host() {
        check(
            r"
FROM alpine
EXPOSE 80:8080 [::1]::81 82 a:80
#      ^^^^^^^ ExposeInvalidFormat: EXPOSE needs the port of the container only: `8080`.
#              ^^^^^^^^^ ExposeInvalidFormat: EXPOSE needs the port of the container only: `81`.
#                           ^^^^ InvalidPort: `a` is no port. Write a number from 0 to 65535, or a range such as `8000-8010`.
",
        );
    }
}
