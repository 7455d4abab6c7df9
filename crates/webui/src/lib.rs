//! The built web UI and the browser snippet, inside the program.
//!
//! A leaf of the crate graph: only a change of `web/dist` makes it compile again. Without `web/dist` it embeds a page
//! that says how to build it, so that Rust work needs no Node.

use std::borrow::Cow;

#[derive(rust_embed::RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// A file of the web UI.
pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    pub mime: String,
    /// Named by a hash of its content, so that it may be cached for ever.
    pub immutable: bool,
}

/// The browser snippet's library, served at `/sdk/tutti.js`.
pub const BROWSER_SDK: &str = include_str!("../../../sdk/browser/tutti.js");

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Tutti</title>\
<body style=\"font-family:system-ui;max-width:40em;margin:4em auto\"><h1>The web UI is not built</h1>\
<p>The API works. To get the screens, run <code>make web</code> in the source folder and build the program again.</p>";

/// The file at `path` (without a leading slash). A path that is no file and not under `assets/` is a page of the UI:
/// the answer is `index.html`, whose router takes it from there.
pub fn asset(path: &str) -> Option<Asset> {
    if let Some(file) = Dist::get(path).filter(|_| !path.is_empty() && path != "index.html") {
        let mime = file.metadata.mimetype().to_owned();
        return Some(Asset { bytes: file.data, mime, immutable: path.starts_with("assets/") });
    }
    if path.starts_with("assets/") {
        return None;
    }
    let bytes = Dist::get("index.html").map_or(Cow::Borrowed(NOT_BUILT.as_bytes()), |file| file.data);
    Some(Asset { bytes, mime: "text/html; charset=utf-8".into(), immutable: false })
}

/// True when the web UI was built into this program.
pub fn is_built() -> bool {
    Dist::get("index.html").is_some()
}
