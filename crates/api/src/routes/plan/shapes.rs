//! Properties and entries of a plan as JSON.

use crate::problem::ApiResult;
use base::{Json, Problem};
use plan::{Draft, Kind, OnViolation, Property, Purpose, UnplannedProperties, ValueType, Violation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A property in the simple form.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PropertyView {
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// text, number, integer, boolean, date, list, object or any.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub value_type: ValueType,
    #[serde(default)]
    pub required: bool,
    /// It may be null.
    #[serde(default)]
    pub nullable: bool,
    /// Texts or numbers it may be; empty: any.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub allowed: Vec<Json>,
    /// It says something about a person.
    #[serde(default)]
    pub personal: bool,
    /// marketing, analytics, personalisation, ads, operations.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub purposes: Vec<Purpose>,
    /// Of a list: what its entries are.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub items: Option<ValueType>,
    /// Of an object, or of the objects of a list; empty: anything inside.
    #[serde(default)]
    #[schema(no_recursion)]
    pub properties: Vec<PropertyView>,
}

impl From<Property> for PropertyView {
    fn from(of: Property) -> Self {
        Self {
            name: of.name,
            description: of.description,
            value_type: of.value_type,
            required: of.required,
            nullable: of.nullable,
            allowed: of.allowed,
            personal: of.personal,
            purposes: of.purposes,
            items: of.items,
            properties: views(of.properties),
        }
    }
}

impl From<PropertyView> for Property {
    fn from(of: PropertyView) -> Self {
        Self {
            name: of.name,
            description: of.description.trim().to_owned(),
            value_type: of.value_type,
            required: of.required,
            nullable: of.nullable,
            allowed: of.allowed,
            personal: of.personal,
            purposes: of.purposes,
            items: of.items,
            properties: of.properties.into_iter().map(Property::from).collect(),
        }
    }
}

pub(super) fn views(properties: Vec<Property>) -> Vec<PropertyView> {
    properties.into_iter().map(PropertyView::from).collect()
}

/// An entry as somebody writes it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryRequest {
    /// track, page, screen, identify or group.
    #[schema(value_type = String)]
    kind: Kind,
    /// Of a track event; of a page or screen it may be left out, and then it plans all of them.
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    /// pass, count, block; null: as the settings say.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    on_violation: Option<OnViolation>,
    /// keep, count, drop; null: as the settings say.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    unplanned_properties: Option<UnplannedProperties>,
    /// The simple form.
    #[serde(default)]
    properties: Option<Vec<PropertyView>>,
    /// Or JSON Schema 2020-12 of the properties or traits.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    schema: Option<Json>,
}

impl EntryRequest {
    pub fn draft(self) -> ApiResult<Draft> {
        let Self { kind, name, description, on_violation, unplanned_properties, properties, schema } = self;
        let schema = schema_of(properties, schema)?;
        Ok(Draft { kind, name, description, on_violation, unplanned_properties, schema })
    }
}

/// The schema of a request that holds one, or a form, or neither.
pub(super) fn schema_of(properties: Option<Vec<PropertyView>>, schema: Option<Json>) -> ApiResult<Json> {
    match (properties, schema) {
        (Some(_), Some(_)) => {
            let detail = "give properties or schema, not both";
            Err(Problem::invalid("schema_invalid", detail).at("/schema", "schema_invalid", detail).into())
        }
        (None, Some(schema)) => Ok(schema),
        (properties, None) => {
            let form: Vec<Property> = properties.unwrap_or_default().into_iter().map(Property::from).collect();
            Ok(plan::schema_of(&form)?)
        }
    }
}

/// One way in which an event breaks the plan.
#[derive(Serialize, ToSchema)]
pub(super) struct ViolationView {
    code: &'static str,
    /// Into the properties or traits, such as `/products/*/price`.
    pointer: String,
    /// Names and types, never a value.
    message: String,
}

impl From<Violation> for ViolationView {
    fn from(of: Violation) -> Self {
        Self { code: of.code.name(), pointer: of.pointer, message: of.message }
    }
}
