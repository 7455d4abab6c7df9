//! Subscriptions nobody confirmed: after the days of the settings they are removed again.
//!
//! Nothing is kept of who was asked and never answered. When the customer is only that sign-up, the customer is erased;
//! else the pending states go, with the words and the address they were asked with, and what was said before them holds
//! again. It goes through the log ("Subscription Lapsed"), so that every view learns it in order.

use crate::sql::{COLUMNS, statement_of, subject_of, write_states};
use crate::statement::{self, Statement, requested_subjects};
use crate::{ConsentError, ConsentState, Consents, RequestKind, Subject};
use async_trait::async_trait;
use base::{Json, Problem, ProfileId, Timestamp, WorkspaceId};
use db::{DbError, Tx, Val};
use events::{Batch, Channel, Effects, Event, SystemEvent, names};
use std::collections::BTreeMap;

/// Event of Tutti's own: subscriptions nobody confirmed are removed; `{subjects, before_ms}`.
pub const SUBSCRIPTION_LAPSED: &str = "Subscription Lapsed";
/// Days a mailbox has to answer unless told otherwise.
pub const UNCONFIRMED_DAYS_DEFAULT: i64 = 30;
/// The link works for seven days: a shorter time would break it.
pub const UNCONFIRMED_DAYS_MIN: i64 = 7;
pub const UNCONFIRMED_DAYS_MAX: i64 = 365;
/// Pending states one look removes per workspace; the next look goes on.
const ROWS_MAX: usize = 5_000;
/// So many customers of a workspace who cannot be looked at end the look there: something is down.
const FAILED_MAX: usize = 20;
const DAY_MS: i64 = 24 * 3_600_000;

/// What must be known of customers; `server` wires it over `profile`, `measure`, `lake` and the log.
#[async_trait]
pub trait SignUps: Send + Sync {
    /// Is all that was accepted before the call known by now? Waits for it, but not for long.
    async fn has_caught_up(&self) -> bool;
    /// Is there nothing of the customer but sign-ups: one address, no trait besides, nothing done besides?
    async fn is_only_sign_up(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<bool, Problem>;
    /// Erases the customer everywhere.
    async fn erase(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<(), Problem>;
}

/// What one look removed from a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unconfirmed {
    pub workspace: WorkspaceId,
    pub subscriptions: u64,
    /// Customers who were nothing but that sign-up.
    pub erased: u64,
    /// Customers who stay without it.
    pub kept: u64,
}

/// What one look removed. What failed or was put off is found again by the next look.
#[derive(Debug, Default)]
pub struct Removed {
    /// The workspaces where there was something.
    pub done: Vec<Unconfirmed>,
    /// What could not be looked at, and why.
    pub failed: Vec<(WorkspaceId, ConsentError)>,
    /// The log was behind, so that nobody could tell what else there is of a customer.
    pub put_off: bool,
}

/// Customers with what they did not confirm, and when they were last asked.
type Late = BTreeMap<ProfileId, (Vec<Subject>, Timestamp)>;

impl Consents {
    /// Removes what was not confirmed in time. What cannot be done for one customer or workspace does not keep the
    /// others waiting.
    pub async fn remove_unconfirmed(&self, people: &dyn SignUps) -> Result<Removed, ConsentError> {
        let sql = "SELECT DISTINCT workspace_id FROM consent WHERE state = 'pending'";
        let mut removed = Removed::default();
        for row in self.db().query(sql, &[]).await? {
            let workspace = WorkspaceId::from_sql(row.i64("workspace_id")?);
            if let Err(error) = self.remove_in(workspace, people, &mut removed).await {
                removed.failed.push((workspace, error));
            }
            if removed.put_off {
                break;
            }
        }
        Ok(removed)
    }

    async fn remove_in(
        &self,
        workspace: WorkspaceId,
        people: &dyn SignUps,
        removed: &mut Removed,
    ) -> Result<(), ConsentError> {
        let (settings, _) = self.settings(workspace).await?;
        let now = self.now();
        let before = now.plus_ms(-settings.unconfirmed_days * DAY_MS);
        let (mut erased, mut erased_subscriptions, mut failed) = (0, 0, 0);
        let mut lapsed = Vec::new();
        let mut lapsed_subscriptions = 0;
        for (profile, (subjects, last)) in self.late(workspace, before).await? {
            // What waits in the log may be an order of theirs, and an erasure written behind it would take it along.
            if !people.has_caught_up().await {
                removed.put_off = true;
                break;
            }
            match self.erase_sign_up(workspace, profile, subjects.len(), people).await {
                Ok(true) => {
                    erased += 1;
                    erased_subscriptions += subjects.len() as u64;
                }
                Ok(false) => {
                    lapsed_subscriptions += subjects.len() as u64;
                    lapsed.push(lapse_event(workspace, profile, &subjects, (last, before), now));
                }
                Err(error) => {
                    removed.failed.push((workspace, error));
                    failed += 1;
                    if failed == FAILED_MAX {
                        break;
                    }
                }
            }
        }
        // Whatever ended the look: what was decided is told, and what was erased is answered.
        let told = self.inbox().append_system(&lapsed, now).await;
        let (kept, lapsed) = if told.is_ok() { (lapsed.len() as u64, lapsed_subscriptions) } else { (0, 0) };
        if erased + kept > 0 {
            removed.done.push(Unconfirmed { workspace, subscriptions: erased_subscriptions + lapsed, erased, kept });
        }
        told?;
        Ok(())
    }

    /// Who was asked last before `before` and has not answered; the longest waiting of them, if they are many.
    async fn late(&self, workspace: WorkspaceId, before: Timestamp) -> Result<Late, ConsentError> {
        let sql = format!(
            "SELECT profile_id, channel, last_ms FROM consent WHERE workspace_id = $1 AND state = 'pending'
             AND last_ms < $2 ORDER BY last_ms, profile_id, channel LIMIT {ROWS_MAX}"
        );
        let mut late = Late::new();
        for row in self.db().query(&sql, &[workspace.into(), before.into()]).await? {
            let profile = ProfileId::from_sql(row.i64("profile_id")?);
            let (subjects, last) = late.entry(profile).or_insert((Vec::new(), Timestamp::from_ms(i64::MIN)));
            subjects.push(subject_of(&row)?);
            *last = (*last).max(row.time("last_ms")?);
        }
        Ok(late)
    }

    /// Erases a customer who is nothing but these many pending things. False: there is more, nothing was done.
    async fn erase_sign_up(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
        pending: usize,
        people: &dyn SignUps,
    ) -> Result<bool, ConsentError> {
        if !self.says_only(workspace, profile, pending).await?
            || !people.is_only_sign_up(workspace, profile).await.map_err(ConsentError::Elsewhere)?
        {
            return Ok(false);
        }
        people.erase(workspace, profile).await.map_err(ConsentError::Elsewhere)?;
        Ok(true)
    }

    /// Has the customer said nothing besides these many pending things?
    async fn says_only(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
        pending: usize,
    ) -> Result<bool, ConsentError> {
        let sql = "SELECT COUNT(*) AS n FROM consent WHERE workspace_id = $1 AND profile_id = $2";
        let row = self.db().query_one(sql, &[workspace.into(), profile.into()]).await?;
        Ok(row.map_or(Ok(0), |row| row.i64("n"))? == pending as i64)
    }
}

/// The same states give the same key, so that a look before the log was read adds nothing.
fn lapse_event(
    workspace: WorkspaceId,
    profile: ProfileId,
    subjects: &[Subject],
    (last, before): (Timestamp, Timestamp),
    now: Timestamp,
) -> SystemEvent {
    let key = format!("lapsed:{profile}:{}:{}", last.ms(), subjects.len());
    let subjects: Vec<Json> = subjects.iter().map(|subject| subject.to_string().into()).collect();
    SystemEvent::new(workspace, SUBSCRIPTION_LAPSED, &key, profile, now, Channel::System)
        .with("subjects", subjects)
        .with("before_ms", before.ms())
}

/// Removes what the events of a batch say; in the view's transaction.
pub(crate) async fn lapse(tx: &mut Tx, batch: &Batch, effects: &mut Effects) -> Result<(), DbError> {
    let own = |event: &Event| event.name == SUBSCRIPTION_LAPSED && event.source.is_none();
    for item in batch.events.iter().filter(|item| own(&item.event)) {
        let event = &item.event;
        let Some(before) = event.properties.get("before_ms").and_then(Json::as_i64) else { continue };
        for subject in requested_subjects(event) {
            lapse_one(tx, event, item.profile, &subject, before, effects).await?;
        }
        let sql = "DELETE FROM consent_request WHERE workspace_id = $1 AND profile_id = $2 AND kind = $3
            AND done_ms IS NULL AND asked_ms < $4";
        let kind = RequestKind::Subscribe.name();
        tx.execute(sql, &[event.workspace.into(), item.profile.into(), kind.into(), before.into()]).await?;
    }
    Ok(())
}

async fn lapse_one(
    tx: &mut Tx,
    event: &Event,
    profile: ProfileId,
    subject: &Subject,
    before_ms: i64,
    effects: &mut Effects,
) -> Result<(), DbError> {
    let key: [Val; 3] = [event.workspace.into(), profile.into(), subject.to_string().into()];
    let with_time = || key.iter().cloned().chain([before_ms.into()]).collect::<Vec<Val>>();
    let sql = "DELETE FROM consent WHERE workspace_id = $1 AND profile_id = $2 AND channel = $3
        AND state = 'pending' AND last_ms < $4";
    // Answered, or asked again, meanwhile.
    if tx.execute(sql, &with_time()).await? == 0 {
        return Ok(());
    }
    let sql = "DELETE FROM consent_history WHERE workspace_id = $1 AND profile_id = $2 AND channel = $3
        AND state = 'pending' AND at_ms < $4";
    tx.execute(sql, &with_time()).await?;
    let sql =
        format!("SELECT {COLUMNS} FROM consent_history WHERE workspace_id = $1 AND profile_id = $2 AND channel = $3");
    let rows = tx.query(&sql, &key).await?;
    let said = rows.iter().map(|row| Ok(statement_of(row)?.1)).collect::<Result<Vec<Statement>, DbError>>()?;
    let held = statement::settle(said);
    if let Some(held) = &held {
        write_states(tx, &[(event.workspace, profile, held)]).await?;
    }
    let state = held.map_or(ConsentState::Unknown, |held| held.statement.state);
    let occurrence = format!("consent:{profile}:{subject}:{}:{}", state.name(), event.id);
    effects.emit(
        SystemEvent::new(event.workspace, names::CONSENT_CHANGED, occurrence, profile, event.at, Channel::System)
            .with("channel", subject.to_string())
            .with("state", state.name())
            .with("previous", ConsentState::Pending.name()),
    );
    Ok(())
}
