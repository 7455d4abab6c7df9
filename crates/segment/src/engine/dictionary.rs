//! The distinct values of a column, numbered from 0, with what each reads as.

use base::Timestamp;
use predicate::{Literal, Op, Operand, Scalar, ValueTest};
use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Bytes of a text value that are kept; longer text is cut at a character.
pub const VALUE_BYTES_MAX: usize = 1_024;

/// A value of its own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(Box<str>),
    Number(f64),
    Bool(bool),
}

impl Value {
    pub fn of(scalar: Scalar<'_>) -> Value {
        match scalar {
            Scalar::Text(text) => Value::Text(cut(text).into()),
            Scalar::Number(number) => Value::Number(number),
            Scalar::Bool(truth) => Value::Bool(truth),
        }
    }
    pub fn scalar(&self) -> Scalar<'_> {
        match self {
            Value::Text(text) => Scalar::Text(text),
            Value::Number(number) => Scalar::Number(*number),
            Value::Bool(truth) => Scalar::Bool(*truth),
        }
    }
}

fn cut(text: &str) -> &str {
    if text.len() <= VALUE_BYTES_MAX { text } else { &text[..text.floor_char_boundary(VALUE_BYTES_MAX)] }
}

struct Entry {
    value: Value,
    /// NaN when it is none.
    number: f64,
    /// i64::MIN when it is none.
    time_ms: i64,
    /// Rows that have it now.
    count: u32,
}

/// About 90 bytes per distinct value plus its text.
#[derive(Default)]
pub(crate) struct Dictionary {
    entries: Vec<Entry>,
    /// Hash of the value (the next free one after a collision) to its code.
    codes: HashMap<u64, u32>,
}

const NO_TIME: i64 = i64::MIN;

fn same(left: Scalar<'_>, right: Scalar<'_>) -> bool {
    match (left, right) {
        (Scalar::Number(left), Scalar::Number(right)) => left.to_bits() == right.to_bits(),
        (left, right) => left == right,
    }
}

fn hash(scalar: Scalar<'_>) -> u64 {
    match scalar {
        Scalar::Text(text) => xxh3_64_with_seed(text.as_bytes(), 1),
        Scalar::Number(number) => xxh3_64_with_seed(&number.to_bits().to_le_bytes(), 2),
        Scalar::Bool(truth) => xxh3_64_with_seed(&[truth as u8], 3),
    }
}

impl Dictionary {
    pub fn len(&self) -> usize {
        self.entries.len()
    }
    pub fn value(&self, code: u32) -> Scalar<'_> {
        self.entries[code as usize].value.scalar()
    }
    pub fn count(&self, code: u32) -> u32 {
        self.entries[code as usize].count
    }
    pub fn change_count(&mut self, code: u32, by: i32) {
        let count = &mut self.entries[code as usize].count;
        *count = count.saturating_add_signed(by);
    }

    /// The code of a value that is there.
    pub fn find(&self, scalar: Scalar<'_>) -> Option<u32> {
        let mut slot = hash(scalar);
        loop {
            let code = *self.codes.get(&slot)?;
            if same(self.value(code), scalar) {
                return Some(code);
            }
            slot = slot.wrapping_add(1);
        }
    }

    /// The code of a value, given now if it is new.
    pub fn intern(&mut self, scalar: Scalar<'_>) -> u32 {
        let scalar = match scalar {
            Scalar::Text(text) => Scalar::Text(cut(text)),
            other => other,
        };
        let mut slot = hash(scalar);
        while let Some(code) = self.codes.get(&slot) {
            if same(self.value(*code), scalar) {
                return *code;
            }
            slot = slot.wrapping_add(1);
        }
        let code = self.entries.len() as u32;
        self.codes.insert(slot, code);
        self.entries.push(Entry {
            value: Value::of(scalar),
            number: scalar.number().unwrap_or(f64::NAN),
            time_ms: scalar.time().map_or(NO_TIME, Timestamp::ms),
            count: 0,
        });
        code
    }

    /// For every code: does the value pass (before negation)?
    pub fn passing(&self, test: &ValueTest, now: Timestamp) -> Vec<bool> {
        if let Some((from, to)) = test.time_range(now) {
            let passes = |entry: &Entry| entry.time_ms != NO_TIME && from <= entry.time_ms && entry.time_ms < to;
            return self.entries.iter().map(passes).collect();
        }
        if let Some((from, to)) = test.number_range() {
            return self.entries.iter().map(|entry| from <= entry.number && entry.number <= to).collect();
        }
        match test.operand() {
            Operand::Value(literal) => self.equal_to(std::slice::from_ref(literal)),
            Operand::List(literals) => self.equal_to(literals),
            Operand::None if test.op().positive() == Op::Exists => vec![true; self.entries.len()],
            _ => self.entries.iter().map(|entry| test.holds_for(entry.value.scalar(), now)).collect(),
        }
    }

    /// Text is looked up; numbers may be written in many ways, so every entry is compared.
    fn equal_to(&self, literals: &[Literal]) -> Vec<bool> {
        let mut passing = vec![false; self.entries.len()];
        let mut numbers = Vec::new();
        for literal in literals {
            match literal {
                Literal::Text(text) => self.mark_text(text, &mut passing),
                Literal::Number(number) => numbers.push(*number),
                Literal::Bool(_) => {
                    for (passes, entry) in passing.iter_mut().zip(&self.entries) {
                        *passes |= literal.equals(entry.value.scalar());
                    }
                }
            }
        }
        if !numbers.is_empty() {
            numbers.sort_unstable_by(f64::total_cmp);
            for (passes, entry) in passing.iter_mut().zip(&self.entries) {
                // Adding 0.0 makes one zero of the two.
                let number = entry.number + 0.0;
                *passes |= numbers.binary_search_by(|other| (other + 0.0).total_cmp(&number)).is_ok();
            }
        }
        passing
    }

    /// Every entry that reads as `text`.
    fn mark_text(&self, text: &str, passing: &mut [bool]) {
        let mut mark = |scalar: Scalar<'_>| {
            if scalar.text() == text
                && let Some(code) = self.find(scalar)
            {
                passing[code as usize] = true;
            }
        };
        mark(Scalar::Text(text));
        mark(Scalar::Bool(true));
        mark(Scalar::Bool(false));
        if let Ok(number) = text.parse::<f64>() {
            mark(Scalar::Number(number));
        }
    }
}
