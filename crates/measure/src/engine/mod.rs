//! The rules, pure: no I/O, no clock.

pub mod attribution;
pub mod day;
pub mod order;
pub mod refusal;
pub mod rfm;
