//! Configuration that is a script: `next.config.*` and `vite.config.*`. Only plain values count.

use super::literals::{Language, Token, tokens};

/// A property that such a script may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::assists::split_stage) enum Property {
    /// The script does not speak of it.
    Unset,
    /// It is this text.
    To(String),
    /// It is computed, or the script speaks of it more than once.
    Unknown,
}

/// Looks for the property of this name, anywhere in the script.
pub(in crate::assists::split_stage) fn property(text: &str, name: &str) -> Property {
    let tokens = tokens(text, Language::Script);
    let is_name = |token: &Token| token.is(name) || token.literal() == Some(name);
    let mut places = tokens.iter().enumerate().filter(|(_, it)| is_name(it)).map(|(at, _)| at);
    let Some(at) = places.next() else { return Property::Unset };
    if places.next().is_some() {
        return Property::Unknown;
    }
    let before = at.checked_sub(1).and_then(|it| tokens.get(it));
    let begins = matches!(before, None | Some(Token::Sign('{' | ',') | Token::Line));
    let ends = matches!(tokens.get(at + 3), None | Some(Token::Sign('}' | ',') | Token::Line));
    match (tokens.get(at + 1), tokens.get(at + 2)) {
        (Some(Token::Sign(':')), Some(Token::Str(Some(value)))) if begins && ends => {
            Property::To(value.clone())
        }
        _ => Property::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_count() {
        let of = |text: &str| property(text, "output");
        let standalone = Property::To("standalone".to_owned());
        assert_eq!(of("module.exports = { output: 'standalone' }"), standalone);
        assert_eq!(
            of("const c: NextConfig = {\n  // output: 'export',\n  output: \"standalone\",\n}"),
            standalone
        );
        assert_eq!(of("export default { reactStrictMode: true }"), Property::Unset);
    }

    #[test]
    fn what_is_computed_is_not_known() {
        for text in [
            "{ output: process.env.X ? 'standalone' : undefined }",
            "{ output: 'stand' + 'alone' }",
            "{ output: `standalone` }",
            "c.output = 'standalone'",
            "{ output: 'standalone', webpack: (c) => { c.output = 1 } }",
        ] {
            assert_eq!(property(text, "output"), Property::Unknown, "{text}");
        }
    }
}
