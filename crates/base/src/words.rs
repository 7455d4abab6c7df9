//! Enums whose variants are words: in the database, in JSON and in messages the same ones.

/// An enum with a word for every variant, as texts, stores and JSON have it. The crate that uses it has `serde`.
///
/// ```
/// base::words!(/// What is kept of a name.
/// Kept { Whole = "whole", Initials = "initials" });
/// assert_eq!(Kept::parse("initials"), Some(Kept::Initials));
/// assert_eq!(serde_json::json!(Kept::Whole), Kept::Whole.name());
/// ```
#[macro_export]
macro_rules! words {
    ($(#[$of:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$of])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        pub enum $name { $($(#[$each])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];
            /// The words, for messages.
            pub const NAMES: &'static [&'static str] = &[$($word),+];
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    words!(/// How long.
    Length {
        /// Of a day or less.
        Short = "short",
        VeryLong = "very-long",
    });

    #[test]
    fn a_word_is_one_in_texts_and_in_json() {
        for (one, name) in Length::ALL.into_iter().zip(Length::NAMES) {
            assert_eq!(one.name(), *name);
            assert_eq!(Length::parse(name), Some(one));
            assert_eq!(serde_json::to_value(one).unwrap(), *name);
            assert_eq!(serde_json::from_value::<Length>((*name).into()).unwrap(), one);
        }
        assert_eq!(Length::ALL, [Length::Short, Length::VeryLong]);
    }

    #[test]
    fn other_words_are_refused_and_the_known_ones_named() {
        assert_eq!(Length::parse("Short"), None);
        let refused = serde_json::from_str::<Length>("\"VeryLong\"").unwrap_err().to_string();
        assert!(refused.contains("`short` or `very-long`"), "{refused}");
    }
}
