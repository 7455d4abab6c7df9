//! What can go wrong while a world is played.

#[derive(Debug, thiserror::Error)]
pub enum SimError {
    #[error("{field} must be from {min} to {max}, got {got}")]
    OutOfRange { field: &'static str, min: u64, max: u64, got: u64 },
    #[error("{url}: {source}")]
    Http { url: String, source: reqwest::Error },
    #[error("{url} answered {status}: {body}")]
    Refused { url: String, status: u16, body: String },
    #[error("{url} was still busy after {attempts} attempts")]
    Busy { url: String, attempts: u32 },
    #[error("{url}: cannot read the answer: {detail}")]
    Unreadable { url: String, detail: String },
    #[error("cannot write CSV: {0}")]
    Csv(#[from] csv::Error),
    #[error("a task of the simulation stopped: {0}")]
    Task(String),
}
