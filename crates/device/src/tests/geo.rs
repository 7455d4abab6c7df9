//! A database of places that the test writes itself, by the specification of the MaxMind DB format 2.0.

use crate::{DeviceError, Geo, Place};
use std::net::IpAddr;
use std::path::PathBuf;

/// A value of the data section.
enum Value<'a> {
    Text(&'a str),
    Short(u16),
    Word(u32),
    Long(u64),
    Map(Vec<(&'a str, Value<'a>)>),
    List(Vec<Value<'a>>),
}

/// Type and size; sizes here stay below 29 but for texts of 29 to 284 bytes.
fn control(out: &mut Vec<u8>, kind: u8, size: usize) {
    let (short, rest) = if size < 29 { (size as u8, None) } else { (29, Some((size - 29) as u8)) };
    if kind < 8 {
        out.push(kind << 5 | short);
    } else {
        out.extend([short, kind - 7]);
    }
    out.extend(rest);
}

fn encode(out: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Text(text) => {
            control(out, 2, text.len());
            out.extend(text.as_bytes());
        }
        Value::Short(number) => {
            control(out, 5, 2);
            out.extend(number.to_be_bytes());
        }
        Value::Word(number) => {
            control(out, 6, 4);
            out.extend(number.to_be_bytes());
        }
        Value::Long(number) => {
            control(out, 9, 8);
            out.extend(number.to_be_bytes());
        }
        Value::Map(fields) => {
            control(out, 7, fields.len());
            for (name, value) in fields {
                encode(out, &Value::Text(name));
                encode(out, value);
            }
        }
        Value::List(items) => {
            control(out, 11, items.len());
            items.iter().for_each(|item| encode(out, item));
        }
    }
}

/// Where a bit of an address leads.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Nowhere,
    Node(u32),
    Data(u32),
}

/// Networks of IPv4 and IPv6 with what is known of them, as a file with records of 32 bits.
fn database(kind: &str, networks: &[(&str, u8, Value<'_>)]) -> Vec<u8> {
    let mut nodes: Vec<[Way; 2]> = vec![[Way::Nowhere; 2]];
    let mut data = Vec::new();
    for (address, length, value) in networks {
        let place = data.len() as u32;
        encode(&mut data, value);
        // IPv4 lies in the first 96 zeros.
        let (bits, length) = match address.parse().expect("an address") {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)), usize::from(*length) + 96),
            IpAddr::V6(v6) => (u128::from(v6), usize::from(*length)),
        };
        let mut node = 0;
        for depth in 0..length {
            let bit = (bits >> (127 - depth) & 1) as usize;
            if depth + 1 == length {
                nodes[node][bit] = Way::Data(place);
            } else if let Way::Node(next) = nodes[node][bit] {
                node = next as usize;
            } else {
                nodes.push([Way::Nowhere; 2]);
                let next = nodes.len() - 1;
                nodes[node][bit] = Way::Node(next as u32);
                node = next;
            }
        }
    }
    let count = nodes.len() as u32;
    let mut file = Vec::new();
    for way in nodes.iter().flatten() {
        let record = match way {
            Way::Nowhere => count,
            Way::Node(node) => *node,
            Way::Data(place) => count + 16 + place,
        };
        file.extend(record.to_be_bytes());
    }
    file.extend([0; 16]);
    file.extend(data);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    let about = Value::Map(vec![
        ("binary_format_major_version", Value::Short(2)),
        ("binary_format_minor_version", Value::Short(0)),
        ("build_epoch", Value::Long(1_795_341_600)),
        ("database_type", Value::Text(kind)),
        ("description", Value::Map(vec![("en", Value::Text("made by a test"))])),
        ("ip_version", Value::Short(6)),
        ("languages", Value::List(vec![Value::Text("en")])),
        ("node_count", Value::Word(count)),
        ("record_size", Value::Short(32)),
    ]);
    encode(&mut file, &about);
    file
}

fn city<'a>(country: &'a str, city: &'a str) -> Value<'a> {
    let names = Value::Map(vec![("de", Value::Text("Stadt")), ("en", Value::Text(city))]);
    Value::Map(vec![
        ("city", Value::Map(vec![("names", names), ("geoname_id", Value::Word(1))])),
        ("country", Value::Map(vec![("iso_code", Value::Text(country)), ("geoname_id", Value::Word(2))])),
        ("location", Value::Map(vec![("time_zone", Value::Text("Europe/Amsterdam"))])),
    ])
}

fn country(code: &str) -> Value<'_> {
    Value::Map(vec![("country", Value::Map(vec![("iso_code", Value::Text(code))]))])
}

struct File {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

fn file(bytes: &[u8]) -> File {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("places.mmdb");
    std::fs::write(&path, bytes).expect("written");
    File { path, _folder: folder }
}

fn at(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn place(country: &str, city: Option<&str>) -> Option<Place> {
    Some(Place { country: country.into(), city: city.map(str::to_owned) })
}

#[test]
fn countries_and_cities_of_addresses_are_found() {
    let bytes = database(
        "GeoLite2-City",
        &[
            ("81.2.69.0", 24, city("NL", "Ljouwert")),
            ("81.2.70.0", 23, country("se")),
            ("2a02:cf40::", 29, city("BE", "")),
            (
                "203.0.113.0",
                24,
                Value::Map(vec![("registered_country", Value::Map(vec![("iso_code", Value::Text("DE"))]))]),
            ),
            ("198.51.100.0", 24, Value::Map(vec![("country_code", Value::Text("FR")), ("city", Value::Text("Lille"))])),
            ("192.0.2.0", 24, country("Nowhere")),
        ],
    );
    let file = file(&bytes);
    let geo = Geo::open(&file.path).expect("opened");
    assert_eq!(geo.place(at("81.2.69.142")), place("NL", Some("Ljouwert")));
    assert_eq!(geo.place(at("81.2.71.9")), place("SE", None));
    assert_eq!(geo.place(at("2a02:cf40::1")), place("BE", None));
    assert_eq!(geo.place(at("203.0.113.9")), place("DE", None));
    assert_eq!(geo.place(at("198.51.100.9")), place("FR", Some("Lille")));
    assert_eq!(geo.place(at("192.0.2.1")), None);
    assert_eq!(geo.place(at("81.2.68.1")), None);
    assert_eq!(geo.place(at("::1")), None);
    let about = geo.about();
    assert_eq!((about.kind.as_str(), about.cities, about.built_at), ("GeoLite2-City", true, testkit::NOW));
}

#[test]
fn a_wrong_file_is_an_error_that_names_it() {
    let missing = PathBuf::from("/nowhere/places.mmdb");
    let error = Geo::open(&missing).expect_err("refused").to_string();
    assert!(error.contains("geo.database") && error.contains("/nowhere/places.mmdb"), "{error}");

    let nonsense = file(b"country,city\nNL,Ljouwert\n");
    let error = Geo::open(&nonsense.path).expect_err("refused");
    assert!(matches!(error, DeviceError::NoDatabase { .. }) && error.to_string().contains("places.mmdb"), "{error}");

    let other = file(&database("GeoLite2-ASN", &[("81.2.69.0", 24, country("NL"))]));
    let error = Geo::open(&other.path).expect_err("refused").to_string();
    assert!(error.contains("GeoLite2-ASN") && error.contains("country"), "{error}");
}

#[test]
fn a_file_that_was_replaced_is_read_anew_and_a_broken_one_changes_nothing() {
    let file = file(&database("GeoLite2-Country", &[("81.2.69.0", 24, country("NL"))]));
    let geo = Geo::open(&file.path).expect("opened");
    assert!(!geo.about().cities);
    assert!(!geo.reload().expect("looked at"), "nothing changed");
    let new = database("GeoLite2-Country", &[("81.2.69.0", 24, country("SE")), ("81.2.70.0", 24, country("DK"))]);
    std::fs::write(&file.path, new).expect("written");
    assert!(geo.reload().expect("looked at"));
    assert_eq!(geo.place(at("81.2.69.1")), place("SE", None));
    std::fs::write(&file.path, b"half a").expect("written");
    assert!(geo.reload().is_err());
    assert_eq!(geo.place(at("81.2.70.1")), place("DK", None));
    assert!(!geo.reload().expect("looked at"), "it is not tried again before it changes");
    std::fs::remove_file(&file.path).expect("removed");
    assert!(geo.reload().is_err());
    assert_eq!(geo.place(at("81.2.70.1")), place("DK", None));
}

#[test]
fn a_file_cut_short_anywhere_never_stops_the_program() {
    let bytes = database("GeoLite2-City", &[("81.2.69.0", 24, city("NL", "Ljouwert")), ("1.1.1.0", 24, country("AU"))]);
    for end in (0..bytes.len()).step_by(7) {
        let file = file(&bytes[..end]);
        if let Ok(geo) = Geo::open(&file.path) {
            let _ = (geo.place(at("81.2.69.1")), geo.about());
        }
    }
    for flipped in (0..bytes.len()).step_by(11) {
        let mut bytes = bytes.clone();
        bytes[flipped] ^= 0x5a;
        let file = file(&bytes);
        if let Ok(geo) = Geo::open(&file.path) {
            let _ = (geo.place(at("81.2.69.1")), geo.about());
        }
    }
}
