//! Typed parameters. NULL has a type too: PostgreSQL refuses a text NULL for a BIGINT.

use base::Timestamp;

/// A bound parameter. Columns are BIGINT, DOUBLE PRECISION, TEXT, BYTEA or BOOLEAN.
#[derive(Debug, Clone, PartialEq)]
pub enum Val {
    I(i64),
    F(f64),
    T(String),
    B(Vec<u8>),
    Bool(bool),
    NullI,
    NullF,
    NullT,
    NullB,
}

macro_rules! from {
    ($from:ty, $value:ident => $into:expr) => {
        impl From<$from> for Val {
            fn from($value: $from) -> Val {
                $into
            }
        }
    };
}
from!(i64, v => Val::I(v));
from!(i32, v => Val::I(v as i64));
from!(u32, v => Val::I(v as i64));
from!(usize, v => Val::I(v as i64));
from!(f64, v => Val::F(v));
from!(bool, v => Val::Bool(v));
from!(&str, v => Val::T(v.to_owned()));
from!(&String, v => Val::T(v.clone()));
from!(String, v => Val::T(v));
from!(Vec<u8>, v => Val::B(v));
from!(&[u8], v => Val::B(v.to_vec()));
from!(Timestamp, v => Val::I(v.ms()));
from!(base::WorkspaceId, v => Val::I(v.sql()));
from!(base::ProfileId, v => Val::I(v.sql()));
from!(Option<i64>, v => v.map_or(Val::NullI, Val::I));
from!(Option<f64>, v => v.map_or(Val::NullF, Val::F));
from!(Option<String>, v => v.map_or(Val::NullT, Val::T));
from!(Option<&str>, v => v.map_or(Val::NullT, |text| Val::T(text.to_owned())));
from!(Option<Timestamp>, v => v.map_or(Val::NullI, |at| Val::I(at.ms())));
from!(Option<Vec<u8>>, v => v.map_or(Val::NullB, Val::B));

/// `($1,$2),($3,$4)` for `rows` rows of `width` columns.
pub fn placeholders(rows: usize, width: usize) -> String {
    use std::fmt::Write;
    let mut sql = String::with_capacity(rows * width * 5);
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..width {
            let separator = if column == 0 { "" } else { "," };
            let _ = write!(sql, "{separator}${}", row * width + column + 1);
        }
        sql.push(')');
    }
    sql
}

/// `($3,$4,$5)`: `count` parameters from `first` on, for `IN`.
pub fn in_list(first: usize, count: usize) -> String {
    use std::fmt::Write;
    let mut sql = String::with_capacity(count * 5 + 2);
    sql.push('(');
    for number in first..first + count {
        let _ = write!(sql, "{}${number}", if number == first { "" } else { "," });
    }
    sql.push(')');
    sql
}

/// Up to so many numbers for each one asked for are read as one stretch: faster than to look each up.
const STRETCH: i64 = 4;

/// What stands behind a column of whole numbers to find those of `sorted`, which has no number twice, and its arguments
/// from `$first` on: `IN ($3,$4)`, or `BETWEEN $3 AND $4` where they lie close. That finds others between them too, which
/// are the caller's to leave out.
pub fn among(first: usize, sorted: &[i64]) -> (String, Vec<Val>) {
    match sorted {
        [low, .., high] if high.saturating_sub(*low) < STRETCH * sorted.len() as i64 => {
            (format!("BETWEEN ${first} AND ${}", first + 1), vec![Val::I(*low), Val::I(*high)])
        }
        _ => (format!("IN {}", in_list(first, sorted.len())), sorted.iter().map(|number| Val::I(*number)).collect()),
    }
}

/// `(?,?),(?,?)`: the same for SQLite, see [`unnumbered`].
pub(crate) fn marks(rows: usize, width: usize) -> String {
    let row = format!("({})", vec!["?"; width].join(","));
    vec![row.as_str(); rows].join(",")
}

/// Up to this many rows a statement may have any number of them.
const EXACT_ROWS_MAX: usize = 8;

/// Cuts `rows` into pieces of `max` rows and then of powers of two: few lengths, so that the same few statements are
/// prepared once and found again, instead of one for each number of rows that happens to be there.
pub fn pieces<T>(rows: &[T], max: usize) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let take = match rest.len() {
            0 => return None,
            many if many >= max => max,
            few if few <= EXACT_ROWS_MAX => few,
            some => 1 << some.ilog2(),
        };
        let (piece, after) = rest.split_at(take);
        rest = after;
        Some(piece)
    })
}

/// The same statement with `?` instead of `$1`, `$2` …, and which parameter each `?` stands for (from 0).
///
/// SQLite keeps the names of parameters in a list and sqlx asks for each name before it binds, so that named ones cost
/// O(n²): a fifth of the writer's time with fifty rows a statement. `?` has no name.
pub(crate) fn unnumbered(sql: &str) -> (String, Vec<usize>) {
    let mut text = String::with_capacity(sql.len());
    let mut order = Vec::new();
    let mut rest = sql;
    let mut quoted = false;
    while let Some(at) = rest.find(['$', '\'']) {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        text.push_str(before);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        match after[..digits].parse::<usize>() {
            Ok(number) if !quoted && rest.as_bytes()[at] == b'$' && number > 0 => {
                text.push('?');
                order.push(number - 1);
                rest = &after[digits..];
            }
            _ => {
                quoted ^= rest.as_bytes()[at] == b'\'';
                text.push_str(&rest[at..=at]);
                rest = after;
            }
        }
    }
    text.push_str(rest);
    (text, order)
}

#[cfg(test)]
mod tests {
    use super::{Val, among, in_list, pieces, unnumbered};

    #[test]
    fn a_list_names_its_parameters_in_order() {
        assert_eq!(in_list(3, 3), "($3,$4,$5)");
        assert_eq!((in_list(1, 1).as_str(), in_list(2, 0).as_str()), ("($1)", "()"));
    }

    #[test]
    fn pieces_have_few_lengths_and_hold_every_row_once() {
        for length in 0..700 {
            let rows: Vec<usize> = (0..length).collect();
            let lengths: Vec<usize> = pieces(&rows, 128).map(<[usize]>::len).collect();
            assert_eq!(pieces(&rows, 128).flatten().copied().collect::<Vec<_>>(), rows);
            assert!(lengths.iter().all(|length| *length <= 8 || length.is_power_of_two()), "{lengths:?}");
        }
    }

    #[test]
    fn numbers_that_lie_close_are_read_as_a_stretch() {
        assert_eq!(among(3, &[7]).0, "IN ($3)");
        assert_eq!(among(3, &[7, 8, 10]).0, "BETWEEN $3 AND $4");
        assert_eq!(among(3, &[7, 1_000]).0, "IN ($3,$4)");
        assert!(matches!(among(3, &[7, 8, 10]).1[..], [Val::I(7), Val::I(10)]));
    }

    #[test]
    fn parameters_lose_their_numbers_and_keep_their_values() {
        assert_eq!(unnumbered("VALUES ($1,$2),($3,$4)"), ("VALUES (?,?),(?,?)".into(), vec![0, 1, 2, 3]));
        assert_eq!(unnumbered("a = $2 AND b = $1 OR c = $2"), ("a = ? AND b = ? OR c = ?".into(), vec![1, 0, 1]));
        assert_eq!(unnumbered("SELECT 1"), ("SELECT 1".into(), vec![]));
    }

    #[test]
    fn text_in_quotes_is_left_alone() {
        assert_eq!(unnumbered("a = '$1' AND b = $1"), ("a = '$1' AND b = ?".into(), vec![0]));
        assert_eq!(unnumbered("a = 'it''s $2' AND b = $1"), ("a = 'it''s $2' AND b = ?".into(), vec![0]));
        assert_eq!(unnumbered("a ->> '$.b' = $1"), ("a ->> '$.b' = ?".into(), vec![0]));
    }
}
