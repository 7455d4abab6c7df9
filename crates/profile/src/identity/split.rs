//! Takes a profile apart: identifiers, old ids and counters. What follows from the events is the views' business.

use super::store;
use super::{Identity, Reader};
use crate::cache::{Known, anchor_key};
use crate::document::Document;
use crate::model::{IdentifierSeen, MergeSeen};
use crate::rules::Rules;
use crate::sorting;
use crate::split::{Cut, SPLIT_EVENTS_MAX};
use crate::store::{identifier_seen, merge_seen};
use base::{ProfileId, Timestamp, WorkspaceId};
use db::{DbError, Tx, Val};
use events::{Event, EventKind, Identifier, PAST_TOO_LONG, ResolvedEvent, Split, ViewError};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Identity {
    /// The split the event asks for; None when it asks for what is not possible (any more).
    pub(super) async fn split(
        &self,
        tx: &mut Tx,
        event: &Event,
        now: Timestamp,
        rules: &Rules,
    ) -> Result<Option<Split>, ViewError> {
        let (Some(past), Some(named)) = (&self.past, event.profile) else { return Ok(None) };
        let workspace = event.workspace;
        let found = Reader::Tx(tx).anchors(&[(workspace, named.number())]).await?;
        let Some(from) = found.first().map(|(_, canonical)| ProfileId::new(*canonical)) else { return Ok(None) };
        let (identifiers, merges) = (identifiers(tx, workspace, from).await?, merges(tx, workspace, from).await?);
        let cut = match Cut::of_event(event, identifiers, &merges) {
            Ok(cut) => cut,
            Err(error) => {
                tracing::warn!(%workspace, profile = %from, %error, "a split that was asked for is not possible any more");
                write_refusal(tx, event, from, now).await?;
                return Ok(None);
            }
        };
        let stored: Vec<ProfileId> = std::iter::once(from).chain(merges.iter().map(|merge| merge.from)).collect();
        let unsorted = sorting::unsorted(tx, workspace).await?;
        let mut events = match unsorted.past_of(&**past, workspace, &stored, SPLIT_EVENTS_MAX).await {
            Err(ViewError::Broken { view: PAST_TOO_LONG, detail }) => {
                tracing::warn!(%workspace, profile = %from, detail, "a split that was asked for is not possible any more");
                write_refusal(tx, event, from, now).await?;
                return Ok(None);
            }
            events => events?,
        };
        put_in_order(&mut events, &traits(tx, workspace, from).await?);
        let stored = unsorted.stored_with(&stored);
        let (kept, left) = cut.divide(events, rules);
        let last = store::last_id(tx, workspace).await?;
        let into = cut.group.first().copied().unwrap_or(ProfileId::new(last + 1));
        let joined_at = merges.iter().find(|merge| merge.from == into).map(|merge| merge.at);
        let group = if cut.group.is_empty() { vec![into] } else { cut.group.clone() };
        let split = Split {
            workspace,
            event: event.id,
            at: event.at,
            from,
            into,
            group,
            joined_at,
            kept: kept.iter().map(|item| item.event.clone()).collect(),
            left: left.iter().map(|item| item.event.clone()).collect(),
            staying: cut.staying.iter().map(plain).collect(),
            leaving: cut.leaving.iter().map(plain).collect(),
        };
        write(tx, &split, &cut, (last.max(into.number()), now), rules).await?;
        let moves = moves(&split, &kept, &left);
        write_moves(tx, &split, &stored, &moves, now).await?;
        self.remember_split(&split, &cut);
        Ok(Some(split))
    }

    /// Notes who owns what now; holds after the commit.
    fn remember_split(&self, split: &Split, cut: &Cut) {
        let mut cache = self.cache.lock();
        let (workspace, mut scratch) = (split.workspace, Vec::new());
        for seen in &cut.leaving {
            let hash = super::declare::key_hash(workspace, &seen.kind, &seen.value, &mut scratch);
            cache.change(hash, Some(Known::new(split.into.number(), seen.last_seen.ms())));
        }
        for id in &split.group {
            cache.change(anchor_key(workspace.number(), id.number()), Some(Known::new(split.into.number(), 0)));
        }
    }
}

fn plain(seen: &IdentifierSeen) -> Identifier {
    Identifier { kind: seen.kind.clone(), value: seen.value.clone() }
}

async fn traits(tx: &mut Tx, workspace: WorkspaceId, id: ProfileId) -> Result<Document, ViewError> {
    let sql = "SELECT traits FROM profile WHERE workspace_id = $1 AND id = $2";
    let row = tx.query_one(sql, &[workspace.into(), id.into()]).await?;
    row.map_or(Ok(Document::default()), |row| crate::view::parse(&row.text("traits")?))
}

/// Of events of one moment the one whose word holds today was accepted last: the history does not know the order within
/// a request.
fn put_in_order(events: &mut [ResolvedEvent], today: &Document) {
    let holds = |event: &Event| {
        event.kind == EventKind::Identify
            && today.iter().any(|item| item.at == event.at && event.traits.get(item.name) == Some(item.value))
    };
    events.sort_by_cached_key(|item| (item.event.received_at, item.event.at, holds(&item.event)));
}

async fn identifiers(tx: &mut Tx, workspace: WorkspaceId, id: ProfileId) -> Result<Vec<IdentifierSeen>, DbError> {
    let rows = tx.query(crate::store::IDENTIFIERS_OF, &[workspace.into(), id.into()]).await?;
    rows.iter().map(identifier_seen).collect()
}

async fn merges(tx: &mut Tx, workspace: WorkspaceId, id: ProfileId) -> Result<Vec<MergeSeen>, DbError> {
    let rows = tx.query(crate::store::MERGES_INTO, &[workspace.into(), id.into()]).await?;
    rows.iter().map(merge_seen).collect()
}

async fn write(
    tx: &mut Tx,
    split: &Split,
    cut: &Cut,
    (last_id, now): (u32, Timestamp),
    rules: &Rules,
) -> Result<(), DbError> {
    let (workspace, from, into) = (Val::from(split.workspace), Val::from(split.from), Val::from(split.into));
    for seen in &cut.leaving {
        // What was merged into the one that leaves, before that was merged, can still be taken out of it.
        let home = if split.group.contains(&seen.home) { seen.home } else { split.into };
        let sql = "UPDATE profile_identifier SET profile_id = $4, home_id = $5 \
                   WHERE workspace_id = $1 AND kind = $2 AND value = $3";
        let args = [workspace.clone(), (&seen.kind).into(), (&seen.value).into(), into.clone(), home.into()];
        tx.execute(sql, &args).await?;
    }
    // What a person leaves behind does not come along when the two are merged and taken apart again.
    for seen in cut.staying.iter().filter(|seen| split.group.contains(&seen.home)) {
        let sql = "UPDATE profile_identifier SET home_id = $4 WHERE workspace_id = $1 AND kind = $2 AND value = $3";
        tx.execute(sql, &[workspace.clone(), (&seen.kind).into(), (&seen.value).into(), from.clone()]).await?;
    }
    if cut.group.is_empty() {
        // Whoever the customer was taken apart from, the new one is apart from too.
        for (column, other) in [("profile_id", "other_id"), ("other_id", "profile_id")] {
            let sql = format!(
                "INSERT INTO profile_apart (workspace_id, {column}, {other}, at_ms) \
                 SELECT workspace_id, CAST($3 AS BIGINT), {other}, at_ms FROM profile_apart WHERE workspace_id = $1 \
                 AND ({column} = $2 OR {column} IN (SELECT from_id FROM profile_merge \
                      WHERE workspace_id = $1 AND canonical_id = $2))"
            );
            tx.execute(&sql, &[workspace.clone(), from.clone(), into.clone()]).await?;
        }
    }
    let sql = "DELETE FROM profile_merge WHERE workspace_id = $1 AND from_id = $2";
    tx.execute(sql, &[workspace.clone(), into.clone()]).await?;
    for id in split.group.iter().filter(|id| **id != split.into) {
        let sql = "UPDATE profile_merge SET canonical_id = $3 WHERE workspace_id = $1 AND from_id = $2";
        tx.execute(sql, &[workspace.clone(), (*id).into(), into.clone()]).await?;
    }
    for (one, other) in [(&from, &into), (&into, &from)] {
        let sql = "INSERT INTO profile_apart (workspace_id, profile_id, other_id, at_ms) VALUES ($1, $2, $3, $4)";
        tx.execute(sql, &[workspace.clone(), one.clone(), other.clone(), now.into()]).await?;
    }
    let personal = |seen: &[IdentifierSeen]| seen.iter().any(|seen| rules.stored_kind(&seen.kind).personal);
    let (stays, leaves) = (personal(&cut.staying), personal(&cut.leaving));
    let identified = i64::from(stays) + i64::from(leaves) - i64::from(stays || leaves);
    let sql = "UPDATE profile_counter SET customers = customers + 1, identified = identified + $2, last_id = $3 \
               WHERE workspace_id = $1";
    tx.execute(sql, &[workspace, identified.into(), last_id.into()]).await.map(|_| ())
}

/// Events that are stored under an id that does not lead to their owner, and the owner.
fn moves(split: &Split, kept: &[ResolvedEvent], left: &[ResolvedEvent]) -> BTreeMap<String, ProfileId> {
    let back = kept.iter().filter(|item| split.group.contains(&item.profile)).map(|item| (item, split.from));
    let away = left.iter().filter(|item| !split.group.contains(&item.profile)).map(|item| (item, split.into));
    back.chain(away).map(|(item, owner)| (item.event.id.to_string(), owner)).collect()
}

async fn write_moves(
    tx: &mut Tx,
    split: &Split,
    stored: &[ProfileId],
    moves: &BTreeMap<String, ProfileId>,
    now: Timestamp,
) -> Result<(), DbError> {
    // Their order is that of their times, also of two within a millisecond.
    let sql = "INSERT INTO profile_split (workspace_id, event, from_id, into_id, at_ms, sorted, stored, moves) \
               SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), \
               CASE WHEN last_ms >= $5 THEN last_ms + 1 ELSE CAST($5 AS BIGINT) END, \
               CAST($6 AS BOOLEAN), CAST($7 AS TEXT), CAST($8 AS TEXT) \
               FROM (SELECT COALESCE(MAX(at_ms), 0) AS last_ms FROM profile_split WHERE workspace_id = $1) AS latest";
    let args = [
        split.workspace.into(),
        split.event.to_string().into(),
        split.from.into(),
        split.into.into(),
        now.into(),
        moves.is_empty().into(),
        serde_json::to_string(stored).unwrap_or_default().into(),
        serde_json::to_string(moves).unwrap_or_default().into(),
    ];
    tx.execute(sql, &args).await.map(|_| ())
}

/// Notes that nothing came of it, for whoever asked.
async fn write_refusal(tx: &mut Tx, event: &Event, from: ProfileId, now: Timestamp) -> Result<(), DbError> {
    let sql = "INSERT INTO profile_split (workspace_id, event, from_id, into_id, at_ms, sorted, stored, moves) \
               VALUES ($1, $2, $3, 0, $4, TRUE, '[]', '{}') ON CONFLICT (workspace_id, event) DO NOTHING";
    let args = [event.workspace.into(), event.id.to_string().into(), from.into(), now.into()];
    tx.execute(sql, &args).await.map(|_| ())
}

/// What a split resolves to: the event that asked for it, with the profile it is about.
pub(super) fn resolved(event: &Arc<Event>, split: &Split) -> ResolvedEvent {
    ResolvedEvent { event: event.clone(), profile: split.from, created: false }
}
