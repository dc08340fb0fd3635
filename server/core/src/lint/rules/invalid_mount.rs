//! Mounts of RUN that cannot be made.

use crate::lint::Fix;
use crate::lint::near::nearest;
use crate::lint::rule::{Context, declare_rule};
use crate::model::{Flag, Instruction, Mount, MountField};
use crate::syntax::{Keyword, RelRange};

declare_rule! {
    /// ## What it does
    /// Reports `RUN --mount` with a type, a field or a value that BuildKit does not know, or that does not
    /// go with the type. Values with a variable are not looked at.
    ///
    /// ## Why it matters
    /// BuildKit stops there when it comes to build the stage.
    ///
    /// ## Example
    /// ```dockerfile
    /// FROM alpine
    /// RUN --mount=type=cahce,target=/root/.cache make
    /// ```
    ///
    /// ## Use instead
    /// ```dockerfile
    /// FROM alpine
    /// RUN --mount=type=cache,target=/root/.cache make
    /// ```
    InvalidMount {
        severity: Error,
        source: Buildkit,
        fix: Sometimes,
    }
}

const TYPES: &[&str] = &["bind", "cache", "tmpfs", "secret", "ssh"];
const SHARINGS: &[&str] = &["shared", "private", "locked"];
const KEYS: &[&str] = &[
    "type",
    "from",
    "source",
    "src",
    "target",
    "dst",
    "destination",
    "readonly",
    "ro",
    "readwrite",
    "rw",
    "required",
    "size",
    "id",
    "sharing",
    "mode",
    "uid",
    "gid",
    "env",
];

/// What is wrong, where, and what was meant.
struct Fault {
    message: String,
    range: RelRange,
    meant: Option<&'static str>,
}

fn check(cx: &mut Context<'_>) {
    cx.each_executed(|cx, run, data| {
        for flag in data.flags.iter().filter(|_| data.keyword == Keyword::Run) {
            let Some(mount) = &flag.mount else { continue };
            if let Err(fault) = check_mount(flag, mount) {
                // An empty field is nowhere to be seen.
                let empty = fault.range.start() == fault.range.end();
                let range = if empty { flag.whole.range } else { fault.range };
                report(cx, run, Fault { range, ..fault });
            }
        }
    });
}

fn report(cx: &mut Context<'_>, run: Instruction<'_>, fault: Fault) {
    let range = run.abs(fault.range);
    let found = cx.report(range, fault.message);
    found.fixes.extend(fault.meant.map(|meant| Fix::change_to(range, meant)));
}

/// BuildKit reads the fields in order, and takes the type that stands before a field as its type.
fn check_mount(flag: &Flag, mount: &Mount) -> Result<(), Fault> {
    let mut kind = Some("bind");
    let mut fields = Vec::new();
    for field in &mount.fields {
        let key = field.key.text.to_lowercase();
        let value = field.value.as_ref().map(|value| value.text.as_str());
        match value {
            None => check_bare(field, &key, kind)?,
            // What a variable becomes is not known, nor is the mount then.
            Some(value) if value.contains('$') => {
                if key == "type" {
                    kind = None;
                }
            }
            Some(value) if key == "type" => kind = Some(mount_type(field, value)?),
            Some(value) => check_field(field, &key, value, kind)?,
        }
        fields.push((key, field));
    }
    match kind {
        Some(kind) => check_whole(flag, kind, &fields),
        None => Ok(()),
    }
}

fn fault<T>(range: RelRange, message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { message: message.into(), range, meant: None })
}

fn value_range(field: &MountField) -> RelRange {
    field.value.as_ref().map_or(field.key.range, |value| value.range)
}

fn whole_range(field: &MountField) -> RelRange {
    field.key.range.cover(value_range(field))
}

fn mount_type(field: &MountField, value: &str) -> Result<&'static str, Fault> {
    let lower = value.to_lowercase();
    match TYPES.iter().find(|it| **it == lower) {
        Some(kind) => Ok(kind),
        None => unknown(field, value, "mount type", TYPES),
    }
}

/// A value or key that is none of those known; the nearest one may be meant.
fn unknown<T>(field: &MountField, written: &str, what: &str, known: &'static [&str]) -> Result<T, Fault> {
    let meant = nearest(written, known.iter().copied());
    let list: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
    let cure = match meant {
        Some(meant) => format!("Did you mean `{meant}`?"),
        None if what == "field" => "Remove it.".to_owned(),
        None => format!("Use one of {}.", list.join(", ")),
    };
    let range = if what == "field" { field.key.range } else { value_range(field) };
    Err(Fault { message: format!("There is no {what} `{written}`. {cure}"), range, meant })
}

/// A field without a value: a switch.
fn check_bare(field: &MountField, key: &str, kind: Option<&str>) -> Result<(), Fault> {
    match key {
        "readonly" | "ro" | "readwrite" | "rw" => Ok(()),
        "required" => only_for(field, kind, &["secret", "ssh"]),
        _ if KEYS.contains(&key) => fault(field.key.range, format!("`{key}` needs a value: `{key}=…`.")),
        _ if key.is_empty() => fault(field.key.range, "A field is empty. Remove a comma."),
        _ => unknown(field, &field.key.text, "field", KEYS),
    }
}

fn check_field(field: &MountField, key: &str, value: &str, kind: Option<&str>) -> Result<(), Fault> {
    let number = |radix| u32::from_str_radix(value, radix).is_ok() && !value.starts_with('+');
    let good = match key {
        "readonly" | "ro" | "readwrite" | "rw" => is_bool(value),
        "required" => {
            only_for(field, kind, &["secret", "ssh"])?;
            is_bool(value)
        }
        "size" => {
            only_for(field, kind, &["tmpfs"])?;
            value.contains(|c: char| c.is_ascii_digit())
        }
        "sharing" if !SHARINGS.contains(&value.to_lowercase().as_str()) => {
            return unknown(field, value, "sharing mode", SHARINGS);
        }
        "mode" => number(8),
        "uid" | "gid" => number(10),
        _ if KEYS.contains(&key) => true,
        _ => return unknown(field, &field.key.text, "field", KEYS),
    };
    if good { Ok(()) } else { fault(value_range(field), bad_value(key, value)) }
}

fn bad_value(key: &str, value: &str) -> String {
    let form = match key {
        "size" => "a number of bytes, such as `64m`",
        "mode" => "an octal number, such as `0755`",
        "uid" | "gid" => "a number",
        _ => "`true` or `false`",
    };
    format!("`{key}` is {form}, not `{value}`.")
}

/// What BuildKit reads as a truth value.
fn is_bool(value: &str) -> bool {
    matches!(
        value,
        "1" | "t" | "T" | "TRUE" | "true" | "True" | "0" | "f" | "F" | "FALSE" | "false" | "False"
    )
}

fn only_for(field: &MountField, kind: Option<&str>, allowed: &[&str]) -> Result<(), Fault> {
    let Some(kind) = kind.filter(|kind| !allowed.contains(kind)) else { return Ok(()) };
    let key = field.key.text.to_lowercase();
    let types: Vec<String> = allowed.iter().map(|it| format!("`type={it}`")).collect();
    fault(
        whole_range(field),
        format!(
            "`{key}` does not go with a `{kind}` mount. Remove it, or write {} before it.",
            types.join(" or ")
        ),
    )
}

/// What can be said when all fields are read.
fn check_whole(flag: &Flag, kind: &str, fields: &[(String, &MountField)]) -> Result<(), Fault> {
    let last = |keys: &[&str]| {
        let found = fields.iter().rev().find(|(key, _)| keys.contains(&key.as_str()));
        // An empty value counts as none.
        found.map(|(_, field)| *field).filter(|it| it.value.as_ref().is_none_or(|it| !it.text.is_empty()))
    };
    let refuse = |keys: &[&str]| match last(keys) {
        Some(field) => {
            let key = &field.key.text;
            fault(whole_range(field), format!("`{key}` does not go with a `{kind}` mount. Remove it."))
        }
        None => Ok(()),
    };
    if !matches!(kind, "secret" | "ssh" | "cache") {
        refuse(&["mode"]).and(refuse(&["uid"])).and(refuse(&["gid"]))?;
    }
    let (source, id) = (last(&["source", "src"]), last(&["id"]));
    let target = last(&["target", "dst", "destination"]);
    if kind == "secret" {
        refuse(&["from"])?;
        if source.is_none() && id.is_none() && target.is_none() {
            return fault(
                flag.whole.range,
                "A secret needs an `id`, which names it: `type=secret,id=token`.",
            );
        }
        if let (Some(source), Some(_)) = (source, id) {
            return fault(whole_range(source), "A secret has an `id` or a `source`, not both. Remove one.");
        }
    }
    if kind != "cache" {
        refuse(&["sharing"])?;
    }
    match target.and_then(|field| field.value.as_ref()) {
        Some(value) if value.text == "/" && matches!(kind, "bind" | "cache" | "tmpfs") => {
            fault(value.range, "Nothing can be mounted over `/`. Name a directory below it.")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::test::check;

    #[test]
    fn fields_and_values() {
        check(
            r"
FROM alpine
RUN --mount=type=cahce,target=/a ls
#                ^^^^^ InvalidMount: There is no mount type `cahce`. Did you mean `cache`?
RUN --mount=type=volume,target=/a ls
#                ^^^^^^ InvalidMount: There is no mount type `volume`. Use one of `bind`, `cache`, `tmpfs`, `secret`, `ssh`.
RUN --mount=type=cache,tagret=/a ls
#                      ^^^^^^ InvalidMount: There is no field `tagret`. Did you mean `target`?
RUN --mount=type=bind,source=.,target=/a,z ls
#                                        ^ InvalidMount: There is no field `z`. Remove it.
RUN --mount=type=cache,target ls
#                      ^^^^^^ InvalidMount: `target` needs a value: `target=…`.
RUN --mount=type=cache,target=/a,sharing=none ls
#                                        ^^^^ InvalidMount: There is no sharing mode `none`. Use one of `shared`, `private`, `locked`.
RUN --mount=type=cache,target=/a,mode=0899 ls
#                                     ^^^^ InvalidMount: `mode` is an octal number, such as `0755`, not `0899`.
RUN --mount=type=bind,target=/a,ro=yes ls
#                                  ^^^ InvalidMount: `ro` is `true` or `false`, not `yes`.
RUN --mount=type=bind,target=/a,, ls
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ InvalidMount: A field is empty. Remove a comma.
",
        );
    }

    #[test]
    fn fields_that_do_not_go_together() {
        check(
            r"
FROM alpine
RUN --mount=required,type=secret,id=a ls
#           ^^^^^^^^ InvalidMount: `required` does not go with a `bind` mount. Remove it, or write `type=secret` or `type=ssh` before it.
RUN --mount=target=/a,uid=5 ls
#                     ^^^^^ InvalidMount: `uid` does not go with a `bind` mount. Remove it.
RUN --mount=type=secret ls
#   ^^^^^^^^^^^^^^^^^^^ InvalidMount: A secret needs an `id`, which names it: `type=secret,id=token`.
RUN --mount=type=secret,id=a,source=b ls
#                            ^^^^^^^^ InvalidMount: A secret has an `id` or a `source`, not both. Remove one.
RUN --mount=type=tmpfs,target=/a,sharing=locked ls
#                                ^^^^^^^^^^^^^^ InvalidMount: `sharing` does not go with a `tmpfs` mount. Remove it.
RUN --mount=type=bind,target=/ ls
#                            ^ InvalidMount: Nothing can be mounted over `/`. Name a directory below it.
",
        );
    }

    #[test]
    fn what_is_right_or_not_known() {
        check(
            r"
FROM alpine
RUN --mount=type=$T,required,size=1,from=b ls
RUN --mount=type=cache,target=/a,id=$ID,sharing=$S,mode=$M,uid=0 ls
RUN --mount=type=secret,id=a,required,env=A,target=/ ls
RUN --mount=type=ssh --mount=type=tmpfs,target=/a,size=64m ls
RUN --mount=Type=Cache,Target=/a,rw=1 ls
",
        );
    }
}
