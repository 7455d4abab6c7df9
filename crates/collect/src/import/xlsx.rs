//! Excel workbooks (.xlsx) as rows of cells.
//!
//! A workbook is a ZIP archive of XML. Its cells are read as a stream by a thread of their own, a few rows ahead; in
//! memory are the texts that cells share (at most [`TEXTS_BYTES_MAX`]) and those rows. Before anything is read the
//! archive is inflated once into nothing, counting: what it says of its own size is not believed, so an archive made to
//! blow up is refused before it can.

use super::customers::shown;
use super::rows::{BadRow, FileError, Raw, Row, RowResult, unique_names};
use super::{COLUMNS_MAX, XLSX_BYTES_MAX, XLSX_INFLATED_BYTES_MAX, XLSX_PARTS_MAX, XLSX_SHEETS_MAX};
use super::{RECORD_BYTES_MAX, XLSX_TEXTS_BYTES_MAX};
use base::Json;
use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};
use serde_json::json;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Rows read ahead.
const ROWS_AHEAD: usize = 64;

/// A sheet, or another part of XML, unpacked.
const XML_BYTES_MAX: u64 = 256 << 20;
/// Pictures and the like, unpacked.
const OTHER_BYTES_MAX: u64 = 64 << 20;
/// The texts that cells share, unpacked: they are held in memory, short ones at four times their size.
const TEXTS_BYTES_MAX: u64 = XLSX_TEXTS_BYTES_MAX;
/// Bytes between two marks of XML: the reader holds them at once.
const MARKLESS_BYTES_MAX: usize = RECORD_BYTES_MAX;
/// What is looked at of a part for what it says about itself: its first mark is shorter than the longest allowed.
const HEAD_BYTES_MAX: usize = 2 * MARKLESS_BYTES_MAX;
/// The day 9999-12-31: what is beyond is no date, in Excel as in ISO 8601.
const LAST_DAY: f64 = 2_958_465.0;
/// What Excel lets one cell hold.
const CELL_CHARS_MAX: usize = 32_767;

trait Input: Read + Seek + Send {}
impl<T: Read + Seek + Send> Input for T {}

/// What the reading thread hands over, in this order: the beginning, then rows.
enum Part {
    Start {
        sheets: Vec<String>,
        names: Vec<String>,
    },
    /// Line from 1, its cells from the first named column on, and which of them, if any, is a date that is none.
    Row(u64, Vec<Json>, Option<usize>),
}

type Sent = Result<Part, String>;

pub(crate) struct XlsxRows {
    pub columns: Arc<[String]>,
    /// The first row as it stands in the sheet.
    pub header: Vec<String>,
    pub sheets: Vec<String>,
    parts: Receiver<Sent>,
}

impl XlsxRows {
    /// Opens a stored workbook; `sheet` is a name, otherwise the first visible sheet is read.
    pub fn open(path: &Path, sheet: Option<String>, bytes_done: Arc<AtomicU64>) -> Result<Self, FileError> {
        let failed = |error| FileError(format!("the stored file cannot be opened: {error}"));
        let file = std::fs::File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        check_size(bytes)?;
        Self::start(Box::new(BufReader::new(file)), bytes, sheet, bytes_done)
    }

    /// Reads a workbook that is in memory, whole.
    pub fn of_bytes(bytes: &[u8], sheet: Option<String>) -> Result<Self, FileError> {
        check_size(bytes.len() as u64)?;
        let input = Box::new(std::io::Cursor::new(bytes.to_vec()));
        Self::start(input, bytes.len() as u64, sheet, Arc::default())
    }

    fn start(
        input: Box<dyn Input>,
        bytes: u64,
        sheet: Option<String>,
        bytes_done: Arc<AtomicU64>,
    ) -> Result<Self, FileError> {
        let (sender, parts) = sync_channel(ROWS_AHEAD);
        std::thread::Builder::new()
            .name("xlsx".into())
            .spawn(move || {
                let input = Counted { input, bytes, done: Arc::default() };
                let done = input.done.clone();
                if let Err(error) = read_sheet(input, sheet.as_deref(), &sender, &|| {
                    bytes_done.store(done.load(Ordering::Relaxed).min(bytes), Ordering::Relaxed);
                }) {
                    // Nobody listens any more: the import was cancelled.
                    let _ = sender.send(Err(error));
                }
            })
            .map_err(|error| FileError(format!("the workbook cannot be read now: {error}")))?;
        match parts.recv() {
            Ok(Ok(Part::Start { sheets, names })) => {
                let columns = unique_names(names.clone()).into();
                Ok(Self { columns, header: names, sheets, parts })
            }
            Ok(Err(error)) => Err(FileError(error)),
            Ok(Ok(Part::Row(..))) | Err(_) => Err(FileError("the workbook cannot be read".into())),
        }
    }

    pub fn next(&mut self) -> Result<Option<RowResult>, FileError> {
        match self.parts.recv() {
            Err(_) => Ok(None),
            Ok(Err(error)) => Err(FileError(error)),
            Ok(Ok(Part::Start { .. })) => Err(FileError("the workbook cannot be read".into())),
            Ok(Ok(Part::Row(line, cells, no_date))) => Ok(Some(self.row(line, cells, no_date))),
        }
    }

    fn row(&self, line: u64, mut cells: Vec<Json>, no_date: Option<usize>) -> RowResult {
        let width = self.columns.len();
        if cells.len() > width {
            let error = format!("{} fields where the first line names {width}", cells.len());
            return Err(BadRow { line, error, raw: Raw::Fields(cells.iter().map(written).collect()) });
        }
        if let Some((at, serial)) = no_date.and_then(|at| Some((at, cells.get(at)?))) {
            let (name, serial) = (shown(self.columns.get(at).map_or("", String::as_str)), written(serial));
            let error =
                format!("the column \"{name}\" has the date number {serial}, and Excel's dates end with {LAST_DAY}");
            return Err(BadRow { line, error, raw: Raw::Fields(cells.iter().map(written).collect()) });
        }
        cells.resize(width, Json::Null);
        Ok(Row { line, columns: self.columns.clone(), cells })
    }
}

fn written(cell: &Json) -> String {
    match cell {
        Json::Null => String::new(),
        Json::String(text) => text.replace('\0', "\u{fffd}"),
        other => other.to_string(),
    }
}

fn check_size(bytes: u64) -> Result<(), FileError> {
    if bytes > XLSX_BYTES_MAX {
        let megabytes = XLSX_BYTES_MAX >> 20;
        return Err(FileError(format!("the workbook is larger than {megabytes} MB; save the sheet as CSV")));
    }
    Ok(())
}

/// Counts what was read, for the progress.
struct Counted {
    input: Box<dyn Input>,
    bytes: u64,
    done: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(buffer)?;
        let before = self.done.fetch_add(count as u64, Ordering::Relaxed);
        if before > self.bytes {
            self.done.store(self.bytes, Ordering::Relaxed);
        }
        Ok(count)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.input.seek(to)
    }
}

/// Inflates every part into nothing and refuses what is too large.
fn check_archive(input: &mut Counted) -> Result<(), String> {
    let broken = |error: &dyn std::fmt::Display| format!("the file is no workbook or only a part of one: {error}");
    let mut archive = zip::ZipArchive::new(input).map_err(|error| broken(&error))?;
    if archive.len() > XLSX_PARTS_MAX {
        return Err(format!("the workbook has {} parts, {XLSX_PARTS_MAX} are read", archive.len()));
    }
    let mut total = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| broken(&error))?;
        let name = part.name().map(|name| name.to_lowercase()).unwrap_or_default();
        let is_xml = name.ends_with(".xml") || name.ends_with(".rels");
        let own = match is_xml {
            true if name.ends_with("sharedstrings.xml") => TEXTS_BYTES_MAX,
            true => XML_BYTES_MAX,
            false => OTHER_BYTES_MAX,
        };
        let limit = own.min(XLSX_INFLATED_BYTES_MAX - total);
        let mut marks = Marks::default();
        let inflated = std::io::copy(&mut part.take(limit + 1), &mut marks).map_err(|error| broken(&error))?;
        total += inflated;
        if inflated > limit {
            let megabytes = if limit == own { own } else { XLSX_INFLATED_BYTES_MAX } >> 20;
            return Err(format!(
                "unpacked, the workbook is larger than it may be: {name} has more than {megabytes} MB; save the sheet as CSV"
            ));
        }
        if is_xml && marks.longest > MARKLESS_BYTES_MAX {
            return Err(format!("a text in {name} is longer than {CELL_CHARS_MAX} characters, Excel's limit"));
        }
        if name.ends_with("sharedstrings.xml") && marks.claims_more_texts_than(inflated) {
            return Err(format!("{name} claims more texts than it has bytes; save the workbook anew"));
        }
    }
    Ok(())
}

/// Measures what stands between the marks (`<` and `>`) of XML.
#[derive(Default)]
struct Marks {
    since: usize,
    longest: usize,
    /// The beginning: what a part says about itself.
    head: Vec<u8>,
}

impl Marks {
    /// The reader makes room for as many texts as the part says it has, before it has seen one.
    fn claims_more_texts_than(&self, bytes: u64) -> bool {
        let head = String::from_utf8_lossy(&self.head);
        // Up to the first text.
        let head = head.split("<si").next().unwrap_or_default();
        head.split("ount").skip(1).any(|rest| {
            let rest = rest.trim_start().strip_prefix('=').map(str::trim_start).unwrap_or_default();
            let rest = rest.strip_prefix(['"', '\'']).unwrap_or_default().trim_start();
            let digits = rest.find(|letter: char| !letter.is_ascii_digit()).map_or(rest, |end| &rest[..end]);
            !digits.is_empty() && digits.parse::<u64>().map_or(true, |claimed| bytes < claimed)
        })
    }
}

impl Write for Marks {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let room = HEAD_BYTES_MAX.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        for byte in bytes {
            self.since = if matches!(byte, b'<' | b'>') { 0 } else { self.since + 1 };
            self.longest = self.longest.max(self.since);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Reads one sheet to its end, or until nobody listens.
fn read_sheet(
    mut input: Counted,
    sheet: Option<&str>,
    sender: &SyncSender<Sent>,
    progress: &dyn Fn(),
) -> Result<(), String> {
    check_archive(&mut input)?;
    input.done.store(0, Ordering::Relaxed);
    let mut book = Xlsx::new(input).map_err(|error| format!("the workbook cannot be read: {error}"))?;
    let (sheets, name) = choose_sheet(&book, sheet)?;
    let mut cells =
        book.worksheet_cells_reader(&name).map_err(|error| format!("the sheet \"{name}\" cannot be read: {error}"))?;
    let mut rows = Rows { sheets: Some(sheets), first: 0, line: 0, cells: Vec::new(), no_date: None, bytes: 0, sender };
    loop {
        let cell = cells.next_cell().map_err(|error| format!("after line {}: {error}", rows.line))?;
        let Some(cell) = cell else { break };
        let (row, column) = cell.get_position();
        if u64::from(row) + 1 != rows.line {
            progress();
            if !rows.end_row()? {
                return Ok(());
            }
            rows.line = u64::from(row) + 1;
        }
        if is_too_long(cell.get_value()) {
            return Err(format!("line {} has a cell of more than {CELL_CHARS_MAX} characters", rows.line));
        }
        rows.take(column as usize, value(cell.get_value()), is_no_date(cell.get_value()))?;
    }
    rows.end_row()?;
    if rows.sheets.is_some() {
        return Err(format!("the sheet \"{name}\" is empty"));
    }
    Ok(())
}

type Book = Xlsx<Counted>;

/// All sheets people see, and the one to read.
fn choose_sheet(book: &Book, wanted: Option<&str>) -> Result<(Vec<String>, String), String> {
    let all = book.sheets_metadata().iter();
    let visible = all.filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible);
    let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    if names.len() > XLSX_SHEETS_MAX {
        return Err(format!("the workbook has {} sheets, {XLSX_SHEETS_MAX} are read", names.len()));
    }
    let chosen = match wanted.filter(|wanted| !wanted.is_empty()) {
        Some(wanted) => names
            .iter()
            .find(|name| *name == wanted)
            .ok_or_else(|| format!("the workbook has no sheet \"{wanted}\"; it has {}", names.join(", ")))?,
        None => names.first().ok_or("the workbook has no sheet")?,
    };
    Ok((names.clone(), chosen.clone()))
}

/// Gathers cells into rows. The first row that holds anything names the columns.
struct Rows<'a> {
    /// Taken when the columns are known.
    sheets: Option<Vec<String>>,
    /// The first named column.
    first: usize,
    line: u64,
    cells: Vec<Json>,
    /// The first of them that is a date out of range.
    no_date: Option<usize>,
    bytes: usize,
    sender: &'a SyncSender<Sent>,
}

impl Rows<'_> {
    fn take(&mut self, column: usize, value: Json, is_no_date: bool) -> Result<(), String> {
        if value.is_null() {
            return Ok(());
        }
        let is_header = self.sheets.is_some();
        if is_header && self.cells.is_empty() {
            self.first = column;
        }
        let Some(at) = column.checked_sub(self.first) else { return Ok(()) };
        if at >= COLUMNS_MAX {
            return Err(format!("line {} has more than {COLUMNS_MAX} columns", self.line));
        }
        self.bytes += value.as_str().map_or(8, str::len);
        if self.bytes > RECORD_BYTES_MAX {
            return Err(format!("line {} holds more than {RECORD_BYTES_MAX} bytes", self.line));
        }
        if self.cells.len() <= at {
            self.cells.resize(at + 1, Json::Null);
        }
        self.cells[at] = value;
        if is_no_date {
            self.no_date.get_or_insert(at);
        }
        Ok(())
    }

    /// False when nobody listens.
    fn end_row(&mut self) -> Result<bool, String> {
        let (cells, no_date) = (std::mem::take(&mut self.cells), self.no_date.take());
        self.bytes = 0;
        if cells.is_empty() {
            return Ok(true);
        }
        let part = match self.sheets.take() {
            Some(sheets) => {
                let names = cells.iter().map(|cell| written(cell).replace('\0', "").trim().to_owned());
                Part::Start { sheets, names: names.collect() }
            }
            None => Part::Row(self.line, cells, no_date),
        };
        Ok(self.sender.send(Ok(part)).is_ok())
    }
}

fn is_too_long(cell: &DataRef<'_>) -> bool {
    let text = match cell {
        DataRef::String(text) => text.as_str(),
        DataRef::SharedString(text) => text,
        _ => return false,
    };
    // Excel counts as UTF-16 does, which never has more units than UTF-8 has bytes.
    text.len() > CELL_CHARS_MAX && text.encode_utf16().count() > CELL_CHARS_MAX
}

/// A cell as JSON; what is empty or an error (`#N/A`) is null.
fn value(cell: &DataRef<'_>) -> Json {
    match cell {
        DataRef::Int(number) => json!(number),
        DataRef::Float(number) => whole(*number),
        DataRef::String(text) => texted(text),
        DataRef::SharedString(text) => texted(text),
        DataRef::Bool(value) => json!(value),
        DataRef::DateTime(at) => moment(at),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => texted(text),
        DataRef::Error(_) | DataRef::Empty => Json::Null,
    }
}

fn texted(text: &str) -> Json {
    let text = text.trim();
    if text.is_empty() { Json::Null } else { json!(text) }
}

/// Excel knows floats only: a customer number `17850` is 17850.0 to it.
fn whole(number: f64) -> Json {
    /// Beyond it a float skips whole numbers.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT { json!(number as i64) } else { json!(number) }
}

/// A day, a time of day or both, as ISO 8601 without a zone: the mapping says which zone is meant.
fn moment(at: &ExcelDateTime) -> Json {
    // A date out of range shows its number; its row is refused.
    if !at.is_datetime() || is_out_of_range(at) {
        return whole(at.as_f64());
    }
    let serial = at.as_f64();
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let (date, time) = (format!("{year:04}-{month:02}-{day:02}"), format!("{hour:02}:{minute:02}:{second:02}"));
    match serial {
        serial if serial.fract() == 0.0 => json!(date),
        serial if serial < 1.0 => json!(time),
        _ => json!(format!("{date}T{time}")),
    }
}

fn is_out_of_range(at: &ExcelDateTime) -> bool {
    at.is_datetime() && !(0.0..LAST_DAY + 1.0).contains(&at.as_f64())
}

fn is_no_date(cell: &DataRef<'_>) -> bool {
    matches!(cell, DataRef::DateTime(at) if is_out_of_range(at))
}

#[cfg(test)]
mod tests;
