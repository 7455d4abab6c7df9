//! Erasing a person.

use super::*;
use crate::HistoryEraser;
use async_trait::async_trait;
use db::{DbError, Tx};
use parking_lot::Mutex;
use serde_json::json;

/// A room that only notes what it is asked to erase.
#[derive(Default)]
struct Notebook(Mutex<Vec<Vec<ProfileId>>>);

#[async_trait]
impl Eraser for Notebook {
    fn name(&self) -> &'static str {
        "notebook"
    }
    async fn erase(&self, _: &mut Tx, _: WorkspaceId, profiles: &[ProfileId]) -> Result<u64, DbError> {
        self.0.lock().push(profiles.to_vec());
        Ok(0)
    }
}

/// A history that fails once.
#[derive(Default)]
struct Files(Mutex<Vec<Vec<ProfileId>>>);

#[async_trait]
impl HistoryEraser for Files {
    async fn erase(&self, _: WorkspaceId, profiles: &[ProfileId]) -> Result<(), String> {
        self.0.lock().push(profiles.to_vec());
        if self.0.lock().len() == 1 { Err("the disk is full".into()) } else { Ok(()) }
    }
}

/// Every text in every table of this room.
async fn everything(db: &Db) -> String {
    let mut text = String::new();
    for (table, columns) in [
        ("profile", "traits"),
        ("profile", "COALESCE(search_name, '') || COALESCE(search_email, '')"),
        ("profile_identifier", "kind || value"),
        ("profile_conflict", "kind || value"),
        ("profile_merge", "reason"),
    ] {
        for row in db.query(&format!("SELECT {columns} AS found FROM {table}"), &[]).await.unwrap() {
            text.push_str(&row.text("found").unwrap());
            text.push('\n');
        }
    }
    text
}

#[tokio::test]
async fn an_erased_person_is_in_no_table_and_comes_back_as_somebody_new() {
    for store in testkit::stores(crate::MIGRATIONS).await {
        let notebook = Arc::new(Notebook::default());
        let world = World::with_erasers(store, vec![notebook.clone()]);
        world.feed(vec![page(1).anonymous("planted-browser")]).await;
        world
            .feed(vec![identify(2).user("planted").id("email", "planted@x.nl").traits(json!({"name": "Planted"}))])
            .await;
        world.feed(vec![identify(3).user("planted").anonymous("planted-browser")]).await;
        world.feed(vec![identify(4).user("other").anonymous("planted-browser")]).await;
        let id = world.find(SHOP, "user_id", "planted").await.unwrap();
        assert!(everything(world.db()).await.contains("planted"));
        let receipt = world.profiles.erase(SHOP, ProfileId::new(1)).await.unwrap();
        assert_eq!((receipt.profile, receipt.ids.len()), (id, 2));

        let erase = Event { channel: Channel::System, ..system(5, events::names::PROFILE_ERASED, id) };
        let batch =
            vec![track(5).user("planted"), erase, track(6).user("planted"), page(7).anonymous("planted-browser")];
        let seen = world.feed(batch).await;
        assert_eq!(seen.events.len(), 3, "what was accepted before the erasure is gone");
        assert_eq!(seen.events[0].profile, id);
        assert!(seen.events[1..].iter().all(|item| item.created && item.profile != id));
        assert_eq!(*notebook.0.lock(), [vec![ProfileId::new(1), ProfileId::new(2)]]);
        assert!(world.profiles.get(SHOP, id).await.is_err());
        let text = everything(world.db()).await;
        assert!(!text.contains("planted@x.nl") && !text.contains("Planted"), "{text}");
        let counts = world.profiles.counts(SHOP).await.unwrap();
        assert_eq!((counts.customers, counts.identified), (3, 2), "other, and two new ones");

        for old in [ProfileId::new(1), id] {
            let late = world.feed(vec![system(9, events::names::EMAIL_OPENED, old)]).await;
            assert!(late.events.is_empty(), "an event about an erased person is dropped");
        }
        let files = Files::default();
        for expected in [0, 2, 0] {
            assert_eq!(crate::finish_erasures(world.db(), &files).await.unwrap(), expected);
        }
        assert_eq!(
            *files.0.lock(),
            vec![vec![ProfileId::new(1), id]; 2],
            "once refused, once done, then nothing is left"
        );
        let again = Event { channel: Channel::System, ..system(10, events::names::PROFILE_ERASED, id) };
        assert!(world.feed(vec![again]).await.events.is_empty());
    }
}
