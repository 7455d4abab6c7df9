//! The operators, by the type of value they make sense for.

use serde::Serialize;

/// The type of a value, for forms: which operators to offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    String,
    Number,
    Boolean,
    Date,
}

impl ValueType {
    pub const ALL: [ValueType; 4] = [Self::String, Self::Number, Self::Boolean, Self::Date];
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }
}

/// The form of operand an operator takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OperandForm {
    None,
    Value,
    List,
    Text,
    Pattern,
    Number,
    Range,
    Date,
    Span,
}

macro_rules! ops {
    ($($variant:ident $name:literal $form:ident positive $positive:ident for [$($type:ident),*];)+) => {
        /// An operator on the values of a trait or property.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Op { $($variant),+ }

        impl Op {
            pub const ALL: &'static [Op] = &[$(Op::$variant),+];
            pub const fn name(self) -> &'static str {
                match self { $(Op::$variant => $name),+ }
            }
            /// The operator this one is the opposite of; itself when it is positive.
            pub const fn positive(self) -> Op {
                match self { $(Op::$variant => Op::$positive),+ }
            }
            /// The types of value it is offered for.
            pub const fn types(self) -> &'static [ValueType] {
                match self { $(Op::$variant => &[$(ValueType::$type),*]),+ }
            }
            pub(crate) const fn form(self) -> OperandForm {
                match self { $(Op::$variant => OperandForm::$form),+ }
            }
        }
    };
}

ops! {
    Equals "equals" Value positive Equals for [String, Number];
    NotEquals "not_equals" Value positive Equals for [String, Number];
    In "in" List positive In for [String, Number];
    NotIn "not_in" List positive In for [String, Number];
    Contains "contains" Text positive Contains for [String];
    NotContains "not_contains" Text positive Contains for [String];
    StartsWith "starts_with" Text positive StartsWith for [String];
    EndsWith "ends_with" Text positive EndsWith for [String];
    Matches "matches" Pattern positive Matches for [String];
    Gt "gt" Number positive Gt for [Number];
    Gte "gte" Number positive Gte for [Number];
    Lt "lt" Number positive Lt for [Number];
    Lte "lte" Number positive Lte for [Number];
    Between "between" Range positive Between for [Number, Date];
    Before "before" Date positive Before for [Date];
    After "after" Date positive After for [Date];
    WithinLast "within_last" Span positive WithinLast for [Date];
    NotWithinLast "not_within_last" Span positive WithinLast for [Date];
    AnniversaryInNext "anniversary_in_next" Span positive AnniversaryInNext for [Date];
    AnniversaryToday "anniversary_today" None positive AnniversaryToday for [Date];
    IsTrue "is_true" None positive IsTrue for [Boolean];
    IsFalse "is_false" None positive IsFalse for [Boolean];
    Exists "exists" None positive Exists for [String, Number, Boolean, Date];
    NotExists "not_exists" None positive Exists for [String, Number, Boolean, Date];
}

impl Op {
    pub fn parse(text: &str) -> Option<Op> {
        Op::ALL.iter().copied().find(|op| op.name() == text)
    }
    /// The operators offered for values of `value_type`.
    pub fn of_type(value_type: ValueType) -> impl Iterator<Item = Op> {
        Op::ALL.iter().copied().filter(move |op| op.types().contains(&value_type))
    }
}
