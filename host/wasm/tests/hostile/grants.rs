//! Guests that ask about images.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use tagwarden_core::spec::Grant;
use tagwarden_reconcile::ports::{Failure, ImageFacts, ImageMetadata, Metadata, MetadataError};
use tagwarden_wasm::{EngineError, EngineOptions, Plugins};

use crate::stage::{DEADLINE, limit_of, plugins, refusal, select, select_with};

/// A registry that answers after some time, and counts.
#[derive(Debug, Default)]
struct Images {
    asked: AtomicUsize,
    slow: Duration,
    gone: bool,
}

impl Metadata for Images {
    fn image(&self, tag: &str, within: Duration) -> Result<Option<ImageMetadata>, MetadataError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        thread::sleep(self.slow.min(within));
        if self.slow > within {
            return Err(MetadataError::Timeout(within));
        }
        let labels = BTreeMap::from([("team".to_owned(), "shop".to_owned())]);
        let facts = ImageFacts {
            digest: format!("sha256:{tag}"),
            created: Some(1),
            labels,
            platforms: vec!["linux/amd64".into()],
            ..ImageFacts::default()
        };
        Ok((!self.gone).then_some(ImageMetadata { facts, first_seen: None }))
    }
}

#[test]
fn the_grant_that_is_missing_is_named() {
    let said = refusal("lookup-first");
    assert!(said.contains("tagwarden:policy/metadata@0.1.0"), "{said}");
    assert!(said.contains("not granted `metadata`"), "{said}");
    let info = plugins().sandbox().inspect("lookup-first").unwrap();
    assert_eq!(info.needs.into_iter().collect::<Vec<_>>(), [Grant::Metadata]);
}

#[test]
fn a_granted_plugin_learns_of_images() {
    let images = Arc::new(Images::default());
    let chosen = select_with("granted-lookup-first", images.clone()).unwrap().chosen;
    assert_eq!((chosen, images.asked.load(Ordering::SeqCst)), (Some(0), 1));
    let gone = Arc::new(Images { gone: true, ..Images::default() });
    assert_eq!(select_with("granted-lookup-first", gone).unwrap().chosen, None);
}

#[test]
fn a_flood_of_questions_is_stopped() {
    let images = Arc::new(Images::default());
    let failure = select_with("granted-lookup-flood", images.clone()).unwrap_err();
    assert_eq!(limit_of(&failure), "64 images asked about");
    assert_eq!(images.asked.load(Ordering::SeqCst), 64);
}

#[test]
fn the_same_question_is_asked_once_and_not_for_ever() {
    let images = Arc::new(Images::default());
    let failure = select_with("granted-lookup-again", images.clone()).unwrap_err();
    assert_eq!(failure, Failure::Timeout(DEADLINE));
    assert_eq!(images.asked.load(Ordering::SeqCst), 1);
}

#[test]
fn there_is_nothing_to_learn_of_a_tag_that_is_not_there() {
    let failure = select_with("granted-lookup-outside", Arc::new(Images::default())).unwrap_err();
    let Failure::BadAnswer(said) = failure else { panic!("{failure:?}") };
    assert_eq!(said, "it asked about tag 4294967295 of 100");
}

#[test]
fn waiting_for_a_registry_is_not_the_plugins_time_but_ends() {
    let patient = Images { slow: DEADLINE + Duration::from_millis(200), ..Images::default() };
    assert_eq!(select_with("granted-lookup-first", Arc::new(patient)).unwrap().chosen, Some(0));
    let endless = Images { slow: Duration::from_secs(3_600), ..Images::default() };
    let failure = select_with("granted-lookup-first", Arc::new(endless)).unwrap_err();
    let Failure::Lookup(said) = failure else { panic!("{failure:?}") };
    assert!(said.starts_with("0: no answer within"), "{said}");
}

#[test]
fn without_a_registry_there_is_no_decision() {
    let failure = select("granted-lookup-first", false).unwrap_err();
    assert!(matches!(failure, Failure::Lookup(_)), "{failure:?}");
}

#[test]
fn a_grant_for_nobody_is_a_mistake() {
    let built = Plugins::builder(EngineOptions::default()).grant("nobody", [Grant::Wasi]).build();
    assert!(matches!(built.err(), Some(EngineError::Grant(name)) if name == "nobody"));
}
