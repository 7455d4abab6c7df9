//! `tutti import`: streams a file to a running server and shows its progress.

use super::client::{Client, ServerArgs, escape};
use super::field;
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Method;
use std::path::PathBuf;
use std::time::Duration;

const PROGRESS_EVERY: Duration = Duration::from_millis(500);

#[derive(clap::Args)]
pub struct ImportArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// CSV, JSONL or Parquet.
    file: PathBuf,
    /// customers or orders
    #[arg(long)]
    kind: String,
    /// csv, jsonl or parquet; taken from the file's name unless told.
    #[arg(long)]
    format: Option<String>,
    /// Where to write the rejected rows, if there are any.
    #[arg(long)]
    rejected: Option<PathBuf>,
}

pub async fn run(args: ImportArgs, json: bool) -> anyhow::Result<()> {
    let client = Client::new(&args.server)?;
    let name = args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let extension = args.file.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let format = args.format.or(extension).map(|format| if format == "ndjson" { "jsonl".into() } else { format });
    let format = format.unwrap_or_else(|| "csv".into());
    let file =
        tokio::fs::File::open(&args.file).await.with_context(|| format!("cannot read {}", args.file.display()))?;
    let length = file.metadata().await?.len();
    let stream = tokio_util::io::ReaderStream::new(file);
    let path = format!("/api/v1/imports?kind={}&format={}&name={}", escape(&args.kind), escape(&format), escape(&name));
    let request = client
        .request(Method::POST, &path)
        .header("content-type", "application/octet-stream")
        .header("content-length", length)
        .body(reqwest::Body::wrap_stream(stream));
    let mut import = client.send(request).await?;
    let id = field(&import, "/id");
    let bar = ProgressBar::new(length);
    bar.set_style(ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {msg} {eta} left")?);
    while matches!(import["state"].as_str(), Some("uploading" | "running")) {
        bar.set_position(import["bytes_done"].as_u64().unwrap_or(0));
        bar.set_message(format!(
            "{} rows, {} rejected",
            field(&import, "/rows_done"),
            field(&import, "/rows_rejected")
        ));
        tokio::time::sleep(PROGRESS_EVERY).await;
        import = client.get(&format!("/api/v1/imports/{id}")).await?;
    }
    bar.finish_and_clear();
    if let Some(path) = &args.rejected
        && import["rows_rejected"].as_u64().unwrap_or(0) > 0
    {
        let response = client.request(Method::GET, &format!("/api/v1/imports/{id}/rejected")).send().await?;
        tokio::fs::write(path, response.error_for_status()?.bytes().await?).await?;
    }
    super::print(json, &import, |import| {
        format!(
            "{}: {} rows, {} accepted, {} rejected",
            field(import, "/state"),
            field(import, "/rows_done"),
            field(import, "/rows_accepted"),
            field(import, "/rows_rejected")
        )
    });
    anyhow::ensure!(
        import["state"] == "finished",
        "the import {}: {}",
        field(&import, "/state"),
        field(&import, "/error")
    );
    Ok(())
}
