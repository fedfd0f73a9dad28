//! Pull secrets, `kubernetes.io/dockerconfigjson` and the older `dockercfg`, and
//! the files of Docker and podman that have the same form.

use std::collections::BTreeMap;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;
use tagwarden_core::spec::{Secret, SecretValue};

use super::{credential::Credential, matching::Scope};

const CONFIG_JSON: &str = ".dockerconfigjson";
const CONFIG: &str = ".dockercfg";

/// `auth` fields are written with and without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A whole configuration; a pull secret is one that has `auths` alone.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    auths: Option<Entries>,
    #[serde(default, rename = "credHelpers")]
    helpers: Option<BTreeMap<String, String>>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
}

type Entries = BTreeMap<String, Entry>;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
    registrytoken: Option<String>,
}

/// The credential for a repository: the most telling entry of all secrets,
/// the earlier secret where two are equal; anonymous when none matches. The
/// programs that a secret names are not run: who writes a secret must not
/// choose what runs here.
///
/// The error names the secret and never quotes its content.
pub(crate) fn resolve(
    secrets: &[Secret],
    registry: &str,
    repository: &str,
) -> Result<Credential, String> {
    let mut best = Best::default();
    for secret in secrets {
        let source = format!("secret {}", secret.name);
        best.take(entries(&source, of_secret(&source, secret)?)?, registry, repository);
    }
    Ok(best.credential())
}

/// The most telling entry so far.
#[derive(Default)]
struct Best(Option<((usize, bool), Credential)>);

impl Best {
    fn take(&mut self, entries: Vec<(Scope, Credential)>, registry: &str, repository: &str) {
        for (scope, credential) in entries {
            let better = self.0.as_ref().is_none_or(|(rank, _)| scope.rank() > *rank);
            if better && !credential.is_anonymous() && scope.covers(registry, repository) {
                self.0 = Some((scope.rank(), credential));
            }
        }
    }

    fn credential(self) -> Credential {
        self.0.map(|(_, credential)| credential).unwrap_or_default()
    }
}

/// What a file of Docker or podman knows of a repository.
#[derive(Debug)]
pub(crate) enum Known {
    /// Its credential stands there.
    Entry(Credential),
    /// This helper is to be asked.
    Helper(String),
    /// Nothing.
    Nothing,
}

/// Looks a repository up in a file: a helper for its very registry first,
/// then an entry, then the store for all registries, as Docker's clients do.
pub(crate) fn look_up(
    source: &str,
    json: &SecretValue,
    registry: &str,
    repository: &str,
) -> Result<Known, String> {
    let config: Config = parse(source, "", json)?;
    let helpers = config.helpers.unwrap_or_default();
    let covers = |key: &str| Scope::parse(key).is_some_and(|s| s.covers(registry, repository));
    let helper = helpers.into_iter().find(|(key, name)| covers(key) && !name.is_empty());
    if let Some((_, name)) = helper {
        return Ok(Known::Helper(name));
    }
    let mut best = Best::default();
    best.take(entries(source, config.auths.unwrap_or_default())?, registry, repository);
    let credential = best.credential();
    Ok(match (credential.is_anonymous(), filled(config.store)) {
        (false, _) => Known::Entry(credential),
        (true, Some(store)) => Known::Helper(store),
        (true, None) => Known::Nothing,
    })
}

fn of_secret(source: &str, secret: &Secret) -> Result<Entries, String> {
    match (secret.data.get(CONFIG_JSON), secret.data.get(CONFIG)) {
        (Some(json), _) => {
            Ok(parse::<Config>(source, CONFIG_JSON, json)?.auths.unwrap_or_default())
        }
        (None, Some(json)) => parse::<Entries>(source, CONFIG, json),
        (None, None) => Err(format!(
            "{source} has no entry {CONFIG_JSON}; create it with \
             `kubectl create secret docker-registry`"
        )),
    }
}

fn entries(source: &str, entries: Entries) -> Result<Vec<(Scope, Credential)>, String> {
    let mut scoped = vec![];
    for (key, entry) in entries {
        let scope = Scope::parse(&key)
            .ok_or_else(|| format!("{source}: a key of `auths` is no registry host: {key:?}"))?;
        let credential = entry
            .into_credential(source.to_owned())
            .map_err(|problem| format!("{source}: entry {key:?}: {problem}"))?;
        scoped.push((scope, credential));
    }
    Ok(scoped)
}

fn parse<T: for<'a> Deserialize<'a>>(
    source: &str,
    key: &str,
    json: &SecretValue,
) -> Result<T, String> {
    // serde's own message may quote a value, so only the place is told.
    serde_json::from_slice(json.expose()).map_err(|e| {
        format!(
            "{source}: {key}{}is no docker config (line {}, column {}): {}",
            if key.is_empty() { "" } else { " " },
            e.line(),
            e.column(),
            match e.classify() {
                serde_json::error::Category::Data => "a field has another type than expected",
                _ => "not valid JSON",
            }
        )
    })
}

impl Entry {
    fn into_credential(self, source: String) -> Result<Credential, &'static str> {
        let (mut username, mut password) = (filled(self.username), filled(self.password));
        if let Some(auth) = filled(self.auth) {
            let (user, secret) = decode(&auth)?;
            (username, password) = (filled(Some(user)), filled(Some(secret)));
        }
        let mut identity_token = filled(self.identitytoken);
        // Docker's credential helpers mark a refresh token so.
        if username.as_deref() == Some("<token>") {
            identity_token = identity_token.or(password.take());
            username = None;
        }
        Ok(Credential {
            source: Some(source),
            identity: None,
            username,
            password: password.map(SecretValue::new),
            identity_token: identity_token.map(SecretValue::new),
            registry_token: filled(self.registrytoken).map(SecretValue::new),
        })
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn decode(auth: &str) -> Result<(String, String), &'static str> {
    let bytes = LENIENT.decode(auth.trim()).map_err(|_| "`auth` is not base64")?;
    let text = String::from_utf8(bytes).map_err(|_| "`auth` is not UTF-8 inside its base64")?;
    let (user, password) = text.split_once(':').ok_or("`auth` holds no `user:password`")?;
    Ok((user.to_owned(), password.trim_matches('\0').to_owned()))
}

#[cfg(test)]
mod tests;
