//! Devices as a view of the log.
//!
//! Cost of an event that tells nothing new of a device seen within the hour: the fields of its context are read, no SQL.
//! Of another: the customer's devices are read once a batch, and the changed row is written. Of a batch with merges: one
//! statement per 2,048 customers. Of a split: what both ever did, read anew.

use crate::heard::{Context, Heard, heard, may_tell};
use crate::known::{Facts, Held};
use crate::seen::{Print, Seen};
use crate::store;
use crate::work::{Spot, Work};
use async_trait::async_trait;
use base::{ProfileId, Timestamp, WorkspaceId};
use db::{DbError, Tx};
use events::{Batch, Effects, Merge, ResolvedEvent, Split, View, ViewError};
use parking_lot::Mutex;

/// The view's name in logs.
pub const VIEW_NAME: &str = "device";

/// Keeps the devices of customers.
#[derive(Debug, Default)]
pub struct DeviceView {
    seen: Mutex<Seen>,
    /// What the batch under way wrote: remembered when it is committed.
    written: Mutex<Vec<(Print, Held)>>,
}

struct Word {
    spot: Spot,
    print: Print,
    facts: Facts,
    at: Timestamp,
}

/// What the events say of devices of customers, but what is `known`.
fn words(events: &[ResolvedEvent], known: &dyn Fn(Print, Timestamp) -> bool) -> Vec<Word> {
    let word = |item: &ResolvedEvent| {
        let (event, mut held) = (&item.event, String::new());
        let context = Context::of(event, &mut held);
        let print = Print::of(event.workspace, item.profile, context.print(event));
        if known(print, event.at) {
            return None;
        }
        let Heard { key, facts } = heard(event, &context)?;
        Some(Word { spot: (event.workspace, item.profile, key), print, facts, at: event.at })
    };
    // A call about a company alone has a context too, of nobody's device.
    events.iter().filter(|item| !item.is_of_nobody() && may_tell(&item.event)).filter_map(word).collect()
}

#[async_trait]
impl View for DeviceView {
    fn name(&self) -> &'static str {
        VIEW_NAME
    }

    async fn apply(&self, tx: &mut Tx, batch: &Batch, _effects: &mut Effects) -> Result<(), ViewError> {
        self.written.lock().clear();
        for split in &batch.splits {
            self.divide(tx, split).await?;
        }
        if !batch.splits.is_empty() {
            // What was written of them is no more. After a merge it still is, in the row of the one who stays.
            self.seen.lock().clear();
        }
        let words: Vec<Word> = {
            let seen = self.seen.lock();
            words(&batch.events, &|print, at| seen.knows(print, at))
        };
        if words.is_empty() && batch.merges.is_empty() {
            return Ok(());
        }
        let mut work = Work::default();
        let merged = |merge: &Merge| [(merge.workspace, merge.from), (merge.workspace, merge.into)];
        let told = words.iter().map(|word| (word.spot.0, word.spot.1));
        work.load(tx, batch.merges.iter().flat_map(merged).chain(told)).await?;
        work.merge(&batch.merges);
        for word in &words {
            work.hear(word.spot, &word.facts, word.at);
        }
        work.write(tx).await?;
        let mut written = self.written.lock();
        for word in words {
            // A late event is not what was said last.
            if let Some(stored) = work.stored(&word.spot).filter(|stored| stored.last <= word.at) {
                written.push((word.print, stored.clone()));
            }
        }
        Ok(())
    }

    async fn committed(&self, _batch: &Batch) {
        let mut seen = self.seen.lock();
        for (print, stored) in self.written.lock().drain(..) {
            seen.keep(print, &stored);
        }
    }

    async fn rolled_back(&self, _batch: &Batch) {
        self.written.lock().clear();
    }
}

impl DeviceView {
    /// The name of this room in the register of erasures.
    pub const ERASER_NAME: &'static str = "device";

    /// Two people out of one: their devices are worked out anew from what each of them did.
    async fn divide(&self, tx: &mut Tx, split: &Split) -> Result<(), ViewError> {
        let mut work = Work::default();
        work.clear(split.workspace, &[split.from, split.into]);
        for (_, events) in split.sides() {
            for word in words(&events, &|_, _| false) {
                work.hear(word.spot, &word.facts, word.at);
            }
        }
        Ok(work.write(tx).await?)
    }

    /// Forgets people's devices. Answers the rows deleted.
    pub async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<u64, DbError> {
        self.seen.lock().clear();
        store::delete_all(tx, workspace, profiles).await
    }
}
