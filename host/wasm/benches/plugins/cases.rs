//! What the first-party plugins are asked, with tags as registries have them.

use std::sync::Arc;

use tagwarden_core::{
    lines::Lines,
    spec::PluginCall,
    tags::{Candidates, TagSet},
};
use tagwarden_sdk::{Context, Filter, FilterContext, Policy, Tags, load};

/// One plugin with settings, tags, and its native twin.
pub struct Case {
    pub name: &'static str,
    pub call: PluginCall,
    pub is_filter: bool,
    tag: fn(usize) -> String,
    native: fn(&str, &Tags),
}

impl Case {
    pub fn tags(&self, count: usize) -> Arc<TagSet> {
        let tags: Vec<String> = (0..count).map(self.tag).collect();
        Arc::new(TagSet::new(&tags))
    }

    pub fn candidates(&self, count: usize) -> Candidates {
        Candidates::all(self.tags(count))
    }

    /// Settings parsed and decision made, as in the sandbox but outside it.
    pub fn run_natively(&self, tags: &Tags) {
        (self.native)(&self.call.settings, tags);
    }
}

/// The tags as the native twin takes them.
pub fn native_tags(lines: &Lines) -> Tags {
    lines.iter().collect()
}

pub fn all() -> Vec<Case> {
    let call =
        |plugin: &str, settings: serde_json::Value| PluginCall::new(plugin, settings.to_string());
    vec![
        Case {
            name: "semver",
            call: call("semver", serde_json::json!({"range": ">=1.0.0 <20.0.0"})),
            is_filter: false,
            tag: version,
            native: |settings, tags| select::<tagwarden_plugin_semver::Semver>(settings, tags),
        },
        Case {
            name: "regex-filter + extract",
            call: call(
                "regex-filter",
                serde_json::json!({"pattern": "^main-[a-f0-9]{7}-(?P<ts>[0-9]+)$", "extract": "$ts"}),
            ),
            is_filter: true,
            tag: build,
            native: |settings, tags| {
                let filter = load::<tagwarden_plugin_regex_filter::RegexFilter>(settings);
                let filtered = filter.unwrap().apply(tags, &FilterContext::default()).unwrap();
                assert_eq!(filtered.kept().len(), tags.len());
            },
        },
        Case {
            name: "alphabetical",
            call: call("alphabetical", serde_json::json!({"order": "asc"})),
            is_filter: false,
            tag: date,
            native: |settings, tags| {
                select::<tagwarden_plugin_alphabetical::Alphabetical>(settings, tags);
            },
        },
        Case {
            name: "numerical",
            call: call("numerical", serde_json::json!({"order": "asc"})),
            is_filter: false,
            tag: timestamp,
            native: |settings, tags| {
                select::<tagwarden_plugin_numerical::Numerical>(settings, tags);
            },
        },
    ]
}

fn select<P: Policy>(settings: &str, tags: &Tags) {
    let selection = load::<P>(settings).unwrap().select(tags, &Context::default());
    assert!(selection.unwrap().chosen.is_some());
}

fn version(n: usize) -> String {
    let (major, minor, patch) = (n % 23, n / 23 % 61, n / 1_403);
    match n % 10 {
        0 => format!("v{major}.{minor}.{patch}-rc.{}", n % 7),
        1 => format!("v{major}.{minor}.{patch}"),
        _ => format!("{major}.{minor}.{patch}"),
    }
}

fn build(n: usize) -> String {
    format!("main-{:07x}-{}", n * 2_654_435_761 % 0x0fff_ffff, timestamp(n))
}

fn date(n: usize) -> String {
    format!("20{:02}.{:02}.{:02}-{n:06x}", n % 30, n % 12 + 1, n % 28 + 1)
}

fn timestamp(n: usize) -> String {
    (1_700_000_000 + n * 37).to_string()
}
