//! The program under measurement: started on an empty folder, asked through its API, stopped by its own id.

use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

const READY: Duration = Duration::from_secs(60);
const PASSWORD: &str = "a-password-for-measuring";
/// `USER_HZ` of Linux, in which `/proc` counts processor time.
pub const TICKS_PER_SECOND: f64 = 100.0;

/// A running program; killed when dropped.
pub struct Program {
    pub address: String,
    pub folder: PathBuf,
    binary: PathBuf,
    child: Child,
    key: String,
    http: reqwest::Client,
    _scratch: Option<tempfile::TempDir>,
}

impl Program {
    /// Starts it on an empty folder with an administrator and an API key.
    pub async fn start(binary: &Path) -> anyhow::Result<Self> {
        let scratch = tempfile::Builder::new().prefix("tutti-bench").tempdir()?;
        let folder = scratch.path().to_owned();
        command(binary, &folder, &["user", "create-admin", "--email", "bench@bench.example", "--password", PASSWORD])
            .await?;
        let made = command(binary, &folder, &["key", "create", "--name", "bench"]).await?;
        let made: Value = serde_json::from_str(&made).context("the made key")?;
        let key = made["key"].as_str().context("the made key has no text")?.to_owned();
        let mut program = Self::serve(binary, &folder, key).await?;
        program._scratch = Some(scratch);
        Ok(program)
    }

    async fn serve(binary: &Path, folder: &Path, key: String) -> anyhow::Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let log = std::fs::File::create(folder.join("bench.log"))?;
        let child = Command::new(binary)
            .args(["serve", "--listen", &address, "--data-dir"])
            .arg(folder.join("data"))
            .env("TUTTI_LOG__FILTER", "warn")
            .current_dir(folder)
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let (folder, binary) = (folder.to_owned(), binary.to_owned());
        let http = reqwest::Client::new();
        let program = Self { address, folder, binary, child, key, http, _scratch: None };
        program.until("the program to be ready", READY, async || program.ready().await).await?;
        Ok(program)
    }

    /// Stops it in good order and starts it again on the same folder.
    pub async fn restart(mut self) -> anyhow::Result<Self> {
        let id = self.child.id().context("the program has ended")?;
        Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
        self.child.wait().await?;
        let scratch = self._scratch.take();
        let mut next = Self::serve(&self.binary, &self.folder, self.key.clone()).await?;
        next._scratch = scratch;
        Ok(next)
    }

    async fn ready(&self) -> anyhow::Result<bool> {
        let url = format!("http://{}/readyz", self.address);
        Ok(self.http.get(url).send().await.is_ok_and(|answer| answer.status().is_success()))
    }

    /// Asks `holds` until it says yes.
    pub async fn until(
        &self,
        what: &str,
        limit: Duration,
        holds: impl AsyncFn() -> anyhow::Result<bool>,
    ) -> anyhow::Result<()> {
        let start = Instant::now();
        while !holds().await? {
            if start.elapsed() > limit {
                let log = std::fs::read_to_string(self.folder.join("bench.log")).unwrap_or_default();
                let tail: Vec<&str> = log.lines().rev().take(5).collect();
                bail!("waited {} s for {what}; the log ends with {tail:?}", limit.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(self.http.get(self.url(path))).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(self.http.post(self.url(path)).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(self.http.put(self.url(path)).json(body)).await
    }

    /// A file as the body.
    pub async fn upload(&self, path: &str, kind: &str, body: Vec<u8>) -> anyhow::Result<Value> {
        self.send(self.http.post(self.url(path)).header("content-type", kind).body(body)).await
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
        let answer = request.bearer_auth(&self.key).send().await?;
        let (status, path) = (answer.status(), answer.url().path().to_owned());
        let text = answer.text().await?;
        if !status.is_success() {
            bail!("{path} answered {status}: {text}");
        }
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// A write key of a new source.
    pub async fn write_key(&self) -> anyhow::Result<String> {
        let made = self.post("/api/v1/sources", &json!({"name": "bench", "kind": "server"})).await?;
        Ok(made["write_key"].as_str().context("the source has no write key")?.to_owned())
    }

    /// A value of `/metrics`.
    pub async fn metric(&self, name: &str) -> anyhow::Result<f64> {
        let text = self.http.get(self.url("/metrics")).bearer_auth(&self.key).send().await?.text().await?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(line.with_context(|| format!("no metric {name}"))?.parse()?)
    }

    /// Waits until every accepted event went through identity and views.
    pub async fn caught_up(&self, limit: Duration) -> anyhow::Result<()> {
        let empty = async || {
            let backlog = self.metric("tutti_inbox_backlog_bytes").await?;
            Ok(backlog == 0.0 && self.metric("tutti_inbox_queue_bytes").await? == 0.0)
        };
        self.until("the events to be processed", limit, empty).await
    }

    /// Seconds of processor time used so far, by all of its threads.
    pub fn cpu_seconds(&self) -> anyhow::Result<f64> {
        cpu_seconds(self.child.id().context("the program has ended")?)
    }

    /// Resident memory in MiB.
    pub fn resident_mib(&self) -> anyhow::Result<f64> {
        let id = self.child.id().context("the program has ended")?;
        let text = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }
}

/// Processor time of a process.
pub fn cpu_seconds(id: u32) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name in brackets may hold spaces; user and system time are the 12th and 13th field after it.
    let fields: Vec<&str> = text.rsplit_once(')').context("stat")?.1.split_whitespace().collect();
    let ticks = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / TICKS_PER_SECOND)
}

async fn command(binary: &Path, folder: &Path, words: &[&str]) -> anyhow::Result<String> {
    let line = Command::new(binary)
        .args(words)
        .arg("--json")
        .arg("--data-dir")
        .arg(folder.join("data"))
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .await
        .with_context(|| format!("cannot run {}", binary.display()))?;
    if !line.status.success() {
        bail!("tutti {} failed: {}", words[..2].join(" "), String::from_utf8_lossy(&line.stderr));
    }
    Ok(String::from_utf8(line.stdout)?)
}
