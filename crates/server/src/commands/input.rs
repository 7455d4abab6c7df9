//! What people type: JSON in place or as `@FILE`, `name=value` pairs, a yes before what cannot be undone.

use super::Failure;
use anyhow::Context as _;
use serde_json::{Map, Value};
use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::PathBuf;

/// Text given in place, as `@FILE`, or as `-` for standard input.
pub fn read_text(text: &str) -> anyhow::Result<String> {
    if text == "-" {
        let mut input = String::new();
        std::io::stdin().read_to_string(&mut input).context("cannot read standard input")?;
        return Ok(input);
    }
    match text.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(PathBuf::from(path)).with_context(|| format!("cannot read {path}")),
        None => Ok(text.to_owned()),
    }
}

/// JSON given in place, as `@FILE`, or as `-`.
pub fn read_json(text: &str) -> anyhow::Result<Value> {
    serde_json::from_str(&read_text(text)?).context("this is not JSON")
}

/// `name=value`: the value is JSON when it reads as such (`5`, `true`, `[1]`), else text.
pub fn pairs(pairs: &[String]) -> anyhow::Result<Map<String, Value>> {
    let mut found = Map::new();
    for pair in pairs {
        let (name, value) = split(pair)?;
        found.insert(name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned())));
    }
    Ok(found)
}

/// The two sides of `name=value`.
pub fn split(pair: &str) -> anyhow::Result<(&str, &str)> {
    match pair.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name, value)),
        _ => Err(Failure::Usage(format!("\"{pair}\" is not NAME=VALUE")).into()),
    }
}

/// Asks before something that cannot be undone. Without a terminal `--yes` has to say it.
pub fn confirm(yes: bool, what: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Usage(format!("{what}: say --yes")).into());
    }
    eprint!("{what}. Type yes: ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    anyhow::ensure!(answer.trim() == "yes", "nothing was done");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_json_where_they_read_as_json() {
        let given = ["city=Leeuwarden", "age=41", "vip=true", "note=a=b"].map(str::to_owned);
        let read = Value::Object(pairs(&given).unwrap());
        assert_eq!(read, json!({ "city": "Leeuwarden", "age": 41, "vip": true, "note": "a=b" }));
    }

    #[test]
    fn a_pair_without_a_name_is_a_usage_error() {
        let error = pairs(&["=5".to_owned()]).unwrap_err();
        assert_eq!(error.downcast_ref::<Failure>().map(Failure::exit_code), Some(2));
    }
}
