//! What `package.json` says, as far as a split asks.

use std::collections::BTreeMap;

/// A project's `package.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Package {
    scripts: BTreeMap<String, String>,
    /// What `packageManager` names, such as `yarn@4.1.0`.
    pub(super) manager: Option<String>,
    dependencies: Vec<String>,
}

impl Package {
    /// Reads the text; none where it is no object.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut reader = Reader { text, at: 0 };
        let mut package = Self::default();
        reader.object(&mut |path, value| match path {
            [section, name] if section == "scripts" => {
                package.scripts.insert(name.clone(), value.to_owned());
            }
            [section, name] if section.ends_with("ependencies") => package.dependencies.push(name.clone()),
            [name] if name == "packageManager" => package.manager = Some(value.to_owned()),
            _ => {}
        })?;
        Some(package)
    }

    /// The script of this name.
    pub(super) fn script(&self, name: &str) -> Option<&str> {
        self.scripts.get(name).map(String::as_str)
    }

    /// Whether there is at least one script.
    pub(super) fn scripts_are_known(&self) -> bool {
        !self.scripts.is_empty()
    }

    /// Whether it depends on a package.
    pub(super) fn depends_on(&self, name: &str) -> bool {
        self.dependencies.iter().any(|it| it == name)
    }
}

/// How deep objects may lie in each other.
const DEPTH: usize = 32;

/// A small reader of JSON that hands over strings with the names on the way to them.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn object(&mut self, found: &mut dyn FnMut(&[String], &str)) -> Option<()> {
        self.space();
        if self.peek()? != b'{' {
            return None;
        }
        self.value(&mut Vec::new(), found)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn value(&mut self, path: &mut Vec<String>, found: &mut dyn FnMut(&[String], &str)) -> Option<()> {
        self.space();
        if path.len() > DEPTH {
            return None;
        }
        match self.peek()? {
            b'"' => {
                let value = self.string()?;
                found(path, &value);
            }
            open @ (b'{' | b'[') => {
                let close = if open == b'{' { b'}' } else { b']' };
                self.at += 1;
                loop {
                    self.space();
                    match self.peek()? {
                        b if b == close => break,
                        b',' => self.at += 1,
                        _ if open == b'{' => {
                            let name = self.string()?;
                            self.space();
                            if self.peek()? != b':' {
                                return None;
                            }
                            self.at += 1;
                            path.push(name);
                            self.value(path, found)?;
                            path.pop();
                        }
                        _ => {
                            path.push(String::new());
                            self.value(path, found)?;
                            path.pop();
                        }
                    }
                }
                self.at += 1;
            }
            _ => {
                let rest = &self.text[self.at..];
                let len = rest.find([',', '}', ']']).unwrap_or(rest.len());
                if len == 0 {
                    return None;
                }
                self.at += len;
            }
        }
        Some(())
    }

    fn string(&mut self) -> Option<String> {
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        let mut out = String::new();
        let mut chars = self.text[self.at..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += at + 1;
                    return Some(out);
                }
                '\\' => match chars.next()?.1 {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    other => out.push(other),
                },
                _ => out.push(c),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_dependencies_are_read() {
        let text = r#"{"name": "a", "list": [1, {"x": "y"}], "scripts": {"start": "node \"a\".js"},
            "dependencies": {"next": "14"}, "packageManager": "yarn@4.1.0", "private": true}"#;
        let package = Package::read(text).unwrap();
        assert_eq!(package.script("start"), Some("node \"a\".js"));
        assert_eq!(package.manager.as_deref(), Some("yarn@4.1.0"));
        assert!(package.depends_on("next") && !package.depends_on("react"));
    }

    #[test]
    fn what_is_no_package_is_none() {
        for text in ["", "[]", "{\"a\": ", "{\"a\" 1}", "{\"a", &"{\"a\":".repeat(200)] {
            assert_eq!(Package::read(text), None, "{text}");
        }
    }
}
