//! The simple form of a schema: a list of properties, as a table of a screen has them.
//!
//! The schema is what is stored; the form is read out of it when it says no more than a form can. What a property is
//! for stands in the schema too, under `x-personal` and `x-purposes`, which a validator passes over.

use crate::error::{PlanError, Result};
use crate::limits::{ALLOWED_VALUES_MAX, PROPERTY_NAME_CHARS_MAX};
use crate::model::Purpose;
use base::{Json, JsonMap, words};
use serde_json::json;

const PERSONAL: &str = "x-personal";
const PURPOSES: &str = "x-purposes";

words!(/// What a property holds.
ValueType {
    Text = "text",
    Number = "number",
    Integer = "integer",
    Boolean = "boolean",
    /// Text with a date, or a date and a time.
    Date = "date",
    List = "list",
    Object = "object",
    Any = "any",
});

impl ValueType {
    const fn keyword(self) -> Option<&'static str> {
        Some(match self {
            Self::Text | Self::Date => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::List => "array",
            Self::Object => "object",
            Self::Any => return None,
        })
    }
    const fn takes_values(self) -> bool {
        matches!(self, Self::Text | Self::Number | Self::Integer)
    }
}

/// A property in the form.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    pub name: String,
    pub description: String,
    pub value_type: ValueType,
    pub required: bool,
    /// It may be null.
    pub nullable: bool,
    /// Empty: any value.
    pub allowed: Vec<Json>,
    /// It says something about a person.
    pub personal: bool,
    pub purposes: Vec<Purpose>,
    /// Of a list.
    pub items: Option<ValueType>,
    /// Of an object, or of the objects of a list; empty: anything inside.
    pub properties: Vec<Property>,
}

impl Property {
    pub fn new(name: impl Into<String>, value_type: ValueType) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            value_type,
            required: false,
            nullable: false,
            allowed: Vec::new(),
            personal: false,
            purposes: Vec::new(),
            items: (value_type == ValueType::List).then_some(ValueType::Any),
            properties: Vec::new(),
        }
    }
}

/// The schema of a form. Errors point into the list of properties.
pub fn schema_of(properties: &[Property]) -> Result<Json> {
    check(properties, "/properties")?;
    Ok(object_of(properties))
}

fn check(properties: &[Property], at: &str) -> Result<()> {
    for (index, property) in properties.iter().enumerate() {
        let at = format!("{at}/{index}");
        let bad = |field: &str, detail: &str| {
            Err(PlanError::field("plan_property", format!("{at}/{field}"), detail.to_owned()))
        };
        let name = &property.name;
        if name.trim().is_empty() || name.chars().count() > PROPERTY_NAME_CHARS_MAX || name.contains('\0') {
            return bad("name", &format!("a property has a name of 1 to {PROPERTY_NAME_CHARS_MAX} characters"));
        }
        if properties[..index].iter().any(|other| other.name == *name) {
            return bad("name", "two properties have this name");
        }
        if !property.allowed.is_empty() && !property.value_type.takes_values() {
            return bad("allowed", "only texts and numbers have a list of allowed values");
        }
        if property.allowed.len() > ALLOWED_VALUES_MAX {
            return bad("allowed", &format!("at most {ALLOWED_VALUES_MAX} values can be listed"));
        }
        let fits = |value: &Json| match property.value_type {
            ValueType::Text => value.is_string(),
            ValueType::Integer => value.is_i64() || value.is_u64(),
            _ => value.is_number(),
        };
        if !property.allowed.iter().all(fits) {
            return bad("allowed", "an allowed value is not of the property's type");
        }
        if property.items.is_some() != (property.value_type == ValueType::List) {
            return bad("items", "a list says what its entries are, and only a list does");
        }
        if property.items == Some(ValueType::List) {
            return bad("items", "a list of lists is for the JSON schema");
        }
        let holds = property.value_type == ValueType::Object || property.items == Some(ValueType::Object);
        if !property.properties.is_empty() && !holds {
            return bad("properties", "only objects, and lists of them, hold properties");
        }
        check(&property.properties, &format!("{at}/properties"))?;
    }
    Ok(())
}

fn object_of(properties: &[Property]) -> Json {
    let mut schema = JsonMap::new();
    schema.insert("type".into(), "object".into());
    let all: JsonMap = properties.iter().map(|one| (one.name.clone(), property_schema(one))).collect();
    schema.insert("properties".into(), Json::Object(all));
    let required: Vec<&str> = properties.iter().filter(|one| one.required).map(|one| one.name.as_str()).collect();
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    Json::Object(schema)
}

/// Of an object or of a list's entries.
fn value_schema(value_type: ValueType, properties: &[Property]) -> JsonMap {
    let mut schema = match value_type {
        ValueType::Object if !properties.is_empty() => match object_of(properties) {
            Json::Object(map) => map,
            _ => JsonMap::new(),
        },
        _ => JsonMap::new(),
    };
    if let Some(keyword) = value_type.keyword() {
        schema.insert("type".into(), keyword.into());
    }
    if value_type == ValueType::Date {
        schema.insert("anyOf".into(), json!([{ "format": "date-time" }, { "format": "date" }]));
    }
    schema
}

fn property_schema(property: &Property) -> Json {
    let mut schema = value_schema(property.value_type, &property.properties);
    if property.nullable
        && let Some(keyword) = property.value_type.keyword()
    {
        schema.insert("type".into(), json!([keyword, "null"]));
        if property.value_type == ValueType::Date {
            // A format says nothing about what is no text.
            schema.insert("anyOf".into(), json!([{ "format": "date-time" }, { "format": "date" }]));
        }
    }
    if let Some(items) = property.items {
        schema.insert("items".into(), Json::Object(value_schema(items, &property.properties)));
    }
    if !property.allowed.is_empty() {
        let mut allowed = property.allowed.clone();
        if property.nullable {
            allowed.push(Json::Null);
        }
        schema.insert("enum".into(), Json::Array(allowed));
    }
    if !property.description.is_empty() {
        schema.insert("description".into(), property.description.as_str().into());
    }
    if property.personal {
        schema.insert(PERSONAL.into(), true.into());
    }
    if !property.purposes.is_empty() {
        schema.insert(PURPOSES.into(), json!(property.purposes));
    }
    Json::Object(schema)
}

/// The form of a schema; None when the schema says more than a form can.
pub fn form_of(schema: &Json) -> Option<Vec<Property>> {
    let properties = properties_of(schema)?;
    // What a form would not write as it stands there, it must not show: saving it would lose something.
    (check(&properties, "").is_ok() && same(&object_of(&properties), schema)).then_some(properties)
}

fn properties_of(schema: &Json) -> Option<Vec<Property>> {
    let required: Vec<&str> = match schema.get("required") {
        None => Vec::new(),
        Some(list) => list.as_array()?.iter().filter_map(Json::as_str).collect(),
    };
    let all = schema.get("properties")?.as_object()?;
    all.iter().map(|(name, one)| property_of(name, one, required.contains(&name.as_str()))).collect()
}

fn property_of(name: &str, schema: &Json, required: bool) -> Option<Property> {
    let (keyword, nullable) = match schema.get("type") {
        None => (None, false),
        Some(Json::String(one)) => (Some(one.as_str()), false),
        Some(Json::Array(many)) => match many.as_slice() {
            [Json::String(one), Json::String(null)] if null == "null" => (Some(one.as_str()), true),
            _ => return None,
        },
        Some(_) => return None,
    };
    let value_type = type_of(keyword, schema)?;
    let items = match (value_type, schema.get("items")) {
        (ValueType::List, Some(items)) => Some(match items.get("type") {
            None => type_of(None, items)?,
            Some(word) => type_of(Some(word.as_str()?), items)?,
        }),
        (ValueType::List, None) => return None,
        _ => None,
    };
    let holder = if items.is_some() { schema.get("items")? } else { schema };
    let inside = value_type == ValueType::Object || items == Some(ValueType::Object);
    let properties = if inside && holder.get("properties").is_some() { properties_of(holder)? } else { Vec::new() };
    let text = |key: &str| schema.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let mut allowed = schema.get("enum").and_then(Json::as_array).cloned().unwrap_or_default();
    allowed.retain(|value| !value.is_null());
    let purposes: Option<Vec<Purpose>> = match schema.get(PURPOSES) {
        None => Some(Vec::new()),
        Some(list) => list.as_array()?.iter().map(|one| Purpose::parse(one.as_str()?)).collect(),
    };
    Some(Property {
        name: name.to_owned(),
        description: text("description"),
        value_type,
        required,
        nullable,
        allowed,
        personal: schema.get(PERSONAL) == Some(&Json::Bool(true)),
        purposes: purposes?,
        items,
        properties,
    })
}

fn type_of(keyword: Option<&str>, schema: &Json) -> Option<ValueType> {
    Some(match keyword {
        None => ValueType::Any,
        Some("string") if schema.get("anyOf").is_some() => ValueType::Date,
        Some("string") => ValueType::Text,
        Some("number") => ValueType::Number,
        Some("integer") => ValueType::Integer,
        Some("boolean") => ValueType::Boolean,
        Some("array") => ValueType::List,
        Some("object") => ValueType::Object,
        Some(_) => return None,
    })
}

/// Equal, but for the order in which required properties are listed.
fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| {
                    other.get(key).is_some_and(|held| match (key.as_str(), value, held) {
                        ("required", Json::Array(value), Json::Array(held)) => {
                            value.len() == held.len() && value.iter().all(|name| held.contains(name))
                        }
                        _ => same(value, held),
                    })
                })
        }
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        _ => one == other,
    }
}

/// Properties a schema names, those it requires and those that are personal data, objects inside included.
pub fn tally(schema: &Json) -> (usize, usize, usize) {
    let (mut all, mut required, mut personal) = (0, 0, 0);
    if let Some(properties) = schema.get("properties").and_then(Json::as_object) {
        all += properties.len();
        required += schema.get("required").and_then(Json::as_array).map_or(0, Vec::len);
        for one in properties.values() {
            personal += usize::from(one.get(PERSONAL) == Some(&Json::Bool(true)));
            let (inner, needed, about) = tally(one.get("items").unwrap_or(one));
            (all, required, personal) = (all + inner, required + needed, personal + about);
        }
    }
    (all, required, personal)
}

/// True when a property of this name probably says something about a person.
pub fn sounds_personal(name: &str) -> bool {
    const WORDS: [&str; 30] = [
        "email",
        "mail",
        "phone",
        "mobile",
        "telephone",
        "firstname",
        "lastname",
        "fullname",
        "surname",
        "name",
        "username",
        "address",
        "street",
        "postcode",
        "postalcode",
        "zip",
        "zipcode",
        "city",
        "birthday",
        "birthdate",
        "dateofbirth",
        "dob",
        "gender",
        "age",
        "ip",
        "ipaddress",
        "iban",
        "ssn",
        "bsn",
        "passport",
    ];
    let flat: String = name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    WORDS.contains(&flat.as_str())
        || ["email", "phone", "birthday", "birthdate", "address", "firstname", "lastname"]
            .iter()
            .any(|word| flat.starts_with(word) || flat.ends_with(word))
}

#[cfg(test)]
mod tests;
