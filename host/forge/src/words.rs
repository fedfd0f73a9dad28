//! What a forge says of a refusal, in one line.

use serde_json::Value;
use tagwarden_core::quote::{MAX_QUOTE, plain};

/// How deep an answer is looked into.
const MAX_DEPTH: u8 = 5;

/// The answer's own words: each forge puts them elsewhere.
pub(crate) fn of(body: &[u8]) -> Option<String> {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => {
            let mut found = Vec::new();
            collect(&value, MAX_DEPTH, &mut found);
            (!found.is_empty()).then(|| plain(&found.join("; ")))
        }
        Err(_) => {
            let text = String::from_utf8_lossy(&body[..body.len().min(4 * MAX_QUOTE)]);
            match text.trim_start() {
                "" => None,
                html if html.starts_with('<') => Some("an HTML page".to_owned()),
                text => Some(plain(text)),
            }
        }
    }
}

fn collect(value: &Value, depth: u8, found: &mut Vec<String>) {
    match value {
        _ if depth == 0 || found.len() > 8 => {}
        Value::String(text) => {
            if !text.is_empty() && !found.contains(text) {
                found.push(text.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, depth - 1, found)),
        Value::Object(members) => {
            let telling = ["message", "error", "error_description", "errors", "detail"];
            let told = telling.iter().filter_map(|key| members.get(*key));
            let before = found.len();
            told.for_each(|value| collect(value, depth - 1, found));
            // GitLab and GitHub name the field at fault instead of saying a sentence.
            if found.len() == before && depth < MAX_DEPTH {
                members.iter().for_each(|(key, value)| field(key, value, found));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn field(key: &str, value: &Value, found: &mut Vec<String>) {
    let texts: Vec<&str> = match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    if !texts.is_empty() && key != "documentation_url" {
        found.push(format!("{key} {}", texts.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_words_of_every_forge() {
        for (body, want) in [
            (
                r#"{"message":"Validation Failed","errors":[{"resource":"PullRequest","code":"custom","message":"No commits between main and x"}],"documentation_url":"https://d"}"#,
                "Validation Failed; No commits between main and x",
            ),
            (
                r#"{"message":"Validation Failed","errors":[{"field":"head","code":"invalid"}]}"#,
                "Validation Failed; code invalid; field head",
            ),
            (r#"{"message":{"source_branch":["is missing"]}}"#, "source_branch is missing"),
            (r#"{"message":["Another open merge request"]}"#, "Another open merge request"),
            (r#"{"error":"insufficient_scope"}"#, "insufficient_scope"),
            (r#"{"type":"error","error":{"message":"no branch","detail":"x"}}"#, "no branch; x"),
            (r#"{"errors":[{"context":null,"message":"no such\u001b[31m"}]}"#, "no such [31m"),
            ("<html>", "an HTML page"),
        ] {
            assert_eq!(of(body.as_bytes()).as_deref(), Some(want));
        }
        assert_eq!(of(b"{}"), None);
    }

    #[test]
    fn cuts_long_words_short() {
        assert_eq!(of("ä".repeat(10_000).as_bytes()).unwrap().chars().count(), MAX_QUOTE + 1);
    }
}
