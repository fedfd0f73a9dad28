//! Registry and repository: a reference without tag or digest.

use super::{ImageProblem, registry::Registry};

/// The repository that is implied for the default registry's own images.
const DEFAULT_NAMESPACE: &str = "library";

/// Where an image lives, fully qualified.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Repository {
    pub registry: Registry,
    pub path: String,
}

impl Repository {
    /// Reads `[registry/]path`. The first part is a registry when it holds a
    /// dot or a colon.
    pub fn parse(text: &str) -> Result<Self, ImageProblem> {
        if text.is_empty() {
            return Err(ImageProblem::Empty);
        }
        let (host, path) = match text.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) => (host, path),
            _ => ("", text),
        };
        check_path(path)?;
        let registry = Registry::parse(host)?;
        let path = match registry.is_default() && !path.contains('/') {
            true => format!("{DEFAULT_NAMESPACE}/{path}"),
            false => path.to_owned(),
        };
        Ok(Self { registry, path })
    }

    /// `registry/path`.
    pub fn qualified(&self) -> String {
        format!("{}/{}", self.registry.as_str(), self.path)
    }
}

fn check_path(path: &str) -> Result<(), ImageProblem> {
    if !(2..=255).contains(&path.chars().count()) {
        return Err(ImageProblem::RepositoryLength(path.to_owned()));
    }
    match path.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '-' | '.' | '/')) {
        None => Ok(()),
        Some(character) => {
            Err(ImageProblem::RepositoryCharacter { repository: path.to_owned(), character })
        }
    }
}
