//! The crate from outside: what it promises, on made and on real records.

mod bars;
mod made;
mod promises;
mod updates;
