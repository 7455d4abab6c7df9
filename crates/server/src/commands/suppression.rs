//! `tutti suppression`: addresses nothing is sent to.

use super::client::{escape, with_query};
use super::output::{Column, PageArgs, field, text, time};
use super::{Context, input};
use clap::Subcommand;
use serde_json::{Value, json};

/// Addresses in one request.
const IMPORT_ROWS: usize = 1_000;

const COLUMNS: [Column; 5] = [
    text("CHANNEL", "/channel"),
    text("ADDRESS", "/address"),
    text("REASON", "/reason"),
    time("SINCE", "/at"),
    text("PERSON", "/profile_id"),
];

#[derive(Subcommand)]
pub enum SuppressionCommand {
    /// Who is on the list.
    List {
        /// email, sms, …
        #[arg(long)]
        channel: Option<String>,
        /// Part of the address.
        #[arg(long)]
        q: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Put an address on the list.
    Add {
        address: String,
        #[arg(long, default_value = "email")]
        channel: String,
        /// manual, bounced, complained or imported
        #[arg(long)]
        reason: Option<String>,
    },
    /// Take an address off the list.
    #[command(visible_alias = "delete")]
    Remove {
        address: String,
        #[arg(long, default_value = "email")]
        channel: String,
    },
    /// Put many addresses on the list: a file with one a line (of a CSV the first column), or - for standard input.
    Import {
        file: String,
        #[arg(long, default_value = "email")]
        channel: String,
        #[arg(long)]
        reason: Option<String>,
    },
}

pub async fn run(command: SuppressionCommand, context: &Context) -> anyhow::Result<()> {
    match command {
        SuppressionCommand::List { channel, q, page } => {
            let given = [("channel", channel.as_deref()), ("q", q.as_deref())];
            context.list(&with_query("/api/v1/suppressions", &given), &page, &COLUMNS).await?;
        }
        SuppressionCommand::Add { address, channel, reason } => {
            let body = body(&channel, reason, ("address", json!(address)));
            let answer = context.client()?.post("/api/v1/suppressions", &body).await?;
            context.print(&answer, |_| format!("nothing is sent to {address} by {channel} any more"));
        }
        SuppressionCommand::Remove { address, channel } => {
            let path = format!("/api/v1/suppressions/{}/{}", escape(&channel), escape(&address));
            let answer = context.client()?.delete(&path).await?;
            context.print(&answer, |_| format!("{address} is off the list"));
        }
        SuppressionCommand::Import { file, channel, reason } => import(context, &file, &channel, reason).await?,
    }
    Ok(())
}

fn body(channel: &str, reason: Option<String>, rest: (&str, Value)) -> Value {
    let mut body = json!({ "channel": channel });
    body[rest.0] = rest.1;
    if let Some(reason) = reason {
        body["reason"] = json!(reason);
    }
    body
}

async fn import(context: &Context, file: &str, channel: &str, reason: Option<String>) -> anyhow::Result<()> {
    let text = input::read_text(if file == "-" { "-".into() } else { format!("@{file}") }.as_str())?;
    let addresses = addresses(&text);
    let client = context.client()?;
    let (mut accepted, mut refused) = (0, Vec::new());
    for (number, chunk) in addresses.chunks(IMPORT_ROWS).enumerate() {
        let rows: Vec<&str> = chunk.iter().map(|(_, address)| *address).collect();
        let body = body(channel, reason.clone(), ("addresses", json!(rows)));
        let answer = client.post("/api/v1/suppressions/import", &body).await?;
        accepted += answer["accepted"].as_u64().unwrap_or(0);
        for refusal in answer["refused"].as_array().into_iter().flatten() {
            let at = number * IMPORT_ROWS + refusal["index"].as_u64().unwrap_or(0) as usize;
            let line = addresses.get(at).map(|(line, _)| *line);
            refused.push(json!({ "line": line, "detail": field(refusal, "/detail") }));
        }
    }
    let answer = json!({ "accepted": accepted, "refused": refused });
    context.print(&answer, |_| {
        let mut lines = vec![format!("{accepted} addresses on the list, {} refused", refused.len())];
        lines.extend(refused.iter().map(|row| format!("  line {}: {}", field(row, "/line"), field(row, "/detail"))));
        lines.join("\n")
    });
    anyhow::ensure!(refused.is_empty() || accepted > 0, "nothing was put on the list");
    Ok(())
}

/// First column of every line that holds something; a head without `@` or digits is left out.
fn addresses(text: &str) -> Vec<(usize, &str)> {
    let first = |line: &'_ str| line.split([',', ';', '\t']).next().unwrap_or_default().len();
    let rows = text.lines().enumerate().map(|(at, line)| (at + 1, line[..first(line)].trim().trim_matches('"')));
    let is_head = |(line, cell): &(usize, &str)| *line == 1 && !cell.contains(|c: char| c == '@' || c.is_ascii_digit());
    rows.filter(|row| !row.1.is_empty() && !is_head(row)).collect()
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn the_first_column_counts_and_a_head_does_not() {
        let text = "email,since\nann@example.com,2024\n\n\"bo@example.com\";x\n";
        assert_eq!(addresses(text), [(2, "ann@example.com"), (4, "bo@example.com")]);
    }
}
