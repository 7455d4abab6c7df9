//! The filters: one list, which the parser, the documentation and the tests loop over.

mod date;
mod encode;
mod format;
mod list;
mod math;
mod select;
mod text;

use crate::budget::Budget;
use crate::error::Fault;
use crate::value::Val;

pub(crate) type Answer<'a> = Result<Val<'a>, Fault>;
type Run = for<'a> fn(Val<'a>, &Args<'a>, &mut Budget<'a>) -> Answer<'a>;

/// What a filter is for, with an example that is a test.
pub struct FilterInfo {
    pub name: &'static str,
    pub group: &'static str,
    pub about: &'static str,
    /// The least and the most arguments.
    pub args: (usize, usize),
    /// Options given by name.
    pub named: &'static [&'static str],
    /// A template (rendered as text, without data, at 2026-03-01 12:00 UTC) and what it gives.
    pub example: (&'static str, &'static str),
    pub(crate) run: Run,
}

impl std::fmt::Debug for FilterInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The evaluated arguments of one filter call.
pub(crate) struct Args<'a> {
    pub list: Vec<Val<'a>>,
    pub named: Vec<(&'a str, Val<'a>)>,
}

impl<'a> Args<'a> {
    pub fn get(&self, at: usize) -> Option<&Val<'a>> {
        self.list.get(at)
    }

    /// The argument, or nil.
    pub fn val(&self, at: usize) -> Val<'a> {
        self.list.get(at).cloned().unwrap_or(Val::Nil)
    }

    pub fn named(&self, name: &str) -> Option<&Val<'a>> {
        self.named.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

const NONE: (usize, usize) = (0, 0);
const ONE: (usize, usize) = (1, 1);
const UP_TO_ONE: (usize, usize) = (0, 1);
const ONE_OR_TWO: (usize, usize) = (1, 2);

macro_rules! filter {
    ($group:literal, $name:literal, $args:expr, $run:path, $about:literal, $template:literal => $shows:literal) => {
        filter!($group, $name, $args, &[], $run, $about, $template => $shows)
    };
    ($group:literal, $name:literal, $args:expr, $named:expr, $run:path, $about:literal, $template:literal => $shows:literal) => {
        FilterInfo { name: $name, group: $group, about: $about, args: $args, named: $named, example: ($template, $shows), run: $run }
    };
}

#[rustfmt::skip]
static FILTERS: &[FilterInfo] = &[
    filter!("text", "append", ONE, text::append, "Adds text at the end.", "{{ 'a' | append: 'b' }}" => "ab"),
    filter!("text", "prepend", ONE, text::prepend, "Adds text at the start.", "{{ 'a' | prepend: 'b' }}" => "ba"),
    filter!("text", "capitalize", NONE, text::capitalize, "First letter large, the others small.", "{{ 'hELLO you' | capitalize }}" => "Hello you"),
    filter!("text", "upcase", NONE, text::upcase, "Capital letters.", "{{ 'é' | upcase }}" => "É"),
    filter!("text", "downcase", NONE, text::downcase, "Small letters.", "{{ 'ABC' | downcase }}" => "abc"),
    filter!("text", "strip", NONE, text::strip, "Drops whitespace at both ends.", "{{ ' a ' | strip }}" => "a"),
    filter!("text", "lstrip", NONE, text::lstrip, "Drops whitespace at the start.", "{{ ' a ' | lstrip }}." => "a ."),
    filter!("text", "rstrip", NONE, text::rstrip, "Drops whitespace at the end.", "{{ ' a ' | rstrip }}." => " a."),
    filter!("text", "strip_newlines", NONE, text::strip_newlines, "Drops line ends.", "{% capture t %}a\nb{% endcapture %}{{ t | strip_newlines }}" => "ab"),
    filter!("text", "newline_to_br", NONE, text::newline_to_br, "Puts <br /> before line ends.", "{% capture t %}a\nb{% endcapture %}{{ t | newline_to_br }}" => "a<br />\nb"),
    filter!("text", "strip_html", NONE, text::strip_html, "Drops HTML tags, comments, scripts and styles.", "{{ '<b>a</b>' | strip_html }}" => "a"),
    filter!("text", "remove", ONE, text::remove, "Drops every occurrence.", "{{ 'banana' | remove: 'an' }}" => "ba"),
    filter!("text", "remove_first", ONE, text::remove_first, "Drops the first occurrence.", "{{ 'banana' | remove_first: 'an' }}" => "bana"),
    filter!("text", "remove_last", ONE, text::remove_last, "Drops the last occurrence.", "{{ 'banana' | remove_last: 'an' }}" => "bana"),
    filter!("text", "replace", ONE_OR_TWO, text::replace, "Replaces every occurrence.", "{{ 'banana' | replace: 'a', 'o' }}" => "bonono"),
    filter!("text", "replace_first", ONE_OR_TWO, text::replace_first, "Replaces the first occurrence.", "{{ 'banana' | replace_first: 'a', 'o' }}" => "bonana"),
    filter!("text", "replace_last", (2, 2), text::replace_last, "Replaces the last occurrence.", "{{ 'banana' | replace_last: 'a', 'o' }}" => "banano"),
    filter!("text", "split", ONE, text::split, "Cuts a text into a list.", "{{ 'a,b' | split: ',' | last }}" => "b"),
    filter!("text", "truncate", (0, 2), text::truncate, "At most so many characters, with an ending.", "{{ 'Ground control' | truncate: 9 }}" => "Ground..."),
    filter!("text", "truncatewords", (0, 2), text::truncatewords, "At most so many words, with an ending.", "{{ 'one two three' | truncatewords: 2 }}" => "one two..."),
    filter!("text", "slice", ONE_OR_TWO, text::slice, "A part of a text or list: from where, how much.", "{{ 'Liquid' | slice: 2, 3 }}" => "qui"),
    filter!("number", "abs", NONE, math::abs, "Without its sign.", "{{ -3 | abs }}" => "3"),
    filter!("number", "at_least", ONE, math::at_least, "The larger of two.", "{{ 3 | at_least: 5 }}" => "5"),
    filter!("number", "at_most", ONE, math::at_most, "The smaller of two.", "{{ 3 | at_most: 2 }}" => "2"),
    filter!("number", "ceil", NONE, math::ceil, "Rounds up.", "{{ 1.2 | ceil }}" => "2"),
    filter!("number", "floor", NONE, math::floor, "Rounds down.", "{{ 1.8 | floor }}" => "1"),
    filter!("number", "round", UP_TO_ONE, math::round, "Rounds, to so many decimals.", "{{ 1.256 | round: 2 }}" => "1.26"),
    filter!("number", "plus", ONE, math::plus, "Adds.", "{{ 10.1 | plus: 2.2 }}" => "12.3"),
    filter!("number", "minus", ONE, math::minus, "Subtracts.", "{{ 3 | minus: 1 }}" => "2"),
    filter!("number", "times", ONE, math::times, "Multiplies.", "{{ 3 | times: 4 }}" => "12"),
    filter!("number", "divided_by", ONE, math::divided_by, "Divides; whole numbers give a whole number.", "{{ 7 | divided_by: 2 }}" => "3"),
    filter!("number", "modulo", ONE, math::modulo, "What is left after dividing.", "{{ 7 | modulo: 4 }}" => "3"),
    filter!("list", "size", NONE, list::size, "Characters of a text, elements of a list.", "{{ 'abc' | size }}" => "3"),
    filter!("list", "first", NONE, list::first, "The first element.", "{{ 'a,b' | split: ',' | first }}" => "a"),
    filter!("list", "last", NONE, list::last, "The last element.", "{{ (1..3) | last }}" => "3"),
    filter!("list", "join", UP_TO_ONE, list::join, "One text of all elements.", "{{ (1..3) | join: '-' }}" => "1-2-3"),
    filter!("list", "concat", ONE, list::concat, "Two lists as one.", "{% assign b = 'c' | split: ',' %}{{ 'a,b' | split: ',' | concat: b | join }}" => "a b c"),
    filter!("list", "reverse", NONE, list::reverse, "The other way round.", "{{ (1..3) | reverse | join }}" => "3 2 1"),
    filter!("list", "compact", UP_TO_ONE, list::compact, "Without empty elements, or those without a property.", "{{ 'a,b' | split: ',' | compact | join }}" => "a b"),
    filter!("list", "uniq", UP_TO_ONE, list::uniq, "Every element once, by a property if given.", "{{ 'a,b,a' | split: ',' | uniq | join }}" => "a b"),
    filter!("list", "map", ONE, list::map, "One property of every element.", "{{ 'ab' | map: 'x' | size }}" => "1"),
    filter!("list", "sum", UP_TO_ONE, list::sum, "The sum of the elements, or of a property.", "{{ (1..4) | sum }}" => "10"),
    filter!("list", "sort", UP_TO_ONE, list::sort, "In order, by a property if given.", "{{ 'b,a,C' | split: ',' | sort | join }}" => "C a b"),
    filter!("list", "sort_natural", UP_TO_ONE, list::sort_natural, "In order of the alphabet, capitals or not.", "{{ 'b,a,C' | split: ',' | sort_natural | join }}" => "a b C"),
    filter!("list", "where", ONE_OR_TWO, select::r#where, "The elements with this property, or with this value of it.", "{{ 'ab,b' | split: ',' | where: 'a' | join }}" => "ab"),
    filter!("list", "reject", ONE_OR_TWO, select::reject, "The elements without this property, or without this value of it.", "{{ 'ab,b' | split: ',' | reject: 'a' | join }}" => "b"),
    filter!("list", "find", ONE_OR_TWO, select::find, "The first element with this property or value.", "{{ 'b,ab' | split: ',' | find: 'a' }}" => "ab"),
    filter!("list", "find_index", ONE_OR_TWO, select::find_index, "The place of the first such element, from 0.", "{{ 'b,ab' | split: ',' | find_index: 'a' }}" => "1"),
    filter!("list", "has", ONE_OR_TWO, select::has, "Whether there is such an element.", "{{ 'b,ab' | split: ',' | has: 'a' }}" => "true"),
    filter!("encode", "escape", NONE, encode::escape, "Makes text harmless in HTML (done by itself in e-mails).", "{{ '<a&b>' | escape }}" => "&lt;a&amp;b&gt;"),
    filter!("encode", "escape_once", NONE, encode::escape_once, "The same, leaving what is escaped already.", "{{ '1 < 2 &amp; 3' | escape_once }}" => "1 &lt; 2 &amp; 3"),
    filter!("encode", "raw", NONE, encode::raw, "Not escaped: only for text you trust.", "{{ '<b>' | raw }}" => "<b>"),
    filter!("encode", "url_encode", NONE, encode::url_encode, "For use in a URL's query.", "{{ 'a b&c' | url_encode }}" => "a+b%26c"),
    filter!("encode", "url_decode", NONE, encode::url_decode, "The reverse of url_encode.", "{{ 'a+b%26c' | url_decode }}" => "a b&c"),
    filter!("encode", "base64_encode", NONE, encode::base64_encode, "Base64.", "{{ 'a?b>' | base64_encode }}" => "YT9iPg=="),
    filter!("encode", "base64_decode", NONE, encode::base64_decode, "The reverse of base64_encode.", "{{ 'YT9iPg==' | base64_decode }}" => "a?b>"),
    filter!("encode", "base64_url_safe_encode", NONE, encode::base64_url_safe_encode, "Base64 with the letters URLs allow.", "{{ '_#/.' | base64_url_safe_encode }}" => "XyMvLg=="),
    filter!("encode", "base64_url_safe_decode", NONE, encode::base64_url_safe_decode, "The reverse of base64_url_safe_encode.", "{{ 'XyMvLg==' | base64_url_safe_decode }}" => "_#/."),
    filter!("encode", "json", NONE, encode::json, "The value as JSON.", "{{ 'a\"b' | json }}" => "\"a\\\"b\""),
    filter!("encode", "sha256", NONE, encode::sha256, "SHA-256 as hex.", "{{ 'abc' | sha256 | slice: 0, 8 }}" => "ba7816bf"),
    filter!("encode", "hmac_sha256", ONE, encode::hmac_sha256, "HMAC-SHA-256 with a key, as hex.", "{{ 'what do ya want for nothing?' | hmac_sha256: 'Jefe' | slice: 0, 8 }}" => "5bdcc146"),
    filter!("format", "default", (0, 1), &["allow_false"], format::default, "Another value when this one is missing or empty.", "{{ customer.first_name | default: 'friend' }}" => "friend"),
    filter!("format", "date", ONE, &["time_zone", "locale"], date::date, "A time in words; strftime signs, in the recipient's time zone.", "{{ 'now' | date: '%-d %B %Y, %H:%M', time_zone: 'Europe/Amsterdam', locale: 'nl' }}" => "1 maart 2026, 13:00"),
    filter!("format", "money", ONE_OR_TWO, &["locale"], format::money, "An amount in cents as a price.", "{{ 1299 | money: 'EUR', 'nl' }}" => "€\u{a0}12,99"),
];

/// Every filter there is.
pub fn filters() -> &'static [FilterInfo] {
    FILTERS
}

pub(crate) fn find(name: &str) -> Option<&'static FilterInfo> {
    FILTERS.iter().find(|filter| filter.name == name)
}

/// `; did you mean 'upcase'?` for a near miss.
pub(crate) fn suggestion(name: &str) -> String {
    /// Typing errors in one name, not another word.
    const DISTANCE_MAX: usize = 2;
    /// Longer names are no typing errors, and comparing them would cost.
    const NAME_LEN_MAX: usize = 40;
    if NAME_LEN_MAX < name.len() {
        return String::new();
    }
    let nearest = FILTERS.iter().map(|filter| (distance(name, filter.name), filter.name)).min();
    match nearest {
        Some((distance, near)) if distance <= DISTANCE_MAX => format!("; did you mean '{near}'?"),
        _ => String::new(),
    }
}

/// How many letters must change to make one name from the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// A whole number, as arguments are read: texts and floats only when they are whole.
pub(crate) fn integer(value: &Val<'_>) -> Result<i64, Fault> {
    match value {
        Val::Int(int) => Ok(*int),
        _ => value
            .as_str()
            .and_then(|text| text.trim().parse().ok())
            .ok_or_else(|| Fault::msg(format!("expected a whole number, found {}", value.kind()))),
    }
}
