use tagwarden_core::object::ObjectName;

use super::*;

fn secret(name: &str, key: &str, json: &str) -> Secret {
    Secret {
        name: ObjectName::new("flux-system", name),
        kind: String::new(),
        data: [(key.to_owned(), SecretValue::new(json))].into(),
    }
}

fn pull(json: &str) -> Secret {
    secret("pull", CONFIG_JSON, json)
}

fn pair(credential: &Credential) -> (Option<&str>, Option<&str>) {
    let password = credential.password.as_ref().and_then(SecretValue::expose_text);
    (credential.username.as_deref(), password)
}

#[test]
fn reads_auth_with_and_without_padding_and_colons_in_the_password() {
    for auth in ["dXNlcjpwYTpzcw==", "dXNlcjpwYTpzcw", " dXNlcjpwYTpzcw==\n"] {
        let json =
            serde_json::json!({"auths": {"r.example": {"auth": auth, "username": "ignored"}}})
                .to_string();
        let found = resolve(&[pull(&json)], "r.example", "a").unwrap();
        assert_eq!(pair(&found), (Some("user"), Some("pa:ss")), "{auth}");
    }
}

#[test]
fn reads_user_name_password_and_tokens() {
    let json = r#"{"auths": {
        "a.example": {"username": "u", "password": "p", "email": "x"},
        "b.example": {"identitytoken": "refresh"},
        "c.example": {"registrytoken": "bearer"},
        "d.example": {"username": "<token>", "password": "helper"}}}"#;
    let at = |registry| resolve(&[pull(json)], registry, "x").unwrap();
    assert_eq!(pair(&at("a.example")), (Some("u"), Some("p")));
    let text = |v: Option<SecretValue>| v.unwrap().expose_text().unwrap().to_owned();
    assert_eq!(text(at("b.example").identity_token), "refresh");
    assert_eq!(text(at("c.example").registry_token), "bearer");
    assert_eq!(text(at("d.example").identity_token), "helper");
    assert!(at("e.example").is_anonymous());
}

#[test]
fn the_most_telling_entry_wins_over_all_secrets() {
    let one = pull(
        r#"{"auths": {"r.example": {"username": "host", "password": "1"}, "*.example": {"username": "star", "password": "1"}}}"#,
    );
    let two = secret(
        "two",
        CONFIG_JSON,
        r#"{"auths": {"r.example/team": {"username": "team", "password": "2"}, "r.example": {"username": "later", "password": "2"}}}"#,
    );
    let user = |registry, repository| {
        resolve(&[one.clone(), two.clone()], registry, repository).unwrap().username.unwrap()
    };
    assert_eq!(user("r.example", "team/app"), "team");
    assert_eq!(user("r.example", "teammate/app"), "host");
    assert_eq!(user("s.example", "team/app"), "star");
}

#[test]
fn an_empty_entry_does_not_hide_a_full_one() {
    let json = r#"{"auths": {"r.example/team": {"auth": ""}, "r.example": {"username": "u", "password": "p"}}}"#;
    assert_eq!(
        resolve(&[pull(json)], "r.example", "team/a").unwrap().username.as_deref(),
        Some("u")
    );
}

#[test]
fn reads_the_older_form() {
    let old = secret(
        "old",
        CONFIG,
        r#"{"https://index.docker.io/v1/": {"username": "u", "password": "p"}}"#,
    );
    assert_eq!(
        resolve(&[old], "index.docker.io", "library/a").unwrap().username.as_deref(),
        Some("u")
    );
}

#[test]
fn a_secret_that_cannot_be_read_is_named_and_not_quoted() {
    for (json, word) in [
        (r#"{"auths": {"r.example": {"auth": "hunter2 !"}}}"#, "not base64"),
        (r#"{"auths": {"r.example": {"auth": "aHVudGVyMg=="}}}"#, "user:password"),
        (r#"{"auths": {"r.example": "hunter2"}}"#, "another type"),
        (r#"{"auths": hunter2"#, "not valid JSON"),
    ] {
        let error = resolve(&[pull(json)], "r.example", "a").unwrap_err();
        assert!(error.contains("flux-system/pull") && error.contains(word), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    let other = secret("opaque", "username", "u");
    assert!(resolve(&[other], "r.example", "a").unwrap_err().contains(".dockerconfigjson"));
}
