//! `GET /v1/p.gif`: one call in the query string, for places without JavaScript. Answers an image whatever happens.

use base::{Json, JsonMap};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use events::EventKind;

/// A transparent image of one pixel.
pub const PIXEL_GIF: &[u8; 43] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00\x21\xf9\x04\x01\x00\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b";
/// Decoded `data` may be this large; a URL carries no more.
const PIXEL_BYTES_MAX: usize = 16 * 1024;

/// What the request's headers told.
#[derive(Debug, Clone, Copy, Default)]
pub struct PixelHeaders<'a> {
    pub user_agent: Option<&'a str>,
    pub referer: Option<&'a str>,
}

/// A pixel's call, ready for [`crate::Collect::accept`].
#[derive(Debug, Clone, PartialEq)]
pub struct PixelCall {
    pub kind: EventKind,
    pub body: Bytes,
}

/// Reads `?data=<base64url of {"writeKey":…,"type":…}>` or `?write_key=…&type=…&anonymous_id=…&event=…`; any other
/// parameter becomes a property. `None` when the query holds no call.
pub fn read_pixel(query: &[(String, String)], headers: PixelHeaders<'_>) -> Option<PixelCall> {
    let get = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let mut call = match get("data") {
        Some(data) => from_data(data)?,
        None => from_parameters(query),
    };
    let kind = call.get("type").and_then(Json::as_str).map_or(Some(EventKind::Page), EventKind::parse)?;
    add_headers(&mut call, headers);
    Some(PixelCall { kind, body: Bytes::from(Json::Object(call).to_string()) })
}

fn from_data(data: &str) -> Option<JsonMap> {
    let data = data.trim_end_matches('=');
    if data.len() > PIXEL_BYTES_MAX {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(data).or_else(|_| STANDARD_NO_PAD.decode(data)).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn from_parameters(query: &[(String, String)]) -> JsonMap {
    let (mut call, mut properties) = (JsonMap::new(), JsonMap::new());
    for (key, value) in query {
        let field = match key.as_str() {
            "write_key" | "writeKey" => "writeKey",
            "anonymous_id" | "anonymousId" => "anonymousId",
            "user_id" | "userId" => "userId",
            "message_id" | "messageId" => "messageId",
            "group_id" | "groupId" => "groupId",
            "type" | "event" | "name" | "timestamp" => key,
            _ => {
                properties.insert(key.clone(), Json::String(value.clone()));
                continue;
            }
        };
        call.insert(field.to_owned(), Json::String(value.clone()));
    }
    if !properties.is_empty() {
        call.insert("properties".into(), Json::Object(properties));
    }
    call
}

/// What a script would have told about the browser and the page, the headers tell here.
fn add_headers(call: &mut JsonMap, headers: PixelHeaders<'_>) {
    let context = call.entry("context").or_insert_with(|| Json::Object(JsonMap::new()));
    let Some(context) = context.as_object_mut() else { return };
    if let Some(user_agent) = headers.user_agent {
        context.entry("userAgent").or_insert_with(|| Json::String(user_agent.to_owned()));
    }
    if let Some(referer) = headers.referer {
        let page = context.entry("page").or_insert_with(|| Json::Object(JsonMap::new()));
        if let Some(page) = page.as_object_mut() {
            page.entry("url").or_insert_with(|| Json::String(referer.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests;
