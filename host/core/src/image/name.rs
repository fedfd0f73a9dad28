//! The name of an image without tag or digest.

use std::{fmt, str::FromStr};

use super::{ImageError, ImageProblem, ImageReference, Part, Scheme, repository::Repository};

/// An image whose tags can be listed, e.g. `registry.example.com/team/checkout`.
///
/// It has no scheme, tag or digest, and no path part that a URL would fold
/// away. `Display` gives it as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImageName {
    written: String,
    repository: Repository,
}

impl ImageName {
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

    /// How the registry is spoken to unless something says otherwise.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.repository.registry.scheme()
    }
}

impl FromStr for ImageName {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<Self, ImageError> {
        let repository = parse(text).map_err(|problem| ImageError::new(text, problem))?;
        Ok(Self { written: text.to_owned(), repository })
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

fn parse(text: &str) -> Result<Repository, ImageProblem> {
    if let Some((scheme, _)) = text.split_once("://") {
        return Err(ImageProblem::UrlScheme(format!("{scheme}://")));
    }
    let reference: ImageReference = text.parse().map_err(|error: ImageError| error.problem)?;
    if let Part::Digest(digest) = reference.part() {
        return Err(ImageProblem::Digested(format!("@{digest}")));
    }
    if let Some((_, tag)) = text.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
        return Err(ImageProblem::Tagged(format!(":{tag}")));
    }
    let repository = reference.into_repository();
    if repository.path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(ImageProblem::Path(repository.path));
    }
    Ok(repository)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> ImageProblem {
        text.parse::<ImageName>().unwrap_err().problem
    }

    #[test]
    fn keeps_what_was_written_and_knows_it_in_full() {
        let name: ImageName = "localhost:5000/team/app".parse().unwrap();
        assert_eq!(name.to_string(), "localhost:5000/team/app");
        assert_eq!((name.registry(), name.repository()), ("localhost:5000", "team/app"));
        assert_eq!(name.scheme(), Scheme::Http);
    }

    #[test]
    fn refuses_scheme_tag_and_digest() {
        let digest = format!("@sha256:{}", "a".repeat(64));
        assert_eq!(problem("https://ghcr.io/a/b"), ImageProblem::UrlScheme("https://".into()));
        assert_eq!(problem("ghcr.io/a/b:1.2"), ImageProblem::Tagged(":1.2".into()));
        assert_eq!(problem(&format!("ghcr.io/a/b{digest}")), ImageProblem::Digested(digest));
    }

    #[test]
    fn refuses_a_path_that_a_url_would_fold_away() {
        for text in ["ghcr.io/a/../b", "ghcr.io//a", "ghcr.io/a/", "ghcr.io/./a"] {
            assert!(matches!(problem(text), ImageProblem::Path(_)), "{text}");
        }
    }
}
