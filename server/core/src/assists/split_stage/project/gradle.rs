//! `settings.gradle`, `build.gradle` and `gradle.properties`, in Groovy or Kotlin: what a build with Gradle makes,
//! and under which name.
//!
//! The scripts are code. Only assignments of plain strings count, at the top or in the block of a task; whatever is
//! computed is not known.

use super::literals::{Language, Token, tokens};

/// A project of a build, with what it takes over from the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::assists::split_stage) struct Project {
    /// Its name, where that is certain.
    name: Option<String>,
    version: Setting,
    /// The name of its archives, where it is not that of the project.
    archives: Setting,
    plugins: Vec<String>,
    tasks: Vec<Task>,
}

/// A value that a script may set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Setting {
    #[default]
    Unset,
    To(String),
    /// It is set to something that has to be computed.
    Computed,
}

impl Setting {
    /// The value, or what counts where it is not set; none where it is computed.
    fn or(&self, other: impl FnOnce() -> Option<String>) -> Option<String> {
        match self {
            Self::Unset => other(),
            Self::To(value) => Some(value.clone()),
            Self::Computed => None,
        }
    }

    fn is_set(&self) -> bool {
        *self != Self::Unset
    }
}

/// What a script says about a task that makes an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Task {
    name: String,
    file: Setting,
    base: Setting,
    version: Setting,
    classifier: Setting,
    folder: Setting,
    is_disabled: bool,
}

/// The scripts of a build that are at hand.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::assists::split_stage) struct Scripts<'t> {
    /// `settings.gradle` of the whole build.
    pub(in crate::assists::split_stage) settings: Option<&'t str>,
    /// `gradle.properties` of the whole build.
    pub(in crate::assists::split_stage) properties: Option<&'t str>,
    /// `build.gradle` of the whole build.
    pub(in crate::assists::split_stage) root: Option<&'t str>,
    /// `build.gradle` of the part that is built, where that is not the whole.
    pub(in crate::assists::split_stage) part: Option<&'t str>,
}

impl Project {
    /// Reads the project in a folder of this name: the whole build, or a part of it.
    pub(in crate::assists::split_stage) fn read(
        scripts: Scripts<'_>,
        folder: &str,
        is_part: bool,
    ) -> Option<Self> {
        let mut project = Self::default();
        if is_part {
            project.take(scripts.part?, false);
            // A part is named by `include`, and the name can be changed behind that.
            let settings = scripts.settings.map(statements).unwrap_or_default();
            let renames =
                settings.iter().any(|it| it.tokens.iter().any(|it| it.is("name")) && !it.names_the_root());
            project.name = (!renames).then(|| folder.to_owned());
            if let Some(root) = scripts.root {
                let mut whole = Self::default();
                whole.take(root, true);
                if !project.version.is_set() {
                    project.version = whole.version;
                }
            }
        } else {
            project.take(scripts.root?, false);
            let settings = scripts.settings.map(statements)?;
            let named: Vec<Setting> =
                settings.iter().filter_map(|it| it.assigned(&["rootProject", "name"], false)).collect();
            project.name = match named.as_slice() {
                // The folder is what the image calls it.
                [] => (!folder.is_empty()).then(|| folder.to_owned()),
                [Setting::To(name)] => Some(name.clone()),
                _ => None,
            };
        }
        if !project.version.is_set()
            && let Some(version) = scripts.properties.and_then(|it| property(it, "version"))
        {
            project.version = Setting::To(version);
        }
        Some(project)
    }

    /// Whether it uses a plugin, by its id or the end of that.
    fn uses(&self, plugin: &str) -> bool {
        self.plugins.iter().any(|it| it == plugin)
    }

    /// The name of the jar in `build/libs` that can be started, after these tasks, where it is certain.
    pub(in crate::assists::split_stage) fn jar(&self, tasks: &[&str]) -> Option<String> {
        let calls = |names: &[&str]| tasks.iter().any(|it| names.contains(it));
        let whole = calls(&["build", "assemble"]);
        let shadow = self.uses("com.github.johnrengelman.shadow")
            || self.uses("com.gradleup.shadow")
            || self.uses("io.ktor.plugin");
        if self.uses("war") {
            return None;
        }
        if self.uses("org.springframework.boot") && (whole || calls(&["bootJar", "bootRun"])) {
            return self.archive("bootJar", "jar", None);
        }
        if shadow && (whole || calls(&["shadowJar", "buildFatJar"])) {
            return self.archive("shadowJar", "jar", Some("all"));
        }
        let plain = !self.plugins.is_empty() && !self.uses("io.quarkus") && !shadow;
        // A plugin of one's own may make anything.
        let known = |it: &String| {
            [
                "java",
                "application",
                "java-library",
                "groovy",
                "scala",
                "kotlin",
                "idea",
                "eclipse",
                "jvm",
                "checkstyle",
            ]
            .contains(&it.as_str())
                || it.starts_with("org.jetbrains.kotlin.")
                || it == "io.spring.dependency-management"
        };
        if plain && self.plugins.iter().all(known) && (whole || calls(&["jar"])) {
            return self.archive("jar", "jar", None);
        }
        None
    }

    /// The name of the archive that a task makes.
    fn archive(&self, task: &str, extension: &str, classifier: Option<&str>) -> Option<String> {
        let own = Task::default();
        let task = self.tasks.iter().find(|it| it.name == task).unwrap_or(&own);
        if task.is_disabled || task.folder.is_set() {
            return None;
        }
        let name = || {
            let base = task.base.or(|| self.archives.or(|| self.name.clone()))?;
            let version = task.version.or(|| self.version.or(|| Some(String::new())))?;
            let classifier = task.classifier.or(|| Some(classifier.unwrap_or("").to_owned()))?;
            let parts = [base, version, classifier].into_iter().filter(|it| !it.is_empty());
            Some(format!("{}.{extension}", parts.collect::<Vec<_>>().join("-")))
        };
        let name = task.file.or(name)?;
        name.chars().all(|c| c.is_alphanumeric() || "._+-".contains(c)).then_some(name)
    }

    /// Reads a build script; of that of the whole build a part only takes what is for all.
    fn take(&mut self, text: &str, for_all_only: bool) {
        for statement in statements(text) {
            let blocks: Vec<&str> = statement.blocks.iter().map(String::as_str).collect();
            let at_top = blocks.is_empty();
            let for_all =
                matches!(blocks.as_slice(), ["allprojects"]) || for_all_only && blocks == ["subprojects"];
            if (at_top && !for_all_only) || for_all {
                set(&mut self.version, statement.assigned(&["version"], true));
            }
            if for_all_only {
                // Anywhere else it may be set for the part as well.
                if !at_top && !for_all && statement.assigned(&["version"], false).is_some() {
                    self.version = Setting::Computed;
                }
                continue;
            }
            match blocks.as_slice() {
                [] => {
                    set(&mut self.archives, statement.assigned(&["archivesBaseName"], true));
                    self.plugins.extend(statement.applied_plugin());
                }
                ["plugins"] => self.plugins.extend(statement.plugin()),
                ["base"] => {
                    set(&mut self.archives, statement.assigned(&["archivesName"], true));
                    set(&mut self.archives, statement.assigned(&["archivesBaseName"], true));
                }
                ["if" | "else" | "when" | "for" | "def" | "fun" | "afterEvaluate", ..] => {
                    for (name, setting) in
                        [("version", &mut self.version), ("archivesBaseName", &mut self.archives)]
                    {
                        if statement.assigned(&[name], true).is_some() {
                            *setting = Setting::Computed;
                        }
                    }
                }
                _ => {}
            }
            self.take_task(&statement);
        }
    }

    fn take_task(&mut self, statement: &Statement) {
        match statement.blocks.last() {
            Some(head) => archive_tasks(head).iter().for_each(|task| self.set_task(task, statement, &[])),
            // `jar.enabled = false`, outside of a block.
            None => {
                if let Some(Token::Word(name)) = statement.tokens.first()
                    && let [task] = archive_tasks(name)
                {
                    self.set_task(task, statement, &[name.as_str()]);
                }
            }
        }
    }

    /// Takes what a statement says about a task, behind the names in `path`.
    fn set_task(&mut self, name: &str, statement: &Statement, path: &[&str]) {
        let at = match self.tasks.iter().position(|it| it.name == name) {
            Some(at) => at,
            None => {
                self.tasks.push(Task { name: name.to_owned(), ..Task::default() });
                self.tasks.len() - 1
            }
        };
        let task = &mut self.tasks[at];
        let read = |key: &str| {
            let whole: Vec<&str> = path.iter().copied().chain([key]).collect();
            statement.assigned(&whole, true)
        };
        set(&mut task.file, read("archiveFileName").or_else(|| read("archiveName")));
        set(&mut task.base, read("archiveBaseName").or_else(|| read("baseName")));
        set(&mut task.version, read("archiveVersion").or_else(|| read("version")));
        set(&mut task.classifier, read("archiveClassifier").or_else(|| read("classifier")));
        set(&mut task.folder, read("destinationDirectory").or_else(|| read("destinationDir")));
        task.is_disabled |= matches!(
            read("enabled").or_else(|| read("isEnabled")),
            Some(Setting::To(value)) if value == "false"
        );
    }
}

fn set(setting: &mut Setting, found: Option<Setting>) {
    if let Some(found) = found {
        *setting = found;
    }
}

/// The tasks that make an archive and that a block is about, by the last name of its head.
fn archive_tasks(head: &str) -> &'static [&'static str] {
    match head {
        "bootJar" | "BootJar" => &["bootJar"],
        "jar" => &["jar"],
        "shadowJar" | "ShadowJar" => &["shadowJar"],
        "Jar" | "Zip" | "AbstractArchiveTask" => &["bootJar", "jar", "shadowJar"],
        _ => &[],
    }
}

/// What a script says between two ends of lines, or in front of a block.
#[derive(Debug, Clone)]
struct Statement {
    /// What the blocks around it are about: the last name in each head.
    blocks: Vec<String>,
    tokens: Vec<Token>,
}

impl Statement {
    /// What is assigned to this name: `a.b = "x"`, `a.b.set("x")`, and with `calls` also `a.b "x"` and `a.b("x")`.
    fn assigned(&self, path: &[&str], calls: bool) -> Option<Setting> {
        let mut tokens = self.tokens.as_slice();
        for (at, part) in path.iter().enumerate() {
            if at > 0 {
                tokens = tokens.strip_prefix(&[Token::Sign('.')])?;
            }
            let (first, rest) = tokens.split_first()?;
            if !first.is(part) {
                return None;
            }
            tokens = rest;
        }
        let value = match tokens {
            [Token::Sign('='), Token::Sign('='), ..] => return None,
            [Token::Sign('='), value] => value,
            [Token::Sign('.'), set, Token::Sign('('), value, Token::Sign(')')] if set.is("set") => value,
            [Token::Sign('('), value @ Token::Str(_), Token::Sign(')')] if calls => value,
            [value @ Token::Str(_)] if calls => value,
            [Token::Sign('='), ..] => return Some(Setting::Computed),
            [Token::Sign('.'), set, ..] if set.is("set") => return Some(Setting::Computed),
            _ => return None,
        };
        Some(match value {
            Token::Str(Some(value)) => Setting::To(value.clone()),
            Token::Word(value) if matches!(value.as_str(), "true" | "false") => Setting::To(value.clone()),
            _ => Setting::Computed,
        })
    }

    fn names_the_root(&self) -> bool {
        self.tokens.first().is_some_and(|it| it.is("rootProject"))
    }

    /// The plugin that a line of `plugins { … }` names.
    fn plugin(&self) -> Option<String> {
        let name = self.tokens.iter().find_map(Token::literal);
        match self.tokens.first()? {
            Token::Word(word) if word == "id" && !self.is_not_applied() => name.map(str::to_owned),
            Token::Word(word) if word == "kotlin" => Some(format!("org.jetbrains.kotlin.{}", name?)),
            Token::Word(word) if word == "alias" => Some("alias".to_owned()),
            // `java`, `application`, `` `java-library` ``
            Token::Word(word) => Some(word.clone()),
            Token::Str(Some(word)) => Some(word.clone()),
            _ => None,
        }
    }

    fn is_not_applied(&self) -> bool {
        self.tokens.windows(2).any(|it| it[0].is("apply") && it[1].is("false"))
    }

    /// The plugin of `apply plugin: 'x'` or `apply(plugin = "x")`.
    fn applied_plugin(&self) -> Option<String> {
        let applies = self.tokens.first()?.is("apply") && self.tokens.iter().any(|it| it.is("plugin"));
        self.tokens.iter().find_map(Token::literal).filter(|_| applies).map(str::to_owned)
    }
}

/// The statements of a script, with the blocks around them.
fn statements(text: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut blocks: Vec<String> = Vec::new();
    let mut current: Vec<Token> = Vec::new();
    let mut parentheses = 0_usize;
    let mut end = |current: &mut Vec<Token>, blocks: &[String]| {
        if !current.is_empty() {
            found.push(Statement { blocks: blocks.to_vec(), tokens: std::mem::take(current) });
        }
    };
    for token in tokens(text, Language::Gradle) {
        match token {
            Token::Sign('{') => {
                let head = current.iter().rev().find_map(|it| match it {
                    Token::Word(word) if !matches!(word.as_str(), "configure" | "register") => {
                        Some(word.clone())
                    }
                    Token::Str(word) => word.clone(),
                    _ => None,
                });
                let starts = current.iter().find_map(|it| match it {
                    Token::Word(word)
                        if matches!(word.as_str(), "if" | "else" | "when" | "for" | "def" | "fun") =>
                    {
                        Some(word.clone())
                    }
                    _ => None,
                });
                end(&mut current, &blocks);
                // More blocks in each other than anybody writes: the rest does not matter.
                if blocks.len() < 64 {
                    blocks.push(starts.or(head).unwrap_or_default());
                }
                parentheses = 0;
            }
            Token::Sign('}') => {
                end(&mut current, &blocks);
                blocks.pop();
                parentheses = 0;
            }
            Token::Line | Token::Sign(';') if parentheses == 0 => end(&mut current, &blocks),
            Token::Line => {}
            token => {
                match token {
                    Token::Sign('(') => parentheses += 1,
                    Token::Sign(')') => parentheses = parentheses.saturating_sub(1),
                    _ => {}
                }
                current.push(token);
            }
        }
    }
    end(&mut current, &blocks);
    found
}

/// The value of a line of a file of properties.
fn property(text: &str, name: &str) -> Option<String> {
    let mut lines = text.lines().map(str::trim).filter(|it| !it.starts_with(['#', '!']));
    let value = lines.find_map(|line| {
        let (key, value) = line.split_once(['=', ':'])?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })?;
    (!value.is_empty() && !value.contains('\\')).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(settings: &str, root: &str, task: &str) -> Option<String> {
        let scripts = Scripts { settings: Some(settings), root: Some(root), ..Scripts::default() };
        Project::read(scripts, "src", false)?.jar(&[task])
    }

    const SPRING: &str = "plugins {\n  id 'java'\n  id 'org.springframework.boot' version '3.5.0'\n}\n";

    #[test]
    fn the_jar_of_spring_boot() {
        let shop = "rootProject.name = 'shop'";
        let with = |rest: &str| jar(shop, &format!("{SPRING}{rest}"), "build");
        assert_eq!(with("version = '1.2'").as_deref(), Some("shop-1.2.jar"));
        assert_eq!(with("version '1.2'").as_deref(), Some("shop-1.2.jar"));
        assert_eq!(with("").as_deref(), Some("shop.jar"));
        assert_eq!(with("bootJar {\n archiveFileName = 'app.jar'\n}").as_deref(), Some("app.jar"));
        assert_eq!(
            with("tasks.named('bootJar') { archiveClassifier = 'boot' }").as_deref(),
            Some("shop-boot.jar")
        );
        assert_eq!(with("allprojects { version = '3' }").as_deref(), Some("shop-3.jar"));
        assert_eq!(
            with("version = '1'\ntasks.withType(Jar) { archiveVersion = '' }").as_deref(),
            Some("shop.jar")
        );
        assert_eq!(with("bootJar.enabled = false"), None);
    }

    #[test]
    fn kotlin_says_it_otherwise() {
        let root = "plugins {\n    java\n    id(\"org.springframework.boot\") version \"3.5.0\"\n    kotlin(\"jvm\") version \"2.2\"\n}\n\
            group = \"com.example\"\nversion = \"2.0\"\n\
            tasks.named<BootJar>(\"bootJar\") {\n    archiveBaseName.set(\"web\")\n}\n";
        assert_eq!(jar("rootProject.name = \"shop\"", root, "bootJar").as_deref(), Some("web-2.0.jar"));
        let root = "plugins { id(\"org.springframework.boot\") }\ntasks.withType<BootJar> { archiveFileName.set(\"a.jar\") }";
        assert_eq!(jar("", root, "bootJar").as_deref(), Some("a.jar"));
    }

    #[test]
    fn what_is_computed_is_not_known() {
        let with = |rest: &str| jar("rootProject.name = 'shop'", &format!("{SPRING}{rest}"), "build");
        assert_eq!(with("version = \"1.$build\""), None);
        assert_eq!(with("version = System.getenv('V') ?: '1'"), None);
        assert_eq!(with("if (x) {\n version = '1'\n}"), None);
        assert_eq!(jar("rootProject.name = name()", SPRING, "build"), None);
        assert_eq!(jar("", "plugins { alias(libs.plugins.boot) }", "build"), None);
    }

    #[test]
    fn the_name_of_the_folder_counts_where_no_other_does() {
        assert_eq!(jar("", SPRING, "bootJar").as_deref(), Some("src.jar"));
        let scripts = Scripts { root: Some(SPRING), ..Scripts::default() };
        assert_eq!(Project::read(scripts, "src", false).unwrap_or_default().jar(&["bootJar"]), None);
    }

    #[test]
    fn other_plugins() {
        let shadow = "plugins { id 'com.gradleup.shadow' version '9' }\nversion = '1'";
        assert_eq!(jar("", shadow, "shadowJar").as_deref(), Some("src-1-all.jar"));
        assert_eq!(jar("", "plugins { id 'java' }", "jar").as_deref(), Some("src.jar"));
        assert_eq!(jar("", "plugins { id 'com.example.own' }", "jar"), None);
    }

    #[test]
    fn a_part_takes_over_the_version() {
        let read = |root: &str, part: &str| {
            let scripts = Scripts {
                settings: Some("rootProject.name = 'all'\ninclude 'web'"),
                properties: Some("version=4\n"),
                root: Some(root),
                part: Some(part),
            };
            Project::read(scripts, "web", true)?.jar(&["bootJar"])
        };
        assert_eq!(read("subprojects { version = '5' }", SPRING).as_deref(), Some("web-5.jar"));
        assert_eq!(read("", SPRING).as_deref(), Some("web-4.jar"));
        assert_eq!(read("project(':web') { version = '5' }", SPRING), None);
        assert_eq!(read("", &format!("{SPRING}version = '6'")).as_deref(), Some("web-6.jar"));
    }
}
