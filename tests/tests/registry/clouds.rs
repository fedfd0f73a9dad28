//! The logins of clouds: each way to find credentials, against stand-ins for
//! the documented endpoints, and what becomes of their faults.

mod aws;
mod azure;
mod gcp;

use std::{fs, path::PathBuf, time::Duration};

use serde_json::json;
use tagwarden_core::spec::Provider;
use tagwarden_reconcile::ports::{RegistryErrorKind as Kind, Target};
use tagwarden_registry::{Environment, RegistryClient};
use tagwarden_tests::{
    proxy::Proxy,
    registry::{Access, Fault, Settings, TestRegistry},
    stand_in::{CloudFault, StandIn},
};
use tempfile::TempDir;

use crate::support::{PASSWORD, USER, assert_kind, client_with, scan, secret, target};

const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const ACR: &str = "team.azurecr.io";
const GAR: &str = "europe-docker.pkg.dev";

/// A registry under a cloud's own name, which leads here through a proxy.
struct Stage {
    cloud: StandIn,
    registry: TestRegistry,
    proxy: Proxy,
    home: TempDir,
    variables: Vec<(String, String)>,
    provider: Provider,
    host: &'static str,
}

impl Stage {
    fn new(provider: Provider, host: &'static str) -> Self {
        let access = match provider {
            Provider::Aws => Access::basic("AWS", PASSWORD),
            Provider::Gcp => Access::basic("oauth2accesstoken", PASSWORD),
            _ => Access::token("nobody", PASSWORD),
        };
        let exchanges = Some(PASSWORD.to_owned());
        let page_cap = Some(1);
        let settings = Settings { access, exchanges, page_cap, ..Settings::default() };
        let registry = TestRegistry::with(settings);
        registry.push("team/app", &["1.0.0", "1.1.0"]);
        let cloud = StandIn::start(PASSWORD).unwrap();
        let url = cloud.url();
        let own = [
            ("AWS_ENDPOINT_URL", url.clone()),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.clone()),
            ("AZURE_AUTHORITY_HOST", url.clone()),
            ("AZURE_POD_IDENTITY_AUTHORITY_HOST", url),
            ("GCE_METADATA_HOST", cloud.host()),
        ];
        Self {
            cloud,
            registry,
            proxy: Proxy::start(USER, PASSWORD).unwrap(),
            home: tempfile::tempdir().unwrap(),
            variables: own.map(|(name, value)| (name.to_owned(), value)).into(),
            provider,
            host,
        }
    }

    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.home.path().join(path)).unwrap()
    }

    /// A program in the home folder; its path.
    fn program(&self, name: &str, script: &str) -> String {
        use std::os::unix::fs::PermissionsExt;
        // Written under another name, for what is open for writing cannot be run.
        let written = self.file(&format!("{name}.new"), script);
        fs::set_permissions(&written, fs::Permissions::from_mode(0o755)).unwrap();
        let path = self.home.path().join(name);
        fs::copy(written, &path).unwrap();
        path.display().to_string()
    }

    fn client(&self) -> RegistryClient {
        let variables = self.variables.iter().map(|(k, v)| (k.into(), v.into()));
        let environment = Environment::new(variables, Some(self.home.path().to_owned()));
        client_with(|options| options.environment = environment)
    }

    fn target(&self) -> Target {
        let port = self.registry.address().port();
        let mut target = target(&format!("{}:{port}/team/app", self.host));
        target.insecure = true;
        target.login.provider = self.provider;
        let address = self.proxy.url();
        let entries = [
            ("address", address.as_bytes()),
            ("username", USER.as_bytes()),
            ("password", PASSWORD.as_bytes()),
        ];
        target.login.proxy = Some(secret("proxy", &entries));
        target
    }

    async fn assert_logs_in(&self, by: &[&str]) {
        let client = self.client();
        for _ in 0..2 {
            assert_eq!(scan(&client, &self.target()).await.unwrap(), ["1.0.0", "1.1.0"]);
        }
        assert_eq!(self.cloud.seen(), by, "one login for two scans");
    }
}

fn with_keys(stage: &mut Stage) {
    stage.set("AWS_ACCESS_KEY_ID", "AKIDSTANDIN");
    stage.set("AWS_SECRET_ACCESS_KEY", PASSWORD);
}

/// One of each cloud, ready to log in.
fn all() -> [Stage; 3] {
    let mut aws = Stage::new(Provider::Aws, ECR);
    with_keys(&mut aws);
    let gcp = Stage::new(Provider::Gcp, GAR);
    [aws, gcp, Stage::new(Provider::Azure, ACR)]
}

#[tokio::test]
async fn a_login_that_ended_is_renewed() {
    for stage in all().into_iter().take(2) {
        stage.cloud.set_life(0);
        let client = stage.client();
        for logins in 1..=2 {
            scan(&client, &stage.target()).await.unwrap();
            assert_eq!(stage.cloud.seen().len(), logins, "{:?}", stage.provider);
        }
    }
}

/// What registries answer to a login that has ended.
fn ended() -> [Fault; 2] {
    [
        Fault::oci(401, "UNAUTHORIZED", "no").header("www-authenticate", "Basic realm=\"x\""),
        Fault::oci(403, "DENIED", "Your authorization token has expired. Reauthenticate."),
    ]
}

#[tokio::test]
async fn a_login_that_is_refused_in_mid_list_is_renewed_once() {
    for fault in ended() {
        for stage in all().into_iter().take(2) {
            stage.registry.script([None, Some(fault.clone())]);
            let tags = scan(&stage.client(), &stage.target()).await.unwrap();
            assert_eq!(tags, ["1.0.0", "1.1.0"], "{:?} {fault:?}", stage.provider);
            assert_eq!(stage.cloud.seen().len(), 2, "{:?} {fault:?}", stage.provider);
        }
    }
}

#[tokio::test]
async fn a_login_that_is_always_refused_does_not_go_round() {
    for fault in ended() {
        for stage in all().into_iter().take(2) {
            stage.registry.script([None]);
            stage.registry.always(fault.clone());
            let client = stage.client();
            for _ in 0..3 {
                let error = scan(&client, &stage.target()).await.unwrap_err();
                assert_eq!(error.kind, Kind::Unauthorized, "{error}");
            }
            assert_eq!(stage.cloud.seen().len(), 2, "{:?} {fault:?}", stage.provider);
        }
    }
}

#[tokio::test]
async fn faults_of_a_cloud_are_told_and_select_nothing() {
    let html = "<html><body>Bad gateway</body></html>";
    for (fault, kinds) in [
        (CloudFault::Status(403, r#"{"message":"no"}"#.into()), &[Kind::Unauthorized][..]),
        (CloudFault::Echo, &[Kind::Unauthorized]),
        (CloudFault::Status(500, String::new()), &[Kind::Unreachable, Kind::Unauthorized]),
        (CloudFault::Status(502, html.into()), &[Kind::Unreachable, Kind::Unauthorized]),
        (
            CloudFault::Status(429, String::new()),
            &[Kind::Throttled { retry_after: None }, Kind::Unauthorized],
        ),
        (CloudFault::Status(200, html.into()), &[Kind::Protocol, Kind::Unauthorized]),
        (CloudFault::Status(200, "{}".into()), &[Kind::Protocol, Kind::Unauthorized]),
        (CloudFault::Status(302, String::new()), &[Kind::Unauthorized]),
        (CloudFault::Silence, &[Kind::Unreachable, Kind::Unauthorized]),
    ] {
        for stage in all() {
            stage.cloud.meet(Some(fault.clone()));
            let mut target = stage.target();
            if matches!(fault, CloudFault::Silence) {
                target.timeout = Duration::from_secs(1);
            }
            let error = scan(&stage.client(), &target).await.unwrap_err();
            let (provider, kind) = (stage.provider, error.kind);
            assert!(kinds.contains(&kind), "{provider:?} {fault:?}: {kind:?} {error}");
            let lists = stage.registry.seen();
            assert!(lists.iter().all(|s| !s.target.contains("/tags/list")), "{lists:?}");
        }
    }
}

#[tokio::test]
async fn a_provider_is_for_its_own_registries() {
    let mut stage = Stage::new(Provider::Aws, "registry.example");
    with_keys(&mut stage);
    let error = scan(&stage.client(), &stage.target()).await.unwrap_err();
    assert_kind(&error, Kind::Configuration, &["spec.provider: aws", "registry.example is not"]);
    assert!(stage.cloud.seen().is_empty());
}

#[tokio::test]
async fn a_named_secret_goes_before_the_provider() {
    let stage = Stage::new(Provider::Aws, ECR);
    let mut target = stage.target();
    let registry = target.image.registry().to_owned();
    let entry = json!({"username": "AWS", "password": PASSWORD});
    target.login.pull_secrets.push(crate::support::pull_secret(&registry, &entry));
    assert_eq!(scan(&stage.client(), &target).await.unwrap().len(), 2);
    assert!(stage.cloud.seen().is_empty());
}

#[tokio::test]
async fn the_users_own_file_serves_where_no_secret_is_named() {
    let stage = Stage::new(Provider::Generic, "registry.example");
    let registry = TestRegistry::with(Settings {
        access: Access::basic(USER, PASSWORD),
        ..Settings::default()
    });
    registry.push("team/app", &["1.0.0"]);
    let target = target(&registry.image("team/app"));
    let entry = json!({"username": USER, "password": PASSWORD});
    let config = json!({"auths": {target.image.registry(): entry}}).to_string();
    stage.file(".docker/config.json", &config);
    assert_eq!(scan(&stage.client(), &target).await.unwrap(), ["1.0.0"]);
    let mut elsewhere = target.clone();
    elsewhere.login.pull_secrets.push(crate::support::user_secret("elsewhere.example", PASSWORD));
    let error = scan(&stage.client(), &elsewhere).await.unwrap_err();
    assert_kind(&error, Kind::Unauthorized, &["no entry for localhost"]);
}
