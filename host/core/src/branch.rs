//! Names of branches.

use std::fmt;

/// The longest name, so that every forge and file system takes it.
const MAX_BYTES: usize = 200;

/// A branch's short name that Git, and every forge, takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BranchName(String);

impl BranchName {
    /// Makes a name of a text: what Git does not take becomes a hyphen. None
    /// where nothing is left, or too much.
    #[must_use]
    pub fn made_of(text: &str) -> Option<Self> {
        let parts: Vec<String> = text.trim().split('/').filter_map(part).collect();
        let name = parts.join("/");
        let reserved = name == "HEAD" || name == "@" || name.starts_with("refs/");
        (!name.is_empty() && name.len() <= MAX_BYTES && !reserved).then_some(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BranchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One part between slashes, by the rules of `git check-ref-format`.
fn part(text: &str) -> Option<String> {
    let mut part = String::new();
    for c in text.chars() {
        let c = if is_taken(c) { c } else { '-' };
        // Neither `..` nor `@{`, nor a row of hyphens for what was replaced.
        let doubled = part.ends_with(c) && matches!(c, '.' | '-');
        if !doubled {
            part.push(c);
        }
    }
    let mut part = part.trim_matches(['.', '-']).to_owned();
    while let Some(rest) = part.strip_suffix(".lock") {
        part.truncate(rest.trim_end_matches(['.', '-']).len());
    }
    (!part.is_empty()).then_some(part)
}

fn is_taken(c: char) -> bool {
    !c.is_control()
        && !c.is_whitespace()
        && !matches!(c, '~' | '^' | ':' | '?' | '*' | '[' | ']' | '\\' | '{' | '}' | '"' | '\'')
        && !matches!(c, '<' | '>' | '|' | '`' | '$' | '&' | ';' | '#' | '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_does_not_take_becomes_a_hyphen() {
        for (text, name) in [
            ("tagwarden/flux-system-updates", "tagwarden/flux-system-updates"),
            (" images/app: 1.2.4\n", "images/app-1.2.4"),
            ("/a//b/", "a/b"),
            ("a..b/.c/d.lock", "a.b/c/d"),
            ("x@{1}", "x@-1"),
            ("-rf", "rf"),
            ("v1.2.3+build", "v1.2.3+build"),
            ("d.lock.lock", "d"),
        ] {
            assert_eq!(BranchName::made_of(text).unwrap().as_str(), name, "{text:?}");
        }
    }

    #[test]
    fn a_name_that_means_something_else_is_none() {
        for text in ["", " / ", "...", "HEAD", "@", "refs/heads/x", &"x".repeat(201)] {
            assert_eq!(BranchName::made_of(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_name_stays_as_it_is_when_made_again() {
        for text in ["a~b", "é/ü", "x.lock/.y", "a---b"] {
            let name = BranchName::made_of(text).unwrap();
            assert_eq!(BranchName::made_of(name.as_str()), Some(name));
        }
    }
}
