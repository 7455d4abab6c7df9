//! One file per aggregate.

pub mod average;
pub mod count;
pub mod days_since;
pub mod first;
pub mod last;
pub mod max;
pub mod min;
pub mod most_frequent;
pub mod sum;
pub mod unique_list;
