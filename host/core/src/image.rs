//! Image references, read as go-containerregistry reads them with weak
//! validation: what it accepts is accepted, and means the same.

mod name;
mod reference;
mod registry;
mod repository;

pub use name::ImageName;
pub use reference::{ImageReference, Part};
pub use registry::Scheme;

/// Why a text is no image reference, or no image name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid image {image:?}: {problem}")]
pub struct ImageError {
    /// The text as it was given.
    pub image: String,
    /// What is wrong with it.
    pub problem: ImageProblem,
}

impl ImageError {
    fn new(image: &str, problem: ImageProblem) -> Self {
        Self { image: image.to_owned(), problem }
    }
}

/// What can be wrong with an image reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageProblem {
    /// There is no text.
    #[error("it is empty")]
    Empty,
    /// The repository is too short or too long.
    #[error("the repository {0:?} must have 2 to 255 characters")]
    RepositoryLength(String),
    /// The repository has a character it must not have.
    #[error(
        "the repository {repository:?} contains {character:?}; only a-z, 0-9, '_', '-', '.' and '/' are allowed"
    )]
    RepositoryCharacter {
        /// The repository.
        repository: String,
        /// The first offending character.
        character: char,
    },
    /// The host part is no host with an optional port.
    #[error("{0:?} is no registry host with an optional port")]
    Registry(String),
    /// Nothing follows the colon.
    #[error("no tag follows the last colon")]
    EmptyTag,
    /// The tag is too long.
    #[error("the tag must have at most 128 characters")]
    TagLength,
    /// The tag has a character it must not have.
    #[error("the tag contains {0:?}; only letters, digits, '_', '-' and '.' are allowed")]
    TagCharacter(char),
    /// What follows the `@` is no digest.
    #[error("{0:?} is no digest; write sha256: and 64 hexadecimal digits in lower case")]
    Digest(String),
    /// The image bears a scheme like `https://`.
    #[error("it must not start with a URL scheme; remove {0:?}")]
    UrlScheme(String),
    /// The image bears a tag where none may be.
    #[error("it must not include a tag; remove {0:?}")]
    Tagged(String),
    /// The image bears a digest where none may be.
    #[error("it must not include a digest; remove {0:?}")]
    Digested(String),
    /// A part of the path is empty, `.` or `..`, which no registry can serve.
    #[error("the path {0:?} has an empty, \".\" or \"..\" part")]
    Path(String),
}
