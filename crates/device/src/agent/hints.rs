//! Client hints (`context.userAgentData`): what Chrome says of itself where its user agent is frozen.

use super::{Agent, kept, os_name, version_of};
use crate::DeviceType;
use crate::known::{Client, ClientKind, Hardware, Os};
use std::borrow::Cow;

/// What a page read from `navigator.userAgentData`. Empty texts say nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hints {
    /// Name and version; of the full list when it is there.
    pub brands: Vec<(String, String)>,
    pub mobile: Option<bool>,
    pub platform: String,
    pub platform_version: String,
    pub model: String,
}

/// First version of the Windows platform that is Windows 11.
const WINDOWS_11: u32 = 13;

/// The hints win over what the user agent says of the same.
pub fn with_hints(agent: &Agent, hints: &Hints) -> Agent {
    let os = os_of(hints).or_else(|| agent.os.clone());
    let client = client_of(hints, agent.client.as_ref()).or_else(|| agent.client.clone());
    let hardware = hardware_of(hints, agent.hardware.as_ref(), os.as_ref()).or_else(|| agent.hardware.clone());
    Agent { hardware, os, client, is_bot: agent.is_bot }
}

fn parts(version: &str) -> Vec<Option<Cow<'_, str>>> {
    version.split('.').take(2).map(|part| Some(Cow::Borrowed(part))).collect()
}

fn os_of(hints: &Hints) -> Option<Os> {
    let name = os_name(hints.platform.trim()).filter(|name| name != "Unknown")?;
    let major = hints.platform_version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    let version = match (name.as_str(), major) {
        // learn.microsoft.com: 1 to 10 are releases of Windows 10, 13 and later are Windows 11; 0 is 7, 8 or 8.1.
        ("Windows", Some(major)) if WINDOWS_11 <= major => Some("11".to_owned()),
        ("Windows", Some(major)) if 0 < major => Some("10".to_owned()),
        ("Windows", _) => None,
        _ => version_of(&parts(hints.platform_version.trim())),
    };
    Some(Os { name, version })
}

/// Brands that stand for an engine, or for nothing: "Not?A_Brand".
fn is_filler(brand: &str) -> bool {
    brand == "Chromium" || (brand.contains("Not") && brand.contains("Brand")) || brand.trim().is_empty()
}

fn client_of(hints: &Hints, by_agent: Option<&Client>) -> Option<Client> {
    let (brand, version) = hints.brands.iter().find(|(brand, _)| !is_filler(brand))?;
    let version = version_of(&parts(version.trim()));
    let name = match brand.trim() {
        "Google Chrome" if hints.mobile == Some(true) => "Chrome Mobile",
        "Google Chrome" => "Chrome",
        "Microsoft Edge" => "Edge",
        "Android WebView" => "Chrome Mobile WebView",
        other => other,
    };
    // An app that shows a page is known by its user agent only.
    if by_agent.is_some_and(|client| client.kind == ClientKind::App) {
        return None;
    }
    let kind = if brand == "Android WebView" { ClientKind::App } else { ClientKind::Browser };
    Some(Client { kind, name: kept(name)?, version })
}

fn hardware_of(hints: &Hints, by_agent: Option<&Hardware>, os: Option<&Os>) -> Option<Hardware> {
    let os = os.map(|os| os.name.as_str()).unwrap_or_default();
    let by_hints = match (os, hints.mobile) {
        ("Android", Some(true)) => Some(DeviceType::Phone),
        ("Android", Some(false)) => Some(DeviceType::Tablet),
        ("Windows" | "macOS" | "Linux" | "ChromeOS", _) => Some(DeviceType::Computer),
        _ => None,
    };
    // A television or a car says so in its user agent, and is no phone because its screen is small.
    let said = by_agent.map(|one| one.kind).filter(|kind| !matches!(kind, DeviceType::Phone | DeviceType::Tablet));
    let kind = said.or(by_hints).or(by_agent.map(|one| one.kind))?;
    let named = kept(&hints.model).map(|model| {
        // The patterns know whose model it is.
        let named = super::parse(&format!(
            "Mozilla/5.0 (Linux; Android 14; {model}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"
        ));
        let brand = named.hardware.as_ref().and_then(|one| one.brand.clone());
        (brand, Some(model))
    });
    let (brand, model) =
        named.unwrap_or_else(|| by_agent.map_or((None, None), |one| (one.brand.clone(), one.model.clone())));
    Some(Hardware { kind, brand, model })
}
