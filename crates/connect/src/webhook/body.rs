//! What came, as text: unpacked within limits, and in the encodings senders use. And what of it may be kept.

use super::apply::is_form;
use super::compile::Compiled;
use super::receive::Delivery;
use crate::limits::{HEADER_BYTES_MAX, HEADERS_MAX, PAYLOAD_BYTES_MAX};
use crate::{Door, Payload};
use base::{Json, Problem, ProblemKind, WorkspaceId};
use std::borrow::Cow;
use std::io::Read;
use url::form_urlencoded;

/// Working memory of the unpacker.
const BUFFER_BYTES: usize = 4 * 1024;
/// Encodings of one body; nobody needs two.
const ENCODINGS_MAX: usize = 2;

fn malformed(code: &'static str, detail: String) -> Problem {
    Problem::new(ProblemKind::Malformed, code, detail)
}

pub(super) fn too_large() -> Problem {
    let detail = format!("a delivery has at most {PAYLOAD_BYTES_MAX} bytes, also unpacked");
    Problem::new(ProblemKind::TooLarge, "body_too_large", detail)
}

fn header<'a>(delivery: &'a Delivery, name: &str) -> Option<&'a str> {
    delivery.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The body as text: UTF-8, or what its content type says of the two encodings old systems write.
pub(super) fn text_of(delivery: &Delivery) -> Result<String, Problem> {
    let kind = header(delivery, "content-type").map(str::to_lowercase);
    let is_latin = kind.is_some_and(|kind| ["iso-8859-1", "windows-1252"].iter().any(|name| kind.contains(name)));
    let text = match String::from_utf8(unpacked(delivery)?) {
        Ok(text) => text,
        Err(error) if is_latin => error.into_bytes().into_iter().map(char::from).collect(),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            return Err(malformed("invalid_utf8", format!("byte {at} of the body is not UTF-8")));
        }
    };
    match text.find('\0') {
        Some(at) => Err(malformed("nul_character", format!("byte {at} of the body is NUL"))),
        None => Ok(text),
    }
}

/// The body without the encodings its header names, in the reverse of their order.
fn unpacked(delivery: &Delivery) -> Result<Vec<u8>, Problem> {
    let names = header(delivery, "content-encoding").unwrap_or_default().to_lowercase();
    let names: Vec<&str> = names.split(',').map(str::trim).filter(|name| !["", "identity"].contains(name)).collect();
    if names.len() > ENCODINGS_MAX {
        return Err(unknown(&names.join(", ")));
    }
    let mut body = delivery.body.clone();
    for name in names.into_iter().rev() {
        body = match name {
            "gzip" | "x-gzip" => expand(flate2::read::MultiGzDecoder::new(&*body), name)?,
            // Some call the bare stream so, others the one with zlib's frame: its first byte tells.
            "deflate" if body.first().is_some_and(|first| first & 0x0f == 8) => {
                expand(flate2::read::ZlibDecoder::new(&*body), name)?
            }
            "deflate" => expand(flate2::read::DeflateDecoder::new(&*body), name)?,
            "br" => expand(brotli_decompressor::Decompressor::new(&*body, BUFFER_BYTES), name)?,
            other => return Err(unknown(other)),
        };
    }
    Ok(body)
}

fn unknown(name: &str) -> Problem {
    malformed("unknown_encoding", format!("the body is encoded as {name}; gzip, deflate and br can be read"))
}

/// Never holds more than a delivery may have, however much is packed in it.
fn expand(packed: impl Read, name: &str) -> Result<Vec<u8>, Problem> {
    let mut plain = Vec::new();
    packed
        .take(PAYLOAD_BYTES_MAX as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|error| malformed("broken_encoding", format!("the body is not whole or no {name}: {error}")))?;
    if plain.len() > PAYLOAD_BYTES_MAX { Err(too_large()) } else { Ok(plain) }
}

/// Headers that tell what a payload is, and those that the mapping looks at. What may be somebody's key is never kept.
pub(super) fn kept_headers(headers: Vec<(String, String)>, mapping: &Compiled) -> Vec<(String, String)> {
    const ALWAYS: [&str; 2] = ["content-type", "user-agent"];
    const NEVER: [&str; 8] = ["token", "secret", "key", "auth", "password", "cookie", "signature", "hmac"];
    let told = headers.into_iter().filter(|(name, value)| {
        (ALWAYS.contains(&name.as_str()) || mapping.uses_header(name))
            && !NEVER.iter().any(|part| name.contains(part))
            && value.len() <= HEADER_BYTES_MAX
    });
    told.take(HEADERS_MAX).collect()
}

/// Cuts the IP addresses out of a payload that its workspace does not keep whole. Before it is mapped: so the mapping
/// sees what is kept, and a delivery that is repeated is the same one however its first was kept.
pub(super) fn shorten(door: &dyn Door, workspace: WorkspaceId, payload: &mut Payload) {
    for (name, value) in &mut payload.headers {
        if let Some(short) = door.short_value(workspace, name, value) {
            *value = short;
        }
    }
    let short = match is_form(&payload.headers) {
        true => short_form(door, workspace, &payload.body),
        false => door.short_body(workspace, &payload.body),
    };
    if let Some(short) = short {
        payload.body = short;
    }
}

/// The other fields stay byte for byte.
fn short_form(door: &dyn Door, workspace: WorkspaceId, body: &str) -> Option<String> {
    let mut is_other = false;
    let pairs = body.split('&').map(|pair| {
        let field = form_urlencoded::parse(pair.as_bytes()).next();
        let short = field.and_then(|(name, value)| door.short_value(workspace, &name, &value));
        let Some(short) = short else { return Cow::Borrowed(pair) };
        is_other = true;
        let name = pair.split('=').next().unwrap_or_default();
        let value: String = form_urlencoded::byte_serialize(short.as_bytes()).collect();
        Cow::Owned(format!("{name}={value}"))
    });
    let pairs: Vec<Cow<'_, str>> = pairs.collect();
    is_other.then(|| pairs.join("&"))
}

/// A body with the names of its fields and without their values, but for texts the mapping itself names: for a payload
/// of which the workspace does not keep everything.
pub(super) fn shape_of(body: &str, mapping: &Compiled) -> String {
    // As the mapping reads it, or a whole payload would pass for the name of a field.
    match serde_json::from_str::<Json>(body.strip_prefix('\u{feff}').unwrap_or(body)) {
        Ok(mut json) => {
            empty(&mut json, mapping);
            json.to_string()
        }
        // A form: its fields become texts.
        Err(_) => {
            let names = body.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
            names.map(|name| format!("{name}=")).collect::<Vec<_>>().join("&")
        }
    }
}

fn empty(json: &mut Json, mapping: &Compiled) {
    match json {
        Json::Null => {}
        Json::Bool(value) => *value = false,
        Json::Number(_) => *json = Json::from(0),
        Json::String(text) if mapping.compares_with(text) => {}
        Json::String(text) => *text = "…".into(),
        Json::Array(items) => items.iter_mut().for_each(|item| empty(item, mapping)),
        Json::Object(fields) => fields.values_mut().for_each(|field| empty(field, mapping)),
    }
}
