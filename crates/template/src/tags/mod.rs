//! The tags: one list, which the parser, the documentation and the tests loop over.

mod condition;
mod iteration;
mod partial;
mod variable;

use crate::ast::Kind;
use crate::expr::Reader;
use crate::lexer::LexError;
use crate::parser::{Parsed, Parser, TagAt};

type ParseTag = for<'s> fn(&mut Parser<'s>, TagAt<'s>) -> Result<Parsed, LexError>;

/// What a tag is for, with an example that is a test.
pub struct TagInfo {
    pub name: &'static str,
    pub group: &'static str,
    pub about: &'static str,
    /// A template (rendered without data) and what it gives.
    pub example: (&'static str, &'static str),
    pub(crate) parse: ParseTag,
}

/// The tags that the lexer or the parser deals with before the list is asked; no template reaches their `parse`.
fn taken_earlier(_: &mut Parser<'_>, tag: TagAt<'_>) -> Result<Parsed, LexError> {
    Err(LexError { message: format!("'{}' cannot stand here", tag.name), at: tag.at })
}

#[rustfmt::skip]
static TAGS: &[TagInfo] = &[
    TagInfo { name: "if", group: "condition", about: "Shows its text when the condition holds; with elsif and else.", example: ("{% if 2 > 1 %}yes{% else %}no{% endif %}", "yes"), parse: condition::parse_if },
    TagInfo { name: "unless", group: "condition", about: "Shows its text when the condition does not hold.", example: ("{% unless customer %}stranger{% endunless %}", "stranger"), parse: condition::parse_unless },
    TagInfo { name: "case", group: "condition", about: "Compares one value with several.", example: ("{% case 2 %}{% when 1 %}one{% when 2, 3 %}few{% else %}many{% endcase %}", "few"), parse: condition::parse_case },
    TagInfo { name: "for", group: "iteration", about: "Repeats its text for each element; options reversed, limit, offset; else when there is none.", example: ("{% for i in (1..3) %}{{ i }} {% endfor %}", "1 2 3 "), parse: iteration::parse_for },
    TagInfo { name: "break", group: "iteration", about: "Leaves the loop.", example: ("{% for i in (1..3) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "1"), parse: iteration::parse_break },
    TagInfo { name: "continue", group: "iteration", about: "Goes on with the next element.", example: ("{% for i in (1..3) %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %}", "13"), parse: iteration::parse_continue },
    TagInfo { name: "cycle", group: "iteration", about: "Shows its values in turn.", example: ("{% for i in (1..3) %}{% cycle 'a', 'b' %}{% endfor %}", "aba"), parse: iteration::parse_cycle },
    TagInfo { name: "tablerow", group: "iteration", about: "Repeats its text in cells of a table, cols to a row.", example: ("{% tablerow i in (1..1) %}{{ i }}{% endtablerow %}", "<tr class=\"row1\">\n<td class=\"col1\">1</td></tr>\n"), parse: iteration::parse_tablerow },
    TagInfo { name: "ifchanged", group: "iteration", about: "Shows its text only when it differs from the last time.", example: ("{% for i in (1..3) %}{% ifchanged %}x{% endifchanged %}{% endfor %}", "x"), parse: iteration::parse_ifchanged },
    TagInfo { name: "assign", group: "variable", about: "Gives a value a name.", example: ("{% assign city = 'Ljouwert' | upcase %}{{ city }}", "LJOUWERT"), parse: variable::parse_assign },
    TagInfo { name: "capture", group: "variable", about: "Gives rendered text a name.", example: ("{% capture hi %}Hi {{ 'Ane' }}{% endcapture %}{{ hi }}", "Hi Ane"), parse: variable::parse_capture },
    TagInfo { name: "increment", group: "variable", about: "Shows a counter, then adds one.", example: ("{% increment n %}{% increment n %}", "01"), parse: variable::parse_increment },
    TagInfo { name: "decrement", group: "variable", about: "Takes one off a counter, then shows it.", example: ("{% decrement n %}{% decrement n %}", "-1-2"), parse: variable::parse_decrement },
    TagInfo { name: "echo", group: "output", about: "Shows a value, as {{ }} does; for use inside {% liquid %}.", example: ("{% echo 'a' | upcase %}", "A"), parse: variable::parse_echo },
    TagInfo { name: "liquid", group: "output", about: "Several tags, one a line, without {% %}.", example: ("{% liquid\n assign a = 2\n echo a\n%}", "2"), parse: taken_earlier },
    TagInfo { name: "raw", group: "output", about: "Shows its text as it is.", example: ("{% raw %}{{ a }}{% endraw %}", "{{ a }}"), parse: taken_earlier },
    TagInfo { name: "comment", group: "output", about: "Shows nothing.", example: ("a{% comment %}b{% endcomment %}c", "ac"), parse: taken_earlier },
    TagInfo { name: "#", group: "output", about: "A comment inside one tag.", example: ("a{% # b %}c", "ac"), parse: taken_earlier },
    TagInfo { name: "doc", group: "output", about: "A description for people who use this content block; shows nothing.", example: ("{% doc %}b{% enddoc %}c", "c"), parse: taken_earlier },
    TagInfo { name: "include", group: "partial", about: "Shows a content block that sees and sets the variables here.", example: ("{% if false %}{% include 'footer' %}{% endif %}", ""), parse: partial::parse_include },
    TagInfo { name: "render", group: "partial", about: "Shows a content block that sees the data and its arguments only.", example: ("{% if false %}{% render 'footer', year: 2026 %}{% endif %}", ""), parse: partial::parse_render },
    TagInfo { name: "content_block", group: "partial", about: "The same as render, under the name other products use.", example: ("{% if false %}{% content_block 'footer' %}{% endif %}", ""), parse: partial::parse_render },
    TagInfo { name: "abort_message", group: "marketing", about: "Does not send this message to this person; the reason is recorded.", example: ("{% if false %}{% abort_message 'no products' %}{% endif %}", ""), parse: variable::parse_abort },
];

/// Every tag there is.
pub fn tags() -> &'static [TagInfo] {
    TAGS
}

pub(crate) fn find(name: &str) -> Option<&'static TagInfo> {
    TAGS.iter().find(|tag| tag.name == name)
}

pub(crate) fn unknown(name: &str, open: Option<&str>) -> String {
    match (name, open) {
        ("", _) => "the name of a tag is missing after '{%'".to_string(),
        ("else" | "elsif" | "when", _) => format!("'{name}' does not belong to a block here"),
        (end, None) if end.starts_with("end") => {
            format!("'{end}' closes nothing: no block is open")
        }
        (end, Some(open)) if end.starts_with("end") => {
            format!("'{end}' stands where 'end{open}' is expected")
        }
        ("catalog" | "offer" | "coupon" | "connected_content", _) => {
            format!("the tag '{name}' is not available")
        }
        _ => format!("there is no tag '{name}'"),
    }
}

/// The inside of `{{ }}`; nothing for an empty one.
pub(crate) fn output(markup: &str, at: usize) -> Result<Option<Kind>, LexError> {
    let mut reader = Reader::new(markup, at)?;
    if reader.is_at_end() {
        return Ok(None);
    }
    let pipeline = reader.pipeline()?;
    reader.end()?;
    Ok(Some(Kind::Output(Box::new(pipeline))))
}
