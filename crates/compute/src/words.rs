//! A definition as a sentence, in the languages of the product. `{p}` is the property, `{e}` the events.

use crate::definition::Definition;
use predicate::{Locale, describe_events};

/// "Sum of revenue of “Order Completed” in the last 90 days"; of a formula the formula itself.
pub fn sentence(definition: &Definition, locale: Locale) -> String {
    match definition {
        Definition::Formula(formula) => formula.text().to_owned(),
        Definition::Events(events) => {
            let template = template(events.aggregate.name(), events.property.is_some(), locale);
            let property = events.property.as_deref().unwrap_or_default();
            template.replace("{p}", property).replace("{e}", &describe_events(&events.event, locale))
        }
    }
}

/// In the order of [`Locale::ALL`].
fn template(aggregate: &str, with_property: bool, locale: Locale) -> &'static str {
    let all = match (aggregate, with_property) {
        ("count", _) => ["Number of {e}", "Aantal keer {e}", "Antal {e}", "Tal kearen {e}"],
        ("sum", _) => ["Sum of {p} of {e}", "Som van {p} van {e}", "Summan av {p} för {e}", "Som fan {p} fan {e}"],
        ("average", _) => [
            "Average {p} of {e}",
            "Gemiddelde van {p} van {e}",
            "Medelvärdet av {p} för {e}",
            "Trochsneed fan {p} fan {e}",
        ],
        ("min", _) => ["Smallest {p} of {e}", "Kleinste {p} van {e}", "Minsta {p} för {e}", "Lytste {p} fan {e}"],
        ("max", _) => ["Largest {p} of {e}", "Grootste {p} van {e}", "Största {p} för {e}", "Grutste {p} fan {e}"],
        ("first", true) => ["First {p} of {e}", "Eerste {p} van {e}", "Första {p} för {e}", "Earste {p} fan {e}"],
        ("first", false) => ["First time of {e}", "Eerste keer {e}", "Första gången för {e}", "Earste kear {e}"],
        ("last", true) => ["Last {p} of {e}", "Laatste {p} van {e}", "Senaste {p} för {e}", "Lêste {p} fan {e}"],
        ("last", false) => ["Last time of {e}", "Laatste keer {e}", "Senaste gången för {e}", "Lêste kear {e}"],
        ("most_frequent", _) => [
            "Most frequent {p} of {e}",
            "Meest voorkomende {p} van {e}",
            "Vanligaste {p} för {e}",
            "Meast foarkommende {p} fan {e}",
        ],
        ("days_since", _) => ["Days since {e}", "Dagen sinds {e}", "Dagar sedan {e}", "Dagen sûnt {e}"],
        // unique_list; a test asks for every aggregate of the registry.
        _ => ["Every {p} of {e}", "Elke {p} van {e}", "Alla {p} för {e}", "Eltse {p} fan {e}"],
    };
    let position = Locale::ALL.iter().position(|other| *other == locale).unwrap_or_default();
    all[position]
}
