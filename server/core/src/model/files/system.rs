//! Package managers of the system and their like. They write into the folders of the system, where nobody lists what a
//! package brings; but for some packages and commands everybody knows a path, because images from scratch take it.

use super::script::{Call, Script};
use super::{How, Kind};

/// What packages are installed for: a package, and what it brings.
const PACKAGES: [(&str, &str); 3] = [
    ("ca-certificates", "/etc/ssl/certs"),
    ("tzdata", "/usr/share/zoneinfo"),
    ("mailcap", "/etc/mime.types"),
];

/// What is known to be written beside what nobody knows: the command, and paths.
const COMMANDS: [(&str, &[&str]); 7] = [
    ("useradd", &["/etc/passwd", "/etc/group"]),
    ("adduser", &["/etc/passwd", "/etc/group"]),
    ("usermod", &["/etc/passwd", "/etc/group"]),
    ("groupadd", &["/etc/group"]),
    ("addgroup", &["/etc/group"]),
    ("update-ca-certificates", &["/etc/ssl/certs"]),
    ("ldconfig", &["/etc/ld.so.cache"]),
];

/// Adds what a call makes, if it is one that writes into the folders of the system; whether it is.
pub(super) fn run(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) -> bool {
    match call.program() {
        "apt-get" | "apt" | "apk" | "yum" | "dnf" | "microdnf" | "zypper" | "pacman" | "dpkg" | "rpm"
        | "tdnf" | "apt-key" | "add-apt-repository" | "xx-apk" | "xx-apt" | "xx-apt-get" => {
            packages(script, call);
        }
        "useradd"
        | "adduser"
        | "groupadd"
        | "addgroup"
        | "usermod"
        | "update-ca-certificates"
        | "ldconfig" => writes(script, call),
        "locale-gen"
        | "update-alternatives"
        | "dpkg-reconfigure"
        | "debconf-set-selections"
        | "apt-mark"
        | "update-locale"
        | "fc-cache"
        | "setcap"
        | "systemctl"
        | "gem"
        | "cpanm"
        | "cpan"
        | "luarocks"
        | "pecl"
        | "pear"
        | "docker-php-ext-install"
        | "docker-php-ext-configure"
        | "docker-php-ext-enable"
        | "install-php-extensions" => script.may_put(call, "/", Kind::Tree, How::System),
        _ => return false,
    }
    true
}

/// Packages go into the folders of the system, or into another root that is named.
fn packages(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    let root = call.value(&["--installroot", "--root", "--initdb-root"]);
    let short = (call.program() == "apk").then(|| call.value(&["-p"])).flatten();
    if let Some(root) = root.or(short) {
        return script.make(&root, Kind::Tree, How::Command);
    }
    if matches!(call.verb(), "update" | "clean" | "autoclean" | "remove" | "purge" | "autoremove" | "del") {
        return script.may_put(call, "/var", Kind::Tree, How::System);
    }
    script.may_put(call, "/", Kind::Tree, How::System);
    if call.says(&["install", "add", "-S", "-Sy", "-Syu"]) {
        for (_, path) in PACKAGES.iter().filter(|it| call.says(&[it.0])) {
            script.put_by(call, path, Kind::Tree, How::Convention);
        }
    }
}

/// Files of the system that a command is there to write.
fn writes(script: &mut Script<'_, '_, '_, '_>, call: &Call<'_>) {
    script.may_put(call, "/etc", Kind::Tree, How::System);
    let written = COMMANDS.iter().filter(|it| it.0 == call.program()).flat_map(|it| it.1);
    for path in written {
        let kind = if *path == "/etc/ssl/certs" { Kind::Tree } else { Kind::File };
        script.put_by(call, path, kind, How::Convention);
    }
}
