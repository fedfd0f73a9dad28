//! Entries that cannot be mistaken: version, length and checksum around each.

use sha2::{Digest, Sha256};
use tagwarden_core::object::ObjectName;

/// Entries of another version are not read.
const VERSION: u8 = 2;
const LENGTH: usize = 8;
const CHECKSUM: usize = 32;
const HEADER: usize = 1 + LENGTH + CHECKSUM;

/// What an entry is; part of its checksum, as is whose it is, so that an
/// entry in another's place is as good as damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Listing,
    Policy,
    Proposals,
    Facts,
    Trouble,
    Automation,
}

/// Frames a payload.
pub(super) fn seal(kind: Kind, name: &ObjectName, payload: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(HEADER + payload.len());
    framed.push(VERSION);
    framed.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    framed.extend_from_slice(&checksum(kind, name, payload));
    framed.extend_from_slice(payload);
    framed
}

/// The payload, if the entry is whole and the right one.
pub(super) fn open<'a>(kind: Kind, name: &ObjectName, framed: &'a [u8]) -> Option<&'a [u8]> {
    let (header, payload) = framed.split_at_checked(HEADER)?;
    let (version, rest) = header.split_first()?;
    let (length, sum) = rest.split_at_checked(LENGTH)?;
    let whole = *version == VERSION
        && length == (payload.len() as u64).to_le_bytes()
        && sum == checksum(kind, name, payload);
    whole.then_some(payload)
}

fn checksum(kind: Kind, name: &ObjectName, payload: &[u8]) -> [u8; CHECKSUM] {
    let mut hash = Sha256::new();
    hash.update([VERSION, kind as u8]);
    for part in [&name.namespace, &name.name] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.update(payload);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> ObjectName {
        ObjectName::new("ns", "a")
    }

    #[test]
    fn gives_back_what_it_sealed() {
        for payload in [&b""[..], b"x", &[0; 1000]] {
            assert_eq!(
                open(Kind::Listing, &name(), &seal(Kind::Listing, &name(), payload)),
                Some(payload)
            );
        }
    }

    #[test]
    fn finds_every_flipped_bit_and_every_cut() {
        let framed = seal(Kind::Listing, &name(), b"payload");
        for bit in 0..framed.len() * 8 {
            let mut damaged = framed.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(Kind::Listing, &name(), &damaged), None, "bit {bit}");
        }
        for length in 0..framed.len() {
            assert_eq!(open(Kind::Listing, &name(), &framed[..length]), None, "cut at {length}");
        }
    }

    #[test]
    fn an_entry_in_anothers_place_is_damaged() {
        let framed = seal(Kind::Listing, &name(), b"x");
        assert_eq!(open(Kind::Policy, &name(), &framed), None);
        assert_eq!(open(Kind::Listing, &ObjectName::new("n", "sa"), &framed), None);
    }
}
