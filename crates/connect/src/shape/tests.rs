use super::*;
use crate::Kind;
use crate::definition::Secrets;
use base::Json;
use serde_json::json;
use std::collections::BTreeMap;

/// Every shape that belongs to `T`, itself among them, as JSON.
fn described<T: ToSchema>() -> BTreeMap<String, Json> {
    let mut all = Shapes::new();
    T::schemas(&mut all);
    all.push((T::name().into_owned(), T::schema()));
    all.into_iter().map(|(name, shape)| (name, serde_json::to_value(shape).expect("JSON"))).collect()
}

/// The definition of a kind with as little said as possible, and with as much.
fn examples(kind: Kind) -> [Json; 2] {
    let columns = json!({ "columns": { "mail": "email" }, "currency": "SEK", "time_zone": "Europe/Stockholm",
        "channel": "shop", "date_order": "day_month", "decimal_comma": true, "delimiter": ";", "sheet": "1", "event": "Call" });
    let daily = json!({ "daily_at": "03:00", "time_zone": "Europe/Amsterdam" });
    match kind {
        Kind::Webhook => [
            json!({ "kind": "webhook" }),
            json!({ "kind": "webhook", "signature": { "scheme": "github", "secret": "hush-1" },
                "challenge": { "kind": "meta", "token": "hush-2" },
                "mapping": { "rules": [{ "type": "track", "name": "n", "each": "$.a[*]", "event": { "text": "Bought" },
                    "user_id": { "path": "$.id", "as": "text", "whole": true }, "channel": "shop",
                    "when": { "value": { "header": "x-topic" }, "equals": "paid" },
                    "identifiers": [{ "type": "card", "value": { "path": "$.card" } }],
                    "properties": [{ "name": "total", "value": { "path": "$.total", "as": "minor_units" } }] }] } }),
        ],
        Kind::Folder => [
            json!({ "kind": "folder", "folder": "/srv/in", "import_kind": "orders" }),
            json!({ "kind": "folder", "pattern": "*.csv", "import_kind": "events", "mapping": columns, "after": "keep",
                "schedule": daily, "object_store": { "endpoint": "https://s3.example", "bucket": "b", "prefix": "in",
                    "region": "eu-1", "key_id": "k", "secret": "hush-3" } }),
        ],
        Kind::Database => [
            json!({ "kind": "database", "engine": "sqlite", "database": "/srv/a.db", "query": "SELECT 1",
                "import_kind": "customers" }),
            json!({ "kind": "database", "engine": "postgres", "host": "db.example", "port": 5432, "database": "shop",
                "user": "u", "password": "hush-4", "tls": true, "query": "SELECT * FROM t WHERE id > :since",
                "cursor_column": "id", "start": "0", "import_kind": "customers", "mapping": columns,
                "schedule": { "every_minutes": 5 } }),
        ],
        Kind::Feed => [
            json!({ "kind": "feed", "url": "https://shop.example/a.xml" }),
            json!({ "kind": "feed", "url": "https://shop.example/a.xml", "mode": "update", "header": "X-Key",
                "secret": "hush-5", "schedule": { "every_minutes": 30 } }),
        ],
    }
}

/// What of `value` does not fit `shape`, as far as our shapes go; empty when it fits.
fn misfits(all: &BTreeMap<String, Json>, shape: &Json, value: &Json, at: &str) -> Vec<String> {
    if let Some(name) = shape["$ref"].as_str().and_then(|place| place.rsplit('/').next()) {
        return match all.get(name) {
            Some(shape) => misfits(all, shape, value, at),
            None => vec![format!("{at}: {name} is nowhere described")],
        };
    }
    if let Some(ways) = shape["oneOf"].as_array() {
        let tried: Vec<Vec<String>> = ways.iter().map(|way| misfits(all, way, value, at)).collect();
        let fitting = tried.iter().filter(|wrong| wrong.is_empty()).count();
        return if fitting == 1 { Vec::new() } else { vec![format!("{at}: fits {fitting} ways {tried:?}")] };
    }
    if shape["enum"].as_array().is_some_and(|values| !values.contains(value)) {
        return vec![format!("{at}: {value} is none of {}", shape["enum"])];
    }
    let kind = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    let kinds = &shape["type"];
    if *kinds != json!(kind) && !kinds.as_array().is_some_and(|all| all.contains(&json!(kind))) {
        return vec![format!("{at}: {value} is no {kinds}")];
    }
    match value {
        Json::Array(items) => items.iter().flat_map(|item| misfits(all, &shape["items"], item, at)).collect(),
        Json::Object(fields) => fields_misfit(all, shape, fields, at),
        _ => Vec::new(),
    }
}

fn fields_misfit(all: &BTreeMap<String, Json>, shape: &Json, fields: &base::JsonMap, at: &str) -> Vec<String> {
    let required = shape["required"].as_array().cloned().unwrap_or_default();
    let missing = required.iter().filter_map(Json::as_str).filter(|name| !fields.contains_key(*name));
    let mut wrong: Vec<String> = missing.map(|name| format!("{at}: {name} is missing")).collect();
    for (name, value) in fields {
        let at = format!("{at}/{name}");
        match (shape["properties"].get(name), &shape["additionalProperties"]) {
            (Some(field), _) => wrong.extend(misfits(all, field, value, &at)),
            (None, Json::Object(_)) => wrong.extend(misfits(all, &shape["additionalProperties"], value, &at)),
            (None, _) => wrong.push(format!("{at} is not described")),
        }
    }
    wrong
}

#[test]
fn every_kind_is_described_as_it_is_read_and_as_it_is_answered() {
    let (sent, answered) = (described::<Definition>(), described::<DefinitionView>());
    for (kind, example) in Kind::ALL.iter().flat_map(|kind| examples(*kind).map(|example| (*kind, example))) {
        assert_eq!(misfits(&sent, &sent["ConnectionDefinition"], &example, ""), Vec::<String>::new(), "{example}");
        let mut definition = Definition::read(example).expect("a definition");
        assert_eq!(definition.kind(), kind);
        let secrets = Secrets { secret: definition.take_secret(), challenge: definition.take_challenge(), token: None };
        definition.mark_stored(&secrets);
        let shown = serde_json::to_value(&definition).expect("JSON");
        let wrong = misfits(&answered, &answered["ConnectionDefinitionView"], &shown, "");
        assert_eq!(wrong, Vec::<String>::new(), "{shown}");
        // What was answered can be sent back.
        assert_eq!(misfits(&sent, &sent["ConnectionDefinition"], &shown, ""), Vec::<String>::new(), "{shown}");
        assert_eq!(Definition::read(shown).expect("read again"), definition);
    }
}

#[test]
fn a_secret_is_only_ever_sent() {
    let write_only = |shapes: BTreeMap<String, Json>| -> Vec<String> {
        let fields = |(name, shape): (String, Json)| -> Vec<String> {
            let fields = shape["properties"].as_object().cloned().unwrap_or_default();
            let secret = fields.into_iter().filter(|(_, field)| field["writeOnly"] == json!(true));
            secret.map(|(field, _)| format!("{name}.{field}")).collect()
        };
        shapes.into_iter().flat_map(fields).collect()
    };
    let expected = [
        "DatabaseDefinition.password",
        "FeedDefinition.secret",
        "ObjectStoreDefinition.secret",
        "WebhookChallenge.token",
        "WebhookSignature.secret",
    ];
    assert_eq!(write_only(described::<Definition>()), expected);
    assert_eq!(write_only(described::<DefinitionView>()), Vec::<String>::new());
    for kind in Kind::ALL {
        let [_, full] = examples(kind);
        assert!(full.to_string().contains("hush"), "{kind:?} has a secret to show");
        // Even a definition whose secret nobody took out does not say it.
        let shown = serde_json::to_string(&Definition::read(full).expect("a definition")).expect("JSON");
        assert!(!shown.contains("hush"), "{shown}");
    }
    let answered = described::<DefinitionView>();
    for (name, field) in [("DatabaseDefinitionView", "password"), ("ObjectStoreDefinitionView", "secret")] {
        assert!(answered[name]["properties"].get(field).is_none(), "{name}");
        assert_eq!(answered[name]["properties"][format!("{field}_set")]["type"], "boolean", "{name}");
    }
}

#[test]
fn what_is_sent_is_closed_and_says_its_kind() {
    let sent = described::<Definition>();
    let tags = sent["ConnectionDefinition"]["discriminator"]["mapping"].as_object().expect("a mapping");
    assert_eq!(tags.keys().map(String::as_str).collect::<Vec<_>>(), ["database", "feed", "folder", "webhook"]);
    for (kind, place) in tags {
        let shape = &sent[place.as_str().expect("a place").rsplit('/').next().expect("a name")];
        assert_eq!(shape["additionalProperties"], json!(false), "{kind}");
        assert_eq!(shape["properties"]["kind"]["enum"], json!([kind]));
        assert_eq!(shape["required"][0], "kind");
        let mut odd = examples(Kind::parse(kind).expect("a kind"))[0].clone();
        odd["surprise"] = json!(1);
        assert_ne!(misfits(&sent, &sent["ConnectionDefinition"], &odd, ""), Vec::<String>::new());
        assert!(Definition::read(odd).is_err(), "{kind}");
    }
}

#[test]
fn a_schedule_is_one_way_or_the_other() {
    let shape = serde_json::to_value(crate::Schedule::schema()).expect("JSON");
    let fits = |schedule: Json| misfits(&BTreeMap::new(), &shape, &schedule, "").is_empty();
    assert!(fits(json!({ "every_minutes": 5 })) && fits(json!({ "daily_at": "03:00", "time_zone": "UTC" })));
    assert!(!fits(json!({})) && !fits(json!({ "every_minutes": 5, "daily_at": "03:00" })));
}
