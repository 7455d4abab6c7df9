//! Consent and suppression as a view of the log.
//!
//! Every statement goes into the history. The state is the statements in order of time ([`crate::statement`]): a
//! statement that arrives late, or a merge of two profiles, makes the state be worked out again from the history, so
//! that the order of arrival does not matter. A change of state is emitted as "Consent Changed" `{channel, state,
//! previous}`, a new suppressed address as "Address Suppressed" `{channel, reason}`. Both report and are not read back
//! (only a "Consent Changed" with `declared: true` is a statement), so there is no loop.

use crate::address::{hashed, normalise_address};
use crate::divide::divide;
use crate::sql::{COLUMNS, Reader, statement_of, suppression_of, write_history, write_states, write_suppressions};
use crate::statement::{self, Held, Statement};
use crate::{ADDRESS_SUPPRESSED, ConsentState, ContactChannel, Subject, Suppression, SuppressionReason};
use crate::{requests, topics, unconfirmed};
use async_trait::async_trait;
use base::{Json, ProfileId, WorkspaceId};
use db::{DbError, Tx, Val};
use events::{Batch, Channel, Effects, Event, Merge, ResolvedEvent, Split, SystemEvent, View, ViewError, names};
use std::collections::{BTreeMap, BTreeSet};

/// The view's name in logs.
pub const VIEW_NAME: &str = "consent";

type Who = (WorkspaceId, ProfileId);
type Key = (WorkspaceId, ProfileId, Subject);

/// Keeps the tables of this room.
#[derive(Debug, Default)]
pub struct ConsentView;

#[async_trait]
impl View for ConsentView {
    fn name(&self) -> &'static str {
        VIEW_NAME
    }

    async fn apply(&self, tx: &mut Tx, batch: &Batch, effects: &mut Effects) -> Result<(), ViewError> {
        for split in &batch.splits {
            divide(tx, split, effects).await?;
        }
        let mut said: BTreeMap<Key, Vec<Statement>> = BTreeMap::new();
        // A call about a company alone may state a consent, but nobody's.
        for item in batch.events.iter().filter(|item| !item.is_of_nobody() && statement::may_tell(&item.event)) {
            for statement in statement::read(&item.event) {
                let key = (item.event.workspace, item.profile, statement.subject.clone());
                said.entry(key).or_default().push(statement);
            }
        }
        leave_out_unknown_topics(tx, &mut said).await?;
        let survivors: BTreeMap<Who, ProfileId> =
            batch.merges.iter().map(|merge| ((merge.workspace, merge.into), merge.from)).collect();
        if !survivors.is_empty() {
            move_merged(tx, &batch.merges).await?;
        }
        if !said.is_empty() || !survivors.is_empty() {
            let declarations = batch.events.iter().filter(|item| item.event.name == names::CONSENT_CHANGED);
            let declarations = declarations.map(|item| item.event.id.to_string()).collect();
            settle(tx, said, &survivors, &declarations, effects).await?;
        }
        requests::note(tx, batch).await?;
        unconfirmed::lapse(tx, batch, effects).await?;
        suppress(tx, &batch.events, effects).await?;
        Ok(())
    }
}

/// A topic nobody made is no topic: a write key is public, and a page must not fill the tables with names of its own.
/// One query per workspace of a batch that speaks of topics.
async fn leave_out_unknown_topics(tx: &mut Tx, said: &mut BTreeMap<Key, Vec<Statement>>) -> Result<(), DbError> {
    let of_topics = said.keys().filter(|key| key.2.topic().is_some());
    let workspaces: BTreeSet<WorkspaceId> = of_topics.map(|key| key.0).collect();
    for workspace in workspaces {
        let known = topics::keys(tx, workspace).await?;
        let is_known = |subject: &Subject| subject.topic().is_none_or(|topic| known.contains(topic.as_str()));
        said.retain(|(of, _, subject), _| *of != workspace || is_known(subject));
    }
    Ok(())
}

/// Brings the rows of merged profiles to their survivors. States are worked out anew afterwards.
async fn move_merged(tx: &mut Tx, merges: &[Merge]) -> Result<(), DbError> {
    for merge in merges {
        let args: [Val; 3] = [merge.workspace.into(), merge.from.into(), merge.into.into()];
        // One event can speak of both only by having been resolved to both; the survivor's record stays.
        tx.execute(
            "DELETE FROM consent_history WHERE workspace_id = $1 AND profile_id = $2 AND EXISTS (SELECT 1 FROM \
             consent_history AS kept WHERE kept.workspace_id = $1 AND kept.profile_id = $3 AND \
             kept.channel = consent_history.channel AND kept.event = consent_history.event)",
            &args,
        )
        .await?;
        for sql in [
            "UPDATE consent_history SET profile_id = $3 WHERE workspace_id = $1 AND profile_id = $2",
            "UPDATE suppression SET profile_id = $3 WHERE workspace_id = $1 AND profile_id = $2",
            "UPDATE consent_request SET profile_id = $3 WHERE workspace_id = $1 AND profile_id = $2",
            "UPDATE consent_alias SET canonical_id = $3 WHERE workspace_id = $1 AND canonical_id = $2",
            "INSERT INTO consent_alias (workspace_id, from_id, canonical_id) VALUES ($1, $2, $3) \
             ON CONFLICT (workspace_id, from_id) DO UPDATE SET canonical_id = excluded.canonical_id",
        ] {
            tx.execute(sql, &args).await?;
        }
        let sql = "DELETE FROM consent WHERE workspace_id = $1 AND profile_id = $2";
        tx.execute(sql, &args[..2]).await?;
    }
    Ok(())
}

/// Adds what was said to what holds, and writes and reports the difference.
async fn settle(
    tx: &mut Tx,
    said: BTreeMap<Key, Vec<Statement>>,
    survivors: &BTreeMap<Who, ProfileId>,
    declarations: &BTreeSet<String>,
    effects: &mut Effects,
) -> Result<(), ViewError> {
    let touched: BTreeSet<Who> = said.keys().map(|key| (key.0, key.1)).chain(survivors.keys().copied()).collect();
    let held = load_held(tx, &touched).await?;
    let late: BTreeSet<Who> = said
        .iter()
        .filter(|(key, statements)| {
            held.get(key).is_some_and(|held| statements.iter().any(|statement| statement.at <= held.last))
        })
        .map(|(key, _)| (key.0, key.1))
        .chain(survivors.keys().copied())
        .collect();
    let mut history = load_history(tx, &late).await?;
    let keys: BTreeSet<Key> = said.keys().chain(history.keys()).cloned().collect();
    let mut changed: BTreeMap<Key, Held> = BTreeMap::new();
    for key in keys {
        let new = said.get(&key).cloned().unwrap_or_default();
        let old = held.get(&key);
        let mut all = if late.contains(&(key.0, key.1)) {
            history.remove(&key).unwrap_or_default()
        } else {
            old.map(|held| held.statement.clone()).into_iter().collect()
        };
        let declared = new.iter().any(|said| declarations.contains(&said.proof.event));
        all.extend(new);
        let states: BTreeSet<ConsentState> = all.iter().map(|statement| statement.state).collect();
        let Some(mut now) = statement::settle(all) else { continue };
        now.last = old.map_or(now.last, |old| now.last.max(old.last));
        let before = old.map_or(ConsentState::Unknown, |old| old.statement.state);
        let told = declarations.contains(&now.statement.proof.event);
        // Two profiles became one and did not say the same: everybody is told which word holds.
        let merged = survivors.get(&(key.0, key.1)).filter(|_| states.len() > 1);
        // "Consent Changed" says it itself, unless what it declared did not come to hold.
        if merged.is_some() || if declared { !told } else { before != now.statement.state } {
            report(effects, &key, before, &now, merged.copied());
        }
        if old != Some(&now) {
            changed.insert(key, now);
        }
    }
    let rows: Vec<_> = changed.iter().map(|((workspace, profile, _), held)| (*workspace, *profile, held)).collect();
    write_states(tx, &rows).await?;
    let records: Vec<_> = said
        .into_iter()
        .flat_map(|((workspace, profile, _), statements)| {
            statements.into_iter().map(move |statement| (workspace, profile, statement))
        })
        .collect();
    write_history(tx, &records).await?;
    Ok(())
}

/// "Consent Changed", under a key that follows from what changed it.
fn report(
    effects: &mut Effects,
    (workspace, profile, subject): &Key,
    before: ConsentState,
    now: &Held,
    merged: Option<ProfileId>,
) {
    let statement = &now.statement;
    let mut occurrence = format!("consent:{profile}:{subject}:{}:{}", statement.state.name(), statement.proof.event);
    if let Some(from) = merged {
        occurrence.push_str(&format!(":{from}"));
    }
    effects.emit(
        SystemEvent::new(*workspace, names::CONSENT_CHANGED, occurrence, *profile, statement.at, Channel::System)
            .with("channel", subject.to_string())
            .with("state", statement.state.name())
            .with("previous", before.name()),
    );
}

/// "Consent Changed" of one of the two a split made.
pub(crate) fn report_split(
    effects: &mut Effects,
    split: &Split,
    profile: ProfileId,
    statement: &Statement,
    (before, now): (ConsentState, ConsentState),
) {
    let subject = statement.subject.to_string();
    let occurrence = format!("consent:{profile}:{subject}:{}:{}", now.name(), split.event);
    effects.emit(
        SystemEvent::new(split.workspace, names::CONSENT_CHANGED, occurrence, profile, split.at, Channel::System)
            .with("channel", subject)
            .with("state", now.name())
            .with("previous", before.name()),
    );
}

async fn load_held(tx: &mut Tx, profiles: &BTreeSet<Who>) -> Result<BTreeMap<Key, Held>, DbError> {
    let mut found = BTreeMap::new();
    for (workspace, ids) in by_workspace(profiles) {
        let select = format!("SELECT {COLUMNS}, last_ms FROM consent WHERE workspace_id = $1 AND profile_id IN");
        for row in Reader::Tx(tx).query_in(&select, "", &[workspace.into()], &ids).await? {
            let (profile, statement) = statement_of(&row)?;
            let last = row.time("last_ms")?;
            found.insert((workspace, profile, statement.subject.clone()), Held { statement, last });
        }
    }
    Ok(found)
}

async fn load_history(tx: &mut Tx, profiles: &BTreeSet<Who>) -> Result<BTreeMap<Key, Vec<Statement>>, DbError> {
    let mut found: BTreeMap<Key, Vec<Statement>> = BTreeMap::new();
    for (workspace, ids) in by_workspace(profiles) {
        let select = format!("SELECT {COLUMNS} FROM consent_history WHERE workspace_id = $1 AND profile_id IN");
        for row in Reader::Tx(tx).query_in(&select, "", &[workspace.into()], &ids).await? {
            let (profile, statement) = statement_of(&row)?;
            found.entry((workspace, profile, statement.subject.clone())).or_default().push(statement);
        }
    }
    Ok(found)
}

fn by_workspace(profiles: &BTreeSet<Who>) -> BTreeMap<WorkspaceId, Vec<Val>> {
    let mut groups: BTreeMap<WorkspaceId, Vec<Val>> = BTreeMap::new();
    for (workspace, profile) in profiles {
        groups.entry(*workspace).or_default().push((*profile).into());
    }
    groups
}

/// Puts addresses on the list that bounced for good, complained, or want nothing at all.
async fn suppress(tx: &mut Tx, events: &[ResolvedEvent], effects: &mut Effects) -> Result<(), ViewError> {
    let mut wanted: BTreeMap<(WorkspaceId, ContactChannel, String), (Suppression, &Event)> = BTreeMap::new();
    for item in events {
        if let Some(one) = suppression_by(item) {
            let key = (item.event.workspace, one.channel, one.address.clone());
            wanted.entry(key).or_insert((one, &item.event));
        }
    }
    let mut groups: BTreeMap<(WorkspaceId, ContactChannel), Vec<Val>> = BTreeMap::new();
    for (workspace, channel, address) in wanted.keys() {
        let addresses = groups.entry((*workspace, *channel)).or_default();
        addresses.push(address.as_str().into());
        addresses.push(hashed(*workspace, *channel, address).into());
    }
    for ((workspace, channel), addresses) in groups {
        let select = "SELECT channel, address, reason, at_ms, profile_id FROM suppression \
                      WHERE workspace_id = $1 AND channel = $2 AND address IN";
        let fixed = [workspace.into(), channel.name().into()];
        for row in Reader::Tx(tx).query_in(select, "", &fixed, &addresses).await? {
            wanted.remove(&(workspace, channel, suppression_of(&row)?.address));
        }
    }
    let mut rows = Vec::new();
    for ((workspace, ..), (one, event)) in wanted {
        let (Some(profile), channel) = (one.profile, one.channel) else { continue };
        let occurrence = format!("suppressed:{profile}:{}:{}", channel.name(), event.id);
        effects.emit(
            SystemEvent::new(workspace, ADDRESS_SUPPRESSED, occurrence, profile, one.at, Channel::System)
                .with("channel", channel.name())
                .with("reason", one.reason.name()),
        );
        rows.push((workspace, one, Some(event.id.to_string())));
    }
    write_suppressions(tx, &rows).await?;
    Ok(())
}

/// Only what Tutti itself saw counts: a write key is public, and nobody may silence an address by an event.
fn suppression_by(item: &ResolvedEvent) -> Option<Suppression> {
    let event = &item.event;
    if event.source.is_some() {
        return None;
    }
    if !matches!(event.name.as_str(), names::EMAIL_BOUNCED | names::EMAIL_MARKED_AS_SPAM | names::UNSUBSCRIBED) {
        return None;
    }
    let text = |key: &str| event.properties.get(key).and_then(Json::as_str);
    let (channel, reason) = match event.name.as_str() {
        names::EMAIL_BOUNCED if text("bounce_type") == Some("hard") => {
            (ContactChannel::Email, SuppressionReason::BounceHard)
        }
        names::EMAIL_BOUNCED if text("bounce_type") != Some("complaint") => return None,
        names::EMAIL_BOUNCED | names::EMAIL_MARKED_AS_SPAM => (ContactChannel::Email, SuppressionReason::Complaint),
        names::UNSUBSCRIBED if text("channel") == Some("all") => {
            (ContactChannel::Email, SuppressionReason::UnsubscribedAll)
        }
        _ => return None,
    };
    let address = normalise_address(channel, text("address").or_else(|| text("email"))?).ok()?;
    Some(Suppression { channel, address, reason, at: event.at, profile: Some(item.profile) })
}
