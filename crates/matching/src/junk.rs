//! Values and records that are nobody's: the telephone number typed when none is known, the address of the shop itself,
//! twenty thousand times "Test Test".
//!
//! Left in, they make every level of agreement look common, and so hide the duplicates of real people. Values of fields
//! that belong to one person or household are forgotten when more records share them than people do; what is left equal
//! in every field more often than anybody's record is, is set aside and compared with nobody.

use crate::field::FieldKind;
use crate::records::{NO_VALUE, Records};
use std::collections::HashSet;
use xxhash_rust::xxh3::xxh3_64;

/// Records that may share an e-mail address, a telephone or another number: a family, an office.
pub const CONTACT_SHARED_MAX: u32 = 100;
/// Records that may share a date of birth, and the share of all that know theirs, if that is more. In any country less
/// than a hundredth of the people are born on one day; 1 January 1970 is typed by far more.
pub const BIRTHDAY_SHARED_MAX: u32 = 1_000;
const BIRTHDAY_SHARE_MAX: f64 = 0.01;
/// Records that may be equal in every field.
pub const IDENTICAL_MAX: usize = 50;

/// How many records may share a value of this kind. None: any number, as of a name or a city.
pub(crate) fn shared_max(kind: FieldKind, present: u64) -> Option<u32> {
    match kind {
        FieldKind::Email | FieldKind::Phone | FieldKind::Id => Some(CONTACT_SHARED_MAX),
        FieldKind::DateOfBirth => Some(BIRTHDAY_SHARED_MAX.max((present as f64 * BIRTHDAY_SHARE_MAX) as u32)),
        _ => None,
    }
}

/// Takes away values that too many records share.
pub(crate) fn forget_values(records: &mut Records) {
    let width = records.width();
    for field in 0..width {
        let counts = records.counts(field);
        let present = counts[1..].iter().map(|count| u64::from(*count)).sum();
        let Some(max) = shared_max(records.fields[field].kind, present) else { continue };
        if counts[1..].iter().all(|count| *count <= max) {
            continue;
        }
        for row in records.codes.chunks_exact_mut(width) {
            if counts[row[field] as usize] > max {
                row[field] = NO_VALUE;
            }
        }
    }
}

/// Takes out records that are equal in every field to too many others. Answers their keys, in order.
pub(crate) fn set_aside(records: &mut Records) -> Vec<u128> {
    let width = records.width();
    let hash = |row: &[u32]| xxh3_64(&row.iter().flat_map(|code| code.to_le_bytes()).collect::<Vec<u8>>());
    let mut rows: Vec<(u64, u32)> = records.codes.chunks_exact(width).map(hash).zip(0u32..).collect();
    rows.sort_unstable();
    let crowds = rows.chunk_by(|a, b| a.0 == b.0 && records.row(a.1) == records.row(b.1));
    let out: HashSet<u32> =
        crowds.filter(|crowd| crowd.len() > IDENTICAL_MAX).flatten().map(|(_, record)| *record).collect();
    if out.is_empty() {
        return Vec::new();
    }
    let kept: Vec<u32> = (0..records.len() as u32).filter(|record| !out.contains(record)).collect();
    let mut aside: Vec<u128> = out.into_iter().map(|record| records.key(record as usize)).collect();
    aside.sort_unstable();
    records.codes = kept.iter().flat_map(|record| records.row(*record).iter().copied()).collect();
    records.keys = kept.iter().map(|record| records.keys[*record as usize]).collect();
    aside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Field;

    #[test]
    fn a_number_of_everybody_is_nobodys_and_equal_crowds_are_set_aside() {
        let fields = vec![Field::new("name", FieldKind::FullName), Field::new("phone", FieldKind::Phone)];
        let mut records = Records::new(fields).unwrap();
        for key in 0..u128::from(CONTACT_SHARED_MAX) + 1 {
            let name = if key < 60 { "Test Test".to_owned() } else { format!("Somebody Number{key}") };
            records.push(key, &[Some(&name), Some("0600000000")]).unwrap();
        }
        records.push(500, &[Some("Jan Jansen"), Some("0612345678")]).unwrap();
        forget_values(&mut records);
        assert_eq!((records.value(70, 1), records.value(101, 1)), (None, Some("612345678")));
        assert_eq!(set_aside(&mut records), (0..60).collect::<Vec<u128>>());
        assert_eq!((records.len(), records.key(0), records.value(0, 0)), (42, 60, Some("somebody number60")));
        assert_eq!(set_aside(&mut records), []);
    }
}
