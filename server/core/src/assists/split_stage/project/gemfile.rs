//! A `Gemfile`: the gems that a project of Ruby asks for. It is a program; only gems with a plain name count.

use super::literals::{Language, Token, tokens};

/// The names of the gems.
pub(in crate::assists::split_stage) fn gems(text: &str) -> Vec<String> {
    let tokens = tokens(text, Language::Hash);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let begins = at == 0 || matches!(tokens[at - 1], Token::Line | Token::Sign(';'));
        let rest = tokens.get(at + 1..).unwrap_or_default();
        let name = match rest {
            [Token::Sign('('), name, ..] => name,
            [name, ..] => name,
            [] => continue,
        };
        if begins && token.is("gem") {
            found.extend(name.literal().map(str::to_owned));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gems_are_found() {
        let text = "source 'https://rubygems.org'\nruby '3.4'\ngem \"pg\", '~> 1'\n# gem 'mysql2'\ngroup :x do\n  gem('sqlite3')\nend\n";
        assert_eq!(gems(text), ["pg", "sqlite3"]);
        assert_eq!(gems("gem \"a#{b}\"\ngem"), [""; 0]);
    }
}
