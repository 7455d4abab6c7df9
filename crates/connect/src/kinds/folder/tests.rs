use super::disk::hash_of;
use super::*;
use crate::FileEntry;
use crate::testing::{Room, WORKSPACE};
use crate::{ImportStage, ImportStatus, RunState};
use base::{ImportId, Json, PageRequest, SeededRng, SourceId};
use serde_json::json;

const LONG_MS: i64 = 3_600_000;

fn definition(room: &Room, mapping: Json, after: &str) -> Json {
    json!({ "kind": "folder", "folder": room.folder, "pattern": "*.csv", "import_kind": "customers", "mapping": mapping,
        "schedule": { "every_minutes": 5 }, "after": after })
}

fn write(room: &Room, name: &str, text: &str) {
    std::fs::write(room.folder.join(name), text).expect("the disk takes it");
}

async fn entries(room: &Room, id: SourceId) -> Vec<(String, &'static str)> {
    let page = PageRequest { limit: Some(100), cursor: None };
    let files = room.connect.files(WORKSPACE, id, &page).await.expect("files").items;
    files.into_iter().map(|file| (file.name, file.state.name())).collect()
}

#[tokio::test]
async fn a_file_is_taken_when_it_rests_and_once_whatever_it_is_called() {
    for room in Room::all().await {
        let id = room.make(definition(&room, json!({}), "keep")).await;
        write(&room, "a.csv", "email\njan@");
        write(&room, "b.csv.part", "email\nnobody@example.nl\n");
        write(&room, "c.txt", "email\nnobody@example.nl\n");
        room.pass(0).await;
        // Half a file: it grew, so it waits again.
        write(&room, "a.csv", "email\njan@example.nl\n");
        room.pass(LONG_MS).await;
        assert_eq!(room.rows(), 0, "it was not taken while it grew");
        room.pass(REST_MS + 1_000).await;
        assert_eq!((room.rows(), entries(&room, id).await), (2, vec![("a.csv".into(), "done")]));
        assert_eq!(room.health(id).await.0, "ok");
        // The same file again, tomorrow and by another name.
        write(&room, "copy.csv", "email\njan@example.nl\n");
        room.pass(LONG_MS).await;
        room.pass(LONG_MS).await;
        assert_eq!(room.till.look(|state| state.rows.values().copied().max()), Some(1));
        // A file that changed is a new one.
        write(&room, "a.csv", "email\njan@example.nl\nels@example.nl\n");
        room.pass(LONG_MS).await;
        room.pass(LONG_MS).await;
        assert_eq!(room.rows(), 3);
        let page = PageRequest { limit: Some(100), cursor: None };
        let runs = room.connect.runs(WORKSPACE, id, &page).await.unwrap().items;
        assert!(runs.iter().all(|run| run.state == RunState::Done), "{runs:?}");
        assert_eq!(runs[0].read, 3);
    }
}

#[tokio::test]
async fn a_file_that_failed_stays_red_until_it_is_put_right() {
    for room in Room::all().await {
        let id = room.make(definition(&room, json!({ "columns": { "email": "email" } }), "keep")).await;
        write(&room, "a.csv", "mail\njan@example.nl\n");
        room.pass(0).await;
        room.pass(LONG_MS).await;
        let (state, code, detail) = room.health(id).await;
        assert_eq!((state, code.as_str()), ("failing", "file_failed"));
        assert!(detail.contains("a.csv") && detail.contains("email") && detail.contains("mail"), "{detail}");
        room.pass(LONG_MS).await;
        assert_eq!(room.health(id).await.0, "failing", "looking again does not make it better");
        write(&room, "a.csv", "email\njan@example.nl\n");
        room.pass(LONG_MS).await;
        room.pass(LONG_MS).await;
        assert_eq!((room.health(id).await.0, room.rows()), ("ok", 2));
        // One that failed for a passing reason is tried again when somebody asks.
        room.till.look(|state| state.failing = 1);
        write(&room, "b.csv", "email\nels@example.nl\n");
        room.pass(LONG_MS).await;
        room.pass(LONG_MS).await;
        assert_eq!(room.health(id).await.0, "failing");
        room.connect.run_now(WORKSPACE, id).await.unwrap();
        room.pass(10).await;
        assert_eq!((room.health(id).await.0, room.rows()), ("ok", 3));
    }
}

#[tokio::test]
async fn what_a_crash_interrupted_is_waited_for_not_started_twice() {
    let room = Room::sqlite().await;
    let id = room.make(definition(&room, json!({}), "move")).await;
    write(&room, "a.csv", "email\njan@example.nl\n");
    room.pass(0).await;
    // As a run leaves it that ended between handing the file over and the import's end.
    let import = ImportId::new(Timestamp::from_ms(1), &SeededRng::new(99));
    let hash = hash_of(&room.folder.join("a.csv")).unwrap();
    let file = FileEntry {
        hash,
        name: "a.csv".into(),
        bytes: 23,
        state: FileState::Importing,
        import: Some(import),
        code: None,
        detail: None,
        taken_at: Timestamp::from_ms(1),
    };
    files::put(&room.connect.inner.db, WORKSPACE, id, &file).await.unwrap();
    let status =
        ImportStatus { stage: ImportStage::Finished, rows: 1, accepted: 1, refused: 0, code: None, detail: None };
    room.till.look(|state| state.imports.insert(import, status));
    let room = room.reopened().await;
    room.pass(LONG_MS).await;
    assert_eq!((room.rows(), entries(&room, id).await), (0, vec![("a.csv".into(), "done")]));
    assert!(room.folder.join("done/a.csv").exists() && !room.folder.join("a.csv").exists());
    // One whose import never was is taken anew.
    write(&room, "b.csv", "email\nels@example.nl\n");
    let hash = hash_of(&room.folder.join("b.csv")).unwrap();
    let unknown = ImportId::new(Timestamp::from_ms(1), &SeededRng::new(98));
    let file = FileEntry { hash, name: "b.csv".into(), import: Some(unknown), ..file };
    files::put(&room.connect.inner.db, WORKSPACE, id, &file).await.unwrap();
    room.pass(LONG_MS).await;
    room.pass(LONG_MS).await;
    assert_eq!(room.rows(), 2);
    assert!(room.folder.join("done/b.csv").exists());
}

#[tokio::test]
async fn nothing_outside_of_what_is_allowed_is_read() {
    let room = Room::sqlite().await;
    let outside = room.store.dir().join("secret");
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::write(outside.join("x.csv"), "email\nsecret@example.nl\n").unwrap();
    std::os::unix::fs::symlink(&outside, room.folder.join("link")).unwrap();
    std::os::unix::fs::symlink(outside.join("x.csv"), room.folder.join("x.csv")).unwrap();
    for folder in [outside.clone(), room.folder.join("../secret"), room.folder.join("link")] {
        let mut asked = definition(&room, json!({}), "keep");
        asked["folder"] = json!(folder);
        let definition = Definition::read(asked).unwrap();
        let fault = room.connect.test(WORKSPACE, definition, None).await.unwrap().expect_err("not allowed");
        assert_eq!(fault.code, "folder_not_allowed");
    }
    room.make(definition(&room, json!({}), "keep")).await;
    room.pass(0).await;
    room.pass(LONG_MS).await;
    assert_eq!(room.rows(), 0, "a link that leads out is no file");
    let mut asked = definition(&room, json!({}), "keep");
    asked["pattern"] = json!("../*.csv");
    assert!(room.connect.create(WORKSPACE, "x", Definition::read(asked).unwrap()).await.is_err());
    let gone = json!({ "kind": "folder", "folder": room.folder.join("nowhere"), "import_kind": "customers" });
    let id = room.make(gone).await;
    room.pass(0).await;
    assert_eq!((room.health(id).await.0, &*room.health(id).await.1), ("failing", "folder_not_readable"));
}

#[test]
fn a_pattern_is_what_people_mean_by_it() {
    let yes = [("*", "a.csv"), ("*.csv", "A.CSV"), ("klanten-????.csv", "klanten-2026.csv"), ("*a*b*", "xxaxbxb")];
    assert!(yes.iter().all(|(pattern, name)| matches(pattern, name)));
    let no = [("*.csv", "a.csv.bak"), ("a?", "a"), ("", "a"), ("*a*b", "ba")];
    assert!(no.iter().all(|(pattern, name)| !matches(pattern, name)));
}
