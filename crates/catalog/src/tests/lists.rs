//! Lists, search, look-ups, sources and deleting.

use super::*;
use crate::Availability;

const FEED: &str = "id\titem_group_id\ttitle\tbrand\tgtin\tmpn\tprice\tavailability\tproduct_type\n\
MUG-1-B\tMUG-1\tStoneware mug, blue\tSkogen\t8712345678906\tM1B\t12.90 EUR\tin stock\tHome > Kitchen > Mugs\n\
MUG-1-R\tMUG-1\tStoneware mug, red\tSkogen\t8712345678913\tM1R\t12.90 EUR\tout of stock\tHome > Kitchen > Mugs\n\
PAN-2\t\tÉmaille pan\tZee\t\tP2\t49 EUR\tpreorder\tHome > Kitchen\n\
LAMP\t\tRed lamp of Skogen wood\tMöbel\t\t\t99 EUR\tin stock\tHome > Light\n\
HOMEY\t\tHomey\t\t\t\t1 EUR\t\tHomes\n";

async fn found(world: &World, filter: Filter) -> Vec<String> {
    world.products(filter).await.into_iter().map(|one| one.item.id).collect()
}

fn q(text: &str) -> Filter {
    Filter { q: Some(text.into()), ..Filter::default() }
}

#[tokio::test]
async fn a_search_finds_what_begins_so_each_product_once() {
    for world in World::all().await {
        world.feed(FEED).await;
        for (text, ids) in [
            ("mug-1", vec!["MUG-1-B", "MUG-1-R"]),
            ("871234567891", vec!["MUG-1-R"]),
            ("p2", vec!["PAN-2"]),
            ("MUG", vec!["MUG-1-B", "MUG-1-R"]),
            ("red", vec!["MUG-1-R", "LAMP"]),
            ("red lamp", vec!["LAMP"]),
            ("émaille", vec!["PAN-2"]),
            ("lamp of", vec!["LAMP"]),
            ("nothing", vec![]),
        ] {
            assert_eq!(found(&world, q(text)).await, ids, "{text}");
        }
        let mut skogen = found(&world, q("skogen")).await;
        skogen.sort();
        assert_eq!(skogen, ["LAMP", "MUG-1-B", "MUG-1-R"], "a brand and a word of a title");
        // A word that is not in the title any more finds it no more.
        world.feed(&FEED.replace("Red lamp", "Green lamp")).await;
        assert_eq!(
            (found(&world, q("red")).await, found(&world, q("green")).await),
            (vec!["MUG-1-R".into()], vec!["LAMP".into()])
        );
    }
}

#[tokio::test]
async fn filters_join_and_pages_hold_together() {
    for world in World::all().await {
        world.feed(FEED).await;
        let kitchen = |category: &str| Filter { category: Some(category.into()), ..Filter::default() };
        assert_eq!(found(&world, kitchen("Home > Kitchen")).await, ["MUG-1-B", "MUG-1-R", "PAN-2"].map(String::from));
        assert_eq!(found(&world, kitchen("Home")).await.len(), 4, "not Homes");
        let in_stock =
            Filter { availability: Some(Availability::InStock), brand: Some("SKOGEN".into()), ..Filter::default() };
        assert_eq!(found(&world, in_stock).await, ["MUG-1-B"]);
        let red = Filter { availability: Some(Availability::InStock), ..q("red") };
        assert_eq!(found(&world, red).await, ["LAMP"]);
        for filter in [Filter::default(), q("s"), kitchen("Home")] {
            let whole = found(&world, filter.clone()).await;
            let (mut paged, mut cursor) = (Vec::new(), None);
            loop {
                let page = PageRequest { limit: Some(1), cursor };
                let page = world.catalog.products(SHOP, &filter, &page).await.expect("a page");
                paged.extend(page.items.into_iter().map(|one| one.item.id));
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(paged, whole);
        }
        let wrong = PageRequest { limit: None, cursor: Some("nonsense".into()) };
        assert!(matches!(world.catalog.products(SHOP, &Filter::default(), &wrong).await, Err(CatalogError::Cursor(_))));
        let none = world.catalog.products(OTHER, &Filter::default(), &PageRequest::default()).await.expect("a list");
        assert!(none.items.is_empty(), "another workspace");
    }
}

#[tokio::test]
async fn a_product_shows_its_variants_and_categories_their_counts() {
    for world in World::all().await {
        world.feed(FEED).await;
        let blue = world.one("MUG-1-B").await;
        let detail = world.catalog.product(SHOP, blue.id).await.expect("there");
        assert_eq!(detail.variants.iter().map(|one| one.item.id.as_str()).collect::<Vec<_>>(), ["MUG-1-R"]);
        assert!(matches!(world.catalog.product(OTHER, blue.id).await, Err(CatalogError::NotFound(_))));
        let all = world.catalog.categories(SHOP, &PageRequest { limit: Some(2), cursor: None }).await.expect("a list");
        let counts: Vec<_> = all.items.iter().map(|one| (one.category.as_str(), one.products)).collect();
        assert_eq!(counts, [("Home > Kitchen", 1), ("Home > Kitchen > Mugs", 2)]);
        let rest = world.catalog.categories(SHOP, &PageRequest { limit: Some(9), cursor: all.next_cursor }).await;
        assert_eq!(rest.expect("a list").items.len(), 2);
    }
}

#[tokio::test]
async fn an_id_that_two_sources_have_is_the_one_that_is_not_gone() {
    for world in World::all().await {
        world.feed(&table(&[("A", "10"), ("B", "10")])).await;
        let mut other = world.catalog.begin(SHOP, "outlet", Mode::Whole, false).await.expect("begun");
        other.push(table(&[("A", "5")]).as_bytes()).await.expect("taken");
        other.finish(None).await.expect("done");
        world.feed(&table(&[("B", "10")])).await;
        assert_eq!(world.one("A").await.source, "outlet");
        let ids = ["A", "B", "C", "A"].map(String::from);
        assert_eq!(world.catalog.lookup(SHOP, &ids).await.expect("looked up").len(), 2);
        let too_many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
        assert!(matches!(world.catalog.lookup(SHOP, &too_many).await, Err(CatalogError::Invalid { .. })));
        let sources = world.catalog.sources(SHOP).await.expect("sources");
        let told: Vec<_> = sources.iter().map(|one| (one.source.as_str(), one.products, one.gone)).collect();
        assert_eq!(told, [("outlet", 1, 0), ("web", 1, 1)]);
        assert!(sources.iter().all(|one| one.last_run.as_ref().is_some_and(is_done)));
    }
}

#[tokio::test]
async fn what_is_deleted_leaves_nothing_and_may_come_back() {
    for world in World::all().await {
        world.feed(FEED).await;
        let pan = world.one("PAN-2").await;
        world.catalog.delete(SHOP, pan.id).await.expect("deleted");
        assert!(matches!(world.catalog.delete(SHOP, pan.id).await, Err(CatalogError::NotFound(_))));
        assert!(found(&world, q("émaille")).await.is_empty());
        let back = world.feed(FEED).await;
        assert_eq!((back.created, back.unchanged), (1, 4));
        assert!(world.catalog.delete_source(SHOP, "no such name!").await.is_err());
        assert_eq!(world.catalog.delete_source(SHOP, "web").await.expect("deleted"), 5);
        for table in
            ["catalog_product", "catalog_term", "catalog_history", "catalog_run", "catalog_source", "catalog_staged"]
        {
            assert_eq!(world.rows(table).await, 0, "{table}");
        }
    }
}
