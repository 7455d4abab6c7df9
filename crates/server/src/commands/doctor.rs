//! `tutti doctor`: looks, changes nothing; may run beside the server. Each finding says what, where, and what to do.

use super::dns::{SystemRecords, Verdict, Wanted, verify};
use super::{Context, output};
use crate::config::Config;
use crate::wire::migrations;
use base::{Clock, OsRng, SystemClock, WorkspaceId};
use db::{Db, Val};
use serde::Serialize;
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const DISK_FREE_BYTES_MIN: u64 = 1 << 30;
/// Events older than this that no view has taken are a standstill, not a moment's work.
const LAG_MS_MAX: i64 = 60_000;
/// A row that was claimed so long ago belongs to nobody.
const CLAIMED_MS_MAX: i64 = 15 * 60_000;
/// Nothing of this program happened before it was written: 2025-01-01.
const CLOCK_MS_MIN: i64 = 1_735_689_600_000;
/// The newest event may be this far ahead of the clock.
const CLOCK_AHEAD_MS_MAX: i64 = 60_000;
/// A backlog beyond this share of its limit deserves a look before sources are asked to wait.
const BACKLOG_PERCENT_MAX: u64 = 50;
const DNS_WAIT: Duration = Duration::from_secs(10);

#[derive(clap::Args)]
pub struct DoctorArgs {
    /// Do not ask DNS about the senders.
    #[arg(long)]
    no_dns: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    Ok,
    /// Somebody should look at it; it does not make the exit code 1.
    Warning,
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    pub mark: Mark,
    /// For scripts that know no marks.
    pub ok: bool,
    pub what: &'static str,
    #[serde(rename = "where")]
    pub place: String,
    pub detail: String,
    /// What to do; empty when all is well.
    pub remedy: String,
}

/// Findings so far.
#[derive(Default)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    fn add(&mut self, mark: Mark, what: &'static str, place: impl ToString, detail: impl ToString, remedy: &str) {
        self.0.push(Finding {
            mark,
            ok: mark != Mark::Bad,
            what,
            place: place.to_string(),
            detail: detail.to_string(),
            remedy: remedy.to_owned(),
        });
    }
    fn ok(&mut self, what: &'static str, place: impl ToString, detail: impl ToString) {
        self.add(Mark::Ok, what, place, detail, "");
    }
    fn bad(&mut self, what: &'static str, place: impl ToString, detail: impl ToString, remedy: &str) {
        self.add(Mark::Bad, what, place, detail, remedy);
    }
    fn warn(&mut self, what: &'static str, place: impl ToString, detail: impl ToString, remedy: &str) {
        self.add(Mark::Warning, what, place, detail, remedy);
    }
}

pub async fn run(args: DoctorArgs, context: &Context) -> anyhow::Result<()> {
    let config = context.config()?;
    let findings = look(&config, !args.no_dns).await.0;
    let bad = findings.iter().filter(|finding| finding.mark == Mark::Bad).count();
    context.print(&json!({ "ok": bad == 0, "findings": findings }), |_| {
        findings.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    anyhow::ensure!(bad == 0, "{bad} of {} checks failed", findings.len());
    Ok(())
}

fn line(finding: &Finding) -> String {
    let mark = match finding.mark {
        Mark::Ok => "ok  ",
        Mark::Warning => "warn",
        Mark::Bad => "BAD ",
    };
    let remedy = if finding.remedy.is_empty() { String::new() } else { format!("\n      → {}", finding.remedy) };
    let place = if finding.place.is_empty() { String::new() } else { format!(" ({})", finding.place) };
    format!("{mark}  {}{place}: {}{remedy}", finding.what, finding.detail)
}

/// How far the views are, by the database.
pub async fn cursor_of(db: &Db) -> anyhow::Result<u64> {
    let row = db.query_one("SELECT position FROM pipeline_cursor WHERE name = 'views'", &[]).await?;
    Ok(row.map_or(Ok(0), |row| row.i64("position"))?.max(0) as u64)
}

/// Everything, in the order in which one thing needs the other.
pub async fn look(config: &Config, ask_dns: bool) -> Findings {
    let mut findings = Findings::default();
    if !folder(&mut findings, &config.data_dir) {
        return findings;
    }
    let Some(db) = database(&mut findings, config).await else { return findings };
    if store(&mut findings, &db).await {
        let log_end = log(&mut findings, config, &db).await;
        history(&mut findings, config, log_end).await;
        waiting(&mut findings, &db).await;
        messages(&mut findings, &db).await;
        secrets(&mut findings, config, &db, ask_dns).await;
    }
    db.close().await;
    findings
}

/// The data folder: there, private, writable, room on its disk. False when nothing else can be looked at.
fn folder(findings: &mut Findings, data: &Path) -> bool {
    let place = data.display().to_string();
    let meta = match std::fs::metadata(data) {
        Ok(meta) => meta,
        Err(error) => {
            findings.bad("data folder", &place, error, "give --data-dir, or start the server once");
            return false;
        }
    };
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        findings.ok("data folder", &place, format!("private (mode {mode:o})"));
    } else {
        findings.bad("data folder", &place, format!("others may enter it (mode {mode:o})"), "chmod 700 it");
    }
    for part in ["", "inbox", "lake", "deliver"] {
        let path = data.join(part);
        let may_write = rustix::fs::access(&path, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK);
        // The superuser may write everywhere, except where the mode says that nobody should.
        let read_only = std::fs::metadata(&path).is_ok_and(|meta| meta.permissions().mode() & 0o200 == 0);
        if path.exists() && (may_write.is_err() || read_only) {
            let why = may_write.err().map_or("mode without w".to_owned(), |error| error.to_string());
            findings.bad("permissions", path.display(), format!("cannot be written: {why}"), "chown or chmod u+w it");
        }
    }
    if let Ok(stat) = rustix::fs::statvfs(data) {
        let free = stat.f_bavail * stat.f_frsize;
        let text = format!("{} free", output::bytes(free));
        if free > DISK_FREE_BYTES_MIN {
            findings.ok("disk", &place, text);
        } else {
            findings.bad("disk", &place, text, "make room: below 100 MB the server takes no events");
        }
    }
    clock(findings);
    true
}

fn clock(findings: &mut Findings) {
    let now = SystemClock.now();
    if now.ms() < CLOCK_MS_MIN {
        findings.bad("clock", "", format!("it is {now}"), "set the machine's clock (timedatectl set-ntp true)");
    } else {
        findings.ok("clock", "", now);
    }
}

async fn database(findings: &mut Findings, config: &Config) -> Option<Db> {
    let file = config.data_dir.join("tutti.db");
    let (place, opened) = if config.database_url.is_empty() {
        if !file.exists() {
            let text = "not there; nothing was started here yet";
            findings.bad("database", file.display(), text, "start the server once, or restore a backup");
            return None;
        }
        (file.display().to_string(), Db::open_sqlite(&file).await)
    } else {
        ("PostgreSQL".into(), Db::open_postgres(&config.database_url).await)
    };
    match opened {
        Ok(db) => {
            findings.ok("database", place, format!("{} answers", db.engine()));
            Some(db)
        }
        Err(error) => {
            findings.bad("database", place, error, "is it running, may we connect, is the file whole?");
            None
        }
    }
}

/// Version of the store, and whether its pages are whole. False when its tables are not there.
async fn store(findings: &mut Findings, db: &Db) -> bool {
    if db.engine() == "sqlite" {
        match db.query_one("PRAGMA quick_check(1)", &[]).await.map(|row| row.map(|row| row.text("quick_check"))) {
            Ok(Some(Ok(text))) if text == "ok" => findings.ok("database pages", "", "whole"),
            Ok(Some(Ok(text))) => findings.bad("database pages", "", text, "restore the last backup"),
            Ok(_) => {}
            Err(error) => findings.bad("database pages", "", error, "restore the last backup"),
        }
    }
    match db::migration_state(db, &migrations()).await {
        Ok(state) if state.pending.is_empty() => {
            findings.ok("store version", "", format!("{} migrations done", state.done.len()));
            true
        }
        Ok(state) => {
            let pending = state.pending.join(", ");
            let remedy = "the next start runs them; back up first";
            findings.warn("store version", "", format!("pending: {pending}"), remedy);
            !state.done.is_empty()
        }
        Err(error) => {
            findings.bad("store version", "", error, "start the version that wrote it, or restore a backup");
            false
        }
    }
}

/// The log against the views' cursor. Answers the log's end.
async fn log(findings: &mut Findings, config: &Config, db: &Db) -> Option<u64> {
    let folder = config.data_dir.join("inbox");
    let place = folder.display().to_string();
    let cursor = match cursor_of(db).await {
        Ok(cursor) => cursor,
        Err(error) => {
            findings.bad("log", place, error, "restore the last backup");
            return None;
        }
    };
    let state = match events::inbox::inspect(&folder, cursor) {
        Ok(state) => state,
        Err(error) => {
            findings.bad("log", place, error, "restore the folder from the last backup");
            return None;
        }
    };
    for damage in &state.damaged {
        findings.bad("log", format!("{place}/{damage}"), "records are missing or damaged", "restore the last backup");
    }
    if state.damaged.is_empty() {
        findings.ok("log", &place, format!("{} segments, whole up to {}", state.segments, state.end));
    }
    if cursor > state.end {
        let text = format!("the views are at {cursor}, beyond the log's end at {}", state.end);
        findings.bad("cursor of the views", &place, text, "restore the database and the inbox from the same backup");
    } else if cursor < state.floor {
        let text = format!("the views are at {cursor}, the log begins at {}: events in between are gone", state.floor);
        findings.bad("cursor of the views", &place, text, "restore the database and the inbox from the same backup");
    } else {
        let bytes = state.end - cursor;
        let lag_ms = state.waiting_since.filter(|_| bytes > 0).map_or(0, |at| SystemClock.now().ms_since(at));
        let text = format!("{} behind the log, oldest event {} s old", output::bytes(bytes), lag_ms / 1_000);
        if lag_ms < LAG_MS_MAX {
            findings.ok("cursor of the views", "", text);
        } else {
            findings.warn("cursor of the views", "", text, "is the server running? what do /readyz and its log say?");
        }
        let (limit, percent) = (config.inbox.backlog_bytes_max, bytes * 100 / config.inbox.backlog_bytes_max.max(1));
        let text = format!("backlog {percent} % of inbox.backlog_bytes_max ({})", output::bytes(limit));
        if percent < BACKLOG_PERCENT_MAX {
            findings.ok("limits", "", text);
        } else {
            findings.warn("limits", "", text, "at 100 % sources get 429: what holds the views up?");
        }
        if lag_ms < -CLOCK_AHEAD_MS_MAX {
            findings.bad("clock", "", "events were accepted in the future", "the clock was set back: correct it");
        }
    }
    Some(state.end)
}

async fn history(findings: &mut Findings, config: &Config, log_end: Option<u64>) {
    let folder = config.data_dir.join("lake");
    let place = folder.display().to_string();
    let state = match lake::inspect(&folder).await {
        Ok(Some(state)) => state,
        Ok(None) => return findings.ok("history", &place, "none yet"),
        Err(error) => return findings.bad("history", &place, error, "restore lake/ from the last backup"),
    };
    for (file, what) in &state.broken {
        let remedy = "restore this file from a backup: `tutti serve` does not start without it";
        findings.bad("history", folder.join(file).display(), what, remedy);
    }
    if state.broken.is_empty() {
        findings.ok("history", &place, format!("{} events in {} files, all readable", state.rows, state.files));
    }
    match log_end {
        Some(end) if state.committed > end => {
            let text = format!("the history reaches {}, beyond the log's end at {end}", state.committed);
            findings.bad("cursor of the history", &place, text, "restore the inbox and the lake from the same backup");
        }
        Some(end) => {
            let text = format!("{} behind the log", output::bytes(end - state.committed));
            findings.ok("cursor of the history", "", text);
        }
        None => {}
    }
}

/// Number answered by a query; a table of a store that is not up to date may be missing.
async fn number(findings: &mut Findings, db: &Db, what: &'static str, sql: &str, args: &[Val]) -> Option<i64> {
    match db.query_one(sql, args).await.map(|row| row.map(|row| row.i64("n"))) {
        Ok(Some(Ok(number))) => Some(number),
        Ok(_) => Some(0),
        Err(error) => {
            findings.bad(what, "database", error, "bring the store up to date: start the server");
            None
        }
    }
}

async fn waiting(findings: &mut Findings, db: &Db) {
    let what = "records put aside";
    match number(findings, db, what, "SELECT COUNT(*) AS n FROM rejected_record", &[]).await {
        Some(0) => findings.ok(what, "", "none"),
        Some(n) => {
            let remedy = "read column error of table rejected_record and report it; the records are kept there";
            findings.bad(what, "table rejected_record", n, remedy);
        }
        None => {}
    }
    let what = "events of our own that wait";
    match number(findings, db, what, "SELECT COUNT(*) AS n FROM emitted_event", &[]).await {
        Some(0) => findings.ok(what, "", "none"),
        Some(n) => findings.warn(what, "table emitted_event", n, "the running server moves them; look again"),
        None => {}
    }
}

async fn messages(findings: &mut Findings, db: &Db) {
    let before = Val::I(SystemClock.now().ms() - CLAIMED_MS_MAX);
    let claimed = "SELECT COUNT(*) AS n FROM outbox WHERE state = 1 AND due_ms < $1";
    match number(findings, db, "messages in hand", claimed, &[before]).await {
        Some(0) => findings.ok("messages in hand", "", "none for long"),
        Some(n) => {
            let remedy = "start the server: it settles them, and shows as unconfirmed what it cannot know";
            findings.warn("messages in hand", "table outbox", format!("{n} for more than 15 minutes"), remedy);
        }
        None => {}
    }
    let unconfirmed = "SELECT COUNT(*) AS n FROM outbox WHERE state = 2";
    match number(findings, db, "unconfirmed messages", unconfirmed, &[]).await {
        Some(0) => findings.ok("unconfirmed messages", "", "none"),
        Some(n) => {
            let remedy = "decide in the campaign: leave them, or `tutti campaign resend` (some may arrive twice)";
            findings.warn("unconfirmed messages", "table outbox", n, remedy);
        }
        None => {}
    }
    let overdue = "SELECT COUNT(*) AS n FROM outbox WHERE state = 0 AND due_ms < $1 AND EXISTS (SELECT 1 FROM delivery_run \
                   WHERE delivery_run.workspace_id = outbox.workspace_id \
                   AND delivery_run.campaign_id = outbox.campaign_id AND delivery_run.state = 'running')";
    let before = Val::I(SystemClock.now().ms() - CLAIMED_MS_MAX);
    match number(findings, db, "unsent messages", overdue, &[before]).await {
        Some(0) => findings.ok("unsent messages", "", "none overdue"),
        Some(n) => {
            let text = format!("{n} are due for more than 15 minutes in running campaigns");
            let remedy = "is the server running, does the mail server answer, is its rate too low?";
            findings.warn("unsent messages", "table outbox", text, remedy);
        }
        None => {}
    }
}

/// The instance key, and what each workspace's sender needs in DNS.
async fn secrets(findings: &mut Findings, config: &Config, db: &Db, ask_dns: bool) {
    let path = config.data_dir.join("instance.key");
    let place = path.display().to_string();
    let remedy = "restore it from a backup: without it old links die and stored passwords are lost";
    let key = match std::fs::read_to_string(&path).map(|text| deliver::InstanceKey::from_hex(&text)) {
        Err(error) => return findings.bad("instance key", place, error, remedy),
        Ok(Err(error)) => return findings.bad("instance key", place, error, remedy),
        Ok(Ok(key)) => key,
    };
    let mode = std::fs::metadata(&path).map_or(0, |meta| meta.permissions().mode() & 0o777);
    if mode & 0o077 == 0 {
        findings.ok("instance key", &place, "there, and private");
    } else {
        findings.bad("instance key", &place, format!("others may read it (mode {mode:o})"), "chmod 600 it");
    }
    let senders = deliver::Senders::new(db.clone(), key, Arc::new(SystemClock), Arc::new(OsRng));
    let rows = db.query("SELECT workspace_id FROM sender ORDER BY workspace_id", &[]).await.unwrap_or_default();
    for row in rows {
        let Ok(number) = row.i64("workspace_id") else { continue };
        let workspace = WorkspaceId::from_sql(number);
        match senders.get(workspace).await {
            Err(error) => {
                let remedy = "the instance key is not the one these were encrypted with: enter them again";
                findings.bad("sender", workspace, error, remedy);
            }
            Ok(sender) if sender.channel == "smtp" && ask_dns => dns(findings, workspace, &sender).await,
            Ok(sender) => findings.ok("sender", workspace, format!("sends by {}", sender.channel)),
        }
    }
}

async fn dns(findings: &mut Findings, workspace: WorkspaceId, sender: &deliver::Sender) {
    let wanted = Wanted {
        from_domain: sender.domain().to_owned(),
        bounce_domain: sender.bounce_domain.clone(),
        dkim: sender
            .dkim
            .as_ref()
            .map(|dkim| (format!("{}._domainkey.{}", dkim.selector, dkim.domain), dkim.dns_record.clone())),
    };
    if is_reserved(&wanted.from_domain) {
        return findings.ok("sender DNS", workspace, format!("{} is reserved for examples", wanted.from_domain));
    }
    let records = match SystemRecords::open() {
        Ok(records) => records,
        Err(error) => return findings.warn("sender DNS", workspace, error, "this machine has no resolver"),
    };
    let Ok(found) = tokio::time::timeout(DNS_WAIT, verify(&records, &wanted)).await else {
        return findings.warn("sender DNS", workspace, "DNS does not answer", "look at /etc/resolv.conf");
    };
    for finding in found {
        let place = format!("{workspace} {} {}", finding.record, finding.name);
        match finding.verdict {
            Verdict::Good => findings.ok("sender DNS", place, finding.detail),
            // Mail still goes out: nothing of this program is broken.
            Verdict::Warning | Verdict::Bad => {
                findings.warn("sender DNS", place, finding.detail, "`tutti sender verify` says what to publish");
            }
        }
    }
}

/// Domains that can never be in DNS (RFC 2606).
fn is_reserved(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or_default();
    matches!(last, "example" | "test" | "invalid" | "localhost")
        || domain == "example.com"
        || domain.ends_with(".example.com")
}

#[cfg(test)]
mod tests;
