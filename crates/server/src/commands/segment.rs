//! `tutti segment`.

use super::client::{Client, ServerArgs};
use super::field;
use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Args)]
pub struct ConditionArgs {
    /// The condition as JSON, or @FILE (see docs/reference/conditions.md).
    #[arg(long)]
    condition: String,
}

impl ConditionArgs {
    fn read(&self) -> anyhow::Result<Value> {
        read_json(&self.condition)
    }
}

/// JSON given in place or as `@FILE`.
pub fn read_json(text: &str) -> anyhow::Result<Value> {
    let text = match text.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(PathBuf::from(path)).with_context(|| format!("cannot read {path}"))?,
        None => text.to_owned(),
    };
    serde_json::from_str(&text).context("this is not JSON")
}

#[derive(Subcommand)]
pub enum SegmentCommand {
    /// How many customers a condition holds for.
    Count {
        #[command(flatten)]
        server: ServerArgs,
        #[command(flatten)]
        condition: ConditionArgs,
    },
    /// Save a segment.
    Create {
        #[command(flatten)]
        server: ServerArgs,
        #[arg(long)]
        name: String,
        #[command(flatten)]
        condition: ConditionArgs,
    },
    /// Saved segments.
    List {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// One segment, as a sentence and a count.
    Show {
        #[command(flatten)]
        server: ServerArgs,
        id: String,
    },
    /// Who is in it.
    Members {
        #[command(flatten)]
        server: ServerArgs,
        id: String,
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Delete a segment nothing uses.
    Delete {
        #[command(flatten)]
        server: ServerArgs,
        id: String,
    },
}

fn line(segment: &Value) -> String {
    format!(
        "{}  {}  {}: {}",
        field(segment, "/id"),
        field(segment, "/count"),
        field(segment, "/name"),
        field(segment, "/sentence")
    )
}

pub async fn run(command: SegmentCommand, json: bool) -> anyhow::Result<()> {
    match command {
        SegmentCommand::Count { server, condition } => {
            let body = json!({ "condition": condition.read()? });
            let answer = Client::new(&server)?.post("/api/v1/segments/count", &body).await?;
            super::print(json, &answer, |answer| {
                format!("{} of {}: {}", field(answer, "/count"), field(answer, "/total"), field(answer, "/sentence"))
            });
        }
        SegmentCommand::Create { server, name, condition } => {
            let body = json!({ "name": name, "condition": condition.read()? });
            let answer = Client::new(&server)?.post("/api/v1/segments", &body).await?;
            super::print(json, &answer, line);
        }
        SegmentCommand::List { server } => {
            let answer = Client::new(&server)?.get("/api/v1/segments").await?;
            super::print(json, &answer, |answer| {
                answer["items"].as_array().into_iter().flatten().map(line).collect::<Vec<_>>().join("\n")
            });
        }
        SegmentCommand::Show { server, id } => {
            let answer = Client::new(&server)?.get(&format!("/api/v1/segments/{id}")).await?;
            super::print(json, &answer, line);
        }
        SegmentCommand::Members { server, id, limit } => {
            let answer = Client::new(&server)?.get(&format!("/api/v1/segments/{id}/members?limit={limit}")).await?;
            super::print(json, &answer, |answer| {
                let person = |person: &Value| format!("{}  {}", field(person, "/id"), field(person, "/label"));
                answer["items"].as_array().into_iter().flatten().map(person).collect::<Vec<_>>().join("\n")
            });
        }
        SegmentCommand::Delete { server, id } => {
            Client::new(&server)?.delete(&format!("/api/v1/segments/{id}")).await?;
        }
    }
    Ok(())
}
