//! An event whose own context says no to analytics: stored with the minimum only.
//!
//! What stays: its type, ids (userId, anonymousId, e-mail and phone as identifiers, `context.externalIds`), messageId,
//! times, and what it says about consent. Orders keep their properties: they are the record of a purchase, not of
//! behaviour; so do events about consent itself. Everything else (names, properties, traits, addresses of pages, user
//! agents, IP addresses) is dropped when the event leaves the log for the views and the history.
//!
//! Cost: a search for `"consent"` in the context; only an event that has one is parsed.

use base::{Json, JsonMap};
use events::{EventKind, names};

/// What a track call is called that may not say what happened.
pub const NOT_RECORDED: &str = "Not Recorded";
const KEPT_CONTEXT: [&str; 4] = ["consent", "externalIds", "traits", "channel"];
const KEPT_TRAITS: [&str; 2] = ["email", "phone"];
const CONSENT_TRAIT: &str = "_consent";
const ORDER: &str = "Order ";

/// Does the context say no to analytics: `consent` with `"purpose:analytics"`, or Segment's categories?
pub(crate) fn denies_analytics(context: &str) -> bool {
    if !context.contains("\"consent\"") {
        return false;
    }
    let Ok(Json::Object(context)) = serde_json::from_str::<Json>(context) else { return false };
    let Some(consent) = context.get("consent").and_then(Json::as_object) else { return false };
    if consent.get("purpose:analytics").is_some_and(is_no) {
        return true;
    }
    let categories = consent.get("categoryPreferences").and_then(Json::as_object);
    categories.is_some_and(|categories| categories.iter().any(|(name, value)| is_analytics(name) && is_no(value)))
}

fn is_analytics(category: &str) -> bool {
    matches!(category.to_ascii_lowercase().as_str(), "analytics" | "performance" | "statistics")
}

fn is_no(value: &Json) -> bool {
    match value {
        Json::Bool(agrees) => !agrees,
        Json::Object(object) => object.get("state").or_else(|| object.get("status")).is_some_and(is_no),
        Json::String(text) => {
            let word = text.trim().to_ascii_lowercase().replace([' ', '-'], "_");
            matches!(
                word.as_str(),
                "unsubscribed" | "opted_out" | "opt_out" | "optout" | "denied" | "false" | "no" | "n" | "0"
            )
        }
        _ => false,
    }
}

/// The context that is kept; of its traits those that say who it is.
pub(crate) fn context(text: &str) -> String {
    let mut context: JsonMap = serde_json::from_str(text).unwrap_or_default();
    context.retain(|key, _| KEPT_CONTEXT.contains(&key.as_str()));
    if let Some(Json::Object(traits)) = context.get_mut("traits") {
        traits.retain(|key, _| KEPT_TRAITS.contains(&key.as_str()));
    }
    Json::Object(context).to_string()
}

/// The traits of an identify call that are kept: those that say who it is, and consent.
pub(crate) fn traits(text: &str) -> String {
    let mut traits: JsonMap = serde_json::from_str(text).unwrap_or_default();
    traits.retain(|key, _| KEPT_TRAITS.contains(&key.as_str()) || key.ends_with(CONSENT_TRAIT));
    Json::Object(traits).to_string()
}

/// Is what happened kept: a purchase, or a word of consent?
pub(crate) fn is_kept(kind: EventKind, name: &str) -> bool {
    kind == EventKind::Track
        && (name.starts_with(ORDER) || matches!(name, names::UNSUBSCRIBED | names::CONSENT_CHANGED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_no_to_analytics_counts() {
        for no in [
            r#"{"consent":{"purpose:analytics":false}}"#,
            r#"{"ip":"1.2.3.4","consent":{"purpose:analytics":{"state":"unsubscribed","text":"x"}}}"#,
            r#"{"consent":{"categoryPreferences":{"Advertising":true,"Analytics":false}}}"#,
            r#"{"consent":{"purpose:analytics":"Opted out"}}"#,
        ] {
            assert!(denies_analytics(no), "{no}");
        }
        for other in [
            "{}",
            "not json \"consent\"",
            r#"{"consent":{"purpose:analytics":true}}"#,
            r#"{"consent":{"email":false}}"#,
            r#"{"consent":{"purpose:ads":false,"categoryPreferences":{"Advertising":false}}}"#,
            r#"{"page":{"title":"\"consent\""},"traits":{"purpose:analytics":false}}"#,
        ] {
            assert!(!denies_analytics(other), "{other}");
        }
    }

    #[test]
    fn what_is_kept_is_who_and_consent() {
        let kept =
            context(r#"{"ip":"192.0.2.7","userAgent":"Secret","page":{"url":"x"},"externalIds":[],"consent":{}}"#);
        let kept: Json = serde_json::from_str(&kept).expect("JSON");
        assert_eq!(kept, serde_json::json!({"externalIds": [], "consent": {}}));
        let kept = traits(r#"{"city":"Ljouwert","email":"a@x.nl","email_consent":true}"#);
        assert!(!kept.contains("Ljouwert") && kept.contains("a@x.nl") && kept.contains("email_consent"));
        assert!(is_kept(EventKind::Track, "Order Completed") && !is_kept(EventKind::Track, "Product Viewed"));
    }
}
