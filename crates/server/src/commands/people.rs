//! `tutti people`: customers, one by one.
//!
//! Whoever is meant by WHO is an id (`prf_…`), or an e-mail address, phone number or other text that finds one person.

use super::client::{Client, escape, with_query};
use super::input::{confirm, pairs, split};
use super::output::{
    Column, PageArgs, amount, facts, field, items, list, number, section, shown, table, text, time, when,
};
use super::{Context, Failure};
use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// People shown when WHO finds several.
const CANDIDATES: usize = 5;
/// A merge is visible once the event went through the pipeline.
const MERGE_WAIT: Duration = Duration::from_secs(10);
const MERGE_LOOK_EVERY: Duration = Duration::from_millis(200);

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
    /// Say that two are one: the identifiers of both are declared together. Not to be undone.
    Merge {
        who: String,
        other: String,
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
        PeopleCommand::Merge { who, other, yes } => merge(context, &who, &other, yes).await,
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

/// Of these a call names one.
const SINGLE: [&str; 2] = ["user_id", "anonymous_id"];

/// There is one way to join people: an event that carries identifiers of both.
async fn merge(context: &Context, who: &str, other: &str, yes: bool) -> anyhow::Result<()> {
    let client = context.client()?;
    let (one, two) = (person(&client, who).await?, person(&client, other).await?);
    let (first, second) = (field(&one, "/id"), field(&two, "/id"));
    if first == second {
        return Err(Failure::Refused(format!("both are {first} already")).into());
    }
    let name = |person: &Value| format!("{} ({})", shown(&field(person, "/label")), field(person, "/id"));
    let has_user_id = |person: &Value| rows(person, "identifiers").iter().any(|held| held["kind"] == "user_id");
    if has_user_id(&one) && has_user_id(&two) {
        let text =
            "both have a user id, and two user ids are joined only by an alias call of the source that gave them";
        return Err(Failure::Refused(text.into()).into());
    }
    let pairs =
        rows(&one, "identifiers").iter().flat_map(|one| rows(&two, "identifiers").iter().map(move |two| (one, two)));
    let Some((of_one, of_two)) = pairs
        .into_iter()
        .find(|(one, two)| one["kind"] != two["kind"] || !SINGLE.contains(&one["kind"].as_str().unwrap_or_default()))
    else {
        return Err(Failure::Refused("they have no two identifiers that one call can name".into()).into());
    };
    let named = |held: &Value| json!({ "kind": held["kind"], "value": held["value"] });
    let (of_one, of_two) = (named(of_one), named(of_two));
    confirm(yes, &format!("this makes one of {} and {} for ever", name(&one), name(&two)))?;
    client.post("/api/v1/profiles", &json!({ "identifiers": [of_one, of_two], "traits": {} })).await?;
    let until = Instant::now() + MERGE_WAIT;
    loop {
        let (one, two) = (person(&client, &first).await?, person(&client, &second).await?);
        if one["id"] == two["id"] {
            context.print(&one, |one| format!("one person now: {}", name(one)));
            return Ok(());
        }
        let refused = rows(&one, "conflicts").iter().chain(rows(&two, "conflicts")).max_by_key(|c| when(c, "/last_at"));
        if let (Some(conflict), true) = (refused, Instant::now() > until) {
            let text = format!("they stay apart: {} ({})", field(conflict, "/kind"), field(conflict, "/reason"));
            return Err(Failure::Refused(text).into());
        }
        anyhow::ensure!(
            Instant::now() < until,
            "they are still two after {} s; look again later",
            MERGE_WAIT.as_secs()
        );
        tokio::time::sleep(MERGE_LOOK_EVERY).await;
    }
}
