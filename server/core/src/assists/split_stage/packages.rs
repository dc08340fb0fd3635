//! Packages of the system: which of them only a build needs, and what takes their place at run time.
//!
//! A compiler stays in the builder. A package with headers (`libpq-dev`) stays there too, and the final stage
//! gets the library that programs built with it load (`libpq5`). Everything else is for the application.

use super::runtime::System;

/// What a package means for the final stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Only builds need it.
    Build,
    /// The final stage needs these instead; they may be guessed from the name.
    Replaced(Vec<&'static str>),
    /// The final stage needs it.
    Runtime,
    /// It has headers and perhaps a library, and nobody knows the library's package.
    Unknown,
}

/// Compilers, build tools and what fetches sources.
const BUILD: &[&str] = &[
    "ant",
    "apt-transport-https",
    "autoconf",
    "automake",
    "autotools-dev",
    "bazel",
    "binutils",
    "bison",
    "build-base",
    "build-essential",
    "bzip2",
    "cabal-install",
    "cargo",
    "ccache",
    "clang",
    "cmake",
    "composer",
    "devscripts",
    "dos2unix",
    "dpkg-dev",
    "elixir",
    "erlang-dev",
    "file",
    "findutils",
    "flex",
    "fuse-overlayfs",
    "g++",
    "g++-multilib",
    "gcc",
    "gcc-c++",
    "gcc-multilib",
    "gdb",
    "gettext-dev",
    "ghc",
    "git",
    "git-core",
    "gnupg",
    "gnupg2",
    "go",
    "golang",
    "golang-go",
    "gperf",
    "gradle",
    "libc-dev",
    "libc6-dev",
    "libtool",
    "libtool-bin",
    "linux-headers",
    "lld",
    "llvm",
    "lsb-release",
    "m4",
    "make",
    "maven",
    "mercurial",
    "meson",
    "mold",
    "musl-dev",
    "musl-tools",
    "nano",
    "nasm",
    "ninja",
    "ninja-build",
    "npm",
    "patch",
    "pkg-config",
    "pkgconf",
    "pkgconfig",
    "protobuf-compiler",
    "protobuf-compiler-grpc",
    "protobuf-dev",
    "protoc",
    "python-dev",
    "python-setuptools",
    "python2-dev",
    "python3-dev",
    "python3-pip",
    "python3-setuptools",
    "python3-wheel",
    "ruby-dev",
    "rust",
    "rustc",
    "sbt",
    "scons",
    "software-properties-common",
    "subversion",
    "swig",
    "tar",
    "texinfo",
    "unzip",
    "upx",
    "upx-ucl",
    "vim",
    "xz",
    "xz-utils",
    "yarn",
    "yasm",
    "zig",
    "zip",
];

/// Packages with headers, and the library of Debian and Ubuntu that programs load.
const DEBIAN: &[(&str, &[&str])] = &[
    ("default-jdk", &["default-jre"]),
    ("default-jdk-headless", &["default-jre-headless"]),
    ("default-libmysqlclient-dev", &["libmariadb3"]),
    ("freetds-dev", &["libct4", "libsybdb5"]),
    ("libargon2-dev", &["libargon2-1"]),
    ("libbrotli-dev", &["libbrotli1"]),
    ("libbz2-dev", &["libbz2-1.0"]),
    ("libcairo2-dev", &["libcairo2"]),
    ("libcurl4-gnutls-dev", &["libcurl3-gnutls"]),
    ("libcurl4-openssl-dev", &["libcurl4"]),
    ("libev-dev", &["libev4"]),
    ("libevent-dev", &["libevent-2.1-7"]),
    ("libexpat1-dev", &["libexpat1"]),
    ("libfontconfig1-dev", &["libfontconfig1"]),
    ("libfreetype6-dev", &["libfreetype6"]),
    ("libgdk-pixbuf2.0-dev", &["libgdk-pixbuf-2.0-0"]),
    ("libgeos-dev", &["libgeos-c1v5"]),
    ("libgl1-mesa-dev", &["libgl1"]),
    ("libglib2.0-dev", &["libglib2.0-0"]),
    ("libgmp-dev", &["libgmp10"]),
    ("libgmp3-dev", &["libgmp10"]),
    ("libjemalloc-dev", &["libjemalloc2"]),
    ("libjpeg62-turbo-dev", &["libjpeg62-turbo"]),
    ("libkrb5-dev", &["libgssapi-krb5-2"]),
    ("liblcms2-dev", &["liblcms2-2"]),
    ("libleveldb-dev", &["libleveldb1d"]),
    ("liblz4-dev", &["liblz4-1"]),
    ("liblzma-dev", &["liblzma5"]),
    ("libmagic-dev", &["libmagic1"]),
    ("libmariadb-dev", &["libmariadb3"]),
    ("libmariadb-dev-compat", &["libmariadb3"]),
    ("libmariadbclient-dev", &["libmariadb3"]),
    ("libmemcached-dev", &["libmemcached11"]),
    ("libncurses-dev", &["libncurses6"]),
    ("libncurses5-dev", &["libncurses6"]),
    ("libnghttp2-dev", &["libnghttp2-14"]),
    ("libnuma-dev", &["libnuma1"]),
    ("libonig-dev", &["libonig5"]),
    ("libopenblas-dev", &["libopenblas0"]),
    ("libpango1.0-dev", &["libpango-1.0-0", "libpangocairo-1.0-0"]),
    ("libpcre2-dev", &["libpcre2-8-0"]),
    ("libpcre3-dev", &["libpcre3"]),
    ("libpng-dev", &["libpng16-16"]),
    ("libpq-dev", &["libpq5"]),
    ("librdkafka-dev", &["librdkafka1"]),
    ("libreadline-dev", &["libreadline8"]),
    ("libsasl2-dev", &["libsasl2-2"]),
    ("libseccomp-dev", &["libseccomp2"]),
    ("libsnappy-dev", &["libsnappy1v5"]),
    ("libsodium-dev", &["libsodium23"]),
    ("libsqlite3-dev", &["libsqlite3-0"]),
    ("libssl-dev", &["libssl3"]),
    ("libsystemd-dev", &["libsystemd0"]),
    ("libtiff-dev", &["libtiff6"]),
    ("libudev-dev", &["libudev1"]),
    ("liburing-dev", &["liburing2"]),
    ("libuv1-dev", &["libuv1"]),
    ("libvips-dev", &["libvips42"]),
    ("libwebp-dev", &["libwebp7"]),
    ("libxml2-dev", &["libxml2"]),
    ("libxmlsec1-dev", &["libxmlsec1-openssl"]),
    ("libxslt-dev", &["libxslt1.1"]),
    ("libxslt1-dev", &["libxslt1.1"]),
    ("libyaml-dev", &["libyaml-0-2"]),
    ("libzmq3-dev", &["libzmq5"]),
    ("libzstd-dev", &["libzstd1"]),
    ("libffi-dev", &["libffi8"]),
    ("unixodbc-dev", &["unixodbc"]),
    ("uuid-dev", &["libuuid1"]),
    ("zlib1g-dev", &["zlib1g"]),
];

/// The same for Alpine, where the name is not simply that without `-dev`.
const ALPINE: &[(&str, &[&str])] = &[
    ("curl-dev", &["libcurl"]),
    ("freetype-dev", &["freetype"]),
    ("g++", &["libstdc++"]),
    ("gcc", &["libgcc"]),
    ("jpeg-dev", &["libjpeg-turbo"]),
    ("libc6-compat", &["libc6-compat"]),
    ("libpq-dev", &["libpq"]),
    ("libressl-dev", &["libressl"]),
    ("mariadb-connector-c-dev", &["mariadb-connector-c"]),
    ("mariadb-dev", &["mariadb-connector-c"]),
    ("openssl-dev", &["libssl3", "libcrypto3"]),
    ("postgresql-dev", &["libpq"]),
    ("sqlite-dev", &["sqlite-libs"]),
    ("vips-dev", &["vips"]),
    ("yaml-dev", &["yaml"]),
    ("zlib-dev", &["zlib"]),
    ("libffi-dev", &["libffi"]),
    ("libxml2-dev", &["libxml2"]),
    ("libxslt-dev", &["libxslt"]),
    ("libpng-dev", &["libpng"]),
    ("libzip-dev", &["libzip"]),
    ("icu-dev", &["icu-libs"]),
    ("oniguruma-dev", &["oniguruma"]),
    ("gmp-dev", &["gmp"]),
    ("ncurses-dev", &["ncurses-libs"]),
    ("tiff-dev", &["tiff"]),
    ("libwebp-dev", &["libwebp"]),
    ("libsodium-dev", &["libsodium"]),
    ("imagemagick-dev", &["imagemagick"]),
];

/// The same for Fedora and its kin.
const RPM: &[(&str, &[&str])] = &[
    ("bzip2-devel", &["bzip2-libs"]),
    ("libcurl-devel", &["libcurl"]),
    ("libffi-devel", &["libffi"]),
    ("libxml2-devel", &["libxml2"]),
    ("libxslt-devel", &["libxslt"]),
    ("mariadb-devel", &["mariadb-connector-c"]),
    ("ncurses-devel", &["ncurses-libs"]),
    ("openssl-devel", &["openssl-libs"]),
    ("postgresql-devel", &["libpq"]),
    ("sqlite-devel", &["sqlite-libs"]),
    ("zlib-devel", &["zlib"]),
];

/// The JREs that take the place of Debian's JDKs.
const JDKS: &[(&str, &[&str])] = &[
    ("openjdk-7-jdk", &["openjdk-7-jre-headless"]),
    ("openjdk-8-jdk", &["openjdk-8-jre-headless"]),
    ("openjdk-11-jdk", &["openjdk-11-jre-headless"]),
    ("openjdk-17-jdk", &["openjdk-17-jre-headless"]),
    ("openjdk-21-jdk", &["openjdk-21-jre-headless"]),
    ("openjdk-25-jdk", &["openjdk-25-jre-headless"]),
];

/// What `package` means on a system with this package manager.
pub(super) fn role(package: &str, system: System) -> Role {
    // `gcc-12`, `llvm-15-dev`: the version does not matter.
    let plain = package.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end_matches('-');
    let list = match system {
        System::Apk => ALPINE,
        System::Rpm => RPM,
        _ => DEBIAN,
    };
    let find = |list: &[(&str, &'static [&'static str])]| {
        list.iter()
            .find(|(name, _)| *name == package)
            .map(|(_, libraries)| Role::Replaced(libraries.to_vec()))
    };
    if let Some(found) = find(list) {
        return found;
    }
    let jdk = package.strip_suffix("-headless").unwrap_or(package);
    if let Some((_, jre)) = JDKS.iter().find(|(name, _)| *name == jdk) {
        return Role::Replaced(jre.to_vec());
    }
    let is_build = BUILD.binary_search(&package).is_ok()
        || BUILD.binary_search(&plain).is_ok()
        || BUILD_PREFIXES.iter().any(|it| package.starts_with(it));
    if is_build {
        return Role::Build;
    }
    if package.ends_with("-dev") || package.ends_with("-devel") || package.ends_with("-headers") {
        return Role::Unknown;
    }
    Role::Runtime
}

const BUILD_PREFIXES: &[&str] = &["linux-headers-", "kernel-headers", "@development"];

/// The name that a library's package has in the release under `image`, where that is an older one.
pub(super) fn in_release(package: &str, image: &str) -> String {
    // Debian by number; Ubuntu counts as the Debian that it was made from.
    const RELEASES: [(&[&str], u32); 8] = [
        (&["jessie", "debian:8", "xenial", "ubuntu:16.04"], 8),
        (&["stretch", "debian:9"], 9),
        (&["buster", "debian:10", "bionic", "ubuntu:18.04"], 10),
        (&["bullseye", "debian:11", "focal", "ubuntu:20.04"], 11),
        (&["bookworm", "debian:12", "jammy", "ubuntu:22.04"], 12),
        (&["trixie", "debian:13", "noble", "ubuntu:24.04"], 13),
        (&["forky", "sid"], 14),
        (&[""], 12),
    ];
    /// The library, the last release that has the older name, that name.
    const OLDER: [(&str, u32, &str); 13] = [
        ("libcurl4", 9, "libcurl3"),
        ("libevent-2.1-7", 10, "libevent-2.1-6"),
        ("libffi8", 10, "libffi6"),
        ("libffi8", 11, "libffi7"),
        ("libmariadb3", 9, "libmariadbclient18"),
        ("libncurses6", 9, "libncurses5"),
        ("libreadline8", 10, "libreadline7"),
        ("libssl3", 8, "libssl1.0.0"),
        ("libssl3", 11, "libssl1.1"),
        ("libtiff6", 11, "libtiff5"),
        ("libwebp7", 11, "libwebp6"),
        ("libonig5", 9, "libonig4"),
        ("libargon2-1", 9, "libargon2-0"),
    ];
    let found = RELEASES.iter().find(|(names, _)| names.iter().any(|name| image.contains(name)));
    let release = found.map_or(12, |(_, release)| *release);
    let older = OLDER.iter().find(|(name, last, _)| *name == package && release <= *last);
    older.map_or(package, |(_, _, name)| name).to_owned()
}

/// The RUN that installs `packages`; none where the system has no package manager.
pub(super) fn install(system: System, packages: &[String]) -> Option<String> {
    let list = packages.join(" ");
    match system {
        System::Apt => Some(format!(
            "apt-get update && apt-get install -y --no-install-recommends {list} && rm -rf /var/lib/apt/lists/*"
        )),
        System::Apk => Some(format!("apk add --no-cache {list}")),
        System::Rpm => Some(format!("dnf install -y {list} && dnf clean all")),
        System::Microdnf => Some(format!("microdnf install -y {list} && microdnf clean all")),
        System::None | System::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_searched() {
        let mut sorted = BUILD.to_vec();
        sorted.sort_unstable();
        assert_eq!(BUILD, sorted);
    }

    #[test]
    fn compilers_stay_and_libraries_go() {
        for package in ["gcc", "g++-12", "make", "git", "linux-headers-generic", "python3-dev"] {
            assert_eq!(role(package, System::Apt), Role::Build, "{package}");
        }
        assert_eq!(role("libpq-dev", System::Apt), Role::Replaced(vec!["libpq5"]));
        assert_eq!(role("postgresql-dev", System::Apk), Role::Replaced(vec!["libpq"]));
        assert_eq!(
            role("openjdk-17-jdk-headless", System::Apt),
            Role::Replaced(vec!["openjdk-17-jre-headless"])
        );
        assert_eq!(role("libfoo-dev", System::Apt), Role::Unknown);
        for package in ["curl", "tzdata", "ca-certificates", "libpq5", "nginx", "ffmpeg"] {
            assert_eq!(role(package, System::Apt), Role::Runtime, "{package}");
        }
    }

    #[test]
    fn names_follow_the_release() {
        assert_eq!(in_release("libssl3", "debian:bullseye-slim"), "libssl1.1");
        assert_eq!(in_release("libssl3", "debian:bookworm-slim"), "libssl3");
        assert_eq!(in_release("libpq5", "debian:bullseye-slim"), "libpq5");
        assert_eq!(in_release("libssl3", "debian:8"), "libssl1.0.0");
        assert_eq!(in_release("libffi8", "python:3.7-slim-buster"), "libffi6");
        assert_eq!(in_release("libffi8", "python:3.12-slim"), "libffi8");
    }

    #[test]
    fn the_install_fits_the_system() {
        let packages = ["a".to_owned(), "b".to_owned()];
        assert_eq!(install(System::Apk, &packages).as_deref(), Some("apk add --no-cache a b"));
        assert_eq!(install(System::None, &packages), None);
    }
}
