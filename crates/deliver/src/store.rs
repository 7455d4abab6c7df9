//! SQL of the outbox. One text for SQLite and PostgreSQL.

use crate::journal::AttemptKey;
use crate::model::{Claimed, NewMessage, Progress, Recorded, RowOutcome, RunState, SERVICE, State};
use base::{MessageId, ProfileId, Timestamp, WorkspaceId};
use db::{Db, Result, Row, Tx, Val, placeholders};
use std::collections::HashSet;

const CLAIM_COLUMNS: &str = "id, campaign_id, profile_id, channel, address, topic, attempts, created_ms";

/// Writes rows that are not there yet; answers how many were new. A campaign that had nothing left to send runs again.
pub async fn enqueue(tx: &mut Tx, workspace: WorkspaceId, messages: &[NewMessage], now: Timestamp) -> Result<u64> {
    let mut seen = HashSet::new();
    let mut rows = Vec::with_capacity(messages.len());
    let mut campaigns = HashSet::new();
    for message in messages {
        let id = message.id(workspace);
        if !seen.insert(id) {
            continue;
        }
        campaigns.insert(message.campaign.as_str());
        rows.push(vec![
            workspace.into(),
            id_val(id),
            Val::from(&message.campaign),
            message.profile.into(),
            Val::from(&message.occurrence),
            Val::from(&message.channel),
            Val::from(&message.address),
            message.topic.as_deref().into(),
            Val::I(State::Pending.rank()),
            Val::I(0),
            now.into(),
            now.into(),
            Val::Bool(false),
            Val::Bool(false),
        ]);
    }
    let added = tx
        .insert_many(
            "INSERT INTO outbox (workspace_id, id, campaign_id, profile_id, occurrence, channel, address, topic, \
             state, attempts, due_ms, created_ms, machine_open, machine_click)",
            "ON CONFLICT DO NOTHING",
            &rows,
        )
        .await?;
    for campaign in campaigns {
        tx.execute(
            "UPDATE delivery_run SET state = 'running', changed_ms = $3 \
             WHERE workspace_id = $1 AND campaign_id = $2 AND state = 'done'",
            &[workspace.into(), campaign.into(), now.into()],
        )
        .await?;
    }
    Ok(added)
}

pub async fn set_run(
    tx: &mut Tx,
    workspace: WorkspaceId,
    campaign: &str,
    state: RunState,
    now: Timestamp,
) -> Result<()> {
    // A halted campaign is started again only after somebody was told of the halt, which is what a pause after it means.
    tx.execute(
        "INSERT INTO delivery_run (workspace_id, campaign_id, state, changed_ms, handed, hard_bounced) \
         VALUES ($1, $2, $3, $4, 0, 0) ON CONFLICT (workspace_id, campaign_id) DO UPDATE SET \
         state = CASE WHEN delivery_run.halted IS NOT NULL AND excluded.state = 'running' THEN delivery_run.state \
         ELSE excluded.state END, \
         handed = CASE WHEN delivery_run.halted IS NOT NULL THEN 0 ELSE delivery_run.handed END, \
         hard_bounced = CASE WHEN delivery_run.halted IS NOT NULL THEN 0 ELSE delivery_run.hard_bounced END, \
         halted = CASE WHEN excluded.state = 'running' THEN delivery_run.halted ELSE NULL END, \
         changed_ms = excluded.changed_ms",
        &[workspace.into(), campaign.into(), state.name().into(), now.into()],
    )
    .await
    .map(|_| ())
}

/// Why the campaign was halted by itself and nobody has paused it since.
pub async fn halted(db: &Db, workspace: WorkspaceId, campaign: &str) -> Result<Option<String>> {
    let sql = "SELECT halted FROM delivery_run WHERE workspace_id = $1 AND campaign_id = $2";
    let row = db.query_one(sql, &[workspace.into(), campaign.into()]).await?;
    row.map_or(Ok(None), |row| row.opt_text("halted"))
}

/// Pending rows of a cancelled campaign become skipped; answers them for their events.
pub async fn skip_pending(
    tx: &mut Tx,
    workspace: WorkspaceId,
    campaign: &str,
    reason: &str,
    limit: usize,
) -> Result<Vec<Claimed>> {
    let rows = tx
        .query(
            &format!(
                "UPDATE outbox SET state = $3, reason = $4 WHERE workspace_id = $1 AND id IN (SELECT id FROM outbox \
                 WHERE workspace_id = $1 AND campaign_id = $2 AND state = $5 LIMIT $6) RETURNING {CLAIM_COLUMNS}"
            ),
            &[
                workspace.into(),
                campaign.into(),
                Val::I(State::Skipped.rank()),
                reason.into(),
                Val::I(State::Pending.rank()),
                limit.into(),
            ],
        )
        .await?;
    rows.iter().map(|row| claimed_of(workspace, row)).collect()
}

/// Campaigns a worker has to look at: running ones, and cancelled ones that still have rows to be skipped.
pub async fn active_runs(db: &Db) -> Result<Vec<(WorkspaceId, String, RunState)>> {
    let sql = "SELECT workspace_id, campaign_id, state FROM delivery_run WHERE state IN ('running', 'cancelled') \
               ORDER BY changed_ms, campaign_id";
    let rows = db.query(sql, &[]).await?;
    rows.iter()
        .map(|row| {
            let state = if row.text("state")? == "running" { RunState::Running } else { RunState::Cancelled };
            Ok((WorkspaceId::from_sql(row.i64("workspace_id")?), row.text("campaign_id")?, state))
        })
        .collect()
}

/// Takes up to `limit` due rows for `node`. The campaign's state is read in the same statement: a pause that was
/// committed before is seen. Only its own node gives a claimed row back, or one that takes over from it (`nodes`).
pub async fn claim(
    db: &Db,
    workspace: WorkspaceId,
    campaign: &str,
    node: &str,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Claimed>> {
    let mut tx = db.begin().await?;
    let rows = tx
        .query(
            &format!(
                "UPDATE outbox SET state = $1, node = $2, attempts = attempts + 1, handing_ms = NULL WHERE workspace_id = $3 AND id IN (\
                 SELECT id FROM outbox WHERE workspace_id = $3 AND campaign_id = $4 AND state = $5 AND due_ms <= $6 \
                 AND EXISTS (SELECT 1 FROM delivery_run WHERE workspace_id = $3 AND campaign_id = $4 AND state = 'running') \
                 ORDER BY due_ms LIMIT $7{}) RETURNING {CLAIM_COLUMNS}",
                db.skip_locked()
            ),
            &[
                Val::I(State::Claimed.rank()),
                node.into(),
                workspace.into(),
                campaign.into(),
                Val::I(State::Pending.rank()),
                now.into(),
                limit.into(),
            ],
        )
        .await?;
    tx.commit().await?;
    rows.iter().map(|row| claimed_of(workspace, row)).collect()
}

/// When the campaign's next pending row is due; None when there is none.
pub async fn next_due(db: &Db, workspace: WorkspaceId, campaign: &str) -> Result<Option<Timestamp>> {
    let row = db
        .query_one(
            "SELECT MIN(due_ms) AS due_ms FROM outbox WHERE workspace_id = $1 AND campaign_id = $2 AND state = $3",
            &[workspace.into(), campaign.into(), Val::I(State::Pending.rank())],
        )
        .await?;
    row.map_or(Ok(None), |row| row.opt_time("due_ms"))
}

/// Takes a campaign with nothing pending or claimed off the list that is polled.
pub async fn mark_done(db: &Db, workspace: WorkspaceId, campaign: &str, from: RunState, now: Timestamp) -> Result<()> {
    let done = if from == RunState::Cancelled { "stopped" } else { "done" };
    db.execute(
        "UPDATE delivery_run SET state = $3, changed_ms = $4 WHERE workspace_id = $1 AND campaign_id = $2 \
         AND state = $5 AND NOT EXISTS (SELECT 1 FROM outbox WHERE workspace_id = $1 AND campaign_id = $2 \
         AND state IN (0, 1))",
        &[workspace.into(), campaign.into(), done.into(), now.into(), from.name().into()],
    )
    .await
    .map(|_| ())
}

/// Marks rows that are about to be handed over; answers those that are still this node's to hand over. `nodes` says why.
pub async fn mark_handing(db: &Db, node: &str, keys: &[AttemptKey], now: Timestamp) -> Result<HashSet<AttemptKey>> {
    let mut passed = HashSet::with_capacity(keys.len());
    let mut tx = db.begin().await?;
    for chunk in db::pieces(keys, tx.chunk()) {
        let mut args: Vec<Val> = Vec::with_capacity(chunk.len() * 3 + 2);
        for (workspace, id, attempt) in chunk {
            args.extend([(*workspace).into(), id_val(*id), Val::I(i64::from(*attempt))]);
        }
        let (node_at, now_at) = (args.len() + 1, args.len() + 2);
        args.extend([node.into(), now.into()]);
        let sql = format!(
            "WITH v (workspace_id, id, attempt) AS (VALUES {}) UPDATE outbox SET handing_ms = ${now_at} FROM v \
             WHERE outbox.workspace_id = v.workspace_id AND outbox.id = v.id AND outbox.attempts = v.attempt \
             AND outbox.state = 1 AND outbox.node = ${node_at} AND outbox.handing_ms IS NULL \
             RETURNING outbox.workspace_id, outbox.id, outbox.attempts",
            placeholders(chunk.len(), 3)
        );
        for row in tx.query(&sql, &args).await? {
            let attempt = row.i64("attempts")?.clamp(0, i64::from(u32::MAX)) as u32;
            passed.insert((WorkspaceId::from_sql(row.i64("workspace_id")?), id_of(&row, "id")?, attempt));
        }
    }
    tx.commit().await?;
    Ok(passed)
}

/// Writes outcomes of claimed rows. A row that is not claimed any more, or not for this attempt, is left as it is; with a
/// `node`, also one that another node has. Unconfirmed rows that a take-over left behind are settled by their own node.
pub async fn record(tx: &mut Tx, outcomes: &[Recorded], node: Option<&str>) -> Result<()> {
    let mut seen = HashSet::new();
    let unique: Vec<&Recorded> =
        outcomes.iter().filter(|item| seen.insert((item.row.workspace, item.row.id))).collect();
    for chunk in db::pieces(&unique, tx.chunk()) {
        let mut args: Vec<Val> = chunk.iter().flat_map(|item| outcome_values(item)).collect();
        let whose = match node {
            Some(node) => {
                args.push(node.into());
                format!(
                    "outbox.node = ${} AND (outbox.state = 1 OR (outbox.state = 2 AND outbox.handing_ms IS NOT NULL))",
                    args.len()
                )
            }
            None => "outbox.state = 1".into(),
        };
        let sql = format!(
            "WITH v (workspace_id, id, attempt, state, reason, kind, due_ms, uncounted, sent_ms, delivered_ms, provider_ref) \
             AS (VALUES {}) UPDATE outbox SET state = v.state, reason = v.reason, bounce_kind = v.kind, \
             due_ms = COALESCE(v.due_ms, outbox.due_ms), attempts = outbox.attempts - v.uncounted, \
             sent_ms = COALESCE(v.sent_ms, outbox.sent_ms), delivered_ms = COALESCE(v.delivered_ms, outbox.delivered_ms), \
             provider_ref = COALESCE(v.provider_ref, outbox.provider_ref), node = NULL, handing_ms = NULL \
             FROM v WHERE outbox.workspace_id = v.workspace_id AND outbox.id = v.id AND outbox.attempts = v.attempt \
             AND {whose}",
            placeholders(chunk.len(), OUTCOME_WIDTH)
        );
        tx.execute(&sql, &args).await?;
    }
    Ok(())
}

const OUTCOME_WIDTH: usize = 11;

fn outcome_values(item: &Recorded) -> [Val; OUTCOME_WIDTH] {
    let at: Val = item.at.into();
    let (mut kind, mut due, mut uncounted) = (Val::NullT, Val::NullI, 0);
    let (mut sent, mut delivered, mut reference) = (Val::NullI, Val::NullI, Val::NullT);
    match &item.outcome {
        RowOutcome::Sent { delivered: arrived, provider_ref } => {
            sent = at.clone();
            delivered = if *arrived { at } else { Val::NullI };
            reference = provider_ref.clone().into();
        }
        RowOutcome::Bounced { kind: bounced, .. } => kind = bounced.name().into(),
        RowOutcome::Again { due_ms, counted, .. } => {
            due = Val::I(*due_ms);
            uncounted = i64::from(!counted);
        }
        RowOutcome::Failed { .. } | RowOutcome::Skipped { .. } | RowOutcome::Unconfirmed { .. } => {}
    }
    [
        item.row.workspace.into(),
        id_val(item.row.id),
        Val::I(i64::from(item.row.attempt)),
        Val::I(item.outcome.state().rank()),
        item.outcome.reason().into(),
        kind,
        due,
        Val::I(uncounted),
        sent,
        delivered,
        reference,
    ]
}

/// Rows left claimed by a run that ended. On SQLite there is only one node, so all of them are ours. On PostgreSQL also
/// what another node took over as unconfirmed: the journal may know better.
pub async fn left_claimed(db: &Db, node: &str) -> Result<Vec<Claimed>> {
    let (mine, args) = match db.engine() {
        "sqlite" => ("state = 1", vec![]),
        _ => ("node = $1 AND (state = 1 OR (state = 2 AND handing_ms IS NOT NULL))", vec![Val::from(node)]),
    };
    let rows = db.query(&format!("SELECT workspace_id, {CLAIM_COLUMNS} FROM outbox WHERE {mine}"), &args).await?;
    rows.iter().map(|row| claimed_of(WorkspaceId::from_sql(row.i64("workspace_id")?), row)).collect()
}

pub async fn progress(db: &Db, workspace: WorkspaceId, campaign: &str) -> Result<Progress> {
    let rows = db
        .query(
            "SELECT state, COUNT(*) AS messages FROM outbox WHERE workspace_id = $1 AND campaign_id = $2 GROUP BY state",
            &[workspace.into(), campaign.into()],
        )
        .await?;
    let mut progress = Progress::default();
    for row in &rows {
        progress.add(State::of_rank(row.i64("state")?), row.i64("messages")?.max(0) as u64);
    }
    Ok(progress)
}

/// Unconfirmed rows go back to pending, because the marketer said so.
pub async fn resend_unconfirmed(tx: &mut Tx, workspace: WorkspaceId, campaign: &str, now: Timestamp) -> Result<u64> {
    tx.execute(
        "UPDATE outbox SET state = $3, due_ms = $4, reason = 'resent on request', node = NULL, handing_ms = NULL \
         WHERE workspace_id = $1 AND campaign_id = $2 AND state = $5",
        &[
            workspace.into(),
            campaign.into(),
            Val::I(State::Pending.rank()),
            now.into(),
            Val::I(State::Unconfirmed.rank()),
        ],
    )
    .await
}

/// A row for receipts and hits.
#[derive(Debug, Clone)]
pub struct MessageRow {
    pub id: MessageId,
    pub campaign: String,
    pub profile: ProfileId,
    pub channel: String,
    pub address: String,
    pub topic: Option<String>,
    pub sent: Option<Timestamp>,
}

const MESSAGE_COLUMNS: &str = "id, campaign_id, profile_id, channel, address, topic, sent_ms";

fn message_of(row: &Row) -> Result<MessageRow> {
    Ok(MessageRow {
        id: id_of(row, "id")?,
        campaign: row.text("campaign_id")?,
        profile: ProfileId::from_sql(row.i64("profile_id")?),
        channel: row.text("channel")?,
        address: row.text("address")?,
        topic: row.opt_text("topic")?,
        sent: row.opt_time("sent_ms")?,
    })
}

/// Messages by id; those that do not exist (test sends) are left out.
pub async fn messages(tx: &mut Tx, workspace: WorkspaceId, ids: &[MessageId]) -> Result<Vec<MessageRow>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(tx.chunk()) {
        let (sql, args) = by_ids(MESSAGE_COLUMNS, workspace, chunk);
        for row in tx.query(&sql, &args).await? {
            found.push(message_of(&row)?);
        }
    }
    Ok(found)
}

pub async fn message(db: &Db, workspace: WorkspaceId, id: MessageId) -> Result<Option<MessageRow>> {
    let (sql, args) = by_ids(MESSAGE_COLUMNS, workspace, &[id]);
    db.query_one(&sql, &args).await?.map(|row| message_of(&row)).transpose()
}

fn by_ids(columns: &str, workspace: WorkspaceId, ids: &[MessageId]) -> (String, Vec<Val>) {
    let sql = format!("SELECT {columns} FROM outbox WHERE workspace_id = $1 AND id IN {}", db::in_list(2, ids.len()));
    (sql, std::iter::once(workspace.into()).chain(ids.iter().map(|id| id_val(*id))).collect())
}

/// A late receipt: moves the row forward only. Answers whether it moved.
pub async fn receipt(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: MessageId,
    outcome: &RowOutcome,
    at: Timestamp,
) -> Result<bool> {
    let (kind, delivered) = match outcome {
        RowOutcome::Bounced { kind, .. } => (Val::from(kind.name()), Val::NullI),
        RowOutcome::Sent { delivered: true, .. } => (Val::NullT, at.into()),
        _ => (Val::NullT, Val::NullI),
    };
    let moved = tx
        .execute(
            "UPDATE outbox SET state = $3, reason = COALESCE($4, reason), bounce_kind = COALESCE($5, bounce_kind), \
             delivered_ms = COALESCE(delivered_ms, $6) \
             WHERE workspace_id = $1 AND id = $2 AND state < $3 AND state NOT IN (5, 6)",
            &[workspace.into(), id_val(id), Val::I(outcome.state().rank()), outcome.reason().into(), kind, delivered],
        )
        .await?;
    Ok(moved > 0)
}

/// Sets a mark (`unsubscribed_ms`, `complained_ms`) once; answers whether it was new.
pub async fn mark_once(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: MessageId,
    column: &'static str,
    at: Timestamp,
) -> Result<bool> {
    let sql = format!("UPDATE outbox SET {column} = $3 WHERE workspace_id = $1 AND id = $2 AND {column} IS NULL");
    Ok(tx.execute(&sql, &[workspace.into(), id_val(id), at.into()]).await? > 0)
}

pub async fn clear_unsubscribed(tx: &mut Tx, workspace: WorkspaceId, id: MessageId) -> Result<()> {
    let sql = "UPDATE outbox SET unsubscribed_ms = NULL WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, &[workspace.into(), id_val(id)]).await.map(|_| ())
}

/// When the latest message on `channel` went to each of `profiles`; those who got none since `since` are left out.
pub async fn last_sent(
    db: &Db,
    workspace: WorkspaceId,
    channel: &str,
    profiles: &[ProfileId],
    since: Timestamp,
) -> Result<Vec<(ProfileId, Timestamp)>> {
    let mut found = Vec::new();
    for chunk in profiles.chunks(db.chunk()) {
        let sql = format!(
            "SELECT profile_id, MAX(sent_ms) AS sent_ms FROM outbox WHERE workspace_id = $1 AND channel = $2 \
             AND sent_ms > $3 AND campaign_id <> $4 AND profile_id IN {} GROUP BY profile_id",
            db::in_list(5, chunk.len())
        );
        let fixed: [Val; 4] = [workspace.into(), channel.into(), since.into(), SERVICE.into()];
        let args: Vec<Val> = fixed.into_iter().chain(chunk.iter().map(|id| (*id).into())).collect();
        for row in db.query(&sql, &args).await? {
            found.push((ProfileId::from_sql(row.i64("profile_id")?), row.time("sent_ms")?));
        }
    }
    Ok(found)
}

fn claimed_of(workspace: WorkspaceId, row: &Row) -> Result<Claimed> {
    Ok(Claimed {
        workspace,
        id: id_of(row, "id")?,
        campaign: row.text("campaign_id")?,
        profile: ProfileId::from_sql(row.i64("profile_id")?),
        channel: row.text("channel")?,
        address: row.text("address")?,
        topic: row.opt_text("topic")?,
        attempt: row.i64("attempts")?.clamp(0, i64::from(u32::MAX)) as u32,
        created: row.time("created_ms")?,
    })
}

pub fn id_val(id: MessageId) -> Val {
    Val::B(id.uuid().as_bytes().to_vec())
}

pub fn id_of(row: &Row, column: &str) -> Result<MessageId> {
    let bytes = row.bytes(column)?;
    <[u8; 16]>::try_from(bytes.as_slice()).map(MessageId::from_bytes).map_err(|_| db::DbError::Decode {
        column: column.to_owned(),
        detail: format!("{} bytes instead of 16", bytes.len()),
    })
}
