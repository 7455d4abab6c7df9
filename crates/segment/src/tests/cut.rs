//! Events cut out of the history: the engine at work against one that was started on what is left.

use super::saved::{batch, members, new, run, service, stores};
use super::world::{Chance, Model, Step};
use super::*;
use crate::engine::{Behaviour, Mark, Turned, Workspace, definitions::Definition, remember, resolved};
use crate::service::rounds;
use base::{ManualClock, SeededRng, SegmentId};
use db::Db;
use parking_lot::Mutex;
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use std::pin::Pin;

const CONDITIONS: usize = 6;
const STEPS: usize = 16;

fn config() -> ProptestConfig {
    ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() }
}

fn row(item: &ResolvedEvent) -> HistoryRow<'_> {
    HistoryRow {
        profile: item.profile,
        at: item.event.at,
        name: item.event.display_name(),
        channel: item.event.channel,
        properties: item.event.properties.text(),
    }
}

fn merges(aliases: &[(ProfileId, ProfileId)]) -> HashMap<u32, u32> {
    aliases.iter().map(|(from, into)| (from.number(), into.number())).collect()
}

/// Who is erased while the history is read; the model does not know them, for its customers come back under their id.
const ERASED: u32 = 100;

/// The engine following along, and the history it could be made of anew.
struct Shop {
    space: Workspace,
    model: Model,
    history: Vec<ResolvedEvent>,
}

impl Shop {
    fn new() -> Self {
        Self { space: Workspace::default(), model: Model::keeping_all(), history: Vec::new() }
    }

    fn take(&mut self, merged: &[(u32, u32)], events: Vec<ResolvedEvent>) {
        let all: Vec<&ResolvedEvent> = events.iter().collect();
        self.space.apply(Turned { merges: merged, splits: &[] }, &all, NOW, &Others::default(), &mut Vec::new());
        self.history.extend(events);
    }

    fn step(&mut self, chance: &mut Chance) {
        let Step { merges: merged, events, .. } = self.model.step(chance);
        self.take(&merged, events);
        if chance.below(3) == 0 {
            self.space.behaviour.settle();
        }
    }

    fn erase(&mut self) {
        self.take(&[], vec![system(ERASED, "Profile Erased", json!({}))]);
        self.history.retain(|item| item.profile.number() != ERASED);
    }

    /// Half of the events of some names go; answers the names.
    fn cut(&mut self, chance: &mut Chance) -> BTreeSet<String> {
        let all = ["Order Completed", "Visit", "Consent Changed", "Unsubscribed"];
        let names: BTreeSet<String> = all.iter().filter(|_| chance.below(2) == 0).map(|name| (*name).into()).collect();
        self.history.retain(|item| !names.contains(item.event.display_name()) || chance.below(2) == 0);
        names
    }

    /// What the service reads: the history and the merges as they are now.
    fn read(&self, names: &BTreeSet<String>) -> (Mark, Behaviour) {
        let (mut fresh, aliases) = (Behaviour::default(), merges(&self.model.aliases));
        for item in self.history.iter().filter(|item| names.contains(item.event.display_name())) {
            remember(&mut fresh, resolved(item.profile.number(), &aliases), &row(item));
        }
        fresh.settle();
        (self.space.mark(names), fresh)
    }

    fn restarted(&self) -> Workspace {
        let others = self.model.others(Vec::new());
        let (mut space, aliases) = (Workspace::default(), merges(&self.model.aliases));
        others.profiles.iter().for_each(|row| space.load_profile(row, &others));
        let told = |item: &&ResolvedEvent| item.event.kind != EventKind::Identify;
        self.history.iter().filter(told).for_each(|item| space.load_event(&row(item), &aliases));
        space.loaded();
        space
    }
}

fn define(space: &mut Workspace, chance: &mut Chance) -> Vec<SegmentId> {
    let mut ids = Vec::new();
    for number in 0..CONDITIONS {
        let asked = condition(chance.condition(3, &ids));
        let mut definition = Definition::new(SegmentId::derived(&number.to_string()), format!("s{number}"), asked, NOW);
        definition.members = space.evaluate(&definition.condition, NOW);
        ids.push(definition.id);
        space.definitions.put(definition);
    }
    ids
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn after_a_cut_the_engine_is_what_a_restart_makes_of_what_is_left(seed in any::<u64>()) {
        let mut chance = Chance(seed);
        let mut shop = Shop::new();
        shop.take(&[], vec![track(ERASED, "Visit", 1, json!({})), track(ERASED, "Order Completed", 2, json!({ "total": 7 }))]);
        (0..STEPS / 2).for_each(|_| shop.step(&mut chance));
        define(&mut shop.space, &mut chance);
        let names = shop.cut(&mut chance);
        let (mark, fresh) = shop.read(&names);
        // Meanwhile the log goes on: events, merges, erasures.
        (0..chance.below(STEPS as u64 / 2)).for_each(|_| shop.step(&mut chance));
        shop.erase();
        shop.space.renew(&names, fresh, &mark, &merges(&shop.model.aliases));
        // And afterwards.
        (0..chance.below(3)).for_each(|_| shop.step(&mut chance));
        let due = shop.space.due(NOW, true);
        shop.space.recheck(due, NOW, &mut Vec::new());
        let mut again = shop.restarted();
        for definition in shop.space.definitions.iter() {
            let mut same = Definition::new(definition.id, definition.name.clone(), definition.condition.clone(), NOW);
            same.members = again.evaluate(&same.condition, NOW);
            prop_assert_eq!(&definition.members, &same.members, "{}", definition.condition.to_json());
            again.definitions.put(same);
        }
        for _ in 0..CONDITIONS {
            let asked = condition(chance.condition(3, &[]));
            for at in [NOW, NOW.plus_ms(10 * DAY_MS)] {
                let (found, expected) = (shop.space.evaluate(&asked, at), again.evaluate(&asked, at));
                prop_assert_eq!(&found, &expected, "{}", asked.to_json());
                for profile in &shop.space.alive {
                    prop_assert_eq!(asked.matches(&shop.space.facts(profile), at), found.contains(profile));
                }
            }
        }
        let counts = |space: &Workspace| {
            let known = space.event_names().into_iter().filter(|name| 0 < name.count);
            known.map(|name| (name.name, name.count)).collect::<BTreeSet<_>>()
        };
        prop_assert_eq!(counts(&shop.space), counts(&again));
        for name in &names {
            prop_assert_eq!(shop.space.event_properties(name), again.event_properties(name), "{}", name);
        }
    }

    #[test]
    fn what_is_due_of_one_profile_is_asked_in_one_round(
        due in prop::collection::vec(prop::collection::btree_set(1..60u32, 0..30), 0..4), most in 1..12usize
    ) {
        let due: Vec<(SegmentId, Vec<u32>)> = due.into_iter().enumerate()
            .map(|(number, profiles)| (SegmentId::derived(&number.to_string()), profiles.into_iter().collect()))
            .filter(|(_, profiles): &(SegmentId, Vec<u32>)| !profiles.is_empty())
            .collect();
        let parts = rounds(due.clone(), most);
        let of = |part: &Vec<(SegmentId, Vec<u32>)>| part.iter().flat_map(|(_, of)| of.clone()).collect::<BTreeSet<u32>>();
        let profiles: Vec<BTreeSet<u32>> = parts.iter().map(of).collect();
        prop_assert!(profiles.iter().all(|part| part.len() <= most));
        prop_assert!(profiles.windows(2).all(|two| two[0].is_disjoint(&two[1])));
        let mut all: Vec<(SegmentId, u32)> = Vec::new();
        parts.iter().flatten().for_each(|(id, of)| all.extend(of.iter().map(|profile| (*id, *profile))));
        let mut expected: Vec<(SegmentId, u32)> = Vec::new();
        due.iter().for_each(|(id, of)| expected.extend(of.iter().map(|profile| (*id, *profile))));
        all.sort();
        expected.sort();
        prop_assert_eq!(all, expected);
    }
}

#[test]
fn who_was_taken_apart_meanwhile_is_noticed() {
    let mut shop = Shop::new();
    let visit = |profile| track(profile, "Visit", 1, json!({}));
    let happened = [visit(1), visit(1), visit(1)];
    let all: Vec<&ResolvedEvent> = happened.iter().collect();
    shop.space.apply(Turned::default(), &all, NOW, &Others::default(), &mut Vec::new());
    let names = BTreeSet::from(["Visit".to_owned()]);
    let mark = shop.space.mark(&names);
    assert!(!shop.space.was_divided_since(&mark));
    let split = testkit::split(WORKSPACE, vec![happened[0].event.clone()], vec![happened[1].event.clone()]);
    shop.space.apply(Turned { merges: &[], splits: &[&split] }, &[], NOW, &Others::default(), &mut Vec::new());
    assert!(shop.space.was_divided_since(&mark));
}

type Meanwhile = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// The other rooms while the program runs: their history is cut, and things happen while it is read.
#[derive(Clone, Default)]
struct Live {
    others: Arc<Mutex<Others>>,
    meanwhile: Arc<Mutex<Vec<Meanwhile>>>,
    /// Times the history is said to lag behind the log.
    lags: Arc<Mutex<usize>>,
}

struct Now(Live, Others);

#[async_trait]
impl HistoryNow for Now {
    async fn visit(
        &self,
        names: &BTreeSet<String>,
        visit: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send),
    ) -> Result<(), DataError> {
        let next = self.0.meanwhile.lock().pop();
        if let Some(next) = next {
            next().await;
        }
        let asked = self.1.events.iter().filter(|item| names.contains(item.event.display_name()));
        asked.for_each(|item| visit(row(item)));
        Ok(())
    }
}

#[async_trait]
impl SegmentData for Live {
    async fn workspaces(&self) -> Result<Vec<WorkspaceId>, DataError> {
        Ok(vec![WORKSPACE])
    }
    async fn profiles(
        &self,
        workspace: WorkspaceId,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileRow>, DataError> {
        let others = self.others.lock().clone();
        others.profiles(workspace, after, limit).await
    }
    async fn aliases(&self, _: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, DataError> {
        Ok(self.others.lock().aliases.clone())
    }
    async fn history(
        &self,
        workspace: WorkspaceId,
        visit: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send),
    ) -> Result<(), DataError> {
        let others = self.others.lock().clone();
        others.history(workspace, visit).await
    }
    async fn history_now(
        &self,
        _: WorkspaceId,
        upto: Option<events::Offset>,
    ) -> Result<Option<Box<dyn HistoryNow>>, DataError> {
        assert!(upto.is_some(), "batches were followed");
        let mut lags = self.lags.lock();
        if 0 < *lags {
            *lags -= 1;
            return Ok(None);
        }
        Ok(Some(Box::new(Now(self.clone(), self.others.lock().clone()))))
    }
}

/// A program with four customers who visited, and what is emitted.
struct World {
    db: Db,
    live: Live,
    segments: Segments,
    clock: ManualClock,
    visited: SegmentId,
    often: SegmentId,
    never: SegmentId,
}

impl World {
    async fn new(db: &Db) -> Self {
        let (live, clock) = (Live::default(), testkit::clock());
        let segments =
            Segments::open(db.clone(), Arc::new(live.clone()), Arc::new(clock.clone()), Arc::new(SeededRng::new(7)));
        segments.load().await.unwrap();
        let asked = |least: u32| json!({ "event": { "name": "Visit", "op": "performed", "count": { "op": "at_least", "value": least } } });
        let visited = segments.create(WORKSPACE, new("Visited", asked(1))).await.unwrap().id;
        let often = segments.create(WORKSPACE, new("Often", asked(2))).await.unwrap().id;
        let inside = json!({ "segment": { "id": visited.to_string(), "op": "not_in" } });
        let never = segments.create(WORKSPACE, new("Never", inside)).await.unwrap().id;
        let world = Self { db: db.clone(), live, segments, clock, visited, often, never };
        let visits = [1, 1, 2, 2, 3, 4].map(|profile| track(profile, "Visit", 1 + i64::from(profile), json!({})));
        let sign_ups = [1, 2].map(|profile| track(profile, "Signed Up", 50, json!({})));
        world.happen(1, &[], visits.into_iter().chain(sign_ups).collect()).await;
        world
    }

    /// A batch of the log, which the history has afterwards.
    async fn happen(&self, end: u64, merged: &[(u32, u32)], events: Vec<ResolvedEvent>) {
        run(&self.db, &self.segments, &batch(end, NOW, merged, events.clone()), true).await;
        let mut others = self.live.others.lock();
        others.events.extend(events);
        others.aliases.extend(merged.iter().map(|(from, into)| (ProfileId::new(*from), ProfileId::new(*into))));
    }

    /// Takes the first `count` visits of a customer out of the history.
    fn cut(&self, profile: u32, mut count: usize) {
        self.live.others.lock().events.retain(|item| {
            let goes = item.profile.number() == profile && item.event.name == "Visit" && 0 < count;
            count -= usize::from(goes);
            !goes
        });
    }

    async fn follow(&self, names: &[&str]) -> usize {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        self.segments.follow_cut(WORKSPACE, &names).await.unwrap()
    }

    fn all(&self, segments: &Segments) -> [Vec<u32>; 3] {
        [self.visited, self.often, self.never].map(|id| members(segments, id))
    }

    /// messageIds that wait to be moved to the log, without their occasion.
    async fn emitted(&self) -> Vec<String> {
        let rows = self.db.query("SELECT message_id FROM emitted_event", &[]).await.unwrap();
        let mut keys: Vec<String> = rows.iter().map(|row| row.text("message_id").unwrap()).collect();
        for (id, name) in [(self.visited, "visited"), (self.often, "often"), (self.never, "never")] {
            keys.iter_mut().for_each(|key| *key = key.replace(&id.to_string(), name));
        }
        let short = |key: &String| key.split(':').filter(|part| !part.starts_with('t')).collect::<Vec<_>>().join(":");
        let mut keys: Vec<String> = keys.iter().map(short).collect();
        keys.sort();
        keys
    }
}

#[tokio::test]
async fn who_is_in_a_segment_by_events_that_were_cut_leaves_it_once_while_the_program_runs() {
    for store in stores().await {
        let world = World::new(&store.db).await;
        assert_eq!(world.all(&world.segments), [vec![1, 2, 3, 4], vec![1, 2], vec![]]);
        world.cut(1, 2);
        world.cut(2, 1);
        *world.live.lags.lock() = 2;
        // What is cut elsewhere is not looked at: names say what to read.
        assert_eq!(world.follow(&["Signed Up", "Never heard of"]).await, 0);
        assert_eq!(world.follow(&["Visit"]).await, 4, "1 leaves two and enters one, 2 leaves one");
        assert_eq!(world.all(&world.segments), [vec![2, 3, 4], vec![], vec![1]], "{}", store.name);
        let told = ["segment:never:1:+", "segment:often:1:-", "segment:often:2:-", "segment:visited:1:-"];
        assert_eq!(world.emitted().await, told, "{}", store.name);
        world.clock.advance_ms(1_000);
        assert_eq!(world.follow(&["Visit"]).await + world.follow(&[]).await, 0);
        assert_eq!(world.emitted().await, told, "nothing is said twice");
        let asked = condition(json!({ "event": { "name": "Visit", "op": "performed" } }));
        assert_eq!(world.segments.count(WORKSPACE, &asked, 0).await.unwrap().count, 3);
    }
}

#[tokio::test]
async fn batches_that_come_while_the_history_is_read_are_neither_lost_nor_counted_twice() {
    for store in stores().await {
        let world = Arc::new(World::new(&store.db).await);
        world.cut(1, 2);
        world.cut(2, 2);
        let during = world.clone();
        world.live.meanwhile.lock().push(Box::new(move || {
            Box::pin(async move {
                // 2 comes back, 3 turns out to be 5, who is new; a batch is given up.
                let lost = batch(2, NOW, &[(4, 1)], vec![track(1, "Visit", 0, json!({}))]);
                run(&during.db, &during.segments, &lost, false).await;
                during.happen(2, &[], vec![track(2, "Visit", 0, json!({})), track(5, "Visit", 0, json!({}))]).await;
                during.happen(3, &[(3, 5)], vec![]).await;
            })
        }));
        world.follow(&["Visit"]).await;
        assert_eq!(world.all(&world.segments), [vec![2, 4, 5], vec![5], vec![1]], "{}", store.name);
        let others = world.live.others.lock().clone();
        let profiles = [1, 2, 4, 5].map(|number| ProfileRow {
            profile: ProfileId::new(number),
            traits: Vec::new(),
            consent: Vec::new(),
            suppressed: Vec::new(),
        });
        let again = service(&store.db, Others { profiles: profiles.to_vec(), ..others }, &world.clock).await;
        assert_eq!(world.all(&again), world.all(&world.segments), "a restart has the same members");
        assert_eq!(again.rebuild(WORKSPACE).await.unwrap(), 0, "and nothing to correct");
    }
}

#[tokio::test]
async fn a_split_while_the_history_is_read_has_it_read_again() {
    for store in stores().await {
        let world = Arc::new(World::new(&store.db).await);
        world.cut(3, 1);
        let during = world.clone();
        world.live.meanwhile.lock().push(Box::new(move || {
            Box::pin(async move {
                // One of the visits of 1 was another's: 2 takes it, and what 2 did goes with it.
                let of = |profile: u32| {
                    let all = during.live.others.lock().events.clone();
                    let theirs = all.into_iter().filter(|item| item.profile.number() == profile);
                    theirs.map(|item| item.event).collect::<Vec<_>>()
                };
                let (kept, left) = (of(1)[..1].to_vec(), [of(1)[1..].to_vec(), of(2)].concat());
                let split = testkit::split(WORKSPACE, kept, left);
                let divided = events::Batch { splits: vec![split], ..batch(2, NOW, &[], vec![]) };
                run(&during.db, &during.segments, &divided, true).await;
                let mut others = during.live.others.lock();
                let mut first = true;
                for item in others.events.iter_mut().filter(|item| item.profile.number() == 1) {
                    if !std::mem::take(&mut first) {
                        item.profile = ProfileId::new(2);
                    }
                }
            })
        }));
        world.follow(&["Visit"]).await;
        assert!(world.live.meanwhile.lock().is_empty());
        assert_eq!(world.all(&world.segments), [vec![1, 2, 4], vec![2], vec![3]], "{}", store.name);
        let visits = world.segments.event_names(WORKSPACE).await.unwrap();
        let visits = visits.iter().find(|name| name.name == "Visit").unwrap().count;
        assert_eq!(visits, 5, "no visit is counted twice");
    }
}

#[tokio::test]
async fn a_program_that_died_between_the_cut_and_the_memberships_corrects_them_once() {
    for store in stores().await {
        let world = World::new(&store.db).await;
        world.cut(1, 2);
        let others = world.live.others.lock().clone();
        let profiles = [1, 2, 3, 4].map(|number| ProfileRow {
            profile: ProfileId::new(number),
            traits: Vec::new(),
            consent: Vec::new(),
            suppressed: Vec::new(),
        });
        let again = service(&store.db, Others { profiles: profiles.to_vec(), ..others }, &world.clock).await;
        assert_eq!(world.all(&again), [vec![1, 2, 3, 4], vec![1, 2], vec![]], "as it was stored");
        assert_eq!(again.follow_cut(WORKSPACE, &BTreeSet::new()).await.unwrap(), 3);
        assert_eq!(world.all(&again), [vec![2, 3, 4], vec![2], vec![1]], "{}", store.name);
        assert_eq!(again.follow_cut(WORKSPACE, &BTreeSet::new()).await.unwrap(), 0);
        assert_eq!(world.emitted().await, ["segment:never:1:+", "segment:often:1:-", "segment:visited:1:-"]);
    }
}
