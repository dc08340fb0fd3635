//! PHP: the packages of Composer come from a stage of their own.
//!
//! Signals: `composer install` in a RUN. The image itself stays as it is, because PHP and its extensions are what
//! runs; a new stage from the image of Composer installs the packages, and the directory `vendor` comes over. So
//! Composer, its cache and what it needs stay behind. Hazards: extensions and scripts of the packages, because the
//! image of Composer has other extensions.

use super::shell::Command;
use super::view::View;
use super::{Refusal, Request, Split, paths};
use crate::model::{Instruction, SourceFile};
use crate::syntax::Keyword;
use crate::text::{SourceChange, TextEdit};
use crate::{TextRange, TextSize};

/// What the action is called.
pub(super) const TITLE: &str = "Install Composer's packages in a stage of their own";

/// The name of the new stage.
const STAGE: &str = "vendor";

/// Whether the stage installs packages of Composer.
pub(super) fn applies(view: &View<'_>) -> bool {
    view.runs(installs)
}

fn installs(command: &Command) -> bool {
    is_composer(command) && command.argv().iter().any(|it| it.text == "install")
}

/// `composer`, `php composer.phar`, `/usr/bin/composer`.
fn is_composer(command: &Command) -> bool {
    let argv = command.argv();
    let named = |at: usize| {
        argv.get(at).is_some_and(|it| matches!(paths::file_name(&it.text), "composer" | "composer.phar"))
    };
    named(0) || (command.program() == "php" && named(1))
}

/// Moves the commands of Composer into a new first stage.
pub(super) fn split(file: &SourceFile, request: Request<'_>) -> Result<Split, Refusal> {
    let view = View::new(file, request)?;
    if !applies(&view) {
        return Err(Refusal::not_offered("no build is found that can be split".to_owned()));
    }
    if view.dockerfile.refs.iter().any(|it| it.text.eq_ignore_ascii_case(STAGE)) {
        return Err(Refusal::new(format!(
            "`{STAGE}` would be a stage, and the file uses an image of that name"
        )));
    }
    let calls = calls(&view)?;
    let first = calls.first().ok_or_else(|| Refusal::new("no RUN installs packages".to_owned()))?;
    let dir = first.dir.clone();
    if calls.len() > 16 {
        return Err(Refusal::new("Composer is called too often".to_owned()));
    }
    if dir == "/" || calls.iter().any(|it| it.dir != dir) {
        return Err(Refusal::new("Composer runs in more than one directory, or in /".to_owned()));
    }
    let fetched = view.all(Keyword::Run).take_while(|it| it.id < first.run.id).find(|run| {
        let here =
            view.workdir_before(run.id).is_some_and(|it| paths::is_within(it, &dir)) || view.says(*run, &dir);
        let fetches = match view.script(*run) {
            Some(commands) => commands.iter().any(|it| {
                let cloned = it.program() == "git" && it.argv().iter().any(|word| word.text == "clone");
                cloned || matches!(it.program(), "tar" | "unzip" | "bsdtar")
            }),
            None => ["git clone", "| tar", "unzip "].iter().any(|it| view.says(*run, it)),
        };
        here && (fetches || view.says(*run, "create-project"))
    });
    if let Some(run) = fetched {
        return Err(Refusal::new(format!("line {} fetches sources, which Composer may need", run.row + 1)));
    }
    let mut edits = vec![TextEdit::insert(
        view.dockerfile.instruction(view.stage.from).start,
        new_stage(&view, &calls, &dir)?,
    )];
    let newline = newline(file);
    let copy = format!("{} --from={STAGE} {dir}/vendor {dir}/vendor", view.keyword(Keyword::Copy));
    for (nth, call) in calls.iter().enumerate() {
        let lines = if nth == 0 { Some(copy.clone()) } else { None };
        edits.push(call.replace(&view, file, lines, newline));
    }
    let removed = remove_tool(&view, file, &calls);
    let leaves = removed.is_some();
    edits.extend(removed);
    let change = SourceChange::new(edits).map_err(|error| Refusal::new(error.to_string()))?;
    let composer = match leaves {
        true => "Only Composer leaves it.",
        false => "Composer itself is still installed: drop that where nothing else calls it.",
    };
    let notes = vec![
        format!("The image stays what it is: PHP and its extensions are what runs. {composer}"),
        "The image of Composer has other extensions of PHP, so their versions are not checked there \
         (`--ignore-platform-reqs`)."
            .to_owned(),
        "Scripts of the packages run in the new stage: look whether they need more than the sources."
            .to_owned(),
    ];
    Ok(Split { title: TITLE, change, changes: Vec::new(), notes })
}

/// A RUN with commands of Composer.
struct Call<'a> {
    run: Instruction<'a>,
    dir: String,
    /// Its commands of Composer, as written.
    commands: Vec<String>,
    /// What to remove of it; none for the whole instruction.
    cut: Option<TextRange>,
}

fn calls<'a>(view: &View<'a>) -> Result<Vec<Call<'a>>, Refusal> {
    let mut calls: Vec<Call<'a>> = Vec::new();
    let mut installed = false;
    for run in view.all(Keyword::Run) {
        let Some(commands) = view.script_with_dirs(run) else {
            if view.says(run, "composer install") {
                return Err(Refusal::new(format!(
                    "the RUN on line {} is too complex to take Composer out of it",
                    run.row + 1
                )));
            }
            continue;
        };
        installed |= commands.iter().any(|(command, _)| installs(command));
        let own: Vec<usize> = (0..commands.len()).filter(|at| is_composer(commands[*at].0)).collect();
        if own.is_empty() || !installed {
            continue;
        }
        let line = run.row + 1;
        let unclear =
            || Refusal::new(format!("the RUN on line {line} is too complex to take Composer out of it"));
        let dir = commands[own[0]].1.clone().ok_or_else(unclear)?;
        if own.iter().any(|at| !commands[*at].0.is_certain()) {
            return Err(unclear());
        }
        let others = commands.iter().enumerate().any(|(at, (command, _))| {
            !own.contains(&at) && !matches!(command.program(), "cd" | "set" | "true" | "echo")
        });
        let words: Vec<String> = own.iter().map(|at| words(commands[*at].0)).collect();
        let cut = if others {
            let ([only], Some(text)) = (own.as_slice(), view.script_place(run)) else {
                return Err(unclear());
            };
            let start = commands[*only].0.start().ok_or_else(unclear)?;
            let next = commands.get(only + 1).and_then(|(command, _)| command.start());
            let range = match (next, only.checked_sub(1).and_then(|at| commands[at].0.end())) {
                (Some(next), _) => (start, next),
                (None, Some(before)) => (before, commands[*only].0.end().ok_or_else(unclear)?),
                (None, None) => return Err(unclear()),
            };
            Some(text(range.0, range.1).ok_or_else(unclear)?)
        } else {
            None
        };
        calls.push(Call { run, dir, commands: words, cut });
    }
    Ok(calls)
}

/// A command of Composer for its own image.
fn words(command: &Command) -> String {
    let argv = command.argv();
    let from = argv
        .iter()
        .position(|it| matches!(paths::file_name(&it.text), "composer" | "composer.phar"))
        .unwrap_or(0);
    let mut words: Vec<String> = vec!["composer".to_owned()];
    words.extend(argv[from + 1..].iter().map(|it| super::shell::quote(&it.text)));
    let installs = argv.iter().any(|it| matches!(it.text.as_str(), "install" | "require" | "update"));
    if installs && !argv.iter().any(|it| it.text.starts_with("--ignore-platform-req")) {
        words.push("--ignore-platform-reqs".to_owned());
    }
    words.join(" ")
}

/// The text of the new stage: what is copied into the project's directory, and the commands.
fn new_stage(view: &View<'_>, calls: &[Call<'_>], dir: &str) -> Result<String, Refusal> {
    let newline = newline(view.file);
    let lower = view.keyword(Keyword::From) == "from";
    let mut lines = vec![
        format!("{} composer:2 {} {STAGE}", view.keyword(Keyword::From), if lower { "as" } else { "AS" }),
        format!("{} {dir}", view.keyword(Keyword::Workdir)),
    ];
    let before = calls[0].run.id;
    for copy in view.context_copies().filter(|it| it.id < before) {
        let Some(to) = view.destination(copy) else { continue };
        if !paths::is_within(&to, dir) && !paths::is_within(dir, &to) {
            continue;
        }
        // A relative destination counts from the directory that is in effect there.
        let here = view.workdir_before(copy.id);
        if here == Some(dir) || copy.data.arguments.words().last().is_some_and(|it| it.text.starts_with('/'))
        {
            lines.push(view.source(copy).trim_end().to_owned());
        } else {
            return Err(Refusal::new(format!("line {} copies files to a place that changes", copy.row + 1)));
        }
    }
    if lines.len() == 2 {
        return Err(Refusal::new(format!("nothing is copied to {dir} before Composer runs")));
    }
    let run = view.keyword(Keyword::Run);
    lines.extend(calls.iter().flat_map(|it| &it.commands).map(|it| format!("{run} {it}")));
    Ok(lines.join(newline) + &newline.repeat(2))
}

impl Call<'_> {
    /// The edit that takes the commands out, with lines that come in their place.
    fn replace(&self, view: &View<'_>, file: &SourceFile, lines: Option<String>, newline: &str) -> TextEdit {
        let range = self.run.range();
        match (self.cut, lines) {
            (None, Some(lines)) => {
                let len = view.slice(range).trim_end().len();
                TextEdit::replace(
                    TextRange::at(range.start(), TextSize::try_from(len).unwrap_or(range.len())),
                    lines,
                )
            }
            (None, None) => TextEdit::delete(whole_lines(file, range)),
            (Some(cut), None) => TextEdit::delete(cut),
            (Some(cut), Some(lines)) => {
                let kept = format!(
                    "{lines}{newline}{}{}",
                    view.slice(TextRange::new(range.start(), cut.start())),
                    view.slice(TextRange::new(cut.end(), range.end())).trim_end()
                );
                let len = view.slice(range).trim_end().len();
                TextEdit::replace(
                    TextRange::at(range.start(), TextSize::try_from(len).unwrap_or(range.len())),
                    kept,
                )
            }
        }
    }
}

/// Composer itself leaves the image when nothing else calls it.
fn remove_tool(view: &View<'_>, file: &SourceFile, calls: &[Call<'_>]) -> Option<TextEdit> {
    let brings = |it: &Instruction<'_>| {
        it.keyword() == Keyword::Copy
            && it
                .data
                .flag("from")
                .and_then(|flag| flag.value.as_ref())
                .is_some_and(|value| value.text.contains("composer"))
    };
    let copy = view.instructions().find(brings)?;
    let mut others =
        view.instructions().filter(|it| it.id != copy.id && calls.iter().all(|call| call.run.id != it.id));
    let called = others.any(|it| {
        matches!(it.keyword(), Keyword::Run | Keyword::Cmd | Keyword::Entrypoint) && view.says(it, "composer")
    });
    (!called).then(|| TextEdit::delete(whole_lines(file, copy.range())))
}

/// The lines of an instruction, with the line end behind them and an empty line above them.
fn whole_lines(file: &SourceFile, range: TextRange) -> TextRange {
    let text = file.text().to_string();
    let end = usize::from(range.end());
    let end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let mut start = usize::from(range.start());
    let blank_below = text[end..].lines().next().is_none_or(|line| line.trim().is_empty());
    if blank_below && text[..start].ends_with("\n\n") {
        start -= 1;
    }
    let size = |at| TextSize::try_from(at).unwrap_or(range.end());
    TextRange::new(size(start), size(end))
}

fn newline(file: &SourceFile) -> &'static str {
    crate::text::line_end(&file.text().to_string())
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::check;
    use expect_test::expect;

    #[test]
    fn composer_leaves_the_image() {
        check(
            r#"FROM php:8.3-fpm
RUN docker-php-ext-install pdo_mysql
COPY --from=composer:2 /usr/bin/composer /usr/local/bin/composer
WORKDIR /app
COPY . .
RUN composer install --no-dev
RUN composer dump-autoload -o
CMD ["php-fpm"]
"#,
            expect![[r#"
                FROM composer:2 AS vendor
                WORKDIR /app
                COPY . .
                RUN composer install --no-dev --ignore-platform-reqs
                RUN composer dump-autoload -o

                FROM php:8.3-fpm
                RUN docker-php-ext-install pdo_mysql
                WORKDIR /app
                COPY . .
                COPY --from=vendor /app/vendor /app/vendor
                CMD ["php-fpm"]
            "#]],
        );
    }

    #[test]
    fn composer_is_taken_out_of_a_longer_run() {
        check(
            r#"FROM php:8.3-apache
WORKDIR /var/www
COPY . ./

RUN cp .env.example .env \
 && composer install --no-dev --optimize-autoloader \
 && rm .env \
 && chown -R www-data .
EXPOSE 80
"#,
            expect![[r#"
                FROM composer:2 AS vendor
                WORKDIR /var/www
                COPY . ./
                RUN composer install --no-dev --optimize-autoloader --ignore-platform-reqs

                FROM php:8.3-apache
                WORKDIR /var/www
                COPY . ./

                COPY --from=vendor /var/www/vendor /var/www/vendor
                RUN cp .env.example .env \
                 && rm .env \
                 && chown -R www-data .
                EXPOSE 80
            "#]],
        );
    }
}
