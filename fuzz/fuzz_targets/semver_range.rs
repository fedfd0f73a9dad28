//! Any range, any tags: nothing panics, the greatest of the tags in range is
//! chosen, and a range that is one version admits it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tagwarden_plugin_semver::{Range, Semver, Settings, Version};
use tagwarden_sdk::{Context, Plugin, Policy, Tags};

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let range = lines.next().unwrap_or_default().to_owned();
    let tags: Vec<&str> = lines.collect();
    for tag in &tags {
        if let (Some(version), Ok(range)) = (Version::parse(tag), Range::parse(tag)) {
            assert_eq!(range.check(version), Ok(()), "{tag}");
        }
    }
    let Ok(parsed) = Range::parse(&range) else {
        return;
    };
    let Ok(policy) = Semver::new(Settings { range }) else {
        panic!("a range that parses is a setting");
    };
    let view: Tags = tags.iter().copied().collect();
    let selection = policy.select(&view, &Context::default());
    let Ok(selection) = selection else {
        panic!("every list of tags gives a selection");
    };
    let versions = tags.iter().filter_map(|tag| Version::parse(tag));
    let greatest = versions.filter(|version| parsed.check(*version).is_ok()).max();
    let chosen = selection.chosen.and_then(|index| Version::parse(tags[index as usize]));
    assert_eq!(chosen, greatest);
});
