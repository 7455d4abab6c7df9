//! `tutti doctor`: looks, changes nothing.

use crate::config::Config;
use crate::wire::migrations;
use db::Db;
use serde_json::json;

struct Finding {
    ok: bool,
    what: &'static str,
    detail: String,
}

pub async fn run(config: &Config, json: bool) -> anyhow::Result<()> {
    let findings = look(config).await;
    let bad = findings.iter().filter(|finding| !finding.ok).count();
    let value = json!({
        "ok": bad == 0,
        "findings": findings.iter().map(|finding| json!({
            "ok": finding.ok, "what": finding.what, "detail": finding.detail,
        })).collect::<Vec<_>>(),
    });
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| format!("{}  {}: {}", if finding.ok { "ok " } else { "BAD" }, finding.what, finding.detail))
        .collect();
    super::print(json, &value, |_| lines.join("\n"));
    anyhow::ensure!(bad == 0, "{bad} of {} checks failed", findings.len());
    Ok(())
}

async fn look(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut found = |ok, what, detail: String| findings.push(Finding { ok, what, detail });
    let stat = rustix::fs::statvfs(&config.data_dir);
    match stat {
        Ok(stat) => {
            let free = stat.f_bavail * stat.f_frsize;
            found(free > 1 << 30, "disk", format!("{} MB free in {}", free >> 20, config.data_dir.display()));
        }
        Err(error) => found(false, "data folder", format!("{}: {error}", config.data_dir.display())),
    }
    let file = config.data_dir.join("tutti.db");
    let db = if config.database_url.is_empty() {
        if !file.exists() {
            found(false, "database", format!("{} is not there; nothing was started here yet", file.display()));
            return findings;
        }
        Db::open_sqlite(&file).await
    } else {
        Db::open_postgres(&config.database_url).await
    };
    let db = match db {
        Ok(db) => db,
        Err(error) => {
            found(false, "database", error.to_string());
            return findings;
        }
    };
    found(true, "database", format!("{} answers", db.engine()));
    match db::migration_state(&db, &migrations()).await {
        Ok(state) if state.pending.is_empty() => found(true, "migrations", format!("{} done", state.done.len())),
        Ok(state) => {
            found(false, "migrations", format!("pending: {}; the next start runs them", state.pending.join(", ")))
        }
        Err(error) => found(false, "migrations", error.to_string()),
    }
    for (what, sql, good) in [
        ("records put aside", "SELECT COUNT(*) AS n FROM rejected_record", "none"),
        ("emitted events waiting", "SELECT COUNT(*) AS n FROM emitted_event", "none"),
    ] {
        match db.query_one(sql, &[]).await {
            Ok(Some(row)) => {
                let count = row.i64("n").unwrap_or(-1);
                found(count == 0, what, if count == 0 { good.into() } else { count.to_string() });
            }
            Ok(None) => {}
            Err(error) => found(false, what, error.to_string()),
        }
    }
    db.close().await;
    findings
}
