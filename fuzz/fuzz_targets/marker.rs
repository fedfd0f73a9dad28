//! Markers of any comment: one that is understood prints as a setter that
//! means the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tagwarden_core::marker::Marker;

fuzz_target!(|comment: &str| {
    if let Some(Ok(marker)) = Marker::of_comment(comment) {
        assert_eq!(marker.to_string().parse(), Ok(marker));
    }
    if let Ok(marker) = comment.parse::<Marker>() {
        assert_eq!(marker.to_string(), comment);
    }
});
