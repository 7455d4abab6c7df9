//! Sources that are asked; each implements `connector::Connector`.

mod database;
mod folder;

pub(crate) use database::Database;
pub use database::{DatabaseDefinition, EngineKind};
pub(crate) use folder::Folder;
pub use folder::{After, FolderDefinition};
