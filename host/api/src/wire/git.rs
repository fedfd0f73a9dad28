//! GitRepository.

use std::time::Duration;

use tagwarden_core::spec::{GitProvider, GitReference, GitRepository};

use super::{filled, flag, metadata::Metadata, reference};
use crate::{
    context::Version,
    duration::{Units, duration},
    fields::{Field, Fields, quoted},
};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

const PROVIDERS: &[(&str, GitProvider)] = &[
    ("generic", GitProvider::Generic),
    ("aws", GitProvider::Aws),
    ("azure", GitProvider::Azure),
    ("github", GitProvider::GitHub),
];

/// Why a field that shapes Flux's artifact does nothing here, nor in Flux's automation.
const ARTIFACT: &str = "has no effect here: it shapes the artifact that Flux applies to a cluster";

/// Reads the `spec`.
pub(crate) fn read(spec: &Fields<'_>, metadata: Option<Metadata>) -> Option<GitRepository> {
    let (interval, timeout) = match spec.version() {
        Version::V1Beta1 => (Units::Go, Units::Go),
        _ => (Units::Interval, Units::Timeout),
    };
    let url = spec.required("url").and_then(|f| url(&f));
    let interval = spec.required("interval").and_then(|f| duration(&f, interval));
    let timeout = spec.optional("timeout").and_then(|f| duration(&f, timeout));
    let named = spec.version() > Version::V1Beta1;
    let reference = spec.optional("ref").and_then(|f| f.record(|f| Reference::read(f, named)));
    let provider = spec.since(Version::V1, "provider").and_then(|f| f.choice(PROVIDERS));
    let provider = provider.unwrap_or_default();
    let secret = spec.optional("secretRef").and_then(|f| reference::local(&f));
    let proxy_secret = spec.since(Version::V1, "proxySecretRef");
    let proxy_secret = proxy_secret.and_then(|f| reference::local(&f));
    let suspend = flag(spec.optional("suspend"));
    pass_over(spec, provider);
    // Required as Flux requires it; how often to look is the automation's say.
    interval?;
    Some(GitRepository {
        name: metadata?.name,
        url: url?,
        reference: reference.and_then(Reference::resolve),
        provider,
        secret,
        proxy_secret,
        timeout: timeout.unwrap_or(DEFAULT_TIMEOUT),
        suspend,
    })
}

/// Fields that Flux's automation does not heed either.
fn pass_over(spec: &Fields<'_>, provider: GitProvider) {
    if let Some(account) = spec.since(Version::V1, "serviceAccountName") {
        account.text();
        if matches!(provider, GitProvider::Generic | GitProvider::GitHub) {
            account.invalid("is only taken with `provider: aws` or `provider: azure`", None);
        }
    }
    for name in ["ignore", "include", "recurseSubmodules"] {
        spec.idle(name, ARTIFACT);
    }
    if let Some(field) = spec.since(Version::V1, "sparseCheckout") {
        field.warn(ARTIFACT);
    }
    spec.idle(
        "verify",
        "has no effect here: as in Flux, automation does not verify what it checks out",
    );
    spec.until(Version::V1Beta2, "gitImplementation");
    spec.until(Version::V1Beta2, "accessFrom");
}

/// The address. It may hold a password, so errors never show it.
fn url(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    if matches!(scheme, Some("http" | "https" | "ssh" | "file")) {
        return Some(text.to_owned());
    }
    let problem = match scheme {
        Some(scheme) if scheme.len() < 16 => {
            format!("{} is not a scheme that is known", quoted(scheme))
        }
        _ => "is not a URL".to_owned(),
    };
    let hint = match (scheme, text.contains('@') && text.contains(':')) {
        (None, true) => "write `ssh://git@host/path` instead of `git@host:path`",
        _ => "write `https://…`, `http://…`, `ssh://…`, or `file:///…` for a local path",
    };
    field.invalid(problem, Some(hint));
    None
}

/// The five ways to name a point in history.
#[derive(Default)]
pub(crate) struct Reference {
    branch: Option<String>,
    tag: Option<String>,
    semver: Option<String>,
    name: Option<String>,
    commit: Option<String>,
}

impl Reference {
    /// Reads `ref`; whether it has a field `name` depends on the kind and version.
    pub(crate) fn read(fields: &Fields<'_>, named: bool) -> Option<Self> {
        let name = if named { fields.optional("name") } else { fields.since(Version::V1, "name") };
        Some(Self {
            branch: filled(fields.optional("branch")),
            tag: filled(fields.optional("tag")),
            semver: filled(fields.optional("semver")),
            name: filled(name),
            commit: filled(fields.optional("commit")),
        })
    }

    /// The branch, which is pushed to where nothing else is said.
    pub(crate) fn branch(&self) -> Option<String> {
        self.branch.clone()
    }

    /// The one that counts: Flux's code tries commit, name, tag, semver and
    /// branch in this order.
    pub(crate) fn resolve(self) -> Option<GitReference> {
        let Self { branch, tag, semver, name, commit } = self;
        if let Some(id) = commit {
            return Some(GitReference::Commit { id, branch });
        }
        name.map(GitReference::Name)
            .or(tag.map(GitReference::Tag))
            .or(semver.map(GitReference::Semver))
            .or(branch.map(GitReference::Branch))
    }
}
