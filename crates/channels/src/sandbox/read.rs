//! Reads the sandbox's mail: list, search, open.

use super::SandboxChannel;
use async_trait::async_trait;
use base::{InboxMailId, MessageId, Page, PageRequest, WorkspaceId};
use db::{Row, Val};
use deliver::{DeliverError, Result, SandboxInbox, SandboxMail, SandboxMailBody};
use flate2::read::ZlibDecoder;
use mail_parser::MessageParser;
use std::io::Read;

const COLUMNS: &str = "id, message_id, campaign_id, sender, recipient, subject, received_ms, raw_bytes";
/// No mail of ours unpacks to more.
const RAW_BYTES_MAX: u64 = 32 * 1024 * 1024;

#[async_trait]
impl SandboxInbox for SandboxChannel {
    async fn list(
        &self,
        workspace: WorkspaceId,
        search: Option<&str>,
        campaign: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<SandboxMail>> {
        let mut sql = format!("SELECT {COLUMNS} FROM sandbox_message WHERE workspace_id = $1");
        let mut args: Vec<Val> = vec![workspace.into()];
        if let Some(id) = page.cursor.as_deref().and_then(|cursor| cursor.parse::<InboxMailId>().ok()) {
            args.push(Val::B(id.uuid().as_bytes().to_vec()));
            sql.push_str(&format!(" AND id < ${}", args.len()));
        }
        if let Some(campaign) = campaign {
            args.push(campaign.into());
            sql.push_str(&format!(" AND campaign_id = ${}", args.len()));
        }
        if let Some(search) = search.map(str::trim).filter(|search| !search.is_empty()) {
            let pattern = search.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
            args.push(format!("%{pattern}%").into());
            let at = args.len();
            sql.push_str(&format!(
                " AND (lower(recipient) LIKE ${at} ESCAPE '!' OR lower(sender) LIKE ${at} ESCAPE '!' OR lower(subject) LIKE ${at} ESCAPE '!')"
            ));
        }
        args.push(Val::I(i64::from(page.limit()) + 1));
        sql.push_str(&format!(" ORDER BY id DESC LIMIT ${}", args.len()));
        let rows = self.store.db.query(&sql, &args).await?;
        let items = rows.iter().map(mail_of).collect::<db::Result<Vec<_>>>()?;
        Ok(Page::cut(items, page.limit(), |last| last.id.to_string()))
    }

    async fn get(&self, workspace: WorkspaceId, id: InboxMailId) -> Result<Option<SandboxMailBody>> {
        let sql = format!("SELECT {COLUMNS}, raw FROM sandbox_message WHERE workspace_id = $1 AND id = $2");
        let args = [workspace.into(), Val::B(id.uuid().as_bytes().to_vec())];
        let Some(row) = self.store.db.query_one(&sql, &args).await? else { return Ok(None) };
        let mut raw = Vec::new();
        ZlibDecoder::new(row.bytes("raw")?.as_slice())
            .take(RAW_BYTES_MAX)
            .read_to_end(&mut raw)
            .map_err(|error| DeliverError::Render(format!("the kept mail is damaged: {error}")))?;
        Ok(Some(opened(mail_of(&row)?, raw)))
    }
}

fn opened(mail: SandboxMail, raw: Vec<u8>) -> SandboxMailBody {
    let mut body =
        SandboxMailBody { mail, headers: Vec::new(), html: None, text: None, links: Vec::new(), raw: Vec::new() };
    if let Some(message) = MessageParser::default().parse(&raw) {
        body.headers = message
            .headers_raw()
            .map(|(name, value)| (name.to_owned(), value.split_whitespace().collect::<Vec<_>>().join(" ")))
            .collect();
        body.html = message
            .html_part(0)
            .and_then(|part| part.text_contents())
            .map(str::to_owned)
            .filter(|_| has_html(&message));
        body.text = message.body_text(0).map(|text| text.into_owned());
        body.links = body.html.as_deref().map(links_in).unwrap_or_default();
    }
    body.raw = raw;
    body
}

/// mail-parser offers the text part as HTML too when there is no other.
fn has_html(message: &mail_parser::Message<'_>) -> bool {
    message.html_part(0).is_some_and(|part| part.is_text_html())
}

/// (text, address) of the links of our own HTML; not a general parser.
fn links_in(html: &str) -> Vec<(String, String)> {
    let mut links = Vec::new();
    let mut rest = html;
    while let Some(start) = find_anchor(rest) {
        rest = &rest[start..];
        let Some(open_end) = rest.find('>') else { break };
        let (tag, after) = rest.split_at(open_end + 1);
        let end = after.to_ascii_lowercase().find("</a").unwrap_or(after.len());
        if let Some(href) = attribute(tag, "href") {
            links.push((plain_text(&after[..end]), href.replace("&amp;", "&")));
        }
        rest = &after[end..];
    }
    links
}

fn find_anchor(html: &str) -> Option<usize> {
    let lower = html.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower[from..].find("<a") {
        let at = from + at;
        if lower.as_bytes().get(at + 2).is_some_and(u8::is_ascii_whitespace) {
            return Some(at);
        }
        from = at + 2;
    }
    None
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.to_ascii_lowercase().find(&format!("{name}="))? + name.len() + 1;
    let value = &tag[at..];
    let quote = value.chars().next().filter(|c| *c == '"' || *c == '\'');
    match quote {
        Some(quote) => value[1..].split(quote).next().map(str::to_owned),
        None => value.split(|c: char| c.is_whitespace() || c == '>').next().map(str::to_owned),
    }
}

fn plain_text(html: &str) -> String {
    let mut out = String::new();
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag => out.push(c),
            _ => {}
        }
    }
    let out = out
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn mail_of(row: &Row) -> db::Result<SandboxMail> {
    let id = |column: &str| -> db::Result<[u8; 16]> {
        let bytes = row.bytes(column)?;
        bytes.as_slice().try_into().map_err(|_| db::DbError::Decode {
            column: column.to_owned(),
            detail: format!("{} bytes instead of 16", bytes.len()),
        })
    };
    Ok(SandboxMail {
        id: InboxMailId::from_bytes(id("id")?),
        message: MessageId::from_bytes(id("message_id")?),
        campaign: row.text("campaign_id")?,
        from: row.text("sender")?,
        to: row.text("recipient")?,
        subject: row.text("subject")?,
        received_at: row.time("received_ms")?,
        raw_size: row.i64("raw_bytes")?.max(0) as u64,
    })
}
