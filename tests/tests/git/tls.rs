use tagwarden_reconcile::ports::GitErrorKind;
use tagwarden_tests::git_http::{Access, Authority, GitHttp};

use crate::fixture::*;

fn server(world: &World) -> (GitHttp, String) {
    let authority = Authority::new().unwrap();
    let pem = authority.pem().unwrap();
    let access = Access {
        tls: Some(authority),
        login: Some(("bot".into(), "hunter2".into())),
        ..Access::default()
    };
    (GitHttp::start(world.folder.path(), access).unwrap(), pem)
}

#[test]
fn the_authority_of_the_secret_is_trusted() {
    let world = world();
    let (server, pem) = server(&world);
    let secret = [("ca.crt", pem.as_str()), ("username", "bot"), ("password", "hunter2")];
    let snapshot = world.open(&with_secret(&server.url("app.git"), &secret));
    let request = bump("main", "1.1.0");
    let commit = snapshot.write(&request).unwrap();
    snapshot.push(&commit, &request).unwrap();
    assert_eq!(world.bare.head("main").unwrap(), commit.id);
}

#[test]
fn an_unknown_authority_is_not_trusted_and_gets_no_password() {
    let world = world();
    let (server, _) = server(&world);
    let other = Authority::new().unwrap().pem().unwrap();
    let login = [("username", "bot"), ("password", "hunter2")];
    let with_other = [("ca.crt", other.as_str()), login[0], login[1]];
    for secret in [&login[..], &with_other] {
        let remote = with_secret(&server.url("app.git"), secret);
        let error = world.git.open(&remote, &main()).err().unwrap();
        assert_eq!(error.kind, GitErrorKind::Untrusted, "{error}");
        assert!(error.message.contains("`ca.crt`"), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_certificate_for_another_name_is_not_trusted() {
    let world = world();
    let (server, pem) = server(&world);
    let url = server.url("app.git").replace("127.0.0.1", "localhost");
    let error = world.git.open(&with_secret(&url, &[("ca.crt", &pem)]), &main()).err().unwrap();
    assert_eq!(error.kind, GitErrorKind::Untrusted, "{error}");
}

#[test]
fn an_authority_that_is_no_certificate_is_named() {
    let world = world();
    let (server, _) = server(&world);
    for text in ["", "not PEM", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"] {
        let remote = with_secret(&server.url("app.git"), &[("ca.crt", text)]);
        let error = world.git.open(&remote, &main()).err().unwrap();
        assert_eq!(error.kind, GitErrorKind::Configuration, "{error}");
        assert!(error.message.contains("`ca.crt` of secret flux-system/git"), "{error}");
    }
}
