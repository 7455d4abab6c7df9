use super::*;
use crate::testing::{Room, WORKSPACE};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};

const DAY_MS: i64 = 24 * 3_600_000;

/// A shop's own database, in the folder that is allowed.
struct Shop(SqliteConnection);

impl Shop {
    async fn open(room: &Room) -> Shop {
        let options = SqliteConnectOptions::new().filename(room.folder.join("shop.db")).create_if_missing(true);
        let mut shop = Shop(SqliteConnection::connect_with(&options).await.expect("a file"));
        shop.run("CREATE TABLE customer (id INTEGER PRIMARY KEY, mail TEXT, changed TEXT, secret BLOB)").await;
        shop
    }
    async fn run(&mut self, sql: &str) {
        self.0.execute(AssertSqlSafe(sql.to_owned())).await.expect("SQL");
    }
    async fn add(&mut self, ids: std::ops::Range<u32>, changed: &str) {
        for id in ids {
            self.run(&format!("INSERT INTO customer VALUES ({id}, 'c{id}@example.nl', '{changed}', x'00')")).await;
        }
    }
}

fn definition(room: &Room, query: &str, cursor: Option<&str>) -> Json {
    json!({ "kind": "database", "engine": "sqlite", "database": room.folder.join("shop.db"), "query": query,
        "cursor_column": cursor, "import_kind": "customers", "mapping": { "columns": { "mail": "email" } },
        "schedule": { "every_minutes": 60 } })
}

const NEW: &str = "SELECT id, mail, changed FROM customer WHERE changed > :since";

#[tokio::test]
async fn only_what_is_new_is_read_and_a_failed_portion_again() {
    for room in Room::all().await {
        let mut shop = Shop::open(&room).await;
        shop.add(0..3, "2026-11-01 10:00:00").await;
        let id = room.make(definition(&room, NEW, Some("changed"))).await;
        room.pass(0).await;
        assert_eq!((room.rows(), room.health(id).await.0), (3, "ok"));
        let connection = room.connect.connection(WORKSPACE, id).await.unwrap();
        assert_eq!(connection.cursor.as_deref(), Some("\"2026-11-01 10:00:00\""));
        shop.add(3..5, "2026-11-02 10:00:00").await;
        room.till.look(|state| state.failing = 1);
        room.pass(DAY_MS).await;
        let (state, code, _) = room.health(id).await;
        assert_eq!((state, code.as_str(), room.rows()), ("failing", "mapping_failed", 3));
        // The cursor stands before what was not accepted: after a restart it is read again.
        let room = room.reopened().await;
        room.pass(DAY_MS).await;
        assert_eq!((room.rows(), room.health(id).await.0), (5, "ok"));
        room.pass(DAY_MS).await;
        assert_eq!(room.till.look(|state| state.rows.values().copied().max()), Some(1), "nothing was read twice");
        room.connect.restart(WORKSPACE, id).await.unwrap();
        room.pass(10).await;
        assert_eq!(room.till.look(|state| (state.rows.len(), state.rows.values().copied().max())), (5, Some(2)));
    }
}

#[tokio::test]
async fn a_source_that_changes_or_is_asked_wrongly_says_why() {
    let room = Room::sqlite().await;
    let mut shop = Shop::open(&room).await;
    shop.add(0..3, "2026-11-01 10:00:00").await;
    let id = room.make(definition(&room, "SELECT * FROM customer WHERE id > :since", Some("id"))).await;
    room.pass(0).await;
    assert_eq!(room.rows(), 3);
    shop.run("ALTER TABLE customer RENAME COLUMN mail TO epost").await;
    shop.run("INSERT INTO customer VALUES (9, 'x@example.nl', '2026-11-03', NULL)").await;
    room.pass(DAY_MS).await;
    let (state, code, detail) = room.health(id).await;
    assert_eq!((state, code.as_str(), room.rows()), ("failing", "schema_changed", 3));
    assert!(detail.contains("mail") && detail.contains("epost"), "{detail}");

    let test = async |query: &str, cursor: Option<&str>| {
        let definition = Definition::read(definition(&room, query, cursor)).unwrap();
        let outcome = room.connect.test(WORKSPACE, definition, None).await.expect("a definition");
        outcome.map(|result| result.sample.columns.len()).map_err(|fault| fault.code)
    };
    assert_eq!(test("SELECT id, epost FROM customer", None).await, Ok(2));
    assert_eq!(test("SELECT id FROM nothing", None).await, Err("query_failed"));
    assert_eq!(test("SELECT id, epost AS ID FROM customer", None).await, Err("column_twice"));
    assert_eq!(test("SELECT epost FROM customer WHERE id > :since", Some("id")).await, Err("cursor_not_in_result"));
    // Reading is all a query can do, however it is written.
    assert_eq!(test("WITH x AS (SELECT 1) DELETE FROM customer RETURNING id", None).await, Err("query_failed"));
    let refused = ["DELETE FROM customer", "SELECT 1; DROP TABLE customer", "SELECT ':since'", "SELECT 'x"];
    for query in refused {
        let cursor = query.contains("since").then_some("id");
        let definition = Definition::read(definition(&room, query, cursor)).unwrap();
        assert!(room.connect.create(WORKSPACE, "x", definition).await.is_err(), "{query}");
    }
}

#[test]
fn since_is_only_where_it_is_meant() {
    let query = Query::read(
        "SELECT ':since', \":since\" -- :since\nFROM t WHERE a > :since AND b::text = :sincerely /* :since */;",
        EngineKind::Postgres,
    );
    let text = query.expect("a query").with("'x'");
    let expected = "SELECT ':since', \":since\" -- :since\nFROM t WHERE a > 'x' AND b::text = :sincerely /* :since */";
    assert_eq!(text, expected);
    let unsafe_ones = [json!("x' OR '1'='1"), json!("a\\"), json!("é"), json!({}), json!("x".repeat(101))];
    assert!(unsafe_ones.iter().all(|cursor| query::literal(cursor).is_err()));
    assert_eq!(
        query::literal(&json!("2026-11-22T10:00:00.123456+00:00")).unwrap(),
        "'2026-11-22T10:00:00.123456+00:00'"
    );
}

#[test]
fn a_query_cannot_leave_its_brackets() {
    use EngineKind::{Postgres, Sqlite};
    let right = |text: &str, engine| Query::read(text, engine).is_ok();
    for engine in [Postgres, Sqlite] {
        assert!(right(
            "SELECT (1), ')' AS \")\" -- )\nFROM (SELECT 2 /* ) */) AS t WHERE (a) LIKE '%' ESCAPE '\\'",
            engine
        ));
        let out =
            ["select * from t) union select * from (select 1", "select (1", "select 1 /*/ ( /**/ ) from (select 2"];
        assert!(out.iter().all(|text| !right(text, engine)));
        assert!(!right("select 1 -:since (\n) from (select 2)", engine), "-:since may become a comment");
    }
    let out = [
        "select $$($$ )",
        "select $a$($a$ )",
        "select E'\\'' ) from (select '1'",
        "select 1 -- \r ) from (select 2\n(",
    ];
    assert!(out.iter().all(|text| !right(text, Postgres)));
    assert!(!right("select 1 /* /* */ ( */ ) from (select 2", Postgres));
    assert!(right("SELECT a[(1)], '[' , ARRAY['a', 'b'] FROM t /* /* ( */ ) */", Postgres));
    let out =
        ["select 1 as [(] ) union select 2 as [)] from (select 1", "select `(` ) from t", "select $a(() ) from t"];
    assert!(out.iter().all(|text| !right(text, Sqlite)));
    assert!(right("SELECT [a (b] FROM `t)`", Sqlite));
}

#[tokio::test]
async fn a_stored_password_is_only_for_its_server() {
    let room = Room::sqlite().await;
    let own = asked(&"postgres://tutti@127.0.0.1:1".parse().unwrap(), "SELECT 1 AS mail", None);
    let id = room.make(own.clone()).await;
    let mut own = own;
    own.as_object_mut().unwrap().remove("password");
    let changes = [("host", json!("127.0.0.2")), ("port", json!(2)), ("user", json!("postgres")), ("tls", json!(true))];
    for (field, value) in changes {
        let mut other = own.clone();
        other[field] = value;
        let read = || Definition::read(other.clone()).unwrap();
        let change = crate::Change { enabled: None, definition: Some(read()) };
        let refused = [
            room.connect.test(WORKSPACE, read(), Some(id)).await.map(|_| ()),
            room.connect.change(WORKSPACE, id, change).await.map(|_| ()),
        ];
        for outcome in refused {
            let problem = Problem::from(outcome.expect_err(field));
            assert!(problem.code == "invalid_connection" && problem.detail.starts_with("say the password again"));
        }
        other["password"] = json!("another");
        let definition = Definition::read(other.clone()).unwrap();
        assert!(room.connect.test(WORKSPACE, definition, Some(id)).await.is_ok(), "{field} with its password");
    }
    own["query"] = json!("SELECT 2 AS mail");
    let definition = Some(Definition::read(own).unwrap());
    room.connect.change(WORKSPACE, id, crate::Change { enabled: None, definition }).await.expect("the same server");
    assert!(room.connect.connection(WORKSPACE, id).await.unwrap().secret_set);
}

/// The test server as a definition has it.
fn postgres() -> Option<url::Url> {
    let text = std::env::var(testkit::POSTGRES_VARIABLE).ok();
    if text.is_none() {
        println!("skipped: PostgreSQL ({} is not set)", testkit::POSTGRES_VARIABLE);
    }
    text.and_then(|text| text.parse().ok())
}

fn asked(server: &url::Url, query: &str, cursor: Option<&str>) -> Json {
    json!({ "kind": "database", "engine": "postgres", "host": server.host_str(), "port": server.port(), "database": "postgres",
        "user": server.username(), "password": "hush", "query": query, "cursor_column": cursor, "import_kind": "customers" })
}

#[tokio::test]
async fn postgresql_is_read_in_its_own_types_and_never_written() {
    let Some(server) = postgres() else { return };
    let room = Room::sqlite().await;
    let values = "(VALUES (1, 'a@example.nl', timestamptz '2026-11-01 10:00:00.123456+00', 12.50::numeric, true), \
                  (2, 'b@example.nl', timestamptz '2026-11-02 10:00:00+00', NULL, false)) AS t(id, mail, changed, paid, ok)";
    let query = format!("SELECT * FROM {values} WHERE changed > :since");
    let id = room.make(asked(&server, &query, Some("changed"))).await;
    room.pass(0).await;
    assert_eq!((room.health(id).await.0, room.rows()), ("ok", 2), "{:?}", room.health(id).await);
    let rows: Vec<String> = room.till.look(|state| state.rows.keys().cloned().collect());
    let first: Json = serde_json::from_str(&rows[0]).unwrap();
    assert_eq!(
        (first["paid"].clone(), first["ok"].clone(), first["mail"].clone()),
        (json!(12.5), json!(true), json!("a@example.nl"))
    );
    room.pass(DAY_MS).await;
    assert_eq!(room.till.look(|state| state.rows.values().copied().max()), Some(1), "nothing new, nothing read");
    let whole: String =
        serde_json::to_string(&room.connect.connection(WORKSPACE, id).await.unwrap().definition).unwrap();
    assert!(!whole.contains("hush") && whole.contains("\"password_set\":true"), "{whole}");

    let test = async |definition: Json| {
        let definition = Definition::read(definition).unwrap();
        room.connect
            .test(WORKSPACE, definition, None)
            .await
            .expect("a definition")
            .map(|_| ())
            .map_err(|fault| fault.code)
    };
    let write = "SELECT * FROM (SELECT set_config('transaction_read_only', 'off', false)) AS x";
    let outcome = test(asked(&server, write, None)).await;
    assert!(outcome.is_err(), "a transaction that has begun to read cannot begin to write: {outcome:?}");
    assert_eq!(test(asked(&server, "SELECT 1 AS mail, 2 AS mail", None)).await, Err("column_twice"));
    let mut stranger = asked(&server, "SELECT 1 AS mail", None);
    stranger["user"] = json!("nobody_knows_me");
    assert_eq!(test(stranger).await, Err("wrong_credentials"));
    assert_eq!(test(asked(&server, "SELECT 1 AS mail FROM nothing", None)).await, Err("query_failed"));
    assert_eq!(
        test(asked(&server, "SELECT 1 AS mail WHERE 1 > :since", Some("id"))).await,
        Err("cursor_not_in_result")
    );
    let mut closed = asked(&server, "SELECT 1 AS mail", None);
    closed["port"] = json!(1);
    assert_eq!(test(closed).await, Err("host_not_reachable"));
    let mut metadata = asked(&server, "SELECT 1 AS mail", None);
    metadata["host"] = json!("169.254.169.254");
    assert_eq!(test(metadata).await, Err("host_not_allowed"));
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up_and_delays_nobody() {
    let room = Room::sqlite().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut slow = asked(&"postgres://tutti@127.0.0.1".parse().unwrap(), "SELECT 1 AS mail", None);
    slow["port"] = json!(silent.local_addr().unwrap().port());
    let slow = room.make(slow).await;
    let mut shop = Shop::open(&room).await;
    shop.add(0..3, "2026-11-01 10:00:00").await;
    let quick = room.make(definition(&room, NEW, Some("changed"))).await;
    let running = tokio::spawn(room.connect.clone().run());
    let begun = std::time::Instant::now();
    while room.health(quick).await.0 != "ok" {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(begun.elapsed() < Duration::from_millis(CONNECT_TIMEOUT_MS), "it waited for the slow one");
    }
    assert_eq!(room.health(slow).await.0, "running");
    while room.health(slow).await.0 != "failing" {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(begun.elapsed() < Duration::from_millis(3 * CONNECT_TIMEOUT_MS), "it is never given up");
    }
    assert_eq!(room.health(slow).await.1, "host_not_reachable");
    running.abort();
}
