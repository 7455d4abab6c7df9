//! A customer that turned out to be two: which identifiers leave, and whose each event is then.
//!
//! An event goes with the strongest identifier it declares. One that declares none of theirs (most of what Tutti itself
//! did) stays with the id it was stored under: what happened before a merge goes back with the merged profile, what
//! happened since stays.
//!
//! The request travels as a "Profile Split" event that names identifiers by fingerprint only: an event stays in the
//! history of the one, and must not hold an address of the other when that one is erased.

use crate::identifiers::{Kind, gmail_mailbox, normalise};
use crate::identity::declared_by;
use crate::model::{IdentifierSeen, MergeSeen};
use crate::rules::Rules;
use crate::{PersonIdentifier, ProfileError};
use base::{EventId, Json, ProfileId, WorkspaceId};
use events::{Event, ResolvedEvent};
use std::collections::{BTreeSet, HashSet};

/// Events a split goes through at most; the two are worked out anew in one transaction.
pub const SPLIT_EVENTS_MAX: usize = 100_000;

/// What a person asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SplitRequest {
    /// Identifiers that leave, in any spelling. Empty with `revive`: those that came with it.
    pub identifiers: Vec<PersonIdentifier>,
    /// A profile that was merged into this one and comes back; None: a new one is made.
    pub revive: Option<ProfileId>,
}

/// What becomes of the customer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cut {
    pub leaving: Vec<IdentifierSeen>,
    pub staying: Vec<IdentifierSeen>,
    /// Ids that lead to the one that leaves; the revived id first.
    pub group: Vec<ProfileId>,
}

impl Cut {
    /// `identifiers` and `merges` are the customer's.
    pub fn make(
        request: &SplitRequest,
        identifiers: Vec<IdentifierSeen>,
        merges: &[MergeSeen],
        rules: &Rules,
    ) -> Result<Self, ProfileError> {
        let group = group_of(request.revive, merges)?;
        let mut asked: HashSet<(String, String)> =
            request.identifiers.iter().filter_map(|identifier| normal(identifier, rules)).collect();
        take_mailboxes(&mut asked, &identifiers);
        let leaves = |seen: &IdentifierSeen| {
            if request.identifiers.is_empty() {
                group.contains(&seen.home)
            } else {
                asked.contains(&(seen.kind.clone(), seen.value.clone()))
            }
        };
        let (leaving, staying) = identifiers.into_iter().partition(leaves);
        Self { leaving, staying, group }.checked()
    }

    /// The same from an event.
    pub fn of_event(
        event: &Event,
        identifiers: Vec<IdentifierSeen>,
        merges: &[MergeSeen],
    ) -> Result<Self, ProfileError> {
        let property = |name: &str| event.properties.get(name);
        let revive = property("revive").and_then(Json::as_str).and_then(|text| text.parse().ok());
        let prints: HashSet<&str> =
            property("identifiers").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        let leaves =
            |seen: &IdentifierSeen| prints.contains(fingerprint(event.workspace, &seen.kind, &seen.value).as_str());
        let (leaving, staying) = identifiers.into_iter().partition(leaves);
        Self { leaving, staying, group: group_of(revive, merges)? }.checked()
    }

    fn checked(self) -> Result<Self, ProfileError> {
        let refused =
            |code, detail: &str| Err(ProfileError::Refused { pointer: "/identifiers", code, detail: detail.into() });
        match (self.leaving.is_empty(), self.staying.is_empty(), self.group.is_empty()) {
            (true, _, true) => refused("no_identifier", "none of these identifiers is this customer's: nobody leaves"),
            (_, true, true) => refused("all_identifiers", "every identifier leaves: nobody would stay behind"),
            _ => Ok(self),
        }
    }

    /// The identifiers that leave, as the event names them.
    pub fn fingerprints(&self, workspace: WorkspaceId) -> Vec<String> {
        self.leaving.iter().map(|seen| fingerprint(workspace, &seen.kind, &seen.value)).collect()
    }

    /// Divides what both did, in the order given: (stays, leaves).
    pub fn divide(&self, events: Vec<ResolvedEvent>, rules: &Rules) -> (Vec<ResolvedEvent>, Vec<ResolvedEvent>) {
        let keys = |seen: &[IdentifierSeen]| -> HashSet<(String, String)> {
            seen.iter().map(|seen| (seen.kind.clone(), seen.value.clone())).collect()
        };
        let (leaving, staying) = (keys(&self.leaving), keys(&self.staying));
        let group: BTreeSet<ProfileId> = self.group.iter().copied().collect();
        events.into_iter().partition(|item| {
            let declared = declared_by(&item.event, rules);
            let leaves = declared.into_iter().find_map(|key| {
                if leaving.contains(&key) { Some(true) } else { staying.contains(&key).then_some(false) }
            });
            !leaves.unwrap_or_else(|| group.contains(&item.profile))
        })
    }
}

/// The ids that lead to whoever leaves; empty for a new customer.
fn group_of(revive: Option<ProfileId>, merges: &[MergeSeen]) -> Result<Vec<ProfileId>, ProfileError> {
    let Some(revive) = revive else { return Ok(Vec::new()) };
    if !merges.iter().any(|merge| merge.from == revive) {
        return Err(ProfileError::Refused {
            pointer: "/revive",
            code: "not_merged",
            detail: format!("{revive} was not merged into this customer, or was taken out again already"),
        });
    }
    Ok(came_with(revive, merges))
}

/// `from` and everything that was merged into it before it was merged itself.
pub fn came_with(from: ProfileId, merges: &[MergeSeen]) -> Vec<ProfileId> {
    let mut group = vec![from];
    let mut next = 0;
    while let Some(into) = group.get(next).copied() {
        let merged = merges.iter().filter(|merge| merge.into == into).map(|merge| merge.from);
        let new: Vec<ProfileId> = merged.filter(|id| !group.contains(id)).collect();
        group.extend(new);
        next += 1;
    }
    group
}

/// Whatever the rules say today: the identifier is there.
fn normal(identifier: &PersonIdentifier, rules: &Rules) -> Option<(String, String)> {
    let kind = Kind::named(&identifier.kind).unwrap_or(Kind::stored(&identifier.kind));
    let value = normalise(rules.kind(kind).form, &identifier.value, rules.region())?;
    Some((kind.name().to_owned(), value.into_owned()))
}

/// A mailbox leaves with the last of its addresses.
fn take_mailboxes(asked: &mut HashSet<(String, String)>, identifiers: &[IdentifierSeen]) {
    let email = Kind::EMAIL.name();
    let key = |seen: &IdentifierSeen| (seen.kind.clone(), seen.value.clone());
    let addresses: Vec<&IdentifierSeen> = identifiers.iter().filter(|seen| seen.kind == email).collect();
    let leaving: HashSet<String> = addresses
        .iter()
        .filter(|seen| asked.contains(&key(seen)))
        .filter_map(|seen| gmail_mailbox(&seen.value))
        .collect();
    let stays = |mailbox: &String| {
        let spelling = |seen: &&&IdentifierSeen| gmail_mailbox(&seen.value).as_ref() == Some(mailbox);
        addresses.iter().filter(spelling).any(|seen| !asked.contains(&key(seen)))
    };
    let mailboxes: Vec<String> = leaving.into_iter().filter(|mailbox| !stays(mailbox)).collect();
    asked.extend(mailboxes.into_iter().map(|mailbox| (Kind::GMAIL_MAILBOX.name().to_owned(), mailbox)));
}

fn fingerprint(workspace: WorkspaceId, kind: &str, value: &str) -> String {
    EventId::of(workspace, &format!("identifier\0{kind}\0{value}")).to_string()
}
