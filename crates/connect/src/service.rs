//! Connections from outside: make, change, look, ask now.

use crate::connector::{Job, TestResult};
use crate::definition::{Definition, Secrets, StoredSecret};
use crate::error::{Fault, Result, invalid};
use crate::limits::CONNECTIONS_MAX;
use crate::model::{Connection, FileEntry, Health, HealthState, Payload, Run, Stored};
use crate::{Connect, files, payloads, runs, store};
use base::{Page, PageRequest, Problem, SourceId, Timestamp, WorkspaceId};
use db::Tx;
use std::collections::HashMap;

/// What somebody changes; None stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub enabled: Option<bool>,
    /// The whole definition; a secret that it does not bring stays.
    pub definition: Option<Definition>,
}

/// 160 bits as 32 letters and digits.
fn new_token(rng: &dyn base::Rng) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0u8; 32];
    rng.fill(&mut bytes);
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

impl Connect {
    pub const ERASER_NAME: &'static str = "connect";

    /// Makes a source and what fills it.
    pub async fn create(&self, workspace: WorkspaceId, name: &str, mut definition: Definition) -> Result<Connection> {
        if store::list(&self.inner.db, &*self.inner.vault, workspace).await?.len() >= CONNECTIONS_MAX {
            let detail =
                format!("a workspace has at most {CONNECTIONS_MAX} connections; delete some that nothing uses");
            return Err(Problem::conflict("too_many_connections", detail).into());
        }
        let now = self.inner.clock.now();
        let kind = definition.kind();
        let (secret, challenge) = (definition.take_secret(), definition.take_challenge());
        let token = definition.settings().has_address().then(|| new_token(&*self.inner.rng));
        let secrets = Secrets { secret, challenge, token };
        self.check(&definition, &secrets)?;
        let id = self.inner.door.create_source(workspace, name, kind).await?;
        let stored = Stored {
            workspace,
            id,
            enabled: true,
            version: 1,
            next_run_at: definition.schedule().map(|_| now),
            definition,
            secrets,
            cursor: None,
            health: Health { state: HealthState::Waiting, code: None, detail: None, since: None },
            last_run_at: None,
            lease_until: Timestamp::from_ms(0),
            retry: false,
            created_at: now,
            updated_at: now,
        };
        if let Err(error) = store::insert(&self.inner.db, &*self.inner.vault, &stored).await {
            // A source without its connection would be one that nobody can fill.
            self.inner.door.delete_source(workspace, id).await?;
            return Err(error);
        }
        self.load_hooks().await?;
        self.connection(workspace, id).await
    }

    fn check(&self, definition: &Definition, secrets: &Secrets) -> Result<()> {
        definition.settings().check(secrets)?;
        if let Some((kind, mapping)) = definition.settings().rows() {
            self.inner.door.check_mapping(kind, mapping)?;
        }
        Ok(())
    }

    /// Changes what somebody changed; what runs goes on as it began.
    pub async fn change(&self, workspace: WorkspaceId, id: SourceId, change: Change) -> Result<Connection> {
        let mut stored = self.stored(workspace, id).await?;
        let now = self.inner.clock.now();
        if let Some(mut definition) = change.definition {
            if definition.kind() != stored.definition.kind() {
                return Err(invalid("/definition/kind", "the kind of a connection stays; make another one").into());
            }
            stored.secrets.secret = match definition.take_secret() {
                Some(secret) => Some(secret),
                None => kept_secret(&stored, &definition)?,
            };
            let challenge = definition.take_challenge().or(stored.secrets.challenge.take());
            stored.secrets.challenge = challenge.filter(|_| definition.settings().needs_challenge());
            self.check(&definition, &stored.secrets)?;
            if !definition.settings().goes_on_from(&stored.definition) {
                stored.cursor = None;
            }
            stored.definition = definition;
            stored.retry = true;
            stored.next_run_at = stored.definition.schedule().map(|_| now);
        }
        if let Some(enabled) = change.enabled {
            stored.next_run_at = stored.definition.schedule().map(|_| now);
            stored.enabled = enabled;
        }
        stored.updated_at = now;
        store::update(&self.inner.db, &*self.inner.vault, &stored).await?;
        self.load_hooks().await?;
        self.connection(workspace, id).await
    }

    /// Gives a webhook a new address; the old one is nobody's at once.
    pub async fn rotate(&self, workspace: WorkspaceId, id: SourceId) -> Result<Connection> {
        let mut stored = self.stored(workspace, id).await?;
        if stored.secrets.token.is_none() {
            return Err(Problem::conflict("nothing_to_rotate", "only webhooks have an address").into());
        }
        stored.secrets.token = Some(new_token(&*self.inner.rng));
        stored.updated_at = self.inner.clock.now();
        store::update(&self.inner.db, &*self.inner.vault, &stored).await?;
        self.load_hooks().await?;
        self.connection(workspace, id).await
    }

    /// Asks the source now; files that failed are tried again.
    pub async fn run_now(&self, workspace: WorkspaceId, id: SourceId) -> Result<Connection> {
        self.ask_again(workspace, id, false).await
    }

    /// Reads everything from the beginning; what came before counts once all the same.
    pub async fn restart(&self, workspace: WorkspaceId, id: SourceId) -> Result<Connection> {
        self.ask_again(workspace, id, true).await
    }

    async fn ask_again(&self, workspace: WorkspaceId, id: SourceId, from_start: bool) -> Result<Connection> {
        let mut stored = self.stored(workspace, id).await?;
        if stored.definition.schedule().is_none() {
            return Err(Problem::conflict("nothing_to_run", "a webhook cannot be asked: its sender sends").into());
        }
        if !stored.enabled {
            return Err(Problem::conflict("connection_paused", "the connection is paused; let it go on first").into());
        }
        let now = self.inner.clock.now();
        (stored.next_run_at, stored.retry) = (Some(now.plus_ms(1)), true);
        if from_start {
            stored.cursor = None;
        }
        store::update(&self.inner.db, &*self.inner.vault, &stored).await?;
        self.inner.wake.notify_one();
        self.connection(workspace, id).await
    }

    /// Forgets a connection. The source itself is deleted by whoever calls; its events stay.
    pub async fn forget(&self, workspace: WorkspaceId, id: SourceId) -> Result<()> {
        store::delete(&self.inner.db, workspace, id).await?;
        self.inner.hooks.forget(id);
        self.load_hooks().await
    }

    pub(crate) async fn stored(&self, workspace: WorkspaceId, id: SourceId) -> Result<Stored> {
        let found = store::get(&self.inner.db, &*self.inner.vault, workspace, id).await?;
        Ok(found.ok_or_else(|| Problem::not_found("connection", id))?)
    }

    /// Oldest first.
    pub async fn connections(&self, workspace: WorkspaceId) -> Result<Vec<Connection>> {
        self.flush().await?;
        let names: HashMap<SourceId, String> = self.inner.door.sources(workspace).await?.into_iter().collect();
        let waiting: HashMap<String, u64> = payloads::waiting(&self.inner.db, workspace).await?.into_iter().collect();
        let stored = store::list(&self.inner.db, &*self.inner.vault, workspace).await?;
        let now = self.inner.clock.now();
        let shown = stored.into_iter().filter_map(|one| {
            let name = names.get(&one.id)?.clone();
            let failed = waiting.get(&one.id.to_string()).copied().unwrap_or_default();
            Some(shown(one, name, failed, now))
        });
        Ok(shown.collect())
    }

    pub async fn connection(&self, workspace: WorkspaceId, id: SourceId) -> Result<Connection> {
        let found = self.connections(workspace).await?.into_iter().find(|one| one.id == id);
        Ok(found.ok_or_else(|| Problem::not_found("connection", id))?)
    }

    pub async fn runs(&self, workspace: WorkspaceId, id: SourceId, page: &PageRequest) -> Result<Page<Run>> {
        self.stored(workspace, id).await?;
        runs::list(&self.inner.db, workspace, id, page).await
    }

    pub async fn files(&self, workspace: WorkspaceId, id: SourceId, page: &PageRequest) -> Result<Page<FileEntry>> {
        self.stored(workspace, id).await?;
        files::list(&self.inner.db, workspace, id, page).await
    }

    /// What came to a webhook, newest first; only what waits for a replay when `waiting`.
    pub async fn payloads(
        &self,
        workspace: WorkspaceId,
        id: SourceId,
        waiting: bool,
        page: &PageRequest,
    ) -> Result<Page<Payload>> {
        self.stored(workspace, id).await?;
        self.flush().await?;
        payloads::list(&self.inner.db, workspace, id, waiting, page).await
    }

    /// Asks the source for a little, without keeping anything. `id`: whose stored secret is meant when the definition
    /// brings none.
    pub async fn test(
        &self,
        workspace: WorkspaceId,
        mut definition: Definition,
        id: Option<SourceId>,
    ) -> Result<std::result::Result<TestResult, Fault>> {
        let (secret, challenge) = (definition.take_secret(), definition.take_challenge());
        let stored = match id {
            Some(id) => Some(self.stored(workspace, id).await?),
            None => None,
        };
        let secret = match (secret, &stored) {
            (None, Some(stored)) => kept_secret(stored, &definition)?,
            (secret, _) => secret,
        };
        let secrets = Secrets { secret, challenge, token: None };
        self.check(&definition, &secrets)?;
        let job = Job { workspace, source: id, definition, secrets, cursor: None, retry: false };
        let Some(connector) = job.definition.connector() else {
            return Err(Problem::conflict("nothing_to_run", "a webhook cannot be asked: try its mapping out").into());
        };
        Ok(connector.test(self, &job).await)
    }

    /// The folders that may be watched.
    pub fn folders(&self) -> &[std::path::PathBuf] {
        &self.inner.config.folders
    }

    /// Deletes the payloads that `names` recognises, and failures that quote them. Answers how many.
    pub async fn erase(tx: &mut Tx, workspace: WorkspaceId, names: &(dyn Fn(&str) -> bool + Sync)) -> db::Result<u64> {
        payloads::erase(tx, workspace, names).await
    }
}

/// The stored secret, if `after` may have it.
fn kept_secret(stored: &Stored, after: &Definition) -> std::result::Result<Option<String>, Problem> {
    let Some(secret) = &stored.secrets.secret else { return Ok(None) };
    match after.settings().stored_secret(&stored.definition) {
        StoredSecret::Stays => Ok(Some(secret.clone())),
        StoredSecret::Goes => Ok(None),
        StoredSecret::Again(problem) => Err(problem),
    }
}

fn shown(one: Stored, name: String, failed_payloads: u64, now: Timestamp) -> Connection {
    let kind = one.definition.kind();
    let state = match one.health.state {
        _ if !one.enabled => HealthState::Paused,
        _ if one.lease_until > now => HealthState::Running,
        state => state,
    };
    let mut definition = one.definition;
    definition.mark_stored(&one.secrets);
    let cursor = one.cursor.filter(|_| definition.settings().shows_cursor());
    Connection {
        id: one.id,
        name,
        kind,
        enabled: one.enabled,
        version: one.version,
        definition,
        secret_set: one.secrets.secret.is_some(),
        health: Health { state, ..one.health },
        token: one.secrets.token,
        cursor,
        next_run_at: one.next_run_at.filter(|_| one.enabled),
        last_run_at: one.last_run_at,
        failed_payloads,
        created_at: one.created_at,
        updated_at: one.updated_at,
    }
}
