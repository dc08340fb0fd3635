//! Upper-case letters in the protocol of a port.

use crate::lint::Fix;
use crate::lint::rule::{Context, declare_rule};
use crate::syntax::{Keyword, port_parts};
use crate::text::TextEdit;

declare_rule! {
    /// ## What it does
    /// Reports a protocol in EXPOSE that is not in lower case.
    ///
    /// ## Why it matters
    /// Lower case is what tools and readers expect.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// EXPOSE 53/UDP
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// EXPOSE 53/udp
    /// ```
    ExposeProtoCasing {
        severity: Warning,
        source: Buildkit,
        fix: Sometimes,
        url: "https://docs.docker.com/go/dockerfile/rule/expose-proto-casing/",
    }
}

fn check(cx: &mut Context<'_>) {
    for command in cx.commands().iter().filter(|it| it.keyword == Keyword::Expose) {
        for word in command.words() {
            for port in &word.parts {
                let (_, _, container) = port_parts(port);
                let Some((number, protocol)) = container.split_once('/') else { continue };
                let lower = protocol.to_lowercase();
                if number.is_empty() || protocol == lower || !matches!(lower.as_str(), "tcp" | "udp" | "sctp")
                {
                    continue;
                }
                let message = format!("Protocol `{protocol}` should be lower case.");
                let found = cx.report_run(command, word.range, message);
                if word.written == port && !command.is_trigger() {
                    let edit = TextEdit::replace(command.abs(word.range), port.replace(protocol, &lower));
                    found.fixes.push(Fix::safe(format!("Change to `{lower}`"), edit));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn also_from_a_variable() {
        check(
            r"
FROM alpine
ENV PORT=53/Udp
EXPOSE 80/tcp $PORT 81/TCP
#             ^^^^^ ExposeProtoCasing: Protocol `Udp` should be lower case.
#                   ^^^^^^ ExposeProtoCasing: Protocol `TCP` should be lower case.
",
        );
    }
}
