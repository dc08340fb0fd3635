//! `requirements.txt` and `pyproject.toml`: the packages that a project of Python asks for.

use toml::de::{DeTable, DeValue};

/// Packages that load a library of the system, with the package of Debian. What stands in brackets brings its own.
const LIBRARIES: [(&str, &str, &str); 3] =
    [("psycopg2", "", "libpq5"), ("psycopg", "binary", "libpq5"), ("mysqlclient", "", "libmariadb3")];

/// A package that is asked for, by its name, with the extras in brackets.
type Wanted = (String, String);

/// The packages of Debian with the libraries that these packages load.
pub(in crate::assists::split_stage) fn libraries(wanted: &[Wanted]) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    for (name, extras) in wanted {
        let loads = LIBRARIES.iter().filter(|(it, own, _)| {
            it == name && (own.is_empty() || !extras.split(',').any(|extra| extra.trim() == *own))
        });
        found.extend(loads.map(|it| it.2));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// What a file of requirements asks for.
pub(in crate::assists::split_stage) fn of_requirements(text: &str) -> Vec<Wanted> {
    text.lines().filter_map(requirement).collect()
}

/// What a project asks for, by the rules of packaging or those of Poetry.
pub(in crate::assists::split_stage) fn of_project(text: &str) -> Vec<Wanted> {
    let Ok(table) = DeTable::parse(text) else { return Vec::new() };
    let table = table.into_inner();
    let section = |names: &[&str]| {
        let mut at = &table;
        for name in names {
            at = at.get(*name)?.get_ref().as_table()?;
        }
        Some(at)
    };
    let mut found = Vec::new();
    if let Some(list) = section(&["project"]).and_then(|it| it.get("dependencies")?.get_ref().as_array()) {
        found.extend(list.iter().filter_map(|it| requirement(it.get_ref().as_str()?)));
    }
    for (name, value) in section(&["tool", "poetry", "dependencies"]).into_iter().flat_map(|it| it.iter()) {
        let extras = match value.get_ref() {
            DeValue::Table(table) => table.get("extras").and_then(|it| it.get_ref().as_array()),
            _ => None,
        };
        let extras: Vec<&str> =
            extras.into_iter().flat_map(|it| it.iter()).filter_map(|it| it.get_ref().as_str()).collect();
        found.push((normal(name.get_ref()), extras.join(",")));
    }
    found
}

/// What a line asks for: `name[extras] >= 1; when`.
fn requirement(line: &str) -> Option<Wanted> {
    let line = line.split('#').next()?.trim();
    if line.starts_with('-') {
        return None;
    }
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let extras = rest.trim_start().strip_prefix('[').and_then(|it| it.split(']').next()).unwrap_or("");
    (!name.is_empty()).then(|| (normal(name), extras.to_owned()))
}

fn normal(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_with_a_library_of_the_system() {
        let of = |text: &str| libraries(&of_requirements(text));
        assert_eq!(of("Flask==3\npsycopg2>=2.9 # the database\n"), ["libpq5"]);
        assert_eq!(of("psycopg2-binary\n-r more.txt\npsycopg[binary,pool]\n"), [""; 0]);
        assert_eq!(of("psycopg[pool]; python_version > '3'\nmysqlclient"), ["libmariadb3", "libpq5"]);
    }

    #[test]
    fn projects() {
        let of = |text: &str| libraries(&of_project(text));
        assert_eq!(of("[project]\nname = 'a'\ndependencies = ['psycopg2 ~= 2.9']"), ["libpq5"]);
        let poetry = "[tool.poetry.dependencies]\npython = '^3.12'\npsycopg = { version = '3', extras = ['binary'] }\n";
        assert_eq!(of(poetry), [""; 0]);
        assert_eq!(of(&poetry.replace("binary", "pool")), ["libpq5"]);
        assert_eq!(of("[project"), [""; 0]);
    }
}
