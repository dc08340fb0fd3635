//! Mounts of RUN that cannot be made.

use crate::lint::Fix;
use crate::lint::commands::{Command, System, depth_below};
use crate::lint::near::nearest;
use crate::lint::rule::{Context, declare_rule};
use crate::model::remote::boolean;
use crate::model::{Flag, MountField};
use crate::syntax::{Keyword, RelRange, casing};

declare_rule! {
    /// ## What it does
    /// Reports `RUN --mount` with a type, a field or a value that BuildKit does not know, or that does not
    /// go with the type, and mounts over the root directory. A variable counts where the file tells its
    /// value.
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

/// A field of a mount, with its key in lower case.
struct Field<'a> {
    written: &'a MountField,
    key: String,
    value: Value<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Value<'a> {
    /// There is no `=`.
    None,
    /// It depends on what the build is given.
    Unknown,
    Known(&'a str),
}

fn check(cx: &mut Context<'_>) {
    cx.each_command(
        |it| it.keyword == Keyword::Run,
        has_absolute_targets,
        |cx, command| {
            // The values of all fields are the words of RUN.
            let mut values = command.words().iter().map(|word| word.text.as_deref());
            for flag in &command.data.flags {
                let Some(mount) = &flag.mount else { continue };
                let fields = mount.fields.iter().map(|written| Field {
                    written,
                    key: casing::lower(&written.key.text),
                    value: match written.value.as_ref().and_then(|_| values.next()) {
                        None => Value::None,
                        Some(text) => text.map_or(Value::Unknown, Value::Known),
                    },
                });
                if let Err(fault) = check_mount(command, flag, &fields.collect::<Vec<_>>()) {
                    report(cx, command, flag, fault);
                }
            }
        },
    );
}

/// Whether no target counts from WORKDIR.
fn has_absolute_targets(run: &Command<'_>) -> bool {
    let fields = run.data.flags.iter().filter_map(|flag| flag.mount.as_ref()).flat_map(|mount| &mount.fields);
    let targets =
        fields.filter(|it| matches!(casing::lower(&it.key.text).as_str(), "target" | "dst" | "destination"));
    { targets }.all(|it| it.value.as_ref().is_some_and(|value| value.text.starts_with('/')))
}

fn report(cx: &mut Context<'_>, run: &Command<'_>, flag: &Flag, fault: Fault) {
    // An empty field is nowhere to be seen.
    let empty = fault.range.start() == fault.range.end();
    let range = run.abs(if empty { flag.whole.range } else { fault.range });
    if let Some(found) = cx.report_once(range, fault.message) {
        found.fixes.extend(fault.meant.map(|meant| Fix::change_to(range, meant)));
    }
}

/// BuildKit reads the fields in order, and takes the type that stands before a field as its type.
fn check_mount(run: &Command<'_>, flag: &Flag, fields: &[Field<'_>]) -> Result<(), Fault> {
    let mut kind = Some("bind");
    for field in fields {
        match (field.key.as_str(), field.value) {
            (key, Value::None) => check_bare(field.written, key, kind)?,
            ("type", Value::Unknown) => kind = None,
            ("type", Value::Known(value)) => kind = Some(mount_type(field.written, value)?),
            (key, value) => check_field(field.written, key, value, kind)?,
        }
    }
    match kind {
        Some(kind) => check_whole(run, flag, kind, fields),
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
    let lower = casing::lower(value);
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

fn check_field(field: &MountField, key: &str, value: Value<'_>, kind: Option<&str>) -> Result<(), Fault> {
    match key {
        "required" => only_for(field, kind, &["secret", "ssh"])?,
        "size" => only_for(field, kind, &["tmpfs"])?,
        _ if KEYS.contains(&key) => {}
        _ => return unknown(field, &field.key.text, "field", KEYS),
    }
    let Value::Known(value) = value else { return Ok(()) };
    let number = |radix| u32::from_str_radix(value, radix).is_ok() && !value.starts_with('+');
    let good = match key {
        "readonly" | "ro" | "readwrite" | "rw" | "required" => boolean(value).is_some(),
        "size" => is_size(value),
        "sharing" if !SHARINGS.contains(&casing::lower(value).as_str()) => {
            return unknown(field, value, "sharing mode", SHARINGS);
        }
        "mode" => number(8),
        "uid" | "gid" => number(10),
        _ => true,
    };
    if good { Ok(()) } else { fault(value_range(field), bad_value(key, value)) }
}

/// A decimal number, or a hexadecimal one such as `0x1.8p3`.
fn number_of(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let Some(digits) = lower.trim_start_matches(['+', '-']).strip_prefix("0x") else {
        return text.parse().ok();
    };
    let (mantissa, exponent) = digits.split_once('p')?;
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut value = 0.0;
    for digit in whole.chars().chain(part.chars()) {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let exponent = f64::from(exponent.parse::<i32>().ok()?) - 4.0 * part.len() as f64;
    let sign = match lower.find("0x") {
        Some(1) if lower.starts_with('-') => -1.0,
        Some(0 | 1) => 1.0,
        _ => return None,
    };
    (!mantissa.is_empty() && mantissa != ".").then(|| sign * value * exponent.exp2())
}

/// A number, and perhaps a unit: `64m`, `1.5 GiB`.
fn is_size(text: &str) -> bool {
    let Some(at) = text.rfind(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' ')) else { return false };
    let (number, unit) = text.split_at(at + 1);
    let number = number.strip_suffix(' ').unwrap_or(number);
    let in_range = number_of(number).is_some_and(|it| it >= 0.0 && it.is_finite());
    let unit = casing::lower(unit);
    let (prefix, rest) = unit.split_at(unit.find(|c| !"kmgtp".contains(c)).unwrap_or(unit.len()));
    let is_unit = match prefix.len() {
        0 => matches!(rest, "" | "b"),
        1 => matches!(rest, "" | "b" | "ib"),
        _ => false,
    };
    in_range && is_unit
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

fn only_for(field: &MountField, kind: Option<&str>, allowed: &[&str]) -> Result<(), Fault> {
    let Some(kind) = kind.filter(|kind| !allowed.contains(kind)) else { return Ok(()) };
    let key = casing::lower(&field.key.text);
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
fn check_whole(run: &Command<'_>, flag: &Flag, kind: &str, fields: &[Field<'_>]) -> Result<(), Fault> {
    let last = |keys: &[&str]| fields.iter().rev().find(|field| keys.contains(&field.key.as_str()));
    let value = |keys: &[&str]| last(keys).map_or(Value::Known(""), |field| field.value);
    let is_set = |keys: &[&str]| matches!(value(keys), Value::Known(value) if !value.is_empty());
    let refuse = |keys: &[&str]| match last(keys).filter(|_| is_set(keys)) {
        Some(field) => {
            let key = &field.written.key.text;
            fault(
                whole_range(field.written),
                format!("`{key}` does not go with a `{kind}` mount. Remove it."),
            )
        }
        None => Ok(()),
    };
    let (source, target) = (["source", "src"], ["target", "dst", "destination"]);
    if !matches!(kind, "secret" | "ssh" | "cache") {
        refuse(&["mode"]).and(refuse(&["uid"])).and(refuse(&["gid"]))?;
    }
    if kind != "cache" {
        refuse(&["sharing"])?;
    }
    match kind {
        "secret" => {
            refuse(&["from"])?;
            if [source.as_slice(), &target, &["id"]].into_iter().all(|keys| value(keys) == Value::Known("")) {
                let message = "A secret needs an `id`, which names it: `type=secret,id=token`.";
                return fault(flag.whole.range, message);
            }
            match last(&source).filter(|_| is_set(&source) && is_set(&["id"])) {
                Some(source) => {
                    let message = "A secret has an `id` or a `source`, not both. Remove one.";
                    fault(whole_range(source.written), message)
                }
                None => Ok(()),
            }
        }
        "ssh" => refuse(&source),
        _ => match value(&target) {
            Value::Known(path) if is_root(run, path) => {
                let at = last(&target).map_or(flag.whole.range, |field| value_range(field.written));
                let message = match path.is_empty() {
                    true => "This mount has no target, and would cover `/`. Add `target=` and a directory.",
                    false => "Nothing can be mounted over `/`. Name a directory below it.",
                };
                fault(at, message)
            }
            _ => Ok(()),
        },
    }
}

/// Whether a target leads to the root; one that does not begin there is seen from the current directory.
fn is_root(run: &Command<'_>, target: &str) -> bool {
    // Only what is exactly the root is refused of the others.
    target == "/" || !target.starts_with('/') && depth_below(run.depth, target, System::NoWindows) == Some(0)
}

#[cfg(test)]
mod tests {
    use super::is_size;
    use crate::analysis::Settings;
    use crate::lint::test::{check, check_under};

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
RUN --mount=type=ssh,source=a ls
#                    ^^^^^^^^ InvalidMount: `source` does not go with a `ssh` mount. Remove it.
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

    #[test]
    fn targets() {
        check(
            r"
FROM scratch
ENV EMPTY= DIR=/a
RUN --mount=type=cache,id=a ls
#   ^^^^^^^^^^^^^^^^^^^^^^^ InvalidMount: This mount has no target, and would cover `/`. Add `target=` and a directory.
RUN --mount=type=cache,target=$EMPTY ls
#                             ^^^^^^ InvalidMount: This mount has no target, and would cover `/`. Add `target=` and a directory.
RUN --mount=target=a/.. ls
#                  ^^^^ InvalidMount: Nothing can be mounted over `/`. Name a directory below it.
RUN --mount=type=cache,target=$DIR --mount=type=tmpfs,target=a ls
ARG PATH
RUN --mount=type=cache,target=$PATH ls
WORKDIR /a/b
RUN --mount=type=cache --mount=target=.. ls
RUN --mount=target=../.. ls
#                  ^^^^^ InvalidMount: Nothing can be mounted over `/`. Name a directory below it.
FROM alpine
RUN --mount=type=cache ls
WORKDIR /
RUN --mount=type=cache ls
#   ^^^^^^^^^^^^^^^^^^ InvalidMount: This mount has no target, and would cover `/`. Add `target=` and a directory.
",
        );
    }

    #[test]
    fn a_plain_build_leaves_nothing_open() {
        let settings = Settings { assume_empty_base: true, unreachable_stages: false, ..Settings::default() };
        check_under(
            &settings,
            r"
FROM alpine
ARG T=bind K
RUN --mount=type=$T,mode=1,target=/a ls
#                   ^^^^^^ InvalidMount: `mode` does not go with a `bind` mount. Remove it.
RUN --mount=type=cache,targt=$K ls
#                      ^^^^^ InvalidMount: There is no field `targt`. Did you mean `target`?
RUN --mount=type=cache ls
#   ^^^^^^^^^^^^^^^^^^ InvalidMount: This mount has no target, and would cover `/`. Add `target=` and a directory.
",
        );
    }

    #[test]
    fn sizes() {
        for good in ["64", "64m", "1.5 GiB", ".5kb", "5.", "1 b", "0", "0x1p4", "0X.8P-1k"] {
            assert!(is_size(good), "{good}");
        }
        for bad in [
            "", "m", "64mm", "64 x", "-1", "1kib5", "1i", "1bb", "1e999", "1 kibi", "0x1", "0xp1", "-0x1p1",
            "0x1p5000",
        ] {
            assert!(!is_size(bad), "{bad}");
        }
    }
}
