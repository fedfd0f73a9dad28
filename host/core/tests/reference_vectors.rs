//! Image references, against the reference implementation's answers.

use serde_json::Value;
use tagwarden_core::image::ImageReference;

#[test]
fn every_reference_is_read_as_the_reference_implementation_reads_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/reference.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    for line in text.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let written = vector["ref"].as_str().unwrap();
        let expected = vector["parsed"].as_object();
        let found = written.parse::<ImageReference>().ok();
        assert_eq!(found.is_some(), expected.is_some(), "{written}");
        let (Some(found), Some(expected)) = (found, expected) else { continue };
        assert_eq!(found.identifier(), expected["identifier"], "{written}");
        assert_eq!(found.name(), expected["name"].as_str().unwrap(), "{written}");
        assert_eq!(found.registry(), expected["registry"], "{written}");
        assert_eq!(found.repository(), expected["repository"], "{written}");
        assert_eq!(found.scheme().to_string(), expected["scheme"].as_str().unwrap(), "{written}");
        assert_eq!(found.to_string(), expected["string"].as_str().unwrap(), "{written}");
    }
}
