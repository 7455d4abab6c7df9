//! RSS 2.0, RSS 1.0 and Atom with Google's attributes, whatever prefix they have.
//!
//! No entity is expanded but the five of XML and those by number; a DTD is refused, so that nothing can grow.

use super::bytes::{Metered, is_space};
use super::{Counted, FeedError};
use crate::attributes::{Flaw, RawItem, normal_name, quoted};
use crate::limits::{DEPTH_MAX, FIELDS_MAX, ID_CHARS_MAX, ITEM_BYTES_MAX};
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};
use std::io::BufRead;

/// A letter has four bytes at most.
const ID_BYTES_MAX: usize = ID_CHARS_MAX * 4;

const GOOGLE: &str = "http://base.google.com/ns/1.0";
/// Attributes of the shop's own.
const GOOGLE_CUSTOM: &str = "http://base.google.com/cns/1.0";
const PLAIN: [&str; 3] = ["http://www.w3.org/2005/Atom", "http://purl.org/rss/1.0/", "http://purl.org/atom/ns#"];
const ROOTS: [&str; 3] = ["rss", "feed", "RDF"];
/// What RSS and Atom say of an entry itself, not of a product.
const ABOUT_THE_ENTRY: [&str; 11] = [
    "guid",
    "pub_date",
    "pubdate",
    "author",
    "updated",
    "published",
    "category",
    "comments",
    "source",
    "enclosure",
    "rights",
];

/// Whose an element is.
#[derive(Clone, Copy, PartialEq)]
enum Family {
    Google,
    Plain,
    Other,
}

/// An attribute that is being read.
struct Field {
    /// None: it is not kept.
    name: Option<String>,
    family: Family,
    depth: usize,
    text: String,
    /// It holds elements, as `shipping` does: not kept.
    has_parts: bool,
}

#[derive(Default)]
struct Open {
    depth: usize,
    google: Vec<(String, String)>,
    plain: Vec<(String, String)>,
    flaw: Option<Flaw>,
    bytes: usize,
    field: Option<Field>,
}

pub(super) fn read<R: BufRead>(input: Metered<R>, sink: &mut Counted<'_>) -> Result<(), FeedError> {
    let meter = input.meter.clone();
    let mut reader = NsReader::from_reader(input);
    reader.config_mut().expand_empty_elements = true;
    // "Black & white", as many shops write it.
    reader.config_mut().allow_dangling_amp = true;
    let mut state = Reading { depth: 0, has_root: false, open: None, sink };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        meter.reset();
        let (family, event) = match reader.read_resolved_event_into(&mut buffer) {
            Ok((namespace, event)) => (family(&namespace), event),
            Err(error) => return Err(state.wrong(error, meter.is_over())),
        };
        match event {
            Event::Start(start) => state.start(family, &start)?,
            Event::End(_) => state.end()?,
            Event::Text(text) => state.text(&text.into_inner())?,
            Event::CData(text) => state.text(&text.into_inner())?,
            Event::GeneralRef(reference) => state.reference(&reference)?,
            // What a server shows whom it does not know, or in the place of a file that is gone.
            Event::DocType(kind) if kind.trim_start().to_ascii_lowercase().starts_with("html") => {
                return Err(FeedError::NotReadable("this is a web page, not a product feed".into()));
            }
            Event::DocType(_) => {
                let detail = "the feed has a document type (DOCTYPE); leave it out: entities are not expanded";
                return Err(FeedError::ForbiddenXml(detail.into()));
            }
            Event::Eof if state.depth > 0 => return Err(state.cut_off()),
            Event::Eof if !state.has_root => return Err(state.cut_off()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn family(namespace: &ResolveResult<'_>) -> Family {
    match namespace {
        ResolveResult::Bound(name) if name.0 == GOOGLE || name.0 == GOOGLE_CUSTOM => Family::Google,
        ResolveResult::Bound(name) if PLAIN.contains(&name.0) => Family::Plain,
        ResolveResult::Bound(_) => Family::Other,
        // The prefix everybody uses, in feeds that forget to bind it.
        ResolveResult::Unknown(prefix) if prefix.as_str() == "g" => Family::Google,
        ResolveResult::Unknown(_) => Family::Other,
        ResolveResult::Unbound => Family::Plain,
    }
}

struct Reading<'r, 's> {
    depth: usize,
    has_root: bool,
    open: Option<Open>,
    sink: &'r mut Counted<'s>,
}

impl Reading<'_, '_> {
    fn start(&mut self, family: Family, start: &BytesStart<'_>) -> Result<(), FeedError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let detail = format!("elements are nested more than {DEPTH_MAX} deep");
            return Err(FeedError::ForbiddenXml(detail));
        }
        let local = start.local_name();
        let local = local.into_inner();
        if self.depth == 1 {
            if self.has_root {
                return Err(self.goes_on(&format!("<{}>", short(local))));
            }
            self.has_root = true;
            if !ROOTS.contains(&local) {
                let detail =
                    format!("this is no product feed: it begins with <{}>, not with <rss> or <feed>", short(local));
                return Err(FeedError::NotReadable(detail));
            }
        }
        let depth = self.depth;
        let Some(open) = &mut self.open else {
            if family == Family::Plain && matches!(local, "item" | "entry") {
                self.open = Some(Open { depth, ..Open::default() });
            }
            return Ok(());
        };
        match &mut open.field {
            Some(field) => field.has_parts = true,
            None => {
                let field = Field::begin(family, local, start, depth);
                open.bytes += field.text.len();
                open.field = Some(field);
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), FeedError> {
        let depth = self.depth;
        self.depth = self.depth.saturating_sub(1);
        let Some(open) = &mut self.open else { return Ok(()) };
        if let Some(field) = open.field.take_if(|field| field.depth == depth) {
            open.keep(field);
        }
        if open.depth == depth
            && let Some(open) = self.open.take()
        {
            self.sink.item(open.into_item())?;
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), FeedError> {
        let depth = self.depth;
        if depth == 0 && !text.bytes().all(is_space) {
            return Err(self.goes_on(&quoted(text.trim())));
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        let Some(field) = open.field.as_mut().filter(|field| field.depth == depth && field.name.is_some()) else {
            return Ok(());
        };
        open.bytes += text.len();
        // Of an item that is too large it is still to be known whose it is.
        let is_id = field.name.as_deref() == Some("id") && field.text.len() + text.len() <= ID_BYTES_MAX;
        if open.bytes <= ITEM_BYTES_MAX || is_id {
            field.text.push_str(text);
        } else {
            open.flaw.get_or_insert_with(Flaw::too_large);
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), FeedError> {
        let named = match &**reference {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => reference.resolve_char_ref().ok().flatten(),
        };
        match named {
            Some(letter) => self.text(letter.encode_utf8(&mut [0; 4]))?,
            None if self.depth == 0 => return Err(self.goes_on(&format!("&{};", short(reference)))),
            None => {
                let Some(open) = &mut self.open else { return Ok(()) };
                let Some(name) = open.field.as_ref().and_then(|field| field.name.as_deref()) else { return Ok(()) };
                let detail = format!("&{}; is no letter of XML; write the letter itself", short(reference));
                let flaw = Flaw::new(name, "unknown_entity", detail);
                open.flaw.get_or_insert(flaw);
            }
        }
        Ok(())
    }

    /// Two feeds one after the other, or an error a shop wrote behind its feed: nobody knows what belongs to it.
    fn goes_on(&self, with: &str) -> FeedError {
        let (place, after) = (if self.has_root { "after" } else { "before" }, self.sink.items);
        let detail = format!("{with} stands {place} the one element that holds the feed (after item {after})");
        FeedError::NotReadable(format!("the document is not one XML document: {detail}"))
    }

    fn cut_off(&self) -> FeedError {
        let after = self.sink.items;
        FeedError::CutOff(format!("the document ends in the middle, after item {after}"))
    }

    fn wrong(&self, error: Error, is_over: bool) -> FeedError {
        match error {
            Error::Io(error) => FeedError::of(&error),
            Error::Syntax(SyntaxError::InvalidBangMarkup) if !is_over => self.broken(&error),
            Error::Syntax(_) | Error::IllFormed(IllFormedError::MissingEndTag(_)) => self.cut_off(),
            other => self.broken(&other),
        }
    }

    fn broken(&self, error: &Error) -> FeedError {
        let detail = format!("the XML is broken after item {}: {error}", self.sink.items);
        FeedError::NotReadable(detail.chars().take(300).collect())
    }
}

fn short(name: &str) -> String {
    quoted(name).trim_matches('"').to_owned()
}

impl Field {
    fn begin(family: Family, local: &str, start: &BytesStart<'_>, depth: usize) -> Self {
        let normal = normal_name(local);
        let name = match family {
            Family::Google => Some(normal),
            Family::Other => None,
            Family::Plain if ABOUT_THE_ENTRY.contains(&normal.as_str()) => None,
            Family::Plain => Some(match normal.as_str() {
                "summary" | "content" => "description".into(),
                _ => normal,
            }),
        };
        let mut text = String::new();
        // Atom: <link href="…"/>; what it leads to is the product unless it says another relation.
        let attribute = |name: &str| start.try_get_attribute(name).ok().flatten();
        let mut name = name;
        if family == Family::Plain
            && name.as_deref() == Some("link")
            && let Some(href) = attribute("href")
        {
            let is_other = attribute("rel").is_some_and(|rel| rel.value != "alternate");
            match href.normalized_value(XmlVersion::Implicit1_0) {
                Ok(href) if !is_other => text = href.into_owned(),
                _ => name = None,
            }
        }
        Self { name, family, depth, text, has_parts: false }
    }
}

impl Open {
    fn keep(&mut self, field: Field) {
        let Some(name) = field.name.filter(|_| !field.has_parts) else { return };
        let is_full = self.bytes > ITEM_BYTES_MAX || self.google.len() + self.plain.len() >= FIELDS_MAX;
        if is_full {
            self.flaw.get_or_insert_with(Flaw::too_large);
        }
        let is_known = || self.google.iter().chain(&self.plain).any(|(known, _)| *known == name);
        if is_full && (name != "id" || is_known()) {
            return;
        }
        let list = if field.family == Family::Google { &mut self.google } else { &mut self.plain };
        list.push((name, field.text));
    }

    /// What Google's attributes say goes before what the entry says.
    fn into_item(self) -> RawItem {
        let mut fields = self.google;
        for (name, value) in self.plain {
            if !fields.iter().any(|(known, said)| *known == name && !said.trim().is_empty()) {
                fields.push((name, value));
            }
        }
        RawItem { fields, flaw: self.flaw, ..RawItem::default() }
    }
}
