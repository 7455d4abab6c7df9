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
