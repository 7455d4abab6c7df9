//! The register of what is erased when a person is: every room, and the history.
//!
//! SQL rooms erase in the pipeline's transaction. The history is files: `profile` keeps a durable list of who has to be
//! forgotten there, and a task works it off, also after a crash.

use async_trait::async_trait;
use base::{ProfileId, WorkspaceId};
use db::{DbError, Tx};
use profile::{Eraser, HistoryEraser};
use std::sync::Arc;

pub struct ConsentEraser;

#[async_trait]
impl Eraser for ConsentEraser {
    fn name(&self) -> &'static str {
        consent::Consents::ERASER_NAME
    }
    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<u64, DbError> {
        consent::Consents::erase(tx, workspace, profiles).await
    }
}

pub struct MeasureEraser(pub Arc<measure::Measures>);

#[async_trait]
impl Eraser for MeasureEraser {
    fn name(&self) -> &'static str {
        "measure"
    }
    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<u64, DbError> {
        self.0.erase(tx, workspace, profiles).await
    }
}

pub struct DeliverEraser(pub Arc<deliver::Deliver>);

#[async_trait]
impl Eraser for DeliverEraser {
    fn name(&self) -> &'static str {
        "deliver"
    }
    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<u64, DbError> {
        for profile in profiles {
            self.0.forget(tx, workspace, *profile).await?;
        }
        Ok(profiles.len() as u64)
    }
}

/// `profile::HistoryEraser` over the lake: rewrites the files that hold them.
pub struct LakeEraser(pub Arc<lake::Lake>);

#[async_trait]
impl HistoryEraser for LakeEraser {
    async fn erase(&self, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<(), String> {
        self.0.erase(workspace, profiles).await.map(|_| ()).map_err(|error| error.to_string())
    }
}
