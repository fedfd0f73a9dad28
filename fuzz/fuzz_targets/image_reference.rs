//! Image references of any text: what is accepted prints as written, and its
//! full name means the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tagwarden_core::image::{ImageName, ImageReference};

fuzz_target!(|text: &str| {
    if let Ok(reference) = text.parse::<ImageReference>() {
        assert_eq!(reference.to_string(), text);
        if let Ok(full) = reference.name().parse::<ImageReference>() {
            assert_eq!(full.name(), reference.name());
        }
    }
    if let Ok(name) = text.parse::<ImageName>() {
        let reference: ImageReference = format!("{name}:1").parse().expect("a name takes a tag");
        assert_eq!(reference.repository(), name.repository());
        assert_eq!(reference.registry(), name.registry());
    }
});
