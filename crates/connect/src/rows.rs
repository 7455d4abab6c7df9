//! What rows are and how they are read, in the words of an import. Whoever imports has the last word
//! ([`crate::Door::check_mapping`]).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

base::words!(
    /// What rows are.
    #[derive(utoipa::ToSchema)]
    #[schema(as = ConnectionRowsKind, rename_all = "snake_case")]
    RowsKind { Customers = "customers", Orders = "orders", Events = "events" }
);
base::words!(
    /// What `03-04-2026` means.
    #[derive(utoipa::ToSchema)]
    #[schema(as = RowsDateOrder, rename_all = "snake_case")]
    DateOrder { DayMonth = "day_month", MonthDay = "month_day" }
);

/// How rows are read. What is not said is found out from the first of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowsMapping {
    /// Column to field (`email`), `trait:NAME`, `property:NAME` or `ignore`.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// ISO 4217, for amounts without a currency column; EUR unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// IANA name, for times without a zone; UTC unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// web, app, shop, phone … for rows without a channel column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// True for `1.234,56`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal_comma: Option<bool>,
    /// Between the fields of a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Of a workbook: the sheet; left out, the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Of events: their name where no column holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}
