//! `tutti campaign`.

use super::client::{Client, ServerArgs};
use super::segment::read_json;
use super::{field, money};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::time::Duration;

const PROGRESS_EVERY: Duration = Duration::from_millis(500);

#[derive(Subcommand)]
pub enum CampaignCommand {
    /// Make a draft.
    Create {
        #[command(flatten)]
        server: ServerArgs,
        #[arg(long)]
        name: String,
        #[arg(long)]
        segment: String,
        /// The message as JSON, or @FILE (see docs/reference/messages.md).
        #[arg(long)]
        message: String,
    },
    /// All campaigns, newest first.
    List {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// What a launch would do now: who gets it, who not and why, what stands in the way.
    Review {
        #[command(flatten)]
        server: ServerArgs,
        id: String,
    },
    /// Send a test to addresses of your own.
    Test {
        #[command(flatten)]
        server: ServerArgs,
        id: String,
        #[arg(long = "to", required = true)]
        to: Vec<String>,
        /// Made personal for this customer (prf_…).
        #[arg(long)]
        profile: Option<String>,
    },
    /// Launch to everybody the review counts.
    Launch {
        #[command(flatten)]
        server: ServerArgs,
        id: String,
        /// The number of recipients you expect; the launch is refused when it is another.
        #[arg(long)]
        confirm_recipients: Option<u64>,
        /// Stay and show progress until it is finished.
        #[arg(long)]
        watch: bool,
    },
    Pause {
        #[command(flatten)]
        server: ServerArgs,
        id: String,
    },
    Resume {
        #[command(flatten)]
        server: ServerArgs,
        id: String,
    },
    Cancel {
        #[command(flatten)]
        server: ServerArgs,
        id: String,
    },
    /// What came of it.
    Report {
        #[command(flatten)]
        server: ServerArgs,
        id: String,
    },
}

pub async fn run(command: CampaignCommand, json: bool) -> anyhow::Result<()> {
    match command {
        CampaignCommand::Create { server, name, segment, message } => {
            let body =
                json!({ "name": name, "segment_id": segment, "channel": "email", "message": read_json(&message)? });
            let answer = Client::new(&server)?.post("/api/v1/campaigns", &body).await?;
            super::print(json, &answer, line);
        }
        CampaignCommand::List { server } => {
            let answer = Client::new(&server)?.get("/api/v1/campaigns").await?;
            super::print(json, &answer, |answer| {
                answer["items"].as_array().into_iter().flatten().map(line).collect::<Vec<_>>().join("\n")
            });
        }
        CampaignCommand::Review { server, id } => {
            let answer = Client::new(&server)?.get(&format!("/api/v1/campaigns/{id}/review")).await?;
            super::print(json, &answer, review_text);
        }
        CampaignCommand::Test { server, id, to, profile } => {
            let body = json!({ "emails": to, "profile_id": profile });
            let answer = Client::new(&server)?.post(&format!("/api/v1/campaigns/{id}/test"), &body).await?;
            super::print(json, &answer, ToString::to_string);
        }
        CampaignCommand::Launch { server, id, confirm_recipients, watch } => {
            launch(&Client::new(&server)?, &id, confirm_recipients, watch, json).await?;
        }
        CampaignCommand::Pause { server, id } => act(&server, &id, "pause", json).await?,
        CampaignCommand::Resume { server, id } => act(&server, &id, "resume", json).await?,
        CampaignCommand::Cancel { server, id } => act(&server, &id, "cancel", json).await?,
        CampaignCommand::Report { server, id } => {
            let answer = Client::new(&server)?.get(&format!("/api/v1/campaigns/{id}/report")).await?;
            super::print(json, &answer, report_text);
        }
    }
    Ok(())
}

fn line(campaign: &Value) -> String {
    format!("{}  {}  {}", field(campaign, "/id"), field(campaign, "/state"), field(campaign, "/name"))
}

async fn act(server: &ServerArgs, id: &str, verb: &str, json: bool) -> anyhow::Result<()> {
    let answer = Client::new(server)?.post(&format!("/api/v1/campaigns/{id}/{verb}"), &json!({})).await?;
    super::print(json, &answer, line);
    Ok(())
}

async fn launch(client: &Client, id: &str, confirm: Option<u64>, watch: bool, json: bool) -> anyhow::Result<()> {
    let recipients = match confirm {
        Some(number) => number,
        None => client.get(&format!("/api/v1/campaigns/{id}/review")).await?["recipients"].as_u64().unwrap_or(0),
    };
    let body = json!({ "confirm_recipients": recipients });
    let answer = client.post(&format!("/api/v1/campaigns/{id}/launch"), &body).await?;
    if watch {
        follow(client, id).await?;
    }
    let campaign = if watch { client.get(&format!("/api/v1/campaigns/{id}")).await? } else { answer };
    super::print(json, &campaign, |campaign| format!("{}  to {recipients}", line(campaign)));
    Ok(())
}

/// A progress bar until the campaign is finished, paused or cancelled.
async fn follow(client: &Client, id: &str) -> anyhow::Result<()> {
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} sent, {per_sec}, {eta} left")?);
    loop {
        let campaign = client.get(&format!("/api/v1/campaigns/{id}")).await?;
        let number = |name: &str| campaign["progress"][name].as_u64().unwrap_or(0);
        bar.set_length(number("audience"));
        bar.set_position(number("audience").saturating_sub(number("pending") + number("sending")));
        if !matches!(campaign["state"].as_str(), Some("launching" | "sending")) {
            bar.finish_and_clear();
            return Ok(());
        }
        tokio::time::sleep(PROGRESS_EVERY).await;
    }
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

fn report_text(report: &Value) -> String {
    [
        format!(
            "sent {}  delivered {}  bounced {}  failed {}  skipped {}",
            field(report, "/progress/sent"),
            field(report, "/progress/delivered"),
            field(report, "/progress/bounced"),
            field(report, "/progress/failed"),
            field(report, "/progress/skipped")
        ),
        format!("opens by people {} (machines {})", field(report, "/opens/human"), field(report, "/opens/machine")),
        format!("clicks by people {} (machines {})", field(report, "/clicks/human"), field(report, "/clicks/machine")),
        format!("unsubscribes {}  complaints {}", field(report, "/unsubscribes"), field(report, "/complaints")),
        format!(
            "orders {}  revenue {}  (within {} days, last touch)",
            field(report, "/conversions/orders"),
            money(report, "/conversions/revenue"),
            field(report, "/conversions/window_days")
        ),
    ]
    .join("\n")
}
