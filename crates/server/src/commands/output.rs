//! What people read: tables, facts, times, money. Times are UTC to the second, as the API has them.

use serde_json::Value;
use std::io::Write;

/// Characters of a cell before it is cut; `--json` has everything.
const CELL_CHARS_MAX: usize = 60;
/// Shown where there is nothing.
const NOTHING: &str = "–";
/// Rows asked for unless told.
const ROWS: usize = 50;

/// How much of a list.
#[derive(Debug, Clone, clap::Args)]
pub struct PageArgs {
    /// Rows at the most.
    #[arg(long, default_value_t = ROWS)]
    pub limit: usize,
    /// Everything, however much it is.
    #[arg(long, conflicts_with = "limit")]
    pub all: bool,
}

impl PageArgs {
    pub fn rows_max(&self) -> usize {
        if self.all { usize::MAX } else { self.limit }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    /// Text that is of no use when it is cut.
    Whole,
    Number,
    /// A number that means nothing yet while it is 0.
    Counted,
    Time,
    Money,
    List,
}

/// A column of a table: its head, where the value is (JSON pointer), how it reads.
#[derive(Clone, Copy)]
pub struct Column {
    head: &'static str,
    pointer: &'static str,
    kind: Kind,
}

pub const fn text(head: &'static str, pointer: &'static str) -> Column {
    Column { head, pointer, kind: Kind::Text }
}
pub const fn whole(head: &'static str, pointer: &'static str) -> Column {
    Column { head, pointer, kind: Kind::Whole }
}
pub const fn number(head: &'static str, pointer: &'static str) -> Column {
    Column { head, pointer, kind: Kind::Number }
}
pub const fn counted(head: &'static str, pointer: &'static str) -> Column {
    Column { head, pointer, kind: Kind::Counted }
}
pub const fn time(head: &'static str, pointer: &'static str) -> Column {
    Column { head, pointer, kind: Kind::Time }
}
pub const fn amount(head: &'static str, pointer: &'static str) -> Column {
    Column { head, pointer, kind: Kind::Money }
}
pub const fn list(head: &'static str, pointer: &'static str) -> Column {
    Column { head, pointer, kind: Kind::List }
}

impl Column {
    fn show(&self, value: &Value) -> String {
        match self.kind {
            Kind::Text | Kind::Whole | Kind::Number => field(value, self.pointer),
            Kind::Counted if value.pointer(self.pointer).and_then(Value::as_u64) == Some(0) => NOTHING.into(),
            Kind::Counted => field(value, self.pointer),
            Kind::Time => when(value, self.pointer),
            Kind::Money => money(value, self.pointer),
            Kind::List => {
                let items = value.pointer(self.pointer).and_then(Value::as_array);
                let words: Vec<String> = items.into_iter().flatten().map(plain).collect();
                if words.is_empty() { NOTHING.into() } else { words.join(", ") }
            }
        }
    }
}

/// The items of a list answer.
pub fn items(answer: &Value) -> &[Value] {
    answer["items"].as_array().map_or(&[], Vec::as_slice)
}

/// A table with a head; "none" without rows.
pub fn table(columns: &[Column], rows: &[Value]) -> String {
    if rows.is_empty() {
        return "none".into();
    }
    let mut cells: Vec<Vec<String>> = vec![columns.iter().map(|column| column.head.to_owned()).collect()];
    let cell = |column: &Column, row: &Value| match column.kind {
        Kind::Whole => shown(&column.show(row)),
        _ => one_line(&column.show(row)),
    };
    cells.extend(rows.iter().map(|row| columns.iter().map(|column| cell(column, row)).collect()));
    let width = |at: usize| cells.iter().map(|row: &Vec<String>| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let mut lines = Vec::with_capacity(cells.len());
    for row in &cells {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            let room = " ".repeat(widths[at] - cell.chars().count());
            let right = matches!(columns[at].kind, Kind::Number | Kind::Counted | Kind::Money);
            line.push_str(&if right { format!("{room}{cell}  ") } else { format!("{cell}{room}  ") });
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

/// `name  value` lines; values that are not there are left out.
pub fn facts(columns: &[Column], value: &Value) -> String {
    let shown = columns.iter().filter(|column| value.pointer(column.pointer).is_some_and(|value| !value.is_null()));
    let lines: Vec<(&str, String)> = shown.map(|column| (column.head, column.show(value))).collect();
    let width = lines.iter().map(|(head, _)| head.chars().count()).max().unwrap_or(0);
    let line = |(head, shown): &(&str, String)| format!("{head}{}  {shown}", " ".repeat(width - head.chars().count()));
    lines.iter().filter(|(_, shown)| !shown.is_empty()).map(line).collect::<Vec<_>>().join("\n")
}

/// A heading with an indented block below it; nothing when the block is empty.
pub fn section(head: &str, block: &str) -> String {
    if block.is_empty() || block == "none" {
        return String::new();
    }
    let lines: Vec<String> = block.lines().map(|line| format!("  {line}")).collect();
    format!("\n\n{head}\n{}", lines.join("\n"))
}

fn one_line(text: &str) -> String {
    let line = shown(text);
    if line.chars().count() <= CELL_CHARS_MAX {
        return line;
    }
    line.chars().take(CELL_CHARS_MAX - 1).chain(['…']).collect()
}

/// Text of others (names, subjects) without characters that steer a terminal.
pub fn shown(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => NOTHING.into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A field as people read it.
pub fn field(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).map_or(NOTHING.into(), plain)
}

/// A number of the API; 0 when it is not there.
pub fn count(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or(0)
}

/// `2026-11-22T06:34:22.123Z` as `2026-11-22 06:34:22`.
pub fn when(value: &Value, pointer: &str) -> String {
    let text = field(value, pointer);
    match text.split_once('T') {
        Some((day, time)) => format!("{day} {}", time.split(['.', 'Z', '+']).next().unwrap_or_default()),
        None => text,
    }
}

/// Amounts of the API: minor units and a currency.
pub fn money(value: &Value, pointer: &str) -> String {
    let amount = value.pointer(pointer).and_then(|money| serde_json::from_value::<base::Money>(money.clone()).ok());
    amount.map_or(NOTHING.into(), |money| money.to_string())
}

/// A part of a whole in percent.
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 { NOTHING.into() } else { format!("{:.1} %", part as f64 * 100.0 / whole as f64) }
}

/// Bytes as people read them.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let (mut value, mut unit) = (number as f64, 0);
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{number} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A line on standard output. Whoever reads it may stop doing so (`| head`): that ends the program quietly.
pub fn line(text: &str) {
    if writeln!(std::io::stdout(), "{text}").is_err() {
        std::process::exit(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table_lines_up_and_cuts_long_cells() {
        let rows = [json!({ "name": "Åsa", "n": 5 }), json!({ "name": "x".repeat(80), "n": 1200 })];
        let table = table(&[text("NAME", "/name"), number("N", "/n")], &rows);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("NAME ") && lines[0].ends_with("   N"));
        assert!(lines[1].starts_with("Åsa ") && lines[1].ends_with("   5"));
        assert!(lines[2].contains("…  1200"));
        assert_eq!(lines[1].chars().count(), lines[2].chars().count());
    }

    #[test]
    fn an_empty_table_says_so() {
        assert_eq!(table(&[text("NAME", "/name")], &[]), "none");
    }

    #[test]
    fn text_of_others_cannot_steer_the_terminal() {
        let rows = [json!({ "name": "red\u{1b}[31m\nnext" })];
        assert!(!table(&[text("NAME", "/name")], &rows).contains('\u{1b}'));
    }

    #[test]
    fn times_are_read_to_the_second() {
        assert_eq!(when(&json!({ "at": "2026-11-22T06:34:22.123Z" }), "/at"), "2026-11-22 06:34:22");
        assert_eq!(when(&json!({}), "/at"), "–");
    }

    #[test]
    fn bytes_have_a_unit() {
        assert_eq!((bytes(999), bytes(1_500_000)), ("999 B".to_owned(), "1.5 MB".to_owned()));
    }
}
