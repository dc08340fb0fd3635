//! The cards of words with a meaning of their own: flags and their values, parts of a mount, ports, signals, usual labels.

use super::super::markdown::code;
use super::super::texts::{self, Text};
use super::Hover;
use crate::TextSize;
use crate::model::{Arguments, Flag, Instruction, InstructionData, MountField};
use crate::syntax::{Keyword, RelRange, Signal, Spanned, casing, port_parts, port_range};

/// The card for a word of an instruction.
pub(super) fn card(instruction: Instruction<'_>, offset: TextSize) -> Option<Hover> {
    let data = instruction.data.effective();
    let touches = |range: RelRange| instruction.abs(range).contains_inclusive(offset);
    let (range, markdown) = match data.flags.iter().find(|flag| touches(flag.whole.range)) {
        Some(flag) => flag_card(data.keyword, flag, &touches)?,
        None => heredoc(instruction.data, &touches).or_else(|| argument(data, &touches))?,
    };
    Some(Hover { range: instruction.abs(range), markdown })
}

type Card = (RelRange, String);

fn card_of(range: RelRange, text: Text) -> Card {
    (range, text.markdown())
}

/// A card of a flag or of its value, with what the value means.
fn flag_card(keyword: Keyword, flag: &Flag, touches: &impl Fn(RelRange) -> bool) -> Option<Card> {
    if let Some(field) =
        flag.mount.as_ref().and_then(|mount| mount.fields.iter().find(|it| is_at(it, touches)))
    {
        return mount_card(&flag.mount.as_ref()?.kind(), field, touches);
    }
    let name = RelRange::new(flag.whole.range.start(), flag.name.range.end());
    let text = texts::flag(keyword, &flag.name.text)?;
    let Some(value) = flag.value.as_ref().filter(|value| touches(value.range) && !touches(flag.name.range))
    else {
        return Some(card_of(name, text));
    };
    let meaning = texts::flag_value(keyword, &flag.name.text, &value.text).map(str::to_owned);
    let meaning = meaning.or_else(|| (flag.name.text == "chmod").then(|| mode(&value.text)).flatten());
    Some(match meaning {
        Some(meaning) => (value.range, format!("{}: {meaning}\n\n{}", code(&value.text), text.markdown())),
        None => card_of(name, text),
    })
}

fn is_at(field: &MountField, touches: &impl Fn(RelRange) -> bool) -> bool {
    touches(field.key.range) || field.value.as_ref().is_some_and(|value| touches(value.range))
}

/// A part of a mount: a value with a name has a card of its own.
fn mount_card(kind: &str, field: &MountField, touches: &impl Fn(RelRange) -> bool) -> Option<Card> {
    let key = casing::lower(&field.key.text);
    if let Some(value) = field.value.as_ref().filter(|value| touches(value.range)) {
        let lower = casing::lower(&value.text);
        let text = match key.as_str() {
            "type" => texts::mount_type(&lower),
            "sharing" => texts::mount_sharing(&lower),
            _ => None,
        };
        if let Some(text) = text {
            return Some(card_of(value.range, text));
        }
    }
    texts::mount_key(kind, &key).map(|text| card_of(field.key.range, text))
}

/// An octal mode as `ls` shows it.
fn mode(text: &str) -> Option<String> {
    let is_octal = text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    let mode = u32::from_str_radix(text, 8).ok().filter(|&mode| is_octal && mode <= 0o7777)?;
    let bit = |at: u32, letter: char| if mode >> at & 1 == 1 { letter } else { '-' };
    let letters = (0..9).rev().map(|at| bit(at, ['x', 'w', 'r'][at as usize % 3]));
    let mut shown = format!("`{}`", letters.collect::<String>());
    for (at, name) in [(11, "set-user-ID"), (10, "set-group-ID"), (9, "sticky")] {
        if mode >> at & 1 == 1 {
            shown.push_str(&format!(", {name}"));
        }
    }
    Some(format!("{shown} (owner, group, others)"))
}

fn heredoc(data: &InstructionData, touches: &impl Fn(RelRange) -> bool) -> Option<Card> {
    let heredoc = data.heredocs.iter().find(|it| touches(it.redirect))?;
    Some(card_of(heredoc.redirect, texts::heredoc()))
}

fn argument(data: &InstructionData, touches: &impl Fn(RelRange) -> bool) -> Option<Card> {
    let is_here = |word: &&Spanned| touches(word.range);
    match (data.keyword, &data.arguments) {
        (Keyword::From, Arguments::Words(words)) => {
            let word = words.get(1).filter(|it| casing::equals(&it.text, "as")).filter(is_here)?;
            Some(card_of(word.range, texts::stage_name_keyword()))
        }
        (_, Arguments::Healthcheck { kind, .. }) if touches(kind.range) => {
            Some(card_of(kind.range, texts::instruction(Keyword::Healthcheck)?))
        }
        (Keyword::Expose, Arguments::Words(words)) => {
            let word = words.iter().find(is_here)?;
            Some((word.range, port(&word.text)?))
        }
        (Keyword::Label, Arguments::Pairs(pairs)) => {
            let key = pairs.iter().map(|it| &it.name).find(is_here)?;
            let about = texts::label(&key.text)?;
            Some((key.range, format!("**{}**: {about}", code(&key.text))))
        }
        (Keyword::Stopsignal, Arguments::Text(word)) if touches(word.range) => {
            Some((word.range, signal(word.text.trim())?))
        }
        (
            Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck | Keyword::Run | Keyword::Shell,
            arguments,
        ) if arguments.is_json() => {
            let (first, last) = (arguments.words().first()?, arguments.words().last()?);
            let all = first.range.cover(last.range);
            touches(all).then(|| card_of(all, texts::json_form()))
        }
        _ => None,
    }
}

/// A port, its protocol, and what IANA has it for.
fn port(text: &str) -> Option<String> {
    let (_, _, container) = port_parts(text);
    let (port, protocol) = container.split_once('/').unwrap_or((container, ""));
    let protocol = match casing::lower(protocol).as_str() {
        "" | "tcp" => "tcp",
        "udp" => "udp",
        "sctp" => "sctp",
        _ => return None,
    };
    let shown = protocol.to_uppercase();
    let (first, last) = port_range(port)?;
    if first != last {
        let count = u32::from(last - first) + 1;
        return Some(format!("**Ports {first} to {last}**, {shown}: {count} ports"));
    }
    let mut card = format!("**Port {first}**, {shown}");
    if let Some((about, name)) = texts::port(first, protocol) {
        card.push_str(&format!("\n\nRegistered with IANA as `{name}`: {about}."));
    }
    Some(card)
}

/// A signal, its number, and what it is for.
fn signal(text: &str) -> Option<String> {
    let signal = Signal::parse(text)?;
    let Some(name) = &signal.name else {
        return Some(format!("**Signal {}**: Linux has no name for it.", signal.number));
    };
    let about = texts::signal(name).unwrap_or("A real-time signal, for the program's own use.");
    Some(format!("**`SIG{name}`**, signal {} of Linux on x86-64\n\n{about}", signal.number))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::ide::hover::tests::check;

    fn all(fixtures: &[&str], expected: &Expect) {
        let cards: Vec<String> = fixtures.iter().map(|it| crate::ide::hover::tests::shown(it)).collect();
        expected.assert_eq(&cards.join("\n"));
    }

    #[test]
    fn values_of_flags() {
        check(
            "FROM a\nRUN --network=no<|>ne a\n",
            &expect![[r#"
            none:
            `none`: No network but loopback: the command cannot download anything.

            ```dockerfile
            RUN --network=<default|none|host> <command>
            ```
            The network of this command: the build's, none but loopback, or the host's. `host` needs the entitlement `network.host`.

            [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#run---network)
        "#]],
        );
        check(
            "FROM a\nCOPY --chmod=<|>4755 a b\n",
            &expect![[r#"
            4755:
            `4755`: `rwxr-xr-x`, set-user-ID (owner, group, others)

            ```dockerfile
            COPY --chmod=<mode> <source>… <destination>
            ```
            The permissions of the copies, octal (`755`) or symbolic (`u=rwX,go=rX`). Linux only.

            [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#copy---chmod)
        "#]],
        );
        check(
            "FROM a\nCOPY --chmod=<|>u+x a b\n",
            &expect![[r#"
            --chmod:
            ```dockerfile
            COPY --chmod=<mode> <source>… <destination>
            ```
            The permissions of the copies, octal (`755`) or symbolic (`u=rwX,go=rX`). Linux only.

            [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#copy---chmod)
        "#]],
        );
        check(
            "FROM --platform=${BUILDPLAT<|>FORM} a\n",
            &expect![[r#"
            BUILDPLATFORM:
            **`BUILDPLATFORM`**

            Platform of the machine that builds, such as `linux/amd64`.

            [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope)
        "#]],
        );
    }

    #[test]
    fn ports() {
        all(
            &[
                "FROM a\nEXPOSE 80<|>\n",
                "FROM a\nEXPOSE 1 80<|>80/tcp\n",
                "FROM a\nEXPOSE 443/UDP<|>\n",
                "FROM a\nEXPOSE <|>9000\n",
                "FROM a\nEXPOSE 8000-80<|>10/udp\n",
                "FROM a\nEXPOSE 127.0.0.1:8080:<|>80\n",
                "FROM a\nEXPOSE <|>x\n",
                "FROM a\nEXPOSE <|>80/http\n",
            ],
            &expect![[r#"
                80:
                **Port 80**, TCP

                Registered with IANA as `http`: HTTP.

                8080/tcp:
                **Port 8080**, TCP

                Registered with IANA as `http-alt`: HTTP, beside port 80.

                443/UDP:
                **Port 443**, UDP

                Registered with IANA as `https`: HTTP/3.

                9000:
                **Port 9000**, TCP

                8000-8010/udp:
                **Ports 8000 to 8010**, UDP: 11 ports

                127.0.0.1:8080:80:
                **Port 80**, TCP

                Registered with IANA as `http`: HTTP.

                nothing

                nothing
            "#]],
        );
    }

    #[test]
    fn signals() {
        all(
            &[
                "FROM a\nSTOPSIGNAL SIG<|>QUIT\n",
                "FROM a\nSTOPSIGNAL <|>9\n",
                "FROM a\nSTOPSIGNAL <|>rtmin+3\n",
                "FROM a\nSTOPSIGNAL <|>RTMAX-1\n",
                "FROM a\nSTOPSIGNAL <|>99\n",
                "FROM a\nSTOPSIGNAL <|>SIGNOT\n",
            ],
            &expect![[r#"
                SIGQUIT:
                **`SIGQUIT`**, signal 3 of Linux on x86-64

                Quit, as Ctrl+\ sends it. Some servers, such as nginx, end gracefully.

                9:
                **`SIGKILL`**, signal 9 of Linux on x86-64

                Ends the program at once. It cannot be caught, so nothing is cleaned up.

                rtmin+3:
                **`SIGRTMIN+3`**, signal 37 of Linux on x86-64

                A real-time signal, for the program's own use. systemd as init shuts down.

                RTMAX-1:
                **`SIGRTMAX-1`**, signal 63 of Linux on x86-64

                A real-time signal, for the program's own use.

                99:
                **Signal 99**: Linux has no name for it.

                nothing
            "#]],
        );
    }

    #[test]
    fn the_json_form_of_commands() {
        check(
            "FROM a\nCMD [\"a\", \"<|>b\"]\n",
            &expect![[r#"
            "a", "b":
            ```dockerfile
            ["<program>", "<argument>"…]
            ```
            The JSON form: the program runs as it is, without a shell. Signals reach it, and nothing expands variables, wildcards or `&&`. The quotes have to be double ones.

            [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#shell-and-exec-form)
        "#]],
        );
        check(
            "FROM a\nHEALTHCHECK CMD [\"<|>a\"]\n",
            &expect![[r#"
            "a":
            ```dockerfile
            ["<program>", "<argument>"…]
            ```
            The JSON form: the program runs as it is, without a shell. Signals reach it, and nothing expands variables, wildcards or `&&`. The quotes have to be double ones.

            [Dockerfile reference](https://docs.docker.com/reference/dockerfile/#shell-and-exec-form)
        "#]],
        );
        check(
            "FROM a\nVOLUME [\"<|>a\"]\n",
            &expect![[r#"
            nothing
        "#]],
        );
    }
}
