//! Sources that are asked; each implements `connector::Connector`.

mod database;
pub(crate) mod feed;
mod folder;
pub(crate) mod host;

pub(crate) use database::Database;
pub use database::{DatabaseDefinition, EngineKind};
pub(crate) use feed::Feed;
pub use feed::{FeedDefinition, FeedMode};
pub(crate) use folder::Folder;
pub use folder::{After, FolderDefinition, ObjectStoreDefinition};
