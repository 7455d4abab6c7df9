use super::*;
use crate::Utm;
use base::SeededRng;

const WORKSPACE: WorkspaceId = WorkspaceId::new(3);

fn links() -> Links {
    Links::new(&InstanceKey::generate(&SeededRng::new(1)), "https://mail.example.com/")
}

fn message() -> MessageId {
    MessageId::derived("test")
}

fn utm() -> Utm {
    Utm { source: "tutti".into(), medium: "email".into(), campaign: "spring sale".into() }
}

/// The token part of a link of ours.
fn token_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap().trim_end_matches(".gif")
}

#[test]
fn a_token_names_its_message_and_target_and_no_bit_of_it_can_be_changed() {
    let links = links();
    let url = links.click(WORKSPACE, message(), "https://shop.example/a?b=c");
    let token = links.verify(LinkKind::Click, token_of(&url)).unwrap();
    assert_eq!(
        (token.workspace, token.message, token.target.as_str()),
        (WORKSPACE, message(), "https://shop.example/a?b=c")
    );
    let bytes = URL_SAFE_NO_PAD.decode(token_of(&url)).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut forged = bytes.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert!(links.verify(LinkKind::Click, &URL_SAFE_NO_PAD.encode(forged)).is_err(), "bit {bit}");
    }
    for end in 0..bytes.len() {
        assert!(links.verify(LinkKind::Click, &URL_SAFE_NO_PAD.encode(&bytes[..end])).is_err());
    }
}

#[test]
fn a_token_of_one_kind_is_refused_as_another() {
    let links = links();
    let open = links.open(WORKSPACE, message());
    assert!(links.verify(LinkKind::Open, token_of(&open)).is_ok());
    assert!(links.verify(LinkKind::Unsubscribe, token_of(&open)).is_err());
    assert!(links.verify(LinkKind::Click, token_of(&links.view(WORKSPACE, message()))).is_err());
    assert!(links.verify(LinkKind::Open, "").is_err());
    assert!(links.verify(LinkKind::Open, "ééé").is_err());
}

#[test]
fn a_reference_fits_a_local_part_and_survives_a_change_of_case() {
    let links = links();
    let path = Links::return_path(&links.reference(WORKSPACE, message()), "b.example.com");
    assert!(path.split('@').next().unwrap().len() <= 64);
    assert_eq!(links.read_reference(&path.to_ascii_uppercase()), Some((WORKSPACE, message())));
    assert_eq!(links.read_reference(&format!("<{path}>")), Some((WORKSPACE, message())));
    let forged = path.replacen(&path[10..11], if &path[10..11] == "0" { "1" } else { "0" }, 1);
    assert_eq!(links.read_reference(&forged), None);
    assert_eq!(links.read_reference("bounce+@example.com"), None);
}

#[test]
fn only_web_links_are_tracked_and_the_rest_of_the_html_stays_as_it_was() {
    let links = links();
    let own = links.unsubscribe(WORKSPACE, message());
    let html = format!(
        "<html><body><!--[if mso]><p>x</p><![endif]--><A HREF='https://shop.example/p?id=1&amp;c=2'>Buy</A>\
         <a href=\"mailto:a@b.c\">m</a><a href=\"#top\">t</a><a href=\"javascript:alert(1)\">j</a>\
         <a href=\"{own}\">u</a><a data-track=\"off\" href=\"https://x.example/\">o</a></body></html>"
    );
    let out = rewrite_html(&links, WORKSPACE, message(), &html, Some(&utm()));
    assert_eq!(out.tracked, 1);
    for kept in ["<!--[if mso]><p>x</p><![endif]-->", "mailto:a@b.c", "#top", &own, "https://x.example/"] {
        assert!(out.html.contains(kept), "{kept} is gone: {}", out.html);
    }
    let token = out.html.split("/t/c/").nth(1).unwrap().split(['"', '\'']).next().unwrap();
    let target = links.verify(LinkKind::Click, token).unwrap().target;
    assert_eq!(target, "https://shop.example/p?id=1&c=2&utm_source=tutti&utm_medium=email&utm_campaign=spring+sale");
    assert_eq!(plain_target(&target), "https://shop.example/p?id=1&c=2");
    assert_eq!(out.html.matches("/t/o/").count(), 1);
    assert!(out.html.find("/t/o/").unwrap() < out.html.find("</body>").unwrap());
}

#[test]
fn a_parameter_the_marketer_wrote_wins_over_the_campaigns() {
    let links = links();
    let out =
        rewrite_html(&links, WORKSPACE, message(), "<a href='https://s.example/?utm_source=me'>x</a>", Some(&utm()));
    let token = out.html.split("/t/c/").nth(1).unwrap().split(['"', '\'']).next().unwrap();
    let target = links.verify(LinkKind::Click, token).unwrap().target;
    assert_eq!(target, "https://s.example/?utm_source=me&utm_medium=email&utm_campaign=spring+sale");
    assert!(out.html.ends_with("\">"), "the pixel goes to the end when there is no body");
}

#[test]
fn links_in_the_text_part_are_signed_without_the_dot_after_them() {
    let links = links();
    let own = links.unsubscribe(WORKSPACE, message());
    let text = format!("See https://shop.example/a. Or (http://b.example) and http:// alone.\nLeave: {own}\n");
    let out = rewrite_text(&links, WORKSPACE, message(), &text, None);
    let target = |at: usize| {
        let token = out.split("/t/c/").nth(at).unwrap();
        let end = token.find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).unwrap();
        (links.verify(LinkKind::Click, &token[..end]).unwrap().target, token[end..end + 1].to_owned())
    };
    assert_eq!(target(1), ("https://shop.example/a".into(), ".".into()));
    assert_eq!(target(2), ("http://b.example/".into(), ")".into()));
    assert!(out.contains("and http:// alone.") && out.contains(&own));
    assert_eq!(out.matches("/t/c/").count(), 2);
}
