//! `tutti retention`: how long events are kept.

use super::client::{escape, with_query};
use super::input::confirm;
use super::output::{Column, PageArgs, facts, field, items, number, section, table, text, time};
use super::{Context, Failure};
use clap::Subcommand;
use serde_json::{Value, json};
use std::time::Duration;

const RULES: [Column; 7] = [
    text("ID", "/id"),
    text("WHAT", "/target/what"),
    text("NAME", "/target/name"),
    number("KEEP", "/keep/amount"),
    text("UNIT", "/keep/unit"),
    text("THEN", "/action"),
    text("ON", "/enabled"),
];
const RUNS: [Column; 7] = [
    text("ID", "/id"),
    text("MODE", "/mode"),
    text("BY", "/trigger"),
    text("STATE", "/state"),
    time("STARTED", "/started_at"),
    number("DELETED", "/deleted"),
    number("ANONYMISED", "/anonymised"),
];
const FOUND: [Column; 7] = [
    text("RULE", "/rule"),
    text("WHAT", "/target/what"),
    text("NAME", "/target/name"),
    text("THEN", "/action"),
    time("BEFORE", "/cutoff"),
    number("EVENTS", "/events"),
    number("CUSTOMERS", "/customers"),
];
/// How often it is asked how far a run is.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Subcommand)]
pub enum RetentionCommand {
    /// The rules.
    Rules {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Write a rule; it is off until a dry run was made and it is switched on.
    Add {
        /// An event's name, kind:page and the like, or everything-else.
        what: String,
        /// How long: 90d, 13m (months), or forever.
        keep: String,
        /// Events stay for counting, as nobody's, instead of being deleted.
        #[arg(long)]
        anonymise: bool,
    },
    /// Count what the rules would do; change nothing.
    DryRun {
        /// Only these rules (rtn_…), beside those that are on.
        rules: Vec<String>,
    },
    /// Switch a rule on, by the dry run that showed what it does.
    Enable {
        rule: String,
        #[arg(long)]
        dry_run: Option<String>,
    },
    /// Switch a rule off.
    Disable { rule: String },
    /// Delete a rule.
    Remove { rule: String },
    /// Do now what the rules that are on say. Not to be undone.
    Run {
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Receipts of runs, and dry runs.
    Runs {
        #[command(flatten)]
        page: PageArgs,
    },
}

pub async fn run(command: RetentionCommand, context: &Context) -> anyhow::Result<()> {
    const RULES_PATH: &str = "/api/v1/retention/rules";
    let rule_path = |id: &str| format!("{RULES_PATH}/{}", escape(id));
    match command {
        RetentionCommand::Rules { page } => context.list(RULES_PATH, &page, &RULES).await?,
        RetentionCommand::Add { what, keep, anonymise } => {
            let action = if anonymise { "anonymise" } else { "delete" };
            let body = json!({ "target": target(&what), "keep": length(&keep)?, "action": action });
            let made = context.client()?.post(RULES_PATH, &body).await?;
            context.print(&made, |made| {
                format!("{} (off); try it out with: tutti retention dry-run {0}", field(made, "/id"))
            });
        }
        RetentionCommand::DryRun { rules } => {
            let asked = if rules.is_empty() { Value::Null } else { json!(rules) };
            let begun = context.client()?.post("/api/v1/retention/dry-run", &json!({ "rules": asked })).await?;
            let ended = to_its_end(context, &begun).await?;
            context.print(&ended, found);
        }
        RetentionCommand::Enable { rule, dry_run } => {
            let path = format!("{}/enable", rule_path(&rule));
            let on = context.client()?.post(&path, &json!({ "dry_run": dry_run })).await?;
            context.print(&on, |on| format!("{} is on from the next night", field(on, "/id")));
        }
        RetentionCommand::Disable { rule } => {
            let off = context.client()?.post(&format!("{}/disable", rule_path(&rule)), &Value::Null).await?;
            context.print(&off, |off| format!("{} is off", field(off, "/id")));
        }
        RetentionCommand::Remove { rule } => {
            context.client()?.delete(&rule_path(&rule)).await?;
        }
        RetentionCommand::Run { yes } => {
            confirm(yes, "this takes events out of the history for ever, as the rules that are on say")?;
            let begun = context.client()?.post("/api/v1/retention/run", &Value::Null).await?;
            let ended = to_its_end(context, &begun).await?;
            context.print(&ended, found);
        }
        RetentionCommand::Runs { page } => {
            context.list(&with_query("/api/v1/retention/runs", &[]), &page, &RUNS).await?;
        }
    }
    Ok(())
}

fn target(what: &str) -> Value {
    match (what, what.strip_prefix("kind:")) {
        ("everything-else", _) => json!({ "what": "everything_else" }),
        (_, Some(kind)) => json!({ "what": "kind", "name": kind }),
        (name, None) => json!({ "what": "event", "name": name }),
    }
}

fn length(text: &str) -> anyhow::Result<Value> {
    if text == "forever" {
        return Ok(Value::Null);
    }
    let unit = match text.chars().last() {
        Some('d') => "day",
        Some('m') => "month",
        _ => "",
    };
    match text.get(..text.len().saturating_sub(1)).and_then(|digits| digits.parse::<u32>().ok()) {
        Some(amount) if !unit.is_empty() => Ok(json!({ "amount": amount, "unit": unit })),
        _ => Err(Failure::Usage(format!("\"{text}\" is no length of time: write 90d, 13m or forever")).into()),
    }
}

async fn to_its_end(context: &Context, begun: &Value) -> anyhow::Result<Value> {
    let client = context.client()?;
    let path = format!("/api/v1/retention/runs/{}", field(begun, "/id"));
    loop {
        let run = client.get(&path).await?;
        if run["state"] != "running" {
            return Ok(run);
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn found(run: &Value) -> String {
    let head = [
        text("run", "/id"),
        text("state", "/state"),
        text("failure", "/failure"),
        number("events", "/events"),
        number("customers", "/customers"),
        number("deleted", "/deleted"),
        number("anonymised", "/anonymised"),
    ];
    let rules = run["rules"].as_array().map_or(&[][..], Vec::as_slice);
    let mut shown = facts(&head, run) + &section("By rule", &table(&FOUND, rules));
    for rule in rules {
        let readers = items(&json!({ "items": rule["readers"] })).to_vec();
        if !readers.is_empty() {
            let columns = [text("KIND", "/kind"), text("NAME", "/name"), text("ID", "/id")];
            shown += &section(&format!("Reads events of {}", field(rule, "/rule")), &table(&columns, &readers));
        }
    }
    shown
}
