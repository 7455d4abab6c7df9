//! `tutti segment`.

use super::client::escape;
use super::input::read_json;
use super::output::{Column, PageArgs, facts, field, number, table, text, time};
use super::{Context, Failure};
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

const COLUMNS: [Column; 4] =
    [text("ID", "/id"), number("PEOPLE", "/count"), text("NAME", "/name"), text("WHO", "/sentence")];

#[derive(Args)]
pub struct ConditionArgs {
    /// The condition as JSON, @FILE or - (see docs/reference/conditions.md).
    #[arg(long)]
    condition: String,
}

#[derive(Subcommand)]
pub enum SegmentCommand {
    /// How many people a condition holds for.
    Count {
        #[command(flatten)]
        condition: ConditionArgs,
    },
    /// Save a segment.
    Create {
        #[arg(long)]
        name: String,
        #[command(flatten)]
        condition: ConditionArgs,
    },
    /// Change the name or the condition of a saved segment.
    Update {
        id: String,
        #[arg(long)]
        name: Option<String>,
        #[arg(long)]
        condition: Option<String>,
    },
    /// Saved segments.
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// One segment, as a sentence and a count.
    Show { id: String },
    /// Who is in it.
    Members {
        id: String,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Delete a segment nothing uses.
    #[command(visible_alias = "remove")]
    Delete { id: String },
}

fn path(id: &str) -> String {
    format!("/api/v1/segments/{}", escape(id))
}

fn one(segment: &Value) -> String {
    table(&COLUMNS, std::slice::from_ref(segment))
}

pub async fn run(command: SegmentCommand, context: &Context) -> anyhow::Result<()> {
    match command {
        SegmentCommand::Count { condition } => {
            let body = json!({ "condition": read_json(&condition.condition)? });
            let answer = context.client()?.post("/api/v1/segments/count", &body).await?;
            context.print(&answer, |answer| {
                format!("{} of {}: {}", field(answer, "/count"), field(answer, "/total"), field(answer, "/sentence"))
            });
        }
        SegmentCommand::Create { name, condition } => {
            let body = json!({ "name": name, "condition": read_json(&condition.condition)? });
            let answer = context.client()?.post("/api/v1/segments", &body).await?;
            context.print(&answer, one);
        }
        SegmentCommand::Update { id, name, condition } => {
            if name.is_none() && condition.is_none() {
                return Err(Failure::Usage("say --name or --condition".into()).into());
            }
            let client = context.client()?;
            // What changed since it was read is not overwritten: the answer's ETag goes back as If-Match.
            let response = client.answer(client.request(Method::GET, &path(&id))).await?;
            let tag = response.headers().get("etag").cloned();
            let old: Value = serde_json::from_str(&response.text().await?)?;
            let condition = condition.map(|condition| read_json(&condition)).transpose()?;
            let body = json!({
                "name": name.map_or(old["name"].clone(), Value::String),
                "condition": condition.unwrap_or_else(|| old["condition"].clone()),
            });
            let mut request = client.request(Method::PUT, &path(&id)).json(&body);
            if let Some(tag) = tag {
                request = request.header("if-match", tag);
            }
            let answer = client.send(request).await?;
            context.print(&answer, one);
        }
        SegmentCommand::List { page } => context.list("/api/v1/segments", &page, &COLUMNS).await?,
        SegmentCommand::Show { id } => {
            let answer = context.client()?.get(&path(&id)).await?;
            let head = [
                text("id", "/id"),
                text("name", "/name"),
                number("people", "/count"),
                text("who", "/sentence"),
                time("changed", "/updated_at"),
                text("condition", "/condition"),
            ];
            context.print(&answer, |answer| facts(&head, answer));
        }
        SegmentCommand::Members { id, page } => {
            let columns = [text("ID", "/id"), text("NAME", "/label"), text("E-MAIL", "/email")];
            context.list(&format!("{}/members", path(&id)), &page, &columns).await?;
        }
        SegmentCommand::Delete { id } => {
            let answer = context.client()?.delete(&path(&id)).await?;
            context.print(&answer, |_| format!("{id} is deleted"));
        }
    }
    Ok(())
}
