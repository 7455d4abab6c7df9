//! `tutti source`: where events come from.

use super::client::{Client, escape};
use super::output::{Column, PageArgs, facts, field, number, table, text, time};
use super::{Context, Failure, input};
use clap::Subcommand;
use serde_json::{Value, json};

const COLUMNS: [Column; 7] = [
    text("ID", "/id"),
    text("NAME", "/name"),
    text("KIND", "/kind"),
    text("WRITE KEY", "/write_key"),
    number("EVENTS", "/events"),
    number("REJECTED", "/rejected"),
    time("LAST EVENT", "/last_event_at"),
];

#[derive(Subcommand)]
pub enum SourceCommand {
    /// All sources, with their write keys.
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Make a source with its write key.
    #[command(visible_alias = "create")]
    Add {
        #[arg(long)]
        name: String,
        /// website, app, server, shop, phone or other
        #[arg(long)]
        kind: String,
    },
    /// One source.
    Show { id: String },
    /// Give it another name.
    Rename {
        id: String,
        #[arg(long)]
        name: String,
    },
    /// Give it a new write key; the old one is accepted for 24 hours more.
    Rotate { id: String },
    /// The last calls that were refused, and why.
    Rejections {
        id: String,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Code to paste, with address and key filled in.
    Snippet {
        id: String,
        /// website, curl, node or python; after the kind of the source unless told.
        #[arg(long)]
        language: Option<String>,
    },
    /// Remove a source: its keys stop working at once, its events stay.
    #[command(visible_alias = "delete")]
    Remove {
        id: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

fn path(id: &str) -> String {
    format!("/api/v1/sources/{}", escape(id))
}

pub async fn run(command: SourceCommand, context: &Context) -> anyhow::Result<()> {
    let one = |source: &Value| table(&COLUMNS, std::slice::from_ref(source));
    match command {
        SourceCommand::List { page } => context.list("/api/v1/sources", &page, &COLUMNS).await?,
        SourceCommand::Add { name, kind } => {
            let source = context.client()?.post("/api/v1/sources", &json!({ "name": name, "kind": kind })).await?;
            context.print(&source, one);
        }
        SourceCommand::Show { id } => {
            let source = context.client()?.get(&path(&id)).await?;
            context.print(&source, source_text);
        }
        SourceCommand::Rename { id, name } => {
            let source = context.client()?.patch(&path(&id), &json!({ "name": name })).await?;
            context.print(&source, one);
        }
        SourceCommand::Rotate { id } => {
            let source = context.client()?.post(&format!("{}/rotate", path(&id)), &json!({})).await?;
            context.print(&source, source_text);
        }
        SourceCommand::Rejections { id, page } => {
            let columns =
                [time("AT", "/at"), text("CODE", "/code"), text("WHERE", "/pointer"), text("WHAT", "/detail")];
            context.list(&format!("{}/rejections", path(&id)), &page, &columns).await?;
        }
        SourceCommand::Snippet { id, language } => snippet(context, &context.client()?, &id, language).await?,
        SourceCommand::Remove { id, yes } => {
            input::confirm(yes, &format!("whatever sends with the key of {id} is refused from now on"))?;
            let answer = context.client()?.delete(&path(&id)).await?;
            context.print(&answer, |_| format!("{id} is removed"));
        }
    }
    Ok(())
}

fn source_text(source: &Value) -> String {
    let head = [
        text("id", "/id"),
        text("name", "/name"),
        text("kind", "/kind"),
        text("write key", "/write_key"),
        number("events", "/events"),
        number("rejected", "/rejected"),
        time("last event", "/last_event_at"),
        text("last error", "/last_error"),
        time("last error at", "/last_error_at"),
    ];
    let old = [text("OLD KEY", "/write_key"), time("ACCEPTED UNTIL", "/accepted_until")];
    let old_keys = source["old_keys"].as_array().map_or(&[][..], Vec::as_slice);
    let old_keys = if old_keys.is_empty() { String::new() } else { format!("\n\n{}", table(&old, old_keys)) };
    format!("{}{old_keys}", facts(&head, source))
}

async fn snippet(context: &Context, client: &Client, id: &str, language: Option<String>) -> anyhow::Result<()> {
    let source = client.get(&path(id)).await?;
    let language = language.unwrap_or_else(|| match source["kind"].as_str() {
        Some("website") => "website".into(),
        _ => "curl".into(),
    });
    let (key, url) = (field(&source, "/write_key"), client.url());
    let Some(code) = code(&language, url, &key) else {
        return Err(Failure::Usage("a language is website, curl, node or python".into()).into());
    };
    context.print(&json!({ "language": language, "code": code }), |_| code.clone());
    Ok(())
}

fn code(language: &str, url: &str, key: &str) -> Option<String> {
    Some(match language {
        "website" => format!(
            r#"<script src="{url}/sdk/tutti.js" data-write-key="{key}" async></script>
<script>
  window.tutti = window.tutti || [];
  tutti.push(["track", "Product Viewed", {{ product_id: "sku-1", price: 89.95 }}]);
</script>"#
        ),
        "curl" => format!(
            r#"curl -sS -u '{key}:' -H 'content-type: application/json' {url}/v1/track \
  -d '{{"userId":"customer-1","event":"Order Completed","properties":{{"order_id":"1001","revenue":89.95,"currency":"EUR"}}}}'"#
        ),
        "node" => format!(
            r#"import {{ Analytics }} from '@segment/analytics-node';
const analytics = new Analytics({{ writeKey: '{key}', host: '{url}' }});
analytics.track({{ userId: 'customer-1', event: 'Order Completed', properties: {{ order_id: '1001', revenue: 89.95, currency: 'EUR' }} }});
await analytics.closeAndFlush();"#
        ),
        "python" => format!(
            r#"from segment.analytics.client import Client
client = Client("{key}", host="{url}", gzip=True)
client.track("customer-1", "Order Completed", {{"order_id": "1001", "revenue": 89.95, "currency": "EUR"}})
client.flush()
client.join()"#
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn every_language_names_the_key_and_the_address() {
        for language in ["website", "curl", "node", "python"] {
            let code = code(language, "https://tutti.example.com", "wk_1").unwrap();
            assert!(code.contains("wk_1") && code.contains("https://tutti.example.com"), "{language}");
        }
        assert!(code("cobol", "u", "k").is_none());
    }
}
