//! Logins besides those a secret spells out, and ways around a firewall.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use tagwarden_access::HostToken;
use tagwarden_core::{
    object::ObjectName,
    spec::{ForgeKind, GitProvider, Secret, SecretValue},
};
use tagwarden_git::{Home, Mirrors, Options};
use tagwarden_reconcile::ports::{GitErrorKind, GitRemote, Pushed};
use tagwarden_tests::{
    git_http::{Access, Authority, GitHttp},
    github_apps::{APP, GitHubApps, INSTALLATION, OWNER, TOKEN},
    proxy::Proxy,
};

use crate::fixture::*;

fn with_login(user: &str, password: &str) -> Access {
    Access { login: Some((user.into(), password.into())), ..Access::default() }
}

fn pushes(world: &World, git: &Mirrors, remote: &GitRemote) {
    let snapshot = git.open(remote, &main()).unwrap();
    let request = bump("main", "1.1.0");
    let commit = snapshot.write(&request).unwrap();
    assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);
    assert_eq!(world.bare.head("main").unwrap(), commit.id);
}

#[test]
fn a_github_app_gets_one_token_and_uses_it_until_shortly_before_its_end() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), with_login("x-access-token", TOKEN)).unwrap();
    for (life, tokens) in [(3600, 1), (200, 3)] {
        let api = GitHubApps::start(life).unwrap();
        let (url, key) = (api.url(), api.key().unwrap());
        let entries = [
            ("githubAppID", APP),
            ("githubAppInstallationID", INSTALLATION),
            ("githubAppPrivateKey", key.as_str()),
            ("githubAppBaseURL", url.as_str()),
        ];
        let remote = GitRemote {
            provider: GitProvider::GitHub,
            ..with_secret(&server.url("app.git"), &entries)
        };
        for _ in 0..3 {
            assert_eq!(world.git.default_branch(&remote).unwrap(), "main");
        }
        assert_eq!(api.given(), tokens, "of {life} seconds");
        if life > 300 {
            pushes(&world, &world.git, &remote);
            assert_eq!(api.given(), tokens, "a push needs no other");
        }
    }
}

#[test]
fn a_github_app_finds_its_installation_by_the_owner() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), with_login("x-access-token", TOKEN)).unwrap();
    let api = GitHubApps::start(3600).unwrap();
    let (url, key) = (api.url(), api.key().unwrap());
    let entries = [
        ("githubAppID", APP),
        ("githubAppInstallationOwner", OWNER),
        ("githubAppPrivateKey", key.as_str()),
        ("githubAppBaseURL", url.as_str()),
    ];
    pushes(&world, &world.git, &with_secret(&server.url("app.git"), &entries));
}

#[test]
fn a_github_app_that_is_refused_says_which_entry_to_look_at() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), with_login("x-access-token", TOKEN)).unwrap();
    let (api, other) = (GitHubApps::start(3600).unwrap(), GitHubApps::start(3600).unwrap());
    let (url, key, wrong) = (api.url(), api.key().unwrap(), other.key().unwrap());
    for (id, installation, key, words) in [
        ("99", INSTALLATION, &key, "Integration not found"),
        (APP, INSTALLATION, &wrong, "expected `githubAppID` and `githubAppPrivateKey`"),
        (APP, "1", &key, "check `githubAppInstallationID` of secret flux-system/git"),
    ] {
        let entries = [
            ("githubAppID", id),
            ("githubAppInstallationID", installation),
            ("githubAppPrivateKey", key.as_str()),
            ("githubAppBaseURL", url.as_str()),
        ];
        let remote = with_secret(&server.url("app.git"), &entries);
        let error = world.git.default_branch(&remote).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::Unauthorized, "{error}");
        assert!(error.message.contains(words), "{error}");
        assert!(error.message.contains("secret flux-system/git"), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_wrong_login_names_the_entries_it_is_in() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), with_login("bot", "right")).unwrap();
    for (entries, named) in [
        (&[("username", "bot"), ("password", "wr0ng")][..], "`username` and `password`"),
        (&[("bearerToken", "wr0ng")], "`bearerToken`"),
    ] {
        let remote = with_secret(&server.url("app.git"), entries);
        let error = world.git.default_branch(&remote).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::Unauthorized, "{error}");
        assert!(error.message.contains(&format!("{named} of secret flux-system/git")), "{error}");
        assert!(!error.message.contains("wr0ng"), "{error}");
    }
}

#[test]
fn a_client_certificate_opens_the_door() {
    let world = world();
    let (authority, clients) = (Authority::new().unwrap(), Authority::new().unwrap());
    let pem = authority.pem().unwrap();
    let (certificate, key) = clients.client().unwrap();
    let (stranger, strangers_key) = Authority::new().unwrap().client().unwrap();
    let access = Access { tls: Some(authority), clients: Some(clients), ..Access::default() };
    let server = GitHttp::start(world.folder.path(), access).unwrap();
    let url = server.url("app.git");
    let own = [("ca.crt", &*pem), ("tls.crt", &*certificate), ("tls.key", &*key)];
    pushes(&world, &world.git, &with_secret(&url, &own));
    let other = [("ca.crt", &*pem), ("tls.crt", &*stranger), ("tls.key", &*strangers_key)];
    for entries in [&own[..1], &other] {
        let error = world.git.default_branch(&with_secret(&url, entries)).unwrap_err();
        assert!(
            matches!(error.kind, GitErrorKind::Unauthorized | GitErrorKind::Unreachable),
            "{error}"
        );
    }
}

fn proxy_secret(entries: &[(&str, &str)]) -> Option<Secret> {
    let data = entries.iter().map(|(k, v)| ((*k).to_owned(), SecretValue::new(*v))).collect();
    Some(Secret { name: ObjectName::new("flux-system", "proxy"), kind: String::new(), data })
}

#[test]
fn everything_goes_through_the_proxy() {
    let world = world();
    let authority = Authority::new().unwrap();
    let pem = authority.pem().unwrap();
    let plain = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let tls = Access { tls: Some(authority), ..Access::default() };
    let tls = GitHttp::start(world.folder.path(), tls).unwrap();
    for (server, version) in [(&plain, "1.1.0"), (&tls, "1.2.0")] {
        let proxy = Proxy::start("bot", "s3cret").unwrap();
        let address = proxy.url();
        let login = [("address", &*address), ("username", "bot"), ("password", "s3cret")];
        let mut remote = with_secret(&server.url("app.git"), &[("ca.crt", &pem)]);
        remote.proxy = proxy_secret(&login);
        let snapshot = world.open(&remote);
        let request = bump("main", version);
        let commit = snapshot.write(&request).unwrap();
        snapshot.push(&commit, &request).unwrap();
        assert!(proxy.passed() >= 2, "{} of {}", proxy.passed(), server.requests().len());
        remote.proxy = proxy_secret(&[("address", &*address)]);
        let error = world.git.default_branch(&remote).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::Unreachable, "{error}");
        assert!(error.message.contains("proxy"), "{error}");
    }
}

/// A `git` whose one credential helper is this script, and which notes calls.
fn git_with_helper(world: &World, script: &str) -> PathBuf {
    let path = world.folder.path().join("git");
    let calls = world.folder.path().join("calls");
    let text = format!("#!/bin/sh\necho \"$@\" >> '{}'\n{script}\n", calls.display());
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn calls(world: &World) -> usize {
    let text = fs::read_to_string(world.folder.path().join("calls")).unwrap_or_default();
    text.lines().count()
}

fn at_home(world: &World, home: Home) -> Mirrors {
    Mirrors::new(world.folder.path().join("state"), Options { home, ..Options::default() })
}

#[test]
fn gits_own_credential_helpers_serve_where_there_is_no_secret() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), with_login("bot", "hunter2")).unwrap();
    let remote = remote(&server.url("app.git"));
    // Git itself, with a helper that answers for this host alone.
    let address = server.url("");
    let git = git_with_helper(
        &world,
        &format!(
            "GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null exec git \
             -c 'credential.{}.helper=!f() {{ echo username=bot; echo password=hunter2; }}; f' \"$@\"",
            address.trim_end_matches('/')
        ),
    );
    let git = at_home(&world, Home { git: Some(git), ..Home::default() });
    pushes(&world, &git, &remote);
    assert_eq!(calls(&world), 1, "the answer is kept");
}

#[test]
fn a_helper_that_waits_for_a_person_is_left_in_time() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), with_login("bot", "hunter2")).unwrap();
    let mut remote = remote(&server.url("app.git"));
    remote.timeout = std::time::Duration::from_millis(900);
    let git = git_with_helper(&world, "exec sleep 100");
    let git = at_home(&world, Home { git: Some(git), ..Home::default() });
    let error = git.default_branch(&remote).unwrap_err();
    assert!(
        matches!(error.kind, GitErrorKind::Unauthorized | GitErrorKind::Unreachable),
        "{error}"
    );
}

#[test]
fn a_token_of_the_environment_goes_to_its_own_host_alone() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), with_login("oauth2", "gl-t0ken")).unwrap();
    let other = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let token = HostToken {
        host: server.url("").parse().unwrap(),
        forge: ForgeKind::GitLab,
        user: "oauth2".into(),
        token: SecretValue::new("gl-t0ken"),
        variable: "GITLAB_TOKEN".into(),
    };
    let git = at_home(&world, Home { tokens: vec![token], ..Home::default() });
    pushes(&world, &git, &remote(&server.url("app.git")));
    git.default_branch(&remote(&other.url("app.git"))).unwrap();
    assert!(other.requests().iter().all(|request| request.header("authorization").is_none()));
    assert!(server.requests().iter().all(|request| request.header("authorization").is_some()));
}
