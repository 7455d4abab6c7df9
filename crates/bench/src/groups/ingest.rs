//! Events in: accepted durably, processed, imported; and what the program costs when nothing happens.

use super::Group;
use crate::Bench;
use crate::load::{self, Load, Shop};
use crate::program::Program;
use crate::row::{Better, Row, number};
use async_trait::async_trait;
use std::fmt::Write;
use std::time::{Duration, Instant};

const NAME: &str = "ingest";
/// Events of one measurement of acceptance and of processing.
const EVENTS: usize = 2_000_000;
/// Events from which the program knows its customers before.
const KNOWN_EVENTS: usize = 250_000;
const KNOWN_CUSTOMERS: u64 = 100_000;
const CONNECTIONS: usize = 32;
const IMPORTED: usize = 1_000_000;
/// How long after a restart the program counts as idle.
const IDLE_AFTER: Duration = Duration::from_secs(60);
const PROCESSED_TOTAL: &str = "tutti_events_processed_total";
const PATIENCE: Duration = Duration::from_secs(900);

pub struct Ingest;

#[async_trait(?Send)]
impl Group for Ingest {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn run(&self, bench: &Bench) -> anyhow::Result<Vec<Row>> {
        let mut rows = events(bench).await?;
        rows.extend(import(bench).await?);
        Ok(rows)
    }
}

/// Acceptance and processing of the same events on one program, which grows as an installation does.
async fn events(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let (mut accepted, mut processed, mut cpu) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..bench.repeats as u32 {
        let program = Program::start(&bench.program).await?;
        let key = program.write_key().await?;
        let known = KNOWN_CUSTOMERS.min(bench.scaled(EVENTS) as u64 / 8).max(1);
        let shop = Shop { known, new_per_mille: load::NEW_PER_MILLE, merging: true, session: 1, run: run * 2 };
        // First the customers come to be; then the claims: a burst is accepted, and then worked off.
        let batches = bench.scaled(KNOWN_EVENTS) / load::BATCH + 1;
        Load::make(&program.address, &key, shop, batches).push(&program.address, CONNECTIONS).await?;
        program.caught_up(PATIENCE).await?;
        let shop = Shop { run: run * 2 + 1, ..shop };
        let load = Load::make(&program.address, &key, shop, bench.scaled(EVENTS) / load::BATCH + 1);
        let (start, cpu_start) = (Instant::now(), program.cpu_seconds()?);
        let pushed = load.push(&program.address, CONNECTIONS).await?;
        accepted.push(pushed.events as f64 / start.elapsed().as_secs_f64());
        let (start, done) = (Instant::now(), program.metric(PROCESSED_TOTAL).await?);
        program.caught_up(PATIENCE).await?;
        let rest = program.metric(PROCESSED_TOTAL).await? - done;
        processed.push(rest / start.elapsed().as_secs_f64());
        cpu.push((program.cpu_seconds()? - cpu_start) * 1e6 / pushed.events as f64);
        eprintln!(
            "   run {run}: accepted {:.0}/s ({} bytes an event, {} times asked to wait), processed {:.0}/s with {:.1} µs CPU an event",
            accepted[run as usize],
            pushed.bytes / pushed.events,
            pushed.busy,
            processed[run as usize],
            cpu[run as usize]
        );
    }
    Ok(vec![
        Row::ours(
            "ingest.accept",
            NAME,
            "events accepted durably over HTTP, batches of 100 (made beforehand), the client on the same two cores",
            "events/s",
            Better::Higher,
            accepted,
        )
        .bar(400_000.0),
        Row::ours(
            "ingest.process",
            NAME,
            "accepted events worked off through identity, every view and into the lake, 10 % of new customers, 1 % that join two",
            "events/s",
            Better::Higher,
            processed,
        )
        .bar(50_000.0),
        Row::ours("ingest.cpu", NAME, "processor time of one event, all of the way", "µs", Better::Lower, cpu),
    ])
}

async fn import(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let (mut seconds, mut resident) = (Vec::new(), Vec::new());
    let file = customers(bench.scaled(IMPORTED));
    for run in 0..bench.repeats {
        let program = Program::start(&bench.program).await?;
        let start = Instant::now();
        let made = program
            .upload("/api/v1/imports?kind=customers&format=csv&name=bench.csv", "text/csv", file.clone())
            .await?;
        let path = format!("/api/v1/imports/{}", made["id"].as_str().unwrap_or_default());
        let ended = async || Ok(program.get(&path).await?["state"] == "finished");
        program.until("the import to finish", PATIENCE, ended).await?;
        program.caught_up(PATIENCE).await?;
        seconds.push(start.elapsed().as_secs_f64());
        eprintln!("   run {run}: imported in {:.1} s", seconds[run]);
        if run == 0 {
            let program = program.restart().await?;
            tokio::time::sleep(IDLE_AFTER.mul_f64(bench.scale.clamp(0.05, 1.0))).await;
            eprintln!("   idle with the imported customers: {:.0} MiB", program.resident_mib()?);
        }
    }
    // An installation at rest: as a newcomer meets it after a restart.
    for _ in 0..bench.repeats {
        let program = Program::start(&bench.program).await?.restart().await?;
        tokio::time::sleep(IDLE_AFTER.mul_f64(bench.scale.clamp(0.05, 1.0) / 3.0)).await;
        resident.push(program.resident_mib()?);
    }
    let what = format!(
        "a file of {} customers imported, through identity and every view",
        number(bench.scaled(IMPORTED) as f64)
    );
    Ok(vec![
        Row::ours("ingest.import", NAME, what, "s", Better::Lower, seconds).bar(180.0),
        Row::ours("ingest.idle", NAME, "resident memory at rest", "MiB", Better::Lower, resident).bar(150.0),
    ])
}

/// A CSV of customers with consent.
pub(super) fn customers(count: usize) -> Vec<u8> {
    let mut text = String::with_capacity(count * 90);
    text.push_str("customer_id,email,first_name,last_name,city,country,shoe_size,email_consent\n");
    for n in 0..count {
        let size = 36 + load::mix(n as u64) % 12;
        let _ = writeln!(text, "customer-{n:09},customer{n}@shop.example,Anna,Visser,Sneek,NL,{size},subscribed");
    }
    text.into_bytes()
}
