//! Is everything well: readiness, metrics, disk.

use api::PartHealth;
use base::Problem;
use db::Db;
use events::{Inbox, Pipeline};
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Less free disk than this is a reason not to be ready: the inbox must be able to write.
const DISK_FREE_BYTES_MIN: u64 = 100 << 20;
/// The pipeline may fail this long, or be at one batch, before that is a reason not to be ready.
const PIPELINE_PATIENCE_MS: i64 = 15_000;
/// So many records put aside one after the other are no bad records but a view that keeps failing.
const PUT_ASIDE_MAX: u64 = 10;

pub struct Health {
    pub db: Db,
    pub inbox: Arc<Inbox>,
    pub pipeline: Arc<Pipeline>,
    pub deliver: Arc<deliver::Deliver>,
    pub lake: Arc<lake::Lake>,
    pub segment: Arc<segment::Segments>,
    pub decoder: Arc<collect::SegmentDecoder>,
    pub data_dir: PathBuf,
}

#[async_trait::async_trait]
impl api::HealthSource for Health {
    async fn not_ready(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some(problem) = self.database().await.problem {
            problems.push(format!("database: {problem}"));
        }
        if self.disk_free_bytes().is_some_and(|free| free < DISK_FREE_BYTES_MIN) {
            problems.push(format!("disk: less than {} MB free in the data folder", DISK_FREE_BYTES_MIN >> 20));
        }
        if let Some(trouble) = self.pipeline.trouble(PIPELINE_PATIENCE_MS, PUT_ASIDE_MAX) {
            let waiting = self.pipeline.status().backlog_bytes();
            problems.push(format!("pipeline: {} (since {}; {waiting} bytes wait)", trouble.reason, trouble.since));
        }
        problems
    }

    async fn database(&self) -> PartHealth {
        let asked = Instant::now();
        let problem = self.db.query("SELECT 1 AS one", &[]).await.err().map(|error| Problem::from(error).detail);
        PartHealth { kind: self.db.engine(), problem, took: asked.elapsed() }
    }

    async fn lake(&self) -> PartHealth {
        let asked = Instant::now();
        let problem = self.lake.status().last_error;
        PartHealth { kind: "delta", problem, took: asked.elapsed() }
    }

    fn disk_free_bytes(&self) -> Option<u64> {
        let stat = rustix::fs::statvfs(&self.data_dir).ok()?;
        Some(stat.f_bavail * stat.f_frsize)
    }

    fn metrics(&self) -> String {
        let (pipeline, deliver) = (self.pipeline.status(), self.deliver.status());
        let mut text = String::new();
        let mut line = |name: &str, kind: &str, help: &str, value: f64| {
            let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
        };
        line(
            "tutti_events_processed_total",
            "counter",
            "Events through identity and views since the start.",
            pipeline.events_total as f64,
        );
        line(
            "tutti_events_undecodable_total",
            "counter",
            "Accepted events that could not be read back since the start: a defect of this program or of the disk.",
            self.decoder.undecodable() as f64,
        );
        line("tutti_inbox_end_bytes", "gauge", "End of the inbox log.", pipeline.end.0 as f64);
        line("tutti_inbox_backlog_bytes", "gauge", "Accepted and not yet processed.", pipeline.backlog_bytes() as f64);
        line("tutti_inbox_queue_bytes", "gauge", "Waiting for the inbox writer.", self.inbox.queued_bytes() as f64);
        line(
            "tutti_pipeline_lag_seconds",
            "gauge",
            "From acceptance to commit of the last event.",
            pipeline.lag_ms as f64 / 1e3,
        );
        let (names, full) = self.segment.event_names_in_use();
        line(
            "tutti_segment_event_names",
            "gauge",
            "Event names that segments can ask for, over all workspaces.",
            names as f64,
        );
        line(
            "tutti_segment_workspaces_full",
            "gauge",
            "Workspaces with more event names than segments can ask for; the rest is ignored.",
            full as f64,
        );
        line(
            "tutti_messages_sent_total",
            "counter",
            "Messages handed over since the start.",
            deliver.sent_total as f64,
        );
        line(
            "tutti_messages_failed_total",
            "counter",
            "Messages refused for good since the start.",
            deliver.failed_total as f64,
        );
        if let Some(free) = self.disk_free_bytes() {
            line("tutti_disk_free_bytes", "gauge", "Free in the data folder.", free as f64);
        }
        text
    }
}
