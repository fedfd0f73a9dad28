//! Results on standard output: tables for people, JSON and YAML for programs.

use std::io::Write;

use serde::Serialize;
use tabwriter::TabWriter;

use crate::{args::Output, problem::Problem};

/// Prints `value` for programs, or says that a table is wanted.
pub fn structured<T: Serialize>(output: Output, value: &T) -> Result<bool, Problem> {
    let text = match output {
        Output::Table => return Ok(false),
        Output::Json => serde_json::to_string_pretty(value).map_err(|e| e.to_string()),
        Output::Yaml => serde_saphyr::to_string(value).map_err(|e| e.to_string()),
    };
    let text =
        text.map_err(|error| Problem::failed(format!("cannot print the result: {error}")))?;
    // Both formats escape what a terminal would obey: nothing is to be stripped.
    let _closed = writeln!(std::io::stdout(), "{}", text.trim_end());
    Ok(true)
}

/// Prints a line; a reader that has gone away is no error.
pub fn line(text: &str) {
    let _closed = writeln!(anstream::stdout(), "{text}");
}

/// Prints text as it is, without a line feed of its own.
pub fn text(text: &str) {
    let mut out = anstream::stdout();
    let _closed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints columns as kubectl does: a heading in capitals, three spaces apart.
pub fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) {
    let mut table = TabWriter::new(Vec::new()).padding(3).ansi(true);
    let mut put = |cells: [&str; N]| {
        let row: Vec<String> = cells.iter().map(|cell| printable(cell)).collect();
        // Writing to a vector cannot fail.
        let _infallible = writeln!(table, "{}", row.join("\t").trim_end());
    };
    put(heading);
    for row in rows {
        put(std::array::from_fn(|i| row[i].as_str()));
    }
    if let Ok(bytes) = table.into_inner() {
        text(&String::from_utf8_lossy(&bytes));
    }
}

/// A table cell never breaks the table, or the terminal.
fn printable(cell: &str) -> String {
    cell.chars().map(|c| if c.is_control() && c != '\u{1b}' { ' ' } else { c }).collect()
}

/// Prints a remark to standard error.
pub fn note(text: &str) {
    let style = anstyle::AnsiColor::Yellow.on_default();
    anstream::eprintln!("{style}note:{style:#} {text}");
}
