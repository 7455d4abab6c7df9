//! What a batch reads and writes: the devices of the customers it touches, each row read once and written once.

use crate::known::{Facts, Held};
use crate::{DEVICES_MAX, DeviceKey, SEEN_STEP_MS, store};
use base::{ProfileId, Timestamp, WorkspaceId};
use db::{DbError, Tx};
use events::Merge;
use std::collections::{BTreeMap, BTreeSet};

/// One device of one customer.
pub(crate) type Spot = (WorkspaceId, ProfileId, DeviceKey);

#[derive(Debug, Default)]
struct Slot {
    stored: Option<Held>,
    now: Option<Held>,
}

/// The devices of one customer.
type Shelf = BTreeMap<DeviceKey, Slot>;

#[derive(Debug, Default)]
pub(crate) struct Work {
    shelves: BTreeMap<(WorkspaceId, ProfileId), Shelf>,
    /// Customers all of whose stored devices are deleted first.
    cleared: BTreeSet<(WorkspaceId, ProfileId)>,
}

impl Work {
    pub async fn load(
        &mut self,
        tx: &mut Tx,
        profiles: impl Iterator<Item = (WorkspaceId, ProfileId)>,
    ) -> Result<(), DbError> {
        let mut wanted: BTreeMap<WorkspaceId, BTreeSet<ProfileId>> = BTreeMap::new();
        for (workspace, profile) in profiles {
            if !self.shelves.contains_key(&(workspace, profile)) {
                wanted.entry(workspace).or_default().insert(profile);
            }
        }
        for (workspace, profiles) in wanted {
            let profiles: Vec<ProfileId> = profiles.into_iter().collect();
            for profile in &profiles {
                self.shelves.entry((workspace, *profile)).or_default();
            }
            for (profile, key, held) in store::load(tx, workspace, &profiles).await? {
                let slot = Slot { stored: Some(held.clone()), now: Some(held) };
                self.shelves.entry((workspace, profile)).or_default().insert(key, slot);
            }
        }
        Ok(())
    }

    /// What is stored of them counts no more: it is worked out anew.
    pub fn clear(&mut self, workspace: WorkspaceId, profiles: &[ProfileId]) {
        for profile in profiles {
            self.shelves.insert((workspace, *profile), Shelf::new());
            self.cleared.insert((workspace, *profile));
        }
    }

    /// Two customers are one: so are their devices.
    pub fn merge(&mut self, merges: &[Merge]) {
        for merge in merges {
            let moving = self.shelves.insert((merge.workspace, merge.from), Shelf::new()).unwrap_or_default();
            self.cleared.insert((merge.workspace, merge.from));
            let shelf = self.shelves.entry((merge.workspace, merge.into)).or_default();
            for (key, slot) in moving {
                let Some(other) = slot.now else { continue };
                match &mut shelf.entry(key).or_default().now {
                    Some(held) => held.absorb(other),
                    empty => *empty = Some(other),
                }
            }
        }
    }

    pub fn hear(&mut self, (workspace, profile, key): Spot, facts: &Facts, at: Timestamp) {
        let shelf = self.shelves.entry((workspace, profile)).or_default();
        match &mut shelf.entry(key).or_default().now {
            Some(held) => held.hear(facts, at),
            empty => *empty = Some(Held::new(facts, at)),
        }
    }

    /// Writes what has changed.
    pub async fn write(&mut self, tx: &mut Tx) -> Result<(), DbError> {
        let mut cleared: BTreeMap<WorkspaceId, Vec<ProfileId>> = BTreeMap::new();
        for (workspace, profile) in &self.cleared {
            cleared.entry(*workspace).or_default().push(*profile);
        }
        for (workspace, profiles) in cleared {
            store::delete_all(tx, workspace, &profiles).await?;
        }
        let mut rows = Vec::new();
        for ((workspace, profile), shelf) in &mut self.shelves {
            for key in surplus(shelf) {
                let is_stored = shelf.remove(&key).is_some_and(|slot| slot.stored.is_some());
                if is_stored && !self.cleared.contains(&(*workspace, *profile)) {
                    store::delete(tx, *workspace, *profile, key).await?;
                }
            }
            for (key, slot) in shelf {
                let Some(now) = &slot.now else { continue };
                if slot.stored.as_ref().is_none_or(|stored| now.differs(stored, SEEN_STEP_MS)) {
                    rows.push(store::row((*workspace, *profile, *key), now));
                    slot.stored = Some(now.clone());
                }
            }
        }
        store::write(tx, &rows).await
    }

    /// A device as it is stored after [`Work::write`].
    pub fn stored(&self, (workspace, profile, key): &Spot) -> Option<&Held> {
        self.shelves.get(&(*workspace, *profile))?.get(key)?.stored.as_ref()
    }
}

/// The devices beyond the limit: those not seen for longest.
fn surplus(shelf: &Shelf) -> Vec<DeviceKey> {
    let Some(more) = shelf.len().checked_sub(DEVICES_MAX).filter(|more| *more > 0) else { return Vec::new() };
    let mut all: Vec<(Option<Timestamp>, DeviceKey)> =
        shelf.iter().map(|(key, slot)| (slot.now.as_ref().map(|held| held.last), *key)).collect();
    all.sort_unstable();
    all.into_iter().take(more).map(|(_, key)| key).collect()
}
