//! The logins of clouds: each way to find credentials, against stand-ins for
//! the documented endpoints, and what becomes of their faults.

use std::{fs, path::PathBuf, time::Duration};

use openssl::{pkey::PKey, rsa::Rsa};
use serde_json::json;
use tagwarden_core::spec::Provider;
use tagwarden_reconcile::ports::{RegistryErrorKind as Kind, Target};
use tagwarden_registry::{Environment, RegistryClient};
use tagwarden_tests::{
    proxy::Proxy,
    registry::{Access, Settings, TestRegistry},
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
        let registry = TestRegistry::with(Settings { access, exchanges, ..Settings::default() });
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

#[tokio::test]
async fn aws_takes_keys_of_the_environment() {
    let mut stage = Stage::new(Provider::Aws, ECR);
    with_keys(&mut stage);
    stage.set("AWS_SESSION_TOKEN", PASSWORD);
    stage.assert_logs_in(&["ecr eu-west-1"]).await;
}

#[tokio::test]
async fn aws_takes_up_the_role_of_a_web_identity() {
    let mut stage = Stage::new(Provider::Aws, ECR);
    let token = stage.file("token", &format!("{PASSWORD}\n"));
    stage.set("AWS_WEB_IDENTITY_TOKEN_FILE", token.display().to_string());
    stage.set("AWS_ROLE_ARN", "arn:aws:iam::1:role/reader");
    let by = ["AssumeRoleWithWebIdentity arn:aws:iam::1:role/reader", "ecr eu-west-1"];
    stage.assert_logs_in(&by).await;
}

#[tokio::test]
async fn aws_takes_keys_of_a_profile_and_its_roles() {
    let mut stage = Stage::new(Provider::Aws, ECR);
    stage.file(
        ".aws/config",
        "[profile ci]\nrole_arn = arn:aws:iam::1:role/outer\nsource_profile = middle\n\
         [profile middle]\nrole_arn = arn:aws:iam::1:role/inner\nsource_profile = base\n",
    );
    stage.file(
        ".aws/credentials",
        &format!("[base]\naws_access_key_id = AKIDSTANDIN\naws_secret_access_key = {PASSWORD}\n"),
    );
    stage.set("AWS_PROFILE", "ci");
    let by = [
        "AssumeRole arn:aws:iam::1:role/inner",
        "AssumeRole arn:aws:iam::1:role/outer",
        "ecr eu-west-1",
    ];
    stage.assert_logs_in(&by).await;
}

#[tokio::test]
async fn aws_takes_the_containers_keys() {
    let mut stage = Stage::new(Provider::Aws, ECR);
    let url = format!("{}/container", stage.cloud.url());
    stage.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
    stage.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", PASSWORD);
    stage.assert_logs_in(&["container keys", "ecr eu-west-1"]).await;
}

#[tokio::test]
async fn aws_takes_the_machines_role() {
    let stage = Stage::new(Provider::Aws, ECR);
    stage.assert_logs_in(&["imds token", "imds role", "imds keys", "ecr eu-west-1"]).await;
}

#[tokio::test]
async fn public_ecr_has_a_service_of_its_own() {
    let mut stage = Stage::new(Provider::Aws, "public.ecr.aws");
    with_keys(&mut stage);
    stage.assert_logs_in(&["ecr-public us-east-1"]).await;
}

#[tokio::test]
async fn aws_profiles_that_cannot_be_used_say_so() {
    for (config, word) in [
        ("[default]\nsso_start_url = https://x.example\n", "sso"),
        ("[default]\nrole_arn = arn:x\n", "source_profile"),
        ("[default]\nrole_arn = arn:x\nsource_profile = gone\n", "\"gone\": does not exist"),
        (
            "[default]\nrole_arn = a\nsource_profile = b\n[profile b]\nrole_arn = b\nsource_profile = default\n",
            "too far",
        ),
    ] {
        let stage = Stage::new(Provider::Aws, ECR);
        stage.file(".aws/config", config);
        let error = scan(&stage.client(), &stage.target()).await.unwrap_err();
        assert_kind(&error, Kind::Configuration, &[word]);
    }
}

#[tokio::test]
async fn google_takes_the_metadata_servers_token() {
    let stage = Stage::new(Provider::Gcp, GAR);
    stage.assert_logs_in(&["metadata token"]).await;
}

#[tokio::test]
async fn google_takes_a_service_accounts_key() {
    let mut stage = Stage::new(Provider::Gcp, GAR);
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let key = String::from_utf8(key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    let file = json!({
        "type": "service_account", "client_email": "reader@p.iam.gserviceaccount.com",
        "private_key": key, "private_key_id": "1",
        "token_uri": format!("{}/google/token", stage.cloud.url()),
    });
    let path = stage.file("key.json", &file.to_string());
    stage.set("GOOGLE_APPLICATION_CREDENTIALS", path.display().to_string());
    stage.assert_logs_in(&["signed assertion"]).await;
}

#[tokio::test]
async fn google_trades_a_federated_identity() {
    for (from_address, impersonates) in [(false, false), (false, true), (true, true)] {
        let mut stage = Stage::new(Provider::Gcp, GAR);
        let url = stage.cloud.url();
        let token = stage.file("subject", &format!("{PASSWORD}\n"));
        let source = match from_address {
            false => json!({"file": token}),
            true => json!({
                "url": format!("{url}/subject"), "headers": {"X-Subject": PASSWORD},
                "format": {"type": "json", "subject_token_field_name": "value"},
            }),
        };
        let mut file = json!({
            "type": "external_account", "credential_source": source,
            "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": format!("{url}/google/sts"),
        });
        if impersonates {
            file["service_account_impersonation_url"] = format!("{url}/google/impersonate").into();
        }
        let folder = ".config/gcloud/application_default_credentials.json";
        stage.file(folder, &file.to_string());
        let by = [
            from_address.then_some("subject token"),
            Some("token exchange"),
            impersonates.then_some("impersonation"),
        ];
        stage.assert_logs_in(&by.into_iter().flatten().collect::<Vec<_>>()).await;
        stage.set("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json");
        let error = scan(&stage.client(), &stage.target()).await.unwrap_err();
        assert_kind(&error, Kind::Configuration, &["/nowhere.json"]);
    }
}

#[tokio::test]
async fn azure_exchanges_a_managed_identitys_token() {
    let mut stage = Stage::new(Provider::Azure, ACR);
    stage.assert_logs_in(&["machine identity "]).await;
    stage.set("AZURE_CLIENT_ID", "a-client");
    scan(&stage.client(), &stage.target()).await.unwrap();
    assert_eq!(stage.cloud.seen().last().unwrap(), "machine identity a-client");
    let url = format!("{}/msi/token", stage.cloud.url());
    stage.set("IDENTITY_ENDPOINT", url);
    stage.set("IDENTITY_HEADER", PASSWORD);
    scan(&stage.client(), &stage.target()).await.unwrap();
    assert_eq!(stage.cloud.seen().last().unwrap(), "platform identity");
}

#[tokio::test]
async fn azure_exchanges_a_workloads_and_an_applications_token() {
    let mut stage = Stage::new(Provider::Azure, ACR);
    let token = stage.file("federated", PASSWORD);
    stage.set("AZURE_TENANT_ID", "a-tenant");
    stage.set("AZURE_CLIENT_ID", "a-client");
    stage.set("AZURE_FEDERATED_TOKEN_FILE", token.display().to_string());
    stage.assert_logs_in(&["federated token"]).await;
    stage.set("AZURE_CLIENT_SECRET", PASSWORD);
    scan(&stage.client(), &stage.target()).await.unwrap();
    assert_eq!(stage.cloud.seen().last().unwrap(), "client secret");
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
