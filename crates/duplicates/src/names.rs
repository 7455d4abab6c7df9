//! Names of suggestions that stay.
//!
//! A name goes to the new group that has most of the old one's people, if that is at least half of them; of two old
//! groups that became one the name with more people in it stays, then the older one. A name whose group is gone is not
//! used again: numbers come from a counter of the workspace. `matching::stable_names` names clusters after one of their
//! records, so there a name would go when that one customer leaves.

use crate::draft::Draft;
use crate::model::{Group, GroupId};
use base::{ProfileId, Timestamp};
use std::collections::{BTreeMap, HashMap};

/// A group as it was, for naming.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Before {
    pub version: u32,
    pub found_at: Timestamp,
    /// In order.
    pub members: Vec<u32>,
}

/// Gives every draft a name and a version. `next` is the number of the next new name.
pub(crate) fn named(
    mut drafts: Vec<Draft>,
    before: &BTreeMap<GroupId, Before>,
    next: &mut i64,
    now: Timestamp,
) -> Vec<Group> {
    drafts.sort_by_key(|draft| draft.members.first().copied());
    let group_of: HashMap<u32, GroupId> =
        before.iter().flat_map(|(id, group)| group.members.iter().map(|member| (*member, *id))).collect();
    let mut claims = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        let mut shared = BTreeMap::<GroupId, usize>::new();
        for id in draft.members.iter().filter_map(|member| group_of.get(member)) {
            *shared.entry(*id).or_default() += 1;
        }
        let half = |(id, count): &(GroupId, usize)| 2 * count >= before[id].members.len();
        claims.extend(shared.into_iter().filter(half).map(|(id, count)| (std::cmp::Reverse(count), id, index)));
    }
    claims.sort_unstable();
    let (mut name_of, mut taken) = (HashMap::new(), std::collections::HashSet::new());
    for (_, id, index) in claims {
        if !taken.contains(&id) && !name_of.contains_key(&index) {
            taken.insert(id);
            name_of.insert(index, id);
        }
    }
    if let Some((last, _)) = before.last_key_value() {
        *next = (*next).max(last.0 + 1);
    }
    let group = |(index, draft): (usize, Draft)| {
        let known = name_of.get(&index).map(|id| (*id, &before[id]));
        let (id, version, found_at) = match known {
            Some((id, old)) if old.members == draft.members => (id, old.version, old.found_at),
            Some((id, old)) => (id, old.version + 1, now),
            None => {
                *next += 1;
                (GroupId(*next - 1), 1, now)
            }
        };
        let members = draft.members.into_iter().map(ProfileId::new).collect();
        Group { id, version, found_at, bits: draft.bits, members, pairs: draft.pairs }
    };
    drafts.into_iter().enumerate().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(members: &[u32]) -> Draft {
        Draft { members: members.to_vec(), bits: 1.0, pairs: Vec::new() }
    }

    #[test]
    fn a_name_stays_with_half_of_its_people_and_is_never_given_twice() {
        let old = |members: &[u32]| Before { version: 4, found_at: Timestamp::from_ms(7), members: members.to_vec() };
        let before = BTreeMap::from([
            (GroupId(1), old(&[1, 2, 3, 4])),
            (GroupId(2), old(&[5, 6])),
            (GroupId(3), old(&[7, 8, 9])),
            (GroupId(9), old(&[20, 21])),
        ]);
        let new = vec![draft(&[1, 2]), draft(&[3, 4]), draft(&[5, 6, 7, 8, 9]), draft(&[20, 21])];
        let mut next = 1;
        let groups = named(new, &before, &mut next, Timestamp::from_ms(8));
        let short: Vec<(i64, u32, i64)> =
            groups.iter().map(|group| (group.id.0, group.version, group.found_at.ms())).collect();
        // Two halves: the first keeps the name. Two groups in one: the larger one's name. Untouched: nothing changes.
        assert_eq!(short, [(1, 5, 8), (10, 1, 8), (3, 5, 8), (9, 4, 7)]);
        assert_eq!(next, 11);
    }
}
