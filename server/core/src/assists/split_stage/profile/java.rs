//! The command line of `java`.

use crate::assists::split_stage::shell::{Command, Word};

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

/// The file that `java … -jar FILE …` starts; none when it starts a class or a module, or shows something.
pub(super) fn jar(command: &Command) -> Option<&Word> {
    let mut words = command.argv().iter().skip(1);
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        match text {
            "-jar" => return words.next(),
            "-m" | "--module" => return None,
            _ if WITH_VALUE.contains(&text) => drop(words.next()),
            _ if text.starts_with('-') || text.starts_with('@') => {}
            // `$JAVA_OPTS` holds options.
            _ if word.dynamic && text.starts_with('$') => {}
            _ => return None,
        }
    }
    None
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
            assert_eq!(jar(&commands[0]).map(|word| word.text.as_str()), jar_file, "{text}");
        }
    }

    #[test]
    fn agents_are_found() {
        let options = "-Xmx1g -javaagent:/opt/a.jar=x=y -jar b.jar";
        assert_eq!(agents(options).collect::<Vec<_>>(), ["/opt/a.jar"]);
    }
}
