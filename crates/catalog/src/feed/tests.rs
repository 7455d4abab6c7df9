use super::*;
use std::io::Write;

const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- made by the shop -->
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0" xmlns:media="http://search.yahoo.com/mrss/">
 <channel>
  <title>Skogen &amp; Zee</title><link>https://shop.example</link>
  <item>
   <title>Plain title</title><g:title><![CDATA[Mug <blue>]]></g:title>
   <g:id>MUG-1</g:id><link>https://shop.example/p/mug?c=blue&amp;s=1</link><guid>nothing</guid>
   <g:price>12.90 EUR</g:price><g:availability>in_stock</g:availability>
   <g:shipping><g:country>NL</g:country><g:price>5 EUR</g:price></g:shipping>
   <g:additional_image_link>https://shop.example/1.jpg</g:additional_image_link>
   <g:additional_image_link>https://shop.example/2.jpg</g:additional_image_link>
   <media:content url="x">y</media:content>
   <description>Black &amp; white, 5&#39;&#x27; &lt;b&gt;</description>
  </item>
  <item><g:id>PAN-2</g:id><title>Pan & lid</title><g:price>49,00 EUR</g:price></item>
 </channel>
</rss>
"#;

const ATOM: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom" xmlns:m="http://base.google.com/ns/1.0">
<title>shop</title><entry><id>urn:1</id><m:id>A-1</m:id><title>Lamp</title><summary>Bright</summary>
<link rel="self" href="https://shop.example/self"/><link href="https://shop.example/lamp?a=1&amp;b=2"/><m:price>9 SEK</m:price></entry></feed>"#;

const TSV: &str = "id\ttitle\timage link\tprice\tcustom label 0\nMUG-1\tMug 19\" wide\thttps://shop.example/1.jpg\t12.90 EUR\twinter\nPAN-2\tPan\t\t49 EUR\t\n";
const CSV: &str = "\u{feff}Id;Title;Price\r\nMUG-1;\"Mug; with\r\n\"\"ear\"\"\";12,90 EUR\r\nPAN-2;Pan;49 EUR";
const JSONL: &str = "{\"offerId\":\"MUG-1\",\"title\":\"Mug\",\"price\":{\"value\":\"12.90\",\"currency\":\"EUR\"},\"additionalImageLinks\":[\"https://a.example/1\",\"https://a.example/2\"]}\n\n{\"id\":2,\"title\":\"Pan\",\"price\":\"49 EUR\"}";

fn items(bytes: &[u8]) -> (Vec<RawItem>, Ended) {
    let mut items = Vec::new();
    let ended = read(bytes, &mut |item: RawItem| {
        items.push(item);
        Ok(())
    });
    (items, ended)
}

#[track_caller]
fn whole(bytes: &[u8]) -> Vec<RawItem> {
    let (items, ended) = items(bytes);
    assert_eq!(ended.error, None);
    items
}

fn values<'i>(item: &'i RawItem, name: &str) -> Vec<&'i str> {
    item.fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
}

fn code(bytes: &[u8]) -> &'static str {
    items(bytes).1.error.map_or("none", |error| error.code())
}

#[test]
fn rss_is_read_with_any_letters_of_xml_and_without_what_is_nested() {
    let items = whole(RSS.as_bytes());
    assert_eq!(items.len(), 2);
    let mug = &items[0];
    assert_eq!((values(mug, "id"), values(mug, "title")), (vec!["MUG-1"], vec!["Mug <blue>"]));
    assert_eq!(values(mug, "link"), ["https://shop.example/p/mug?c=blue&s=1"]);
    assert_eq!(values(mug, "description"), ["Black & white, 5'' <b>"]);
    assert_eq!(values(mug, "additional_image_link").len(), 2);
    assert_eq!((values(mug, "price"), values(mug, "shipping").len()), (vec!["12.90 EUR"], 0));
    assert!(values(mug, "content").is_empty(), "of another namespace");
    assert_eq!((items[1].number, values(&items[1], "title")), (2, vec!["Pan & lid"]));
}

#[test]
fn the_prefix_of_the_namespace_does_not_matter() {
    let items = whole(ATOM.as_bytes());
    assert_eq!((values(&items[0], "id"), values(&items[0], "title")), (vec!["A-1"], vec!["Lamp"]));
    assert_eq!((values(&items[0], "description"), values(&items[0], "price")), (vec!["Bright"], vec!["9 SEK"]));
    assert_eq!(values(&items[0], "link"), ["https://shop.example/lamp?a=1&b=2"]);
    let renamed = RSS.replace("g:", "p:").replace("xmlns:g=", "xmlns:p=");
    assert_eq!(whole(renamed.as_bytes()), whole(RSS.as_bytes()));
}

#[test]
fn tables_and_json_lines_say_the_same() {
    let (tsv, csv, jsonl) = (whole(TSV.as_bytes()), whole(CSV.as_bytes()), whole(JSONL.as_bytes()));
    assert_eq!((tsv.len(), csv.len(), jsonl.len()), (2, 2, 2));
    assert_eq!(
        (values(&tsv[0], "title"), values(&tsv[0], "image_link")),
        (vec!["Mug 19\" wide"], vec!["https://shop.example/1.jpg"])
    );
    assert_eq!((values(&tsv[0], "custom_label_0"), tsv[1].line), (vec!["winter"], Some(3)));
    assert_eq!((values(&csv[0], "title"), values(&csv[0], "price")), (vec!["Mug; with\r\n\"ear\""], vec!["12,90 EUR"]));
    assert_eq!((csv[1].line, values(&csv[1], "id")), (Some(4), vec!["PAN-2"]));
    assert_eq!((values(&jsonl[0], "id"), values(&jsonl[0], "price")), (vec!["MUG-1"], vec!["12.90 EUR"]));
    assert_eq!(
        (values(&jsonl[1], "id"), jsonl[1].line, values(&jsonl[0], "additional_image_link").len()),
        (vec!["2"], Some(3), 2)
    );
    let formats = [RSS, ATOM, TSV, CSV, JSONL].map(|text| items(text.as_bytes()).1.format.map(Format::name));
    assert_eq!(formats, [Some("xml"), Some("xml"), Some("tsv"), Some("csv"), Some("jsonl")]);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).expect("packed");
    packed.finish().expect("packed")
}

fn utf16(text: &str, bom: bool, little: bool) -> Vec<u8> {
    let units = bom.then_some(0xfeff).into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

#[test]
fn gzip_and_encodings_make_no_difference() {
    let text = RSS.replace("Mug <blue>", "Kopje crème");
    let expected = whole(text.as_bytes());
    assert_eq!(values(&expected[0], "title"), ["Kopje crème"]);
    assert_eq!(whole(&gzip(text.as_bytes())), expected);
    for (bom, little) in [(true, true), (true, false), (false, true), (false, false)] {
        let declared = text.replace("UTF-8", "UTF-16");
        assert_eq!(whole(&utf16(&declared, bom, little)), expected, "{bom} {little}");
    }
    let latin: Vec<u8> = text.replace("UTF-8", "ISO-8859-1").chars().map(|letter| letter as u8).collect();
    assert_eq!(whole(&latin), expected);
    let with_bom = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    assert_eq!(whole(&with_bom), expected);
    let tsv = TSV.replace("Mug", "Kopje crème");
    assert_eq!(whole(&utf16(&tsv, true, true)), whole(tsv.as_bytes()));
    let plain: Vec<u8> = tsv.chars().map(|letter| letter as u8).collect();
    assert_eq!((code(&plain), code(RSS.replace("UTF-8", "klingon").as_bytes())), ("bad_encoding", "bad_encoding"));
}

#[test]
fn half_a_file_is_told_from_a_whole_one() {
    for text in [RSS, ATOM] {
        let end = text.trim_end().len();
        for cut in (40..end - 1).filter(|at| text.is_char_boundary(*at)) {
            assert_eq!(code(&text.as_bytes()[..cut]), "feed_cut_off", "{}", &text[..cut]);
        }
    }
    let packed = gzip(RSS.as_bytes());
    assert_eq!(code(&packed[..packed.len() / 2]), "feed_cut_off");
    assert_eq!(code(&packed[..packed.len() - 4]), "feed_cut_off", "the checksum is missing");
    assert_eq!(code(b"id\ttitle\tprice\nA\tMug\t1 EUR\nB\tPa"), "feed_cut_off");
    assert_eq!(code(b"{\"id\":\"A\",\"title\":\"Mug\"}\n{\"id\":\"B\",\"ti"), "feed_cut_off");
    // What came before the end was told.
    assert_eq!(items(b"id\ttitle\nA\tMug\nB\tPan\nC").0.len(), 2);
}

#[test]
fn a_table_that_ends_within_quotes_says_where_they_open() {
    for (text, line) in [
        ("id,title\nA,Mug\nB,\"Pan and", 3),
        ("id,title\nA,Mug\nB,\"Pan and\n", 3),
        ("id,title\nA,Mug\n\"B,Pan\nC,Pot\nD,Lid\n", 3),
        ("id,title,price\nA,\"Mug\nwith ear\",1 EUR\nB,Pan,\"1 EUR\nC,Pot,2 EUR\n", 4),
        ("id\ttitle\nA\tMug 19\" wide\nB\t\"24\"\" pan\n", 3),
    ] {
        let (items, ended) = items(text.as_bytes());
        assert_eq!(ended.error, Some(FeedError::OpenQuote { line }), "{text}");
        let last = items.last().expect("the row the quote is in");
        assert_eq!(last.flaw.as_ref().map(|flaw| flaw.code), Some("stray_quote"), "{text}");
        assert!(items[..items.len() - 1].iter().all(|item| item.flaw.is_none()), "{text}");
    }
    assert_eq!(code(b"\"id,title\nA,Mug\n"), "feed_not_readable", "the first line names no id");
    let (none, ended) = items(b"id,\"title\nA,Mug\n");
    assert_eq!((none.len(), ended.error), (0, Some(FeedError::OpenQuote { line: 1 })));
    let huge = items(format!("id,title\nA,\"{}", "x".repeat(TOKEN_BYTES_MAX * 2)).as_bytes()).1.error;
    assert!(matches!(&huge, Some(FeedError::TooLarge(detail)) if detail.contains("opens in line 2")), "{huge:?}");
}

#[test]
fn inch_marks_are_letters_and_quotes_around_a_field_are_none() {
    let title = |text: &str| {
        let read = whole(text.as_bytes());
        assert!(read.iter().all(|item| item.flaw.is_none()), "{read:?}");
        values(&read[0], "title")[0].to_owned()
    };
    // Without a line end behind the last line, too: an odd number of quotes says nothing.
    for end in ["", "\n", "\r\n"] {
        assert_eq!(title(&format!("id\ttitle\nA\tTV 24\"{end}")), "TV 24\"");
        assert_eq!(title(&format!("id\ttitle\tprice\nA\t24\" x 30\" canvas\t1 EUR{end}")), "24\" x 30\" canvas");
        assert_eq!(title(&format!("id\ttitle\nA\t\"TV 24\"\", black\"{end}")), "TV 24\", black");
        assert_eq!(title(&format!("id\ttitle\nA\t\"Two\tparts\nand lines\"{end}")), "Two\tparts\nand lines");
        assert_eq!(title(&format!("id,title\nA,\"Mug, 5\"\" high\"{end}")), "Mug, 5\" high");
        assert_eq!(title(&format!("id,title\nA,\"Best\" mug{end}")), "Best mug");
    }
}

#[test]
fn rows_within_quotes_are_told_with_the_item_that_swallowed_them() {
    let read = |text: &str| {
        let items = whole(text.as_bytes());
        let ids = items.iter().filter_map(|item| item.swallowed.clone()).flat_map(|one| one.ids).collect::<Vec<_>>();
        let flaws = items.iter().filter_map(|item| item.flaw.clone()).map(|flaw| flaw.detail).collect::<Vec<_>>();
        (items.len(), ids, flaws)
    };
    // An inch mark at the end of another field closes what a stray quote opened: all looks right.
    let (items, ids, flaws) = read("id,title,price\nA,\"Mug,1 EUR\nB,Pan,2 EUR\nC,TV 24\",3 EUR\nD,Lid,4 EUR\n");
    assert_eq!((items, ids, flaws.len()), (2, vec!["B".to_owned(), "C".to_owned()], 0));
    // A quote that opened a field closes it: letters follow.
    let (items, ids, flaws) = read("id,title,price\nA,\"Mug,1 EUR\nB,Pan,2 EUR\nC,\"Pot, large\",3 EUR\nD,Lid,4 EUR\n");
    assert_eq!((items, ids), (2, vec!["B".to_owned(), "C".to_owned()]));
    assert_eq!(flaws, ["the quotation mark that opens in line 2 closes in line 4 only"]);
    let (_, ids, flaws) = read("id,title,price\nA,\"Mug\nblue, red\nand green\",1 EUR\n");
    assert_eq!((ids.len(), flaws.len()), (0, 0), "a text of several lines is none of this");
    let long = |lines: u64| format!("id,description\nA,\"{}\"\nB,x\n", "line\n".repeat(lines as usize));
    assert_eq!(read(&long(crate::limits::FIELD_LINES_MAX)).2.len(), 0);
    let (items, _, flaws) = read(&long(crate::limits::FIELD_LINES_MAX + 1));
    assert_eq!((items, flaws.len()), (2, 1), "{flaws:?}");
}

#[test]
fn nothing_stands_outside_of_the_root_element() {
    for outside in [
        "<rss></rss>",
        "<?xml version=\"1.0\"?><feed></feed>",
        "Fatal error",
        "<![CDATA[x]]>",
        "&amp;",
        "&eacute;",
        "</rss>",
    ] {
        let (items, ended) = items(format!("{RSS}{outside}").as_bytes());
        let error = ended.error.unwrap_or_else(|| panic!("{outside} was taken"));
        assert_eq!((error.code(), items.len()), ("feed_not_readable", 2), "{outside}: {error}");
        if !outside.starts_with("</") {
            assert!(error.to_string().contains("after the one element"), "{error}");
        }
    }
    assert_eq!(code(format!("{RSS}<rss").as_bytes()), "feed_cut_off");
    assert_eq!(code(b"<?xml version=\"1.0\"?>x<rss></rss>"), "feed_not_readable");
    whole(format!("{RSS}\n<!-- made in 3 s -->\r\n\t<?ok yes?>\n").as_bytes());
}

#[test]
fn what_is_no_feed_is_refused_by_name() {
    assert_eq!(code(b""), "feed_not_readable");
    assert_eq!(code(b"  \n \n"), "feed_not_readable");
    assert_eq!(code(b"<html><body>Not found</body></html>"), "feed_not_readable");
    assert_eq!(code(b"<!DOCTYPE HTML PUBLIC \"x\"><html>"), "feed_not_readable", "a web page");
    assert_eq!(code(b"name,price\nMug,1\n"), "feed_not_readable");
    assert_eq!(code(b"[{\"id\":1}]"), "feed_not_readable");
    assert_eq!(code(b"<rss><channel><item></wrong></item></channel></rss>"), "feed_not_readable");
    assert_eq!(code(b"\x1f\x8bnot really"), "feed_not_readable");
}

#[test]
fn xml_cannot_grow_and_cannot_dive() {
    let laughs = "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><rss><channel><item><title>&b;</title></item></channel></rss>";
    assert_eq!(code(laughs.as_bytes()), "feed_forbidden_xml");
    assert_eq!(code(format!("<rss>{}", "<a>".repeat(100)).as_bytes()), "feed_forbidden_xml");
    let unknown = "<rss><channel><item><id>A</id><title>&eacute;t&eacute;</title></item></channel></rss>";
    let items = whole(unknown.as_bytes());
    let flaw = items[0].flaw.clone().expect("a flaw");
    assert_eq!((flaw.code, flaw.attribute.as_deref()), ("unknown_entity", Some("title")));
    let huge = format!("<rss><channel><item><id>A</id><title>{}", "x".repeat(TOKEN_BYTES_MAX * 2));
    assert_eq!(code(huge.as_bytes()), "feed_too_large");
    let many = format!("<rss><channel><item>{}</item></channel></rss>", "<a>1</a>".repeat(400));
    assert_eq!(whole(many.as_bytes())[0].flaw.as_ref().map(|flaw| flaw.code), Some("unreadable_item"));
    assert_eq!(code(format!("id,title\nA,\"{}", "x".repeat(TOKEN_BYTES_MAX * 2)).as_bytes()), "feed_too_large");
    assert_eq!(code(format!("{{\"id\":\"{}", "x".repeat(TOKEN_BYTES_MAX * 2)).as_bytes()), "feed_too_large");
}

#[test]
fn a_bad_line_is_one_items_trouble() {
    let items = whole(b"{\"id\":\"A\",\"title\":\"Mug\"}\nnonsense\n{\"id\":\"B\",\"title\":\"Pan\"}\n");
    assert_eq!(items.iter().map(|item| item.flaw.is_some()).collect::<Vec<_>>(), [false, true, false]);
    let items = whole(b"id,title\nA,Mug,more\nB,Pan\nC\n");
    assert_eq!(items.iter().map(|item| item.flaw.is_some()).collect::<Vec<_>>(), [true, false, false]);
}

proptest::proptest! {
    #[test]
    fn no_bytes_break_the_reader(bytes in proptest::collection::vec(0u8..=255, 0..300), start in 0usize..5) {
        let starts = ["", "<rss><channel><item>", "id,title\n", "{\"id\":", "\u{1f}\u{8b}"];
        let _ = items(&[starts[start].as_bytes(), &bytes].concat());
    }
}
