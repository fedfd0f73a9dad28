//! What a scan brought, as bytes: its state, which is read alone by those who
//! only count, and the tags behind it.

use tagwarden_core::tags::packed;
use tagwarden_reconcile::ports::{Listing, ScanState};

/// How the length of the state is written.
const LENGTH: usize = 4;

pub(super) fn encode(listing: &Listing) -> Vec<u8> {
    let state = serde_json::to_vec(&listing.state).expect("a scan's state is plain data");
    let length = u32::try_from(state.len()).expect("a scan's state is a few kilobytes");
    let tags = packed::pack(&listing.tags, &listing.first_seen);
    [&length.to_le_bytes(), state.as_slice(), tags.as_slice()].concat()
}

pub(super) fn decode(bytes: &[u8]) -> Option<Listing> {
    let (state, tags) = apart(bytes)?;
    let (tags, first_seen) = packed::unpack(tags)?;
    Some(Listing { tags: tags.into(), first_seen, state })
}

pub(super) fn decode_state(bytes: &[u8]) -> Option<ScanState> {
    Some(apart(bytes)?.0)
}

fn apart(bytes: &[u8]) -> Option<(ScanState, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (state, tags) = rest.split_at_checked(length)?;
    Some((serde_json::from_slice(state).ok()?, tags))
}
