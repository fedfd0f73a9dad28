//! Google's credentials: the metadata server and the types of credential files.

use openssl::{pkey::PKey, rsa::Rsa};
use serde_json::{Value, json};
use tagwarden_core::spec::Provider;
use tagwarden_reconcile::ports::RegistryErrorKind as Kind;

use super::{GAR, Stage, with_keys};
use crate::support::{PASSWORD, assert_kind, scan};

/// Where gcloud keeps a person's default credentials.
const DEFAULT: &str = ".config/gcloud/application_default_credentials.json";
const ALLOW: &str = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES";

/// A credential configuration of workload identity federation.
fn federated(cloud: &str, source: &Value) -> Value {
    json!({
        "type": "external_account", "credential_source": source,
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("{cloud}/google/sts"),
    })
}

fn person(cloud: &str) -> Value {
    json!({
        "type": "authorized_user", "client_id": "a-client", "client_secret": PASSWORD,
        "refresh_token": PASSWORD, "token_uri": format!("{cloud}/google/token"),
    })
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
        let mut file = federated(&url, &source);
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
async fn google_takes_a_persons_login() {
    let stage = Stage::new(Provider::Gcp, GAR);
    stage.file(DEFAULT, &person(&stage.cloud.url()).to_string());
    stage.assert_logs_in(&["refreshed user"]).await;
    let stage = Stage::new(Provider::Gcp, GAR);
    let mut federated = person(&stage.cloud.url());
    federated["type"] = "external_account_authorized_user".into();
    federated["token_url"] = federated["token_uri"].take();
    stage.file(DEFAULT, &federated.to_string());
    stage.assert_logs_in(&["refreshed user"]).await;
}

#[tokio::test]
async fn google_takes_up_a_service_account_for_a_person() {
    let stage = Stage::new(Provider::Gcp, GAR);
    let url = stage.cloud.url();
    let file = json!({
        "type": "impersonated_service_account", "delegates": ["a", "b"],
        "service_account_impersonation_url": format!("{url}/google/impersonate"),
        "source_credentials": person(&url),
    });
    stage.file(DEFAULT, &file.to_string());
    stage.assert_logs_in(&["refreshed user", "impersonation, 2 delegates, 3600s"]).await;
}

#[tokio::test]
async fn google_takes_an_aws_identity() {
    let mut stage = Stage::new(Provider::Gcp, GAR);
    let url = stage.cloud.url();
    let source = json!({
        "environment_id": "aws1",
        "regional_cred_verification_url":
            "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
    });
    let mut file = federated(&url, &source);
    file["subject_token_type"] = "urn:ietf:params:aws:token-type:aws4_request".into();
    file["service_account_impersonation_url"] = format!("{url}/google/impersonate").into();
    file["service_account_impersonation"] = json!({"token_lifetime_seconds": 1800});
    stage.file(DEFAULT, &file.to_string());
    let traded = ["AWS exchange", "impersonation, 0 delegates, 1800s"];
    // The machine's region and role.
    let machine = ["imds token", "imds region", "imds token", "imds role", "imds keys"];
    stage.assert_logs_in(&[&machine[..], &traded].concat()).await;
    with_keys(&mut stage);
    stage.set("AWS_REGION", "eu-west-1");
    scan(&stage.client(), &stage.target()).await.unwrap();
    assert_eq!(stage.cloud.seen()[7..], traded);
}

/// Prints a token, if it is told what Google's clients tell.
fn printer() -> String {
    format!(
        "#!/bin/sh\n[ \"$1\" = --yes ] && [ \"$GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE\" = 0 ] &&\n\
         [ \"$GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL\" = a@b.example ] &&\n\
         printf '{{\"version\": 1, \"success\": true, \"token_type\": \"%s\", \"id_token\": \"{PASSWORD}\"}}' \
         \"$GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE\"\n"
    )
}

#[tokio::test]
async fn google_asks_a_program_only_where_that_is_allowed() {
    let mut stage = Stage::new(Provider::Gcp, GAR);
    let url = stage.cloud.url();
    let program = stage.program("subject", &printer());
    let mut file = federated(&url, &json!({"executable": {"command": format!("{program} --yes")}}));
    let account = format!("{url}/google/serviceAccounts/a@b.example:generateAccessToken");
    file["service_account_impersonation_url"] = account.into();
    stage.file(DEFAULT, &file.to_string());
    let error = scan(&stage.client(), &stage.target()).await.unwrap_err();
    assert_kind(&error, Kind::Configuration, &["not run unless", ALLOW]);
    assert!(stage.cloud.seen().is_empty());
    stage.set(ALLOW, "1");
    stage.assert_logs_in(&["token exchange", "impersonation"]).await;
}

#[tokio::test]
async fn google_takes_what_a_program_kept() {
    let stage = Stage::new(Provider::Gcp, GAR);
    let kept = json!({
        "version": 1, "success": true, "id_token": PASSWORD, "expiration_time": 4_000_000_000_u32,
        "token_type": "urn:ietf:params:oauth:token-type:jwt",
    });
    let kept = stage.file("kept.json", &kept.to_string());
    let source = json!({"executable": {"command": "/nowhere/program", "output_file": kept}});
    stage.file(DEFAULT, &federated(&stage.cloud.url(), &source).to_string());
    stage.assert_logs_in(&["token exchange"]).await;
}

#[tokio::test]
async fn google_files_that_cannot_be_used_say_so() {
    let unknown = json!({"type": "gdch_service_account", "private_key": PASSWORD});
    let certificate = federated("https://x.example", &json!({"certificate": {}}));
    let failing = |executable| federated("https://x.example", &json!({"executable": executable}));
    for (file, word) in [
        (unknown, "is no service_account, authorized_user"),
        (certificate, "certificates are not supported"),
        (failing(json!({"command": "/bin/false"})), "it failed"),
        (failing(json!({"command": ""})), "its command is empty"),
        (failing(json!({"command": "no-such-program"})), "no program no-such-program in PATH"),
        (failing(json!({"command": "x", "timeout_millis": 1})), "timeout_millis"),
    ] {
        let mut stage = Stage::new(Provider::Gcp, GAR);
        stage.set(ALLOW, "1");
        stage.set("PATH", "/usr/bin:/bin");
        stage.file(DEFAULT, &file.to_string());
        let error = scan(&stage.client(), &stage.target()).await.unwrap_err();
        assert_kind(&error, Kind::Configuration, &[word]);
    }
}
