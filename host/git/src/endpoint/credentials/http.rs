//! What HTTP and HTTPS need.

use base64::{Engine, engine::general_purpose::STANDARD};
use tagwarden_access::{ClientCertificate, GitHubApp, authorities, entry, wrong};
use tagwarden_core::spec::{GitProvider, Secret};
use tagwarden_reconcile::ports::{GitErrorKind, GitRemote};
use ureq::Proxy;
use url::Url;

use super::proxy;
use crate::{endpoint::address, failure::Failure};

/// For HTTP and HTTPS.
#[derive(Default)]
pub struct HttpCredentials {
    /// Where they come from, for messages.
    pub origin: Option<String>,
    pub login: Login,
    /// Certificate authorities (PEM) trusted besides the system's.
    pub authorities: Option<Vec<u8>>,
    /// The client's own certificate.
    pub client: Option<ClientCertificate>,
    /// The proxy; that of the environment without one.
    pub proxy: Option<Proxy>,
}

/// How to say who we are.
#[derive(Debug, Default)]
pub enum Login {
    /// Nothing was given: what the machine has may serve.
    #[default]
    Ambient,
    /// The same to every request.
    Header(Header),
    /// A token that has to be asked for.
    GitHubApp(GitHubApp),
}

/// The value of an `Authorization` header.
#[derive(Clone)]
pub struct Header {
    pub value: String,
    /// Where it comes from, for messages.
    pub origin: String,
}

impl HttpCredentials {
    pub fn new(url: &Url, remote: &GitRemote) -> Result<Self, Failure> {
        let proxy = remote.proxy.as_ref().map(proxy::read).transpose()?;
        let Some(secret) = &remote.secret else {
            if remote.provider == GitProvider::GitHub {
                return Err(Failure::new(
                    GitErrorKind::Configuration,
                    "spec.provider is github, and no secret is given with `githubAppID`, \
                     `githubAppInstallationID` and `githubAppPrivateKey`",
                ));
            }
            return Ok(Self { proxy, ..Self::of_url(url) });
        };
        Ok(Self {
            origin: Some(format!("secret {}", secret.name)),
            login: login(secret, url, remote.provider)?,
            authorities: authorities(secret),
            client: ClientCertificate::of(secret)?,
            proxy,
        })
    }

    /// User information in the URL serves where there is no secret.
    fn of_url(url: &Url) -> Self {
        let Some(password) = url.password() else {
            return Self::default();
        };
        let value = basic(&address::decode(url.username()), &address::decode(password));
        let origin = "the user name and password in the URL".to_owned();
        Self {
            origin: Some("the URL".to_owned()),
            login: Login::Header(Header { value, origin }),
            ..Self::default()
        }
    }
}

fn login(secret: &Secret, url: &Url, provider: GitProvider) -> Result<Login, Failure> {
    let header = |value: String, entries: &str| {
        Login::Header(Header { value, origin: format!("{entries} of secret {}", secret.name) })
    };
    let username = entry(secret, "username")?;
    let password = entry(secret, "password")?;
    let bearer = entry(secret, "bearerToken")?;
    let has_app = GitHubApp::is_in(secret);
    match (username, password, bearer) {
        (None, None, None) if has_app || provider == GitProvider::GitHub => {
            Ok(Login::GitHubApp(GitHubApp::new(secret)?))
        }
        _ if has_app => {
            Err(wrong(secret, "has both a GitHub App and another login; keep one of them").into())
        }
        (None, None, None) => Ok(HttpCredentials::of_url(url).login),
        (None, None, Some(token)) => {
            Ok(header(format!("Bearer {}", one_line(secret, token)?), "`bearerToken`"))
        }
        (Some(_), Some(_), Some(_)) | (_, _, Some(_)) => {
            Err(wrong(secret, "has both `bearerToken` and `username`/`password`; keep one of them")
                .into())
        }
        (Some(user), Some(password), None) => {
            Ok(header(basic(user, password), "`username` and `password`"))
        }
        (Some(_), None, None) => Err(wrong(secret, "has `username` but no `password`").into()),
        (None, Some(_), None) => Err(wrong(secret, "has `password` but no `username`").into()),
    }
}

/// The header for a user name and a password.
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn one_line<'a>(secret: &Secret, token: &'a str) -> Result<&'a str, Failure> {
    let token = token.trim();
    if token.is_empty() || token.chars().any(|c| !c.is_ascii_graphic()) {
        return Err(wrong(secret, "has a `bearerToken` that is empty or not one word").into());
    }
    Ok(token)
}

impl std::fmt::Debug for HttpCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpCredentials").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Header").field("origin", &self.origin).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{super::fixture::secret, *};

    fn http(url: &str, entries: Option<&[(&str, &str)]>) -> Result<HttpCredentials, Failure> {
        let remote = GitRemote {
            url: url.to_owned(),
            secret: entries.map(secret),
            proxy: None,
            provider: GitProvider::Generic,
            timeout: Duration::ZERO,
        };
        HttpCredentials::new(&url.parse().unwrap(), &remote)
    }

    fn header(credentials: &HttpCredentials) -> &str {
        match &credentials.login {
            Login::Header(header) => &header.value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_name_and_a_password_become_basic_authentication() {
        let found = http("https://h/a", Some(&[("username", "bot"), ("password", "s3")])).unwrap();
        assert_eq!(header(&found), "Basic Ym90OnMz");
        assert!(!format!("{found:?} {:?}", found.login).contains("Ym90"));
    }

    #[test]
    fn user_information_of_the_url_serves_where_the_secret_has_none() {
        for entries in [None, Some(&[("ca.crt", "x")][..])] {
            let found = http("https://bot:s%33@h/a", entries).unwrap();
            assert_eq!(header(&found), "Basic Ym90OnMz");
        }
    }

    #[test]
    fn a_half_secret_names_itself_and_the_missing_key() {
        for (entries, want) in [
            (&[("username", "bot")][..], "has `username` but no `password`"),
            (&[("password", "x")], "has `password` but no `username`"),
            (&[("bearerToken", "a"), ("username", "b")], "both `bearerToken` and"),
            (&[("bearerToken", "two words")], "not one word"),
            (&[("tls.crt", "x")], "needs both"),
            (&[("githubAppID", "1"), ("bearerToken", "b")], "both a GitHub App and"),
        ] {
            let failure = http("https://h/a", Some(entries)).map(|_| ()).unwrap_err();
            assert_eq!(failure.kind, GitErrorKind::Configuration);
            assert!(failure.message.contains("secret apps/git"), "{failure:?}");
            assert!(failure.message.contains(want), "{failure:?}");
        }
    }
}
