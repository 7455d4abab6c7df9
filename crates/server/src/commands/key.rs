//! `tutti key`: works on the data folder, also while the server runs.

use super::Context;
use super::user::access_of;
use access::Role;
use base::{ApiKeyId, WorkspaceId};
use clap::Subcommand;

#[derive(Subcommand)]
pub enum KeyCommand {
    /// Make a key; it is shown once.
    Create {
        #[arg(long)]
        name: String,
        /// Scopes such as segment.read; `*` for all.
        #[arg(long = "scope", default_value = "*")]
        scopes: Vec<String>,
        #[arg(long, default_value = "wsp_1")]
        workspace: WorkspaceId,
    },
    /// The workspace's keys.
    List {
        #[arg(long, default_value = "wsp_1")]
        workspace: WorkspaceId,
    },
    /// End a key at once.
    Revoke {
        id: ApiKeyId,
        #[arg(long, default_value = "wsp_1")]
        workspace: WorkspaceId,
    },
}

pub async fn run(command: KeyCommand, context: &Context) -> anyhow::Result<()> {
    let access = access_of(&context.config()?).await?;
    match command {
        KeyCommand::Create { name, scopes, workspace } => {
            access.workspace(workspace).await?;
            let key = access.create_key(workspace, &name, &scopes, Role::Owner.permissions()).await?;
            context.print(&serde_json::to_value(&key)?, |_| key.key.clone());
        }
        KeyCommand::List { workspace } => {
            let keys = access.keys(workspace).await?;
            let lines: Vec<String> =
                keys.iter().map(|key| format!("{}  {}…  {}", key.id, key.prefix, key.name)).collect();
            context.print(&serde_json::to_value(&keys)?, |_| lines.join("\n"));
        }
        KeyCommand::Revoke { id, workspace } => access.revoke_key(workspace, id).await?,
    }
    Ok(())
}
