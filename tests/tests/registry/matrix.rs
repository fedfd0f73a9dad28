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
    UsersFile,
    Helper,
}

const LOGINS: [Login; 8] = [
    Login::Auth,
    Login::UserAndPassword,
    Login::KeyWithPath,
    Login::KeyWithScheme,
    Login::OlderForm,
    Login::SecondSecret,
    Login::UsersFile,
    Login::Helper,
];

fn pair() -> Value {
    json!({"username": USER, "password": PASSWORD})
}

impl Login {
    fn secrets(self, host: &str) -> Vec<Secret> {
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
            Self::UsersFile | Self::Helper => vec![],
        }
    }
}

/// A user's home with a file of Docker's and a helper.
struct Home(tempfile::TempDir);

impl Home {
    fn new(login: Login, host: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let docker = home.path().join(".docker");
        fs::create_dir(&docker).unwrap();
        let config = match login {
            Login::UsersFile => {
                json!({"auths": {host: {"auth": STANDARD.encode(format!("{USER}:{PASSWORD}"))}}})
            }
            Login::Helper => json!({"credHelpers": {host: "test"}}),
            _ => json!({}),
        };
        fs::write(docker.join("config.json"), config.to_string()).unwrap();
        Self(home)
    }

    fn client(&self) -> RegistryClient {
        let helpers = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/helpers");
        let variables = [
            ("PATH".into(), format!("{helpers}:/usr/bin:/bin").into()),
            ("HELPER_USER".into(), USER.into()),
            ("HELPER_SECRET".into(), PASSWORD.into()),
        ];
        let environment = Environment::new(variables, Some(self.0.path().to_owned()));
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

async fn assert_every_login_lists(name: &str, target: &Target) {
    let host = target.image.registry();
    for login in LOGINS {
        let mut target = target.clone();
        target.login.pull_secrets = login.secrets(host);
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
            let transport = mutual.map_or(Ok(Transport::Plain), Transport::tls).unwrap();
            let certificates = certificates(&transport);
            let registry = Distribution::start(release, transport, protection).unwrap();
            registry.push("team/app", &TAGS).await.unwrap();
            let mut target = target(&registry.image("team/app"));
            target.login.certificates.clone_from(&certificates);
            for way in [None, Some(proxy_secret(&proxy, PASSWORD))] {
                target.login.proxy = way;
                assert_every_login_lists(&name, &target).await;
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
