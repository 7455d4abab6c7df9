//! A customer that turned out to be two: what each of them said goes to them, and both states are worked out anew.
//!
//! Cost: the whole history of one person, once per split.

use crate::sql::{COLUMNS, Reader, in_list, statement_of, write_history, write_states};
use crate::statement::{self, Held, Statement};
use crate::view::report_split;
use crate::{ConsentState, ContactChannel};
use base::ProfileId;
use db::{DbError, Tx, Val};
use events::{Effects, Event, Split};
use std::collections::BTreeMap;

/// What holds, by channel.
type States = BTreeMap<ContactChannel, Held>;
type Said = BTreeMap<ContactChannel, Vec<Statement>>;

/// Gives what was said to who said it.
///
/// A no that was said while the two were one, by an event that names nobody (a click on "unsubscribe" in a message),
/// holds for both: nobody is written to against their will because of how they were sorted.
pub(crate) async fn divide(tx: &mut Tx, split: &Split, effects: &mut Effects) -> Result<(), DbError> {
    let [before_from, before_into] = [held(tx, split, split.from).await?, States::new()];
    move_rows(tx, split).await?;
    copy_refusals(tx, split).await?;
    for (profile, before) in [(split.from, before_from), (split.into, before_into)] {
        settle(tx, split, profile, before, effects).await?;
    }
    Ok(())
}

async fn held(tx: &mut Tx, split: &Split, profile: ProfileId) -> Result<States, DbError> {
    let sql = format!("SELECT {COLUMNS}, last_ms FROM consent WHERE workspace_id = $1 AND profile_id = $2");
    let rows = tx.query(&sql, &[split.workspace.into(), profile.into()]).await?;
    let of_row = |row: &db::Row| {
        let statement = statement_of(row)?.1;
        Ok((statement.channel, Held { statement, last: row.time("last_ms")? }))
    };
    rows.iter().map(of_row).collect()
}

async fn said(tx: &mut Tx, split: &Split, profile: ProfileId) -> Result<Said, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM consent_history WHERE workspace_id = $1 AND profile_id = $2");
    let mut said = Said::new();
    for row in tx.query(&sql, &[split.workspace.into(), profile.into()]).await? {
        let statement = statement_of(&row)?.1;
        said.entry(statement.channel).or_default().push(statement);
    }
    Ok(said)
}

async fn move_rows(tx: &mut Tx, split: &Split) -> Result<(), DbError> {
    let events: Vec<Val> = split.left.iter().map(|event| event.id.to_string().into()).collect();
    let fixed: [Val; 3] = [split.workspace.into(), split.from.into(), split.into.into()];
    for chunk in db::pieces(&events, tx.chunk() * 4) {
        for table in ["consent_history", "suppression"] {
            let sql = format!(
                "UPDATE {table} SET profile_id = $3 WHERE workspace_id = $1 AND profile_id = $2 AND event IN {}",
                in_list(4, chunk.len())
            );
            let args: Vec<Val> = fixed.iter().chain(chunk).cloned().collect();
            tx.execute(&sql, &args).await?;
        }
    }
    let sql = "DELETE FROM consent_alias WHERE workspace_id = $1 AND from_id = $2";
    tx.execute(sql, &[fixed[0].clone(), fixed[2].clone()]).await?;
    for id in split.group.iter().filter(|id| **id != split.into) {
        let sql = "UPDATE consent_alias SET canonical_id = $3 WHERE workspace_id = $1 AND from_id = $2";
        tx.execute(sql, &[fixed[0].clone(), (*id).into(), fixed[2].clone()]).await?;
    }
    Ok(())
}

/// Said of whoever the customer was at the time.
fn is_of_both(split: &Split, event: &Event) -> bool {
    Split::is_unnamed(event) && split.joined_at.is_none_or(|joined| joined <= event.at)
}

async fn copy_refusals(tx: &mut Tx, split: &Split) -> Result<(), DbError> {
    let of_both: Vec<Val> = split
        .kept
        .iter()
        .filter(|event| is_of_both(split, event) && statement::may_tell(event))
        .map(|event| event.id.to_string().into())
        .collect();
    let fixed: [Val; 3] = [split.workspace.into(), split.from.into(), ConsentState::Unsubscribed.name().into()];
    let select = format!(
        "SELECT {COLUMNS} FROM consent_history WHERE workspace_id = $1 AND profile_id = $2 AND state = $3 AND event IN"
    );
    let rows = Reader::Tx(tx).query_in(&select, "", &fixed, &of_both).await?;
    let copies: Result<Vec<_>, DbError> =
        rows.iter().map(|row| Ok((split.workspace, split.into, statement_of(row)?.1))).collect();
    write_history(tx, &copies?).await
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
    for (channel, statements) in said(tx, split, profile).await? {
        let Some(held) = statement::settle(statements) else { continue };
        let was = before.remove(&channel).map_or(ConsentState::Unknown, |held| held.statement.state);
        if was != held.statement.state {
            report_split(effects, split, profile, &held.statement, (was, held.statement.state));
        }
        now.insert(channel, held);
    }
    // What is left was the other one's word only.
    for held in before.values() {
        report_split(effects, split, profile, &held.statement, (held.statement.state, ConsentState::Unknown));
    }
    let rows: Vec<_> = now.values().map(|held| (split.workspace, profile, held)).collect();
    write_states(tx, &rows).await
}
