//! A plan as a file, in the form of Segment's tracking plans, so that teams can keep it beside their code.
//!
//! ```json
//! {"name":"…","rules":{"events":[{"name":"Order Completed","description":"…","rules":{…}}],"identify":{…}}}
//! ```
//!
//! `rules` of an event is a JSON Schema of the whole call, of which the part about `properties` (or `traits`) counts.
//! Read are also the rules of Segment's public API: `[{"type":"TRACK","key":"…","jsonSchema":{…}}]`.
//! What Segment does not know (what happens on a violation) stands under `x-tutti`.

use crate::error::{PlanError, Result};
use crate::limits::EVENTS_MAX;
use crate::model::*;
use crate::service::{Plans, checked};
use crate::store;
use base::{Json, JsonMap, WorkspaceId};
use serde_json::json;
use std::collections::HashSet;

const OWN: &str = "x-tutti";
const SCHEMA_DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What an import does, or would do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportOutcome {
    pub created: Vec<(Kind, String)>,
    pub changed: Vec<(Kind, String)>,
    pub unchanged: usize,
    pub archived: Vec<(Kind, String)>,
    /// Entries left out: their name, and why.
    pub problems: Vec<(String, String)>,
}

impl Plans {
    /// The planned entries as a file.
    pub async fn export(&self, workspace: WorkspaceId, title: &str) -> Result<Json> {
        let events = store::events(&self.inner.db, workspace).await?;
        Ok(export(title, &events))
    }

    /// Takes up a file. With `replace`, what is not in it is archived; `dry_run` changes nothing.
    pub async fn import(
        &self,
        workspace: WorkspaceId,
        plan: &Json,
        replace: bool,
        dry_run: bool,
    ) -> Result<ImportOutcome> {
        let (drafts, problems) = parse(plan)?;
        let now = self.inner.clock.now();
        let mut outcome = ImportOutcome { problems, ..ImportOutcome::default() };
        if dry_run {
            let all = store::events(&self.inner.db, workspace).await?;
            self.merge(&all, drafts, replace, now, &mut outcome)?;
            return Ok(outcome);
        }
        let told = &mut outcome;
        self.write(workspace, now, |all| self.merge(all, drafts, replace, now, told)).await?;
        Ok(outcome)
    }

    /// What is to be written.
    fn merge(
        &self,
        all: &[PlannedEvent],
        drafts: Vec<Draft>,
        replace: bool,
        now: base::Timestamp,
        outcome: &mut ImportOutcome,
    ) -> Result<Vec<PlannedEvent>> {
        let mut written = Vec::new();
        let named: HashSet<(Kind, String)> = drafts.iter().map(|one| (one.kind, one.name.clone())).collect();
        for draft in drafts {
            let key = (draft.kind, draft.name.clone());
            let Some(held) = all.iter().find(|one| one.kind == draft.kind && one.name == draft.name) else {
                outcome.created.push(key);
                written.push(self.new_event(draft, now));
                continue;
            };
            let as_drafted = PlannedEvent {
                description: draft.description,
                on_violation: draft.on_violation,
                unplanned_properties: draft.unplanned_properties,
                schema: draft.schema,
                status: Status::Planned,
                ..held.clone()
            };
            if as_drafted == *held {
                outcome.unchanged += 1;
            } else {
                outcome.changed.push(key);
                written.push(PlannedEvent { version: held.version + 1, updated_at: now, ..as_drafted });
            }
        }
        let is_missing =
            |one: &&PlannedEvent| one.status == Status::Planned && !named.contains(&(one.kind, one.name.clone()));
        for held in all.iter().filter(is_missing).filter(|_| replace) {
            outcome.archived.push((held.kind, held.name.clone()));
            let version = held.version + 1;
            written.push(PlannedEvent { status: Status::Archived, version, updated_at: now, ..held.clone() });
        }
        if all.len() + outcome.created.len() > EVENTS_MAX {
            return Err(PlanError::Full(EVENTS_MAX));
        }
        Ok(written)
    }
}

/// The planned entries as a file.
pub fn export(title: &str, events: &[PlannedEvent]) -> Json {
    let planned = || events.iter().filter(|event| event.status == Status::Planned);
    let list = |kind: Kind| -> Vec<Json> { planned().filter(|event| event.kind == kind).map(entry).collect() };
    let mut rules = JsonMap::new();
    rules.insert("events".into(), list(Kind::Track).into());
    for kind in [Kind::Page, Kind::Screen] {
        let entries = list(kind);
        if !entries.is_empty() {
            rules.insert(kind.name().into(), entries.into());
        }
    }
    for kind in [Kind::Identify, Kind::Group] {
        if let Some(event) = planned().find(|event| event.kind == kind) {
            let mut rule = entry(event);
            // Traits have no name.
            if let Some(map) = rule.as_object_mut() {
                map.shift_remove("name");
            }
            rules.insert(kind.name().into(), rule);
        }
    }
    json!({ "name": title, "rules": rules })
}

fn entry(event: &PlannedEvent) -> Json {
    let field = event.kind.field();
    let mut call = JsonMap::new();
    call.insert("$schema".into(), SCHEMA_DRAFT.into());
    call.insert("type".into(), "object".into());
    call.insert("properties".into(), json!({ field: event.schema }));
    let mut entry = JsonMap::new();
    entry.insert("name".into(), event.name.as_str().into());
    entry.insert("description".into(), event.description.as_str().into());
    entry.insert("version".into(), event.version.into());
    entry.insert("rules".into(), Json::Object(call));
    let mut own = JsonMap::new();
    if let Some(mode) = event.on_violation {
        own.insert("on_violation".into(), mode.name().into());
    }
    if let Some(mode) = event.unplanned_properties {
        own.insert("unplanned_properties".into(), mode.name().into());
    }
    if !own.is_empty() {
        entry.insert(OWN.into(), Json::Object(own));
    }
    Json::Object(entry)
}

/// Entries that can be used, and what is wrong with the others: their names, and why.
type Parsed = (Vec<Draft>, Vec<(String, String)>);

/// Entries of a file that can be used, and what is wrong with the others.
pub(crate) fn parse(plan: &Json) -> Result<Parsed> {
    let rules = plan.get("rules").unwrap_or(plan);
    let entries = entries_of(rules)?;
    if entries.len() > EVENTS_MAX {
        return Err(PlanError::Full(EVENTS_MAX));
    }
    let (mut drafts, mut problems): (Vec<Draft>, Vec<(String, String)>) = (Vec::new(), Vec::new());
    for (kind, name, entry, schema) in entries {
        let shown: String = if name.is_empty() { kind.name().into() } else { name.chars().take(100).collect() };
        if drafts.iter().any(|one| one.kind == kind && one.name == name.trim()) {
            problems.push((shown, "it stands there twice; the first counts".into()));
            continue;
        }
        match draft_of(kind, name, entry, schema).and_then(checked) {
            Ok(draft) => drafts.push(draft),
            Err(error) => problems.push((shown, error.to_string())),
        }
    }
    Ok((drafts, problems))
}

type Entry<'a> = (Kind, String, &'a Json, Option<&'a Json>);

fn entries_of(rules: &Json) -> Result<Vec<Entry<'_>>> {
    let text = |entry: &Json, key: &str| entry.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    match rules {
        Json::Array(list) => list
            .iter()
            .map(|entry| {
                let word = text(entry, "type").to_lowercase();
                let kind = Kind::parse(&word)
                    .ok_or_else(|| PlanError::BadPlan(format!("a rule is of the type \"{}\"", clip(&word))))?;
                let name = if kind.may_be_named() { text(entry, "key") } else { String::new() };
                Ok((kind, name, entry, entry.get("jsonSchema")))
            })
            .collect(),
        Json::Object(map) => {
            let known = ["events", "page", "screen", "identify", "group", "global"];
            if !map.keys().any(|key| known.contains(&key.as_str())) {
                return Err(PlanError::BadPlan("it has no rules: rules.events is where events stand".into()));
            }
            let mut found = Vec::new();
            for (key, kind) in [("events", Kind::Track), ("page", Kind::Page), ("screen", Kind::Screen)] {
                let list = match map.get(key) {
                    None => continue,
                    Some(list) => list.as_array(),
                };
                let list = list.ok_or_else(|| PlanError::BadPlan(format!("rules.{key} is no list")))?;
                found.extend(list.iter().map(|entry| (kind, text(entry, "name"), entry, entry.get("rules"))));
            }
            for (key, kind) in [("identify", Kind::Identify), ("group", Kind::Group)] {
                // Segment leaves an empty rule behind where nothing is planned.
                let rule = map.get(key).filter(|rule| rule.as_object().is_some_and(|rule| !rule.is_empty()));
                found.extend(rule.map(|entry| (kind, String::new(), entry, entry.get("rules").or(Some(entry)))));
            }
            Ok(found)
        }
        _ => Err(PlanError::BadPlan("rules is neither an object nor a list".into())),
    }
}

fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

fn draft_of(kind: Kind, name: String, entry: &Json, call: Option<&Json>) -> Result<Draft> {
    let own = |key: &str| entry.get(OWN).and_then(|own| own.get(key)).and_then(Json::as_str);
    let bad = |key: &str| PlanError::BadPlan(format!("{OWN}.{key} holds a word there is not"));
    let on_violation = match own("on_violation") {
        None => None,
        Some(word) => Some(OnViolation::parse(word).ok_or_else(|| bad("on_violation"))?),
    };
    let unplanned_properties = match own("unplanned_properties") {
        None => None,
        Some(word) => Some(UnplannedProperties::parse(word).ok_or_else(|| bad("unplanned_properties"))?),
    };
    let field = call.and_then(|call| call.get("properties")).and_then(|fields| fields.get(kind.field()));
    let mut schema = field.cloned().unwrap_or_else(store::blank_schema);
    if let (Json::Object(map), Some(call)) = (&mut schema, call) {
        if map.is_empty() {
            schema = store::blank_schema();
        } else {
            // References of the field's schema lead into the call's definitions.
            for key in ["$defs", "definitions"] {
                if let Some(definitions) = call.get(key) {
                    map.entry(key).or_insert_with(|| definitions.clone());
                }
            }
        }
    }
    tidy(&mut schema);
    let description = entry.get("description").and_then(Json::as_str).unwrap_or_default().to_owned();
    Ok(Draft { kind, name, description, on_violation, unplanned_properties, schema })
}

/// Takes out what Segment's older files carry and this dialect does not: paths as ids, types as lists of one.
fn tidy(schema: &mut Json) {
    match schema {
        Json::Object(map) => {
            map.shift_remove("$schema");
            for key in ["id", "$id"] {
                if map.get(key).and_then(Json::as_str).is_some_and(|id| id.starts_with('/')) {
                    map.shift_remove(key);
                }
            }
            if let Some(Json::Array(types)) = map.get("type")
                && let [only] = types.as_slice()
            {
                let only = only.clone();
                map.insert("type".into(), only);
            }
            map.values_mut().for_each(tidy);
        }
        Json::Array(list) => list.iter_mut().for_each(tidy),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
