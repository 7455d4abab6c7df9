//! Events as definitions see them, and states made of many.

use crate::definition::EventAggregate;
use crate::state::State;
use base::Timestamp;
use events::{Event, RawJson};
use predicate::{EventFacts, Scalar, for_each_scalar};

/// One event; its properties are parsed only when somebody asks for them.
pub(crate) struct Happened<'e> {
    pub at: Timestamp,
    pub channel: &'e str,
    pub properties: &'e RawJson,
}

impl<'e> Happened<'e> {
    pub fn of(event: &'e Event) -> Self {
        Self { at: event.at, channel: event.channel.name(), properties: &event.properties }
    }
}

impl EventFacts for Happened<'_> {
    fn at(&self) -> Timestamp {
        self.at
    }
    fn channel(&self) -> &str {
        self.channel
    }
    fn property_values(&self, path: &str, each: &mut dyn FnMut(Scalar<'_>)) {
        for_each_scalar(self.properties.map(), path, each);
    }
}

/// The state of a customer who did `events`; None when the definition selects none of them.
pub(crate) fn state_of<'e>(
    definition: &EventAggregate,
    events: impl Iterator<Item = &'e Event>,
    now: Timestamp,
) -> Option<State> {
    let empty = State::new(definition);
    let mut state = empty.clone();
    for event in events.filter(|event| event.display_name() == definition.event.name) {
        definition.hear(&mut state, &Happened::of(event), now);
    }
    (state != empty).then_some(state)
}
