//! `tutti events`: watch them, send some, see what there is.

use super::client::{answer, escape, http, with_query};
use super::input::{pairs, read_text};
use super::output::{Column, PageArgs, field, items, number, shown, table, text, time, when};
use super::{Context, Failure, output};
use anyhow::Context as _;
use clap::Subcommand;
use futures::StreamExt;
use serde_json::{Map, Value, json};
use std::pin::pin;

/// Calls in one request: under the 500 KB that `/v1/batch` takes.
const BATCH_CALLS: usize = 500;
const BATCH_BYTES: usize = 400_000;

const COLUMNS: [Column; 5] = [
    time("AT", "/at"),
    text("CHANNEL", "/channel"),
    text("EVENT", "/name"),
    text("PERSON", "/profile/id"),
    text("NAME", "/profile/label"),
];

#[derive(clap::Args)]
pub struct Filter {
    /// Only this event, such as "Order Completed".
    #[arg(long)]
    name: Option<String>,
    /// web, app, shop, phone, email, …
    #[arg(long)]
    channel: Option<String>,
    /// Only this person (prf_…).
    #[arg(long)]
    profile: Option<String>,
}

impl Filter {
    fn path(&self, path: &str) -> String {
        let given = [("name", &self.name), ("channel", &self.channel), ("profile", &self.profile)];
        with_query(path, &given.map(|(name, value)| (name, value.as_deref())))
    }
}

#[derive(Subcommand)]
pub enum EventCommand {
    /// Events as they come in, until Ctrl-C; with --json one object a line.
    Tail {
        #[command(flatten)]
        filter: Filter,
        /// End after this many.
        #[arg(long)]
        count: Option<usize>,
    },
    /// The last events since the program started, newest first.
    List {
        #[command(flatten)]
        filter: Filter,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Send an event, or a file of calls, with the write key of a source.
    Send(SendArgs),
    /// Which events there are, most frequent first.
    Names,
    /// Which properties an event has.
    Properties { name: String },
}

#[derive(clap::Args)]
pub struct SendArgs {
    /// Write key of a source (wk_…); `tutti source list` shows them.
    #[arg(long, env = "TUTTI_WRITE_KEY", hide_env_values = true)]
    write_key: String,
    /// Name of the event, such as "Order Completed"; without it, an `identify` with the traits.
    event: Option<String>,
    #[arg(long)]
    user_id: Option<String>,
    #[arg(long)]
    anonymous_id: Option<String>,
    /// Find or make the person by this address.
    #[arg(long)]
    email: Option<String>,
    /// name=value of a property, as often as needed.
    #[arg(long = "property", short = 'p')]
    properties: Vec<String>,
    /// name=value of a trait, as often as needed.
    #[arg(long = "trait", short = 't')]
    traits: Vec<String>,
    /// web, app, shop, phone, …; the source's unless told.
    #[arg(long)]
    channel: Option<String>,
    /// When it happened, such as 2026-11-22T10:00:00Z; now unless told.
    #[arg(long)]
    at: Option<String>,
    /// The same id counts once.
    #[arg(long)]
    message_id: Option<String>,
    /// File of calls as JSON, one a line, or - for standard input (docs/reference/collect.md).
    #[arg(long, conflicts_with_all = ["event", "user_id", "anonymous_id", "email", "properties", "traits"])]
    file: Option<String>,
}

pub async fn run(command: EventCommand, context: &Context) -> anyhow::Result<()> {
    match command {
        EventCommand::Tail { filter, count } => tail(context, &filter, count.unwrap_or(usize::MAX)).await,
        EventCommand::List { filter, page } => {
            let path = filter.path("/api/v1/events");
            context.list(&path, &page, &COLUMNS).await
        }
        EventCommand::Send(args) => send(context, args).await,
        EventCommand::Names => {
            let answer = context.client()?.get("/api/v1/events/names").await?;
            let columns = [text("EVENT", "/name"), number("COUNT", "/count"), time("LAST", "/last_at")];
            context.print(&answer, |answer| table(&columns, items(answer)));
            Ok(())
        }
        EventCommand::Properties { name } => {
            let answer = context.client()?.get(&format!("/api/v1/events/{}/properties", escape(&name))).await?;
            let columns = [
                text("PROPERTY", "/name"),
                text("TYPE", "/type"),
                number("COUNT", "/count"),
                output::list("EXAMPLES", "/examples"),
            ];
            context.print(&answer, |answer| table(&columns, items(answer)));
            Ok(())
        }
    }
}

async fn tail(context: &Context, filter: &Filter, count: usize) -> anyhow::Result<()> {
    let client = context.client()?;
    let mut events = pin!(client.events(&filter.path("/api/v1/events/live")).await?);
    let mut seen = 0;
    while seen < count {
        let next = tokio::select! {
            next = events.next() => next,
            _ = tokio::signal::ctrl_c() => return Ok(()),
        };
        let Some(next) = next else {
            return Err(Failure::Unreachable("the server ended the stream".into()).into());
        };
        let (name, event) = next?;
        if name != "event" {
            continue;
        }
        seen += 1;
        if context.json {
            output::line(&event.to_string());
        } else {
            let who = event.pointer("/profile/label").and_then(Value::as_str).map(shown).unwrap_or_default();
            let (at, channel) = (when(&event, "/at"), field(&event, "/channel"));
            let (name, id) = (shown(&field(&event, "/name")), field(&event, "/profile/id"));
            output::line(format!("{at}  {channel:<8}  {name:<28}  {id}  {who}").trim_end());
        }
    }
    Ok(())
}

/// The calls of a file, or the one that the flags describe.
fn calls(args: &SendArgs) -> anyhow::Result<Vec<Value>> {
    if let Some(file) = &args.file {
        let text = read_text(&if file == "-" { file.clone() } else { format!("@{file}") })?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        return lines
            .map(|(at, line)| serde_json::from_str(line).with_context(|| format!("line {} is not JSON", at + 1)))
            .collect();
    }
    if args.event.is_none() && args.traits.is_empty() && args.email.is_none() {
        return Err(Failure::Usage("say an event, traits (-t), or --file".into()).into());
    }
    let mut call = Map::new();
    let mut traits = pairs(&args.traits)?;
    if let Some(email) = &args.email {
        traits.insert("email".into(), json!(email));
    }
    let given = [
        ("event", &args.event),
        ("userId", &args.user_id),
        ("anonymousId", &args.anonymous_id),
        ("timestamp", &args.at),
        ("messageId", &args.message_id),
    ];
    call.extend(given.into_iter().filter_map(|(name, value)| value.as_ref().map(|value| (name.into(), json!(value)))));
    call.insert("type".into(), json!(if args.event.is_some() { "track" } else { "identify" }));
    let mut inner = Map::new();
    if let Some(channel) = &args.channel {
        inner.insert("channel".into(), json!(channel));
    }
    if args.event.is_some() {
        call.insert("properties".into(), Value::Object(pairs(&args.properties)?));
        if let Some(email) = &args.email {
            inner.insert("externalIds".into(), json!([{ "type": "email", "id": email }]));
        }
        if !traits.is_empty() {
            inner.insert("traits".into(), Value::Object(traits));
        }
    } else {
        call.insert("traits".into(), Value::Object(traits));
    }
    if !inner.is_empty() {
        call.insert("context".into(), Value::Object(inner));
    }
    Ok(vec![Value::Object(call)])
}

async fn send(context: &Context, args: SendArgs) -> anyhow::Result<()> {
    let calls = calls(&args)?;
    let (http, url) = (http()?, context.server.url());
    let (mut accepted, mut duplicates, mut rejected) = (0, 0, Vec::new());
    let mut rest = calls.as_slice();
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = rest.iter().take(BATCH_CALLS).take_while(|call| {
            bytes += call.to_string().len();
            bytes <= BATCH_BYTES
        });
        let (batch, after) = rest.split_at(fits.count().max(1));
        let first = calls.len() - rest.len();
        let request = http.post(format!("{url}/v1/batch")).basic_auth(&args.write_key, Some(""));
        let response = answer(url, request.json(&json!({ "batch": batch }))).await?;
        let told: Value = response.json().await?;
        accepted += told["accepted"].as_u64().unwrap_or(0);
        duplicates += told["duplicates"].as_u64().unwrap_or(0);
        for refusal in told["rejected"].as_array().into_iter().flatten() {
            let call = first as u64 + refusal["index"].as_u64().unwrap_or(0) + 1;
            rejected.push(json!({ "call": call, "code": refusal["code"], "detail": refusal["detail"] }));
        }
        rest = after;
    }
    let value = json!({ "accepted": accepted, "duplicates": duplicates, "rejected": rejected });
    context.print(&value, |_| {
        let mut lines = vec![format!("{accepted} accepted ({duplicates} known before), {} rejected", rejected.len())];
        lines.extend(rejected.iter().map(|row| format!("  call {}: {}", field(row, "/call"), field(row, "/detail"))));
        lines.join("\n")
    });
    if rejected.is_empty() {
        Ok(())
    } else {
        Err(Failure::Refused(format!("{} calls were rejected", rejected.len())).into())
    }
}
