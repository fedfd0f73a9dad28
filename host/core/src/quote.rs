//! The words of others, made fit to stand in a message of ours.

use std::error::Error;

/// The most characters quoted.
pub const MAX_QUOTE: usize = 300;

/// One line without control characters, of bounded length.
#[must_use]
pub fn plain(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty());
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if let Some((cut, _)) = line.char_indices().nth(MAX_QUOTE) {
            line.truncate(cut);
            line.push('…');
            break;
        }
    }
    line
}

/// An error and its causes in one line, each said once.
#[must_use]
pub fn causes(error: &dyn Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        cause = next.source();
    }
    plain(&parts.join(": "))
}
