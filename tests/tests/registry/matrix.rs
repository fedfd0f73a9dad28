//! Every kind of login at every kind of registry, by every way: real
//! distributions, a real token server, a real proxy.

use std::fs;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tagwarden_core::spec::Secret;
use tagwarden_reconcile::ports::{RegistryErrorKind as Kind, Target};
use tagwarden_registry::{Environment, RegistryClient};
use tagwarden_tests::{
    distribution::{Distribution, Protection, Release, Transport},
    tinyproxy::Tinyproxy,
    token_server::TokenServer,
};

use crate::support::{
    PASSWORD, USER, WRONG, client, client_with, pull_secret, scan, secret, target, user_secret,
};

const TAGS: [&str; 2] = ["1.0.0", "latest"];

/// How a login is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Login {
    Auth,
    UserAndPassword,
    KeyWithPath,
    KeyWithScheme,
    OlderForm,
    SecondSecret,
    KeyWithWildcard,
    UsersFile,
    PodmansFile,
    NamedFile,
    Helper,
    Store,
    /// These two are for token servers.
    IdentityToken,
    RegistryToken,
}

const LOGINS: [Login; 12] = [
    Login::Auth,
    Login::UserAndPassword,
    Login::KeyWithPath,
    Login::KeyWithScheme,
    Login::OlderForm,
    Login::SecondSecret,
    Login::KeyWithWildcard,
    Login::UsersFile,
    Login::PodmansFile,
    Login::NamedFile,
    Login::Helper,
    Login::Store,
];
const WITH_TOKENS: [Login; 2] = [Login::IdentityToken, Login::RegistryToken];

fn pair() -> Value {
    json!({"username": USER, "password": PASSWORD})
}

impl Login {
    fn secrets(self, host: &str, token: Option<&str>) -> Vec<Secret> {
        match self {
            Self::Auth => vec![user_secret(host, PASSWORD)],
            Self::UserAndPassword => vec![pull_secret(host, &pair())],
            Self::KeyWithPath => vec![
                user_secret(&format!("{host}/elsewhere"), WRONG),
                user_secret(&format!("{host}/team"), PASSWORD),
                user_secret(host, WRONG),
            ],
            Self::KeyWithScheme => vec![user_secret(&format!("https://{host}/v1/"), PASSWORD)],
            Self::OlderForm => {
                let config = json!({host: pair()}).to_string();
                vec![secret("older", &[(".dockercfg", config.as_bytes())])]
            }
            Self::SecondSecret => {
                vec![user_secret("elsewhere.example", WRONG), user_secret(host, PASSWORD)]
            }
            Self::KeyWithWildcard => vec![user_secret(&host.replace("local", "*"), PASSWORD)],
            Self::IdentityToken => vec![pull_secret(host, &json!({"identitytoken": PASSWORD}))],
            Self::RegistryToken => vec![pull_secret(host, &json!({"registrytoken": token}))],
            Self::UsersFile | Self::PodmansFile | Self::NamedFile | Self::Helper | Self::Store => {
                vec![]
            }
        }
    }
}

/// A user's home with a file of Docker's or podman's, and a helper.
struct Home {
    folder: tempfile::TempDir,
    named: bool,
}

impl Home {
    fn new(login: Login, host: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let auth = STANDARD.encode(format!("{USER}:{PASSWORD}"));
        let auths = json!({"auths": {host: {"auth": auth}}});
        let (file, config) = match login {
            Login::UsersFile => (".docker/config.json", auths),
            Login::PodmansFile => (".config/containers/auth.json", auths),
            Login::NamedFile => ("named.json", auths),
            Login::Helper => (".docker/config.json", json!({"credHelpers": {host: "test"}})),
            Login::Store => {
                (".docker/config.json", json!({"auths": {host: {}}, "credsStore": "test"}))
            }
            _ => (".docker/config.json", json!({})),
        };
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, config.to_string()).unwrap();
        Self { folder, named: login == Login::NamedFile }
    }

    fn client(&self) -> RegistryClient {
        let helpers = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/helpers");
        let mut variables = vec![
            ("PATH".into(), format!("{helpers}:/usr/bin:/bin").into()),
            ("HELPER_USER".into(), USER.into()),
            ("HELPER_SECRET".into(), PASSWORD.into()),
        ];
        if self.named {
            let file = self.folder.path().join("named.json");
            variables.push(("REGISTRY_AUTH_FILE".into(), file.into()));
        }
        let environment = Environment::new(variables, Some(self.folder.path().to_owned()));
        client_with(|options| options.environment = environment)
    }
}

fn protections() -> [Protection; 3] {
    let (user, password) = (USER.to_owned(), PASSWORD.to_owned());
    let server = TokenServer::start(USER, PASSWORD).unwrap();
    [
        Protection::None,
        Protection::Basic { user: user.clone(), password: password.clone() },
        Protection::Token { user, password, server },
    ]
}

/// Whether there is TLS, and whether it wants client certificates.
const TLS: [Option<bool>; 3] = [None, Some(false), Some(true)];

fn certificates(transport: &Transport) -> Option<Secret> {
    let Transport::Tls { authority, client, .. } = transport else {
        return None;
    };
    let mut entries = vec![("ca.crt", authority.pem().unwrap())];
    if let Some(client) = client {
        entries.push(("tls.crt", client.pem().unwrap()));
        entries.push(("tls.key", client.key_pem().unwrap()));
    }
    let entries: Vec<_> = entries.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    Some(secret("tls", &entries))
}

fn proxy_secret(proxy: &Tinyproxy, password: &str) -> Secret {
    let address = proxy.url();
    let entries = [
        ("address", address.as_bytes()),
        ("username", USER.as_bytes()),
        ("password", password.as_bytes()),
    ];
    secret("proxy", &entries)
}

/// All logins there are; with a token of the registry's own, those too that
/// only token servers know.
async fn assert_every_login_lists(name: &str, target: &Target, token: Option<&str>) {
    let host = target.image.registry();
    let more = token.map_or(&[][..], |_| &WITH_TOKENS[..]);
    for login in LOGINS.iter().chain(more).copied() {
        let mut target = target.clone();
        target.login.pull_secrets = login.secrets(host, token);
        let home = Home::new(login, host);
        let tags = scan(&home.client(), &target).await;
        assert_eq!(tags.unwrap_or_else(|e| panic!("{name}, {login:?}: {e}")), TAGS, "{name}");
    }
}

async fn assert_others_are_kept_out(name: &str, target: &Target) {
    let mut wrong = target.clone();
    for secrets in [vec![], vec![user_secret(target.image.registry(), WRONG)]] {
        wrong.login.pull_secrets = secrets;
        let error = scan(&client(), &wrong).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unauthorized, "{name}: {error}");
    }
}

async fn every_combination(release: Release) {
    let proxy = Tinyproxy::start(USER, PASSWORD).unwrap();
    let mut combinations = 0;
    for mutual in TLS {
        for protection in protections() {
            let open = matches!(protection, Protection::None);
            let name = format!("{release:?}, TLS {mutual:?}, {protection:?}");
            let token = match &protection {
                Protection::Token { server, .. } => {
                    Some(server.token("repository:team/app:pull").unwrap())
                }
                _ => None,
            };
            let transport = mutual.map_or(Ok(Transport::Plain), Transport::tls).unwrap();
            let certificates = certificates(&transport);
            let registry = Distribution::start(release, transport, protection).unwrap();
            registry.push("team/app", &TAGS).await.unwrap();
            let mut target = target(&registry.image("team/app"));
            target.login.certificates.clone_from(&certificates);
            for way in [None, Some(proxy_secret(&proxy, PASSWORD))] {
                target.login.proxy = way;
                assert_every_login_lists(&name, &target, token.as_deref()).await;
                if !open {
                    assert_others_are_kept_out(&name, &target).await;
                }
                combinations += 1;
            }
            target.login.proxy = Some(proxy_secret(&proxy, WRONG));
            // Tinyproxy answers a wrong password with 401, as if it were the registry.
            let error = scan(&client(), &target).await.unwrap_err();
            assert!(!matches!(error.kind, Kind::NotFound | Kind::Protocol), "{name}: {error}");
        }
    }
    assert_eq!(combinations, 18);
    let log = proxy.log();
    assert!(log.contains("CONNECT localhost:"), "no tunnel: {log}");
    assert!(!log.contains(PASSWORD), "{log}");
}

#[tokio::test]
async fn every_login_works_everywhere_with_debians_registry() {
    every_combination(Release::Debian).await;
}

#[tokio::test]
async fn every_login_works_everywhere_with_version_three() {
    every_combination(Release::Three).await;
}
