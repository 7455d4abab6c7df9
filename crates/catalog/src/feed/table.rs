//! TSV and CSV with Google's column names.
//!
//! Quotation marks as RFC 4180 has them: they enclose a field that begins with one, and doubled they are one of its
//! letters. Anywhere else they are letters, so that `19" wide` is what it says. A mark too many makes text of the rows
//! after it: what that leaves behind is told with the item, so that nobody takes those rows' products for gone.

use super::bytes::Metered;
use super::{Counted, FeedError};
use crate::attributes::{Flaw, RawItem, Swallowed, normal_name};
use crate::limits::{FIELD_LINES_MAX, FIELDS_MAX, ID_CHARS_MAX};
use std::io::BufRead;

pub(super) fn read<R: BufRead>(input: Metered<R>, mark: u8, sink: &mut Counted<'_>) -> Result<(), FeedError> {
    let meter = input.meter.clone();
    let (mut rows, mut row) = (Rows { input, mark, line: 1 }, Row::default());
    if !rows.next(&mut row)? {
        return Err(FeedError::NotReadable("the file is empty".into()));
    }
    let table = Table { names: header(&row)?, mark };
    if let Some(line) = row.open {
        return Err(FeedError::OpenQuote { line });
    }
    loop {
        meter.reset();
        if !rows.next(&mut row)? {
            return Ok(());
        }
        if let Some(line) = row.open {
            sink.item(table.item(&row))?;
            return Err(FeedError::OpenQuote { line });
        }
        if row.values().all(|value| value.trim().is_empty()) {
            continue;
        }
        if !row.has_end && row.len() < table.names.len() {
            return Err(FeedError::CutOff(format!("the file ends in the middle of line {}", row.line)));
        }
        sink.item(table.item(&row))?;
    }
}

/// A field that goes over lines.
#[derive(Debug, Clone, PartialEq)]
struct Spread {
    field: usize,
    /// The line its quote opens in.
    from: u64,
    /// Line ends within the quotes.
    lines: u64,
    /// More text follows the quote that closes it: that one was meant to open another.
    is_ragged: bool,
}

/// One row: its values one after the other.
#[derive(Debug, Default)]
struct Row {
    text: String,
    ends: Vec<usize>,
    /// The line it begins in, from 1.
    line: u64,
    spreads: Vec<Spread>,
    /// The file ends within quotes that open in this line.
    open: Option<u64>,
    /// It ends in a line end, not with the file.
    has_end: bool,
}

impl Row {
    fn len(&self) -> usize {
        self.ends.len()
    }
    fn value(&self, field: usize) -> &str {
        let start = field.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[field]]
    }
    fn values(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|field| self.value(field))
    }
}

/// Where in a field the reader is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Start,
    Plain,
    Quoted,
    /// Behind a quote within quotes: it closed them, or is the first of two.
    Closing,
    /// Behind quotes that are closed.
    Behind,
}

struct Rows<R> {
    input: Metered<R>,
    mark: u8,
    /// The line of the next byte.
    line: u64,
}

impl<R: BufRead> Rows<R> {
    /// False: there is no more. Empty lines are passed over.
    fn next(&mut self, row: &mut Row) -> Result<bool, FeedError> {
        let mut bytes = std::mem::take(&mut row.text).into_bytes();
        bytes.clear();
        *row = Row { ends: std::mem::take(&mut row.ends), line: self.line, ..Row::default() };
        row.ends.clear();
        let mut place = Place::Start;
        let mut spread = Spread { field: 0, from: 0, lines: 0, is_ragged: false };
        loop {
            let block = self.input.fill_buf().map_err(|error| refused(&error, place, &spread))?;
            if block.is_empty() {
                break;
            }
            let mut used = 0;
            for byte in block.iter().copied() {
                used += 1;
                self.line += u64::from(byte == b'\n');
                let is_bare = matches!(place, Place::Start | Place::Plain | Place::Closing | Place::Behind);
                if is_bare && byte == b'\n' {
                    if place == Place::Start && row.ends.is_empty() && bytes.is_empty() {
                        row.line = self.line;
                        continue;
                    }
                    row.has_end = true;
                    break;
                }
                place = match (place, byte) {
                    (Place::Quoted, b'"') => Place::Closing,
                    (Place::Quoted, _) => {
                        spread.lines += u64::from(byte == b'\n');
                        bytes.push(byte);
                        Place::Quoted
                    }
                    (Place::Closing, b'"') => {
                        bytes.push(byte);
                        Place::Quoted
                    }
                    (_, mark) if mark == self.mark => {
                        row.end_field(&bytes, &mut spread);
                        Place::Start
                    }
                    (Place::Start, b'"') => {
                        spread.from = self.line;
                        Place::Quoted
                    }
                    (Place::Closing | Place::Behind, _) => {
                        spread.is_ragged |= !byte.is_ascii_whitespace();
                        bytes.push(byte);
                        Place::Behind
                    }
                    (Place::Start | Place::Plain, _) => {
                        bytes.push(byte);
                        Place::Plain
                    }
                };
            }
            self.input.consume(used);
            if row.has_end {
                break;
            }
        }
        if !row.has_end && place == Place::Start && row.ends.is_empty() && bytes.is_empty() {
            return Ok(false);
        }
        row.open = (place == Place::Quoted).then_some(spread.from);
        row.end_field(&bytes, &mut spread);
        // Cut at marks and quotes only, of a text that was UTF-8.
        row.text = String::from_utf8(bytes).map_err(|_| FeedError::BadEncoding("a line is not UTF-8".into()))?;
        Ok(true)
    }
}

impl Row {
    fn end_field(&mut self, bytes: &[u8], spread: &mut Spread) {
        let next = Spread { field: self.ends.len() + 1, from: 0, lines: 0, is_ragged: false };
        let ended = std::mem::replace(spread, next);
        self.ends.push(bytes.len());
        if ended.lines > 0 {
            self.spreads.push(ended);
        }
    }
}

/// What is too long within quotes has most likely one of them too many.
fn refused(error: &std::io::Error, place: Place, spread: &Spread) -> FeedError {
    match FeedError::of(error) {
        FeedError::TooLarge(detail) if place == Place::Quoted => {
            let line = spread.from;
            FeedError::TooLarge(format!("{detail}: the quotation mark that opens in line {line} is not closed"))
        }
        other => other,
    }
}

fn header(row: &Row) -> Result<Vec<String>, FeedError> {
    if row.len() > FIELDS_MAX {
        return Err(FeedError::TooLarge(format!("a table has at most {FIELDS_MAX} columns")));
    }
    let names: Vec<String> = row.values().map(normal_name).collect();
    if names.iter().any(|name| name == "id") {
        return Ok(names);
    }
    let detail = "the first line must name the columns, and one of them must be id";
    Err(FeedError::NotReadable(detail.into()))
}

struct Table {
    names: Vec<String>,
    mark: u8,
}

impl Table {
    fn item(&self, row: &Row) -> RawItem {
        let has_more = row.values().skip(self.names.len()).any(|value| !value.trim().is_empty());
        let flaw = self.stray_quote(row).or_else(|| {
            let (columns, first) = (row.len(), self.names.len());
            let detail = format!("the line has {columns} columns and the first line {first}");
            has_more.then_some(Flaw { attribute: None, code: "unreadable_item", detail })
        });
        let fields = self.names.iter().zip(row.values());
        let fields = fields.map(|(name, value)| (name.clone(), value.trim_end_matches('\r').to_owned())).collect();
        RawItem { number: 0, line: Some(row.line), fields, flaw, swallowed: self.swallowed(row) }
    }

    /// A quote that opens and is not closed where its text ends, as far as that shows.
    fn stray_quote(&self, row: &Row) -> Option<Flaw> {
        let name = |spread: &Spread| self.names.get(spread.field).cloned();
        let open = row.open.map(|line| {
            let detail = format!("the quotation mark that opens in line {line} is not closed");
            Flaw { attribute: self.names.get(row.len() - 1).cloned(), code: "stray_quote", detail }
        });
        open.or_else(|| {
            let spread = row.spreads.iter().find(|spread| spread.is_ragged || spread.lines > FIELD_LINES_MAX)?;
            let (line, last) = (spread.from, spread.from + spread.lines);
            let detail = format!("the quotation mark that opens in line {line} closes in line {last} only");
            Some(Flaw { attribute: name(spread), code: "stray_quote", detail })
        })
    }

    /// What looks like rows within the quotes of a field: their ids.
    fn swallowed(&self, row: &Row) -> Option<Swallowed> {
        let from = row.open.or_else(|| row.spreads.first().map(|spread| spread.from))?;
        let ids = row.spreads.iter().flat_map(|spread| self.ids_within(row.value(spread.field)));
        Some(Swallowed { from, ids: ids.collect() })
    }

    fn ids_within<'t>(&self, text: &'t str) -> impl Iterator<Item = String> + use<'_, 't> {
        let at = self.names.iter().position(|name| name == "id").unwrap_or_default();
        let (mark, whole) = (char::from(self.mark), self.names.len() - 1);
        let mut lines = text.split('\n').skip(1).peekable();
        std::iter::from_fn(move || {
            let line = lines.next()?;
            // The last one goes on behind the quote that ends it.
            let marks = if lines.peek().is_some() { whole } else { whole.min(at + 1) };
            let is_row = line.matches(mark).count() >= marks;
            Some(line.split(mark).nth(at).filter(|_| is_row).map(|id| id.trim_matches(['"', ' ', '\r'])))
        })
        .flatten()
        .filter(|id| !id.is_empty() && id.chars().count() <= ID_CHARS_MAX)
        .map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a text, and the line the quote opens in that its end leaves open.
    fn rows(text: &str, mark: u8) -> (Vec<Vec<String>>, Option<u64>) {
        let (mut rows, mut row) = (Rows { input: Metered::new(text.as_bytes()), mark, line: 1 }, Row::default());
        let mut all = Vec::new();
        let mut open = None;
        while rows.next(&mut row).expect("it reads") {
            all.push(row.values().map(str::to_owned).collect());
            open = row.open;
        }
        (all, open)
    }

    /// The same by the library everybody uses.
    fn by_library(text: &str, mark: u8) -> Vec<Vec<String>> {
        let mut builder = csv::ReaderBuilder::new();
        let builder = builder.delimiter(mark).terminator(csv::Terminator::Any(b'\n')).has_headers(false).flexible(true);
        let records = builder.from_reader(text.as_bytes()).into_records();
        records.map(|record| record.expect("it reads").iter().map(str::to_owned).collect()).collect()
    }

    proptest::proptest! {
        #[test]
        fn rows_are_cut_as_the_library_cuts_them(text in "[a\",;\t\r\né]{0,40}", mark in 0usize..3) {
            let mark = [b',', b';', b'\t'][mark];
            proptest::prop_assert_eq!(rows(&text, mark).0, by_library(&text, mark));
        }
    }

    #[test]
    fn an_open_quote_is_known_by_its_line_and_an_inch_is_none() {
        for (text, line) in [
            ("id,title\nA,\"Mug", Some(2)),
            ("id,title\nA,\"Mug\n", Some(2)),
            ("id,title\n\n\nA,\"a\nb\"\nB,\"Mug\n\n\n", Some(6)),
            ("id,title\nA,\"Mug\"\"", Some(2)),
            ("id,title\n\"A", Some(2)),
            ("id,title\nA,24\" Mug", None),
            ("id,title\nA,Mug 24\"\nB,\"24\"\" Pan\"", None),
            ("id,title\nA,\"Mug\"", None),
            ("id,title\nA,\"\"", None),
        ] {
            assert_eq!(rows(text, b',').1, line, "{text}");
        }
    }
}
