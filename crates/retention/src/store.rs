//! The SQL of the room.

use crate::error::{Result, RetentionError};
use crate::model::*;
use crate::ports::Cut;
use base::{RetentionRuleId, RetentionRunId, Timestamp, WorkspaceId};
use db::{Db, DbError, Row, Tx, Val};
use serde::{Deserialize, Serialize};

fn word<T>(row: &Row, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    let text = row.text(column)?;
    let broken = || RetentionError::Broken(format!("{column} holds \"{text}\", which this version does not know"));
    parse(&text).ok_or_else(broken)
}

const RULE_COLUMNS: &str =
    "id, what, name, keep_amount, keep_unit, action, enabled, off_reason, enabled_ms, created_ms, updated_ms";

fn rule_of(row: &Row) -> Result<Rule> {
    let keep = match row.opt_i64("keep_amount")? {
        None => None,
        Some(amount) => Some(Keep { amount: amount.max(0) as u32, unit: word(row, "keep_unit", Unit::parse)? }),
    };
    let off_reason = row.opt_text("off_reason")?.and_then(|text| OffReason::parse(&text));
    Ok(Rule {
        id: row.parse("id")?,
        draft: Draft {
            target: Target { what: word(row, "what", What::parse)?, name: row.text("name")? },
            keep,
            action: word(row, "action", Action::parse)?,
        },
        enabled: row.bool("enabled")?,
        off_reason,
        enabled_at: row.opt_time("enabled_ms")?,
        created_at: row.time("created_ms")?,
        updated_at: row.time("updated_ms")?,
    })
}

fn sorted(rows: &[Row]) -> Result<Vec<Rule>> {
    let mut rules: Vec<Rule> = rows.iter().map(rule_of).collect::<Result<_>>()?;
    // Here and not in SQL, whose order of letters depends on the engine.
    rules.sort_by(|one, other| one.draft.target.cmp(&other.draft.target));
    Ok(rules)
}

/// The most specific first, then by name.
pub(crate) async fn rules(db: &Db, workspace: WorkspaceId) -> Result<Vec<Rule>> {
    let sql = format!("SELECT {RULE_COLUMNS} FROM retention_rule WHERE workspace_id = $1");
    sorted(&db.query(&sql, &[workspace.into()]).await?)
}

pub(crate) async fn rules_in(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<Rule>> {
    let sql = format!("SELECT {RULE_COLUMNS} FROM retention_rule WHERE workspace_id = $1");
    sorted(&tx.query(&sql, &[workspace.into()]).await?)
}

/// Workspaces with a rule that is on.
pub(crate) async fn workspaces(db: &Db) -> Result<Vec<WorkspaceId>> {
    let sql = "SELECT DISTINCT workspace_id FROM retention_rule WHERE enabled ORDER BY workspace_id";
    let rows = db.query(sql, &[]).await?;
    rows.iter().map(|row| Ok(WorkspaceId::from_sql(row.i64("workspace_id")?))).collect()
}

pub(crate) async fn put_rule(tx: &mut Tx, workspace: WorkspaceId, rule: &Rule) -> Result<(), DbError> {
    let head = format!("INSERT INTO retention_rule (workspace_id, {RULE_COLUMNS})");
    let tail = "ON CONFLICT (workspace_id, id) DO UPDATE SET what = excluded.what, name = excluded.name, \
                keep_amount = excluded.keep_amount, keep_unit = excluded.keep_unit, action = excluded.action, \
                enabled = excluded.enabled, off_reason = excluded.off_reason, enabled_ms = excluded.enabled_ms, \
                updated_ms = excluded.updated_ms";
    let Draft { target, keep, action } = &rule.draft;
    let values = vec![
        workspace.into(),
        rule.id.to_string().into(),
        target.what.name().into(),
        target.name.as_str().into(),
        keep.map(|keep| i64::from(keep.amount)).into(),
        keep.map(|keep| keep.unit.name()).into(),
        action.name().into(),
        rule.enabled.into(),
        rule.off_reason.map(OffReason::name).into(),
        rule.enabled_at.into(),
        rule.created_at.into(),
        rule.updated_at.into(),
    ];
    tx.insert_many(&head, tail, &[values]).await.map(|_| ())
}

pub(crate) async fn delete_rule(tx: &mut Tx, workspace: WorkspaceId, id: RetentionRuleId) -> Result<(), DbError> {
    let sql = "DELETE FROM retention_rule WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, &[workspace.into(), id.to_string().into()]).await.map(|_| ())
}

/// What of a run is stored as JSON.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub events: u64,
    pub customers: u64,
    pub rules: Vec<RuleOutcome>,
}

/// A run as stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredRun {
    pub id: RetentionRunId,
    pub workspace: WorkspaceId,
    pub mode: Mode,
    pub cause: Cause,
    pub state: RunState,
    pub failure: Option<String>,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub outcome: Outcome,
    pub counted: bool,
    pub deleted: u64,
    pub anonymised: u64,
    pub begun: Option<Cut>,
}

impl StoredRun {
    pub fn new(id: RetentionRunId, workspace: WorkspaceId, mode: Mode, cause: Cause, now: Timestamp) -> Self {
        Self {
            id,
            workspace,
            mode,
            cause,
            state: RunState::Running,
            failure: None,
            started_at: now,
            finished_at: None,
            outcome: Outcome::default(),
            counted: false,
            deleted: 0,
            anonymised: 0,
            begun: None,
        }
    }

    pub fn into_run(self, progress: Option<f32>) -> Run {
        Run {
            id: self.id,
            mode: self.mode,
            cause: self.cause,
            state: self.state,
            progress: (self.state == RunState::Running).then(|| progress.unwrap_or(0.0)),
            failure: self.failure,
            started_at: self.started_at,
            finished_at: self.finished_at,
            events: self.outcome.events,
            customers: self.outcome.customers,
            deleted: self.deleted,
            anonymised: self.anonymised,
            rules: self.outcome.rules,
        }
    }
}

const RUN_COLUMNS: &str = "workspace_id, id, mode, cause, state, failure, started_ms, finished_ms, outcome, counted, \
                           deleted, anonymised, begun_file, begun_deleted, begun_anonymised";

fn run_of(row: &Row) -> Result<StoredRun> {
    let number = |column: &str| row.i64(column).map(|number| number.max(0) as u64);
    let begun = match row.opt_text("begun_file")? {
        None => None,
        Some(file) => Some(Cut { file, deleted: number("begun_deleted")?, anonymised: number("begun_anonymised")? }),
    };
    let outcome = serde_json::from_str(&row.text("outcome")?);
    Ok(StoredRun {
        id: row.parse("id")?,
        workspace: WorkspaceId::from_sql(row.i64("workspace_id")?),
        mode: word(row, "mode", Mode::parse)?,
        cause: word(row, "cause", Cause::parse)?,
        state: word(row, "state", RunState::parse)?,
        failure: row.opt_text("failure")?,
        started_at: row.time("started_ms")?,
        finished_at: row.opt_time("finished_ms")?,
        outcome: outcome.map_err(|error| RetentionError::Broken(error.to_string()))?,
        counted: row.bool("counted")?,
        deleted: number("deleted")?,
        anonymised: number("anonymised")?,
        begun,
    })
}

pub(crate) async fn put_run(tx: &mut Tx, run: &StoredRun) -> Result<()> {
    let head = format!("INSERT INTO retention_run ({RUN_COLUMNS})");
    let tail = "ON CONFLICT (workspace_id, id) DO UPDATE SET state = excluded.state, failure = excluded.failure, \
                finished_ms = excluded.finished_ms, outcome = excluded.outcome, counted = excluded.counted, \
                deleted = excluded.deleted, anonymised = excluded.anonymised, begun_file = excluded.begun_file, \
                begun_deleted = excluded.begun_deleted, begun_anonymised = excluded.begun_anonymised";
    let outcome = serde_json::to_string(&run.outcome).map_err(|error| RetentionError::Broken(error.to_string()))?;
    let begun = run.begun.clone();
    let values = vec![
        run.workspace.into(),
        run.id.to_string().into(),
        run.mode.name().into(),
        run.cause.name().into(),
        run.state.name().into(),
        run.failure.as_deref().into(),
        run.started_at.into(),
        run.finished_at.into(),
        outcome.into(),
        run.counted.into(),
        (run.deleted as i64).into(),
        (run.anonymised as i64).into(),
        begun.as_ref().map(|cut| cut.file.as_str()).into(),
        begun.as_ref().map_or(0, |cut| cut.deleted as i64).into(),
        begun.as_ref().map_or(0, |cut| cut.anonymised as i64).into(),
    ];
    match tx.insert_many(&head, tail, &[values]).await {
        Err(DbError::UniqueViolation(_)) => Err(RetentionError::Running),
        other => Ok(other.map(|_| ())?),
    }
}

/// Writes down how a run ended; false when it had ended already.
pub(crate) async fn end_run(tx: &mut Tx, run: &StoredRun) -> Result<bool> {
    let sql = "UPDATE retention_run SET state = $3 WHERE workspace_id = $1 AND id = $2 AND state = 'running'";
    let args: [Val; 3] = [run.workspace.into(), run.id.to_string().into(), run.state.name().into()];
    if tx.execute(sql, &args).await? == 0 {
        return Ok(false);
    }
    put_run(tx, run).await?;
    Ok(true)
}

/// Notes what is about to be done (`Some`), or what has been done so far.
pub(crate) async fn note_cut(db: &Db, run: &StoredRun) -> Result<(), DbError> {
    let sql = "UPDATE retention_run SET deleted = $3, anonymised = $4, begun_file = $5, begun_deleted = $6, \
               begun_anonymised = $7 WHERE workspace_id = $1 AND id = $2 AND state = 'running'";
    let begun = run.begun.as_ref();
    let args: [Val; 7] = [
        run.workspace.into(),
        run.id.to_string().into(),
        (run.deleted as i64).into(),
        (run.anonymised as i64).into(),
        begun.map(|cut| cut.file.as_str()).into(),
        begun.map_or(0, |cut| cut.deleted as i64).into(),
        begun.map_or(0, |cut| cut.anonymised as i64).into(),
    ];
    db.execute(sql, &args).await.map(|_| ())
}

pub(crate) async fn run(db: &Db, workspace: WorkspaceId, id: RetentionRunId) -> Result<Option<StoredRun>> {
    let sql = format!("SELECT {RUN_COLUMNS} FROM retention_run WHERE workspace_id = $1 AND id = $2");
    let row = db.query_one(&sql, &[workspace.into(), id.to_string().into()]).await?;
    row.as_ref().map(run_of).transpose()
}

/// What is at work or waits, the oldest first.
pub(crate) async fn running(db: &Db) -> Result<Vec<StoredRun>> {
    let sql = format!("SELECT {RUN_COLUMNS} FROM retention_run WHERE state = 'running' ORDER BY started_ms, id");
    db.query(&sql, &[]).await?.iter().map(run_of).collect()
}

/// Runs of a workspace with an id before `before`, newest first.
pub(crate) async fn runs(
    db: &Db,
    workspace: WorkspaceId,
    mode: Option<Mode>,
    before: Option<RetentionRunId>,
    limit: u32,
) -> Result<Vec<StoredRun>> {
    let mut args: Vec<Val> = vec![workspace.into()];
    let mut asked = String::new();
    for (condition, value) in
        [("mode =", mode.map(|mode| mode.name().to_owned())), ("id <", before.map(|id| id.to_string()))]
    {
        if let Some(value) = value {
            args.push(value.into());
            asked.push_str(&format!(" AND {condition} ${}", args.len()));
        }
    }
    args.push(limit.into());
    let sql = format!(
        "SELECT {RUN_COLUMNS} FROM retention_run WHERE workspace_id = $1{asked} ORDER BY id DESC LIMIT ${}",
        args.len()
    );
    db.query(&sql, &args).await?.iter().map(run_of).collect()
}

/// The last run (no dry run) of a workspace in this state, or by this cause.
pub(crate) async fn last_run(
    db: &Db,
    workspace: WorkspaceId,
    column: &'static str,
    value: &str,
) -> Result<Option<StoredRun>> {
    let sql = format!(
        "SELECT {RUN_COLUMNS} FROM retention_run WHERE workspace_id = $1 AND mode = 'run' AND {column} = $2 \
         ORDER BY id DESC LIMIT 1"
    );
    let row = db.query_one(&sql, &[workspace.into(), value.into()]).await?;
    row.as_ref().map(run_of).transpose()
}

pub(crate) async fn forget_dry_runs(db: &Db, before: Timestamp) -> Result<u64, DbError> {
    let sql = "DELETE FROM retention_run WHERE mode = 'dry_run' AND state <> 'running' AND started_ms < $1";
    db.execute(sql, &[before.into()]).await
}
