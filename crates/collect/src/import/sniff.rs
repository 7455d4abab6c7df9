//! What a CSV file looks like: its delimiter and its encoding, from its beginning.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// In order of preference when equally good.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The encodings a CSV file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Windows1252,
    /// Refused, with a hint.
    Utf16,
}

impl Encoding {
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Windows1252 => "windows-1252",
            Encoding::Utf16 => "utf-16",
        }
    }
}

pub(crate) fn encoding(head: &[u8]) -> Encoding {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Encoding::Utf16;
    }
    match std::str::from_utf8(head) {
        Ok(_) => Encoding::Utf8,
        // The head may end in the middle of a character.
        Err(error) if error.error_len().is_none() => Encoding::Utf8,
        Err(_) => Encoding::Windows1252,
    }
}

pub(crate) fn without_mark(head: &[u8]) -> &[u8] {
    head.strip_prefix(UTF8_MARK).unwrap_or(head)
}

pub(crate) fn reader(delimiter: u8) -> Reader {
    ReaderBuilder::new().delimiter(delimiter).build()
}

/// The delimiter with which most records have as many fields as the first one, and more than one.
pub(crate) fn delimiter(head: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let widths = widths(without_mark(head), delimiter);
        let first = widths.first().copied().unwrap_or(0);
        let same = widths.iter().filter(|width| **width == first).count();
        if first < 2 { (0, 0) } else { (same * 100 / widths.len(), first) }
    };
    let mut best = (DELIMITERS[0], (0, 0));
    for delimiter in DELIMITERS {
        let found = score(delimiter);
        if found > best.1 {
            best = (delimiter, found);
        }
    }
    best.0
}

/// Fields per record of the head; the last record may be cut off and is left out.
fn widths(head: &[u8], delimiter: u8) -> Vec<usize> {
    let mut reader = reader(delimiter);
    let (mut output, mut ends) = (vec![0; head.len() + 1], vec![0; head.len() + 2]);
    let (mut widths, mut rest, mut width) = (Vec::new(), head, 0);
    while !rest.is_empty() {
        let (result, read, _, fields) = reader.read_record(rest, &mut output, &mut ends);
        rest = &rest[read..];
        width += fields;
        match result {
            ReadRecordResult::Record => widths.push(std::mem::take(&mut width)),
            _ if read == 0 => break,
            _ => {}
        }
    }
    if widths.is_empty() && width > 0 {
        widths.push(width + 1);
    }
    widths
}
