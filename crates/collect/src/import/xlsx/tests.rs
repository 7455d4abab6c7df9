use crate::import::{Import, ImportKind, ImportState, Mapping, NewImport, PreviewRequest, XLSX_TEXTS_BYTES_MAX};
use crate::testing::{Room, WORKSPACE};
use events::EventKind;
use serde_json::json;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
const MAIN: &str = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;

/// Archives parts into a workbook.
fn archive(parts: &[(&str, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("memory takes it");
    }
    zip.finish().expect("an archive").into_inner()
}

/// A workbook of sheets given as (name, state, rows in XML); style 1 is a date, 2 a date with time.
fn workbook(sheets: &[(&str, &str, &str)], texts: &[&str]) -> Vec<u8> {
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let (mut listed, mut related, mut parts) = (String::new(), String::new(), Vec::new());
    for (index, (name, state, rows)) in sheets.iter().enumerate() {
        let number = index + 1;
        listed.push_str(&format!(r#"<sheet name="{name}" sheetId="{number}" state="{state}" r:id="rId{number}"/>"#));
        related.push_str(&format!(
            r#"<Relationship Id="rId{number}" Type="{relations}/worksheet" Target="worksheets/sheet{number}.xml"/>"#
        ));
        parts.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!("{HEAD}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"),
        ));
    }
    let shared: String = texts.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let book = format!(r#"{HEAD}<workbook {MAIN} xmlns:r="{relations}"><sheets>{listed}</sheets></workbook>"#);
    let styles = format!(
        r#"{HEAD}<styleSheet {MAIN}><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd hh:mm"/></numFmts>
        <cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>"#
    );
    let root = format!(
        r#"{HEAD}<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let fixed = [
        ("_rels/.rels", root),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", format!(r#"{HEAD}<Relationships xmlns="{package}">{related}</Relationships>"#)),
        ("xl/styles.xml", styles),
        ("xl/sharedStrings.xml", format!("{HEAD}<sst {MAIN} uniqueCount=\"{}\">{shared}</sst>", texts.len())),
    ];
    let mut all: Vec<(&str, String)> = fixed.to_vec();
    all.extend(parts.iter().map(|(name, text)| (name.as_str(), text.clone())));
    archive(&all)
}

/// Shared texts: 0 E-mail, 1 Klantnummer, 2 Verjaardag, 3 Nieuwsbrief, 4 Punten, 5 jan@example.nl, 6 geen-adres.
fn customers() -> Vec<u8> {
    let rows = r#"
      <row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c r="D2" t="s"><v>2</v></c>
        <c r="E2" t="s"><v>3</v></c><c r="F2" t="s"><v>4</v></c></row>
      <row r="3"><c r="B3" t="s"><v>5</v></c><c r="C3"><v>17850</v></c><c r="D3" s="1"><v>29314</v></c>
        <c r="E3" t="b"><v>1</v></c><c r="F3"><v>12.5</v></c></row>
      <row r="5"><c r="B5" t="s"><v>6</v></c><c r="C5"><v>17851</v></c></row>
      <row r="6"><c r="B6" t="inlineStr"><is><t>an@example.nl</t></is></c><c r="F6" t="e"><v>#N/A</v></c></row>"#;
    let other = r#"<row r="1"><c r="A1" t="str"><v>email</v></c></row><row r="2"><c r="A2" t="str"><v>b@example.nl</v></c></row>"#;
    let texts = ["E-mail", "Klantnummer", "Verjaardag", "Nieuwsbrief", "Punten", "jan@example.nl", "geen-adres"];
    workbook(&[("Verborgen", "hidden", other), ("Klanten", "visible", rows), ("Oud", "visible", other)], &texts)
}

async fn import(room: &Room, name: &str, kind: ImportKind, mapping: Mapping, bytes: &[u8]) -> Import {
    let new = NewImport { name: name.into(), kind, format: None, mapping, source: None };
    let mut upload = room.collect.create_import(WORKSPACE, new).await.expect("an import");
    upload.push(bytes).await.expect("the disk takes it");
    let id = upload.finish().await.expect("it starts").id;
    room.collect.wait_import(WORKSPACE, id).await.unwrap()
}

#[tokio::test]
async fn a_workbook_is_read_as_it_looks() {
    for room in Room::all().await {
        // The name lies: the content decides.
        let mut mapping = Mapping::default();
        mapping.columns.insert("Verjaardag".into(), "birthday".into());
        let done = import(&room, "klanten.csv", ImportKind::Customers, mapping, &customers()).await;
        assert_eq!((done.state, done.error.as_deref(), done.format.name()), (ImportState::Finished, None, "xlsx"));
        assert_eq!((done.rows_done, done.rows_accepted, done.rows_rejected), (3, 2, 1));
        let events = room.events().await;
        let jan = &events[0];
        assert_eq!((jan.kind, jan.user_id.as_deref()), (EventKind::Identify, Some("17850")));
        let traits = serde_json::Value::Object(jan.traits.map().clone());
        let expected =
            json!({ "birthday": "1980-04-03", "email_consent": true, "punten": 12.5, "email": "jan@example.nl" });
        assert_eq!(traits, expected);
        assert_eq!(serde_json::Value::Object(events[1].traits.map().clone()), json!({ "email": "an@example.nl" }));
        let path = room.collect.rejected_rows(WORKSPACE, done.id).await.unwrap().expect("a file");
        let rejected = tokio::fs::read_to_string(path).await.unwrap();
        assert!(rejected.starts_with("import_line,import_error,E-mail,Klantnummer,"), "{rejected}");
        assert!(rejected.contains("\n5,"), "the line of the sheet, not of the data: {rejected}");
    }
}

#[tokio::test]
async fn a_sheet_is_chosen_and_previewed() {
    let room = Room::sqlite().await;
    let file = customers();
    let asked = PreviewRequest { name: "x.xlsx", ..PreviewRequest::default() };
    let preview = room.collect.preview_import(&file, asked.clone()).unwrap();
    assert_eq!(preview.sheets, ["Klanten", "Oud"], "hidden sheets are not offered");
    assert_eq!(preview.columns[0].name, "E-mail");
    assert_eq!(preview.columns[0].suggested, "email");
    assert_eq!(preview.rows[0]["Klantnummer"], "17850");
    let mapping = Mapping { sheet: Some("Oud".into()), ..Mapping::default() };
    let other = room.collect.preview_import(&file, PreviewRequest { mapping, ..asked.clone() }).unwrap();
    assert_eq!(other.columns.len(), 1);
    let mapping = Mapping { sheet: Some("Nergens".into()), ..Mapping::default() };
    let error = room.collect.preview_import(&file, PreviewRequest { mapping, ..asked }).unwrap_err();
    assert!(error.to_string().contains("Klanten, Oud"), "{error}");
}

#[tokio::test]
async fn times_of_day_and_moments_keep_what_they_say() {
    let room = Room::sqlite().await;
    let rows = r#"<row r="1"><c r="A1" t="str"><v>email</v></c><c r="B1" t="str"><v>when</v></c><c r="C1" t="str"><v>event</v></c></row>
      <row r="2"><c r="A2" t="str"><v>a@example.nl</v></c><c r="B2" s="2"><v>46348.35</v></c><c r="C2" t="str"><v>Called</v></c></row>"#;
    let mut mapping = Mapping { time_zone: Some("Europe/Amsterdam".into()), ..Mapping::default() };
    mapping.columns.insert("when".into(), "happened_at".into());
    let file = workbook(&[("Calls", "visible", rows)], &[]);
    let done = import(&room, "calls.xlsx", ImportKind::Events, mapping, &file).await;
    assert_eq!((done.rows_accepted, done.error.as_deref()), (1, None));
    let events = room.events().await;
    assert_eq!((events[0].kind, events[0].name.as_str()), (EventKind::Track, "Called"));
    assert_eq!(events[0].at.to_string(), "2026-11-22T07:24:00.000Z");
}

#[tokio::test]
async fn a_date_out_of_range_is_refused_by_name_and_not_bent() {
    let room = Room::sqlite().await;
    let row = |line: u32, mail: &str, serial: &str| {
        format!(
            r#"<row r="{line}"><c r="A{line}" t="str"><v>{mail}</v></c><c r="B{line}" s="1"><v>{serial}</v></c></row>"#
        )
    };
    let header = r#"<row r="1"><c r="A1" t="str"><v>email</v></c><c r="B1" t="str"><v>until</v></c></row>"#;
    let rows = [
        header.to_owned(),
        row(2, "a@example.nl", "2958465"),
        row(3, "b@example.nl", "2958466"),
        row(4, "c@example.nl", "-1"),
        row(5, "d@example.nl", "29314"),
    ];
    let file = workbook(&[("People", "visible", &rows.concat())], &[]);
    let done = import(&room, "people.xlsx", ImportKind::Customers, Mapping::default(), &file).await;
    assert_eq!((done.rows_done, done.rows_accepted, done.rows_rejected), (4, 2, 2), "{:?}", done.error);
    let events = room.events().await;
    let born: Vec<String> = events.iter().map(|event| event.traits.map()["until"].to_string()).collect();
    assert_eq!(born, ["\"9999-12-31\"", "\"1980-04-03\""]);
    let path = room.collect.rejected_rows(WORKSPACE, done.id).await.unwrap().expect("a file");
    let rejected = tokio::fs::read_to_string(path).await.unwrap();
    assert!(rejected.contains("until") && rejected.contains("2958466") && rejected.contains("-1"), "{rejected}");
}

#[tokio::test]
async fn what_is_no_workbook_or_would_blow_up_is_refused_with_the_reason() {
    let room = Room::sqlite().await;
    let half = customers();
    let done = import(&room, "half.xlsx", ImportKind::Customers, Mapping::default(), &half[..half.len() / 2]).await;
    assert_eq!((done.state, done.error_code.as_deref()), (ImportState::Failed, Some("unreadable_file")));
    assert!(done.error.unwrap().contains("only a part"));

    let old = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0];
    let done = import(&room, "old.xls", ImportKind::Customers, Mapping::default(), &old).await;
    assert!(done.error.unwrap().contains("save it as .xlsx"));

    let zeros = " ".repeat(XLSX_TEXTS_BYTES_MAX as usize + 1);
    let bomb = archive(&[("xl/sharedStrings.xml", zeros)]);
    assert!(bomb.len() < 2 << 20, "{} bytes", bomb.len());
    let done = import(&room, "bomb.xlsx", ImportKind::Customers, Mapping::default(), &bomb).await;
    assert!(done.error.unwrap().contains("unpacked, the workbook is larger than"));

    let claims =
        archive(&[("xl/sharedStrings.xml", "<sst uniqueCount = '99999999999'><si><t>a</t></si></sst>".to_owned())]);
    let done = import(&room, "claims.xlsx", ImportKind::Customers, Mapping::default(), &claims).await;
    assert!(done.error.unwrap().contains("claims more texts"));

    let cell = |text: &str| {
        format!(
            r#"<row r="1"><c r="A1" t="str"><v>email</v></c></row><row r="2"><c r="A2" t="inlineStr"><is>{text}</is></c></row>"#
        )
    };
    let refused = [
        // One text, and many that make one.
        (format!("<t>{}</t>", "x".repeat(2 << 20)), "is longer than 32767 characters"),
        ("<r><t>0123456789</t></r>".repeat(4_000), "a cell of more than 32767 characters"),
        (format!("<t>x</t>{}", "<r/>".repeat(65 << 20)), "sheet1.xml has more than 256 MB"),
    ];
    for (text, reason) in refused {
        let bomb = workbook(&[("A", "visible", &cell(&text))], &[]);
        let done = import(&room, "bomb.xlsx", ImportKind::Customers, Mapping::default(), &bomb).await;
        let error = done.error.unwrap_or_default();
        assert!(done.error_code.as_deref() == Some("unreadable_file") && error.contains(reason), "{error}");
    }
    assert!(room.events().await.is_empty());
}
