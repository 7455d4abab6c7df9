//! Properties: however events are ordered and cut into batches, the same people come out, and nothing is lost.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const PEOPLE: usize = 4;
/// What person p may be known by: kind and value.
fn identifiers_of(person: usize) -> [(&'static str, String); 6] {
    [
        ("user_id", format!("u{person}")),
        ("email", format!("a{person}@x.nl")),
        ("email", format!("b{person}@x.nl")),
        ("phone", format!("+3161234567{person}")),
        ("anonymous_id", format!("phone{person}")),
        ("anonymous_id", format!("laptop{person}")),
    ]
}

/// (person, which of their identifiers are declared, workspace).
type Call = (usize, Vec<usize>, bool);

fn call() -> impl Strategy<Value = Call> {
    (0..PEOPLE, proptest::collection::btree_set(0..6usize, 1..4), any::<bool>())
        .prop_map(|(person, declared, other)| (person, declared.into_iter().collect(), other))
}

fn event_of(n: usize, (person, declared, other): &Call) -> Event {
    let mut event = identify(n as i64).traits(serde_json::json!({ format!("t{n}"): n, "latest": n }));
    for index in declared {
        let (kind, value) = &identifiers_of(*person)[*index];
        event = match *kind {
            "user_id" => event.user(value),
            "anonymous_id" if event.anonymous_id.is_none() => event.anonymous(value),
            kind => event.id(kind, value),
        };
    }
    if *other { event.of(OTHER_SHOP) } else { event }
}

/// Who is known by what and what is known of them: (workspace, identifiers) -> (traits, events).
type Outcome = BTreeMap<(WorkspaceId, BTreeSet<String>), (String, u64)>;

async fn run(events: &[Event], cuts: &[usize], fail_first: bool) -> (Outcome, Vec<String>) {
    let world = World::on(testkit::sqlite(MIGRATIONS).await);
    let mut rest = events;
    let mut cuts = cuts.iter().copied().cycle();
    while !rest.is_empty() {
        let length = cuts.next().unwrap_or(1).clamp(1, rest.len());
        let (batch, after) = rest.split_at(length);
        if fail_first {
            world.feed_and_fail(batch.to_vec()).await;
        }
        world.feed(batch.to_vec()).await;
        rest = after;
    }
    let mut outcome = Outcome::new();
    let mut exact = Vec::new();
    for workspace in [SHOP, OTHER_SHOP] {
        let rows = world.profiles.stream(workspace, ProfileId::new(0), 1_000).await.unwrap();
        assert_eq!(world.profiles.counts(workspace).await.unwrap().customers, rows.len() as u64);
        for row in rows {
            let profile = world.profiles.get(workspace, row.id).await.unwrap();
            let known = profile.identifiers.iter().map(|seen| format!("{}:{}", seen.kind, seen.value)).collect();
            let mut traits: Vec<String> =
                profile.traits.iter().map(|seen| format!("{}={}@{}", seen.name, seen.value, seen.at)).collect();
            traits.sort();
            exact.push(format!("{workspace} {} {known:?} {:?} {traits:?}", row.id, profile.merged_from));
            outcome.insert((workspace, known), (traits.join(" "), profile.summary.events));
        }
    }
    (outcome, exact)
}

/// What must come out: connected components of declared identifiers, with all their traits and events.
fn expected(events: &[Event], calls: &[Call]) -> Outcome {
    let mut groups: Vec<(WorkspaceId, BTreeSet<String>, Vec<usize>)> = Vec::new();
    for (n, (person, declared, other)) in calls.iter().enumerate() {
        let workspace = if *other { OTHER_SHOP } else { SHOP };
        let names = declared.iter().map(|index| {
            let (kind, value) = &identifiers_of(*person)[*index];
            format!("{kind}:{value}")
        });
        let mut joined = (workspace, names.collect::<BTreeSet<_>>(), vec![n]);
        groups.retain(|(group_workspace, names, events)| {
            let apart = *group_workspace != workspace || names.is_disjoint(&joined.1);
            if !apart {
                joined.1.extend(names.iter().cloned());
                joined.2.extend(events);
            }
            apart
        });
        groups.push(joined);
    }
    let outcome = |(workspace, names, mut numbers): (WorkspaceId, BTreeSet<String>, Vec<usize>)| {
        numbers.sort_unstable();
        let mut traits: Vec<String> = numbers.iter().map(|n| format!("t{n}={n}@{}", events[*n].at)).collect();
        let last = numbers.last().copied().unwrap_or_default();
        traits.push(format!("latest={last}@{}", events[last].at));
        traits.sort();
        ((workspace, names), (traits.join(" "), numbers.len() as u64))
    };
    groups.into_iter().map(outcome).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_any_batches_give_the_same_people_and_lose_nothing(
        calls in proptest::collection::vec(call(), 1..24),
        order in proptest::collection::vec(any::<u32>(), 24),
        cuts in proptest::collection::vec(1..9usize, 1..4),
        fail_first in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let events: Vec<Event> = calls.iter().enumerate().map(|(n, call)| event_of(n, call)).collect();
            let mut shuffled: Vec<(u32, Event)> = order.iter().copied().zip(events.iter().cloned()).collect();
            shuffled.sort_by_key(|(key, _)| *key);
            let shuffled: Vec<Event> = shuffled.into_iter().map(|(_, event)| event).collect();
            let expected = expected(&events, &calls);
            let (in_order, ids_in_order) = run(&events, &[events.len()], false).await;
            assert_eq!(in_order, expected);
            let (cut, ids_cut) = run(&events, &cuts, fail_first).await;
            assert_eq!(cut, expected);
            assert_eq!(ids_cut, ids_in_order, "ids do not depend on how the log was cut");
            assert_eq!(run(&shuffled, &cuts, fail_first).await.0, expected);
        });
    }
}
