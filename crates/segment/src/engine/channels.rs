//! Consent, addresses and suppression: five bitmaps for each channel, topic, topic on a channel, and purpose.

use super::undo::Undo;
use predicate::ConsentState;
use roaring::RoaringBitmap;
use std::collections::HashMap;

/// Channels, topics and purposes per workspace; more are ignored. A hundred topics on every channel fit.
pub const CHANNELS_MAX: usize = 1_024;

pub(crate) const SUBSCRIBED: u8 = 1;
pub(crate) const UNSUBSCRIBED: u8 = 2;
pub(crate) const ADDRESS: u8 = 4;
pub(crate) const SUPPRESSED: u8 = 8;
pub(crate) const PENDING: u8 = 16;
/// What a word of consent takes the place of.
pub(crate) const CONSENT: u8 = SUBSCRIBED | UNSUBSCRIBED | PENDING;
const BITS: [u8; 5] = [SUBSCRIBED, UNSUBSCRIBED, ADDRESS, SUPPRESSED, PENDING];

#[derive(Default)]
pub(crate) struct Channels {
    by_name: HashMap<String, usize>,
    /// By channel, in the order of [`BITS`].
    sets: Vec<[RoaringBitmap; 5]>,
}

pub(crate) fn consent_bits(state: ConsentState) -> u8 {
    match state {
        ConsentState::Subscribed => SUBSCRIBED,
        ConsentState::Unsubscribed => UNSUBSCRIBED,
        ConsentState::Pending => PENDING,
        ConsentState::Unknown => 0,
    }
}

impl Channels {
    /// The number of a channel, given now if it is new; None when there are too many.
    pub fn number(&mut self, name: &str) -> Option<usize> {
        if let Some(number) = self.by_name.get(name) {
            return Some(*number);
        }
        if self.sets.len() >= CHANNELS_MAX {
            return None;
        }
        self.sets.push(Default::default());
        self.by_name.insert(name.to_owned(), self.sets.len() - 1);
        Some(self.sets.len() - 1)
    }

    pub fn bits(&self, channel: usize, profile: u32) -> u8 {
        let set = &self.sets[channel];
        BITS.iter().zip(set).filter(|(_, bitmap)| bitmap.contains(profile)).fold(0, |bits, (bit, _)| bits | bit)
    }

    pub fn bits_of(&self, name: &str, profile: u32) -> u8 {
        self.by_name.get(name).map_or(0, |channel| self.bits(*channel, profile))
    }

    /// Clears `clear`, then sets `set`; true when that changed anything.
    pub fn change(&mut self, channel: usize, profile: u32, clear: u8, set: u8, undo: &mut Vec<Undo>) -> bool {
        let old = self.bits(channel, profile);
        let new = (old & !clear) | set;
        if new != old {
            undo.push(Undo::Channel { channel, profile, bits: old });
            self.put(channel, profile, new);
        }
        new != old
    }

    pub fn put(&mut self, channel: usize, profile: u32, bits: u8) {
        for (bit, bitmap) in BITS.iter().zip(&mut self.sets[channel]) {
            if bits & bit == 0 {
                bitmap.remove(profile)
            } else {
                bitmap.insert(profile)
            };
        }
    }

    /// Two profiles are one: a no outweighs a yes until `consent` says otherwise; suppressions add up.
    pub fn merge(&mut self, from: u32, into: u32, undo: &mut Vec<Undo>) {
        for channel in 0..self.sets.len() {
            let (old, other) = (self.bits(channel, into), self.bits(channel, from));
            if other == 0 {
                continue;
            }
            let both = old | other;
            let new = match () {
                () if both & UNSUBSCRIBED != 0 => both & !(SUBSCRIBED | PENDING),
                () if both & SUBSCRIBED != 0 => both & !PENDING,
                () => both,
            };
            self.change(channel, into, !0, new, undo);
            self.change(channel, from, !0, 0, undo);
        }
    }

    pub fn erase(&mut self, profile: u32, undo: &mut Vec<Undo>) {
        for channel in 0..self.sets.len() {
            self.change(channel, profile, !0, 0, undo);
        }
    }

    pub fn consent(&self, name: &str, state: ConsentState, alive: &RoaringBitmap) -> RoaringBitmap {
        let Some(set) = self.by_name.get(name).map(|channel| &self.sets[*channel]) else {
            return if state == ConsentState::Unknown { alive.clone() } else { RoaringBitmap::new() };
        };
        match state {
            ConsentState::Subscribed => set[0].clone(),
            ConsentState::Unsubscribed => set[1].clone(),
            ConsentState::Pending => set[4].clone(),
            ConsentState::Unknown => alive - &(&(&set[0] | &set[1]) | &set[4]),
        }
    }

    /// Subscribed, with an address that is not suppressed.
    pub fn reachable(&self, name: &str) -> RoaringBitmap {
        match self.by_name.get(name).map(|channel| &self.sets[*channel]) {
            Some([subscribed, _, address, suppressed, _]) => (subscribed & address) - suppressed,
            None => RoaringBitmap::new(),
        }
    }
}
