//! What a forge is shown to let us in.

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::header::HeaderValue;
use tagwarden_core::spec::{ForgeKind, Secret, SecretValue};
use tagwarden_reconcile::ports::{ForgeErrorKind as Kind, ForgeRepository};
use url::Url;

/// A token for one host, which serves where no secret has one.
#[derive(Clone, Debug)]
pub struct HostToken {
    /// The forges that take it.
    pub forge: ForgeKind,
    /// The only host it is sent to.
    pub host: String,
    /// The token.
    pub token: SecretValue,
}

/// Why there is nothing to show.
pub(crate) type Missing = (Kind, String);

/// The `Authorization` header for a repository.
pub(crate) fn header(
    repository: &ForgeRepository,
    api: &Url,
    fallback: &[HostToken],
) -> Result<HeaderValue, Missing> {
    let forge = repository.forge;
    let text = match &repository.secret {
        Some(secret) => of_secret(forge, secret)?,
        None => None,
    };
    let text = text.or_else(|| of_host(forge, api, fallback)).ok_or_else(|| {
        let message = match &repository.secret {
            Some(secret) => {
                format!("secret {} has no `token`, `bearerToken` or `password`", secret.name)
            }
            None => "there is no token".to_owned(),
        };
        (Kind::NoToken, message)
    })?;
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| (Kind::Configuration, "the token is not one line of plain text".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

fn of_secret(forge: ForgeKind, secret: &Secret) -> Result<Option<String>, Missing> {
    let entry = |key: &str| match secret.data.get(key) {
        None => Ok(None),
        Some(value) => match value.expose_text().map(str::trim) {
            Some("") => Ok(None),
            Some(text) => Ok(Some(text.to_owned())),
            None => {
                let message = format!("secret {} has a `{key}` that is not text", secret.name);
                Err((Kind::Configuration, message))
            }
        },
    };
    if let Some(token) = entry("token")?.or(entry("bearerToken")?) {
        return Ok(Some(bearer(forge, &token)));
    }
    let Some(password) = entry("password")? else {
        return Ok(None);
    };
    // What Git takes for a password is a token on these forges, and on
    // Bitbucket where the user is called so.
    Ok(Some(match (forge, entry("username")?) {
        (ForgeKind::GitHub | ForgeKind::GitLab, _) | (_, None) => bearer(forge, &password),
        (ForgeKind::BitbucketCloud, Some(user)) if user == "x-token-auth" => {
            bearer(forge, &password)
        }
        (_, Some(user)) => format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))),
    }))
}

fn of_host(forge: ForgeKind, api: &Url, fallback: &[HostToken]) -> Option<String> {
    let host = api.host_str()?;
    let fits = |known: &&HostToken| {
        known.forge == forge
            && (known.host.eq_ignore_ascii_case(host)
                || host.strip_prefix("api.").is_some_and(|h| known.host.eq_ignore_ascii_case(h)))
    };
    let token = fallback.iter().find(fits)?.token.expose_text()?.trim();
    (!token.is_empty()).then(|| bearer(forge, token))
}

fn bearer(forge: ForgeKind, token: &str) -> String {
    match forge {
        ForgeKind::Gitea | ForgeKind::Forgejo => format!("token {token}"),
        _ => format!("Bearer {token}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tagwarden_core::object::ObjectName;

    use super::*;

    fn shown(forge: ForgeKind, entries: Option<&[(&str, &str)]>) -> Result<String, Missing> {
        let secret = entries.map(|entries| Secret {
            name: ObjectName::new("ns", "forge"),
            kind: String::new(),
            data: entries.iter().map(|(k, v)| ((*k).to_owned(), SecretValue::new(*v))).collect(),
        });
        let repository = ForgeRepository {
            forge,
            git_url: String::new(),
            base_url: None,
            path: None,
            secret,
            timeout: Duration::ZERO,
        };
        let fallback = HostToken {
            forge: ForgeKind::GitHub,
            host: "github.com".into(),
            token: SecretValue::new("ambient"),
        };
        let api = Url::parse("https://api.github.com").unwrap();
        let header = header(&repository, &api, &[fallback])?;
        assert!(header.is_sensitive());
        Ok(header.to_str().unwrap().to_owned())
    }

    #[test]
    fn each_forge_takes_a_token_in_its_own_way() {
        use ForgeKind::{BitbucketCloud, BitbucketDataCenter, GitHub, GitLab, Gitea};
        let git = &[("username", "bot"), ("password", "s3")][..];
        for (forge, entries, want) in [
            (GitHub, &[("token", " t\n")][..], "Bearer t"),
            (GitHub, git, "Bearer s3"),
            (GitLab, &[("bearerToken", "t")], "Bearer t"),
            (Gitea, &[("token", "t")], "token t"),
            (Gitea, git, "Basic Ym90OnMz"),
            (BitbucketCloud, git, "Basic Ym90OnMz"),
            (BitbucketCloud, &[("username", "x-token-auth"), ("password", "t")], "Bearer t"),
            (BitbucketDataCenter, &[("token", "t")], "Bearer t"),
        ] {
            assert_eq!(shown(forge, Some(entries)).unwrap(), want);
        }
    }

    #[test]
    fn a_token_of_the_environment_goes_to_its_own_host_only() {
        assert_eq!(shown(ForgeKind::GitHub, None).unwrap(), "Bearer ambient");
        let (kind, message) = shown(ForgeKind::GitLab, None).unwrap_err();
        assert_eq!((kind, message.as_str()), (Kind::NoToken, "there is no token"));
    }

    #[test]
    fn a_secret_without_a_token_says_what_it_lacks() {
        let (_, message) = shown(ForgeKind::GitLab, Some(&[("identity", "k")])).unwrap_err();
        assert!(message.contains("ns/forge") && message.contains("`token`"), "{message}");
    }
}
