//! What a forge is shown to let us in.

mod app;

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::header::HeaderValue;
use tagwarden_access::{GitHubApp, HostToken, Refusal, RefusalKind, entry};
use tagwarden_core::spec::{ForgeKind, Secret};
use tagwarden_reconcile::ports::{ForgeErrorKind as Kind, ForgeRepository};
use url::Url;

pub(crate) use self::app::AppTokens;

/// Why there is nothing to show.
pub(crate) type Missing = (Kind, String);

/// How to say who we are.
#[derive(Debug)]
pub(crate) enum Login {
    /// By the value of an `Authorization` header.
    Header(HeaderValue),
    /// By a token that GitHub has to be asked for.
    App(Box<GitHubApp>),
}

impl Login {
    /// The one for a repository whose forge has its interface at `api`.
    pub fn of(
        repository: &ForgeRepository,
        api: &Url,
        fallback: &[HostToken],
    ) -> Result<Self, Missing> {
        let forge = repository.forge;
        if let Some(secret) = &repository.secret
            && forge == ForgeKind::GitHub
            && GitHubApp::is_in(secret)
        {
            return app(secret, api);
        }
        let text = match &repository.secret {
            Some(secret) => of_secret(forge, secret)?,
            None => None,
        };
        let text = text.or_else(|| of_host(forge, api, fallback));
        header(&text.ok_or_else(|| nothing(repository))?).map(Self::Header)
    }
}

pub(crate) fn header(text: &str) -> Result<HeaderValue, Missing> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| (Kind::Configuration, "the token is not one line of plain text".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

pub(crate) fn missing(refusal: Refusal) -> Missing {
    let kind = match refusal.kind {
        RefusalKind::Configuration => Kind::Configuration,
        RefusalKind::Unauthorized => Kind::Unauthorized,
        RefusalKind::Unreachable => Kind::Unreachable,
    };
    (kind, refusal.message)
}

fn nothing(repository: &ForgeRepository) -> Missing {
    let message = match &repository.secret {
        Some(secret) => {
            let app = match repository.forge {
                ForgeKind::GitHub => ", and no GitHub App",
                _ => "",
            };
            format!("secret {} has no `token`, `bearerToken` or `password`{app}", secret.name)
        }
        None => "there is no token".to_owned(),
    };
    (Kind::NoToken, message)
}

/// A GitHub App; its tokens go to the host that gives them and to no other.
fn app(secret: &Secret, api: &Url) -> Result<Login, Missing> {
    let wrong = |what: String| (Kind::Configuration, format!("secret {} {what}", secret.name));
    if ["token", "bearerToken", "password"].iter().any(|key| secret.data.contains_key(*key)) {
        return Err(wrong("has both a GitHub App and another login; keep one of them".to_owned()));
    }
    let app = GitHubApp::new(secret).map_err(missing)?;
    if app.api().origin() != api.origin() {
        return Err(wrong(format!(
            "has a GitHub App of {}, and the request is for {api}; correct `githubAppBaseURL`",
            app.api()
        )));
    }
    Ok(Login::App(Box::new(app)))
}

fn of_secret(forge: ForgeKind, secret: &Secret) -> Result<Option<String>, Missing> {
    let entry = |key: &str| {
        let text = entry(secret, key).map_err(missing)?.map(str::trim);
        Ok(text.filter(|text| !text.is_empty()).map(str::to_owned))
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

/// A token of the environment for the very host that has the interface: GitHub's
/// own has one of its own for that.
fn of_host(forge: ForgeKind, api: &Url, fallback: &[HostToken]) -> Option<String> {
    let mut web = api.clone();
    if let Some(host) = api.host_str().and_then(|host| host.strip_prefix("api.")) {
        web.set_host(Some(host)).ok()?;
    }
    let fits =
        |known: &&HostToken| known.forge == forge && (known.is_for(api) || known.is_for(&web));
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

    use tagwarden_access::host_tokens;
    use tagwarden_core::{object::ObjectName, spec::SecretValue};

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
            git_secret: None,
            proxy: None,
            timeout: Duration::ZERO,
        };
        let fallback = host_tokens(&|name| (name == "GITHUB_TOKEN").then(|| "ambient".into()));
        let api = Url::parse("https://api.github.com").unwrap();
        match Login::of(&repository, &api, &fallback)? {
            Login::Header(header) => {
                assert!(header.is_sensitive());
                Ok(header.to_str().unwrap().to_owned())
            }
            Login::App(app) => Ok(app.name()),
        }
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
    fn a_github_app_is_one_login_and_for_its_own_host() {
        let key = openssl::rsa::Rsa::generate(2048).unwrap().private_key_to_pem().unwrap();
        let key = String::from_utf8(key).unwrap();
        let app = [
            ("githubAppID", "1"),
            ("githubAppInstallationID", "2"),
            ("githubAppPrivateKey", key.as_str()),
        ];
        assert!(shown(ForgeKind::GitHub, Some(&app)).unwrap().starts_with("app 1"));
        for (more, want) in [
            (("token", "t"), "both a GitHub App and another login"),
            (("githubAppBaseURL", "https://ghe.example/api/v3"), "correct `githubAppBaseURL`"),
        ] {
            let entries: Vec<_> = app.iter().copied().chain([more]).collect();
            let (kind, message) = shown(ForgeKind::GitHub, Some(&entries)).unwrap_err();
            assert_eq!(kind, Kind::Configuration);
            assert!(message.contains("ns/forge") && message.contains(want), "{message}");
        }
    }

    #[test]
    fn a_secret_without_a_token_says_what_it_lacks() {
        let (_, message) = shown(ForgeKind::GitLab, Some(&[("identity", "k")])).unwrap_err();
        assert!(message.contains("ns/forge") && message.contains("`token`"), "{message}");
    }
}
