//! A watched folder: every file that appears in it is imported once.
//!
//! A file is taken when it has rested; it is known by its content, so that the same file sent twice, under whatever name,
//! changes nothing. Only folders that an administrator allows can be watched; a link that leads out of them is not
//! followed.

use crate::connector::{Connector, Ended, Job, TestFile, TestResult, schema_fault};
use crate::definition::Definition;
use crate::error::{Fault, invalid};
use crate::files::{self, Seen};
use crate::limits::*;
use crate::model::{FileEntry, FileState, Kind, RowsKind, Run};
use crate::ports::{ImportStage, NewRows};
use crate::schedule::Schedule;
use crate::{Connect, ConnectConfig};
use async_trait::async_trait;
use base::{Json, Problem, SourceId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};
use tokio::io::AsyncReadExt;

const PATTERN_CHARS_MAX: usize = 100;
const BLOCK_BYTES: usize = 256 * 1024;
/// Endings of files that are still being written.
const UNFINISHED: [&str; 6] = [".part", ".tmp", ".temp", ".filepart", ".crdownload", "~"];

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderDefinition {
    /// Below one of the folders that are allowed.
    pub folder: String,
    /// Names that are taken; `*` stands for any letters, `?` for one.
    #[serde(default = "any_name")]
    pub pattern: String,
    pub import_kind: RowsKind,
    /// As an import has it.
    #[serde(default = "empty")]
    pub mapping: Json,
    #[serde(default)]
    pub schedule: Schedule,
    #[serde(default)]
    pub after: After,
}

/// What becomes of a file that was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    #[default]
    Keep,
    /// Into `done` or `failed` beside it.
    Move,
}

fn any_name() -> String {
    "*".into()
}

pub(super) fn empty() -> Json {
    Json::Object(Default::default())
}

impl FolderDefinition {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        if !Path::new(&self.folder).is_absolute() || self.folder.contains('\0') {
            return Err(invalid("/definition/folder", "must be the whole path of a folder on the server"));
        }
        let letters = self.pattern.chars().count();
        if letters == 0 || letters > PATTERN_CHARS_MAX || self.pattern.contains(['/', '\\', '\0']) {
            let detail = format!("must be a file name such as *.csv, of at most {PATTERN_CHARS_MAX} characters");
            return Err(invalid("/definition/pattern", detail));
        }
        self.schedule.check()
    }
}

/// The real path, if it lies in what is allowed.
pub(super) fn allowed(config: &ConnectConfig, path: &str) -> Result<PathBuf, Fault> {
    let real = std::fs::canonicalize(path)
        .map_err(|error| Fault::new("folder_not_readable", format!("{path} cannot be read: {error}")))?;
    let roots = config.folders.iter().filter_map(|root| std::fs::canonicalize(root).ok());
    if roots.into_iter().any(|root| real.starts_with(root)) {
        return Ok(real);
    }
    let detail =
        format!("{path} is not in a folder that may be read; an administrator allows folders in connect.folders");
    Err(Fault::new("folder_not_allowed", detail))
}

/// A file as the folder shows it.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    name: String,
    path: PathBuf,
    bytes: u64,
    modified_ms: i64,
}

fn modified_ms(data: &std::fs::Metadata) -> i64 {
    let since = data.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    since.map_or(0, |since| since.as_millis() as i64)
}

/// The files whose names are wanted, oldest first: what came first is imported first.
fn look(folder: &Path, pattern: &str) -> Result<Vec<Found>, Fault> {
    let failed = |error: std::io::Error| {
        Fault::new("folder_not_readable", format!("{} cannot be read: {error}", folder.display()))
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // What `metadata` of an entry tells is of a link itself: links are no files.
        let Ok(data) = entry.metadata() else { continue };
        let Ok(name) = entry.file_name().into_string() else { continue };
        let unfinished = name.starts_with('.') || UNFINISHED.iter().any(|ending| name.to_lowercase().ends_with(ending));
        if data.is_file() && !unfinished && matches(pattern, &name) {
            found.push(Found { path: entry.path(), bytes: data.len(), modified_ms: modified_ms(&data), name });
        }
        if found.len() > FILES_MAX {
            let detail = format!("there are more than {FILES_MAX} files; move away what was taken (after: move)");
            return Err(Fault::new("too_many_files", detail));
        }
    }
    found.sort_by(|a, b| (a.modified_ms, &a.name).cmp(&(b.modified_ms, &b.name)));
    Ok(found)
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

fn hash_of(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let (mut hasher, mut block) = (Sha256::new(), vec![0; BLOCK_BYTES]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex::encode(hasher.finalize())),
            count => hasher.update(&block[..count]),
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(Fault::internal)
}

pub(crate) struct Folder;

#[async_trait]
impl Connector for Folder {
    fn kind(&self) -> Kind {
        Kind::Folder
    }

    async fn test(&self, connect: &Connect, job: &Job) -> Result<TestResult, Fault> {
        let Definition::Folder(definition) = &job.definition else { return Ok(TestResult::default()) };
        let (folder, found) = open(connect, definition).await?;
        let seen = match job.source {
            Some(source) => files::seen(&connect.inner.db, job.workspace, source).await?,
            None => Default::default(),
        };
        let newest = found.iter().max_by_key(|one| one.modified_ms);
        let sample = match newest {
            Some(one) => {
                let head = head_of(connect, &folder.join(&one.name)).await?;
                connect.inner.door.sample(&one.name, head, definition.import_kind, &definition.mapping).await?
            }
            None => Default::default(),
        };
        let files = found.iter().rev().take(crate::limits::SAMPLES_KEPT).map(|one| TestFile {
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
        let mut watch = Watch { connect, job, definition, source, run, growing: false };
        watch.take_up().await?;
        let (_, found) = open(connect, definition).await?;
        watch.look_at(&found).await?;
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

async fn open(connect: &Connect, definition: &FolderDefinition) -> Result<(PathBuf, Vec<Found>), Fault> {
    let (config, path, pattern) = (connect.inner.config.clone(), definition.folder.clone(), definition.pattern.clone());
    blocking(move || {
        let folder = allowed(&config, &path)?;
        let found = look(&folder, &pattern)?;
        Ok((folder, found))
    })
    .await?
}

/// As much of a file as a sample needs.
async fn head_of(connect: &Connect, path: &Path) -> Result<Vec<u8>, Fault> {
    const FIRST_BYTES: u64 = 512;
    let (first, path) = (path.to_owned(), path.to_owned());
    let read = |path: PathBuf, bytes: u64| {
        blocking(move || {
            let mut head = Vec::new();
            std::fs::File::open(&path)
                .and_then(|file| file.take(bytes).read_to_end(&mut head))
                .map(|_| head)
                .map_err(|error| Fault::new("file_failed", format!("{} cannot be read: {error}", path.display())))
        })
    };
    let start = read(first, FIRST_BYTES).await??;
    let wanted = connect.inner.door.sample_bytes(&start).map_or(u64::MAX, |bytes| bytes as u64);
    read(path, wanted).await?
}

/// One look at a folder.
struct Watch<'a> {
    connect: &'a Connect,
    job: &'a Job,
    definition: &'a FolderDefinition,
    source: SourceId,
    run: &'a mut Run,
    /// A file may still grow: look again soon.
    growing: bool,
}

impl Watch<'_> {
    /// What an earlier run had begun: its imports went on, or end here.
    async fn take_up(&mut self) -> Result<(), Fault> {
        let db = &self.connect.inner.db;
        for file in files::in_state(db, self.job.workspace, self.source, FileState::Importing).await? {
            self.settle(file).await?;
        }
        Ok(())
    }

    async fn look_at(&mut self, found: &[Found]) -> Result<(), Fault> {
        let (db, workspace) = (&self.connect.inner.db, self.job.workspace);
        let seen = files::seen(db, workspace, self.source).await?;
        for name in seen.keys().filter(|name| !found.iter().any(|one| one.name == **name)) {
            files::forget_seen(db, workspace, self.source, name).await?;
        }
        for one in found {
            match seen.get(&one.name) {
                Some(last) if (last.bytes, last.modified_ms) == (one.bytes, one.modified_ms) => {
                    let rested = self.connect.inner.clock.now().ms_since(last.since) >= REST_MS;
                    if !rested {
                        self.growing = true;
                    } else if self.is_wanted(last).await? {
                        self.take(one, last).await?;
                    }
                }
                _ => self.wait_for(one).await?,
            }
        }
        Ok(())
    }

    /// Looked at again when it has rested.
    async fn wait_for(&mut self, one: &Found) -> Result<(), Fault> {
        let since = self.connect.inner.clock.now();
        let seen = Seen { bytes: one.bytes, modified_ms: one.modified_ms, since, hash: None };
        files::put_seen(&self.connect.inner.db, self.job.workspace, self.source, &one.name, &seen).await?;
        self.growing = true;
        Ok(())
    }

    async fn is_wanted(&self, last: &Seen) -> Result<bool, Fault> {
        let Some(hash) = &last.hash else { return Ok(true) };
        let known = files::get(&self.connect.inner.db, self.job.workspace, self.source, hash).await?;
        Ok(match known.map(|file| file.state) {
            Some(FileState::Done | FileState::Importing) => false,
            Some(FileState::Failed) => self.job.retry,
            None => true,
        })
    }

    async fn take(&mut self, one: &Found, last: &Seen) -> Result<(), Fault> {
        let (db, workspace) = (&self.connect.inner.db, self.job.workspace);
        let path = one.path.clone();
        let Ok(hash) = blocking(move || hash_of(&path)).await? else { return self.wait_for(one).await };
        let now = self.connect.inner.clock.now();
        let mut file = FileEntry {
            hash: hash.clone(),
            name: one.name.clone(),
            bytes: one.bytes,
            state: FileState::Importing,
            import: None,
            code: None,
            detail: None,
            taken_at: now,
        };
        match files::get(db, workspace, self.source, &hash).await? {
            // The same file again, under another name or after it was touched.
            Some(known) if known.state == FileState::Done || (known.state == FileState::Failed && !self.job.retry) => {
                self.move_away(one.path.clone(), known.state).await?;
            }
            _ => match self.import(one, &mut file).await? {
                true => self.settle(file).await?,
                false => return self.wait_for(one).await,
            },
        }
        let seen = Seen { hash: Some(hash), ..last.clone() };
        Ok(files::put_seen(db, workspace, self.source, &one.name, &seen).await?)
    }

    /// Hands the file to an import. False: it changed meanwhile.
    async fn import(&mut self, one: &Found, file: &mut FileEntry) -> Result<bool, Fault> {
        let (inner, workspace) = (&self.connect.inner, self.job.workspace);
        if let Some(fault) = self.flaw(one).await? {
            (file.state, file.code, file.detail) = (FileState::Failed, Some(fault.code.into()), Some(fault.detail));
            files::put(&inner.db, workspace, self.source, file).await?;
            return Ok(true);
        }
        let rows = NewRows {
            workspace,
            source: self.source,
            name: one.name.clone(),
            kind: self.definition.import_kind,
            format: None,
            mapping: self.definition.mapping.clone(),
        };
        let mut sink = inner.door.begin_rows(rows).await?;
        file.import = Some(sink.id());
        let failed = |error: std::io::Error| Fault::new("file_failed", format!("{}: {error}", one.name));
        let mut input = tokio::fs::File::open(&one.path).await.map_err(failed)?;
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            match input.read(&mut block).await.map_err(failed)? {
                0 => break,
                count => sink.push(&block[..count]).await?,
            }
        }
        let data = input.metadata().await.map_err(failed)?;
        if (data.len(), modified_ms(&data)) != (one.bytes, one.modified_ms) {
            return Ok(false);
        }
        // Known before it begins: after a crash its import is waited for, not started twice.
        files::put(&inner.db, workspace, self.source, file).await?;
        sink.finish().await?;
        Ok(true)
    }

    /// What is wrong with the file before anything of it is read.
    async fn flaw(&self, one: &Found) -> Result<Option<Fault>, Fault> {
        if one.bytes == 0 {
            return Ok(Some(Fault::new("empty_file", "the file is empty")));
        }
        if one.bytes > FILE_BYTES_MAX {
            let detail = format!("the file is larger than {} GB", FILE_BYTES_MAX >> 30);
            return Ok(Some(Fault::new("file_too_large", detail)));
        }
        let head = head_of(self.connect, &one.path).await?;
        let sample =
            self.connect.inner.door.sample(&one.name, head, self.definition.import_kind, &self.definition.mapping);
        Ok(match sample.await {
            // Lines of JSON have columns of their own each.
            Ok(sample) if sample.format == "jsonl" => None,
            Ok(sample) => {
                let columns: Vec<String> = sample.columns.into_iter().map(|column| column.name).collect();
                schema_fault(&self.definition.mapping, &columns)
            }
            // Parquet tells its columns to the import only.
            Err(problem) if problem.code == "no_preview" => None,
            Err(problem) => Some(problem.into()),
        })
    }

    /// Waits for the file's import and notes how it ended.
    async fn settle(&mut self, mut file: FileEntry) -> Result<(), Fault> {
        let (db, workspace) = (&self.connect.inner.db, self.job.workspace);
        if let (Some(import), FileState::Importing) = (file.import, file.state) {
            let status = match self.connect.wait_import(workspace, import, self.run).await {
                Ok(status) => status,
                // The program stopped before the file was handed over whole: it is taken anew.
                Err(fault) if fault.code == "source_gone" => {
                    return Ok(files::remove(db, workspace, self.source, &file.hash).await?);
                }
                Err(fault) => return Err(fault),
            };
            if status.code.as_deref() == Some("broken_upload") {
                return Ok(files::remove(db, workspace, self.source, &file.hash).await?);
            }
            file.state = if status.stage == ImportStage::Finished { FileState::Done } else { FileState::Failed };
            (file.code, file.detail) = (status.code, status.detail);
        }
        self.run.files += 1;
        files::put(db, workspace, self.source, &file).await?;
        let folder = PathBuf::from(&self.definition.folder);
        self.move_away(folder.join(&file.name), file.state).await
    }

    async fn move_away(&self, path: PathBuf, state: FileState) -> Result<(), Fault> {
        if self.definition.after == After::Keep {
            return Ok(());
        }
        let place = if state == FileState::Done { "done" } else { "failed" };
        let moved = blocking(move || {
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
            let target = folder.join(place);
            std::fs::create_dir_all(&target)?;
            // A name that is there already is another day's file.
            let mut to = target.join(name);
            let mut copy = 2;
            while to.exists() {
                to = target.join(format!("{copy}-{}", name.to_string_lossy()));
                copy += 1;
            }
            match std::fs::rename(&path, to) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
                other => other,
            }
        });
        moved.await?.map_err(|error| {
            Fault::new("folder_not_readable", format!("the file was imported and cannot be moved to {place}: {error}"))
        })
    }
}

#[cfg(test)]
mod tests;
