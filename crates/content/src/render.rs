//! The façade: compiling, rendering, previewing.

use crate::cache::CompileCache;
use crate::checks::{self, MessageCheck};
use crate::merge::{Links, example_customer, merge_data};
use crate::{CampaignMerge, ContentError, EmailMessage, PartError, ProfileData, Utm, WorkspaceData, WorkspaceMerge};
use base::{Clock, Json, ProfileId, Rng, Timestamp, WorkspaceId};
use db::Db;
use serde::Serialize;
use std::sync::Arc;
use template::email::{BodyKind, CompiledEmail, Part, RenderedEmail};
use template::{Limits, NoPartials, OutputContext, RenderContext, RenderError};

/// Links of a preview lead nowhere.
const PREVIEW_LINK: &str = "#";

/// Messages of all workspaces. Cheap to clone.
#[derive(Clone)]
pub struct Contents(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    people: Arc<dyn ProfileData>,
    workspaces: Arc<dyn WorkspaceData>,
    cache: CompileCache,
}

/// One recipient, with the links that only the sender can make.
#[derive(Debug, Clone)]
pub struct RenderFor {
    pub profile: ProfileId,
    pub unsubscribe_url: String,
    pub preferences_url: String,
    pub view_url: String,
}

/// A message for one person, ready for a channel. Empty sender fields mean the workspace's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub subject: String,
    pub preheader: String,
    /// None for plain text.
    pub html: Option<String>,
    pub text: String,
    pub from_name: String,
    pub from_email: String,
    pub reply_to: String,
    /// None: links carry no campaign parameters.
    pub utm: Option<Utm>,
}

/// Whose data a preview uses.
#[derive(Debug, Clone, PartialEq)]
pub enum PreviewFor {
    Profile(ProfileId),
    /// Data as the author typed it: the customer, or the whole data when it has `customer`.
    Data(Json),
    Example,
}

/// A message as somebody would see it, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    pub subject: String,
    pub preheader: String,
    /// A plain message is shown as a page too.
    pub html: String,
    pub text: String,
    pub from: String,
    pub warnings: Vec<MessageCheck>,
    pub errors: Vec<PartError>,
    pub size_bytes: usize,
}

/// The subject as one customer reads it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SampleSubject {
    pub profile: ProfileId,
    pub label: String,
    pub subject: String,
}

impl Contents {
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        people: Arc<dyn ProfileData>,
        workspaces: Arc<dyn WorkspaceData>,
    ) -> Self {
        Self(Arc::new(Inner { db, clock, rng, people, workspaces, cache: CompileCache::default() }))
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }
    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
    pub(crate) fn rng(&self) -> &dyn Rng {
        &*self.0.rng
    }
    #[cfg(test)]
    pub(crate) fn cached(&self) -> usize {
        self.0.cache.len()
    }

    /// The message with its footer, compiled or from the cache.
    pub fn compile(&self, message: &EmailMessage) -> Result<Arc<CompiledEmail>, PartError> {
        self.0.cache.get(message)
    }

    /// Makes the message for each of `recipients`, in order. The inner error says why this one cannot get it; the
    /// outer one is about all of them.
    pub async fn render(
        &self,
        workspace: WorkspaceId,
        campaign: &CampaignMerge,
        message: &EmailMessage,
        recipients: &[RenderFor],
    ) -> Result<Vec<Result<Rendered, String>>, ContentError> {
        let compiled = self.compile(message)?;
        let profiles: Vec<ProfileId> = recipients.iter().map(|recipient| recipient.profile).collect();
        let customers = self.0.people.data(workspace, &profiles).await?;
        let about = self.0.workspaces.data(workspace).await?;
        let one = |(recipient, customer): (&RenderFor, Json)| {
            if customer.is_null() {
                return Err("the customer is gone".to_owned());
            }
            let links = Links {
                unsubscribe: &recipient.unsubscribe_url,
                view: &recipient.view_url,
                preferences: &recipient.preferences_url,
            };
            let data = merge_data(customer, campaign, &about, &links, self.now());
            let email = self.render_one(&compiled, &data, &about).map_err(|error| error.to_string())?;
            Ok(rendered(message, campaign, email))
        };
        Ok(recipients.iter().zip(customers).map(one).collect())
    }

    /// The message once more for a test, with `profile`'s data or an example's.
    pub async fn render_test(
        &self,
        workspace: WorkspaceId,
        message: &EmailMessage,
        profile: Option<ProfileId>,
    ) -> Result<Rendered, ContentError> {
        let compiled = self.compile(message)?;
        let about = self.0.workspaces.data(workspace).await?;
        let campaign = CampaignMerge { id: None, name: "Test".into() };
        let customer = self.customer(workspace, profile).await?;
        let links = Links { unsubscribe: PREVIEW_LINK, view: PREVIEW_LINK, preferences: PREVIEW_LINK };
        let data = merge_data(customer, &campaign, &about, &links, self.now());
        let email = self.render_one(&compiled, &data, &about).map_err(render_error)?;
        Ok(rendered(message, &campaign, email))
    }

    async fn customer(&self, workspace: WorkspaceId, profile: Option<ProfileId>) -> Result<Json, ContentError> {
        let Some(profile) = profile else { return Ok(example_customer()) };
        let found = self.0.people.data(workspace, &[profile]).await?.into_iter().next().filter(|data| !data.is_null());
        found.ok_or_else(|| ContentError::Other(base::Problem::not_found("customer", profile)))
    }

    fn render_one(
        &self,
        compiled: &CompiledEmail,
        data: &Json,
        about: &WorkspaceMerge,
    ) -> Result<RenderedEmail, RenderError> {
        let context = RenderContext {
            output: OutputContext::Html,
            limits: Limits::default(),
            now_ms: self.now().ms(),
            time_zone: if about.time_zone.is_empty() { "UTC" } else { &about.time_zone },
            locale: data["customer"]["language"].as_str().unwrap_or("en"),
            partials: &NoPartials,
        };
        compiled.render(data, &context)
    }

    /// What somebody would see, and everything that is wrong or could be better. Mistakes in the template are part of
    /// the answer, not an error.
    pub async fn preview(
        &self,
        workspace: WorkspaceId,
        message: &EmailMessage,
        of: PreviewFor,
    ) -> Result<Preview, ContentError> {
        let about = self.0.workspaces.data(workspace).await?;
        let links = Links { unsubscribe: PREVIEW_LINK, view: PREVIEW_LINK, preferences: PREVIEW_LINK };
        let campaign = CampaignMerge { id: None, name: "Preview".into() };
        let data = |customer| merge_data(customer, &campaign, &about, &links, self.now());
        let data = match of {
            PreviewFor::Profile(profile) => data(self.customer(workspace, Some(profile)).await?),
            PreviewFor::Example => data(example_customer()),
            PreviewFor::Data(mut given) if given.get("customer").is_some() => {
                let mut all = data(Json::Null);
                if let (Some(all), Some(given)) = (all.as_object_mut(), given.as_object_mut()) {
                    all.append(given);
                }
                all
            }
            PreviewFor::Data(customer) => data(customer),
        };
        let mut preview = Preview {
            subject: String::new(),
            preheader: String::new(),
            html: String::new(),
            text: String::new(),
            from: from_line(message, &about),
            warnings: checks::of_message(message),
            errors: Vec::new(),
            size_bytes: 0,
        };
        let rendered = match self.compile(message) {
            Ok(compiled) => {
                preview.warnings.extend(checks::of_compiled(message, &compiled));
                self.render_one(&compiled, &data, &about).map_err(part_error)
            }
            Err(error) => Err(error),
        };
        match rendered {
            Ok(email) => preview.show(message.kind, email),
            Err(error) => preview.errors.push(error),
        }
        Ok(preview)
    }

    /// Everything that stands in the way of sending, and advice. `sample`: some of the recipients, to find data that
    /// is missing.
    pub async fn checks(
        &self,
        workspace: WorkspaceId,
        message: &EmailMessage,
        sample: &[ProfileId],
    ) -> Result<Vec<MessageCheck>, ContentError> {
        let mut found = checks::of_message(message);
        let compiled = match self.compile(message) {
            Ok(compiled) => compiled,
            Err(error) => {
                found.push(MessageCheck::blocking("template_error", error.to_string()));
                return Ok(found);
            }
        };
        found.extend(checks::of_compiled(message, &compiled));
        let mut customers = self.0.people.data(workspace, sample).await?;
        customers.retain(|customer| !customer.is_null());
        found.extend(checks::of_data(message, &compiled, &customers));
        let about = self.0.workspaces.data(workspace).await?;
        found.extend(checks::of_sender(message, &about));
        if customers.is_empty() {
            customers.push(example_customer());
        }
        let links = Links { unsubscribe: PREVIEW_LINK, view: PREVIEW_LINK, preferences: PREVIEW_LINK };
        let mut emails = Vec::new();
        for customer in customers {
            let data = merge_data(customer, &CampaignMerge::default(), &about, &links, self.now());
            match self.render_one(&compiled, &data, &about) {
                Ok(email) => emails.push(email),
                // On purpose, for this one only: it is skipped when the campaign is sent.
                Err(RenderError::Aborted(_)) => {}
                Err(error) => {
                    found.push(MessageCheck::blocking("template_error", error.to_string()));
                    return Ok(found);
                }
            }
        }
        found.extend(checks::of_rendered(&emails));
        Ok(found)
    }

    /// The subject as each of these customers reads it.
    pub async fn subjects(
        &self,
        workspace: WorkspaceId,
        message: &EmailMessage,
        profiles: &[ProfileId],
    ) -> Result<Vec<SampleSubject>, ContentError> {
        let links = |profile: &ProfileId| RenderFor {
            profile: *profile,
            unsubscribe_url: PREVIEW_LINK.into(),
            preferences_url: PREVIEW_LINK.into(),
            view_url: PREVIEW_LINK.into(),
        };
        let recipients: Vec<RenderFor> = profiles.iter().map(links).collect();
        let rendered = self.render(workspace, &CampaignMerge::default(), message, &recipients).await?;
        let customers = self.0.people.data(workspace, profiles).await?;
        let sample = |((profile, rendered), customer): ((&ProfileId, Result<Rendered, String>), Json)| SampleSubject {
            profile: *profile,
            label: label(&customer).unwrap_or_else(|| profile.to_string()),
            subject: rendered.map_or_else(|reason| format!("({reason})"), |rendered| rendered.subject),
        };
        Ok(profiles.iter().zip(rendered).zip(customers).map(sample).collect())
    }
}

impl Preview {
    fn show(&mut self, kind: BodyKind, email: RenderedEmail) {
        self.size_bytes = email.html.len() + email.text.len();
        self.warnings.extend(checks::of_rendered(std::slice::from_ref(&email)));
        self.html = if kind == BodyKind::Plain { plain_page(&email.text) } else { email.html };
        self.subject = email.subject;
        self.preheader = email.preheader;
        self.text = email.text;
    }
}

fn rendered(message: &EmailMessage, campaign: &CampaignMerge, email: RenderedEmail) -> Rendered {
    let utm = message.utm.enabled.then(|| Utm {
        campaign: if message.utm.campaign.trim().is_empty() {
            slug(&campaign.name)
        } else {
            message.utm.campaign.trim().to_owned()
        },
        ..message.utm.clone()
    });
    Rendered {
        subject: email.subject,
        preheader: email.preheader,
        html: (message.kind != BodyKind::Plain).then_some(email.html),
        text: email.text,
        from_name: message.from_name.clone(),
        from_email: message.from_email.clone(),
        reply_to: message.reply_to.clone(),
        utm,
    }
}

/// "Spring sale, week 12" → "spring-sale-week-12": what web analytics shows.
fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

fn part_error(error: RenderError) -> PartError {
    let at = error.position().unwrap_or_default();
    PartError { part: Part::Body, line: at.line, column: at.column, detail: error.to_string() }
}

fn render_error(error: RenderError) -> ContentError {
    ContentError::Template(part_error(error))
}

fn from_line(message: &EmailMessage, about: &WorkspaceMerge) -> String {
    let or = |own: &str, default: &str| if own.is_empty() { default.to_owned() } else { own.to_owned() };
    let name = or(&message.from_name, &about.from_name);
    let address = or(&message.from_email, &about.from_email);
    if name.is_empty() { address } else { format!("{name} <{address}>") }
}

fn label(customer: &Json) -> Option<String> {
    let text = |key: &str| customer[key].as_str().filter(|text| !text.is_empty());
    text("name").or_else(|| text("email")).map(str::to_owned)
}

/// A plain text as a page, for the preview only.
fn plain_page(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!doctype html><meta charset=\"utf-8\"><pre style=\"white-space:pre-wrap;max-width:72ch;margin:24px auto;\
         padding:0 16px;font:15px/1.6 ui-monospace,Menlo,Consolas,monospace\">{escaped}</pre>"
    )
}
