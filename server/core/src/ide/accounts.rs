//! Users and groups of a stage: where commands make them, and where they are named.
//!
//! `useradd app` and its kin make a user, USER, `--chown=app` and the usual commands (`chown`, `su-exec` and others)
//! name one. A name means the same in a stage and in those built `FROM` it. Most tools make a group with the name of
//! a new user, so that is where a group comes from that nothing else makes. A number means the user that was made
//! with it.

use crate::model::shell::is_foreign;
use crate::model::state::base_chain;
use crate::model::{Dockerfile, Instruction, InstructionId, ResolvedVar, StageId, VarDefKind};
use crate::syntax::Keyword;
use crate::syntax::shell::{self, Command, Word};
use crate::{TextRange, TextSize};

/// A place that makes or names a user or a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    /// Its name, or its number.
    pub(super) name: String,
    /// Whether it is a group.
    pub(super) is_group: bool,
    /// The word.
    pub(super) range: TextRange,
    /// Where it stands.
    pub(super) instruction: InstructionId,
    /// How it is made, where this is the place that does.
    pub(super) made: Option<Made>,
}

/// How a user or a group is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    /// The command.
    pub(super) program: &'static str,
    /// The number that it is given.
    number: Option<String>,
    /// Whether a group of the same name comes with a user.
    pub(super) has_group: bool,
}

impl Account {
    /// Whether this place makes what another one names.
    fn makes(&self, asked: &Self) -> bool {
        let Some(made) = &self.made else { return false };
        let is_it = self.name == asked.name || made.number.as_ref() == Some(&asked.name);
        is_it && (self.is_group == asked.is_group || (asked.is_group && made.has_group))
    }
}

/// The user or group that `offset` touches.
pub(super) fn account_at(dockerfile: &Dockerfile, offset: TextSize) -> Option<Account> {
    let instruction = dockerfile.instruction_at(offset)?;
    let mut found = accounts(dockerfile, instruction).into_iter();
    found.find(|it| it.range.contains_inclusive(offset))
}

/// The place that makes what is named at another one: the nearest above it in its stage and the stages below.
pub(super) fn maker(dockerfile: &Dockerfile, asked: &Account) -> Option<Account> {
    if asked.made.is_some() {
        return Some(asked.clone());
    }
    let mut groups_of_users = None;
    for stage in stages_below(dockerfile, asked) {
        for id in dockerfile.stage(stage).instructions().collect::<Vec<_>>().into_iter().rev() {
            if id > asked.instruction {
                continue;
            }
            let mut found = accounts(dockerfile, dockerfile.instruction(id));
            found.retain(|it| it.makes(asked) && it.range.start() < asked.range.start());
            match found.pop() {
                Some(found) if found.is_group == asked.is_group => return Some(found),
                // A command of its own that makes the group counts more.
                found => groups_of_users = groups_of_users.or(found),
            }
        }
    }
    groups_of_users
}

/// Every place of a stage and its kin that makes or names the same, in order.
pub(super) fn same(dockerfile: &Dockerfile, asked: &Account) -> Vec<Account> {
    let maker = maker(dockerfile, asked);
    let stage_of = |id| dockerfile.stage_of(id).map(|stage| stage.id);
    let bottom = stages_below(dockerfile, asked).last().copied();
    let Some(root) = maker.as_ref().map_or(bottom, |it| stage_of(it.instruction)) else { return Vec::new() };
    let known = maker.as_ref().unwrap_or(asked);
    let number = known.made.as_ref().and_then(|it| it.number.as_ref());
    let mut found = Vec::new();
    for stage in built_on(dockerfile, root) {
        for id in dockerfile.stage(stage).instructions() {
            let all = accounts(dockerfile, dockerfile.instruction(id)).into_iter();
            found.extend(all.filter(|it| {
                let is_maker = it.range == known.range;
                let is_named = it.name == known.name || Some(&it.name) == number;
                is_maker || (is_named && it.is_group == asked.is_group)
            }));
        }
    }
    found
}

/// The stage of a place and those it is built from, the nearest first.
fn stages_below(dockerfile: &Dockerfile, asked: &Account) -> Vec<StageId> {
    let stage = dockerfile.stage_of(asked.instruction);
    let mut chain = stage.map_or_else(Vec::new, |stage| base_chain(dockerfile, stage.id));
    chain.reverse();
    chain
}

/// A stage and those that are built from it, in order.
fn built_on(dockerfile: &Dockerfile, root: StageId) -> Vec<StageId> {
    let mut is_on = vec![false; dockerfile.stages.len()];
    for (stage, base) in dockerfile.stages.iter().zip(crate::model::scope::bases(&dockerfile.stages)) {
        let on_base = base.and_then(|base| is_on.get(base).copied()).unwrap_or(false);
        is_on[stage.id.index()] = stage.id == root || on_base;
    }
    dockerfile.stages.iter().map(|stage| stage.id).filter(|id| is_on[id.index()]).collect()
}

/// The users and groups that an instruction makes and names, in order.
pub(super) fn accounts(dockerfile: &Dockerfile, instruction: Instruction<'_>) -> Vec<Account> {
    let data = instruction.data.effective();
    let mut found = Found { dockerfile, instruction, all: Vec::new() };
    match data.keyword {
        Keyword::User => {
            for word in data.arguments.words().iter().take(1) {
                found.pair(&word.text, instruction.abs(word.range));
            }
        }
        Keyword::Copy | Keyword::Add => {
            let owner = data.flag("chown").and_then(|flag| flag.value.as_ref());
            if let Some(owner) = owner {
                found.pair(&owner.text, instruction.abs(owner.range));
            }
        }
        Keyword::Run if dockerfile.is_posix_shell(instruction.id) => found.commands(),
        _ => {}
    }
    found.all
}

/// Programs whose words name users or groups, each with the letters of its options that have a value.
const PROGRAMS: [(&str, &str); 10] = [
    ("useradd", "bcdefgGkKpsuZRP"),
    ("adduser", "hgsGuk"),
    ("groupadd", "gKpRPU"),
    ("addgroup", "g"),
    ("usermod", "cdefgGlpsuZRPvVwW"),
    ("chown", ""),
    ("chgrp", ""),
    ("su", "cgGsTw"),
    ("gosu", ""),
    ("su-exec", ""),
];

struct Found<'a> {
    dockerfile: &'a Dockerfile,
    instruction: Instruction<'a>,
    all: Vec<Account>,
}

impl Found<'_> {
    /// `user:group`.
    fn pair(&mut self, text: &str, range: TextRange) {
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (text, None),
        };
        // With quotes around it, or escapes in it, its parts stand somewhere in there.
        let is_literal = usize::from(range.len()) == text.len();
        let at = |offset: usize, len: usize| match (TextSize::try_from(offset), TextSize::try_from(len)) {
            (Ok(offset), Ok(len)) if is_literal => TextRange::at(range.start() + offset, len),
            _ => range,
        };
        self.name(user, false, at(0, user.len()));
        if let Some(group) = group {
            self.name(group, true, at(user.len() + 1, group.len()));
        }
    }

    fn name(&mut self, written: &str, is_group: bool, range: TextRange) {
        self.add(written, is_group, range, None);
    }

    fn add(&mut self, written: &str, is_group: bool, range: TextRange, made: Option<Made>) {
        let name = self.filled(written).filter(|it| is_name(it));
        if let Some(name) = name {
            self.all.push(Account { name, is_group, range, instruction: self.instruction.id, made });
        }
    }

    /// A word with the values of its variables, as far as their definitions say them.
    fn filled(&self, written: &str) -> Option<String> {
        if !written.contains('$') {
            return Some(written.to_owned());
        }
        let scopes = self.dockerfile.scopes();
        let mut is_known = true;
        let filled = shell::fill(written, &mut |name| {
            let seen = scopes.refs_in(self.instruction.id).iter().find(|it| it.name == name)?;
            let ResolvedVar::Def(id) = seen.target else { return None };
            let def = scopes.source_of(id);
            let args = self.dockerfile.build_args.as_slice();
            let given = crate::model::state::given(args, name).filter(|_| def.kind != VarDefKind::Env);
            let value = given.map(str::to_owned).or_else(|| def.value.clone());
            let value =
                value.map(|it| it.trim_matches(['"', '\'']).to_owned()).filter(|it| !it.contains('$'));
            is_known &= value.is_some();
            value
        });
        Some(filled).filter(|it| is_known && !it.contains('$'))
    }

    /// Those in the commands of a RUN.
    fn commands(&mut self) {
        let data = self.instruction.data;
        let written = data.heredocs.iter().map(|it| it.content.text.as_str());
        let mut written = written.chain([data.line.text()]);
        // Most instructions have none of them.
        if !written.any(|text| PROGRAMS.iter().any(|it| text.contains(it.0))) {
            return;
        }
        for text in data.shell_texts().iter().filter(|it| !is_foreign(it.text())) {
            let script = shell::read(text.text());
            for command in &script.commands {
                let start = self.instruction.start;
                let place = |word: &Word| text.source_range(word.range.start, word.range.end).at(start);
                self.command(command, &place);
            }
        }
    }

    fn command(&mut self, command: &Command, place: &dyn Fn(&Word) -> TextRange) {
        let called = command.program();
        let Some((program, with_value)) = PROGRAMS.iter().find(|it| it.0 == called) else { return };
        let call = Call::of(command, program, with_value);
        for (option, value) in &call.options {
            let names_groups = matches!(
                (call.program, option.as_str()),
                ("useradd" | "usermod", "-g" | "-G" | "--gid" | "--groups")
                    | ("adduser", "-G" | "--ingroup" | "--gid")
            );
            // `-G a,b` is a list: it stands in one word.
            if names_groups && !value.text.contains(',') {
                self.name(&value.text, true, place(value));
            }
        }
        let Some(first) = call.operands.first() else { return };
        match (call.program, call.operands.get(1)) {
            // Both take a user and a group: they make neither.
            ("adduser" | "addgroup", Some(group)) => {
                self.name(&first.text, false, place(first));
                self.name(&group.text, true, place(group));
            }
            ("useradd" | "adduser", _) => {
                let made = call.made(&["-u", "--uid"]);
                self.add(&first.text, false, place(first), Some(made));
            }
            ("groupadd" | "addgroup", _) => {
                let made = call.made(&["-g", "--gid"]);
                self.add(&first.text, true, place(first), Some(made));
            }
            ("chgrp", Some(_)) => self.name(&first.text, true, place(first)),
            ("chown", Some(_)) | ("gosu" | "su-exec", _) => self.pair(&first.text, place(first)),
            ("usermod" | "su", _) => self.name(&first.text, false, place(first)),
            _ => {}
        }
    }
}

/// A command that makes or names users, in parts.
struct Call<'c> {
    program: &'static str,
    /// Options with their values.
    options: Vec<(String, &'c Word)>,
    /// Options without.
    flags: Vec<&'c str>,
    operands: Vec<&'c Word>,
}

impl<'c> Call<'c> {
    /// `with_value` are the letters of the options that have one.
    fn of(command: &'c Command, program: &'static str, with_value: &str) -> Self {
        const LONG: [&str; 20] = [
            "--base-dir",
            "--comment",
            "--conf",
            "--expiredate",
            "--firstuid",
            "--gecos",
            "--gid",
            "--groups",
            "--home",
            "--home-dir",
            "--inactive",
            "--ingroup",
            "--key",
            "--lastuid",
            "--password",
            "--shell",
            "--skel",
            "--uid",
            "--root",
            "--prefix",
        ];
        let mut call = Self { program, options: Vec::new(), flags: Vec::new(), operands: Vec::new() };
        let mut words = command.argv().iter().skip(1);
        while let Some(word) = words.next() {
            let Some(option) = word.text.strip_prefix('-') else {
                call.operands.push(word);
                continue;
            };
            // In `-ms /bin/sh` the last letter has the value, in `-u1000` it is there already.
            let letter = option.find(|it| with_value.contains(it)).filter(|_| !option.starts_with('-'));
            let takes_next = match letter {
                Some(at) => at + 1 == option.len(),
                None => LONG.contains(&word.text.as_str()),
            };
            call.flags.push(&word.text);
            if takes_next && let Some(value) = words.next() {
                let name = letter.map_or_else(|| word.text.clone(), |at| format!("-{}", &option[at..]));
                call.options.push((name, value));
            }
        }
        call
    }

    /// What it makes, whose number stands behind one of these options.
    fn made(&self, number: &[&str]) -> Made {
        let behind = |word: &str| {
            let glued = number.iter().find_map(|it| word.strip_prefix(it));
            glued.map(|it| it.trim_start_matches('=').to_owned()).filter(|it| !it.is_empty())
        };
        let apart = self.options.iter().find(|(name, _)| number.contains(&name.as_str()));
        let number = apart.map(|(_, value)| value.text.clone());
        let number = number.or_else(|| self.flags.iter().copied().find_map(behind));
        let has_other = |it: &str| matches!(it, "-g" | "-G" | "--gid" | "--ingroup");
        let other_group = self.options.iter().any(|(name, _)| match self.program {
            // Its `-G` adds groups, and leaves the first one alone.
            "useradd" => matches!(name.as_str(), "-g" | "--gid"),
            _ => has_other(name),
        });
        let without = self.flags.iter().any(|it| matches!(*it, "-N" | "--no-user-group" | "--nogroup"));
        let has_group = matches!(self.program, "useradd" | "adduser") && !other_group && !without;
        Made { program: self.program, number: number.filter(|it| is_name(it)), has_group }
    }
}

/// Whether this is the name, or the number, of a user or a group.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('-')
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use dockstage_fixture::cursor;
    use expect_test::{Expect, expect};

    use super::*;
    use crate::model::SourceFile;

    /// The text with `*[…]` around what makes the account at the cursor, `m[…]` around other places that make one,
    /// and `[…]` around those that name it.
    fn check(fixture: &str, expected: &Expect) {
        let (mut text, at) = cursor(fixture);
        let file = SourceFile::new(&text);
        let Some(asked) = account_at(file.dockerfile(), TextSize::try_from(at).unwrap()) else {
            return expected.assert_eq("nothing");
        };
        let maker = maker(file.dockerfile(), &asked);
        for it in same(file.dockerfile(), &asked).into_iter().rev() {
            let is_maker = maker.as_ref().is_some_and(|maker| maker.range == it.range);
            text.insert(it.range.end().into(), ']');
            let mark = if is_maker {
                "*["
            } else if it.made.is_some() {
                "m["
            } else {
                "["
            };
            text.insert_str(it.range.start().into(), mark);
        }
        expected.assert_eq(&text);
    }

    #[test]
    fn a_user_through_the_stages() {
        let text = r#"FROM debian AS base
ARG NAME=app
RUN groupadd -g 1000 web && \
    useradd -ms /bin/bash -g web --uid 1001 $NAME && chown -R app:web /srv
FROM other
USER app
FROM base
COPY --chown=app:web --from=base /a /b
RUN <<EOF
if true; then chown app /x; fi
EOF
USER a<|>pp
CMD ["app"]
FROM base
USER 1001
"#;
        check(
            text,
            &expect![[r#"
            FROM debian AS base
            ARG NAME=app
            RUN groupadd -g 1000 web && \
                useradd -ms /bin/bash -g web --uid 1001 *[$NAME] && chown -R [app]:web /srv
            FROM other
            USER app
            FROM base
            COPY --chown=[app]:web --from=base /a /b
            RUN <<EOF
            if true; then chown [app] /x; fi
            EOF
            USER [app]
            CMD ["app"]
            FROM base
            USER [1001]
        "#]],
        );
        check(
            &text.replace("<|>", "").replace("app:web /srv", "app:we<|>b /srv"),
            &expect![[r#"
            FROM debian AS base
            ARG NAME=app
            RUN groupadd -g 1000 *[web] && \
                useradd -ms /bin/bash -g [web] --uid 1001 $NAME && chown -R app:[web] /srv
            FROM other
            USER app
            FROM base
            COPY --chown=app:[web] --from=base /a /b
            RUN <<EOF
            if true; then chown app /x; fi
            EOF
            USER app
            CMD ["app"]
            FROM base
            USER 1001
        "#]],
        );
    }

    #[test]
    fn a_group_that_comes_with_its_user() {
        check(
            "FROM a\nRUN adduser -D app\nCOPY --chown=app:ap<|>p a b\n",
            &expect![[r#"
            FROM a
            RUN adduser -D *[app]
            COPY --chown=app:[app] a b
        "#]],
        );
        check(
            "FROM a\nRUN adduser -D -G x app\nCOPY --chown=app:ap<|>p a b\n",
            &expect![[r#"
            FROM a
            RUN adduser -D -G x app
            COPY --chown=app:[app] a b
        "#]],
        );
        check(
            "FROM a\nRUN addgroup app && adduser -G app app\nCOPY --chown=app:ap<|>p a b\n",
            &expect![[r#"
                FROM a
                RUN addgroup *[app] && adduser -G [app] app
                COPY --chown=app:[app] a b
            "#]],
        );
    }

    #[test]
    fn commands_that_name_users() {
        check(
            "FROM a\nRUN useradd app && usermod -aG web app && su - app -c x && gosu app:web y && su-exec app z\nUSER a<|>pp\n",
            &expect![[r#"
                FROM a
                RUN useradd *[app] && usermod -aG web [app] && su - [app] -c x && gosu [app]:web y && su-exec [app] z
                USER [app]
            "#]],
        );
        check(
            "FROM a\nRUN adduser app && adduser app docker && addgroup app w<|>eb\n",
            &expect![[r#"
            FROM a
            RUN adduser app && adduser app docker && addgroup app [web]
        "#]],
        );
    }

    #[test]
    fn other_words_are_none() {
        for text in [
            "FROM a\nRUN echo useradd ap<|>p\n",
            "FROM a\nRUN useradd -c ap<|>p x\n",
            "FROM a\nSHELL [\"pwsh\"]\nRUN useradd ap<|>p\n",
            "FROM a\nCOPY --chmod=1<|>00 a b\n",
            "FROM a\nUSER $U<|>\n",
        ] {
            check(text, &expect!["nothing"]);
        }
    }
}
