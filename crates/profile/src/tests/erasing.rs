//! Erasing a person.

use super::*;
use crate::{FileEraser, Person, PersonIdentifier, ProfileError};
use async_trait::async_trait;
use db::{DbError, Tx};
use parking_lot::Mutex;
use serde_json::json;

/// A room that only notes whom it is asked to erase.
#[derive(Default)]
struct Notebook(Mutex<Vec<Person>>);

#[async_trait]
impl Eraser for Notebook {
    fn name(&self) -> &'static str {
        "notebook"
    }
    async fn erase(&self, _: &mut Tx, _: WorkspaceId, person: &Person) -> Result<u64, DbError> {
        self.0.lock().push(person.clone());
        Ok(0)
    }
}

/// Files that note what is asked of them, and fail at the steps they are told to.
#[derive(Default)]
struct Files {
    asked: Mutex<Vec<String>>,
    failing: Mutex<Vec<&'static str>>,
}

impl Files {
    fn step(&self, name: &'static str, detail: String) -> Result<(), String> {
        self.asked.lock().push(format!("{name}{detail}"));
        if self.failing.lock().pop_if(|failing| *failing == name).is_some() { Err("busy".into()) } else { Ok(()) }
    }
}

#[async_trait]
impl FileEraser for Files {
    async fn settle(&self) -> Result<(), String> {
        self.step("settle", String::new())
    }
    async fn anonymise(&self, _: WorkspaceId, profiles: &[ProfileId]) -> Result<(), String> {
        let ids: Vec<u32> = profiles.iter().map(|id| id.number()).collect();
        self.step("anonymise", format!(" {ids:?}"))
    }
    async fn erase(&self, _: WorkspaceId, profiles: &[ProfileId]) -> Result<(), String> {
        let ids: Vec<u32> = profiles.iter().map(|id| id.number()).collect();
        self.step("erase", format!(" {ids:?}"))
    }
    async fn scrub(&self) -> Result<bool, String> {
        self.step("scrub", String::new()).map(|()| true)
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
        ("profile_erasing", "identifiers"),
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
        let person = notebook.0.lock()[0].clone();
        assert_eq!(person.profiles, [ProfileId::new(1), ProfileId::new(2)]);
        assert!(person.is_named_in("x,PLANTED@X.NL,y") && !person.is_named_in("somebody@x.nl"), "{person:?}");
        assert!(world.profiles.get(SHOP, id).await.is_err());
        let late = world.profiles.erasure(SHOP, ProfileId::new(1)).await.unwrap();
        assert_eq!((late.profile, late.ids.len(), late.finished_at), (id, 2, None));
        let counts = world.profiles.counts(SHOP).await.unwrap();
        assert_eq!((counts.customers, counts.identified), (3, 2), "other, and two new ones");

        for old in [ProfileId::new(1), id] {
            let late = world.feed(vec![system(9, events::names::EMAIL_OPENED, old)]).await;
            assert!(late.events.is_empty(), "an event about an erased person is dropped");
        }
        finishes_step_by_step(&world, &notebook, id).await;
        let text = everything(world.db()).await;
        assert!(!text.contains("planted@x.nl") && !text.contains("Planted"), "{text}");
        let again = Event { channel: Channel::System, ..system(10, events::names::PROFILE_ERASED, id) };
        assert!(world.feed(vec![again]).await.events.is_empty());
    }
}

/// Each step fails once: nothing counts as finished before all have been done, and none is left out.
async fn finishes_step_by_step(world: &World, notebook: &Arc<Notebook>, id: ProfileId) {
    let files = Files { failing: Mutex::new(vec!["scrub", "erase", "settle"]), ..Files::default() };
    let erasers: Vec<Arc<dyn Eraser>> = vec![notebook.clone()];
    for expected in [0, 0, 0, 2, 0] {
        let done = crate::finish_erasures(world.db(), &erasers, &files, testkit::NOW).await.unwrap();
        assert_eq!(done, expected);
        let progress = world.profiles.erasure(SHOP, id).await.unwrap();
        assert_eq!(progress.finished_at.is_some(), files.asked.lock().len() == 7, "{progress:?}");
    }
    let erase = format!("erase [1, {}]", id.number());
    let erase = erase.as_str();
    let expected = ["settle", "settle", erase, "settle", erase, "scrub", "scrub"];
    assert_eq!(*files.asked.lock(), expected);
    let people = notebook.0.lock().clone();
    assert_eq!(people.len(), 3, "when the log said so, and each time nothing was under way");
    assert!(people.iter().all(|person| !person.identifiers.is_empty()), "kept until the files are done with them");
}

#[tokio::test]
async fn an_anonymised_person_is_erased_and_their_events_are_made_nobodys_first() {
    for store in testkit::stores(crate::MIGRATIONS).await {
        let notebook = Arc::new(Notebook::default());
        let world = World::with_erasers(store, vec![notebook.clone()]);
        world.feed(vec![identify(1).user("planted").id("email", "planted@x.nl")]).await;
        world.feed(vec![identify(2).user("other")]).await;
        let planted = world.find(SHOP, "user_id", "planted").await.unwrap();
        let other = world.find(SHOP, "user_id", "other").await.unwrap();
        let receipt = world.profiles.anonymise(SHOP, planted).await.unwrap();
        assert_eq!((receipt.profile, receipt.message_id), (planted, format!("anonymised:{planted}")));
        let mut counted = Event { channel: Channel::System, ..system(3, events::names::PROFILE_ERASED, planted) };
        counted.properties = events::RawJson::new(r#"{"keeps_counts":true}"#);
        let erased = Event { channel: Channel::System, ..system(4, events::names::PROFILE_ERASED, other) };
        world.feed(vec![counted, erased]).await;
        assert!(world.profiles.get(SHOP, planted).await.is_err());
        assert_eq!(notebook.0.lock().len(), 2, "every room forgets them, as with an erasure");
        let anonymised = |progress: crate::ErasureProgress| progress.anonymised;
        assert!(anonymised(world.profiles.erasure(SHOP, planted).await.unwrap()));
        assert!(!anonymised(world.profiles.erasure(SHOP, other).await.unwrap()));
        let files = Files { failing: Mutex::new(vec!["anonymise"]), ..Files::default() };
        let erasers: Vec<Arc<dyn Eraser>> = vec![notebook];
        for expected in [0, 2] {
            let done = crate::finish_erasures(world.db(), &erasers, &files, testkit::NOW).await.unwrap();
            assert_eq!(done, expected);
        }
        let (turn, erase) = (format!("anonymise [{}]", planted.number()), "erase [1, 2]");
        assert_eq!(*files.asked.lock(), ["settle", &turn, "settle", &turn, erase, "scrub"]);
    }
}

/// What was asked of the log: messageIds of "Profile Erased".
async fn asked_of_the_log(world: &World) -> Vec<String> {
    let bodies = world.log().await;
    let events = bodies.iter().flat_map(|body| body["batch"].as_array().cloned().unwrap_or_default());
    events.filter(|event| event["event"] == "Profile Erased").map(|event| event["messageId"].to_string()).collect()
}

fn under_way(answer: Result<crate::ErasureReceipt, ProfileError>) -> bool {
    let Err(ProfileError::ErasureUnderWay { anonymises, .. }) = answer else { panic!("{answer:?}") };
    anonymises
}

#[tokio::test]
async fn of_two_who_ask_at_once_one_is_followed_and_the_other_told_so() {
    for store in testkit::stores(crate::MIGRATIONS).await {
        let world = World::on(store);
        world.feed(vec![identify(1).user("anna"), identify(2).user("bo")]).await;
        let anna = world.find(SHOP, "user_id", "anna").await.unwrap();
        let bo = world.find(SHOP, "user_id", "bo").await.unwrap();
        let answers = tokio::join!(
            world.profiles.erase(SHOP, anna),
            world.profiles.anonymise(SHOP, anna),
            world.profiles.erase(SHOP, anna),
        );
        let answers = [answers.0, answers.1, answers.2];
        let first: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
        assert_eq!(first.len(), 1, "{}: {answers:?}", world.store.name);
        let anonymises = first[0].message_id.starts_with("anonymised:");
        let id = first[0].message_id.clone();
        for answer in answers.into_iter().filter(Result::is_err) {
            assert_eq!(under_way(answer), anonymises, "it says what happens, not what was asked");
        }
        let logged = asked_of_the_log(&world).await;
        assert_eq!(logged, [format!("\"{id}\"")], "{}", world.store.name);
        world.profiles.anonymise(SHOP, bo).await.expect("somebody else");

        let mut erased = Event { channel: Channel::System, ..system(3, events::names::PROFILE_ERASED, anna) };
        if anonymises {
            erased.properties = events::RawJson::new(r#"{"keeps_counts":true}"#);
        }
        world.feed(vec![erased]).await;
        let late = world.profiles.erase(SHOP, anna).await;
        assert!(matches!(late, Err(ProfileError::NotFound(_))), "{late:?}");
        crate::finish_erasures(world.db(), &[], &Files::default(), testkit::NOW).await.unwrap();
        let sql = "SELECT id FROM profile_erasure_asked WHERE workspace_id = $1";
        let left = world.db().query(sql, &[SHOP.into()]).await.unwrap();
        let left: Vec<i64> = left.iter().map(|row| row.i64("id").unwrap()).collect();
        assert_eq!(left, [bo.sql()], "of whom is erased nothing is noted any more");
    }
}

#[tokio::test]
async fn an_erasure_that_was_noted_and_never_reached_the_log_is_followed_by_the_next_who_asks() {
    for store in testkit::stores(crate::MIGRATIONS).await {
        let world = World::on(store);
        world.feed(vec![identify(1).user("anna").anonymous("phone"), identify(2).user("bo").anonymous("tablet")]).await;
        let anna = world.find(SHOP, "user_id", "anna").await.unwrap();
        let bo = world.find(SHOP, "user_id", "bo").await.unwrap();
        let noted = "INSERT INTO profile_erasure_asked (workspace_id, id, canonical_id, keeps_counts, asked_ms) \
                     VALUES ($1, $2, $3, TRUE, 5)";
        // Stopped between the note and the log.
        world.db().execute(noted, &[SHOP.into(), anna.into(), anna.into()]).await.unwrap();
        assert!(under_way(world.profiles.erase(SHOP, anna).await));
        assert_eq!(asked_of_the_log(&world).await, [format!("\"anonymised:{anna}\"")]);
        // Bo was one with somebody who is erased, and was taken apart before the log reached it.
        let gone = ProfileId::new(77);
        world.db().execute(noted, &[SHOP.into(), bo.into(), gone.into()]).await.unwrap();
        let sql = "INSERT INTO profile_erased (workspace_id, id, canonical_id, at_ms, finished) \
                   VALUES ($1, $2, $2, 6, FALSE)";
        world.db().execute(sql, &[SHOP.into(), gone.into()]).await.unwrap();
        let receipt = world.profiles.erase(SHOP, bo).await.expect("nobody asked for Bo as they are now");
        assert_eq!(receipt.message_id, format!("erased:{bo}"));
    }
}

#[test]
fn a_person_is_found_in_texts_by_any_identifier_however_it_is_written() {
    let identifier = |kind: &str, value: &str| PersonIdentifier { kind: kind.into(), value: value.into() };
    let anna = Person {
        profiles: vec![ProfileId::new(1)],
        identifiers: vec![identifier("email", "Anna@Voorbeeld.nl"), identifier("phone", "+31612345678")],
    };
    for text in ["12,anna@voorbeeld.NL,3", "{\"phone\":\"06-1234 56 78\"}", "tel. 0031 6 12345678"] {
        assert!(anna.is_named_in(text), "{text}");
    }
    for text in ["", "hanna@voorbeeld.n", "0612345"] {
        assert!(!anna.is_named_in(text), "{text}");
    }
    assert!(!Person::default().is_named_in("anna"));
}
