//! Probabilistic record linkage: which records are one person, how sure that is, and why.
//!
//! The model is that of Fellegi & Sunter (*A theory for record linkage*, JASA 1969) with Winkler's additions
//! (EM 1988, frequencies 1989, Jaro-Winkler 1990): each field of a pair reaches a comparison level, each level has a
//! weight in bits, and the weights add up to log odds. Nothing is configured but the types of the columns and nothing
//! is labelled: weights, blocking keys and frequencies of values come from the records.
//!
//! Pure: no I/O, no clock; chance is seeded, and records are put in the order of their keys first, so the same records
//! give the same clusters in whatever order they come. See `docs/reference/matching.md` for measured quality and cost.

mod blocking;
mod choose;
mod cluster;
mod compare;
mod dependence;
mod field;
mod junk;
mod link;
mod linker;
mod model;
mod normalise;
mod quality;
mod records;
mod saved;
mod text;
mod train;
mod update;

pub use blocking::{BLOCK_MAX, BlockKey};
pub use choose::ChosenKey;
pub use cluster::Link;
pub use field::{Field, FieldKind};
pub use junk::{BIRTHDAY_SHARED_MAX, CONTACT_SHARED_MAX, IDENTICAL_MAX};
pub use link::{Linkage, Options, link};
pub use linker::{Added, Linker, stable_names};
pub use model::{LevelWeight, Model, Step, Waterfall, probability};
pub use quality::Quality;
pub use records::{FIELDS_MAX, Records};
pub use saved::SavedModel;
pub use update::{Found, Keyed, Placement, Update};

/// Why records cannot be linked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Too few or too many columns.
    #[error("{given} columns given; between 1 and {FIELDS_MAX} can be compared")]
    Fields {
        /// Columns given.
        given: usize,
    },
    /// A record with too few or too many values.
    #[error("record {key} has {given} values for {expected} columns")]
    Width {
        /// The record's key.
        key: u128,
        /// Values given.
        given: usize,
        /// Columns there are.
        expected: usize,
    },
    /// Two records with one key.
    #[error("record key {key} is given twice")]
    KeyTwice {
        /// The key.
        key: u128,
    },
    /// More records or text than positions can number.
    #[error("more than 4 billion records or bytes in a column")]
    TooLarge,
    /// A cut that is not a number, or no thread to work with.
    #[error("options: the cut must be finite and at least one thread is needed")]
    Options,
    /// A saved model that was learned for other columns or by a newer program.
    #[error("the saved model does not fit: {0}")]
    Saved(&'static str),
}
