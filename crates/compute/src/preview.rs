//! What a definition would give, before it is saved, and what can be said against it.

use crate::definition::Definition;
use crate::error::{ComputeError, Mistake};
use crate::fold::state_of;
use crate::service::{Compute, definition_of};
use crate::store::Stored;
use crate::view::worked_out;
use base::{Json, ProfileId, WorkspaceId};
use predicate::ValueType;
use std::collections::BTreeSet;

/// Customers a preview looks at.
const PREVIEW_PEOPLE: usize = 20;

/// What a definition would give those seen last.
#[derive(Debug, Clone)]
pub struct Previewed {
    pub definition: Definition,
    /// How many did the event; None: a formula, or it cannot be told now.
    pub did_event: Option<u64>,
    /// Null: they would have none.
    pub people: Vec<(ProfileId, String, Json)>,
}

impl Compute {
    /// Whom a preview looks at: customers who did the event, spread over all of them, then those seen last. With how
    /// many did it.
    async fn preview_people(
        &self,
        workspace: WorkspaceId,
        definition: &Definition,
    ) -> Result<(Vec<(ProfileId, String)>, Option<u64>), ComputeError> {
        let sources = &self.0.sources;
        let found = match definition {
            Definition::Formula(_) => None,
            Definition::Events(events) => {
                sources.who_did(workspace, &events.event, PREVIEW_PEOPLE).await.map_err(ComputeError::Data)?
            }
        };
        let (mut people, did) = found.map_or((Vec::new(), None), |(people, count)| (people, Some(count)));
        if people.len() < PREVIEW_PEOPLE {
            let latest = sources.latest(workspace, PREVIEW_PEOPLE).await.map_err(ComputeError::Data)?;
            let known: BTreeSet<ProfileId> = people.iter().map(|(id, _)| *id).collect();
            people.extend(latest.into_iter().filter(|(id, _)| !known.contains(id)));
            people.truncate(PREVIEW_PEOPLE);
        }
        Ok((people, did))
    }

    /// What a definition would give some customers: those who did the event first.
    pub async fn preview(&self, workspace: WorkspaceId, definition: &Json) -> Result<Previewed, ComputeError> {
        let definition = Definition::parse(definition)?;
        answers_somebody(&definition, &self.rows(workspace).await?)?;
        let now = self.0.clock.now();
        let (latest, did_event) = self.preview_people(workspace, &definition).await?;
        let ids: Vec<ProfileId> = latest.iter().map(|(id, _)| *id).collect();
        let traits = match &definition {
            Definition::Formula(_) => self.0.sources.traits_of(workspace, &ids).await.map_err(ComputeError::Data)?,
            Definition::Events(_) => Vec::new(),
        };
        let mut people = Vec::new();
        for (index, (id, label)) in latest.into_iter().enumerate() {
            let value = match &definition {
                Definition::Formula(formula) => {
                    traits.get(index).and_then(Option::as_ref).map_or(Json::Null, |traits| formula.value(traits))
                }
                Definition::Events(events) => {
                    let past = self.0.sources.events_of(workspace, id).await.map_err(ComputeError::Data)?;
                    let state = state_of(events, past.iter().map(|event| &**event), now);
                    state.map_or(Json::Null, |state| worked_out(events, state, now).value)
                }
            };
            people.push((id, label, value));
        }
        Ok(Previewed { definition, people, did_event })
    }
}

/// Refuses a formula that can be seen to have no answer for anybody.
pub(crate) fn answers_somebody(definition: &Definition, rows: &[Stored]) -> Result<(), ComputeError> {
    let Definition::Formula(formula) = definition else { return Ok(()) };
    let mut dates = BTreeSet::new();
    for row in rows.iter().filter(|row| formula.inputs().contains(&row.name)) {
        if definition_of(row)?.value_type() == ValueType::Date.name() {
            dates.insert(row.name.as_str());
        }
    }
    match formula.never_answers(&|name| dates.contains(name)) {
        None => Ok(()),
        Some(detail) => Err(Mistake::new("/formula", "formula_never_answers", detail).into()),
    }
}
