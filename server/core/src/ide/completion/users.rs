//! Users and groups that a stage knows: those that its commands make, and those that it names.

use super::folders::in_stage;
use super::{CompletionKind, List};
use crate::ide::accounts::accounts;
use crate::ide::place::{Typed, Word};
use crate::model::{Base, Dockerfile, Instruction, InstructionId, state};
use crate::syntax::Keyword;

/// Names that stand for a user or a group, nearest first, each with where it comes from.
#[derive(Debug, Default)]
struct Names {
    users: Vec<(String, &'static str)>,
    groups: Vec<(String, &'static str)>,
}

/// USER.
pub(super) fn user(list: &mut List<'_>, typed: &Typed<'_>) {
    if typed.words.is_empty() {
        names(list, typed, &typed.word, false);
    }
}

/// `user` or `user:group` in a flag or an instruction; where two go together, both can be offered at once.
pub(super) fn names(list: &mut List<'_>, typed: &Typed<'_>, word: &Word, pairs: bool) {
    let known = Names::of(list.dockerfile(), typed.instruction.id);
    let escape = list.dockerfile().escape;
    let ends = |it: char| it == escape || it == '"' || it == '\'';
    if let Some((user, group)) = word.typed.split_once(':') {
        let replace = word.from(word.typed.len() - group.len()).until(ends);
        // Most groups have the name of a user.
        let (same, others): (Vec<_>, Vec<_>) = known.groups.into_iter().partition(|(name, _)| name == user);
        for (name, detail) in same.into_iter().chain(others) {
            list.add(CompletionKind::Value, name, replace).detail = detail.to_owned();
        }
        return;
    }
    let replace = word.until(|it| it == ':' || ends(it));
    let has_group = word.behind[usize::from(replace.end() - word.cursor)..].starts_with(':');
    for (name, detail) in known.users {
        list.add(CompletionKind::Value, name.as_str(), replace).detail = detail.to_owned();
        if pairs && !has_group && known.groups.iter().any(|group| group.0 == name) {
            list.add(CompletionKind::Value, format!("{name}:{name}"), replace).detail =
                "user and group".to_owned();
        }
    }
}

impl Names {
    fn of(dockerfile: &Dockerfile, at: InstructionId) -> Self {
        let mut names = Self::default();
        for instruction in in_stage(dockerfile, at) {
            if matches!(instruction.keyword(), Keyword::Run | Keyword::User) {
                names.add(dockerfile, instruction);
            }
        }
        // What is not in its files is no user; and scratch has no files.
        if state::before(dockerfile, at).root != Some(Base::Scratch) {
            names.add_user("root", "user 0");
            names.add_group("root", "group 0");
        }
        names
    }

    /// Those that an instruction makes or sets.
    fn add(&mut self, dockerfile: &Dockerfile, instruction: Instruction<'_>) {
        let is_user = instruction.keyword() == Keyword::User;
        let found = accounts(dockerfile, instruction).into_iter().filter(|it| is_user || it.made.is_some());
        for it in found {
            let detail = if is_user { "USER" } else { "made in this stage" };
            match it.is_group {
                true => self.add_group(&it.name, detail),
                false => self.add_user(&it.name, detail),
            }
            if it.made.is_some_and(|made| made.has_group) {
                self.add_group(&it.name, detail);
            }
        }
    }

    fn add_user(&mut self, name: &str, detail: &'static str) {
        if self.users.iter().all(|(known, _)| known != name) {
            self.users.push((name.to_owned(), detail));
        }
    }

    fn add_group(&mut self, name: &str, detail: &'static str) {
        if self.groups.iter().all(|(known, _)| known != name) {
            self.groups.push((name.to_owned(), detail));
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::ide::completion::tests::{accept, check, labels};

    #[test]
    fn users_that_are_made_and_named() {
        check(
            r#"FROM debian AS base
RUN groupadd -g 1000 web && useradd -ms /bin/bash -g web --uid 1000 app
FROM other
RUN useradd elsewhere
FROM base
RUN if true; then adduser --system --ingroup web worker; fi
RUN <<EOF
set -e
adduser -S -D -H -u1001 busy
echo useradd echoed
EOF
USER 1000:staff
RUN useradd $NAME
USER <|>
"#,
            &expect![[r#"
                1000 (USER)
                busy (made in this stage)
                worker (made in this stage)
                app (made in this stage)
                root (user 0)
            "#]],
        );
        assert_eq!(labels("FROM a\nUSER root <|>"), "");
        assert_eq!(labels("FROM scratch\nUSER <|>"), "");
    }

    #[test]
    fn groups_behind_a_colon() {
        let text = "FROM a\nRUN groupadd x; addgroup -S app && adduser -S -G app app\n";
        assert_eq!(labels(&format!("{text}USER app:<|>\n")), "app x root");
        assert_eq!(
            accept(&format!("{text}COPY --chown=app:<|>y a b\n"), "x"),
            format!("{text}COPY --chown=app:x a b\n")
        );
    }

    #[test]
    fn owners_of_copies() {
        let text = "FROM a\nRUN addgroup app && adduser -G app app\n";
        assert_eq!(labels(&format!("{text}COPY --chown=<|> a b\n")), "app app:app root root:root");
        assert_eq!(
            accept(&format!("{text}ADD --chown=a<|>:x a b\n"), "app"),
            format!("{text}ADD --chown=app:x a b\n")
        );
        assert_eq!(labels(&format!("{text}COPY --chown=<|>:x a b\n")), "app root");
        assert_eq!(labels("FROM a\nRUN useradd me\nUSER me:<|>\n"), "me root");
    }
}
