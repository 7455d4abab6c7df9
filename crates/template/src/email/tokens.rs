//! Hides Liquid from the MJML and CSS libraries and brings it back.
//!
//! They would move `{% if %}` out of tables, turn `<` inside it into `&lt;` and fail on it in text. So each
//! piece of Liquid is replaced by a word that means nothing, as a comment where text is not allowed.

use super::markup::Place;
use crate::template::Origins;
use std::ops::Range;

/// The text with words for Liquid.
pub(super) struct Hidden {
    pub text: String,
    prefix: String,
    /// Offsets of `text`, and of the author's text, where a copied piece starts.
    places: Vec<(usize, usize)>,
}

/// What the words became again.
pub(super) struct Shown {
    pub text: String,
    pub places: Vec<(usize, usize)>,
    /// Spans that were dropped on the way.
    pub lost: Vec<usize>,
}

/// Comments say nothing and need not survive.
fn is_silent(liquid: &str) -> bool {
    let inner = liquid.trim_start_matches("{%").trim_start_matches('-').trim_start();
    inner.starts_with('#') || inner.starts_with("comment") || inner.starts_with("doc")
}

pub(super) fn hide(source: &str, spans: &[Range<usize>], places: &[Place]) -> Hidden {
    let mut prefix = "lqd".to_string();
    while source.contains(&prefix) {
        prefix.push('q');
    }
    let mut hidden = Hidden { text: String::with_capacity(source.len()), prefix, places: vec![(0, 0)] };
    let mut at = 0;
    for (number, span) in spans.iter().enumerate() {
        hidden.text.push_str(&source[at..span.start]);
        let liquid = &source[span.clone()];
        let word = format!("{}{number}x", hidden.prefix);
        let is_output = liquid.starts_with("{{");
        match places.get(number) {
            _ if is_silent(liquid) => {}
            Some(Place::Structure) => hidden.text.push_str(&format!("<!--{word}-->")),
            Some(Place::Text) if !is_output => hidden.text.push_str(&format!("<!--{word}-->")),
            _ => hidden.text.push_str(&word),
        }
        at = span.end;
        hidden.places.push((hidden.text.len(), at));
    }
    hidden.text.push_str(&source[at..]);
    hidden
}

impl Hidden {
    /// The offset in the author's text of an offset in `text`.
    pub fn origin(&self, offset: usize) -> usize {
        let next = self.places.partition_point(|(here, _)| *here <= offset);
        let (here, there) = self.places[next.saturating_sub(1)];
        there + offset.saturating_sub(here)
    }

    /// Puts the Liquid back into `text`, which was made from this.
    pub fn show(&self, text: &str, source: &str, spans: &[Range<usize>]) -> Shown {
        let mut shown =
            Shown { text: String::with_capacity(text.len() + source.len()), places: vec![(0, 0)], lost: Vec::new() };
        let mut seen = vec![false; spans.len()];
        let mut at = 0;
        while let Some(offset) = text[at..].find(&self.prefix) {
            let start = at + offset;
            let digits_at = start + self.prefix.len();
            let digits = text[digits_at..].bytes().take_while(u8::is_ascii_digit).count();
            let end = digits_at + digits + 1;
            let number =
                text[digits_at..digits_at + digits].parse::<usize>().ok().filter(|number| *number < spans.len());
            let (Some(number), Some(b'x')) = (number, text.as_bytes().get(end - 1)) else {
                shown.text.push_str(&text[at..digits_at]);
                at = digits_at;
                continue;
            };
            let mut before = &text[at..start];
            let mut after = end;
            if before.ends_with("<!--") && text[end..].starts_with("-->") {
                before = &before[..before.len() - "<!--".len()];
                after += "-->".len();
            } else if text[end..].starts_with("=\"\"") {
                after += "=\"\"".len(); // A word alone in a tag became an attribute.
            }
            shown.text.push_str(before);
            shown.places.push((shown.text.len(), spans[number].start));
            shown.text.push_str(&source[spans[number].clone()]);
            shown.places.push((shown.text.len(), spans[number].end));
            seen[number] = true;
            at = after;
        }
        shown.text.push_str(&text[at..]);
        shown.lost =
            (0..spans.len()).filter(|number| !seen[*number] && !is_silent(&source[spans[*number].clone()])).collect();
        shown
    }
}

impl Shown {
    pub fn origins(&self, source: &str) -> Origins {
        Origins { written: source.into(), places: self.places.clone() }
    }
}
