//! `mix.exs`: the releases that a project of Elixir makes. It is a program; only plain names count.

use super::literals::{Language, Token, tokens};

/// The names of the releases; none where they cannot be told.
pub(in crate::assists::split_stage) fn releases(text: &str) -> Option<Vec<String>> {
    let tokens: Vec<Token> =
        tokens(text, Language::Hash).into_iter().filter(|it| *it != Token::Line).collect();
    let keys = |name: &str| {
        let all = tokens.windows(2).enumerate();
        let found = all.filter(|(_, it)| it[0].is(name) && it[1] == Token::Sign(':')).map(|(at, _)| at);
        found.collect::<Vec<_>>()
    };
    let releases = match keys("releases").as_slice() {
        // Without any there is one, named after the application.
        [] => {
            let [at] = keys("app")[..] else { return None };
            return match tokens.get(at + 1..at + 4)? {
                [Token::Sign(':'), Token::Sign(':'), Token::Word(name)] => Some(vec![name.clone()]),
                _ => None,
            };
        }
        [at] => *at,
        _ => return None,
    };
    let [Token::Sign('['), list @ ..] = tokens.get(releases + 2..)? else { return None };
    let mut found = Vec::new();
    let mut depth = 0_usize;
    for (at, token) in list.iter().enumerate() {
        match token {
            Token::Sign('[' | '{' | '(') => depth += 1,
            Token::Sign(']') if depth == 0 => return Some(found),
            Token::Sign(']' | '}' | ')') => depth = depth.saturating_sub(1),
            Token::Word(name) if depth == 0 && list.get(at + 1) == Some(&Token::Sign(':')) => {
                found.push(name.clone());
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_named() {
        let app = "def project do\n  [\n    app: :shop,\n    version: \"0.1\",\n    deps: deps()\n  ]\nend\n";
        assert_eq!(releases(app), Some(vec!["shop".to_owned()]));
        let two = "[\n  app: :shop, # the shop\n  releases: [\n    web: [include_executables_for: [:unix]],\n    jobs: []\n  ]\n]";
        assert_eq!(releases(two), Some(vec!["web".to_owned(), "jobs".to_owned()]));
        assert_eq!(releases("[app: :shop, releases: releases()]"), None);
        assert_eq!(releases("[app: @app]"), None);
        assert_eq!(releases("releases: ["), None);
    }
}
