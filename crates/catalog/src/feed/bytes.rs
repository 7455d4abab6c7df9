//! From the bytes that come to UTF-8: a pipe from tasks to a reader that blocks, gzip, encodings, limits.

use super::FeedError;
use crate::limits::{FEED_BYTES_MAX, TOKEN_BYTES_MAX};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use flate2::read::MultiGzDecoder;
use std::cell::Cell;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::rc::Rc;
use tokio::sync::mpsc::Receiver;

/// Pieces of an upload that wait for the reader.
pub(crate) const PIECES_AHEAD: usize = 8;
const BLOCK_BYTES: usize = 64 * 1024;
/// Where an XML declaration stands.
const HEAD_BYTES: usize = 1024;

pub(crate) enum Piece {
    Bytes(Vec<u8>),
    /// All of it came.
    End,
}

/// What is pushed in tasks, read by a thread.
pub(crate) struct Pipe {
    pieces: Receiver<Piece>,
    piece: Cursor<Vec<u8>>,
    is_over: bool,
}

impl Pipe {
    pub fn new(pieces: Receiver<Piece>) -> Self {
        Self { pieces, piece: Cursor::default(), is_over: false }
    }
}

impl Read for Pipe {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let count = self.piece.read(out)?;
            if count > 0 || self.is_over || out.is_empty() {
                return Ok(count);
            }
            match self.pieces.blocking_recv() {
                Some(Piece::Bytes(bytes)) => self.piece = Cursor::new(bytes),
                Some(Piece::End) => self.is_over = true,
                None => return Err(FeedError::Aborted.wrapped()),
            }
        }
    }
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Up to `bytes` from the beginning; fewer when there are no more.
fn peek(input: &mut impl Read, bytes: usize) -> Result<Vec<u8>, FeedError> {
    let mut head = Vec::with_capacity(bytes);
    match input.take(bytes as u64).read_to_end(&mut head) {
        Ok(_) => Ok(head),
        Err(error) => Err(FeedError::of(&error)),
    }
}

/// The text of a file, as UTF-8.
pub(super) fn text<'i>(mut input: impl Read + 'i) -> Result<impl Read + 'i, FeedError> {
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    let signature = peek(&mut input, GZIP.len())?;
    let is_packed = signature == GZIP;
    let whole = BufReader::with_capacity(BLOCK_BYTES, Cursor::new(signature).chain(input));
    let plain: Box<dyn Read + 'i> = match is_packed {
        true => Box::new(MultiGzDecoder::new(whole)),
        false => Box::new(whole),
    };
    let mut plain = Bounded { inner: plain, left: FEED_BYTES_MAX };
    let head = peek(&mut plain, HEAD_BYTES)?;
    let encoding = encoding_of(&head)?;
    let decoder = encoding.new_decoder_with_bom_removal();
    let inner = Cursor::new(head).chain(plain);
    Ok(Transcoder { inner, encoding, decoder, block: vec![0; BLOCK_BYTES], out: Cursor::default(), is_over: false })
}

fn encoding_of(head: &[u8]) -> Result<&'static Encoding, FeedError> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Ok(encoding);
    }
    match head {
        [b'<', 0, ..] => return Ok(UTF_16LE),
        [0, b'<', ..] => return Ok(UTF_16BE),
        _ => {}
    }
    let Some(label) = declared(head) else { return Ok(UTF_8) };
    let encoding = Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        FeedError::BadEncoding(format!("the encoding {} is not known; write UTF-8", crate::attributes::quoted(&label)))
    })?;
    // The declaration could be read byte by byte: whatever it says, this is not UTF-16.
    Ok(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

/// `<?xml version="1.0" encoding="…"?>`
fn declared(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let declaration = text.trim_start().strip_prefix("<?xml")?;
    let declaration = &declaration[..declaration.find("?>")?];
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    Some(value[1..].split(quote).next()?.trim().to_owned())
}

/// Stops what unpacks to more than a feed may have.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(out)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => {
                let detail = format!("a feed has at most {} MB unpacked; split it by source", FEED_BYTES_MAX >> 20);
                return Err(FeedError::TooLarge(detail).wrapped());
            }
        }
        Ok(count)
    }
}

struct Transcoder<R> {
    inner: R,
    encoding: &'static Encoding,
    decoder: Decoder,
    block: Vec<u8>,
    out: Cursor<Vec<u8>>,
    is_over: bool,
}

impl<R: Read> Transcoder<R> {
    fn fill(&mut self) -> std::io::Result<()> {
        let count = loop {
            match self.inner.read(&mut self.block) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.is_over = count == 0;
        let room = self.decoder.max_utf8_buffer_length_without_replacement(count).unwrap_or(BLOCK_BYTES * 4);
        let mut out = std::mem::take(&mut self.out).into_inner();
        out.resize(room, 0);
        let (result, _, written) =
            self.decoder.decode_to_utf8_without_replacement(&self.block[..count], &mut out, self.is_over);
        match result {
            DecoderResult::InputEmpty => {}
            DecoderResult::Malformed(..) if self.is_over => {
                return Err(FeedError::CutOff("the file ends in the middle of a letter".into()).wrapped());
            }
            DecoderResult::Malformed(..) | DecoderResult::OutputFull => {
                let name = self.encoding.name();
                let detail = format!("the file holds bytes that are not {name}; save it as UTF-8");
                return Err(FeedError::BadEncoding(detail).wrapped());
            }
        }
        out.truncate(written);
        self.out = Cursor::new(out);
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let count = self.out.read(out)?;
            if count > 0 || self.is_over || out.is_empty() {
                return Ok(count);
            }
            self.fill()?;
        }
    }
}

/// What was read since somebody looked last.
#[derive(Default)]
pub(super) struct Meter {
    bytes: Cell<usize>,
    is_over: Cell<bool>,
}

impl Meter {
    /// A token ended: the next may be as long.
    pub fn reset(&self) {
        self.bytes.set(0);
    }
    /// There is no more.
    pub fn is_over(&self) -> bool {
        self.is_over.get()
    }
}

/// Refuses tokens that never end before they fill the memory.
pub(super) struct Metered<R> {
    inner: R,
    pub meter: Rc<Meter>,
}

impl<R: BufRead> Metered<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, meter: Rc::default() }
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.meter.bytes.get() > TOKEN_BYTES_MAX {
            let detail = format!("one text, tag or line of the feed has more than {} KB", TOKEN_BYTES_MAX >> 10);
            return Err(FeedError::TooLarge(detail).wrapped());
        }
        let available = self.inner.fill_buf()?;
        self.meter.is_over.set(available.is_empty());
        Ok(available)
    }
    fn consume(&mut self, count: usize) {
        self.meter.bytes.set(self.meter.bytes.get() + count);
        self.inner.consume(count);
    }
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(out.len());
        out[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}
