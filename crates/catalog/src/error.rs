//! What can go wrong when products are read or feeds taken in.

use crate::feed::FeedError;
use base::{Problem, ProblemKind, ProductId};

#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("there is no product {0} in this workspace")]
    NotFound(ProductId),
    #[error("there is no feed run {0} in this workspace")]
    RunNotFound(String),
    #[error("the cursor \"{0}\" is not one this list gave out")]
    Cursor(String),
    #[error("{detail}")]
    Invalid { pointer: &'static str, code: &'static str, detail: String },
    #[error("another feed of the source {0} is being read; wait until it is done")]
    Running(String),
    #[error("the run {0} does not wait to be applied")]
    NotHeld(String),
    #[error(
        "nothing of the run {0} is stored any more: it would take all products of its source away; send the feed again"
    )]
    NothingStaged(String),
    #[error("a workspace has at most {0} sources of products; delete those of one first")]
    TooManySources(i64),
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error("{0}")]
    Empty(String),
    /// Another node has taken the run up.
    #[error("the run was taken up by another")]
    LostRun,
    #[error("the stored product {0} cannot be read: {1}")]
    Broken(ProductId, String),
    #[error("the reader of the feed stopped: {0}")]
    Reader(String),
    #[error(transparent)]
    Db(#[from] db::DbError),
}

pub type Result<T> = std::result::Result<T, CatalogError>;

impl CatalogError {
    /// What is told of a feed that was not taken in. What is wrong with the store or the program is in the log only: it
    /// may name what is none of the reader's business.
    pub(crate) fn told(&self) -> String {
        let is_the_feeds = self.refusal().is_some() || matches!(self, CatalogError::Feed(_));
        if is_the_feeds {
            return self.to_string();
        }
        "the feed could not be stored, for a reason that is in the log of the server; send it again".into()
    }

    /// What is wrong with the feed itself: the code it is refused with.
    pub(crate) fn refusal(&self) -> Option<&'static str> {
        match self {
            CatalogError::Feed(FeedError::Aborted) => None,
            CatalogError::Feed(error) => Some(error.code()),
            CatalogError::Empty(_) => Some("feed_empty"),
            _ => None,
        }
    }
}

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Self {
        let detail = error.to_string();
        match error {
            CatalogError::NotFound(id) => Problem::not_found("product", id),
            CatalogError::RunNotFound(id) => Problem::not_found("feed run", id),
            CatalogError::Cursor(_) => Problem::new(ProblemKind::Malformed, "bad_cursor", detail),
            CatalogError::Invalid { pointer, code, detail } => {
                Problem::invalid(code, detail.clone()).at(pointer, code, detail)
            }
            CatalogError::Running(_) => Problem::conflict("feed_running", detail),
            CatalogError::NotHeld(_) => Problem::conflict("run_not_held", detail),
            CatalogError::NothingStaged(_) => Problem::conflict("feed_not_staged", detail),
            CatalogError::TooManySources(_) => Problem::conflict("too_many_sources", detail),
            CatalogError::Feed(FeedError::Aborted) => Problem::new(ProblemKind::Malformed, "broken_upload", detail),
            CatalogError::Feed(error) => Problem::invalid(error.code(), detail),
            CatalogError::Empty(_) => Problem::invalid("feed_empty", detail),
            CatalogError::LostRun => Problem::conflict("feed_running", detail),
            CatalogError::Broken(..) | CatalogError::Reader(_) => Problem::internal(error),
            CatalogError::Db(error) => error.into(),
        }
    }
}
