//! What to present to a registry.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::header::HeaderValue;
use sha2::{Digest, Sha256};
use tagwarden_core::spec::SecretValue;

/// The shortest secret worth hiding in quoted text; a shorter one would turn
/// every word of it into noise.
const MIN_HIDDEN: usize = 4;

/// One entry of a docker config; empty for anonymous.
#[derive(Clone, Default)]
pub(crate) struct Credential {
    /// Where it comes from, e.g. `secret flux-system/registry-pull`.
    pub source: Option<String>,
    /// Whose it is, where the secrets below change all the time.
    pub identity: Option<String>,
    pub username: Option<String>,
    pub password: Option<SecretValue>,
    /// A refresh token for the registry's token server.
    pub identity_token: Option<SecretValue>,
    /// A bearer token for the registry itself.
    pub registry_token: Option<SecretValue>,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("source", &self.source).finish_non_exhaustive()
    }
}

/// Tells credentials apart without holding them.
pub(crate) type Fingerprint = [u8; 32];

impl Credential {
    pub fn is_anonymous(&self) -> bool {
        self.password.is_none() && self.identity_token.is_none() && self.registry_token.is_none()
    }

    /// The value of `Authorization` with user name and password.
    pub fn basic(&self) -> Option<HeaderValue> {
        let encoded = self.encoded_pair()?;
        sensitive(&format!("Basic {encoded}"))
    }

    fn encoded_pair(&self) -> Option<String> {
        let password = self.password.as_ref()?;
        let mut pair = self.username.clone().unwrap_or_default().into_bytes();
        pair.push(b':');
        pair.extend_from_slice(password.expose());
        Some(STANDARD.encode(pair))
    }

    /// Tells whose requests these are, as limits count them: one login that
    /// is renewed stays one.
    pub fn who(&self) -> Fingerprint {
        match &self.identity {
            Some(identity) => Sha256::digest(identity).into(),
            None => self.fingerprint(),
        }
    }

    pub fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        let parts = [
            self.username.as_ref().map(String::as_bytes),
            self.password.as_ref().map(SecretValue::expose),
            self.identity_token.as_ref().map(SecretValue::expose),
            self.registry_token.as_ref().map(SecretValue::expose),
        ];
        for part in parts {
            let part = part.unwrap_or_default();
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    /// The text with every secret of this credential blotted out: a server's
    /// own words may repeat what it was sent.
    pub fn hide_in(&self, text: &str) -> String {
        let secrets = [&self.password, &self.identity_token, &self.registry_token];
        let mut text = text.to_owned();
        let pair = self.encoded_pair();
        let all = secrets
            .into_iter()
            .flatten()
            .filter_map(SecretValue::expose_text)
            .chain(pair.as_deref());
        for secret in all.filter(|s| s.len() >= MIN_HIDDEN) {
            text = text.replace(secret, "[redacted]");
        }
        text
    }

    /// How errors speak of it.
    pub fn described(&self) -> String {
        self.source.clone().unwrap_or_else(|| "no credentials".to_owned())
    }
}

/// A header value that HTTP libraries do not log.
pub(crate) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn someone() -> Credential {
        Credential {
            source: Some("secret a/b".into()),
            username: Some("user".into()),
            password: Some(SecretValue::new("hunter2")),
            ..Credential::default()
        }
    }

    #[test]
    fn never_prints_its_secrets() {
        let text = format!("{:?} {:?}", someone(), someone().basic());
        assert!(!text.contains("hunter2") && !text.contains("dXNlcjpodW50ZXIy"), "{text}");
    }

    #[test]
    fn hides_secrets_in_foreign_words_plain_and_encoded() {
        let hidden = someone().hide_in("bad hunter2 in dXNlcjpodW50ZXIy");
        assert_eq!(hidden, "bad [redacted] in [redacted]");
    }

    #[test]
    fn another_password_is_another_credential() {
        let mut other = someone();
        other.password = Some(SecretValue::new("hunter3"));
        assert_ne!(someone().fingerprint(), other.fingerprint());
        assert_eq!(someone().fingerprint(), someone().fingerprint());
    }
}
