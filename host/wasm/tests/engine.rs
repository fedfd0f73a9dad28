//! The engine around the plugins: its cache, its names, its port.

#![expect(clippy::unwrap_used, reason = "what sets a test up may panic as the test may")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use tagwarden_core::{
    spec::PluginCall,
    tags::{Candidates, TagSet},
};
use tagwarden_fixture_plugins::component;
use tagwarden_reconcile::ports::{Context, EvaluationError, Failure, Plugins as _};
use tagwarden_wasm::{EngineError, EngineOptions, Limits, Origin, Plugins};

fn options(cache: Option<&Path>) -> EngineOptions {
    EngineOptions { cache: cache.map(Path::to_owned), ..EngineOptions::default() }
}

/// An engine in which the name `policy` stands for the guest.
fn plugins(guest: &str, options: EngineOptions) -> Plugins {
    let builder = Plugins::builder(options);
    builder.add("policy", component(guest).unwrap(), Origin::Embedded).build().unwrap()
}

fn candidates() -> Candidates {
    Candidates::all(Arc::new(TagSet::new(&["a", "b", "c"])))
}

fn chosen(plugins: &Plugins) -> Result<Option<u32>, EvaluationError> {
    let call = PluginCall::new("policy", "{}");
    let choice = plugins.sandbox().select(&call, &candidates(), &Context::default());
    choice.map(|choice| choice.chosen)
}

/// The one entry of a cache, its key aside.
fn entry(cache: &Path) -> PathBuf {
    let files = fs::read_dir(cache).unwrap().map(|file| file.unwrap().path());
    let mut entries = files.filter(|file| file.file_name().unwrap() != "key");
    let entry = entries.next().expect("an entry");
    assert_eq!(entries.next(), None);
    entry
}

fn written(path: &Path) -> SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

#[test]
fn compiles_once_and_loads_what_it_compiled() {
    let home = tempfile::tempdir().unwrap();
    let cache = home.path().join("cache");
    assert_eq!(chosen(&plugins("second", options(Some(&cache)))).unwrap(), Some(1));
    let (entry, first) = (entry(&cache), written(&entry(&cache)));
    assert_eq!(chosen(&plugins("second", options(Some(&cache)))).unwrap(), Some(1));
    assert_eq!(written(&entry), first);
}

#[test]
fn compiled_code_that_was_tampered_with_is_never_loaded() {
    let home = tempfile::tempdir().unwrap();
    let cache = home.path().join("cache");
    assert_eq!(chosen(&plugins("second", options(Some(&cache)))).unwrap(), Some(1));
    let (entry, honest) = (entry(&cache), fs::read(entry(&cache)).unwrap());
    let mut tampered = honest.clone();
    let middle = tampered.len() / 2;
    tampered[middle] ^= 1;
    fs::write(&entry, &tampered).unwrap();
    assert_eq!(chosen(&plugins("second", options(Some(&cache)))).unwrap(), Some(1));
    assert_ne!(fs::read(&entry).unwrap(), tampered);
}

#[test]
fn one_components_code_does_not_pass_for_anothers() {
    let home = tempfile::tempdir().unwrap();
    let cache = home.path().join("cache");
    assert_eq!(chosen(&plugins("first", options(Some(&cache)))).unwrap(), Some(0));
    let first = entry(&cache);
    let code = fs::read(&first).unwrap();
    fs::remove_file(&first).unwrap();
    assert_eq!(chosen(&plugins("second", options(Some(&cache)))).unwrap(), Some(1));
    fs::write(entry(&cache), code).unwrap();
    assert_eq!(chosen(&plugins("second", options(Some(&cache)))).unwrap(), Some(1));
}

#[test]
fn nothing_is_compiled_before_it_is_called() {
    let home = tempfile::tempdir().unwrap();
    let cache = home.path().join("cache");
    let _idle = plugins("first", options(Some(&cache)));
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 1, "the key alone");
}

#[test]
fn does_without_a_cache() {
    assert_eq!(chosen(&plugins("first", options(None))).unwrap(), Some(0));
}

#[test]
fn a_cache_that_others_may_enter_stops_the_start() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let refused = Plugins::builder(options(Some(home.path()))).build();
    let error = refused.err().expect("refused");
    assert!(matches!(error, EngineError::Cache { .. }));
    assert!(error.to_string().contains("mode 700"), "{error}");
}

#[test]
fn a_later_plugin_takes_the_place_of_an_earlier_one() {
    let replaced = Plugins::builder(options(None))
        .add("policy", component("first").unwrap(), Origin::Embedded)
        .add("policy", component("second").unwrap(), Origin::File("second.wasm".into()))
        .build()
        .unwrap();
    assert_eq!(chosen(&replaced).unwrap(), Some(1));
    let info = replaced.sandbox().inspect("policy").unwrap();
    assert_eq!(info.origin.to_string(), "second.wasm");
}

#[test]
fn a_name_that_could_be_a_path_is_refused() {
    let builder = Plugins::builder(options(None));
    let refused = builder.add("../x", component("first").unwrap(), Origin::Embedded).build();
    assert!(matches!(refused.err(), Some(EngineError::Name(name)) if name == "../x"));
}

#[test]
fn nobody_waits_for_the_compiler_longer_than_allowed() {
    let limits = Limits { compile_deadline: Duration::ZERO, ..Limits::default() };
    let failure = chosen(&plugins("first", EngineOptions { limits, ..options(None) }));
    let Err(EvaluationError { failure: Failure::Load(reason), .. }) = failure else {
        panic!("{failure:?}")
    };
    assert!(reason.contains("did not compile within"), "{reason}");
}

#[test]
fn without_candidates_nothing_is_chosen() {
    let plugins = plugins("first", options(None));
    let call = PluginCall::new("policy", "{}");
    let none = Candidates::all(Arc::new(TagSet::default()));
    let choice = plugins.sandbox().select(&call, &none, &Context::default()).unwrap();
    assert_eq!(choice.chosen, None);
}

#[tokio::test]
async fn the_port_answers_many_at_once() {
    let plugins = plugins("second", options(None));
    let calls = (0..50).map(|_| {
        let plugins = plugins.clone();
        tokio::spawn(async move {
            let call = PluginCall::new("policy", "{}");
            plugins.select(&call, &candidates(), &Context::default()).await
        })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().unwrap().chosen, Some(1));
    }
}

#[tokio::test]
async fn the_port_goes_on_beside_a_guest_that_does_not() {
    let limits = Limits { deadline: Duration::from_millis(300), ..Limits::default() };
    let plugins = Plugins::builder(EngineOptions { limits, ..options(None) })
        .add("policy", component("second").unwrap(), Origin::Embedded)
        .add("endless", component("infinite-loop").unwrap(), Origin::Embedded)
        .build()
        .unwrap();
    let context = Context::default();
    let (endless, policy) = (PluginCall::new("endless", "{}"), PluginCall::new("policy", "{}"));
    let candidates = candidates();
    let (stuck, chosen) = tokio::join!(
        plugins.select(&endless, &candidates, &context),
        plugins.select(&policy, &candidates, &context),
    );
    assert!(matches!(stuck.unwrap_err().failure, Failure::Timeout(_)));
    assert_eq!(chosen.unwrap().chosen, Some(1));
}

#[test]
fn a_metered_engine_tells_what_an_evaluation_used() {
    let metered = plugins("second", EngineOptions { metered: true, ..options(None) });
    let mut used = Vec::new();
    for _ in 0..2 {
        assert_eq!(chosen(&metered).unwrap(), Some(1));
        used.push(metered.sandbox().usage().unwrap());
    }
    assert_eq!(used[0], used[1], "the same call takes the same");
    assert!(used[0].fuel > 0 && used[0].memory >= 64 << 10, "{used:?}");
    assert_eq!(plugins("second", options(None)).sandbox().usage(), None);
}
