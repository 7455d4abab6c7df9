use super::*;
use crate::testing::{Room, WORKSPACE};
use base::{Page, PageRequest, Problem};
use events::{Channel, Event, EventKind};
use serde_json::json;
use std::path::Path;

async fn upload(room: &Room, name: &str, kind: ImportKind, mapping: Mapping, parts: &[&[u8]]) -> Import {
    let new = NewImport { name: name.into(), kind, format: None, mapping, source: None };
    let mut upload = room.collect.create_import(WORKSPACE, new).await.expect("an import");
    for part in parts {
        upload.push(part).await.expect("the disk takes it");
    }
    upload.finish().await.expect("it starts")
}

async fn import(room: &Room, name: &str, kind: ImportKind, text: &[u8]) -> Import {
    let started = upload(room, name, kind, Mapping::default(), &[text]).await;
    room.collect.wait_import(WORKSPACE, started.id).await.unwrap()
}

async fn rejected(room: &Room, import: &Import) -> String {
    let path = room.collect.rejected_rows(WORKSPACE, import.id).await.unwrap().expect("a file");
    tokio::fs::read_to_string(path).await.unwrap()
}

fn counts(import: &Import) -> (u64, u64, u64, u64) {
    assert_eq!((import.state, import.error.as_deref()), (ImportState::Finished, None));
    (import.rows_done, import.rows_accepted, import.rows_rejected, import.events_sent)
}

fn traits(event: &Event) -> serde_json::Value {
    serde_json::Value::Object(event.traits.map().clone())
}

#[tokio::test]
async fn customers_of_a_dutch_spreadsheet_become_identify_calls() {
    for room in Room::all().await {
        // Windows-1252, semicolons, a quoted line break, a decimal comma.
        let mut file =
            b"Klantnummer;E-mail;Voornaam;Plaats;Geboortedatum;Nieuwsbrief;Schoen maat;Opmerking\r\n".to_vec();
        file.extend(b"1001;jan@example.nl;J\xe9r\xf4me;Ljouwert;3-4-1980;ja;43;\"twee\nregels\"\r\n");
        file.extend(b"1002;geen-adres;Piet;Delft;;nee;42;\r\n");
        file.extend(b";;Nobody;Delft;;;;\r\n");
        file.extend(b"1003;an@example.nl;An;Delft;31-12-1999;misschien;38;\r\n");
        file.extend(b"1004;too;few\r\n");
        file.extend(b"1005;els@example.nl;Els;Delft;;;0042;\r\n");
        let done = import(&room, "klanten.csv", ImportKind::Customers, &file).await;
        assert_eq!(counts(&done), (6, 2, 4, 2));
        assert_eq!(done.rows_total, Some(6));
        let events = room.events().await;
        let jan = &events[0];
        assert_eq!(
            (jan.kind, jan.user_id.as_deref(), jan.channel),
            (EventKind::Identify, Some("1001"), Channel::Import)
        );
        let expected = json!({ "first_name": "Jérôme", "city": "Ljouwert", "birthday": "1980-04-03", "email_consent": true,
            "schoen_maat": 43, "opmerking": "twee\nregels", "email": "jan@example.nl" });
        assert_eq!(traits(jan), expected);
        assert_eq!(jan.identifiers[0].value, "jan@example.nl");
        assert_eq!(events[1].traits.get("schoen_maat"), Some(&json!("0042")), "a leading zero is no number");
        let lines = rejected(&room, &done).await;
        let header = "import_line;import_error;Klantnummer;E-mail;Voornaam;Plaats;Geboortedatum;Nieuwsbrief;Schoen maat;Opmerking";
        assert_eq!(lines.lines().next(), Some(header), "the file's own columns and delimiter");
        assert!(
            lines.contains("4;\"\"\"geen-adres\"\" is not an e-mail address\";1002;geen-adres;Piet;Delft;;nee;42;"),
            "{lines}"
        );
        assert!(lines.contains("5;no customer") && lines.contains("6;\"\"\"misschien\"\" in email_consent"), "{lines}");
        let corrected = lines.replace("geen-adres;", "piet@example.nl;").replace("misschien;", "nee;");
        let again = import(&room, "verbeterd.csv", ImportKind::Customers, corrected.as_bytes()).await;
        assert_eq!((again.rows_accepted, again.rows_rejected), (2, 2));
        let piet = room.events().await.into_iter().find(|event| event.user_id.as_deref() == Some("1002")).unwrap();
        assert!(piet.traits.map().keys().all(|name| !name.starts_with("import_")), "{:?}", piet.traits.map());
        room.clock.advance_ms(crate::limits::REJECTIONS_KEPT_MS);
        room.collect.prune().await.unwrap();
        assert!(room.collect.rejected_rows(WORKSPACE, done.id).await.unwrap().is_some(), "kept for a month");
        room.clock.advance_ms(1);
        room.collect.prune().await.unwrap();
        assert!(room.collect.rejected_rows(WORKSPACE, done.id).await.unwrap().is_none(), "and no longer");
        assert!(lines.contains("7;3 fields where the first line names 8;1004;too;few"), "{lines}");
    }
}

#[tokio::test]
async fn companies_become_group_calls_with_and_without_a_member() {
    for room in Room::all().await {
        let file = "Bedrijfsnummer;Bedrijfsnaam;Website;Branche;Medewerkers;Klantnummer;Contact e-mail;Rol;Vertrokken;Regio\n\
            B1;Acme BV;www.acme.nl;Retail;12;;;;;Noord\n\
            B1;;;;;1001;;Inkoper;;\n\
            B2;Bolt;;;;;jan@bolt.nl;;ja;\n\
            B3;Cord;;;;;;Inkoper;;\n\
            ;Nobody;;;;1002;;;;\n\
            B4;Dorp;;;;;geen-adres;;;\n";
        let asked = PreviewRequest { name: "bedrijven.csv", ..PreviewRequest::default() };
        let preview = room.collect.preview_import(file.as_bytes(), asked).unwrap();
        assert_eq!(preview.kind, ImportKind::Companies);
        let suggested: Vec<&str> = preview.columns.iter().map(|column| column.suggested.as_str()).collect();
        let expected = [
            "company_id",
            "name",
            "website",
            "industry",
            "employees",
            "customer_id",
            "member_email",
            "role",
            "left",
            "trait:regio",
        ];
        assert_eq!(suggested, expected);
        let done = import(&room, "bedrijven.csv", ImportKind::Companies, file.as_bytes()).await;
        assert_eq!(counts(&done), (6, 3, 3, 3));
        let events = room.events().await;
        let heads: Vec<_> =
            events.iter().map(|event| (event.kind, event.group_id.as_deref(), event.user_id.as_deref())).collect();
        assert_eq!(
            heads,
            [
                (EventKind::Group, Some("B1"), None),
                (EventKind::Group, Some("B1"), Some("1001")),
                (EventKind::Group, Some("B2"), None)
            ]
        );
        let acme = json!({ "name": "Acme BV", "website": "www.acme.nl", "industry": "Retail", "employees": 12, "regio": "Noord" });
        assert_eq!(traits(&events[0]), acme);
        assert_eq!(traits(&events[1]), json!({ "role": "Inkoper" }));
        assert_eq!(traits(&events[2]), json!({ "name": "Bolt", "left": true }));
        assert_eq!(events[2].identifiers[0].value, "jan@bolt.nl");
        let lines = rejected(&room, &done).await;
        assert!(
            lines.contains("no member") && lines.contains("no company") && lines.contains("not an e-mail"),
            "{lines}"
        );
        let without = import(&room, "x.csv", ImportKind::Companies, b"name,city\nAcme,Delft\n").await;
        assert_eq!(without.error_code.as_deref(), Some("missing_column"));
    }
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    let room = Room::sqlite().await;
    let customers = b"customer_id,email\n1,a@example.com\n2,b@example.com\n2,b@example.com\n";
    assert_eq!(counts(&import(&room, "a.csv", ImportKind::Customers, customers).await), (3, 3, 0, 2));
    assert_eq!(counts(&import(&room, "a.csv", ImportKind::Customers, customers).await), (3, 3, 0, 0));
    let orders = b"order_id,customer_id,date,total\nA1,1,2026-01-02,10\nA2,1,2026-01-03,20\n";
    assert_eq!(counts(&import(&room, "o.csv", ImportKind::Orders, orders).await), (2, 2, 0, 2));
    // The inbox has long forgotten the messageIds; the orders are still known.
    room.clock.advance_ms(90 * 24 * 3_600_000);
    let again = b"order_id,customer_id,date,total\nA2,1,2026-01-03,20\nA3,1,2026-01-04,30\n";
    assert_eq!(counts(&import(&room, "o.csv", ImportKind::Orders, again).await), (2, 2, 0, 1));
    assert_eq!(room.events().await.len(), 5);
}

#[tokio::test]
async fn lines_become_orders_and_returns_become_refunds() {
    let room = Room::sqlite().await;
    let file = "Invoice No,SKU,Product,Qty,Unit price,Order date,Customer ID,Country,Shipping\n\
        100,S1,Runner,2,\"1,049.95\",12/25/2025 8:26,7.0,NL,5\n\
        101,S2,Boot,1,20,12/25/2025 9:00,8,SE,0\n\
        100,S3,Sock,3,5.50,12/25/2025 8:26,7,NL,5\n\
        C1020,S1,Runner,-1,1049.95,12/26/2025 8:00,7,NL,\n\
        101,S2,Boot,-1,20,12/27/2025 9:00,8,SE,0\n\
        102,S9,Gift,0,1,12/27/2025 9:00,8,SE,0\n\
        103,S9,Gift,1,1,someday,8,SE,0\n\
        104,S9,Gift,1,-1,12/27/2025 9:00,8,SE,0\n\
        105,S9,Gift,1,1,12/27/2025 9:00,,SE,0\n\
        101,S9,Gift,1,1,12/27/2025 9:00,9,SE,0\n";
    let mapping = Mapping { currency: Some("GBP".into()), channel: Some("shop".into()), ..Mapping::default() };
    let started = upload(&room, "orders.csv", ImportKind::Orders, mapping, &[file.as_bytes()]).await;
    let done = room.collect.wait_import(WORKSPACE, started.id).await.unwrap();
    // 4 orders and 2 customers with a country.
    assert_eq!(counts(&done), (10, 5, 5, 6));
    assert_eq!(done.mapping.date_order, Some(DateOrder::MonthDay));
    let events = room.events().await;
    let orders: Vec<_> = events.iter().filter(|event| event.kind == EventKind::Track).collect();
    let seen: Vec<_> = orders
        .iter()
        .map(|event| {
            (
                event.name.as_str(),
                event.properties.get("order_id").unwrap().as_str().unwrap(),
                event.properties.get("total").unwrap().as_f64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("Order Completed", "101", 20.0),
            ("Order Completed", "100", 2121.4),
            ("Order Refunded", "C1020", 1049.95),
            ("Order Refunded", "101", 20.0)
        ]
        .map(|order| order),
    );
    let first = orders[1];
    assert_eq!(
        (first.user_id.as_deref(), first.channel, first.at.to_string().as_str()),
        (Some("7"), Channel::Shop, "2025-12-25T08:26:00.000Z")
    );
    assert_eq!(first.properties.get("revenue"), Some(&json!(2116.4)));
    assert_eq!(first.properties.get("currency"), Some(&json!("GBP")));
    let products = json!([{ "product_id": "S1", "name": "Runner", "price": 1049.95, "quantity": 2 }, { "product_id": "S3", "name": "Sock", "price": 5.5, "quantity": 3 }]);
    assert_eq!(first.properties.get("products"), Some(&products));
}

#[tokio::test]
async fn json_lines_are_read_and_a_broken_line_costs_only_itself() {
    let room = Room::sqlite().await;
    let file = b"{\"id\":5,\"email\":\"a@example.com\",\"address\":{\"city\":\"Delft\"},\"tags\":[\"x\"]}\n\n{broken\n{\"id\":6,\"vip\":true}\n";
    let done = import(&room, "people.jsonl", ImportKind::Customers, file).await;
    assert_eq!(counts(&done), (3, 2, 1, 2));
    let events = room.events().await;
    assert_eq!(traits(&events[0]), json!({ "address_city": "Delft", "tags": ["x"], "email": "a@example.com" }));
    assert_eq!(traits(&events[1]), json!({ "vip": true }));
    assert!(rejected(&room, &done).await.contains("\n3,not a JSON object"));
}

/// Enough rows for several checkpoints; every order has a line at once and one 900 rows later.
fn scattered_orders() -> String {
    const ORDERS: usize = 9_000;
    const APART: usize = 900;
    let mut file = String::from("order_id,customer_id,date,sku,quantity,price\n");
    for index in 0..ORDERS + APART {
        if index < ORDERS {
            file.push_str(&format!("o{index},c{},2026-01-02,s1,1,10\n", index % 500));
        }
        if index >= APART {
            file.push_str(&format!("o{},c{},2026-01-02,s2,1,2.5\n", index - APART, (index - APART) % 500));
        }
        if index % 100 == 0 {
            file.push_str(&format!("bad{index},,2026-01-02,s1,1,10\n"));
        }
    }
    file
}

fn check_scattered(done: &Import, events: &[Event], lines: &str) {
    assert_eq!((done.rows_done, done.rows_accepted, done.rows_rejected), (18_099, 18_000, 99));
    assert_eq!(lines.lines().count(), 100, "every rejected row once, and the header");
    let mut orders: Vec<&str> =
        events.iter().map(|event| event.properties.get("order_id").unwrap().as_str().unwrap()).collect();
    orders.sort_unstable();
    orders.dedup();
    assert_eq!((orders.len(), events.len()), (9_000, 9_000));
    for event in events {
        assert_eq!(event.properties.get("total"), Some(&json!(12.5)), "{:?}", event.properties.get("order_id"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_was_stopped_goes_on_without_loss_or_double() {
    let mut room = Room::sqlite().await;
    let file = scattered_orders();
    let started = upload(&room, "orders.csv", ImportKind::Orders, Mapping::default(), &[file.as_bytes()]).await;
    let id = started.id;
    // Stopped after every checkpoint that can be caught; what came after the checkpoint is done again.
    let mut interrupted = 0;
    for stop_at in [5_000, 10_000, 15_000] {
        loop {
            let import = room.collect.import(WORKSPACE, id).await.unwrap();
            if import.rows_done >= stop_at || import.state != ImportState::Running {
                break;
            }
            tokio::task::yield_now().await;
        }
        room.inbox.close();
        // The task meets a closed inbox, as it does when the program stops.
        while room.collect.inner.imports.live(id).is_some() {
            tokio::task::yield_now().await;
        }
        interrupted += u32::from(room.collect.import(WORKSPACE, id).await.unwrap().state == ImportState::Running);
        room = room.reopened().await;
        room.collect.resume_interrupted_imports().await.unwrap();
    }
    assert!(interrupted > 0, "the import was too fast to be stopped");
    let done = room.collect.wait_import(WORKSPACE, id).await.unwrap();
    assert_eq!((done.state, done.error.as_deref()), (ImportState::Finished, None));
    check_scattered(&done, &room.events().await, &rejected(&room, &done).await);
    let folder = room.store.dir().join("imports").join(id.to_string());
    assert!(!folder.join("source").exists(), "the imported file is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_can_be_cancelled_and_resumed() {
    let room = Room::sqlite().await;
    let file = scattered_orders();
    let started = upload(&room, "orders.csv", ImportKind::Orders, Mapping::default(), &[file.as_bytes()]).await;
    room.collect.cancel_import(WORKSPACE, started.id).await.unwrap();
    let stopped = room.collect.wait_import(WORKSPACE, started.id).await.unwrap();
    assert_eq!(stopped.state, ImportState::Cancelled);
    let again = room.collect.cancel_import(WORKSPACE, started.id).await.unwrap_err();
    assert_eq!(Problem::from(again).code, "import_not_running");
    room.collect.resume_import(WORKSPACE, started.id).await.unwrap();
    let done = room.collect.wait_import(WORKSPACE, started.id).await.unwrap();
    check_scattered(&done, &room.events().await, &rejected(&room, &done).await);
    assert_eq!(
        Problem::from(room.collect.resume_import(WORKSPACE, started.id).await.unwrap_err()).code,
        "import_not_stopped"
    );
}

#[tokio::test]
async fn a_full_inbox_makes_senders_come_back_and_imports_wait() {
    let config = events::InboxConfig { backlog_bytes_max: 1, ..events::InboxConfig::default() };
    let room = Room::with_inbox(config).await;
    let key = room.source(crate::SourceKind::Server).await.write_key;
    let call = || crate::testing::body(json!({ "type": "page", "userId": "u" }));
    let page = crate::Endpoint::Single(EventKind::Page);
    room.collect.accept(page, call(), Some(&key)).await.unwrap();
    let full = Problem::from(room.collect.accept(page, call(), Some(&key)).await.unwrap_err());
    assert_eq!((full.kind, full.code), (base::ProblemKind::Busy, "inbox_full"));
    let file = b"customer_id,email\n1,a@example.com\n";
    let started = upload(&room, "a.csv", ImportKind::Customers, Mapping::default(), &[file]).await;
    while room
        .collect
        .inner
        .imports
        .live(started.id)
        .is_some_and(|live| live.bytes_done.load(std::sync::atomic::Ordering::Relaxed) == 0)
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(room.collect.import(WORKSPACE, started.id).await.unwrap().state, ImportState::Running);
    assert_eq!(room.events().await.len(), 1);
    room.inbox.release(room.inbox.end()).await.unwrap();
    assert_eq!(counts(&room.collect.wait_import(WORKSPACE, started.id).await.unwrap()), (1, 1, 0, 1));
}

#[tokio::test]
async fn a_file_that_cannot_be_imported_says_why() {
    let room = Room::sqlite().await;
    let long = format!("customer_id,email\n1,\"{}", "x".repeat(RECORD_BYTES_MAX + 10));
    let cases: [(&[u8], ImportKind, &str); 7] = [
        (b"", ImportKind::Customers, "the file is empty"),
        (b"\xff\xfea\0b\0", ImportKind::Customers, "UTF-16"),
        (b"colour,taste\nred,sweet\n", ImportKind::Customers, "no column is mapped to customer_id"),
        (b"customer_id,date\n1,2026-01-01\n", ImportKind::Orders, "no column is mapped to order_id"),
        (long.as_bytes(), ImportKind::Customers, "none of the 1 rows can be imported"),
        (b"customer_id,\"email\n1,a@example.nl\n", ImportKind::Customers, "quotation mark in the first line"),
        (b"customer_id,email\n1,nowhere\n2\n", ImportKind::Customers, "none of the 2 rows can be imported"),
    ];
    for (file, kind, expected) in cases {
        let done = import(&room, "file.csv", kind, file).await;
        assert_eq!(done.state, ImportState::Failed);
        assert!(done.error.as_deref().is_some_and(|error| error.contains(expected)), "{:?}", done.error);
    }
    let mapping = Mapping { columns: [("a/b".to_owned(), "shoe".to_owned())].into(), ..Mapping::default() };
    let new = NewImport { name: "x".into(), kind: ImportKind::Orders, format: None, mapping, source: None };
    let Err(error) = room.collect.create_import(WORKSPACE, new).await else { panic!("refused") };
    assert_eq!(Problem::from(error).errors[0].pointer, "/mapping/columns/a~1b");
    let parquet = import(&room, "file.parquet", ImportKind::Customers, b"PAR1").await;
    assert!(parquet.error.unwrap().contains("Parquet"));
}

#[tokio::test]
async fn a_quotation_mark_that_is_not_closed_costs_its_own_line_only() {
    let room = Room::sqlite().await;
    let row = |id: u32| format!("{id},a{id}@example.nl,\"note \"\"{id}\"\"\nsecond line\"\n");
    let rest: String = (10..8_010).map(row).collect();
    let file = format!(
        "customer_id,email,note\n1,a1@example.nl,\"never closed\n2,a2@example.nl,\"closed\"\n\
         3,\"a3@example.nl,x\r\n4,a4@example.nl,\n{rest}5,a5@example.nl,5\" wide\n9,\"a9@example.nl,last\n8,a8@example.nl,\n"
    );
    let done = import(&room, "c.csv", ImportKind::Customers, file.as_bytes()).await;
    assert_eq!(counts(&done), (8_007, 8_004, 3, 8_004));
    assert_eq!(done.bytes_done, file.len() as u64);
    let lines = rejected(&room, &done).await;
    let refused: Vec<&str> = lines.lines().skip(1).collect();
    let why = "a quotation mark is not closed in this line";
    assert_eq!(
        refused,
        [
            format!(r#"2,{why},"1,a1@example.nl,""never closed""#),
            format!(r#"4,{why},"3,""a3@example.nl,x""#),
            format!(r#"16007,{why},"9,""a9@example.nl,last""#),
        ]
    );
    // Of a field that is too long nothing becomes a row of its own, and what follows it is read.
    let inner = "inner,inner@example.nl,x\n".repeat(50_000);
    let file = format!(
        "customer_id,email,note\n1,a1@example.nl,\"{inner}\"\n2,a2@example.nl,{}\n3,a3@example.nl,x\n4,a4@example.nl,\"1",
        "y".repeat(RECORD_BYTES_MAX + 10)
    );
    let done = import(&room, "e.csv", ImportKind::Customers, file.as_bytes()).await;
    assert_eq!((done.rows_done, done.rows_accepted, done.rows_rejected), (4, 1, 3));
    let lines = rejected(&room, &done).await;
    for said in
        ["2,the record has more", "goes to line 50003", "50003,the record has more", "50005,a quotation mark is not"]
    {
        assert!(lines.contains(said), "{said}: {}", &lines[..300]);
    }
    let chained: String = (0..2_000).map(|n| format!("q{n},5\" {n},\"open\n")).collect();
    let done =
        import(&room, "f.csv", ImportKind::Customers, format!("customer_id,email,note\n{chained}").as_bytes()).await;
    assert_eq!((done.rows_done, done.rows_rejected), (2_000, 2_000));
    // Bad lines without end cost neither the stack nor the file's size squared.
    let odd = "7,\"a7@example.nl,x\n8,\"b\" c,\n".repeat(20_000);
    let done = import(&room, "d.csv", ImportKind::Customers, format!("customer_id,email,note\n{odd}").as_bytes()).await;
    assert_eq!((done.rows_done, done.rows_accepted), (40_000, 0));
}

fn named(name: &str) -> PreviewRequest<'_> {
    PreviewRequest { name, ..PreviewRequest::default() }
}

#[tokio::test]
async fn a_preview_completes_the_mapping_it_is_given_and_says_what_is_wrong_with_it() {
    let room = Room::sqlite().await;
    let head = b"nr;mail;note\n7;a@example.nl;x\n";
    let columns = |target: &str| [("nr".to_owned(), target.to_owned())].into();
    let mapping = Mapping { columns: columns("loyalty_card"), ..Mapping::default() };
    let asked = PreviewRequest { mapping, kind: Some(ImportKind::Customers), ..PreviewRequest::default() };
    let shown = room.collect.preview_import(head, asked).unwrap().mapping;
    assert_eq!((shown.columns["nr"].as_str(), shown.columns["mail"].as_str()), ("loyalty_card", "email"));
    assert_eq!(shown.columns["note"], "trait:note");
    let mapping = Mapping { columns: columns("nonsense"), ..Mapping::default() };
    let asked = PreviewRequest { mapping, kind: Some(ImportKind::Customers), ..PreviewRequest::default() };
    let problem = Problem::from(room.collect.preview_import(head, asked).unwrap_err());
    assert_eq!((problem.code, problem.errors[0].pointer.as_str()), ("invalid_mapping", "/mapping/columns/nr"));
    assert!(ImportKind::Orders.fields().any(|field| field == "order_id"));
}

#[tokio::test]
async fn a_row_with_nul_a_date_in_the_future_or_no_currency_is_refused_with_the_reason() {
    let room = Room::sqlite().await;
    let file = b"order_id,customer_id,date,total,currency\n\
        A1,1,2026-01-02,10,EUR\nA2,1,2026-01-02,10,EURO\nA3,1,2027-01-02,10,EUR\nA\x004,1,2026-01-02,10,EUR\n\
        A5,1,2026-01-02,1000000000000000000000000000000,EUR\nA6,1,2026-01-02,abc,EUR\nA7,1,2026-11-23,10,SEK\nA8,1,2026-01-02,1,ABC\n";
    let done = import(&room, "o.csv", ImportKind::Orders, file).await;
    assert_eq!(counts(&done), (8, 2, 6, 2));
    let lines = rejected(&room, &done).await;
    for (line, why) in [
        (3, "\"\"EURO\"\" is not an ISO 4217"),
        (4, "lies in the future"),
        (5, "holds the character NUL"),
        (6, "is too large"),
        (7, "is not a number"),
        (9, "is not the code of a currency"),
    ] {
        let found = lines.lines().find(|text| text.starts_with(&format!("{line},")));
        assert!(found.is_some_and(|text| text.contains(why)), "line {line}: {why}\n{lines}");
    }
    assert!(!lines.contains('\0'));
    let people = b"customer_id,email,name\n1,a@example.nl,An\n2,b@example.nl,B\x00\n";
    assert_eq!(counts(&import(&room, "c.csv", ImportKind::Customers, people).await), (2, 1, 1, 1));
}

#[tokio::test]
async fn imports_are_listed_page_by_page() {
    for room in Room::all().await {
        for name in ["a.csv", "b.csv", "c.csv"] {
            room.clock.advance_ms(1_000);
            import(&room, name, ImportKind::Customers, b"customer_id\n1\n").await;
        }
        let asked = |cursor| PageRequest { limit: Some(2), cursor };
        let first = room.collect.imports(WORKSPACE, &asked(None)).await.unwrap();
        let names = |page: &Page<Import>| page.items.iter().map(|import| import.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&first), ["c.csv", "b.csv"]);
        let second = room.collect.imports(WORKSPACE, &asked(first.next_cursor)).await.unwrap();
        assert_eq!((names(&second), second.next_cursor), (vec!["a.csv".to_owned()], None));
    }
}

#[tokio::test]
async fn a_preview_shows_columns_and_suggests_what_they_mean() {
    let room = Room::sqlite().await;
    let head = b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
        536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n536365,711";
    let preview = room.collect.preview_import(head, named("2010.csv")).unwrap();
    assert_eq!((preview.kind, preview.format, preview.delimiter), (ImportKind::Orders, Format::Csv, Some(',')));
    let suggested: Vec<_> = preview.columns.iter().map(|column| column.suggested.as_str()).collect();
    let expected =
        ["order_id", "product_id", "product_name", "quantity", "ordered_at", "unit_price", "customer_id", "country"];
    assert_eq!(suggested, expected);
    assert_eq!(preview.columns[2].examples, ["WHITE HEART"]);
    let swedish = "Kundnummer;E-post;Förnamn;Ort\n1;a@example.se;Åsa;Umeå\n";
    let preview = room.collect.preview_import(swedish.as_bytes(), named("kunder.csv")).unwrap();
    let suggested: Vec<_> = preview.columns.iter().map(|column| column.suggested.as_str()).collect();
    assert_eq!(suggested, ["customer_id", "email", "first_name", "city"]);
    assert_eq!((preview.kind, preview.delimiter, preview.encoding), (ImportKind::Customers, Some(';'), "utf-8"));
}

fn csv_files(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|ending| ending == "csv")).collect();
    files.sort();
    files
}

/// 42,481 lines of a British gift shop: invoices, cancellations ("C…"), rows without a customer.
#[tokio::test]
async fn the_online_retail_data_imports_whole_with_its_dirty_rows_reported() {
    let Some(dir) = testkit::shared_data("online-retail-2010-12") else { return };
    let room = Room::sqlite().await;
    let (mut rows, mut accepted, mut bad, mut no_customer) = (0, 0, 0, 0);
    for path in csv_files(&dir) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mapping = Mapping { currency: Some("GBP".into()), channel: Some("web".into()), ..Mapping::default() };
        let started = upload(&room, &name, ImportKind::Orders, mapping, &[&std::fs::read(&path).unwrap()]).await;
        let done = room.collect.wait_import(WORKSPACE, started.id).await.unwrap();
        let (done_rows, done_accepted, done_rejected, _) = counts(&done);
        (rows, accepted, bad) = (rows + done_rows, accepted + done_accepted, bad + done_rejected);
        let lines = rejected(&room, &done).await;
        no_customer += lines.matches("no customer: ").count();
    }
    assert_eq!((rows, accepted, bad, no_customer), (42_481, 26_850, 15_631, 15_631));
    let events = room.events().await;
    let count = |name: &str| events.iter().filter(|event| event.name == name).count();
    assert_eq!((count("Order Completed"), count("Order Refunded")), (1_400, 308));
    let customers: std::collections::HashSet<_> = events.iter().filter_map(|event| event.user_id.clone()).collect();
    assert_eq!(customers.len(), 948);
    let revenue: f64 = events
        .iter()
        .filter(|event| event.name == "Order Completed")
        .map(|event| event.properties.get("total").unwrap().as_f64().unwrap())
        .sum();
    assert!((revenue - 572_713.89).abs() < 0.01, "{revenue}");
}
