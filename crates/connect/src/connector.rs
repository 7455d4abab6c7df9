//! What every kind of source that is pulled can do. One trait, one file per kind in `kinds`; the list is that of
//! `definition`.

use crate::Connect;
use crate::definition::{Definition, Secrets};
use crate::error::Fault;
use crate::model::Run;
use crate::ports::{ImportStage, ImportStatus, Sample};
use crate::rows::RowsMapping;
use async_trait::async_trait;
use base::{ImportId, SourceId, Timestamp, WorkspaceId};
use std::time::Duration;

/// How often it is looked how far an import is.
const IMPORT_LOOK: Duration = Duration::from_millis(100);

/// One task: which source, how, and how far it has come.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub workspace: WorkspaceId,
    /// None while a definition is tested that is not stored.
    pub source: Option<SourceId>,
    pub definition: Definition,
    pub secrets: Secrets,
    pub cursor: Option<String>,
    /// What failed is tried again.
    pub retry: bool,
}

/// What a test of a connection shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TestResult {
    pub sample: Sample,
    /// Of a folder: what is in it.
    pub files: Vec<TestFile>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TestFile {
    pub name: String,
    pub bytes: u64,
    pub modified_at: Timestamp,
    /// It was taken before.
    pub known: bool,
}

/// How a run ended well.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Ended {
    /// Sooner than the schedule has it.
    pub next: Option<Timestamp>,
    /// There was nothing to do; the run is not worth a line.
    pub idle: bool,
}

#[async_trait]
pub(crate) trait Connector: Send + Sync {
    /// Looks at the source without keeping anything.
    async fn test(&self, connect: &Connect, job: &Job) -> Result<TestResult, Fault>;
    /// Brings in what is new. Progress goes into `run`; whatever was accepted stays when it fails or is dropped.
    async fn run(&self, connect: &Connect, job: &Job, run: &mut Run) -> Result<Ended, Fault>;
}

/// Columns that the mapping names and that are not there any more: importing without them would lose data silently.
pub(crate) fn schema_fault(mapping: &RowsMapping, columns: &[String]) -> Option<Fault> {
    let wanted = mapping.columns.iter().filter(|(_, target)| *target != "ignore").map(|(name, _)| name);
    let missing: Vec<&str> = wanted.filter(|name| !columns.contains(name)).map(String::as_str).collect();
    if missing.is_empty() {
        return None;
    }
    let detail = format!(
        "the mapping names {} that {} not there any more: {}; there is {}",
        if missing.len() == 1 { "a column" } else { "columns" },
        if missing.len() == 1 { "is" } else { "are" },
        missing.join(", "),
        columns.join(", ")
    );
    Some(Fault::new("schema_changed", detail))
}

impl Connect {
    /// Waits until an import runs no more and adds it to the run.
    pub(crate) async fn wait_import(
        &self,
        workspace: WorkspaceId,
        id: ImportId,
        run: &mut Run,
    ) -> Result<ImportStatus, Fault> {
        loop {
            let status = self.inner.door.import(workspace, id).await?;
            let status = status.ok_or_else(|| Fault::new("source_gone", "the import was removed"))?;
            if status.stage != ImportStage::Running {
                run.read += status.rows;
                run.accepted += status.accepted;
                run.refused += status.refused;
                if !run.imports.contains(&id) {
                    run.imports.push(id);
                }
                return Ok(status);
            }
            tokio::time::sleep(IMPORT_LOOK).await;
        }
    }
}
