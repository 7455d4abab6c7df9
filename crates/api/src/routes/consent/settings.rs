//! Purposes with their lawful basis, and how the pages and mails look.

use super::topics::Texts;
use crate::problem::ApiResult;
use crate::routes::public::{self, Told, Visit};
use crate::{App, Auth, Json};
use axum::extract::State;
use base::{ProfileId, Timestamp};
use consent::{
    Basis, ConfirmationWords, ConsentError, ConsentSettings, ContactChannel, Localised, Proof, Purpose, PurposeRule,
    Request, RequestId, RequestKind, Sections, Subject,
};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get, put)).routes(routes!(preview))
}

/// Parts of the preference page.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SectionsBody {
    purposes: bool,
    frequency: bool,
    pause: bool,
    language: bool,
    data: bool,
    erase: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PurposeBody {
    /// marketing, analytics, personalisation, ads
    purpose: String,
    /// consent, contract, legitimate_interest, legal_obligation, vital_interest, public_task
    basis: String,
    /// Asked about on the preference page.
    shown: bool,
    /// In your own words, by language; empty: the page's.
    #[serde(default)]
    text: Texts,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmationBody {
    /// By language; empty: the built-in words. `{company}` is filled in.
    #[serde(default)]
    subject: Texts,
    #[serde(default)]
    text: Texts,
}

/// Consent settings. Empty texts mean the built-in words.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConsentSettingsBody {
    /// Empty: the sender's name.
    company: String,
    /// `https://…` or `data:image/…;base64,…` of up to 200 KB; empty: none.
    logo_url: String,
    privacy_url: String,
    /// `#rrggbb`, with a contrast of 4.5:1 or more to white.
    accent: String,
    /// en, nl, sv or fy.
    default_language: String,
    intro: Texts,
    sections: SectionsBody,
    /// All four.
    purposes: Vec<PurposeBody>,
    confirmation: ConfirmationBody,
    /// The edition of the words people agree to.
    text_version: String,
    /// A subscription that was not confirmed after so many days is removed, and with it a customer who is nothing else.
    /// 7 to 365; 30 unless told.
    #[serde(default = "unconfirmed_days")]
    unconfirmed_days: i64,
    /// The one that was read; 0: never saved.
    version: i64,
}

fn unconfirmed_days() -> i64 {
    consent::UNCONFIRMED_DAYS_DEFAULT
}

impl ConsentSettingsBody {
    fn of(settings: ConsentSettings, version: i64) -> Self {
        let Sections { purposes, frequency, pause, language, data, erase } = settings.sections;
        let purpose = |rule: PurposeRule| PurposeBody {
            purpose: rule.purpose.name().to_owned(),
            basis: rule.basis.name().to_owned(),
            shown: rule.shown,
            text: rule.text.0,
        };
        Self {
            company: settings.company,
            logo_url: settings.logo_url,
            privacy_url: settings.privacy_url,
            accent: settings.accent,
            default_language: settings.default_language,
            intro: settings.intro.0,
            sections: SectionsBody { purposes, frequency, pause, language, data, erase },
            purposes: settings.purposes.into_iter().map(purpose).collect(),
            confirmation: ConfirmationBody {
                subject: settings.confirmation.subject.0,
                text: settings.confirmation.text.0,
            },
            text_version: settings.text_version,
            unconfirmed_days: settings.unconfirmed_days,
            version,
        }
    }

    fn read(self) -> ApiResult<(ConsentSettings, i64)> {
        let SectionsBody { purposes, frequency, pause, language, data, erase } = self.sections;
        let bad = |detail: &str| ConsentError::Setting { pointer: "/purposes", detail: detail.to_owned() };
        let rule = |body: PurposeBody| {
            Ok(PurposeRule {
                purpose: Purpose::parse(&body.purpose).ok_or_else(|| bad("there is no such purpose"))?,
                basis: Basis::parse(&body.basis).ok_or_else(|| bad("there is no such lawful basis"))?,
                shown: body.shown,
                text: Localised(body.text),
            })
        };
        let settings = ConsentSettings {
            company: self.company,
            logo_url: self.logo_url,
            privacy_url: self.privacy_url,
            accent: self.accent,
            default_language: self.default_language,
            intro: Localised(self.intro),
            sections: Sections { purposes, frequency, pause, language, data, erase },
            purposes: self.purposes.into_iter().map(rule).collect::<Result<Vec<_>, ConsentError>>()?,
            confirmation: ConfirmationWords {
                subject: Localised(self.confirmation.subject),
                text: Localised(self.confirmation.text),
            },
            text_version: self.text_version,
            unconfirmed_days: self.unconfirmed_days,
        };
        Ok((settings, self.version))
    }
}

/// Purposes with their lawful basis, and how the preference page and the confirmation mail look.
#[utoipa::path(get, path = "/api/v1/consent/settings", tag = "consent", security(("api_key" = ["profile.read"])),
    responses((status = 200, body = ConsentSettingsBody), (status = 401), (status = 403)))]
async fn get(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<ConsentSettingsBody>> {
    let (settings, version) = app.consent.settings(auth.workspace()).await?;
    Ok(Json(ConsentSettingsBody::of(settings, version)))
}

/// Saves the consent settings.
#[utoipa::path(put, path = "/api/v1/consent/settings", tag = "consent", security(("api_key" = ["consent.write"])), request_body = ConsentSettingsBody,
    responses((status = 200, body = ConsentSettingsBody), (status = 401), (status = 403), (status = 412), (status = 422)))]
async fn put(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<ConsentSettingsBody>,
) -> ApiResult<Json<ConsentSettingsBody>> {
    let (settings, version) = body.read()?;
    let (settings, version) = app.consent.save_settings(auth.workspace(), settings, version).await?;
    auth.note(&app, "consent.settings", "", "changed the consent settings").await?;
    Ok(Json(ConsentSettingsBody::of(settings, version)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PagePreviewRequest {
    /// en, nl, sv or fy.
    language: String,
    /// preferences, confirm or confirmation_mail.
    page: String,
    /// Not saved yet; left out: the saved ones.
    settings: Option<ConsentSettingsBody>,
}

#[derive(Serialize, ToSchema)]
struct PagePreviewView {
    /// Of a mail.
    subject: Option<String>,
    html: String,
}

/// A page or mail as an example customer sees it. Show it in a frame with `sandbox`: nothing in it works.
#[utoipa::path(post, path = "/api/v1/consent/preview", tag = "consent", security(("api_key" = ["profile.read"])), request_body = PagePreviewRequest,
    responses((status = 200, body = PagePreviewView), (status = 401), (status = 403), (status = 422)))]
async fn preview(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<PagePreviewRequest>,
) -> ApiResult<Json<PagePreviewView>> {
    let workspace = auth.workspace();
    let settings = match body.settings {
        Some(settings) => settings.read()?.0.checked()?,
        None => app.consent.settings(workspace).await?.0,
    };
    let language = consent::language_of(&body.language).unwrap_or("en");
    // Nobody has the number 0.
    let nobody = ProfileId::new(0);
    let mut visit = Visit::of(&app, workspace, nobody, Some(language), &HeaderMap::new()).await?;
    visit.addresses = example_addresses();
    if !settings.company.is_empty() {
        visit.company.clone_from(&settings.company);
    }
    visit.overview.settings = settings;
    let (company, settings) = (&visit.company, &visit.overview.settings);
    let view = match body.page.as_str() {
        "preferences" => PagePreviewView { subject: None, html: public::preference_page(&visit, &Told::default()) },
        "confirm" => PagePreviewView { subject: None, html: public::confirm_example(settings, company, language) },
        "confirmation_mail" => {
            let request = example(&visit, language, app.clock.now());
            let link = format!("{}/p/confirm/…", app.public_url);
            let mail = consent::request_mail(settings, company, &visit.overview.topics, &request, &link);
            PagePreviewView { subject: Some(mail.subject), html: mail.html }
        }
        _ => {
            let detail = "there is a preview of preferences, confirm and confirmation_mail";
            return Err(base::Problem::invalid("invalid_kind", detail).at("/page", "invalid_kind", detail).into());
        }
    };
    Ok(Json(view))
}

/// As of most customers a shop may write to: an e-mail address, and a phone number with what it can be used for.
fn example_addresses() -> Vec<(ContactChannel, String)> {
    let phone = [ContactChannel::Sms, ContactChannel::Whatsapp, ContactChannel::Phone];
    let numbers = phone.map(|channel| (channel, "+31612345678".to_owned()));
    std::iter::once((ContactChannel::Email, "anna@example.com".to_owned())).chain(numbers).collect()
}

fn example(visit: &Visit, language: &str, now: Timestamp) -> Request {
    let email = consent::ContactChannel::Email;
    let topics = visit.overview.topics.iter().filter(|topic| !topic.draft.archived).take(2);
    let subjects = topics.map(|topic| Subject::TopicOn(topic.key.clone(), email));
    Request {
        id: RequestId([0; 16]),
        profile: ProfileId::new(0),
        kind: RequestKind::Subscribe,
        address: "anna@example.com".into(),
        subjects: std::iter::once(Subject::Channel(email)).chain(subjects).collect(),
        language: language.to_owned(),
        proof: Proof::default(),
        asked_at: now,
        expires_at: now.plus_ms(consent::SUBSCRIBE_MS),
        mailed_at: None,
        done_at: None,
    }
}
