//! Patterns with `*` for any characters, none included.

/// A pattern that values are compared with in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<String>);

impl Pattern {
    pub fn new(text: &str) -> Self {
        Self(text.to_lowercase().split('*').map(str::to_owned).collect())
    }

    /// True when nothing but a few signs would be left to compare: everything matches.
    pub fn takes_all(text: &str) -> bool {
        text.trim().chars().all(|letter| letter == '*')
    }

    /// `lower`: the value in lower case.
    pub fn matches(&self, lower: &str) -> bool {
        let [first, middle @ .., last] = self.0.as_slice() else {
            return self.0.first().is_some_and(|whole| whole == lower);
        };
        let Some(mut rest) = lower.strip_prefix(first.as_str()) else { return false };
        for part in middle {
            let Some(at) = rest.find(part.as_str()) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last.as_str())
    }

    /// The same as a pattern of LIKE with `\` before what is meant as it stands.
    pub fn like(text: &str) -> String {
        let escape = |letter: char| match letter {
            '*' => "%".to_owned(),
            '%' | '_' | '\\' => format!("\\{letter}"),
            other => other.to_string(),
        };
        text.to_lowercase().chars().map(escape).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, value: &str, expected: bool) {
        assert_eq!(Pattern::new(pattern).matches(value), expected, "{pattern} and {value}");
    }

    #[test]
    fn a_star_stands_for_anything() {
        check("test@*", "test@shop.nl", true);
        check("test@*", "atest@shop.nl", false);
        check("*@shop.nl", "anna@shop.nl", true);
        check("*till*", "the-till-7", true);
        check("a*b*c", "a-b-b-c", true);
        check("a*b*c", "acb", false);
        check("ab*ba", "aba", false);
        check("000*", "000", true);
        check("Till-7", "till-7", true);
        check("till-7", "till-77", false);
    }

    #[test]
    fn what_sql_would_read_as_a_sign_is_meant_as_it_stands() {
        assert_eq!(Pattern::like("A_b*100%"), "a\\_b%100\\%");
    }
}
