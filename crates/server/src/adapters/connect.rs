//! The way in for connections: the room `collect`; and the instance key, which keeps their secrets.

use async_trait::async_trait;
use base::{ImportId, Json, OsRng, Problem, SourceId, WorkspaceId};
use collect::import::{
    self, Format, ImportKind, ImportState, ImportUpload, Mapping, NewImport, PREVIEW_BYTES, PreviewRequest,
    XLSX_PREVIEW_BYTES_MAX,
};
use collect::{Collect, SourceKind};
use connect::{
    Column, DateOrder, Door, ImportStage, ImportStatus, Kind, NewRows, Refused, RowSink, RowsKind, RowsMapping, Sample,
    Taken, Vault,
};
use deliver::InstanceKey;
use std::sync::Arc;

pub struct CollectDoor(pub Arc<Collect>);

fn source_kind(kind: Kind) -> SourceKind {
    match kind {
        Kind::Webhook => SourceKind::Webhook,
        Kind::Folder => SourceKind::Folder,
        Kind::Database => SourceKind::Database,
        Kind::Feed => SourceKind::Feed,
    }
}

fn import_kind(kind: RowsKind) -> ImportKind {
    match kind {
        RowsKind::Customers => ImportKind::Customers,
        RowsKind::Orders => ImportKind::Orders,
        RowsKind::Events => ImportKind::Events,
    }
}

fn mapping_of(mapping: RowsMapping) -> Mapping {
    let RowsMapping { columns, currency, time_zone, channel, date_order, decimal_comma, delimiter, sheet, event } =
        mapping;
    let date_order = date_order.map(|order| match order {
        DateOrder::DayMonth => import::DateOrder::DayMonth,
        DateOrder::MonthDay => import::DateOrder::MonthDay,
    });
    Mapping { columns, currency, time_zone, channel, date_order, decimal_comma, delimiter, sheet, event }
}

fn rows_mapping(mapping: Mapping) -> RowsMapping {
    let Mapping { columns, currency, time_zone, channel, date_order, decimal_comma, delimiter, sheet, event } = mapping;
    let date_order = date_order.map(|order| match order {
        import::DateOrder::DayMonth => DateOrder::DayMonth,
        import::DateOrder::MonthDay => DateOrder::MonthDay,
    });
    RowsMapping { columns, currency, time_zone, channel, date_order, decimal_comma, delimiter, sheet, event }
}

fn refused(rejected: collect::Rejected) -> Refused {
    let collect::Rejected { index, code, pointer, detail } = rejected;
    Refused { index, code: code.to_owned(), pointer, detail }
}

#[async_trait]
impl Door for CollectDoor {
    async fn create_source(&self, workspace: WorkspaceId, name: &str, kind: Kind) -> Result<SourceId, Problem> {
        Ok(self.0.create_source(workspace, name, source_kind(kind)).await?.id)
    }

    async fn delete_source(&self, workspace: WorkspaceId, source: SourceId) -> Result<(), Problem> {
        Ok(self.0.delete_source(workspace, source).await?)
    }

    async fn sources(&self, workspace: WorkspaceId) -> Result<Vec<(SourceId, String)>, Problem> {
        Ok(self.0.sources(workspace).await?.into_iter().map(|source| (source.id, source.name)).collect())
    }

    fn check(&self, events: &[Json]) -> Vec<Refused> {
        Collect::check(events).into_iter().map(refused).collect()
    }

    fn short_body(&self, workspace: WorkspaceId, body: &str) -> Option<String> {
        self.0.body_without_addresses(workspace, body)
    }

    fn short_value(&self, workspace: WorkspaceId, name: &str, value: &str) -> Option<String> {
        self.0.value_without_addresses(workspace, name, value)
    }

    async fn accept(&self, source: SourceId, events: &[Json]) -> Result<Taken, Problem> {
        let done = self.0.accept_for(source, events).await?;
        let refused = done.rejected.into_iter().map(refused).collect();
        Ok(Taken { accepted: u64::from(done.accepted), refused, is_cut: done.is_cut })
    }

    fn check_mapping(&self, kind: RowsKind, mapping: &RowsMapping) -> Result<(), Problem> {
        mapping_of(mapping.clone()).check(import_kind(kind)).map_err(|mut problem| {
            for error in &mut problem.errors {
                error.pointer.insert_str(0, "/definition");
            }
            problem
        })
    }

    async fn sample(
        &self,
        name: &str,
        head: Vec<u8>,
        kind: RowsKind,
        mapping: &RowsMapping,
    ) -> Result<Sample, Problem> {
        let (collect, name, mapping) = (self.0.clone(), name.to_owned(), mapping_of(mapping.clone()));
        // A workbook is unpacked: work that must not hold up others.
        let read = tokio::task::spawn_blocking(move || {
            let kind = Some(import_kind(kind));
            collect.preview_import(&head, PreviewRequest { name: &name, format: None, kind, mapping })
        });
        let preview = read.await.map_err(Problem::internal)??;
        let columns = preview.columns.into_iter().map(|column| Column {
            name: column.name,
            examples: column.examples,
            suggested: column.suggested,
        });
        Ok(Sample {
            format: preview.format.name().to_owned(),
            columns: columns.collect(),
            rows: preview.rows,
            fields: preview.kind.fields().map(str::to_owned).collect(),
            mapping: Some(rows_mapping(preview.mapping)),
        })
    }

    fn sample_bytes(&self, first: &[u8]) -> Option<usize> {
        match Format::signed(first) {
            Some(Format::Xlsx) => Some(XLSX_PREVIEW_BYTES_MAX),
            _ => Some(PREVIEW_BYTES),
        }
    }

    async fn begin_rows(&self, rows: NewRows) -> Result<Box<dyn RowSink>, Problem> {
        let new = NewImport {
            name: rows.name,
            kind: import_kind(rows.kind),
            format: rows.format.and_then(Format::parse),
            mapping: mapping_of(rows.mapping),
            source: Some(rows.source),
        };
        Ok(Box::new(Upload(self.0.create_import(rows.workspace, new).await?)))
    }

    async fn import(&self, workspace: WorkspaceId, id: ImportId) -> Result<Option<ImportStatus>, Problem> {
        let import = match self.0.import(workspace, id).await.map_err(Problem::from) {
            Ok(import) => import,
            Err(problem) if problem.kind == base::ProblemKind::NotFound => return Ok(None),
            Err(problem) => return Err(problem),
        };
        let stage = match import.state {
            ImportState::Uploading | ImportState::Running => ImportStage::Running,
            ImportState::Finished => ImportStage::Finished,
            ImportState::Failed | ImportState::Cancelled => ImportStage::Failed,
        };
        let cancelled = (import.state == ImportState::Cancelled).then(|| "somebody cancelled the import".to_owned());
        Ok(Some(ImportStatus {
            stage,
            rows: import.rows_done,
            accepted: import.rows_accepted,
            refused: import.rows_rejected,
            code: import.error_code,
            detail: import.error.or(cancelled),
        }))
    }
}

struct Upload(ImportUpload);

#[async_trait]
impl RowSink for Upload {
    fn id(&self) -> ImportId {
        self.0.import().id
    }
    async fn push(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        Ok(self.0.push(bytes).await?)
    }
    async fn finish(self: Box<Self>) -> Result<(), Problem> {
        self.0.finish().await?;
        Ok(())
    }
}

/// `connect::Vault` over the instance key.
pub struct KeyVault(pub InstanceKey);

impl Vault for KeyVault {
    fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, Problem> {
        self.0.seal(context, plain, &OsRng).map_err(Problem::internal)
    }
    fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, Problem> {
        self.0.open(context, sealed).map_err(Problem::internal)
    }
}
