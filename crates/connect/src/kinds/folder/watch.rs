//! One look at the files of a place: what has rested and is new is imported.

use super::{FolderDefinition, Found, Hashed, Place, head_of};
use crate::Connect;
use crate::connector::{Job, schema_fault};
use crate::error::Fault;
use crate::files::{self, Seen};
use crate::limits::*;
use crate::model::{FileEntry, FileState, Run};
use crate::ports::{ImportStage, NewRows};
use base::SourceId;
use futures::StreamExt;
use sha2::{Digest, Sha256};

pub(super) struct Watch<'a> {
    pub connect: &'a Connect,
    pub job: &'a Job,
    pub definition: &'a FolderDefinition,
    pub source: SourceId,
    pub run: &'a mut Run,
    /// A file may still grow: look again soon.
    pub growing: bool,
}

/// What became of a file that was read.
enum Handed {
    /// Its import runs, or it was refused.
    Taken(FileEntry),
    /// The same content was taken before.
    Known(String, FileState),
    /// It is another file now.
    Changed,
}

impl Watch<'_> {
    /// What an earlier run had begun: its imports went on, or end here. `place`: None when it cannot be reached now.
    pub async fn take_up(&mut self, place: Option<&dyn Place>) -> Result<(), Fault> {
        let db = &self.connect.inner.db;
        for file in files::in_state(db, self.job.workspace, self.source, FileState::Importing).await? {
            self.settle(place, file).await?;
        }
        Ok(())
    }

    pub async fn look_at(&mut self, place: &dyn Place, found: &[Found]) -> Result<(), Fault> {
        let (db, workspace) = (&self.connect.inner.db, self.job.workspace);
        let seen = files::seen(db, workspace, self.source).await?;
        let names: std::collections::HashSet<&str> = found.iter().map(|one| one.name.as_str()).collect();
        for name in seen.keys().filter(|name| !names.contains(name.as_str())) {
            files::forget_seen(db, workspace, self.source, name).await?;
        }
        for one in found {
            match seen.get(&one.name) {
                Some(last) if last.is(one.bytes, one.modified_ms, one.etag.as_deref()) => {
                    let rested = self.connect.inner.clock.now().ms_since(last.since) >= REST_MS;
                    if !rested {
                        self.growing = true;
                    } else if self.is_new(last).await? {
                        self.take(place, one, last).await?;
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
        let (bytes, modified_ms, etag) = (one.bytes, one.modified_ms, one.etag.clone());
        let seen = Seen { bytes, modified_ms, since, hash: None, etag };
        files::put_seen(&self.connect.inner.db, self.job.workspace, self.source, &one.name, &seen).await?;
        self.growing = true;
        Ok(())
    }

    async fn is_new(&self, last: &Seen) -> Result<bool, Fault> {
        let Some(hash) = &last.hash else { return Ok(true) };
        let known = files::get(&self.connect.inner.db, self.job.workspace, self.source, hash).await?;
        Ok(match known.map(|file| file.state) {
            Some(FileState::Done | FileState::Importing) => false,
            Some(FileState::Failed) => self.job.retry,
            None => true,
        })
    }

    /// How the same content ended before, if it is not to be tried again.
    async fn known(&self, hash: &str) -> Result<Option<FileState>, Fault> {
        let known = files::get(&self.connect.inner.db, self.job.workspace, self.source, hash).await?;
        let state = known.map(|file| file.state);
        Ok(state.filter(|state| match state {
            FileState::Done => true,
            FileState::Failed => !self.job.retry,
            FileState::Importing => false,
        }))
    }

    async fn take(&mut self, place: &dyn Place, one: &Found, last: &Seen) -> Result<(), Fault> {
        let before = match place.hash(one).await? {
            Hashed::Gone => return self.wait_for(one).await,
            Hashed::Is(hash) => Some(hash),
            Hashed::Unknown => None,
        };
        let known = match &before {
            Some(hash) => self.known(hash).await?.map(|state| Handed::Known(hash.clone(), state)),
            None => None,
        };
        let handed = match known {
            Some(known) => known,
            None => self.import(place, one, before).await?,
        };
        let hash = match handed {
            Handed::Changed => return self.wait_for(one).await,
            // The same file again, under another name or after it was touched.
            Handed::Known(hash, state) => {
                place.put_away(&one.name, state).await?;
                hash
            }
            Handed::Taken(file) => {
                let hash = file.hash.clone();
                self.settle(Some(place), file).await?;
                hash
            }
        };
        let seen = Seen { hash: Some(hash), ..last.clone() };
        Ok(files::put_seen(&self.connect.inner.db, self.job.workspace, self.source, &one.name, &seen).await?)
    }

    /// Hands the file to an import.
    async fn import(&mut self, place: &dyn Place, one: &Found, before: Option<String>) -> Result<Handed, Fault> {
        let (inner, workspace) = (&self.connect.inner, self.job.workspace);
        let mut file = FileEntry {
            hash: before.clone().unwrap_or_else(|| look_hash(one)),
            name: one.name.clone(),
            bytes: one.bytes,
            state: FileState::Importing,
            import: None,
            code: None,
            detail: None,
            taken_at: inner.clock.now(),
        };
        if let Some(fault) = self.flaw(place, one).await? {
            (file.state, file.code, file.detail) = (FileState::Failed, Some(fault.code.into()), Some(fault.detail));
            files::put(&inner.db, workspace, self.source, &file).await?;
            return Ok(Handed::Taken(file));
        }
        let rows = NewRows {
            workspace,
            source: self.source,
            name: one.name.clone(),
            kind: self.definition.import_kind,
            format: None,
            mapping: self.definition.mapping.clone(),
        };
        let Some(mut input) = place.read(one).await? else { return Ok(Handed::Changed) };
        let mut sink = inner.door.begin_rows(rows).await?;
        file.import = Some(sink.id());
        let (mut hasher, mut bytes) = (Sha256::new(), 0);
        while let Some(block) = input.next().await {
            let block = block?;
            hasher.update(&block);
            bytes += block.len() as u64;
            sink.push(&block).await?;
        }
        if bytes != one.bytes || !place.is_same(one).await? {
            return Ok(Handed::Changed);
        }
        if before.is_none() {
            file.hash = hex::encode(hasher.finalize());
            if let Some(state) = self.known(&file.hash).await? {
                // What was staged goes with the sink: nothing of it is taken.
                return Ok(Handed::Known(file.hash, state));
            }
        }
        // Known before it begins: after a crash its import is waited for, not started twice.
        files::put(&inner.db, workspace, self.source, &file).await?;
        sink.finish().await?;
        Ok(Handed::Taken(file))
    }

    /// What is wrong with the file before anything of it is read.
    async fn flaw(&self, place: &dyn Place, one: &Found) -> Result<Option<Fault>, Fault> {
        if one.bytes == 0 {
            return Ok(Some(Fault::new("empty_file", "the file is empty")));
        }
        if one.bytes > FILE_BYTES_MAX {
            let detail = format!("the file is larger than {} GB", FILE_BYTES_MAX >> 30);
            return Ok(Some(Fault::new("file_too_large", detail)));
        }
        let head = head_of(self.connect, place, one).await?;
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
    async fn settle(&mut self, place: Option<&dyn Place>, mut file: FileEntry) -> Result<(), Fault> {
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
        match place {
            Some(place) => place.put_away(&file.name, file.state).await,
            None => Ok(()),
        }
    }
}

/// Stands for the content of a file that was refused before it was read.
fn look_hash(one: &Found) -> String {
    let look = format!("{}\n{}\n{}\n{}", one.name, one.bytes, one.modified_ms, one.etag.as_deref().unwrap_or_default());
    hex::encode(Sha256::digest(look.as_bytes()))
}
