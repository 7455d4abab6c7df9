//! Consent settings of a workspace: the purposes with their lawful basis, and how the preference page and the
//! confirmation mail look.

use crate::{
    Basis, ConsentError, Consents, LANGUAGES, Localised, Purpose, UNCONFIRMED_DAYS_DEFAULT, UNCONFIRMED_DAYS_MAX,
    UNCONFIRMED_DAYS_MIN,
};
use base::WorkspaceId;
use serde::{Deserialize, Serialize};

const COMPANY_CHARS_MAX: usize = 80;
const INTRO_CHARS_MAX: usize = 1_000;
const PURPOSE_CHARS_MAX: usize = 300;
const SUBJECT_CHARS_MAX: usize = 120;
const MAIL_CHARS_MAX: usize = 1_500;
const URL_BYTES_MAX: usize = 500;
const VERSION_CHARS_MAX: usize = 40;
/// A picture in the settings; a larger one belongs on a web server.
pub const LOGO_DATA_BYTES_MAX: usize = 200 * 1024;
const LOGO_TYPES: [&str; 5] = ["png", "jpeg", "webp", "gif", "svg+xml"];
/// WCAG 2.2, 1.4.3: text of normal size.
const CONTRAST_MIN: f64 = 4.5;
const ACCENT_DEFAULT: &str = "#0b5c66";

/// Parts of the preference page that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sections {
    pub purposes: bool,
    pub frequency: bool,
    pub pause: bool,
    pub language: bool,
    pub data: bool,
    pub erase: bool,
}

impl Default for Sections {
    fn default() -> Self {
        Self { purposes: true, frequency: true, pause: true, language: true, data: true, erase: true }
    }
}

/// Why data is used for a purpose, and whether people are asked on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurposeRule {
    pub purpose: Purpose,
    pub basis: Basis,
    pub shown: bool,
    /// In the company's own words; empty: the page's.
    #[serde(default)]
    pub text: Localised,
}

/// The mail that asks for a yes. Empty: the built-in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConfirmationWords {
    pub subject: Localised,
    pub text: Localised,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsentSettings {
    /// Empty: the sender's name.
    pub company: String,
    /// `https://…` or `data:image/…;base64,…`; empty: none.
    pub logo_url: String,
    pub privacy_url: String,
    /// `#rrggbb`; dark enough for white text.
    pub accent: String,
    pub default_language: String,
    pub intro: Localised,
    pub sections: Sections,
    pub purposes: Vec<PurposeRule>,
    pub confirmation: ConfirmationWords,
    /// The edition of the words people agree to; kept with every yes of the page.
    pub text_version: String,
    /// A subscription that was not confirmed after so many days is removed.
    pub unconfirmed_days: i64,
}

impl Default for ConsentSettings {
    fn default() -> Self {
        let rule = |purpose| PurposeRule { purpose, basis: Basis::Consent, shown: true, text: Localised::default() };
        Self {
            company: String::new(),
            logo_url: String::new(),
            privacy_url: String::new(),
            accent: ACCENT_DEFAULT.into(),
            default_language: LANGUAGES[0].into(),
            intro: Localised::default(),
            sections: Sections::default(),
            purposes: Purpose::ALL.map(rule).into(),
            confirmation: ConfirmationWords::default(),
            text_version: String::new(),
            unconfirmed_days: UNCONFIRMED_DAYS_DEFAULT,
        }
    }
}

fn wrong(pointer: &'static str, detail: impl Into<String>) -> ConsentError {
    ConsentError::Setting { pointer, detail: detail.into() }
}

fn plain(pointer: &'static str, text: &str, chars_max: usize) -> Result<String, ConsentError> {
    let text = text.trim();
    if text.chars().count() > chars_max || text.chars().any(char::is_control) {
        return Err(wrong(pointer, format!("at most {chars_max} characters, on one line")));
    }
    Ok(text.to_owned())
}

impl ConsentSettings {
    /// Trims, puts the purposes in order, and says what is wrong.
    pub fn checked(mut self) -> Result<Self, ConsentError> {
        self.company = plain("/company", &self.company, COMPANY_CHARS_MAX)?;
        self.text_version = plain("/text_version", &self.text_version, VERSION_CHARS_MAX)?;
        self.privacy_url = plain("/privacy_url", &self.privacy_url, URL_BYTES_MAX)?;
        if !self.privacy_url.is_empty() && !is_https(&self.privacy_url) {
            return Err(wrong("/privacy_url", "must be empty or begin with https://"));
        }
        self.logo_url = self.logo_url.trim().to_owned();
        check_logo(&self.logo_url)?;
        self.accent = self.accent.trim().to_ascii_lowercase();
        let ratio = contrast_with_white(&self.accent).ok_or_else(|| wrong("/accent", "must be like #0b5c66"))?;
        if ratio < CONTRAST_MIN {
            return Err(ConsentError::LowContrast { ratio: (ratio * 100.0).round() / 100.0 });
        }
        if !LANGUAGES.contains(&self.default_language.as_str()) {
            return Err(wrong("/default_language", "must be en, nl, sv or fy"));
        }
        let text = |pointer, text: &Localised, max| text.checked(max).map_err(|detail| wrong(pointer, detail));
        if !(UNCONFIRMED_DAYS_MIN..=UNCONFIRMED_DAYS_MAX).contains(&self.unconfirmed_days) {
            let detail = format!("must be {UNCONFIRMED_DAYS_MIN} to {UNCONFIRMED_DAYS_MAX} days");
            return Err(wrong("/unconfirmed_days", detail));
        }
        self.intro = text("/intro", &self.intro, INTRO_CHARS_MAX)?;
        self.confirmation.subject = text("/confirmation/subject", &self.confirmation.subject, SUBJECT_CHARS_MAX)?;
        if self.confirmation.subject.0.values().any(|text| text.contains('\n')) {
            return Err(wrong("/confirmation/subject", "a subject is one line"));
        }
        self.confirmation.text = text("/confirmation/text", &self.confirmation.text, MAIL_CHARS_MAX)?;
        let rule = |purpose| self.purposes.iter().find(|rule| rule.purpose == purpose);
        let mut rules = Vec::with_capacity(Purpose::ALL.len());
        for purpose in Purpose::ALL {
            let Some(rule) = rule(purpose) else {
                return Err(wrong("/purposes", format!("{} is missing", purpose.name())));
            };
            rules.push(PurposeRule { text: text("/purposes", &rule.text, PURPOSE_CHARS_MAX)?, ..rule.clone() });
        }
        self.purposes = rules;
        Ok(self)
    }

    pub fn rule(&self, purpose: Purpose) -> Option<&PurposeRule> {
        self.purposes.iter().find(|rule| rule.purpose == purpose)
    }
}

fn is_https(url: &str) -> bool {
    let host = url.strip_prefix("https://").unwrap_or_default();
    !host.is_empty() && !url.contains(|c: char| c.is_whitespace() || c.is_control() || "\"'<>\\`;".contains(c))
}

fn check_logo(url: &str) -> Result<(), ConsentError> {
    if url.is_empty() || (url.len() <= URL_BYTES_MAX && is_https(url)) {
        return Ok(());
    }
    let detail = "must be empty, begin with https://, or be a picture of up to 200 KB (data:image/png;base64,…)";
    let Some(rest) = url.strip_prefix("data:image/") else { return Err(wrong("/logo_url", detail)) };
    let Some((kind, data)) = rest.split_once(";base64,") else { return Err(wrong("/logo_url", detail)) };
    let is_base64 = data.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
    if LOGO_TYPES.contains(&kind) && is_base64 && url.len() <= LOGO_DATA_BYTES_MAX {
        return Ok(());
    }
    Err(wrong("/logo_url", detail))
}

/// WCAG 2.2's contrast ratio of a colour `#rrggbb` and white; None for what is no colour.
pub fn contrast_with_white(colour: &str) -> Option<f64> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let bytes = hex::decode(digits).ok()?;
    let linear = |byte: u8| {
        let part = f64::from(byte) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * linear(bytes[0]) + 0.7152 * linear(bytes[1]) + 0.0722 * linear(bytes[2]);
    Some(1.05 / (luminance + 0.05))
}

impl Consents {
    /// With the version they have; 0: never saved.
    pub async fn settings(&self, workspace: WorkspaceId) -> Result<(ConsentSettings, i64), ConsentError> {
        let sql = "SELECT settings, version FROM consent_settings WHERE workspace_id = $1";
        match self.db().query_one(sql, &[workspace.into()]).await? {
            None => Ok((ConsentSettings::default(), 0)),
            Some(row) => {
                let settings = serde_json::from_str(&row.text("settings")?).map_err(ConsentError::stored)?;
                Ok((settings, row.i64("version")?))
            }
        }
    }

    /// Saves them; `version` is the one that was read.
    pub async fn save_settings(
        &self,
        workspace: WorkspaceId,
        settings: ConsentSettings,
        version: i64,
    ) -> Result<(ConsentSettings, i64), ConsentError> {
        let settings = settings.checked()?;
        let text = serde_json::to_string(&settings).map_err(ConsentError::stored)?;
        let sql = if version == 0 {
            "INSERT INTO consent_settings (workspace_id, settings, version, updated_ms) VALUES ($1, $2, $3 + 1, $4) \
             ON CONFLICT (workspace_id) DO NOTHING"
        } else {
            "UPDATE consent_settings SET settings = $2, version = $3 + 1, updated_ms = $4 \
             WHERE workspace_id = $1 AND version = $3"
        };
        let args = [workspace.into(), text.into(), version.into(), self.now().into()];
        if self.db().execute(sql, &args).await? == 0 {
            return Err(ConsentError::Stale);
        }
        Ok((settings, version + 1))
    }
}
