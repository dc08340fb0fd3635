//! `package.json`: scripts, packages and the package manager of a project of Node.

use serde_json::{Map, Value};

/// A project's `package.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::assists::split_stage) struct Package {
    json: Map<String, Value>,
}

impl Package {
    /// Reads the text; none where it is no object.
    pub(in crate::assists::split_stage) fn read(text: &str) -> Option<Self> {
        match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
            Ok(Value::Object(json)) => Some(Self { json }),
            _ => None,
        }
    }

    /// The script of this name.
    pub(in crate::assists::split_stage) fn script(&self, name: &str) -> Option<&str> {
        self.json.get("scripts")?.get(name)?.as_str()
    }

    /// Whether there is at least one script.
    pub(in crate::assists::split_stage) fn scripts_are_known(&self) -> bool {
        self.json.get("scripts").and_then(Value::as_object).is_some_and(|it| !it.is_empty())
    }

    /// What `packageManager` names, such as `yarn@4.1.0`.
    pub(in crate::assists::split_stage) fn manager(&self) -> Option<&str> {
        self.json.get("packageManager")?.as_str()
    }

    /// What `engines` asks of a program, as a range of versions.
    pub(in crate::assists::split_stage) fn engine(&self, name: &str) -> Option<&str> {
        self.json.get("engines")?.get(name)?.as_str()
    }

    /// The file that `node .` starts.
    pub(in crate::assists::split_stage) fn main(&self) -> Option<&str> {
        self.json.get("main")?.as_str()
    }

    /// Whether it depends on a package, also if only for its development.
    pub(in crate::assists::split_stage) fn depends_on(&self, name: &str) -> bool {
        let sections = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
        sections.iter().any(|it| self.json.get(*it).is_some_and(|it| it.get(name).is_some()))
    }

    /// Whether packages of the project itself are linked into `node_modules`.
    pub(in crate::assists::split_stage) fn has_workspaces(&self) -> bool {
        self.json.get("workspaces").is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_dependencies_are_read() {
        let text = r#"{"name": "a", "list": [1, {"x": "y"}], "scripts": {"start": "node \"a\".js"},
            "dependencies": {"next": "14"}, "packageManager": "yarn@4.1.0", "private": true, "main": "lib/a.js"}"#;
        let package = Package::read(text).unwrap();
        assert_eq!(package.script("start"), Some("node \"a\".js"));
        assert_eq!((package.manager(), package.main()), (Some("yarn@4.1.0"), Some("lib/a.js")));
        assert!(package.depends_on("next") && !package.depends_on("react"));
        assert!(package.scripts_are_known() && !package.has_workspaces());
    }

    #[test]
    fn what_is_no_package_is_none() {
        for text in ["", "[]", "{\"a\": ", "{\"a\" 1}", "{\"a", &"{\"a\":".repeat(2000)] {
            assert_eq!(Package::read(text), None, "{text}");
        }
        assert_eq!(Package::read("{\"scripts\": 1}").unwrap().script("start"), None);
    }
}
