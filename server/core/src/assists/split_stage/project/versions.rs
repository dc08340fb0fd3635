//! Which version of its language a project asks for: Java in `pom.xml` and Gradle's scripts, Node in `package.json`,
//! Python in `pyproject.toml`, .NET in a project file.

use roxmltree::Document;

use super::package::Package;

/// The release of Java that the classes of a project of Maven are made for.
pub(in crate::assists::split_stage) fn java_of_pom(text: &str) -> Option<u32> {
    let document = Document::parse(text.trim_start_matches('\u{feff}')).ok()?;
    let root = document.root_element();
    let properties = root.children().find(|it| it.tag_name().name() == "properties")?;
    // The parent of Spring Boot reads its own name.
    let by_spring = text.contains("spring-boot-starter-parent") || text.contains("${java.version}");
    let names = ["maven.compiler.release", "maven.compiler.target", "java.version"];
    let names = names.iter().filter(|name| by_spring || **name != "java.version");
    let value = |name: &&str| properties.children().find(|it| it.tag_name().name() == *name)?.text();
    names.filter_map(value).find_map(java)
}

/// The same for a script of Gradle.
pub(in crate::assists::split_stage) fn java_of_gradle(text: &str) -> Option<u32> {
    let lines = || text.lines().map(str::trim).filter(|it| !it.starts_with("//"));
    ["JavaLanguageVersion.of(", "jvmToolchain(", "targetCompatibility", "sourceCompatibility"]
        .iter()
        .find_map(|sign| {
            let rest = lines().find_map(|line| line.split_once(sign).map(|(_, rest)| rest))?;
            let value = rest.trim_start_matches([' ', '=', '(', '"', '\'']);
            let value = value.strip_prefix("JavaVersion.VERSION_").unwrap_or(value).replace('_', ".");
            java(value.split([')', '"', '\'', ' ', ';', '}']).next()?)
        })
}

/// A release of Java by its number, the old way of counting included.
fn java(value: &str) -> Option<u32> {
    let value = value.trim();
    value.strip_prefix("1.").unwrap_or(value).parse().ok().filter(|it| (5..100).contains(it))
}

/// The lowest Node that a package names, by its first number.
pub(in crate::assists::split_stage) fn node(package: &Package) -> Option<u32> {
    first_number(package.engine("node")?).map(|(major, _)| major)
}

/// The lowest Python that a project names: its two numbers.
pub(in crate::assists::split_stage) fn python(pyproject: &str) -> Option<(u32, u32)> {
    let value = pyproject.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        matches!(name.trim(), "requires-python" | "python").then_some(value)
    })?;
    first_number(value.trim().trim_matches(['"', '\'']))
}

/// The version of .NET that a target framework names, such as `net8.0` and `netcoreapp3.1`.
pub(in crate::assists::split_stage) fn dotnet(framework: &str) -> Option<(u32, u32)> {
    let version = framework.strip_prefix("netcoreapp").or_else(|| framework.strip_prefix("net"))?;
    let (major, minor) = version.split_once('.')?;
    let minor = minor.split('-').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The numbers that a range of versions begins with; none where it has no lower end or several ranges.
fn first_number(range: &str) -> Option<(u32, u32)> {
    let rest = range.trim_start_matches(['>', '=', '^', '~', ' ', 'v']);
    if rest.contains("||") || rest.starts_with(|c: char| !c.is_ascii_digit()) {
        return None;
    }
    let mut parts = rest.split(|c: char| !c.is_ascii_digit()).map(|it| it.parse().ok());
    Some((parts.next()??, parts.next().flatten().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn java_is_named_in_many_ways() {
        let pom = |properties: &str, rest: &str| {
            java_of_pom(&format!(
                "<project xmlns=\"x\"><properties>{properties}</properties>{rest}</project>"
            ))
        };
        assert_eq!(pom("<maven.compiler.release>21</maven.compiler.release>", ""), Some(21));
        assert_eq!(pom("<maven.compiler.target>1.8</maven.compiler.target>", ""), Some(8));
        assert_eq!(pom("<java.version>17</java.version>", ""), None);
        let parent = "<parent><artifactId>spring-boot-starter-parent</artifactId></parent>";
        assert_eq!(pom("<java.version>17</java.version>", parent), Some(17));
        for (text, wanted) in [
            ("java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }", Some(21)),
            ("kotlin { jvmToolchain(17) }", Some(17)),
            ("sourceCompatibility = '11'", Some(11)),
            ("sourceCompatibility = JavaVersion.VERSION_1_8", Some(8)),
            ("// jvmToolchain(17)\nplugins {}", None),
            ("targetCompatibility = javaVersion", None),
        ] {
            assert_eq!(java_of_gradle(text), wanted, "{text}");
        }
    }

    #[test]
    fn other_languages() {
        for (range, wanted) in [
            (">=20", Some(20)),
            ("^18.12.0 ", Some(18)),
            ("22.x", Some(22)),
            ("18 || 20", None),
            ("<22", None),
            ("*", None),
        ] {
            let package = Package::read(&format!("{{\"engines\": {{\"node\": \"{range}\"}}}}")).unwrap();
            assert_eq!(node(&package), wanted, "{range}");
        }
        assert_eq!(python("[project]\nrequires-python = \">=3.12\"\n"), Some((3, 12)));
        assert_eq!(python("[tool.poetry.dependencies]\npython = \"^3.9\"\n"), Some((3, 9)));
        assert_eq!(python("[project]\nname = 'a'\n"), None);
        assert_eq!((dotnet("net8.0"), dotnet("netcoreapp3.1")), (Some((8, 0)), Some((3, 1))));
        assert_eq!((dotnet("net9.0-windows"), dotnet("net48"), dotnet("x")), (Some((9, 0)), None, None));
    }
}
