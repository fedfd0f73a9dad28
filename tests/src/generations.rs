//! What `store-writer` writes: each entry says of which generation it is, so
//! that what is read back after a crash can be told from anything else.

use fastrand::Rng;
use tagwarden_core::{
    object::ObjectName,
    selection::Selection,
    tags::{Difference, FirstSeen, TagSet},
};
use tagwarden_reconcile::ports::{Listing, PolicyState, ScanState};

/// How many repositories and policies there are.
pub const OBJECTS: u64 = 20;
/// How many tags each repository has.
const TAGS: usize = 150;

/// The object whose turn it is, and the generation that is written of it.
#[must_use]
pub fn turn(number: u64) -> (u64, u64) {
    (number % OBJECTS, number / OBJECTS + 1)
}

/// The generation of an object that was written last before a turn; 0 for none.
#[must_use]
pub fn before(object: u64, turn: u64) -> u64 {
    (turn + OBJECTS - 1 - object) / OBJECTS
}

/// The name of a repository, and of its policy.
#[must_use]
pub fn name(object: u64) -> ObjectName {
    ObjectName::new("flux-system", format!("app-{object}"))
}

/// The list of a repository, as it is in a generation.
#[must_use]
pub fn listing(object: u64, generation: u64) -> Listing {
    let mut random = Rng::with_seed(object << 32 | generation);
    // Random enough to fill a few pages in spite of compression.
    let tags: Vec<_> =
        (0..TAGS).map(|_| format!("1.{}-{:x}", generation, random.u64(..))).collect();
    let tags = TagSet::new(&tags);
    Listing {
        first_seen: (0..tags.len())
            .map(|_| (1, random.u64(..generation + 2)))
            .collect::<FirstSeen>(),
        state: ScanState {
            image: format!("r.example/app-{object}"),
            fingerprint: generation.to_string(),
            scanned_at: generation,
            listed: tags.len() as u64,
            tags: tags.len() as u64,
            changed_at: generation,
            difference: Difference::between(&TagSet::default(), &tags),
        },
        tags: tags.into(),
    }
}

/// What a policy selected in a generation.
#[must_use]
pub fn policy(object: u64, generation: u64) -> PolicyState {
    PolicyState {
        selection: Selection {
            image: format!("r.example/app-{object}"),
            tag: format!("1.{generation}"),
            key: format!("1.{generation}"),
            digest: None,
        },
        previous: None,
        selected_at: generation,
        fingerprint: object.to_string(),
        digest_at: None,
        moved: None,
        guarded: Vec::new(),
    }
}
