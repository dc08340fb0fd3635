//! `Cargo.toml`: programs, and what is linked into them.

use toml::de::{DeTable, DeValue};

/// A package of Rust, or a workspace without one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::assists::split_stage) struct Manifest {
    package: Option<String>,
    default_run: Option<String>,
    bins: Vec<String>,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Dependency {
    name: String,
    version: Option<String>,
    features: Vec<String>,
    has_default_features: bool,
}

/// Crates that load a library of the system: its name, a feature that must be on or off for that, and the package.
const LIBRARIES: [(&str, Needs, &str); 10] = [
    ("diesel", Needs::With("postgres"), "libpq5"),
    ("diesel", Needs::With("mysql"), "libmariadb3"),
    ("diesel", Needs::With("sqlite"), "libsqlite3-0"),
    ("pq-sys", Needs::Without("bundled"), "libpq5"),
    ("rusqlite", Needs::Without("bundled"), "libsqlite3-0"),
    ("openssl", Needs::Without("vendored"), "libssl3"),
    ("openssl-sys", Needs::Without("vendored"), "libssl3"),
    ("native-tls", Needs::Without("vendored"), "libssl3"),
    ("tokio-native-tls", Needs::Without("vendored"), "libssl3"),
    ("rdkafka", Needs::With("dynamic-linking"), "librdkafka1"),
];

#[derive(Debug, Clone, Copy)]
enum Needs {
    With(&'static str),
    Without(&'static str),
}

impl Manifest {
    /// Reads the text; none where it is no manifest.
    pub(in crate::assists::split_stage) fn read(text: &str) -> Option<Self> {
        let table = DeTable::parse(text).ok()?.into_inner();
        let package = section(&table, "package");
        let name = |table: &DeTable<'_>, key: &str| {
            table.get(key).and_then(|it| it.get_ref().as_str()).map(str::to_owned)
        };
        let bins = table.get("bin").and_then(|it| it.get_ref().as_array());
        let bins = bins.into_iter().flat_map(|it| it.iter());
        let found = Self {
            package: package.and_then(|it| name(it, "name")),
            default_run: package.and_then(|it| name(it, "default-run")),
            bins: bins.filter_map(|it| name(it.get_ref().as_table()?, "name")).collect(),
            dependencies: section(&table, "dependencies").map_or_else(Vec::new, dependencies),
        };
        (found.package.is_some() || table.contains_key("workspace")).then_some(found)
    }

    /// The package's name.
    pub(in crate::assists::split_stage) fn package(&self) -> Option<&str> {
        self.package.as_deref()
    }

    /// The program that `cargo run` starts, where the manifest says it.
    pub(in crate::assists::split_stage) fn program(&self) -> Option<&str> {
        match (&self.default_run, self.bins.as_slice()) {
            (Some(name), _) => Some(name),
            (None, []) => self.package(),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }

    /// The packages of Debian with the libraries that its crates load.
    pub(in crate::assists::split_stage) fn libraries(&self) -> Vec<&'static str> {
        let mut found: Vec<&'static str> = Vec::new();
        for dependency in &self.dependencies {
            let has = |feature: &str| dependency.features.iter().any(|it| it == feature);
            for (name, needs, package) in LIBRARIES {
                let needed = match needs {
                    Needs::With(feature) => has(feature),
                    Needs::Without(feature) => !has(feature) && !has("bundled-full"),
                };
                if dependency.name == name && needed {
                    found.push(package);
                }
            }
            // Up to 0.12 it speaks TLS by the library of the system, unless told otherwise.
            let old = dependency.version.as_deref().is_some_and(|it| {
                let version = it.trim_start_matches(['^', '~', '=']);
                ["0.9", "0.10", "0.11", "0.12"].iter().any(|old| {
                    version.strip_prefix(old).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                })
            });
            if dependency.name == "reqwest"
                && old
                && (dependency.has_default_features || has("native-tls") || has("default-tls"))
                && !has("native-tls-vendored")
            {
                found.push("libssl3");
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn section<'t, 'i>(table: &'t DeTable<'i>, name: &str) -> Option<&'t DeTable<'i>> {
    table.get(name)?.get_ref().as_table()
}

fn dependencies(table: &DeTable<'_>) -> Vec<Dependency> {
    let read = |name: &str, value: &DeValue<'_>| match value {
        DeValue::Table(table) => {
            let text = |key: &str| table.get(key).and_then(|it| it.get_ref().as_str()).map(str::to_owned);
            let features = table.get("features").and_then(|it| it.get_ref().as_array());
            let features = features.into_iter().flat_map(|it| it.iter());
            let off = |key: &str| table.get(key).and_then(|it| it.get_ref().as_bool()) == Some(false);
            Dependency {
                name: text("package").unwrap_or_else(|| name.to_owned()),
                version: text("version"),
                features: features.filter_map(|it| it.get_ref().as_str()).map(str::to_owned).collect(),
                has_default_features: !off("default-features") && !off("default_features"),
            }
        }
        _ => Dependency {
            name: name.to_owned(),
            version: value.as_str().map(str::to_owned),
            features: Vec::new(),
            has_default_features: true,
        },
    };
    table.iter().map(|(name, value)| read(name.get_ref(), value.get_ref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Manifest {
        Manifest::read(text).unwrap()
    }

    #[test]
    fn the_program_is_named() {
        assert_eq!(read("[package]\nname = \"shop\"").program(), Some("shop"));
        assert_eq!(read("[package]\nname = \"shop\"\n[[bin]]\nname = \"server\"").program(), Some("server"));
        let two = "[package]\nname = \"a\"\n[[bin]]\nname = \"b\"\n[[bin]]\nname = \"c\"";
        assert_eq!(read(two).program(), None);
        assert_eq!(read(&two.replace("\"a\"", "\"a\"\ndefault-run = \"c\"")).program(), Some("c"));
        assert_eq!(read("[workspace]\nmembers = [\"a\"]").program(), None);
        assert_eq!(Manifest::read("[package]\nname = "), None);
        assert_eq!(Manifest::read("a = 1"), None);
    }

    #[test]
    fn libraries_of_the_system() {
        let with = |line: &str| read(&format!("[package]\nname = \"a\"\n[dependencies]\n{line}")).libraries();
        assert_eq!(with("diesel = { version = \"2\", features = [\"postgres\"] }"), ["libpq5"]);
        assert_eq!(with("openssl = { version = \"0.10\", features = [\"vendored\"] }"), [""; 0]);
        assert_eq!(with("tls = { package = \"native-tls\", version = \"0.2\" }"), ["libssl3"]);
        assert_eq!(with("reqwest = \"0.12\""), ["libssl3"]);
        assert_eq!(with("reqwest = \"0.13\""), [""; 0]);
        assert_eq!(
            with("reqwest = { version = \"0.12.1\", default-features = false, features = [\"rustls-tls\"] }"),
            [""; 0]
        );
        assert_eq!(with("rusqlite = { version = \"0.3\", features = [\"bundled\"] }"), [""; 0]);
    }
}
