//! The files of the log: names, frames, repair, reading back, dropping what is done with.

use super::{InboxError, Offset};
use crate::Record;
use base::{EventId, Timestamp};
use bytes::Bytes;
use std::fs::{File, OpenOptions};
use std::io::{IoSlice, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// length u32 + crc32 u32
pub const FRAME_HEADER_BYTES: usize = 8;
/// No record is larger; a longer length is damage.
pub(super) const RECORD_BYTES_MAX: usize = 32 << 20;
const LOG: &str = "log";
/// What a repair cut off the log's end; kept to look at until the segments around it are dropped.
const TORN: &str = "torn";
/// Ids of a dropped segment: time i64, count u32, ids.
const IDS: &str = "ids";

pub(super) struct Segment {
    pub start: u64,
    pub path: PathBuf,
}

pub(super) fn path(dir: &Path, start: u64, extension: &str) -> PathBuf {
    dir.join(format!("{start:020}.{extension}"))
}

pub(super) fn log_path(dir: &Path, start: u64) -> PathBuf {
    path(dir, start, LOG)
}

fn list_of(dir: &Path, extension: &str) -> std::io::Result<Vec<Segment>> {
    let mut segments = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        let start = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let (Some(start), true) = (start, path.extension().is_some_and(|ext| ext == extension)) {
            segments.push(Segment { start, path });
        }
    }
    segments.sort_by_key(|segment| segment.start);
    Ok(segments)
}

/// The log's segments, oldest first.
pub(super) fn list(dir: &Path) -> std::io::Result<Vec<Segment>> {
    list_of(dir, LOG)
}

fn storage(path: &Path) -> impl Fn(std::io::Error) -> InboxError + '_ {
    move |error| InboxError::Storage(format!("{}: {error}", path.display()))
}

fn frame_header(length: usize, crc: u32) -> [u8; FRAME_HEADER_BYTES] {
    let mut header = [0; FRAME_HEADER_BYTES];
    header[..4].copy_from_slice(&(length as u32).to_le_bytes());
    header[4..].copy_from_slice(&crc.to_le_bytes());
    header
}

/// Appends `payload` as a frame to `out`.
fn frame(out: &mut Vec<u8>, payload: &[u8]) {
    out.extend(frame_header(payload.len(), crc32fast::hash(payload)));
    out.extend_from_slice(payload);
}

/// Frames to be written together. Bodies are not copied: they go to the file from where the request left them.
#[derive(Default)]
pub(super) struct Frames {
    heads: Vec<u8>,
    /// Where a frame's head ends in `heads`, and its body.
    bodies: Vec<(usize, Bytes)>,
    bytes: usize,
}

impl Frames {
    pub fn push(&mut self, record: &Record) {
        let from = self.heads.len();
        self.heads.extend([0; FRAME_HEADER_BYTES]);
        record.encode_head(&mut self.heads);
        let head = &self.heads[from + FRAME_HEADER_BYTES..];
        let length = head.len() + record.body.len();
        let mut crc = crc32fast::Hasher::new();
        crc.update(head);
        crc.update(&record.body);
        self.heads[from..from + FRAME_HEADER_BYTES].copy_from_slice(&frame_header(length, crc.finalize()));
        self.bodies.push((self.heads.len(), record.body.clone()));
        self.bytes += FRAME_HEADER_BYTES + length;
    }

    /// Length of all frames.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn clear(&mut self) {
        self.heads.clear();
        self.bodies.clear();
        self.bytes = 0;
    }

    pub fn write_to(&self, file: &mut File) -> std::io::Result<()> {
        let mut parts = Vec::with_capacity(2 * self.bodies.len());
        let mut from = 0;
        for (to, body) in &self.bodies {
            parts.extend([IoSlice::new(&self.heads[from..*to]), IoSlice::new(body)]);
            from = *to;
        }
        let mut rest = &mut parts[..];
        while !rest.is_empty() {
            match file.write_vectored(rest) {
                Ok(0) => return Err(std::io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut rest, written),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// The payload of the frame at the beginning of `bytes`: None when the frame is not whole, Err when it is damaged.
pub(super) fn unframe(bytes: &[u8]) -> Option<Result<&[u8], &'static str>> {
    let header: [u8; FRAME_HEADER_BYTES] = bytes.get(..FRAME_HEADER_BYTES)?.try_into().ok()?;
    let length = u32::from_le_bytes([header[0], header[1], header[2], header[3]]) as usize;
    let crc = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
    if length > RECORD_BYTES_MAX {
        return Some(Err("a record's length is out of range"));
    }
    let payload = bytes.get(FRAME_HEADER_BYTES..FRAME_HEADER_BYTES + length)?;
    if crc32fast::hash(payload) != crc { Some(Err("a record's checksum does not match")) } else { Some(Ok(payload)) }
}

/// Cuts a torn tail off the last segment and answers the end of the log. Bytes after the last whole record were
/// never acknowledged, so cutting them loses nothing.
pub(super) fn repair_tail(dir: &Path) -> Result<u64, InboxError> {
    let segments = list(dir).map_err(storage(dir))?;
    // The last segment is never dropped, so an empty folder is a new log.
    let Some(last) = segments.last() else {
        return Ok(0);
    };
    let bytes = std::fs::read(&last.path).map_err(storage(&last.path))?;
    let mut at = 0;
    while let Some(Ok(payload)) = unframe(&bytes[at..]) {
        at += FRAME_HEADER_BYTES + payload.len();
    }
    if at < bytes.len() {
        tracing::warn!(cut_bytes = bytes.len() - at, "inbox: cut an unacknowledged tail off the last segment");
        let torn = path(dir, last.start, TORN);
        std::fs::write(&torn, &bytes[at..]).map_err(storage(&torn))?;
        let file = OpenOptions::new().write(true).open(&last.path).map_err(storage(&last.path))?;
        file.set_len(at as u64).and_then(|()| file.sync_all()).map_err(storage(&last.path))?;
    }
    // Whole records that a killed program wrote and did not sync yet are taken over: from here on a retry of them is a
    // duplicate and is answered at once, so they must be on the disk now.
    File::open(&last.path).and_then(|file| file.sync_all()).map_err(storage(&last.path))?;
    File::open(dir).and_then(|folder| folder.sync_all()).map_err(storage(dir))?;
    Ok(last.start + at as u64)
}

/// Reads records of `[from, end)`, at most about `bytes_max`.
pub(super) fn read(dir: &Path, from: u64, end: u64, bytes_max: usize) -> Result<(Vec<Record>, Offset), InboxError> {
    let segments = list(dir).map_err(storage(dir))?;
    let index = segments.partition_point(|segment| segment.start <= from);
    let Some(segment) = index.checked_sub(1).map(|index| &segments[index]) else {
        return Err(InboxError::Corrupt {
            segment: dir.display().to_string(),
            at: from,
            detail: "the records asked for were dropped already".into(),
        });
    };
    let segment_end = segments.get(index).map_or(end, |next| next.start).min(end);
    let bytes = read_bytes(&segment.path, from - segment.start, segment_end - from, bytes_max)?;
    let (mut records, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let corrupt = |detail: String| InboxError::Corrupt {
            segment: segment.path.display().to_string(),
            at: from - segment.start + at as u64,
            detail,
        };
        let payload = match unframe(&bytes[at..]) {
            None => break,
            Some(payload) => payload.map_err(|detail| corrupt(detail.into()))?.len(),
        };
        let body = bytes.slice(at + FRAME_HEADER_BYTES..at + FRAME_HEADER_BYTES + payload);
        let record = Record::decode(Offset(from + at as u64), &body).map_err(|error| corrupt(error.to_string()))?;
        records.push(record);
        at += FRAME_HEADER_BYTES + payload;
    }
    Ok((records, Offset(from + at as u64)))
}

/// `bytes_max` of the `available` bytes after `at`; more when the first record is larger, so that it is never read as
/// empty.
fn read_bytes(path: &Path, at: u64, available: u64, bytes_max: usize) -> Result<Bytes, InboxError> {
    let mut file = File::open(path).map_err(storage(path))?;
    file.seek(SeekFrom::Start(at)).map_err(storage(path))?;
    let mut read = |wanted: u64| -> Result<Vec<u8>, InboxError> {
        let mut bytes = Vec::with_capacity(wanted as usize);
        let got = (&mut file).take(wanted).read_to_end(&mut bytes).map_err(storage(path))?;
        match got as u64 == wanted {
            true => Ok(bytes),
            false => Err(storage(path)(std::io::ErrorKind::UnexpectedEof.into())),
        }
    };
    let mut bytes = read(available.min(bytes_max.max(FRAME_HEADER_BYTES) as u64))?;
    if let Some(header) = bytes.first_chunk::<4>() {
        let first = FRAME_HEADER_BYTES as u64 + u64::from(u32::from_le_bytes(*header)).min(RECORD_BYTES_MAX as u64);
        let missing = first.min(available).saturating_sub(bytes.len() as u64);
        if missing > 0 {
            bytes.extend(read(missing)?);
        }
    }
    Ok(Bytes::from(bytes))
}

/// Calls `load` with the messageIds of everything received after `since`.
pub(super) fn load_ids(
    dir: &Path,
    since: Timestamp,
    mut load: impl FnMut(Timestamp, &[EventId]),
) -> Result<(), InboxError> {
    for kept in list_of(dir, IDS).map_err(storage(dir))? {
        let bytes = std::fs::read(&kept.path).map_err(storage(&kept.path))?;
        let mut at = 0;
        while let Some(Ok(payload)) = unframe(&bytes[at..]) {
            if let Some((time, ids)) = payload.split_first_chunk::<8>() {
                let time = Timestamp::from_ms(i64::from_le_bytes(*time));
                if time >= since {
                    load(time, &ids_from(ids));
                }
            }
            at += FRAME_HEADER_BYTES + payload.len();
        }
    }
    for segment in list(dir).map_err(storage(dir))? {
        for_each_record(&segment.path, |record| {
            if record.received_at >= since {
                load(record.received_at, &record.ids);
            }
        })?;
    }
    Ok(())
}

fn ids_from(bytes: &[u8]) -> Vec<EventId> {
    bytes.chunks_exact(16).map(|chunk| EventId(u128::from_le_bytes(chunk.try_into().unwrap_or_default()))).collect()
}

fn for_each_record(path: &Path, mut f: impl FnMut(&Record)) -> Result<(), InboxError> {
    let bytes = Bytes::from(std::fs::read(path).map_err(storage(path))?);
    let mut at = 0;
    while let Some(Ok(payload)) = unframe(&bytes[at..]) {
        let length = payload.len();
        let body = bytes.slice(at + FRAME_HEADER_BYTES..at + FRAME_HEADER_BYTES + length);
        if let Ok(record) = Record::decode(Offset::default(), &body) {
            f(&record);
        }
        at += FRAME_HEADER_BYTES + length;
    }
    Ok(())
}

/// Drops segments that lie wholly before `floor`, keeping their messageIds in a small file; drops id files older than
/// `keep_ms` against the newest.
pub(super) fn release(dir: &Path, floor: u64, keep_ms: i64) -> Result<(), InboxError> {
    let segments = list(dir).map_err(storage(dir))?;
    for pair in segments.windows(2) {
        if pair[1].start <= floor {
            keep_ids(dir, &pair[0])?;
            std::fs::remove_file(&pair[0].path).map_err(storage(&pair[0].path))?;
        }
    }
    let first = segments.iter().rev().find(|segment| segment.start <= floor).map_or(0, |segment| segment.start);
    for torn in list_of(dir, TORN).map_err(storage(dir))?.iter().filter(|torn| torn.start < first) {
        std::fs::remove_file(&torn.path).map_err(storage(&torn.path))?;
    }
    drop_old_ids(dir, keep_ms)
}

fn keep_ids(dir: &Path, segment: &Segment) -> Result<(), InboxError> {
    let mut out = Vec::new();
    for_each_record(&segment.path, |record| {
        let mut payload = record.received_at.ms().to_le_bytes().to_vec();
        payload.extend(record.ids.iter().filter(|id| id.0 != 0).flat_map(|id| id.0.to_le_bytes()));
        frame(&mut out, &payload);
    })?;
    let target = path(dir, segment.start, IDS);
    let temporary = path(dir, segment.start, "ids-new");
    let mut file = File::create(&temporary).map_err(storage(&temporary))?;
    file.write_all(&out).and_then(|()| file.sync_all()).map_err(storage(&temporary))?;
    std::fs::rename(&temporary, &target).map_err(storage(&target))
}

fn drop_old_ids(dir: &Path, keep_ms: i64) -> Result<(), InboxError> {
    let kept = list_of(dir, IDS).map_err(storage(dir))?;
    let age_of = |path: &Path| std::fs::metadata(path).and_then(|meta| meta.modified()).ok();
    let newest = kept.iter().filter_map(|file| age_of(&file.path)).max();
    for file in &kept {
        let age = newest.zip(age_of(&file.path)).and_then(|(newest, at)| newest.duration_since(at).ok());
        if age.is_some_and(|age| age.as_millis() as i64 > keep_ms) {
            std::fs::remove_file(&file.path).map_err(storage(&file.path))?;
        }
    }
    Ok(())
}
