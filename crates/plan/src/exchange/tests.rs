use super::*;
use base::{PlanEventId, Timestamp};

fn draft(kind: Kind, name: &str, schema: Json) -> Draft {
    Draft {
        kind,
        name: name.into(),
        description: "words".into(),
        on_violation: None,
        unplanned_properties: None,
        schema,
    }
}

fn event(draft: Draft) -> PlannedEvent {
    let Draft { kind, name, description, on_violation, unplanned_properties, schema } = draft;
    let at = Timestamp::from_ms(0);
    PlannedEvent {
        id: PlanEventId::derived(&format!("{} {name}", kind.name())),
        kind,
        name,
        description,
        on_violation,
        unplanned_properties,
        schema,
        status: Status::Planned,
        version: 3,
        created_at: at,
        updated_at: at,
    }
}

#[test]
fn what_is_exported_comes_back_as_it_was() {
    let price = json!({ "type": "object", "required": ["price"], "properties": { "price": { "$ref": "#/$defs/money" } },
        "$defs": { "money": { "type": "number", "x-personal": false } } });
    let email = json!({ "type": "object", "properties": { "email": { "type": "string", "x-personal": true, "x-purposes": ["marketing"] } } });
    let drafts = vec![
        Draft {
            on_violation: Some(OnViolation::Block),
            unplanned_properties: Some(UnplannedProperties::Drop),
            ..draft(Kind::Track, "Order Completed", price)
        },
        draft(Kind::Track, "Cart Viewed", store::blank_schema()),
        draft(Kind::Page, "", store::blank_schema()),
        draft(Kind::Screen, "Home", store::blank_schema()),
        draft(Kind::Identify, "", email.clone()),
        draft(Kind::Group, "", email),
    ];
    let mut events: Vec<PlannedEvent> = drafts.iter().cloned().map(event).collect();
    events.push(PlannedEvent { status: Status::Archived, ..event(draft(Kind::Track, "Gone", store::blank_schema())) });
    let file = export("Shop", &events);
    assert_eq!(file["rules"]["events"].as_array().unwrap().len(), 2);
    assert_eq!(file["rules"]["events"][0]["rules"]["properties"]["properties"]["required"][0], "price");
    let (read, problems) = parse(&file).unwrap();
    assert_eq!(problems, []);
    assert_eq!(read, drafts);
}

/// As the export of Segment's Config API has it: paths as ids, types as lists, the older dialect.
#[test]
fn segments_own_files_are_read() {
    let file = json!({ "name": "workspaces/x/tracking-plans/rs_1", "display_name": "Kicks App", "rules": {
        "events": [{ "name": "Order Completed", "description": "Who", "version": 1, "rules": {
            "$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "labels": {},
            "properties": { "context": {}, "traits": {}, "properties": { "type": "object", "required": ["price"],
                "properties": { "price": { "id": "/properties/properties/properties/price", "type": ["number"], "description": "" } } } },
            "required": ["properties"] } }],
        "identify": { "rules": { "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
            "properties": { "traits": { "type": "object", "properties": { "name": { "type": "string" } } } } } },
        "group": {}, "global": {} } });
    let (read, problems) = parse(&file).unwrap();
    assert_eq!(problems, []);
    assert_eq!(read.len(), 2);
    assert_eq!(
        (read[0].kind, read[0].name.as_str(), read[0].description.as_str()),
        (Kind::Track, "Order Completed", "Who")
    );
    assert_eq!(
        read[0].schema,
        json!({ "type": "object", "required": ["price"], "properties": { "price": { "type": "number", "description": "" } } })
    );
    assert_eq!(read[1].kind, Kind::Identify);
    assert!(read[1].schema["properties"]["name"].is_object());

    let public = json!({ "rules": [
        { "type": "TRACK", "key": "Cart Viewed", "version": 1, "jsonSchema": { "properties": { "properties": { "type": "object", "properties": { "a": {} } } } } },
        { "type": "IDENTIFY", "key": "x", "jsonSchema": { "properties": { "traits": { "type": "object", "properties": {} } } } } ] });
    let (read, problems) = parse(&public).unwrap();
    assert_eq!(
        (problems.len(), read[0].name.as_str(), read[1].kind, read[1].name.as_str()),
        (0, "Cart Viewed", Kind::Identify, "")
    );
}

#[test]
fn what_cannot_be_used_is_named_and_costs_no_other_entry() {
    let rule = |schema: Json| json!({ "properties": { "properties": schema } });
    let file = json!({ "rules": { "events": [
        { "name": "Good", "rules": rule(json!({ "type": "object", "properties": {} })) },
        { "name": "Good", "rules": {} },
        { "name": "", "rules": {} },
        { "name": "Away", "rules": rule(json!({ "$ref": "https://example.com/x.json" })) },
        { "name": "Odd", "x-tutti": { "on_violation": "explode" } },
    ] } });
    let (read, problems) = parse(&file).unwrap();
    assert_eq!(read.len(), 1);
    let names: Vec<&str> = problems.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Good", "track", "Away", "Odd"]);
    for none in [
        json!({}),
        json!([1]),
        json!("x"),
        json!({ "rules": 7 }),
        json!({ "rules": { "events": 7 } }),
        json!({ "rules": [{ "type": "ALIAS" }] }),
    ] {
        assert!(matches!(parse(&none), Err(PlanError::BadPlan(_))), "{none}");
    }
}
