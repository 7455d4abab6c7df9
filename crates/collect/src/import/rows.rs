//! Files as rows of cells, one at a time, whatever the format.

use super::customers::shown;
use super::sniff;
use super::values::text_of;
use super::xlsx::XlsxRows;
use super::{COLUMNS_MAX, Format, Mapping, ParquetRowIter, ParquetRows, RECORD_BYTES_MAX};
use base::{Json, JsonMap};
use csv_core::ReadRecordResult;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const READ_BUFFER_BYTES: usize = 256 * 1024;
/// Of a record that is too large this much is kept for the rejected rows.
const SHOWN_BYTES_MAX: usize = 1_000;

/// A row and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Line of the file where it starts, from 1; for Parquet the row's number.
    pub line: u64,
    pub columns: Arc<[String]>,
    pub cells: Vec<Json>,
}

/// A row that cannot be read; the rest of the file can.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BadRow {
    pub line: u64,
    pub error: String,
    pub raw: Raw,
}

/// What stood there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Raw {
    /// The fields of a CSV record.
    Fields(Vec<String>),
    Line(String),
}

pub(crate) type RowResult = Result<Row, BadRow>;

/// A file that cannot be read any further.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct FileError(pub String);

pub(crate) enum RowReader {
    Csv(Box<CsvRows>),
    Jsonl(JsonRows),
    Parquet(ParquetCells),
    Xlsx(XlsxRows),
}

impl RowReader {
    /// Opens a stored file. `bytes_done` counts what has been read of it.
    pub fn open(
        path: &Path,
        format: Format,
        mapping: &Mapping,
        parquet: Option<&Arc<dyn ParquetRows>>,
        bytes_done: Arc<AtomicU64>,
    ) -> Result<Self, FileError> {
        if format == Format::Parquet {
            let parquet = parquet.ok_or_else(|| FileError("this program was built without Parquet".into()))?;
            let file = parquet.open(path).map_err(FileError)?;
            let columns = file.columns.into();
            return Ok(Self::Parquet(ParquetCells { columns, rows: file.rows, row: 0, bytes_done }));
        }
        if format == Format::Xlsx {
            return XlsxRows::open(path, mapping.sheet.clone(), bytes_done).map(Self::Xlsx);
        }
        let file = File::open(path).map_err(|error| FileError(format!("the stored file cannot be opened: {error}")))?;
        let counting = Counting { file: Box::new(file), read: bytes_done };
        Self::over(counting, format, mapping.delimiter_byte())
    }

    /// Reads the beginning of a file that is in memory; a workbook must be there whole.
    pub fn of_head(head: &[u8], format: Format, mapping: &Mapping) -> Result<Self, FileError> {
        if format == Format::Xlsx {
            return XlsxRows::of_bytes(head, mapping.sheet.clone()).map(Self::Xlsx);
        }
        let delimiter = mapping.delimiter_byte();
        let file = Box::new(std::io::Cursor::new(head.to_vec()));
        Self::over(Counting { file, read: Arc::default() }, format, delimiter)
    }

    fn over(counting: Counting, format: Format, delimiter: Option<u8>) -> Result<Self, FileError> {
        let mut input = BufReader::with_capacity(READ_BUFFER_BYTES, counting);
        if format == Format::Jsonl {
            return Ok(Self::Jsonl(JsonRows { input, line: 0 }));
        }
        let head = input.fill_buf().map_err(read_error)?;
        if let Some(hint) = Format::foreign(head) {
            return Err(FileError(hint.into()));
        }
        if sniff::encoding(head) == sniff::Encoding::Utf16 {
            return Err(FileError("the file is UTF-16; save it as UTF-8 (in Excel: \"CSV UTF-8\")".into()));
        }
        let delimiter = delimiter.unwrap_or_else(|| sniff::delimiter(head));
        let mark = head.len() - sniff::without_mark(head).len();
        input.consume(mark);
        CsvRows::open(input, delimiter).map(Box::new).map(Self::Csv)
    }

    /// The columns of the file; none for JSON Lines, where every row has its own.
    pub fn columns(&self) -> &[String] {
        match self {
            Self::Csv(rows) => &rows.columns,
            Self::Jsonl(_) => &[],
            Self::Parquet(rows) => &rows.columns,
            Self::Xlsx(rows) => &rows.columns,
        }
    }

    /// The first line as it stands in the file, of a file whose first line names the columns.
    pub fn header(&self) -> Option<Vec<String>> {
        match self {
            Self::Csv(rows) => Some(rows.header()),
            Self::Xlsx(rows) => Some(rows.header.clone()),
            Self::Jsonl(_) | Self::Parquet(_) => None,
        }
    }

    pub fn next(&mut self) -> Result<Option<RowResult>, FileError> {
        let row = match self {
            Self::Csv(rows) => rows.next(),
            Self::Jsonl(rows) => rows.next(),
            Self::Parquet(rows) => rows.next(),
            Self::Xlsx(rows) => rows.next(),
        };
        Ok(row?.map(|row| row.and_then(without_nul)))
    }
}

/// No store keeps NUL, and a value it was taken out of is another value.
fn without_nul(row: Row) -> RowResult {
    let has_nul = |cell: &Json| match cell {
        Json::String(text) => text.contains('\0'),
        Json::Array(_) | Json::Object(_) => cell.to_string().contains("\\u0000"),
        _ => false,
    };
    let Some(at) = row.cells.iter().position(has_nul) else { return Ok(row) };
    let name = row.columns.get(at).map_or("", String::as_str);
    let error = format!("the column \"{}\" holds the character NUL", shown(name));
    Err(BadRow { line: row.line, error, raw: Raw::Fields(fields_of(&row)) })
}

/// The cells as they are written into a file of rejected rows.
pub(crate) fn fields_of(row: &Row) -> Vec<String> {
    let written = |cell: &Json| match cell {
        Json::Null => String::new(),
        Json::String(text) => text.replace('\0', "\u{fffd}"),
        other => other.to_string(),
    };
    row.cells.iter().map(written).collect()
}

struct Counting {
    file: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

fn read_error(error: std::io::Error) -> FileError {
    FileError(format!("the stored file cannot be read: {error}"))
}

/// A file of which some can be put back to be read again.
struct Again {
    input: BufReader<Counting>,
    back: Vec<u8>,
    /// How much of `back` was read again.
    at: usize,
}

impl Again {
    fn fill(&mut self) -> Result<&[u8], FileError> {
        if self.at < self.back.len() {
            return Ok(&self.back[self.at..]);
        }
        self.input.fill_buf().map_err(read_error)
    }

    fn consume(&mut self, bytes: usize) {
        if self.at < self.back.len() { self.at += bytes } else { self.input.consume(bytes) }
    }

    fn put_back(&mut self, mut bytes: Vec<u8>) {
        bytes.extend_from_slice(&self.back[self.at..]);
        (self.back, self.at) = (bytes, 0);
    }
}

/// CSV by RFC 4180, any delimiter, quoted line breaks; each field UTF-8 or Windows-1252. A quotation mark that is not
/// closed costs its own line, not those after it.
pub(crate) struct CsvRows {
    input: Again,
    core: csv_core::Reader,
    delimiter: u8,
    /// The record as it stands in the file.
    raw: Vec<u8>,
    fields: Vec<u8>,
    ends: Vec<usize>,
    /// Line of the file the next byte stands in, from 1.
    line: u64,
    header: Vec<String>,
    columns: Arc<[String]>,
}

impl CsvRows {
    fn open(input: BufReader<Counting>, delimiter: u8) -> Result<Self, FileError> {
        let core = sniff::reader(delimiter);
        let (header, columns) = (Vec::new(), Arc::from([]));
        let (fields, ends) = (vec![0; 4096], vec![0; 64]);
        let input = Again { input, back: Vec::new(), at: 0 };
        let mut rows = Self { input, core, delimiter, raw: Vec::new(), fields, ends, line: 1, header, columns };
        let Some((_, count)) = rows.record()? else { return Err(FileError("the file is empty".into())) };
        let Some(count) = count.filter(|_| rows.open_quote().is_none()) else {
            return Err(FileError("a quotation mark in the first line, which names the columns, is not closed".into()));
        };
        let names: Vec<String> = rows.texts(count);
        if names.iter().all(String::is_empty) {
            return Err(FileError("the first line must name the columns; it is empty".into()));
        }
        // A name is shown and stored; NUL in it helps nobody.
        rows.header = names.into_iter().map(|name| name.replace('\0', "")).collect();
        rows.columns = unique_names(rows.header.clone()).into();
        Ok(rows)
    }

    /// The first line as it stands in the file.
    pub fn header(&self) -> Vec<String> {
        self.header.clone()
    }

    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    fn next(&mut self) -> Result<Option<RowResult>, FileError> {
        let Some((line, count)) = self.record()? else { return Ok(None) };
        if let Some(first) = self.open_quote() {
            return Ok(Some(Err(self.only_first_line(line, first))));
        }
        let Some(count) = count else { return self.too_large(line).map(|bad| Some(Err(bad))) };
        let texts = self.texts(count);
        if count != self.columns.len() {
            let error = format!("{count} fields where the first line names {}", self.columns.len());
            let fields = texts.iter().map(|text| text.replace('\0', "\u{fffd}")).collect();
            return Ok(Some(Err(BadRow { line, error, raw: Raw::Fields(fields) })));
        }
        let cells = texts.into_iter().map(Json::String).collect();
        Ok(Some(Ok(Row { line, columns: self.columns.clone(), cells })))
    }

    /// The parser takes a record to end at `\r`, and would count the `\n` to the next one.
    fn skip_line_breaks(&mut self) -> Result<(), FileError> {
        loop {
            let input = self.input.fill()?;
            let breaks = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.line += memchr::memchr_iter(b'\n', &input[..breaks]).count() as u64;
            self.input.consume(breaks);
            if breaks == 0 {
                return Ok(());
            }
        }
    }

    /// Where the first line of the record ends, when a quotation mark in it is not closed: what should close it does
    /// not stand at the end of a field, or the file ends first.
    fn open_quote(&mut self) -> Option<usize> {
        let first = memchr::memchr2(b'\r', b'\n', &self.raw);
        let rest = first.map_or(&[][..], |first| &self.raw[first..]);
        let goes_on = rest.iter().any(|byte| !matches!(byte, b'\r' | b'\n'));
        let at_end = self.input.fill().is_ok_and(<[u8]>::is_empty);
        if !goes_on && !at_end {
            return None;
        }
        let is_open = match quoting(&self.raw, self.delimiter) {
            Quoting::Closed => false,
            Quoting::Broken => goes_on,
            Quoting::Open => at_end,
        };
        is_open.then_some(first.unwrap_or(self.raw.len()))
    }

    /// Reads on to the end of a record that is larger than allowed, and refuses it as one row.
    fn too_large(&mut self, line: u64) -> Result<BadRow, FileError> {
        loop {
            let input = self.input.fill()?;
            let (result, read, ..) = self.core.read_record(input, &mut self.fields, &mut self.ends);
            self.line += memchr::memchr_iter(b'\n', &input[..read]).count() as u64;
            self.input.consume(read);
            if matches!(result, ReadRecordResult::Record | ReadRecordResult::End) {
                break;
            }
        }
        let error = format!(
            "the record has more than {RECORD_BYTES_MAX} bytes or {COLUMNS_MAX} fields and goes to line {}: is a \
             quotation mark not closed?",
            self.line
        );
        let shown = text_of(&self.raw[..self.raw.len().min(SHOWN_BYTES_MAX)]).replace('\0', "\u{fffd}");
        Ok(BadRow { line, error, raw: Raw::Line(shown) })
    }

    /// Refuses the first line of what was read and puts the rest back, to be read anew.
    fn only_first_line(&mut self, line: u64, first: usize) -> BadRow {
        let after = self.raw.split_off(first);
        self.input.put_back(after);
        self.core = sniff::reader(self.delimiter);
        self.line = line;
        let error = "a quotation mark is not closed in this line".to_owned();
        BadRow { line, error, raw: Raw::Line(text_of(&self.raw).replace('\0', "\u{fffd}")) }
    }

    /// Reads one record into `raw`, `fields` and `ends`; answers its first line and its number of fields, none when
    /// it is larger than [`RECORD_BYTES_MAX`] or [`COLUMNS_MAX`] and was not read to its end.
    fn record(&mut self) -> Result<Option<(u64, Option<usize>)>, FileError> {
        let (mut length, mut count) = (0, 0);
        self.skip_line_breaks()?;
        self.raw.clear();
        let line = self.line;
        loop {
            let input = self.input.fill()?;
            let (result, read, written, ended) =
                self.core.read_record(input, &mut self.fields[length..], &mut self.ends[count..]);
            self.line += memchr::memchr_iter(b'\n', &input[..read]).count() as u64;
            self.raw.extend_from_slice(&input[..read]);
            self.input.consume(read);
            length += written;
            count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.fields.len() >= RECORD_BYTES_MAX => return Ok(Some((line, None))),
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() >= 2 * COLUMNS_MAX => {
                    return Ok(Some((line, None)));
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => return Ok(Some((line, Some(count)))),
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    fn texts(&self, count: usize) -> Vec<String> {
        let mut start = 0;
        let text = |end: &usize| {
            let text = text_of(&self.fields[start..*end]);
            start = *end;
            text.trim().to_owned()
        };
        self.ends[..count].iter().map(text).collect()
    }
}

enum Quoting {
    Closed,
    /// Something else than the end of a field follows a closing mark.
    Broken,
    /// The record ends inside a quoted field.
    Open,
}

/// How the fields that begin with a quotation mark end (RFC 4180, 2.5 to 2.7).
fn quoting(record: &[u8], delimiter: u8) -> Quoting {
    let (mut at, mut starts) = (0, true);
    while let Some(byte) = record.get(at) {
        if starts && *byte == b'"' {
            let Some(end) = quoted_end(record, at + 1) else { return Quoting::Open };
            if record.get(end).is_some_and(|next| *next != delimiter && !matches!(next, b'\r' | b'\n')) {
                return Quoting::Broken;
            }
            at = end;
            continue;
        }
        starts = *byte == delimiter;
        at += 1;
    }
    Quoting::Closed
}

/// The position after the mark that closes a quoted text.
fn quoted_end(record: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr(b'"', record.get(at..)?)? + 1;
        if record.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

/// A second `name` becomes `name_2`, a column without a name `column_5`.
pub(crate) fn unique_names(names: Vec<String>) -> Vec<String> {
    let mut unique: Vec<String> = Vec::with_capacity(names.len());
    for (index, name) in names.into_iter().enumerate() {
        let base = if name.is_empty() { format!("column_{}", index + 1) } else { name };
        let mut candidate = base.clone();
        let mut copy = 2;
        while unique.contains(&candidate) {
            candidate = format!("{base}_{copy}");
            copy += 1;
        }
        unique.push(candidate);
    }
    unique
}

/// One JSON object per line; nested objects become `address.city`.
pub(crate) struct JsonRows {
    input: BufReader<Counting>,
    line: u64,
}

impl JsonRows {
    fn next(&mut self) -> Result<Option<RowResult>, FileError> {
        loop {
            let mut bytes = Vec::new();
            let limit = RECORD_BYTES_MAX as u64 + 1;
            let read = (&mut self.input).take(limit).read_until(b'\n', &mut bytes).map_err(read_error)?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            if read as u64 == limit && bytes.last() != Some(&b'\n') {
                return Err(FileError(format!("line {} is longer than {RECORD_BYTES_MAX} bytes", self.line)));
            }
            if !bytes.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some(self.row(sniff::without_mark(&bytes))));
            }
        }
    }

    fn row(&self, bytes: &[u8]) -> RowResult {
        let raw = || text_of(bytes).trim_end().replace('\0', "");
        let bad = |error: String| BadRow { line: self.line, error, raw: Raw::Line(raw()) };
        let text = std::str::from_utf8(bytes).map_err(|_| bad("the line is not UTF-8".into()))?;
        if let Some((flaw, _)) = crate::scan::flaw(text) {
            return Err(bad(flaw.detail()));
        }
        let map: JsonMap = serde_json::from_str(text).map_err(|error| bad(format!("not a JSON object: {error}")))?;
        let (mut columns, mut cells) = (Vec::new(), Vec::new());
        flatten("", map, &mut columns, &mut cells);
        Ok(Row { line: self.line, columns: columns.into(), cells })
    }
}

fn flatten(prefix: &str, map: JsonMap, columns: &mut Vec<String>, cells: &mut Vec<Json>) {
    for (key, value) in map {
        let name = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            Json::Object(inner) => flatten(&name, inner, columns, cells),
            value => {
                columns.push(name);
                cells.push(value);
            }
        }
    }
}

pub(crate) struct ParquetCells {
    columns: Arc<[String]>,
    rows: ParquetRowIter,
    row: u64,
    bytes_done: Arc<AtomicU64>,
}

impl ParquetCells {
    fn next(&mut self) -> Result<Option<RowResult>, FileError> {
        let Some(cells) = self.rows.next() else { return Ok(None) };
        let cells = cells.map_err(FileError)?;
        self.row += 1;
        // The reader behind the trait does not tell its position; rows stand in for bytes.
        self.bytes_done.fetch_add(1, Ordering::Relaxed);
        Ok(Some(Ok(Row { line: self.row, columns: self.columns.clone(), cells })))
    }
}
