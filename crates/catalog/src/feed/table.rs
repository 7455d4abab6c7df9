//! TSV and CSV with Google's column names.

use super::bytes::Metered;
use super::{Counted, FeedError};
use crate::attributes::{Flaw, RawItem, normal_name};
use crate::limits::FIELDS_MAX;
use csv::{ReaderBuilder, StringRecord, Terminator};
use std::io::BufRead;

pub(super) fn read<R: BufRead>(input: Metered<R>, mark: u8, sink: &mut Counted<'_>) -> Result<(), FeedError> {
    let meter = input.meter.clone();
    // Only then are lines counted right in files of Windows.
    let ends = Terminator::Any(b'\n');
    let mut reader =
        ReaderBuilder::new().delimiter(mark).terminator(ends).has_headers(false).flexible(true).from_reader(input);
    let mut record = StringRecord::new();
    if !next(&mut reader, &mut record)? {
        return Err(FeedError::NotReadable("the file is empty".into()));
    }
    let names = header(&record)?;
    // The last line is told when it is known whether it is whole.
    let mut waiting: Option<RawItem> = None;
    let (mut columns, mut line) = (names.len(), 1);
    loop {
        meter.reset();
        if !next(&mut reader, &mut record)? {
            break;
        }
        if let Some(item) = waiting.take() {
            sink.item(item)?;
        }
        if record.iter().all(|value| value.trim().is_empty()) {
            continue;
        }
        columns = record.len();
        line = record.position().map_or(line + 1, csv::Position::line);
        waiting = Some(item(&names, &record, line));
    }
    let is_short = columns < names.len();
    let (open, whole) = (meter.has_open_quote(), meter.ends_in_newline());
    if waiting.is_some() && ((!whole && (is_short || open)) || (is_short && open)) {
        return Err(FeedError::CutOff(format!("the file ends in the middle of line {line}")));
    }
    waiting.map_or(Ok(()), |item| sink.item(item))
}

fn next<R: std::io::Read>(reader: &mut csv::Reader<R>, record: &mut StringRecord) -> Result<bool, FeedError> {
    reader.read_record(record).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => FeedError::of(&error),
        other => FeedError::NotReadable(format!("the table cannot be read: {other:?}").chars().take(300).collect()),
    })
}

fn header(record: &StringRecord) -> Result<Vec<String>, FeedError> {
    if record.len() > FIELDS_MAX {
        return Err(FeedError::TooLarge(format!("a table has at most {FIELDS_MAX} columns")));
    }
    let names: Vec<String> = record.iter().map(normal_name).collect();
    if names.iter().any(|name| name == "id") {
        return Ok(names);
    }
    let detail = "the first line must name the columns, and one of them must be id";
    Err(FeedError::NotReadable(detail.into()))
}

fn item(names: &[String], record: &StringRecord, line: u64) -> RawItem {
    let has_more = record.iter().skip(names.len()).any(|value| !value.trim().is_empty());
    let flaw = has_more.then(|| {
        let detail = format!("the line has {} columns and the first line {}", record.len(), names.len());
        Flaw { attribute: None, code: "unreadable_item", detail }
    });
    let fields = names.iter().zip(record).map(|(name, value)| (name.clone(), value.trim_end_matches('\r').to_owned()));
    RawItem { number: 0, line: Some(line), fields: fields.collect(), flaw }
}
