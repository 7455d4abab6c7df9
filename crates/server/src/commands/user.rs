//! `tutti user`: works on the data folder, also while the server runs.

use super::{Context, Failure};
use crate::config::Config;
use crate::wire::open_database;
use access::{Access, NewUser, NewWorkspace, Role, Setup};
use base::{Currency, OsRng, SystemClock, WorkspaceId};
use clap::Subcommand;
use serde_json::json;
use std::sync::Arc;

/// A sign-in link from the console is good for this long.
const LINK_MS: i64 = 15 * 60_000;

#[derive(Subcommand)]
pub enum UserCommand {
    /// The first user and workspace of a new installation.
    CreateAdmin {
        #[arg(long)]
        email: String,
        /// At least ten characters.
        #[arg(long, env = "TUTTI_ADMIN_PASSWORD", hide_env_values = true)]
        password: String,
        #[arg(long, default_value = "Owner")]
        name: String,
        #[arg(long, default_value = "My company")]
        workspace: String,
        #[arg(long, default_value = "Europe/Amsterdam")]
        time_zone: String,
        #[arg(long, default_value = "EUR")]
        currency: String,
    },
    /// Add somebody to a workspace.
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// owner, marketer, analyst or viewer
        #[arg(long, default_value = "marketer")]
        role: String,
        #[arg(long, default_value = "wsp_1")]
        workspace: WorkspaceId,
    },
    /// Everybody in a workspace.
    List {
        #[arg(long, default_value = "wsp_1")]
        workspace: WorkspaceId,
    },
    /// A link that signs somebody in once, for a quarter of an hour.
    Link {
        #[arg(long)]
        email: String,
        #[arg(long, default_value = "wsp_1")]
        workspace: WorkspaceId,
    },
}

/// The accounts of an installation that is there; only `create-admin` makes one.
pub async fn access_of(config: &Config) -> anyhow::Result<Access> {
    if config.database_url.is_empty() && !config.data_dir.join(crate::wire::DATABASE_FILE).exists() {
        let folder = config.data_dir.display();
        let detail =
            format!("there is no Tutti in the folder {folder}; say where it is with --data, such as --data data/demo");
        return Err(Failure::Usage(detail).into());
    }
    open_access(config).await
}

async fn open_access(config: &Config) -> anyhow::Result<Access> {
    Ok(Access::new(open_database(config).await?, Arc::new(SystemClock), Arc::new(OsRng)))
}

pub async fn run(command: UserCommand, context: &Context) -> anyhow::Result<()> {
    let config = context.config()?;
    let access = match command {
        UserCommand::CreateAdmin { .. } => open_access(&config).await?,
        _ => access_of(&config).await?,
    };
    match command {
        UserCommand::CreateAdmin { email, password, name, workspace, time_zone, currency } => {
            let currency = Currency::parse(&currency)?;
            let workspace = NewWorkspace { name: workspace, time_zone, currency, is_demo: false };
            let (user, workspace, _) = access.setup(Setup { email, password, name, workspace }).await?;
            let value = json!({ "user": user, "workspace": workspace });
            context.print(&value, |_| format!("{} owns {} ({})", user.email, workspace.name, workspace.id));
        }
        UserCommand::Create { email, name, role, workspace } => {
            let role = Role::parse(&role)
                .ok_or_else(|| Failure::Usage("a role is owner, marketer, analyst or viewer".into()))?;
            let (member, _) = access.add_user(workspace, NewUser { email, name, role, password: None }).await?;
            let text = format!(
                "{} ({}) is in {workspace} now; `tutti user link` signs them in",
                member.user.email, member.role
            );
            context.print(&serde_json::to_value(&member)?, |_| text);
        }
        UserCommand::List { workspace } => {
            let members = access.members(workspace).await?;
            let lines: Vec<String> = members
                .iter()
                .map(|member| format!("{}  {}  {}", member.user.id, member.role, member.user.email))
                .collect();
            context.print(&serde_json::to_value(&members)?, |_| lines.join("\n"));
        }
        UserCommand::Link { email, workspace } => {
            let members = access.members(workspace).await?;
            let member = members.iter().find(|member| member.user.email == email.to_lowercase());
            let Some(member) = member else { anyhow::bail!("{email} is not a member of {workspace}") };
            let token = access.make_login_link(member.user.id, LINK_MS).await?;
            let url = format!("{}/api/v1/session/link?token={token}", super::serve::address_of(&config));
            context.print(&json!({ "url": url }), |_| url.clone());
            if !super::serve::is_up(&config) {
                eprintln!("No server answers there: start it with `tutti serve`, then open the link.");
            }
        }
    }
    Ok(())
}
