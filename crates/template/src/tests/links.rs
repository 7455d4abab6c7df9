//! Links, the pixel and the plain-text part.

use crate::email::{append_pixel, html_to_text, rewrite_links};

#[track_caller]
fn rewritten(html: &str, expected: &str) {
    assert_eq!(rewrite_links(html, &mut |url| Some(format!("https://t/?u={url}&s=1"))), expected);
}

#[test]
fn web_links_are_rewritten_and_nothing_else_changes() {
    rewritten(
        "<p><A class='x' href='https://a/?b=1&amp;c=2'>t</A>",
        "<p><A class='x' href=\"https://t/?u=https://a/?b=1&amp;c=2&amp;s=1\">t</A>",
    );
    rewritten("<area href=HTTP://a/>", "<area href=\"https://t/?u=HTTP://a/&amp;s=1\">");
    for same in [
        "<a href=\"mailto:a@b\">x</a>",
        "<a href='#top'>",
        "<a name=x>",
        "<img src=\"https://a/\">",
        "<!-- <a href=\"https://a\"> -->",
        "<a href=\"javascript:x\">",
        "<link href=\"https://a\"><br/><P>é &nbsp;",
    ] {
        rewritten(same, same);
    }
    assert_eq!(rewrite_links("<a href='https://a'>", &mut |_| None), "<a href='https://a'>");
    rewritten(
        "<a href=\"https://a/&quot;><script>\">",
        "<a href=\"https://t/?u=https://a/&quot;&gt;&lt;script&gt;&amp;s=1\">",
    );
}

#[test]
fn the_pixel_is_the_last_thing_in_the_body() {
    let with = append_pixel("<html><body>x</BODY></html>", "https://t/p.gif?a=1&b=2");
    assert!(with.starts_with("<html><body>x<img src=\"https://t/p.gif?a=1&amp;b=2\" width=\"1\""), "{with}");
    assert!(with.ends_with("></BODY></html>"), "{with}");
    assert!(append_pixel("x", "https://t/").starts_with("x<img "));
}

#[track_caller]
fn reads(html: &str, expected: &str) {
    assert_eq!(html_to_text(html), expected, "{html}");
}

#[test]
fn html_reads_as_text() {
    reads(
        "<p>One  \n two</p><p>Three&nbsp;&amp; &euro;4 &#8364;5 &#x20AC;6 &unknown; a&b</p>",
        "One two\n\nThree & €4 €5 €6 &unknown; a&b",
    );
    reads("a<br>b<br/><br>c", "a\nb\n\nc");
    reads("<h1>Title</h1>text<ul><li>one</li><li><b>two</b></ul>end", "Title\n\ntext\n\n* one\n* two\n\nend");
    reads("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc");
    reads("<div><div><div>a</div></div></div><div>b</div>", "a\nb");
    reads("<img src=x alt=\"Red shoe\"> <img src=y>", "Red shoe");
    reads("<pre>a\n  b</pre>c", "a\n  b\n\nc");
    reads("a<hr>b", "a\n----------------------------------------\nb");
    reads("3 < 4 and 5 > 4", "3 < 4 and 5 > 4");
    reads("", "");
}

#[test]
fn links_are_numbered_once_and_listed() {
    reads(
        "<a href=\"https://a/?x=1&amp;y=2\">Shop</a> or <a href='https://b'>sale</a>, <a href=\"https://a/?x=1&amp;y=2\">again</a>",
        "Shop [1] or sale [2], again [1]\n\n[1] https://a/?x=1&y=2\n[2] https://b",
    );
    reads(
        "<a href=\"https://a\">https://a</a> <a href=\"#x\">up</a> <a href=\"mailto:a@b.nl\">a@b.nl</a>",
        "https://a up a@b.nl",
    );
    reads("<a href=\"https://a\"><img alt=\"Logo\"></a>", "Logo [1]\n\n[1] https://a");
}

#[test]
fn what_is_not_shown_is_not_read() {
    reads(
        "<head><title>t</title><style>a{}</style></head><body>x<script>if (a < b) {}</script><!-- c --><!--[if mso]>m<![endif]--></body>",
        "x",
    );
    reads("<div style=\"display : none\">pre<div>header</div></div>seen<div hidden>h</div>", "seen");
    reads("<p>a\u{200c}\u{feff}b&zwnj;&#847;</p>", "ab");
}
