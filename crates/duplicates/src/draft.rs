//! Suggestions before they have a name: who of a cluster is shown together, by which links, and what is left of a
//! suggestion when somebody is taken out of it.

use crate::model::Pair;
use crate::service::GROUP_SIZE_MAX;
use std::collections::{BTreeSet, HashSet};

/// Pairs kept with a group: what a person can look at. More than the links that hold the largest group together.
pub(crate) const PAIRS_PER_GROUP_MAX: usize = 30;

/// Two numbers of customers and the log odds that they are one.
pub(crate) type Edge = (u32, u32, f32);

/// A part of a cluster that hangs together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Core {
    /// In order.
    pub members: Vec<u32>,
    /// The weakest of the strongest links that hold all of them together.
    pub bits: f32,
    /// Indices of the links to show, strongest first; those that hold it together are among them.
    pub edges: Vec<usize>,
}

/// A suggestion without a name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    /// In order.
    pub members: Vec<u32>,
    pub bits: f32,
    /// Strongest first.
    pub pairs: Vec<Pair>,
}

pub(crate) fn ordered(one: u32, other: u32) -> (u32, u32) {
    (one.min(other), one.max(other))
}

/// Pairs, the smaller number first, that are two people.
pub(crate) type TwoPeople = HashSet<(u32, u32)>;

fn clash(two: &TwoPeople, set: &[u32], other: &[u32]) -> bool {
    set.iter().any(|a| other.iter().any(|b| two.contains(&ordered(*a, *b))))
}

/// The parts of `members` that hang together by `edges`, each around its strongest link and no larger than what a
/// person can judge; no two of whom it is known that they are two are in one.
pub(crate) fn cores(members: &[u32], edges: &[Edge], two: &TwoPeople) -> Vec<Core> {
    let mut order: Vec<usize> = (0..edges.len()).collect();
    let inside: BTreeSet<u32> = members.iter().copied().collect();
    order.retain(|edge| inside.contains(&edges[*edge].0) && inside.contains(&edges[*edge].1));
    order.sort_by(|a, b| {
        let (a, b) = (edges[*a], edges[*b]);
        b.2.total_cmp(&a.2).then(ordered(a.0, a.1).cmp(&ordered(b.0, b.1)))
    });
    // Along the strongest links first: never two sets with a refused pair across them.
    let mut sets: Vec<Vec<u32>> = inside.iter().map(|member| vec![*member]).collect();
    let mut tree: Vec<usize> = Vec::new();
    for edge in &order {
        let place = |member: u32| sets.iter().position(|set| set.contains(&member));
        let (Some(one), Some(other)) = (place(edges[*edge].0), place(edges[*edge].1)) else { continue };
        let fits = sets[one].len() + sets[other].len() <= GROUP_SIZE_MAX;
        if one != other && fits && !clash(two, &sets[one], &sets[other]) {
            let moved = std::mem::take(&mut sets[other]);
            sets[one].extend(moved);
            tree.push(*edge);
        }
    }
    let core = |mut members: Vec<u32>| {
        members.sort_unstable();
        let own = |edge: &usize| members.contains(&edges[*edge].0) && members.contains(&edges[*edge].1);
        let holding: Vec<usize> = tree.iter().copied().filter(own).collect();
        let bits = holding.iter().map(|edge| edges[*edge].2).fold(f32::MAX, f32::min);
        let rest = order.iter().copied().filter(|edge| own(edge) && !holding.contains(edge));
        let room = PAIRS_PER_GROUP_MAX - holding.len();
        let mut shown: Vec<usize> = holding.iter().copied().chain(rest.take(room)).collect();
        shown.sort_by_key(|edge| order.iter().position(|other| other == edge));
        Core { members, bits, edges: shown }
    };
    sets.into_iter().filter(|set| set.len() > 1).map(core).collect()
}

/// What is left of a suggestion of `members` when only `stays` and the refusals count.
pub(crate) fn mended(members: &[u32], pairs: &[Pair], stays: impl Fn(u32) -> bool, two: &TwoPeople) -> Vec<Draft> {
    let members: Vec<u32> = members.iter().copied().filter(|member| stays(*member)).collect();
    drafts(&members, pairs.to_vec(), two)
}

/// The suggestions that `members` and the pairs among them come to.
pub(crate) fn drafts(members: &[u32], pairs: Vec<Pair>, two: &TwoPeople) -> Vec<Draft> {
    let edges: Vec<Edge> = pairs.iter().map(|pair| (pair.one, pair.other, pair.bits)).collect();
    let draft = |core: Core| {
        let shown = core.edges.iter().map(|edge| pairs[*edge].clone()).collect();
        Draft { members: core.members, bits: core.bits, pairs: shown }
    };
    cores(members, &edges, two).into_iter().map(draft).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_held_together_by_its_weakest_link_and_parted_where_it_was_refused() {
        let edges = [(1, 2, 9.0), (2, 3, 4.0), (3, 4, 8.0), (1, 3, -2.0)];
        let whole = cores(&[4, 3, 2, 1], &edges, &TwoPeople::new());
        assert_eq!(whole, [Core { members: vec![1, 2, 3, 4], bits: 4.0, edges: vec![0, 2, 1, 3] }]);
        let parts = cores(&[1, 2, 3, 4], &edges, &TwoPeople::from([(1, 4)]));
        let members: Vec<Vec<u32>> = parts.into_iter().map(|core| core.members).collect();
        assert_eq!(members, [vec![1, 2], vec![3, 4]]);
        assert_eq!(cores(&[1, 4], &edges, &TwoPeople::new()), []);
    }

    #[test]
    fn a_crowd_is_cut_into_groups_that_a_person_can_judge() {
        let members: Vec<u32> = (1..=50).collect();
        let edges: Vec<Edge> = (1..50).map(|one| (one, one + 1, one as f32)).collect();
        let all = cores(&members, &edges, &TwoPeople::new());
        assert!(all.iter().all(|core| core.members.len() <= GROUP_SIZE_MAX && core.edges.len() <= PAIRS_PER_GROUP_MAX));
        assert!(all.iter().any(|core| core.members.contains(&50)), "the strongest links are shown");
    }
}
