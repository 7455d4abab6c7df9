//! Which fields hang together, also between strangers.
//!
//! Fellegi & Sunter's weights add up only if fields are independent among pairs of two people. They are not: e-mail
//! addresses are made of names, neighbours share a street, a household shares its family name and telephone. Counted
//! as if independent, two strangers of one name would be taken for one person. So u of such a field is learned
//! apart for pairs whose *parent* fields agree. The structure follows from the types, the numbers from the data.

use crate::field::{Field, FieldKind};

/// Contexts of a field: none, one, two, or three and more of its parents agree.
pub(crate) const CONTEXTS: usize = 4;

/// The parents of each field, and an order in which parents come first.
#[derive(Debug, Clone)]
pub(crate) struct Dependence {
    /// Each field with its parents and the last level of each that counts as agreement.
    pub parents: Vec<Vec<(usize, u8)>>,
    pub order: Vec<usize>,
}

impl Dependence {
    pub fn of(fields: &[Field]) -> Self {
        let find = |kinds: &[FieldKind]| -> Vec<usize> {
            (0..fields.len()).filter(|field| kinds.contains(&fields[*field].kind)).collect()
        };
        let first = |choices: &[FieldKind]| -> Vec<usize> {
            choices.iter().flat_map(|kind| find(&[*kind]).into_iter().take(1)).take(1).collect()
        };
        use FieldKind::{
            City, DateOfBirth, Email, FamilyName, FullName, GivenName, HouseNumber, Phone, Postcode, Region, Street,
        };
        // The narrowest place that two records can share: a household, if house numbers are known.
        let mut home = match first(&[HouseNumber]) {
            number if number.is_empty() => first(&[Postcode, Street, City]),
            number => [first(&[Street, Postcode, City]), number].concat(),
        };
        home.dedup();
        let with_home = |own: &[FieldKind]| [find(own), home.clone()].concat();
        let parents_of = |kind: FieldKind| match kind {
            City => find(&[Region]),
            Postcode => find(&[City]),
            Street => first(&[Postcode, City]),
            HouseNumber => first(&[Street, Postcode]),
            FamilyName | FullName | Phone => home.clone(),
            DateOfBirth => with_home(&[FamilyName, FullName]),
            Email => [find(&[GivenName, FamilyName, FullName]), home.iter().copied().take(1).collect()].concat(),
            _ => Vec::new(),
        };
        let parents = fields.iter().map(|field| {
            let parents = parents_of(field.kind).into_iter();
            parents.map(|parent| (parent, agreeing(fields[parent].kind))).collect()
        });
        let mut order: Vec<usize> = (0..fields.len()).collect();
        order.sort_by_key(|field| rank(fields[*field].kind));
        Self { parents: parents.collect(), order }
    }

    /// How many parents of `field` agree, given the levels of a pair.
    pub fn context(&self, field: usize, levels: &[u8]) -> usize {
        let agree = self.parents[field].iter().filter(|(parent, last)| levels[*parent] <= *last).count();
        agree.min(CONTEXTS - 1)
    }
}

/// The last level that counts as "the same" for the children of a field of this kind.
fn agreeing(kind: FieldKind) -> u8 {
    match kind {
        FieldKind::GivenName | FieldKind::FamilyName => 3,
        FieldKind::FullName => 4,
        FieldKind::Street | FieldKind::City | FieldKind::Postcode => 1,
        _ => 0,
    }
}

/// Parents have a lower rank than their children.
fn rank(kind: FieldKind) -> u8 {
    match kind {
        FieldKind::City => 1,
        FieldKind::Postcode => 2,
        FieldKind::Street => 3,
        FieldKind::HouseNumber => 4,
        FieldKind::FamilyName | FieldKind::FullName | FieldKind::Phone => 5,
        FieldKind::DateOfBirth | FieldKind::Email => 6,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parent_comes_before_its_children() {
        let fields: Vec<Field> = FieldKind::ALL.into_iter().map(|kind| Field::new(kind.name(), kind)).collect();
        let dependence = Dependence::of(&fields);
        let place = |field: usize| dependence.order.iter().position(|other| *other == field);
        for (field, parents) in dependence.parents.iter().enumerate() {
            assert!(parents.iter().all(|(parent, _)| place(*parent) < place(field)), "{}", fields[field].name);
        }
    }
}
