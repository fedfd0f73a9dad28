//! Lists of tags as they are read from the disk: whatever is there, it is a
//! list that packs to the same list again, or none.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tagwarden_core::tags::{FirstSeen, TagSet, packed};

fuzz_target!(|data: &[u8]| {
    // As it lies on the disk: compressed.
    if let Some((tags, seen)) = packed::unpack(data) {
        same_again(&tags, &seen);
    }
    // What is inside, which a mutated compressed text hardly ever reaches.
    if let Some((tags, seen)) = packed::read(data) {
        same_again(&tags, &seen);
    }
    // Any tags there are come back.
    if let Ok(text) = std::str::from_utf8(data) {
        let tags: Vec<_> = text.split('\n').filter(|t| tagwarden_core::tags::is_tag(t)).collect();
        let tags = TagSet::new(&tags);
        let seen = FirstSeen::all(tags.len(), data.len() as u64);
        assert_eq!(packed::unpack(&packed::pack(&tags, &seen)), Some((tags, seen)));
    }
});

fn same_again(tags: &TagSet, seen: &FirstSeen) {
    assert_eq!(tags.len(), seen.len());
    let (tags_again, seen_again) = packed::unpack(&packed::pack(tags, seen)).expect("it was packed");
    assert_eq!((&tags_again, &seen_again), (tags, seen));
}
