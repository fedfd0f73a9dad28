//! A reference to one image of a repository.

use std::{fmt, str::FromStr};

use super::{ImageError, ImageProblem, Scheme, repository::Repository};

/// The tag that is meant when a reference has none.
const DEFAULT_TAG: &str = "latest";

/// What singles out an image in its repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// A tag; `latest` when none is written.
    Tag(String),
    /// A digest. A tag written beside it means nothing and is dropped.
    Digest(String),
}

/// A reference to an image, e.g. `registry.example.com/team/checkout:1.2.3`.
///
/// `Display` gives it as it was written; the accessors give it in full.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImageReference {
    written: String,
    repository: Repository,
    part: Part,
}

impl ImageReference {
    /// The registry; `index.docker.io` when none is written.
    #[must_use]
    pub fn registry(&self) -> &str {
        self.repository.registry.as_str()
    }

    /// The repository within the registry, with `library/` implied.
    #[must_use]
    pub fn repository(&self) -> &str {
        &self.repository.path
    }

    /// Tag or digest.
    #[must_use]
    pub fn part(&self) -> &Part {
        &self.part
    }

    /// The text of the tag or digest.
    #[must_use]
    pub fn identifier(&self) -> &str {
        match &self.part {
            Part::Tag(text) | Part::Digest(text) => text,
        }
    }

    /// The fully qualified reference.
    #[must_use]
    pub fn name(&self) -> String {
        let repository = self.repository.qualified();
        match &self.part {
            Part::Tag(tag) => format!("{repository}:{tag}"),
            Part::Digest(digest) => format!("{repository}@{digest}"),
        }
    }

    /// How the registry is spoken to unless something says otherwise.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.repository.registry.scheme()
    }

    pub(super) fn into_repository(self) -> Repository {
        self.repository
    }
}

impl FromStr for ImageReference {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<Self, ImageError> {
        let parsed = match text.contains('@') {
            true => parse_digested(text),
            false => parse_tagged(text),
        };
        let (repository, part) = parsed.map_err(|problem| ImageError::new(text, problem))?;
        Ok(Self { written: text.to_owned(), repository, part })
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

fn parse_tagged(text: &str) -> Result<(Repository, Part), ImageProblem> {
    let (base, tag) = match text.rsplit_once(':') {
        // The colon before a slash belongs to a port.
        Some((base, tag)) if !tag.contains('/') => (base, tag),
        _ => (text, DEFAULT_TAG),
    };
    check_tag(tag)?;
    Ok((Repository::parse(base)?, Part::Tag(tag.to_owned())))
}

fn parse_digested(text: &str) -> Result<(Repository, Part), ImageProblem> {
    let (base, digest) = text.split_once('@').unwrap_or((text, ""));
    if !is_digest(digest) {
        return Err(ImageProblem::Digest(digest.to_owned()));
    }
    let repository = match parse_tagged(base) {
        // Read again in full, as the reference does: `library/` counts for its length.
        Ok((repository, _)) => Repository::parse(&repository.qualified())?,
        Err(_) => Repository::parse(base)?,
    };
    Ok((repository, Part::Digest(digest.to_owned())))
}

fn check_tag(tag: &str) -> Result<(), ImageProblem> {
    if tag.is_empty() {
        return Err(ImageProblem::EmptyTag);
    }
    if tag.chars().count() > 128 {
        return Err(ImageProblem::TagLength);
    }
    match tag.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))) {
        None => Ok(()),
        Some(character) => Err(ImageProblem::TagCharacter(character)),
    }
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> ImageReference {
        text.parse().unwrap()
    }

    #[test]
    fn fills_in_what_is_not_written() {
        let reference = parse("alpine");
        assert_eq!(reference.name(), "index.docker.io/library/alpine:latest");
        assert_eq!(reference.registry(), "index.docker.io");
        assert_eq!(reference.repository(), "library/alpine");
        assert_eq!(reference.to_string(), "alpine");
    }

    #[test]
    fn a_digest_outranks_the_tag_beside_it() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let reference = parse(&format!("ghcr.io/org/app:1.2@{digest}"));
        assert_eq!(reference.part(), &Part::Digest(digest.clone()));
        assert_eq!(reference.name(), format!("ghcr.io/org/app@{digest}"));
    }

    #[test]
    fn an_error_tells_what_is_wrong() {
        let error = "ghcr.io/Org/app:1".parse::<ImageReference>().unwrap_err().to_string();
        assert_eq!(
            error,
            "invalid image \"ghcr.io/Org/app:1\": the repository \"Org/app\" contains 'O'; \
             only a-z, 0-9, '_', '-', '.' and '/' are allowed"
        );
        for (text, part) in [
            ("aa:", "no tag follows"),
            ("aa:b c", "the tag contains ' '"),
            ("aa@sha256:12", "is no digest"),
            ("a b.c/dd", "is no registry host"),
        ] {
            let error = text.parse::<ImageReference>().unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
