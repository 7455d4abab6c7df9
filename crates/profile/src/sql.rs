//! Forms of SQL that several stores of this crate share.

use db::{DbError, Tx, Val};
use std::fmt::Write;

/// `WITH v(columns) AS (VALUES (CAST($1 AS type), ...), ...) tail`, in statements of a fitting size.
pub(crate) async fn update_from(
    tx: &mut Tx,
    columns: &[&str],
    types: &[&str],
    tail: &str,
    rows: &[Vec<Val>],
) -> Result<(), DbError> {
    for chunk in db::pieces(rows, tx.chunk()) {
        let mut sql = format!("WITH v({}) AS (VALUES ", columns.join(", "));
        let mut number = 0;
        for index in 0..chunk.len() {
            sql.push_str(if index == 0 { "(" } else { ",(" });
            for (position, kind) in types.iter().enumerate() {
                number += 1;
                let comma = if position == 0 { "" } else { "," };
                // Both engines take the types of the first row for all.
                let _ = if index == 0 {
                    write!(sql, "{comma}CAST(${number} AS {kind})")
                } else {
                    write!(sql, "{comma}${number}")
                };
            }
            sql.push(')');
        }
        sql.push_str(") ");
        sql.push_str(tail);
        let args: Vec<Val> = chunk.iter().flatten().cloned().collect();
        tx.execute(&sql, &args).await?;
    }
    Ok(())
}

/// Pairs of a workspace ($1) that a person took apart, as who they are today, in both directions. Stored are the ids of
/// then, so that a pair outlives merges that are undone.
pub(crate) const APART: &str = "(SELECT COALESCE(one.canonical_id, apart.profile_id) AS profile_id, \
     COALESCE(other.canonical_id, apart.other_id) AS other_id, apart.at_ms FROM profile_apart apart \
     LEFT JOIN profile_merge one ON one.workspace_id = apart.workspace_id AND one.from_id = apart.profile_id \
     LEFT JOIN profile_merge other ON other.workspace_id = apart.workspace_id AND other.from_id = apart.other_id \
     WHERE apart.workspace_id = $1) AS pairs";
