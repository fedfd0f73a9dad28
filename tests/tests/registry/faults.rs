use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures::future::join_all;
use tagwarden_reconcile::ports::RegistryErrorKind as Kind;
use tagwarden_tests::registry::{Fault, Settings, TestRegistry};
use tokio::sync::Barrier;

use crate::support::{
    assert_kind, client, client_with, lists, logged_in, protected, scan, scan_against, target,
};

fn html(status: u16) -> Fault {
    Fault::Status { status, headers: vec![], body: "<html>oops</html>".into() }
}

fn throttled(seconds: u64) -> Kind {
    Kind::Throttled { retry_after: Some(Duration::from_secs(seconds)) }
}

#[tokio::test]
async fn a_long_wait_is_told_at_once_and_nobody_asks_meanwhile() {
    let registry = protected(&["1.0.0"], None);
    registry.script([Some(Fault::throttle("120"))]);
    let client = client();
    let error = scan(&client, &logged_in(&registry.image("team/app"))).await.unwrap_err();
    assert_kind(
        &error,
        throttled(120),
        &["localhost", "team/app", "120 s", "TOOMANYREQUESTS: slow down"],
    );
    let before = registry.seen().len();
    let error = scan(&client, &logged_in(&registry.image("team/other"))).await.unwrap_err();
    assert!(
        matches!(error.kind, Kind::Throttled { retry_after: Some(wait) } if wait.as_secs() >= 115)
    );
    assert_eq!(registry.seen().len(), before);
}

#[tokio::test]
async fn a_wait_until_a_date_is_understood() {
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(300));
    for status in [429, 503] {
        let (_, error) = scan_against(Fault::status(status).header("retry-after", &date)).await;
        let Kind::Throttled { retry_after: Some(wait) } = error.kind else { panic!("{error}") };
        assert!((290..=300).contains(&wait.as_secs()), "{wait:?}");
    }
}

#[tokio::test]
async fn a_wait_that_fits_is_waited_for() {
    let registry = protected(&["1.0.0"], None);
    let soon = httpdate::fmt_http_date(SystemTime::now());
    registry.script([Some(Fault::throttle("0")), Some(Fault::throttle(&soon))]);
    let tags = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap();
    assert_eq!((tags, lists(&registry)), (vec!["1.0.0".to_owned()], 3));
}

#[tokio::test]
async fn a_busy_registry_is_asked_four_times_in_all() {
    for (fault, kind, word) in [
        (Fault::status(429), Kind::Throttled { retry_after: None }, "fewer requests"),
        (Fault::status(500), Kind::Unreachable, "trouble of its own (500)"),
        (html(500), Kind::Unreachable, "500: an HTML page"),
        (Fault::status(502), Kind::Unreachable, "trouble of its own (502)"),
        (Fault::oci(503, "UNAVAILABLE", "later"), Kind::Unreachable, "503: UNAVAILABLE: later"),
        (Fault::status(504), Kind::Unreachable, "504"),
        (Fault::Reset, Kind::Unreachable, "GET http://localhost"),
        (Fault::Cut, Kind::Unreachable, "tags/list"),
        (Fault::CutChunked, Kind::Unreachable, "tags/list"),
        (Fault::WrongLength, Kind::Unreachable, "tags/list"),
    ] {
        let name = format!("{fault:?}");
        let (registry, error) = scan_against(fault).await;
        assert_kind(&error, kind, &[word]);
        assert_eq!(lists(&registry), 4, "{name}");
    }
}

#[tokio::test]
async fn a_host_in_trouble_is_left_alone_and_its_last_word_is_told() {
    let registry = protected(&["1.0.0"], None);
    registry.always(Fault::status(500));
    let (client, target) = (client(), logged_in(&registry.image("team/app")));
    let mut said = vec![];
    for _ in 0..3 {
        said.push(scan(&client, &target).await.unwrap_err().to_string());
    }
    // Four requests each, and the ninth in a row is not sent any more.
    assert!(said[..2].iter().all(|said| said.contains("(500)")), "{said:?}");
    assert!(said[2].contains("not asked: the last 8 requests failed"), "{said:?}");
    assert_eq!(lists(&registry), 8);
}

#[tokio::test]
async fn trouble_that_passes_is_not_noticed() {
    let statuses = [500, 502, 503, 504].map(Fault::status);
    for fault in statuses.into_iter().chain([Fault::Reset, Fault::Cut, Fault::CutChunked]) {
        let name = format!("{fault:?}");
        let registry = protected(&["1.0.0", "1.0.1"], Some(1));
        registry.script([Some(fault.clone()), Some(fault.clone()), None, Some(fault)]);
        let tags = scan(&client(), &logged_in(&registry.image("team/app"))).await;
        assert_eq!(tags.unwrap(), ["1.0.0", "1.0.1"], "{name}");
    }
}

#[tokio::test]
async fn other_refusals_are_final_and_in_words() {
    for (fault, kind, words) in [
        (
            Fault::oci(403, "DENIED", "no"),
            Kind::Unauthorized,
            &["DENIED: no", "flux-system/registry-pull"][..],
        ),
        (Fault::status(501), Kind::Unreachable, &["trouble of its own (501)"]),
        (
            Fault::oci(404, "NAME_UNKNOWN", "gone"),
            Kind::NotFound,
            &["no such image", "NAME_UNKNOWN: gone"],
        ),
        (Fault::status(418), Kind::Protocol, &["not expected (418)"]),
        (Fault::Echo, Kind::Protocol, &["you sent Basic [redacted]"]),
    ] {
        let (registry, error) = scan_against(fault).await;
        assert_kind(&error, kind, words);
        assert!(lists(&registry) <= 2, "{error}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_not_used() {
    for (body, word) in [
        ("<!doctype html><title>Log in", "HTML"),
        ("", "no list of tags"),
        ("{\"name\":\"team/app\"}", "`tags` is missing"),
        ("{\"errors\":[{\"code\":\"DENIED\"}]}", "`tags` is missing"),
        ("{\"tags\":[\"1.0.0\",", "no list of tags"),
        ("{\"tags\":{}}", "no list of tags"),
        ("{\"tags\":[\"1.0.0\", 7]}", "no list of tags"),
    ] {
        let (_, error) = scan_against(Fault::Body(body.to_owned())).await;
        assert_kind(&error, Kind::Protocol, &["page 1", word]);
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let registry = protected(&["1.0.0"], None);
    registry.always(Fault::Endless(8 << 20));
    let client = client_with(|options| options.max_page_bytes = 1 << 20);
    let error = scan(&client, &logged_in(&registry.image("team/app"))).await.unwrap_err();
    assert_kind(&error, Kind::Protocol, &["longer than the 1048576 bytes"]);
}

#[tokio::test]
async fn a_silent_registry_costs_no_more_than_the_timeout() {
    for fault in [Fault::Silence, Fault::Stall] {
        let registry = protected(&["1.0.0"], None);
        registry.always(fault);
        let mut target = logged_in(&registry.image("team/app"));
        target.timeout = Duration::from_millis(400);
        let error = scan(&client(), &target).await.unwrap_err();
        assert_kind(&error, Kind::Unreachable, &["no whole answer within 400ms", "team/app"]);
    }
}

#[tokio::test]
async fn a_fault_on_a_later_page_never_leaves_part_of_the_list() {
    for fault in [
        Fault::status(500),
        Fault::oci(403, "DENIED", "no"),
        Fault::throttle("3600"),
        Fault::Body("{\"tags\":[\"9.9.9\"".into()),
        Fault::Body("<html>".into()),
        Fault::Link("</v2/team/app/tags/list?n=1000>; rel=\"next\"".into()),
        Fault::Link("<http://evil.example/v2/team/app/tags/list>; rel=\"next\"".into()),
        Fault::Link("garbage".into()),
        Fault::redirect(307, "ftp://localhost/"),
        Fault::WrongLength,
        Fault::Stall,
    ] {
        let name = format!("{fault:?}");
        let registry = protected(&["1.0.0", "1.0.1", "1.0.2"], Some(1));
        registry.always(fault);
        // The client logs in by repeating its first request, which does not count here.
        registry.script([None, None]);
        let mut target = logged_in(&registry.image("team/app"));
        target.timeout = Duration::from_secs(1);
        let result = scan(&client(), &target).await;
        assert!(result.is_err(), "{name}: {result:?}");
        assert!(lists(&registry) > 2, "{name}: the fault was not met");
    }
}

#[tokio::test]
async fn a_host_where_nothing_listens_is_unreachable() {
    let image = TestRegistry::start().image("team/app");
    let error = scan(&client(), &target(&image)).await.unwrap_err();
    assert_kind(&error, Kind::Unreachable, &["localhost", "team/app", "nothing listens there"]);
}

#[tokio::test]
async fn an_image_that_is_not_there_is_not_found() {
    let registry = protected(&["1.0.0"], None);
    let error = scan(&client(), &logged_in(&registry.image("team/typo"))).await.unwrap_err();
    assert_kind(&error, Kind::NotFound, &["team/typo", "NAME_UNKNOWN"]);
}

#[tokio::test]
async fn a_registry_gets_four_requests_at_a_time_whatever_the_images() {
    let registry = TestRegistry::with(Settings::default());
    registry.always(Fault::Gather(Arc::new(Barrier::new(4))));
    let names: Vec<String> = (0..12).map(|i| format!("team/app-{i}")).collect();
    names.iter().for_each(|name| registry.push(name, &["1.0.0"]));
    let client = client();
    let targets: Vec<_> = names.iter().map(|name| target(&registry.image(name))).collect();
    let results = join_all(targets.iter().map(|target| scan(&client, target))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(registry.most_at_once(), 4);
}
