//! A broken line in a good file harms nothing but itself.

mod support;

use support::{constructs, first_error, instructions, parse, parser};

/// Lines as they are while someone types.
const BROKEN: &[&str] = &[
    "FOO bar \"baz\" ${x",
    "CO",
    "COPY",
    "COPY a",
    "COPY --",
    "COPY --from=",
    "COPY --from=x ",
    "COPY --chown=\"a ",
    "COPY [\"a\", ",
    "ADD <<",
    "ENV A=\"b",
    "ENV A",
    "ENV =",
    "ENV A='${B:-\"",
    "LABEL a",
    "ARG",
    "ARG A=${B",
    "WORKDIR /a/${b",
    "FROM",
    "FROM a:",
    "FROM a AS",
    "FROM reg.io/",
    "RUN --mount=type=",
    "RUN --mount=",
    "RUN --",
    "RUN cat <<",
    "RUN cat <<\"",
    "RUN [",
    "RUN \"",
    "CMD [\"a\", \"b",
    "HEALTHCHECK --interval",
    "EXPOSE",
    "EXPOSE 80/",
    "USER a:",
    "ONBUILD",
    "ONBUILD COPY --from",
    "#",
    "[",
    "\u{0}",
];

#[test]
fn the_other_instructions_survive() {
    let mut parser = parser();
    let mut cases = 0;
    for (name, text) in constructs() {
        let tree = parse(&mut parser, &text, None);
        let good = instructions(&tree, &text);
        if text.last() != Some(&b'\n') {
            continue;
        }
        let lines: Vec<_> = text.split_inclusive(|byte| *byte == b'\n').collect();
        // Between two instructions, and not in the head: there it would end the parser directives.
        for (at, instruction) in good.iter().enumerate() {
            let after = instruction.last_line;
            let next = good.get(at + 1).map_or(lines.len() + 1, |next| next.first_line);
            // A heredoc without end, or a continuation at the end of the file, takes what follows with it.
            let open = at + 1 == good.len() && instruction.first_line < instruction.last_line;
            if after >= next || open || lines.last().is_some_and(|line| line.ends_with(b"\\\n")) {
                continue;
            }
            for broken in BROKEN {
                let mut changed = lines[..after].concat();
                changed.extend_from_slice(format!("{broken}\n").as_bytes());
                changed.extend_from_slice(&lines[after..].concat());
                let tree = parse(&mut parser, &changed, None);
                assert_eq!(first_error(&tree), None, "{name}: {broken}");
                let mut found = instructions(&tree, &changed);
                found.retain(|instruction| instruction.first_line != after + 1);
                for instruction in &mut found {
                    if instruction.first_line > after {
                        instruction.first_line -= 1;
                        instruction.last_line -= 1;
                    }
                }
                assert_eq!(found, good, "{name}: {broken} after line {after}");
                cases += 1;
            }
        }
    }
    assert!(cases > 5_000, "only {cases} cases");
}
