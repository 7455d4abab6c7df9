//! The footer that marketing mail must have: how to unsubscribe, and who writes.

use template::email::{BodyKind, EmailSource};

/// A message that names this places its own unsubscribe link.
const UNSUBSCRIBE: &str = "unsubscribe_url";

const MJML: &str = r##"
    <mj-section padding="24px 0 32px">
      <mj-column>
        <mj-divider border-width="1px" border-color="#d9dde3" padding="0 25px 16px" />
        <mj-text align="center" font-size="12px" line-height="18px" color="#6b7280" font-family="Helvetica, Arial, sans-serif">
          {{ workspace.name }}{% if workspace.postal_address != blank %} &middot; {{ workspace.postal_address }}{% endif %}<br />
          <a href="{{ unsubscribe_url }}" style="color:#6b7280">Unsubscribe</a> &middot; <a href="{{ preferences_url }}" style="color:#6b7280">Preferences</a> &middot; <a href="{{ view_url }}" style="color:#6b7280">View in browser</a>
        </mj-text>
      </mj-column>
    </mj-section>
"##;

const HTML: &str = r##"<div style="margin:32px 0 0;padding:16px;border-top:1px solid #d9dde3;text-align:center;font:12px/18px Helvetica,Arial,sans-serif;color:#6b7280">{{ workspace.name }}{% if workspace.postal_address != blank %} &middot; {{ workspace.postal_address }}{% endif %}<br><a href="{{ unsubscribe_url }}" style="color:#6b7280">Unsubscribe</a> &middot; <a href="{{ preferences_url }}" style="color:#6b7280">Preferences</a> &middot; <a href="{{ view_url }}" style="color:#6b7280">View in browser</a></div>
"##;

const PLAIN: &str = "

-- 
{{ workspace.name }}{% if workspace.postal_address != blank %}, {{ workspace.postal_address }}{% endif %}
Unsubscribe: {{ unsubscribe_url }}
Preferences: {{ preferences_url }}
";

/// True when the body gets a footer.
pub(crate) fn needed(source: &EmailSource) -> bool {
    !source.body.trim().is_empty() && !source.body.contains(UNSUBSCRIBE)
}

/// Adds what is missing at the end, so that places in the author's text stay what they are.
pub(crate) fn add(source: &mut EmailSource) {
    if needed(source) {
        source.body = match source.kind {
            BodyKind::Plain => format!("{}{PLAIN}", source.body.trim_end()),
            BodyKind::Mjml => before(&source.body, "</mj-body", MJML),
            BodyKind::Html => before(&source.body, "</body", HTML),
        };
    }
    if let Some(text) = source.text.as_mut().filter(|text| !text.contains(UNSUBSCRIBE)) {
        *text = format!("{}{PLAIN}", text.trim_end());
    }
}

/// Puts `footer` before the last `tag`; at the end of HTML that has none. MJML without a body is an error anyway.
fn before(body: &str, tag: &str, footer: &str) -> String {
    let found = body.as_bytes().windows(tag.len()).rposition(|window| window.eq_ignore_ascii_case(tag.as_bytes()));
    match found {
        Some(at) => [&body[..at], footer, &body[at..]].concat(),
        None if tag == "</body" => [body, footer].concat(),
        None => body.to_owned(),
    }
}
