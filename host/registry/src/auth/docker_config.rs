//! Pull secrets: `kubernetes.io/dockerconfigjson` and the older `dockercfg`.

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

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    auths: Option<Entries>,
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
/// the earlier secret where two are equal; anonymous when none matches.
///
/// The error names the secret and never quotes its content.
pub(crate) fn resolve(
    secrets: &[Secret],
    registry: &str,
    repository: &str,
) -> Result<Credential, String> {
    let mut best: Option<((usize, bool), Credential)> = None;
    for secret in secrets {
        for (scope, credential) in entries(secret)? {
            let better = best.as_ref().is_none_or(|(rank, _)| scope.rank() > *rank);
            if better && !credential.is_anonymous() && scope.covers(registry, repository) {
                best = Some((scope.rank(), credential));
            }
        }
    }
    Ok(best.map(|(_, credential)| credential).unwrap_or_default())
}

fn entries(secret: &Secret) -> Result<Vec<(Scope, Credential)>, String> {
    let name = &secret.name;
    let entries = match (secret.data.get(CONFIG_JSON), secret.data.get(CONFIG)) {
        (Some(json), _) => parse::<Config>(secret, CONFIG_JSON, json)?.auths.unwrap_or_default(),
        (None, Some(json)) => parse::<Entries>(secret, CONFIG, json)?,
        (None, None) => {
            return Err(format!(
                "secret {name} has no entry {CONFIG_JSON}; create it with \
                 `kubectl create secret docker-registry`"
            ));
        }
    };
    let mut scoped = vec![];
    for (key, entry) in entries {
        let scope = Scope::parse(&key).ok_or_else(|| {
            format!("secret {name}: a key of `auths` is no registry host: {key:?}")
        })?;
        let credential = entry
            .into_credential(format!("secret {name}"))
            .map_err(|problem| format!("secret {name}: entry {key:?}: {problem}"))?;
        scoped.push((scope, credential));
    }
    Ok(scoped)
}

fn parse<T: for<'a> Deserialize<'a>>(
    secret: &Secret,
    key: &str,
    json: &SecretValue,
) -> Result<T, String> {
    // serde's own message may quote a value, so only the place is told.
    serde_json::from_slice(json.expose()).map_err(|e| {
        format!(
            "secret {}: {key} is no docker config (line {}, column {}): {}",
            secret.name,
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
