//! Rows of this room's tables, in and out.

use crate::statement::{Held, Statement};
use crate::{Basis, ConsentError, ConsentState, ContactChannel, Proof, Subject, Suppression, SuppressionReason};
use base::{ProfileId, WorkspaceId};
use db::{Db, DbError, Row, Tx, Val};

pub(crate) const COLUMNS: &str =
    "profile_id, channel, state, weak, at_ms, source, method, proof_text, ip, event, basis, text_version, detail";

/// Reads inside a transaction or outside of any.
pub(crate) enum Reader<'r> {
    Db(&'r Db),
    Tx(&'r mut Tx),
}

impl Reader<'_> {
    pub async fn query(&mut self, sql: &str, args: &[Val]) -> Result<Vec<Row>, DbError> {
        match self {
            Reader::Db(db) => db.query(sql, args).await,
            Reader::Tx(tx) => tx.query(sql, args).await,
        }
    }
    /// `select` ends in `IN`; its first parameters are `fixed`; `tail` follows the list.
    pub async fn query_in(
        &mut self,
        select: &str,
        tail: &str,
        fixed: &[Val],
        values: &[Val],
    ) -> Result<Vec<Row>, DbError> {
        let chunk_max = 4 * match self {
            Reader::Db(db) => db.chunk(),
            Reader::Tx(tx) => tx.chunk(),
        };
        let mut rows = Vec::new();
        for chunk in db::pieces(values, chunk_max) {
            let sql = format!("{select} {} {tail}", db::in_list(fixed.len() + 1, chunk.len()));
            let args: Vec<Val> = fixed.iter().chain(chunk).cloned().collect();
            rows.extend(self.query(&sql, &args).await?);
        }
        Ok(rows)
    }
}

fn bad(column: &str, error: ConsentError) -> DbError {
    DbError::Decode { column: column.to_owned(), detail: error.to_string() }
}

pub(crate) fn channel_of(row: &Row) -> Result<ContactChannel, DbError> {
    ContactChannel::parse(&row.text("channel")?).map_err(|error| bad("channel", error))
}

pub(crate) fn subject_of(row: &Row) -> Result<Subject, DbError> {
    Subject::parse(&row.text("channel")?).map_err(|error| bad("channel", error))
}

pub(crate) fn state_of(row: &Row) -> Result<ConsentState, DbError> {
    ConsentState::parse(&row.text("state")?).map_err(|error| bad("state", error))
}

/// A row with [`COLUMNS`].
pub(crate) fn statement_of(row: &Row) -> Result<(ProfileId, Statement), DbError> {
    let statement = Statement {
        subject: subject_of(row)?,
        state: state_of(row)?,
        weak: row.bool("weak")?,
        at: row.time("at_ms")?,
        detail: row.opt_text("detail")?,
        proof: Proof {
            source: row.text("source")?,
            method: row.opt_text("method")?,
            text: row.opt_text("proof_text")?,
            text_version: row.opt_text("text_version")?,
            basis: row.opt_text("basis")?.as_deref().and_then(Basis::parse),
            ip: row.opt_text("ip")?,
            event: row.text("event")?,
        },
    };
    Ok((ProfileId::from_sql(row.i64("profile_id")?), statement))
}

fn values(workspace: WorkspaceId, profile: ProfileId, statement: &Statement) -> Vec<Val> {
    let proof = &statement.proof;
    vec![
        workspace.into(),
        profile.into(),
        statement.subject.to_string().into(),
        statement.state.name().into(),
        statement.weak.into(),
        statement.at.into(),
        proof.source.as_str().into(),
        proof.method.as_deref().into(),
        proof.text.as_deref().into(),
        proof.ip.as_deref().into(),
        proof.event.as_str().into(),
        proof.basis.map(Basis::name).into(),
        proof.text_version.as_deref().into(),
        statement.detail.as_deref().into(),
    ]
}

pub(crate) async fn write_states(tx: &mut Tx, states: &[(WorkspaceId, ProfileId, &Held)]) -> Result<(), DbError> {
    let row = |(workspace, profile, held): &(WorkspaceId, ProfileId, &Held)| {
        let mut row = values(*workspace, *profile, &held.statement);
        row.push(held.last.into());
        row
    };
    let rows: Vec<Vec<Val>> = states.iter().map(row).collect();
    let head = format!("INSERT INTO consent (workspace_id, {COLUMNS}, last_ms)");
    let tail = "ON CONFLICT (workspace_id, profile_id, channel) DO UPDATE SET state = excluded.state, \
                weak = excluded.weak, at_ms = excluded.at_ms, source = excluded.source, method = excluded.method, \
                proof_text = excluded.proof_text, ip = excluded.ip, event = excluded.event, \
                basis = excluded.basis, text_version = excluded.text_version, detail = excluded.detail, \
                last_ms = excluded.last_ms";
    tx.insert_many(&head, tail, &rows).await.map(|_| ())
}

pub(crate) async fn write_history(
    tx: &mut Tx,
    statements: &[(WorkspaceId, ProfileId, Statement)],
) -> Result<(), DbError> {
    let rows: Vec<Vec<Val>> =
        statements.iter().map(|(workspace, profile, statement)| values(*workspace, *profile, statement)).collect();
    let head = format!("INSERT INTO consent_history (workspace_id, {COLUMNS})");
    let tail = "ON CONFLICT (workspace_id, profile_id, channel, event) DO NOTHING";
    tx.insert_many(&head, tail, &rows).await.map(|_| ())
}

pub(crate) async fn write_suppressions(
    tx: &mut Tx,
    rows: &[(WorkspaceId, Suppression, Option<String>)],
) -> Result<(), DbError> {
    let rows: Vec<Vec<Val>> = rows
        .iter()
        .map(|(workspace, one, event)| {
            vec![
                (*workspace).into(),
                one.channel.name().into(),
                one.address.as_str().into(),
                one.reason.name().into(),
                one.at.into(),
                one.profile.map_or(Val::NullI, Val::from),
                event.as_deref().into(),
            ]
        })
        .collect();
    let head = "INSERT INTO suppression (workspace_id, channel, address, reason, at_ms, profile_id, event)";
    tx.insert_many(head, "ON CONFLICT (workspace_id, channel, address) DO NOTHING", &rows).await.map(|_| ())
}

pub(crate) fn suppression_of(row: &Row) -> Result<Suppression, DbError> {
    Ok(Suppression {
        channel: channel_of(row)?,
        address: row.text("address")?,
        reason: SuppressionReason::parse(&row.text("reason")?).map_err(|error| bad("reason", error))?,
        at: row.time("at_ms")?,
        profile: row.opt_i64("profile_id")?.map(ProfileId::from_sql),
    })
}
