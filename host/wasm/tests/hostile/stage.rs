//! One engine with every guest there is, as a process has it.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use tagwarden_core::{
    change::ChangeSet,
    object::ObjectName,
    spec::PluginCall,
    tags::{Candidates, TagSet},
};
use tagwarden_fixture_plugins::{component, core_module, names};
use tagwarden_reconcile::ports::{Choice, Context, Failure, MessageInput};
use tagwarden_wasm::{EngineOptions, Limits, Origin, Plugins};

/// Short, so that tests of endless guests end; long for a busy machine.
pub const DEADLINE: Duration = Duration::from_millis(500);

/// How much later than the deadline a call may end on a busy machine.
const SLACK: Duration = Duration::from_secs(5);

/// All guests, and some files that are no guests.
pub fn plugins() -> &'static Plugins {
    static PLUGINS: OnceLock<Plugins> = OnceLock::new();
    PLUGINS.get_or_init(|| {
        let options = EngineOptions {
            limits: Limits { deadline: DEADLINE, ..Limits::default() },
            // Tests run at once and share the pool.
            parallelism: 64,
            ..EngineOptions::default()
        };
        let mut builder = Plugins::builder(options);
        for name in names().unwrap() {
            builder = builder.add(&name, component(&name).unwrap(), Origin::Embedded);
        }
        let first = component("first").unwrap();
        let cut = first[..first.len() / 2].to_vec();
        builder
            .add("core-module", core_module("first").unwrap(), Origin::Embedded)
            .add("truncated", cut, Origin::Embedded)
            .add("giant", giant(first), Origin::Embedded)
            .add("script", &b"#!/bin/sh\necho hello\n"[..], Origin::Embedded)
            .build()
            .unwrap()
    })
}

/// A valid component with a custom section that makes it too large.
fn giant(mut component: Vec<u8>) -> Vec<u8> {
    const BYTES: usize = 65 << 20;
    component.push(0);
    // The section's size in LEB128, then its name, which is empty.
    let mut size = BYTES;
    while size >= 0x80 {
        component.push((size & 0x7f) as u8 | 0x80);
        size >>= 7;
    }
    component.push(size as u8);
    component.extend(std::iter::repeat_n(0, BYTES));
    component
}

fn call(plugin: &str) -> PluginCall {
    PluginCall::new(plugin, "{}")
}

pub fn tags() -> Arc<TagSet> {
    Arc::new(TagSet::new(&["a", "b", "c"]))
}

pub fn select(plugin: &str, explain: bool) -> Result<Choice, Failure> {
    let context = Context { explain, ..Context::default() };
    let candidates = Candidates::all(tags());
    let choice = plugins().sandbox().select(&call(plugin), &candidates, &context);
    choice.map_err(|error| error.failure)
}

/// How `plugin` fails to choose; afterwards another plugin still can.
pub fn failure(plugin: &str) -> Failure {
    let start = Instant::now();
    let failure = select(plugin, true).expect_err("the guest misbehaves");
    assert!(start.elapsed() < DEADLINE + SLACK, "{plugin} took {:?}", start.elapsed());
    assert_eq!(select("first", false).unwrap().chosen, Some(0));
    failure
}

/// How `plugin` fails to filter.
pub fn filter_failure(plugin: &str) -> Failure {
    let filtered = plugins().sandbox().filter(&call(plugin), &tags(), &Context::default());
    filtered.expect_err("the guest misbehaves").failure
}

pub fn message(plugin: &str) -> Result<String, Failure> {
    let input = MessageInput {
        automation: ObjectName::new("flux-system", "apps"),
        values: Default::default(),
        changes: ChangeSet::default(),
        images: Default::default(),
    };
    let message = plugins().sandbox().message(&call(plugin), &input);
    message.map_err(|error| error.failure)
}

/// What a plugin that could not be loaded was told.
pub fn refusal(plugin: &str) -> String {
    match failure(plugin) {
        Failure::Load(reason) => reason,
        other => panic!("{plugin}: {other:?}"),
    }
}

/// What is wrong with an answer.
pub fn complaint(failure: Failure) -> String {
    match failure {
        Failure::BadAnswer(complaint) => complaint,
        other => panic!("{other:?}"),
    }
}

/// The limit that was passed.
pub fn limit(plugin: &str) -> String {
    match failure(plugin) {
        Failure::Limit(limit) => limit,
        other => panic!("{plugin}: {other:?}"),
    }
}
