//! Messages out: personalised mails to a mail server on the same machine, beside Node's usual packages.

use super::Group;
use crate::Bench;
use crate::program::Program;
use crate::row::{Better, Row};
use crate::smtp_sink::Sink;
use anyhow::{Context, bail};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::process::Command;

const NAME: &str = "delivery";
const RECIPIENTS: usize = 50_000;
/// Node sends fewer: it is slower, and a rate needs no more.
const PEER_RECIPIENTS: usize = 5_000;
const PATIENCE: Duration = Duration::from_secs(900);
const SMTP_CONNECTIONS: u32 = 16;
const PEER: &str = "nodemailer + mjml + handlebars";
const MJML: &str = include_str!("../../peers/mail.mjml");

pub struct Delivery;

#[async_trait(?Send)]
impl Group for Delivery {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn run(&self, bench: &Bench) -> anyhow::Result<Vec<Row>> {
        let (mut rates, mut cpu, mut peer_rates, mut peer_cpu) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut resident = Vec::new();
        for run in 0..bench.repeats {
            let ours = send(bench).await?;
            rates.push(ours.rate);
            cpu.push(ours.cpu_us);
            resident.push(ours.resident_mib);
            eprintln!(
                "   run {run}: {:.0} mails/s, {:.0} µs CPU each, {:.0} MiB",
                ours.rate, ours.cpu_us, ours.resident_mib
            );
            if let Some(peers) = &bench.peers {
                let peer = send_by_node(peers, bench.scaled(PEER_RECIPIENTS)).await?;
                eprintln!("           {PEER}: {:.0} mails/s, {:.0} µs CPU each", peer.0, peer.1);
                peer_rates.push(peer.0);
                peer_cpu.push(peer.1);
            }
        }
        let what =
            "personalised MJML mails from the launch to the last one taken by a mail server on the same two cores";
        Ok(vec![
            Row::ours("delivery.send", NAME, what, "mails/s", Better::Higher, rates)
                .bar(2_000.0)
                .peer(PEER, &peer_rates),
            Row::ours("delivery.cpu", NAME, "processor time of one mail", "µs", Better::Lower, cpu)
                .peer(PEER, &peer_cpu),
            Row::ours("delivery.memory", NAME, "resident memory while sending", "MiB", Better::Lower, resident),
        ])
    }
}

struct Sent {
    rate: f64,
    cpu_us: f64,
    resident_mib: f64,
}

/// One campaign to everybody, over SMTP.
async fn send(bench: &Bench) -> anyhow::Result<Sent> {
    let recipients = bench.scaled(RECIPIENTS);
    let program = Program::start(&bench.program).await?;
    let sink = Sink::start().await?;
    import(&program, recipients).await?;
    let smtp = json!({"host": "127.0.0.1", "port": sink.port, "tls": "none", "rate_per_second": 0, "connections": SMTP_CONNECTIONS});
    let sender = json!({"channel": "smtp", "from_name": "Noordkaap", "from_email": "news@noordkaap.example",
        "postal_address": "Kade 1, Harlingen", "smtp": smtp});
    program.put("/api/v1/senders", &sender).await?;
    let condition = json!({"reachable": {"channel": "email"}});
    let segment = program.post("/api/v1/segments", &json!({"name": "All", "condition": condition})).await?;
    let message = json!({"subject": "{{ customer.first_name }}, new sneakers", "kind": "mjml",
        "body": MJML.replace("{{first_name}}", "{{ customer.first_name }}").replace("{{city}}", "{{ customer.city }}")});
    let draft = json!({"name": "Bench", "segment_id": segment["id"], "channel": "email", "message": message});
    let campaign = program.post("/api/v1/campaigns", &draft).await?;
    let path = format!("/api/v1/campaigns/{}", campaign["id"].as_str().context("the campaign's id")?);
    let review = program.get(&format!("{path}/review")).await?;
    if review["recipients"] != json!(recipients) {
        bail!("{} of {recipients} customers would get the mail", review["recipients"]);
    }
    let (start, cpu) = (Instant::now(), program.cpu_seconds()?);
    program.post(&format!("{path}/launch"), &json!({"confirm_recipients": recipients})).await?;
    program.until("the mails to go out", PATIENCE, async || Ok(sink.taken() >= recipients)).await?;
    let seconds = start.elapsed().as_secs_f64();
    let cpu_us = (program.cpu_seconds()? - cpu) * 1e6 / recipients as f64;
    let resident_mib = program.resident_mib()?;
    let finished = async || Ok(program.get(&format!("{path}/progress")).await?["state"] == "finished");
    program.until("the campaign to finish", PATIENCE, finished).await?;
    if sink.taken() != recipients {
        bail!("the mail server took {} mails of {recipients}", sink.taken());
    }
    Ok(Sent { rate: recipients as f64 / seconds, cpu_us, resident_mib })
}

async fn import(program: &Program, count: usize) -> anyhow::Result<()> {
    let file = super::ingest::customers(count);
    let made = program.upload("/api/v1/imports?kind=customers&format=csv&name=bench.csv", "text/csv", file).await?;
    let path = format!("/api/v1/imports/{}", made["id"].as_str().unwrap_or_default());
    let ended = async || Ok(program.get(&path).await?["state"] == "finished");
    program.until("the import to finish", PATIENCE, ended).await?;
    program.caught_up(PATIENCE).await
}

/// The same mail by Node's packages: mails a second and µs of processor time each.
async fn send_by_node(peers: &Path, count: usize) -> anyhow::Result<(f64, f64)> {
    let sink = Sink::start().await?;
    let script = peers.join("mail.mjs");
    let done = Command::new("node")
        .arg(&script)
        .args([sink.port.to_string(), count.to_string(), SMTP_CONNECTIONS.to_string()])
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot run node")?;
    if !done.status.success() {
        bail!("{} failed: {}", script.display(), String::from_utf8_lossy(&done.stderr));
    }
    let said: Value = serde_json::from_slice(&done.stdout).context("what the peer printed")?;
    if sink.taken() != count {
        bail!("{PEER} delivered {} of {count} mails", sink.taken());
    }
    let number = |name: &str| said[name].as_f64().with_context(|| format!("the peer printed no {name}"));
    Ok((number("mails_per_second")?, number("cpu_us")?))
}
