//! Renders a commit message from a Go text/template.
//!
//! The host asks this plugin for the message after the files were edited and
//! before they are committed. The template language is Go's text/template with
//! the functions of sprig that always give the same result; values have Go's
//! types and print as Go prints them, since users' templates hash and compare
//! that text.
//!
//! Invariant: [`render`] depends on its arguments alone, always ends, and never
//! panics; a template that asks for too much gets an error.

mod builtin;
mod data;
mod error;
mod exec;
mod fmt;
mod func;
mod lex;
mod limits;
mod parse;
mod plugin;
mod sprig;
mod strconv;
mod text;
mod value;

pub use data::{Automation, Change, TemplateData};
pub use error::TemplateError;
pub use plugin::{GoTemplate, Settings};

/// The message when the automation gives no template.
pub const DEFAULT_TEMPLATE: &str = "Update from image update automation";

/// Renders a message template; an empty one means [`DEFAULT_TEMPLATE`].
pub fn render(template: &str, data: &TemplateData) -> Result<String, TemplateError> {
    let template = if template.is_empty() { DEFAULT_TEMPLATE } else { template };
    if template.len() > limits::MAX_OUTPUT {
        let most = limits::MAX_OUTPUT;
        return Err(TemplateError::Parse(format!("it is longer than {most} bytes")));
    }
    let parsed = parse::parse(template.as_bytes())?;
    let message = exec::execute(&parsed, &data.value())?;
    Ok(text::lossy(&message))
}
