//! Everything held about a customer as a page that people can read, in the customer's language: one file, no script,
//! nothing loaded from elsewhere.

use super::export_words::word;
use base::{Json, Money};
use predicate::Locale;
use std::collections::HashMap;
use std::fmt::Write;

/// How a column's value reads.
#[derive(Clone, Copy)]
enum Show {
    Text,
    Time,
    /// The id of a source, or what stands in its place.
    Source,
    Money,
    /// A word of ours.
    Word,
}

struct Section {
    /// Its title's key, and where it is in the export.
    key: &'static str,
    pointer: &'static str,
    /// Each column's field; the last part of the path is the key of its head.
    columns: &'static [(&'static str, Show)],
    /// Objects shown below a row, folded.
    details: &'static [&'static str],
}

/// The one list of what the page holds.
const SECTIONS: [Section; 11] = [
    Section {
        key: "identifiers",
        pointer: "/profile/identifiers",
        columns: &[
            ("/kind", Show::Word),
            ("/value", Show::Text),
            ("/first_seen", Show::Time),
            ("/last_seen", Show::Time),
            ("/source", Show::Source),
        ],
        details: &[],
    },
    Section {
        key: "traits",
        pointer: "/profile/traits",
        columns: &[
            ("/name", Show::Text),
            ("/value", Show::Text),
            ("/updated_at", Show::Time),
            ("/source", Show::Source),
        ],
        details: &[],
    },
    Section {
        key: "consent",
        pointer: "/contact/consent",
        columns: &[
            ("/channel", Show::Word),
            ("/state", Show::Word),
            ("/at", Show::Time),
            ("/proof/method", Show::Text),
            ("/proof/text", Show::Text),
            ("/proof/ip", Show::Text),
            ("/proof/source", Show::Source),
        ],
        details: &[],
    },
    Section {
        key: "suppressed",
        pointer: "/contact/suppressed",
        columns: &[("/channel", Show::Word), ("/address", Show::Text), ("/reason", Show::Text), ("/at", Show::Time)],
        details: &[],
    },
    Section {
        key: "companies",
        pointer: "/companies",
        columns: &[
            ("/name", Show::Text),
            ("/role", Show::Text),
            ("/joined_at", Show::Time),
            ("/left_at", Show::Time),
            ("/source", Show::Source),
        ],
        details: &[],
    },
    Section {
        key: "devices",
        pointer: "/devices",
        columns: &[
            ("/type", Show::Word),
            ("/brand", Show::Text),
            ("/model", Show::Text),
            ("/os", Show::Text),
            ("/client", Show::Text),
            ("/language", Show::Text),
            ("/time_zone", Show::Text),
            ("/country", Show::Text),
            ("/city", Show::Text),
            ("/first_seen", Show::Time),
            ("/last_seen", Show::Time),
        ],
        details: &[],
    },
    Section {
        key: "orders",
        pointer: "/orders",
        columns: &[
            ("/order_id", Show::Text),
            ("/at", Show::Time),
            ("/channel", Show::Word),
            ("/revenue", Show::Money),
            ("/refunded", Show::Money),
            ("/cancelled", Show::Word),
        ],
        details: &[],
    },
    Section {
        key: "messages",
        pointer: "/messages",
        columns: &[
            ("/sent_at", Show::Time),
            ("/channel", Show::Word),
            ("/address", Show::Text),
            ("/state", Show::Word),
            ("/opened_at", Show::Time),
            ("/clicked_at", Show::Time),
            ("/unsubscribed_at", Show::Time),
        ],
        details: &[],
    },
    Section {
        key: "touches",
        pointer: "/touches",
        columns: &[("/at", Show::Time), ("/kind", Show::Word), ("/campaign_id", Show::Text)],
        details: &[],
    },
    Section {
        key: "merges",
        pointer: "/profile/merges",
        columns: &[("/from", Show::Text), ("/at", Show::Time), ("/reason", Show::Text)],
        details: &[],
    },
    Section {
        key: "events",
        pointer: "/events",
        columns: &[("/at", Show::Time), ("/name", Show::Text), ("/channel", Show::Word), ("/source", Show::Source)],
        details: &["/properties", "/traits", "/context"],
    },
];

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;\
color:#1a1a1a;background:#fff}h1{font-size:1.6rem;margin-bottom:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}\
p{margin:.25rem 0;color:#555}.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}\
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid #ddd;\
overflow-wrap:anywhere}th{font-weight:600;white-space:nowrap}summary{cursor:pointer}dl{margin:.25rem 0}\
dt{font-weight:600}dd{margin:0 0 .25rem 1rem}@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}\
p{color:#aaa}th,td{border-color:#333}}@media print{details>*{display:block}}";

/// Who hands the page over, and how it reads.
pub(super) struct Handover<'a> {
    pub company: &'a str,
    /// Names of sources by id.
    pub sources: &'a HashMap<String, String>,
    pub locale: Locale,
}

impl Handover<'_> {
    /// `export` as the JSON form has it.
    pub fn page(&self, export: &Json) -> String {
        let say = |key: &'static str| escaped(word(key, self.locale));
        let mut out = format!(
            "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width,initial-scale=1\"><title>{}</title><style>{STYLE}</style></head><body>\n",
            self.locale.name(),
            say("title"),
        );
        let made = time(export.get("exported_at").unwrap_or(&Json::Null));
        let _ = write!(
            out,
            "<h1>{}</h1>\n<p>{} {}. {} {}. {}</p>\n",
            say("title"),
            say("by"),
            escaped(self.company),
            say("made"),
            escaped(&made),
            say("utc")
        );
        for section in &SECTIONS {
            self.section(&mut out, section, export);
        }
        out.push_str("</body></html>\n");
        out
    }

    fn section(&self, out: &mut String, section: &Section, export: &Json) {
        let say = |key: &'static str| escaped(word(key, self.locale));
        let rows = export.pointer(section.pointer).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let _ = writeln!(out, "<h2>{}</h2>", say(section.key));
        if rows.is_empty() {
            let _ = writeln!(out, "<p>{}</p>", say("nothing"));
            return;
        }
        out.push_str("<div class=\"wide\"><table><thead><tr>");
        for (pointer, _) in section.columns {
            let _ = write!(out, "<th scope=\"col\">{}</th>", say(head_of(pointer)));
        }
        if !section.details.is_empty() {
            let _ = write!(out, "<th scope=\"col\">{}</th>", say("details"));
        }
        out.push_str("</tr></thead><tbody>\n");
        for row in rows {
            out.push_str("<tr>");
            for (pointer, show) in section.columns {
                let shown = row.pointer(pointer).map(|value| self.shown(value, *show)).unwrap_or_default();
                let _ = write!(out, "<td>{}</td>", escaped(&shown));
            }
            if !section.details.is_empty() {
                self.details(out, section, row);
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table></div>\n");
        let left_out = export.pointer("/left_out").and_then(Json::as_array);
        if left_out.is_some_and(|keys| keys.iter().any(|key| key == section.key)) {
            let _ = writeln!(out, "<p>{}</p>", say("left_out"));
        }
    }

    fn details(&self, out: &mut String, section: &Section, row: &Json) {
        let objects = section.details.iter().filter_map(|pointer| row.pointer(pointer)?.as_object());
        let fields: Vec<_> = objects.flatten().collect();
        if fields.is_empty() {
            out.push_str("<td></td>");
            return;
        }
        let _ = write!(out, "<td><details><summary>{}</summary><dl>", fields.len());
        for (name, value) in fields {
            let _ = write!(out, "<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(&text(value)));
        }
        out.push_str("</dl></details></td>");
    }

    fn shown(&self, value: &Json, show: Show) -> String {
        match show {
            Show::Text => text(value),
            Show::Time => time(value),
            Show::Source => {
                let id = text(value);
                self.sources.get(&id).cloned().unwrap_or_else(|| word(&id, self.locale).to_owned())
            }
            Show::Money => serde_json::from_value::<Money>(value.clone())
                .map_or_else(|_| text(value), |money| if money.minor == 0 { String::new() } else { money.to_string() }),
            Show::Word => word(&text(value), self.locale).to_owned(),
        }
    }
}

fn head_of(pointer: &'static str) -> &'static str {
    pointer.rsplit('/').next().unwrap_or(pointer)
}

/// To the minute: `2026-11-22 10:00`.
fn time(value: &Json) -> String {
    const MINUTES: usize = "2026-11-22T10:00".len();
    let whole = text(value);
    whole.get(..MINUTES).map_or(whole.clone(), |minutes| minutes.replace('T', " "))
}

fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        Json::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{name}: {}", text(value))).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::profile::export_words::is_known;
    use serde_json::json;

    fn export() -> Json {
        json!({
            "exported_at": "2026-11-22T10:00:00.000Z",
            "profile": {
                "identifiers": [{ "kind": "email", "value": "an@example.nl", "source": "src_1",
                    "first_seen": "2026-11-20T09:30:00.000Z", "last_seen": "2026-11-21T09:30:00.000Z" }],
                "traits": [{ "name": "<script>alert(1)</script>", "value": { "a": ["\"x\"", 1] }, "updated_at": "2026-11-20T09:30:00.000Z", "source": "import" }],
                "merges": []
            },
            "contact": { "consent": [{ "channel": "email", "state": "subscribed", "at": "2026-11-20T09:30:00.000Z", "proof": { "text": "ja & amen", "source": "src_2" } }], "suppressed": [] },
            "orders": [{ "order_id": "o-1", "at": "2026-11-20T09:30:00.000Z", "channel": "shop", "revenue": { "minor": 8995, "currency": "EUR" }, "refunded": { "minor": 0, "currency": "EUR" }, "cancelled": false }],
            "messages": [], "touches": [],
            "events": [{ "name": "Order Completed", "at": "2026-11-20T09:30:00.000Z", "channel": "shop", "source": "src_1", "properties": { "total": 89.95 }, "traits": {}, "context": {} }],
            "left_out": ["events"],
        })
    }

    fn page(locale: Locale) -> String {
        let sources = [("src_1".to_owned(), "Till <3>".to_owned())].into();
        Handover { company: "Noordkaap & Co", sources: &sources, locale }.page(&export())
    }

    #[test]
    fn what_is_held_stands_on_the_page_and_nothing_of_it_is_markup() {
        let page = page(Locale::En);
        for said in [
            "an@example.nl",
            "Till &lt;3&gt;",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "a: &quot;x&quot;, 1",
            "ja &amp; amen",
            "src_2",
            "EUR 89.95",
            "<dt>total</dt><dd>89.95</dd>",
            "2026-11-20 09:30",
            "Noordkaap &amp; Co",
            "Older ones are left out",
        ] {
            assert!(page.contains(said), "{said}\n{page}");
        }
        assert!(!page.contains("<script") && !page.contains("http"), "{page}");
        assert!(!page.contains("EUR 0.00"));
    }

    #[test]
    fn every_word_of_the_page_is_there_in_every_language() {
        for section in &SECTIONS {
            assert!(is_known(section.key), "{}", section.key);
            for (pointer, _) in section.columns {
                assert!(is_known(head_of(pointer)), "{pointer}");
            }
        }
        let pages = Locale::ALL.map(page);
        for (locale, page) in Locale::ALL.into_iter().zip(&pages) {
            assert!(page.contains(&format!("<html lang=\"{}\">", locale.name())));
            assert!(page.contains(word("title", locale)) && page.contains(&escaped(word("consent", locale))));
            assert_eq!(pages.iter().filter(|other| *other == page).count(), 1);
        }
    }
}
