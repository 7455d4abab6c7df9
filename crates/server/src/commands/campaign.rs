//! `tutti campaign`.

use super::client::{Client, escape, with_query};
use super::follow::{self, handed_over};
use super::input::{confirm, read_json};
use super::output::{
    Column, PageArgs, amount, count, counted, facts, field, money, number, section, share, table, text, time, whole,
};
use super::{Context, Failure};
use clap::Subcommand;
use serde_json::{Value, json};

const COLUMNS: [Column; 5] = [
    text("ID", "/id"),
    text("STATE", "/state"),
    counted("AUDIENCE", "/progress/audience"),
    text("NAME", "/name"),
    time("LAUNCHED", "/launched_at"),
];

#[derive(Subcommand)]
pub enum CampaignCommand {
    /// Make a draft.
    Create {
        #[arg(long)]
        name: String,
        /// Who gets it (seg_…).
        #[arg(long)]
        segment: Option<String>,
        /// The message as JSON, @FILE or - (see docs/reference/messages.md).
        #[arg(long, required_unless_present = "template")]
        message: Option<String>,
        /// A saved message instead (`tutti template list`).
        #[arg(long, conflicts_with = "message")]
        template: Option<String>,
    },
    /// Change a draft.
    Update {
        id: String,
        #[arg(long)]
        name: Option<String>,
        #[arg(long)]
        segment: Option<String>,
        #[arg(long)]
        message: Option<String>,
    },
    /// All campaigns, newest first.
    List {
        /// draft, scheduled, launching, sending, paused, finished or cancelled
        #[arg(long)]
        state: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// One campaign: where it stands.
    Show { id: String },
    /// What a launch would do now: who gets it, who not and why, what stands in the way.
    Review { id: String },
    /// Send a test to addresses of your own.
    Test {
        id: String,
        #[arg(long = "to", required = true)]
        to: Vec<String>,
        /// Made personal for this person (prf_…).
        #[arg(long)]
        profile: Option<String>,
    },
    /// Launch to everybody the review counts.
    Launch {
        id: String,
        /// The number of recipients you expect; the launch is refused when it is another.
        #[arg(long)]
        confirm_recipients: Option<u64>,
        /// Stay and show progress until it is finished.
        #[arg(long)]
        watch: bool,
    },
    /// Let a draft go out by itself.
    Schedule {
        id: String,
        /// Such as 2026-12-01T09:00:00+01:00.
        #[arg(long)]
        at: String,
        /// After this it is held instead of sent late.
        #[arg(long)]
        latest: String,
    },
    /// A progress bar until it is finished, paused or cancelled.
    Watch { id: String },
    /// Nothing more goes out until it is resumed.
    Pause { id: String },
    /// Go on where it was paused.
    Resume { id: String },
    /// Give up what is still pending; a scheduled campaign becomes a draft again.
    Cancel {
        id: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// A new draft with the same content.
    Duplicate { id: String },
    /// Delete a draft.
    #[command(visible_alias = "remove")]
    Delete { id: String },
    /// Who it writes to, and what became of each message.
    Recipients {
        id: String,
        /// pending, sending, sent, delivered, bounced, failed, skipped or unconfirmed
        #[arg(long)]
        state: Option<String>,
        /// Part of the address.
        #[arg(long)]
        q: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Send messages again whose handover got no answer (they may arrive twice).
    Resend {
        id: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// What came of it.
    Report { id: String },
}

fn path(id: &str) -> String {
    format!("/api/v1/campaigns/{}", escape(id))
}

fn one(campaign: &Value) -> String {
    table(&COLUMNS, std::slice::from_ref(campaign))
}

pub async fn run(command: CampaignCommand, context: &Context) -> anyhow::Result<()> {
    let client = context.client()?;
    match command {
        CampaignCommand::Create { name, segment, message, template } => {
            let message = match (message, template) {
                (Some(message), _) => read_json(&message)?,
                (None, Some(id)) => client.get(&format!("/api/v1/templates/{}", escape(&id))).await?["message"].take(),
                (None, None) => Value::Null,
            };
            let body = json!({ "name": name, "segment_id": segment, "channel": "email", "message": message });
            context.print(&client.post("/api/v1/campaigns", &body).await?, one);
        }
        CampaignCommand::Update { id, name, segment, message } => {
            let old = client.get(&path(&id)).await?;
            let message = message.map(|message| read_json(&message)).transpose()?;
            let body = json!({
                "name": name.map_or(old["name"].clone(), Value::String),
                "segment_id": segment.map_or(old["segment_id"].clone(), Value::String),
                "channel": old["channel"],
                "message": message.unwrap_or_else(|| old["message"].clone()),
            });
            context.print(&client.put(&path(&id), &body).await?, one);
        }
        CampaignCommand::List { state, page } => {
            context.list(&with_query("/api/v1/campaigns", &[("state", state.as_deref())]), &page, &COLUMNS).await?;
        }
        CampaignCommand::Show { id } => context.print(&client.get(&path(&id)).await?, campaign_text),
        CampaignCommand::Review { id } => {
            context.print(&client.get(&format!("{}/review", path(&id))).await?, review_text);
        }
        CampaignCommand::Test { id, to, profile } => test(context, &client, &id, &to, profile).await?,
        CampaignCommand::Launch { id, confirm_recipients, watch } => {
            launch(context, &client, &id, confirm_recipients, watch).await?;
        }
        CampaignCommand::Schedule { id, at, latest } => {
            let body = json!({ "scheduled_at": at, "latest_at": latest });
            context.print(&client.post(&format!("{}/schedule", path(&id)), &body).await?, one);
        }
        CampaignCommand::Watch { id } => {
            let progress = follow::campaign(&client, &escape(&id)).await?;
            context.print(&progress, |progress| format!("{}\n{}", field(progress, "/state"), states_text(progress)));
        }
        CampaignCommand::Pause { id } => act(context, &client, &id, "pause").await?,
        CampaignCommand::Resume { id } => act(context, &client, &id, "resume").await?,
        CampaignCommand::Duplicate { id } => act(context, &client, &id, "duplicate").await?,
        CampaignCommand::Cancel { id, yes } => {
            confirm(yes, &format!("what is pending of {id} is never sent"))?;
            act(context, &client, &id, "cancel").await?;
        }
        CampaignCommand::Delete { id } => {
            context.print(&client.delete(&path(&id)).await?, |_| format!("{id} is deleted"));
        }
        CampaignCommand::Recipients { id, state, q, page } => {
            let columns = [
                text("PERSON", "/profile_id"),
                text("ADDRESS", "/address"),
                text("STATE", "/state"),
                text("WHY", "/reason"),
                time("SENT", "/sent_at"),
                time("OPENED", "/opened_at"),
                time("CLICKED", "/clicked_at"),
            ];
            let given = [("state", state.as_deref()), ("q", q.as_deref())];
            context.list(&with_query(&format!("{}/recipients", path(&id)), &given), &page, &columns).await?;
        }
        CampaignCommand::Resend { id, yes } => {
            confirm(yes, "unconfirmed messages are sent again; some may arrive twice")?;
            let answer = client.post(&format!("{}/unconfirmed", path(&id)), &json!({ "action": "resend" })).await?;
            context.print(&answer, |answer| format!("{} messages are sent again", field(answer, "/resent")));
        }
        CampaignCommand::Report { id } => report(context, &client, &id).await?,
    }
    Ok(())
}

/// Also `tutti report campaign`.
pub async fn report(context: &Context, client: &Client, id: &str) -> anyhow::Result<()> {
    context.print(&client.get(&format!("{}/report", path(id))).await?, report_text);
    Ok(())
}

async fn act(context: &Context, client: &Client, id: &str, verb: &str) -> anyhow::Result<()> {
    let answer = client.post(&format!("{}/{verb}", path(id)), &json!({})).await?;
    context.print(&answer, one);
    Ok(())
}

async fn test(
    context: &Context,
    client: &Client,
    id: &str,
    to: &[String],
    profile: Option<String>,
) -> anyhow::Result<()> {
    let mut body = json!({ "emails": to });
    if let Some(profile) = profile {
        body["profile_id"] = json!(profile);
    }
    let answer = client.post(&format!("{}/test", path(id)), &body).await?;
    let items = super::output::items(&answer);
    let result = |item: &Value| match item["error"].as_str() {
        None => format!("{}: sent", field(item, "/email")),
        Some(error) => format!("{}: {error}", field(item, "/email")),
    };
    context.print(&answer, |_| items.iter().map(result).collect::<Vec<_>>().join("\n"));
    let failed = items.iter().filter(|item| item["error"].is_string()).count();
    if failed > 0 {
        Err(Failure::Refused(format!("{failed} of {} did not go out", items.len())).into())
    } else {
        Ok(())
    }
}

async fn launch(context: &Context, client: &Client, id: &str, confirm: Option<u64>, watch: bool) -> anyhow::Result<()> {
    let recipients = match confirm {
        Some(number) => number,
        None => count(&client.get(&format!("{}/review", path(id))).await?, "/recipients"),
    };
    let body = json!({ "confirm_recipients": recipients });
    let mut campaign = client.post(&format!("{}/launch", path(id)), &body).await?;
    if watch {
        follow::campaign(client, &escape(id)).await?;
        campaign = client.get(&path(id)).await?;
    }
    context.print(&campaign, |campaign| {
        let states = if watch { format!("\n{}", states_text(&campaign["progress"])) } else { String::new() };
        format!("{}  {}  to {recipients}{states}", field(campaign, "/id"), field(campaign, "/state"))
    });
    Ok(())
}

fn campaign_text(campaign: &Value) -> String {
    let head = [
        text("id", "/id"),
        text("name", "/name"),
        text("state", "/state"),
        text("held because", "/held"),
        text("subject", "/message/subject"),
        text("segment", "/segment_name"),
        time("created", "/created_at"),
        time("goes out", "/schedule/scheduled_at"),
        time("launched", "/launched_at"),
        time("finished", "/finished_at"),
    ];
    let progress = &campaign["progress"];
    let states = if count(progress, "/audience") > 0 { states_text(progress) } else { String::new() };
    format!("{}{}", facts(&head, campaign), section("Messages", &states))
}

fn review_text(review: &Value) -> String {
    let mut lines = vec![format!("{} of {} get it", field(review, "/recipients"), field(review, "/audience"))];
    for exclusion in review["exclusions"].as_array().into_iter().flatten() {
        lines.push(format!("  {} not: {}", field(exclusion, "/count"), field(exclusion, "/reason")));
    }
    for check in review["checks"].as_array().into_iter().flatten() {
        lines.push(format!("  {}: {}", field(check, "/severity"), field(check, "/detail")));
    }
    lines.join("\n")
}

/// Each message is in one state; what the mail server took is the sum of those it did not take back.
fn states_text(progress: &Value) -> String {
    let number = |name: &str| count(progress, &format!("/{name}"));
    let audience = number("audience");
    let mut rows = vec![("audience", audience, String::new())];
    let mut row = |name, part: u64, note: &str| {
        if part > 0 {
            rows.push((name, part, [share(part, audience).as_str(), note].join("  ").trim_end().to_owned()));
        }
    };
    row("handed over", handed_over(progress), "taken by the mail server and not bounced");
    row("  of these seen to arrive", number("delivered"), "");
    row("bounced", number("bounced"), "refused by the mail server, then or later");
    row("failed", number("failed"), "could not be sent");
    row("skipped", number("skipped"), "consent, suppression or no address at the moment of sending");
    row("unconfirmed", number("unconfirmed"), "handed over without an answer: may have been sent");
    row("waiting", number("pending") + number("sending"), "");
    let width = rows.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    let digits = audience.to_string().len();
    let line = |(name, part, note): &(&str, u64, String)| format!("{name:<width$}  {part:>digits$}  {note}");
    rows.iter().map(|row| line(row).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn report_text(report: &Value) -> String {
    let handed = handed_over(&report["progress"]);
    let counted = |what: &str| {
        let (human, unique) = (count(report, &format!("/{what}/human")), count(report, &format!("/{what}/unique")));
        let machine = count(report, &format!("/{what}/machine"));
        format!(
            "{unique} people ({} of those handed over), {human} times; machines {machine} times",
            share(unique, handed)
        )
    };
    let results = [
        format!("opened        {}", counted("opens")),
        format!("clicked       {}", counted("clicks")),
        format!("unsubscribed  {}", field(report, "/unsubscribes")),
        format!("complained    {}", field(report, "/complaints")),
        format!(
            "orders        {}, revenue {}, within {} days ({})",
            field(report, "/conversions/orders"),
            money(report, "/conversions/revenue"),
            field(report, "/conversions/window_days"),
            field(report, "/conversions/model").replace('_', " ")
        ),
    ];
    let list = |name: &str| report[name].as_array().cloned().unwrap_or_default();
    let links = [
        number("PEOPLE", "/unique"),
        number("CLICKS", "/clicks_human"),
        number("MACHINES", "/clicks_machine"),
        whole("LINK", "/url"),
    ];
    let failures = [number("COUNT", "/count"), text("WHY", "/reason"), text("SUCH AS", "/example")];
    let channels = ["online", "shop", "phone"].map(|channel| {
        let mut tally = report["conversions"][channel].clone();
        tally["channel"] = json!(channel);
        tally
    });
    let by_channel = [text("CHANNEL", "/channel"), number("ORDERS", "/orders"), amount("REVENUE", "/revenue")];
    [
        states_text(&report["progress"]),
        section("Results", &results.join("\n")),
        section("Orders by channel", &table(&by_channel, &channels)),
        section("Links", &table(&links, &list("links"))),
        section("Not delivered", &table(&failures, &list("failures"))),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivered_message_counts_as_handed_over() {
        let progress = json!({ "audience": 10, "sent": 0, "delivered": 8, "bounced": 1, "skipped": 1 });
        let text = states_text(&progress).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("handed over 8 80.0 %"), "{text}");
        assert!(text.contains("bounced 1 10.0 %"), "{text}");
        assert!(!text.contains("failed"), "{text}");
    }

    #[test]
    fn a_report_of_nothing_divides_by_nothing() {
        let text = report_text(&json!({ "progress": { "audience": 0 } }));
        assert!(text.contains("0 people (– of those handed over)"), "{text}");
    }
}
