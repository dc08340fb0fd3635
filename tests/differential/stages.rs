//! Dockerfiles that can be read, most of them, so that there is something to build: stages upon stages, variables that
//! are set, unset, global or inherited, and the words that BuildKit judges only once it knows what they become.
//!
//! One error hides what stands behind it, so wrong words are rare, and how rare is drawn for each file.

use crate::random::Random;

#[rustfmt::skip]
const HEADS: &[&str] = &[
    "# check=skip=all\n", "# check=error=true\n", "# check=skip=StageNameCasing,JSONArgsRecommended\n",
    "# check=experimental=all\n", "# check=experimental=CopyIgnoredFile;skip=UndefinedVar\n",
    "# check=skip=all;error=true\n", "# escape=`\n", "# syntax=docker/dockerfile:1\n", "# syntax=a\n# check=skip=UndefinedVar\n",
];

#[rustfmt::skip]
const SKIPS: &[&str] = &[
    "# check=skip=all\n", "# check=skip=UndefinedVar\n", "# check=skip=StageNameCasing,FromAsCasing\n", "#check=skip=LegacyKeyValueFormat\n",
    "# check=error=true\n", "# check=experimental=all\n", "# check=skip=\n", "# a comment\n", "# a says what it is\n", "# b says it\n",
    "#\n", "# A=1\n", "\n",
];

const NAMES: &[&str] =
    &["A", "B", "C", "AA", "TOKEN", "DB_PASSWORD", "PATH", "TAG", "PUBLIC_KEY", "a", "HOME"];

#[rustfmt::skip]
const GLOBALS: &[&str] = &[
    "A", "B", "TAG", "IMAGE", "PLATFORM", "TARGETPLATFORM", "TARGETARCH", "BUILDPLATFORM", "TARGETSTAGE", "API_KEY",
];

#[rustfmt::skip]
const WILD_GLOBALS: &[&str] = &["SOURCE_DATE_EPOCH", "BUILDKIT_SBOM_SCAN_STAGE", "PATH", "é", "a.b", "A=1 B", "HTTP_PROXY"];

#[rustfmt::skip]
const VARIABLES: &[&str] = &[
    "$A", "${A}", "${B:-b}", "${C:+c}", "$PATH", "\"$A\"", "'$A'", "\\$A", "$AA", "${TAG}", "$TARGETARCH", "${B-}", "${A:+$B}",
    "${A:-${B:-c}}", "$HOME", "$a",
];

#[rustfmt::skip]
const WILD_VARIABLES: &[&str] = &[
    "$UNKNOWN", "${A?}", "${B:?}", "${A:?no value}", "${A#a}", "${A##*/}", "${A%b}", "${A%%?}", "${A/a/b}", "${A//a/b}", "${A#\\*}",
    "${A#\\x}", "${A", "$", "${}", "${A!b}", "$1", "$@", "${A:}", "\"$A", "'$A", "${A:-\"}", "$BUILDKIT_SBOM_SCAN_STAGE", "${PATHS}",
    "${A//\\//$B}", "${A%\\\\}", "$é", "${½}", "`$A", "${AAA}", "$TARGETSTAGE", "${UNKNOWN:-$NONE}", "${UNKNOWN:+$NONE}",
];

#[rustfmt::skip]
const PLAIN: &[&str] = &["a", "b", "/a", "c/d", "1", "0", "80", "x y", "", "a.b", "alpine", "scratch", "latest", "linux/amd64", "."];

#[rustfmt::skip]
const IMAGES: &[&str] = &[
    "alpine", "alpine:3", "scratch", "a", "b", "c", "base", "localhost/a:1", "a.b:5000/c/d", "busybox", "alpine:$TAG", "$IMAGE",
    "${IMAGE:-alpine}", "$A", "a$B", "\"alpine\"", "base-$TARGETARCH",
];

#[rustfmt::skip]
const WILD_IMAGES: &[&str] = &[
    "Alpine", "A", "alpine:", "a@sha256:0", "a//b", "-a", "a_b__c/d.e", "http://a", "$UNKNOWN", "'a", "0", "1", "SCRATCH",
    "a@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "LOCALHOST/a", "a:b:c", "a/B", "context", "é",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "[::1]:1/a", "a:b/c", "${A:?}", "a..b", "a---b", "a@b",
];

#[rustfmt::skip]
const STAGES: &[&str] = &["a", "b", "c", "base", "base-amd64", "linux", "final"];

#[rustfmt::skip]
const WILD_STAGES: &[&str] = &["A", "Base", "scratch", "context", "a", "alpine", "stage-1", "1a", "a b", "$A", "é", "SCRATCH"];

#[rustfmt::skip]
const PLATFORMS: &[&str] = &["linux/amd64", "$BUILDPLATFORM", "$TARGETPLATFORM", "${PLATFORM:-linux/arm64}", "linux/$TARGETARCH"];

#[rustfmt::skip]
const WILD_PLATFORMS: &[&str] = &[
    "linux", "amd64", "windows", "windows/amd64", "a", "a/b", "a/b/c", "a/b/c/d", "$PLATFORM", "$UNKNOWN", "", "'linux/amd64'",
    "${TARGETPLATFORM}$A", "Linux/AMD64", "linux/arm/v7", "linux/x86_64", "windows(10.0.1)/amd64", "linux()/a", "linux/arm64/v8",
    "$A$TARGETPLATFORM", "macos", "linux(1)", "lin(ux/a", "linux+a", "linux(1+a,b)/amd64", "a_b/c-d.e", "local",
];

#[rustfmt::skip]
const FROMS: &[&str] = &["a", "b", "c", "base", "0", "1", "alpine", "A", "BASE", "final"];

#[rustfmt::skip]
const WILD_FROMS: &[&str] = &[
    "2", "9", "-1", "+0", "01", "Alpine", "$A", "scratch", "SCRATCH", "context", "", "a:b:c", "\\a", "'a'", "0x1", "é", "$", "a$", "1_0",
    "99999999999999999999", "stage-0", "\"\"",
];

#[rustfmt::skip]
const PATHS: &[&str] = &["a", "/a", ".", "./", "../a", "a/", "b*", "/", "a:b", "c\\d", "./a/./b", "github.com/a/b"];

#[rustfmt::skip]
const WILD_PATHS: &[&str] = &[
    "http://a/b", "https://a/b.git", "https://a/b.git#c:d", "git@a:b", "git@a.b:c/d.git#e", "git://a/b", "ssh://git@a/b", "ftp://a/b",
    "https://a/b.git?ref=c", "https://a/b.git?ref=c#d", "https://a/b.git?x=1", "github.com/a?b", "HTTP://a/b.git", "https://a b.git",
    "https://a/b.git?ref=", "https://a/b.git?keep-git-dir=x", "https://a/%zz.git", "https://a:b/c.git", "git@a", "git@a:b?c", "git@a:b?c;",
    "https://a/b.git?commit=0", "https://a/b.git?submodules", "git@a_b:c", "a@b:c", "https://[::1]/a.git", "https://a/b%2Egit", "https://",
    "git@a:b#c?d=e", "git@a:b?ref=x#y", "ssh://a:b", "git:///a", "https://a/b.git?subdir=x#:x/", "https://a/b.git?subdir=x#:y",
    "https://a/b.git?tag=x&branch=x", "https://a/b.git?mtime=commit", "https://a/b.git?mtime=x", "https://u:p@a/b.git", "https://a\\b/c.git",
    "http://a/b.git?checksum=0&keep-git-dir=true", "C:\\a", "C:/a", "c:", "\\\\a\\b", "d:\\a", "https://a@b@c/d.git", "git@a:\u{a0}b",
];

const OCTALS: &[&str] = &["755", "0644", "u+x", "a=rX", "go-w,u=rw", "$A"];

#[rustfmt::skip]
const WILD_OCTALS: &[&str] = &[
    "", "7-", "999", "10000", "7777", "u", "u+x,", ",u+x", "u+q", "+x", "-", "=", "a+a", "ugo=u", "u+x g+x", "0o7", "+7", "07_7", "0x1",
    "99999999999", "u+x-w=r", "augo+rwxXst", "é", "4294967295", "40000000000", "037777777777", "\"u+x\"",
];

#[rustfmt::skip]
const CHECKSUMS: &[&str] = &[
    "", "e", "sha256:", "sha256:0", ":", "md5:0", "a:b", "$A", "${C:-e}", "0123456789012345678901234567890123456789",
    "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "sha256:Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "sha256+b:a",
];

#[rustfmt::skip]
const MOUNTS: &[&str] = &[
    "type=cache,target=/c", "target=/a", "type=bind,from=a,target=/b", "type=secret,id=x", "type=ssh", "type=tmpfs,target=/t,size=1g",
    "type=cache,target=c,sharing=locked,id=$A", "type=secret,id=x,env=Y,required", "from=base,source=/a,target=/b,ro", "target=$PATH",
    "type=cache,target=/c,uid=1,gid=2,mode=0755", "type=bind,from=0,target=/a", "type=ssh,id=a,target=/s,mode=0600",
];

#[rustfmt::skip]
const WILD_MOUNTS: &[&str] = &[
    "type=cache", "type=cache,target=", "type=cache,target=$A", "target=/", "target=.", "target=..", "target=a/..", "target=//", "target=/.",
    "type=$A", "type=$B,target=/a", "type=x", "type=CACHE,TARGET=/a", "type=tmpfs,target=/a,size=$A", "type=tmpfs,target=/a,size=1x",
    "type=tmpfs,target=/a,size=1 kb", "type=tmpfs,target=/a,size=-1", "type=tmpfs,size=.,target=/a", "type=tmpfs,size=1.5kib,target=/a",
    "size=1,target=/a", "type=tmpfs,target=/a,size=1kibi", "type=tmpfs,target=/a,size=0x1p4", "type=tmpfs,target=/a,size=1e3", "required",
    "type=secret", "type=secret,id=", "type=secret,id=$A", "type=secret,source=a,id=b", "type=secret,src=$A,id=b", "type=secret,from=a,id=b",
    "type=secret,target=/", "type=ssh,source=a", "type=ssh,required=maybe", "type=ssh,from=a", "type=cache,target=/a,sharing=x",
    "type=cache,target=/a,sharing=$A", "sharing=shared,target=/a", "type=cache,target=/a,mode=9", "mode=1,target=/a", "uid=$A,target=/a",
    "type=cache,target=/a,uid=-1", "type=cache,target=/a,uid=+1", "type=cache,target=/a,gid=4294967296", "target=/a,ro=$A", "target=/a,rw=1",
    "target=/a,readonly=x", "$A=b,target=/a", "a$B=c", "target=/a,env=x", "type=bind,from=,target=/a", "from=$A,target=/a", "from=$,target=/a",
    "type=cache,from=c,target=/a", "from=Alpine,target=/a", "from=alpine,target=/a", "from=BASE,target=/a", "target=${A?}", "target=\\/a",
    "type=tmpfs,from=a,target=/a", "\"target=/a,b\"", "dst=/a,target=", "target=/a,dst=$A", "type=cache,target=/a,mode=$B", "type=ſecret,id=a",
];

#[rustfmt::skip]
const PORTS: &[&str] = &["80", "80/tcp", "$A", "8000-8010", "443/udp", "${B:-80}", "\"80 81\"", "53/sctp"];

#[rustfmt::skip]
const WILD_PORTS: &[&str] = &[
    "80/TCP", "80/x", "0", "65535", "65536", "-1", "80-", "-80", "81-80", "80:80", "1.2.3.4:80:80", "[::1]:80:80", "::80", "a", "80/", "/tcp",
    "80/tcp/1", "", "''", "+80", "8_0", "080", "80-80", "80-81:90", "90:80-81", "90-91:80-81", "1.2.3:80:80", "[1.2.3.4]:80:80", "[::1:80:80",
    "$UNKNOWN", "${A:-80 81}", "\"80\u{a0}81\"", "１", "1:2:3:4", "::1:80:80", "[::1%a]:80:80", "01.2.3.4:80:80", "[]:80:80", "80-081",
];

#[rustfmt::skip]
const SIGNALS: &[&str] = &["SIGTERM", "9", "$A", "sigint", "KILL"];

#[rustfmt::skip]
const WILD_SIGNALS: &[&str] = &[
    "0", "-1", "65", "SIGRTMIN+3", "SIGRTMAX-1", "SIGRTMIN+16", "SIGX", "", "SIG", "1_0", "+9", "SIGTERM ", "${A?}", "SIGCLD", "SIGSTKFLT",
    "99999999999999999999", "TERM TERM", "sIgTeRm", "SIGPOLL", "SIGRTMIN+0", "RTMIN", "ſIGTERM", "SIGUNUSED", "SIGEMT", "SIGINFO",
];

/// A Dockerfile that is likely to be read to its end.
pub(crate) fn dockerfile(random: &mut Random) -> String {
    let wild = [6, 15, 40, 200][random.below(4)];
    let mut writer = Writer { random, text: String::new(), wild };
    writer.file();
    writer.text
}

struct Writer<'a> {
    random: &'a mut Random,
    text: String,
    /// One choice in so many is a wild one.
    wild: usize,
}

impl Writer<'_> {
    fn file(&mut self) {
        if self.random.once_in(4) {
            self.put(HEADS, HEADS);
        }
        for _ in 0..[0, 0, 1, 2, 3][self.random.below(5)] {
            self.above();
            self.keyword("ARG");
            self.global();
            self.text.push('\n');
        }
        for _ in 0..1 + self.random.below(5) {
            self.above();
            self.from();
            for _ in 0..self.random.below(6) {
                self.above();
                self.instruction(0);
                self.text.push('\n');
            }
        }
    }

    fn put(&mut self, tame: &[&str], wild: &[&str]) {
        let of = if self.random.once_in(self.wild) { wild } else { tame };
        let piece = self.random.pick(of);
        self.text.push_str(piece);
    }

    /// A comment above an instruction, now and then.
    fn above(&mut self) {
        if self.random.once_in(12) {
            self.put(SKIPS, SKIPS);
        }
    }

    fn keyword(&mut self, keyword: &str) {
        match self.random.below(self.wild * 3) {
            0 => self.text.push_str(&keyword.to_lowercase()),
            1 => {
                self.text.push_str(&keyword[..1]);
                self.text.push_str(&keyword[1..].to_lowercase());
            }
            _ => self.text.push_str(keyword),
        }
        self.text.push(' ');
    }

    /// What a word becomes is what counts, so many words are variables.
    fn value(&mut self) {
        for _ in 0..[1, 1, 1, 2][self.random.below(4)] {
            if self.random.once_in(2) {
                self.put(VARIABLES, WILD_VARIABLES);
            } else {
                let plain = self.random.pick(PLAIN);
                let quoted = plain.contains(' ') || plain.is_empty() && self.random.once_in(2);
                self.text.push_str(&if quoted { format!("\"{plain}\"") } else { plain.to_owned() });
            }
        }
    }

    fn global(&mut self) {
        self.put(GLOBALS, WILD_GLOBALS);
        match self.random.below(4) {
            0 => {}
            1 => {
                self.text.push('=');
                self.put(IMAGES, WILD_IMAGES);
            }
            2 => {
                self.text.push('=');
                self.put(PLATFORMS, WILD_PLATFORMS);
            }
            _ => {
                self.text.push('=');
                self.value();
            }
        }
    }

    fn from(&mut self) {
        self.keyword("FROM");
        if self.random.once_in(5) {
            self.text.push_str("--platform=");
            self.put(PLATFORMS, WILD_PLATFORMS);
            self.text.push(' ');
        }
        self.put(IMAGES, WILD_IMAGES);
        if !self.random.once_in(3) {
            self.put(&[" AS ", " AS ", " as "], &[" As ", "\tAS\t", " aſ "]);
            self.put(STAGES, WILD_STAGES);
        }
        self.text.push('\n');
    }

    fn instruction(&mut self, depth: usize) {
        match self.random.below(20) {
            0..=2 => self.pairs(),
            3 | 4 => {
                self.keyword("ARG");
                for _ in 0..1 + self.random.below(2) {
                    self.put(NAMES, GLOBALS);
                    if self.random.once_in(2) {
                        self.text.push('=');
                        self.value();
                    }
                    self.text.push(' ');
                }
            }
            5..=8 => self.copy(),
            9 | 10 => self.run(),
            11 => self.one("WORKDIR", PATHS, WILD_PATHS),
            12 => self.several("VOLUME", PATHS, &["\"\"", "$A", "$C", "''"]),
            13 => self.several("EXPOSE", PORTS, WILD_PORTS),
            14 => self.one("STOPSIGNAL", SIGNALS, WILD_SIGNALS),
            15 => self.one("USER", &["a", "$A", "0:0"], WILD_VARIABLES),
            16 => self.command(),
            17 if depth == 0 => {
                self.keyword("ONBUILD");
                self.instruction(1);
            }
            18 => self.one("MAINTAINER", &["a b"], WILD_VARIABLES),
            _ => self.one("SHELL", &["[\"a\"]", "[\"/bin/bash\", \"-c\"]"], &["a", "[]"]),
        }
    }

    fn pairs(&mut self) {
        let keyword = self.random.pick(&["ENV", "ENV", "LABEL"]);
        self.keyword(keyword);
        if self.random.once_in(8) {
            self.put(NAMES, WILD_VARIABLES);
            self.text.push(' ');
            return self.value();
        }
        for _ in 0..1 + self.random.below(3) {
            self.put(NAMES, VARIABLES);
            self.text.push('=');
            self.value();
            self.text.push(' ');
        }
    }

    fn copy(&mut self) {
        let keyword = self.random.pick(&["COPY", "COPY", "ADD"]);
        self.keyword(keyword);
        if keyword == "COPY" && self.random.once_in(2) {
            self.text.push_str("--from=");
            self.put(FROMS, WILD_FROMS);
            self.text.push(' ');
        }
        if self.random.once_in(6) {
            self.text.push_str("--chmod=");
            self.put(OCTALS, WILD_OCTALS);
            self.text.push(' ');
        }
        if self.random.once_in(8) {
            self.text.push_str("--chown=");
            self.value();
            self.text.push(' ');
        }
        if keyword == "ADD" && self.random.once_in(4) {
            self.put(&["--keep-git-dir "], &["--keep-git-dir=false ", "--unpack ", "--link "]);
        }
        if keyword == "ADD" && self.random.once_in(2 + self.wild / 4) {
            self.text.push_str("--checksum=");
            self.put(CHECKSUMS, CHECKSUMS);
            self.text.push(' ');
        }
        for _ in 0..1 + self.random.below(2) {
            if self.random.once_in(4) {
                self.value();
            } else {
                self.put(PATHS, WILD_PATHS);
            }
            self.text.push(' ');
        }
        if self.random.once_in(8) {
            self.text.push_str("<<EOF /x\n");
            for _ in 0..self.random.below(3) {
                self.value();
                self.put(&["\n"], &[" \"\n", "'\n", "\\\n", "\\$A\n"]);
            }
            self.text.push_str("EOF");
        } else {
            self.put(PATHS, VARIABLES);
        }
    }

    fn run(&mut self) {
        self.keyword("RUN");
        for _ in 0..self.random.below(3) {
            self.text.push_str("--mount=");
            if self.random.once_in(1 + self.wild / 4) {
                self.put(WILD_MOUNTS, WILD_MOUNTS);
            } else {
                self.put(MOUNTS, WILD_MOUNTS);
            }
            self.text.push(' ');
        }
        self.put(&["a", "a $B", "[\"a\"]"], &["<<EOF\na\nEOF", "${A", "\"$A", "--network=none a"]);
    }

    fn one(&mut self, keyword: &str, tame: &[&str], wild: &[&str]) {
        self.keyword(keyword);
        if self.random.once_in(4) {
            self.put(VARIABLES, WILD_VARIABLES);
        } else {
            self.put(tame, wild);
        }
    }

    fn several(&mut self, keyword: &str, tame: &[&str], wild: &[&str]) {
        self.keyword(keyword);
        if keyword == "VOLUME" && self.random.once_in(4) {
            self.text.push_str("[\"/a\", \"");
            self.put(VARIABLES, WILD_VARIABLES);
            self.text.push_str("\"]");
            return;
        }
        for _ in 0..1 + self.random.below(2) {
            self.put(tame, wild);
            self.text.push(' ');
        }
    }

    fn command(&mut self) {
        let keyword = self.random.pick(&["CMD", "ENTRYPOINT", "HEALTHCHECK"]);
        self.keyword(keyword);
        if keyword == "HEALTHCHECK" {
            self.put(&["CMD ", "--interval=5s CMD ", "cmd "], &["NONE\n#", "--retries=0 CMD "]);
        }
        self.put(&["a b", "[\"a\", \"b\"]", "$A"], &["[]", "[\"a\" ]", "[a]", "<<EOF"]);
    }
}
