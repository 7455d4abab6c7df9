//! Phone, tablet, computer, …: uap-core names devices and does not sort them.

use crate::DeviceType;

const TVS: [&str; 20] = [
    "smart-tv",
    "smarttv",
    "smart tv",
    "hbbtv",
    "netcast",
    "web0s",
    "webos.tv",
    "appletv",
    "apple tv",
    "android tv",
    "androidtv",
    "googletv",
    "google tv",
    "bravia",
    "crkey",
    "roku",
    "viera",
    "aquos",
    "tv safari",
    "; aft",
];
const CONSOLES: [&str; 3] = ["playstation", "xbox", "nintendo"];
const CARS: [&str; 5] = ["android automotive", "qtcarbrowser", "tesla/", "carplay", "polestar"];
const WATCHES: [&str; 4] = ["watchos", "apple watch", "wear os", "; sm-r"];
const TABLETS: [&str; 6] = ["ipad", "tablet", "kindle", "; sm-t", "; sm-x", "playbook"];
const PHONES: [&str; 8] =
    ["iphone", "ipod", "windows phone", "blackberry", "kaios", "opera mini", "opera mobi", "symbian"];
const COMPUTERS: [&str; 12] = [
    "Windows",
    "macOS",
    "Linux",
    "Ubuntu",
    "Fedora",
    "Debian",
    "ChromeOS",
    "FreeBSD",
    "OpenBSD",
    "Arch Linux",
    "Linux Mint",
    "Red Hat",
];

/// None: the text tells of no device at all. `os` is the name of the system, `model` that of the device.
pub(super) fn of(text: &str, os: &str, model: &str) -> Option<DeviceType> {
    let lower = text.to_ascii_lowercase();
    let names = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let is_tv = names(&TVS) || os == "tvOS" || os == "Chromecast" || (lower.contains("tizen") && lower.contains("tv"));
    if names(&CARS) {
        Some(DeviceType::Car)
    } else if names(&CONSOLES) {
        Some(DeviceType::Console)
    } else if is_tv {
        Some(DeviceType::Tv)
    } else if names(&WATCHES) || os == "watchOS" {
        Some(DeviceType::Wearable)
    } else if names(&TABLETS) || model.starts_with("iPad") {
        Some(DeviceType::Tablet)
    } else if names(&PHONES) || os == "iOS" {
        Some(DeviceType::Phone)
    } else if os == "Android" {
        // Android's rule: a phone's browser says Mobile, a tablet's does not. Apps say neither.
        let is_browser = lower.starts_with("mozilla/");
        Some(if is_browser && !lower.contains("mobile") { DeviceType::Tablet } else { DeviceType::Phone })
    } else if COMPUTERS.contains(&os) {
        Some(DeviceType::Computer)
    } else if lower.contains("mobile") {
        Some(DeviceType::Phone)
    } else {
        (!os.is_empty() || !model.is_empty()).then_some(DeviceType::Other)
    }
}
