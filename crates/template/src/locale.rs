//! How dates and prices are written in English, Dutch, Swedish and West Frisian.
//!
//! Own tables: four languages are needed, and Frisian is thin in the Unicode data.

/// Between amount and currency, so that they stay on one line.
const NBSP: char = '\u{a0}';

pub(crate) struct Locale {
    pub months: [&'static str; 12],
    pub months_short: [&'static str; 12],
    /// From Sunday.
    pub days: [&'static str; 7],
    pub days_short: [&'static str; 7],
    decimal_mark: char,
    thousands_mark: char,
    currency_place: CurrencyPlace,
}

enum CurrencyPlace {
    /// `€12.99`
    Before,
    /// `€ 12,99`
    BeforeWithSpace,
    /// `12,99 €`
    After,
}

static EN: Locale = Locale {
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    months_short: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    days: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
    days_short: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
    decimal_mark: '.',
    thousands_mark: ',',
    currency_place: CurrencyPlace::Before,
};

static NL: Locale = Locale {
    months: [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    months_short: ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"],
    days: ["zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"],
    days_short: ["zo", "ma", "di", "wo", "do", "vr", "za"],
    decimal_mark: ',',
    thousands_mark: '.',
    currency_place: CurrencyPlace::BeforeWithSpace,
};

static SV: Locale = Locale {
    months: [
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ],
    months_short: ["jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"],
    days: ["söndag", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag"],
    days_short: ["sön", "mån", "tis", "ons", "tors", "fre", "lör"],
    decimal_mark: ',',
    thousands_mark: NBSP,
    currency_place: CurrencyPlace::After,
};

static FY: Locale = Locale {
    months: [
        "jannewaris",
        "febrewaris",
        "maart",
        "april",
        "maaie",
        "juny",
        "july",
        "augustus",
        "septimber",
        "oktober",
        "novimber",
        "desimber",
    ],
    months_short: ["jan", "feb", "mrt", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des"],
    days: ["snein", "moandei", "tiisdei", "woansdei", "tongersdei", "freed", "sneon"],
    days_short: ["si", "mo", "ti", "wo", "to", "fr", "so"],
    decimal_mark: ',',
    thousands_mark: '.',
    currency_place: CurrencyPlace::BeforeWithSpace,
};

impl Locale {
    /// `nl`, `nl-BE` and `nl_NL` are Dutch; an unknown language reads as English.
    pub fn of(tag: &str) -> &'static Locale {
        let language = tag.split(['-', '_']).next().unwrap_or("");
        match language.to_ascii_lowercase().as_str() {
            "nl" => &NL,
            "sv" => &SV,
            "fy" => &FY,
            _ => &EN,
        }
    }

    /// A price from minor units; `decimals` is how many of its digits are after the mark.
    pub fn money(&self, minor: i64, code: &str, decimals: u32) -> String {
        let digits = format!("{:0>width$}", minor.unsigned_abs(), width = decimals as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals as usize);
        let mut amount = String::with_capacity(digits.len() + 8);
        for (at, digit) in whole.chars().enumerate() {
            if 0 < at && (whole.len() - at).is_multiple_of(3) {
                amount.push(self.thousands_mark);
            }
            amount.push(digit);
        }
        if 0 < decimals {
            amount.push(self.decimal_mark);
            amount.push_str(fraction);
        }
        let sign = if minor < 0 { "-" } else { "" };
        let symbol = match (code, &self.currency_place) {
            ("EUR", _) => "€",
            ("USD", _) => "$",
            ("GBP", _) => "£",
            ("SEK" | "NOK" | "DKK", CurrencyPlace::After) => "kr",
            _ => code,
        };
        match self.currency_place {
            CurrencyPlace::Before if symbol == code => format!("{sign}{code}{NBSP}{amount}"),
            CurrencyPlace::Before => format!("{sign}{symbol}{amount}"),
            CurrencyPlace::BeforeWithSpace => format!("{symbol}{NBSP}{sign}{amount}"),
            CurrencyPlace::After => format!("{sign}{amount}{NBSP}{symbol}"),
        }
    }
}
