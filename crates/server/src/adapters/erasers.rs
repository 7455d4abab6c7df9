//! The register of what is erased when a person is: every room, the history, the log and the files beside them.
//!
//! SQL rooms erase in the pipeline's transaction, and once more when nothing of the past is under way. What is in files
//! goes afterwards: `profile` keeps a durable list of who has to be forgotten there, and a task works it off, also after
//! a crash.

use async_trait::async_trait;
use base::{Clock, ProfileId, Timestamp, WorkspaceId};
use consent::ContactChannel;
use db::{Db, DbError, Tx};
use parking_lot::Mutex;
use profile::{Eraser, FileEraser, Person};
use std::sync::Arc;
use std::time::Duration;

/// Stores up to this size are written anew after every round of erasures: about a second of waiting writers per 100 MB.
const SCRUB_AT_ONCE_BYTES_MAX: u64 = 256 << 20;
/// Larger stores are written anew at most this often, for all erasures since.
const SCRUB_EVERY_MS: i64 = 24 * 3_600_000;
/// How often it is looked whether views and history are past what was accepted before.
const SETTLE_LOOK: Duration = Duration::from_millis(100);
const HISTORY_LOOKS_MAX: u32 = 100;

pub struct ConsentEraser;

#[async_trait]
impl Eraser for ConsentEraser {
    fn name(&self) -> &'static str {
        consent::Consents::ERASER_NAME
    }
    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, person: &Person) -> Result<u64, DbError> {
        let mut addresses = Vec::new();
        for identifier in &person.identifiers {
            let channels: &[ContactChannel] = match identifier.kind.as_str() {
                "email" => &[ContactChannel::Email],
                "phone" => &[ContactChannel::Sms, ContactChannel::Whatsapp, ContactChannel::Phone],
                _ => &[],
            };
            addresses.extend(channels.iter().map(|channel| (*channel, identifier.value.clone())));
        }
        consent::Consents::erase(tx, workspace, &person.profiles, &addresses).await
    }
}

pub struct MeasureEraser(pub Arc<measure::Measures>);

#[async_trait]
impl Eraser for MeasureEraser {
    fn name(&self) -> &'static str {
        "measure"
    }
    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, person: &Person) -> Result<u64, DbError> {
        self.0.erase(tx, workspace, &person.profiles).await
    }
}

pub struct DeliverEraser(pub Arc<deliver::Deliver>);

#[async_trait]
impl Eraser for DeliverEraser {
    fn name(&self) -> &'static str {
        "deliver"
    }
    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, person: &Person) -> Result<u64, DbError> {
        for profile in &person.profiles {
            self.0.forget(tx, workspace, *profile).await?;
        }
        let email = person.identifiers.iter().filter(|identifier| identifier.kind == "email");
        let addresses: Vec<String> = email.map(|identifier| identifier.value.clone()).collect();
        // A message may have gone to an address of theirs while they were one with somebody else.
        if profile::was_anybody_split(tx, workspace).await? {
            self.0.forget_addresses(tx, workspace, &addresses).await?;
        }
        channels::SandboxChannel::erase(tx, workspace, &addresses).await
    }
}

/// What holds texts, not profiles: refused items, payloads of webhooks, records put aside, remembered answers.
pub struct TextsEraser;

#[async_trait]
impl Eraser for TextsEraser {
    fn name(&self) -> &'static str {
        "texts"
    }
    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, person: &Person) -> Result<u64, DbError> {
        let names = |text: &str| person.is_named_in(text);
        let refused = collect::Collect::erase_rejections(tx, workspace, &names).await?;
        let payloads = connect::Connect::erase(tx, workspace, &names).await?;
        let aside = events::erase_put_aside(tx, workspace, &names).await?;
        let answers = access::Access::erase_answers(tx, workspace, &names).await?;
        Ok(refused + payloads + aside + answers)
    }
}

/// `profile::FileEraser` over the log, the history, the files of imports and the store's own files.
pub struct FilesEraser {
    db: Db,
    inbox: Arc<events::Inbox>,
    pipeline: Arc<events::Pipeline>,
    deliver: Arc<deliver::Deliver>,
    collect: Arc<collect::Collect>,
    connect: Arc<connect::Connect>,
    duplicates: Arc<duplicates::Duplicates>,
    lake: Arc<lake::Lake>,
    clock: Arc<dyn Clock>,
    scrubbed_at: Mutex<Option<Timestamp>>,
}

impl FilesEraser {
    pub fn new(app: &api::App, db: Db) -> Self {
        Self {
            db,
            inbox: app.inbox.clone(),
            pipeline: app.pipeline.clone(),
            deliver: app.deliver.clone(),
            collect: app.collect.clone(),
            connect: app.connect.clone(),
            duplicates: app.duplicates.clone(),
            lake: app.lake.clone(),
            clock: app.clock.clone(),
            scrubbed_at: Mutex::new(None),
        }
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Returns when everything accepted before the call is in the history's files and the log's files hold none of it.
/// Answers the place in the log up to which that is so.
pub(super) async fn settle_log(
    inbox: &events::Inbox,
    pipeline: &events::Pipeline,
    lake: &lake::Lake,
) -> Result<u64, String> {
    let sealed = inbox.seal().await.map_err(text)?;
    while pipeline.status().cursor < sealed {
        tokio::time::sleep(SETTLE_LOOK).await;
    }
    // The pipeline hands a batch to the history after its commit; a record put aside it does not hand on at all.
    for _ in 0..HISTORY_LOOKS_MAX {
        if sealed.0 <= lake.status().taken {
            break;
        }
        tokio::time::sleep(SETTLE_LOOK).await;
    }
    lake.flush().await.map_err(text)?;
    pipeline.release().await.map_err(text)?;
    if inbox.oldest().map_err(text)? < sealed {
        return Err("the log still holds what was accepted before".into());
    }
    Ok(sealed.0)
}

#[async_trait]
impl FileEraser for FilesEraser {
    async fn settle(&self) -> Result<(), String> {
        if self.duplicates.is_searching() {
            return Err("a search for duplicates is at work: what it read before would be written".into());
        }
        self.deliver.settle().await.map_err(text)?;
        settle_log(&self.inbox, &self.pipeline, &self.lake).await.map(|_| ())
    }

    async fn anonymise(&self, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<(), String> {
        let cutter = Arc::new(super::retention::PersonCutter::new(profiles));
        self.lake.cut(workspace, u64::MAX, cutter, &()).await.map(|_| ()).map_err(text)
    }

    async fn erase(&self, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<(), String> {
        self.lake.erase(workspace, profiles).await.map_err(text)?;
        // So that what waits in memory is in its table, where the eraser of texts finds it.
        self.connect.flush().await.map_err(text)?;
        if !self.collect.erase_import_files(workspace).await.map_err(text)? {
            return Err("an import is at work: its files go when it has ended".into());
        }
        Ok(())
    }

    async fn scrub(&self) -> Result<bool, String> {
        let now = self.clock.now();
        let small = self.db.file_bytes().await.map_err(text)? <= SCRUB_AT_ONCE_BYTES_MAX;
        let due = self.scrubbed_at.lock().is_none_or(|at| now.ms_since(at) >= SCRUB_EVERY_MS);
        if !small && !due {
            return Ok(false);
        }
        self.db.scrub().await.map_err(text)?;
        *self.scrubbed_at.lock() = Some(now);
        Ok(true)
    }
}
