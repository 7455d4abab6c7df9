//! Against a real MariaDB (`scripts/mariadb`), also through a connection that breaks.

use super::*;
use crate::testing::{Cable, Room, WORKSPACE};
use serde_json::json;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};

const VARIABLE: &str = "TUTTI_TEST_MYSQL";
const DAY_MS: i64 = 24 * 3_600_000;

/// A table of its own on the test server, gone at the end.
struct Shop {
    server: url::Url,
    connection: MySqlConnection,
    table: String,
}

impl Shop {
    async fn open(table: &str) -> Option<Shop> {
        let Ok(text) = std::env::var(VARIABLE) else {
            println!("skipped: MySQL ({VARIABLE} is not set)");
            return None;
        };
        let server: url::Url = text.parse().expect("a URL");
        let options: MySqlConnectOptions = text.parse().expect("a URL");
        let connection = MySqlConnection::connect_with(&options).await.expect("the test server answers");
        let mut shop = Shop { server, connection, table: format!("{table}_{}", std::process::id()) };
        shop.run("DROP TABLE IF EXISTS TABLE_NAME").await;
        Some(shop)
    }

    /// TABLE_NAME stands for the table.
    async fn run(&mut self, sql: &str) {
        let sql = sql.replace("TABLE_NAME", &self.table);
        self.connection.execute(AssertSqlSafe(sql)).await.expect("SQL");
    }

    fn asked(&self, query: &str, cursor: Option<&str>) -> Json {
        json!({ "kind": "database", "engine": "mysql", "host": self.server.host_str(), "port": self.server.port(),
            "database": "shop", "user": self.server.username(), "password": self.server.password(),
            "query": query.replace("TABLE_NAME", &self.table), "cursor_column": cursor, "import_kind": "customers" })
    }

    async fn close(mut self) {
        self.run("DROP TABLE IF EXISTS TABLE_NAME").await;
    }
}

async fn test(room: &Room, definition: Json) -> Result<Vec<String>, (&'static str, String)> {
    let definition = Definition::read(definition).unwrap();
    let outcome = room.connect.test(WORKSPACE, definition, None).await.expect("a definition");
    let columns = |result: TestResult| result.sample.columns.into_iter().map(|column| column.name).collect();
    outcome.map(columns).map_err(|fault| (fault.code, fault.detail))
}

fn rows(room: &Room) -> Vec<Json> {
    room.till.look(|state| state.rows.keys().map(|row| serde_json::from_str(row).unwrap()).collect())
}

#[tokio::test]
async fn mysql_is_read_in_its_own_types() {
    let Some(mut shop) = Shop::open("types").await else { return };
    let room = Room::sqlite().await;
    shop.run("CREATE TABLE TABLE_NAME (id BIGINT UNSIGNED PRIMARY KEY, mail VARCHAR(100) COLLATE utf8mb4_bin, paid DECIMAL(10,2), \
              huge DECIMAL(30,2), rate FLOAT, ratio DOUBLE, ok TINYINT(1), small TINYINT UNSIGNED, bits BIT(10), year YEAR, \
              born DATE, seen DATETIME(6), stamp TIMESTAMP NULL, span TIME, plan ENUM('gold','free'), tags SET('a','b'), \
              extra JSON, note TEXT)").await;
    shop.run("SET SESSION time_zone = '+02:00', SESSION sql_mode = ''").await;
    shop.run("INSERT INTO TABLE_NAME VALUES (18446744073709551615, 'Jan@example.nl', 12.50, 12345678901234567890.12, 0.1, 0.25, 1, \
              200, b'1000000001', 2026, '1980-02-29', '2026-11-01 10:00:00.123456', '2026-11-01 12:00:00', '-26:03:04', 'gold', \
              'a,b', '{\"x\": [1]}', 'it''s \\\\ here ünï 🎉')").await;
    shop.run("INSERT INTO TABLE_NAME (id, ok, born, seen) VALUES (2, 5, '0000-00-00', '0000-00-00 00:00:00')").await;
    let id = room.make(shop.asked("SELECT * FROM TABLE_NAME WHERE id > :since", Some("id"))).await;
    room.pass(0).await;
    assert_eq!((room.health(id).await, room.rows()), (("ok", String::new(), String::new()), 2));
    let found = rows(&room);
    let jan = found.iter().find(|row| row["mail"] == "Jan@example.nl").expect("a row");
    let expected = json!({ "id": 18_446_744_073_709_551_615_u64, "mail": "Jan@example.nl", "paid": 12.5,
        "huge": "12345678901234567890.12", "rate": 0.1, "ratio": 0.25, "ok": true, "small": 200, "bits": 513, "year": 2026,
        "born": "1980-02-29", "seen": "2026-11-01 10:00:00.123456", "stamp": "2026-11-01T10:00:00Z", "span": "-26:03:04",
        "plan": "gold", "tags": "a,b", "extra": "{\"x\": [1]}", "note": "it's \\ here ünï 🎉" });
    assert_eq!(*jan, expected);
    let zero = found.iter().find(|row| row["id"] == 2).expect("a row");
    assert_eq!(
        (&zero["born"], &zero["seen"], &zero["ok"]),
        (&Json::Null, &Json::Null, &json!(5)),
        "no date is no date"
    );
    let cursor = room.connect.connection(WORKSPACE, id).await.unwrap().cursor;
    assert_eq!(cursor.as_deref(), Some("18446744073709551615"));

    // Bytes are refused by the column's name, and so are two columns of one name.
    let (code, detail) =
        test(&room, shop.asked("SELECT id, CAST(mail AS BINARY) AS raw FROM TABLE_NAME", None)).await.unwrap_err();
    assert!(code == "column_not_readable" && detail.contains("\"raw\""), "{code} {detail}");
    let (code, detail) = test(&room, shop.asked("SELECT id, mail AS ID FROM TABLE_NAME", None)).await.unwrap_err();
    assert!(code == "column_twice" && detail.contains("\"ID\""), "{code} {detail}");
    // The server's own mode does not change what a query means.
    let texts = "SELECT \"a\" AS mail, 'b\\' AS note, `id` FROM TABLE_NAME -- (\n# (\n/* ( */ ORDER BY 3";
    assert_eq!(test(&room, shop.asked(texts, None)).await.unwrap(), ["mail", "note", "id"]);
    shop.close().await;
}

#[tokio::test]
async fn mysql_gives_what_is_new_by_time_and_by_text() {
    let Some(mut shop) = Shop::open("fresh").await else { return };
    for room in Room::all().await {
        shop.run("DROP TABLE IF EXISTS TABLE_NAME").await;
        shop.run("CREATE TABLE TABLE_NAME (id INT PRIMARY KEY, mail TEXT, changed DATETIME(3), stamp TIMESTAMP(6) NULL, code VARCHAR(9))").await;
        shop.run(
            "INSERT INTO TABLE_NAME VALUES (1, 'a', '2026-11-01 10:00:00.123', '2026-11-01 10:00:00.5', 'a1'), \
                  (2, 'b', '2026-11-02 10:00:00', '2026-11-02 10:00:00', 'b2'), (3, 'never', NULL, NULL, NULL)",
        )
        .await;
        let columns = ["changed", "stamp", "code", "id"];
        let mut ids = Vec::new();
        for column in columns {
            let query = format!("SELECT mail, '{column}' AS by_it, {column} FROM TABLE_NAME WHERE {column} > :since");
            ids.push(room.make(shop.asked(&query, Some(column))).await);
        }
        room.pass(0).await;
        for (id, column) in ids.iter().zip(columns) {
            assert_eq!(room.health(*id).await, ("ok", String::new(), String::new()), "{column}");
        }
        assert_eq!(room.rows(), 2 + 2 + 2 + 3, "a row without a value of the cursor is never new");
        shop.run(
            "INSERT INTO TABLE_NAME VALUES (4, 'd', '2026-11-02 10:00:00.001', '2026-11-02 10:00:00.000001', 'b3')",
        )
        .await;
        room.pass(DAY_MS).await;
        room.pass(DAY_MS).await;
        assert_eq!(room.rows(), 9 + 4);
        assert_eq!(room.till.look(|state| state.rows.values().copied().max()), Some(1), "nothing was read twice");
        // Another schema: the mapping names a column that is gone.
        let mut mapped = shop.asked("SELECT * FROM TABLE_NAME WHERE id > :since", Some("id"));
        mapped["mapping"] = json!({ "columns": { "mail": "email" } });
        let id = room.make(mapped).await;
        shop.run("ALTER TABLE TABLE_NAME CHANGE COLUMN mail epost TEXT").await;
        room.pass(0).await;
        let (state, code, detail) = room.health(id).await;
        assert_eq!((state, code.as_str()), ("failing", "schema_changed"), "{detail}");
    }
    shop.close().await;
}

#[tokio::test]
async fn mysql_is_never_written_and_says_what_is_wrong() {
    let Some(mut shop) = Shop::open("safe").await else { return };
    let room = Room::sqlite().await;
    shop.run("CREATE TABLE TABLE_NAME (id INT PRIMARY KEY)").await;
    shop.run("DROP FUNCTION IF EXISTS TABLE_NAME_f").await;
    shop.run("CREATE FUNCTION TABLE_NAME_f() RETURNS INT BEGIN INSERT INTO TABLE_NAME VALUES (9); RETURN 1; END").await;
    let code = async |definition: Json| test(&room, definition).await.err();
    let (why, detail) = code(shop.asked("SELECT TABLE_NAME_f() AS mail", None)).await.expect("it would write");
    assert!(why == "query_failed" && detail.contains("only reading"), "{why} {detail}");
    let into = code(shop.asked("SELECT 1 AS mail INTO OUTFILE '/tmp/tutti-written'", None)).await;
    assert_eq!(into.map(|(code, _)| code), Some("query_failed"));
    shop.run("DROP FUNCTION TABLE_NAME_f").await;
    let is = async |mut definition: Json, field: &str, value: Json| {
        definition[field] = value;
        code(definition).await.map(|(code, _)| code)
    };
    let plain = shop.asked("SELECT 1 AS mail", None);
    assert_eq!(is(plain.clone(), "port", plain["port"].clone()).await, None);
    assert_eq!(is(plain.clone(), "password", json!("wrong")).await, Some("wrong_credentials"));
    assert_eq!(is(plain.clone(), "database", json!("nowhere")).await, Some("wrong_credentials"), "it may not know");
    assert_eq!(is(plain.clone(), "port", json!(1)).await, Some("host_not_reachable"));
    assert_eq!(is(plain.clone(), "host", json!("169.254.169.254")).await, Some("host_not_allowed"));
    assert_eq!(is(plain.clone(), "tls", json!(true)).await, Some("host_not_reachable"), "it has no certificate");
    assert_eq!(is(plain.clone(), "query", json!("SELECT 1 AS mail FROM nothing")).await, Some("query_failed"));
    let other = shop.asked("SELECT 1 AS mail WHERE 1 > :since", Some("id"));
    assert_eq!(code(other).await.map(|(code, _)| code), Some("cursor_not_in_result"));
    shop.close().await;
}

#[tokio::test]
async fn mysql_that_stops_in_the_middle_or_answers_slowly_is_asked_again_from_its_cursor() {
    let Some(mut shop) = Shop::open("fault").await else { return };
    let room = Room::sqlite().await;
    shop.run("CREATE TABLE TABLE_NAME (id INT PRIMARY KEY, note TEXT)").await;
    shop.run("INSERT INTO TABLE_NAME SELECT seq, REPEAT('x', 200) FROM seq_1_to_5000").await;
    let address = format!("127.0.0.1:{}", shop.server.port().expect("a port"));
    let cable = Cable::to(address).await;
    let mut asked = shop.asked("SELECT id, note FROM TABLE_NAME WHERE id > :since", Some("id"));
    asked["port"] = json!(cable.port);
    let id = room.make(asked).await;
    cable.cut_after(200_000);
    room.pass(0).await;
    assert_eq!((room.health(id).await.0, room.health(id).await.1.as_str()), ("failing", "host_not_reachable"));
    assert_eq!((room.rows(), room.connect.connection(WORKSPACE, id).await.unwrap().cursor), (0, None));
    cable.hang_after(200_000);
    room.pass(DAY_MS).await;
    assert_eq!(room.health(id).await.1, "too_slow");
    assert_eq!(room.rows(), 0, "half of an answer is none");
    cable.mend();
    room.pass(DAY_MS).await;
    assert_eq!((room.health(id).await.0, room.rows()), ("ok", 5_000));
    assert_eq!(room.till.look(|state| state.rows.values().copied().max()), Some(1));
    shop.close().await;
}

#[test]
fn a_mysql_query_cannot_leave_its_brackets() {
    let right = |text: &str| Query::read(text, EngineKind::Mysql).is_ok();
    assert!(right("SELECT '\\', \")\", `a)b`, 5-3 FROM t -- )\n# )\n/* ) */ WHERE a > :since"));
    let out = [
        "select 1 /*! ) union select 2 from (select 3 */",
        "select 1 /*M!100100 ) */",
        "select /*+ SET_VAR(max_execution_time=0) */ 1",
        "select 1--) from (select 1\n",
        "select `(` ) from t",
        "select @a := 1",
        "select ? from t",
        "select 1; select 2",
        "select 'x",
        "select 1 # ) \n ) from (select 2",
    ];
    for text in out {
        assert!(!right(text), "{text}");
    }
}
