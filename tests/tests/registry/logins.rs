use serde_json::json;
use tagwarden_reconcile::ports::{RegistryErrorKind as Kind, Target};
use tagwarden_tests::registry::{Access, Settings, TestRegistry};

use crate::support::{
    PASSWORD, USER, WRONG, assert_kind, client, logged_in, protected, pull_secret, scan, target,
    user_secret,
};

fn with_tokens(change: impl FnOnce(&mut Access), page_cap: Option<usize>) -> TestRegistry {
    let mut access = Access::token(USER, PASSWORD);
    change(&mut access);
    let registry = TestRegistry::with(Settings { access, page_cap, ..Settings::default() });
    registry.push("team/app", &["1.0.0", "1.0.1", "1.0.2", "1.0.3"]);
    registry
}

/// The target with one entry for its registry.
fn entry(image: &str, entry: &serde_json::Value) -> Target {
    let mut target = target(image);
    let registry = target.image.registry().to_owned();
    target.login.pull_secrets.push(pull_secret(&registry, entry));
    target
}

#[tokio::test]
async fn an_open_registry_is_not_told_the_password() {
    let registry = TestRegistry::start();
    registry.push("team/app", &["1.0.0"]);
    scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap();
    assert!(registry.seen().iter().all(|s| s.authorization.is_none()), "{:?}", registry.seen());
}

#[tokio::test]
async fn a_basic_login_is_remembered_for_the_next_page() {
    let registry = protected(&["1", "2", "3"], Some(1));
    scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap();
    let lists: Vec<_> =
        registry.seen().into_iter().filter(|s| s.target.contains("/tags/list")).collect();
    let anonymous = lists.iter().filter(|s| s.authorization.is_none()).count();
    assert_eq!((lists.len(), anonymous), (4, 1));
}

#[tokio::test]
async fn a_wrong_password_names_the_secret() {
    let registry = protected(&["1"], None);
    let image = registry.image("team/app");
    let mut target = target(&image);
    let host = target.image.registry().to_owned();
    target.login.pull_secrets.push(user_secret(&host, WRONG));
    let error = scan(&client(), &target).await.unwrap_err();
    let words =
        ["refused the credentials of secret flux-system/registry-pull", "401: UNAUTHORIZED: auth"];
    assert_kind(&error, Kind::Unauthorized, &words);
}

#[tokio::test]
async fn missing_credentials_say_where_to_name_them() {
    let registry = protected(&["1"], None);
    let mut target = target(&registry.image("team/app"));
    let error = scan(&client(), &target).await.unwrap_err();
    assert_kind(&error, Kind::Unauthorized, &["wants credentials", "spec.secretRef"]);
    target.login.pull_secrets.push(user_secret("elsewhere.example", PASSWORD));
    let error = scan(&client(), &target).await.unwrap_err();
    assert_kind(
        &error,
        Kind::Unauthorized,
        &["no entry for localhost", "flux-system/registry-pull"],
    );
}

#[tokio::test]
async fn the_first_secret_that_fits_is_used() {
    let registry = protected(&["1"], None);
    let mut target = target(&registry.image("team/app"));
    let host = target.image.registry().to_owned();
    target.login.pull_secrets = vec![
        user_secret("elsewhere.example", WRONG),
        user_secret(&format!("https://{host}/v2/"), PASSWORD),
        user_secret(&host, WRONG),
    ];
    assert_eq!(scan(&client(), &target).await.unwrap(), ["1"]);
}

#[tokio::test]
async fn a_secret_that_cannot_be_used_is_a_matter_of_configuration() {
    let registry = protected(&["1"], None);
    let broken = entry(&registry.image("team/app"), &json!({"auth": PASSWORD}));
    let error = scan(&client(), &broken).await.unwrap_err();
    assert_kind(&error, Kind::Configuration, &["flux-system/registry-pull", "base64"]);
    assert!(registry.seen().is_empty());
}

#[tokio::test]
async fn a_token_serves_for_all_pages_and_the_next_scan() {
    let registry = with_tokens(|_| {}, Some(1));
    let client = client();
    let target = logged_in(&registry.image("team/app"));
    for _ in 0..2 {
        assert_eq!(scan(&client, &target).await.unwrap().len(), 4);
    }
    assert_eq!(registry.tokens_issued(), 1);
    let asked = registry.seen().into_iter().find(|s| s.target.starts_with("/token")).unwrap();
    assert_eq!(asked.target, "/token?service=test-registry&scope=repository%3Ateam%2Fapp%3Apull");
}

#[tokio::test]
async fn a_token_that_expires_in_mid_list_is_renewed_once() {
    let last_two = |access: &mut Access| {
        let Access::Token { uses, .. } = access else { unreachable!() };
        *uses = Some(2);
    };
    let registry = with_tokens(last_two, Some(1));
    let tags = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap();
    assert_eq!((tags.len(), registry.tokens_issued()), (4, 2));
}

#[tokio::test]
async fn a_token_that_is_never_taken_does_not_go_round_for_ever() {
    let worthless = |access: &mut Access| {
        let Access::Token { uses, .. } = access else { unreachable!() };
        *uses = Some(0);
    };
    let registry = with_tokens(worthless, None);
    let error = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap_err();
    assert_kind(&error, Kind::Unauthorized, &["refused the credentials"]);
    assert_eq!(registry.tokens_issued(), 1);
}

#[tokio::test]
async fn anonymous_tokens_are_asked_for_without_a_login() {
    let open = |access: &mut Access| {
        let Access::Token { open, .. } = access else { unreachable!() };
        *open = true;
    };
    let registry = with_tokens(open, None);
    assert_eq!(scan(&client(), &target(&registry.image("team/app"))).await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_token_server_that_refuses_is_told_apart() {
    let registry = with_tokens(|_| {}, None);
    let wrong = entry(&registry.image("team/app"), &json!({"username": USER, "password": WRONG}));
    let error = scan(&client(), &wrong).await.unwrap_err();
    assert_kind(
        &error,
        Kind::Unauthorized,
        &["/token", "token server refused", "wrong user name or password"],
    );
}

#[tokio::test]
async fn a_refresh_token_is_traded_for_a_token() {
    let registry = with_tokens(|_| {}, None);
    let refresh = entry(&registry.image("team/app"), &json!({"identitytoken": PASSWORD}));
    assert_eq!(scan(&client(), &refresh).await.unwrap().len(), 4);
    let asked = registry.seen().into_iter().find(|s| s.target.starts_with("/token")).unwrap();
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", "/token"));
}

#[tokio::test]
async fn a_registry_token_is_used_as_it_is() {
    let registry = with_tokens(|_| {}, None);
    let given = entry(&registry.image("team/app"), &json!({"registrytoken": PASSWORD}));
    let error = scan(&client(), &given).await.unwrap_err();
    assert_kind(&error, Kind::Unauthorized, &["refused the credentials"]);
    let bearer = format!("Bearer {PASSWORD}");
    assert!(registry.seen().iter().any(|s| s.authorization.as_deref() == Some(&bearer)));
    assert_eq!(registry.tokens_issued(), 0);
}

#[tokio::test]
async fn two_credentials_never_share_a_token() {
    let registry = with_tokens(|_| {}, None);
    let client = client();
    let image = registry.image("team/app");
    scan(&client, &logged_in(&image)).await.unwrap();
    let wrong = entry(&image, &json!({"username": USER, "password": WRONG}));
    assert_kind(&scan(&client, &wrong).await.unwrap_err(), Kind::Unauthorized, &["token server"]);
    assert_kind(
        &scan(&client, &target(&image)).await.unwrap_err(),
        Kind::Unauthorized,
        &["wants credentials"],
    );
    assert_eq!(registry.tokens_issued(), 1);
}

#[tokio::test]
async fn a_password_is_not_sent_to_a_realm_without_tls() {
    for realm in ["http://auth.example/token", "ftp://localhost/token", "nonsense"] {
        let elsewhere = |access: &mut Access| {
            let Access::Token { realm: at, .. } = access else { unreachable!() };
            *at = Some(realm.to_owned());
        };
        let registry = with_tokens(elsewhere, None);
        let error = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap_err();
        let refused =
            ["refused to log in", "no address"].iter().any(|word| error.to_string().contains(word));
        assert!(refused && error.kind == Kind::Protocol, "{realm}: {error}");
    }
}
