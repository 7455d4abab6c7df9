//! Between two batches: takes new rules, and does once what they ask for.

use super::Identity;
use super::declare::key_hash;
use crate::identifiers::{GMAIL_DOMAINS, Kind, gmail_mailbox};
use crate::rules::{RuleSet, book};
use base::{Timestamp, WorkspaceId};
use db::{DbError, Tx, Val};
use std::collections::{BTreeMap, BTreeSet};

/// Identifiers read at once.
const PAGE: i64 = 5_000;

impl Identity {
    /// Reads the rules when they may have changed. What they ask for is done in the batch's transaction; a rollback has
    /// it done again.
    pub(super) async fn follow_rules(&self, tx: &mut Tx, now: Timestamp) -> Result<(), DbError> {
        if !self.book.wants_reading(now) {
            return Ok(());
        }
        let rows = tx.query(book::SELECT, &[]).await?;
        self.book.take(&rows)?;
        let rules = self.book.current();
        for row in &rows {
            let (workspace, version) = (WorkspaceId::from_sql(row.i64("workspace_id")?), row.i64("version")?);
            if version <= row.i64("applied")? || rules.of(workspace).version != version {
                continue;
            }
            if rules.of(workspace).doc.gmail_dots {
                let count = add_mailboxes(tx, workspace).await?;
                tracing::info!(%workspace, count, "mailboxes behind the addresses known so far were added");
            }
            let sql = "UPDATE profile_rules SET applied = $2 WHERE workspace_id = $1 AND version = $2";
            tx.execute(sql, &[workspace.into(), version.into()]).await?;
        }
        self.follow_devices(tx, &rules, now).await
    }

    /// Takes up shared devices at the first call, and lets go those a person released.
    async fn follow_devices(&self, tx: &mut Tx, rules: &RuleSet, now: Timestamp) -> Result<(), DbError> {
        let first = !self.devices.lock().is_loaded();
        let all = "SELECT workspace_id, kind, value, released FROM profile_shared_device";
        let rows = tx.query(&if first { all.to_owned() } else { format!("{all} WHERE released") }, &[]).await?;
        let (mut gone, mut shared, mut scratch) = (Vec::new(), Vec::new(), Vec::new());
        for row in &rows {
            let workspace = WorkspaceId::from_sql(row.i64("workspace_id")?);
            let (kind, value) = (row.text("kind")?, row.text("value")?);
            let hash = key_hash(workspace, &kind, &value, &mut scratch);
            if !row.bool("released")? {
                shared.push(hash);
                continue;
            }
            gone.push(hash);
            let args: [Val; 3] = [workspace.into(), kind.into(), value.into()];
            for table in ["profile_shared_device", "profile_identifier"] {
                let sql = format!("DELETE FROM {table} WHERE workspace_id = $1 AND kind = $2 AND value = $3");
                tx.execute(&sql, &args).await?;
            }
            let sql = "DELETE FROM profile_device_user WHERE workspace_id = $1 AND device = $2";
            tx.execute(sql, &[workspace.into(), hex(hash).into()]).await?;
            self.cache.lock().change(hash, None);
        }
        for (workspace, rules) in rules.workspaces().filter(|(_, rules)| rules.doc.shared_devices.enabled) {
            let oldest = i64::from(super::devices::day_of(now)) - i64::from(rules.doc.shared_devices.days);
            let sql = "DELETE FROM profile_device_user WHERE workspace_id = $1 AND day < $2";
            if self.is_new_day(workspace, now) {
                tx.execute(sql, &[workspace.into(), oldest.into()]).await?;
            }
        }
        let mut devices = self.devices.lock();
        if !gone.is_empty() {
            devices.forget_pairs();
        }
        devices.change(&gone, &shared);
        Ok(())
    }

    fn is_new_day(&self, workspace: WorkspaceId, now: Timestamp) -> bool {
        let today = super::devices::day_of(now);
        self.swept.lock().insert(workspace, today) != Some(today)
    }
}

/// How a hash is stored.
pub(super) fn hex(hash: u128) -> String {
    format!("{hash:032x}")
}

/// Gives every customer the mailbox behind their gmail.com addresses. A mailbox that several have is the oldest one's:
/// they stay apart until an event joins them. Answers how many were added.
async fn add_mailboxes(tx: &mut Tx, workspace: WorkspaceId) -> Result<u64, DbError> {
    // By profile, then by address: the outcome hangs on neither page nor engine.
    let mut found: BTreeMap<String, BTreeSet<(i64, String)>> = BTreeMap::new();
    let mut rows_of: BTreeMap<(i64, String), Vec<Val>> = BTreeMap::new();
    for domain in GMAIL_DOMAINS {
        let mut after = String::new();
        loop {
            let sql = "SELECT value, profile_id, first_seen_ms, last_seen_ms, source, \
                       COALESCE(home_id, profile_id) AS home FROM profile_identifier \
                       WHERE workspace_id = $1 AND kind = 'email' AND value > $2 AND value LIKE $3 \
                       ORDER BY value LIMIT $4";
            let like = format!("%@{domain}");
            let rows = tx.query(sql, &[workspace.into(), after.as_str().into(), like.into(), PAGE.into()]).await?;
            for row in &rows {
                let (value, profile) = (row.text("value")?, row.i64("profile_id")?);
                let Some(mailbox) = gmail_mailbox(&value) else { continue };
                let rest = vec![
                    profile.into(),
                    row.i64("first_seen_ms")?.into(),
                    row.i64("last_seen_ms")?.into(),
                    row.opt_text("source")?.into(),
                    row.i64("home")?.into(),
                ];
                rows_of.insert((profile, value.clone()), rest);
                found.entry(mailbox).or_default().insert((profile, value));
            }
            match rows.last() {
                Some(row) if rows.len() as i64 == PAGE => after = row.text("value")?,
                _ => break,
            }
        }
    }
    let head = "INSERT INTO profile_identifier (workspace_id, kind, value, profile_id, first_seen_ms, last_seen_ms, \
                source, home_id)";
    let rows = found.into_iter().filter_map(|(mailbox, owners)| {
        let rest = rows_of.remove(owners.first()?)?;
        let key = [workspace.into(), Kind::GMAIL_MAILBOX.name().into(), mailbox.into()];
        Some(key.into_iter().chain(rest).collect::<Vec<Val>>())
    });
    let rows: Vec<Vec<Val>> = rows.collect();
    tx.insert_many(head, "ON CONFLICT (workspace_id, kind, value) DO NOTHING", &rows).await
}
