use super::*;
use crate::limits::{FIELDS_MAX, ITEM_BYTES_MAX, TOKEN_BYTES_MAX};
use std::io::Cursor;

/// The batches of a feed: items, weight.
fn batches(input: impl Read) -> (Vec<RawItem>, Vec<usize>) {
    let (mut items, mut weights) = (Vec::new(), Vec::new());
    let ended = batched(input, &mut |batch| {
        assert!(!batch.is_empty() && batch.len() <= CHUNK_ITEMS);
        weights.push(batch.iter().map(RawItem::weight).sum());
        items.extend(batch);
        Ok(())
    });
    assert_eq!(ended.error, None);
    (items, weights)
}

/// A feed that nobody has to hold whole.
fn lines(head: &str, count: u64, line: impl Fn(u64) -> String) -> impl Read {
    let mut next = 0;
    let mut piece = Cursor::new(head.as_bytes().to_vec());
    struct Lines<F>(F);
    impl<F: FnMut(&mut [u8]) -> usize> Read for Lines<F> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            Ok((self.0)(out))
        }
    }
    Lines(move |out: &mut [u8]| {
        loop {
            let read = piece.read(out).unwrap_or_default();
            if read > 0 || next == count {
                return read;
            }
            next += 1;
            piece = Cursor::new(line(next).into_bytes());
        }
    })
}

#[test]
fn many_items_of_many_letters_go_in_small_batches() {
    let text = "x".repeat(ITEM_BYTES_MAX / 2);
    let table = lines("id\ttitle\tnote\n", 200, |number| format!("P{number}\tMug\t{text}\n"));
    let json = lines("", 200, |number| format!("{{\"id\":\"P{number}\",\"note\":\"{text}\"}}\n"));
    for (items, weights) in [batches(table), batches(json)] {
        assert_eq!(items.len(), 200);
        assert!(items.iter().all(|item| item.flaw.is_none()));
        assert!(weights.iter().all(|weight| *weight < BATCH_BYTES_MAX + ITEM_BYTES_MAX), "{weights:?}");
        assert!(weights.len() > 4, "{weights:?}");
    }
    let small = lines("id\ttitle\n", 1_200, |number| format!("P{number}\tMug\n"));
    assert_eq!(batches(small).1.len(), 3);
}

#[test]
fn of_an_item_that_is_too_large_only_its_id_is_kept_whatever_the_format() {
    let text = "x".repeat(TOKEN_BYTES_MAX - 200);
    let count = 40;
    let table = lines("id\ttitle\tnote\n", count, |number| format!("P{number}\tMug\t{text}\n"));
    let json = lines("", count, |number| format!("{{\"note\":\"{text}\",\"id\":\"P{number}\"}}\n"));
    let list = format!("[1{}]", ",1".repeat(5_000));
    let repeated = lines("", count, |number| format!("{{\"note\":{list},\"id\":\"P{number}\"}}\n"));
    let link = format!("<link href=\"{text}\"/>");
    let xml = lines("<rss><channel>", count + 1, |number| match number {
        41 => "</channel></rss>".to_owned(),
        _ => format!("<item><title>{text}</title>{link}{link}<id>P{number}</id></item>"),
    });
    let attributes = "<a>1</a>".repeat(FIELDS_MAX + 1);
    let many = lines("<rss><channel>", count + 1, |number| match number {
        41 => "</channel></rss>".to_owned(),
        _ => format!("<item>{attributes}<id>P{number}</id></item>"),
    });
    for (what, (items, weights)) in [
        ("table", batches(table)),
        ("json", batches(json)),
        ("a list", batches(repeated)),
        ("xml", batches(xml)),
        ("attributes", batches(many)),
    ] {
        assert_eq!(items.len() as u64, count, "{what}");
        for item in &items {
            assert_eq!(item.flaw.as_ref().map(|flaw| flaw.code), Some("unreadable_item"), "{what}");
            assert_eq!(item.id(), Some(format!("P{}", item.number).as_str()), "{what}");
        }
        assert!(weights.iter().sum::<usize>() < 64 * 1024, "{what}: {weights:?}");
    }
}

#[test]
fn names_of_columns_that_nobody_keeps_are_not_repeated_with_every_item() {
    let head = format!("id\ttitle\t{}\n", "n".repeat(TOKEN_BYTES_MAX / 2));
    let (items, weights) = batches(lines(&head, 100, |number| format!("P{number}\tMug\t1\n")));
    assert_eq!((items.len(), items[0].read().map(|item| item.attributes.len())), (100, Ok(0)));
    assert!(weights.iter().sum::<usize>() < 64 * 1024, "{weights:?}");
}
