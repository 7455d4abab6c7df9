//! `channels::sandbox::smtp::Door` over `access`: whose inbox a mail may go to.

use access::Permission;
use async_trait::async_trait;
use base::WorkspaceId;
use channels::sandbox::smtp::Door;
use std::sync::Arc;

pub struct SandboxDoor(pub Arc<access::Access>);

#[async_trait]
impl Door for SandboxDoor {
    async fn workspace_of_key(&self, key: &str) -> Option<WorkspaceId> {
        let caller = self.0.caller_of_key(key).await.ok()?;
        caller.require(Permission::SandboxRead).ok()?;
        Some(caller.workspace)
    }

    async fn only_workspace(&self) -> Option<WorkspaceId> {
        match self.0.workspaces().await.ok()?.as_slice() {
            [only] => Some(only.id),
            _ => None,
        }
    }
}
