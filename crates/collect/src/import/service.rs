//! Imports from outside: upload, look, cancel, resume.

use super::run::{Live, rejected_file, source_file};
use super::{Format, Import, ImportKind, ImportState, Mapping, Preview, mapping, store};
use crate::limits::SOURCE_NAME_CHARS_MAX;
use crate::{Collect, CollectError, Result};
use base::{ImportId, Page, PageRequest, Problem, ProblemKind, SourceId, Timestamp, WorkspaceId};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use tokio::io::AsyncWriteExt;

/// What is known before the first byte arrives.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// The file's name; shown, and its ending tells the format.
    pub name: String,
    pub kind: ImportKind,
    /// Guessed from the name and the first bytes when `None`. The signature of a format wins over both.
    pub format: Option<Format>,
    pub mapping: Mapping,
    /// The source its events belong to.
    pub source: Option<SourceId>,
}

/// What is known of a file whose beginning is looked at.
#[derive(Debug, Clone, Default)]
pub struct PreviewRequest<'a> {
    /// The file's name; its ending tells the format. May be empty.
    pub name: &'a str,
    pub format: Option<Format>,
    /// Guessed from the columns when `None`.
    pub kind: Option<ImportKind>,
    /// What is chosen already; the rest is suggested.
    pub mapping: Mapping,
}

/// A file on its way in. Dropped without [`ImportUpload::finish`], the import has failed.
pub struct ImportUpload {
    collect: Collect,
    import: Import,
    file: tokio::fs::File,
    path: PathBuf,
    /// The first bytes, until they are enough to tell the format by.
    head: Vec<u8>,
    asked: Option<Format>,
    done: bool,
}

/// Bytes a format is told by.
const SIGNATURE_BYTES: usize = 512;

impl ImportUpload {
    pub fn import(&self) -> &Import {
        &self.import
    }

    pub async fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.import.bytes_total += bytes.len() as u64;
        let missing = SIGNATURE_BYTES.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(missing)]);
        self.file.write_all(bytes).await.map_err(|source| self.failed(source))
    }

    /// All bytes are here: makes the file durable and starts the import.
    pub async fn finish(mut self) -> Result<Import> {
        self.file.flush().await.map_err(|source| self.failed(source))?;
        self.file.sync_all().await.map_err(|source| self.failed(source))?;
        self.done = true;
        // What is in the file decides, not what its name says.
        let asked = Format::signed(&self.head).or(self.asked);
        self.import.format = asked.unwrap_or_else(|| Format::guess(&self.import.name, &self.head));
        self.import.state = ImportState::Running;
        store::save(&self.collect.inner.db, &self.import).await?;
        self.collect.start(self.import.clone());
        Ok(self.import.clone())
    }

    fn failed(&self, source: std::io::Error) -> CollectError {
        CollectError::File { path: self.path.display().to_string(), source }
    }
}

impl Drop for ImportUpload {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let (collect, mut import) = (self.collect.clone(), self.import.clone());
        let _ = std::fs::remove_file(&self.path);
        import.fail(&broken_upload("the upload did not reach its end"), collect.inner.clock.now());
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = store::save(&collect.inner.db, &import).await {
                    tracing::warn!(import = %import.id, %error, "a broken upload could not be noted");
                }
            });
        }
    }
}

fn broken_upload(why: &str) -> Problem {
    Problem::new(ProblemKind::Malformed, "broken_upload", format!("{why}; upload the file again"))
}

impl Collect {
    /// Starts an upload; push the bytes, then finish.
    pub async fn create_import(&self, workspace: WorkspaceId, new: NewImport) -> Result<ImportUpload> {
        new.mapping.check(new.kind)?;
        let now = self.inner.clock.now();
        let name: String = new.name.trim().chars().filter(|letter| !letter.is_control()).collect();
        let import = Import {
            workspace,
            id: ImportId::new(now, &*self.inner.rng),
            source: new.source,
            format: new.format.unwrap_or_else(|| Format::guess(&name, b"")),
            name: name.chars().take(SOURCE_NAME_CHARS_MAX).collect(),
            kind: new.kind,
            state: ImportState::Uploading,
            mapping: new.mapping,
            bytes_total: 0,
            bytes_done: 0,
            rows_total: None,
            rows_done: 0,
            rows_accepted: 0,
            rows_rejected: 0,
            events_sent: 0,
            rejected_bytes: 0,
            created_at: now,
            started_at: None,
            finished_at: None,
            error: None,
            error_code: None,
        };
        let folder = self.inner.imports.folder(import.id);
        let path = source_file(&folder);
        let failed = |source| CollectError::File { path: path.display().to_string(), source };
        tokio::fs::create_dir_all(&folder).await.map_err(failed)?;
        let file = tokio::fs::File::create(&path).await.map_err(failed)?;
        store::insert(&self.inner.db, &import).await?;
        Ok(ImportUpload {
            collect: self.clone(),
            import,
            file,
            path: path.clone(),
            head: Vec::new(),
            asked: new.format,
            done: false,
        })
    }

    /// Columns, examples and the mapping an import would use, from the beginning of a file; of a workbook, from all of
    /// it. Blocks while a workbook is read.
    pub fn preview_import(&self, head: &[u8], asked: PreviewRequest<'_>) -> Result<Preview> {
        let format = Format::signed(head).or(asked.format).unwrap_or_else(|| Format::guess(asked.name, head));
        let head = if format == Format::Xlsx { head } else { &head[..head.len().min(super::PREVIEW_BYTES)] };
        Ok(mapping::preview(head, format, asked.kind, asked.mapping)?)
    }

    /// Newest first, with the progress of this moment.
    pub async fn imports(&self, workspace: WorkspaceId, page: &PageRequest) -> Result<Page<Import>> {
        let mut imports = store::list(&self.inner.db, workspace, page).await?;
        imports.items.iter_mut().for_each(|import| self.add_progress(import));
        Ok(imports)
    }

    pub async fn import(&self, workspace: WorkspaceId, id: ImportId) -> Result<Import> {
        let mut import =
            store::get(&self.inner.db, workspace, id).await?.ok_or_else(|| Problem::not_found("import", id))?;
        self.add_progress(&mut import);
        Ok(import)
    }

    fn add_progress(&self, import: &mut Import) {
        let Some(live) = self.inner.imports.live(import.id) else { return };
        import.bytes_done = live.bytes_done.load(Ordering::Relaxed).min(import.bytes_total);
        import.rows_done = import.rows_done.max(live.rows_done.load(Ordering::Relaxed));
        import.rows_accepted = import.rows_accepted.max(live.rows_accepted.load(Ordering::Relaxed));
        import.rows_rejected = import.rows_rejected.max(live.rows_rejected.load(Ordering::Relaxed));
        import.events_sent = import.events_sent.max(live.events_sent.load(Ordering::Relaxed));
    }

    /// Stops a running import at its last checkpoint.
    pub async fn cancel_import(&self, workspace: WorkspaceId, id: ImportId) -> Result<Import> {
        let import = self.import(workspace, id).await?;
        match self.inner.imports.live(id) {
            Some(live) if import.state == ImportState::Running => live.cancelled.store(true, Ordering::Relaxed),
            _ => {
                let detail = format!("the import is {}; only a running one can be cancelled", import.state.name());
                return Err(Problem::conflict("import_not_running", detail).into());
            }
        }
        Ok(import)
    }

    /// Goes on after the last checkpoint.
    pub async fn resume_import(&self, workspace: WorkspaceId, id: ImportId) -> Result<Import> {
        let mut import = self.import(workspace, id).await?;
        let stopped = matches!(import.state, ImportState::Cancelled | ImportState::Failed);
        if !stopped || self.inner.imports.live(id).is_some() {
            let detail =
                format!("the import is {}; only a cancelled or failed one can be resumed", import.state.name());
            return Err(Problem::conflict("import_not_stopped", detail).into());
        }
        if !source_file(&self.inner.imports.folder(id)).exists() {
            return Err(Problem::conflict("import_file_gone", "its file is not there any more; upload it again").into());
        }
        (import.state, import.finished_at) = (ImportState::Running, None);
        (import.error, import.error_code) = (None, None);
        store::save(&self.inner.db, &import).await?;
        self.start(import.clone());
        Ok(import)
    }

    /// The rejected rows as CSV. Of a CSV file: its own columns and delimiter, before them the line and what is wrong,
    /// so that the file can be corrected and imported as it is. Of others: `line,error,row`. `None` while there is no such file.
    pub async fn rejected_rows(&self, workspace: WorkspaceId, id: ImportId) -> Result<Option<PathBuf>> {
        self.import(workspace, id).await?;
        let path = rejected_file(&self.inner.imports.folder(id));
        Ok(path.exists().then_some(path))
    }

    /// Deletes what files of imports that ended before `before` have left: uploads that failed, rejected rows.
    pub(crate) async fn prune_import_files(&self, before: Timestamp) -> Result<()> {
        // Those older than a year went in a round before.
        const LOOK_BACK_MS: i64 = 365 * 24 * 3_600_000;
        for id in store::ended_between(&self.inner.db, before.plus_ms(-LOOK_BACK_MS), before).await? {
            let folder = self.inner.imports.folder(id);
            match tokio::fs::remove_dir_all(&folder).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(CollectError::File { path: folder.display().to_string(), source: error });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Waits until the import runs no more; for the command line and for tests.
    pub async fn wait_import(&self, workspace: WorkspaceId, id: ImportId) -> Result<Import> {
        const LOOK_MS: u64 = 20;
        loop {
            let import = self.import(workspace, id).await?;
            let at_work = matches!(import.state, ImportState::Running | ImportState::Uploading);
            if !at_work && self.inner.imports.live(id).is_none() {
                return Ok(import);
            }
            tokio::time::sleep(std::time::Duration::from_millis(LOOK_MS)).await;
        }
    }

    fn start(&self, import: Import) {
        let live = Arc::new(Live::default());
        live.rows_done.store(import.rows_done, Ordering::Relaxed);
        self.inner.imports.running.lock().unwrap_or_else(PoisonError::into_inner).insert(import.id, live.clone());
        tokio::spawn(self.clone().run_import(import, live));
    }

    /// After a start of the program: running imports go on, broken uploads are noted.
    pub(crate) async fn resume_interrupted_imports(&self) -> Result<()> {
        for import in store::in_state(&self.inner.db, ImportState::Running).await? {
            if self.inner.imports.live(import.id).is_none() {
                self.start(import);
            }
        }
        let now = self.inner.clock.now();
        for mut import in store::in_state(&self.inner.db, ImportState::Uploading).await? {
            // An upload of this very process has just begun.
            if import.created_at >= self.inner.opened_at {
                continue;
            }
            import.fail(&broken_upload("the program stopped during the upload"), now);
            store::save(&self.inner.db, &import).await?;
        }
        Ok(())
    }
}
