//! Which fields hang together, also between strangers.
//!
//! Fellegi & Sunter's weights add up only if fields are independent among pairs of two people. They are not: e-mail
//! addresses are made of names, neighbours share a street, a household shares its family name and telephone. Counted
//! as if independent, two strangers of one name would be taken for one person. So u of such a field is learned
//! apart for pairs whose *parent* fields agree. The structure follows from the types, the numbers from the data.

use crate::field::{Field, FieldKind};

/// Contexts of a field: none, one, two, or three and more of its parents agree.
pub(crate) const CONTEXTS: usize = 4;

/// Fields of which one has to agree, each with its last level that counts as agreement: street or postcode, say.
pub(crate) type Parent = Vec<(usize, u8)>;

/// The parents of each field, and an order in which parents come first.
#[derive(Debug, Clone)]
pub(crate) struct Dependence {
    pub parents: Vec<Vec<Parent>>,
    pub order: Vec<usize>,
}

impl Dependence {
    pub fn of(fields: &[Field]) -> Self {
        let find = |kinds: &[FieldKind]| -> Parent {
            let of_kind = |field: &usize| kinds.contains(&fields[*field].kind);
            (0..fields.len()).filter(of_kind).map(|field| (field, agreeing(fields[field].kind))).collect()
        };
        let parents_of = |kind: FieldKind| -> Vec<Parent> {
            use FieldKind::{
                City, DateOfBirth, Email, FamilyName, FullName, GivenName, HouseNumber, Phone, Postcode, Region, Street,
            };
            let (area, city) = (find(&[Street, Postcode]), find(&[City]));
            // A shared telephone tells a household too.
            let home = [area.clone(), find(&[Phone])].concat();
            match kind {
                City => vec![find(&[Region])],
                Postcode => vec![find(&[City])],
                Street => vec![find(&[Postcode]), find(&[City])],
                HouseNumber => vec![if area.is_empty() { city } else { area }],
                Phone => vec![area, find(&[HouseNumber]), city],
                FamilyName | FullName => vec![home, find(&[HouseNumber]), city],
                DateOfBirth => vec![find(&[FamilyName, FullName]), home, find(&[HouseNumber]), city],
                Email => vec![find(&[GivenName]), find(&[FamilyName, FullName]), home],
                GivenName | Region | FieldKind::Id | FieldKind::Text => Vec::new(),
            }
        };
        let parents = fields.iter().map(|field| {
            let parents = parents_of(field.kind).into_iter();
            parents.filter(|parent| !parent.is_empty()).collect()
        });
        let mut order: Vec<usize> = (0..fields.len()).collect();
        order.sort_by_key(|field| rank(fields[*field].kind));
        Self { parents: parents.collect(), order }
    }

    /// How many parents of `field` agree, given the levels of a pair.
    pub fn context(&self, field: usize, levels: &[u8]) -> usize {
        let agrees = |parent: &&Parent| parent.iter().any(|(field, last)| levels[*field] <= *last);
        self.parents[field].iter().filter(agrees).count().min(CONTEXTS - 1)
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
        FieldKind::Phone => 5,
        FieldKind::FamilyName | FieldKind::FullName => 6,
        FieldKind::DateOfBirth | FieldKind::Email => 7,
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
            assert!(
                parents.iter().flatten().all(|(parent, _)| place(*parent) < place(field)),
                "{}",
                fields[field].name
            );
        }
    }
}
