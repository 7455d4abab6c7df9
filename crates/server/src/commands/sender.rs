//! `tutti sender`: how mail goes out.

use super::dns::{SystemRecords, Verdict, Wanted, verify};
use super::input::{read_json, read_text};
use super::output::{Column, facts, field, number, table, text, whole};
use super::{Context, Failure};
use clap::Subcommand;
use serde_json::{Map, Value, json};

const SENDER: [Column; 15] = [
    text("channel", "/channel"),
    text("from name", "/from_name"),
    text("from address", "/from_email"),
    text("reply to", "/reply_to"),
    text("postal address", "/postal_address"),
    text("bounce domain", "/bounce_domain"),
    text("SMTP host", "/smtp/host"),
    number("SMTP port", "/smtp/port"),
    text("SMTP security", "/smtp/tls"),
    text("SMTP user", "/smtp/username"),
    text("SMTP password set", "/smtp/password_set"),
    number("messages a second", "/smtp/rate_per_second"),
    number("connections", "/smtp/connections"),
    text("DKIM domain", "/dkim/domain"),
    text("DKIM selector", "/dkim/selector"),
];

#[derive(Subcommand)]
pub enum SenderCommand {
    /// How this workspace sends.
    Show,
    /// Change how it sends; what is not said stays.
    Set(Box<SetArgs>),
    /// Send a short message with the stored settings, to see whether they work.
    Test {
        #[arg(long = "to", required = true)]
        to: Vec<String>,
    },
    /// Ask DNS whether SPF, DKIM, DMARC and MX are right. Exit code 1 when something is bad.
    Verify,
    /// Make a DKIM key and print the record to publish. Mail is signed with it from now on.
    Dkim {
        /// Domain to sign for; that of the from address unless told.
        #[arg(long)]
        domain: Option<String>,
        #[arg(long, default_value = "tutti")]
        selector: String,
        /// rsa or ed25519
        #[arg(long, default_value = "rsa")]
        algorithm: String,
        /// Remove the key instead: mail goes out unsigned.
        #[arg(long, conflicts_with_all = ["domain"])]
        remove: bool,
    },
    /// Hand over a mail that came to the bounce address: a file, or - for standard input (as a mail server pipes it).
    Bounce { file: String },
}

#[derive(clap::Args)]
pub struct SetArgs {
    /// sandbox or smtp
    #[arg(long)]
    channel: Option<String>,
    #[arg(long)]
    from_name: Option<String>,
    #[arg(long)]
    from_email: Option<String>,
    #[arg(long)]
    reply_to: Option<String>,
    /// Stands below every mail, as the law asks.
    #[arg(long)]
    postal_address: Option<String>,
    #[arg(long)]
    bounce_domain: Option<String>,
    #[arg(long)]
    host: Option<String>,
    #[arg(long)]
    port: Option<u16>,
    /// none, starttls or tls
    #[arg(long)]
    tls: Option<String>,
    #[arg(long)]
    username: Option<String>,
    /// Kept encrypted.
    #[arg(long, env = "TUTTI_SMTP_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    #[arg(long)]
    rate_per_second: Option<f64>,
    #[arg(long)]
    connections: Option<u32>,
    /// Certificates (PEM) to trust, @FILE.
    #[arg(long)]
    ca_pem: Option<String>,
    /// Everything as JSON, @FILE or -; the flags win over it.
    #[arg(long)]
    settings: Option<String>,
}

pub async fn run(command: SenderCommand, context: &Context) -> anyhow::Result<()> {
    let client = context.client()?;
    match command {
        SenderCommand::Show => {
            context.print(&client.get("/api/v1/senders").await?, |sender| facts(&SENDER, sender));
        }
        SenderCommand::Set(args) => {
            let body = changed(client.get("/api/v1/senders").await?, *args)?;
            context.print(&client.put("/api/v1/senders", &body).await?, |sender| facts(&SENDER, sender));
        }
        SenderCommand::Test { to } => {
            let answer = client.post("/api/v1/senders/test", &json!({ "to": to })).await?;
            let results = answer["results"].as_array().cloned().unwrap_or_default();
            let line = |result: &Value| match result["error"].as_str() {
                None => format!("{}: taken", field(result, "/address")),
                Some(error) => format!("{}: {error}", field(result, "/address")),
            };
            context.print(&answer, |_| results.iter().map(line).collect::<Vec<_>>().join("\n"));
            let refused = results.iter().filter(|result| result["accepted"] != true).count();
            if refused > 0 {
                return Err(Failure::Refused(format!("{refused} of {} were not taken", results.len())).into());
            }
        }
        SenderCommand::Verify => verify_dns(context, &client.get("/api/v1/senders").await?).await?,
        SenderCommand::Dkim { remove: true, .. } => {
            let answer = client.delete("/api/v1/senders/dkim").await?;
            context.print(&answer, |_| "mail goes out unsigned".into());
        }
        SenderCommand::Dkim { domain, selector, algorithm, .. } => {
            let domain = match domain {
                Some(domain) => domain,
                None => domain_of(&client.get("/api/v1/senders").await?)?,
            };
            let body = json!({ "domain": domain, "selector": selector, "algorithm": algorithm });
            let answer = client.post("/api/v1/senders/dkim", &body).await?;
            context.print(&answer, |answer| {
                format!("{}  TXT\n\"{}\"", field(answer, "/dns_name"), field(answer, "/dns_record"))
            });
        }
        SenderCommand::Bounce { file } => {
            let mail = read_text(if file == "-" { "-".to_owned() } else { format!("@{file}") }.as_str())?;
            let request = client.request(reqwest::Method::POST, "/api/v1/senders/bounces");
            let answer = client.send(request.header("content-type", "message/rfc822").body(mail)).await?;
            let found = answer["classified"].as_array().cloned().unwrap_or_default();
            let columns = [
                text("ADDRESS", "/address"),
                text("KIND", "/kind"),
                text("STATUS", "/status"),
                text("DONE", "/action"),
            ];
            context.print(&answer, |_| table(&columns, &found));
        }
    }
    Ok(())
}

/// The stored settings with what was said over them. Keys that only answers have are left out.
fn changed(mut sender: Value, args: SetArgs) -> anyhow::Result<Value> {
    if let Some(settings) = &args.settings {
        sender = read_json(settings)?;
    }
    let Some(settings) = sender.as_object_mut() else {
        return Err(Failure::Usage("the settings are an object".into()).into());
    };
    settings.remove("dkim");
    let texts = [
        ("channel", args.channel),
        ("from_name", args.from_name),
        ("from_email", args.from_email),
        ("reply_to", args.reply_to),
        ("postal_address", args.postal_address),
        ("bounce_domain", args.bounce_domain),
    ];
    settings.extend(texts.into_iter().filter_map(|(name, value)| value.map(|value| (name.into(), json!(value)))));
    let mut smtp = settings.get("smtp").and_then(Value::as_object).cloned().unwrap_or_default();
    smtp.remove("password_set");
    let said: Map<String, Value> = [
        ("host", args.host.map(Value::from)),
        ("port", args.port.map(Value::from)),
        ("tls", args.tls.map(Value::from)),
        ("username", args.username.map(Value::from)),
        ("password", args.password.map(Value::from)),
        ("rate_per_second", args.rate_per_second.map(Value::from)),
        ("connections", args.connections.map(Value::from)),
        ("ca_pem", args.ca_pem.map(|pem| read_text(&pem)).transpose()?.map(Value::from)),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value)))
    .collect();
    smtp.extend(said);
    settings.insert("smtp".into(), if smtp.is_empty() { Value::Null } else { Value::Object(smtp) });
    Ok(sender)
}

fn domain_of(sender: &Value) -> anyhow::Result<String> {
    match sender["from_email"].as_str().and_then(|address| address.rsplit_once('@')) {
        Some((_, domain)) => Ok(domain.to_owned()),
        None => Err(Failure::Refused("no from address is set: `tutti sender set --from-email …`".into()).into()),
    }
}

async fn verify_dns(context: &Context, sender: &Value) -> anyhow::Result<()> {
    let dkim = sender["dkim"].is_object();
    let wanted = Wanted {
        from_domain: domain_of(sender)?,
        bounce_domain: sender["bounce_domain"].as_str().unwrap_or_default().to_owned(),
        dkim: dkim.then(|| (field(sender, "/dkim/dns_name"), field(sender, "/dkim/dns_record"))),
    };
    let findings = verify(&SystemRecords::open()?, &wanted).await;
    let rows: Vec<Value> = findings.iter().map(|finding| json!(finding)).collect();
    let columns =
        [text("RECORD", "/record"), text("VERDICT", "/verdict"), text("NAME", "/name"), whole("DETAIL", "/detail")];
    context.print(&json!({ "items": rows }), |_| table(&columns, &rows));
    let bad = findings.iter().filter(|finding| finding.verdict == Verdict::Bad).count();
    anyhow::ensure!(bad == 0, "{bad} of {} records are not right", findings.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_stays() {
        let stored = json!({
            "channel": "smtp", "from_name": "Shop", "dkim": { "domain": "x" },
            "smtp": { "host": "mail.example", "port": 587, "password_set": true },
        });
        let args = SetArgs {
            port: Some(465),
            from_name: None,
            channel: None,
            from_email: None,
            reply_to: None,
            postal_address: None,
            bounce_domain: None,
            host: None,
            tls: None,
            username: None,
            password: None,
            rate_per_second: None,
            connections: None,
            ca_pem: None,
            settings: None,
        };
        let body = changed(stored, args).unwrap();
        let smtp = json!({ "host": "mail.example", "port": 465 });
        assert_eq!(body, json!({ "channel": "smtp", "from_name": "Shop", "smtp": smtp }));
    }
}
