use super::{Outcome, Said, Survivor};
use base::Json;
use std::collections::HashSet;

/// Numbers added up: of every source, and of every account it spoke of (the strongest identifier the event named that is
/// a person's), the latest. So a total that is said again counts once, and two accounts that turn out to be one
/// customer's count both, however often they are merged. What a source said without naming anybody counts until it names
/// somebody.
pub(super) struct Sum;

/// Contributions that are added up; of more the latest.
const CONTRIBUTIONS_MAX: usize = 100;
/// Decimal fractions are added up to this.
const STEPS_PER_UNIT: f64 = 1e6;

impl Survivor for Sum {
    fn code(&self) -> &'static str {
        "sum"
    }
    fn words(&self) -> &'static str {
        "The latest values of every source and account are added up."
    }
    fn asks_whom(&self) -> bool {
        true
    }
    fn parts(&self, value: &Json) -> Vec<Json> {
        Vec::from_iter(value.is_number().then(|| value.clone()))
    }
    fn settle(&self, said: &mut Vec<Said>, _: &[String]) {
        said.sort_by(Said::later_first);
        let mut seen = HashSet::new();
        said.retain(|one| seen.insert((one.source().to_owned(), one.whom().to_owned())));
        // Only what was said after it takes the place of what named nobody.
        let mut named: HashSet<String> = HashSet::new();
        said.retain(|one| {
            if one.whom().is_empty() {
                return !named.contains(one.source());
            }
            named.insert(one.source().to_owned());
            true
        });
        said.truncate(CONTRIBUTIONS_MAX);
    }
    fn holding<'s>(&self, said: &'s [Said]) -> &'s [Said] {
        said
    }
    fn outcome(&self, said: &[Said]) -> Option<Outcome> {
        let last = said.first()?;
        Some(Outcome { value: total(said), ..Outcome::from(last) })
    }
}

fn total(said: &[Said]) -> Json {
    let whole: Option<i64> = said.iter().try_fold(0_i64, |sum, one| sum.checked_add(one.value().as_i64()?));
    if let Some(whole) = whole {
        return whole.into();
    }
    // Fractions in an order that follows from the values: addition of these depends on it.
    let mut parts: Vec<f64> = said.iter().filter_map(|one| one.value().as_f64()).collect();
    parts.sort_by(f64::total_cmp);
    let sum: f64 = parts.into_iter().sum();
    let rounded = (sum * STEPS_PER_UNIT).round() / STEPS_PER_UNIT;
    Json::from(if rounded.is_finite() { rounded } else { sum })
}
