//! `RUN`: what its flags hold, as far as BuildKit looks before variables are expanded.

use super::{Faults, flags};
use crate::model::args::Flag;
use crate::model::instruction::{DeviceFault, FaultKind, InstructionData, MountFault};
use crate::syntax::words::csv_fields;
use crate::syntax::{RelRange, Spanned, casing};

const NETWORKS: &[&str] = &["default", "none", "host"];
const SECURITIES: &[&str] = &["insecure", "sandbox"];

/// The flags themselves, then devices, mounts, network and security: BuildKit's order.
pub(super) fn check(data: &InstructionData, faults: &mut Faults) {
    flags::check(data, faults);
    if !faults.is_empty() {
        return;
    }
    for (flag, value) in values(data, "device") {
        if let Err(reason) = device(&value.text) {
            faults.add(FaultKind::BadDevice { reason }, range_of(flag, value));
        }
    }
    for (flag, value) in values(data, "mount") {
        if let Err((reason, field)) = mount(&value.text) {
            faults.add(FaultKind::BadMount { reason }, field_range(flag, value, field));
        }
    }
    one_of(data, "network", NETWORKS, faults);
    one_of(data, "security", SECURITIES, faults);
}

fn values<'a>(data: &'a InstructionData, name: &'a str) -> impl Iterator<Item = (&'a Flag, &'a Spanned)> {
    let named = data.flags.iter().filter(move |flag| flag.name.text == name);
    named.filter_map(|flag| flag.value.as_ref().map(|value| (flag, value)))
}

fn one_of(data: &InstructionData, name: &str, allowed: &[&str], faults: &mut Faults) {
    for (flag, value) in values(data, name) {
        if !allowed.contains(&value.text.as_str()) {
            let kind = FaultKind::BadFlagValue { name: name.to_owned(), value: value.text.clone() };
            faults.add(kind, range_of(flag, value));
        }
    }
}

/// The value, or the whole flag where the value is empty.
fn range_of(flag: &Flag, value: &Spanned) -> RelRange {
    if value.range.start() == value.range.end() { flag.whole.range } else { value.range }
}

/// The value of the field with this index, where it is known.
fn field_range(flag: &Flag, value: &Spanned, field: Option<usize>) -> RelRange {
    let field = flag.mount.as_ref().zip(field).and_then(|(mount, index)| mount.fields.get(index));
    field.and_then(|field| field.value.as_ref()).map_or_else(|| range_of(flag, value), |it| it.range)
}

/// A mount is a line of comma-separated values, and `from=` holds no variable; everything else is
/// looked at when the build runs. The number is the index of the field at fault.
fn mount(text: &str) -> Result<(), (MountFault, Option<usize>)> {
    let fields = fields(text).ok_or((MountFault::BadCsv, None))?;
    for (index, field) in fields.iter().enumerate() {
        let Some((key, value)) = field.split_once('=') else { continue };
        // A `$` at the very end begins no variable.
        if casing::lower(key) == "from" && value.find('$').is_some_and(|at| at + 1 < value.len()) {
            return Err((MountFault::VariableInFrom(value.to_owned()), Some(index)));
        }
    }
    Ok(())
}

/// A device: its name, bare or behind `name=`, and perhaps `required`.
fn device(text: &str) -> Result<(), DeviceFault> {
    let mut name = String::new();
    for field in fields(text).ok_or(DeviceFault::BadCsv)? {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) => (casing::lower(key), Some(value)),
            None => (casing::lower(&field), None),
        };
        match (key.as_str(), value) {
            ("required", None) => {}
            ("required", Some(value)) if is_bool(value) => {}
            ("required", Some(value)) => return Err(DeviceFault::NotBoolean(value.to_owned())),
            ("name", Some(_)) if !name.is_empty() => return Err(DeviceFault::TwoNames(name)),
            ("name", Some(value)) => value.clone_into(&mut name),
            _ if name.is_empty() => name = field,
            _ => return Err(DeviceFault::UnknownField(field)),
        }
    }
    Ok(())
}

/// What BuildKit reads as a truth value in the fields of a flag.
fn is_bool(text: &str) -> bool {
    const WORDS: &[&str] = &["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"];
    WORDS.contains(&text)
}

/// The fields of a line of comma-separated values; none where it is empty or its quotes are wrong.
fn fields(text: &str) -> Option<Vec<String>> {
    let fields = if text.is_empty() { None } else { csv_fields(text) };
    fields.map(|fields| fields.into_iter().map(|field| field.text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_variable_in_from_only() {
        assert_eq!(mount("type=$T,from=a$"), Ok(()));
        let fault = MountFault::VariableInFrom("$B".to_owned());
        assert_eq!(mount("type=bind,FROM=$B"), Err((fault, Some(1))));
        assert_eq!(mount(""), Err((MountFault::BadCsv, None)));
    }

    #[test]
    fn reads_devices() {
        for good in
            ["v.com/d=foo", "v.com/d", "v.com/d=foo,required", "v.com/d,required=false", "name=v.com/d"]
        {
            assert_eq!(device(good), Ok(()), "{good}");
        }
        assert_eq!(device("a=b,name=c"), Err(DeviceFault::TwoNames("a=b".to_owned())));
        assert_eq!(device("a,b"), Err(DeviceFault::UnknownField("b".to_owned())));
        assert_eq!(device("a,b=c"), Err(DeviceFault::UnknownField("b=c".to_owned())));
        assert_eq!(device("a,required=yes"), Err(DeviceFault::NotBoolean("yes".to_owned())));
        assert_eq!(device(""), Err(DeviceFault::BadCsv));
    }
}
