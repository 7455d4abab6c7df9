//! Every key of the configuration, said once: the commented file, the reference and their tests come from here.

use super::Config;
use serde_json::Value;

/// A key: its path, the flag that overrides it, what it means.
struct Key {
    path: &'static str,
    flag: Option<&'static str>,
    about: &'static str,
}

const fn key(path: &'static str, flag: Option<&'static str>, about: &'static str) -> Key {
    Key { path, flag, about }
}

const KEYS: &[Key] = &[
    key(
        "data_dir",
        Some("--data-dir, --data"),
        "Folder that holds everything on embedded storage: database, inbox, history, uploads, instance key.",
    ),
    key(
        "listen",
        Some("--listen"),
        "Address to listen on. Put a TLS proxy in front of it before you open it to the internet.",
    ),
    key(
        "public_url",
        Some("--public-url"),
        "Address people and mails reach this server at (links, unsubscribe, pixel). Empty: http:// and the listen address.",
    ),
    key(
        "database_url",
        Some("--database-url"),
        "postgres://user@host/database for PostgreSQL 15 or newer. Empty: SQLite in the data folder.",
    ),
    key("secure_cookies", None, "Send the session cookie over TLS only. Set it when public_url is https."),
    key(
        "log.filter",
        None,
        "What is logged: error, warn, info, debug, trace, or by room: \"info,deliver=debug\". RUST_LOG overrides it.",
    ),
    key("log.format", None, "text or json (one object a line)."),
    key(
        "inbox.queue_bytes_max",
        None,
        "Bytes of requests waiting for the disk before clients are asked to wait (429 with Retry-After).",
    ),
    key(
        "inbox.backlog_bytes_max",
        None,
        "Bytes of accepted events not yet processed before clients are asked to wait.",
    ),
    key(
        "inbox.dedupe_hours",
        None,
        "Hours a messageId is remembered at the least, so that the same event is not counted twice.",
    ),
    key("lake.flush_seconds", None, "Events are written to the history table at least this often."),
    key("lake.memory_bytes", None, "Memory that queries, compaction and erasure share."),
    key("deliver.concurrency", None, "Messages handed over at the same time."),
    key(
        "sandbox.smtp_listen",
        None,
        "Where the sandbox takes mail by SMTP, such as 127.0.0.1:1025; on this machine only. Empty: nowhere.",
    ),
    key(
        "connect.folders",
        None,
        "Folders below which sources may watch folders and read SQLite files, such as [\"/srv/in\"]. Empty: none.",
    ),
    key(
        "connect.private_networks",
        None,
        "Sources may ask databases on this machine and on private networks. Metadata services are never asked.",
    ),
    key(
        "geo.database",
        None,
        "MaxMind DB file (.mmdb) of countries or cities: the addresses of events are looked up in it. Empty: none is.",
    ),
];

/// Variables that are not keys: of the command line as a client, and of secrets that flags should not carry.
const VARIABLES: &[(&str, &str)] = &[
    ("TUTTI_API_URL", "Address of the server that commands talk to (`--api-url`); `http://127.0.0.1:7700`."),
    ("TUTTI_API_KEY", "API key of commands that talk to a server (`--api-key`)."),
    ("TUTTI_WRITE_KEY", "Write key of `tutti events send` and `tutti sim play` (`--write-key`)."),
    ("TUTTI_ADMIN_PASSWORD", "Password of `tutti user create-admin` (`--password`)."),
    ("TUTTI_SMTP_PASSWORD", "Password of the mail server for `tutti sender set` (`--password`)."),
    ("RUST_LOG", "Overrides `log.filter`."),
];

fn variable(path: &str) -> String {
    format!("TUTTI_{}", path.to_uppercase().replace('.', "__"))
}

/// The default of a key as TOML writes it.
fn default_of(defaults: &Value, path: &str) -> String {
    let pointer = format!("/{}", path.replace('.', "/"));
    defaults.pointer(&pointer).map_or_else(String::new, Value::to_string)
}

fn defaults() -> Value {
    serde_json::to_value(Config::default()).unwrap_or_default()
}

/// Section and name of a key.
fn place(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or(("", path))
}

/// The commented file: every key with its default.
pub fn example() -> String {
    let defaults = defaults();
    let mut text = String::from(
        "# Configuration of tutti. Every key with its default; take the \"#= \" away to change one.\n\
         # The same keys as environment variables: TUTTI_LISTEN, TUTTI_LOG__FILTER (two underscores between levels).\n\
         # Order: flags, then variables, then this file, then defaults.\n",
    );
    let mut section = "";
    for key in KEYS {
        let (within, name) = place(key.path);
        text.push('\n');
        if within != section {
            section = within;
            text.push_str(&format!("#= [{within}]\n"));
        }
        text.push_str(&format!("# {}\n#= {name} = {}\n", key.about, default_of(&defaults, key.path)));
    }
    text
}

/// The reference: keys, variables, flags.
pub fn markdown() -> String {
    let defaults = defaults();
    let mut text = String::from(
        "# Configuration\n\n\
         Flags win over variables, these over the file, the file over defaults. The file is the one of `--config`, else\n\
         `./tutti.toml`, else `/etc/tutti/tutti.toml`. A key or a `TUTTI_*` variable that nobody knows is an error that\n\
         names it. `tutti config` prints what is in force, `tutti config --example` a commented file to begin with\n\
         ([tutti.toml](tutti.toml)). Made by `make config-reference` from the program; do not edit.\n\n\
         | key | variable | flag | default | meaning |\n|---|---|---|---|---|\n",
    );
    for key in KEYS {
        let flag = key.flag.map_or("–".into(), |flag| format!("`{}`", flag.replace(", ", "`, `")));
        let (variable, default) = (variable(key.path), default_of(&defaults, key.path));
        text.push_str(&format!("| `{}` | `{variable}` | {flag} | `{default}` | {} |\n", key.path, key.about));
    }
    text.push_str("\n## Variables that are not keys\n\n| variable | meaning |\n|---|---|\n");
    for (name, about) in VARIABLES {
        text.push_str(&format!("| `{name}` | {about} |\n"));
    }
    text
}

/// Whether the configuration takes the variable for a key (and refuses it when it is none): not those of the
/// command-line client and of the test scripts. `name` is what follows `TUTTI_`, in either case.
pub fn may_be_key(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let of_the_client = VARIABLES.iter().any(|(variable, _)| variable.strip_prefix("TUTTI_") == Some(&name));
    let of_the_tests = ["BIN", "SHARED"].contains(&name.as_str()) || name.starts_with("TEST_");
    !of_the_client && !of_the_tests
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    /// Paths of everything that is no object.
    fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    leaves(value, &if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, found);
                }
            }
            _ => found.push(path.to_owned()),
        }
    }

    #[test]
    fn variables_of_the_client_and_of_the_tests_are_no_keys() {
        for name in ["API_KEY", "write_key", "BIN", "SHARED", "TEST_POSTGRES", "TEST_MYSQL", "test_s3", "TEST_VENV"] {
            assert!(!may_be_key(name), "{name} is taken for a key");
        }
        for key in KEYS {
            let variable = variable(key.path);
            assert!(may_be_key(variable.strip_prefix("TUTTI_").unwrap()), "{variable} is not taken for a key");
        }
        assert!(may_be_key("LISTENN"), "a misspelt key would not be refused");
    }

    #[test]
    fn every_key_is_described_once_and_no_other() {
        let mut there = Vec::new();
        leaves(&defaults(), "", &mut there);
        let described: Vec<&str> = KEYS.iter().map(|key| key.path).collect();
        assert_eq!(described, there);
    }

    #[test]
    fn the_files_in_the_documentation_are_those_of_the_program() {
        let hint = "run `make config-reference`";
        assert_eq!(include_str!("../../../../docs/reference/tutti.toml"), example(), "{hint}");
        assert_eq!(include_str!("../../../../docs/reference/configuration.md"), markdown(), "{hint}");
    }

    #[test]
    fn every_variable_and_flag_that_the_commands_read_is_described() {
        let known: Vec<&str> = VARIABLES.iter().map(|(name, _)| *name).collect();
        let mut commands = vec![crate::Cli::command()];
        while let Some(command) = commands.pop() {
            for argument in command.get_arguments() {
                let variable = argument.get_env().map(|name| name.to_string_lossy().into_owned());
                assert!(variable.as_ref().is_none_or(|name| known.contains(&name.as_str())), "{variable:?}");
            }
            commands.extend(command.get_subcommands().cloned());
        }
        let program = crate::Cli::command();
        for flag in KEYS.iter().filter_map(|key| key.flag).flat_map(|flags| flags.split(", ")) {
            let there = program.get_arguments().any(|argument| {
                let names = argument.get_long().into_iter().chain(argument.get_visible_aliases().into_iter().flatten());
                names.into_iter().any(|name| format!("--{name}") == flag)
            });
            assert!(there, "{flag} is no flag");
        }
    }
}
