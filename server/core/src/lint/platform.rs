//! Platforms as BuildKit reads them: `os`, `architecture`, `os/architecture`, `os/architecture/variant`.

/// A platform: what is left out is taken from the machine that builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Platform {
    pub(super) os: String,
    pub(super) architecture: String,
}

/// Reads a platform; none where BuildKit refuses it.
pub(super) fn parse(text: &str) -> Option<Platform> {
    let parts: Vec<&str> = text.split('/').collect();
    if !parts.iter().enumerate().all(|(index, part)| is_part(index, part)) {
        return None;
    }
    let platform = |os: String, architecture: String| Some(Platform { os, architecture });
    match parts.as_slice() {
        [one] => {
            let (os, architecture) = (normal_os(one), normal_architecture(one));
            if SYSTEMS.contains(&os.as_str()) {
                return platform(os, "amd64".to_owned());
            }
            ARCHITECTURES
                .contains(&architecture.as_str())
                .then(|| Platform { os: "linux".to_owned(), architecture })
        }
        [os, architecture] | [os, architecture, _] => {
            platform(normal_os(os), normal_architecture(architecture))
        }
        _ => None,
    }
}

/// An operating system may have its version and features in brackets: `windows(10.0.17763+a)`.
fn is_part(index: usize, part: &str) -> bool {
    let is_word = |text: &str, marks: &[char]| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(&c))
    };
    if index > 0 {
        return is_word(part, &['_', '.', '-']);
    }
    let Some((name, rest)) = part.split_once('(') else { return is_word(part, &['_', '-']) };
    let Some(version) = rest.strip_suffix(')') else { return false };
    let mut options = version.split('+').enumerate();
    let is_option = |text: &str| is_word(text, &['_', '.', '%', '-']) && are_escapes(text);
    // Only the version can be left out.
    is_word(name, &['_', '-']) && options.all(|(at, text)| (at == 0 && text.is_empty()) || is_option(text))
}

/// Whether each `%` stands in front of two hexadecimal digits.
fn are_escapes(text: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split('%').skip(1).all(|rest| rest.get(..2).is_some_and(is_hex))
}

fn normal_os(os: &str) -> String {
    let os = os.split('(').next().unwrap_or_default().to_lowercase();
    if os == "macos" { "darwin".to_owned() } else { os }
}

fn normal_architecture(architecture: &str) -> String {
    let lower = architecture.to_lowercase();
    match lower.as_str() {
        "i386" => "386",
        "x86_64" | "x86-64" => "amd64",
        "aarch64" => "arm64",
        "armhf" | "armel" => "arm",
        other => other,
    }
    .to_owned()
}

const SYSTEMS: [&str; 17] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];

const ARCHITECTURES: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "ppc64",
    "ppc64le",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form() {
        let shown = |text| parse(text).map(|it| format!("{}/{}", it.os, it.architecture));
        assert_eq!(shown("linux/amd64").as_deref(), Some("linux/amd64"));
        assert_eq!(shown("Linux/aarch64/v8").as_deref(), Some("linux/arm64"));
        assert_eq!(shown("windows").as_deref(), Some("windows/amd64"));
        assert_eq!(shown("windows(10.0.17763)/amd64").as_deref(), Some("windows/amd64"));
        assert_eq!(shown("x86_64").as_deref(), Some("linux/amd64"));
        assert_eq!(shown("windows(1%20a+b.c+d)/a").as_deref(), Some("windows/a"));
        assert_eq!(shown("linux()/a").as_deref(), Some("linux/a"));
        for bad in [
            "",
            "linux/",
            "a/b/c/d",
            "nonsense",
            "linux/a b",
            "/amd64",
            "a.b/c",
            "linux(+)/a",
            "linux(,)/a",
            "linux(%2)/a",
            "wasip1",
            "wasm32",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
