//! GitHub Apps, certificates and proxies on the way to a forge.

use anyhow::Result;
use tagwarden_reconcile::ports::{ForgeErrorKind as Kind, ForgeRepository};
use tagwarden_tests::{
    forges::{Forge, TOKEN},
    git_http::Authority,
    github_apps::{self, APP, INSTALLATION, OWNER},
    tinyproxy::Tinyproxy,
    tls_front::TlsFront,
};

use crate::desk::{Desk, secret};

fn behind(desk: &Desk) -> Result<std::net::SocketAddr> {
    Ok(desk.forge.base_url().trim_start_matches("http://").parse()?)
}

/// The Git remote's secret with an App, as Flux has it.
fn with_app(desk: &Desk, installed: (&str, &str)) -> Result<ForgeRepository> {
    let (key, api) = (desk.forge.app().key()?, format!("{}/api/v3", desk.forge.base_url()));
    let entries = [
        ("githubAppID", APP),
        ("githubAppPrivateKey", key.as_str()),
        ("githubAppBaseURL", api.as_str()),
        installed,
    ];
    Ok(ForgeRepository { secret: Some(secret("git", &entries)), ..desk.repository() })
}

#[test]
fn a_github_app_opens_requests_with_one_token() -> Result<()> {
    let desk = Desk::new("github")?;
    desk.forge.take(github_apps::TOKEN);
    let repository = with_app(&desk, ("githubAppInstallationID", INSTALLATION))?;
    let open = desk.create(&repository)?;
    assert_eq!(desk.open(&repository)?[0].number, open.number);
    assert_eq!(desk.forge.app().given(), 1, "it is kept");
    let by_owner = with_app(&desk, ("githubAppInstallationOwner", OWNER))?;
    assert_eq!(desk.open(&by_owner)?.len(), 1);
    Ok(())
}

#[test]
fn a_token_that_was_taken_from_an_app_is_asked_for_again() -> Result<()> {
    let desk = Desk::new("github")?;
    desk.forge.take("revoked meanwhile");
    let repository = with_app(&desk, ("githubAppInstallationID", INSTALLATION))?;
    assert_eq!(desk.open(&repository).unwrap_err().kind, Kind::Unauthorized);
    desk.forge.take(github_apps::TOKEN);
    assert_eq!(desk.open(&repository)?, []);
    assert_eq!(desk.forge.app().given(), 2);
    Ok(())
}

#[test]
fn an_installation_that_is_not_there_names_the_entry() -> Result<()> {
    let desk = Desk::new("github")?;
    let error = desk.open(&with_app(&desk, ("githubAppInstallationID", "1"))?).unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized);
    assert!(error.message.contains("`githubAppInstallationID` of secret flux-system/git"));
    Ok(())
}

#[test]
fn certificates_of_the_git_remote_s_secret_serve_where_the_token_s_has_none() -> Result<()> {
    let (server, clients) = (Authority::new()?, Authority::new()?);
    let (ca, (certificate, key)) = (server.pem()?, clients.client()?);
    let tls = [("ca.crt", &*ca), ("tls.crt", &*certificate), ("tls.key", &*key)];
    for provider in ["github", "gitlab", "gitea", "bitbucket", "bitbucketserver"] {
        let desk = Desk::new(provider)?;
        let front = TlsFront::start(behind(&desk)?, &server, &clients)?;
        let plain = ForgeRepository { base_url: Some(front.url()), ..desk.repository() };
        let in_git = ForgeRepository { git_secret: Some(secret("git", &tls)), ..plain.clone() };
        desk.create(&in_git)?;
        let with_token: Vec<_> = tls.iter().copied().chain([("token", TOKEN)]).collect();
        let in_one =
            ForgeRepository { secret: Some(secret("forge", &with_token)), ..plain.clone() };
        assert_eq!(desk.open(&in_one)?.len(), 1, "{provider}");
        let without =
            ForgeRepository { git_secret: Some(secret("git", &tls[..1])), ..plain.clone() };
        for stranger in [without, plain] {
            let error = desk.open(&stranger).unwrap_err();
            assert_eq!(error.kind, Kind::Unreachable, "{provider}: {error}");
        }
    }
    Ok(())
}

#[test]
fn certificates_that_are_none_name_their_secret() -> Result<()> {
    let desk = Desk::new("gitea")?;
    for (entries, want) in [
        (&[("ca.crt", "x")][..], "flux-system/git has no certificate in its `ca.crt`"),
        (&[("tls.crt", "x")], "flux-system/git has one of `tls.crt` and `tls.key`"),
        (&[("tls.crt", "x"), ("tls.key", "y")], "are not a certificate and its private key"),
    ] {
        let repository =
            ForgeRepository { git_secret: Some(secret("git", entries)), ..desk.repository() };
        let error = desk.open(&repository).unwrap_err();
        assert_eq!(error.kind, Kind::Configuration);
        assert!(error.message.contains(want), "{error}");
    }
    Ok(())
}

#[test]
fn a_proxy_is_gone_through_with_its_login_by_http_and_https() -> Result<()> {
    let proxy = Tinyproxy::start("me", "pr0xy-pw")?;
    let (server, clients) = (Authority::new()?, Authority::new()?);
    let (ca, (certificate, key)) = (server.pem()?, clients.client()?);
    let tls = [("ca.crt", &*ca), ("tls.crt", &*certificate), ("tls.key", &*key)];
    for provider in ["github", "bitbucketserver"] {
        let desk = Desk::new(provider)?;
        let front = TlsFront::start(behind(&desk)?, &server, &clients)?;
        for base_url in [desk.forge.base_url(), front.url()] {
            let way = |password| {
                let entries =
                    [("address", &*proxy.url()), ("username", "me"), ("password", password)];
                ForgeRepository {
                    base_url: Some(base_url.clone()),
                    git_secret: Some(secret("git", &tls)),
                    proxy: Some(secret("proxy", &entries)),
                    ..desk.repository()
                }
            };
            assert_eq!(desk.open(&way("pr0xy-pw"))?, [], "{provider} {base_url}");
            let error = desk.open(&way("wr0ng")).unwrap_err();
            assert!(!error.message.contains("wr0ng"), "{error}");
        }
    }
    let log = proxy.log();
    assert!(log.contains("CONNECT") && log.contains("GET http://"), "{log}");
    Ok(())
}
