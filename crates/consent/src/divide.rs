//! A customer that turned out to be two: what each of them said goes to them, and both states are worked out anew.
//!
//! Cost: the whole history of one person, once per split.

use crate::address::normalise_address;
use crate::sql::{COLUMNS, Reader, statement_of, write_history, write_states};
use crate::statement::{self, Held, Statement};
use crate::view::report_split;
use crate::{ADDRESS_SUPPRESSED, ADDRESS_UNSUPPRESSED, ConsentState, ContactChannel, Subject};
use base::{ProfileId, WorkspaceId};
use db::{DbError, Tx, Val};
use events::{Channel, Effects, Event, Split, SystemEvent};
use std::collections::{BTreeMap, BTreeSet};

/// What holds, by subject.
type States = BTreeMap<Subject, Held>;
type Said = BTreeMap<Subject, Vec<Statement>>;

/// Gives what was said to who said it, and addresses nothing is sent to, to whose they are.
///
/// A no that was said while the two were one, by an event that names nobody (a click on "unsubscribe" in a message),
/// holds for both: nobody is written to against their will because of how they were sorted. Who shares a statement is
/// kept, so that it is shared again after another merge and another split.
pub(crate) async fn divide(tx: &mut Tx, split: &Split, effects: &mut Effects) -> Result<(), DbError> {
    let [before_from, before_into] = [held(tx, split, split.from).await?, States::new()];
    let suppressed_before = suppressed(tx, split, split.from).await?;
    move_rows(tx, split).await?;
    move_aliases(tx, split).await?;
    share(tx, split).await?;
    for (profile, before) in [(split.from, before_from), (split.into, before_into)] {
        settle(tx, split, profile, before, effects).await?;
    }
    move_suppressions(tx, split).await?;
    report_suppressions(tx, split, &suppressed_before, effects).await
}

async fn held(tx: &mut Tx, split: &Split, profile: ProfileId) -> Result<States, DbError> {
    let sql = format!("SELECT {COLUMNS}, last_ms FROM consent WHERE workspace_id = $1 AND profile_id = $2");
    let rows = tx.query(&sql, &[split.workspace.into(), profile.into()]).await?;
    let of_row = |row: &db::Row| {
        let statement = statement_of(row)?.1;
        Ok((statement.subject.clone(), Held { statement, last: row.time("last_ms")? }))
    };
    rows.iter().map(of_row).collect()
}

async fn said(tx: &mut Tx, split: &Split, profile: ProfileId) -> Result<Said, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM consent_history WHERE workspace_id = $1 AND profile_id = $2");
    let mut said = Said::new();
    for row in tx.query(&sql, &[split.workspace.into(), profile.into()]).await? {
        let statement = statement_of(&row)?.1;
        said.entry(statement.subject.clone()).or_default().push(statement);
    }
    Ok(said)
}

async fn move_rows(tx: &mut Tx, split: &Split) -> Result<(), DbError> {
    let events: Vec<Val> = split.left.iter().map(|event| event.id.to_string().into()).collect();
    let fixed: [Val; 3] = [split.workspace.into(), split.from.into(), split.into.into()];
    for chunk in db::pieces(&events, tx.chunk() * 4) {
        for table in ["consent_history", "suppression", "consent_request"] {
            let sql = format!(
                "UPDATE {table} SET profile_id = $3 WHERE workspace_id = $1 AND profile_id = $2 AND event IN {}",
                db::in_list(4, chunk.len())
            );
            let args: Vec<Val> = fixed.iter().chain(chunk).cloned().collect();
            tx.execute(&sql, &args).await?;
        }
    }
    Ok(())
}

async fn move_aliases(tx: &mut Tx, split: &Split) -> Result<(), DbError> {
    let (workspace, into) = (Val::from(split.workspace), Val::from(split.into));
    let sql = "DELETE FROM consent_alias WHERE workspace_id = $1 AND from_id = $2";
    tx.execute(sql, &[workspace.clone(), into.clone()]).await?;
    for id in split.group.iter().filter(|id| **id != split.into) {
        let sql = "UPDATE consent_alias SET canonical_id = $3 WHERE workspace_id = $1 AND from_id = $2";
        tx.execute(sql, &[workspace.clone(), (*id).into(), into.clone()]).await?;
    }
    Ok(())
}

/// Said of whoever the customer was at the time.
fn is_of_both(split: &Split, event: &Event) -> bool {
    Split::is_unnamed(event) && split.joined_at.is_none_or(|joined| joined <= event.at)
}

/// Copies what both hold to the one that has no row of it.
async fn share(tx: &mut Tx, split: &Split) -> Result<(), DbError> {
    let sql = "SELECT from_id FROM consent_alias WHERE workspace_id = $1 AND canonical_id = $2";
    let rows = tx.query(sql, &[split.workspace.into(), split.from.into()]).await?;
    let merged = rows.iter().map(|row| row.i64("from_id").map(ProfileId::from_sql));
    let family: BTreeSet<ProfileId> =
        merged.chain(std::iter::once(Ok(split.from))).collect::<Result<BTreeSet<ProfileId>, DbError>>()?;
    let group: BTreeSet<ProfileId> = split.group.iter().copied().collect();
    let said_together: BTreeSet<String> =
        split.kept.iter().filter(|event| is_of_both(split, event)).map(|event| event.id.to_string()).collect();
    for (holder, others, other) in [(split.from, &group, split.into), (split.into, &family, split.from)] {
        let shared = shared_by(tx, split, others).await?;
        let mut copies = Vec::new();
        for statement in said(tx, split, holder).await?.into_values().flatten() {
            let key = (statement.subject.to_string(), statement.proof.event.clone());
            let together = statement.state == ConsentState::Unsubscribed
                && holder == split.from
                && said_together.contains(&statement.proof.event);
            if together || shared.contains(&key) {
                copies.push((split.workspace, other, statement));
            }
        }
        write_history(tx, &copies).await?;
        write_shared(tx, split, family.iter().chain(&group), &copies).await?;
    }
    Ok(())
}

/// (channel, event) of the statements that one of `profiles` shares.
async fn shared_by(
    tx: &mut Tx,
    split: &Split,
    profiles: &BTreeSet<ProfileId>,
) -> Result<BTreeSet<(String, String)>, DbError> {
    let ids: Vec<Val> = profiles.iter().map(|id| (*id).into()).collect();
    let select = "SELECT channel, event FROM consent_shared WHERE workspace_id = $1 AND profile_id IN";
    let rows = Reader::Tx(tx).query_in(select, "", &[split.workspace.into()], &ids).await?;
    rows.iter().map(|row| Ok((row.text("channel")?, row.text("event")?))).collect()
}

/// Everybody who was part of the two shares what was copied.
async fn write_shared(
    tx: &mut Tx,
    split: &Split,
    people: impl Iterator<Item = &ProfileId> + Clone,
    copies: &[(WorkspaceId, ProfileId, Statement)],
) -> Result<(), DbError> {
    let row = |statement: &Statement, profile: ProfileId| {
        let (subject, event) = (statement.subject.to_string(), statement.proof.event.as_str());
        vec![split.workspace.into(), profile.into(), subject.into(), event.into()]
    };
    let of = |(_, _, statement): &(WorkspaceId, ProfileId, Statement)| {
        people.clone().map(|profile| row(statement, *profile)).collect::<Vec<Vec<Val>>>()
    };
    let rows: Vec<Vec<Val>> = copies.iter().flat_map(of).collect();
    let head = "INSERT INTO consent_shared (workspace_id, profile_id, channel, event)";
    let tail = "ON CONFLICT (workspace_id, profile_id, channel, event) DO NOTHING";
    tx.insert_many(head, tail, &rows).await.map(|_| ())
}

/// An address is of whoever it identifies.
async fn move_suppressions(tx: &mut Tx, split: &Split) -> Result<(), DbError> {
    for (identifiers, owner) in [(&split.leaving, split.into), (&split.staying, split.from)] {
        for identifier in identifiers {
            if identifier.kind == "email"
                && let Ok(address) = normalise_address(ContactChannel::Email, &identifier.value)
            {
                let sql = "UPDATE consent_request SET profile_id = $2 WHERE workspace_id = $1 AND address = $3 \
                           AND profile_id IN ($4, $5)";
                let args: [Val; 5] =
                    [split.workspace.into(), owner.into(), address.into(), split.from.into(), split.into.into()];
                tx.execute(sql, &args).await?;
            }
            let channels: &[ContactChannel] = match identifier.kind.as_str() {
                "email" => &[ContactChannel::Email],
                "phone" => &[ContactChannel::Sms, ContactChannel::Whatsapp, ContactChannel::Phone],
                _ => &[],
            };
            for channel in channels {
                let Ok(address) = normalise_address(*channel, &identifier.value) else { continue };
                let sql = "UPDATE suppression SET profile_id = $2 WHERE workspace_id = $1 AND channel = $3 \
                           AND address = $4 AND profile_id IN ($5, $6)";
                let args: [Val; 6] = [
                    split.workspace.into(),
                    owner.into(),
                    channel.name().into(),
                    address.into(),
                    split.from.into(),
                    split.into.into(),
                ];
                tx.execute(sql, &args).await?;
            }
        }
    }
    Ok(())
}

async fn suppressed(tx: &mut Tx, split: &Split, profile: ProfileId) -> Result<BTreeSet<String>, DbError> {
    let sql = "SELECT DISTINCT channel FROM suppression WHERE workspace_id = $1 AND profile_id = $2";
    let rows = tx.query(sql, &[split.workspace.into(), profile.into()]).await?;
    rows.iter().map(|row| row.text("channel")).collect()
}

/// Whoever follows along believes both of what the one had until they are told.
async fn report_suppressions(
    tx: &mut Tx,
    split: &Split,
    before: &BTreeSet<String>,
    effects: &mut Effects,
) -> Result<(), DbError> {
    for profile in [split.from, split.into] {
        let now = suppressed(tx, split, profile).await?;
        for channel in before.union(&now) {
            let name = match (before.contains(channel), now.contains(channel)) {
                (true, false) => ADDRESS_UNSUPPRESSED,
                (false, true) => ADDRESS_SUPPRESSED,
                _ => continue,
            };
            let occurrence = format!("suppressed:{profile}:{channel}:{}", split.event);
            effects.emit(
                SystemEvent::new(split.workspace, name, occurrence, profile, split.at, Channel::System)
                    .with("channel", channel.as_str())
                    .with("reason", "split"),
            );
        }
    }
    Ok(())
}

async fn settle(
    tx: &mut Tx,
    split: &Split,
    profile: ProfileId,
    mut before: States,
    effects: &mut Effects,
) -> Result<(), DbError> {
    let sql = "DELETE FROM consent WHERE workspace_id = $1 AND profile_id = $2";
    tx.execute(sql, &[split.workspace.into(), profile.into()]).await?;
    let mut now = States::new();
    for (subject, statements) in said(tx, split, profile).await? {
        let Some(held) = statement::settle(statements) else { continue };
        let was = before.remove(&subject).map_or(ConsentState::Unknown, |held| held.statement.state);
        if was != held.statement.state {
            report_split(effects, split, profile, &held.statement, (was, held.statement.state));
        }
        now.insert(subject, held);
    }
    // What is left was the other one's word only.
    for held in before.values() {
        report_split(effects, split, profile, &held.statement, (held.statement.state, ConsentState::Unknown));
    }
    let rows: Vec<_> = now.values().map(|held| (split.workspace, profile, held)).collect();
    write_states(tx, &rows).await
}
