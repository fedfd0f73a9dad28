//! Amazon's credentials: variables, profiles, sign-ins, programs, platforms.

use tagwarden_core::spec::Provider;
use tagwarden_reconcile::ports::RegistryErrorKind as Kind;

use super::{ECR, Stage, with_keys};
use crate::support::{PASSWORD, assert_kind, scan};

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
        ("[default]\nsso_start_url = https://x.example\n", "sso_region is missing"),
        ("[default]\nsso_session = gone\n", "no [sso-session gone]"),
        ("[default]\nlogin_session = arn:x\n", "export-credentials"),
        ("[default]\nrole_arn = a\nmfa_serial = m\nsource_profile = default\n", "mfa_serial"),
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

/// A profile with a sign-in, in today's form, and its cached token.
fn signed_in(expires: &str) -> Stage {
    let stage = Stage::new(Provider::Aws, ECR);
    stage.file(
        ".aws/config",
        "[default]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = reader\n\
         [sso-session work]\nsso_region = eu-central-1\nsso_start_url = https://x.example/start\n",
    );
    stage.file(WORK, &cached(expires));
    stage
}

/// The file of the session `work`, by the SHA-1 of its name.
const WORK: &str = ".aws/sso/cache/e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json";
const LATER: &str = "2099-01-01T00:00:00Z";
const EARLIER: &str = "2020-01-01T00:00:00Z";

fn cached(expires: &str) -> String {
    serde_json::json!({
        "startUrl": "https://x.example/start", "region": "eu-central-1", "accessToken": PASSWORD,
        "expiresAt": expires, "clientId": "a-client", "clientSecret": PASSWORD,
        "registrationExpiresAt": LATER, "refreshToken": PASSWORD,
    })
    .to_string()
}

#[tokio::test]
async fn aws_takes_the_role_of_a_sign_in() {
    let stage = signed_in(LATER);
    stage.assert_logs_in(&["sso 123456789012 reader", "ecr eu-west-1"]).await;
}

#[tokio::test]
async fn aws_takes_a_sign_in_of_the_older_form_and_a_role_behind_it() {
    let mut stage = Stage::new(Provider::Aws, ECR);
    stage.file(
        ".aws/config",
        "[profile ci]\nrole_arn = arn:aws:iam::1:role/outer\nsource_profile = person\n\
         [profile person]\nsso_region = eu-central-1\nsso_start_url = https://x.example/start\n\
         sso_account_id = 123456789012\nsso_role_name = reader\n",
    );
    // The SHA-1 of the portal's address, and the moment as older versions wrote it.
    let file = ".aws/sso/cache/80c7f57c51e0449101de09ef74138a588ea0d4a6.json";
    stage.file(file, &cached("2099-01-01T00:00:00UTC"));
    stage.set("AWS_PROFILE", "ci");
    let by = ["sso 123456789012 reader", "AssumeRole arn:aws:iam::1:role/outer", "ecr eu-west-1"];
    stage.assert_logs_in(&by).await;
}

#[tokio::test]
async fn aws_renews_a_sign_in_that_has_ended_and_keeps_what_it_gets() {
    let stage = signed_in(EARLIER);
    stage.assert_logs_in(&["sso renewal", "sso 123456789012 reader", "ecr eu-west-1"]).await;
    let kept: serde_json::Value = serde_json::from_str(&stage.text(WORK)).unwrap();
    assert_eq!(kept["refreshToken"], "a-successor");
    assert_eq!(kept["startUrl"], "https://x.example/start");
    assert!(kept["expiresAt"].as_str().unwrap() > "2026", "{}", kept["expiresAt"]);
}

#[tokio::test]
async fn aws_says_how_to_sign_in_again() {
    let without_renewal = cached(EARLIER).replace("refreshToken", "other");
    let refused = cached(EARLIER).replace("a-client", "another");
    for content in [Some(without_renewal), Some(refused), None] {
        let stage = signed_in(LATER);
        match content {
            Some(content) => drop(stage.file(WORK, &content)),
            None => std::fs::remove_file(stage.home.path().join(WORK)).unwrap(),
        }
        let error = scan(&stage.client(), &stage.target()).await.unwrap_err();
        assert_kind(&error, Kind::Unauthorized, &["aws sso login --profile default"]);
    }
}

#[tokio::test]
async fn aws_asks_the_program_that_a_profile_names() {
    let stage = Stage::new(Provider::Aws, ECR);
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = 'two words' ] && echo '{{\"Version\": 1, \"AccessKeyId\": \"AKIDSTANDIN\", \
         \"SecretAccessKey\": \"{PASSWORD}\", \"SessionToken\": \"{PASSWORD}\"}}'\n"
    );
    let program = stage.program("keys", &script);
    let config = format!("[default]\ncredential_process = \"{program}\" \"two words\"\n");
    stage.file(".aws/config", &config);
    stage.assert_logs_in(&["ecr eu-west-1"]).await;
}

#[tokio::test]
async fn a_program_for_keys_that_misbehaves_is_named_and_not_quoted() {
    for (command, word) in [
        (format!("echo {PASSWORD}; exit 1"), "it failed"),
        (format!("echo {PASSWORD}"), "not the JSON of credentials"),
        (
            format!(r#"echo '{{"Version":2,"AccessKeyId":"a","SecretAccessKey":"{PASSWORD}"}}'"#),
            "another version",
        ),
    ] {
        let stage = Stage::new(Provider::Aws, ECR);
        stage.file(".aws/config", &format!("[default]\ncredential_process = {command}\n"));
        let error = scan(&stage.client(), &stage.target()).await.unwrap_err();
        assert_kind(&error, Kind::Configuration, &["credential_process", "\"default\"", word]);
    }
}
