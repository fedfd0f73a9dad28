//! How an automation commits.

use std::collections::BTreeMap;

use tagwarden_core::spec::{Author, PluginCall, SigningFormat};

use crate::{
    context::Version,
    error::Problem,
    fields::Fields,
    wire::{filled, plugin, reference},
};

/// What Flux commits with where a user gives no template.
const DEFAULT_TEMPLATE: &str = "Update from image update automation";

const SIGNING_FORMATS: &[(&str, SigningFormat)] =
    &[("gpg", SigningFormat::OpenPgp), ("ssh", SigningFormat::Ssh)];

/// The `git.commit` part.
pub(super) struct Commit {
    pub(super) author: Author,
    pub(super) message: PluginCall,
    pub(super) values: BTreeMap<String, String>,
    pub(super) signing: Option<(String, SigningFormat)>,
}

impl Commit {
    /// Reads it.
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let author = fields.required("author").and_then(|f| f.record(author));
        let message = message(fields);
        let values = fields.since(Version::V1Beta2, "messageTemplateValues");
        let values = values.and_then(|f| f.text_map());
        let signing = fields.optional("signingKey").and_then(|f| f.record(signing));
        Some(Self {
            author: author?,
            message: message?,
            values: values.unwrap_or_default(),
            signing,
        })
    }
}

fn author(fields: &Fields<'_>) -> Option<Author> {
    let name = filled(fields.optional("name"));
    let email = fields.required("email").and_then(|f| f.text())?;
    // Git has no use for an author without a name, so the address gives one.
    let name = name.or_else(|| email.split('@').next().map(str::to_owned));
    Some(Author { name: name?, email: email.to_owned() })
}

fn message(fields: &Fields<'_>) -> Option<PluginCall> {
    let names = ["messageTemplate", "messagePlugin"];
    let message = text_of(fields, names, "messageTemplate, messagePlugin")?;
    Some(message.unwrap_or_else(|| go_template(DEFAULT_TEMPLATE)))
}

/// A text by a template or by a plugin, if either is named; the outer option is
/// none where it could not be read.
pub(super) fn text_of(
    fields: &Fields<'_>,
    [template, plugin]: [&'static str; 2],
    both: &'static str,
) -> Option<Option<PluginCall>> {
    let template = filled(fields.optional(template));
    let call = fields.optional(plugin).map(|f| plugin::call(&f));
    match (template, call) {
        (None, None) => Some(None),
        (None, Some(call)) => call.map(Some),
        (Some(template), None) => Some(Some(go_template(&template))),
        (Some(_), Some(_)) => {
            let problem = Problem::NotExactlyOne { wanted: both, found: "both".to_owned() };
            fields.fail(problem, Some("remove one of them".to_owned()));
            None
        }
    }
}

fn go_template(template: &str) -> PluginCall {
    plugin::builtin("go-template", &[("template", template.to_owned())])
}

fn signing(fields: &Fields<'_>) -> Option<(String, SigningFormat)> {
    let secret = fields.required("secretRef").and_then(|f| reference::local(&f));
    let format = fields.since(Version::V1, "type").and_then(|f| f.choice(SIGNING_FORMATS));
    Some((secret?, format.unwrap_or_default()))
}
