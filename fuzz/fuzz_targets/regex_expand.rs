//! Any pattern, any template, any tags: nothing panics, asking for groups does not
//! change what matches, and a group is a part of its tag.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tagwarden_plugin_regex_filter::{RegexFilter, Settings};
use tagwarden_sdk::{Filter, FilterContext, Filtered, Plugin, Tags};

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let pattern = lines.next().unwrap_or_default();
    let template = lines.next().unwrap_or_default();
    let tags: Vec<&str> = lines.collect();
    let Some(plain) = filtered(pattern, "", &tags) else {
        assert!(filtered(pattern, "$0", &tags).is_none());
        return;
    };
    for extract in ["$0", "$1", template] {
        // A pattern may be too large only with its groups.
        let Some(keyed) = filtered(pattern, extract, &tags) else {
            continue;
        };
        assert_eq!(plain.kept(), keyed.kept(), "{pattern:?} with {extract:?}");
        if extract != template {
            let keys = keyed.keys().unwrap_or_default();
            let kept = keyed.kept().iter().map(|index| tags[*index as usize]);
            assert!(kept.zip(keys).all(|(tag, key)| tag.contains(key)));
        }
    }
});

fn filtered(pattern: &str, extract: &str, tags: &[&str]) -> Option<Filtered> {
    let settings = Settings {
        pattern: pattern.to_owned(),
        extract: extract.to_owned(),
        ..Settings::default()
    };
    let filter = RegexFilter::new(settings).ok()?;
    let view: Tags = tags.iter().copied().collect();
    filter.apply(&view, &FilterContext::default()).ok()
}
