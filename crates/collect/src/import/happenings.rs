//! A row that tells what somebody did (a call, a visit, a booking) becomes one `track`.

use super::DateOrder;
use super::customers::{Person, Ready, finish, not_later, shown, typed};
use super::mapping::Mapping;
use super::rows::Row;
use super::values::{text, time};
use crate::limits::{MESSAGE_ID_CHARS_MAX, NAME_CHARS_MAX};
use base::{Json, JsonMap, Timestamp};
use jiff::tz::TimeZone;
use serde_json::json;

pub(crate) struct EventRows {
    mapping: Mapping,
    zone: TimeZone,
    date_order: DateOrder,
    /// A later date is a mistake of the file.
    latest: Timestamp,
}

/// One row as read.
#[derive(Default)]
struct Told {
    person: Person,
    event: Option<String>,
    at: Option<Timestamp>,
    message_id: Option<String>,
    channel: Option<String>,
    properties: JsonMap,
    traits: JsonMap,
}

impl EventRows {
    pub fn new(mapping: Mapping, latest: Timestamp) -> Self {
        let (zone, date_order) = (mapping.zone(), mapping.date_order.unwrap_or(DateOrder::DayMonth));
        Self { mapping, zone, date_order, latest }
    }

    /// The row's event, or why there is none.
    pub fn event(&self, row: &Row) -> Result<Ready, String> {
        let mut told = Told::default();
        for (column, cell) in row.columns.iter().zip(&row.cells) {
            let target = self.mapping.target(super::ImportKind::Events, column);
            if !told.person.take(&target, cell)? {
                self.take(&target, cell, &mut told)?;
            }
        }
        if told.person.is_nobody() {
            return Err("no customer: the row has no customer id, e-mail address, phone number or loyalty card".into());
        }
        self.track(told)
    }

    fn take(&self, target: &str, cell: &Json, told: &mut Told) -> Result<(), String> {
        let Some(found) = text(cell) else { return Ok(()) };
        match target {
            "ignore" | "" => {}
            "event" => told.event = Some(found.chars().take(NAME_CHARS_MAX).collect()),
            "message_id" => told.message_id = Some(found.into_owned()),
            "channel" => told.channel = Some(found.to_lowercase()),
            "happened_at" => {
                let at = time(cell, self.date_order, &self.zone)
                    .ok_or_else(|| format!("\"{}\" in {target} is not a date", shown(&found)))?;
                told.at = Some(not_later(at, self.latest, target)?);
            }
            named => match named.strip_prefix("trait:") {
                Some(name) => {
                    told.traits.insert(name.to_owned(), typed(cell, true));
                }
                None => {
                    let name = named.strip_prefix("property:").unwrap_or(named);
                    told.properties.insert(name.to_owned(), typed(cell, true));
                }
            },
        }
        Ok(())
    }

    fn track(&self, told: Told) -> Result<Ready, String> {
        let name = told.event.or_else(|| self.mapping.event.clone()).ok_or("the row has no event")?;
        let (mut event, mut context) = (JsonMap::new(), JsonMap::new());
        event.insert("type".into(), json!("track"));
        event.insert("event".into(), json!(name));
        told.person.write(&mut event, &mut context);
        let channel = told.channel.or_else(|| self.mapping.channel.clone()).unwrap_or_else(|| "import".into());
        context.insert("channel".into(), json!(channel));
        if !told.traits.is_empty() {
            context.insert("traits".into(), Json::Object(told.traits));
        }
        if let Some(at) = told.at {
            event.insert("timestamp".into(), json!(at));
        }
        event.insert("properties".into(), Json::Object(told.properties));
        event.insert("context".into(), Json::Object(context));
        match told.message_id {
            None => Ok(finish("imp-event-", event)),
            Some(id) if id.chars().count() > MESSAGE_ID_CHARS_MAX => {
                Err(format!("the message id has more than {MESSAGE_ID_CHARS_MAX} characters"))
            }
            Some(message_id) => {
                event.insert("messageId".into(), json!(message_id));
                Ok(Ready { message_id, json: Json::Object(event).to_string(), order: false })
            }
        }
    }
}
