//! `tutti workspace`.

use super::output::{Column, PageArgs, facts, number, text};
use super::{Context, Failure};
use clap::Subcommand;
use serde_json::{Map, Value, json};

#[derive(Subcommand)]
pub enum WorkspaceCommand {
    /// The workspace of the key.
    Show,
    /// Change its name, time zone, currency or attribution.
    Set {
        #[arg(long)]
        name: Option<String>,
        /// IANA name, such as Europe/Amsterdam.
        #[arg(long)]
        time_zone: Option<String>,
        /// ISO 4217, such as EUR.
        #[arg(long)]
        currency: Option<String>,
        /// Days after a touch in which an order counts for it.
        #[arg(long)]
        window_days: Option<u32>,
        /// Which touch counts: click, or open_or_click.
        #[arg(long)]
        touch: Option<String>,
    },
    /// Everybody who works in it.
    Members {
        #[command(flatten)]
        page: PageArgs,
    },
}

const WORKSPACE: [Column; 7] = [
    text("id", "/id"),
    text("name", "/name"),
    text("time zone", "/time_zone"),
    text("currency", "/currency"),
    number("attribution window (days)", "/attribution/window_days"),
    text("attribution touch", "/attribution/touch"),
    text("my role", "/role"),
];

pub async fn run(command: WorkspaceCommand, context: &Context) -> anyhow::Result<()> {
    match command {
        WorkspaceCommand::Show => {
            let workspace = context.client()?.get("/api/v1/workspace").await?;
            context.print(&workspace, |workspace| facts(&WORKSPACE, workspace));
        }
        WorkspaceCommand::Set { name, time_zone, currency, window_days, touch } => {
            let client = context.client()?;
            let mut changes = Map::new();
            for (key, value) in [("name", name), ("time_zone", time_zone), ("currency", currency)] {
                changes.extend(value.map(|value| (key.to_owned(), Value::String(value))));
            }
            if window_days.is_some() || touch.is_some() {
                let mut attribution = client.get("/api/v1/workspace").await?["attribution"].take();
                if let Some(days) = window_days {
                    attribution["window_days"] = json!(days);
                }
                if let Some(touch) = touch {
                    attribution["touch"] = json!(touch);
                }
                changes.insert("attribution".into(), attribution);
            }
            if changes.is_empty() {
                return Err(Failure::Usage("say what to change; `tutti workspace set --help`".into()).into());
            }
            let workspace = client.patch("/api/v1/workspace", &Value::Object(changes)).await?;
            context.print(&workspace, |workspace| facts(&WORKSPACE, workspace));
        }
        WorkspaceCommand::Members { page } => {
            let columns = [text("ID", "/id"), text("ROLE", "/role"), text("E-MAIL", "/email"), text("NAME", "/name")];
            context.list("/api/v1/users", &page, &columns).await?;
        }
    }
    Ok(())
}
