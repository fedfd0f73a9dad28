//! What holds for every image reference.

use proptest::prelude::*;
use tagwarden_core::image::{ImageName, ImageReference};

proptest! {
    #[test]
    fn a_reference_prints_as_written_and_its_full_name_means_the_same(
        text in "([a-z0-9.:]{0,12}/)?[a-z0-9_./-]{0,12}(:[A-Za-z0-9_.-]{0,8})?(@sha256:[0-9a-f]{64})?"
    ) {
        if let Ok(reference) = text.parse::<ImageReference>() {
            prop_assert_eq!(reference.to_string(), text);
            // A path that starts with a slash does not survive the reference
            // implementation's own printing.
            if !reference.repository().starts_with('/') {
                let full: ImageReference = reference.name().parse().unwrap();
                prop_assert_eq!(full.name(), reference.name());
                prop_assert_eq!(full.scheme(), reference.scheme());
            }
        }
    }

    #[test]
    fn a_name_makes_a_reference_with_any_tag(text in "([a-z.:0-9]{0,12}/)?[a-z/.]{0,12}", tag in "[a-z0-9]{1,9}") {
        if let Ok(name) = text.parse::<ImageName>() {
            let reference: ImageReference = format!("{name}:{tag}").parse().unwrap();
            prop_assert_eq!(reference.registry(), name.registry());
            prop_assert_eq!(reference.repository(), name.repository());
            prop_assert_eq!(reference.identifier(), tag);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = text.parse::<ImageReference>();
        let _ = text.parse::<ImageName>();
    }
}
