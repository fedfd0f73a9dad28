//! Whatever guests do, again and again, the host stays as large as it was.

#![expect(clippy::unwrap_used, reason = "what sets a test up may panic as the test may")]

use std::{fs, sync::Arc, time::Duration};

use tagwarden_core::{
    spec::{Grant, PluginCall},
    tags::{Candidates, TagSet},
};
use tagwarden_fixture_plugins::component;
use tagwarden_reconcile::ports::Context;
use tagwarden_wasm::{EngineOptions, Limits, Origin, Plugins};

/// Those that take what they can get; none of them needs its whole deadline.
const GREEDY: &[&str] = &[
    "memory-bomb",
    "many-memories",
    "table-growth",
    "handle-growth",
    "log-flood",
    "log-bomb",
    "large-answer",
    "huge-answer",
    "many-rejections",
    "stack-overflow",
    "wasi-flood",
    "wasi-hoard",
    "wasi-random-bomb",
];

/// How much larger the process may be in the end: what one guest may have, and
/// the allocator's own.
const GROWTH_KIB: u64 = 96 << 10;

#[test]
fn hostile_guests_do_not_make_the_host_grow() {
    let limits = Limits { deadline: Duration::from_secs(2), ..Limits::default() };
    let options = EngineOptions { limits, parallelism: 2, ..EngineOptions::default() };
    let mut builder = Plugins::builder(options);
    for guest in GREEDY {
        let bytes = component(guest).unwrap();
        builder = builder.add(*guest, bytes, Origin::Embedded).grant(*guest, Grant::ALL);
    }
    let plugins = builder.build().unwrap();
    let round = || {
        for guest in GREEDY {
            let candidates = Candidates::all(Arc::new(TagSet::new(&["a", "b"])));
            let (call, context) = (PluginCall::new(*guest, "{}"), Context::default());
            assert!(plugins.sandbox().select(&call, &candidates, &context).is_err(), "{guest}");
        }
    };
    round();
    let before = resident_kib();
    for _ in 0..5 {
        round();
    }
    let after = resident_kib();
    assert!(after < before + GROWTH_KIB, "{before} KiB grew to {after} KiB");
}

fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
