//! Project files of .NET: `*.csproj`, `*.fsproj` and `*.vbproj`.

use roxmltree::{Document, Node, ParsingOptions};

use super::versions;

/// What a project file says about the program that a publish makes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::assists::split_stage) struct Project {
    sdk: String,
    properties: Vec<(String, String)>,
    frameworks: Vec<String>,
}

impl Project {
    /// Reads the text; none where it is no project.
    pub(in crate::assists::split_stage) fn read(text: &str) -> Option<Self> {
        let options = ParsingOptions { nodes_limit: 100_000, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text.trim_start_matches('\u{feff}'), options).ok()?;
        let root = document.root_element();
        if root.tag_name().name() != "Project" {
            return None;
        }
        let of = |group: &str| {
            let groups = root.children().filter(move |it| it.is_element() && it.has_tag_name(group));
            groups.flat_map(|it| it.children()).filter(Node::is_element).collect::<Vec<_>>()
        };
        let plain = |it: &Node<'_, '_>| {
            // What holds under a condition may not hold here.
            let conditional = |it: Node<'_, '_>| it.has_attribute("Condition");
            !conditional(*it) && !it.parent().is_some_and(conditional)
        };
        let properties = of("PropertyGroup").into_iter().filter(plain).filter_map(|it| {
            let value = it.text()?.trim();
            (!value.contains("$(")).then(|| (it.tag_name().name().to_owned(), value.to_owned()))
        });
        let references = of("ItemGroup").into_iter().filter(|it| it.has_tag_name("FrameworkReference"));
        Some(Self {
            sdk: root.attribute("Sdk").unwrap_or("").to_owned(),
            properties: properties.collect(),
            frameworks: references.filter_map(|it| it.attribute("Include").map(str::to_owned)).collect(),
        })
    }

    fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().rev().find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    fn is_on(&self, name: &str) -> bool {
        self.property(name).is_some_and(|it| it.eq_ignore_ascii_case("true"))
    }

    /// The name of the program, where it is not that of the file.
    pub(in crate::assists::split_stage) fn assembly(&self) -> Option<&str> {
        self.property("AssemblyName")
    }

    /// The version of .NET that a program of this project needs, where it takes no other one.
    pub(in crate::assists::split_stage) fn version(&self) -> Option<(u32, u32)> {
        let rolls = self.property("RollForward").is_some_and(|it| it.ends_with("Major"));
        versions::dotnet(self.property("TargetFramework")?).filter(|_| !rolls)
    }

    /// Whether the program needs ASP.NET.
    pub(in crate::assists::split_stage) fn is_web(&self) -> bool {
        self.sdk.starts_with("Microsoft.NET.Sdk.Web")
            || self.sdk.starts_with("Microsoft.NET.Sdk.BlazorWebAssembly")
            || self.frameworks.iter().any(|it| it == "Microsoft.AspNetCore.App")
    }

    /// The system that it is published for, where the project says so.
    pub(in crate::assists::split_stage) fn rid(&self) -> Option<&str> {
        self.property("RuntimeIdentifier")
    }

    /// Whether a publish brings .NET along.
    pub(in crate::assists::split_stage) fn is_self_contained(&self) -> bool {
        self.is_native() || self.is_on("SelfContained") || self.is_on("PublishSelfContained")
    }

    /// Whether a publish makes a native program.
    pub(in crate::assists::split_stage) fn is_native(&self) -> bool {
        self.is_on("PublishAot")
    }

    /// Whether it does without the data of cultures.
    pub(in crate::assists::split_stage) fn is_invariant(&self) -> bool {
        self.is_on("InvariantGlobalization")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_publish_makes() {
        let text = "\u{feff}<Project Sdk=\"Microsoft.NET.Sdk\">\n  <PropertyGroup>\n    <AssemblyName>shop</AssemblyName>\n\
            <PublishAot>true</PublishAot><RuntimeIdentifier>linux-musl-x64</RuntimeIdentifier>\n  </PropertyGroup>\n\
            <PropertyGroup Condition=\"'$(Configuration)' == 'Debug'\"><AssemblyName>debug</AssemblyName></PropertyGroup>\n\
            <ItemGroup><FrameworkReference Include=\"Microsoft.AspNetCore.App\" /></ItemGroup></Project>";
        let project = Project::read(text).unwrap();
        assert_eq!((project.assembly(), project.rid()), (Some("shop"), Some("linux-musl-x64")));
        assert!(project.is_web() && project.is_self_contained() && project.is_native());
        assert!(!project.is_invariant());
    }

    #[test]
    fn what_is_not_plain_is_not_known() {
        let text = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><AssemblyName>$(Name)</AssemblyName>\
            </PropertyGroup></Project>";
        let project = Project::read(text).unwrap();
        assert_eq!(project.assembly(), None);
        assert!(project.is_web() && !project.is_self_contained());
        assert_eq!(Project::read("<Project>"), None);
        assert_eq!(Project::read("<project/>"), None);
    }
}
