//! Flux's Git secrets, checked before anything is contacted.

use base64::{Engine, engine::general_purpose::STANDARD};
use tagwarden_core::spec::Secret;
use tagwarden_reconcile::ports::GitErrorKind;

use super::{Address, address};
use crate::failure::Failure;

/// What a remote is shown, and what it must show.
#[derive(Debug)]
pub enum Credentials {
    Http(HttpCredentials),
    Ssh(SshCredentials),
    None,
}

/// For HTTP and HTTPS.
#[derive(Default)]
pub struct HttpCredentials {
    /// Where they come from, for messages.
    pub origin: Option<String>,
    /// The whole value of the `Authorization` header.
    pub authorization: Option<String>,
    /// Certificate authorities (PEM) trusted besides the system's.
    pub authorities: Option<Vec<u8>>,
    /// The client's own certificate.
    pub client: Option<ClientCertificate>,
}

/// What a client shows of itself in TLS, in PEM.
pub struct ClientCertificate {
    pub chain: Vec<u8>,
    pub key: Vec<u8>,
}

/// For SSH.
pub enum SshCredentials {
    /// From a secret: a private key, its passphrase and the keys of the host.
    Key {
        origin: String,
        user: Option<String>,
        identity: String,
        passphrase: Option<String>,
        known_hosts: String,
    },
    /// None given: the agent and the known hosts of whoever runs this.
    Home,
}

impl Credentials {
    pub fn new(address: &Address, secret: Option<&Secret>) -> Result<Self, Failure> {
        match (address, secret) {
            (Address::Local(_), _) => Ok(Self::None),
            (Address::Http(url), _) => HttpCredentials::new(url, secret).map(Self::Http),
            (Address::Ssh(_), Some(secret)) => SshCredentials::new(secret).map(Self::Ssh),
            (Address::Ssh(_), None) => Ok(Self::Ssh(SshCredentials::Home)),
        }
    }
}

impl HttpCredentials {
    fn new(url: &url::Url, secret: Option<&Secret>) -> Result<Self, Failure> {
        let Some(secret) = secret else {
            return Ok(Self::of_url(url));
        };
        let username = entry(secret, "username")?;
        let password = entry(secret, "password")?;
        let bearer = entry(secret, "bearerToken")?;
        let authorization = match (username, password, bearer) {
            (None, None, None) => Self::of_url(url).authorization,
            (None, None, Some(token)) => Some(format!("Bearer {}", one_line(secret, token)?)),
            (Some(_), Some(_), Some(_)) | (_, _, Some(_)) => {
                return Err(wrong(
                    secret,
                    "has both `bearerToken` and `username`/`password`; keep one of them",
                ));
            }
            (Some(user), Some(password), None) => Some(basic(user, password)),
            (Some(_), None, None) => return Err(wrong(secret, "has `username` but no `password`")),
            (None, Some(_), None) => return Err(wrong(secret, "has `password` but no `username`")),
        };
        Ok(Self {
            origin: Some(format!("secret {}", secret.name)),
            authorization,
            authorities: first(secret, &["ca.crt", "caFile"]),
            client: client(secret)?,
        })
    }

    /// User information in the URL serves where there is no secret.
    fn of_url(url: &url::Url) -> Self {
        let Some(password) = url.password() else {
            return Self::default();
        };
        Self {
            origin: Some("the URL".to_owned()),
            authorization: Some(basic(
                &address::decode(url.username()),
                &address::decode(password),
            )),
            ..Self::default()
        }
    }
}

impl SshCredentials {
    fn new(secret: &Secret) -> Result<Self, Failure> {
        let need = |key: &str, what: &str| {
            entry(secret, key)?
                .filter(|value| !value.trim().is_empty())
                .ok_or_else(|| wrong(secret, format!("has no `{key}` ({what}), which SSH needs")))
        };
        Ok(Self::Key {
            origin: format!("secret {}", secret.name),
            user: entry(secret, "username")?.filter(|user| !user.is_empty()).map(str::to_owned),
            // A key pasted without its last newline is a key all the same.
            identity: format!("{}\n", need("identity", "a private key")?.trim()),
            passphrase: entry(secret, "password")?.map(str::to_owned),
            known_hosts: need("known_hosts", "the host's keys, as ssh-keyscan prints them")?
                .to_owned(),
        })
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn client(secret: &Secret) -> Result<Option<ClientCertificate>, Failure> {
    match (first(secret, &["tls.crt", "certFile"]), first(secret, &["tls.key", "keyFile"])) {
        (Some(chain), Some(key)) => Ok(Some(ClientCertificate { chain, key })),
        (None, None) => Ok(None),
        _ => Err(wrong(
            secret,
            "has one of `tls.crt` and `tls.key`; a client certificate needs both",
        )),
    }
}

fn first(secret: &Secret, keys: &[&str]) -> Option<Vec<u8>> {
    keys.iter().find_map(|key| secret.data.get(*key)).map(|value| value.expose().to_vec())
}

/// An entry as text; present but not text is an error that names it.
fn entry<'a>(secret: &'a Secret, key: &str) -> Result<Option<&'a str>, Failure> {
    match secret.data.get(key) {
        None => Ok(None),
        Some(value) => value
            .expose_text()
            .map(Some)
            .ok_or_else(|| wrong(secret, format!("has a `{key}` that is not UTF-8 text"))),
    }
}

fn one_line<'a>(secret: &Secret, token: &'a str) -> Result<&'a str, Failure> {
    let token = token.trim();
    if token.is_empty() || token.chars().any(|c| !c.is_ascii_graphic()) {
        return Err(wrong(secret, "has a `bearerToken` that is empty or not one word"));
    }
    Ok(token)
}

fn wrong(secret: &Secret, what: impl AsRef<str>) -> Failure {
    Failure::new(GitErrorKind::Configuration, format!("secret {} {}", secret.name, what.as_ref()))
}

impl std::fmt::Debug for HttpCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpCredentials").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for SshCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key { origin, user, .. } => f
                .debug_struct("Key")
                .field("origin", origin)
                .field("user", user)
                .finish_non_exhaustive(),
            Self::Home => f.write_str("Home"),
        }
    }
}

#[cfg(test)]
mod tests {
    use tagwarden_core::{object::ObjectName, spec::SecretValue};

    use super::*;

    fn secret(entries: &[(&str, &str)]) -> Secret {
        Secret {
            name: ObjectName::new("apps", "git"),
            kind: String::new(),
            data: entries.iter().map(|(k, v)| ((*k).to_owned(), SecretValue::new(*v))).collect(),
        }
    }

    fn http(url: &str, entries: &[(&str, &str)]) -> Result<HttpCredentials, Failure> {
        HttpCredentials::new(&url.parse().unwrap(), Some(&secret(entries)))
    }

    #[test]
    fn a_name_and_a_password_become_basic_authentication() {
        let found = http("https://h/a", &[("username", "bot"), ("password", "s3")]).unwrap();
        assert_eq!(found.authorization.as_deref(), Some("Basic Ym90OnMz"));
        assert!(!format!("{found:?}").contains("Ym90"));
    }

    #[test]
    fn user_information_of_the_url_serves_where_the_secret_has_none() {
        let found = HttpCredentials::new(&"https://bot:s%33@h/a".parse().unwrap(), None).unwrap();
        assert_eq!(found.authorization.as_deref(), Some("Basic Ym90OnMz"));
    }

    #[test]
    fn a_half_secret_names_itself_and_the_missing_key() {
        for (entries, want) in [
            (&[("username", "bot")][..], "has `username` but no `password`"),
            (&[("password", "x")], "has `password` but no `username`"),
            (&[("bearerToken", "a"), ("username", "b")], "both `bearerToken` and"),
            (&[("bearerToken", "two words")], "not one word"),
            (&[("tls.crt", "x")], "needs both"),
        ] {
            let failure = http("https://h/a", entries).map(|_| ()).unwrap_err();
            assert_eq!(failure.kind, GitErrorKind::Configuration);
            assert!(failure.message.contains("secret apps/git"), "{failure:?}");
            assert!(failure.message.contains(want), "{failure:?}");
        }
    }

    #[test]
    fn ssh_without_known_hosts_is_not_tried() {
        let failure = SshCredentials::new(&secret(&[("identity", "k")])).unwrap_err();
        assert!(failure.message.contains("has no `known_hosts`"));
    }
}
