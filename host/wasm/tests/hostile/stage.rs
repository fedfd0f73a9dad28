//! One engine with every guest there is, as a process has it.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use tagwarden_core::{
    change::ChangeSet,
    object::ObjectName,
    spec::{Grant, PluginCall, PluginLimits},
    tags::{Candidates, TagSet},
};
use tagwarden_fixture_plugins::{component, core_module, names};
use tagwarden_reconcile::ports::{Choice, Context, Failure, MessageInput, Metadata};
use tagwarden_wasm::{EngineOptions, Limits, Origin, Plugins};

/// Short, so that tests of endless guests end; long for a busy machine.
pub const DEADLINE: Duration = Duration::from_millis(500);

/// What one guest's own limits allow.
pub const OWN_DEADLINE: Duration = Duration::from_millis(100);

/// How much later than the deadline a call may end on a busy machine.
const SLACK: Duration = Duration::from_secs(5);

/// All guests, and some files that are no guests.
pub fn plugins() -> &'static Plugins {
    static PLUGINS: OnceLock<Plugins> = OnceLock::new();
    PLUGINS.get_or_init(|| {
        let options = EngineOptions {
            limits: Limits {
                deadline: DEADLINE,
                lookup_deadline: Duration::from_secs(2),
                ..Limits::default()
            },
            // Tests run at once and share the pool.
            parallelism: 64,
            ..EngineOptions::default()
        };
        let mut builder = Plugins::builder(options);
        for name in names().unwrap() {
            let granted = format!("granted-{name}");
            let bytes = component(&name).unwrap();
            builder = builder.add(&name, bytes.clone(), Origin::Embedded);
            builder = builder.add(&granted, bytes, Origin::Embedded).grant(granted, Grant::ALL);
        }
        for (name, limits) in own_limits() {
            let bytes = component(name).unwrap();
            let limited = format!("limited-{name}");
            builder = builder.add(&limited, bytes, Origin::Embedded).limit(limited, limits);
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

/// Guests that are given limits of their own, in vain where those are larger.
fn own_limits() -> [(&'static str, PluginLimits); 4] {
    let limits = |deadline, memory| PluginLimits {
        deadline: Some(deadline),
        memory: Some(memory),
        ..PluginLimits::default()
    };
    [
        ("infinite-loop", limits(OWN_DEADLINE, 1 << 30)),
        ("memory-bomb", limits(10 * DEADLINE, 2 << 20)),
        ("start-loop", limits(10 * DEADLINE, 1 << 30)),
        ("many-memories", limits(10 * DEADLINE, 1 << 30)),
    ]
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
    select_from(plugin, tags(), &Context { explain, ..Context::default() })
}

/// Asks with somebody to ask about images.
pub fn select_with(plugin: &str, metadata: Arc<dyn Metadata>) -> Result<Choice, Failure> {
    let tags: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let context = Context { metadata: Some(metadata), ..Context::default() };
    select_from(plugin, Arc::new(TagSet::new(&tags)), &context)
}

pub fn select_from(plugin: &str, tags: Arc<TagSet>, context: &Context) -> Result<Choice, Failure> {
    let candidates = Candidates::all(tags);
    let choice = plugins().sandbox().select(&call(plugin), &candidates, context);
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
    limit_of(&failure(plugin)).to_owned()
}

/// The limit that a failure is about.
pub fn limit_of(failure: &Failure) -> &str {
    match failure {
        Failure::Limit(limit) => limit,
        other => panic!("{other:?}"),
    }
}
