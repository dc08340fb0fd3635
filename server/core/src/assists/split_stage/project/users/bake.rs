//! Bake files, in HCL and JSON: which targets are built from a Dockerfile, and which stage they name.

use serde_json::Value;

use super::super::literals::{Language, Token, tokens};
use super::BuildUse;
use crate::model::paths;

/// A target of a Bake file; none for a property that is computed or inherited.
#[derive(Debug, Default)]
struct Target {
    name: String,
    context: Option<String>,
    dockerfile: Option<String>,
    target: Option<String>,
    /// Whether something of it is not plain.
    is_unclear: bool,
}

/// The targets of a Bake file in `folder` that are built from the Dockerfile at `dockerfile`.
pub(super) fn uses(text: &str, is_json: bool, folder: &str, dockerfile: &str) -> Vec<BuildUse> {
    let targets = if is_json { of_json(text) } else { of_hcl(text) };
    let ours = targets.into_iter().filter(|it| {
        let context = it.context.as_deref().unwrap_or(".");
        let file = it.dockerfile.as_deref().unwrap_or("Dockerfile");
        !it.is_unclear
            && !context.contains("://")
            && paths::join(&paths::join(folder, context), file) == dockerfile
    });
    ours.map(|it| BuildUse {
        who: format!("the target `{}` of Bake", it.name),
        target: it.target,
        ..BuildUse::default()
    })
    .collect()
}

fn of_json(text: &str) -> Vec<Target> {
    let Ok(json) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let targets = json.get("target").and_then(Value::as_object);
    let read = |(name, value): (&String, &Value)| {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let all = [text("context"), text("dockerfile"), text("target")];
        let is_unclear = value.get("inherits").is_some() || all.iter().flatten().any(|it| it.contains("${"));
        let [context, dockerfile, target] = all;
        Target { name: name.clone(), context, dockerfile, target, is_unclear }
    };
    targets.into_iter().flatten().map(read).collect()
}

fn of_hcl(text: &str) -> Vec<Target> {
    let tokens = tokens(text, Language::Hcl);
    let mut found: Vec<Target> = Vec::new();
    let mut depth = 0_usize;
    let mut inside = false;
    for (at, token) in tokens.iter().enumerate() {
        let rest = &tokens[at + 1..];
        match token {
            Token::Word(word) if depth == 0 && word == "target" => {
                if let [Token::Str(Some(name)), Token::Sign('{'), ..] = rest {
                    found.push(Target { name: name.clone(), ..Target::default() });
                    inside = true;
                }
            }
            Token::Word(word) if depth == 1 && inside => {
                if let ([Token::Sign('='), value, after @ ..], Some(target)) = (rest, found.last_mut()) {
                    target.set(word, value, after);
                }
            }
            Token::Sign('{' | '[' | '(') => depth += 1,
            Token::Sign('}' | ']' | ')') => {
                depth = depth.saturating_sub(1);
                inside &= depth > 0;
            }
            _ => {}
        }
    }
    found
}

impl Target {
    fn set(&mut self, key: &str, value: &Token, after: &[Token]) {
        let slot = match key {
            "context" => &mut self.context,
            "dockerfile" => &mut self.dockerfile,
            "target" => &mut self.target,
            "inherits" | "dockerfile-inline" => {
                self.is_unclear = true;
                return;
            }
            _ => return,
        };
        match (value.literal(), after.first()) {
            (Some(value), None | Some(Token::Line | Token::Sign('}'))) => *slot = Some(value.to_owned()),
            _ => self.is_unclear = true,
        }
    }
}
