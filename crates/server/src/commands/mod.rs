//! One file per command. Text for people on standard output, or JSON with `--json`; progress on standard error.

pub mod api;
pub mod backup;
pub mod campaign;
pub mod client;
pub mod demo;
pub mod doctor;
pub mod import;
pub mod key;
pub mod segment;
pub mod serve;
pub mod sim;
pub mod user;

/// The command was called in a way that cannot work.
#[derive(Debug)]
pub struct UsageError(pub String);

impl std::fmt::Display for UsageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// Prints `value` as JSON, or what `text` makes of it.
pub fn print(json: bool, value: &serde_json::Value, text: impl FnOnce(&serde_json::Value) -> String) {
    if json {
        println!("{value}");
    } else {
        println!("{}", text(value));
    }
}

/// A field as people read it.
pub fn field(value: &serde_json::Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        None | Some(serde_json::Value::Null) => "–".into(),
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Amounts of the API: minor units and a currency.
pub fn money(value: &serde_json::Value, pointer: &str) -> String {
    let amount = value.pointer(pointer).and_then(|money| serde_json::from_value::<base::Money>(money.clone()).ok());
    amount.map_or("–".into(), |money| money.to_string())
}
