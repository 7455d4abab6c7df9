//! A whole feed: what is missing is gone, half a file removes nothing, and a crash halves nothing.

use super::*;
use crate::feed::FeedError;
use base::Money;

#[tokio::test]
async fn what_a_whole_feed_does_not_have_is_gone_and_comes_back_with_it() {
    for world in World::all().await {
        let first = world.feed(&table(&[("A", "10"), ("B", "20"), ("C", "30")])).await;
        assert!(is_done(&first), "{first:?}");
        assert_eq!((first.created, first.changed, first.gone), (3, 0, 0));
        let (id, seen) = (world.one("B").await.id, world.one("B").await.first_seen);
        let second = world.feed(&table(&[("A", "12"), ("C", "30"), ("D", "5")])).await;
        assert_eq!((second.created, second.changed, second.unchanged, second.gone), (1, 1, 1, 1));
        assert_eq!(
            (world.live().await, world.gone().await),
            (vec!["A".into(), "C".into(), "D".into()], vec!["B".into()])
        );
        let gone = world.one("B").await;
        assert_eq!((gone.gone_at, gone.last_seen), (Some(second.started_at), first.started_at));
        let third = world.feed(&table(&[("A", "12"), ("B", "20"), ("C", "30"), ("D", "5")])).await;
        assert_eq!((third.created, third.unchanged, third.gone), (0, 4, 0));
        let back = world.one("B").await;
        assert_eq!((back.id, back.first_seen, back.gone_at, back.last_seen), (id, seen, None, third.started_at));
        assert_eq!(world.rows("catalog_staged").await, 0);
    }
}

#[tokio::test]
async fn the_history_has_an_entry_per_change_of_price_or_availability() {
    for world in World::all().await {
        for price in ["10", "10", "12", "9.50"] {
            world.feed(&table(&[("A", price), ("B", "1")])).await;
        }
        world.feed(&table(&[("A", "9.50"), ("B", "1")]).replace("A\tTitle of A", "A\tAnother title")).await;
        world.feed(&table(&[("A", "9.50"), ("B", "1")]).replace("in stock", "out of stock")).await;
        let one = world.one("A").await;
        let detail = world.catalog.product(SHOP, one.id).await.expect("the product");
        let prices: Vec<i64> =
            detail.history.iter().filter_map(|change| change.price.map(|price| price.minor)).collect();
        assert_eq!(prices, [950, 950, 1200, 1000]);
        assert_eq!(detail.history[0].availability, Some(crate::Availability::OutOfStock));
        assert!(detail.history.windows(2).all(|pair| pair[0].at_ms > pair[1].at_ms));
        assert_eq!(one.item.price, Some(Money::new(950, base::Currency::EUR)));
    }
}

#[tokio::test]
async fn half_a_file_removes_nothing() {
    for world in World::all().await {
        let feed = |ids: &[&str], end: &str| {
            let items: String =
                ids.iter().map(|id| format!("<item><g:id>{id}</g:id><title>T</title></item>")).collect();
            format!("<rss xmlns:g=\"http://base.google.com/ns/1.0\"><channel>{items}{end}")
        };
        world.feed(&feed(&["A", "B", "C"], "</channel></rss>")).await;
        let refused = world.send(Mode::Whole, true, &feed(&["A", "B"], "<item><g:id>C")).await;
        assert!(
            matches!(&refused, Err(CatalogError::Feed(FeedError::CutOff(detail))) if detail.contains("mode=update")),
            "{refused:?}"
        );
        assert_eq!(world.live().await, ["A", "B", "C"], "also when it was confirmed");
        let run = world.catalog.runs(SHOP, Some("web"), &PageRequest::default()).await.expect("runs").items.remove(0);
        assert_eq!((run.state, run.code.as_deref()), (RunState::Refused, Some("feed_cut_off")));
        let update = world.send(Mode::Update, false, &feed(&["D"], "<item><g:id>E")).await.expect("taken");
        assert_eq!((update.state, update.code.as_deref(), update.created), (RunState::Done, Some("feed_cut_off"), 1));
        assert_eq!(
            (world.live().await, world.rows("catalog_staged").await),
            (["A", "B", "C", "D"].map(String::from).to_vec(), 0)
        );
        let empty = world.send(Mode::Whole, true, &feed(&[], "</channel></rss>")).await;
        assert!(matches!(empty, Err(CatalogError::Empty(_))));
        assert_eq!(world.live().await.len(), 4);
    }
}

#[tokio::test]
async fn a_feed_that_takes_more_than_half_away_waits_for_a_person() {
    for world in World::all().await {
        world.feed(&many(0..10)).await;
        let half = world.feed(&many(0..5)).await;
        assert!(is_done(&half) && half.gone == 5, "half is not more than half");
        let held = world.feed(&many(3..5)).await;
        assert_eq!((held.state, held.code.as_deref(), held.would_go), (RunState::Held, Some("feed_shrank"), 3));
        assert_eq!(world.live().await.len(), 5);
        let wait = std::time::Duration::from_secs(20);
        let applied = world.catalog.apply_held(SHOP, &held.id, wait).await.expect("applied");
        assert!(is_done(&applied) && applied.gone == 3, "{applied:?}");
        assert_eq!(world.live().await, ["P00003", "P00004"]);
        let again = world.catalog.apply_held(SHOP, &held.id, wait).await;
        assert!(matches!(again, Err(CatalogError::NotHeld(_))));
        let confirmed = world.send(Mode::Whole, true, &many(20..21)).await.expect("taken");
        assert!(is_done(&confirmed) && confirmed.gone == 2 && confirmed.would_go == 2);
    }
}

#[tokio::test]
async fn nothing_is_gone_while_it_is_not_known_which_item_was_refused() {
    for world in World::all().await {
        world.feed(&many(0..10)).await;
        let broken = many(0..10).replace("P00004\t", "\t");
        let held = world.feed(&broken).await;
        assert_eq!((held.state, held.would_go, held.refused), (RunState::Held, 1, 1), "{held:?}");
        assert_eq!(world.live().await.len(), 10);
        let known = world.feed(&many(0..10).replace("in stock", "maybe")).await;
        assert_eq!((known.state, known.refused), (RunState::Done, 10), "{known:?}");
        assert_eq!(world.live().await.len(), 10);
    }
}

#[tokio::test]
async fn a_table_that_ends_within_quotes_removes_nothing_without_a_yes() {
    for world in World::all().await {
        world.feed(&many(0..10)).await;
        // The quote opens in the title, or in the last column: then no column is missing.
        let titled = many(0..10).replace("Title of P00007", "\"Title of P00007");
        let last = many(0..10).replace("P00007\tTitle of P00007\t10 EUR\tin stock", "P00007\tT\t10 EUR\t\"in stock");
        let without_end = titled.trim_end().to_owned();
        for (confirm, feed) in [(false, titled), (true, last), (false, without_end)] {
            let held = world.send(Mode::Whole, confirm, &feed).await.expect("taken in");
            assert_eq!((held.state, held.code.as_deref()), (RunState::Held, Some("feed_open_quote")), "{held:?}");
            assert_eq!((held.would_go, held.refused, held.held_for()), (2, 1, Some("feed_open_quote")));
            assert!(held.detail.as_deref().is_some_and(|detail| detail.contains("line 9")), "{held:?}");
            assert_eq!(world.live().await.len(), 10);
        }
        let refused = world.send(Mode::Whole, true, "id,\"title\nA,Mug\n").await;
        assert!(matches!(refused, Err(CatalogError::Feed(FeedError::OpenQuote { line: 1 }))));
        let feed = many(10..13).replace("Title of P00012", "\"Title");
        let update = world.send(Mode::Update, false, &feed).await.expect("taken in");
        assert_eq!((update.state, update.code.as_deref()), (RunState::Done, Some("feed_open_quote")));
        assert_eq!((update.created, update.refused, world.live().await.len()), (2, 1, 12));
        let held = world.feed(&many(0..12).replace("Title of P00011", "\"Title")).await;
        let wait = std::time::Duration::from_secs(20);
        let applied = world.catalog.apply_held(SHOP, &held.id, wait).await.expect("a person may say yes");
        assert!(is_done(&applied) && applied.gone == 0 && applied.held_for().is_none(), "{applied:?}");
    }
}

#[tokio::test]
async fn rows_that_a_stray_quote_swallowed_are_not_taken_for_gone() {
    for world in World::all().await {
        world.feed(&many(0..10)).await;
        // The inch mark of P00005 closes what opens before P00003: two products of ten would be gone.
        let swallowed =
            many(0..10).replace("Title of P00003", "\"Title of P00003").replace("Title of P00005", "TV 24\"");
        let held = world.feed(&swallowed).await;
        assert_eq!((held.state, held.would_go, held.refused), (RunState::Held, 2, 0), "{held:?}");
        assert_eq!(held.code.as_deref(), Some("feed_open_quote"));
        let detail = held.detail.clone().unwrap_or_default();
        assert!(detail.contains("line 5") && detail.contains("P00004"), "{detail}");
        // A field that goes over more lines than any text does.
        let text = format!("\"{}\"", "a line\n".repeat(crate::limits::FIELD_LINES_MAX as usize + 1));
        let held = world.feed(&many(0..9).replace("Title of P00003", &text)).await;
        assert_eq!((held.state, held.would_go, held.refused), (RunState::Held, 1, 1), "{held:?}");
        let refused = world.catalog.refused(SHOP, &held.id, &PageRequest::default()).await.expect("a report").items;
        assert_eq!((refused[0].code.as_str(), refused[0].line), ("stray_quote", Some(5)));
        assert_eq!(world.live().await.len(), 10);
        // The same with a yes; and a text of several lines that names nothing holds nothing.
        let confirmed = world.send(Mode::Whole, true, &swallowed).await.expect("taken in");
        assert!(is_done(&confirmed) && confirmed.gone == 2, "{confirmed:?}");
        let fine = world.feed(&many(0..9).replace("Title of P00003", "\"Title\nof, P00009\"")).await;
        assert!(is_done(&fine) && fine.gone == 1, "{fine:?}");
    }
}

#[tokio::test]
async fn a_document_that_goes_on_after_its_end_removes_nothing() {
    for world in World::all().await {
        let feed = |ids: &[&str], end: &str| {
            let items: String = ids.iter().map(|id| format!("<item><id>{id}</id><title>T</title></item>")).collect();
            format!("<rss><channel>{items}</channel></rss>{end}")
        };
        world.feed(&feed(&["A", "B", "C"], "\n")).await;
        for end in ["<rss><channel></channel></rss>", "Fatal error: out of memory"] {
            let refused = world.send(Mode::Whole, true, &feed(&["A", "B"], end)).await;
            assert!(matches!(&refused, Err(CatalogError::Feed(FeedError::NotReadable(_)))), "{refused:?}");
        }
        assert_eq!(world.live().await.len(), 3);
    }
}

#[tokio::test]
async fn a_held_feed_is_forgotten_when_a_newer_one_comes_or_products_are_deleted() {
    for world in World::all().await {
        world.feed(&many(0..10)).await;
        let held = world.feed(&many(0..1)).await;
        world.feed(&many(0..10)).await;
        let ended = async |id: &str| {
            let run = world.catalog.feed_run(SHOP, id).await.expect("kept");
            (run.state, run.code.unwrap_or_default())
        };
        assert_eq!(ended(&held.id).await, (RunState::Interrupted, "feed_superseded".to_owned()));
        let held = world.feed(&many(0..1)).await;
        let one = world.one("P00000").await;
        world.catalog.delete(SHOP, one.id).await.expect("deleted");
        assert_eq!(ended(&held.id).await, (RunState::Interrupted, "feed_outdated".to_owned()));
        world.catalog.take_up_left().await.expect("looked after");
        assert_eq!((world.live().await.len(), world.rows("catalog_staged").await), (9, 0));
    }
}

#[tokio::test]
async fn an_item_that_is_refused_is_named_and_leaves_its_product_as_it_was() {
    for world in World::all().await {
        world.feed(&table(&[("A", "10"), ("B", "20"), ("C", "30")])).await;
        let feed = "id\ttitle\tprice\nA\tAlpha\t10\nB\tBeta\t20 EUR\nB\tTwice\t21 EUR\n\tNobody\t1 EUR\n";
        let run = world.send(Mode::Whole, true, feed).await.expect("taken in");
        assert_eq!((run.items, run.accepted, run.refused, run.gone), (4, 1, 3, 1));
        let refused = world.catalog.refused(SHOP, &run.id, &PageRequest::default()).await.expect("a report").items;
        let told: Vec<_> =
            refused.iter().map(|one| (one.item, one.line, one.code.as_str(), one.product_id.as_deref())).collect();
        let expected = [
            (1, Some(2), "price_without_currency", Some("A")),
            (3, Some(4), "duplicate_id", Some("B")),
            (4, Some(5), "missing_attribute", None),
        ];
        assert_eq!(told, expected);
        let (a, b) = (world.one("A").await, world.one("B").await);
        assert_eq!(
            (a.item.title.as_str(), a.item.price.map(|price| price.minor), a.gone_at),
            ("Title of A", Some(1000), None)
        );
        assert_eq!((a.last_seen, b.item.title.as_str()), (run.started_at, "Beta"));
        let page = PageRequest { limit: Some(1), cursor: Some("1".into()) };
        assert_eq!(world.catalog.refused(SHOP, &run.id, &page).await.expect("a page").items[0].item, 3);
    }
}

#[tokio::test]
async fn a_feed_left_in_the_middle_of_its_application_is_finished_once() {
    for world in World::all().await {
        world.feed(&many(0..1_200)).await;
        let before = world.catalog.clone();
        // Staged and decided, a portion applied; then the program was killed.
        let held = world.feed(&many(900..1_300)).await;
        assert_eq!(held.state, RunState::Held);
        crate::run::take_up_held(&world.store.db, SHOP, &held, base::Clock::now(&*world.clock))
            .await
            .expect("taken up");
        assert!(before.apply_portion_for_test(SHOP, &held.id).await, "a portion");
        let busy = world.catalog.begin(SHOP, "web", Mode::Update, false).await.map(|_| ());
        assert!(matches!(busy, Err(CatalogError::Running(_))), "{busy:?}");
        let world = world.reopened().await;
        assert_eq!(world.catalog.take_up_left().await.expect("taken up"), 1);
        let run = world.catalog.feed_run(SHOP, &held.id).await.expect("the run");
        assert!(is_done(&run), "{run:?}");
        assert_eq!((run.created, run.unchanged, run.gone), (100, 300, 900));
        assert_eq!((world.live().await.len(), world.rows("catalog_staged").await), (400, 0));
        assert_eq!(world.catalog.take_up_left().await.expect("nothing left"), 0);
    }
}

#[tokio::test]
async fn a_feed_left_while_it_was_read_changes_nothing() {
    for world in World::all().await {
        world.feed(&many(0..10)).await;
        let mut upload = world.catalog.begin(SHOP, "web", Mode::Whole, true).await.expect("begun");
        upload.push(many(0..700).as_bytes()).await.expect("taken");
        let id = upload.run_id().to_owned();
        drop(upload);
        let mut state = RunState::Staging;
        for _ in 0..200 {
            state = world.catalog.feed_run(SHOP, &id).await.expect("the run").state;
            if state != RunState::Staging {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!((state, world.live().await.len()), (RunState::Interrupted, 10));
        assert!(is_done(&world.feed(&many(0..10)).await), "the source is free again");
    }
}
