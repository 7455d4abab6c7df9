//! Running an import: a thread reads and maps, a task makes durable, a checkpoint says how far both are.

use super::companies::CompanyRows;
use super::customers::{CustomerRows, Ready};
use super::happenings::EventRows;
use super::mapping::REJECTION_COLUMNS;
use super::orders::{OrderRows, OrderWindow};
use super::rows::{FileError, Raw, Row, RowReader, fields_of};
use super::{BATCH_BYTES, BATCH_EVENTS, CHECKPOINT_ROWS, Import, ImportKind, ImportState, PREVIEW_BYTES, store};
use crate::accept::record;
use crate::limits::FUTURE_MS_MAX;
use crate::{Collect, CollectError, Result};
use base::{EventId, Problem};
use bytes::Bytes;
use events::{Channel, InboxError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// Chunks between the reading thread and the inbox.
const CHUNKS_AHEAD: usize = 2;
/// Rows the mapping is completed from.
const SNIFF_ROWS: usize = 200;

/// Progress of a running import, for whoever asks before the next checkpoint.
#[derive(Debug, Default)]
pub(crate) struct Live {
    pub cancelled: AtomicBool,
    pub bytes_done: Arc<AtomicU64>,
    pub rows_done: AtomicU64,
    pub rows_accepted: AtomicU64,
    pub rows_rejected: AtomicU64,
    pub events_sent: AtomicU64,
}

/// What the reading thread hands over.
#[derive(Default)]
struct Chunk {
    events: Vec<Ready>,
    bytes: usize,
    /// Lines of the rejected-rows file.
    rejected: Vec<u8>,
    rows_accepted: u64,
    rows_rejected: u64,
    rows_read: u64,
    /// Set at a checkpoint: the open orders as JSON.
    checkpoint: Option<Vec<u8>>,
    /// Set on the last chunk.
    end: bool,
}

pub(crate) fn source_file(folder: &Path) -> PathBuf {
    folder.join("source")
}

pub(crate) fn rejected_file(folder: &Path) -> PathBuf {
    folder.join("rejected.csv")
}

fn window_file(folder: &Path, rows_done: u64) -> PathBuf {
    folder.join(format!("open-orders-{rows_done}.json"))
}

impl Collect {
    /// Runs an import from its checkpoint to its end; every outcome is in its row.
    pub(crate) async fn run_import(self, mut import: Import, live: Arc<Live>) {
        let id = import.id;
        let permit = self.inner.imports.slots.clone().acquire_owned().await;
        let outcome = if live.cancelled.load(Ordering::Relaxed) {
            Ok(ImportState::Cancelled)
        } else {
            self.drive(&mut import, &live).await
        };
        drop(permit);
        let now = self.inner.clock.now();
        match outcome {
            Ok(state) => (import.state, import.finished_at) = (state, Some(now)),
            // The program stops: the row still says "running", and the next start goes on at the checkpoint.
            Err(CollectError::Inbox(InboxError::Closed)) => return self.inner.imports.ended(id),
            Err(error) => import.fail(&error.into(), now),
        }
        if import.state == ImportState::Finished {
            // What was imported need not lie around as a file any longer; the rejected rows stay.
            let _ = tokio::fs::remove_file(source_file(&self.inner.imports.folder(id))).await;
        }
        tracing::info!(import = %id, state = import.state.name(), rows = import.rows_done, "import ended");
        if let Err(error) = store::save(&self.inner.db, &import).await {
            tracing::error!(import = %id, %error, "the import's outcome could not be written; it will be taken up at the next start");
        }
        self.inner.imports.ended(id);
    }

    async fn drive(&self, import: &mut Import, live: &Arc<Live>) -> Result<ImportState> {
        let folder = self.inner.imports.folder(import.id);
        let window = load_window(&folder, import).await?;
        let mut rejected = open_rejected(&folder, import.rejected_bytes)?;
        if import.started_at.is_none() {
            import.started_at = Some(self.inner.clock.now());
        }
        self.complete_mapping(import, &folder).await?;
        store::save(&self.inner.db, import).await?;
        let (sender, mut chunks) = mpsc::channel(CHUNKS_AHEAD);
        let reading = self.start_reading(import, folder.clone(), window, live.clone(), sender);
        let mut ended = false;
        while let Some(chunk) = chunks.recv().await {
            if live.cancelled.load(Ordering::Relaxed) {
                return Ok(ImportState::Cancelled);
            }
            ended |= chunk.end;
            self.take_chunk(import, &folder, &mut rejected, live, chunk).await?;
        }
        let read = reading.await.map_err(|error| Problem::internal(format!("the reading thread died: {error}")))?;
        if let Err(error) = read {
            return Err(Problem::invalid("unreadable_file", error.0).into());
        }
        if !ended {
            return Ok(ImportState::Cancelled);
        }
        if import.rows_accepted == 0 && import.rows_rejected > 0 {
            let detail =
                format!("none of the {} rows can be imported; the rejected rows say why", import.rows_rejected);
            return Err(Problem::invalid("no_row_imported", detail).into());
        }
        Ok(ImportState::Finished)
    }

    async fn complete_mapping(&self, import: &mut Import, folder: &Path) -> Result<()> {
        let (path, format) = (source_file(folder), import.format);
        let parquet = self.inner.imports.parquet.clone();
        let mapping = import.mapping.clone();
        let sniffed = tokio::task::spawn_blocking(move || {
            let head = read_head(&path)?;
            let mut reader = RowReader::open(&path, format, &mapping, parquet.as_ref(), Arc::default())?;
            let mut rows = Vec::new();
            while rows.len() < SNIFF_ROWS {
                match reader.next()? {
                    Some(Ok(row)) => rows.push(row),
                    Some(Err(_)) => {}
                    None => break,
                }
            }
            if rows.is_empty() && !reader.columns().is_empty() {
                rows.push(Row { line: 1, columns: reader.columns().into(), cells: Vec::new() });
            }
            Ok::<_, FileError>((head, rows))
        });
        let sniffed = sniffed.await.map_err(|error| Problem::internal(error.to_string()))?;
        let (head, rows) = sniffed.map_err(|error| Problem::invalid("unreadable_file", error.0))?;
        import.mapping.complete(import.kind, &head, &rows, format);
        require_columns(import)?;
        Ok(())
    }

    fn start_reading(
        &self,
        import: &Import,
        folder: PathBuf,
        window: OrderWindow,
        live: Arc<Live>,
        chunks: mpsc::Sender<Chunk>,
    ) -> tokio::task::JoinHandle<std::result::Result<(), FileError>> {
        let (import, parquet) = (import.clone(), self.inner.imports.parquet.clone());
        let now = self.inner.clock.now();
        tokio::task::spawn_blocking(move || {
            live.bytes_done.store(0, Ordering::Relaxed);
            let bytes_done = live.bytes_done.clone();
            let reader =
                RowReader::open(&source_file(&folder), import.format, &import.mapping, parquet.as_ref(), bytes_done)?;
            let (mapping, latest) = (import.mapping.clone(), now.plus_ms(FUTURE_MS_MAX));
            let mapper = match import.kind {
                ImportKind::Companies => Mapper::Companies(CompanyRows::new(mapping, latest)),
                ImportKind::Customers => Mapper::Customers(CustomerRows::new(mapping, latest)),
                ImportKind::Events => Mapper::Events(EventRows::new(mapping, latest)),
                ImportKind::Orders => Mapper::Orders(Box::new(OrderRows::new(mapping, window, latest))),
            };
            Reading { reader, mapper, live, chunks, chunk: Chunk::default(), since_checkpoint: 0 }.run(import.rows_done)
        })
    }

    async fn take_chunk(
        &self,
        import: &mut Import,
        folder: &Path,
        rejected: &mut std::fs::File,
        live: &Live,
        chunk: Chunk,
    ) -> Result<()> {
        let sent = self.send(import, &chunk.events).await?;
        rejected.write_all(&chunk.rejected).map_err(|source| file_error(&rejected_file(folder), source))?;
        import.events_sent += sent;
        import.rows_done += chunk.rows_read;
        import.rows_accepted += chunk.rows_accepted;
        import.rows_rejected += chunk.rows_rejected;
        if let Some(source) = import.source.and_then(|id| self.inner.sources.state(id)) {
            source.count_refused(chunk.rows_rejected);
        }
        import.rejected_bytes += chunk.rejected.len() as u64;
        import.bytes_done = live.bytes_done.load(Ordering::Relaxed).min(import.bytes_total);
        live.rows_done.store(import.rows_done, Ordering::Relaxed);
        live.rows_accepted.store(import.rows_accepted, Ordering::Relaxed);
        live.rows_rejected.store(import.rows_rejected, Ordering::Relaxed);
        live.events_sent.store(import.events_sent, Ordering::Relaxed);
        if chunk.end {
            import.rows_total = Some(import.rows_done);
            import.bytes_done = import.bytes_total;
        }
        if let Some(window) = chunk.checkpoint {
            rejected.sync_data().map_err(|source| file_error(&rejected_file(folder), source))?;
            write_window(folder, import.rows_done, &window).await?;
            store::save(&self.inner.db, import).await?;
            remove_old_windows(folder, import.rows_done).await;
        }
        Ok(())
    }

    /// Makes the events durable; waits while the inbox is full. Orders imported before are left out.
    async fn send(&self, import: &Import, events: &[Ready]) -> Result<u64> {
        let key = |ready: &Ready| EventId::of(import.workspace, &ready.message_id).0 as i64;
        let order_keys: Vec<i64> = events.iter().filter(|ready| ready.order).map(key).collect();
        let known: std::collections::HashSet<i64> =
            store::known_orders(&self.inner.db, import.workspace, &order_keys).await?.into_iter().collect();
        let fresh: Vec<&Ready> = events.iter().filter(|ready| !(ready.order && known.contains(&key(ready)))).collect();
        let mut sent = 0;
        let mut rest = &fresh[..];
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = rest
                .iter()
                .take(BATCH_EVENTS)
                .take_while(|ready| {
                    bytes += ready.json.len();
                    bytes <= BATCH_BYTES
                })
                .count();
            let (batch, after) = rest.split_at(fits.max(1));
            sent += self.append_batch(import, batch).await?;
            rest = after;
        }
        store::remember_orders(&self.inner.db, import.workspace, &order_keys).await?;
        Ok(sent)
    }

    async fn append_batch(&self, import: &Import, batch: &[&Ready]) -> Result<u64> {
        let texts: Vec<&str> = batch.iter().map(|ready| ready.json.as_str()).collect();
        let text = format!("{{\"batch\":[{}]}}", texts.join(","));
        let body = self.without_addresses(import.workspace, &text).unwrap_or_else(|| Bytes::from(text));
        let ids: Vec<EventId> = batch.iter().map(|ready| EventId::of(import.workspace, &ready.message_id)).collect();
        loop {
            let now = self.inner.clock.now();
            let record = record(import.workspace, Channel::Import, import.source, now, ids.clone(), body.clone());
            match self.inner.inbox.append(record).await {
                Ok(appended) => {
                    let fresh = batch.len() as u64 - u64::from(appended.duplicates);
                    if let Some(source) = import.source.and_then(|id| self.inner.sources.state(id)) {
                        source.count(fresh as u32, now);
                    }
                    return Ok(fresh);
                }
                Err(InboxError::Busy { retry_after_s }) => {
                    tokio::time::sleep(Duration::from_secs(u64::from(retry_after_s))).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Without these a whole file would be rejected row by row.
fn require_columns(import: &Import) -> Result<()> {
    let has = |field: &str| import.mapping.columns.values().any(|target| target == field);
    let people = ["customer_id", "email", "phone", "loyalty_card"];
    let missing = match import.kind {
        ImportKind::Companies if has("company_id") => return Ok(()),
        ImportKind::Companies => "company_id",
        _ if !people.iter().any(|field| has(field)) => "customer_id, email, phone or loyalty_card",
        ImportKind::Events if !has("event") && import.mapping.event.is_none() => "event",
        ImportKind::Orders if !has("order_id") => "order_id",
        ImportKind::Orders if !has("ordered_at") => "ordered_at",
        _ => return Ok(()),
    };
    let detail = format!("no column is mapped to {missing}; the file cannot be imported as {}", import.kind.name());
    Err(Problem::invalid("missing_column", detail).into())
}

fn read_head(path: &Path) -> std::result::Result<Vec<u8>, FileError> {
    use std::io::Read;
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(PREVIEW_BYTES as u64).read_to_end(&mut head));
    read.map(|_| head).map_err(|error| FileError(format!("the stored file cannot be read: {error}")))
}

fn file_error(path: &Path, source: std::io::Error) -> CollectError {
    CollectError::File { path: path.display().to_string(), source }
}

/// Opens the rejected-rows file, cut to what the checkpoint knows.
fn open_rejected(folder: &Path, length: u64) -> Result<std::fs::File> {
    let path = rejected_file(folder);
    let open = || {
        let mut file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        file.set_len(length)?;
        std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0))?;
        Ok(file)
    };
    open().map_err(|source| file_error(&path, source))
}

async fn load_window(folder: &Path, import: &Import) -> Result<OrderWindow> {
    if import.rows_done == 0 || import.kind != ImportKind::Orders {
        return Ok(OrderWindow::default());
    }
    let path = window_file(folder, import.rows_done);
    let bytes = tokio::fs::read(&path).await.map_err(|source| file_error(&path, source))?;
    let window = serde_json::from_slice(&bytes)
        .map_err(|error| Problem::internal(format!("the checkpoint {} cannot be read: {error}", path.display())))?;
    Ok(window)
}

/// On disk before the row that points to it.
async fn write_window(folder: &Path, rows_done: u64, window: &[u8]) -> Result<()> {
    if window.is_empty() {
        return Ok(());
    }
    let path = window_file(folder, rows_done);
    let (target, window) = (path.clone(), window.to_vec());
    let written = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::create(target)?;
        file.write_all(&window)?;
        file.sync_all()
    });
    let written = written.await.map_err(|error| Problem::internal(error.to_string()))?;
    written.map_err(|source| file_error(&path, source))
}

async fn remove_old_windows(folder: &Path, rows_done: u64) {
    let keep = window_file(folder, rows_done);
    let Ok(mut entries) = tokio::fs::read_dir(folder).await else { return };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let is_window = entry.file_name().to_string_lossy().starts_with("open-orders-");
        if is_window && entry.path() != keep {
            let _ = tokio::fs::remove_file(entry.path()).await;
        }
    }
}

enum Mapper {
    Companies(CompanyRows),
    Customers(CustomerRows),
    Events(EventRows),
    Orders(Box<OrderRows>),
}

/// The reading thread.
struct Reading {
    reader: RowReader,
    mapper: Mapper,
    live: Arc<Live>,
    chunks: mpsc::Sender<Chunk>,
    chunk: Chunk,
    since_checkpoint: u64,
}

impl Reading {
    /// Reads to the end of the file, or until cancelled or nobody listens. Skips `rows_done` rows first.
    fn run(mut self, rows_done: u64) -> std::result::Result<(), FileError> {
        for _ in 0..rows_done {
            if self.reader.next()?.is_none() {
                break;
            }
        }
        if rows_done == 0 {
            self.reject_header();
        }
        let mut row_number = rows_done;
        while let Some(row) = self.reader.next()? {
            row_number += 1;
            self.chunk.rows_read += 1;
            self.since_checkpoint += 1;
            match row {
                Ok(row) => self.map(&row, row_number),
                Err(bad) => self.reject(bad.line, &bad.error, bad.raw),
            }
            if let Mapper::Orders(orders) = &mut self.mapper {
                let ready = orders.completed(row_number);
                self.push(ready);
            }
            let full = self.chunk.events.len() >= BATCH_EVENTS || self.chunk.bytes >= BATCH_BYTES;
            if (full || self.since_checkpoint >= CHECKPOINT_ROWS) && !self.hand_over(false) {
                return Ok(());
            }
        }
        if let Mapper::Orders(orders) = &mut self.mapper {
            let ready = orders.finish();
            self.push(ready);
        }
        self.hand_over(true);
        Ok(())
    }

    fn map(&mut self, row: &Row, row_number: u64) {
        let outcome = match &mut self.mapper {
            Mapper::Companies(companies) => companies.event(row).map(|ready| vec![ready]),
            Mapper::Customers(customers) => customers.event(row).map(|ready| vec![ready]),
            Mapper::Events(events) => events.event(row).map(|ready| vec![ready]),
            Mapper::Orders(orders) => orders.add(row, row_number).map(|()| Vec::new()),
        };
        match outcome {
            Ok(ready) => {
                self.chunk.rows_accepted += 1;
                self.push(ready);
            }
            Err(error) => {
                self.reject(row.line, &error, Raw::Fields(fields_of(row)));
            }
        }
    }

    fn push(&mut self, ready: Vec<Ready>) {
        self.chunk.bytes += ready.iter().map(|ready| ready.json.len()).sum::<usize>();
        self.chunk.events.extend(ready);
    }

    /// A CSV file's own columns stand after what is wrong with a row; of other files the row is one field.
    fn reject_header(&mut self) {
        let fields: Vec<String> = match self.reader.header() {
            Some(header) => REJECTION_COLUMNS.map(str::to_owned).into_iter().chain(header).collect(),
            None => ["line", "error", "row"].map(str::to_owned).to_vec(),
        };
        self.write_rejected(&fields);
    }

    fn reject(&mut self, line: u64, error: &str, raw: Raw) {
        self.chunk.rows_rejected += 1;
        let mut fields = vec![line.to_string(), error.to_owned()];
        match (raw, &self.reader) {
            (Raw::Fields(cells), RowReader::Csv(_) | RowReader::Xlsx(_)) => fields.extend(cells),
            (Raw::Fields(cells), _) => fields.push(csv_line(&cells, b',')),
            (Raw::Line(line), _) => fields.push(line),
        }
        self.write_rejected(&fields);
    }

    fn write_rejected(&mut self, fields: &[String]) {
        let delimiter = match &self.reader {
            RowReader::Csv(rows) => rows.delimiter(),
            _ => b',',
        };
        self.chunk.rejected.extend(csv_line(fields, delimiter).as_bytes());
        self.chunk.rejected.push(b'\n');
    }

    /// False when the import was cancelled.
    fn hand_over(&mut self, end: bool) -> bool {
        let mut chunk = std::mem::take(&mut self.chunk);
        chunk.end = end;
        if end || self.since_checkpoint >= CHECKPOINT_ROWS {
            self.since_checkpoint = 0;
            chunk.checkpoint = Some(match &self.mapper {
                Mapper::Orders(orders) if !end => serde_json::to_vec(&orders.window).unwrap_or_default(),
                _ => Vec::new(),
            });
        }
        !self.live.cancelled.load(Ordering::Relaxed) && self.chunks.blocking_send(chunk).is_ok()
    }
}

/// One line of CSV, without the line break.
fn csv_line(fields: &[String], delimiter: u8) -> String {
    let mut writer =
        csv::WriterBuilder::new().delimiter(delimiter).terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(fields);
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default().trim_end_matches('\n').to_owned()
}
