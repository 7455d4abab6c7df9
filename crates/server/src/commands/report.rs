//! `tutti report`: numbers over all campaigns and channels.

use super::client::escape;
use super::output::{amount, count, field, items, money, number, section, table, text, time};
use super::{Context, campaign};
use clap::Subcommand;
use serde_json::{Value, json};

const DAYS: u32 = 30;

#[derive(Subcommand)]
pub enum ReportCommand {
    /// What the first screen shows: customers, events, orders, revenue.
    Home {
        #[arg(long, default_value_t = DAYS)]
        days: u32,
    },
    /// What came of a campaign; the same as `tutti campaign report`.
    Campaign { id: String },
    /// Orders and net revenue by day and channel, online and shop together.
    Revenue {
        #[arg(long, default_value_t = DAYS)]
        days: u32,
    },
    /// Which campaigns the orders are owed to.
    Attribution {
        #[arg(long, default_value_t = DAYS)]
        days: u32,
    },
    /// Which traits people have, or the values of one.
    Traits { name: Option<String> },
}

pub async fn run(command: ReportCommand, context: &Context) -> anyhow::Result<()> {
    let client = context.client()?;
    match command {
        ReportCommand::Home { days } => {
            context.print(&client.get(&format!("/api/v1/home?days={days}")).await?, home_text);
        }
        ReportCommand::Campaign { id } => campaign::report(context, &client, &id).await?,
        ReportCommand::Revenue { days } => {
            let mut answer = client.get(&format!("/api/v1/measure/revenue?days={days}")).await?;
            let currency = answer["currency"].clone();
            for item in answer["items"].as_array_mut().into_iter().flatten() {
                item["revenue"] = json!({ "minor": item["revenue_minor"], "currency": currency });
            }
            let columns = [
                text("DAY", "/day"),
                text("CHANNEL", "/channel"),
                number("ORDERS", "/orders"),
                amount("REVENUE", "/revenue"),
            ];
            context.print(&answer, |answer| table(&columns, items(answer)));
        }
        ReportCommand::Attribution { days } => {
            let answer = client.get(&format!("/api/v1/measure/attribution?days={days}")).await?;
            context.print(&answer, attribution_text);
        }
        ReportCommand::Traits { name: None } => {
            let columns = [text("TRAIT", "/name"), text("TYPE", "/type"), number("PEOPLE", "/count")];
            context.print(&client.get("/api/v1/traits").await?, |answer| table(&columns, items(answer)));
        }
        ReportCommand::Traits { name: Some(name) } => {
            let answer = client.get(&format!("/api/v1/traits/{}/values", escape(&name))).await?;
            let columns = [text("VALUE", "/value"), number("PEOPLE", "/count")];
            context.print(&answer, |answer| table(&columns, items(answer)));
        }
    }
    Ok(())
}

fn home_text(home: &Value) -> String {
    let row = |name: &str, at: &str| {
        let mut row = home[at].clone();
        row["when"] = json!(name);
        row
    };
    let rows = [row("in all", "totals"), row("today", "today"), row("yesterday", "yesterday")];
    let columns = [
        text("", "/when"),
        number("CUSTOMERS", "/customers"),
        number("EVENTS", "/events"),
        number("ORDERS", "/orders"),
        amount("REVENUE", "/revenue"),
    ];
    let channels = home["revenue_by_channel"].as_array().cloned().unwrap_or_default();
    let by_channel = [text("CHANNEL", "/channel"), number("ORDERS", "/orders"), amount("REVENUE", "/revenue")];
    let campaigns = home["recent_campaigns"].as_array().cloned().unwrap_or_default();
    let recent = [
        text("ID", "/id"),
        text("STATE", "/state"),
        text("NAME", "/name"),
        number("ORDERS", "/orders"),
        amount("REVENUE", "/revenue"),
        time("LAUNCHED", "/launched_at"),
    ];
    let next = home["next_steps"].as_array().into_iter().flatten().filter(|step| step["done"] != true);
    let next: Vec<String> = next.map(|step| field(step, "/code").replace('_', " ")).collect();
    [
        table(&columns, &rows),
        section("Revenue by channel", &table(&by_channel, &channels)),
        section("Campaigns", &table(&recent, &campaigns)),
        section("To do next", &next.join("\n")),
    ]
    .concat()
}

fn attribution_text(answer: &Value) -> String {
    let columns = [
        text("CAMPAIGN", "/campaign_id"),
        text("NAME", "/name"),
        number("ORDERS", "/orders"),
        amount("REVENUE", "/revenue"),
    ];
    format!(
        "{}\n\nowed to none: {} orders, {}  ({}, {} days)",
        table(&columns, items(answer)),
        count(answer, "/unattributed/orders"),
        money(answer, "/unattributed/revenue"),
        field(answer, "/model").replace('_', " "),
        field(answer, "/window_days")
    )
}
