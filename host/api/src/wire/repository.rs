//! ImageRepository.

use std::time::Duration;

use tagwarden_core::{
    image::ImageName,
    spec::{Access, ImageRepository, Provider},
};

use super::{
    flag,
    metadata::{self, Metadata},
    reference, selector,
};
use crate::{
    context::Version,
    duration::{Units, duration},
    error::Problem,
    fields::{Field, Fields, quoted},
};

/// What is left out where a user does not say, or says an empty list: Flux's
/// own default, and the other tags under which tools keep what belongs to an
/// image. `sha256-<hex>` is the distribution specification's fallback for
/// referrers, where cosign 3 puts its bundles; cosign 2 appends `.sig`, `.att`
/// and `.sbom` to it.
const DEFAULT_EXCLUSION: &[&str] = &[
    r"^.*\.sig$",
    r"^.*\.att$",
    r"^.*\.sbom$",
    r"^sha256-[0-9a-f]{64}(\..*)?$",
    r"^sha512-[0-9a-f]{64}([0-9a-f]{64})?(\..*)?$",
];

/// The most expressions that Flux takes.
const MAX_EXCLUSIONS: usize = 25;

const PROVIDERS: &[(&str, Provider)] = &[
    ("generic", Provider::Generic),
    ("aws", Provider::Aws),
    ("azure", Provider::Azure),
    ("gcp", Provider::Gcp),
];

/// Reads the `spec`.
pub(crate) fn read(spec: &Fields<'_>, metadata: Option<Metadata>) -> Option<ImageRepository> {
    let image = spec.required("image").and_then(|f| image(&f));
    let interval = spec.required("interval").and_then(|f| duration(&f, Units::Interval));
    let timeout = spec.optional("timeout").and_then(|f| duration(&f, Units::Timeout));
    let secret = spec.optional("secretRef").and_then(|f| reference::local(&f));
    let cert_secret = spec.optional("certSecretRef").and_then(|f| reference::local(&f));
    let proxy_secret = spec.since(Version::V1Beta2, "proxySecretRef");
    let proxy_secret = proxy_secret.and_then(|f| reference::local(&f));
    let service_account = spec.optional("serviceAccountName").and_then(|f| account(&f));
    let exclusion = spec.optional("exclusionList").and_then(|f| exclusion(&f));
    let access = spec.optional("accessFrom").and_then(|f| f.record(access));
    let provider = spec.since(Version::V1Beta2, "provider").and_then(|f| f.choice(PROVIDERS));
    let insecure = flag(spec.since(Version::V1Beta2, "insecure"));
    let suspend = flag(spec.optional("suspend"));
    Some(ImageRepository {
        name: metadata?.name,
        image: image?,
        interval: interval?,
        // Flux's own floor: no registry answers in less.
        timeout: timeout.or(interval)?.max(Duration::from_secs(1)),
        suspend,
        insecure,
        exclusion: exclusion.unwrap_or_else(default_exclusion),
        provider: provider.unwrap_or_default(),
        secret,
        cert_secret,
        proxy_secret,
        service_account,
        access: access.unwrap_or_default(),
    })
}

fn image(field: &Field<'_>) -> Option<ImageName> {
    let text = field.text()?;
    if let Some((scheme, rest)) = text.split_once("://") {
        let problem = format!("{} has a URL scheme", quoted(text));
        let hint = match scheme {
            "http" => format!("write `{rest}`, and `insecure: true` for plain HTTP"),
            _ => format!("write `{rest}`"),
        };
        field.invalid(problem, Some(&hint));
        return None;
    }
    if let Some(name) = without_version(text) {
        let hint = format!("write `{name}`: a policy selects the tag");
        field.invalid(format!("{} names a tag or digest", quoted(text)), Some(&hint));
        return None;
    }
    match text.parse() {
        Ok(image) => Some(image),
        Err(error) => {
            let hint = text
                .contains("${")
                .then_some("substitute the variable before these files are read");
            field.invalid(error.to_string(), hint);
            None
        }
    }
}

/// The name before a tag or digest, where there is one.
fn without_version(text: &str) -> Option<&str> {
    let name = text.split('@').next()?;
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    let name = match name[last..].find(':') {
        Some(colon) => &name[..last + colon],
        None => name,
    };
    (name.len() < text.len() && !text.contains("${")).then_some(name)
}

fn account(field: &Field<'_>) -> Option<String> {
    match field.text()? {
        "" => None,
        _ => metadata::name(field),
    }
}

fn exclusion(field: &Field<'_>) -> Option<Vec<String>> {
    let patterns = field.texts()?;
    if patterns.len() > MAX_EXCLUSIONS {
        field.fail(Problem::TooMany { what: "expressions", limit: MAX_EXCLUSIONS }, None);
    }
    (!patterns.is_empty()).then_some(patterns)
}

fn default_exclusion() -> Vec<String> {
    DEFAULT_EXCLUSION.iter().map(ToString::to_string).collect()
}

fn access(fields: &Fields<'_>) -> Option<Access> {
    let selectors = fields.required("namespaceSelectors")?.list()?;
    Some(Access { namespaces: selectors.iter().filter_map(selector::labels_only).collect() })
}
