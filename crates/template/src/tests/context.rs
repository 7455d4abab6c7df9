//! Values cannot break out of the place they are written to.

use super::render;
use crate::OutputContext::{self, Header, Html, Json, Text, Url};
use serde_json::json;

#[track_caller]
fn shows(output: OutputContext, source: &str, value: &str, expected: &str) {
    assert_eq!(render(output, source, &json!({ "v": value })).as_deref(), Ok(expected), "{source}");
}

#[test]
fn markup_in_data_stays_text_in_html() {
    let attack = "<script>alert('x')</script>\"&";
    let harmless = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;";
    shows(Html, "{{ v }}", attack, harmless);
    shows(Html, "{% echo v %}", attack, harmless);
    shows(Html, "<a title=\"{{ v }}\">", "\" onclick=\"x", "<a title=\"&quot; onclick=&quot;x\">");
    shows(Html, "{% assign a = v | upcase %}{{ a }}", "<b>", "&lt;B&gt;");
    shows(Html, "{{ v | split: ',' | join: '<' }}", "<,>", "&lt;&lt;&gt;");
    shows(Html, "{% cycle v, v %}{{ v | json }}", "<", "&lt;&quot;&lt;&quot;");
    shows(Html, "{{ '<i>' }}", "", "&lt;i&gt;");
    shows(Html, "{{ v | replace: 'x', '<' }}", "x", "&lt;");
}

#[test]
fn text_is_escaped_once() {
    shows(
        Html,
        "{% capture t %}<b>{{ v }}</b>{% endcapture %}{{ t }}{{ t | append: v }}",
        "<",
        "<b>&lt;</b><b>&lt;</b>&lt;",
    );
    shows(Html, "{{ v | escape }}|{{ v | escape | escape_once }}", "<", "&lt;|&lt;");
    shows(Html, "{{ v | newline_to_br }}", "<a>\nb", "&lt;a&gt;<br />\nb");
    shows(Html, "{{ v | raw }}{{ v | raw | strip }}", " <b>", " <b><b>");
    shows(Html, "{% capture t %}{{ v }}{% endcapture %}{{ t | upcase }}", "<", "&amp;LT;"); // Changed text is not trusted.
}

#[test]
fn header_values_cannot_start_another_header() {
    shows(Header, "Hi {{ v }}", "x\r\nBcc: all@example.com", "Hi xBcc: all@example.com");
    shows(Header, "{% capture t %}{{ v }}{% endcapture %}{{ t | raw }}", "a\r\nb\0", "ab");
}

#[test]
fn url_and_json_values_stay_inside() {
    shows(Url, "https://x/?q={{ v }}", "a b&c=é/", "https://x/?q=a%20b%26c%3D%C3%A9%2F");
    shows(
        Json,
        "{\"t\":\"{{ v }}\",\"j\":{{ v | json }}}",
        "a\"\\\n</script>",
        "{\"t\":\"a\\\"\\\\\\n\\u003c/script>\",\"j\":\"a\\\"\\\\\\n\\u003c/script>\"}",
    );
    shows(Text, "{{ v }}", "<&", "<&");
}
