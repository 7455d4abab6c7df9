//! HTML character references, as far as e-mails use them.

use std::borrow::Cow;

/// The names worth knowing; others stay as they are.
#[rustfmt::skip]
const NAMED: &[(&str, &str)] = &[
    ("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'"), ("nbsp", "\u{a0}"), ("shy", "\u{ad}"), ("zwnj", "\u{200c}"),
    ("zwj", "\u{200d}"), ("ensp", "\u{2002}"), ("emsp", "\u{2003}"), ("thinsp", "\u{2009}"), ("ndash", "–"), ("mdash", "—"),
    ("lsquo", "‘"), ("rsquo", "’"), ("sbquo", "‚"), ("ldquo", "“"), ("rdquo", "”"), ("bdquo", "„"), ("laquo", "«"), ("raquo", "»"),
    ("hellip", "…"), ("bull", "•"), ("middot", "·"), ("copy", "©"), ("reg", "®"), ("trade", "™"), ("deg", "°"), ("plusmn", "±"),
    ("times", "×"), ("divide", "÷"), ("frac12", "½"), ("frac14", "¼"), ("frac34", "¾"), ("euro", "€"), ("pound", "£"), ("yen", "¥"),
    ("cent", "¢"), ("sect", "§"), ("para", "¶"), ("larr", "←"), ("uarr", "↑"), ("rarr", "→"), ("darr", "↓"), ("check", "✓"),
    ("hearts", "♥"), ("star", "☆"), ("iexcl", "¡"), ("iquest", "¿"), ("ordf", "ª"), ("ordm", "º"), ("szlig", "ß"), ("agrave", "à"),
    ("aacute", "á"), ("acirc", "â"), ("atilde", "ã"), ("auml", "ä"), ("aring", "å"), ("aelig", "æ"), ("ccedil", "ç"), ("egrave", "è"),
    ("eacute", "é"), ("ecirc", "ê"), ("euml", "ë"), ("igrave", "ì"), ("iacute", "í"), ("icirc", "î"), ("iuml", "ï"), ("ntilde", "ñ"),
    ("ograve", "ò"), ("oacute", "ó"), ("ocirc", "ô"), ("otilde", "õ"), ("ouml", "ö"), ("oslash", "ø"), ("ugrave", "ù"), ("uacute", "ú"),
    ("ucirc", "û"), ("uuml", "ü"), ("yacute", "ý"), ("yuml", "ÿ"), ("Agrave", "À"), ("Aacute", "Á"), ("Acirc", "Â"), ("Auml", "Ä"),
    ("Aring", "Å"), ("AElig", "Æ"), ("Ccedil", "Ç"), ("Egrave", "È"), ("Eacute", "É"), ("Ecirc", "Ê"), ("Euml", "Ë"), ("Iuml", "Ï"),
    ("Ntilde", "Ñ"), ("Oacute", "Ó"), ("Ocirc", "Ô"), ("Ouml", "Ö"), ("Oslash", "Ø"), ("Uacute", "Ú"), ("Ucirc", "Û"), ("Uuml", "Ü"),
    ("oelig", "œ"), ("OElig", "Œ"), ("scaron", "š"), ("Scaron", "Š"),
];

/// The longest name above, with room for numbers.
const NAME_LEN_MAX: usize = 10;

/// Replaces character references by their characters.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match reference(rest) {
            Some((character, length)) => {
                out.push_str(&character);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The reference at the start of `text` and its length.
fn reference(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let end = text.bytes().take(NAME_LEN_MAX + 2).position(|b| b == b';')?;
    let name = &text[1..end];
    let character = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            Cow::Owned(char::from_u32(code).filter(|c| *c != '\0').unwrap_or('\u{fffd}').to_string())
        }
        None => Cow::Borrowed(NAMED.iter().find(|(known, _)| *known == name)?.1),
    };
    Some((character, end + 1))
}
