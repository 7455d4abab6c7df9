//! Rules: who may be written, and what it takes to switch one on.

use super::*;

fn codes(error: RetentionError) -> Vec<(String, String)> {
    let RetentionError::Invalid(flaws) = error else { panic!("{error:?}") };
    flaws.into_iter().map(|flaw| (flaw.pointer, flaw.code)).collect()
}

fn pair(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.into(), code.into())]
}

#[tokio::test]
async fn a_rule_that_cannot_be_is_refused_with_the_place_and_the_reason() {
    for store in testkit::stores(&tables()).await {
        let world = World::new(store, Vec::new());
        let month = |amount| Some(Keep { amount, unit: Unit::Month });
        for (draft, expected) in [
            (of_event("  ", 30), pair("/target/name", "missing")),
            (of_event(&"x".repeat(300), 30), pair("/target/name", "too_long")),
            (of_event("Unsubscribed", 30), pair("/target/name", "retention_protected")),
            (draft(What::Kind, "clicks", Some(30), Action::Delete), pair("/target/name", "unknown")),
            (draft(What::EverythingElse, "x", Some(30), Action::Delete), pair("/target/name", "unknown")),
            (of_event("Product Viewed", 0), pair("/keep/amount", "out_of_range")),
            (Draft { keep: month(1_201), ..of_event("Product Viewed", 1) }, pair("/keep/amount", "out_of_range")),
            (of_event("Order Completed", 6), pair("/keep/amount", "needed_by_orders")),
            (of_event("Email Opened", 6), pair("/keep/amount", "needed_by_orders")),
            (draft(What::Kind, "track", Some(6), Action::Anonymise), pair("/keep/amount", "needed_by_orders")),
            (everything_else(6), pair("/keep/amount", "needed_by_orders")),
        ] {
            assert_eq!(codes(world.retention.create(SHOP, draft.clone()).await.unwrap_err()), expected, "{draft:?}");
        }
        for fine in [of_event("Product Viewed", 1), of_event(" Order Completed ", 7), everything_else(7)] {
            world.write(fine).await;
        }
        let again = world.retention.create(SHOP, of_event("Order Completed", 90)).await;
        assert!(matches!(again, Err(RetentionError::Exists)), "{again:?}");
        let names: Vec<String> =
            world.retention.rules(SHOP).await.unwrap().into_iter().map(|rule| rule.draft.target.name).collect();
        assert_eq!(names, ["Order Completed", "Product Viewed", ""], "the most specific first");
        assert!(world.retention.rules(WorkspaceId::new(2)).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_rule_is_switched_on_only_by_a_fresh_dry_run_that_showed_it_as_it_is() {
    for store in testkit::stores(&tables()).await {
        let world = World::new(store, vec![stored(0, 1, "track", "Product Viewed", 40)]);
        let rule = world.write(of_event("Product Viewed", 30)).await;
        let needed = async |run: Option<RetentionRunId>, why: &str| {
            let refused = world.retention.enable(SHOP, rule.id, run).await;
            let Err(RetentionError::DryRunNeeded(detail)) = refused else { panic!("{refused:?}") };
            assert!(detail.contains(why), "{detail}");
        };
        needed(None, "make a dry run").await;
        let waiting = world.retention.begin_dry_run(SHOP, None).await.unwrap();
        needed(Some(waiting.id), "wait for its end").await;
        let second = world.retention.begin_dry_run(SHOP, None).await;
        assert!(matches!(second, Err(RetentionError::Running)), "one at a time");
        world.retention.work().await.unwrap();
        world.retention.change(SHOP, rule.id, of_event("Product Viewed", 20)).await.unwrap();
        needed(Some(waiting.id), "changed after").await;
        let shown = world.dry_run(None).await;
        world.clock.advance_ms(25 * 3_600_000);
        needed(Some(shown.id), "24 hours").await;
        let shown = world.dry_run(None).await;
        assert!(world.retention.enable(SHOP, rule.id, Some(shown.id)).await.unwrap().enabled);
        let changed = world.retention.change(SHOP, rule.id, of_event("Product Viewed", 10)).await.unwrap();
        assert!(!changed.enabled, "a changed rule is off");
        let forever = world.write(draft(What::Event, "Signed Up", None, Action::Delete)).await;
        assert!(world.retention.enable(SHOP, forever.id, None).await.unwrap().enabled, "it cuts nothing");
    }
}

#[tokio::test]
async fn what_a_narrower_rule_kept_is_never_reached_by_a_wider_one_unseen() {
    for store in testkit::stores(&tables()).await {
        let world = World::new(store, vec![stored(0, 1, "track", "Product Viewed", 400)]);
        let narrow = world.write(of_event("Product Viewed", 800)).await;
        let wide = world.write(everything_else(30)).await;
        let both = world.dry_run(None).await;
        let refused = world.retention.enable(SHOP, wide.id, Some(both.id)).await;
        let Err(RetentionError::DryRunNeeded(detail)) = refused else { panic!("{refused:?}") };
        assert!(detail.contains("Product Viewed"), "the dry run counted with a rule that is off: {detail}");
        world.retention.enable(SHOP, narrow.id, Some(both.id)).await.unwrap();
        world.retention.enable(SHOP, wide.id, Some(both.id)).await.unwrap();
        world.retention.disable(SHOP, narrow.id).await.unwrap();
        let off = world.retention.rule(SHOP, wide.id).await.unwrap();
        assert_eq!((off.enabled, off.off_reason), (false, Some(OffReason::RulesChanged)));
        let alone = world.dry_run(Some(&[wide.id])).await;
        assert_eq!(alone.deleted, 1, "what it would reach now");
        let on = world.retention.enable(SHOP, wide.id, Some(alone.id)).await.unwrap();
        assert_eq!((on.enabled, on.off_reason), (true, None));
        world.retention.delete(SHOP, narrow.id).await.unwrap();
        assert!(world.retention.rule(SHOP, wide.id).await.unwrap().enabled, "a rule that was off shielded nothing");
    }
}

#[tokio::test]
async fn a_dry_run_says_how_many_of_what_when_of_whom_and_who_reads_them() {
    for store in testkit::stores(&tables()).await {
        let mut events: Vec<Stored> =
            (0..9).map(|n| stored(n, n as u32 % 3 + 1, "track", "Product Viewed", 31 + n as i64)).collect();
        events.push(stored(9, 1, "page", "Page Viewed", 100));
        events.push(stored(10, 1, "track", "Product Viewed", 30));
        events.push(stored(11, 0, "track", "Product Viewed", 50));
        let world = World::new(store, events.clone());
        let views = world.write(of_event("Product Viewed", 30)).await;
        let pages = world.write(draft(What::Kind, "page", Some(90), Action::Anonymise)).await;
        let run = world.dry_run(None).await;
        assert_eq!((run.mode, run.state, run.progress), (Mode::DryRun, RunState::Done, None));
        assert_eq!((run.events, run.customers, run.deleted, run.anonymised), (11, 3, 10, 1));
        let of = |rule: &Rule| run.rules.iter().find(|one| one.rule == rule.id).unwrap();
        let names = |rule: &Rule| of(rule).names.clone();
        assert_eq!((of(&views).events, of(&views).customers), (10, 3), "nobody is no customer");
        assert_eq!((of(&views).oldest_at, of(&views).newest_at), (Some(days_ago(50)), Some(days_ago(31))));
        let count = |name: &str, kind: &str, events| NameCount { name: name.into(), kind: kind.into(), events };
        assert_eq!(names(&views), [count("Product Viewed", "track", 10)]);
        assert_eq!(names(&pages), [count("Page Viewed", "page", 1)]);
        let readers: Vec<&str> = of(&views).readers.iter().map(|reader| reader.name.as_str()).collect();
        assert_eq!(readers, ["views"]);
        assert!(of(&pages).readers.is_empty());
        assert_eq!(world.history.left(), events, "nothing changed");
    }
}
