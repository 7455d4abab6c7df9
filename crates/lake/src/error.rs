//! What can go wrong in the lake.

use deltalake::DeltaTableError;
use deltalake::arrow::error::ArrowError;
use deltalake::datafusion::error::DataFusionError;
use deltalake::parquet::errors::ParquetError;
use std::path::Path;

#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    #[error("{path}: {source}")]
    Io { path: String, source: std::io::Error },
    #[error("the lake in {0} is open in another process")]
    Locked(String),
    #[error("Delta table: {0}")]
    Delta(Box<DeltaTableError>),
    #[error("Parquet: {0}")]
    Parquet(#[from] ParquetError),
    #[error("Arrow: {0}")]
    Arrow(#[from] ArrowError),
    #[error("query failed: {0}")]
    Query(String),
    #[error("the query took longer than {0} s")]
    Timeout(u64),
    #[error("the query needs more memory than the lake may use: {0}")]
    Memory(String),
    #[error("the lake is damaged: {0}")]
    Broken(String),
    #[error("a cut was stopped: {0}")]
    Ledger(String),
    #[error("a background task of the lake stopped: {0}")]
    Task(String),
    /// Only in tests: the process "died" here.
    #[cfg(test)]
    #[error("crashed at {0:?}")]
    Crashed(crate::table::CrashPoint),
}

impl LakeError {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.display().to_string(), source }
    }
    pub(crate) fn missing(what: &str) -> Self {
        Self::Broken(format!("{what} is missing"))
    }
}

impl From<DeltaTableError> for LakeError {
    fn from(error: DeltaTableError) -> Self {
        Self::Delta(Box::new(error))
    }
}

impl From<DataFusionError> for LakeError {
    fn from(error: DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(detail) => Self::Memory(detail.clone()),
            root => Self::Query(root.to_string()),
        }
    }
}

impl From<tokio::task::JoinError> for LakeError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Task(error.to_string())
    }
}

impl From<LakeError> for base::Problem {
    fn from(error: LakeError) -> Self {
        use base::{Problem, ProblemKind};
        match error {
            LakeError::Query(detail) => Problem::new(ProblemKind::Invalid, "query_invalid", detail),
            LakeError::Memory(_) | LakeError::Timeout(_) => {
                Problem::new(ProblemKind::Invalid, "query_too_large", error.to_string())
            }
            other => {
                tracing::error!(error = %other, "the history failed");
                Problem::new(ProblemKind::Internal, "history_failed", "the history cannot be read at the moment")
            }
        }
    }
}

impl From<LakeError> for events::ViewError {
    fn from(error: LakeError) -> Self {
        events::ViewError::Broken { view: "lake", detail: error.to_string() }
    }
}
