//! Delivery status notifications (RFC 3464): one group of fields per recipient.

use super::recipient;
use deliver::bounce::{BounceKind, BouncedRecipient, Reply, classify, parse_status};
use mail_parser::{Message, MimeHeaders, PartType};
use std::collections::HashMap;

/// Gateways wrap reports in mails of their own; nobody wraps deeper.
const DEPTH_MAX: usize = 2;

/// The recipients of all delivery-status parts; empty when there is none.
pub fn read(message: &Message<'_>) -> Vec<BouncedRecipient> {
    let mut found: Vec<BouncedRecipient> = Vec::new();
    collect(message, DEPTH_MAX, &mut found);
    found
}

fn collect(message: &Message<'_>, depth: usize, found: &mut Vec<BouncedRecipient>) {
    for part in &message.parts {
        if let (Some(inner), true) = (part.message(), part.is_content_type("message", "rfc822") && depth > 0) {
            collect(inner, depth - 1, found);
            continue;
        }
        if !part.is_content_type("message", "delivery-status")
            && !part.is_content_type("message", "global-delivery-status")
        {
            continue;
        }
        let text = match &part.body {
            PartType::Text(text) | PartType::Html(text) => text.to_string(),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            PartType::Message(inner) => String::from_utf8_lossy(inner.raw_message()).into_owned(),
            PartType::Multipart(_) => continue,
        };
        for group in groups(&text) {
            if let Some(item) = read_group(&group)
                && !found.iter().any(|known| known.address.eq_ignore_ascii_case(&item.address))
            {
                found.push(item);
            }
        }
    }
}

/// Field groups, separated by empty lines; folded lines joined; field names in lower case.
fn groups(text: &str) -> Vec<HashMap<String, String>> {
    let mut groups = vec![HashMap::new()];
    let mut last = String::new();
    for line in text.lines() {
        let group = groups.last_mut().filter(|group: &&mut HashMap<String, String>| !group.is_empty());
        if line.trim().is_empty() {
            if group.is_some() {
                groups.push(HashMap::new());
            }
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if let Some(value) = group.and_then(|group| group.get_mut(&last)) {
                value.push(' ');
                value.push_str(line.trim());
            }
            continue;
        }
        if let Some((name, value)) = line.split_once(':') {
            last = name.trim().to_ascii_lowercase();
            if let Some(group) = groups.last_mut() {
                group.entry(last.clone()).or_insert_with(|| value.trim().to_owned());
            }
        }
    }
    groups
}

fn read_group(group: &HashMap<String, String>) -> Option<BouncedRecipient> {
    let field = |name: &str| group.get(name).map(String::as_str).unwrap_or_default();
    // The address we wrote to, then where it was forwarded to; some servers fill in only their own fields.
    let address = ["original-recipient", "final-recipient", "x-actual-recipient"]
        .iter()
        .find_map(|name| address_of(field(name)))?;
    let action =
        field("action").split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default().to_ascii_lowercase();
    let reply = Reply::of_status(parse_status(field("status")), field("diagnostic-code"));
    let status_class = reply.enhanced.map(|(class, _, _)| class);
    let mut item = recipient(address, classify(&reply), reply);
    match action.as_str() {
        "delivered" | "relayed" | "expanded" => {
            item.delivered = action == "delivered";
            item.still_trying = action != "delivered";
            item.kind = BounceKind::Unknown;
        }
        "delayed" => {
            item.still_trying = true;
            item.kind = BounceKind::Soft;
        }
        // Failed for good, whatever the status said while it was tried.
        _ if status_class == Some(4) => {
            item.kind = if item.kind == BounceKind::Unknown { BounceKind::Soft } else { item.kind }
        }
        _ => {}
    }
    Some(item)
}

/// `rfc822; user@example.com`, with or without angle brackets and comments.
fn address_of(field: &str) -> Option<String> {
    let value = field.split_once(';').map_or(field, |(_, value)| value);
    let value = value.split('(').next().unwrap_or_default().trim().trim_matches(['<', '>', '"', ' ']);
    (value.contains('@') && !value.contains(' ') && !value.contains("..")).then(|| value.to_owned())
}
