//! What a batch did to memory, so that a rolled back transaction can be taken back: the last entry first.

use super::column::Cell;
use base::SegmentId;

pub(crate) enum Undo {
    Alive {
        profile: u32,
        was: bool,
    },
    Trait {
        group: usize,
        profile: u32,
        updated: i64,
        cells: Vec<(usize, Cell)>,
    },
    /// An event arrived: the last row of the tail goes, with its properties.
    Arrival {
        index: usize,
        last_ms: i64,
    },
    /// A row was copied to another profile: the last row of the tail goes.
    Event {
        index: usize,
        last_ms: i64,
    },
    /// A row was struck out.
    Struck {
        index: usize,
        in_tail: bool,
        row: usize,
        at_ms: i64,
        cells: Vec<(usize, Cell)>,
    },
    Channel {
        channel: usize,
        profile: u32,
        bits: u8,
    },
    Member {
        segment: SegmentId,
        profile: u32,
        was: bool,
    },
}
