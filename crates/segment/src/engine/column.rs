//! A column: the values of one path for rows numbered from 0 (profiles, or events of one name).
//!
//! Starts as plain numbers (8 bytes a row) and turns into dictionary codes (4 bytes a row) with the first value
//! that is none, or the first row with several values. Columns of traits keep a bitmap per value while they have at
//! most [`BITMAP_VALUES_MAX`] values.

use super::dictionary::Dictionary;
use base::Timestamp;
use predicate::{Scalar, ValueTest};
use roaring::RoaringBitmap;
use std::collections::HashMap;

/// Up to this many distinct values a column of traits keeps a bitmap for each.
pub const BITMAP_VALUES_MAX: usize = 128;
/// Values one row may have in one path (elements of arrays); more are not kept.
pub const VALUES_PER_ROW_MAX: usize = 1_000;
/// Code of several values: index into `Codes::lists`.
const LIST_BIT: u32 = 1 << 31;

/// What one row holds; kept for undoing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell {
    Empty,
    Number(f64),
    /// Code + 1, or a list with [`LIST_BIT`].
    Code(u32),
}

pub(crate) struct Column {
    form: Form,
    with_bitmaps: bool,
    filled: u64,
}

enum Form {
    /// NaN is no value.
    Numbers(Vec<f64>),
    Codes(Box<Codes>),
}

#[derive(Default)]
struct Codes {
    dictionary: Dictionary,
    /// 0 is no value.
    codes: Vec<u32>,
    lists: Vec<Box<[u32]>>,
    list_index: HashMap<Box<[u32]>, u32>,
    /// By code; None when there are too many values.
    bitmaps: Option<Vec<RoaringBitmap>>,
}

impl Column {
    pub fn new(with_bitmaps: bool) -> Self {
        Self { form: Form::Numbers(Vec::new()), with_bitmaps, filled: 0 }
    }

    /// Rows that have a value.
    pub fn filled(&self) -> u64 {
        self.filled
    }

    /// Puts `values` (none: empties the row); answers what was there.
    pub fn set(&mut self, row: u32, values: &[Scalar<'_>]) -> Cell {
        let values = &values[..values.len().min(VALUES_PER_ROW_MAX)];
        match (values, &self.form) {
            ([], _) => self.put(row, Cell::Empty),
            ([Scalar::Number(number)], Form::Numbers(_)) => self.put(row, Cell::Number(*number)),
            _ => {
                let codes = self.as_codes();
                let mut list: Vec<u32> = values.iter().map(|value| codes.intern(*value) + 1).collect();
                // Twice the same stays twice: it counts twice in a sum.
                list.sort_unstable();
                let code = if let [one] = list[..] { one } else { codes.list(list) };
                self.put(row, Cell::Code(code))
            }
        }
    }

    /// Puts a cell that was there before, or one of this column.
    pub fn put(&mut self, row: u32, cell: Cell) -> Cell {
        let row = row as usize;
        let old = match &mut self.form {
            Form::Numbers(numbers) => {
                let number = if let Cell::Number(number) = cell { number } else { f64::NAN };
                if numbers.len() <= row {
                    if cell == Cell::Empty {
                        return Cell::Empty;
                    }
                    numbers.resize(row + 1, f64::NAN);
                }
                let old = std::mem::replace(&mut numbers[row], number);
                if old.is_nan() { Cell::Empty } else { Cell::Number(old) }
            }
            Form::Codes(codes) => {
                let code = match cell {
                    Cell::Empty => 0,
                    Cell::Code(code) => code,
                    // The column was numbers when this cell was read.
                    Cell::Number(number) => codes.intern(Scalar::Number(number)) + 1,
                };
                match codes.replace(row, code) {
                    0 => Cell::Empty,
                    old => Cell::Code(old),
                }
            }
        };
        self.filled += (cell != Cell::Empty) as u64;
        self.filled -= (old != Cell::Empty) as u64;
        old
    }

    pub fn cell(&self, row: u32) -> Cell {
        match &self.form {
            Form::Numbers(numbers) => match numbers.get(row as usize) {
                Some(number) if !number.is_nan() => Cell::Number(*number),
                _ => Cell::Empty,
            },
            Form::Codes(codes) => match codes.codes.get(row as usize) {
                Some(code) if *code != 0 => Cell::Code(*code),
                _ => Cell::Empty,
            },
        }
    }

    /// Moves the value of one row to another that takes it over; answers both old cells.
    pub fn take_over(&mut self, from: u32, into: u32) -> (Cell, Cell) {
        let cell = self.put(from, Cell::Empty);
        (cell, self.put(into, cell))
    }

    /// Every value of a row.
    pub fn values(&self, row: u32, each: &mut dyn FnMut(Scalar<'_>)) {
        match (self.cell(row), &self.form) {
            (Cell::Number(number), _) => each(Scalar::Number(number)),
            (Cell::Code(code), Form::Codes(codes)) => {
                for code in codes.expand(&code) {
                    each(codes.dictionary.value(code - 1));
                }
            }
            _ => {}
        }
    }

    /// The rows with a value that passes (before negation).
    pub fn select(&self, test: &ValueTest, now: Timestamp) -> RoaringBitmap {
        let passing = self.row_test(test, now);
        match (&self.form, &passing) {
            (Form::Codes(codes), RowTest::Codes { by_code, .. }) if codes.bitmaps.is_some() => {
                let bitmaps = codes.bitmaps.iter().flatten();
                bitmaps.zip(by_code).filter(|(_, passes)| **passes).fold(RoaringBitmap::new(), |mut all, (one, _)| {
                    all |= one;
                    all
                })
            }
            (Form::Codes(codes), _) => rows_where(codes.codes.len(), |row| passing.passes(row)),
            (Form::Numbers(numbers), _) => rows_where(numbers.len(), |row| passing.passes(row)),
        }
    }

    /// The test, prepared for asking row by row.
    pub fn row_test<'c>(&'c self, test: &'c ValueTest, now: Timestamp) -> RowTest<'c> {
        match &self.form {
            Form::Numbers(numbers) => match test.number_range() {
                Some((from, to)) => RowTest::Range { numbers, from, to },
                None => RowTest::Numbers { numbers, test, now },
            },
            Form::Codes(codes) => {
                let by_code = codes.dictionary.passing(test, now);
                let passes = |list: &[u32]| list.iter().any(|code| by_code[*code as usize - 1]);
                let by_list = codes.lists.iter().map(|list| passes(list)).collect();
                RowTest::Codes { codes: &codes.codes, by_code, by_list }
            }
        }
    }

    /// Distinct values with the number of rows that have each, most frequent first.
    pub fn top_values(&self, wanted: impl Fn(&str) -> bool, limit: usize) -> Vec<(base::Json, u64)> {
        let mut counts: Vec<(base::Json, u64)> = match &self.form {
            Form::Numbers(numbers) => {
                let mut by_bits: HashMap<u64, u64> = HashMap::new();
                for number in numbers.iter().filter(|number| !number.is_nan()) {
                    *by_bits.entry(number.to_bits()).or_default() += 1;
                }
                let value = |(bits, count)| (f64::from_bits(bits), count);
                let wanted = |(number, _): &(f64, u64)| wanted(&Scalar::Number(*number).text());
                by_bits.into_iter().map(value).filter(wanted).map(|(n, c)| (Scalar::Number(n).to_json(), c)).collect()
            }
            Form::Codes(codes) => (0..codes.dictionary.len() as u32)
                .filter(|code| codes.dictionary.count(*code) > 0 && wanted(&codes.dictionary.value(*code).text()))
                .map(|code| (codes.dictionary.value(code).to_json(), codes.dictionary.count(code) as u64))
                .collect(),
        };
        let order = |left: &(base::Json, u64), right: &(base::Json, u64)| {
            right.1.cmp(&left.1).then_with(|| left.0.to_string().cmp(&right.0.to_string()))
        };
        if counts.len() > limit && limit > 0 {
            counts.select_nth_unstable_by(limit - 1, order);
            counts.truncate(limit);
        }
        counts.sort_unstable_by(order);
        counts.truncate(limit);
        counts
    }

    fn as_codes(&mut self) -> &mut Codes {
        if let Form::Numbers(numbers) = &self.form {
            let mut codes = Codes { bitmaps: self.with_bitmaps.then(Vec::new), ..Codes::default() };
            for (row, number) in numbers.iter().enumerate().filter(|(_, number)| !number.is_nan()) {
                let code = codes.intern(Scalar::Number(*number)) + 1;
                codes.replace(row, code);
            }
            self.form = Form::Codes(Box::new(codes));
        }
        match &mut self.form {
            Form::Codes(codes) => codes,
            // Turned into codes just above.
            Form::Numbers(_) => unreachable!("the column holds codes"),
        }
    }
}

impl Codes {
    fn intern(&mut self, value: Scalar<'_>) -> u32 {
        let code = self.dictionary.intern(value);
        if self.dictionary.len() > BITMAP_VALUES_MAX {
            self.bitmaps = None;
        } else if let Some(bitmaps) = &mut self.bitmaps {
            bitmaps.resize_with(self.dictionary.len(), RoaringBitmap::new);
        }
        code
    }

    fn list(&mut self, list: Vec<u32>) -> u32 {
        let list: Box<[u32]> = list.into();
        let next = self.lists.len() as u32;
        let index = *self.list_index.entry(list.clone()).or_insert(next);
        if index == next {
            self.lists.push(list);
        }
        index | LIST_BIT
    }

    /// The codes (+ 1) a row's code stands for.
    fn expand<'c>(&'c self, code: &'c u32) -> &'c [u32] {
        if code & LIST_BIT == 0 { std::slice::from_ref(code) } else { &self.lists[(code & !LIST_BIT) as usize] }
    }

    fn replace(&mut self, row: usize, code: u32) -> u32 {
        if self.codes.len() <= row {
            if code == 0 {
                return 0;
            }
            self.codes.resize(row + 1, 0);
        }
        let old = std::mem::replace(&mut self.codes[row], code);
        if old != 0 && old != code {
            self.account(row as u32, old, -1);
        }
        if code != 0 && old != code {
            self.account(row as u32, code, 1);
        }
        old
    }

    fn account(&mut self, row: u32, code: u32, by: i32) {
        let mut distinct = self.expand(&code).to_vec();
        distinct.dedup();
        for one in distinct {
            self.dictionary.change_count(one - 1, by);
            if let Some(bitmaps) = &mut self.bitmaps {
                let bitmap = &mut bitmaps[one as usize - 1];
                if by > 0 {
                    bitmap.insert(row)
                } else {
                    bitmap.remove(row)
                };
            }
        }
    }
}

/// Asks for one row after the other whether a value passes (before negation).
pub(crate) enum RowTest<'c> {
    Range { numbers: &'c [f64], from: f64, to: f64 },
    Numbers { numbers: &'c [f64], test: &'c ValueTest, now: Timestamp },
    Codes { codes: &'c [u32], by_code: Vec<bool>, by_list: Vec<bool> },
}

impl RowTest<'_> {
    pub fn passes(&self, row: u32) -> bool {
        match self {
            // NaN, no value, is in no range.
            RowTest::Range { numbers, from, to } => {
                numbers.get(row as usize).is_some_and(|number| from <= number && number <= to)
            }
            RowTest::Numbers { numbers, test, now } => numbers
                .get(row as usize)
                .is_some_and(|number| !number.is_nan() && test.holds_for(Scalar::Number(*number), *now)),
            RowTest::Codes { codes, by_code, by_list } => match codes.get(row as usize).copied().unwrap_or(0) {
                0 => false,
                list if list & LIST_BIT != 0 => by_list[(list & !LIST_BIT) as usize],
                code => by_code[code as usize - 1],
            },
        }
    }
}

/// The rows of `0..length` for which `passes`.
pub(crate) fn rows_where(length: usize, passes: impl Fn(u32) -> bool) -> RoaringBitmap {
    let rows: Vec<u32> = (0..length as u32).filter(|row| passes(*row)).collect();
    from_ascending(rows)
}

/// A bitmap of numbers that ascend strictly.
pub(crate) fn from_ascending(rows: Vec<u32>) -> RoaringBitmap {
    // Never fails for ascending numbers; the slow way gives the same bitmap should that ever be wrong.
    RoaringBitmap::from_sorted_iter(rows.iter().copied()).unwrap_or_else(|_| rows.into_iter().collect())
}
