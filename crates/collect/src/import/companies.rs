//! A row of companies becomes one `group`: what it tells of the company and, when it names a customer, of a member.

use super::DateOrder;
use super::customers::{Person, Ready, finish, not_later, shown, typed};
use super::mapping::Mapping;
use super::rows::Row;
use super::values::{boolean, id_text, text, time};
use crate::limits::GROUP_ID_CHARS_MAX;
use base::{Json, JsonMap, Timestamp};
use jiff::tz::TimeZone;
use serde_json::json;

/// Fields that are numbers when they look like one.
const COUNTS: [&str; 1] = ["employees"];

pub(crate) struct CompanyRows {
    mapping: Mapping,
    zone: TimeZone,
    date_order: DateOrder,
    /// A later date is a mistake of the file.
    latest: Timestamp,
}

/// One row as read.
#[derive(Default)]
struct Told {
    company: Option<String>,
    member: Person,
    at: Option<Timestamp>,
    traits: JsonMap,
    /// Said of the member: `role`, `left`.
    of_member: JsonMap,
}

impl CompanyRows {
    pub fn new(mapping: Mapping, latest: Timestamp) -> Self {
        let (zone, date_order) = (mapping.zone(), mapping.date_order.unwrap_or(DateOrder::DayMonth));
        Self { mapping, zone, date_order, latest }
    }

    /// The row's event, or why there is none.
    pub fn event(&self, row: &Row) -> Result<Ready, String> {
        let mut told = Told::default();
        for (column, cell) in row.columns.iter().zip(&row.cells) {
            let target = self.mapping.target(super::ImportKind::Companies, column);
            self.take(&target, cell, &mut told)?;
        }
        self.group(told)
    }

    fn take(&self, target: &str, cell: &Json, told: &mut Told) -> Result<(), String> {
        let Some(found) = text(cell) else { return Ok(()) };
        match target {
            "ignore" | "" => {}
            "company_id" => told.company = id_text(cell),
            "customer_id" | "loyalty_card" => {
                told.member.take(target, cell)?;
            }
            "member_email" => {
                told.member.take("email", cell)?;
            }
            "member_phone" => {
                told.member.take("phone", cell)?;
            }
            "role" => {
                told.of_member.insert("role".into(), json!(found));
            }
            "left" => {
                let left =
                    boolean(cell).ok_or_else(|| format!("\"{}\" in {target} is neither yes nor no", shown(&found)))?;
                told.of_member.insert("left".into(), json!(left));
            }
            "updated_at" => {
                let at = time(cell, self.date_order, &self.zone)
                    .ok_or_else(|| format!("\"{}\" in {target} is not a date", shown(&found)))?;
                told.at = Some(not_later(at, self.latest, target)?);
            }
            named => {
                let name = named.strip_prefix("trait:").or_else(|| named.strip_prefix("property:")).unwrap_or(named);
                told.traits.insert(name.to_owned(), typed(cell, named != name || COUNTS.contains(&name)));
            }
        }
        Ok(())
    }

    fn group(&self, told: Told) -> Result<Ready, String> {
        let company = told.company.ok_or("no company: the row has no company id")?;
        if company.chars().count() > GROUP_ID_CHARS_MAX {
            return Err(format!("the company id has more than {GROUP_ID_CHARS_MAX} characters"));
        }
        let mut traits = told.traits;
        if told.member.is_nobody() {
            if let Some(name) = told.of_member.keys().next() {
                return Err(format!("no member: the row has {name}, but no customer it is about"));
            }
        } else {
            traits.extend(told.of_member);
        }
        let (mut event, mut context) = (JsonMap::new(), JsonMap::new());
        event.insert("type".into(), json!("group"));
        event.insert("groupId".into(), json!(company));
        told.member.write(&mut event, &mut context);
        context.insert("channel".into(), json!(self.mapping.channel.as_deref().unwrap_or("import")));
        if let Some(at) = told.at {
            event.insert("timestamp".into(), json!(at));
        }
        event.insert("traits".into(), Json::Object(traits));
        event.insert("context".into(), Json::Object(context));
        Ok(finish("imp-company-", event))
    }
}
