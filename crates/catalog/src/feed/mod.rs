//! Reads a feed: gzip or not, UTF-8, UTF-16 or what XML declares, RSS 2.0, Atom, tables or JSON lines.
//!
//! Streamed: what is held is one item and some buffers. The readers block, so they run beside the tasks; what is wrong
//! with one item is told with the item, what is wrong with the file ends the reading.

mod bytes;
mod lines;
mod table;
mod xml;

use crate::attributes::{Flaw, RawItem};
use crate::limits::{ITEMS_MAX, TOKEN_BYTES_MAX};
use bytes::{Metered, is_space};
pub(crate) use bytes::{PIECES_AHEAD, Piece, Pipe};
use std::io::{BufRead, BufReader, Cursor, Read};

base::words!(/// How a feed is written.
    Format { Xml = "xml", Csv = "csv", Tsv = "tsv", Jsonl = "jsonl" });

/// What is wrong with a feed as a whole.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FeedError {
    /// It ends in the middle. What came before was told.
    #[error("{0}")]
    CutOff(String),
    /// A table that ends within quotes. What came before, and the row the quote is in, was told.
    #[error("the quotation mark that opens in line {line} is not closed: all that follows it was read as one text")]
    OpenQuote { line: u64 },
    #[error("{0}")]
    NotReadable(String),
    #[error("{0}")]
    ForbiddenXml(String),
    #[error("{0}")]
    TooLarge(String),
    #[error("{0}")]
    BadEncoding(String),
    /// Whoever sent it stopped.
    #[error("the feed did not arrive to its end")]
    Aborted,
}

impl FeedError {
    pub const fn code(&self) -> &'static str {
        match self {
            FeedError::CutOff(_) => "feed_cut_off",
            FeedError::OpenQuote { .. } => "feed_open_quote",
            FeedError::NotReadable(_) => "feed_not_readable",
            FeedError::ForbiddenXml(_) => "feed_forbidden_xml",
            FeedError::TooLarge(_) => "feed_too_large",
            FeedError::BadEncoding(_) => "bad_encoding",
            FeedError::Aborted => "broken_upload",
        }
    }
    fn wrapped(self) -> std::io::Error {
        std::io::Error::other(self)
    }
    /// What a reader below was wrapped in on its way up.
    fn of(error: &std::io::Error) -> Self {
        let known = error.get_ref().and_then(|inner| inner.downcast_ref::<FeedError>());
        match known {
            Some(known) => known.clone(),
            None if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                FeedError::CutOff("the compressed file ends in the middle".into())
            }
            None => FeedError::NotReadable(format!("the file cannot be unpacked: {error}")),
        }
    }
}

/// How the reading ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ended {
    pub format: Option<Format>,
    /// None: to its end.
    pub error: Option<FeedError>,
}

/// Takes items; an error ends the reading.
pub(crate) trait Sink {
    fn item(&mut self, item: RawItem) -> Result<(), FeedError>;
}

impl<F: FnMut(RawItem) -> Result<(), FeedError>> Sink for F {
    fn item(&mut self, item: RawItem) -> Result<(), FeedError> {
        self(item)
    }
}

/// Gives every item its number.
struct Counted<'s> {
    sink: &'s mut dyn Sink,
    items: u64,
}

impl Counted<'_> {
    fn item(&mut self, mut item: RawItem) -> Result<(), FeedError> {
        self.items += 1;
        if self.items > ITEMS_MAX {
            return Err(FeedError::TooLarge(format!("a feed has at most {ITEMS_MAX} items; split it by source")));
        }
        item.number = self.items;
        if item.flaw.is_none() && item.is_too_large() {
            item.flaw = Some(Flaw::too_large());
        }
        // Whoever stages the item needs no more of it, and many of them wait at a time.
        if item.flaw.is_some() {
            item.keep_id();
        }
        self.sink.item(item)
    }
}

/// Reads all of `input`.
pub(crate) fn read(input: impl Read, sink: &mut dyn Sink) -> Ended {
    let mut ended = Ended { format: None, error: None };
    let mut counted = Counted { sink, items: 0 };
    ended.error = read_into(input, &mut counted, &mut ended.format).err();
    ended
}

fn read_into(input: impl Read, sink: &mut Counted<'_>, format: &mut Option<Format>) -> Result<(), FeedError> {
    let text = bytes::text(input)?;
    let mut text = BufReader::new(text);
    let head = head(&mut text)?;
    let first = head.iter().copied().find(|byte| !is_space(*byte));
    let found = match first {
        None => return Err(FeedError::NotReadable("the file is empty".into())),
        Some(b'<') => Format::Xml,
        Some(b'{') => Format::Jsonl,
        Some(b'[') => {
            let detail = "this is one JSON list: write one product a line, without the brackets (JSON lines)";
            return Err(FeedError::NotReadable(detail.into()));
        }
        Some(_) if head.contains(&b'\t') => Format::Tsv,
        Some(_) => Format::Csv,
    };
    *format = Some(found);
    let mark = table_mark(&head, found);
    let input = Metered::new(BufReader::new(Cursor::new(head).chain(text)));
    match found {
        Format::Xml => xml::read(input, sink),
        Format::Jsonl => lines::read(input, sink),
        Format::Csv | Format::Tsv => table::read(input, mark, sink),
    }
}

/// The first line that is not blank, with what comes before it.
fn head(text: &mut impl BufRead) -> Result<Vec<u8>, FeedError> {
    let mut head = Vec::new();
    loop {
        let (part, is_whole) = {
            let available = text.fill_buf().map_err(|error| FeedError::of(&error))?;
            let end = available.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(available.len(), |end| end + 1);
            (available[..taken].to_vec(), available.is_empty() || end.is_some())
        };
        text.consume(part.len());
        head.extend_from_slice(&part);
        let is_blank = head.iter().all(|byte| is_space(*byte));
        // One line of XML may be the whole file.
        if (is_whole && !is_blank) || part.is_empty() || head.len() > TOKEN_BYTES_MAX / 16 {
            return Ok(head);
        }
    }
}

/// What stands between the columns.
fn table_mark(head: &[u8], format: Format) -> u8 {
    let count = |mark: u8| head.iter().filter(|byte| **byte == mark).count();
    match format {
        Format::Tsv => b'\t',
        _ => [b',', b';', b'|'].into_iter().rev().max_by_key(|mark| count(*mark)).unwrap_or(b','),
    }
}

#[cfg(test)]
mod tests;
