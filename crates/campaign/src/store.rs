//! The SQL of campaigns. Every statement runs on SQLite and PostgreSQL.

use crate::CampaignError;
use crate::model::{Campaign, CampaignDraft, CampaignState, LaunchRow, Schedule};
use base::{CampaignId, Json, SegmentId, Timestamp, WorkspaceId};
use db::{Db, Row, Tx, Val};
use roaring::RoaringBitmap;

type Result<T> = std::result::Result<T, CampaignError>;

const COLUMNS: &str = "campaign_id, name, state, channel, segment_id, message, version, created_ms, updated_ms, \
     launched_ms, finished_ms, scheduled_ms, latest_ms, held, unconfirmed_left, topic";

fn campaign_of(row: &Row) -> Result<Campaign> {
    let id: CampaignId = row.parse("campaign_id")?;
    let broken = |detail: String| CampaignError::Broken { campaign: id, detail };
    let segment = row.opt_text("segment_id")?;
    let schedule = match (row.opt_time("scheduled_ms")?, row.opt_time("latest_ms")?) {
        (Some(at), Some(latest)) => Some(Schedule { at, latest }),
        _ => None,
    };
    Ok(Campaign {
        id,
        name: row.text("name")?,
        state: row.parse("state")?,
        channel: row.text("channel")?,
        topic: row.opt_text("topic")?,
        segment_id: segment
            .map(|text| text.parse::<SegmentId>())
            .transpose()
            .map_err(|error| broken(error.to_string()))?,
        message: serde_json::from_str(&row.text("message")?).map_err(|error| broken(error.to_string()))?,
        version: row.i64("version")?,
        created_at: row.time("created_ms")?,
        updated_at: row.time("updated_ms")?,
        launched_at: row.opt_time("launched_ms")?,
        finished_at: row.opt_time("finished_ms")?,
        schedule,
        held: row.opt_text("held")?,
        unconfirmed_left: row.i64("unconfirmed_left")?.unsigned_abs(),
    })
}

fn key(workspace: WorkspaceId, id: CampaignId) -> Vec<Val> {
    vec![workspace.into(), id.to_string().into()]
}

pub(crate) async fn insert(
    db: &Db,
    workspace: WorkspaceId,
    id: CampaignId,
    draft: &CampaignDraft,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO campaign (workspace_id, campaign_id, name, state, channel, segment_id, message, version,
        created_ms, updated_ms, told, topic) VALUES ($1, $2, $3, 'draft', $4, $5, $6, 1, $7, $8, $9, $10)";
    let mut args = key(workspace, id);
    args.extend([
        draft.name.as_str().into(),
        draft.channel.as_str().into(),
        draft.segment_id.map(|id| id.to_string()).into(),
        draft.message.to_string().into(),
        now.into(),
        now.into(),
        true.into(),
        draft.topic.as_deref().into(),
    ]);
    db.execute(sql, &args).await?;
    Ok(())
}

pub(crate) async fn get(db: &Db, workspace: WorkspaceId, id: CampaignId) -> Result<Campaign> {
    let sql = format!("SELECT {COLUMNS} FROM campaign WHERE workspace_id = $1 AND campaign_id = $2");
    let row = db.query_one(&sql, &key(workspace, id)).await?;
    row.as_ref().map_or(Err(CampaignError::NotFound(id)), campaign_of)
}

/// Newest first.
pub(crate) async fn list(
    db: &Db,
    workspace: WorkspaceId,
    state: Option<CampaignState>,
    before: Option<&str>,
    limit: u32,
) -> Result<Vec<Campaign>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM campaign WHERE workspace_id = $1 AND ($2 = '' OR state = $2)
         AND ($3 = '' OR campaign_id < $3) ORDER BY campaign_id DESC LIMIT $4"
    );
    let state = state.map_or("", CampaignState::name);
    let args = [workspace.into(), state.into(), before.unwrap_or_default().into(), Val::from(limit)];
    db.query(&sql, &args).await?.iter().map(campaign_of).collect()
}

/// Campaigns of any workspace that something has to be done for.
pub(crate) async fn unsettled(db: &Db) -> Result<Vec<(WorkspaceId, Campaign, bool)>> {
    let sql = format!(
        "SELECT workspace_id, told, {COLUMNS} FROM campaign
         WHERE state IN ('scheduled', 'launching', 'sending') OR NOT told ORDER BY workspace_id, campaign_id"
    );
    let rows = db.query(&sql, &[]).await?;
    let read = |row: &Row| Ok((WorkspaceId::from_sql(row.i64("workspace_id")?), campaign_of(row)?, row.bool("told")?));
    rows.iter().map(read).collect()
}

pub(crate) async fn using_segment(db: &Db, workspace: WorkspaceId, segment: SegmentId) -> Result<Vec<Campaign>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM campaign WHERE workspace_id = $1 AND segment_id = $2 ORDER BY campaign_id DESC LIMIT 50"
    );
    db.query(&sql, &[workspace.into(), segment.to_string().into()]).await?.iter().map(campaign_of).collect()
}

pub(crate) async fn using_topic(db: &Db, workspace: WorkspaceId, topic: &str) -> Result<Vec<Campaign>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM campaign WHERE workspace_id = $1 AND topic = $2 ORDER BY campaign_id DESC LIMIT 50"
    );
    db.query(&sql, &[workspace.into(), topic.into()]).await?.iter().map(campaign_of).collect()
}

/// Edits a draft of this version; false when it is no longer one.
pub(crate) async fn update_draft(
    db: &Db,
    workspace: WorkspaceId,
    id: CampaignId,
    draft: &CampaignDraft,
    version: i64,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE campaign SET name = $4, channel = $5, segment_id = $6, message = $7, version = version + 1,
        updated_ms = $8, topic = $9 WHERE workspace_id = $1 AND campaign_id = $2 AND version = $3 AND state = 'draft'";
    let mut args = key(workspace, id);
    args.extend([
        version.into(),
        draft.name.as_str().into(),
        draft.channel.as_str().into(),
        draft.segment_id.map(|id| id.to_string()).into(),
        draft.message.to_string().into(),
        now.into(),
        draft.topic.as_deref().into(),
    ]);
    Ok(db.execute(sql, &args).await? == 1)
}

pub(crate) async fn delete_draft(db: &Db, workspace: WorkspaceId, id: CampaignId) -> Result<bool> {
    let sql = "DELETE FROM campaign WHERE workspace_id = $1 AND campaign_id = $2 AND state = 'draft'";
    Ok(db.execute(sql, &key(workspace, id)).await? == 1)
}

/// A step from one of `from` to `to`; false when the campaign is in none of them. The outbox still has to be told.
pub(crate) async fn step(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: CampaignId,
    from: &[CampaignState],
    to: CampaignState,
    now: Timestamp,
) -> Result<bool> {
    let states = from.iter().map(|state| format!("'{}'", state.name())).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "UPDATE campaign SET state = $3, updated_ms = $4, version = version + 1, told = $5, held = NULL
         WHERE workspace_id = $1 AND campaign_id = $2 AND state IN ({states})"
    );
    let mut args = key(workspace, id);
    args.extend([to.name().into(), now.into(), false.into()]);
    Ok(tx.execute(&sql, &args).await? == 1)
}

/// Sets one of the columns that hold a time, or clears it.
pub(crate) async fn set_time(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: CampaignId,
    column: &'static str,
    at: Option<Timestamp>,
) -> Result<()> {
    let sql = format!("UPDATE campaign SET {column} = $3 WHERE workspace_id = $1 AND campaign_id = $2");
    let mut args = key(workspace, id);
    args.push(at.into());
    tx.execute(&sql, &args).await?;
    Ok(())
}

pub(crate) async fn set_held(db: &Db, workspace: WorkspaceId, id: CampaignId, held: Option<&str>) -> Result<()> {
    let sql = "UPDATE campaign SET held = $3 WHERE workspace_id = $1 AND campaign_id = $2 AND state = 'scheduled'";
    let mut args = key(workspace, id);
    args.push(held.into());
    db.execute(sql, &args).await?;
    Ok(())
}

pub(crate) async fn set_held_paused(tx: &mut Tx, workspace: WorkspaceId, id: CampaignId, held: &str) -> Result<()> {
    let sql = "UPDATE campaign SET held = $3 WHERE workspace_id = $1 AND campaign_id = $2 AND state = 'paused'";
    let mut args = key(workspace, id);
    args.push(held.into());
    tx.execute(sql, &args).await?;
    Ok(())
}

/// The outbox knows of this state, unless the state has changed again.
pub(crate) async fn set_told(db: &Db, workspace: WorkspaceId, id: CampaignId, state: CampaignState) -> Result<()> {
    let sql = "UPDATE campaign SET told = $4 WHERE workspace_id = $1 AND campaign_id = $2 AND state = $3";
    let mut args = key(workspace, id);
    args.extend([state.name().into(), true.into()]);
    db.execute(sql, &args).await?;
    Ok(())
}

pub(crate) async fn set_unconfirmed_left(db: &Db, workspace: WorkspaceId, id: CampaignId, count: u64) -> Result<()> {
    let sql = "UPDATE campaign SET unconfirmed_left = $3 WHERE workspace_id = $1 AND campaign_id = $2";
    let mut args = key(workspace, id);
    args.push(Val::I(count.cast_signed()));
    db.execute(sql, &args).await?;
    Ok(())
}

/// The next tick looks at the campaign again.
pub(crate) async fn set_untold(db: &Db, workspace: WorkspaceId, id: CampaignId) -> Result<()> {
    let sql = "UPDATE campaign SET told = $3 WHERE workspace_id = $1 AND campaign_id = $2";
    let mut args = key(workspace, id);
    args.push(false.into());
    db.execute(sql, &args).await?;
    Ok(())
}

pub(crate) async fn insert_launch(
    tx: &mut Tx,
    workspace: WorkspaceId,
    campaign: &Campaign,
    segment: SegmentId,
    audience: &RoaringBitmap,
    duplicates: &RoaringBitmap,
) -> Result<()> {
    let sql = "INSERT INTO campaign_launch (workspace_id, campaign_id, message, segment_id, audience, duplicates,
        audience_size, next_profile, enqueued, excluded, done) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, '{}', $8)";
    let mut args = key(workspace, campaign.id);
    args.extend([
        campaign.message.to_string().into(),
        segment.to_string().into(),
        bitmap_bytes(campaign.id, audience)?.into(),
        bitmap_bytes(campaign.id, duplicates)?.into(),
        i64::try_from(audience.len()).unwrap_or(i64::MAX).into(),
        false.into(),
    ]);
    tx.execute(sql, &args).await?;
    Ok(())
}

fn bitmap_bytes(campaign: CampaignId, bitmap: &RoaringBitmap) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(bitmap.serialized_size());
    let broken = |error: std::io::Error| CampaignError::Broken { campaign, detail: error.to_string() };
    bitmap.serialize_into(&mut bytes).map_err(broken)?;
    Ok(bytes)
}

pub(crate) async fn launch(db: &Db, workspace: WorkspaceId, id: CampaignId) -> Result<LaunchRow> {
    let sql = "SELECT audience, duplicates, next_profile, enqueued, excluded, done FROM campaign_launch
        WHERE workspace_id = $1 AND campaign_id = $2";
    let broken = |detail: String| CampaignError::Broken { campaign: id, detail };
    let row = db.query_one(sql, &key(workspace, id)).await?;
    let row = row.ok_or_else(|| broken("its frozen audience is missing".into()))?;
    let bitmap =
        |bytes: Vec<u8>| RoaringBitmap::deserialize_from(bytes.as_slice()).map_err(|error| broken(error.to_string()));
    Ok(LaunchRow {
        audience: bitmap(row.bytes("audience")?)?,
        duplicates: bitmap(row.bytes("duplicates")?)?,
        next_profile: row.i64("next_profile")?,
        enqueued: row.i64("enqueued")?,
        excluded: serde_json::from_str(&row.text("excluded")?).map_err(|error| broken(error.to_string()))?,
        done: row.bool("done")?,
    })
}

/// The small part of the launch: (audience, enqueued, excluded in all, done). None before the launch.
pub(crate) async fn launch_numbers(
    db: &Db,
    workspace: WorkspaceId,
    id: CampaignId,
) -> Result<Option<(u64, u64, u64, bool)>> {
    let sql = "SELECT audience_size, enqueued, excluded, done FROM campaign_launch
        WHERE workspace_id = $1 AND campaign_id = $2";
    let Some(row) = db.query_one(sql, &key(workspace, id)).await? else { return Ok(None) };
    let excluded: std::collections::BTreeMap<String, u64> = serde_json::from_str(&row.text("excluded")?)
        .map_err(|error| CampaignError::Broken { campaign: id, detail: error.to_string() })?;
    let number = |value: i64| u64::try_from(value).unwrap_or(0);
    let enqueued = number(row.i64("enqueued")?);
    Ok(Some((number(row.i64("audience_size")?), enqueued, excluded.values().sum(), row.bool("done")?)))
}

/// The frozen message.
pub(crate) async fn frozen_message(db: &Db, workspace: WorkspaceId, id: CampaignId) -> Result<Option<Json>> {
    let sql = "SELECT message FROM campaign_launch WHERE workspace_id = $1 AND campaign_id = $2";
    let Some(row) = db.query_one(sql, &key(workspace, id)).await? else { return Ok(None) };
    let message = serde_json::from_str(&row.text("message")?);
    message.map(Some).map_err(|error| CampaignError::Broken { campaign: id, detail: error.to_string() })
}

/// Moves the launch from where `before` stood to `after`; false when somebody else did it meanwhile.
pub(crate) async fn advance_launch(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: CampaignId,
    before: &LaunchRow,
    after: &LaunchRow,
) -> Result<bool> {
    let sql = "UPDATE campaign_launch SET next_profile = $4, enqueued = $5, excluded = $6, done = $7
        WHERE workspace_id = $1 AND campaign_id = $2 AND next_profile = $3 AND NOT done";
    let excluded = serde_json::to_string(&after.excluded)
        .map_err(|error| CampaignError::Broken { campaign: id, detail: error.to_string() })?;
    let mut args = key(workspace, id);
    args.extend([
        before.next_profile.into(),
        after.next_profile.into(),
        after.enqueued.into(),
        excluded.into(),
        after.done.into(),
    ]);
    Ok(tx.execute(sql, &args).await? == 1)
}

/// The step of a launch: only from the version that was reviewed.
pub(crate) async fn step_if_version(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: CampaignId,
    version: i64,
    to: CampaignState,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE campaign SET state = $4, updated_ms = $5, version = version + 1, told = $6, held = NULL
        WHERE workspace_id = $1 AND campaign_id = $2 AND version = $3 AND state IN ('draft', 'scheduled')";
    let mut args = key(workspace, id);
    args.extend([version.into(), to.name().into(), now.into(), false.into()]);
    Ok(tx.execute(sql, &args).await? == 1)
}

/// Holds the campaign's row for this transaction and moves it from one of `from` to `to` (which may be the same);
/// false when it is in none of them. The version stays: nothing a person edits has changed.
pub(crate) async fn keep(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: CampaignId,
    from: &[CampaignState],
    to: CampaignState,
) -> Result<bool> {
    let states = from.iter().map(|state| format!("'{}'", state.name())).collect::<Vec<_>>().join(", ");
    let sql =
        format!("UPDATE campaign SET state = $3 WHERE workspace_id = $1 AND campaign_id = $2 AND state IN ({states})");
    let mut args = key(workspace, id);
    args.push(to.name().into());
    Ok(tx.execute(&sql, &args).await? == 1)
}
