//! Which names a user means who types some letters.

/// How well a name fits what is typed, the best first; none where it does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The name begins with it, but for case.
    Start,
    /// It stands in the name, but for case.
    Inside,
    /// Its letters stand in the name in this order, with others between them.
    Letters,
}

/// How well `name` fits `query`. Everything fits an empty one.
pub fn fit(name: &str, query: &str) -> Option<Fit> {
    let (name, query) = (name.to_lowercase(), query.trim().to_lowercase());
    if name.starts_with(&query) {
        return Some(Fit::Start);
    }
    if name.contains(&query) {
        return Some(Fit::Inside);
    }
    let mut letters = name.chars();
    let fits = query.chars().filter(|it| !it.is_whitespace()).all(|wanted| letters.any(|it| it == wanted));
    fits.then_some(Fit::Letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_their_order_fit() {
        assert_eq!(fit("builder", ""), Some(Fit::Start));
        assert_eq!(fit("Builder", "bUI"), Some(Fit::Start));
        assert_eq!(fit("builder-base", "base"), Some(Fit::Inside));
        assert_eq!(fit("builder-base", "bb"), Some(Fit::Letters));
        assert_eq!(fit("builder-base", "b base"), Some(Fit::Letters));
        assert_eq!(fit("builder", "redliub"), None);
        assert_eq!(fit("builder", "builders"), None);
    }
}
