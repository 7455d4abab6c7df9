//! Where new and changed customers belong among the suggestions there are. Pure.

use crate::DuplicateError;
use crate::draft::{Draft, Edge, TwoPeople, cores, drafts, mended, ordered};
use crate::find::{number, pair, values};
use crate::model::{Group, GroupId, Pair, PersonFields};
use base::ProfileId;
use matching::{Found, Placement, Update};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The suggestions that an update touches, without those who changed or are gone.
pub(crate) struct Touched {
    /// What is left of each: sets of people that stay together.
    parts: Vec<Draft>,
    part_of: HashMap<u32, usize>,
}

impl Touched {
    pub fn new(groups: &BTreeMap<GroupId, Group>, stays: impl Fn(u32) -> bool, two: &TwoPeople) -> Self {
        let mut parts = Vec::new();
        for group in groups.values() {
            let members: Vec<u32> = group.members.iter().map(|member| member.number()).collect();
            parts.extend(mended(&members, &group.pairs, &stays, two));
        }
        let numbered = parts.iter().enumerate();
        let part_of = numbered.flat_map(|(at, part)| part.members.iter().map(move |member| (*member, at))).collect();
        Self { parts, part_of }
    }

    /// The sets that `others` are in, alone or together.
    pub fn sets(&self, others: &BTreeSet<u32>) -> Vec<Vec<u32>> {
        let of =
            |other: &u32| self.part_of.get(other).map_or_else(|| vec![*other], |at| self.parts[*at].members.clone());
        others.iter().map(of).collect::<BTreeSet<Vec<u32>>>().into_iter().collect()
    }
}

/// The suggestions there are afterwards. `links`: what the comparisons found; `sets` as [`Touched::sets`] gives them,
/// with the values of their members; who is gone meanwhile has none and is left out.
pub(crate) fn placed(
    update: Update,
    links: &[Found],
    touched: Touched,
    sets: Vec<Vec<u32>>,
    known: &HashMap<ProfileId, PersonFields>,
    two: &TwoPeople,
) -> Result<Vec<Draft>, DuplicateError> {
    let with_values = |set: Vec<u32>| {
        let members = set
            .into_iter()
            .filter_map(|member| known.get(&ProfileId::new(member)).map(|fields| (u128::from(member), values(fields))));
        members.collect::<Vec<_>>()
    };
    let sets: Vec<_> = sets.into_iter().map(with_values).filter(|set| !set.is_empty()).collect();
    let apart = |one: u128, other: u128| two.contains(&ordered(one as u32, other as u32));
    let placement = update.place(links, &sets, apart)?;
    let mut placed_members = BTreeSet::new();
    let mut all = Vec::new();
    for cluster in &placement.clusters {
        let members: Vec<u32> = cluster.iter().map(|record| number(&placement.records, *record)).collect();
        placed_members.extend(members.iter().copied());
        all.extend(cluster_drafts(&placement, &members, &touched, two));
    }
    for part in touched.parts {
        // Somebody of it joined others: the rest of it, if anybody was gone meanwhile, is what is left.
        let rest: Vec<u32> = part.members.iter().copied().filter(|one| !placed_members.contains(one)).collect();
        if rest.len() == part.members.len() {
            all.push(part);
        } else {
            all.extend(drafts(&rest, part.pairs, two));
        }
    }
    Ok(all)
}

/// Old evidence between those who were there, new evidence for those who came.
fn cluster_drafts(placement: &Placement, members: &[u32], touched: &Touched, two: &TwoPeople) -> Vec<Draft> {
    let parts: BTreeSet<usize> = members.iter().filter_map(|member| touched.part_of.get(member).copied()).collect();
    let old: Vec<&Pair> = parts.iter().flat_map(|part| &touched.parts[*part].pairs).collect();
    let inside: BTreeSet<u32> = members.iter().copied().collect();
    let of = |record: u32| number(&placement.records, record);
    let new: Vec<_> = placement.links.iter().filter(|link| inside.contains(&of(link.left))).collect();
    let old_edges = old.iter().map(|pair| (pair.one, pair.other, pair.bits));
    let new_edges = new.iter().map(|link| (of(link.left), of(link.right), link.bits));
    let edges: Vec<Edge> = old_edges.chain(new_edges).collect();
    let evidence = |edge: &usize| match old.get(*edge) {
        Some(pair) => (*pair).clone(),
        None => {
            let link = new[*edge - old.len()];
            pair(&placement.model, &placement.records, link.left, link.right)
        }
    };
    let draft = |core: crate::draft::Core| Draft {
        pairs: core.edges.iter().map(evidence).collect(),
        members: core.members,
        bits: core.bits,
    };
    cores(members, &edges, two).into_iter().map(draft).collect()
}
