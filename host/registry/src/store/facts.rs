//! Facts of images, by digest: what was true once stays true.

use tagwarden_core::object::ObjectName;
use tagwarden_reconcile::ports::{ImageFacts, StoreError};

use super::{StateStore, frame::Kind};

/// The most bytes of facts that are kept of one image. Those with more, such as
/// labels with a whole file in them, are read again when wanted again.
const MAX_BYTES: usize = 32 << 10;

impl StateStore {
    /// What is known of the image that has the digest.
    pub(crate) fn facts(&self, digest: &str) -> Result<Option<ImageFacts>, StoreError> {
        let decode = |json: &[u8]| {
            let facts: ImageFacts = serde_json::from_slice(json).ok()?;
            (facts.digest == digest).then_some(facts)
        };
        self.decoded(Kind::Facts, &named(digest), decode)
    }

    /// Keeps what is known of an image.
    pub(crate) fn put_facts(&self, facts: &ImageFacts) -> Result<(), StoreError> {
        let json = serde_json::to_vec(facts).expect("facts are plain data");
        match json.len() > MAX_BYTES {
            true => Ok(()),
            false => self.put(Kind::Facts, &named(&facts.digest), &json),
        }
    }
}

/// Facts belong to no namespace.
fn named(digest: &str) -> ObjectName {
    ObjectName::new("", digest)
}

#[cfg(test)]
mod tests {
    use tagwarden_reconcile::ports::Store;

    use super::*;

    fn facts(digest: &str, label: &str) -> ImageFacts {
        let labels = [("a".to_owned(), label.to_owned())].into();
        ImageFacts { digest: digest.to_owned(), labels, ..ImageFacts::default() }
    }

    #[test]
    fn keeps_facts_by_digest_and_leaves_out_what_is_too_long() {
        let folder = tempfile::tempdir().unwrap();
        let store = StateStore::open(folder.path()).unwrap();
        store.put_facts(&facts("sha256:a", "x")).unwrap();
        store.put_facts(&facts("sha256:b", &"x".repeat(MAX_BYTES))).unwrap();
        assert_eq!(store.facts("sha256:a").unwrap(), Some(facts("sha256:a", "x")));
        assert_eq!(store.facts("sha256:b").unwrap(), None);
    }

    #[test]
    fn drops_a_quarter_of_the_facts_when_there_are_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let store = StateStore::open(folder.path()).unwrap();
        let digests: Vec<_> = (0..=10_000).map(|number| format!("sha256:{number:064x}")).collect();
        for digest in &digests {
            store.put_facts(&facts(digest, "x")).unwrap();
        }
        store.flush().unwrap();
        let kept = digests.iter().filter(|digest| store.facts(digest).unwrap().is_some()).count();
        assert_eq!(kept, 7_501);
    }
}
