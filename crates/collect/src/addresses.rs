//! IP addresses in what is sent: cut to their network before anything of a request is stored, and looked up before that.
//!
//! Every field that is named for addresses ([`keys`] has the names), wherever it stands, is meant, and all that stands
//! below it: texts with one address or several, lists, objects, JSON within a text. What looks like an address and
//! cannot be read is dropped. The text of the request is changed and nothing else of it: what is kept stays byte for
//! byte. So log, tables, history and the lists of refused items only ever hold the short form.
//!
//! Cost: one search for the colons of the body and a look at the key before each. For an event that has no such key
//! nothing more is done; a body that has one is walked once more, without a tree.

mod keys;
mod text;
mod walk;

use crate::Collect;
use crate::limits::BATCH_BYTES_MAX;
use base::WorkspaceId;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
pub use text::address_of;
use walk::{Kept, Task, location};

/// What is kept of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeepAddress {
    /// Its network: see [`network_of`].
    #[default]
    Network,
    /// Nothing: the field becomes null.
    Nothing,
    /// All of it.
    Whole,
}

/// Where an address is.
#[derive(Debug, Clone, PartialEq)]
pub struct AddressPlace {
    pub country: String,
    pub city: Option<String>,
}

/// Who knows what workspaces keep, and where addresses are; `server` wires it.
pub trait Addresses: Send + Sync + 'static {
    fn keep(&self, workspace: WorkspaceId) -> KeepAddress;
    /// False: [`Addresses::place`] knows none.
    fn knows_places(&self) -> bool;
    fn place(&self, address: IpAddr) -> Option<AddressPlace>;
}

/// Keeps networks and knows no places.
#[derive(Debug, Default)]
pub struct NoPlaces;

impl Addresses for NoPlaces {
    fn keep(&self, _: WorkspaceId) -> KeepAddress {
        KeepAddress::default()
    }
    fn knows_places(&self) -> bool {
        false
    }
    fn place(&self, _: IpAddr) -> Option<AddressPlace> {
        None
    }
}

/// 192.0.2.77 is 192.0.2.0, 2001:db8:1:2::3 is 2001:db8:1::: the first 24 or 48 bits.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            // 6to4 (RFC 3056) has a whole IPv4 address in these bits.
            let c = if a == 0x2002 { c & 0xff00 } else { c };
            IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

/// The text as it may be stored; None: as it is. `sender` is whose browser or app sent it: where they are is looked up
/// for calls that tell neither an address nor a place; the address itself is written nowhere.
pub(crate) fn hidden(
    text: &str,
    workspace: WorkspaceId,
    addresses: &dyn Addresses,
    sender: Option<IpAddr>,
) -> Option<String> {
    let places = addresses.knows_places().then_some(addresses);
    let here = sender.zip(places).and_then(|(sender, places)| places.place(sender.to_canonical()));
    let keep = addresses.keep(workspace);
    if here.is_none() && ((keep == KeepAddress::Whole && places.is_none()) || !keys::are_in(text.as_bytes())) {
        return None;
    }
    let here = here.as_ref().map(location);
    match (Task { places, here, ..Task::keep(keep) }).of(text) {
        // Where somebody is, is worth less than what they did.
        Some(long) if BATCH_BYTES_MAX < long.len() => Task::keep(keep).of(text),
        other => other,
    }
}

impl Collect {
    /// What may be kept of a body that another system made up, before it is known what it means; None: all of it. In
    /// JSON those fields are meant that are named for addresses, in anything else every address.
    pub fn body_without_addresses(&self, workspace: WorkspaceId, body: &str) -> Option<String> {
        short_body(body, self.inner.addresses.keep(workspace))
    }

    /// What may be kept of a header or a field of a form; None: all of it.
    pub fn value_without_addresses(&self, workspace: WorkspaceId, name: &str, value: &str) -> Option<String> {
        short_value(name, value, self.inner.addresses.keep(workspace))
    }
}

fn short_body(body: &str, keep: KeepAddress) -> Option<String> {
    if keep == KeepAddress::Whole {
        return None;
    }
    let json = body.trim_start_matches('\u{feff}');
    if serde_json::from_str::<serde::de::IgnoredAny>(json).is_ok() {
        return keys::are_in(body.as_bytes()).then(|| Task::keep(keep).of(body)).flatten();
    }
    Some(text::scan(body).0.short).filter(|short| short != body)
}

fn short_value(name: &str, value: &str, keep: KeepAddress) -> Option<String> {
    let task = Task::keep(keep);
    if !keys::is_for_addresses(name.as_bytes()) {
        return task.inner(value, false);
    }
    match task.named(value).0 {
        Kept::All => None,
        Kept::Short(short) => Some(short),
        Kept::Nothing => Some(String::new()),
    }
}

#[cfg(test)]
mod tests;
