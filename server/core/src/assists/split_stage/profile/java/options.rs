//! The command line of `java`.

use crate::assists::split_stage::shell::Word;

/// Options of `java` whose value is the next word.
const WITH_VALUE: [&str; 11] = [
    "-cp",
    "-classpath",
    "--class-path",
    "-p",
    "--module-path",
    "--upgrade-module-path",
    "--add-modules",
    "--add-opens",
    "--add-exports",
    "--add-reads",
    "--limit-modules",
];

/// What a call of `java` starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Starts<'w> {
    /// `-jar FILE`
    Jar(&'w Word),
    /// A class on the class path (the value of `-cp`, if it is given) or a module on a module path.
    Paths {
        /// The list of paths; none for the directory that the command runs in.
        list: Option<&'w Word>,
        /// The class or module.
        what: &'w Word,
        /// Whether it is a module, so that the paths are those of modules.
        modular: bool,
    },
    /// Nothing that it can be sure of.
    Unclear,
}

/// What `java …` starts, from its words, the program first.
pub(super) fn starts(argv: &[Word]) -> Starts<'_> {
    let mut words = argv.iter().skip(1);
    let mut list = None;
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        match text {
            "-jar" => return words.next().map_or(Starts::Unclear, Starts::Jar),
            "-m" | "--module" => {
                return words.next().map_or(Starts::Unclear, |what| Starts::Paths {
                    list,
                    what,
                    modular: true,
                });
            }
            "-cp" | "-classpath" | "--class-path" | "-p" | "--module-path" => list = words.next(),
            _ if WITH_VALUE.contains(&text) => drop(words.next()),
            _ if text.starts_with('-') || text.starts_with('@') => {}
            // `$JAVA_OPTS` holds options.
            _ if word.dynamic && text.starts_with('$') => {}
            _ => return Starts::Paths { list, what: word, modular: false },
        }
    }
    Starts::Unclear
}

/// The files that `-javaagent:` and `-agentpath:` name in a list of options.
pub(super) fn agents(options: &str) -> impl Iterator<Item = &str> {
    options.split([' ', '"', '\'']).filter_map(|option| {
        let file = option.strip_prefix("-javaagent:").or_else(|| option.strip_prefix("-agentpath:"))?;
        file.split('=').next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assists::split_stage::shell;

    #[test]
    fn the_jar_is_found_behind_options() {
        for (text, jar_file) in [
            ("java -jar app.jar", Some("app.jar")),
            (
                "java -Xmx512m -Da=b --add-opens java.base/x=ALL-UNNAMED -jar target/a.jar --x",
                Some("target/a.jar"),
            ),
            ("java $JAVA_OPTS -jar target/*.jar", Some("target/*.jar")),
            ("java -cp a:b com.example.Main -jar no.jar", None),
            ("java -m app/main", None),
            ("java -version", None),
        ] {
            let commands = shell::parse(text).unwrap();
            let found = match starts(commands[0].argv()) {
                Starts::Jar(word) => Some(word.text.as_str()),
                _ => None,
            };
            assert_eq!(found, jar_file, "{text}");
        }
    }

    #[test]
    fn a_class_and_its_path_are_found() {
        for (text, path, class) in [
            ("java -cp a:b/* -Xmx1g com.example.Main x", Some("a:b/*"), "com.example.Main"),
            ("java -p ./target/modules/ -m app.main", Some("./target/modules/"), "app.main"),
            ("java Main", None, "Main"),
        ] {
            let commands = shell::parse(text).unwrap();
            let Starts::Paths { list, what, .. } = starts(commands[0].argv()) else { panic!("{text}") };
            assert_eq!((list.map(|word| word.text.as_str()), what.text.as_str()), (path, class));
        }
    }

    #[test]
    fn agents_are_found() {
        let options = "-Xmx1g -javaagent:/opt/a.jar=x=y -jar b.jar";
        assert_eq!(agents(options).collect::<Vec<_>>(), ["/opt/a.jar"]);
    }
}
