//! IP addresses in what is sent: cut to their network before anything of a request is stored, and looked up before that.
//!
//! Every field named `ip`, wherever it stands, whose value is an address (or a list of them, of which the first counts)
//! is meant. The text of the request is changed and nothing else of it: what is kept stays byte for byte. So log, tables,
//! history and the lists of refused items only ever hold the short form.
//!
//! Cost: a search for `"ip"` in the body; a body that has one is walked once more, without a tree.

use crate::limits::{BATCH_BYTES_MAX, EVENT_BYTES_MAX};
use crate::planner::Edits;
use base::WorkspaceId;
use memchr::memchr2;
use memchr::memmem::Finder;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Range;
use std::sync::LazyLock;

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

/// The address a text is, with or without a port; of a list (as proxies write it) the first. None: it is none.
fn address_of(text: &str) -> Option<IpAddr> {
    let first = text.split(',').next()?.trim();
    let bare = first.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(first);
    let bare = bare.split_once('%').map_or(bare, |(address, _)| address);
    let parsed = bare.parse::<IpAddr>().ok().or_else(|| Some(first.parse::<SocketAddr>().ok()?.ip()))?;
    Some(parsed.to_canonical())
}

const FIELD: &str = "ip";
/// The field, and its letters where somebody escaped them.
static SIGNS: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| [Finder::new("\"ip\""), Finder::new("\\u0069"), Finder::new("\\u0070")]);

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
    let is_named = || SIGNS.iter().any(|sign| sign.find(text.as_bytes()).is_some());
    if here.is_none() && ((keep == KeepAddress::Whole && places.is_none()) || !is_named()) {
        return None;
    }
    let walk = |places, here: Option<String>| {
        let (stack, edits, sent) = (Vec::new(), Vec::new(), Vec::new());
        let mut walk = Walk { text, keep, places, here, stack, edits, sent };
        walk.run();
        walk.edits.sort_unstable_by_key(|(range, _)| range.start);
        let edits = Edits::of(walk.edits);
        (!edits.is_empty()).then(|| edits.apply(text))
    };
    match walk(places, here.as_ref().map(location)) {
        // Where somebody is, is worth less than what they did.
        Some(long) if BATCH_BYTES_MAX < long.len() => walk(None, None),
        other => other,
    }
}

/// What a bracket holds, as far as places go: they are for the contexts of calls.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    /// A call, or the body of a batch.
    Root,
    Batch,
    Call,
    Context,
    /// A list of addresses.
    List,
    Other,
}

#[derive(Debug)]
struct Frame {
    role: Role,
    from: usize,
    is_object: bool,
    /// The next text is a key.
    expects_key: bool,
    /// The last key, without quotes.
    key: Range<usize>,
    /// Of a context: whose address it holds, and whether it says itself where that is.
    address: Option<IpAddr>,
    has_location: bool,
    /// Of a call: the place to be written into its context.
    place: Option<(usize, String)>,
    /// Of a call: it has a context; and of what follows the bracket of one that tells no place.
    has_context: bool,
    silent_context: Option<(usize, bool)>,
    /// Of a body: it is a batch.
    is_batch: bool,
}

struct Walk<'t> {
    text: &'t str,
    keep: KeepAddress,
    places: Option<&'t dyn Addresses>,
    /// Where the sender is: a field and its value.
    here: Option<String>,
    stack: Vec<Frame>,
    edits: Vec<(Range<usize>, String)>,
    /// What the place of the sender adds to calls of a batch, unless the batch tells itself.
    sent: Vec<(Range<usize>, String)>,
}

impl Walk<'_> {
    /// Text that is no JSON is walked as far as it looks like some: whoever parses it says what is wrong.
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    let Some(end) = string_end(bytes, at + 1) else { return };
                    self.string(at..end);
                    at = end;
                    continue;
                }
                b'{' | b'[' => self.open(at, *byte == b'{'),
                b'}' | b']' => self.close(at + 1),
                b':' => self.expect(false),
                b',' => self.expect(true),
                _ => {}
            }
            at += 1;
        }
    }

    fn expect(&mut self, key: bool) {
        if let Some(frame) = self.stack.last_mut() {
            frame.expects_key = key && frame.is_object;
        }
    }

    /// Is the last key of the innermost bracket this one?
    fn is_key(&self, name: &str) -> bool {
        let Some(frame) = self.stack.last().filter(|frame| frame.is_object) else { return false };
        let raw = self.text.get(frame.key.clone()).unwrap_or_default();
        raw == name || (raw.contains('\\') && unescaped(raw).is_some_and(|key| key == name))
    }

    fn string(&mut self, whole: Range<usize>) {
        let inside = whole.start + 1..whole.end - 1;
        let expects_key = self.stack.last().is_some_and(|frame| frame.expects_key);
        if expects_key {
            if let Some(frame) = self.stack.last_mut() {
                frame.key = inside;
            }
            let (is_location, is_context) = (self.is_key("location"), self.is_key("context"));
            if let Some(frame) = self.stack.last_mut() {
                frame.has_location |= is_location;
                frame.has_context |= is_context;
            }
            return;
        }
        let in_list = self.stack.last().is_some_and(|frame| frame.role == Role::List);
        if !in_list && !self.is_key(FIELD) {
            return;
        }
        let raw = self.text.get(inside).unwrap_or_default();
        let decoded = if raw.contains('\\') { unescaped(raw) } else { None };
        let Some(address) = address_of(decoded.as_deref().unwrap_or(raw)) else { return };
        if let Some(frame) = self.stack.last_mut().filter(|frame| frame.role == Role::Context) {
            frame.address.get_or_insert(address);
        }
        match self.keep {
            KeepAddress::Whole => {}
            KeepAddress::Nothing => self.edits.push((whole, "null".to_owned())),
            KeepAddress::Network => {
                let network = network_of(address).to_string();
                if network != raw {
                    self.edits.push((whole, format!("\"{network}\"")));
                }
            }
        }
    }

    fn open(&mut self, from: usize, is_object: bool) {
        let role = match self.stack.last().map(|frame| frame.role) {
            None => Role::Root,
            Some(Role::Root) if !is_object && self.is_key("batch") => Role::Batch,
            Some(Role::Batch) if is_object => Role::Call,
            Some(Role::Root | Role::Call) if is_object && self.is_key("context") => Role::Context,
            Some(Role::List) if !is_object => Role::List,
            Some(_) if !is_object && self.is_key(FIELD) => Role::List,
            Some(_) => Role::Other,
        };
        if role == Role::Batch
            && let Some(body) = self.stack.last_mut()
        {
            body.is_batch = true;
        }
        self.stack.push(Frame {
            role,
            from,
            is_object,
            expects_key: is_object,
            key: 0..0,
            address: None,
            has_location: false,
            place: None,
            has_context: false,
            silent_context: None,
            is_batch: false,
        });
    }

    fn close(&mut self, end: usize) {
        let Some(frame) = self.stack.pop() else { return };
        match (frame.role, self.stack.last_mut()) {
            (Role::Context, Some(call)) if !frame.has_location => {
                let place = frame.address.zip(self.places).and_then(|(address, places)| places.place(address));
                call.place = place.map(|place| (frame.from + 1, format!("{},", location(&place))));
                let is_empty = frame.key.end == 0;
                call.silent_context = frame.address.is_none().then_some((frame.from + 1, is_empty));
            }
            (Role::Call, _) => self.end_call(&frame, end),
            (Role::Root, None) => {
                if frame.is_batch {
                    // The context of a batch is that of its calls.
                    if !frame.has_context || frame.silent_context.is_some() {
                        self.edits.append(&mut self.sent);
                    }
                }
                self.end_call(&frame, end);
                if !frame.is_batch {
                    self.edits.append(&mut self.sent);
                }
            }
            _ => {}
        }
    }

    fn end_call(&mut self, call: &Frame, end: usize) {
        // An event that is accepted as it was sent is not refused for what is added to it.
        let fits = |text: &String| end - call.from + text.len() <= EVENT_BYTES_MAX;
        if let Some((at, text)) = call.place.clone().filter(|(_, text)| fits(text)) {
            self.edits.push((at..at, text));
            return;
        }
        let Some(here) = self.here.as_ref().filter(|_| call.place.is_none() && call.is_object && !call.is_batch) else {
            return;
        };
        let comma = |is_empty: bool| if is_empty { "" } else { "," };
        let added = match call.silent_context {
            Some((at, is_empty)) => Some((at, format!("{here}{}", comma(is_empty)))),
            None if call.has_context => None,
            None => Some((call.from + 1, format!("\"context\":{{{here}}}{}", comma(call.key.end == 0)))),
        };
        if let Some((at, text)) = added.filter(|(_, text)| fits(text)) {
            self.sent.push((at..at, text));
        }
    }
}

/// A field of a context.
fn location(place: &AddressPlace) -> String {
    let mut fields = base::JsonMap::new();
    fields.insert("country".into(), place.country.as_str().into());
    if let Some(city) = &place.city {
        fields.insert("city".into(), city.as_str().into());
    }
    format!("\"location\":{}", serde_json::Value::Object(fields))
}

fn unescaped(raw: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{raw}\"")).ok()
}

/// The position after the closing quote; `from` is the first byte of the text.
fn string_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let found = at + memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[found] == b'"' {
            return Some(found + 1);
        }
        at = found + 2;
    }
}

#[cfg(test)]
mod tests;
