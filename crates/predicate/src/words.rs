//! A condition as a sentence, in the languages of the product.
//!
//! Clauses have one word order in every language ("country is “NL”"), so that names of traits and events, which
//! nobody translates, stand where they are. Phrases are in `words/phrases.rs`; `{v}` stands for the value.

mod phrases;

use crate::{
    Amount, AmountOp, Condition, ConsentState, CountOp, EventDone, Filter, Op, Operand, Scalar, Sequence, Span, Step,
    Unit, ValueTest, Window,
};
use base::SegmentId;
use phrases::Phrases;

/// Values of a list shown before "and n more".
const LIST_VALUES_SHOWN: usize = 5;

/// A language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    #[default]
    En,
    Nl,
    Sv,
    Fy,
}

impl Locale {
    pub const ALL: [Locale; 4] = [Self::En, Self::Nl, Self::Sv, Self::Fy];
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Nl => "nl",
            Self::Sv => "sv",
            Self::Fy => "fy",
        }
    }
    /// `nl`, `nl-BE`, `fy_NL`; anything else is English.
    pub fn of(tag: &str) -> Locale {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|locale| locale.name().eq_ignore_ascii_case(language)).unwrap_or_default()
    }
}

/// Names of saved segments, by id.
pub type SegmentNames<'a> = &'a dyn Fn(SegmentId) -> Option<String>;

/// `condition` as one sentence: "Customers where country is “NL” and …".
pub fn describe(condition: &Condition, locale: Locale, names: SegmentNames<'_>) -> String {
    let words = Words { phrases: phrases::of(locale), names };
    match condition {
        Condition::All(group) if group.0.is_empty() => words.phrases.everyone.to_owned(),
        _ => fill(words.phrases.lead, &condition.clause(&words)),
    }
}

/// The events a condition is about, without what is asked of them: "“Order Completed” in the last 90 days".
pub fn describe_events(event: &EventDone, locale: Locale) -> String {
    let words = Words { phrases: phrases::of(locale), names: &|_| None };
    quoted(&event.name) + &words.scope(event)
}

/// The phrases of one language and what else a clause needs.
pub struct Words<'a> {
    phrases: &'static Phrases,
    names: SegmentNames<'a>,
}

fn fill(template: &str, value: &str) -> String {
    template.replace("{v}", value)
}

fn fill_two(template: &str, from: &str, to: &str) -> String {
    template.replace("{from}", from).replace("{to}", to)
}

fn quoted(text: &str) -> String {
    format!("“{text}”")
}

impl Words<'_> {
    pub(crate) fn group(&self, members: &[Condition], all: bool) -> String {
        if members.is_empty() {
            return self.phrases.anybody.to_owned();
        }
        let clauses: Vec<String> = members
            .iter()
            .map(|member| {
                let inner_group = match member {
                    Condition::All(group) => group.0.len() > 1 && !all,
                    Condition::Any(group) => group.0.len() > 1 && all,
                    _ => false,
                };
                let clause = member.clause(self);
                if inner_group { format!("({clause})") } else { clause }
            })
            .collect();
        clauses.join(if all { self.phrases.and } else { self.phrases.or })
    }

    pub(crate) fn not(&self, clause: &str) -> String {
        fill(self.phrases.not, clause)
    }

    pub(crate) fn test(&self, subject: &str, test: &ValueTest) -> String {
        let dates = matches!(test.operand(), Operand::Dates(..));
        let template = if dates { self.phrases.between_dates } else { (self.phrases.op)(test.op()) };
        let tail = match test.operand() {
            Operand::Numbers(from, to) => fill_two(template, &from.to_string(), &to.to_string()),
            Operand::Dates(from, to) => fill_two(template, &from.to_string(), &to.to_string()),
            operand => fill(template, &self.operand(operand)),
        };
        format!("{subject} {tail}")
    }

    fn operand(&self, operand: &Operand) -> String {
        match operand {
            Operand::None | Operand::Numbers(..) | Operand::Dates(..) => String::new(),
            Operand::Value(literal) => quoted(&literal.scalar().text()),
            Operand::List(literals) => {
                let shown: Vec<String> =
                    literals.iter().take(LIST_VALUES_SHOWN).map(|literal| quoted(&literal.scalar().text())).collect();
                let rest = literals.len() - shown.len();
                let list = shown.join(", ");
                if rest == 0 { list } else { format!("{list} {}", fill(self.phrases.and_more, &rest.to_string())) }
            }
            Operand::Text { written, .. } => quoted(written),
            Operand::Pattern(pattern) => quoted(pattern.as_str()),
            Operand::Number(number) => number.to_string(),
            Operand::Date(date) => date.to_string(),
            Operand::Span(span) => self.span(*span),
        }
    }

    fn span(&self, span: Span) -> String {
        self.span_of(span, self.phrases.unit)
    }

    fn span_of(&self, span: Span, unit: fn(Unit) -> (&'static str, &'static str)) -> String {
        let (one, many) = unit(span.unit());
        if span.amount() == 1 { format!("1 {one}") } else { format!("{} {many}", span.amount()) }
    }

    pub(crate) fn event(&self, event: &EventDone) -> String {
        let happened = if event.negated { self.phrases.did_not } else { self.phrases.did };
        let clause = fill(happened, &quoted(&event.name));
        let asked = match (event.occurrence, &event.amount, event.count) {
            (Some(occurrence), _, _) => Some((self.phrases.occurrence)(occurrence).to_owned()),
            (None, Some(amount), _) => Some(self.amount(amount)),
            (None, None, CountOp::AtLeast(1)) => None,
            (None, None, count) => Some(self.count(count)),
        };
        asked.map_or(clause.clone(), |asked| format!("{clause} {asked}")) + &self.scope(event)
    }

    fn amount(&self, amount: &Amount) -> String {
        let of = fill((self.phrases.amount_of)(amount.of), &quoted(&amount.property));
        let op = match amount.op {
            AmountOp::AtLeast => Op::Gte,
            AmountOp::MoreThan => Op::Gt,
            AmountOp::Exactly => Op::Equals,
            AmountOp::AtMost => Op::Lte,
            AmountOp::LessThan => Op::Lt,
        };
        format!("({of} {})", fill((self.phrases.op)(op), &Scalar::Number(amount.value).text()))
    }

    pub(crate) fn sequence(&self, sequence: &Sequence) -> String {
        let phrases = self.phrases;
        let mut steps: Vec<String> = sequence.steps.iter().map(|step| self.step(step)).collect();
        // The window is of the first step.
        if let Some(first) = steps.first_mut() {
            first.push_str(&self.when(&sequence.window));
        }
        let then = if sequence.strict { phrases.then_at_once } else { phrases.then };
        let mut clause = steps.join(then);
        if let Some(span) = sequence.within {
            clause = format!("{clause} {}", fill(phrases.within, &self.span_of(span, phrases.unit_within)));
        }
        if let Some(without) = &sequence.without {
            let after = format!(
                "{} {}",
                self.step(&without.step),
                fill(phrases.within, &self.span_of(without.within, phrases.unit_within))
            );
            clause += &fill(phrases.then_not, &after);
        }
        fill(if sequence.negated { phrases.sequence_not } else { phrases.sequence }, &clause)
    }

    fn step(&self, step: &Step) -> String {
        quoted(&step.name) + &self.of_what(step.channel.as_deref(), &step.filters)
    }

    /// `from` and `to`: percentages.
    pub(crate) fn sample(&self, from: f64, to: f64, seed: &str) -> String {
        let share = Scalar::Number(((to - from) * 100.0).round() / 100.0).text().into_owned();
        let clause = fill(self.phrases.sample, &share);
        let begin = Scalar::Number(from).text().into_owned();
        let details: Vec<String> = [
            (0.0 < from).then(|| fill(self.phrases.sample_from, &begin)),
            (!seed.is_empty()).then(|| fill(self.phrases.sample_seed, &quoted(seed))),
        ]
        .into_iter()
        .flatten()
        .collect();
        if details.is_empty() { clause } else { format!("{clause} ({})", details.join(", ")) }
    }

    /// When, through which channel and with what: " in the last 60 days through web with …"; empty for every event.
    fn scope(&self, event: &EventDone) -> String {
        self.when(&event.window) + &self.of_what(event.channel.as_deref(), &event.filters)
    }

    fn when(&self, window: &Window) -> String {
        let when = match window {
            Window::Ever => return String::new(),
            Window::Last(span) => fill(self.phrases.in_last, &self.span(*span)),
            Window::Since(date) => fill(self.phrases.since, &date.to_string()),
            Window::Between(from, to) => fill_two(self.phrases.from_to, &from.to_string(), &to.to_string()),
        };
        format!(" {when}")
    }

    fn of_what(&self, channel: Option<&str>, filters: &[Filter]) -> String {
        let mut text = channel.map(|channel| format!(" {}", fill(self.phrases.through, channel))).unwrap_or_default();
        if !filters.is_empty() {
            let filters: Vec<String> = filters.iter().map(|filter| self.test(&filter.property, &filter.test)).collect();
            text += &format!(" {}", fill(self.phrases.with, &filters.join(self.phrases.and)));
        }
        text
    }

    fn count(&self, count: CountOp) -> String {
        let (number, template) = match count {
            CountOp::AtLeast(number) => (number, self.phrases.at_least),
            CountOp::Exactly(number) => (number, self.phrases.exactly),
            CountOp::AtMost(number) => (number, self.phrases.at_most),
        };
        let times = if number == 1 { self.phrases.time } else { self.phrases.times };
        fill(template, &format!("{number} {times}"))
    }

    pub(crate) fn consent(&self, subject: &str, state: ConsentState) -> String {
        let template = match state {
            ConsentState::Subscribed => self.phrases.subscribed,
            ConsentState::Unsubscribed => self.phrases.unsubscribed,
            ConsentState::Pending => self.phrases.consent_pending,
            ConsentState::Unknown => self.phrases.consent_unknown,
        };
        fill(template, &self.subject(subject))
    }

    /// A channel by its name; a topic and a purpose with the word for what they are.
    fn subject(&self, subject: &str) -> String {
        if let Some(purpose) = subject.strip_prefix("purpose:") {
            return (self.phrases.purpose)(purpose).to_owned();
        }
        match subject.strip_prefix("topic:").map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
            None => (self.phrases.channel)(subject),
            Some((topic, "")) => fill(self.phrases.topic, &quoted(topic)),
            Some((topic, channel)) => {
                format!("{} ({})", fill(self.phrases.topic, &quoted(topic)), (self.phrases.channel)(channel))
            }
        }
    }

    pub(crate) fn reachable(&self, channel: &str) -> String {
        fill(self.phrases.reachable, &(self.phrases.channel)(channel))
    }

    pub(crate) fn segment(&self, id: SegmentId, negated: bool) -> String {
        let name = (self.names)(id).unwrap_or_else(|| id.to_string());
        fill(if negated { self.phrases.not_in_segment } else { self.phrases.in_segment }, &quoted(&name))
    }
}
