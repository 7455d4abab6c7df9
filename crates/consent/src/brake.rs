//! A brake on public forms: so many requests of one sender in ten minutes, over all nodes and restarts. It protects the
//! program and the mailboxes of others from a script, not a secret.
//!
//! Counted in SQL, one statement per request. Who is over the limit is remembered in memory until the window ends, so
//! that a flood of one sender costs no statements. A sender is stored as 128 bits of HMAC-SHA-256 under a key of the
//! instance: nobody who reads the table without the key can try addresses out against it.

use crate::{ConsentError, Consents};
use base::{Timestamp, WorkspaceId};
use db::Val;
use hmac::{Hmac, KeyInit, Mac};
use parking_lot::Mutex;
use sha2::Sha256;
use std::collections::HashSet;

pub(crate) const WINDOW_MS: i64 = 10 * 60_000;
/// Requests of one sender in a window. Behind a proxy everybody has one address, so it is not small; what an address is
/// mailed has a limit of its own.
pub const FORM_REQUESTS_MAX: u32 = 120;
/// Senders over the limit that are remembered; others are counted in SQL.
const SENDERS_MAX: usize = 20_000;
/// Bytes of the digest that stand for a sender.
const NAME_BYTES: usize = 16;
/// The workspace is not known before the write key was looked up.
const NO_WORKSPACE: WorkspaceId = WorkspaceId::new(0);

/// The senders that are over the limit in a window.
pub(crate) struct Brake {
    names: Hmac<Sha256>,
    over: Mutex<(i64, HashSet<String>)>,
}

impl Brake {
    pub fn new(key: &[u8; 32]) -> Self {
        // HMAC takes keys of any length.
        let names = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("any length is a key");
        Self { names, over: Mutex::default() }
    }

    /// What stands for a sender: no address of anybody is written down.
    fn name_of(&self, sender: &str) -> String {
        let mut mac = self.names.clone();
        mac.update(sender.as_bytes());
        hex::encode(&mac.finalize().into_bytes()[..NAME_BYTES])
    }

    fn is_over(&self, sender: &str, window: i64) -> bool {
        let held = self.over.lock();
        held.0 == window && held.1.contains(sender)
    }

    fn note_over(&self, sender: String, window: i64) {
        let mut held = self.over.lock();
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
        let sender = self.brake().name_of(sender);
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
