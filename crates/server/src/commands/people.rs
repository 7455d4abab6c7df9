//! `tutti people`: customers, one by one.
//!
//! Whoever is meant by WHO is an id (`prf_…`), or an e-mail address, phone number or other text that finds one person.

use super::client::{Client, escape, with_query};
use super::input::{confirm, pairs, split};
use super::output::{Column, PageArgs, amount, facts, field, items, list, number, section, shown, table, text, time};
use super::{Context, Failure};
use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};
use std::path::PathBuf;

/// People shown when WHO finds several.
const CANDIDATES: usize = 5;

const COLUMNS: [Column; 7] = [
    text("ID", "/id"),
    text("NAME", "/label"),
    text("E-MAIL", "/email"),
    text("COUNTRY", "/country"),
    number("EVENTS", "/events"),
    number("ORDERS", "/orders"),
    time("LAST SEEN", "/last_seen"),
];

#[derive(Subcommand)]
pub enum PeopleCommand {
    /// Everybody, or who fits.
    List {
        /// Only members of this segment (seg_…).
        #[arg(long)]
        segment: Option<String>,
        /// last_seen, created, events, orders or revenue
        #[arg(long)]
        sort: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Who has this name, e-mail address, phone number or id.
    Search {
        text: String,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Everything about one person.
    Show { who: String },
    /// What they did and what we did, newest first.
    Timeline {
        who: String,
        /// web, app, shop, phone, email, …
        #[arg(long)]
        channel: Option<String>,
        /// Only this event, such as "Order Completed".
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Make a person, or complete the one that has one of the identifiers.
    Create {
        /// kind=value: email=ann@example.com, user_id=42, phone=+31…, loyalty_card=…
        #[arg(long = "id", required = true)]
        identifiers: Vec<String>,
        /// name=value, as often as needed.
        #[arg(long = "trait")]
        traits: Vec<String>,
    },
    /// Set traits: `tutti people set ann@example.com city=Leeuwarden vip=true`; `name=null` takes one back.
    Set {
        who: String,
        #[arg(required = true)]
        traits: Vec<String>,
    },
    /// What was said about contacting them; with --channel and --state, say something on their behalf.
    Consent {
        who: String,
        #[arg(long, requires = "state")]
        channel: Option<String>,
        /// subscribed or unsubscribed
        #[arg(long, requires = "channel")]
        state: Option<String>,
        /// How you know: the words they agreed to.
        #[arg(long)]
        proof: Option<String>,
    },
    /// Everything that is held about a person, as one file.
    Export {
        who: String,
        /// json, or html: a page to read, in the person's language.
        #[arg(long, default_value = "json")]
        format: String,
        /// File to write; standard output unless told.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Erase a person everywhere: views, history, log. Not to be undone.
    Erase {
        who: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Anonymise a person: erased everywhere, but what happened is still counted, as nobody's. Not to be undone.
    Anonymise {
        who: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Say that two are one, whatever the rules say. `split --revive` undoes it.
    Merge {
        who: String,
        other: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Say that one is two: take identifiers out, or undo a merge.
    Split {
        who: String,
        /// An identifier that leaves, as KIND=VALUE; may be given several times.
        #[arg(long = "identifier")]
        identifiers: Vec<String>,
        /// The id of a person that was merged into this one and comes back.
        #[arg(long)]
        revive: Option<String>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

pub async fn run(command: PeopleCommand, context: &Context) -> anyhow::Result<()> {
    match command {
        PeopleCommand::List { segment, sort, page } => {
            let given = [("segment", segment.as_deref()), ("sort", sort.as_deref())];
            context.list(&with_query("/api/v1/profiles", &given), &page, &COLUMNS).await
        }
        PeopleCommand::Search { text, page } => {
            context.list(&with_query("/api/v1/profiles", &[("q", Some(&text))]), &page, &COLUMNS).await
        }
        PeopleCommand::Show { who } => {
            let person = person(&context.client()?, &who).await?;
            context.print(&person, person_text);
            Ok(())
        }
        PeopleCommand::Timeline { who, channel, name, page } => {
            let path = format!("/api/v1/profiles/{}/timeline", id_of(&context.client()?, &who).await?);
            let given = [("channel", channel.as_deref()), ("name", name.as_deref())];
            let columns =
                [time("AT", "/at"), text("CHANNEL", "/channel"), text("EVENT", "/name"), text("WHAT", "/summary")];
            context.list(&with_query(&path, &given), &page, &columns).await
        }
        PeopleCommand::Create { identifiers, traits } => {
            let split = identifiers.iter().map(|pair| split(pair));
            let ids: Vec<Value> = split
                .map(|pair| pair.map(|(kind, value)| json!({ "kind": kind, "value": value })))
                .collect::<anyhow::Result<_>>()?;
            let body = json!({ "identifiers": ids, "traits": pairs(&traits)? });
            let answer = context.client()?.post("/api/v1/profiles", &body).await?;
            context.print(&answer, |answer| match answer["id"].as_str() {
                Some(id) => id.to_owned(),
                None => "accepted; not visible yet".into(),
            });
            Ok(())
        }
        PeopleCommand::Set { who, traits } => {
            let client = context.client()?;
            let path = format!("/api/v1/profiles/{}", id_of(&client, &who).await?);
            let person = client.patch(&path, &json!({ "traits": pairs(&traits)? })).await?;
            context.print(&person, |person| table(&TRAITS, rows(person, "traits")));
            Ok(())
        }
        PeopleCommand::Consent { who, channel, state, proof } => consent(context, &who, channel, state, proof).await,
        PeopleCommand::Export { who, format, out } => export(&context.client()?, &who, &format, out).await,
        PeopleCommand::Erase { who, yes } => {
            let client = context.client()?;
            let person = person(&client, &who).await?;
            let (id, name) = (field(&person, "/id"), shown(&field(&person, "/label")));
            confirm(yes, &format!("this erases {name} ({id}) for ever"))?;
            let answer = client.delete(&format!("/api/v1/profiles/{id}")).await?;
            context.print(&answer, |answer| format!("{} is erased; receipt {}", id, field(answer, "/message_id")));
            Ok(())
        }
        PeopleCommand::Anonymise { who, yes } => {
            let client = context.client()?;
            let person = person(&client, &who).await?;
            let (id, name) = (field(&person, "/id"), shown(&field(&person, "/label")));
            confirm(yes, &format!("this erases {name} ({id}) for ever; what happened stays, as nobody's"))?;
            let answer = client.post(&format!("/api/v1/profiles/{id}/anonymise"), &Value::Null).await?;
            context.print(&answer, |answer| format!("{} is anonymised; receipt {}", id, field(answer, "/message_id")));
            Ok(())
        }
        PeopleCommand::Merge { who, other, yes } => merge(context, &who, &other, yes).await,
        PeopleCommand::Split { who, identifiers, revive, yes } => {
            take_apart(context, &who, &identifiers, revive.as_deref(), yes).await
        }
    }
}

const TRAITS: [Column; 4] =
    [text("TRAIT", "/name"), text("VALUE", "/value"), text("FROM", "/source"), time("SINCE", "/updated_at")];

fn rows<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn person_text(person: &Value) -> String {
    let head = [
        text("id", "/id"),
        text("name", "/label"),
        text("e-mail", "/email"),
        text("phone", "/phone"),
        text("city", "/city"),
        text("country", "/country"),
        list("seen on", "/channels"),
        time("first seen", "/first_seen"),
        time("last seen", "/last_seen"),
        number("events", "/events"),
        number("orders", "/value/orders"),
        amount("revenue", "/value/revenue"),
        time("last order", "/value/last_order_at"),
        list("merged from", "/merged_from"),
    ];
    let consent = [text("CHANNEL", "/channel"), text("STATE", "/state"), time("SINCE", "/at"), text("FROM", "/source")];
    let identifiers = [text("KIND", "/kind"), text("VALUE", "/value"), time("LAST SEEN", "/last_seen")];
    let segments = [text("ID", "/id"), text("NAME", "/name"), time("SINCE", "/entered_at")];
    let messages = [text("CAMPAIGN", "/campaign_name"), text("STATE", "/state"), time("SENT", "/sent_at")];
    let suppressed = [text("CHANNEL", "/channel"), text("ADDRESS", "/address"), text("REASON", "/reason")];
    let conflicts =
        [text("KIND", "/kind"), text("VALUE", "/value"), text("OWNER", "/owner_id"), text("WHY", "/reason")];
    let block = |head: &str, columns: &[Column], name: &str| section(head, &table(columns, rows(person, name)));
    [
        facts(&head, person),
        block("Traits", &TRAITS, "traits"),
        block("Identifiers", &identifiers, "identifiers"),
        block("Consent", &consent, "consent"),
        block("Suppressed", &suppressed, "suppressed"),
        block("Segments", &segments, "segments"),
        block("Messages", &messages, "messages"),
        block("Identifiers that could not be joined", &conflicts, "conflicts"),
    ]
    .concat()
}

/// The person meant, whole.
async fn person(client: &Client, who: &str) -> anyhow::Result<Value> {
    client.get(&format!("/api/v1/profiles/{}", id_of(client, who).await?)).await
}

/// The id of the person meant.
pub async fn id_of(client: &Client, who: &str) -> anyhow::Result<String> {
    if who.starts_with("prf_") {
        return Ok(escape(who));
    }
    let found = client.pages(&with_query("/api/v1/profiles", &[("q", Some(who))]), CANDIDATES + 1).await?;
    let exact: Vec<&Value> =
        items(&found).iter().filter(|one| one["email"] == who || one["phone"] == who || one["label"] == who).collect();
    if let [one] = exact.as_slice() {
        return Ok(field(one, "/id"));
    }
    match items(&found) {
        [one] => Ok(field(one, "/id")),
        [] => Err(Failure::NotFound(format!("nobody is found by \"{who}\"")).into()),
        many => {
            let names = many.iter().take(CANDIDATES);
            let names: Vec<String> =
                names.map(|one| format!("{} {}", field(one, "/id"), shown(&field(one, "/label")))).collect();
            Err(Failure::Usage(format!("\"{who}\" finds several: {}", names.join(", "))).into())
        }
    }
}

async fn consent(
    context: &Context,
    who: &str,
    channel: Option<String>,
    state: Option<String>,
    proof: Option<String>,
) -> anyhow::Result<()> {
    let client = context.client()?;
    let path = format!("/api/v1/profiles/{}/consent", id_of(&client, who).await?);
    let answer = match (channel, state) {
        (Some(channel), Some(state)) => {
            let proof = json!({ "method": "command line", "text": proof });
            client.put(&path, &json!({ "channel": channel, "state": state, "proof": proof })).await?
        }
        _ => client.get(&path).await?,
    };
    context.print(&answer, |answer| {
        let columns = [
            text("CHANNEL", "/channel"),
            text("STATE", "/state"),
            time("SINCE", "/at"),
            text("HOW", "/proof/method"),
            text("WORDS", "/proof/text"),
        ];
        table(&columns, items(answer))
    });
    Ok(())
}

async fn export(client: &Client, who: &str, format: &str, out: Option<PathBuf>) -> anyhow::Result<()> {
    let path =
        format!("/api/v1/profiles/{}/export?format={}", id_of(client, who).await?, super::client::escape(format));
    let data = client.bytes(&path).await?;
    let Some(path) = out else {
        super::output::line(String::from_utf8_lossy(&data).trim_end());
        return Ok(());
    };
    std::fs::write(&path, &data).with_context(|| format!("cannot write {}", path.display()))?;
    eprintln!("{} bytes in {}", data.len(), path.display());
    Ok(())
}

async fn merge(context: &Context, who: &str, other: &str, yes: bool) -> anyhow::Result<()> {
    let client = context.client()?;
    let (one, two) = (person(&client, who).await?, person(&client, other).await?);
    let name = |person: &Value| format!("{} ({})", shown(&field(person, "/label")), field(person, "/id"));
    confirm(yes, &format!("this makes one of {} and {}", name(&one), name(&two)))?;
    let path = format!("/api/v1/profiles/{}/merge", field(&one, "/id"));
    let answer = client.post(&path, &json!({ "with": field(&two, "/id") })).await?;
    context.print(&answer, |answer| {
        format!(
            "one person now: {}; undo with: tutti people split {0} --revive {}",
            field(answer, "/profile"),
            field(answer, "/merged")
        )
    });
    Ok(())
}

async fn take_apart(
    context: &Context,
    who: &str,
    identifiers: &[String],
    revive: Option<&str>,
    yes: bool,
) -> anyhow::Result<()> {
    let client = context.client()?;
    let one = person(&client, who).await?;
    let mut leaving = Vec::new();
    for pair in identifiers {
        let (kind, value) = split(pair)?;
        leaving.push(json!({ "kind": kind, "value": value }));
    }
    let mut body = json!({ "identifiers": leaving });
    if let Some(revive) = revive {
        body["revive"] = revive.into();
    }
    let path = format!("/api/v1/profiles/{}/split", field(&one, "/id"));
    let preview = client.post(&format!("{path}-preview"), &body).await?;
    let side = |side: &str| {
        let named = rows(&preview[side], "identifiers")
            .iter()
            .map(|held| format!("{}={}", field(held, "/kind"), field(held, "/value")));
        format!("{} events, {}", preview[side]["events"], named.collect::<Vec<_>>().join(" "))
    };
    confirm(
        yes,
        &format!("stays: {}\nleaves: {}\nthey are never joined again by themselves", side("stays"), side("leaves")),
    )?;
    let answer = client.post(&path, &body).await?;
    context.print(&answer, |answer| {
        format!("two people now: {} and {}", field(answer, "/profile"), field(answer, "/new"))
    });
    Ok(())
}
