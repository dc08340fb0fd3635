//! What a source of COPY or ADD is: a path, a file to fetch, or a Git repository.

use std::collections::BTreeMap;

/// The parameters of a Git repository's address.
const PARAMETERS: [&str; 10] = [
    "branch",
    "checksum",
    "commit",
    "fetch-by-commit",
    "keep-git-dir",
    "mtime",
    "ref",
    "subdir",
    "submodules",
    "tag",
];

/// Where a source comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Remote {
    /// The build context.
    Local,
    /// The build context too, but it reads like a Git repository: `github.com/a/b`.
    GithubPath,
    /// A server, by HTTP.
    Http,
    /// A Git repository.
    Git(Git),
    /// It looks like a Git repository, but what stands behind its `?` is wrong.
    BadGit(QueryFault),
}

/// What the address of a Git repository says beside its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Git {
    /// The commit that has to be found.
    pub(crate) checksum: Option<String>,
    /// Whether `.git` is kept.
    pub(crate) keep_git_dir: Option<bool>,
}

/// What is wrong with a parameter of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QueryFault {
    /// BuildKit knows no parameter of that name.
    Unknown(String),
    /// It has no value, or more than one, or one that it cannot have.
    BadValue(String),
    /// Two parts of the address say where to look, and not the same.
    Conflict(&'static str),
}

/// Says what BuildKit takes `source` for.
pub(crate) fn remote(source: &str) -> Remote {
    let is_http = source.starts_with("http://") || source.starts_with("https://");
    let otherwise = if is_http { Remote::Http } else { Remote::Local };
    let Some(address) = git_address(source) else { return otherwise };
    match address.git() {
        // Without a scheme it cannot be told from a path, so it is one.
        Ok(_) if source.starts_with("github.com/") => Remote::GithubPath,
        Ok(git) => Remote::Git(git),
        Err(fault) => Remote::BadGit(fault),
    }
}

/// The page on the web that shows what is fetched: a file itself, or a repository where its host shows one under the
/// same path, as the usual ones do.
pub(crate) fn page(source: &str) -> Option<String> {
    match remote(source) {
        Remote::Http => Some(source.to_owned()),
        Remote::Git(_) => repository_page(source),
        Remote::Local | Remote::GithubPath | Remote::BadGit(_) => None,
    }
}

fn repository_page(source: &str) -> Option<String> {
    let place = source.split(['#', '?']).next().unwrap_or_default();
    let (is_web, place) = match place.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase().starts_with("http"), rest.to_owned()),
        // `user@host:path`
        None => (false, place.replacen(':', "/", 1)),
    };
    let (authority, path) = place.split_once('/')?;
    let host = authority.rsplit_once('@').map_or(authority, |it| it.1);
    // The port of another protocol is not that of the page.
    let host = if is_web { host } else { host.split(':').next().unwrap_or_default() };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (!host.is_empty() && !path.is_empty()).then(|| format!("https://{host}/{path}"))
}

/// An address, as far as BuildKit asks what it says.
struct Address<'a> {
    parameters: BTreeMap<String, Vec<String>>,
    fragment: &'a str,
}

/// Takes a Git repository's address apart; none where `source` is none.
fn git_address(source: &str) -> Option<Address<'_>> {
    if source.starts_with("github.com/") {
        return url(source, "").map(|(_, address)| address);
    }
    let (scheme, rest) = match source.split_once("://") {
        Some((scheme, rest)) if is_word(scheme) => (scheme.to_ascii_lowercase(), rest),
        _ => return short_ssh(source),
    };
    let (path, address) = match scheme.as_str() {
        "http" | "https" | "ssh" | "git" => url(rest, &scheme)?,
        _ => return None,
    };
    (!scheme.starts_with("http") || path.ends_with(".git")).then_some(address)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `user@host:path`, with parameters and a fragment perhaps.
fn short_ssh(source: &str) -> Option<Address<'_>> {
    let (user, rest) = source.split_once('@')?;
    let (host, rest) = rest.split_once(':')?;
    let is_part = |text: &str, extra: char| {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == extra;
        !text.is_empty() && text.chars().all(is_letter)
    };
    if !is_part(user, '_') || !is_part(host, '.') || rest.contains('\n') {
        return None;
    }
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let (parameters, whole) = parameters(query);
    whole.then_some(Address { parameters, fragment })
}

/// An address behind its `://`, with its path; none where it is malformed.
fn url<'a>(text: &'a str, scheme: &str) -> Option<(String, Address<'a>)> {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return None;
    }
    unescaped(fragment)?;
    let (text, query) = text.split_once('?').unwrap_or((text, ""));
    let path = if scheme.is_empty() {
        text
    } else {
        let (authority, path) = text.split_at(text.find('/').unwrap_or(text.len()));
        if !is_authority(authority, scheme) {
            return None;
        }
        path
    };
    let path = unescaped(path)?;
    Some((path, Address { parameters: parameters(query).0, fragment }))
}

/// `user@host:port`.
fn is_authority(text: &str, scheme: &str) -> bool {
    let (user, host) = text.rsplit_once('@').unwrap_or(("", text));
    let is_user = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
    if !user.chars().all(is_user) || unescaped(user).is_none() {
        return false;
    }
    if let Some(rest) = host.strip_prefix('[') {
        let Some((address, port)) = rest.rsplit_once(']') else { return false };
        return address.parse::<std::net::Ipv6Addr>().is_ok() && is_port(port);
    }
    let colon = if scheme.starts_with("http") { host.find(':') } else { host.rfind(':') };
    let (name, port) = host.split_at(colon.unwrap_or(host.len()));
    is_port(port) && is_host(name)
}

fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A host's name: only what is no ASCII may be escaped in it, and the `%` itself.
fn is_host(text: &str) -> bool {
    let is_letter =
        |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:]<>\"%".contains(c);
    let mut escapes = text.split('%').skip(1);
    let escaped = escapes.all(|it| it.starts_with(|c: char| !matches!(c, '0'..='7')) || it.starts_with("25"));
    text.chars().all(is_letter) && escaped && unescaped(text).is_some()
}

/// The text with `%2f` and the like resolved; none where a `%` stands alone.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend(parts.next().unwrap_or_default().bytes());
    for part in parts {
        let digits = part.get(..2).filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(part.bytes().skip(2));
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The parameters of `a=b&c`, each with its values, and whether all of them can be read.
fn parameters(query: &str) -> (BTreeMap<String, Vec<String>>, bool) {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut whole = true;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let read = |text: &str| unescaped(&text.replace('+', " "));
        match (read(name), read(value)) {
            (Some(name), Some(value)) if !pair.contains(';') => found.entry(name).or_default().push(value),
            _ => whole = false,
        }
    }
    (found, whole)
}

impl Address<'_> {
    /// What it says of the repository, or what is wrong with that.
    fn git(&self) -> Result<Git, QueryFault> {
        let mut git = Git::default();
        for (name, values) in &self.parameters {
            if !PARAMETERS.contains(&name.as_str()) {
                return Err(QueryFault::Unknown(name.clone()));
            }
            let bad = || QueryFault::BadValue(name.clone());
            let [value] = values.as_slice() else { return Err(bad()) };
            let switch = || if value.is_empty() { Ok(true) } else { boolean(value).ok_or_else(bad) };
            match name.as_str() {
                "submodules" | "fetch-by-commit" => drop(switch()?),
                "keep-git-dir" => git.keep_git_dir = Some(switch()?),
                _ if value.is_empty() => return Err(bad()),
                "checksum" | "commit" => git.checksum = Some(value.clone()),
                "mtime" if !matches!(value.as_str(), "checkout" | "commit") => return Err(bad()),
                _ => {}
            }
        }
        self.conflict().map_or(Ok(git), Err)
    }

    /// The fragment and the parameters can each name a reference and a directory.
    fn conflict(&self) -> Option<QueryFault> {
        let value = |name: &str| self.parameters.get(name).and_then(|values| values.first());
        let under = |name: &str, prefix: &str| {
            value(name).map(|it| if it.starts_with(prefix) { it.clone() } else { format!("{prefix}{it}") })
        };
        let (written, directory) = self.fragment.split_once(':').unwrap_or((self.fragment, ""));
        let directory = clean(directory);
        if value("subdir").is_some_and(|it| !directory.is_empty() && *it != directory) {
            return Some(QueryFault::Conflict("subdir"));
        }
        let written = Some(written.to_owned()).filter(|it| !it.is_empty());
        let named =
            [written, value("ref").cloned(), under("tag", "refs/tags/"), under("branch", "refs/heads/")];
        let mut named = named.into_iter().flatten();
        let first = named.next()?;
        named.any(|it| it != first).then_some(QueryFault::Conflict("ref"))
    }
}

/// A path below the root, without its leading slash and without detours.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What BuildKit reads as a truth value.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_files() {
        for source in ["a", "./git@a:b", "ftp://a/b.git", "a@b", "a@b c:d", "ssh://a b/c", "git://%/a"] {
            assert_eq!(remote(source), Remote::Local, "{source}");
        }
        for source in
            ["http://", "https://a/b.tar", "https://a/b.git/", "https://a/b.git%", "http://a:b:1/c.git"]
        {
            assert_eq!(remote(source), Remote::Http, "{source}");
        }
    }

    #[test]
    fn repositories() {
        assert_eq!(remote("github.com/a/b"), Remote::GithubPath);
        for source in [
            "https://a/b.git",
            "HTTPS://a/b.git#v1:c",
            "http://u:p@a:80/b%2egit",
            "git://a/b",
            "ssh://git@[::1]:22/a",
            "git@github.com:a/b.git#v1",
            "git@a:",
            "git@a:#?b",
            "https://a/b.git?ref=v1&submodules=0#v1",
            "https://a/b.git?tag=v1#refs/tags/v1:c/../d",
        ] {
            assert_eq!(remote(source), Remote::Git(Git::default()), "{source}");
        }
        let said = Git { checksum: Some("abc".to_owned()), keep_git_dir: Some(true) };
        assert_eq!(remote("git@a:b?commit=abc&keep-git-dir"), Remote::Git(said));
    }

    #[test]
    fn pages() {
        for (source, expected) in [
            ("https://a/b.tar?c#d", "https://a/b.tar?c#d"),
            ("https://github.com/a/b.git#v1:c", "https://github.com/a/b"),
            ("http://u:p@a:80/b.git", "https://a:80/b"),
            ("git@github.com:a/b.git?ref=v1", "https://github.com/a/b"),
            ("ssh://git@a:22/b/c.git", "https://a/b/c"),
            ("git://a/b", "https://a/b"),
        ] {
            assert_eq!(page(source).as_deref(), Some(expected));
        }
        for source in ["a", "github.com/a/b", "https://a/b.git?nope=1", "git@a:"] {
            assert_eq!(page(source), None, "{source}");
        }
    }

    #[test]
    fn parameters_that_are_wrong() {
        let fault = |source: &str| match remote(source) {
            Remote::BadGit(fault) => fault,
            other => panic!("{source}: {other:?}"),
        };
        assert_eq!(fault("github.com/a/b?c=d"), QueryFault::Unknown("c".to_owned()));
        assert_eq!(fault("https://a/b.git?ref="), QueryFault::BadValue("ref".to_owned()));
        assert_eq!(fault("https://a/b.git?ref=1&ref=2"), QueryFault::BadValue("ref".to_owned()));
        assert_eq!(fault("https://a/b.git?submodules=x"), QueryFault::BadValue("submodules".to_owned()));
        assert_eq!(fault("https://a/b.git?mtime=now"), QueryFault::BadValue("mtime".to_owned()));
        assert_eq!(fault("https://a/b.git?ref=v1#v2"), QueryFault::Conflict("ref"));
        assert_eq!(fault("https://a/b.git?branch=a&tag=a"), QueryFault::Conflict("ref"));
        assert_eq!(fault("https://a/b.git?subdir=a#:b"), QueryFault::Conflict("subdir"));
    }
}
