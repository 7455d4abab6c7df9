//! What the inbox stores: a request body as it came, with what the edge knew about it.
//!
//! Layout (little endian): version u8 · origin u8 · channel u8 · workspace u32 · received_at i64 · source 16 bytes ·
//! item count u32 · count × event id u128 · body. An item whose id is 0 was rejected or is a duplicate: the decoder
//! skips it.

use crate::{Channel, Offset};
use base::{EventId, SourceId, Timestamp, WorkspaceId};
use bytes::Bytes;

/// Version of the record layout; old versions stay readable.
const RECORD_VERSION: u8 = 1;
const HEADER_BYTES: usize = 1 + 1 + 1 + 4 + 8 + 16 + 4;

/// Who wrote the body; decides what it may claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A source through the collection API: `{"batch":[...]}` in the Segment form.
    Segment,
    /// Tutti itself, same form; may address a profile by `profileId`.
    System,
}

/// One accepted body. `ids[i]` belongs to item `i` of its `batch` array; `EventId(0)` means skip.
#[derive(Debug, Clone)]
pub struct Record {
    /// Set when read back.
    pub offset: Offset,
    pub workspace: WorkspaceId,
    pub origin: Origin,
    /// The source's channel; an event's own `context.channel` overrides it.
    pub channel: Channel,
    pub source: Option<SourceId>,
    pub received_at: Timestamp,
    pub ids: Vec<EventId>,
    pub body: Bytes,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RecordError {
    #[error("a record of {0} bytes is shorter than its header says")]
    Short(usize),
    #[error("record version {0} is not known to this program")]
    Version(u8),
}

impl Record {
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_BYTES + self.ids.len() * 16 + self.body.len());
        self.encode_head(&mut out);
        out.extend_from_slice(&self.body);
        out
    }

    /// Everything before the body.
    pub(crate) fn encode_head(&self, out: &mut Vec<u8>) {
        out.push(RECORD_VERSION);
        out.push(matches!(self.origin, Origin::System) as u8);
        out.push(Channel::ALL.iter().position(|channel| *channel == self.channel).unwrap_or(0) as u8);
        out.extend(self.workspace.number().to_le_bytes());
        out.extend(self.received_at.ms().to_le_bytes());
        out.extend(self.source.map_or([0; 16], |source| *source.uuid().as_bytes()));
        out.extend((self.ids.len() as u32).to_le_bytes());
        for id in &self.ids {
            out.extend(id.0.to_le_bytes());
        }
    }

    pub fn decode(offset: Offset, bytes: &Bytes) -> Result<Record, RecordError> {
        let short = RecordError::Short(bytes.len());
        if bytes.len() < HEADER_BYTES {
            return Err(short);
        }
        if bytes[0] != RECORD_VERSION {
            return Err(RecordError::Version(bytes[0]));
        }
        let u32_at = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let count = u32_at(31) as usize;
        let ids_end = HEADER_BYTES + count.checked_mul(16).ok_or(short.clone())?;
        if bytes.len() < ids_end {
            return Err(short);
        }
        let ids = bytes[HEADER_BYTES..ids_end]
            .chunks_exact(16)
            .map(|chunk| EventId(u128::from_le_bytes(chunk.try_into().unwrap_or_default())))
            .collect();
        let source: [u8; 16] = bytes[15..31].try_into().unwrap_or_default();
        Ok(Record {
            offset,
            workspace: WorkspaceId::new(u32_at(3)),
            origin: if bytes[1] == 1 { Origin::System } else { Origin::Segment },
            channel: Channel::ALL.get(bytes[2] as usize).copied().unwrap_or(Channel::Server),
            source: (source != [0; 16]).then(|| SourceId::from_bytes(source)),
            received_at: Timestamp::from_ms(i64::from_le_bytes(bytes[7..15].try_into().unwrap_or_default())),
            ids,
            body: bytes.slice(ids_end..),
        })
    }
}
