use super::*;

fn sneakers() -> Condition {
    condition(json!({ "version": 1, "all": [
        { "event": { "name": "Order Completed", "op": "performed", "count": { "op": "at_least", "value": 2 },
            "window": { "last": { "amount": 60, "unit": "day" } }, "channel": "shop",
            "where": [{ "property": "products.category", "op": "equals", "value": "sneakers" }] } },
        { "any": [{ "trait": { "name": "country", "op": "in", "value": ["NL", "SE"] } },
                  { "segment": { "id": SegmentId::derived("x").to_string(), "op": "not_in" } }] },
        { "reachable": { "channel": "email" } } ] }))
}

#[track_caller]
fn check(locale: Locale, expected: &str) {
    assert_eq!(describe(&sneakers(), locale, &|_| Some("Guests".into())), expected);
}

#[test]
fn a_condition_reads_as_a_sentence_in_four_languages() {
    check(
        Locale::En,
        "Customers for whom “Order Completed” happened at least 2 times in the last 60 days through shop with \
        products.category is “sneakers” and (country is one of “NL”, “SE” or they are not in the segment “Guests”) and they can be reached by e-mail.",
    );
    check(
        Locale::Nl,
        "Klanten waarvoor geldt: “Order Completed” is gebeurd minstens 2 keer in de laatste 60 dagen via shop met \
        products.category is “sneakers” en (country is een van “NL”, “SE” of niet in het segment “Guests”) en bereikbaar via e-mail.",
    );
    check(
        Locale::Sv,
        "Kunder där “Order Completed” har hänt minst 2 gånger under de senaste 60 dagarna via shop med \
        products.category är “sneakers” och (country är något av “NL”, “SE” eller ingår inte i segmentet “Guests”) och kan nås via e-post.",
    );
    check(
        Locale::Fy,
        "Klanten dêr't foar jildt: “Order Completed” is bard op syn minst 2 kear yn de lêste 60 dagen fia shop mei \
        products.category is “sneakers” en (country is ien fan “NL”, “SE” of net yn it segmint “Guests”) en te berikken fia e-mail.",
    );
}

#[test]
fn everybody_long_lists_and_language_tags() {
    assert_eq!(describe(&Condition::everyone(), Locale::Nl, &|_| None), "Alle klanten.");
    let list: Vec<String> = (0..8).map(|n| n.to_string()).collect();
    let long = condition(json!({ "trait": { "name": "t", "op": "in", "value": list } }));
    assert!(describe(&long, Locale::En, &|_| None).ends_with("“4” and 3 more."));
    assert_eq!([Locale::of("fy-NL"), Locale::of("NL_be"), Locale::of("de")], [Locale::Fy, Locale::Nl, Locale::En]);
}
