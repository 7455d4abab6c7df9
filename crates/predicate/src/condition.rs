//! The condition tree and the registry of its kinds.

use crate::conditions::{all, any, consent, event, not, reachable, sample, segment, sequence, trait_value};
use crate::{ProfileFacts, Reader, Words};
use base::{Json, SegmentId, Timestamp};
use std::collections::BTreeSet;

/// What a file of `conditions/` provides.
pub(crate) trait ConditionKind: Sized {
    /// The key in JSON.
    const NAME: &'static str;
    /// What a form calls it.
    const LABEL: &'static str;
    /// A body that parses.
    fn example() -> Json;
    /// JSON Schema of the body; forms are drawn from it.
    fn json_schema() -> Json;
    fn read(reader: &mut Reader, body: &Json, at: &str) -> Option<Self>;
    fn write(&self) -> Json;
    fn matches(&self, facts: &dyn ProfileFacts, now: Timestamp) -> bool;
    fn describe(&self, words: &Words) -> String;
    fn references(&self, into: &mut References);
    /// See [`Condition::next_change`].
    fn next_change(&self, facts: &dyn ProfileFacts, now: Timestamp) -> Option<Timestamp>;
}

/// An entry of [`KINDS`].
pub struct Kind {
    pub name: &'static str,
    pub label: &'static str,
    /// A body that parses: `{name: example()}` is a condition.
    pub example: fn() -> Json,
    pub json_schema: fn() -> Json,
    pub(crate) read: fn(&mut Reader, &Json, &str) -> Option<Condition>,
}

macro_rules! kinds {
    ($($variant:ident($type:ty)),+ $(,)?) => {
        /// "Which profiles": see the crate's documentation.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Condition { $($variant($type)),+ }

        /// Every kind of condition. A new kind is a file and a line here.
        pub const KINDS: &[Kind] = &[$(Kind {
            name: <$type as ConditionKind>::NAME,
            label: <$type as ConditionKind>::LABEL,
            example: <$type as ConditionKind>::example,
            json_schema: <$type as ConditionKind>::json_schema,
            read: |reader, body, at| <$type as ConditionKind>::read(reader, body, at).map(Condition::$variant),
        }),+];

        macro_rules! each_kind {
            ($condition:expr, $kind:ident => $answer:expr) => {
                match $condition { $(Condition::$variant($kind) => $answer),+ }
            };
        }
        $(impl From<$type> for Condition {
            fn from(kind: $type) -> Condition {
                Condition::$variant(kind)
            }
        })+
    };
}

kinds! {
    All(all::All),
    Any(any::Any),
    Not(not::Not),
    Trait(trait_value::TraitIs),
    Event(event::EventDone),
    Sequence(sequence::Sequence),
    Consent(consent::ConsentIs),
    Reachable(reachable::Reachable),
    Segment(segment::InSegment),
    Sample(sample::Sample),
}

fn name_of<K: ConditionKind>(_: &K) -> &'static str {
    K::NAME
}

impl Condition {
    /// Everybody.
    pub fn everyone() -> Condition {
        Condition::All(all::All(Vec::new()))
    }

    /// The reference answer for one profile at `now`.
    pub fn matches(&self, facts: &dyn ProfileFacts, now: Timestamp) -> bool {
        each_kind!(self, kind => kind.matches(facts, now))
    }

    /// The earliest time after `now` at which time alone can change [`Self::matches`]; None when only an event can.
    /// It may be too early (asking again then is harmless), never too late.
    pub fn next_change(&self, facts: &dyn ProfileFacts, now: Timestamp) -> Option<Timestamp> {
        each_kind!(self, kind => kind.next_change(facts, now))
    }

    /// What the answer depends on.
    pub fn references(&self) -> References {
        let mut references = References::default();
        self.collect_references(&mut references);
        references
    }

    pub(crate) fn collect_references(&self, into: &mut References) {
        each_kind!(self, kind => kind.references(into));
    }

    /// The JSON form, with its version.
    pub fn to_json(&self) -> Json {
        let mut json = serde_json::json!({ "version": crate::CONDITION_VERSION });
        json[self.kind_name()] = each_kind!(self, kind => kind.write());
        json
    }

    /// The JSON form of a part: without the version.
    pub(crate) fn part_json(&self) -> Json {
        serde_json::json!({ self.kind_name(): each_kind!(self, kind => kind.write()) })
    }

    pub fn kind_name(&self) -> &'static str {
        each_kind!(self, kind => name_of(kind))
    }

    /// The clause that says it in words; see [`crate::describe`].
    pub(crate) fn clause(&self, words: &Words) -> String {
        each_kind!(self, kind => kind.describe(words))
    }

    /// The conditions directly inside, with the pointer step that leads to each.
    pub fn children(&self) -> Vec<(String, &Condition)> {
        match self {
            Condition::All(group) => numbered("all", &group.0),
            Condition::Any(group) => numbered("any", &group.0),
            Condition::Not(inner) => vec![("/not".to_owned(), &inner.0)],
            _ => Vec::new(),
        }
    }
}

fn numbered<'a>(key: &str, items: &'a [Condition]) -> Vec<(String, &'a Condition)> {
    items.iter().enumerate().map(|(index, item)| (format!("/{key}/{index}"), item)).collect()
}

/// What an answer depends on: when none of it changes and `time` is false, the answer stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// Trait paths.
    pub traits: BTreeSet<String>,
    /// Event names.
    pub events: BTreeSet<String>,
    pub segments: BTreeSet<SegmentId>,
    /// Channels whose consent, address or suppression counts.
    pub channels: BTreeSet<String>,
    /// True when time alone can change the answer (a rolling window).
    pub time: bool,
}
