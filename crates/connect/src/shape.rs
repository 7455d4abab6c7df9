//! What definitions look like from outside, made of the shapes of the kinds themselves: as they are sent
//! ([`Definition`]), and as they are answered ([`DefinitionView`]).
//!
//! Answered, a shape lacks what only travels in (`write_only`: secrets), and what cannot be null is always there.

use crate::definition::{Definition, shapes};
use std::borrow::Cow;
use std::collections::BTreeSet;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Discriminator, SchemaType};
use utoipa::openapi::{ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

const TAG: &str = "kind";

/// Shapes by name.
pub(crate) type Shapes = Vec<(String, RefOr<Schema>)>;

/// A definition as it is answered.
pub struct DefinitionView;

/// One kind: its name, and the shapes its definition is made of, itself the last.
pub(crate) struct KindShape {
    kind: &'static str,
    name: String,
    shapes: Shapes,
}

impl KindShape {
    /// `T` is the part beside the tag. The tag becomes one of its fields: a closed shape cannot be a part of another.
    pub(crate) fn of<T: ToSchema>(kind: &'static str) -> Self {
        let mut shapes = Shapes::new();
        T::schemas(&mut shapes);
        let (name, mut whole) = (T::name().into_owned(), T::schema());
        if let RefOr::T(Schema::Object(object)) = &mut whole {
            let tag = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([kind])).build();
            let fields = std::mem::take(&mut object.properties);
            object.properties = std::iter::once((TAG.to_owned(), tag.into())).chain(fields).collect();
            object.required.insert(0, TAG.to_owned());
        }
        shapes.push((name.clone(), whole));
        Self { kind, name, shapes }
    }
}

impl PartialSchema for Definition {
    fn schema() -> RefOr<Schema> {
        union("What a connection does. Secrets that are left out stay as they are.", String::clone)
    }
}

impl ToSchema for Definition {
    fn name() -> Cow<'static, str> {
        "ConnectionDefinition".into()
    }
    fn schemas(all: &mut Shapes) {
        all.extend(shapes().into_iter().flat_map(|kind| kind.shapes));
    }
}

impl PartialSchema for DefinitionView {
    fn schema() -> RefOr<Schema> {
        union("What a connection does. Secrets are never in it.", |name| view_name(name))
    }
}

impl ToSchema for DefinitionView {
    fn name() -> Cow<'static, str> {
        "ConnectionDefinitionView".into()
    }
    fn schemas(all: &mut Shapes) {
        all.extend(answered(shapes()));
    }
}

fn view_name(name: &str) -> String {
    format!("{name}View")
}

/// One of all kinds, told apart by the tag.
fn union(description: &str, name: impl Fn(&String) -> String) -> RefOr<Schema> {
    let named = shapes().into_iter().map(|kind| (kind.kind, Ref::from_schema_name(name(&kind.name))));
    let named: Vec<(&str, Ref)> = named.collect();
    let tags = named.iter().map(|(kind, one)| (*kind, one.ref_location.clone()));
    let all =
        OneOfBuilder::new().description(Some(description)).discriminator(Some(Discriminator::with_mapping(TAG, tags)));
    named.into_iter().fold(all, |all, (_, one)| all.item(one)).into()
}

/// The shapes of answers: those that differ from what is sent under a name of their own, the others as they are.
fn answered(kinds: Vec<KindShape>) -> Shapes {
    let mut differ: BTreeSet<String> = kinds.iter().map(|kind| kind.name.clone()).collect();
    let sent: Shapes = kinds.into_iter().flat_map(|kind| kind.shapes).collect();
    loop {
        let differs = |shape: &RefOr<Schema>| has_write_only(shape) || refers_to(shape, &differ);
        let more: Vec<String> = sent
            .iter()
            .filter(|(name, shape)| !differ.contains(name) && differs(shape))
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        differ.extend(more);
    }
    let shown = |(name, shape): (String, RefOr<Schema>)| match differ.contains(&name) {
        true => (view_name(&name), view_of(shape, &differ)),
        false => (name, shape),
    };
    sent.into_iter().map(shown).collect()
}

fn view_of(mut shape: RefOr<Schema>, differ: &BTreeSet<String>) -> RefOr<Schema> {
    if let RefOr::T(Schema::Object(object)) = &mut shape {
        object.properties.retain(|_, field| !is_write_only(field));
        let always = object.properties.iter().filter(|(_, field)| !is_nullable(field));
        object.required = always.map(|(name, _)| name.clone()).collect();
        object.additional_properties = None;
    }
    each_ref(&mut shape, &mut |one| {
        if let Some(name) = name_of(one).filter(|name| differ.contains(*name)) {
            one.ref_location = Ref::from_schema_name(view_name(name)).ref_location;
        }
    });
    shape
}

fn name_of(one: &Ref) -> Option<&str> {
    one.ref_location.rsplit('/').next()
}

fn has_write_only(shape: &RefOr<Schema>) -> bool {
    matches!(shape, RefOr::T(Schema::Object(object)) if object.properties.values().any(is_write_only))
}

fn is_write_only(field: &RefOr<Schema>) -> bool {
    let said = match field {
        RefOr::Ref(one) => one.write_only,
        RefOr::T(Schema::Object(object)) => object.write_only,
        RefOr::T(Schema::OneOf(one)) => one.write_only,
        RefOr::T(_) => None,
    };
    said == Some(true)
}

fn is_nullable(field: &RefOr<Schema>) -> bool {
    let with_null = |kind: &SchemaType| match kind {
        SchemaType::Type(kind) => *kind == Type::Null,
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::AnyValue => false,
    };
    match field {
        RefOr::T(Schema::Object(object)) => with_null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => with_null(&array.schema_type),
        RefOr::T(Schema::OneOf(one)) => one.items.iter().any(is_nullable),
        _ => false,
    }
}

fn refers_to(shape: &RefOr<Schema>, names: &BTreeSet<String>) -> bool {
    let mut found = false;
    each_ref(&mut shape.clone(), &mut |one| found |= name_of(one).is_some_and(|name| names.contains(name)));
    found
}

fn each_ref(shape: &mut RefOr<Schema>, visit: &mut dyn FnMut(&mut Ref)) {
    let inner = match shape {
        RefOr::Ref(one) => return visit(one),
        RefOr::T(inner) => inner,
    };
    match inner {
        Schema::Object(object) => {
            object.properties.values_mut().for_each(|field| each_ref(field, visit));
            if let Some(AdditionalProperties::RefOr(value)) = object.additional_properties.as_deref_mut() {
                each_ref(value, visit);
            }
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(item) = &mut array.items {
                each_ref(item, visit);
            }
        }
        Schema::OneOf(one) => one.items.iter_mut().for_each(|item| each_ref(item, visit)),
        Schema::AllOf(all) => all.items.iter_mut().for_each(|item| each_ref(item, visit)),
        Schema::AnyOf(any) => any.items.iter_mut().for_each(|item| each_ref(item, visit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
