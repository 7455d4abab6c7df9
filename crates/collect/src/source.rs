//! Sources: who may send events, by write key; how each is doing.
//!
//! The write keys of all workspaces are in memory; counters live there too and are written every few seconds.

use crate::bots::BotCounts;
use crate::limits::*;
use crate::{Collect, Result, store};
use base::{Problem, Rng, SourceId, Timestamp, WorkspaceId};
use db::Db;
use events::{Channel, EventKind};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// What a source is; decides the channel of its events unless they state one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    Website,
    App,
    Server,
    Shop,
    Phone,
    Other,
    /// What another system posts, turned into events by a mapping.
    Webhook,
    /// Files that appear in a folder.
    Folder,
    /// A query, asked again and again.
    Database,
    /// A list that is fetched, such as one of products.
    Feed,
}

impl SourceKind {
    pub const ALL: [SourceKind; 10] = [
        Self::Website,
        Self::App,
        Self::Server,
        Self::Shop,
        Self::Phone,
        Self::Other,
        Self::Webhook,
        Self::Folder,
        Self::Database,
        Self::Feed,
    ];
    /// Those that send by themselves, with a write key; the others are connections.
    pub const SENDING: [SourceKind; 6] = [Self::Website, Self::App, Self::Server, Self::Shop, Self::Phone, Self::Other];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Website => "website",
            Self::App => "app",
            Self::Server => "server",
            Self::Shop => "shop",
            Self::Phone => "phone",
            Self::Other => "other",
            Self::Webhook => "webhook",
            Self::Folder => "folder",
            Self::Database => "database",
            Self::Feed => "feed",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }
    pub const fn channel(self) -> Channel {
        match self {
            Self::Website => Channel::Web,
            Self::App => Channel::App,
            Self::Shop => Channel::Shop,
            Self::Phone => Channel::Phone,
            Self::Folder => Channel::Import,
            Self::Server | Self::Other | Self::Webhook | Self::Database | Self::Feed => Channel::Server,
        }
    }
}

/// A source as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub workspace: WorkspaceId,
    pub id: SourceId,
    pub name: String,
    pub kind: SourceKind,
    /// The newest key.
    pub write_key: String,
    /// Keys rotated out that are still accepted, and until when.
    pub old_keys: Vec<(String, Timestamp)>,
    pub created_at: Timestamp,
    pub events: u64,
    pub rejected: u64,
    /// Events of bots: kept apart, never counted among `events`.
    pub bots: u64,
    pub last_event_at: Option<Timestamp>,
    pub last_error: Option<String>,
    pub last_error_at: Option<Timestamp>,
}

/// An item that was refused, kept for the screen that shows what is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejection {
    /// Names it within its source; empty before it is stored.
    pub id: String,
    pub at: Timestamp,
    pub code: String,
    pub pointer: String,
    pub detail: String,
    /// The item, cut to [`REJECTION_BYTES_MAX`].
    pub item: String,
    /// The type its path named, when it was a call of its own.
    pub kind: Option<EventKind>,
    /// It was kept whole and stored nowhere else: it can be tried again.
    pub replayable: bool,
}

/// A source in memory.
#[derive(Debug)]
pub(crate) struct SourceState {
    pub workspace: WorkspaceId,
    pub id: SourceId,
    pub kind: SourceKind,
    pub events: AtomicU64,
    pub rejected: AtomicU64,
    pub bots: AtomicU64,
    pub bot_counts: BotCounts,
    pub last_event_ms: AtomicI64,
    pub changed: AtomicBool,
    pub errors: Mutex<Errors>,
}

#[derive(Debug, Default)]
pub(crate) struct Errors {
    pub last: Option<(String, Timestamp)>,
    /// Not yet written, oldest first.
    pub unwritten: VecDeque<Rejection>,
}

impl SourceState {
    pub fn channel(&self) -> Channel {
        self.kind.channel()
    }
    pub fn count(&self, events: u32, now: Timestamp) {
        if events > 0 {
            self.events.fetch_add(u64::from(events), Ordering::Relaxed);
            self.last_event_ms.fetch_max(now.ms(), Ordering::Relaxed);
            self.changed.store(true, Ordering::Release);
        }
    }
    pub fn count_bot(&self, agent: &str, now: Timestamp) {
        self.bots.fetch_add(1, Ordering::Relaxed);
        self.bot_counts.count(agent, now);
        self.changed.store(true, Ordering::Release);
    }
    /// Keeps a refused item. `kind`: the type its path named; None: the item states it.
    pub fn reject(&self, now: Timestamp, why: (&str, &str, &str), item: &str, kind: Option<EventKind>) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
        self.keep(now, why, item, kind, true);
    }

    /// Keeps a refused item of another form than ours, which is shown and not tried again.
    pub fn reject_kept(&self, now: Timestamp, why: (&str, &str, &str), item: &str) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
        self.keep(now, why, item, None, false);
    }

    /// Counts rows of a file that are kept with their import.
    pub fn count_refused(&self, rows: u64) {
        if rows > 0 {
            self.rejected.fetch_add(rows, Ordering::Relaxed);
            self.changed.store(true, Ordering::Release);
        }
    }

    /// Keeps what is wrong with an item that was stored all the same, or that is not ours to try again.
    pub fn warn(&self, now: Timestamp, code: &str, pointer: &str, detail: &str, item: &str) {
        self.keep(now, (code, pointer, detail), item, None, false);
    }

    fn keep(
        &self,
        now: Timestamp,
        (code, pointer, detail): (&str, &str, &str),
        item: &str,
        kind: Option<EventKind>,
        refused: bool,
    ) {
        let cut = item.char_indices().take_while(|(at, letter)| at + letter.len_utf8() <= REJECTION_BYTES_MAX).count();
        let rejection = Rejection {
            id: String::new(),
            kind,
            replayable: refused && cut == item.chars().count() && !item.contains('\0'),
            at: now,
            code: code.to_owned(),
            pointer: pointer.to_owned(),
            detail: detail.to_owned(),
            // PostgreSQL stores no NUL; a refused item may hold one.
            item: item.chars().take(cut).map(|letter| if letter == '\0' { '\u{fffd}' } else { letter }).collect(),
        };
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let place = if pointer.is_empty() { String::new() } else { format!("{pointer}: ") };
        errors.last = Some((format!("{place}{detail}"), now));
        errors.unwritten.push_back(rejection);
        if errors.unwritten.len() > REJECTIONS_KEPT {
            errors.unwritten.pop_front();
        }
        drop(errors);
        self.changed.store(true, Ordering::Release);
    }
}

#[derive(Debug)]
struct Key {
    source: Arc<SourceState>,
    expires: Option<Timestamp>,
}

pub(crate) enum WriteKeyAnswer {
    Known(Arc<SourceState>),
    Expired,
    Unknown,
}

/// All write keys.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    keys: RwLock<HashMap<String, Key>>,
    states: RwLock<HashMap<SourceId, Arc<SourceState>>>,
    loaded_ms: AtomicI64,
}

impl Sources {
    pub async fn find(&self, db: &Db, key: &str, now: Timestamp) -> Result<WriteKeyAnswer> {
        if let Some(answer) = self.known(key, now) {
            return Ok(answer);
        }
        let last = self.loaded_ms.load(Ordering::Relaxed);
        let mine = now.ms() - last >= KEY_RELOAD_MS
            && self.loaded_ms.compare_exchange(last, now.ms(), Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if mine {
            self.load(db).await?;
        }
        Ok(self.known(key, now).unwrap_or(WriteKeyAnswer::Unknown))
    }

    fn known(&self, key: &str, now: Timestamp) -> Option<WriteKeyAnswer> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(key).map(|key| match key.expires {
            Some(expires) if expires <= now => WriteKeyAnswer::Expired,
            _ => WriteKeyAnswer::Known(key.source.clone()),
        })
    }

    /// Reads all keys; states in memory keep their counters.
    pub async fn load(&self, db: &Db) -> Result<()> {
        let rows = store::all_keys(db).await?;
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        let mut keys = HashMap::with_capacity(rows.len());
        for row in rows {
            let state = states.entry(row.source).or_insert_with(|| {
                Arc::new(SourceState {
                    workspace: row.workspace,
                    id: row.source,
                    kind: row.kind,
                    events: AtomicU64::new(row.events),
                    rejected: AtomicU64::new(row.rejected),
                    bots: AtomicU64::new(row.bots),
                    bot_counts: BotCounts::default(),
                    last_event_ms: AtomicI64::new(row.last_event_at.map_or(0, Timestamp::ms)),
                    changed: AtomicBool::new(false),
                    errors: Mutex::new(Errors::default()),
                })
            });
            keys.insert(row.key, Key { source: state.clone(), expires: row.expires });
        }
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    pub fn state(&self, id: SourceId) -> Option<Arc<SourceState>> {
        self.states.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// States with something to write; their mark is taken away.
    pub fn take_changed(&self) -> Vec<Arc<SourceState>> {
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        states.values().filter(|state| state.changed.swap(false, Ordering::AcqRel)).cloned().collect()
    }
}

/// `wk_` and 24 letters and digits.
fn new_write_key(rng: &dyn Rng) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0u8; 24];
    rng.fill(&mut bytes);
    let letters = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    "wk_".chars().chain(letters).collect()
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > SOURCE_NAME_CHARS_MAX || name.contains('\0') {
        let detail = format!("a name has 1 to {SOURCE_NAME_CHARS_MAX} characters");
        return Err(Problem::invalid("invalid_name", detail.clone()).at("/name", "invalid_name", detail).into());
    }
    Ok(name.to_owned())
}

impl Collect {
    /// Makes a source with its first write key.
    pub async fn create_source(&self, workspace: WorkspaceId, name: &str, kind: SourceKind) -> Result<Source> {
        let name = checked_name(name)?;
        let now = self.inner.clock.now();
        let id = SourceId::new(now, &*self.inner.rng);
        let key = new_write_key(&*self.inner.rng);
        store::insert_source(&self.inner.db, workspace, id, &name, kind, &key, now).await?;
        self.inner.sources.load(&self.inner.db).await?;
        self.source(workspace, id).await
    }

    /// The sources of a workspace, oldest first, with the counters of this moment.
    pub async fn sources(&self, workspace: WorkspaceId) -> Result<Vec<Source>> {
        let mut sources = store::sources(&self.inner.db, workspace, self.inner.clock.now()).await?;
        for source in &mut sources {
            let Some(state) = self.inner.sources.state(source.id) else { continue };
            source.events = state.events.load(Ordering::Relaxed);
            source.bots = state.bots.load(Ordering::Relaxed);
            source.rejected = state.rejected.load(Ordering::Relaxed);
            let last = state.last_event_ms.load(Ordering::Relaxed);
            source.last_event_at = (last > 0).then(|| Timestamp::from_ms(last));
            let errors = state.errors.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((detail, at)) = &errors.last {
                (source.last_error, source.last_error_at) = (Some(detail.clone()), Some(*at));
            }
        }
        Ok(sources)
    }

    pub async fn source(&self, workspace: WorkspaceId, id: SourceId) -> Result<Source> {
        let sources = self.sources(workspace).await?;
        let found = sources.into_iter().find(|source| source.id == id);
        Ok(found.ok_or_else(|| Problem::not_found("source", id))?)
    }

    pub async fn rename_source(&self, workspace: WorkspaceId, id: SourceId, name: &str) -> Result<Source> {
        let name = checked_name(name)?;
        store::rename_source(&self.inner.db, workspace, id, &name).await?;
        self.source(workspace, id).await
    }

    /// Gives the source a new key; the old one is accepted for [`KEY_OVERLAP_MS`] more.
    pub async fn rotate_source(&self, workspace: WorkspaceId, id: SourceId) -> Result<Source> {
        self.source(workspace, id).await?;
        let now = self.inner.clock.now();
        let key = new_write_key(&*self.inner.rng);
        store::rotate_key(&self.inner.db, workspace, id, &key, now, now.plus_ms(KEY_OVERLAP_MS)).await?;
        self.inner.sources.load(&self.inner.db).await?;
        self.source(workspace, id).await
    }

    /// The source's keys stop working at once; its events stay.
    pub async fn delete_source(&self, workspace: WorkspaceId, id: SourceId) -> Result<()> {
        self.source(workspace, id).await?;
        store::delete_source(&self.inner.db, workspace, id, self.inner.clock.now()).await?;
        self.inner.sources.load(&self.inner.db).await
    }

    /// Bots that sent events to the source, the busiest first; those of the last seconds may be missing.
    pub async fn bots(&self, workspace: WorkspaceId, id: SourceId) -> Result<Vec<crate::Bot>> {
        self.source(workspace, id).await?;
        self.flush().await?;
        store::bots(&self.inner.db, workspace, id).await
    }

    /// The last refused items, newest first.
    pub async fn rejections(&self, workspace: WorkspaceId, id: SourceId) -> Result<Vec<Rejection>> {
        self.source(workspace, id).await?;
        self.flush().await?;
        store::rejections(&self.inner.db, workspace, id).await
    }

    /// True when the write key is known and still accepted; for the settings document the browser SDKs ask for.
    pub async fn knows_write_key(&self, key: &str) -> Result<bool> {
        let answer = self.inner.sources.find(&self.inner.db, key, self.inner.clock.now()).await?;
        Ok(matches!(answer, WriteKeyAnswer::Known(_)))
    }

    /// Whose write key it is; an unknown or expired one is refused as it is for events.
    pub async fn owner_of_key(&self, key: &str) -> Result<(WorkspaceId, SourceId)> {
        let source = self.source_of(key, self.inner.clock.now()).await?;
        Ok((source.workspace, source.id))
    }

    /// Writes the counters and rejected items that are only in memory. Called every few seconds and at shutdown.
    pub async fn flush(&self) -> Result<()> {
        for state in self.inner.sources.take_changed() {
            if let Err(error) = store::write_stats(&self.inner.db, &state).await {
                state.changed.store(true, Ordering::Release);
                return Err(error);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
