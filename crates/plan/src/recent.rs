//! What the plan said to the last events, for the live screen. In memory only.

use crate::limits::RECENT_EVENTS_MAX;
use crate::model::Violation;
use base::{EventId, WorkspaceId};
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// What the plan said to an event that was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Remark {
    /// It lost properties.
    pub changed: bool,
    pub violations: Vec<Violation>,
}

#[derive(Default)]
struct Ring {
    order: VecDeque<EventId>,
    remarks: HashMap<EventId, Arc<Remark>>,
}

#[derive(Default)]
pub(crate) struct Recent(Mutex<HashMap<WorkspaceId, Ring>>);

impl Recent {
    pub fn remember(&self, workspace: WorkspaceId, id: EventId, changed: bool, violations: Vec<Violation>) {
        let mut rings = self.0.lock();
        let ring = rings.entry(workspace).or_default();
        if ring.remarks.insert(id, Arc::new(Remark { changed, violations })).is_none() {
            ring.order.push_back(id);
        }
        if ring.order.len() > RECENT_EVENTS_MAX
            && let Some(oldest) = ring.order.pop_front()
        {
            ring.remarks.remove(&oldest);
        }
    }

    pub fn of(&self, workspace: WorkspaceId, id: EventId) -> Option<Arc<Remark>> {
        self.0.lock().get(&workspace)?.remarks.get(&id).cloned()
    }
}
