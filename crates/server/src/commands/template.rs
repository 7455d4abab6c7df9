//! `tutti template`: saved messages, ready designs, previews.

use super::input::read_json;
use super::output::{Column, PageArgs, field, number, table, text, time};
use super::{Context, output};
use clap::Subcommand;
use serde_json::{Value, json};

const COLUMNS: [Column; 5] = [
    text("ID", "/id"),
    text("NAME", "/name"),
    text("SUBJECT", "/message/subject"),
    number("VERSION", "/version"),
    time("CHANGED", "/updated_at"),
];

#[derive(Subcommand)]
pub enum TemplateCommand {
    /// Saved messages.
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// One saved message; `--json` prints what `--message` of other commands takes.
    Show { id: String },
    /// Save a message under a name; with --id over the one there.
    Save {
        #[arg(long)]
        name: String,
        /// The message as JSON, @FILE or - (see docs/reference/messages.md).
        #[arg(long)]
        message: String,
        #[arg(long)]
        id: Option<String>,
    },
    /// Delete a saved message.
    #[command(visible_alias = "delete")]
    Remove { id: String },
    /// Ready designs; with a name, that design as JSON to begin with.
    Starters { id: Option<String> },
    /// Render a message for a person and say what is wrong with it.
    Preview {
        /// The message as JSON, @FILE or -.
        #[arg(long, required_unless_present = "template")]
        message: Option<String>,
        /// A saved message instead.
        #[arg(long, conflicts_with = "message")]
        template: Option<String>,
        /// Whose data to use (prf_…).
        #[arg(long)]
        profile: Option<String>,
        /// Print the HTML part instead of the text part.
        #[arg(long)]
        html: bool,
    },
}

fn path(id: &str) -> String {
    format!("/api/v1/templates/{}", super::client::escape(id))
}

pub async fn run(command: TemplateCommand, context: &Context) -> anyhow::Result<()> {
    match command {
        TemplateCommand::List { page } => context.list("/api/v1/templates", &page, &COLUMNS).await?,
        TemplateCommand::Show { id } => {
            let template = context.client()?.get(&path(&id)).await?;
            context.print(&template["message"], |message| {
                let head = output::facts(&COLUMNS, &template);
                format!("{head}\n\n{}", field(message, "/body"))
            });
        }
        TemplateCommand::Save { name, message, id } => {
            let body = json!({ "name": name, "message": read_json(&message)? });
            let client = context.client()?;
            let saved = match id {
                Some(id) => client.put(&path(&id), &body).await?,
                None => client.post("/api/v1/templates", &body).await?,
            };
            context.print(&saved, |saved| table(&COLUMNS, std::slice::from_ref(saved)));
        }
        TemplateCommand::Remove { id } => {
            let answer = context.client()?.delete(&path(&id)).await?;
            context.print(&answer, |_| format!("{id} is deleted"));
        }
        TemplateCommand::Starters { id: None } => {
            let answer = context.client()?.get("/api/v1/messages/starters").await?;
            let columns = [text("ID", "/id"), text("NAME", "/name"), text("WHAT FOR", "/description")];
            context.print(&answer, |answer| table(&columns, output::items(answer)));
        }
        TemplateCommand::Starters { id: Some(id) } => {
            let answer = context.client()?.get("/api/v1/messages/starters").await?;
            let found = output::items(&answer).iter().find(|starter| starter["id"] == id.as_str());
            let Some(starter) = found else {
                return Err(
                    super::Failure::NotFound(format!("there is no design {id}; `tutti template starters`")).into()
                );
            };
            output::line(&serde_json::to_string_pretty(&starter["message"])?);
        }
        TemplateCommand::Preview { message, template, profile, html } => {
            let client = context.client()?;
            let message = match (message, template) {
                (Some(message), _) => read_json(&message)?,
                (None, Some(id)) => client.get(&path(&id)).await?["message"].take(),
                (None, None) => Value::Null,
            };
            let mut body = json!({ "message": message });
            if let Some(profile) = profile {
                body["profile_id"] = json!(profile);
            }
            let preview = client.post("/api/v1/messages/preview", &body).await?;
            context.print(&preview, |preview| preview_text(preview, html));
            let errors = preview["errors"].as_array().map_or(0, Vec::len);
            anyhow::ensure!(errors == 0, "{errors} errors in the message");
        }
    }
    Ok(())
}

fn preview_text(preview: &Value, html: bool) -> String {
    let head = [
        text("From", "/from"),
        text("Subject", "/subject"),
        text("Preheader", "/preheader"),
        number("Bytes", "/size_bytes"),
    ];
    let mut found = output::facts(&head, preview);
    for warning in preview["warnings"].as_array().into_iter().flatten() {
        found.push_str(&format!("\n{}: {}", field(warning, "/severity"), field(warning, "/detail")));
    }
    for error in preview["errors"].as_array().into_iter().flatten() {
        let place =
            format!("{} line {} column {}", field(error, "/part"), field(error, "/line"), field(error, "/column"));
        found.push_str(&format!("\nerror in {place}: {}", field(error, "/detail")));
    }
    format!("{found}\n\n{}", field(preview, if html { "/html" } else { "/text" }))
}
