use super::world::{Chance, Model, RULED, Step};
use super::*;
use crate::engine::{Change, Turned, Undo, Workspace, definitions::Definition};
use base::SegmentId;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const CONDITIONS: usize = 6;
const STEPS: usize = 12;

fn config() -> ProptestConfig {
    ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() }
}

fn apply(space: &mut Workspace, step: &Step, undo: &mut Vec<Undo>) -> Vec<Change> {
    let events: Vec<&ResolvedEvent> = step.events.iter().collect();
    space.apply(Turned { merges: &step.merges, splits: &[] }, &events, NOW, &Others::default(), undo)
}

/// A workspace in which some traits follow rules of its own: the engine is told what they came to, never how.
struct WithRules;

#[async_trait]
impl SegmentData for WithRules {
    async fn workspaces(&self) -> Result<Vec<WorkspaceId>, DataError> {
        Ok(vec![WORKSPACE])
    }
    async fn profiles(&self, _: WorkspaceId, _: Option<ProfileId>, _: usize) -> Result<Vec<ProfileRow>, DataError> {
        Ok(Vec::new())
    }
    async fn aliases(&self, _: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, DataError> {
        Ok(Vec::new())
    }
    async fn history(
        &self,
        _: WorkspaceId,
        _: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send),
    ) -> Result<(), DataError> {
        Ok(())
    }
    fn has_trait_rules(&self, workspace: WorkspaceId) -> bool {
        workspace == WORKSPACE
    }
    fn is_ruled(&self, _: WorkspaceId, name: &str) -> bool {
        RULED.contains(&name)
    }
}

fn apply_ruled(space: &mut Workspace, step: &Step, undo: &mut Vec<Undo>) -> Vec<Change> {
    let events: Vec<&ResolvedEvent> = step.events.iter().collect();
    let turned = Turned { merges: &step.merges, splits: &[] };
    space.apply_ruled(turned, &events, NOW, &WithRules, Some((WORKSPACE, &step.left)), undo)
}

fn set(bitmap: &RoaringBitmap) -> BTreeSet<u32> {
    bitmap.iter().collect()
}

/// Saves random segments; later ones may ask for earlier ones.
fn define(space: &mut Workspace, chance: &mut Chance) -> Vec<SegmentId> {
    let mut ids = Vec::new();
    for number in 0..CONDITIONS {
        let id = SegmentId::derived(&number.to_string());
        let asked = condition(chance.condition(3, &ids));
        let mut definition = Definition::new(id, format!("s{number}"), asked, NOW);
        definition.members = space.evaluate(&definition.condition, NOW);
        space.definitions.put(definition);
        ids.push(id);
    }
    ids
}

fn memberships(space: &Workspace) -> BTreeMap<SegmentId, BTreeSet<u32>> {
    space.definitions.iter().map(|definition| (definition.id, set(&definition.members))).collect()
}

/// Engine, engine's facts of one profile, and model agree on random conditions.
fn check_agreement(space: &Workspace, model: &Model, chance: &mut Chance, ids: &[SegmentId]) {
    let memberships = memberships(space);
    for _ in 0..CONDITIONS {
        let json = chance.condition(3, ids);
        let asked = condition(json.clone());
        let now = NOW.plus_ms(chance.pick(&[0, 1, 10 * DAY_MS, 10 * DAY_MS + 1]));
        let (found, parts) = space.evaluate_parts(&asked, now);
        let expected = model.matching(&asked, now, &memberships);
        assert_eq!(set(&found), expected, "{json}");
        assert_eq!(parts[0].count, expected.len() as u64);
        for profile in &space.alive {
            let one = asked.matches(&space.facts(profile), now);
            assert_eq!(one, expected.contains(&profile), "profile {profile}: {json}");
        }
    }
}

/// After every batch each saved segment is what evaluating it anew gives.
fn check_members(space: &Workspace) {
    for definition in space.definitions.iter() {
        let anew = space.evaluate(&definition.condition, NOW);
        assert_eq!(set(&definition.members), set(&anew), "{} {}", definition.name, definition.condition.to_json());
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn engine_and_reference_agree_and_memberships_follow_every_batch(seed in any::<u64>()) {
        let mut chance = Chance(seed);
        let (mut space, mut model) = (Workspace::default(), Model::default());
        for _ in 0..STEPS / 2 {
            apply(&mut space, &model.step(&mut chance), &mut Vec::new());
        }
        let ids = define(&mut space, &mut chance);
        for _ in 0..STEPS / 2 {
            let before = memberships(&space);
            let changes = apply(&mut space, &model.step(&mut chance), &mut Vec::new());
            check_members(&space);
            for change in changes {
                let mut members = before[&change.segment].clone();
                members.extend(&change.entered);
                change.exited.iter().chain(&change.gone).for_each(|profile| assert!(members.remove(profile)));
                prop_assert_eq!(&members, &memberships(&space)[&change.segment]);
            }
            if chance.below(3) == 0 {
                space.behaviour.settle();
            }
        }
        check_agreement(&space, &model, &mut chance, &ids);
    }

    #[test]
    fn traits_that_follow_a_rule_agree_after_every_batch_and_merge(seed in any::<u64>()) {
        let mut chance = Chance(seed);
        let (mut space, mut model) = (Workspace::default(), Model::with_rules());
        for _ in 0..STEPS / 2 {
            apply_ruled(&mut space, &model.step(&mut chance), &mut Vec::new());
        }
        let ids = define(&mut space, &mut chance);
        for _ in 0..STEPS / 2 {
            let before = memberships(&space);
            let mut undo = Vec::new();
            apply_ruled(&mut space, &model.clone().step(&mut Chance(seed ^ 1)), &mut undo);
            space.undo(undo);
            prop_assert_eq!(&before, &memberships(&space), "a batch taken back leaves no trace");
            apply_ruled(&mut space, &model.step(&mut chance), &mut Vec::new());
            check_members(&space);
        }
        check_agreement(&space, &model, &mut chance, &ids);
    }

    #[test]
    fn a_batch_taken_back_leaves_no_trace(seed in any::<u64>()) {
        let mut chance = Chance(seed);
        let (mut space, mut model) = (Workspace::default(), Model::default());
        for _ in 0..STEPS / 2 {
            apply(&mut space, &model.step(&mut chance), &mut Vec::new());
        }
        space.behaviour.settle();
        let ids = define(&mut space, &mut chance);
        apply(&mut space, &model.step(&mut chance), &mut Vec::new());
        let before = memberships(&space);
        let names = (space.trait_names(), space.event_names(), space.event_properties("Order Completed"));
        let mut undo = Vec::new();
        apply(&mut space, &model.clone().step(&mut Chance(seed ^ 1)), &mut undo);
        space.undo(undo);
        prop_assert_eq!(before, memberships(&space));
        prop_assert_eq!(names, (space.trait_names(), space.event_names(), space.event_properties("Order Completed")));
        check_agreement(&space, &model, &mut chance, &ids);
    }

    #[test]
    fn a_merge_that_is_undone_never_was(seed in any::<u64>()) {
        let mut chance = Chance(seed);
        let happened = |chance: &mut Chance, profile| loop {
            let item = chance.happening(profile);
            if item.event.source.is_some() {
                break item;
            }
        };
        let events: Vec<ResolvedEvent> = (0..30).map(|n| happened(&mut chance, 1 + n % 3)).collect();
        let merged_at = chance.below(30) as usize;
        let ids: Vec<SegmentId> = Vec::new();
        let (mut apart, mut joined) = (Workspace::default(), Workspace::default());
        for space in [&mut apart, &mut joined] {
            define(space, &mut Chance(seed));
        }
        let others = Others::default();
        for (number, item) in events.iter().enumerate() {
            apart.apply(Turned::default(), &[item], NOW, &others, &mut Vec::new());
            let merges = if number == merged_at { vec![(2, 1)] } else { Vec::new() };
            let profile = if merged_at <= number && item.profile.number() == 2 { 1 } else { item.profile.number() };
            let item = ResolvedEvent { profile: ProfileId::new(profile), ..item.clone() };
            joined.apply(Turned { merges: &merges, splits: &[] }, &[&item], NOW, &others, &mut Vec::new());
        }
        let of = |profile: u32| {
            let theirs = events.iter().filter(|item| item.profile.number() == profile);
            theirs.map(|item| item.event.clone()).collect::<Vec<_>>()
        };
        let split = testkit::split(WORKSPACE, of(1), of(2));
        let before = memberships(&joined);
        let mut undo = Vec::new();
        joined.apply(Turned { merges: &[], splits: &[&split] }, &[], NOW, &others, &mut undo);
        joined.undo(undo);
        prop_assert_eq!(&before, &memberships(&joined), "a split taken back leaves no trace");
        let changes = joined.apply(Turned { merges: &[], splits: &[&split] }, &[], NOW, &others, &mut Vec::new());
        check_members(&joined);
        let after = memberships(&joined);
        for change in changes {
            prop_assert!(change.entered.iter().all(|profile| !before[&change.segment].contains(profile)));
            prop_assert!(change.exited.iter().all(|profile| before[&change.segment].contains(profile)));
        }
        prop_assert_eq!(memberships(&apart), after);
        for _ in 0..CONDITIONS {
            let asked = condition(chance.condition(3, &ids));
            prop_assert_eq!(set(&apart.evaluate(&asked, NOW)), set(&joined.evaluate(&asked, NOW)), "{}", asked.to_json());
        }
    }

    #[test]
    fn a_restart_gives_the_same_answers_as_following_along(seed in any::<u64>()) {
        let mut chance = Chance(seed);
        let (mut model, mut events) = (Model::default(), Vec::new());
        for _ in 0..STEPS {
            let step = model.step(&mut chance);
            // The history drops what is erased; profiles that come back start anew.
            for item in step.events {
                if item.event.name == "Profile Erased" {
                    let aliases = model.aliases.clone();
                    let end = |mut id: ProfileId| {
                        while let Some((_, into)) = aliases.iter().find(|(from, _)| *from == id) {
                            id = *into;
                        }
                        id
                    };
                    events.retain(|other: &ResolvedEvent| end(other.profile) != end(item.profile));
                } else {
                    events.push(item);
                }
            }
        }
        let others = model.others(events);
        let mut space = Workspace::default();
        others.profiles.iter().for_each(|row| space.load_profile(row, &others));
        let aliases = others.aliases.iter().map(|(from, into)| (from.number(), into.number())).collect();
        for item in others.events.iter().filter(|item| item.event.kind != EventKind::Identify) {
            let row = HistoryRow {
                profile: item.profile,
                at: item.event.at,
                name: &item.event.name,
                channel: item.event.channel,
                properties: item.event.properties.text(),
            };
            space.load_event(&row, &aliases);
        }
        space.loaded();
        check_agreement(&space, &model, &mut chance, &[]);
    }

    #[test]
    fn after_a_tick_memberships_are_those_of_the_new_time(seed in any::<u64>()) {
        let mut chance = Chance(seed);
        let (mut space, mut model) = (Workspace::default(), Model::default());
        for _ in 0..STEPS {
            apply(&mut space, &model.step(&mut chance), &mut Vec::new());
        }
        define(&mut space, &mut chance);
        for days in [1, 9, 30] {
            let now = NOW.plus_ms(days * DAY_MS + 1);
            let due = space.due(now, false);
            space.recheck(due, now, &mut Vec::new());
            for definition in space.definitions.iter() {
                let anew = space.evaluate(&definition.condition, now);
                prop_assert_eq!(set(&definition.members), set(&anew), "{}", definition.condition.to_json());
            }
        }
    }

    #[test]
    fn next_change_is_never_too_late(seed in any::<u64>()) {
        let mut chance = Chance(seed);
        let (mut space, mut model) = (Workspace::default(), Model::default());
        for _ in 0..STEPS {
            apply(&mut space, &model.step(&mut chance), &mut Vec::new());
        }
        for _ in 0..CONDITIONS {
            let asked = condition(chance.condition(2, &[]));
            for profile in &space.alive {
                let facts = space.facts(profile);
                let is = asked.matches(&facts, NOW);
                let next = asked.next_change(&facts, NOW).unwrap_or(NOW.plus_ms(90 * DAY_MS));
                prop_assert!(NOW < next);
                for share in 1..=8 {
                    let between = NOW.plus_ms((next.ms() - 1 - NOW.ms()) * share / 8);
                    prop_assert_eq!(asked.matches(&facts, between), is, "{} at {}", asked.to_json(), between);
                }
            }
        }
    }
}

#[test]
fn random_conditions_are_worth_asking() {
    let (mut split, mut asked) = (0, 0);
    for seed in 0..60 {
        let mut chance = Chance(seed);
        let (mut space, mut model) = (Workspace::default(), Model::default());
        for _ in 0..STEPS {
            apply(&mut space, &model.step(&mut chance), &mut Vec::new());
        }
        for _ in 0..CONDITIONS {
            let found = space.evaluate(&condition(chance.condition(2, &[])), NOW).len();
            asked += 1;
            split += u32::from(0 < found && found < space.alive.len());
        }
    }
    // Deep random trees often hold for all or nobody; a sixth that tells people apart is thousands of real comparisons.
    assert!(asked < split * 6, "only {split} of {asked} random conditions hold for some and not for others");
}
