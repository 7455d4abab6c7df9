//! What an event says of the device it came from: `context` of the Segment specification, read without a tree.

use crate::agent::{self, Agent, Hints, kept};
use crate::known::{Client, ClientKind, Facts, Hardware, Os, Whereabouts};
use crate::{DeviceKey, DeviceType};
use events::{Channel, Event};
use memchr::memmem::Finder;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::LazyLock;

/// A context without one of these tells of no device.
static TELLS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new("\"userAgent"), Finder::new("\"device\"")]);
/// Client hints with more brands than these are nobody's.
const BRANDS_MAX: usize = 8;
/// Sides of the screens of iPads, in points, as Safari reports them.
const IPAD_SCREENS: [(u64, u64); 9] = [
    (744, 1133),
    (768, 1024),
    (810, 1080),
    (820, 1180),
    (834, 1112),
    (834, 1194),
    (834, 1210),
    (1024, 1366),
    (1032, 1376),
];

/// What was heard, and of which device.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heard {
    pub key: DeviceKey,
    pub facts: Facts,
}

/// A part of the context. Its fields are of any type: what is not of the type it should be says nothing.
macro_rules! part_of_context {
    ($(#[$doc:meta])* $name:ident { $($(#[$key:meta])* $field:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub(crate) struct $name<'a> {
            $($(#[$key])* #[serde(borrow)] $field: Option<&'a RawValue>),+
        }
    };
}

part_of_context!(Context { user_agent, user_agent_data, device, os, app, locale, timezone, location, screen });
part_of_context!(DeviceContext {
    id,
    manufacturer,
    model,
    #[serde(rename = "type")]
    kind,
    token,
});
part_of_context!(/// `os` and `app`.
NameVersion { name, version });
part_of_context!(Location { country, city });
part_of_context!(Screen { width, height });

/// Of a key that stands twice the later one counts.
fn part<'a, T: Deserialize<'a> + Default>(raw: &'a str, held: &'a mut String) -> T {
    serde_json::from_str(raw).unwrap_or_else(|_| {
        let map: base::JsonMap = serde_json::from_str(raw).unwrap_or_default();
        *held = serde_json::Value::Object(map).to_string();
        serde_json::from_str(held).unwrap_or_default()
    })
}

/// Text, or a whole number: versions are often sent as one.
fn text(raw: Option<&RawValue>) -> Option<String> {
    let raw = raw?.get();
    match raw.as_bytes().first()? {
        b'"' => kept(&serde_json::from_str::<String>(raw).ok()?),
        b'0'..=b'9' => kept(raw),
        _ => None,
    }
}

/// A text of any length.
fn whole_text(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str::<String>(raw?.get()).ok().filter(|text| !text.trim().is_empty())
}

fn number(raw: Option<&RawValue>) -> Option<u64> {
    serde_json::from_str::<f64>(raw?.get())
        .ok()
        .filter(|number| (0.0..1e5).contains(number))
        .map(|number| number as u64)
}

/// Can the event tell of a device? Asked of the raw text.
pub(crate) fn may_tell(event: &Event) -> bool {
    let raw = event.context.text().as_bytes();
    event.source.is_some() && TELLS.iter().any(|word| word.find(raw).is_some())
}

impl<'a> Context<'a> {
    /// `held` keeps the text that is read when a key stands twice.
    pub fn of(event: &'a Event, held: &'a mut String) -> Self {
        part(event.context.text(), held)
    }

    /// What tells the device from others, and what is said of it, each as a hash: no text is read for it.
    pub fn print(&self, event: &Event) -> (u64, u64) {
        let hash = |parts: &[Option<&RawValue>], text: &str| {
            let mut hasher = xxhash_rust::xxh3::Xxh3Default::new();
            for part in parts {
                hasher.update(part.map_or("", RawValue::get).as_bytes());
                hasher.update(b"\0");
            }
            hasher.update(text.as_bytes());
            hasher.digest()
        };
        let anonymous = event.anonymous_id.as_deref().unwrap_or_default();
        let which = hash(&[self.user_agent, self.user_agent_data, self.device], anonymous);
        let rest = [self.os, self.app, self.locale, self.timezone, self.location, self.screen];
        (which, hash(&rest, event.channel.name()))
    }
}

/// None: the context tells of no device, or of a program.
pub(crate) fn heard(event: &Event, context: &Context<'_>) -> Option<Heard> {
    let mut held = String::new();
    let device: DeviceContext<'_> = context.device.map(|raw| part(raw.get(), &mut held)).unwrap_or_default();
    let agent = agent_of(context);
    if agent.is_bot {
        return None;
    }
    let os = os_of(context).or(agent.os);
    let facts = Facts {
        hardware: hardware_of(&device, agent.hardware, os.as_ref(), context),
        client: client_of(context, agent.client, event.channel),
        os,
        channel: Some(event.channel.name().to_owned()),
        language: text(context.locale),
        time_zone: text(context.timezone),
        place: place_of(context),
        push: device.token.map(|raw| whole_text(Some(raw)).is_some()),
    };
    if facts.hardware.is_none() && facts.os.is_none() && facts.client.is_none() {
        return None;
    }
    Some(Heard { key: key_of(event, text(device.id).as_deref(), &facts), facts })
}

/// The id a library gave the device; else the browser's anonymous id with its family; else what it is.
fn key_of(event: &Event, id: Option<&str>, facts: &Facts) -> DeviceKey {
    let family = facts.client.as_ref().map(|client| client.name.as_str()).unwrap_or_default();
    match (id, &event.anonymous_id) {
        (Some(id), _) => DeviceKey::of(&["id", id]),
        (None, Some(anonymous)) => DeviceKey::of(&["anonymous", anonymous, family]),
        (None, None) => {
            let os = facts.os.as_ref().map(|os| os.name.as_str()).unwrap_or_default();
            let model = facts.hardware.as_ref().and_then(|one| one.model.as_deref()).unwrap_or_default();
            DeviceKey::of(&["agent", family, os, model])
        }
    }
}

fn agent_of(context: &Context<'_>) -> Agent {
    let by_text = whole_text(context.user_agent).map(|text| agent::parse(&text)).unwrap_or_default();
    match context.user_agent_data.and_then(|raw| serde_json::from_str(raw.get()).ok()) {
        Some(serde_json::Value::Object(data)) => agent::with_hints(&by_text, &hints_of(&data)),
        _ => (*by_text).clone(),
    }
}

fn hints_of(data: &base::JsonMap) -> Hints {
    let text = |name: &str| data.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let list = |name: &str| data.get(name).and_then(|value| value.as_array()).filter(|list| !list.is_empty());
    let brand = |one: &serde_json::Value| {
        let field = |name: &str| one.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        Some((field("brand")?, field("version").unwrap_or_default()))
    };
    let brands = list("fullVersionList").or_else(|| list("brands")).into_iter().flatten();
    Hints {
        brands: brands.take(BRANDS_MAX).filter_map(brand).collect(),
        mobile: data.get("mobile").and_then(|value| value.as_bool()),
        platform: text("platform"),
        platform_version: text("platformVersion"),
        model: text("model"),
    }
}

fn named(raw: Option<&RawValue>) -> Option<(String, Option<String>)> {
    let mut held = String::new();
    let one: NameVersion<'_> = part(raw?.get(), &mut held);
    Some((text(one.name)?, text(one.version)))
}

/// What the library of an app says.
fn os_of(context: &Context<'_>) -> Option<Os> {
    let (name, version) = named(context.os)?;
    let name = match name.as_str() {
        "iPadOS" | "iPhone OS" | "ios" => "iOS".to_owned(),
        "android" => "Android".to_owned(),
        other => agent::os_name(other)?,
    };
    Some(Os { name, version })
}

/// In an app, the app counts; on a web page `context.app` names the site.
fn client_of(context: &Context<'_>, by_agent: Option<Client>, channel: Channel) -> Option<Client> {
    let is_browser = by_agent.as_ref().is_some_and(|client| client.kind == ClientKind::Browser);
    let app = named(context.app).filter(|_| !is_browser || channel == Channel::App);
    app.map(|(name, version)| Client { kind: ClientKind::App, name, version }).or(by_agent)
}

fn hardware_of(
    device: &DeviceContext<'_>,
    by_agent: Option<Hardware>,
    os: Option<&Os>,
    context: &Context<'_>,
) -> Option<Hardware> {
    let (brand, model) = (text(device.manufacturer), text(device.model));
    let said = text(device.kind).and_then(|kind| type_of(&kind, model.as_deref().unwrap_or_default()));
    let by_agent = by_agent.map(|one| as_ipad(one, context));
    let by_os = || match os.map(|os| os.name.as_str())? {
        "iOS" | "Android" => Some(DeviceType::Phone),
        "tvOS" => Some(DeviceType::Tv),
        "watchOS" => Some(DeviceType::Wearable),
        "macOS" | "Windows" | "Linux" | "ChromeOS" => Some(DeviceType::Computer),
        _ => None,
    };
    let kind = said.or(by_agent.as_ref().map(|one| one.kind)).or_else(by_os);
    if kind.is_none() && brand.is_none() && model.is_none() {
        return None;
    }
    let (agent_brand, agent_model) = by_agent.map_or((None, None), |one| (one.brand, one.model));
    let brand = brand.or_else(|| agent_brand.filter(|_| model.is_none()));
    Some(Hardware { kind: kind.unwrap_or(DeviceType::Other), brand, model: model.or(agent_model) })
}

/// `context.device.type`: the libraries send the name of the system, others the type itself.
fn type_of(kind: &str, model: &str) -> Option<DeviceType> {
    match kind.to_ascii_lowercase().as_str() {
        "ios" | "iphone" if !model.starts_with("iPad") => Some(DeviceType::Phone),
        "ios" | "ipados" | "ipad" | "tablet" => Some(DeviceType::Tablet),
        "mobile" | "phone" | "smartphone" | "handset" => Some(DeviceType::Phone),
        "desktop" | "laptop" | "computer" | "pc" | "macos" => Some(DeviceType::Computer),
        "tv" | "smarttv" | "smart_tv" | "tvos" => Some(DeviceType::Tv),
        "car" | "automotive" => Some(DeviceType::Car),
        "console" => Some(DeviceType::Console),
        "wearable" | "watch" | "watchos" => Some(DeviceType::Wearable),
        "server" => Some(DeviceType::Server),
        _ => None,
    }
}

/// Safari on an iPad passes for one on a Mac. Only its screen tells: no Mac has one of an iPad's sides.
fn as_ipad(one: Hardware, context: &Context<'_>) -> Hardware {
    let is_mac = one.kind == DeviceType::Computer && one.brand.as_deref() == Some("Apple");
    let mut held = String::new();
    let Some(raw) = context.screen.filter(|_| is_mac) else { return one };
    let screen: Screen<'_> = part(raw.get(), &mut held);
    let (Some(width), Some(height)) = (number(screen.width), number(screen.height)) else { return one };
    if IPAD_SCREENS.contains(&(width.min(height), width.max(height))) && width < height {
        return Hardware { kind: DeviceType::Tablet, brand: one.brand, model: Some("iPad".to_owned()) };
    }
    one
}

fn place_of(context: &Context<'_>) -> Option<Whereabouts> {
    let mut held = String::new();
    let location: Location<'_> = part(context.location?.get(), &mut held);
    let (country, city) = (text(location.country), text(location.city));
    (country.is_some() || city.is_some()).then_some(Whereabouts { country, city })
}
