//! Sources that are asked; each implements `connector::Connector`, and its definition `definition::Settings`.

mod database;
pub(crate) mod feed;
mod folder;
pub(crate) mod host;

pub use database::{DatabaseDefinition, EngineKind};
pub use feed::{FeedDefinition, FeedMode};
pub use folder::{After, FolderDefinition, ObjectStoreDefinition};
