use tagwarden_reconcile::ports::RegistryErrorKind as Kind;
use tagwarden_tests::registry::{Fault, Settings, TestRegistry};

use crate::support::{assert_kind, client, client_with, lists, logged_in, protected, scan, target};

#[tokio::test]
async fn follows_every_page_and_sorts() {
    let tags = ["v2", "1.0.0", "b", "A", "_x", "1.0.0-rc.1", "a"];
    for page_cap in [None, Some(1), Some(2), Some(7), Some(100)] {
        let registry = protected(&tags, page_cap);
        let listed = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap();
        assert_eq!(listed, ["1.0.0", "1.0.0-rc.1", "A", "_x", "a", "b", "v2"], "{page_cap:?}");
    }
}

#[tokio::test]
async fn asks_for_pages_of_a_thousand() {
    let registry = TestRegistry::start();
    registry.push_many("team/app", (0..2500).map(|i| format!("1.0.{i}")));
    let listed = scan(&client(), &target(&registry.image("team/app"))).await.unwrap();
    assert_eq!(listed.len(), 2500);
    let lists: Vec<_> =
        registry.seen().into_iter().filter(|s| s.target.contains("/tags/list")).collect();
    assert_eq!(lists.len(), 3);
    assert!(lists[0].target.ends_with("/tags/list?n=1000"), "{:?}", lists[0]);
}

#[tokio::test]
async fn a_registry_that_takes_no_page_size_is_asked_without() {
    let registry = TestRegistry::with(Settings { refuses_page_size: true, ..Settings::default() });
    registry.push("team/app", &["1.0.0"]);
    let listed = scan(&client(), &target(&registry.image("team/app"))).await.unwrap();
    assert_eq!(listed, ["1.0.0"]);
}

#[tokio::test]
async fn null_tags_on_the_last_page_are_no_tags() {
    let registry = protected(&["1.0.0", "1.0.1"], None);
    let more = Fault::Link("</v2/team/app/tags/list?last=1.0.1>; rel=\"next\"".into());
    registry.script([Some(more), Some(Fault::NullTags)]);
    let listed = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap();
    assert_eq!(listed, ["1.0.0", "1.0.1"]);
}

#[tokio::test]
async fn null_tags_alone_are_an_empty_list() {
    let registry = protected(&["1.0.0"], None);
    registry.always(Fault::NullTags);
    let listed = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap();
    assert!(listed.is_empty(), "{listed:?}");
}

#[tokio::test]
async fn a_tag_on_two_pages_counts_once() {
    let registry = protected(&["1.0.0", "1.0.1"], None);
    registry.script([Some(Fault::Link("</v2/team/app/tags/list?again>; rel=\"next\"".into()))]);
    let listed = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap();
    assert_eq!(listed, ["1.0.0", "1.0.1"]);
}

#[tokio::test]
async fn names_that_are_no_tags_are_dropped() {
    let registry = protected(&["1.0.0"], None);
    registry.always(Fault::Body(r#"{"tags":["1.0.0","../etc","a b","","\u001b[2J"]}"#.into()));
    let listed = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap();
    assert_eq!(listed, ["1.0.0"]);
}

#[tokio::test]
async fn pages_that_lead_in_a_circle_are_an_error() {
    let registry = protected(&["1.0.0"], None);
    registry.always(Fault::Loop);
    let error = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap_err();
    assert_kind(&error, Kind::Protocol, &["links back to an earlier page"]);
    assert!(lists(&registry) <= 3);
}

#[tokio::test]
async fn pages_without_end_are_an_error() {
    let registry = protected(&["1.0.0"], None);
    registry.always(Fault::EverNew);
    let client = client_with(|options| options.max_pages = 20);
    let error = scan(&client, &logged_in(&registry.image("team/app"))).await.unwrap_err();
    assert_kind(&error, Kind::Protocol, &["more than the 20 pages"]);
}

#[tokio::test]
async fn a_list_past_the_cap_is_an_error_not_a_part() {
    let registry = protected(&["1", "2", "3", "4"], Some(2));
    let client = client_with(|options| options.max_tags = 3);
    let error = scan(&client, &logged_in(&registry.image("team/app"))).await.unwrap_err();
    assert_kind(&error, Kind::Protocol, &["more than the 3 tags"]);
}

#[tokio::test]
async fn a_link_never_leads_to_another_host() {
    let other = TestRegistry::start();
    other.push("team/app", &["9.9.9"]);
    let registry = protected(&["1.0.0"], None);
    let link = format!("<http://{}/v2/team/app/tags/list>; rel=\"next\"", other.address());
    registry.always(Fault::Link(link));
    let error = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap_err();
    assert_kind(&error, Kind::Protocol, &["refused a Link", "page 1"]);
    assert!(other.seen().is_empty(), "{:?}", other.seen());
}
