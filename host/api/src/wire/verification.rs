//! Whose signatures are wanted: Flux's `verify`, with our own ways to say more.

use tagwarden_core::spec::{ImagePattern, ImageVerification, KeySource, Verification};

use super::{metadata::Metadata, reference};
use crate::{
    error::Problem,
    fields::{Field, Fields},
};

const PROVIDERS: &[(&str, ())] = &[("cosign", ())];

const CHOICES: &str = "secretRef, anyOf, allOf";

/// How a public key begins, and a private one does not.
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----";

/// Reads an ImageVerification's `spec`.
pub(crate) fn rule(spec: &Fields<'_>, metadata: Option<Metadata>) -> Option<ImageVerification> {
    let images = spec.required("images").and_then(|f| patterns(&f));
    let verification = spec.required("verify").and_then(|f| read(&f));
    Some(ImageVerification { name: metadata?.name, images: images?, verification: verification? })
}

fn patterns(field: &Field<'_>) -> Option<Vec<ImagePattern>> {
    let texts = field.texts()?;
    if texts.is_empty() {
        field.invalid("names no image", Some("`**` stands for all"));
    }
    for text in &texts {
        if text.contains("://") || text.contains('@') {
            field.invalid(
                "a pattern is of a name alone",
                Some("write it without scheme, tag and digest, e.g. `ghcr.io/org/*`"),
            );
        }
    }
    Some(texts.iter().map(|text| ImagePattern::new(text)).collect())
}

/// `{provider, secretRef}` as in Flux's OCIRepository, where any key of the
/// secret will do; or `{anyOf, allOf}`, lists of keys.
pub(crate) fn read(field: &Field<'_>) -> Option<Verification> {
    field.record(|fields| {
        fields.optional("provider").and_then(|f| f.choice(PROVIDERS));
        fields.elsewhere("matchOIDCIdentity", "only public keys are supported: give `secretRef`");
        let secret = fields.optional("secretRef");
        let any = fields.optional("anyOf");
        let all = fields.optional("allOf");
        if secret.is_some() && (any.is_some() || all.is_some()) {
            let found = "both".to_owned();
            fields.fail(
                Problem::NotExactlyOne { wanted: "secretRef, anyOf/allOf", found },
                Some("put it into the list: `anyOf: [{secretRef: {name: …}}]`".to_owned()),
            );
        }
        let secret = secret.and_then(|f| reference::local(&f)).map(KeySource::Secret);
        let any_of = any.map(|f| keys(&f)).unwrap_or_default();
        let all_of = all.map(|f| keys(&f)).unwrap_or_default();
        let any_of: Vec<_> = secret.into_iter().chain(any_of).collect();
        if any_of.is_empty() && all_of.is_empty() {
            let found = "none".to_owned();
            fields.fail(Problem::NotExactlyOne { wanted: CHOICES, found }, None);
        }
        Some(Verification { any_of, all_of })
    })
}

fn keys(field: &Field<'_>) -> Vec<KeySource> {
    let members = field.list().unwrap_or_default();
    if members.is_empty() {
        field.invalid("names no key", None);
    }
    members.iter().filter_map(|member| member.record(key)).collect()
}

fn key(fields: &Fields<'_>) -> Option<KeySource> {
    let inline = fields.optional("publicKey");
    let secret = fields.optional("secretRef");
    match (inline, secret) {
        (Some(inline), None) => pem(&inline).map(KeySource::Inline),
        (None, Some(secret)) => reference::local(&secret).map(KeySource::Secret),
        (inline, _) => {
            let found = if inline.is_some() { "both" } else { "none" }.to_owned();
            fields.fail(Problem::NotExactlyOne { wanted: "publicKey, secretRef", found }, None);
            None
        }
    }
}

/// A key is not quoted when it is wrong: it may be a private one.
fn pem(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    if !text.trim_start().starts_with(PUBLIC) {
        field.invalid("is no public key in PEM", Some("paste what is in cosign.pub"));
    }
    Some(text.to_owned())
}
