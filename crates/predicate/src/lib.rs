//! The language for "which profiles": a typed tree with one JSON form, a sentence in the reader's language and
//! the reference evaluator.
//!
//! - [`parse`] reads the JSON form (`{"version":1,"all":[…]}`) and answers every mistake with a JSON pointer, a
//!   code and what to do. [`Condition::to_json`] writes it back.
//! - [`Condition::matches`] decides for one profile. It is slow and simple on purpose: `segment` (all profiles in
//!   memory) must agree with it on random data.
//! - [`Condition::references`] says what an answer depends on, [`Condition::next_change`] when time alone can
//!   change it.
//! - [`KINDS`] is the registry: one file of `conditions/` per kind. Tests and the API's schema loop over it.
//!
//! Pure: no I/O, no clock. Times are ms since 1970 UTC; ranges of time are half open `[from, to)`.
//!
//! Rules that hold everywhere:
//! - A path (`address.city`, `products.category`) goes through objects and arrays; it names every scalar it reaches,
//!   and a test holds when ANY of them passes. JSON null is no value.
//! - A negative operator (`not_equals`, `not_in`, …) is exactly the opposite of the positive one. It therefore also
//!   holds for a profile that has no value at all.
//! - `equals` and `in` compare exactly; `contains`, `starts_with` and `ends_with` ignore upper and lower case.
//! - The operand decides the comparison: a number also equals the text "5", because files and forms send text.

mod condition;
pub mod conditions;
mod error;
mod facts;
mod reader;
mod scalar;
mod value_test;
mod window;
mod words;

pub use condition::{Condition, KINDS, Kind, References};
pub use conditions::{
    all::All,
    any::Any,
    consent::ConsentIs,
    event::{Amount, AmountOf, AmountOp, AmountTally, CountOp, EventDone, EventTally, Filter, Occurrence},
    not::Not,
    reachable::Reachable,
    sample::Sample,
    segment::InSegment,
    sequence::{Sequence, SequenceTally, Step, Without},
    trait_value::TraitIs,
};
pub use error::{ConditionError, ConditionErrors};
pub use facts::{ConsentState, EventFacts, JsonEvent, JsonFacts, ProfileFacts};
pub use reader::{
    CONDITION_DEPTH_MAX, CONDITION_NODES_MAX, CONDITION_VERSION, LIST_VALUES_MAX, Reader, TEXT_BYTES_MAX, parse,
};
pub use scalar::{Scalar, flatten, for_each_scalar};
pub use value_test::{
    Date, Literal, Op, Operand, REGEX_BYTES_MAX, REGEX_PROGRAM_BYTES_MAX, Span, Unit, ValueTest, ValueType,
};
pub use window::Window;
pub use words::{Locale, SegmentNames, Words, describe, describe_events};

#[cfg(test)]
mod tests;
