//! A watched folder, or a prefix of an object store: every file that appears in it is imported once.
//!
//! A file is taken when it has rested; it is known by its content, so that the same file sent twice, under whatever name,
//! changes nothing. Only folders that an administrator allows can be watched; a link that leads out of them is not
//! followed. Where files lie is a [`Place`]; what is done with them is the same everywhere (`watch`).

mod disk;
mod objects;
mod watch;

pub(super) use disk::allowed;
pub use objects::ObjectStoreDefinition;

use crate::Connect;
use crate::connector::{Connector, Ended, Job, TestFile, TestResult};
use crate::definition::{Definition, Secrets, Settings, StoredSecret};
use crate::error::{Fault, invalid};
use crate::files;
use crate::limits::*;
use crate::model::{FileState, Run};
use crate::rows::{RowsKind, RowsMapping};
use crate::schedule::Schedule;
use async_trait::async_trait;
use base::{Problem, Timestamp};
use bytes::Bytes;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};
use std::path::Path;
use utoipa::ToSchema;
use watch::Watch;

const PATTERN_CHARS_MAX: usize = 100;
/// Endings of files that are still being written.
const UNFINISHED: [&str; 6] = [".part", ".tmp", ".temp", ".filepart", ".crdownload", "~"];

/// Files that are imported as they appear, in a folder or in an object store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FolderDefinition {
    /// Below one of the folders that are allowed; empty where files lie in an object store.
    #[serde(default)]
    pub folder: String,
    /// Instead of a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_store: Option<ObjectStoreDefinition>,
    /// Names that are taken; `*` stands for any letters, `?` for one.
    #[serde(default = "any_name")]
    pub pattern: String,
    pub import_kind: RowsKind,
    #[serde(default)]
    pub mapping: RowsMapping,
    #[serde(default)]
    pub schedule: Schedule,
    #[serde(default)]
    pub after: After,
}

/// What becomes of a file that was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FolderAfter)]
pub enum After {
    #[default]
    Keep,
    /// Into `done` or `failed` beside it.
    Move,
}

fn any_name() -> String {
    "*".into()
}

impl Settings for FolderDefinition {
    fn check(&self, secrets: &Secrets) -> Result<(), Problem> {
        match &self.object_store {
            Some(_) if !self.folder.is_empty() => {
                return Err(invalid("/definition/folder", "name a folder or an object store, not both"));
            }
            Some(_) if self.after != After::Keep => {
                return Err(invalid("/definition/after", "objects stay where they are: nothing is written there"));
            }
            Some(objects) => objects.check(secrets.secret.as_deref())?,
            None if !Path::new(&self.folder).is_absolute() || self.folder.contains('\0') => {
                return Err(invalid("/definition/folder", "must be the whole path of a folder on the server"));
            }
            None => {}
        }
        let letters = self.pattern.chars().count();
        if letters == 0 || letters > PATTERN_CHARS_MAX || self.pattern.contains(['/', '\\', '\0']) {
            let detail = format!("must be a file name such as *.csv, of at most {PATTERN_CHARS_MAX} characters");
            return Err(invalid("/definition/pattern", detail));
        }
        self.schedule.check()
    }

    fn take_secret(&mut self) -> Option<String> {
        self.object_store.as_mut()?.secret.take()
    }

    fn mark_stored(&mut self, secrets: &Secrets) {
        if let Some(store) = &mut self.object_store {
            store.secret_set = secrets.secret.is_some();
        }
    }

    fn stored_secret(&self, before: &Definition) -> StoredSecret {
        // A folder of the server's own disk has no use for it.
        let Some(store) = &self.object_store else { return StoredSecret::Goes };
        let before = match before {
            Definition::Folder(before) => before.object_store.as_ref(),
            _ => None,
        };
        if before.is_some_and(|before| before.endpoint == store.endpoint && before.key_id == store.key_id) {
            return StoredSecret::Stays;
        }
        let detail = "say the secret again: the address or the key's id changed";
        StoredSecret::Again(invalid("/definition/object_store/secret", detail))
    }

    fn pulled(&self) -> Option<(&'static dyn Connector, &Schedule)> {
        Some((&Folder, &self.schedule))
    }

    fn rows(&self) -> Option<(RowsKind, &RowsMapping)> {
        Some((self.import_kind, &self.mapping))
    }
}

/// A file as its place shows it.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    /// Below the folder or the prefix.
    name: String,
    bytes: u64,
    modified_ms: i64,
    /// What an object store says about the content.
    etag: Option<String>,
}

/// What is known of a file's content before it is read.
enum Hashed {
    Is(String),
    /// Reading is how one learns it, and is done once.
    Unknown,
    /// It is not there any more.
    Gone,
}

/// Where files lie.
#[async_trait]
trait Place: Send + Sync {
    /// The files whose names are wanted, oldest first: what came first is imported first.
    async fn look(&self) -> Result<Vec<Found>, Fault>;
    async fn hash(&self, one: &Found) -> Result<Hashed, Fault>;
    /// As much of a file, from its beginning.
    async fn head(&self, one: &Found, bytes: u64) -> Result<Vec<u8>, Fault>;
    /// The whole file; None when it changed since it was looked at.
    async fn read(&self, one: &Found) -> Result<Option<BoxStream<'static, Result<Bytes, Fault>>>, Fault>;
    /// False when it changed while it was read.
    async fn is_same(&self, one: &Found) -> Result<bool, Fault>;
    /// What is to become of a file that was taken.
    async fn put_away(&self, name: &str, state: FileState) -> Result<(), Fault>;
}

async fn place_of(connect: &Connect, job: &Job, definition: &FolderDefinition) -> Result<Box<dyn Place>, Fault> {
    let config = &connect.inner.config;
    Ok(match &definition.object_store {
        None => Box::new(disk::Disk::open(config, definition).await?),
        Some(store) => {
            let secret = job.secrets.secret.as_deref().unwrap_or_default();
            Box::new(objects::Objects::open(config, store, &definition.pattern, secret).await?)
        }
    })
}

/// A whole file that is meant: not one that is still being written, nor a hidden one.
fn is_wanted(pattern: &str, name: &str) -> bool {
    let unfinished = name.starts_with('.') || UNFINISHED.iter().any(|ending| name.to_lowercase().ends_with(ending));
    !unfinished && matches(pattern, name)
}

/// Refuses more files than are looked at.
fn check_count(count: usize, advice: &str) -> Result<(), Fault> {
    if count <= FILES_MAX {
        return Ok(());
    }
    Err(Fault::new("too_many_files", format!("there are more than {FILES_MAX} files; {advice}")))
}

fn sort(found: &mut [Found]) {
    found.sort_by(|a, b| (a.modified_ms, &a.name).cmp(&(b.modified_ms, &b.name)));
}

/// `*` and `?`, whatever the case of letters.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.to_lowercase().chars().collect(), name.to_lowercase().chars().collect());
    // Where the last `*` stands, and how much of the name it has taken.
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[n] => (p, n) = (p + 1, n + 1),
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, n) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

/// As much of a file as a sample needs.
async fn head_of(connect: &Connect, place: &dyn Place, one: &Found) -> Result<Vec<u8>, Fault> {
    const FIRST_BYTES: u64 = 512;
    let start = place.head(one, FIRST_BYTES).await?;
    let wanted = connect.inner.door.sample_bytes(&start).map_or(u64::MAX, |bytes| bytes as u64);
    if (start.len() as u64) < FIRST_BYTES { Ok(start) } else { place.head(one, wanted).await }
}

struct Folder;

#[async_trait]
impl Connector for Folder {
    async fn test(&self, connect: &Connect, job: &Job) -> Result<TestResult, Fault> {
        let Definition::Folder(definition) = &job.definition else { return Ok(TestResult::default()) };
        let place = place_of(connect, job, definition).await?;
        let found = place.look().await?;
        let seen = match job.source {
            Some(source) => files::seen(&connect.inner.db, job.workspace, source).await?,
            None => Default::default(),
        };
        let newest = found.iter().max_by_key(|one| one.modified_ms);
        let sample = match newest {
            Some(one) => {
                let head = head_of(connect, &*place, one).await?;
                connect.inner.door.sample(&one.name, head, definition.import_kind, &definition.mapping).await?
            }
            None => Default::default(),
        };
        let files = found.iter().rev().take(SAMPLES_KEPT).map(|one| TestFile {
            name: one.name.clone(),
            bytes: one.bytes,
            modified_at: Timestamp::from_ms(one.modified_ms),
            known: seen.get(&one.name).is_some_and(|seen| seen.hash.is_some() && seen.bytes == one.bytes),
        });
        Ok(TestResult { sample, files: files.collect() })
    }

    async fn run(&self, connect: &Connect, job: &Job, run: &mut Run) -> Result<Ended, Fault> {
        let (Definition::Folder(definition), Some(source)) = (&job.definition, job.source) else {
            return Ok(Ended::default());
        };
        let place = place_of(connect, job, definition).await;
        let mut watch = Watch { connect, job, definition, source, run, growing: false };
        watch.take_up(place.as_deref().ok()).await?;
        let place = place?;
        let found = place.look().await?;
        watch.look_at(&*place, &found).await?;
        let growing = watch.growing;
        let failed = files::in_state(&connect.inner.db, job.workspace, source, FileState::Failed).await?;
        if let Some(last) = failed.first() {
            let more = if failed.len() > 1 { format!(" (and {} more files)", failed.len() - 1) } else { String::new() };
            let detail = format!("{}: {}{more}", last.name, last.detail.as_deref().unwrap_or("it failed"));
            return Err(Fault::new("file_failed", detail));
        }
        let now = connect.inner.clock.now();
        Ok(Ended { next: growing.then(|| now.plus_ms(REST_MS + 1_000)), idle: run.files == 0 })
    }
}

#[cfg(test)]
mod objects_tests;
#[cfg(test)]
mod tests;
