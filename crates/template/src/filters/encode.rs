//! Filters that write a value in another alphabet: HTML, URL, base64, JSON, hex digests.

use super::{Answer, Args};
use crate::budget::Budget;
use crate::context::OutputContext;
use crate::error::Fault;
use crate::escape;
use crate::value::{Val, json_text, to_text};
use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::rc::Rc;

/// Text that is already right for HTML; elsewhere it is text like any other.
fn html<'a>(text: String, budget: &mut Budget<'a>) -> Answer<'a> {
    budget.text(text.len())?;
    Ok(match budget.ctx.output {
        OutputContext::Html => Val::Safe(Rc::from(text)),
        _ => Val::text(text),
    })
}

pub(super) fn escape<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    match value {
        Val::Nil => Ok(Val::Nil),
        value => html(escape::html(&to_text(&value)), budget),
    }
}

/// Leaves `&name;` and `&#1;` alone.
pub(super) fn escape_once<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let text = to_text(&value);
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('&') {
        escape::push_html(&rest[..at], &mut out);
        let length = entity_length(&rest[at..]);
        match length {
            0 => out.push_str("&amp;"),
            length => out.push_str(&rest[at..at + length]),
        }
        rest = &rest[at + length.max(1)..];
    }
    escape::push_html(rest, &mut out);
    html(out, budget)
}

/// The length of the entity at the start of `text`, or 0.
fn entity_length(text: &str) -> usize {
    let Some(end) = text.bytes().take(ENTITY_LEN_MAX).position(|b| b == b';') else {
        return 0;
    };
    let name = text[1..end].strip_prefix('#').unwrap_or(&text[1..end]);
    let is_entity = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_entity { end + 1 } else { 0 }
}

/// The longest entity HTML knows is a little shorter.
const ENTITY_LEN_MAX: usize = 34;

pub(super) fn raw<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let text = to_text(&value);
    budget.text(text.len())?;
    Ok(Val::Safe(Rc::from(&*text)))
}

pub(super) fn url_encode<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let text = to_text(&value);
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"-._~*".contains(&byte) => out.push(byte as char),
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    budget.new_text(out)
}

pub(super) fn url_decode<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let spaced = to_text(&value).replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8();
    budget.new_text(decoded.map_err(|_| Fault::msg("url_decode gives bytes that are no UTF-8 text"))?.into_owned())
}

fn encoded<'a>(value: &Val<'a>, engine: &GeneralPurpose, budget: &mut Budget<'a>) -> Answer<'a> {
    budget.new_text(engine.encode(to_text(value).as_bytes()))
}

fn decoded<'a>(value: &Val<'a>, engine: &GeneralPurpose, budget: &mut Budget<'a>) -> Answer<'a> {
    let text = to_text(value);
    let bytes = engine.decode(text.trim()).map_err(|error| Fault::msg(format!("this is no base64 text: {error}")))?;
    budget.new_text(String::from_utf8(bytes).map_err(|_| Fault::msg("base64 gives bytes that are no UTF-8 text"))?)
}

pub(super) fn base64_encode<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    encoded(&value, &STANDARD, budget)
}

pub(super) fn base64_decode<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    decoded(&value, &STANDARD, budget)
}

pub(super) fn base64_url_safe_encode<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    encoded(&value, &URL_SAFE, budget)
}

pub(super) fn base64_url_safe_decode<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    decoded(&value, &URL_SAFE, budget)
}

/// In a JSON template this is a whole JSON value and not escaped again; `<` is escaped for script elements.
pub(super) fn json<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let text = json_text(&value);
    budget.text(text.len())?;
    Ok(match budget.ctx.output {
        OutputContext::Json => Val::Safe(Rc::from(text.replace('<', "\\u003c"))),
        _ => Val::text(text),
    })
}

pub(super) fn sha256<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let text = to_text(&value);
    budget.text(text.len())?;
    budget.new_text(hex::encode(Sha256::digest(text.as_bytes())))
}

pub(super) fn hmac_sha256<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let (text, key) = (to_text(&value), args.val(0));
    let key = to_text(&key);
    budget.text(text.len() + key.len())?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|_| Fault::msg("this key cannot be used"))?;
    mac.update(text.as_bytes());
    budget.new_text(hex::encode(mac.finalize().into_bytes()))
}
