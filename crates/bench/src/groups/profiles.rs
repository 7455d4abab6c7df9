//! What it costs to have many customers: bytes, finding one, reading what one did, working out a trait of everybody.

use super::Group;
use crate::Bench;
use crate::load::{self, Load, Shop, mix, person};
use crate::program::Program;
use crate::row::{Better, Row, median, number};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const NAME: &str = "profiles";
const CUSTOMERS: usize = 1_000_000;
const EVENTS_PER_CUSTOMER: usize = 10;
/// Events that a customer does one after the other: a visit to the shop.
const SESSION: u64 = 5;
/// Rows of one imported file, and events of one push: what the client holds in memory.
const SLAB: usize = 500_000;
const CONNECTIONS: usize = 16;
/// Questions of each sort.
const ASKED: usize = 200;
const PATIENCE: Duration = Duration::from_secs(3_600);
/// Filling 100 million events in two minutes.
const FILL_SECONDS_PER_EVENT: f64 = 120.0 / 100e6;

pub struct Profiles;

#[async_trait(?Send)]
impl Group for Profiles {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Made once: what is asked afterwards is asked often.
    async fn run(&self, bench: &Bench) -> anyhow::Result<Vec<Row>> {
        let (customers, events) = (bench.scaled(CUSTOMERS), bench.scaled(CUSTOMERS) * EVENTS_PER_CUSTOMER);
        let program = Program::start(&bench.program).await?;
        import(&program, customers).await?;
        let rate = push(&program, customers, events).await?;
        let size = format!("{} customers with {} events", number(customers as f64), number(events as f64));
        let mut rows = vec![Row::ours(
            "profiles.process",
            NAME,
            format!(
                "events accepted and worked off, visits of {SESSION} of customers drawn at random, until there are {size}"
            ),
            "events/s",
            Better::Higher,
            vec![rate],
        )];
        rows.extend(filled(&program, &size, events).await?);
        let program = program.restart().await?;
        rows.extend(kept(&program, &size, customers, events)?);
        rows.extend(asked(&program, &size, customers).await?);
        Ok(rows)
    }
}

async fn import(program: &Program, customers: usize) -> anyhow::Result<()> {
    for from in (0..customers).step_by(SLAB) {
        let start = Instant::now();
        let file = file(from..customers.min(from + SLAB));
        let made = program.upload("/api/v1/imports?kind=customers&format=csv&name=bench.csv", "text/csv", file).await?;
        let path = format!("/api/v1/imports/{}", made["id"].as_str().unwrap_or_default());
        let ended = async || Ok(program.get(&path).await?["state"] == "finished");
        program.until("the import to finish", PATIENCE, ended).await?;
        program.caught_up(PATIENCE).await?;
        eprintln!("   {} customers more in {:.1} s", number(SLAB as f64), start.elapsed().as_secs_f64());
    }
    Ok(())
}

fn file(range: std::ops::Range<usize>) -> Vec<u8> {
    let mut text = String::from("customer_id,email,first_name,last_name,city,country,shoe_size,email_consent\n");
    for who in range {
        let (first, last, city) = person(who as u64);
        let size = 36 + mix(who as u64) % 12;
        // Writing into memory does not fail.
        let _ =
            writeln!(text, "customer-{who:012},customer{who}@shop.example,{first},{last},{city},NL,{size},subscribed");
    }
    text.into_bytes()
}

/// Events a second from the first one sent until the last one is in every view.
async fn push(program: &Program, customers: usize, events: usize) -> anyhow::Result<f64> {
    let (key, start) = (program.write_key().await?, Instant::now());
    let mut thinking = Duration::ZERO;
    for (run, from) in (0..events).step_by(SLAB).enumerate() {
        let begun = Instant::now();
        let shop =
            Shop { known: customers as u64, new_per_mille: 0, merging: false, session: SESSION, run: run as u32 };
        let load = Load::make(&program.address, &key, shop, SLAB.min(events - from).div_ceil(load::BATCH));
        thinking += begun.elapsed();
        load.push(&program.address, CONNECTIONS).await?;
        program.caught_up(PATIENCE).await?;
        eprintln!(
            "   {} of {} events, these at {:.0}/s",
            number((from + SLAB).min(events) as f64),
            number(events as f64),
            SLAB.min(events - from) as f64 / begun.elapsed().as_secs_f64()
        );
    }
    Ok(events as f64 / (start.elapsed() - thinking).as_secs_f64())
}

/// A computed trait of everybody, filled from the history.
async fn filled(program: &Program, size: &str, events: usize) -> anyhow::Result<Vec<Row>> {
    let definition = json!({ "aggregate": "sum", "property": "price", "event": { "name": "Product Viewed" } });
    let start = Instant::now();
    let made = program
        .post("/api/v1/computed-traits", &json!({ "name": "looked_at_value", "definition": definition }))
        .await?;
    let path = format!("/api/v1/computed-traits/{}", made["id"].as_str().unwrap_or_default());
    let live = async || Ok(program.get(&path).await?["status"] == "live");
    program.until("the computed trait to be filled", PATIENCE, live).await?;
    let seconds = start.elapsed().as_secs_f64();
    program.caught_up(PATIENCE).await?;
    eprintln!("   filled in {seconds:.1} s, in every view after {:.1} s", start.elapsed().as_secs_f64());
    let what = format!("a computed trait filled from the history, {size}");
    Ok(vec![
        Row::ours("profiles.fill", NAME, what, "s", Better::Lower, vec![seconds])
            .bar(FILL_SECONDS_PER_EVENT * events as f64),
    ])
}

/// Bytes of what is kept.
fn kept(program: &Program, size: &str, customers: usize, events: usize) -> anyhow::Result<Vec<Row>> {
    let data = program.folder.join("data");
    let (lake, all) = (bytes_of(&data.join("lake"))?, bytes_of(&data)?);
    let inbox = bytes_of(&data.join("inbox"))?;
    let row =
        |id: &str, what: String, unit: &str, value: f64| Row::ours(id, NAME, what, unit, Better::Lower, vec![value]);
    Ok(vec![
        row(
            "profiles.bytes",
            format!("disk for one customer in every view, {size}"),
            "bytes",
            all.saturating_sub(lake).saturating_sub(inbox) as f64 / customers as f64,
        ),
        row(
            "profiles.event_bytes",
            format!("disk for one event of about 600 bytes in the history, {size}"),
            "bytes",
            lake as f64 / events as f64,
        ),
        row("profiles.memory", format!("resident memory after a restart, {size}"), "MiB", program.resident_mib()?),
    ])
}

fn bytes_of(path: &Path) -> anyhow::Result<u64> {
    let found = path.symlink_metadata()?;
    if !found.is_dir() {
        return Ok(found.len());
    }
    let mut bytes = 0;
    for entry in path.read_dir()? {
        bytes += bytes_of(&entry?.path())?;
    }
    Ok(bytes)
}

/// A sort of question, and its text for customer `who`.
type Question = (&'static str, fn(u64) -> String);
const SEARCHES: [Question; 5] = [
    ("e-mail address", |who| format!("customer{who}@shop.example")),
    ("customer id", |who| format!("customer-{who:012}")),
    ("beginning of an e-mail address", |who| format!("customer{who}")),
    ("full name", |who| format!("{} {}", person(who).0, person(who).1)),
    ("beginning of a last name", |who| person(who).1.chars().take(4).collect()),
];

/// One after the other, as people ask; each of another customer.
async fn asked(program: &Program, size: &str, customers: usize) -> anyhow::Result<Vec<Row>> {
    let (mut slowest, mut ids) = (Vec::new(), Vec::new());
    for (sort, text) in SEARCHES {
        let mut times = Vec::new();
        for n in 0..ASKED as u64 {
            let who = mix(n) % customers as u64;
            let asked = reqwest::Url::parse_with_params("http://any/api/v1/profiles?limit=25", [("q", text(who))])?;
            let path = format!("{}?{}", asked.path(), asked.query().unwrap_or_default());
            let (answer, ms) = timed(program, &path).await?;
            times.push(ms);
            let found = answer["items"].as_array().map_or(&[][..], Vec::as_slice);
            anyhow::ensure!(!found.is_empty(), "nobody answers to {}", text(who));
            if sort == "e-mail address" {
                ids.push(found[0]["id"].as_str().unwrap_or_default().to_owned());
            }
        }
        eprintln!("   search by {sort}: median {:.1} ms, 95 of 100 within {:.1} ms", median(&times), p95(&times));
        slowest.push(p95(&times));
    }
    let (mut pages, mut timelines) = (Vec::new(), Vec::new());
    for id in &ids {
        timelines.push(timed(program, &format!("/api/v1/profiles/{id}/timeline?limit=50")).await?.1);
        pages.push(timed(program, &format!("/api/v1/profiles/{id}")).await?.1);
    }
    eprintln!("   timeline: median {:.1} ms, 95 of 100 within {:.1} ms", median(&timelines), p95(&timelines));
    let worst = slowest.iter().copied().fold(0.0, f64::max);
    let row = |id: &str, what: String, value: f64| Row::ours(id, NAME, what, "ms", Better::Lower, vec![value]);
    Ok(vec![
        row("profiles.search", format!("search, 95 of 100 within, the slowest of five sorts, {size}"), worst).bar(50.0),
        row("profiles.timeline", format!("timeline of a customer, 95 of 100 within, {size}"), p95(&timelines))
            .bar(100.0),
        row("profiles.page", format!("profile of a customer, 95 of 100 within, {size}"), p95(&pages)),
    ])
}

async fn timed(program: &Program, path: &str) -> anyhow::Result<(Value, f64)> {
    let start = Instant::now();
    let answer = program.get(path).await?;
    Ok((answer, start.elapsed().as_secs_f64() * 1e3))
}

fn p95(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() * 95 / 100).min(sorted.len() - 1)]
}
