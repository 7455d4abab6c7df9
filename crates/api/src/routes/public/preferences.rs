//! The preference centre: what somebody gets, how often, and what their data is used for. A signed link instead of a
//! sign-in, one form, no scripts. GET changes nothing; POST says what changed.

use super::page::{Dress, button, escape};
use super::words::{ALL, Words, words};
use crate::auth::network;
use crate::routes::profile::caught_up;
use crate::{App, Path, Query};
use axum::Extension;
use axum::extract::rejection::FormRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Form, State};
use axum::response::Response;
use base::{Json, Problem, ProfileId, Timestamp, WorkspaceId};
use consent::{
    Basis, Change, ConsentState, ContactChannel, Frequency, Overview, Permission, Proof, Purpose, RequestKind, Subject,
    SubjectState, Topic,
};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use std::net::SocketAddr;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A form with every topic on every channel is far smaller.
pub(super) const FORM_BYTES_MAX: usize = 64 * 1024;
/// Lengths of a pause that can be chosen, in days.
const PAUSE_DAYS: [i64; 3] = [14, 30, 91];
const DAY_MS: i64 = 24 * 3_600_000;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(show, save)).layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LanguageQuery {
    /// en, nl, sv or fy; by default the customer's own.
    pub lang: Option<String>,
}

/// Whose page it is, and everything on it.
pub(in crate::routes) struct Visit {
    pub workspace: WorkspaceId,
    pub overview: Overview,
    pub company: String,
    /// Ways to reach them that exist.
    pub addresses: Vec<(ContactChannel, String)>,
    pub language: &'static str,
    /// What the customer's data says.
    pub own_language: Option<&'static str>,
}

/// What the page says after something was done.
#[derive(Default)]
pub(in crate::routes) struct Told {
    pub heading: String,
    pub lines: Vec<String>,
}

impl Visit {
    pub async fn of(
        app: &App,
        workspace: WorkspaceId,
        profile: ProfileId,
        wanted: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<Self, Problem> {
        let mut addresses = Vec::new();
        for channel in ContactChannel::ALL {
            let found = app.profile.address(workspace, channel.name(), &[profile]).await?;
            addresses.extend(found.into_iter().flatten().map(|address| (channel, address)));
        }
        let overview = app.consent.overview(workspace, profile, &addresses).await?;
        let data = app.profile.data(workspace, &[profile]).await?;
        let own = data.first().and_then(|data| data.get("language")).and_then(Json::as_str);
        let own_language = own.and_then(consent::language_of);
        let fallback = consent::language_of(&overview.settings.default_language).unwrap_or("en");
        let language = wanted.and_then(consent::language_of).or(own_language).or(accepted(headers)).unwrap_or(fallback);
        let company = match overview.settings.company.as_str() {
            "" => app.deliver.senders().get(workspace).await?.from_name.clone(),
            company => company.to_owned(),
        };
        Ok(Self { workspace, overview, company, addresses, language, own_language })
    }

    pub fn dress(&self) -> Dress<'_> {
        Dress { settings: &self.overview.settings, company: &self.company, words: words(self.language) }
    }

    pub fn email(&self) -> Option<&str> {
        let email = self.addresses.iter().find(|(channel, _)| *channel == ContactChannel::Email);
        email.map(|(_, address)| address.as_str())
    }

    /// Channels somebody can be reached on, and those they once said something about.
    fn channels(&self) -> Vec<ContactChannel> {
        let has = |channel: &ContactChannel| {
            self.addresses.iter().any(|(one, _)| one == channel)
                || self.overview.state(&Subject::Channel(*channel)) != ConsentState::Unknown
        };
        ContactChannel::ALL.into_iter().filter(has).collect()
    }

    fn topics(&self) -> Vec<(&Topic, Vec<ContactChannel>)> {
        let shown = self.channels();
        let ways = |topic: &Topic| -> Vec<ContactChannel> {
            topic.draft.channels.iter().copied().filter(|channel| shown.contains(channel)).collect()
        };
        let offered = self.overview.topics.iter().filter(|topic| !topic.draft.archived);
        offered.map(|topic| (topic, ways(topic))).filter(|(_, ways)| !ways.is_empty()).collect()
    }

    fn purposes(&self) -> Vec<(usize, Purpose, Basis)> {
        if !self.overview.settings.sections.purposes {
            return Vec::new();
        }
        let shown = |(at, purpose): (usize, Purpose)| {
            let rule = self.overview.settings.rule(purpose).filter(|rule| rule.shown)?;
            Some((at, purpose, rule.basis))
        };
        Purpose::ALL.into_iter().enumerate().filter_map(shown).collect()
    }

    /// Every box of the page with its tick.
    fn boxes(&self) -> Vec<(Subject, bool)> {
        let mut boxes = Vec::new();
        for channel in self.channels() {
            let subject = Subject::Channel(channel);
            let on = self.overview.state(&subject) == ConsentState::Subscribed;
            boxes.push((subject, on));
        }
        for (topic, ways) in self.topics() {
            for channel in ways {
                boxes.push((Subject::TopicOn(topic.key.clone(), channel), self.overview.wants(topic, channel)));
            }
        }
        for (_, purpose, basis) in self.purposes() {
            let subject = Subject::Purpose(purpose);
            let state = self.overview.state(&subject);
            // What does not rest on consent is so until somebody objects.
            let on = state == ConsentState::Subscribed || state == ConsentState::Unknown && basis != Basis::Consent;
            boxes.push((subject, on));
        }
        boxes
    }

    /// A subject in words.
    fn label(&self, subject: &Subject) -> String {
        let words = words(self.language);
        let channel = |channel: ContactChannel| channel_name(words, channel);
        let topic = |key: &consent::TopicKey| {
            let found = self.overview.topics.iter().find(|topic| topic.key == *key);
            let fallback = &self.overview.settings.default_language;
            found.map_or_else(|| key.to_string(), |topic| topic.name(self.language, fallback).to_owned())
        };
        match subject {
            Subject::Channel(one) => channel(*one).to_owned(),
            Subject::Topic(key) => topic(key),
            Subject::TopicOn(key, one) => format!("{} ({})", topic(key), channel(*one)),
            Subject::Purpose(purpose) => {
                let at = Purpose::ALL.iter().position(|one| one == purpose).unwrap_or(0);
                words.purpose_names[at].0.to_owned()
            }
            Subject::Pause => words.pause.to_owned(),
            Subject::Frequency => words.frequency.to_owned(),
        }
    }

    /// What a form asks to be changed. A topic ticked on a channel that is off, and is not being turned off now, turns
    /// the channel on: nothing would arrive otherwise.
    pub fn changes(&self, form: &[(String, String)], now: Timestamp) -> Vec<Change> {
        let has = |name: &str, value: &str| form.iter().any(|(key, one)| key == name && one == value);
        let mut changes = Vec::new();
        let mut needed: Vec<ContactChannel> = Vec::new();
        for (subject, was) in self.boxes() {
            let text = subject.to_string();
            if !has("shown", &text) || has("on", &text) == was {
                continue;
            }
            if let (Subject::TopicOn(_, channel), false) = (&subject, was) {
                needed.push(*channel);
            }
            changes.push(if was { Change::no(subject) } else { Change::yes(subject) });
        }
        for channel in needed {
            let subject = Subject::Channel(channel);
            let is_off = self.overview.state(&subject) != ConsentState::Subscribed;
            if is_off && !changes.iter().any(|change| change.subject == subject) {
                changes.push(Change::yes(subject));
            }
        }
        let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let frequency = value("frequency").and_then(Frequency::parse);
        if let Some(wanted) = frequency.filter(|wanted| *wanted != self.overview.frequency()) {
            changes.push(Change::frequency(wanted));
        }
        match value("pause") {
            Some("none") if self.overview.paused_until().is_some() => changes.push(Change::resume()),
            Some(days) if PAUSE_DAYS.iter().any(|known| known.to_string() == days) => {
                let days: i64 = days.parse().unwrap_or(PAUSE_DAYS[0]);
                changes.push(Change::pause(now.plus_ms(days * DAY_MS)));
            }
            _ => {}
        }
        changes
    }

    /// The page shows what was just decided, whether the log has got there or not.
    fn pretend(&mut self, changes: &[Change], now: Timestamp) {
        for change in changes {
            let proof = Proof::default();
            let detail = change.detail().map(str::to_owned);
            let state = SubjectState { state: change.state, at: now, detail, proof };
            self.overview.known.insert(change.subject.clone(), state);
        }
    }
}

fn channel_name(words: &Words, channel: ContactChannel) -> &'static str {
    let at = ContactChannel::ALL.iter().position(|one| *one == channel).unwrap_or(0);
    words.channel_names[at]
}

/// The first language of the reader that there is.
pub(super) fn accepted(headers: &HeaderMap) -> Option<&'static str> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').find_map(|part| consent::language_of(part.split(';').next().unwrap_or_default()))
}

/// `2026-11-30`: the same in every language, and no mistake between day and month.
fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// `a…@example.org`: enough to recognise one's own address, too little for who got a forwarded message.
pub(super) fn masked(address: &str) -> String {
    match address.split_once('@') {
        Some((local, domain)) => format!("{}…@{domain}", local.chars().take(1).collect::<String>()),
        None => format!("{}…", address.chars().take(3).collect::<String>()),
    }
}

fn tick(subject: &Subject, on: bool, label: &str, help: &str) -> String {
    let text = escape(&subject.to_string());
    let help = if help.is_empty() { String::new() } else { format!("<br><span class=\"soft\">{help}</span>") };
    format!(
        "<label class=\"tick\"><input type=\"hidden\" name=\"shown\" value=\"{text}\"><input type=\"checkbox\" \
         name=\"on\" value=\"{text}\"{}><span>{label}{help}</span></label>",
        if on { " checked" } else { "" }
    )
}

fn select(name: &str, label: &str, options: &[(String, &str, bool)]) -> String {
    let options: String = options
        .iter()
        .map(|(value, label, chosen)| {
            format!("<option value=\"{value}\"{}>{label}</option>", if *chosen { " selected" } else { "" })
        })
        .collect();
    format!(
        "<section><h2><label for=\"{name}\">{label}</label></h2><select id=\"{name}\" name=\"{name}\">{options}</select></section>"
    )
}

/// The whole page.
pub(in crate::routes) fn page(visit: &Visit, told: &Told) -> String {
    let dress = visit.dress();
    let words = dress.words;
    let settings = &visit.overview.settings;
    let intro = settings.intro.pick(visit.language, &settings.default_language).map(escape);
    let intro = intro.unwrap_or_else(|| dress.fill(words.intro)).replace('\n', "<br>");
    let address = visit.email().map(masked).unwrap_or_default();
    let address = if address.is_empty() { address } else { words.for_address.replace("{address}", &escape(&address)) };
    let mut body = format!("{}<h1>{}</h1><p>{intro}</p><p class=\"soft\">{address}</p>", tongues(words), words.title);
    if !told.heading.is_empty() {
        let lines: String = told.lines.iter().map(|line| format!("<li>{line}</li>")).collect();
        let lines = if lines.is_empty() { lines } else { format!("<ul>{lines}</ul>") };
        body.push_str(&format!("<section class=\"told\" role=\"status\"><p>{}</p>{lines}</section>", told.heading));
    }
    body.push_str("<form method=\"post\"><input type=\"hidden\" name=\"action\" value=\"save\">");
    body.push_str(&format!("<input type=\"hidden\" name=\"lang\" value=\"{}\">", words.language));
    body.push_str(&channels_part(visit, words));
    body.push_str(&topics_part(visit, words));
    body.push_str(&wishes_part(visit, words));
    body.push_str(&purposes_part(visit, words));
    body.push_str(&format!("<p><button>{}</button></p></form>", words.save));
    let leave = button(&[("action", "leave"), ("lang", words.language)], "plain", words.leave_all);
    body.push_str(&format!(
        "<section><h2>{}</h2><p class=\"soft\">{}</p>{leave}</section>",
        words.leave_all, words.leave_all_help
    ));
    body.push_str(&own_part(visit, words));
    dress.document(words.title, &body)
}

fn tongues(words: &Words) -> String {
    let one = |other: &Words| {
        if other.language == words.language {
            return format!("<b aria-current=\"true\">{}</b>", other.name);
        }
        let language = other.language;
        format!("<a href=\"?lang={language}\" lang=\"{language}\" hreflang=\"{language}\">{}</a>", other.name)
    };
    let links: String = ALL.iter().map(|other| one(other) + " ").collect();
    format!("<nav class=\"tongues soft\" aria-label=\"{}\">{links}</nav>", words.languages)
}

fn channels_part(visit: &Visit, words: &Words) -> String {
    let one = |channel: ContactChannel| {
        let subject = Subject::Channel(channel);
        let state = visit.overview.state(&subject);
        let is_blocked = matches!(visit.overview.permission(None, channel), Permission::Suppressed(_));
        let help = match state {
            _ if is_blocked => words.blocked,
            ConsentState::Pending => words.pending,
            _ => "",
        };
        tick(&subject, state == ConsentState::Subscribed, channel_name(words, channel), help)
    };
    let ticks: String = visit.channels().into_iter().map(one).collect();
    if ticks.is_empty() {
        return ticks;
    }
    format!(
        "<fieldset><legend>{}</legend><p class=\"soft\">{}</p>{ticks}</fieldset>",
        words.channels, words.channels_help
    )
}

fn topics_part(visit: &Visit, words: &Words) -> String {
    let fallback = &visit.overview.settings.default_language;
    let one = |(topic, ways): (&Topic, Vec<ContactChannel>)| {
        let name = escape(topic.name(visit.language, fallback));
        let about = topic.draft.description.pick(visit.language, fallback).map(escape).unwrap_or_default();
        let way = |channel: ContactChannel| {
            let subject = Subject::TopicOn(topic.key.clone(), channel);
            let is_pending = visit.overview.state(&subject) == ConsentState::Pending;
            let help = if is_pending { words.pending } else { "" };
            tick(&subject, visit.overview.wants(topic, channel), channel_name(words, channel), help)
        };
        let ways: String = ways.into_iter().map(way).collect();
        format!(
            "<div class=\"topic\" role=\"group\" aria-label=\"{name}\"><h3>{name}</h3><p class=\"soft\">{about}</p>\
             <div class=\"ways\">{ways}</div></div>"
        )
    };
    let topics: String = visit.topics().into_iter().map(one).collect();
    if topics.is_empty() {
        return topics;
    }
    format!("<fieldset><legend>{}</legend><p class=\"soft\">{}</p>{topics}</fieldset>", words.topics, words.topics_help)
}

fn wishes_part(visit: &Visit, words: &Words) -> String {
    let sections = visit.overview.settings.sections;
    let mut out = String::new();
    if sections.frequency {
        let now = visit.overview.frequency();
        let options = Frequency::ALL.iter().zip(words.frequencies);
        let options: Vec<_> = options.map(|(one, label)| (one.name().to_owned(), label, *one == now)).collect();
        out.push_str(&select("frequency", words.frequency, &options));
    }
    if sections.pause {
        let until = visit.overview.paused_until();
        let mut options = vec![("none".to_owned(), words.pause_none, until.is_none())];
        if until.is_some() {
            options.insert(0, ("keep".to_owned(), words.pause_keep, true));
        }
        options.extend(PAUSE_DAYS.iter().zip(words.pauses).map(|(days, label)| (days.to_string(), label, false)));
        let label = match until {
            None => words.pause.to_owned(),
            Some(until) => format!("{}. {}", words.pause, words.paused_until.replace("{date}", &day(until))),
        };
        out.push_str(&select("pause", &label, &options));
    }
    if sections.language {
        let now = visit.own_language.unwrap_or(visit.language);
        let options: Vec<_> = ALL.iter().map(|one| (one.language.to_owned(), one.name, one.language == now)).collect();
        out.push_str(&select("language", words.language_label, &options));
    }
    out
}

fn purposes_part(visit: &Visit, words: &Words) -> String {
    let boxes = visit.boxes();
    let settings = &visit.overview.settings;
    let one = |(at, purpose, basis): (usize, Purpose, Basis)| {
        let subject = Subject::Purpose(purpose);
        let on = boxes.iter().any(|(one, on)| *one == subject && *on);
        let (name, about) = words.purpose_names[at];
        let own = settings.rule(purpose).and_then(|rule| rule.text.pick(visit.language, &settings.default_language));
        let about = own.map_or_else(|| about.to_owned(), escape);
        let of = Basis::ALL.iter().position(|one| *one == basis).unwrap_or(0);
        tick(&subject, on, name, &format!("{about} {} {}.", words.basis, words.bases[of]))
    };
    let ticks: String = visit.purposes().into_iter().map(one).collect();
    if ticks.is_empty() {
        return ticks;
    }
    format!(
        "<fieldset><legend>{}</legend><p class=\"soft\">{}</p>{ticks}</fieldset>",
        words.purposes, words.purposes_help
    )
}

fn own_part(visit: &Visit, words: &Words) -> String {
    let sections = visit.overview.settings.sections;
    if visit.email().is_none() || !(sections.data || sections.erase) {
        return String::new();
    }
    let language = ("lang", words.language);
    let mut buttons = String::new();
    if sections.data {
        buttons.push_str(&button(&[("action", "data"), language], "plain", words.own_data));
    }
    if sections.erase {
        buttons.push_str(&button(&[("action", "erase"), language], "plain", words.own_erase));
    }
    format!("<section><h2>{}</h2><p class=\"soft\">{}</p>{buttons}</section>", words.own, words.own_help)
}

/// Who a link is about: of a message, or handed out for a customer.
async fn whose(app: &App, token: &str) -> Result<(WorkspaceId, Option<ProfileId>), Problem> {
    match app.deliver.message_of(token).await {
        Ok(found) => Ok((found.workspace, found.profile)),
        Err(deliver::DeliverError::BadToken) => {
            let (workspace, profile) = app.deliver.links().read_person(token, app.clock.now())?;
            Ok((workspace, Some(profile)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn visit(app: &App, token: &str, wanted: Option<&str>, headers: &HeaderMap) -> Result<Option<Visit>, Problem> {
    let (workspace, Some(profile)) = whose(app, token).await? else { return Ok(None) };
    // Somebody erased has no page; who was merged has the survivor's.
    match app.profile.get(workspace, profile).await {
        Ok(found) => Visit::of(app, workspace, found.summary.id, wanted, headers).await.map(Some),
        Err(profile::ProfileError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn nobody(headers: &HeaderMap) -> Response {
    let settings = consent::ConsentSettings::default();
    let words = words(accepted(headers).unwrap_or("en"));
    let dress = Dress { settings: &settings, company: "", words };
    dress.told(StatusCode::NOT_FOUND, words.test_title, words.test_text, "")
}

fn answer(visit: &Visit, told: &Told) -> Response {
    visit.dress().shown(StatusCode::OK, page(visit, told))
}

/// The preference page of who got a message. Looking at it changes nothing.
#[utoipa::path(get, path = "/p/{token}", tag = "public", params(("token" = String, Path), LanguageQuery), security(()),
    responses((status = 200, content_type = "text/html"), (status = 404, content_type = "text/html")))]
async fn show(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    Query(query): Query<LanguageQuery>,
    headers: HeaderMap,
) -> Response {
    match visit(&app, &token, query.lang.as_deref(), &headers).await {
        Ok(Some(visit)) => answer(&visit, &Told::default()),
        Ok(None) => nobody(&headers),
        Err(problem) => super::error_page(super::texts_for(&headers), problem),
    }
}

/// Saves the form of the preference page (`action=save`), unsubscribes from everything (`leave`), or mails the person a
/// link to their own data (`data`) or to be erased (`erase`).
#[utoipa::path(post, path = "/p/{token}", tag = "public", params(("token" = String, Path)), security(()),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, content_type = "text/html"), (status = 404, content_type = "text/html"), (status = 503, content_type = "text/html")))]
async fn save(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    // Without a form that can be read nothing was asked for: the page is shown again.
    let form = form.map(|Form(form)| form).unwrap_or_default();
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let mut visit = match visit(&app, &token, value("lang"), &headers).await {
        Ok(Some(visit)) => visit,
        Ok(None) => return nobody(&headers),
        Err(problem) => return super::error_page(super::texts_for(&headers), problem),
    };
    let ip = from.map(|Extension(ConnectInfo(from))| network(from.ip()));
    let done = match value("action") {
        Some("leave") => leave(&app, &mut visit, ip).await,
        Some("data") => ask(&app, &visit, RequestKind::Data).await,
        Some("erase") => ask(&app, &visit, RequestKind::Erase).await,
        Some("save") => store(&app, &mut visit, &form, ip).await,
        _ => Ok(Told::default()),
    };
    match done {
        Ok(told) => answer(&visit, &told),
        Err(problem) => super::error_page(super::texts_for(&headers), problem),
    }
}

fn proof(visit: &Visit, method: &str, ip: Option<String>) -> Proof {
    let version = &visit.overview.settings.text_version;
    Proof {
        source: "preference_page".into(),
        method: Some(method.into()),
        text_version: (!version.is_empty()).then(|| version.clone()),
        ip,
        ..Proof::default()
    }
}

async fn store(app: &App, visit: &mut Visit, form: &[(String, String)], ip: Option<String>) -> Result<Told, Problem> {
    let now = app.clock.now();
    let words = words(visit.language);
    let changes = visit.changes(form, now);
    let mut lines = Vec::new();
    for change in &changes {
        let label = visit.label(&change.subject);
        let basis = match change.subject {
            Subject::Purpose(purpose) => visit.overview.settings.rule(purpose).map(|rule| rule.basis),
            _ => Some(Basis::Consent),
        };
        let basis = basis.filter(|_| !change.subject.is_wish());
        let proof = Proof { text: Some(label.clone()), basis, ..proof(visit, "preference_page", ip.clone()) };
        let one = std::slice::from_ref(change);
        app.consent.declare(visit.workspace, visit.overview.profile, one, &proof, None).await?;
        let state = match (&change.subject, change.state) {
            (Subject::Frequency, _) => {
                let at = Frequency::ALL.iter().position(|one| change.detail() == Some(one.name())).unwrap_or(0);
                words.frequencies[at]
            }
            (Subject::Pause, ConsentState::Subscribed) => words.off,
            (Subject::Pause, _) => words.on,
            (_, ConsentState::Unsubscribed) => words.off,
            _ => words.on,
        };
        lines.push(format!("{}: <b>{state}</b>", escape(&label)));
    }
    let wanted = form.iter().find(|(key, _)| key == "language").and_then(|(_, value)| consent::language_of(value));
    let sections = visit.overview.settings.sections;
    if let Some(language) = wanted.filter(|language| sections.language && Some(*language) != visit.own_language) {
        let mut traits = base::JsonMap::new();
        traits.insert("language".into(), language.into());
        app.profile.patch(visit.workspace, visit.overview.profile, traits).await?;
        visit.own_language = Some(language);
        let name = super::words::words(language).name;
        lines.push(format!("{} <b>{name}</b>", words.language_label));
    }
    if !lines.is_empty() {
        caught_up(app).await;
        visit.pretend(&changes, now);
    }
    let heading = if lines.is_empty() { words.nothing_changed } else { words.saved };
    Ok(Told { heading: heading.to_owned(), lines })
}

async fn leave(app: &App, visit: &mut Visit, ip: Option<String>) -> Result<Told, Problem> {
    let changes: Vec<Change> = ContactChannel::ALL.into_iter().map(|channel| Change::no(channel.into())).collect();
    let words = words(visit.language);
    let proof = Proof { text: Some(words.leave_all.to_owned()), ..proof(visit, "preference_page_all", ip) };
    app.consent.declare(visit.workspace, visit.overview.profile, &changes, &proof, None).await?;
    caught_up(app).await;
    visit.pretend(&changes, app.clock.now());
    Ok(Told { heading: words.left_all.to_owned(), lines: Vec::new() })
}

async fn ask(app: &App, visit: &Visit, kind: RequestKind) -> Result<Told, Problem> {
    let words = words(visit.language);
    let sections = visit.overview.settings.sections;
    let is_offered = if kind == RequestKind::Erase { sections.erase } else { sections.data };
    let Some(address) = visit.email().filter(|_| is_offered) else { return Ok(Told::default()) };
    let proof = proof(visit, "preference_page", None);
    let (workspace, profile) = (visit.workspace, visit.overview.profile);
    let is_new = app.consent.ask_own(workspace, profile, kind, address, visit.language, &proof).await?;
    let heading = if is_new {
        words.mailed.replace("{address}", &escape(&masked(address)))
    } else {
        words.mailed_before.to_owned()
    };
    Ok(Told { heading, lines: Vec::new() })
}

#[cfg(test)]
mod tests;
