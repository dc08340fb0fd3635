//! The fields of a `--mount`.

use super::{Parameter, Signature, SignatureHelp};
use crate::ide::texts::{self, MOUNT_TYPES, mount_keys, mount_needs_target, usual_key};
use crate::model::Mount;
use crate::syntax::casing;

/// The forms of a mount: that of its type, or of every type while none is given. `typed` is what stands of its value
/// in front of the cursor, `after` what stands behind it.
pub(super) fn help(typed: &str, after: &str, mount: Option<&Mount>) -> SignatureHelp {
    let given = mount.filter(|it| it.get(&["type"]).is_some_and(|field| field.has_value()));
    let kind = given.map(Mount::kind);
    let known = kind.and_then(|kind| MOUNT_TYPES.into_iter().find(|it| *it == kind));
    // The type itself can still be changed.
    let (others, field) = typed.rsplit_once(',').unwrap_or(("", typed));
    // The whole key, where the cursor is in one.
    let rest = after.find(|it: char| !it.is_ascii_alphabetic()).map_or(after, |end| &after[..end]);
    let field = &if field.contains('=') { field.to_owned() } else { format!("{field}{rest}") };
    let typing_kind = field.starts_with("type=");
    let kinds: Vec<&'static str> = match known {
        Some(kind) if !typing_kind => vec![kind],
        _ => MOUNT_TYPES.to_vec(),
    };
    let active = known.and_then(|kind| kinds.iter().position(|it| *it == kind)).unwrap_or(0);
    let signatures = kinds.into_iter().map(|kind| signature(kind, others, field)).collect();
    SignatureHelp { signatures, active, in_free_text: false }
}

fn signature(kind: &'static str, others: &str, field: &str) -> Signature {
    let mut label = "RUN --mount=".to_owned();
    let mut parameters = Vec::new();
    for (index, key) in mount_keys(kind).iter().enumerate() {
        let Some(text) = texts::mount_key(kind, key) else { continue };
        let is_optional = index > 0 && !(*key == "target" && mount_needs_target(kind));
        label.push_str(match (index, is_optional) {
            (0, _) => "",
            (_, true) => "[,",
            (_, false) => ",",
        });
        let start = label.len();
        match *key {
            "type" => label.push_str(&format!("type={kind}")),
            _ => label.push_str(text.usage),
        }
        parameters.push(Parameter { label: start..label.len(), documentation: text.about.to_owned() });
        label.push_str(if is_optional { "]" } else { "" });
    }
    label.push_str(" <command>");
    let documentation = texts::mount_type(kind).map(|it| it.documentation()).unwrap_or_default();
    Signature { label, documentation, parameters, active_parameter: active(kind, others, field) }
}

/// The key that is typed: the one that is written, the first one that begins so, or the next that is not there yet.
fn active(kind: &str, others: &str, field: &str) -> Option<usize> {
    let keys = mount_keys(kind);
    let (written, has_value) = field.split_once('=').map_or((field, false), |it| (it.0, true));
    let written = casing::lower(written.trim_matches(['"', '\'']));
    let exact = keys.iter().position(|it| *it == usual_key(&written));
    if has_value || (exact.is_some() && !written.is_empty()) {
        return exact;
    }
    let there: Vec<String> =
        others.split(',').map(|it| casing::lower(it.split('=').next().unwrap_or(it))).collect();
    let is_free = |key: &&str| !there.iter().any(|it| usual_key(it) == *key);
    keys.iter().position(|key| is_free(key) && key.starts_with(written.as_str()))
}
