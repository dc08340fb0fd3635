//! `pom.xml`: what a build with Maven makes, and under which name.
//!
//! A module takes over what its parents say, as far as these are part of the project. Where a parent is another
//! company's, or a profile may change the name, nothing is said about the name.

use roxmltree::{Document, Node, ParsingOptions};

use crate::assists::split_stage::paths;

/// How many parents are looked at.
const PARENTS: usize = 8;

/// Parents from elsewhere that leave the name of the artifact alone.
const KNOWN_PARENTS: [&str; 2] = ["spring-boot-starter-parent", "micronaut-parent"];

/// A module, with what it takes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::assists::split_stage) struct Pom {
    /// The module itself, then its parents.
    levels: Vec<Level>,
    /// The parent that is not part of the project.
    outer_parent: Option<String>,
    /// What the command line sets.
    given: Vec<(String, String)>,
}

/// What one `pom.xml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Level {
    artifact: Option<String>,
    version: Option<String>,
    packaging: Option<String>,
    final_name: Option<String>,
    modules: Vec<String>,
    properties: Vec<(String, String)>,
    plugins: Vec<Plugin>,
    parent: Option<Parent>,
    /// Properties that a profile sets, too.
    unsure: Vec<String>,
    /// Whether a profile says something about the build that may change its output.
    has_building_profiles: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Parent {
    artifact: String,
    version: Option<String>,
    path: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Plugin {
    artifact: String,
    /// Whether it only says how the plugin works where a module uses it.
    managed: bool,
    goals: Vec<String>,
    /// Settings with a plain value, the plugin's own and those of its executions.
    settings: Vec<(String, String)>,
    descriptors: Vec<String>,
}

/// What can be started of what a module makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::assists::split_stage) enum Output {
    /// A file of this name in `target`.
    File(String),
    /// The directory `target/quarkus-app`.
    QuarkusApp,
}

impl Pom {
    /// Reads the module whose `pom.xml` lies at `path` in the image. `file` gives the texts of the project's files,
    /// `given` are the properties of the command line.
    pub(in crate::assists::split_stage) fn read<'t>(
        path: &str,
        given: Vec<(String, String)>,
        file: &dyn Fn(&str) -> Option<&'t str>,
    ) -> Option<Self> {
        let mut levels = vec![Level::read(file(path)?)?];
        let mut at = path.to_owned();
        let mut outer_parent = None;
        while let Some(parent) = levels.last().and_then(|it| it.parent.clone()) {
            let near = paths::join(paths::parent(&at), &parent.path);
            let near = if near.ends_with(".xml") { near } else { paths::join(&near, "pom.xml") };
            let level = file(&near).filter(|_| !parent.path.is_empty()).and_then(Level::read);
            match level.filter(|it| it.artifact.as_deref() == Some(&parent.artifact)) {
                Some(level) if levels.len() < PARENTS => levels.push(level),
                _ => {
                    outer_parent = Some(parent.artifact);
                    break;
                }
            }
            at = near;
        }
        Some(Self { levels, outer_parent, given })
    }

    /// `jar`, `war`, `pom` and so on.
    fn packaging(&self) -> Option<String> {
        self.resolved(self.levels[0].packaging.as_deref().unwrap_or("jar"))
    }

    /// The modules of a project that only holds others together.
    pub(in crate::assists::split_stage) fn modules(&self) -> &[String] {
        if self.packaging().as_deref() == Some("pom") { &self.levels[0].modules } else { &[] }
    }

    /// What can be started, where its name is certain.
    pub(in crate::assists::split_stage) fn output(&self) -> Option<Output> {
        let named = |name: String| Some(Output::File(name));
        if self.levels.iter().any(|it| it.has_building_profiles) || !self.knows_parents() {
            return None;
        }
        let name = self.final_name()?;
        let extension = match self.packaging()?.as_str() {
            "jar" | "quarkus" => "jar",
            "war" => "war",
            _ => return None,
        };
        if self.uses("spring-boot-maven-plugin") {
            let plugin = "spring-boot-maven-plugin";
            if self.setting(plugin, "outputDirectory").is_some()
                || self.setting(plugin, "finalName").is_some()
            {
                return None;
            }
            return named(match self.setting(plugin, "classifier") {
                Some(classifier) => format!("{name}-{}.{extension}", self.resolved(classifier)?),
                None => format!("{name}.{extension}"),
            });
        }
        if self.uses("quarkus-maven-plugin") {
            let kind = ["quarkus.package.jar.type", "quarkus.package.type"];
            return match kind.iter().find_map(|it| self.property(it)).as_deref() {
                None | Some("fast-jar" | "jar") => Some(Output::QuarkusApp),
                Some("uber-jar") => named(format!("{name}-runner.jar")),
                _ => None,
            };
        }
        if self.uses("maven-shade-plugin") {
            return named(format!("{}.jar", self.shaded_name(name)?));
        }
        if self.uses("maven-assembly-plugin") {
            return named(format!("{}.jar", self.assembled_name(name)?));
        }
        let changes = ["maven-jar-plugin", "maven-war-plugin"].iter().any(|plugin| {
            ["classifier", "finalName", "outputDirectory"].iter().any(|it| self.setting(plugin, it).is_some())
        });
        if changes {
            return None;
        }
        named(format!("{name}.{extension}"))
    }

    /// Whether the jar of Spring Boot's plugin is made by the phase `package`; none where that is not known.
    pub(in crate::assists::split_stage) fn repackages(&self) -> Option<bool> {
        let plugin = "spring-boot-maven-plugin";
        let bound = self.plugins(plugin).any(|it| it.goals.iter().any(|goal| goal == "repackage"));
        match self.outer_parent.as_deref() {
            _ if bound => Some(true),
            Some("spring-boot-starter-parent") => Some(self.uses(plugin)),
            None => Some(false),
            Some(_) => None,
        }
    }

    fn knows_parents(&self) -> bool {
        self.outer_parent.as_deref().is_none_or(|it| KNOWN_PARENTS.contains(&it))
    }

    fn shaded_name(&self, name: String) -> Option<String> {
        let plugin = "maven-shade-plugin";
        if self.setting(plugin, "outputFile").is_some() || self.setting(plugin, "outputDirectory").is_some() {
            return None;
        }
        let own = self.setting(plugin, "finalName").map(|it| self.resolved(it));
        if self.setting(plugin, "shadedArtifactAttached") == Some("true") {
            let classifier = self.setting(plugin, "shadedClassifierName").unwrap_or("shaded");
            return Some(format!("{name}-{}", self.resolved(classifier)?));
        }
        own.unwrap_or(Some(name))
    }

    fn assembled_name(&self, name: String) -> Option<String> {
        let plugin = "maven-assembly-plugin";
        let mut descriptors: Vec<&str> =
            self.plugins(plugin).flat_map(|it| it.descriptors.iter().map(String::as_str)).collect();
        descriptors.dedup();
        let named = descriptors == ["jar-with-dependencies"];
        if !named || self.setting(plugin, "outputDirectory").is_some() {
            return None;
        }
        let name = self.setting(plugin, "finalName").map_or(Some(name), |it| self.resolved(it))?;
        match self.setting(plugin, "appendAssemblyId") {
            Some("false") => Some(name),
            _ => Some(format!("{name}-jar-with-dependencies")),
        }
    }

    /// The name of the artifact, without its extension.
    fn final_name(&self) -> Option<String> {
        match self.levels.iter().find_map(|it| it.final_name.as_deref()) {
            Some(name) => self.resolved(name),
            None => Some(format!("{}-{}", self.artifact()?, self.version()?)),
        }
    }

    fn artifact(&self) -> Option<String> {
        self.resolved(self.levels[0].artifact.as_deref()?)
    }

    fn version(&self) -> Option<String> {
        let parent = self.levels[0].parent.as_ref().and_then(|it| it.version.as_deref());
        self.resolved(self.levels[0].version.as_deref().or(parent)?)
    }

    /// Whether the module uses a plugin.
    fn uses(&self, plugin: &str) -> bool {
        self.plugins(plugin).any(|it| !it.managed)
    }

    fn plugins<'s>(&'s self, artifact: &'s str) -> impl Iterator<Item = &'s Plugin> {
        self.levels.iter().flat_map(|it| &it.plugins).filter(move |it| it.artifact == artifact)
    }

    fn setting<'s>(&'s self, plugin: &'s str, name: &str) -> Option<&'s str> {
        let mut all = self.plugins(plugin).flat_map(|it| &it.settings);
        all.find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    fn property(&self, name: &str) -> Option<String> {
        let own = self.levels.iter().flat_map(|it| &it.properties);
        let found = self.given.iter().chain(own).find(|(it, _)| it == name)?;
        self.resolved(&found.1)
    }

    /// A text with its properties replaced; none where one is not known, or a profile may change it.
    fn resolved(&self, text: &str) -> Option<String> {
        self.resolved_up_to(text, 8)
    }

    fn resolved_up_to(&self, text: &str, depth: usize) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            out.push_str(before);
            let (name, after) = behind.split_once('}')?;
            out.push_str(&self.value(name, depth.checked_sub(1)?)?);
            rest = after;
        }
        out.push_str(rest);
        let is_name = !out.is_empty() && out.chars().all(|c| c.is_alphanumeric() || "._+-".contains(c));
        is_name.then_some(out)
    }

    fn value(&self, name: &str, depth: usize) -> Option<String> {
        if let Some((_, value)) = self.given.iter().find(|(it, _)| it == name) {
            return self.resolved_up_to(value, depth);
        }
        let own = &self.levels[0];
        let text = match name {
            "project.artifactId" | "pom.artifactId" | "artifactId" => own.artifact.as_deref()?,
            "project.version" | "pom.version" | "version" => {
                let parent = own.parent.as_ref().and_then(|it| it.version.as_deref());
                own.version.as_deref().or(parent)?
            }
            "project.parent.version" | "parent.version" => own.parent.as_ref()?.version.as_deref()?,
            _ if self.levels.iter().any(|it| it.unsure.iter().any(|unsure| unsure == name)) => return None,
            _ => {
                let mut all = self.levels.iter().flat_map(|it| &it.properties);
                all.find(|(it, _)| it == name)?.1.as_str()
            }
        };
        self.resolved_up_to(text, depth)
    }
}

impl Level {
    fn read(text: &str) -> Option<Self> {
        let options = ParsingOptions { nodes_limit: 200_000, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text.trim_start_matches('\u{feff}'), options).ok()?;
        let project = document.root_element();
        if project.tag_name().name() != "project" {
            return None;
        }
        let build = child(project, "build");
        let mut plugins: Vec<Plugin> =
            build.and_then(|it| child(it, "plugins")).map_or_else(Vec::new, |it| plugins_of(it, false));
        let management =
            build.and_then(|it| child(it, "pluginManagement")?.children().find(|it| is(it, "plugins")));
        plugins.extend(management.map_or_else(Vec::new, |it| plugins_of(it, true)));
        let profiles: Vec<Node<'_, '_>> =
            child(project, "profiles").map_or_else(Vec::new, |it| elements(it).collect());
        let building = |profile: &Node<'_, '_>| {
            let build = child(*profile, "build");
            build.is_some_and(|build| {
                child(build, "finalName").is_some()
                    || child(build, "directory").is_some()
                    || child(build, "plugins")
                        .is_some_and(|it| plugins_of(it, false).iter().any(Plugin::makes_artifacts))
            })
        };
        let moves_target = build.is_some_and(|it| child(it, "directory").is_some());
        Some(Self {
            artifact: text_of(project, "artifactId"),
            version: text_of(project, "version"),
            packaging: text_of(project, "packaging"),
            final_name: build.and_then(|it| text_of(it, "finalName")),
            modules: child(project, "modules")
                .map_or_else(Vec::new, |it| elements(it).filter_map(|it| own_text(it)).collect()),
            properties: child(project, "properties").map_or_else(Vec::new, settings),
            plugins,
            parent: child(project, "parent").and_then(|it| {
                Some(Parent {
                    artifact: text_of(it, "artifactId")?,
                    version: text_of(it, "version"),
                    path: match child(it, "relativePath") {
                        Some(path) => own_text(path).unwrap_or_default(),
                        None => "../pom.xml".to_owned(),
                    },
                })
            }),
            unsure: profiles
                .iter()
                .filter_map(|it| child(*it, "properties"))
                .flat_map(|it| settings(it).into_iter().map(|(name, _)| name))
                .collect(),
            has_building_profiles: moves_target || profiles.iter().any(building),
        })
    }
}

impl Plugin {
    /// Whether it decides about what can be started.
    fn makes_artifacts(&self) -> bool {
        matches!(
            self.artifact.as_str(),
            "spring-boot-maven-plugin"
                | "maven-shade-plugin"
                | "maven-assembly-plugin"
                | "maven-jar-plugin"
                | "maven-war-plugin"
                | "quarkus-maven-plugin"
        )
    }
}

fn plugins_of(plugins: Node<'_, '_>, managed: bool) -> Vec<Plugin> {
    let read = |plugin: Node<'_, '_>| {
        let mut found = Plugin { artifact: text_of(plugin, "artifactId")?, managed, ..Plugin::default() };
        let executions =
            child(plugin, "executions").map_or_else(Vec::new, |it| elements(it).collect::<Vec<_>>());
        for holder in [plugin].into_iter().chain(executions) {
            if let Some(goals) = child(holder, "goals") {
                found.goals.extend(elements(goals).filter_map(own_text));
            }
            let Some(configuration) = child(holder, "configuration") else { continue };
            found.settings.extend(settings(configuration));
            for list in ["descriptorRefs", "descriptors"] {
                let list = child(configuration, list);
                found.descriptors.extend(list.into_iter().flat_map(elements).filter_map(own_text));
            }
        }
        Some(found)
    };
    elements(plugins).filter_map(read).collect()
}

/// The elements with a plain value, with their names.
fn settings(node: Node<'_, '_>) -> Vec<(String, String)> {
    elements(node).filter_map(|it| Some((it.tag_name().name().to_owned(), own_text(it)?))).collect()
}

fn is(node: &Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|it| is(it, name))
}

fn own_text(node: Node<'_, '_>) -> Option<String> {
    let text = node.text()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn text_of(node: Node<'_, '_>, name: &str) -> Option<String> {
    own_text(child(node, name)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)], path: &str) -> Option<Pom> {
        let file = |path: &str| files.iter().find(|it| it.0 == path).map(|it| it.1);
        Pom::read(path, Vec::new(), &file)
    }

    /// What a `pom.xml` with this content makes.
    fn output(content: &str) -> Option<Output> {
        let text = format!(
            "<?xml version=\"1.0\"?>\n<project xmlns=\"http://maven.apache.org/POM/4.0.0\">{content}</project>"
        );
        read(&[("/app/pom.xml", &text)], "/app/pom.xml")?.output()
    }

    fn named(name: &str) -> Option<Output> {
        Some(Output::File(name.to_owned()))
    }

    const SHOP: &str = "<artifactId>shop</artifactId><version>1.2</version>";

    fn with_plugin(plugin: &str, rest: &str) -> Option<Output> {
        output(&format!(
            "{SHOP}<build><plugins><plugin><artifactId>{plugin}</artifactId>{rest}</plugin></plugins></build>"
        ))
    }

    #[test]
    fn the_jar_is_named_after_the_artifact() {
        assert_eq!(output(SHOP), named("shop-1.2.jar"));
        assert_eq!(output(&format!("{SHOP}<packaging>war</packaging>")), named("shop-1.2.war"));
        assert_eq!(output(&format!("{SHOP}<build><finalName>app</finalName></build>")), named("app.jar"));
        assert_eq!(
            output(&format!("{SHOP}<build><finalName>${{project.artifactId}}-x</finalName></build>")),
            named("shop-x.jar")
        );
        let revision = "<artifactId>shop</artifactId><version>${revision}</version>\
            <properties><revision>3${changelist}</revision><changelist>-SNAPSHOT</changelist></properties>";
        assert_eq!(output(revision), named("shop-3-SNAPSHOT.jar"));
    }

    #[test]
    fn what_is_not_certain_is_not_said() {
        assert_eq!(output("<artifactId>shop</artifactId><version>${revision}</version>"), None);
        assert_eq!(output(&format!("{SHOP}<packaging>pom</packaging>")), None);
        assert_eq!(
            output(
                "<parent><artifactId>company</artifactId><version>1</version></parent><artifactId>a</artifactId>"
            ),
            None
        );
        let profile = "<profiles><profile><build><finalName>b</finalName></build></profile></profiles>";
        assert_eq!(output(&format!("{SHOP}{profile}")), None);
        assert_eq!(
            output("<artifactId>${a}</artifactId><version>1</version><properties><a>${a}</a></properties>"),
            None
        );
        assert_eq!(output("<artifactId>a"), None);
    }

    #[test]
    fn plugins_change_the_name() {
        assert_eq!(with_plugin("spring-boot-maven-plugin", ""), named("shop-1.2.jar"));
        assert_eq!(
            with_plugin(
                "spring-boot-maven-plugin",
                "<configuration><classifier>exec</classifier></configuration>"
            ),
            named("shop-1.2-exec.jar")
        );
        assert_eq!(with_plugin("maven-shade-plugin", ""), named("shop-1.2.jar"));
        let attached = "<executions><execution><configuration><shadedArtifactAttached>true</shadedArtifactAttached>\
            </configuration></execution></executions>";
        assert_eq!(with_plugin("maven-shade-plugin", attached), named("shop-1.2-shaded.jar"));
        let all = "<configuration><descriptorRefs><descriptorRef>jar-with-dependencies</descriptorRef></descriptorRefs>\
            </configuration>";
        assert_eq!(with_plugin("maven-assembly-plugin", all), named("shop-1.2-jar-with-dependencies.jar"));
        assert_eq!(with_plugin("quarkus-maven-plugin", ""), Some(Output::QuarkusApp));
    }

    #[test]
    fn a_module_takes_over_what_its_parents_say() {
        let top = "<project><artifactId>top</artifactId><version>2.0</version><packaging>pom</packaging>\
            <modules><module>web</module></modules>\
            <build><finalName>${project.artifactId}</finalName></build></project>";
        let web = "<project><parent><artifactId>top</artifactId><version>2.0</version></parent>\
            <artifactId>web</artifactId></project>";
        let files = [("/app/pom.xml", top), ("/app/web/pom.xml", web)];
        assert_eq!(read(&files, "/app/web/pom.xml").unwrap().output(), named("web.jar"));
        assert_eq!(read(&files, "/app/pom.xml").unwrap().modules(), ["web"]);
        assert_eq!(read(&files[1..], "/app/web/pom.xml").unwrap().output(), None);
    }

    #[test]
    fn repackaging_is_bound_or_not() {
        let spring = |parent: &str, rest: &str| {
            let text = format!(
                "<project>{parent}<artifactId>a</artifactId><build><plugins><plugin>\
                 <artifactId>spring-boot-maven-plugin</artifactId>{rest}</plugin></plugins></build></project>"
            );
            read(&[("/pom.xml", &text)], "/pom.xml").unwrap().repackages()
        };
        let parent = |name: &str| format!("<parent><artifactId>{name}</artifactId><relativePath/></parent>");
        let goal = "<executions><execution><goals><goal>repackage</goal></goals></execution></executions>";
        assert_eq!(spring(&parent("spring-boot-starter-parent"), ""), Some(true));
        assert_eq!(spring(&parent("company"), ""), None);
        assert_eq!(spring("", ""), Some(false));
        assert_eq!(spring("", goal), Some(true));
    }

    #[test]
    fn the_command_line_wins() {
        let text = "<project><artifactId>a</artifactId><version>${revision}</version></project>";
        let given = vec![("revision".to_owned(), "7".to_owned())];
        let pom = Pom::read("/pom.xml", given, &|path| (path == "/pom.xml").then_some(text)).unwrap();
        assert_eq!(pom.output(), named("a-7.jar"));
    }
}
