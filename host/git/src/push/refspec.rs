//! The extra refspec of a push.

use git2::Oid;

use super::configuration;
use crate::failure::{Failure, quote};

/// The names a refspec's left side may use. There is no checkout with
/// branches to look them up in; these are the ones Flux's would have.
pub struct Names<'a> {
    pub commit: Oid,
    pub base: Oid,
    /// The full name of the branch that is pushed to.
    pub target: Option<&'a str>,
    /// The short name of the branch that was opened.
    pub opened: Option<&'a str>,
}

impl Names<'_> {
    /// `[+]source:destination` with the source resolved to a commit.
    pub fn resolve(&self, text: &str, force: bool) -> Result<String, Failure> {
        let (plus, rest) = match text.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (source, destination) = rest.split_once(':').unwrap_or((rest, rest));
        if !git2::Reference::is_valid_name(destination) {
            return Err(configuration(format!(
                "the refspec `{}` has no full reference such as refs/heads/x on its right",
                quote(text)
            )));
        }
        let id = self.source(source).ok_or_else(|| {
            configuration(format!(
                "the refspec `{}` pushes `{}`, which is neither HEAD nor the branch in hand",
                quote(text),
                quote(source)
            ))
        })?;
        Ok(line(plus || force, id, destination))
    }

    fn source(&self, name: &str) -> Option<Oid> {
        let short = name.strip_prefix("refs/heads/").unwrap_or(name);
        let target = self.target.and_then(|t| t.strip_prefix("refs/heads/"));
        if matches!(name, "HEAD" | "@") || Some(short) == target.or(self.opened) {
            Some(self.commit)
        } else if Some(short) == self.opened {
            Some(self.base)
        } else {
            None
        }
    }
}

/// Whether a refspec leads to a reference that remotes list.
pub fn leads_to_a_branch(text: &str) -> bool {
    let destination = text.rsplit(':').next().unwrap_or(text);
    destination.starts_with("refs/heads/") || destination.starts_with("refs/tags/")
}

/// A refspec libgit2 can push.
pub fn line(force: bool, id: Oid, destination: &str) -> String {
    let plus = if force { "+" } else { "" };
    format!("{plus}{id}:{destination}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(target: Option<&'static str>) -> Names<'static> {
        Names {
            commit: Oid::from_bytes(&[1; 20]).unwrap(),
            base: Oid::from_bytes(&[2; 20]).unwrap(),
            target,
            opened: Some("main"),
        }
    }

    #[test]
    fn the_left_side_names_the_new_commit_or_the_opened_branch() {
        let one = "01".repeat(20);
        let two = "02".repeat(20);
        for (target, text, want) in [
            (None, "refs/heads/main:refs/heads/auto", format!("{one}:refs/heads/auto")),
            (None, "HEAD:refs/for/main", format!("{one}:refs/for/main")),
            (Some("refs/heads/auto"), "+auto:refs/x", format!("+{one}:refs/x")),
            (Some("refs/heads/auto"), "main:refs/x/y", format!("{two}:refs/x/y")),
            (Some("refs/heads/auto"), "refs/heads/auto", format!("{one}:refs/heads/auto")),
        ] {
            assert_eq!(names(target).resolve(text, false).unwrap(), want, "{text}");
        }
    }

    #[test]
    fn a_refspec_that_would_delete_or_push_something_else_is_refused() {
        for text in
            [":refs/heads/main", "other:refs/heads/x", "HEAD:main", "", "HEAD:refs/heads/a..b"]
        {
            assert!(names(None).resolve(text, false).is_err(), "{text}");
        }
    }
}
