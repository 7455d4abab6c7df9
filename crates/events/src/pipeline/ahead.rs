//! Reading ahead: the next batch is read and decoded while this one is written, on the core that the database leaves.

use crate::{Decoder, Event, Inbox, InboxError, Offset, Record};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Records read from the log, and their events.
pub(super) struct Taken {
    pub from: Offset,
    pub end: Offset,
    pub records: Vec<Record>,
    pub events: Vec<Arc<Event>>,
}

/// At most one batch that was read before it was asked for.
#[derive(Default)]
pub(super) struct Ahead(tokio::sync::Mutex<Option<JoinHandle<Result<Taken, InboxError>>>>);

impl Ahead {
    /// The records after `from`; starts to read those that follow. `take`: how many bytes of those that wait.
    pub async fn take(
        &self,
        inbox: &Arc<Inbox>,
        decoder: &Arc<dyn Decoder>,
        from: Offset,
        take: impl Fn(u64) -> usize,
    ) -> Result<Taken, InboxError> {
        let bytes_max = |from: Offset| take(inbox.end().0.saturating_sub(from.0));
        let mut ahead = self.0.lock().await;
        let ready = match ahead.take() {
            // Another place than asked for (a batch was rolled back), or a task that died: read again.
            Some(task) => task.await.ok().transpose()?.filter(|taken| taken.from == from && !taken.records.is_empty()),
            None => None,
        };
        let taken = match ready {
            Some(taken) => taken,
            None => read(inbox.clone(), decoder.clone(), from, bytes_max(from)).await?,
        };
        if inbox.end() > taken.end {
            *ahead = Some(tokio::spawn(read(inbox.clone(), decoder.clone(), taken.end, bytes_max(taken.end))));
        }
        Ok(taken)
    }
}

/// Events of one batch, about: small ones, or the traits worked out for millions, are many in few bytes.
const BATCH_EVENTS_MAX: usize = 100_000;

pub(super) fn decode(decoder: &dyn Decoder, records: &[Record]) -> Vec<Arc<Event>> {
    records.iter().flat_map(|record| decoder.decode(record)).map(Arc::new).collect()
}

async fn read(
    inbox: Arc<Inbox>,
    decoder: Arc<dyn Decoder>,
    from: Offset,
    bytes_max: usize,
) -> Result<Taken, InboxError> {
    let (mut records, mut end) = inbox.read(from, bytes_max).await?;
    let mut events = Vec::new();
    for number in 0..records.len() {
        if events.len() >= BATCH_EVENTS_MAX {
            end = records[number].offset;
            records.truncate(number);
            break;
        }
        events.extend(decode(&*decoder, std::slice::from_ref(&records[number])));
    }
    for event in &events {
        // The views will ask for it; here it costs nobody's time.
        event.properties.map();
    }
    Ok(Taken { from, end, records, events })
}
