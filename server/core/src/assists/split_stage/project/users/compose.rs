//! Compose files: which services are built from a Dockerfile, and how.

use super::yaml::Value;
use super::{BuildUse, Mount};
use crate::model::paths;

/// The services of a Compose file in `folder` that are built from the Dockerfile at `dockerfile`; all paths count
/// from the same top.
pub(super) fn uses(text: &str, folder: &str, dockerfile: &str) -> Vec<BuildUse> {
    let Some(tree) = Value::read(text) else { return Vec::new() };
    let services = tree.get("services").into_iter().flat_map(Value::entries);
    let ours = services.filter(|(_, service)| builds(service, folder).as_deref() == Some(dockerfile));
    let read = |(name, service): (&str, &Value)| BuildUse {
        who: format!("the service `{name}`"),
        target: service.get("build").and_then(|it| it.get("target")?.text()).map(str::to_owned),
        command: ["entrypoint", "command"].iter().find_map(|it| command(service.get(it)?)),
        mounts: service.get("volumes").into_iter().flat_map(Value::list).filter_map(mount).collect(),
        ..BuildUse::default()
    };
    ours.map(read).collect()
}

/// The Dockerfile that a service is built from; none where a variable decides.
fn builds(service: &Value, folder: &str) -> Option<String> {
    let build = service.get("build")?;
    let context = build.text().or_else(|| build.get("context")?.text()).unwrap_or(".");
    let file = build.get("dockerfile").and_then(Value::text).unwrap_or("Dockerfile");
    let is_plain = |it: &str| !it.contains('$') && !it.contains("://");
    let inline = build.get("dockerfile_inline").is_some();
    (is_plain(context) && is_plain(file) && !inline).then(|| paths::join(&paths::join(folder, context), file))
}

/// The words of a command, or its text.
fn command(value: &Value) -> Option<Vec<String>> {
    if let Some(text) = value.text() {
        return (!text.is_empty()).then(|| vec![text.to_owned()]);
    }
    let words: Vec<String> = value.list().filter_map(Value::text).map(str::to_owned).collect();
    (!words.is_empty()).then_some(words)
}

/// A mount: `SOURCE:TARGET[:MODE]`, `TARGET`, or a map.
fn mount(value: &Value) -> Option<Mount> {
    let is_folder = |it: &str| it.starts_with(['.', '/', '~']);
    if let Some(text) = value.text() {
        let mut parts = text.split(':');
        let (first, second) = (parts.next()?, parts.next());
        return Some(match second {
            Some(target) => Mount { target: target.to_owned(), of_host: is_folder(first) },
            None => Mount { target: first.to_owned(), of_host: false },
        });
    }
    let of_host = value.get("type").and_then(Value::text) == Some("bind");
    Some(Mount { target: value.get("target")?.text()?.to_owned(), of_host })
}
