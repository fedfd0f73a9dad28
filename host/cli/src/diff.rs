//! Unified diffs, as `git diff` shows them.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};
use tagwarden_reconcile::EditedFile;

const HEADER: Style = Style::new().bold();
const HUNK: Style = AnsiColor::Cyan.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();

/// The diff of one file, in colour; the printer strips it where it is not wanted.
pub fn unified(file: &EditedFile) -> String {
    let (before, after) =
        (String::from_utf8_lossy(&file.before), String::from_utf8_lossy(&file.after));
    let diff = TextDiff::from_lines(before.as_ref(), after.as_ref());
    let mut out = format!(
        "{HEADER}--- a/{path}{HEADER:#}\n{HEADER}+++ b/{path}{HEADER:#}\n",
        path = file.path
    );
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        let _infallible = writeln!(out, "{HUNK}{}{HUNK:#}", hunk.header());
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Equal => (' ', Style::new()),
                ChangeTag::Delete => ('-', REMOVED),
                ChangeTag::Insert => ('+', ADDED),
            };
            let text = change.value().trim_end_matches(['\n', '\r']);
            let _infallible = writeln!(out, "{style}{sign}{text}{style:#}");
            if change.missing_newline() {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_only_the_changed_line_and_its_surroundings() {
        let lines: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let file = EditedFile {
            path: "a.yaml".into(),
            before: lines.clone().into(),
            after: lines.replace("line 10\n", "line ten\n").into(),
        };
        let plain = anstream::adapter::strip_str(&unified(&file)).to_string();
        assert!(
            plain.starts_with("--- a/a.yaml\n+++ b/a.yaml\n@@ -7,7 +7,7 @@\n line 7\n"),
            "{plain}"
        );
        assert!(plain.contains("-line 10\n+line ten\n"));
        assert!(!plain.contains("line 14"));
    }
}
