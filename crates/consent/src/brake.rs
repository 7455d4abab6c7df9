//! A brake on public forms: so many requests of one sender in ten minutes, over all nodes and restarts. It protects the
//! program and the mailboxes of others from a script, not a secret.
//!
//! Counted in SQL, one statement per request. Who is over the limit is remembered in memory until the window ends, so
//! that a flood of one sender costs no statements.

use crate::{ConsentError, Consents};
use base::{EventId, Timestamp, WorkspaceId};
use db::Val;
use parking_lot::Mutex;
use std::collections::HashSet;

pub(crate) const WINDOW_MS: i64 = 10 * 60_000;
/// Requests of one sender in a window. Behind a proxy everybody has one address, so it is not small; what an address is
/// mailed has a limit of its own.
pub const FORM_REQUESTS_MAX: u32 = 120;
/// Senders over the limit that are remembered; others are counted in SQL.
const SENDERS_MAX: usize = 20_000;
/// The workspace is not known before the write key was looked up.
const NO_WORKSPACE: WorkspaceId = WorkspaceId::new(0);

/// The senders that are over the limit in a window.
#[derive(Debug, Default)]
pub(crate) struct Brake(Mutex<(i64, HashSet<String>)>);

impl Brake {
    fn is_over(&self, sender: &str, window: i64) -> bool {
        let held = self.0.lock();
        held.0 == window && held.1.contains(sender)
    }

    fn note_over(&self, sender: String, window: i64) {
        let mut held = self.0.lock();
        if held.0 != window {
            *held = (window, HashSet::new());
        }
        if held.1.len() < SENDERS_MAX {
            held.1.insert(sender);
        }
    }
}

fn window_of(now: Timestamp) -> i64 {
    now.ms().div_euclid(WINDOW_MS)
}

impl Consents {
    /// May `sender` (an IP address) use a public form now? Counts the request.
    pub async fn allows_form(&self, sender: &str) -> Result<bool, ConsentError> {
        // No address of anybody is written down.
        let sender = EventId::of(NO_WORKSPACE, &format!("form\0{sender}")).to_string();
        let window = window_of(self.now());
        if self.brake().is_over(&sender, window) {
            return Ok(false);
        }
        let sql = "INSERT INTO consent_form_sender (workspace_id, sender, time_window, requests) VALUES ($1, $2, $3, 1)
            ON CONFLICT (workspace_id, sender, time_window) DO UPDATE SET requests = consent_form_sender.requests + 1
            RETURNING requests";
        let mut tx = self.db().begin().await?;
        let args: [Val; 3] = [NO_WORKSPACE.into(), sender.as_str().into(), window.into()];
        let row = tx.query_one(sql, &args).await?;
        tx.commit().await?;
        let requests = row.map_or(Ok(1), |row| row.i64("requests"))?;
        let allowed = requests <= i64::from(FORM_REQUESTS_MAX);
        if !allowed {
            self.brake().note_over(sender, window);
        }
        Ok(allowed)
    }

    /// Forgets the counts of windows that have passed.
    pub(crate) async fn prune_senders(&self) -> Result<u64, ConsentError> {
        let sql = "DELETE FROM consent_form_sender WHERE workspace_id = $1 AND time_window < $2";
        Ok(self.db().execute(sql, &[NO_WORKSPACE.into(), window_of(self.now()).into()]).await?)
    }
}
