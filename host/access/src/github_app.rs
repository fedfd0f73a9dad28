//! A GitHub App's key, and what it takes to turn it into a token.

mod question;

use openssl::pkey::{PKey, Private};
use tagwarden_core::spec::Secret;
use url::Url;

pub use self::question::{InstallationToken, Question, Step};
use crate::{Refusal, entry, wrong};

/// Where GitHub itself answers.
const API: &str = "https://api.github.com";

/// What it takes to ask for an installation's token.
pub struct GitHubApp {
    id: String,
    installation: Installation,
    key: PKey<Private>,
    api: Url,
    origin: String,
}

/// Which of the App's installations.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Installation {
    /// The one of this number.
    Id(String),
    /// That of an organisation or user.
    Owner(String),
}

impl GitHubApp {
    /// Whether the secret speaks of an App at all.
    #[must_use]
    pub fn is_in(secret: &Secret) -> bool {
        secret.data.keys().any(|key| key.starts_with("githubApp"))
    }

    /// The App of a secret.
    ///
    /// # Errors
    /// When an entry is missing or not what it should be.
    pub fn new(secret: &Secret) -> Result<Self, Refusal> {
        let number = |key: &str| match entry(secret, key)?.map(str::trim) {
            Some(text) if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() => {
                Ok(Some(text.to_owned()))
            }
            Some(_) => Err(wrong(secret, format!("has a `{key}` that is not a number"))),
            None => Ok(None),
        };
        let id = number("githubAppID")?
            .ok_or_else(|| wrong(secret, "has no `githubAppID`, the number of the App"))?;
        let owner = entry(secret, "githubAppInstallationOwner")?.map(str::trim);
        let installation = match (number("githubAppInstallationID")?, owner) {
            (Some(id), None) => Installation::Id(id),
            (None, Some(owner)) if is_name(owner) => Installation::Owner(owner.to_owned()),
            (None, Some(_)) => {
                return Err(wrong(secret, "has a `githubAppInstallationOwner` that is no name"));
            }
            (Some(_), Some(_)) => {
                return Err(wrong(
                    secret,
                    "has both `githubAppInstallationID` and `githubAppInstallationOwner`; keep one",
                ));
            }
            (None, None) => {
                return Err(wrong(
                    secret,
                    "has no `githubAppInstallationID` and no `githubAppInstallationOwner`",
                ));
            }
        };
        Ok(Self {
            id,
            installation,
            key: key(secret)?,
            api: api(secret)?,
            origin: format!("secret {}", secret.name),
        })
    }

    /// Where the API is.
    #[must_use]
    pub fn api(&self) -> &Url {
        &self.api
    }

    /// The secret it stands in, for messages.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Tells installations apart, for whoever keeps their tokens.
    #[must_use]
    pub fn name(&self) -> String {
        format!("app {} {:?} {}", self.id, self.installation, self.api)
    }

    /// The first question that ends in a token, at this time in seconds since
    /// 1970-01-01 UTC.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn ask(&self, now: u64) -> Result<Question<'_>, Refusal> {
        Question::first(self, now)
    }
}

fn key(secret: &Secret) -> Result<PKey<Private>, Refusal> {
    let pem = secret
        .data
        .get("githubAppPrivateKey")
        .ok_or_else(|| wrong(secret, "has no `githubAppPrivateKey`, the App's key in PEM"))?;
    PKey::private_key_from_pem_passphrase(pem.expose(), b"")
        .ok()
        .filter(|key| key.rsa().is_ok())
        .ok_or_else(|| {
            wrong(
                secret,
                "has a `githubAppPrivateKey` that is not an RSA private key in PEM \
                 (-----BEGIN RSA PRIVATE KEY-----)",
            )
        })
}

fn api(secret: &Secret) -> Result<Url, Refusal> {
    let text = entry(secret, "githubAppBaseURL")?.map_or(API, str::trim);
    Url::parse(text.trim_end_matches('/'))
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| {
            wrong(
                secret,
                "has a `githubAppBaseURL` that is no URL, e.g. https://github.example.com/api/v3",
            )
        })
}

/// Names of users and organisations have no other characters.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

impl std::fmt::Debug for GitHubApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GitHubApp").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::fixture::secret;

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let rsa = openssl::rsa::Rsa::generate(2048).unwrap().private_key_to_pem().unwrap();
        let rsa = String::from_utf8(rsa).unwrap();
        let (id, key) = (("githubAppID", "12"), ("githubAppPrivateKey", rsa.as_str()));
        let installed = ("githubAppInstallationID", "34");
        let app = GitHubApp::new(&secret(&[id, installed, key])).unwrap();
        assert_eq!(app.installation, Installation::Id("34".into()));
        assert_eq!(app.api.as_str(), "https://api.github.com/");
        for (entries, named) in [
            (vec![installed, key], "no `githubAppID`"),
            (vec![("githubAppID", "x"), installed, key], "`githubAppID` that is not a number"),
            (vec![id, key], "no `githubAppInstallationID`"),
            (vec![id, installed, ("githubAppInstallationOwner", "o"), key], "keep one"),
            (vec![id, ("githubAppInstallationOwner", "../x"), key], "no name"),
            (vec![id, installed], "no `githubAppPrivateKey`"),
            (vec![id, installed, ("githubAppPrivateKey", "x")], "not an RSA private key"),
            (vec![id, installed, key, ("githubAppBaseURL", "x")], "`githubAppBaseURL`"),
        ] {
            let refusal = GitHubApp::new(&secret(&entries)).unwrap_err();
            assert!(refusal.message.contains(named), "{refusal}");
        }
    }
}
