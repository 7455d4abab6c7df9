//! `tutti import`: streams a file to a running server, shows its progress, writes down what was rejected.

use super::client::{Client, escape, with_query};
use super::input::{read_json, split};
use super::output::{bytes, count, facts, field, items, list, number, table, text, time};
use super::{Context, Failure};
use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

const PROGRESS_EVERY: Duration = Duration::from_millis(500);
/// What a preview takes of a file.
const PREVIEW_BYTES: u64 = 64 * 1024;
/// Beyond the file's columns, a mapping has these keys.
const OPTIONS: [&str; 6] = ["currency", "time_zone", "channel", "date_order", "decimal_comma", "delimiter"];

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["file", "resume", "list", "cancel"]))]
pub struct ImportArgs {
    /// CSV, JSON Lines, Excel or Parquet.
    file: Option<PathBuf>,
    /// customers, orders, events or companies
    #[arg(long)]
    kind: Option<String>,
    /// csv, jsonl, parquet or xlsx; taken from the file's name unless told.
    #[arg(long)]
    format: Option<String>,
    /// Which column is what: a JSON file, or `Column=field,Other=trait:name,Third=ignore`. What is not said is found
    /// out from the names. Also currency=EUR, time_zone=…, channel=…, date_order=…, decimal_comma=true.
    #[arg(long)]
    mapping: Option<String>,
    /// Show columns, examples and the mapping, and import nothing.
    #[arg(long)]
    preview: bool,
    /// Where to write rejected rows, if there are any; FILE.rejected.csv beside the file unless told.
    #[arg(long)]
    rejected: Option<PathBuf>,
    /// Go on with a cancelled or failed import (imp_…) after its last checkpoint.
    #[arg(long)]
    resume: Option<String>,
    /// Start it and do not wait for its end.
    #[arg(long)]
    no_wait: bool,
    /// Stop a running import at its last checkpoint.
    #[arg(long)]
    cancel: Option<String>,
    /// Imports there are, newest first.
    #[arg(long)]
    list: bool,
}

pub async fn run(args: ImportArgs, context: &Context) -> anyhow::Result<()> {
    let client = context.client()?;
    if args.list {
        return list_imports(context, &client).await;
    }
    if let Some(id) = &args.cancel {
        let import = client.post(&format!("/api/v1/imports/{}/cancel", escape(id)), &json!({})).await?;
        context.print(&import, import_text);
        return Ok(());
    }
    let import = match (&args.file, &args.resume) {
        (_, Some(id)) => client.post(&format!("/api/v1/imports/{}/resume", escape(id)), &json!({})).await?,
        (Some(file), None) => {
            let path = path_of(file, &args)?;
            if args.preview {
                return preview(context, &client, file, &args).await;
            }
            upload(&client, file, &path).await?
        }
        (None, None) => return Err(Failure::Usage("say which file".into()).into()),
    };
    if args.no_wait {
        context.print(&import, import_text);
        return Ok(());
    }
    let import = follow(&client, import).await?;
    let rejected = write_rejected(&client, &import, &args).await?;
    context.print(&import, import_text);
    if let Some(path) = rejected {
        eprintln!("the rejected rows are in {}", path.display());
    }
    let state = field(&import, "/state");
    anyhow::ensure!(
        state == "finished",
        "the import is {state}: {}; when that is put right, `tutti import --resume {}` goes on with it",
        field(&import, "/error"),
        field(&import, "/id")
    );
    Ok(())
}

async fn list_imports(context: &Context, client: &Client) -> anyhow::Result<()> {
    let columns = [
        text("ID", "/id"),
        text("STATE", "/state"),
        text("KIND", "/kind"),
        text("FILE", "/name"),
        number("ROWS", "/rows_done"),
        number("REJECTED", "/rows_rejected"),
        time("STARTED", "/started_at"),
    ];
    context.print(&client.get("/api/v1/imports").await?, |answer| table(&columns, items(answer)));
    Ok(())
}

fn import_text(import: &Value) -> String {
    let columns = [
        text("id", "/id"),
        text("state", "/state"),
        text("file", "/name"),
        number("rows", "/rows_done"),
        number("accepted", "/rows_accepted"),
        number("rejected", "/rows_rejected"),
        number("events", "/events_sent"),
        text("error", "/error"),
    ];
    facts(&columns, import)
}

fn path_of(file: &Path, args: &ImportArgs) -> anyhow::Result<String> {
    let Some(kind) = &args.kind else {
        return Err(Failure::Usage("say --kind customers or --kind orders".into()).into());
    };
    let mapping = args.mapping.as_deref().map(mapping).transpose()?.map(|mapping| mapping.to_string());
    let (name, format) = (name_of(file), format_of(file, args));
    let given = [
        ("kind", Some(kind.as_str())),
        ("format", Some(&format)),
        ("name", Some(&name)),
        ("mapping", mapping.as_deref()),
    ];
    Ok(with_query("/api/v1/imports", &given))
}

fn name_of(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn format_of(file: &Path, args: &ImportArgs) -> String {
    let extension = file.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let known = |extension: &String| matches!(extension.as_str(), "csv" | "jsonl" | "parquet");
    match (&args.format, extension) {
        (Some(format), _) => format.clone(),
        (None, Some(extension)) if extension == "ndjson" => "jsonl".into(),
        (None, Some(extension)) if extension == "pq" => "parquet".into(),
        (None, Some(extension)) if known(&extension) => extension,
        (None, _) => "csv".into(),
    }
}

/// A mapping as the API takes it: a file of JSON, JSON in place, or `column=field,…`.
fn mapping(text: &str) -> anyhow::Result<Value> {
    if text.trim_start().starts_with(['{', '@']) {
        return read_json(text);
    }
    if !text.contains('=') {
        return read_json(&format!("@{text}"));
    }
    let (mut columns, mut whole) = (Map::new(), Map::new());
    for pair in text.split(',') {
        let (name, value) = split(pair.trim())?;
        let value = serde_json::from_str::<bool>(value).map_or_else(|_| json!(value), Value::Bool);
        if OPTIONS.contains(&name) {
            whole.insert(name.to_owned(), value);
        } else {
            columns.insert(name.to_owned(), value);
        }
    }
    whole.insert("columns".into(), Value::Object(columns));
    Ok(Value::Object(whole))
}

async fn preview(context: &Context, client: &Client, file: &Path, args: &ImportArgs) -> anyhow::Result<()> {
    use tokio::io::AsyncReadExt;
    let source = tokio::fs::File::open(file).await.with_context(|| format!("cannot read {}", file.display()))?;
    let mut head = Vec::new();
    source.take(PREVIEW_BYTES).read_to_end(&mut head).await?;
    // The same parameters as the import itself: what the mapping leaves open is filled in, what is wrong is told.
    let path = path_of(file, args)?.replacen("/imports?", "/imports/preview?", 1);
    let request = client.request(Method::POST, &path);
    let request = request.header("content-type", "application/octet-stream").body(head);
    let mut preview = client.send(request).await?;
    let chosen = preview["mapping"]["columns"].clone();
    for column in preview["columns"].as_array_mut().into_iter().flatten() {
        let becomes = column["name"].as_str().map_or(&Value::Null, |name| &chosen[name]).clone();
        column["becomes"] = if becomes.is_null() { column["suggested"].clone() } else { becomes };
    }
    let shown = [text("COLUMN", "/name"), text("BECOMES", "/becomes"), list("EXAMPLES", "/examples")];
    context.print(&preview, |preview| {
        let rows = preview["columns"].as_array().cloned().unwrap_or_default();
        let head = format!("{} as {}, {}", name_of(file), field(preview, "/kind"), field(preview, "/encoding"));
        format!("{head}\n\n{}", table(&shown, &rows))
    });
    Ok(())
}

async fn upload(client: &Client, file: &Path, path: &str) -> anyhow::Result<Value> {
    let source = tokio::fs::File::open(file).await.with_context(|| format!("cannot read {}", file.display()))?;
    let length = source.metadata().await?.len();
    let bar = ProgressBar::new(length);
    bar.set_style(ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} uploaded  {eta} left")?);
    let stream = tokio_util::io::ReaderStream::new(bar.wrap_async_read(source));
    let request = client
        .request(Method::POST, path)
        .header("content-type", "application/octet-stream")
        .header("content-length", length)
        .body(reqwest::Body::wrap_stream(stream));
    let import = client.send(request).await;
    bar.finish_and_clear();
    import
}

/// A progress bar until the import has ended.
async fn follow(client: &Client, mut import: Value) -> anyhow::Result<Value> {
    let path = format!("/api/v1/imports/{}", field(&import, "/id"));
    let bar = ProgressBar::new(count(&import, "/bytes_total"));
    bar.set_style(ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes}  {msg}  {eta} left")?);
    while matches!(import["state"].as_str(), Some("uploading" | "running")) {
        bar.set_position(count(&import, "/bytes_done"));
        bar.set_message(format!(
            "{} rows, {} rejected",
            count(&import, "/rows_done"),
            count(&import, "/rows_rejected")
        ));
        tokio::time::sleep(PROGRESS_EVERY).await;
        import = client.get(&path).await?;
    }
    bar.finish_and_clear();
    Ok(import)
}

/// Writes the rejected rows to a file; None when there are none.
async fn write_rejected(client: &Client, import: &Value, args: &ImportArgs) -> anyhow::Result<Option<PathBuf>> {
    if count(import, "/rows_rejected") == 0 {
        return Ok(None);
    }
    let path = match (&args.rejected, &args.file) {
        (Some(path), _) => path.clone(),
        (None, Some(file)) => file.with_extension("rejected.csv"),
        (None, None) => PathBuf::from(format!("{}.rejected.csv", field(import, "/id"))),
    };
    let rows = client.bytes(&format!("/api/v1/imports/{}/rejected", field(import, "/id"))).await?;
    tokio::fs::write(&path, &rows)
        .await
        .with_context(|| format!("cannot write {} of rejected rows to {}", bytes(rows.len() as u64), path.display()))?;
    Ok(Some(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_in_place_tells_columns_from_options() {
        let read = mapping("Klant=customer_id, Stad=trait:city,currency=SEK,decimal_comma=true").unwrap();
        let columns = json!({ "Klant": "customer_id", "Stad": "trait:city" });
        assert_eq!(read, json!({ "currency": "SEK", "decimal_comma": true, "columns": columns }));
    }

    #[test]
    fn a_mapping_may_be_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mapping.json");
        std::fs::write(&path, r#"{"columns":{"a":"email"}}"#).unwrap();
        assert_eq!(mapping(&path.display().to_string()).unwrap(), json!({ "columns": { "a": "email" } }));
    }

    #[test]
    fn a_pair_without_a_column_is_refused() {
        assert!(mapping("=email").is_err());
    }
}
