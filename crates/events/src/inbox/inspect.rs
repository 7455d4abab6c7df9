//! Looks at the log without touching it; may run beside the program that writes it.

use super::segments::{list, unframe};
use super::{FRAME_HEADER_BYTES, InboxError};
use crate::Record;
use base::Timestamp;
use bytes::Bytes;
use std::path::Path;

/// What the files of the log say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogState {
    pub segments: usize,
    /// Where the oldest segment begins.
    pub floor: u64,
    /// End of the last whole record.
    pub end: u64,
    /// Bytes after it: being written now, or torn by a crash (the next start cuts them off).
    pub torn_bytes: u64,
    /// Where records are missing or broken: segment and what.
    pub damaged: Vec<String>,
    /// When the first record after the position asked for was accepted.
    pub waiting_since: Option<Timestamp>,
}

/// Reads every frame of the log. `cursor` is how far the views are.
pub fn inspect(dir: &Path, cursor: u64) -> Result<LogState, InboxError> {
    let storage = |error: std::io::Error| InboxError::Storage(format!("{}: {error}", dir.display()));
    let segments = list(dir).map_err(storage)?;
    let mut state = LogState { segments: segments.len(), ..LogState::default() };
    state.floor = segments.first().map_or(0, |first| first.start);
    state.end = state.floor;
    for (index, segment) in segments.iter().enumerate() {
        let name = segment.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if segment.start != state.end {
            state.damaged.push(format!("{name}: begins at {}, the log before it ends at {}", segment.start, state.end));
        }
        let bytes = std::fs::read(&segment.path).map_err(storage)?;
        let mut at = 0;
        let mut broken = None;
        while at < bytes.len() {
            let payload = match unframe(&bytes[at..]) {
                None => break,
                Some(Err(what)) => {
                    broken = Some(what);
                    break;
                }
                Some(Ok(payload)) => payload,
            };
            let start = segment.start + at as u64;
            if start >= cursor && state.waiting_since.is_none() {
                let record = Record::decode(crate::Offset(start), &Bytes::copy_from_slice(payload));
                state.waiting_since = record.ok().map(|record| record.received_at);
            }
            at += FRAME_HEADER_BYTES + payload.len();
        }
        state.end = segment.start + at as u64;
        let rest = (bytes.len() - at) as u64;
        if index + 1 == segments.len() {
            state.torn_bytes = rest;
        } else if rest > 0 {
            state.damaged.push(format!("{name}: {} at byte {at}", broken.unwrap_or("a record is cut off")));
        }
    }
    Ok(state)
}
