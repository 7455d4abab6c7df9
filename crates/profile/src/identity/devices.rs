//! Devices that several people share: a tablet at the till, a computer in a library.
//!
//! Whoever signs in (an event with a user id) on a device is noted, exact to a day. A device that more people used than
//! the workspace's rules allow one customer's device is shared from that event on: it joins nobody and belongs to nobody;
//! what is done on it without any personal identifier goes to a visitor of its own. It stays so until a person lets it go.

use super::declare::Slot;
use crate::cache::{Cache, Known};
use crate::identifiers::Kind;
use crate::rules::SharedDeviceRule;
use base::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Hash and last day of everybody who signed in on a device.
pub(super) type Users = Vec<(u128, u32)>;

/// A device that turned out to be shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turned {
    /// The event (its number) that was one user too many.
    pub event: usize,
    pub users: usize,
    pub rule: SharedDeviceRule,
}

/// What a batch knows of devices, and learns.
#[derive(Debug, Default)]
pub(super) struct Devices {
    shared: Arc<HashSet<u128>>,
    /// By hash of the device: of those on which the batch signs in somebody new.
    users: HashMap<u128, Users>,
    turned_hashes: HashSet<u128>,
    /// By slot.
    pub turned: BTreeMap<u32, Turned>,
    /// (device, user) -> day, to be written.
    pub heard: BTreeMap<(u32, u128), u32>,
}

impl Devices {
    pub fn new(shared: Arc<HashSet<u128>>, users: HashMap<u128, Users>) -> Self {
        Self { shared, users, ..Self::default() }
    }

    pub fn nothing_is_shared(&self) -> bool {
        self.shared.is_empty() && self.turned.is_empty()
    }
    pub fn is_shared(&self, slot: &Slot<'_>) -> bool {
        self.is_shared_hash(slot.hash)
    }
    fn is_shared_hash(&self, hash: u128) -> bool {
        self.shared.contains(&hash) || self.turned_hashes.contains(&hash)
    }

    /// Notes who signs in on what; answers the devices (their slots) that turn out to be shared.
    pub fn hear(
        &mut self,
        number: usize,
        at: Timestamp,
        keys: &[u32],
        slots: &[Slot<'_>],
        rule: SharedDeviceRule,
    ) -> Vec<u32> {
        let mut turned = Vec::new();
        if !rule.enabled || self.users.is_empty() {
            return turned;
        }
        let day = day_of(at);
        let who: Vec<u128> = users_in(keys, slots).map(|slot| slots[slot as usize].hash).collect();
        for slot in devices_in(keys, slots) {
            let hash = slots[slot as usize].hash;
            if self.is_shared_hash(hash) {
                continue;
            }
            let Some(users) = self.users.get_mut(&hash) else { continue };
            for user in &who {
                match users.iter_mut().find(|(known, _)| known == user) {
                    Some((_, last)) if day <= *last => continue,
                    Some((_, last)) => *last = day,
                    None => users.push((*user, day)),
                }
                self.heard.insert((slot, *user), day);
            }
            let latest = users.iter().map(|(_, day)| *day).max().unwrap_or(day);
            let count = users.iter().filter(|(_, day)| latest < day.saturating_add(rule.days)).count();
            if count > rule.users as usize {
                self.turned_hashes.insert(hash);
                self.turned.insert(slot, Turned { event: number, users: count, rule });
                turned.push(slot);
            }
        }
        turned
    }
}

/// Days since 1970.
pub(super) fn day_of(at: Timestamp) -> u32 {
    Known::new(0, at.ms()).seen_day
}

pub(super) fn users_in<'k>(keys: &'k [u32], slots: &'k [Slot<'_>]) -> impl Iterator<Item = u32> + 'k {
    keys.iter().copied().filter(|slot| slots[*slot as usize].kind == Kind::USER_ID)
}

pub(super) fn devices_in<'k>(keys: &'k [u32], slots: &'k [Slot<'_>]) -> impl Iterator<Item = u32> + 'k {
    let is_device = |slot: &Slot<'_>| !slot.rule.personal && slot.kind != Kind::UNIDENTIFIED;
    keys.iter().copied().filter(move |slot| is_device(&slots[*slot as usize]))
}

/// What the resolver remembers of devices between batches.
#[derive(Default)]
pub(super) struct DeviceMemory {
    /// Every shared device of every workspace, by hash. None: not read yet.
    shared: Option<Arc<HashSet<u128>>>,
    pending: Option<Arc<HashSet<u128>>>,
    /// The last day somebody was noted on a device.
    pairs: Cache<u32>,
}

impl DeviceMemory {
    pub fn is_loaded(&self) -> bool {
        self.shared.is_some() || self.pending.is_some()
    }
    pub fn shared(&self) -> Arc<HashSet<u128>> {
        self.pending.as_ref().or(self.shared.as_ref()).cloned().unwrap_or_default()
    }
    /// Holds from now on for this batch, and for ever once it is committed.
    pub fn change(&mut self, gone: &[u128], new: &[u128]) {
        if self.is_loaded() && gone.is_empty() && new.is_empty() {
            return;
        }
        let mut set = HashSet::clone(&self.shared());
        gone.iter().for_each(|hash| {
            set.remove(hash);
        });
        set.extend(new);
        self.pending = Some(Arc::new(set));
    }

    pub fn is_noted(&mut self, device: u128, user: u128, day: u32) -> bool {
        self.pairs.get(pair(device, user)).is_some_and(|noted| day <= noted)
    }
    pub fn note(&mut self, device: u128, user: u128, day: u32) {
        self.pairs.change(pair(device, user), Some(day));
    }
    /// Forgets who was noted, because rows were deleted.
    pub fn forget_pairs(&mut self) {
        self.pairs = Cache::default();
    }

    pub fn commit(&mut self) {
        if let Some(set) = self.pending.take() {
            self.shared = Some(set);
        }
        self.pairs.commit();
    }
    pub fn roll_back(&mut self) {
        self.pending = None;
        self.pairs.roll_back();
    }
}

fn pair(device: u128, user: u128) -> u128 {
    device.rotate_left(1) ^ user
}
