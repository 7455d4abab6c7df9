//! Which column means what: suggestions by name (English, Dutch, Swedish), and the mapping a person chose.

use super::rows::{Row, RowReader};
use super::sniff;
use super::values::{date_numbers, shows_decimal_comma, text};
use super::{Format, ImportKind, PREVIEW_BYTES, PREVIEW_ROWS_MAX};
use crate::limits::NAME_CHARS_MAX;
use base::{Currency, Problem};
use events::Channel;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Fields of a customer and the column names they go by, in letters and digits only.
const CUSTOMER_FIELDS: &[(&str, &str)] = &[
    (
        "customer_id",
        "customerid customer customernumber customerno custid userid id externalid clientid memberid klantnummer klantid klantnr kundnummer kundid kundnr",
    ),
    ("email", "email emailaddress mail emailadres epost epostadress epostadres mejl mailadress"),
    (
        "phone",
        "phone phonenumber telephone tel mobile mobilephone cell telefoon telefoonnummer mobiel gsm telefon telefonnummer mobil mobilnummer",
    ),
    ("first_name", "firstname givenname voornaam fornamn förnamn"),
    ("last_name", "lastname surname familyname achternaam efternamn"),
    ("name", "name fullname customername naam namn"),
    ("gender", "gender sex geslacht kön"),
    ("birthday", "birthday dateofbirth birthdate dob geboortedatum födelsedatum"),
    ("street", "street address address1 addressline1 streetaddress straat adres gata adress gatuadress"),
    ("postal_code", "postalcode zip zipcode postcode postnummer"),
    ("city", "city town plaats woonplaats stad ort postort"),
    ("country", "country countrycode land"),
    ("language", "language locale taal språk"),
    ("loyalty_card", "loyaltycard loyaltyid loyaltynumber cardnumber klantenkaart klantkaart kundkort"),
    ("created_at", "createdat created signupdate registered registeredat registrationdate aangemaakt skapad"),
    ("updated_at", "updatedat updated lastmodified gewijzigd ändrad"),
    (
        "email_consent",
        "emailconsent newsletter emailoptin optin acceptsmarketing acceptsemailmarketing nieuwsbrief nyhetsbrev",
    ),
    ("sms_consent", "smsconsent smsoptin acceptssmsmarketing"),
];

/// The same for a line of an order.
const ORDER_FIELDS: &[(&str, &str)] = &[
    (
        "order_id",
        "invoiceno invoice invoicenumber orderid ordernumber orderno order bestelnummer ordernummer factuurnummer fakturanummer",
    ),
    (
        "customer_id",
        "customerid customer customernumber customerno custid userid clientid memberid klantnummer klantid klantnr kundnummer kundid kundnr",
    ),
    ("email", "email emailaddress customeremail mail emailadres epost epostadress mejl"),
    ("phone", "phone phonenumber telephone mobile telefoon telefoonnummer mobiel telefon telefonnummer mobil"),
    ("loyalty_card", "loyaltycard loyaltyid loyaltynumber cardnumber klantenkaart klantkaart kundkort"),
    ("ordered_at", "invoicedate orderdate orderedat createdat date datetime besteldatum orderdatum datum fakturadatum"),
    ("product_id", "stockcode sku productid productcode articlenumber articleno itemid artikelnummer artikelnr artnr"),
    (
        "product_name",
        "description productname product itemname lineitemname omschrijving artikel productnaam beskrivning benämning produkt produktnamn",
    ),
    ("category", "category productcategory categorie kategori"),
    ("brand", "brand merk märke varumärke"),
    ("size", "size maat storlek"),
    ("color", "color colour kleur färg"),
    ("quantity", "quantity qty lineitemquantity aantal hoeveelheid antal"),
    ("unit_price", "unitprice price lineitemprice prijs stukprijs pris styckpris apris"),
    ("total", "total ordertotal totalprice amount revenue totaal totaalbedrag bedrag totalt summa belopp"),
    ("discount", "discount discountamount korting rabatt"),
    ("shipping", "shipping shippingcost verzendkosten frakt"),
    ("tax", "tax vat taxes btw moms"),
    ("currency", "currency currencycode valuta"),
    ("channel", "channel saleschannel kanaal kanal"),
    ("country", "country countrycode shippingcountry land"),
    ("coupon", "coupon couponcode discountcode kortingscode rabattkod"),
    ("status", "status orderstatus"),
];

/// The same for something that happened: a call, a visit, a booking.
const EVENT_FIELDS: &[(&str, &str)] = &[
    (
        "customer_id",
        "customerid customer customernumber customerno custid userid clientid memberid klantnummer klantid klantnr kundnummer kundid kundnr",
    ),
    ("email", "email emailaddress customeremail mail emailadres epost epostadress mejl"),
    (
        "phone",
        "phone phonenumber telephone caller callerid msisdn mobile telefoon telefoonnummer mobiel telefon telefonnummer mobil",
    ),
    ("loyalty_card", "loyaltycard loyaltyid loyaltynumber cardnumber klantenkaart klantkaart kundkort"),
    ("event", "event eventname eventtype action gebeurtenis händelse"),
    (
        "happened_at",
        "happenedat timestamp time date datetime createdat occurredat calledat startedat starttime datum tijd tidpunkt tijdstip",
    ),
    ("message_id", "messageid eventid uniqueid uuid callid"),
    ("channel", "channel kanaal kanal"),
];

/// The same for a company, and for whoever of it a row is about.
const COMPANY_FIELDS: &[(&str, &str)] = &[
    (
        "company_id",
        "companyid accountid groupid organisationid organizationid orgid companynumber accountnumber bedrijfsid bedrijfsnummer bedrijfsnr kvknummer kvk företagsid företagsnummer organisationsnummer orgnr",
    ),
    (
        "name",
        "name company companyname account accountname organisation organization bedrijf bedrijfsnaam naam företag företagsnamn namn",
    ),
    ("domain", "domain companydomain emaildomain domein domän"),
    ("website", "website url web site homepage webbplats"),
    ("industry", "industry sector branche branch bransch"),
    ("plan", "plan subscription abonnement tier"),
    ("employees", "employees employeecount headcount companysize size medewerkers anställda"),
    ("email", "email emailaddress mail emailadres epost epostadress mejl"),
    ("phone", "phone phonenumber telephone telefoon telefoonnummer telefon telefonnummer"),
    ("street", "street address address1 addressline1 straat adres gata adress gatuadress"),
    ("postal_code", "postalcode zip zipcode postcode postnummer"),
    ("city", "city town plaats stad ort postort"),
    ("country", "country countrycode land"),
    ("updated_at", "updatedat updated lastmodified gewijzigd ändrad"),
    (
        "customer_id",
        "customerid customer customernumber userid contactid memberid klantnummer klantid klantnr kundnummer kundid kundnr",
    ),
    ("member_email", "memberemail contactemail customeremail useremail contactpersoonemail kontaktepost"),
    ("member_phone", "memberphone contactphone customerphone"),
    ("loyalty_card", "loyaltycard loyaltyid klantenkaart klantkaart kundkort"),
    ("role", "role jobtitle function position rol functie functietitel roll befattning"),
    ("left", "left former leftcompany vertrokken slutat"),
];

/// Which of two numbers in `3/4/2026` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    DayMonth,
    MonthDay,
}

impl DateOrder {
    pub const fn name(self) -> &'static str {
        match self {
            DateOrder::DayMonth => "day_month",
            DateOrder::MonthDay => "month_day",
        }
    }
}

/// How a file is to be read. What is not set is found out from the file's beginning.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// Column of the file -> field (`email`), `trait:NAME`, `property:NAME` or `ignore`.
    pub columns: BTreeMap<String, String>,
    /// ISO 4217, for amounts without a currency column.
    pub currency: Option<String>,
    /// IANA name, for times without a zone; UTC otherwise.
    pub time_zone: Option<String>,
    /// `web`, `shop`, … for rows without a channel column.
    pub channel: Option<String>,
    pub date_order: Option<DateOrder>,
    pub decimal_comma: Option<bool>,
    pub delimiter: Option<char>,
    /// Of a workbook: the sheet, the first visible one otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Of events: their name, when no column holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// What a column looks like and what it probably means.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnPreview {
    pub name: String,
    pub examples: Vec<String>,
    pub suggested: String,
}

/// The beginning of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    pub format: Format,
    pub kind: ImportKind,
    pub delimiter: Option<char>,
    pub encoding: &'static str,
    pub columns: Vec<ColumnPreview>,
    pub rows: Vec<BTreeMap<String, String>>,
    /// The mapping used when none is given.
    pub mapping: Mapping,
    /// Of a workbook: its visible sheets.
    pub sheets: Vec<String>,
}

/// The columns a file of rejected rows has before its own; they are no data of the row.
pub(crate) const REJECTION_COLUMNS: [&str; 2] = ["import_line", "import_error"];

impl ImportKind {
    /// The fields a column can be mapped to.
    pub fn fields(self) -> impl Iterator<Item = &'static str> {
        table(self).iter().map(|(field, _)| *field)
    }
}

fn fields(kind: ImportKind) -> impl Iterator<Item = &'static str> {
    kind.fields()
}

fn table(kind: ImportKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        ImportKind::Companies => COMPANY_FIELDS,
        ImportKind::Customers => CUSTOMER_FIELDS,
        ImportKind::Orders => ORDER_FIELDS,
        ImportKind::Events => EVENT_FIELDS,
    }
}

/// What a column named `name` probably holds.
pub(crate) fn suggest(kind: ImportKind, name: &str) -> String {
    if REJECTION_COLUMNS.contains(&name) {
        return "ignore".to_owned();
    }
    let plain: String = name.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect();
    let known = table(kind)
        .iter()
        .find(|(field, aliases)| field.replace('_', "") == plain || aliases.split(' ').any(|alias| alias == plain));
    match (known, kind) {
        (Some((field, _)), _) => (*field).to_owned(),
        (None, ImportKind::Customers | ImportKind::Companies) => format!("trait:{}", snake(name)),
        (None, ImportKind::Orders) => "ignore".to_owned(),
        (None, ImportKind::Events) => format!("property:{}", snake(name)),
    }
}

fn snake(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

impl Mapping {
    /// What `column` is mapped to. A column of a later JSON line, which the file's beginning did not show, or one that
    /// was left open, holds what its name suggests.
    pub(crate) fn target(&self, kind: ImportKind, column: &str) -> Cow<'_, str> {
        match self.columns.get(column) {
            Some(target) if !target.is_empty() => Cow::Borrowed(target),
            _ => Cow::Owned(suggest(kind, column)),
        }
    }

    pub(crate) fn delimiter_byte(&self) -> Option<u8> {
        self.delimiter.filter(char::is_ascii).map(|delimiter| delimiter as u8)
    }

    /// Refuses a mapping that cannot be carried out, with a pointer to what is wrong.
    pub fn check(&self, kind: ImportKind) -> Result<(), Problem> {
        let wrong = |pointer: String, detail: String| {
            Problem::invalid("invalid_mapping", detail.clone()).at(pointer, "invalid_mapping", detail)
        };
        for (column, target) in &self.columns {
            let known = target == "ignore"
                || fields(kind).any(|field| field == target)
                || target.strip_prefix("trait:").is_some_and(|name| !name.is_empty())
                || target.strip_prefix("property:").is_some_and(|name| !name.is_empty());
            if !known {
                let pointer = format!("/mapping/columns/{}", column.replace('~', "~0").replace('/', "~1"));
                return Err(wrong(pointer, format!("\"{target}\" is no field of {}", kind.name())));
            }
        }
        if let Some(code) = &self.currency {
            Currency::in_use(code).map_err(|error| wrong("/mapping/currency".into(), error.to_string()))?;
        }
        if let Some(zone) = &self.time_zone {
            TimeZone::get(zone)
                .map_err(|_| wrong("/mapping/time_zone".into(), format!("\"{zone}\" is no time zone")))?;
        }
        if let Some(channel) = &self.channel {
            Channel::parse(channel)
                .ok_or_else(|| wrong("/mapping/channel".into(), format!("\"{channel}\" is no channel")))?;
        }
        if self.event.as_ref().is_some_and(|name| name.trim().is_empty() || name.chars().count() > NAME_CHARS_MAX) {
            return Err(wrong("/mapping/event".into(), format!("a name has 1 to {NAME_CHARS_MAX} characters")));
        }
        if self.delimiter.is_some_and(|delimiter| !delimiter.is_ascii()) {
            return Err(wrong("/mapping/delimiter".into(), "the delimiter must be one ASCII character".into()));
        }
        Ok(())
    }

    /// Fills in what was not chosen, from the file's first rows. A column named in neither gets its suggestion.
    pub(crate) fn complete(&mut self, kind: ImportKind, head: &[u8], rows: &[Row], format: Format) {
        if format == Format::Csv && self.delimiter.is_none() {
            self.delimiter = Some(char::from(sniff::delimiter(head)));
        }
        let mut taken: Vec<String> = self.columns.values().cloned().collect();
        for row in rows {
            for column in row.columns.iter() {
                if self.columns.contains_key(column) {
                    continue;
                }
                let mut target = suggest(kind, column);
                // Two columns for one field: the first keeps it.
                if fields(kind).any(|field| field == target) && taken.contains(&target) {
                    target = match kind {
                        ImportKind::Customers | ImportKind::Companies => format!("trait:{}", snake(column)),
                        ImportKind::Events => format!("property:{}", snake(column)),
                        ImportKind::Orders => "ignore".into(),
                    };
                }
                taken.push(target.clone());
                self.columns.insert(column.clone(), target);
            }
        }
        let cells: Vec<(String, String)> = rows.iter().flat_map(|row| self.cells(row)).collect();
        let of = |wanted: &'static [&str]| {
            cells.iter().filter(move |(field, _)| wanted.contains(&field.as_str())).map(|(_, text)| text.as_str())
        };
        let day_first = self.delimiter == Some(';');
        let found_order =
            date_order(of(&["ordered_at", "happened_at", "created_at", "updated_at", "birthday"]), day_first);
        let found_comma =
            of(&["unit_price", "total", "quantity", "discount", "shipping", "tax"]).any(shows_decimal_comma);
        self.date_order = self.date_order.or(Some(found_order));
        self.decimal_comma = self.decimal_comma.or(Some(found_comma));
    }

    /// (field, text) of every mapped cell that holds something.
    fn cells<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = (String, String)> {
        row.columns
            .iter()
            .zip(&row.cells)
            .filter_map(|(column, cell)| Some((self.columns.get(column)?.clone(), text(cell)?.into_owned())))
    }

    pub(crate) fn zone(&self) -> TimeZone {
        self.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
    }
}

/// A number above 12 gives the day away; where none does, the file's delimiter tells where it comes from.
fn date_order<'a>(dates: impl Iterator<Item = &'a str>, day_first: bool) -> DateOrder {
    let (mut dashes_or_dots, mut seen) = (false, false);
    for text in dates {
        let Some(([first, second, _], _)) = date_numbers(text) else { continue };
        match (first, second) {
            (1000.., _) => continue,
            (13.., _) => return DateOrder::DayMonth,
            (_, 13..) => return DateOrder::MonthDay,
            _ => {}
        }
        seen = true;
        dashes_or_dots |= !text.contains('/');
    }
    if seen && !day_first && !dashes_or_dots { DateOrder::MonthDay } else { DateOrder::DayMonth }
}

/// Reads the beginning of a file: columns, examples, suggestions. `kind` is guessed when not given.
pub(crate) fn preview(
    head: &[u8],
    format: Format,
    kind: Option<ImportKind>,
    mut mapping: Mapping,
) -> Result<Preview, Problem> {
    if format == Format::Parquet {
        return Err(Problem::invalid("no_preview", "a Parquet file has no preview; its columns are mapped by name"));
    }
    let unreadable = |error: super::rows::FileError| Problem::invalid("unreadable_file", error.0);
    let mut reader = RowReader::of_head(head, format, &mapping).map_err(unreadable)?;
    let head = &head[..head.len().min(PREVIEW_BYTES)];
    let mut rows = Vec::new();
    while rows.len() < PREVIEW_ROWS_MAX {
        match reader.next() {
            Ok(Some(Ok(row))) => rows.push(row),
            Ok(Some(Err(_))) => {}
            // The head may end in the middle of a record.
            Ok(None) | Err(_) => break,
        }
    }
    if rows.is_empty() && !reader.columns().is_empty() {
        let columns: std::sync::Arc<[String]> = reader.columns().into();
        rows.push(Row { line: 1, cells: vec![base::Json::Null; columns.len()], columns });
    }
    let kind = kind.unwrap_or_else(|| guess_kind(&rows));
    mapping.check(kind)?;
    mapping.complete(kind, head, &rows, format);
    let sheets = if let RowReader::Xlsx(rows) = &reader { rows.sheets.clone() } else { Vec::new() };
    let encoding = if format == Format::Csv { sniff::encoding(head).name() } else { "utf-8" };
    Ok(Preview {
        format,
        kind,
        delimiter: mapping.delimiter,
        encoding,
        columns: columns(&rows, &mapping),
        rows: samples(&rows),
        mapping,
        sheets,
    })
}

/// A file with an order number and a date is one of orders, one that names events is one of events; one with ids of
/// companies is one of companies, unless it describes people.
fn guess_kind(rows: &[Row]) -> ImportKind {
    let has = |field: &str| {
        rows.iter().flat_map(|row| row.columns.iter()).any(|column| suggest(ImportKind::Orders, column) == field)
    };
    let any = |kind: ImportKind, wanted: &[&str]| {
        let mut columns = rows.iter().flat_map(|row| row.columns.iter());
        columns.any(|column| wanted.contains(&suggest(kind, column).as_str()))
    };
    let of_people = any(ImportKind::Customers, &["first_name", "last_name", "birthday"]);
    if any(ImportKind::Companies, &["company_id"]) && !has("order_id") && !of_people {
        ImportKind::Companies
    } else if has("order_id") && (has("ordered_at") || has("total") || has("unit_price")) {
        ImportKind::Orders
    } else if rows
        .iter()
        .flat_map(|row| row.columns.iter())
        .any(|column| suggest(ImportKind::Events, column) == "event")
    {
        ImportKind::Events
    } else {
        ImportKind::Customers
    }
}

fn columns(rows: &[Row], mapping: &Mapping) -> Vec<ColumnPreview> {
    const EXAMPLES_MAX: usize = 3;
    let mut columns: Vec<ColumnPreview> = Vec::new();
    for row in rows {
        for (name, cell) in row.columns.iter().zip(&row.cells) {
            let at = columns.iter().position(|column| column.name == *name).unwrap_or_else(|| {
                let suggested = mapping.columns.get(name).cloned().unwrap_or_default();
                columns.push(ColumnPreview { name: name.clone(), examples: Vec::new(), suggested });
                columns.len() - 1
            });
            let examples = &mut columns[at].examples;
            if let Some(text) =
                text(cell).filter(|text| examples.len() < EXAMPLES_MAX && !examples.iter().any(|e| e == text))
            {
                examples.push(text.into_owned());
            }
        }
    }
    columns
}

fn samples(rows: &[Row]) -> Vec<BTreeMap<String, String>> {
    let sample = |row: &Row| {
        let cells = row.columns.iter().zip(&row.cells);
        cells.map(|(name, cell)| (name.clone(), text(cell).unwrap_or_default().into_owned())).collect()
    };
    rows.iter().map(sample).collect()
}
