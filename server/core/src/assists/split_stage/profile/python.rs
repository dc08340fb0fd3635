//! Python, with pip, Poetry or uv.
//!
//! Signals: `pip install`, `poetry install` or `uv sync` in a RUN of an image of Python. What goes over: a virtual
//! environment that the builder installs into, at the same path, because its scripts name it. The sources come
//! from the build context, as before. Runtime: the `-slim` image of the same version and release of Debian, with
//! the libraries behind `-dev` packages. Command: kept; `uv run` becomes what it runs.
//! Hazards: packages that load libraries of the system. Without compilers and on a small image nothing is gained.

use super::node::built_beside;
use super::{Profile, Recipe, refuse_without_gain};
use crate::assists::split_stage::Refusal;
use crate::assists::split_stage::paths;
use crate::assists::split_stage::plan::{Added, Artifact, Place};
use crate::assists::split_stage::project::python;
use crate::assists::split_stage::runtime;
use crate::assists::split_stage::shell::{Command, Word};
use crate::assists::split_stage::start::Start;
use crate::assists::split_stage::view::{View, unknown_workdir};
use crate::model::{ImageRef, Instruction, InstructionId};
use crate::syntax::Keyword;

pub(super) struct Python;

/// Where the builder puts the packages, unless the file has an environment of its own.
const VENV: &str = "/opt/venv";

impl Profile for Python {
    fn ships(&self) -> &'static str {
        "compilers and headers"
    }

    fn applies(&self, view: &View<'_>) -> bool {
        let base = ImageRef::parse(&view.stage.base_text);
        matches!(runtime::name(&base), "python" | "pypy" | "uv") && view.runs(installs)
    }

    fn recipe(&self, view: &View<'_>) -> Result<Recipe, Refusal> {
        let base = ImageRef::parse(&view.stage.base_text);
        let start = Start::of(view)?;
        let runtime = runtime::of(&base, "slim")?;
        refuse_without_gain(view, self, &runtime)?;
        if view.runs(|it| matches!(it.program(), "conda" | "mamba" | "micromamba")) {
            return Err(Refusal::new("conda keeps its packages where no virtual environment is".to_owned()));
        }
        if view.runs(|it| it.program() == "pipenv" && !it.argv().iter().any(|word| word.text == "--system")) {
            return Err(Refusal::new(
                "pipenv puts its environment below the home directory: use `--system`".to_owned(),
            ));
        }
        let runs: Vec<Instruction<'_>> = view
            .all(Keyword::Run)
            .filter(|run| view.script(*run).is_some_and(|commands| commands.iter().any(installs)))
            .collect();
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
            return Err(Refusal::new("no installation of packages is found".to_owned()));
        };
        let mut notes = Vec::new();
        let mut added = Vec::new();
        let mut opening = Vec::new();
        let artifact = match environment(view, *first)? {
            Environment::Own(path) => path,
            Environment::Project(path) => {
                let programs = format!("{path}/bin");
                if !view.all(Keyword::Env).any(|it| view.says(it, "PATH") && view.says(it, &programs)) {
                    opening.push(format!("{} PATH={programs}:$PATH", view.keyword(Keyword::Env)));
                }
                path
            }
            Environment::System => {
                refuse_named_places(view)?;
                let after = Some(InstructionId(first.id.0 - 1));
                let (run, env) = (view.keyword(Keyword::Run), view.keyword(Keyword::Env));
                let path = format!("{env} PATH={VENV}/bin:$PATH");
                added.push(Added { after, text: format!("{run} python -m venv {VENV}") });
                added.push(Added { after, text: format!("{env} VIRTUAL_ENV={VENV}") });
                added.push(Added { after, text: path.clone() });
                opening.push(path);
                notes.push(format!(
                    "The packages go into a virtual environment at {VENV}: what names the old place, such as an absolute \
                     path to site-packages, must change."
                ));
                VENV.to_owned()
            }
        };
        if let Some(target) = view.mount_over(*last, &artifact) {
            return Err(Refusal::new(format!("the packages lie in a mount ({target})")));
        }
        notes.push(
            "Packages with native code load libraries of the system: the final stage must have them."
                .to_owned(),
        );
        let mut artifacts = vec![Artifact::same(artifact)];
        let mut places = places(view, &start)?;
        if let Some(pages) = built_beside(view) {
            notes.push("The pages that Node builds go over: the final stage has no Node.".to_owned());
            artifacts.extend(pages.outputs.into_iter().map(Artifact::same));
            places.extend(pages.runs.into_iter().map(|id| (id, Place::Builder)));
        }
        Ok(Recipe {
            build_dir: view.workdir_before(last.id).unwrap_or("/").to_owned(),
            runtimes: vec![runtime],
            added,
            made_by: Some(last.id),
            artifacts,
            places,
            packages: libraries(view),
            opening,
            notes,
            ..Recipe::default()
        })
    }

    fn is_build_command(&self, command: &Command) -> bool {
        installs(command)
            || matches!(
                command.program(),
                "poetry" | "pdm" | "uv" | "virtualenv" | "pip-compile" | "rustup" | "gcc"
            )
            || venv_of(command).is_some()
            || (is_pip(command) && !command.argv().iter().any(|it| it.text == "uninstall"))
    }

    fn is_build_env(&self, name: &str) -> bool {
        ["PIP_", "POETRY_", "UV_", "PIPENV_"].iter().any(|it| name.starts_with(it))
            || matches!(name, "CFLAGS" | "CC" | "CXX" | "LDFLAGS")
    }

    fn is_build_path(&self, path: &str) -> bool {
        let name = paths::file_name(path);
        name.starts_with("requirements") && (name.ends_with(".txt") || name.ends_with(".in"))
            || matches!(
                name,
                "poetry.lock" | "uv.lock" | "Pipfile" | "Pipfile.lock" | "requirements" | "constraints.txt"
            )
    }

    fn runs_sources(&self) -> bool {
        true
    }
}

/// Whether a command is `pip`, itself or as a module of Python.
fn is_pip(command: &Command) -> bool {
    let argv = command.argv();
    let module = |at: usize| {
        argv.get(at).is_some_and(|it| it.text == "-m") && argv.get(at + 1).is_some_and(|it| it.text == "pip")
    };
    let program = command.program();
    program.starts_with("pip") && program != "pipenv" || program.starts_with("python") && module(1)
}

/// Whether a command installs packages of Python.
fn installs(command: &Command) -> bool {
    let says = |word: &str| command.argv().iter().skip(1).any(|it| it.text == word);
    match command.program() {
        "poetry" | "pdm" | "pipenv" => says("install") || says("sync"),
        "uv" => says("sync") || (says("pip") && says("install")),
        "python" | "python3" if command.argv().get(1).is_some_and(|it| it.text == "setup.py") => {
            says("install") || says("develop")
        }
        _ => is_pip(command) && says("install"),
    }
}

/// The path of the environment that a command makes.
fn venv_of(command: &Command) -> Option<&str> {
    let argv = command.argv();
    let makes = match command.program() {
        "virtualenv" => true,
        "uv" => argv.get(1).is_some_and(|it| it.text == "venv"),
        program => program.starts_with("python") && argv.iter().any(|it| it.text == "venv"),
    };
    let last = argv.iter().skip(1).rfind(|it| !it.text.starts_with('-') && it.text != "venv")?;
    last.exact().filter(|_| makes)
}

enum Environment {
    /// The file makes one and puts it on the PATH.
    Own(String),
    /// Poetry or uv make one in the project.
    Project(String),
    /// Packages go where the image's own are.
    System,
}

/// Where the packages go.
fn environment(view: &View<'_>, first: Instruction<'_>) -> Result<Environment, Refusal> {
    for run in view.all(Keyword::Run) {
        let Some(commands) = view.script_with_dirs(run) else { continue };
        for (command, dir) in &commands {
            if let Some(path) = venv_of(command) {
                return Ok(Environment::Own(paths::join(dir.as_deref().ok_or_else(unknown_workdir)?, path)));
            }
        }
    }
    let dir = view.workdir_before(first.id).ok_or_else(unknown_workdir)?;
    let installs_by = |program: &str| view.runs(|it| it.program() == program && installs(it));
    if let Some(path) = view.variable("UV_PROJECT_ENVIRONMENT").filter(|_| installs_by("uv")) {
        return if path == "/usr/local" {
            Ok(Environment::System)
        } else {
            Ok(Environment::Project(paths::join(dir, &path)))
        };
    }
    let syncs = view.runs(|it| it.program() == "uv" && it.argv().iter().any(|word| word.text == "sync"));
    if syncs {
        let at = view
            .all(Keyword::Run)
            .rfind(|run| view.says(*run, "uv sync"))
            .and_then(|run| view.workdir_before(run.id));
        return Ok(Environment::Project(paths::join(at.unwrap_or(dir), ".venv")));
    }
    if installs_by("uv") && view.runs(|it| it.argv().iter().any(|word| word.text == "--system")) {
        return Err(Refusal::new("`uv pip install --system` goes past virtual environments".to_owned()));
    }
    if installs_by("poetry") {
        let in_project =
            view.variable("POETRY_VIRTUALENVS_IN_PROJECT").is_some_and(|it| it == "1" || it == "true")
                || view.instructions().any(|it| view.says(it, "virtualenvs.in-project"));
        if in_project {
            // Poetry itself may have been installed elsewhere.
            let run = view.all(Keyword::Run).find(|run| {
                let commands = view.script(*run).unwrap_or_default();
                commands.iter().any(|it| it.program() == "poetry" && installs(it))
            });
            let dir = run.and_then(|run| view.workdir_before(run.id)).unwrap_or(dir);
            return Ok(Environment::Project(paths::join(dir, ".venv")));
        }
        let none = view.variable("POETRY_VIRTUALENVS_CREATE").is_some_and(|it| it == "0" || it == "false")
            || view.instructions().any(|it| view.says(it, "virtualenvs.create false"));
        if !none {
            return Err(Refusal::new(
                "Poetry puts its environment below the home directory: set POETRY_VIRTUALENVS_IN_PROJECT=1 first".to_owned(),
            ));
        }
    }
    let for_user = view.runs(|it| installs(it) && it.argv().iter().any(|word| word.text == "--user"));
    if for_user {
        if view.all(Keyword::User).next().is_some() {
            return Err(Refusal::new(
                "`pip install --user` depends on USER: its directory cannot be told".to_owned(),
            ));
        }
        return Ok(Environment::Own("/root/.local".to_owned()));
    }
    let elsewhere = ["--target", "-t", "--prefix", "--root"];
    if view.runs(|it| {
        installs(it)
            && it.argv().iter().any(|word| {
                elsewhere.iter().any(|flag| word.text == *flag || word.text.starts_with(&format!("{flag}=")))
            })
    }) {
        return Err(Refusal::new("`pip install` has a place of its own for the packages".to_owned()));
    }
    Ok(Environment::System)
}

/// Refuses where the file names the place that the packages leave.
fn refuse_named_places(view: &View<'_>) -> Result<(), Refusal> {
    let named =
        view.instructions().find(|it| view.says(*it, "site-packages") || view.says(*it, "dist-packages"));
    if let Some(instruction) = named {
        return Err(Refusal::new(format!(
            "line {} names the directory of the packages, which would move into a virtual environment",
            instruction.row + 1
        )));
    }
    let Ok(start) = Start::of(view) else { return Ok(()) };
    for command in &start.commands {
        let Some(program) = command.argv().first().and_then(Word::exact) else { continue };
        let moved =
            program.starts_with("/usr/local/bin/") && !paths::file_name(program).starts_with("python");
        if moved && !view.context_copies().any(|copy| view.copies_to(copy, program)) {
            return Err(Refusal::new(format!(
                "the command names `{program}`, which would move into a virtual environment"
            )));
        }
    }
    Ok(())
}

/// Where the command goes, and the tool that only it would call.
fn places(view: &View<'_>, start: &Start) -> Result<Vec<(InstructionId, Place)>, Refusal> {
    let mut places = command(view, start)?;
    let is_kept = |place: &Place| !matches!(place, Place::FinalAs(_));
    let needs_uv =
        places.iter().any(|(id, place)| is_kept(place) && view.says(view.dockerfile.instruction(*id), "uv "));
    let tools = view.all(Keyword::Copy).filter(|copy| {
        let from = copy.data.flag("from").and_then(|it| it.value.as_ref());
        from.is_some_and(|it| runtime::name(&ImageRef::parse(&it.text)) == "uv")
    });
    if !needs_uv {
        places.extend(tools.map(|copy| (copy.id, Place::Builder)));
    }
    Ok(places)
}

/// The command: kept; `uv run X` and `poetry run X` become `X`.
fn command(view: &View<'_>, start: &Start) -> Result<Vec<(InstructionId, Place)>, Refusal> {
    let places = start.kept();
    let Ok(main) = start.main() else { return Ok(places) };
    let argv = main.argv();
    let through = matches!(
        (main.program(), argv.get(1).map(|it| it.text.as_str())),
        ("uv" | "poetry" | "pdm", Some("run"))
    );
    if !through {
        return Ok(places);
    }
    let rest: Option<Vec<String>> = argv[2..]
        .iter()
        .skip_while(|it| it.text.starts_with('-'))
        .map(Word::exact)
        .map(|it| it.map(str::to_owned))
        .collect();
    let words =
        rest.filter(|words| !words.is_empty() && start.commands.len() == 1 && start.arguments.is_none());
    let words = words.ok_or_else(|| {
        Refusal::new(format!("`{} run` needs the tool, which the final stage does not have", main.program()))
    })?;
    let words = match words.first().is_some_and(|it| it.ends_with(".py")) {
        true => ["python".to_owned()].into_iter().chain(words).collect(),
        false => words,
    };
    let keyword = view.dockerfile.instruction(start.instruction).keyword();
    Ok(vec![(start.instruction, Place::FinalAs(view.json_form(keyword, &words)))])
}

/// Libraries that well-known packages load where they are built from source on the full image.
fn libraries(view: &View<'_>) -> Vec<String> {
    let requirements = view.context.ending(".txt").flat_map(|(_, text)| python::of_requirements(text));
    let projects = view.context.ending("pyproject.toml").flat_map(|(_, text)| python::of_project(text));
    let wanted: Vec<_> = requirements.chain(projects).collect();
    python::libraries(&wanted).into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use crate::assists::split_stage::tests::{check, check_with};
    use expect_test::expect;

    #[test]
    fn the_requirements_tell_the_libraries() {
        check_with(
            &[("requirements.txt", "flask\npsycopg2>=2\n")],
            "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD [\"flask\", \"run\"]\n",
            expect![[r#"
                FROM python:3.12 AS builder
                WORKDIR /app
                COPY . .
                RUN python -m venv /opt/venv
                ENV VIRTUAL_ENV=/opt/venv
                ENV PATH=/opt/venv/bin:$PATH
                RUN pip install -r requirements.txt

                FROM python:3.12-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
                ENV PATH=/opt/venv/bin:$PATH
                WORKDIR /app
                COPY . .
                COPY --from=builder /opt/venv /opt/venv
                CMD ["flask", "run"]
            "#]],
        );
    }

    #[test]
    fn packages_go_into_an_environment() {
        check(
            r#"FROM python:3.12
ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
CMD ["gunicorn", "app:app"]
"#,
            expect![[r#"
                FROM python:3.12 AS builder
                ENV PYTHONUNBUFFERED=1
                WORKDIR /app
                COPY requirements.txt .
                RUN python -m venv /opt/venv
                ENV VIRTUAL_ENV=/opt/venv
                ENV PATH=/opt/venv/bin:$PATH
                RUN pip install --no-cache-dir -r requirements.txt

                FROM python:3.12-slim AS final
                ENV PATH=/opt/venv/bin:$PATH
                ENV PYTHONUNBUFFERED=1
                WORKDIR /app
                COPY --from=builder /opt/venv /opt/venv
                COPY . .
                CMD ["gunicorn", "app:app"]
            "#]],
        );
    }

    #[test]
    fn an_environment_of_its_own_stays() {
        check(
            r#"FROM python:3.11-bookworm
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements.txt /tmp/
RUN pip install -r /tmp/requirements.txt
COPY . /srv
WORKDIR /srv
CMD uvicorn main:app
"#,
            expect![[r#"
                FROM python:3.11-bookworm AS builder
                RUN python -m venv /venv
                ENV PATH=/venv/bin:$PATH
                COPY requirements.txt /tmp/
                RUN pip install -r /tmp/requirements.txt

                FROM python:3.11-slim-bookworm AS final
                ENV PATH=/venv/bin:$PATH
                COPY --from=builder /venv /venv
                COPY . /srv
                WORKDIR /srv
                CMD uvicorn main:app
            "#]],
        );
    }

    #[test]
    fn poetry_makes_one_where_it_installs() {
        check(
            r#"FROM python:3.12
ENV POETRY_VIRTUALENVS_IN_PROJECT=1
RUN pip install poetry
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN poetry install --only main --no-root
COPY . .
CMD ["poetry", "run", "uvicorn", "app:app"]
"#,
            expect![[r#"
                FROM python:3.12 AS builder
                ENV POETRY_VIRTUALENVS_IN_PROJECT=1
                RUN pip install poetry
                WORKDIR /app
                COPY pyproject.toml poetry.lock ./
                RUN poetry install --only main --no-root

                FROM python:3.12-slim AS final
                ENV PATH=/app/.venv/bin:$PATH
                WORKDIR /app
                COPY pyproject.toml poetry.lock ./
                COPY --from=builder /app/.venv .venv
                COPY . .
                CMD ["uvicorn", "app:app"]
            "#]],
        );
    }

    #[test]
    fn uv_itself_stays_behind() {
        check(
            r#"FROM python:3.12
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /uvx /bin/
WORKDIR /app
COPY . .
RUN uv sync --frozen
CMD ["uv", "run", "main.py"]
"#,
            expect![[r#"
                FROM python:3.12 AS builder
                COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /uvx /bin/
                WORKDIR /app
                COPY . .
                RUN uv sync --frozen

                FROM python:3.12-slim AS final
                ENV PATH=/app/.venv/bin:$PATH
                WORKDIR /app
                COPY . .
                COPY --from=builder /app/.venv .venv
                CMD ["python", "main.py"]
            "#]],
        );
    }

    #[test]
    fn uv_makes_one_in_the_project() {
        check(
            r#"FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim
WORKDIR /app
COPY . .
RUN uv sync --frozen --no-dev
CMD ["uv", "run", "main.py"]
"#,
            expect![[r#"
                FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim AS builder
                WORKDIR /app
                COPY . .
                RUN uv sync --frozen --no-dev

                FROM python:3.12-slim-bookworm AS final
                ENV PATH=/app/.venv/bin:$PATH
                WORKDIR /app
                COPY . .
                COPY --from=builder /app/.venv .venv
                CMD ["python", "main.py"]
            "#]],
        );
    }

    #[test]
    fn libraries_behind_headers_are_installed() {
        check(
            r#"FROM python:3.12-slim
RUN apt-get update && apt-get install -y gcc libpq-dev curl
WORKDIR /app
COPY . .
RUN pip install .
RUN python manage.py collectstatic --noinput
CMD ["python", "manage.py", "runserver"]
"#,
            expect![[r#"
                FROM python:3.12-slim AS builder
                RUN apt-get update && apt-get install -y gcc libpq-dev curl
                WORKDIR /app
                COPY . .
                RUN python -m venv /opt/venv
                ENV VIRTUAL_ENV=/opt/venv
                ENV PATH=/opt/venv/bin:$PATH
                RUN pip install .

                FROM python:3.12-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends libpq5 curl && rm -rf /var/lib/apt/lists/*
                ENV PATH=/opt/venv/bin:$PATH
                WORKDIR /app
                COPY . .
                COPY --from=builder /opt/venv /opt/venv
                RUN python manage.py collectstatic --noinput
                CMD ["python", "manage.py", "runserver"]
            "#]],
        );
    }

    #[test]
    fn a_small_image_gains_nothing() {
        check(
            r#"FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt
CMD ["python", "app.py"]
"#,
            expect![[r#"
                refused: there is nothing to gain: the base image is small, and no compilers are installed
            "#]],
        );
    }

    #[test]
    fn a_path_that_is_there_is_not_set_twice() {
        check(
            r#"FROM python:3.12
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev
COPY . .
ENV PATH="/app/.venv/bin:$PATH"
CMD ["python", "-m", "shop"]
"#,
            expect![[r#"
                FROM python:3.12 AS builder
                WORKDIR /app
                COPY pyproject.toml uv.lock ./
                RUN uv sync --frozen --no-dev

                FROM python:3.12-slim AS final
                WORKDIR /app
                COPY pyproject.toml uv.lock ./
                COPY --from=builder /app/.venv .venv
                COPY . .
                ENV PATH="/app/.venv/bin:$PATH"
                CMD ["python", "-m", "shop"]
            "#]],
        );
    }

    #[test]
    fn a_script_in_front_of_a_command_in_shell_form() {
        check(
            r#"FROM python:3.12
RUN apt-get update && apt-get install -y build-essential libpq-dev
WORKDIR /srv
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
ENTRYPOINT ["/srv/entrypoint.sh"]
CMD gunicorn shop.wsgi --bind 0.0.0.0:8000
"#,
            expect![[r#"
                FROM python:3.12 AS builder
                RUN apt-get update && apt-get install -y build-essential libpq-dev
                WORKDIR /srv
                COPY requirements.txt .
                RUN python -m venv /opt/venv
                ENV VIRTUAL_ENV=/opt/venv
                ENV PATH=/opt/venv/bin:$PATH
                RUN pip install -r requirements.txt

                FROM python:3.12-slim AS final
                RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
                ENV PATH=/opt/venv/bin:$PATH
                WORKDIR /srv
                COPY --from=builder /opt/venv /opt/venv
                COPY . .
                ENTRYPOINT ["/srv/entrypoint.sh"]
                CMD gunicorn shop.wsgi --bind 0.0.0.0:8000
            "#]],
        );
    }
}
