//! The line in a request's body by which it is known again.
//!
//! A link definition that nothing refers to: every forge's Markdown hides it,
//! where some show an HTML comment.

use tagwarden_core::change::Change;

use super::super::taken_back;

const START: &str = "[//]: # (tagwarden ";
const END: char = ')';
/// The most changes a line names, so that it fits the shortest body.
const MAX_CHANGES: usize = 500;

/// What a request says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// Whose it is.
    pub owner: String,
    /// Whether we closed it ourselves.
    pub done: bool,
    /// What it was worded from.
    pub text: String,
    /// What it proposes.
    pub changes: Vec<String>,
}

impl Marker {
    /// A marker for these changes.
    pub fn of<'c>(
        owner: &str,
        text: String,
        changes: impl IntoIterator<Item = &'c Change>,
    ) -> Self {
        let mut ids: Vec<String> = changes.into_iter().map(taken_back::id).collect();
        ids.sort();
        ids.dedup();
        Self { owner: owner.to_owned(), done: false, text, changes: ids }
    }

    /// The marker of a body, the last if it has several.
    pub fn find(body: &str) -> Option<Self> {
        body.lines().rev().find_map(|line| Self::read(line.trim()))
    }

    fn read(line: &str) -> Option<Self> {
        let words = line.strip_prefix(START)?.strip_suffix(END)?;
        let mut words = words.split(' ');
        let (state, owner, text) = (words.next()?, words.next()?, words.next()?);
        let changes = words.next().unwrap_or_default().split(',').filter(|id| !id.is_empty());
        Some(Self {
            owner: owner.to_owned(),
            done: state == "closed",
            text: text.to_owned(),
            changes: changes.map(str::to_owned).collect(),
        })
    }

    fn line(&self) -> String {
        let state = if self.done { "closed" } else { "open" };
        let shown = self.changes.len().min(MAX_CHANGES);
        let changes = self.changes[..shown].join(",");
        format!("{START}{state} {} {} {changes}{END}", self.owner, self.text)
    }

    /// A body that ends with this marker and no other, cut to fit.
    pub fn put(&self, body: &str, limit: usize) -> String {
        let line = self.line();
        let lines = body.lines().filter(|line| Self::read(line.trim()).is_none());
        let body = lines.collect::<Vec<_>>().join("\n");
        let room = limit.saturating_sub(line.len() + 2);
        format!("{}\n\n{line}", cut(body.trim_end(), room))
    }
}

/// As many whole lines as fit, and a word on the rest.
fn cut(body: &str, room: usize) -> String {
    const REST: &str = "\n\n… and more, which does not fit here.";
    if body.len() <= room {
        return body.to_owned();
    }
    let mut end = room.saturating_sub(REST.len()).min(body.len());
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    let whole = body[..end].rfind('\n').unwrap_or(end);
    format!("{}{REST}", body[..whole].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker() -> Marker {
        Marker {
            owner: "0a".into(),
            done: false,
            text: "1b".into(),
            changes: vec!["2c".into(), "3d".into()],
        }
    }

    #[test]
    fn is_found_again_whatever_people_write_around_it() {
        let body = marker().put("| table |\n", 1_000);
        assert_eq!(Marker::find(&body), Some(marker()));
        let edited = format!("a note\r\n\r\n{}\r\n\r\nanother", body.replace('\n', "\r\n"));
        assert_eq!(Marker::find(&edited), Some(marker()));
        assert_eq!(Marker::find("nothing of ours"), None);
    }

    #[test]
    fn takes_the_place_of_the_one_before() {
        let closed = Marker { done: true, ..marker() };
        let body = closed.put(&marker().put("text", 1_000), 1_000);
        assert_eq!(Marker::find(&body), Some(closed));
        assert_eq!(body.matches(START).count(), 1);
    }

    #[test]
    fn a_body_that_is_too_long_loses_whole_lines_and_never_the_marker() {
        let rows = "| ä |\n".repeat(1_000);
        let body = marker().put(&rows, 500);
        assert!(body.len() <= 500 && body.contains("and more"), "{}", body.len());
        assert!(body.lines().filter(|l| l.contains('ä')).all(|line| line == "| ä |"));
        assert_eq!(Marker::find(&body), Some(marker()));
    }
}
