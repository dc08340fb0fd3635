//! The card of a user or a group: where it is made, and who names it.

use super::super::accounts::{Account, account_at, maker, same};
use super::super::markdown::code;
use super::stage::stage_label;
use super::{line_of, list};
use crate::TextSize;
use crate::model::files::Relation;
use crate::model::{Base, Dockerfile, InstructionId, SourceFile, state};
use crate::syntax::Keyword;

/// The most lines that are listed; further ones are counted.
const MOST: usize = 8;

/// The card of the user or group at `offset`.
pub(super) fn card(file: &SourceFile, offset: TextSize) -> Option<String> {
    let dockerfile = file.dockerfile();
    let asked = account_at(dockerfile, offset)?;
    let kind = if asked.is_group { "Group" } else { "User" };
    let mut facts = vec![match maker(dockerfile, &asked) {
        Some(made) => made_by(file, &asked, &made),
        None => not_made(dockerfile, &asked)?,
    }];
    facts.extend(uses(file, &asked));
    Some(format!("**{kind} {}**\n\n{}", code(&asked.name), list(&facts)))
}

/// `Made by useradd on line 3, in the stage base`
fn made_by(file: &SourceFile, asked: &Account, made: &Account) -> String {
    let dockerfile = file.dockerfile();
    let program = made.made.as_ref().map_or("", |it| it.program);
    let stage_of = |id: InstructionId| dockerfile.stage_of(id).map(|stage| stage.id);
    let (here, there) = (stage_of(asked.instruction), stage_of(made.instruction));
    let stage = match there.filter(|_| here != there) {
        Some(stage) => format!(", in the stage {}", stage_label(dockerfile.stage(stage))),
        None => String::new(),
    };
    let who = match (asked.is_group == made.is_group, asked.name == made.name) {
        (false, _) => format!(", with the user {}", code(&made.name)),
        (true, false) => format!(", as {}", code(&made.name)),
        (true, true) => String::new(),
    };
    let line = line_of(file, made.range.start());
    format!("Made by {} on line {line}{stage}{who}", code(program))
}

/// Where it has to come from when no command above makes it. A number counts whether somebody has it or not, and
/// `root` is nearly everywhere.
fn not_made(dockerfile: &Dockerfile, asked: &Account) -> Option<String> {
    if asked.name == "root" || asked.name.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let list = if asked.is_group { "/etc/group" } else { "/etc/passwd" };
    let stage = dockerfile.stage_of(asked.instruction)?;
    // What a command does to the list says nothing of this name.
    let answer = dockerfile.files(stage.id).find(list, Some(asked.instruction));
    let is_run = |id| dockerfile.instruction(id).data.effective().keyword == Keyword::Run;
    let is_copied =
        answer.relation == Relation::Itself && answer.makers.iter().any(|it| !is_run(it.instruction));
    let root = state::before(dockerfile, asked.instruction).root;
    Some(match root {
        _ if is_copied => {
            format!("No command above is known to make it: it may stand in the stage's `{list}`")
        }
        Some(Base::Image(image)) => {
            format!("No command above is known to make it: {} may bring it", code(&image.written))
        }
        Some(Base::Scratch) => {
            format!("No command above makes it, and `scratch` has no `{list}`: copy one, or take a number")
        }
        _ => "No command above is known to make it: the base image may bring it".to_owned(),
    })
}

/// `Also named on lines 4, 7`
fn uses(file: &SourceFile, asked: &Account) -> Option<String> {
    let named =
        same(file.dockerfile(), asked).into_iter().filter(|it| it.made.is_none() && it.range != asked.range);
    let mut lines: Vec<u32> = named.map(|it| line_of(file, it.range.start())).collect();
    lines.dedup();
    let shown: Vec<String> = lines.iter().take(MOST).map(u32::to_string).collect();
    match lines.len() {
        0 => None,
        1 => Some(format!("Also named on line {}", shown.join(""))),
        2..=MOST => Some(format!("Also named on lines {}", shown.join(", "))),
        more => Some(format!("Also named on lines {} and {} more", shown.join(", "), more - MOST)),
    }
}

#[cfg(test)]
mod tests {
    use dockstage_fixture::cursor;
    use expect_test::{Expect, expect};

    use super::*;

    fn check(fixture: &str, expected: &Expect) {
        let (text, at) = cursor(fixture);
        let file = SourceFile::new(&text);
        let card = card(&file, TextSize::try_from(at).unwrap());
        expected.assert_eq(&card.unwrap_or_else(|| "nothing".to_owned()));
    }

    const TEXT: &str = "FROM debian AS base
RUN groupadd web && useradd -m -u 1001 app
FROM base
COPY --chown=app:web . .
USER app
RUN chown app /x
USER 1001
USER node
";

    #[test]
    fn a_user_says_where_it_is_made() {
        check(
            &TEXT.replace("USER app", "USER a<|>pp"),
            &expect![[r#"
                **User `app`**

                - Made by `useradd` on line 2, in the stage `base`
                - Also named on lines 4, 6, 7"#]],
        );
        check(
            &TEXT.replace("app:web", "app:we<|>b"),
            &expect![[r#"
                **Group `web`**

                - Made by `groupadd` on line 2, in the stage `base`"#]],
        );
        check(
            &TEXT.replace("app:web", "app:ap<|>p"),
            &expect![[r#"
                **Group `app`**

                - Made by `useradd` on line 2, in the stage `base`, with the user `app`"#]],
        );
        check(
            &TEXT.replace("USER 1001", "USER 10<|>01"),
            &expect![[r#"
                **User `1001`**

                - Made by `useradd` on line 2, in the stage `base`, as `app`
                - Also named on lines 4, 5, 6"#]],
        );
    }

    #[test]
    fn what_nothing_makes() {
        check(
            &TEXT.replace("USER node", "USER no<|>de"),
            &expect![[r#"
                **User `node`**

                - No command above is known to make it: `debian` may bring it"#]],
        );
        check(
            "FROM scratch\nCOPY --from=x /etc/passwd /etc/\nUSER me<|>\n",
            &expect![[r#"
            **User `me`**

            - No command above is known to make it: it may stand in the stage's `/etc/passwd`"#]],
        );
        check(
            "FROM scratch\nUSER me<|>\n",
            &expect![[r#"
                **User `me`**

                - No command above makes it, and `scratch` has no `/etc/passwd`: copy one, or take a number"#]],
        );
        check("FROM a\nUSER 10<|>00\n", &expect!["nothing"]);
        check("FROM a\nRUN ap<|>p\n", &expect!["nothing"]);
    }
}
