//! The event and the log: everything that happens between a customer and the company goes through here.
//!
//! - [`Event`]: one thing that happened, as the rooms see it. [`SystemEvent`]: the ones Tutti itself writes.
//! - [`Inbox`]: the append-only segment log. An append returns when the bytes have reached the disk.
//! - [`Pipeline`]: takes inbox records in order, resolves each event to a profile, and hands the batch to every
//!   [`View`] in ONE transaction with the cursor. After a crash the batch is simply taken again.
//!
//! Invariants: an acknowledged event is never lost; a messageId counts once per workspace (first wins) for at
//! least 24 hours; events of one profile reach the views in the order they were accepted.

mod event;
pub mod inbox;
mod pipeline;
mod record;
mod system;
mod view;

pub use event::{Channel, Event, EventKind, Identifier, RawJson};
pub use inbox::{Appended, Inbox, InboxConfig, InboxError, Offset};
pub use pipeline::{
    BURST_BYTES_PER_S, BURST_REST, MIGRATIONS, Pipeline, PipelineConfig, PipelineError, PipelineStatus, Trouble,
    emit_in_tx, erase_put_aside,
};
pub use record::{Origin, Record, RecordError};
pub use system::{COMPUTED_SOURCE, SystemEvent, TRAITS_EACH_BYTES_MAX, TRAITS_EACH_MAX, names};
pub use view::{
    Batch, Decoder, Effects, History, Merge, PAST_TOO_LONG, Past, Resolution, ResolvedEvent, Resolver, Split, View,
    ViewError,
};
