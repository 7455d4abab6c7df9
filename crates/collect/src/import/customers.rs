//! A row of customers becomes one `identify`.

use super::DateOrder;
use super::mapping::Mapping;
use super::rows::Row;
use super::values::{boolean, id_text, text, time};
use base::{Json, JsonMap, Timestamp};
use jiff::tz::TimeZone;
use serde_json::json;
use xxhash_rust::xxh3::xxh3_128;

/// An event ready for the inbox: its messageId and its JSON.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub message_id: String,
    pub json: String,
    /// Orders are remembered beyond the inbox's own memory of messageIds.
    pub order: bool,
}

/// A messageId that follows from the content, so that the same row is the same event.
pub(crate) fn content_id(prefix: &str, content: &str) -> String {
    format!("{prefix}{:032x}", xxh3_128(content.as_bytes()))
}

/// Who a row is about.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Person {
    pub user_id: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub loyalty_card: Option<String>,
}

impl Person {
    pub fn is_nobody(&self) -> bool {
        *self == Person::default()
    }

    /// Takes the field if it identifies; the error says what is wrong with the value.
    pub fn take(&mut self, field: &str, cell: &Json) -> Result<bool, String> {
        match field {
            "customer_id" => self.user_id = id_text(cell),
            "loyalty_card" => self.loyalty_card = id_text(cell),
            "email" => self.email = text(cell).map(|text| checked_email(&text)).transpose()?,
            "phone" => self.phone = text(cell).map(|text| checked_phone(&text)).transpose()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `userId`, and `externalIds` for the rest.
    pub fn write(&self, event: &mut JsonMap, context: &mut JsonMap) {
        if let Some(user_id) = &self.user_id {
            event.insert("userId".into(), json!(user_id));
        }
        let ids = [("email", &self.email), ("phone", &self.phone), ("loyalty_card", &self.loyalty_card)];
        let ids: Vec<Json> =
            ids.iter().filter_map(|(kind, id)| id.as_ref().map(|id| json!({ "id": id, "type": kind }))).collect();
        if !ids.is_empty() {
            context.insert("externalIds".into(), Json::Array(ids));
        }
    }
}

fn checked_email(text: &str) -> Result<String, String> {
    let plain = text.trim().trim_start_matches("mailto:");
    let options = email_address::Options::default().with_required_tld().without_display_text().without_domain_literal();
    match email_address::EmailAddress::parse_with_options(plain, options) {
        Ok(_) => Ok(plain.to_owned()),
        Err(_) => Err(format!("\"{}\" is not an e-mail address", shown(text))),
    }
}

/// Digits enough for a phone number; the profile room brings it into E.164.
fn checked_phone(text: &str) -> Result<String, String> {
    const DIGITS: std::ops::RangeInclusive<usize> = 6..=15;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let clean = text.chars().all(|letter| letter.is_ascii_digit() || " +-()/.\u{a0}".contains(letter));
    if clean && DIGITS.contains(&digits) {
        Ok(text.to_owned())
    } else {
        Err(format!("\"{}\" is not a phone number", shown(text)))
    }
}

/// Refuses a moment after `latest`: what a file tells has happened.
pub(crate) fn not_later(at: Timestamp, latest: Timestamp, target: &str) -> Result<Timestamp, String> {
    if at <= latest { Ok(at) } else { Err(format!("{at} in {target} lies in the future")) }
}

/// A value as it may stand in an error.
pub(crate) fn shown(text: &str) -> String {
    const CHARS: usize = 60;
    text.chars().take(CHARS).collect()
}

pub(crate) struct CustomerRows {
    mapping: Mapping,
    zone: TimeZone,
    date_order: DateOrder,
    /// A later date is a mistake of the file.
    latest: Timestamp,
}

impl CustomerRows {
    pub fn new(mapping: Mapping, latest: Timestamp) -> Self {
        let (zone, date_order) = (mapping.zone(), mapping.date_order.unwrap_or(DateOrder::DayMonth));
        Self { mapping, zone, date_order, latest }
    }

    /// The row's event, or why there is none.
    pub fn event(&self, row: &Row) -> Result<Ready, String> {
        let (mut person, mut traits, mut updated) = (Person::default(), JsonMap::new(), None);
        for (column, cell) in row.columns.iter().zip(&row.cells) {
            let target = self.mapping.target(super::ImportKind::Customers, column);
            if !person.take(&target, cell)? {
                self.take_trait(&target, cell, &mut traits, &mut updated)?;
            }
        }
        if person.is_nobody() {
            return Err("no customer: the row has no customer id, e-mail address, phone number or loyalty card".into());
        }
        Ok(self.identify(&person, traits, updated))
    }

    fn identify(&self, person: &Person, mut traits: JsonMap, updated: Option<Timestamp>) -> Ready {
        for (name, value) in [("email", &person.email), ("phone", &person.phone)] {
            if let Some(value) = value {
                traits.insert(name.into(), json!(value));
            }
        }
        let (mut event, mut context) = (JsonMap::new(), JsonMap::new());
        event.insert("type".into(), json!("identify"));
        person.write(&mut event, &mut context);
        context.insert("channel".into(), json!(self.mapping.channel.as_deref().unwrap_or("import")));
        if let Some(at) = updated {
            event.insert("timestamp".into(), json!(at));
        }
        event.insert("traits".into(), Json::Object(traits));
        event.insert("context".into(), Json::Object(context));
        finish("imp-customer-", event)
    }

    fn take_trait(
        &self,
        target: &str,
        cell: &Json,
        traits: &mut JsonMap,
        updated: &mut Option<Timestamp>,
    ) -> Result<(), String> {
        let Some(found) = text(cell) else { return Ok(()) };
        let in_zone = |zone: &TimeZone| {
            time(cell, self.date_order, zone).ok_or_else(|| format!("\"{}\" in {target} is not a date", shown(&found)))
        };
        match target {
            "ignore" | "" => {}
            "updated_at" => *updated = Some(not_later(in_zone(&self.zone)?, self.latest, target)?),
            "created_at" => {
                traits.insert("created_at".into(), json!(in_zone(&self.zone)?));
            }
            "birthday" => {
                // A birthday is a day, not a moment: no zone may move it.
                let day = in_zone(&TimeZone::UTC)?.to_string();
                traits.insert("birthday".into(), json!(day.get(..10).unwrap_or(&day)));
            }
            "email_consent" | "sms_consent" => {
                let value =
                    boolean(cell).ok_or_else(|| format!("\"{}\" in {target} is neither yes nor no", shown(&found)))?;
                traits.insert(target.to_owned(), json!(value));
            }
            named => {
                let name = named.strip_prefix("trait:").or_else(|| named.strip_prefix("property:")).unwrap_or(named);
                traits.insert(name.to_owned(), typed(cell, named != name));
            }
        }
        Ok(())
    }
}

/// A free trait keeps its type: what is clearly a number or a boolean is stored as one. Known fields stay text, and
/// so does what begins with 0 or + (a postal code, a number of a card).
pub(crate) fn typed(cell: &Json, free: bool) -> Json {
    /// Longer digits are identifiers; a float would garble them.
    const DIGITS_MAX: usize = 15;
    let Json::String(written) = cell else { return cell.clone() };
    let text = written.trim();
    let plain = text.strip_prefix('-').unwrap_or(text);
    let looks_numeric = plain.len() <= DIGITS_MAX
        && plain.starts_with(|letter: char| letter.is_ascii_digit())
        && plain.ends_with(|letter: char| letter.is_ascii_digit())
        && plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && (!plain.starts_with('0') || plain == "0" || plain.starts_with("0."));
    match text {
        _ if !free => json!(text),
        "true" | "TRUE" | "True" => json!(true),
        "false" | "FALSE" | "False" => json!(false),
        number if looks_numeric => match (number.parse::<i64>(), number.parse::<f64>()) {
            (Ok(whole), _) => json!(whole),
            (_, Ok(fraction)) => json!(fraction),
            _ => json!(text),
        },
        text => json!(text),
    }
}

/// Serialises the event with a messageId from its content.
pub(crate) fn finish(prefix: &str, mut event: JsonMap) -> Ready {
    let content = Json::Object(event.clone()).to_string();
    let message_id = content_id(prefix, &content);
    event.insert("messageId".into(), json!(message_id));
    Ready { message_id, json: Json::Object(event).to_string(), order: false }
}
