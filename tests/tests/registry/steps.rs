//! Faults at every step of the way: token, first page, later page, manifest.

use std::time::{Duration, SystemTime};

use tagwarden_reconcile::ports::{Registry, RegistryError, RegistryErrorKind as Kind, Target};
use tagwarden_registry::RegistryClient;
use tagwarden_tests::registry::{Access, Fault, Settings, Step, TestRegistry};

use crate::support::{PASSWORD, USER, assert_no_secret, client, logged_in, scan};

/// Where on the way a fault is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Token,
    FirstPage,
    LaterPage,
    Manifest,
}

const ALL: [At; 4] = [At::Token, At::FirstPage, At::LaterPage, At::Manifest];

struct Scene {
    registry: TestRegistry,
    client: RegistryClient,
    target: Target,
}

impl Scene {
    fn new(at: At, fault: Fault) -> Self {
        let access = Access::token(USER, PASSWORD);
        let page_cap = Some(1);
        let registry = TestRegistry::with(Settings { access, page_cap, ..Settings::default() });
        registry.push("team/app", &["1.0.0", "1.1.0", "2.0.0"]);
        match at {
            At::Token => registry.always_at(Step::Token, fault),
            At::Manifest => registry.always_at(Step::Manifest, fault),
            At::FirstPage => registry.always(fault),
            At::LaterPage => {
                registry.script([None]);
                registry.always(fault);
            }
        }
        let target = logged_in(&registry.image("team/app"));
        Self { registry, client: client(), target }
    }

    /// How many requests of the step there were.
    fn asked(&self, at: At) -> usize {
        let path = match at {
            At::Token => "/token",
            At::Manifest => "/manifests/",
            At::FirstPage | At::LaterPage => "/tags/list",
        };
        self.registry.seen().iter().filter(|seen| seen.target.contains(path)).count()
    }

    async fn error(&self, at: At) -> RegistryError {
        let error = match at {
            At::Manifest => self.client.digest(&self.target, "1.0.0").await.err(),
            _ => scan(&self.client, &self.target).await.err(),
        };
        let error = error.unwrap_or_else(|| panic!("{at:?} went well"));
        assert_no_secret(&format!("{error} {error:?}"));
        error
    }
}

fn html(status: u16) -> Fault {
    Fault::Status {
        status,
        headers: vec![("content-type".into(), "text/html".into())],
        body: "<html><body>Bad gateway</body></html>".into(),
    }
}

#[tokio::test]
async fn trouble_of_the_server_is_told_as_such_at_every_step() {
    for at in ALL {
        for fault in
            [Fault::status(500), html(502), Fault::oci(503, "UNAVAILABLE", "later"), Fault::Reset]
        {
            let error = Scene::new(at, fault.clone()).error(at).await;
            assert_eq!(error.kind, Kind::Unreachable, "{at:?} {fault:?}: {error}");
        }
    }
}

#[tokio::test]
async fn patience_is_asked_for_in_seconds_and_as_a_date_at_every_step() {
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(120));
    for at in ALL {
        for when in ["120", date.as_str()] {
            let scene = Scene::new(at, Fault::throttle(when));
            let error = scene.error(at).await;
            let Kind::Throttled { retry_after: Some(wait) } = error.kind else {
                panic!("{at:?} {when}: {error}")
            };
            assert!((100..=120).contains(&wait.as_secs()), "{at:?} {when}: {wait:?}");
            let before = scene.asked(at);
            let again = scene.error(at).await;
            assert!(matches!(again.kind, Kind::Throttled { .. }), "{at:?}: {again}");
            assert_eq!(scene.asked(at), before, "{at:?}: it was asked again");
        }
    }
}

#[tokio::test]
async fn a_body_that_is_cut_or_of_the_wrong_length_is_no_answer() {
    for at in [At::Token, At::FirstPage, At::LaterPage] {
        for fault in [Fault::Cut, Fault::CutChunked, Fault::WrongLength] {
            let error = Scene::new(at, fault.clone()).error(at).await;
            assert_eq!(error.kind, Kind::Unreachable, "{at:?} {fault:?}: {error}");
        }
    }
}

#[tokio::test]
async fn a_body_that_drips_costs_no_more_than_the_timeout() {
    for at in [At::Token, At::FirstPage, At::LaterPage] {
        let mut scene = Scene::new(at, Fault::Trickle);
        scene.target.timeout = Duration::from_millis(1_500);
        let error = scene.error(at).await;
        assert_eq!(error.kind, Kind::Unreachable, "{at:?}: {error}");
        assert!(error.to_string().contains("no whole answer within"), "{at:?}: {error}");
    }
}

#[tokio::test]
async fn wrong_json_is_not_used_at_any_step() {
    for at in ALL {
        for body in ["<html>log in</html>", "{\"tags\": [\"9.9.9\"", "[]", "{\"token\": 7}"] {
            let error = Scene::new(at, Fault::Body(body.into())).error(at).await;
            assert_eq!(error.kind, Kind::Protocol, "{at:?} {body}: {error}");
        }
    }
}

#[tokio::test]
async fn credentials_follow_a_redirect_to_another_host_at_no_step() {
    let other = TestRegistry::with(Settings {
        access: Access::basic(USER, PASSWORD),
        ..Settings::default()
    });
    for at in ALL {
        let to = format!("http://{}/v2/team/app/tags/list", other.address());
        Scene::new(at, Fault::redirect(307, &to)).error(at).await;
    }
    let seen = other.seen();
    assert!(seen.len() >= ALL.len(), "{seen:?}");
    assert!(seen.iter().all(|s| s.authorization.is_none()), "{seen:?}");
    assert!(seen.iter().all(|s| !s.target.contains("refresh_token")), "{seen:?}");
}

#[tokio::test]
async fn pages_without_end_are_no_list() {
    for (at, fault) in [(At::FirstPage, Fault::Loop), (At::LaterPage, Fault::Loop)] {
        let error = Scene::new(at, fault).error(at).await;
        assert_eq!(error.kind, Kind::Protocol, "{at:?}: {error}");
    }
}

#[tokio::test]
async fn a_host_that_always_fails_is_left_alone_after_a_while() {
    let at = At::FirstPage;
    let scene = Scene::new(at, Fault::status(500));
    for _ in 0..20 {
        scene.error(at).await;
    }
    let asked = scene.registry.seen().len();
    let error = scene.error(at).await;
    assert!(error.to_string().contains("not asked: the last"), "{error}");
    assert_eq!((scene.registry.seen().len(), error.kind), (asked, Kind::Unreachable));
}

#[tokio::test]
async fn pulls_stop_when_docker_hub_says_that_none_are_left_and_lists_go_on() {
    let access = Access::basic(USER, PASSWORD);
    let registry = TestRegistry::with(Settings { access, ..Settings::default() });
    registry.push("team/app", &["1.0.0"]);
    let used_up = Fault::oci(404, "MANIFEST_UNKNOWN", "gone")
        .header("ratelimit-limit", "100;w=21600")
        .header("ratelimit-remaining", "0;w=21600")
        .header("docker-ratelimit-source", "203.0.113.7");
    registry.always_at(Step::Manifest, used_up);
    let (client, target) = (client(), logged_in(&registry.image("team/app")));
    let error = client.digest(&target, "1.0.0").await.unwrap_err();
    let Kind::Throttled { retry_after: Some(wait) } = error.kind else { panic!("{error}") };
    assert!((200..=216).contains(&wait.as_secs()), "{wait:?}");
    assert!(error.to_string().contains("limit on pulls"), "{error}");
    assert_eq!(scan(&client, &target).await.unwrap(), ["1.0.0"]);
    let pulls = registry.seen().into_iter().filter(|s| s.target.contains("/manifests/"));
    assert!(pulls.into_iter().all(|s| s.method == "HEAD"));
}

#[tokio::test]
async fn an_unchanged_list_is_not_sent_again() {
    let registry = TestRegistry::with(Settings { tags_lists: true, ..Settings::default() });
    registry.push("team/app", &["1.0.0"]);
    let (client, target) = (client(), crate::support::target(&registry.image("team/app")));
    let list = || async { client.tags(&target).await.unwrap().len() };
    assert_eq!((list().await, list().await, registry.unchanged()), (1, 1, 1));
    registry.push("team/app", &["1.0.1"]);
    assert_eq!((list().await, registry.unchanged()), (2, 1));
}
