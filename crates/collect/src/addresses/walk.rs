//! Goes through a text of JSON, or of something like it, and notes what of it is to be written differently. No tree.

use super::keys::is_for_addresses;
use super::{AddressPlace, Addresses, KeepAddress, keys, text};
use crate::limits::{EVENT_BYTES_MAX, TEXTS_WITHIN_MAX};
use crate::planner::Edits;
use memchr::memchr2;
use std::borrow::Cow;
use std::net::IpAddr;
use std::ops::Range;

/// The field whose address says where somebody is, in the context of a call.
const FIELD: &str = "ip";
const NULL: &str = "null";
/// Numbers in a list that can be the parts of an address.
const PARTS_MIN: u32 = 4;

/// What a walk is to do.
#[derive(Clone, Default)]
pub(super) struct Task<'t> {
    pub keep: KeepAddress,
    pub places: Option<&'t dyn Addresses>,
    /// Where the sender is: a field and its value.
    pub here: Option<String>,
    /// The whole text stands below a name for addresses.
    pub is_below: bool,
    /// It is a text within so many others.
    pub depth: usize,
}

impl<'t> Task<'t> {
    pub fn keep(keep: KeepAddress) -> Self {
        Self { keep, ..Self::default() }
    }

    /// The text as it is kept; None: as it is.
    pub fn of(self, text: &'t str) -> Option<String> {
        let (stack, edits, sent) = (Vec::new(), Vec::new(), Vec::new());
        let mut walk = Walk { text, task: self, stack, edits, sent };
        walk.run();
        walk.edits.sort_unstable_by_key(|(range, _)| range.start);
        let edits = Edits::of(walk.edits);
        (!edits.is_empty()).then(|| edits.apply(text))
    }

    /// JSON that stands in a text of this one.
    fn within(&self, is_below: bool) -> Task<'static> {
        Task { is_below, depth: self.depth + 1, ..Task::keep(self.keep) }
    }
}

/// What is kept of a text.
#[derive(Debug, PartialEq)]
pub(super) enum Kept {
    All,
    Short(String),
    Nothing,
}

impl Task<'_> {
    /// What is kept of a text below a name for addresses, and the first address in it.
    pub fn named(&self, said: &str) -> (Kept, Option<IpAddr>) {
        let inner = self.inner(said, true);
        let outer = text::read(inner.as_deref().unwrap_or(said));
        let is_whole = inner.is_none() && outer.first.is_none() && !outer.is_unclear;
        let kept = match self.keep {
            KeepAddress::Whole => Kept::All,
            _ if is_whole => Kept::All,
            KeepAddress::Nothing => Kept::Nothing,
            KeepAddress::Network if outer.is_unclear => Kept::Nothing,
            KeepAddress::Network if outer.short == said => Kept::All,
            KeepAddress::Network => Kept::Short(outer.short),
        };
        (kept, outer.first)
    }

    /// A text that is JSON itself, as it is kept; None: as it is.
    pub fn inner(&self, said: &str, is_below: bool) -> Option<String> {
        let is_like_json = said.trim_start().starts_with(['{', '[']);
        if !is_like_json || self.keep == KeepAddress::Whole || self.depth >= TEXTS_WITHIN_MAX {
            return None;
        }
        // Below a name every address of a text is found anyway, and `[2001:db8::1]:443` is no list.
        let is_meant = match is_below {
            true => serde_json::from_str::<serde::de::IgnoredAny>(said).is_ok(),
            false => keys::are_in(said.as_bytes()),
        };
        is_meant.then(|| self.within(is_below).of(said)).flatten()
    }
}

/// What a bracket holds: places are for the contexts of calls, and everything below a name for addresses is one.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    /// A call, or the body of a batch.
    Root,
    Batch,
    Call,
    Context,
    /// What stands below a name for addresses.
    Below,
    Other,
}

#[derive(Debug)]
struct Frame {
    role: Role,
    from: usize,
    is_object: bool,
    /// The next text is a key.
    expects_key: bool,
    /// The last key, without quotes; and whether it names addresses.
    key: Range<usize>,
    is_named: bool,
    /// Of what is below a name: numbers up to 255 in it; and that it cannot be kept in parts.
    parts: u32,
    is_dropped: bool,
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
    task: Task<'t>,
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
                    let end = string_end(bytes, at + 1);
                    self.string(at, end);
                    at = end.unwrap_or(bytes.len());
                    continue;
                }
                b'-' | b'0'..=b'9' => {
                    let end = number_end(bytes, at);
                    self.number(at..end);
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
        // What is cut off in the middle is kept as carefully.
        while let Some(frame) = self.stack.pop() {
            self.end_below(&frame, bytes.len());
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

    /// Does what comes now stand below a name for addresses?
    fn is_below(&self) -> bool {
        match self.stack.last() {
            None => self.task.is_below,
            Some(frame) => frame.role == Role::Below || frame.is_named,
        }
    }

    /// A text that begins at `from`; without an `end` all that is left.
    fn string(&mut self, from: usize, end: Option<usize>) {
        let inside = from + 1..end.map_or(self.text.len(), |end| end - 1);
        let raw = self.text.get(inside.clone()).unwrap_or_default();
        let plain =
            Some(raw).filter(|raw| raw.contains('\\')).and_then(unescaped).map_or(Cow::Borrowed(raw), Cow::Owned);
        if self.stack.last().is_some_and(|frame| frame.expects_key) {
            self.key(inside, &plain);
            return;
        }
        let whole = from..end.unwrap_or(self.text.len());
        let written = |text: &str| match end {
            Some(_) => serde_json::Value::from(text).to_string(),
            None => format!("\"{text}"),
        };
        if !self.is_below() {
            if plain.len() < raw.len()
                && let Some(short) = self.task.inner(&plain, false)
            {
                self.edits.push((whole, written(&short)));
            }
            return;
        }
        let (kept, first) = self.task.named(&plain);
        if let Some(address) = first
            && self.is_key(FIELD)
            && let Some(frame) = self.stack.last_mut().filter(|frame| frame.role == Role::Context)
        {
            frame.address.get_or_insert(address);
        }
        match kept {
            Kept::All => {}
            Kept::Short(short) => self.edits.push((whole, written(&short))),
            Kept::Nothing => self.edits.push((whole, NULL.to_owned())),
        }
    }

    fn key(&mut self, inside: Range<usize>, plain: &str) {
        let Some(frame) = self.stack.last_mut() else { return };
        frame.key = inside;
        frame.is_named = is_for_addresses(plain.as_bytes());
        frame.has_location |= plain == "location";
        frame.has_context |= plain == "context";
        if frame.role == Role::Below && self.task.keep != KeepAddress::Whole {
            // Keys cannot be shortened: two may become one.
            frame.is_dropped |= self.task.named(plain).0 != Kept::All;
        }
    }

    fn number(&mut self, place: Range<usize>) {
        if self.task.keep == KeepAddress::Whole || !self.is_below() {
            return;
        }
        let raw = self.text.get(place.clone()).unwrap_or_default();
        let is_address = match raw.parse::<f64>() {
            Ok(number) => {
                if let Some(frame) = self.stack.last_mut()
                    && number.fract() == 0.0
                    && (0.0..=255.0).contains(&number)
                {
                    frame.parts += 1;
                }
                text::is_address_number(number)
            }
            // An address without quotes.
            Err(_) => self.task.named(raw).0 != Kept::All,
        };
        if is_address {
            self.edits.push((place, NULL.to_owned()));
        }
    }

    fn open(&mut self, from: usize, is_object: bool) {
        let role = match self.stack.last().map(|frame| frame.role) {
            _ if self.is_below() => Role::Below,
            None => Role::Root,
            Some(Role::Root) if !is_object && self.is_key("batch") => Role::Batch,
            Some(Role::Batch) if is_object => Role::Call,
            Some(Role::Root | Role::Call) if is_object && self.is_key("context") => Role::Context,
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
            is_named: false,
            parts: 0,
            is_dropped: false,
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
        self.end_below(&frame, end);
        match (frame.role, self.stack.last_mut()) {
            (Role::Context, Some(call)) if !frame.has_location => {
                let place = frame.address.zip(self.task.places).and_then(|(address, places)| places.place(address));
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

    /// What cannot be kept in parts is dropped up to the name it stands below.
    fn end_below(&mut self, frame: &Frame, end: usize) {
        let is_list_of_parts = !frame.is_object && frame.parts >= PARTS_MIN;
        if frame.role != Role::Below || !(frame.is_dropped || is_list_of_parts) {
            return;
        }
        match self.stack.last_mut().filter(|outer| outer.role == Role::Below) {
            Some(outer) => outer.is_dropped = true,
            None => {
                self.edits.retain(|(range, _)| range.start < frame.from);
                self.edits.push((frame.from..end, NULL.to_owned()));
            }
        }
    }

    fn end_call(&mut self, call: &Frame, end: usize) {
        // An event that is accepted as it was sent is not refused for what is added to it.
        let fits = |text: &String| end - call.from + text.len() <= EVENT_BYTES_MAX;
        if let Some((at, text)) = call.place.clone().filter(|(_, text)| fits(text)) {
            self.edits.push((at..at, text));
            return;
        }
        let is_asked = call.place.is_none() && call.is_object && !call.is_batch;
        let Some(here) = self.task.here.as_ref().filter(|_| is_asked) else {
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
pub(super) fn location(place: &AddressPlace) -> String {
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

fn number_end(bytes: &[u8], from: usize) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    from + bytes[from..].iter().take_while(|byte| is_part(byte)).count()
}
