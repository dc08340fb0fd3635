//! The card of a variable.

use super::super::markdown::code;
use super::super::symbol_at::var_ref_at;
use super::super::texts;
use super::{line_of, list};
use crate::TextSize;
use crate::model::expand::expand;
use crate::model::scope::visible_before;
use crate::model::state::{self, before, behind};
use crate::model::{
    Base, Dockerfile, ResolvedVar, SourceFile, StageId, VarDef, VarDefId, VarDefKind, VarRef,
};
use crate::syntax::Keyword;

/// The card of a variable that the file defines: its value, where it comes from, how to change it.
pub(super) fn card(file: &SourceFile, id: VarDefId, offset: TextSize) -> String {
    let dockerfile = file.dockerfile();
    let def = dockerfile.scopes().def(id);
    let source = dockerfile.scopes().source_of(id);
    let automatic = texts::predefined(&def.name).filter(|_| def.kind != VarDefKind::Env);
    let given = given(dockerfile, def);
    let mut card = match value(dockerfile, source) {
        Some(value) => format!("**{}** = {}", code(&def.name), code(&value)),
        None if automatic.is_some() => format!("**{}**", code(&def.name)),
        None => format!("**{}** has no value unless the build gives it one", code(&def.name)),
    };
    if let Some(text) = &automatic {
        card.push_str(&format!("\n\n{text}"));
    }
    card.push_str("\n\n");
    let mut facts = vec![place(file, def)];
    if given.is_some() {
        let default = source.value.as_ref().map(|it| format!(", over the default {}", code(it)));
        facts.push(format!("Given by the build's arguments{}", default.unwrap_or_default()));
    } else if source.id != def.id {
        facts.push(format!("Takes over the value of {}", phrase(file, source)));
    }
    let used_in = var_ref_at(dockerfile, offset).and_then(|(_, var)| var.stage);
    if let (Some(used_in), Some(stage)) = (used_in, def.stage)
        && used_in != stage
        && !def.name_range.contains_inclusive(offset)
    {
        facts.push(format!("Inherited from {}", label(dockerfile, stage)));
    }
    if def.onbuild {
        facts.push("Takes effect in stages and images built `FROM` this one".to_owned());
    }
    if def.kind != VarDefKind::Env && automatic.is_none() && given.is_none() {
        facts.push(format!("Set it with {}", code(&format!("--build-arg {}=…", def.name))));
    }
    card.push_str(&list(&facts));
    card
}

/// The card of a variable that the file only uses.
pub(super) fn outside_card(file: &SourceFile, index: u32) -> Option<String> {
    let var = file.dockerfile().scopes().refs.get(index as usize)?;
    let name = code(&var.name);
    Some(match (&var.target, texts::predefined(&var.name)) {
        (ResolvedVar::Predefined, Some(text)) => format!("**{name}**\n\n{text}"),
        (ResolvedVar::Predefined, None) => format!("**{name}** is set by BuildKit."),
        _ if file.dockerfile().is_set_by_shell(var) => {
            format!("**{name}** is set here by the shell's own text.")
        }
        _ if var.shell && lost_argument(file.dockerfile(), var) => format!(
            "**{name}** is a build argument, which is gone when the container runs: {} keeps it.",
            code(&format!("ENV {0}=${0}", var.name)),
        ),
        _ if var.shell => {
            format!("**{name}** is not set in this file: the base image or the shell may define it.")
        }
        (_, Some(text)) if var.stage.is_some() => format!(
            "**{name}** is not declared in this stage: {} makes it known.\n\n{text}",
            code(&format!("ARG {}", var.name)),
        ),
        _ if file.dockerfile().instruction(var.instruction).keyword() == Keyword::From => {
            format!("**{name}** is not declared: `FROM` sees only the `ARG`s above the first `FROM`.")
        }
        _ if is_on_scratch(file.dockerfile(), var) => {
            format!("**{name}** is not set, and `scratch` sets nothing: it is empty here.")
        }
        _ => format!("**{name}** is not set in this file: the base image may define it."),
    })
}

/// A definition's value without its quotes, with known variables put in.
pub(super) fn value(dockerfile: &Dockerfile, def: &VarDef) -> Option<String> {
    if let Some(given) = given(dockerfile, def) {
        return Some(given.to_owned());
    }
    let written = def.value.clone()?;
    if !written.contains('$') {
        let plain = expand(&written, dockerfile.escape, &mut |_| None);
        return Some(plain.map_or(written, |it| it.text));
    }
    let value = match (def.kind, def.stage, def.onbuild) {
        (VarDefKind::Env, Some(_), false) => {
            let state = behind(dockerfile, def.instruction);
            state.env.into_iter().find(|(_, _, id)| *id == def.id).map(|(_, value, _)| value)
        }
        // Only a value that is known to its end says more than what is written.
        (VarDefKind::Arg, Some(stage), false) => {
            let filled = state::filled(dockerfile, stage, &[(def.instruction, &written)]).pop().flatten();
            filled.filter(|it| !it.contains('$'))
        }
        (VarDefKind::GlobalArg, ..) => dockerfile.global_value(&def.name),
        _ => None,
    };
    Some(value.unwrap_or(written))
}

/// Whether nothing but this file can set a variable: all but PATH, for which BuildKit has a value.
fn is_on_scratch(dockerfile: &Dockerfile, var: &VarRef) -> bool {
    var.name != "PATH" && before(dockerfile, var.instruction).root == Some(Base::Scratch)
}

/// What the build is given for a build argument.
fn given<'a>(dockerfile: &'a Dockerfile, def: &VarDef) -> Option<&'a str> {
    state::given(&dockerfile.build_args, &def.name).filter(|_| def.kind != VarDefKind::Env)
}

/// The build argument that a use of this name would see, were it not for the container that it runs in.
fn lost_argument(dockerfile: &Dockerfile, var: &VarRef) -> bool {
    let mut visible = visible_before(dockerfile, var.instruction).into_iter();
    visible.any(|id| {
        dockerfile.scopes().def(id).name == var.name && dockerfile.scopes().def(id).kind == VarDefKind::Arg
    })
}

/// `ENV on line 3 in stage builder`.
fn place(file: &SourceFile, def: &VarDef) -> String {
    let line = line_of(file, def.name_range.start());
    match (def.kind, def.stage) {
        (VarDefKind::GlobalArg, _) => format!("Global `ARG` on line {line}"),
        (kind, Some(stage)) => {
            format!("{} on line {line} in {}", keyword(kind), label(file.dockerfile(), stage))
        }
        (kind, None) => format!("{} on line {line}", keyword(kind)),
    }
}

fn phrase(file: &SourceFile, def: &VarDef) -> String {
    let line = line_of(file, def.name_range.start());
    match def.kind {
        VarDefKind::GlobalArg => format!("the global `ARG` on line {line}"),
        kind => format!("the {} on line {line}", keyword(kind)),
    }
}

fn keyword(kind: VarDefKind) -> &'static str {
    match kind {
        VarDefKind::GlobalArg | VarDefKind::Arg => "`ARG`",
        VarDefKind::Env => "`ENV`",
    }
}

fn label(dockerfile: &Dockerfile, stage: StageId) -> String {
    match &dockerfile.stage(stage).name {
        Some(name) => format!("stage {}", code(&name.written)),
        None => format!("stage {}", stage.0),
    }
}
