//! JSON lines: one product a line, with the names of the specification.

use super::bytes::Metered;
use super::{Counted, FeedError};
use crate::attributes::{Flaw, RawItem, normal_name};
use crate::limits::{FIELDS_MAX, ITEM_BYTES_MAX};
use base::{Json, JsonMap};
use std::io::BufRead;

pub(super) fn read<R: BufRead>(mut input: Metered<R>, sink: &mut Counted<'_>) -> Result<(), FeedError> {
    let meter = input.meter.clone();
    let (mut text, mut line) = (Vec::new(), 0);
    loop {
        text.clear();
        meter.reset();
        let count = input.read_until(b'\n', &mut text).map_err(|error| FeedError::of(&error))?;
        if count == 0 {
            return Ok(());
        }
        line += 1;
        let is_whole = text.ends_with(b"\n");
        if text.trim_ascii().is_empty() {
            continue;
        }
        let read = serde_json::from_slice::<JsonMap>(&text);
        if read.is_err() && !is_whole {
            return Err(FeedError::CutOff(format!("the file ends in the middle of line {line}")));
        }
        sink.item(item(read, text.len(), line))?;
    }
}

fn item(read: serde_json::Result<JsonMap>, bytes: usize, line: u64) -> RawItem {
    let flaw = |detail: String| Flaw { attribute: None, code: "unreadable_item", detail };
    let mut item = RawItem { number: 0, line: Some(line), ..RawItem::default() };
    match read {
        Err(error) => item.flaw = Some(flaw(format!("the line is no JSON object: {error}"))),
        Ok(object) => {
            for (name, value) in &object {
                tell(&mut item.fields, &normal_name(name), value);
            }
            if bytes > ITEM_BYTES_MAX {
                item.flaw = Some(Flaw::too_large());
            }
        }
    }
    item
}

fn tell(fields: &mut Vec<(String, String)>, name: &str, value: &Json) {
    // It is too large as it is: a list of a whole line would repeat its name as often. Whose it is still counts.
    if fields.len() > FIELDS_MAX + usize::from(name == "id") {
        return;
    }
    match value {
        Json::String(text) => fields.push((name.to_owned(), text.clone())),
        Json::Number(number) => fields.push((name.to_owned(), number.to_string())),
        Json::Bool(is) => fields.push((name.to_owned(), is.to_string())),
        Json::Array(all) => all.iter().filter(|one| !one.is_array()).for_each(|one| tell(fields, name, one)),
        Json::Object(parts) => fields.extend(money(parts).map(|text| (name.to_owned(), text))),
        Json::Null => {}
    }
}

/// `{"value":"12.90","currency":"EUR"}`, as the Content API has prices.
fn money(parts: &JsonMap) -> Option<String> {
    let text = |name: &str| match parts.get(name)? {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Some(format!("{} {}", text("value")?, text("currency")?))
}
