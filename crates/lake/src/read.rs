//! Reading without SQL: one person's timeline, everybody's history, counts by name.

use crate::config::TIMELINE_PROFILES_MAX;
use crate::file::{DataFile, numbers};
use crate::query::Tuning;
use crate::schema::{AT_MS, EVENT_ID, PROFILE_ID, RECEIVED_MS, event_id_text};
use crate::table::{Inner, Lake, State};
use crate::{HistoryRow, LakeError, StoredEvent};
use base::{EventId, ProfileId, Timestamp, WorkspaceId};
use deltalake::arrow::array::{Array, AsArray, RecordBatch, StringArray};
use deltalake::arrow::compute::kernels::cmp::eq;
use deltalake::arrow::error::ArrowError;
use deltalake::datafusion::prelude::{col, lit};
use deltalake::parquet::arrow::ProjectionMask;
use deltalake::parquet::arrow::arrow_reader::{
    ArrowPredicate, ArrowPredicateFn, ParquetRecordBatchReaderBuilder, RowFilter,
};
use events::{Channel, EventKind, RawJson, ResolvedEvent};
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::fs::File;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Batches a scan reads ahead of its caller.
const SCAN_AHEAD: usize = 4;
const SCAN_BATCH_ROWS: usize = 8_192;
const SCAN_COLUMNS: [&str; 8] = [PROFILE_ID, AT_MS, RECEIVED_MS, "kind", "name", "channel", "properties", "traits"];
/// Files one scan reads at the same time.
const SCAN_READERS: usize = 2;

/// Narrows a scan; what does not fit is not decoded, and files without any of these customers are not opened.
#[derive(Debug, Clone)]
pub struct HistoryFilter {
    /// Only events whose [`HistoryRow::name`] is this.
    pub name: Option<String>,
    pub profiles: RangeInclusive<ProfileId>,
}

impl Default for HistoryFilter {
    fn default() -> Self {
        Self { name: None, profiles: ProfileId::new(0)..=ProfileId::new(u32::MAX) }
    }
}

impl HistoryFilter {
    fn takes(&self, profile: ProfileId, name: &str) -> bool {
        self.profiles.contains(&profile) && self.name.as_deref().is_none_or(|wanted| wanted == name)
    }

    /// Whether a file with these profiles may hold what is wanted.
    fn may_be_in(&self, first: i64, last: i64) -> bool {
        self.profiles.start().sql() <= last && first <= self.profiles.end().sql()
    }

    /// Decodes the columns that decide first, the others only for what is wanted. The file holds `first` to `last`.
    fn open(&self, (first, last, file): OpenFile) -> Result<Batches, LakeError> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
        let schema = builder.parquet_schema();
        let mask = ProjectionMask::columns(schema, SCAN_COLUMNS);
        let mut decide: Vec<Box<dyn ArrowPredicate>> = Vec::new();
        if let Some(name) = self.name.clone() {
            let column = ProjectionMask::columns(schema, ["name"]);
            let wanted = move |batch: RecordBatch| eq(batch.column(0), &StringArray::new_scalar(&name));
            decide.push(Box::new(ArrowPredicateFn::new(column, wanted)));
        }
        let (from, to) = (self.profiles.start().sql(), self.profiles.end().sql());
        if first < from || to < last {
            let column = ProjectionMask::columns(schema, [PROFILE_ID]);
            let wanted = move |batch: RecordBatch| {
                let profiles =
                    numbers(&batch, PROFILE_ID).map_err(|error| ArrowError::SchemaError(error.to_string()))?;
                Ok(profiles.iter().map(|profile| Some(from <= *profile && *profile <= to)).collect())
            };
            decide.push(Box::new(ArrowPredicateFn::new(column, wanted)));
        }
        Ok(builder
            .with_projection(mask)
            .with_row_filter(RowFilter::new(decide))
            .with_batch_size(SCAN_BATCH_ROWS)
            .build()?)
    }
}

/// Narrows a timeline.
#[derive(Debug, Clone, Default)]
pub struct TimelineFilter {
    pub channel: Option<Channel>,
    /// [`events::Event::display_name`].
    pub name: Option<String>,
}

/// How often an event of a name happened.
#[derive(Debug, Clone, PartialEq)]
pub struct NameCount {
    pub name: String,
    pub count: u64,
    pub last_at: Timestamp,
}

impl Lake {
    /// Events of a person, newest first. `profiles` are the canonical id and all ids merged into it; `before` is
    /// [`StoredEvent::position`] of the last event of the page before.
    pub async fn timeline(
        &self,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
        before: Option<(Timestamp, EventId)>,
        limit: usize,
        filter: &TimelineFilter,
    ) -> Result<Vec<StoredEvent>, LakeError> {
        if profiles.len() > TIMELINE_PROFILES_MAX {
            return Err(LakeError::Query(format!("a timeline takes at most {TIMELINE_PROFILES_MAX} profiles")));
        }
        let _reading = self.inner.readers.read().await;
        let state = self.inner.state.read().clone();
        let wanted: BTreeSet<ProfileId> = profiles.iter().copied().collect();
        let matches = |item: &&ResolvedEvent| {
            let event = &item.event;
            event.workspace == workspace
                && wanted.contains(&item.profile)
                && before.is_none_or(|before| (event.at, event.id) < before)
                && filter.channel.is_none_or(|channel| event.channel == channel)
                && filter.name.as_deref().is_none_or(|name| event.display_name() == name)
        };
        let tail = state.tail.chunks().flat_map(|chunk| &chunk.events).filter(matches);
        let mut found: Vec<StoredEvent> = tail.map(StoredEvent::from).collect();
        let mut files = state.files_of(workspace);
        files.retain(|file| file.may_hold(&wanted) && before.is_none_or(|(at, _)| file.at.min <= at.ms()));
        if !files.is_empty() {
            found.extend(self.inner.timeline_of_files(workspace, &files, &wanted, before, limit, filter).await?);
        }
        found.sort_unstable_by_key(|event| std::cmp::Reverse(event.position()));
        found.truncate(limit);
        Ok(found)
    }

    /// Hands every event of a workspace to `visit`, files first, then the tail. Events of one profile do not come
    /// together or in order of time. Files are read ahead on another thread; memory stays bounded.
    pub async fn scan(
        &self,
        workspace: WorkspaceId,
        visit: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send),
    ) -> Result<u64, LakeError> {
        self.snapshot(workspace).await?.scan(visit).await
    }

    /// The events of a workspace as they are now. Its files stay readable for as long as it lives, whatever is written,
    /// compacted or erased meanwhile: keep it for the length of a reading only.
    pub async fn snapshot(&self, workspace: WorkspaceId) -> Result<HistorySnapshot, LakeError> {
        let _reading = self.inner.readers.read().await;
        let state = self.inner.state.read().clone();
        let open = |file: Arc<DataFile>| {
            let path = file.full_path(&self.inner.root);
            let opened = File::open(&path).map_err(|error| LakeError::io(&path, error))?;
            Ok((file.profile.min, file.profile.max, opened))
        };
        let files = state.files_of(workspace).into_iter().map(open).collect::<Result<Vec<_>, LakeError>>()?;
        Ok(HistorySnapshot { workspace, files, state })
    }

    /// Events by name since a time, most frequent first.
    pub async fn count_by_name(
        &self,
        workspace: WorkspaceId,
        since: Option<Timestamp>,
    ) -> Result<Vec<NameCount>, LakeError> {
        let since = since.map_or(i64::MIN, Timestamp::ms);
        self.counted(workspace, &format!("at_ms >= {since}")).await
    }

    async fn counted(&self, workspace: WorkspaceId, condition: &str) -> Result<Vec<NameCount>, LakeError> {
        let sql = format!(
            "SELECT name, count(*) AS events, max(at_ms) AS last FROM events WHERE {condition} \
             GROUP BY name ORDER BY events DESC, name"
        );
        let mut counts = Vec::new();
        for batch in self.query_arrow(workspace, &sql, crate::config::QUERY_ROWS_MAX).await? {
            let (names, events, last) = (text(&batch, "name")?, numbers(&batch, "events")?, numbers(&batch, "last")?);
            counts.extend((0..batch.num_rows()).map(|index| NameCount {
                name: names.value(index).to_owned(),
                count: events[index].max(0) as u64,
                last_at: Timestamp::from_ms(last[index]),
            }));
        }
        Ok(counts)
    }

    /// Events of these profiles by name, most frequent first.
    pub async fn count_by_name_of(
        &self,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
    ) -> Result<Vec<NameCount>, LakeError> {
        let ids: Vec<String> = profiles.iter().take(TIMELINE_PROFILES_MAX).map(|id| id.sql().to_string()).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.counted(workspace, &format!("profile_id IN ({})", ids.join(","))).await
    }

    /// Events of a workspace, tail included. Costs nothing: files know their rows.
    pub fn count(&self, workspace: WorkspaceId) -> u64 {
        let state = self.inner.state.read();
        let files: u64 = state.files.iter().filter(|file| file.workspace == workspace).map(|file| file.rows).sum();
        let of_tail = |item: &&ResolvedEvent| item.event.workspace == workspace;
        files + state.tail.chunks().flat_map(|chunk| &chunk.events).filter(of_tail).count() as u64
    }
}

/// First and last profile, and the file.
type OpenFile = (i64, i64, File);

/// Sees the rows of a scan; see [`HistorySnapshot::scan_apart`].
pub type RowVisitor = Box<dyn for<'a> FnMut(HistoryRow<'a>) + Send>;

/// See [`Lake::snapshot`].
pub struct HistorySnapshot {
    workspace: WorkspaceId,
    files: Vec<OpenFile>,
    state: State,
}

impl HistorySnapshot {
    /// The highest profile that has an event in it; none when it is empty.
    pub fn highest_profile(&self) -> Option<ProfileId> {
        let of_tail = self.state.tail.chunks().flat_map(|chunk| &chunk.events);
        let of_tail = of_tail.filter(|item| item.event.workspace == self.workspace).map(|item| item.profile);
        self.files.iter().map(|(_, last, _)| ProfileId::from_sql(*last)).chain(of_tail).max()
    }

    /// As [`Lake::scan`]; answers how many rows there were.
    pub async fn scan(&self, visit: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send)) -> Result<u64, LakeError> {
        self.scan_where(&HistoryFilter::default(), visit).await
    }

    /// Only the rows that fit; answers how many. Two files are decoded at a time, ahead of `visit`.
    pub async fn scan_where(
        &self,
        filter: &HistoryFilter,
        visit: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send),
    ) -> Result<u64, LakeError> {
        let files = Arc::new(Mutex::new(self.wanted(filter)?.into_iter()));
        let (send, mut batches) = tokio::sync::mpsc::channel(SCAN_AHEAD);
        let mut readers = tokio::task::JoinSet::new();
        for _ in 0..SCAN_READERS {
            let (files, send, filter) = (files.clone(), send.clone(), filter.clone());
            readers.spawn_blocking(move || {
                while let Some(file) = { files.lock().next() } {
                    for batch in filter.open(file)? {
                        if send.blocking_send(batch?).is_err() {
                            return Ok(());
                        }
                    }
                }
                Ok::<(), LakeError>(())
            });
        }
        drop(send);
        let mut rows = 0;
        let mut each = |row: HistoryRow<'_>| {
            if filter.takes(row.profile, row.name) {
                rows += 1;
                visit(row);
            }
        };
        while let Some(batch) = batches.recv().await {
            visit_batch(&batch, &mut each)?;
        }
        while let Some(reader) = readers.join_next().await {
            reader??;
        }
        self.visit_tail(&mut each);
        Ok(rows)
    }

    /// As [`Self::scan_where`], for visitors that work: each of two readers has one of its own and calls it on its own
    /// thread. All rows of a file come to one visitor; events of one customer may come to several.
    pub async fn scan_apart(
        &self,
        filter: &HistoryFilter,
        make: &(dyn Fn() -> RowVisitor + Sync),
    ) -> Result<(), LakeError> {
        let files = Arc::new(Mutex::new(self.wanted(filter)?.into_iter()));
        let given_up = GivenUp::default();
        let mut readers = tokio::task::JoinSet::new();
        for _ in 0..SCAN_READERS {
            let (files, filter, given_up, mut visit) = (files.clone(), filter.clone(), given_up.0.clone(), make());
            readers.spawn_blocking(move || {
                let mut each = |row: HistoryRow<'_>| {
                    if filter.takes(row.profile, row.name) {
                        visit(row);
                    }
                };
                while let Some(file) = { files.lock().next() } {
                    for batch in filter.open(file)? {
                        if given_up.load(Ordering::Relaxed) {
                            return Ok(());
                        }
                        visit_batch(&batch?, &mut each)?;
                    }
                }
                Ok::<(), LakeError>(())
            });
        }
        while let Some(reader) = readers.join_next().await {
            reader??;
        }
        let mut visit = make();
        self.visit_tail(&mut |row| {
            if filter.takes(row.profile, row.name) {
                visit(row);
            }
        });
        Ok(())
    }

    /// A duplicate of a file shares its position: one scan at a time reads a snapshot.
    fn wanted(&self, filter: &HistoryFilter) -> Result<Vec<OpenFile>, LakeError> {
        let wanted = self.files.iter().filter(|(first, last, _)| filter.may_be_in(*first, *last));
        let files = wanted.map(|(first, last, file)| Ok((*first, *last, file.try_clone()?)));
        let files = files.collect::<Result<Vec<OpenFile>, std::io::Error>>();
        files.map_err(|error| LakeError::io(Path::new("a file of the history"), error))
    }

    fn visit_tail(&self, each: &mut dyn FnMut(HistoryRow<'_>)) {
        let tail = self.state.tail.chunks().flat_map(|chunk| &chunk.events);
        tail.filter(|item| item.event.workspace == self.workspace).for_each(|item| each(HistoryRow::from(item)));
    }
}

/// Tells readers on threads of their own that nobody waits for them any more.
#[derive(Default)]
struct GivenUp(Arc<AtomicBool>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Inner {
    async fn timeline_of_files(
        &self,
        workspace: WorkspaceId,
        files: &[Arc<DataFile>],
        profiles: &BTreeSet<ProfileId>,
        before: Option<(Timestamp, EventId)>,
        limit: usize,
        filter: &TimelineFilter,
    ) -> Result<Vec<StoredEvent>, LakeError> {
        let context = self.session(Tuning::Point);
        let ids = profiles.iter().map(|profile| lit(profile.sql())).collect();
        let mut frame = self.files(&context, files).await?.filter(col(PROFILE_ID).in_list(ids, false))?;
        if let Some((at, id)) = before {
            let (at, id) = (lit(at.ms()), lit(event_id_text(id)));
            let tie = col(AT_MS).eq(at.clone()).and(col(EVENT_ID).lt(id));
            frame = frame.filter(col(AT_MS).lt(at).or(tie))?;
        }
        if let Some(channel) = filter.channel {
            frame = frame.filter(col("channel").eq(lit(channel.name())))?;
        }
        if let Some(name) = &filter.name {
            frame = frame.filter(col("name").eq(lit(name.as_str())))?;
        }
        let newest = vec![col(AT_MS).sort(false, false), col(EVENT_ID).sort(false, false)];
        let batches = frame.sort(newest)?.limit(0, Some(limit))?.collect().await?;
        let mut found = Vec::new();
        for batch in &batches {
            for index in 0..batch.num_rows() {
                found.push(stored_event(workspace, batch, index)?);
            }
        }
        Ok(found)
    }

    /// The first batch after a start may begin before the stored cursor: takes out what the files already hold.
    pub async fn drop_stored(&self, events: &mut Vec<ResolvedEvent>) -> Result<(), LakeError> {
        let Some(oldest) = events.iter().map(|item| item.event.received_at.ms()).min() else { return Ok(()) };
        let _reading = self.readers.read().await;
        let files = self.state.read().files.clone();
        let recent = files.iter().filter(|file| file.received.max >= oldest);
        let paths: Vec<PathBuf> = recent.map(|file| file.full_path(&self.root)).collect();
        let wanted: BTreeSet<String> = events.iter().map(|item| event_id_text(item.event.id)).collect();
        let stored = tokio::task::spawn_blocking(move || {
            let mut stored = BTreeSet::new();
            for path in paths {
                for batch in open_columns(&path, &[EVENT_ID])? {
                    let batch = batch?;
                    let ids = text(&batch, EVENT_ID)?;
                    stored.extend(ids.iter().flatten().filter(|id| wanted.contains(*id)).map(str::to_owned));
                }
            }
            Ok::<_, LakeError>(stored)
        })
        .await??;
        events.retain(|item| !stored.contains(&event_id_text(item.event.id)));
        Ok(())
    }
}

type Batches = deltalake::parquet::arrow::arrow_reader::ParquetRecordBatchReader;

fn open_columns(path: &Path, columns: &[&str]) -> Result<Batches, LakeError> {
    columns_of(File::open(path).map_err(|error| LakeError::io(path, error))?, columns)
}

pub(crate) fn columns_of(file: File, columns: &[&str]) -> Result<Batches, LakeError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    Ok(builder.with_projection(mask).with_batch_size(SCAN_BATCH_ROWS).build()?)
}

pub(crate) fn text<'a>(batch: &'a RecordBatch, column: &str) -> Result<&'a StringArray, LakeError> {
    let array = batch.column_by_name(column).and_then(|array| array.as_string_opt::<i32>());
    array.ok_or_else(|| LakeError::missing(column))
}

fn visit_batch(batch: &RecordBatch, visit: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send)) -> Result<(), LakeError> {
    let (profiles, at, received) = (numbers(batch, PROFILE_ID)?, numbers(batch, AT_MS)?, numbers(batch, RECEIVED_MS)?);
    let (kinds, names, channels) = (text(batch, "kind")?, text(batch, "name")?, text(batch, "channel")?);
    let (properties, traits) = (text(batch, "properties")?, text(batch, "traits")?);
    for index in 0..batch.num_rows() {
        visit(HistoryRow {
            profile: ProfileId::from_sql(profiles[index]),
            at: Timestamp::from_ms(at[index]),
            received_at: Timestamp::from_ms(received[index]),
            kind: kind_of(kinds.value(index))?,
            name: names.value(index),
            channel: channel_of(channels.value(index))?,
            properties: properties.value(index),
            traits: traits.value(index),
        });
    }
    Ok(())
}

fn kind_of(text: &str) -> Result<EventKind, LakeError> {
    EventKind::parse(text).ok_or_else(|| LakeError::Broken(format!("event kind \"{text}\"")))
}

fn channel_of(text: &str) -> Result<Channel, LakeError> {
    Channel::parse(text).ok_or_else(|| LakeError::Broken(format!("channel \"{text}\"")))
}

fn stored_event(workspace: WorkspaceId, batch: &RecordBatch, index: usize) -> Result<StoredEvent, LakeError> {
    let required = |column: &str| Ok::<_, LakeError>(text(batch, column)?.value(index));
    let optional = |column: &str| {
        let array = text(batch, column)?;
        Ok::<_, LakeError>(array.is_valid(index).then(|| array.value(index).to_owned()))
    };
    let json = |column: &str| required(column).map(RawJson::new);
    let time = |column: &str| Ok::<_, LakeError>(Timestamp::from_ms(numbers(batch, column)?[index]));
    let id = required(EVENT_ID)?;
    let id = u128::from_str_radix(id, 16).map_err(|_| LakeError::Broken(format!("event id \"{id}\"")))?;
    Ok(StoredEvent {
        workspace,
        profile: ProfileId::from_sql(numbers(batch, PROFILE_ID)?[index]),
        id: EventId(id),
        at: time(AT_MS)?,
        received_at: time(RECEIVED_MS)?,
        kind: kind_of(required("kind")?)?,
        name: required("name")?.to_owned(),
        page_name: optional("page_name")?,
        channel: channel_of(required("channel")?)?,
        source: optional("source")?.and_then(|text| text.parse().ok()),
        message_id: required("message_id")?.to_owned(),
        user_id: optional("user_id")?,
        anonymous_id: optional("anonymous_id")?,
        previous_id: optional("previous_id")?,
        group_id: optional("group_id")?,
        properties: json("properties")?,
        traits: json("traits")?,
        context: json("context")?,
    })
}
