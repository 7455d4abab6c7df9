//! Runs that were left or lost: what they decide, what takes them up, and what keeps nobody from anything.

use super::*;
use crate::attributes::RawItem;
use crate::feed;
use crate::limits::LEASE_MS;
use crate::run;
use crate::staging::Staging;
use base::{Clock, Timestamp};
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(20);

impl World {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }
    async fn sql(&self, sql: &str) {
        self.store.db.execute(sql, &[]).await.expect("it runs");
    }
    async fn state(&self, workspace: WorkspaceId, id: &str) -> (RunState, String) {
        let run = self.catalog.feed_run(workspace, id).await.expect("the run");
        (run.state, run.code.unwrap_or_default())
    }
    /// A run that was begun and whose items are put aside.
    async fn staged(&self, workspace: WorkspaceId, id: &str, feed: &str) -> Staging {
        let run = Run::new(id.into(), "web", Mode::Whole, self.now());
        run::begin(&self.store.db, workspace, &run).await.expect("begun");
        let mut staging = Staging::new(workspace, run);
        let mut items = Vec::new();
        feed::read(feed.as_bytes(), &mut |item: RawItem| {
            items.push(item);
            Ok(())
        });
        staging.take(&self.store.db, items, self.now()).await.expect("put aside");
        staging
    }
    async fn take_up_held(&self, held: &Run) {
        run::take_up_held(&self.store.db, SHOP, held, self.now()).await.expect("taken up");
    }
}

#[tokio::test]
async fn who_lost_the_source_decides_nothing() {
    for world in World::all().await {
        world.feed(&many(0..10)).await;
        // One that would be held, and one that would be applied; found before, and after what was put aside is cleared.
        for (id, range) in [("run_zz1", 3..5), ("run_zz2", 1..10)] {
            let mut staging = world.staged(SHOP, id, &many(range)).await;
            world.sql("UPDATE catalog_source SET run_id = 'run_of_another'").await;
            let decided = crate::intake::decide(&world.catalog, &mut staging, false, None).await;
            assert!(matches!(decided, Err(CatalogError::LostRun)), "{decided:?}");
            assert_eq!(world.state(SHOP, id).await.0, RunState::Staging, "left to who has it");
            world.sql(&format!("UPDATE catalog_source SET run_id = '{id}'")).await;
            world.clock.advance_ms(LEASE_MS + 1);
            assert_eq!(world.catalog.take_up_left().await.expect("taken up"), 1);
            let decided = crate::intake::decide(&world.catalog, &mut staging, false, None).await;
            assert!(matches!(decided, Err(CatalogError::LostRun)), "{decided:?}");
            assert_eq!(world.state(SHOP, id).await.0, RunState::Interrupted);
            let applied = world.catalog.apply_held(SHOP, id, WAIT).await;
            assert!(matches!(applied, Err(CatalogError::NotHeld(_))), "{applied:?}");
            assert_eq!((world.live().await.len(), world.rows("catalog_staged").await), (10, 0));
        }
    }
}

#[tokio::test]
async fn a_whole_feed_of_which_nothing_is_staged_is_not_applied() {
    for world in World::all().await {
        world.feed(&many(0..10)).await;
        let held = world.feed(&many(3..5)).await;
        world.sql("DELETE FROM catalog_staged").await;
        let applied = world.catalog.apply_held(SHOP, &held.id, WAIT).await;
        assert!(matches!(&applied, Err(CatalogError::NothingStaged(id)) if *id == held.id), "{applied:?}");
        let problem = base::Problem::from(applied.expect_err("refused"));
        assert_eq!(problem.code, "feed_not_staged");
        assert_eq!(world.live().await.len(), 10);
        let over = (RunState::Interrupted, "feed_not_staged".to_owned());
        assert_eq!(world.state(SHOP, &held.id).await, over, "nobody is offered it again");
        // The same after the program stopped in the middle.
        let held = world.feed(&many(3..5)).await;
        world.take_up_held(&held).await;
        world.sql("DELETE FROM catalog_staged").await;
        world.clock.advance_ms(LEASE_MS + 1);
        world.catalog.take_up_left().await.expect("looked after");
        assert_eq!((world.state(SHOP, &held.id).await, world.live().await.len()), (over, 10));
        // Confirmed or not: not one item says whose it is.
        for confirm in [false, true] {
            let nameless = world.send(Mode::Whole, confirm, "id\ttitle\n\tMug\n\tPan\n").await;
            assert!(matches!(nameless, Err(CatalogError::Empty(_))), "{nameless:?}");
        }
        assert_eq!(world.live().await.len(), 10);
        assert!(is_done(&world.feed(&many(0..9)).await), "the source is free");
    }
}

#[tokio::test]
async fn a_run_that_cannot_be_finished_keeps_nobody_elses_from_it() {
    for world in World::all().await {
        world.feed(&many(0..10)).await;
        let broken = world.feed(&many(9..12)).await;
        world.take_up_held(&broken).await;
        // There are no numbers left for new products.
        world.sql(&format!("UPDATE catalog_counter SET last_number = {}", i64::MAX)).await;
        world.clock.advance_ms(1);
        world.staged(OTHER, "run_other", &many(0..3)).await;
        world.clock.advance_ms(LEASE_MS + 1);
        assert_eq!(world.catalog.take_up_left().await.expect("the store answers"), 1);
        assert_eq!(world.state(OTHER, "run_other").await.0, RunState::Interrupted);
        assert_eq!((world.state(SHOP, &broken.id).await.0, world.live().await.len()), (RunState::Applying, 10));
        assert_eq!(world.rows("catalog_staged").await, 3, "of the one that is tried again");
        // Nor another source from being read.
        let upload = world.catalog.begin(OTHER, "web", Mode::Update, false).await.expect("begun");
        drop(upload);
    }
}

#[tokio::test]
async fn a_product_that_cannot_be_read_is_written_anew_by_the_feed_and_stops_nothing() {
    for world in World::all().await {
        world.feed(&table(&[("A", "10"), ("B", "20"), ("C", "30")])).await;
        world.sql("UPDATE catalog_product SET item = '{\"made\":\"by a newer program\"}' WHERE product_id = 'A'").await;
        let run = world.feed(&table(&[("A", "11"), ("B", "21"), ("C", "30")])).await;
        assert!(is_done(&run), "{run:?}");
        assert_eq!((run.changed, run.unchanged), (2, 1));
        let one = world.one("A").await;
        assert_eq!(one.item.price.map(|price| price.minor), Some(1_100));
        let found = world.products(Filter { q: Some("title of a".into()), ..Filter::default() }).await;
        assert_eq!(found.len(), 1, "and is found");
        // Neither does one that waits to be applied.
        let held = world.feed(&table(&[("A", "12"), ("D", "1")])).await;
        assert_eq!(held.state, RunState::Held);
        world.sql("UPDATE catalog_staged SET item = '{' WHERE item IS NOT NULL").await;
        let run = world.catalog.apply_held(SHOP, &held.id, WAIT).await.expect("applied");
        assert_eq!((run.state, run.accepted, run.refused, run.created, run.gone), (RunState::Done, 0, 2, 0, 2));
        assert_eq!((world.live().await, world.one("A").await.item), (vec!["A".to_owned()], one.item));
        assert_eq!(world.catalog.delete_source(SHOP, "web").await.expect("deleted"), 3);
    }
}

#[tokio::test]
async fn what_runs_left_is_found_by_an_index() {
    for world in World::all().await {
        world.feed(&many(0..10)).await;
        let held = world.feed(&many(3..5)).await;
        let waits = "SELECT COUNT(*) AS n FROM catalog_run WHERE staged_ms IS NOT NULL";
        let waiting = async || world.store.db.query_one(waits, &[]).await.expect("counted").expect("a row").i64("n");
        assert_eq!(waiting().await.expect("a number"), 1, "the held one");
        assert!(run::leftovers(&world.store.db).await.expect("read").is_empty());
        world.sql("UPDATE catalog_run SET state = 'interrupted' WHERE state = 'held'").await;
        assert_eq!(run::leftovers(&world.store.db).await.expect("read"), [(SHOP, held.id)]);
        world.catalog.take_up_left().await.expect("looked after");
        assert_eq!((waiting().await.expect("a number"), world.rows("catalog_staged").await), (0, 0));
        let mut tx = world.store.db.begin().await.expect("begun");
        let (explain, column) = match tx.chunk() == world.store.db.chunk() && world.store.db.engine() == "sqlite" {
            true => ("EXPLAIN QUERY PLAN", "detail"),
            false => ("EXPLAIN", "QUERY PLAN"),
        };
        if column == "QUERY PLAN" {
            // So few rows are read without one.
            tx.execute("SET LOCAL enable_seqscan = off", &[]).await.expect("set");
        }
        let plan = tx.query(&format!("{explain} {}", run::LEFTOVERS), &run::staged_states()).await.expect("a plan");
        let plan: Vec<String> = plan.iter().map(|row| row.text(column).expect("a line")).collect();
        tx.rollback().await.expect("rolled back");
        assert!(plan.iter().any(|line| line.contains("catalog_run_by_staged")), "{plan:?}");
        assert!(!plan.iter().any(|line| line.contains("catalog_staged")), "{plan:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_store_is_told_to_nobody_who_reads_products() {
    for world in World::all().await {
        world.feed(&many(0..2)).await;
        world.sql("DROP TABLE catalog_refused").await;
        let broken = world.send(Mode::Whole, false, "id\ttitle\nA\t\n").await;
        assert!(matches!(broken, Err(CatalogError::Db(_))), "{broken:?}");
        let run = world.catalog.runs(SHOP, Some("web"), &PageRequest::default()).await.expect("runs").items.remove(0);
        let detail = run.detail.expect("a detail");
        assert_eq!(run.state, RunState::Interrupted);
        assert!(detail.starts_with("the feed could not be stored") && !detail.contains("catalog_"), "{detail}");
    }
}

#[tokio::test]
async fn an_id_with_a_control_character_is_no_other_items_id() {
    for world in World::all().await {
        let feed = "id\ttitle\nA\u{1}\tFirst\nA\tSecond\nA\u{1}\tThird\nB\u{1}\tFourth\nB\u{2}\tFifth\n";
        for _ in 0..2 {
            let run = world.send(Mode::Whole, true, feed).await.expect("taken in");
            assert_eq!((run.state, run.accepted, run.refused), (RunState::Done, 1, 4));
            let refused = world.catalog.refused(SHOP, &run.id, &PageRequest::default()).await.expect("a report").items;
            assert!(refused.iter().all(|one| one.code == "bad_value" && one.product_id.is_none()), "{refused:?}");
        }
        assert_eq!((world.live().await, world.one("A").await.item.title.as_str()), (vec!["A".to_owned()], "Second"));
    }
}

#[tokio::test]
async fn what_a_feed_made_stands_until_another_feed_or_a_deletion() {
    for world in World::all().await {
        let stands = async |run: &Run| world.catalog.stands(SHOP, "web", &run.id).await.expect("asked");
        let first = world.feed(&many(0..10)).await;
        assert!(stands(&first).await);
        let held = world.feed(&many(0..1)).await;
        assert!(stands(&first).await && !stands(&held).await, "it waits");
        let second = world.feed(&many(0..10)).await;
        assert!(stands(&second).await && !stands(&first).await);
        assert!(!world.catalog.stands(OTHER, "web", &second.id).await.expect("asked"));
        world.catalog.delete(SHOP, world.one("P00003").await.id).await.expect("deleted");
        assert!(!stands(&second).await, "a product is missing");
        let third = world.feed(&many(0..10)).await;
        assert!(stands(&third).await && third.created == 1, "and came back");
        world.catalog.delete_source(SHOP, "web").await.expect("deleted");
        assert!(!stands(&third).await);
    }
}

#[tokio::test]
async fn a_run_is_asked_for_with_any_letters() {
    for world in World::all().await {
        let run = world.feed("id\ttitle\nA\t\nB\tMug\n").await;
        for id in [format!("{}\0", run.id), "\0".to_owned()] {
            let refused = world.catalog.refused(SHOP, &id, &PageRequest::default()).await;
            assert!(!matches!(refused, Err(CatalogError::Db(_))), "{refused:?}");
        }
        let known = world.catalog.refused(SHOP, &run.id, &PageRequest::default()).await.expect("a report");
        assert_eq!(known.items.len(), 1);
    }
}
