//! `tutti sandbox`: mails that were kept instead of sent, and what their readers would do with them.

use super::client::{Client, escape, http, with_query};
use super::output::{Column, PageArgs, facts, field, items, number, section, table, text, time, whole};
use super::{Context, Failure, output};
use clap::Subcommand;
use serde_json::{Value, json};

/// A mail reader of a person: hits of it count as human.
const READER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

const COLUMNS: [Column; 5] = [
    text("ID", "/id"),
    time("RECEIVED", "/received_at"),
    text("TO", "/to"),
    text("SUBJECT", "/subject"),
    number("BYTES", "/raw_size"),
];

#[derive(Subcommand)]
pub enum SandboxCommand {
    /// Kept mails, newest first.
    List {
        /// Part of the recipient, the sender or the subject.
        #[arg(long)]
        q: Option<String>,
        /// Only of this campaign (cmp_…).
        #[arg(long)]
        campaign: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// One mail: head, text, links.
    Show {
        id: String,
        /// Print the HTML part instead.
        #[arg(long)]
        html: bool,
        /// Print the mail as a relay would have got it.
        #[arg(long, conflicts_with = "html")]
        raw: bool,
    },
    /// Links of a mail, numbered.
    Links { id: String },
    /// Open a mail as its reader would: fetches the images.
    Open { id: String },
    /// Follow a link as the reader would: its number, or part of its text or address. (`tutti sandbox links`)
    Click { id: String, link: String },
    /// Unsubscribe with the one click that mail programs offer (RFC 8058).
    Unsubscribe { id: String },
}

pub async fn run(command: SandboxCommand, context: &Context) -> anyhow::Result<()> {
    match command {
        SandboxCommand::List { q, campaign, page } => {
            let given = [("q", q.as_deref()), ("campaign", campaign.as_deref())];
            context.list(&with_query("/api/v1/sandbox/messages", &given), &page, &COLUMNS).await?;
        }
        SandboxCommand::Show { id, html, raw } if html || raw => {
            let part = if html { "html" } else { "raw" };
            let data = context.client()?.bytes(&format!("{}/{part}", path(&id))).await?;
            output::line(String::from_utf8_lossy(&data).trim_end());
        }
        SandboxCommand::Show { id, .. } => {
            let mail = context.client()?.get(&path(&id)).await?;
            context.print(&mail, mail_text);
        }
        SandboxCommand::Links { id } => {
            let mail = context.client()?.get(&path(&id)).await?;
            let links = json!({ "items": numbered(&mail) });
            context.print(&links, |links| table(&LINKS, items(links)));
        }
        SandboxCommand::Open { id } => {
            let client = context.client()?;
            let html = client.bytes(&format!("{}/html", path(&id))).await?;
            let Some(pixel) = pixel(&String::from_utf8_lossy(&html)) else {
                return Err(Failure::Refused("this mail has no open pixel: it is a test, or has no HTML".into()).into());
            };
            visit(http()?.get(&pixel)).await?;
            context.print(&json!({ "opened": id }), |_| "opened".into());
        }
        SandboxCommand::Click { id, link } => click(context, &context.client()?, &id, &link).await?,
        SandboxCommand::Unsubscribe { id } => {
            let mail = context.client()?.get(&path(&id)).await?;
            let header = mail["headers"].as_array().into_iter().flatten();
            let header = header.clone().find(|h| field(h, "/name").eq_ignore_ascii_case("List-Unsubscribe"));
            let value = header.map(|header| field(header, "/value")).unwrap_or_default();
            let urls = value.split(['<', '>', ',']).map(str::trim);
            let Some(url) = urls.clone().find(|url| url.starts_with("http")) else {
                return Err(Failure::Refused("this mail has no List-Unsubscribe address".into()).into());
            };
            visit(http()?.post(url).form(&[("List-Unsubscribe", "One-Click")])).await?;
            context
                .print(&json!({ "unsubscribed": mail["to"] }), |_| format!("{} is unsubscribed", field(&mail, "/to")));
        }
    }
    Ok(())
}

const LINKS: [Column; 3] = [number("NO", "/number"), text("TEXT", "/text"), whole("ADDRESS", "/url")];

fn path(id: &str) -> String {
    format!("/api/v1/sandbox/messages/{}", escape(id))
}

fn numbered(mail: &Value) -> Vec<Value> {
    let links = mail["links"].as_array().into_iter().flatten().enumerate();
    links.map(|(at, link)| json!({ "number": at + 1, "text": link["text"], "url": link["url"] })).collect()
}

fn mail_text(mail: &Value) -> String {
    let head = [
        text("from", "/from"),
        text("to", "/to"),
        text("subject", "/subject"),
        time("received", "/received_at"),
        text("campaign", "/campaign_id"),
    ];
    let body = mail["text"].as_str().unwrap_or("(no text part; --html shows the HTML)");
    format!("{}\n\n{}{}", facts(&head, mail), body.trim_end(), section("Links", &table(&LINKS, &numbered(mail))))
}

/// The address of the image that tells of an open: below `/t/o/`.
fn pixel(html: &str) -> Option<String> {
    let mark = html.find("/t/o/")?;
    let start = html[..mark].rfind(['"', '\''])? + 1;
    let end = mark + html[mark..].find(['"', '\''])?;
    Some(html[start..end].replace("&amp;", "&"))
}

/// A request as a person's mail reader makes it; redirects to elsewhere are not followed.
async fn visit(request: reqwest::RequestBuilder) -> anyhow::Result<Option<String>> {
    let request = request.header("user-agent", READER);
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let request = request.build()?;
    let url = request.url().to_string();
    let response = http.execute(request).await?;
    if response.status().is_redirection() {
        let to = response.headers().get("location").and_then(|to| to.to_str().ok());
        return Ok(to.map(str::to_owned));
    }
    let status = response.status();
    anyhow::ensure!(status.is_success(), "{url} answered {status}");
    Ok(None)
}

async fn click(context: &Context, client: &Client, id: &str, link: &str) -> anyhow::Result<()> {
    let mail = client.get(&path(id)).await?;
    let links = numbered(&mail);
    let number: Option<u64> = link.parse().ok();
    let fits = |one: &&Value| match number {
        Some(number) => one["number"] == number,
        None => field(one, "/text").contains(link) || field(one, "/url").contains(link),
    };
    let Some(found) = links.iter().find(fits) else {
        return Err(Failure::NotFound(format!("no link \"{link}\" in this mail; `tutti sandbox links {id}`")).into());
    };
    let to = visit(http()?.get(field(found, "/url"))).await?;
    context.print(&json!({ "clicked": found["url"], "leads_to": to }), |answer| {
        format!("leads to {}", field(answer, "/leads_to"))
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::pixel;

    #[test]
    fn the_pixel_is_found_in_the_html() {
        let html = r#"<p>Hi</p><img alt="" src="http://127.0.0.1:7700/t/o/abc.def" width="1">"#;
        assert_eq!(pixel(html).as_deref(), Some("http://127.0.0.1:7700/t/o/abc.def"));
        assert_eq!(pixel("<p>Hi</p>"), None);
    }
}
