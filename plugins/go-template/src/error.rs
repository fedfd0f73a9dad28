//! What can go wrong with a message template.

use thiserror::Error;

/// A template that gives no message, in the words of Go's text/template:
/// template name, line, column, what was being evaluated and what failed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// The settings or data are not what they should be.
    #[error("the message data cannot be read: {0}")]
    Data(String),
    /// The template is no template.
    #[error("the commit message template does not parse: {0}")]
    Parse(String),
    /// The template failed on the data.
    #[error("the commit message template failed: {0}")]
    Execute(String),
    /// A field of the data that no longer exists.
    #[error(
        "the commit message template uses '.Changed.ImageResult', which was removed; \
         use '.Changed.FileChanges', '.Changed.Objects' or '.Updated.Images' instead"
    )]
    RemovedField,
}
