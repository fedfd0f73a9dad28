//! A bound on what is in memory at once.

use tokio::sync::{Semaphore, SemaphorePermit};

/// How many tags may be held at once: some 100 MB while a registry is read.
const MAX_TAGS: u32 = 1_000_000;
/// How many an image is taken to have that was never scanned.
const UNKNOWN: u32 = 10_000;

/// Room for tags, shared by everything that one pass looks at: many short
/// lists fit side by side, a long one is looked at alone.
pub(crate) struct Room(Semaphore);

impl Room {
    pub fn new() -> Self {
        Self(Semaphore::new(MAX_TAGS as usize))
    }

    /// Waits until there is room for as many tags as the last scan met. What
    /// wants more than all there is gets all there is.
    pub async fn take(&self, expected: Option<u64>) -> SemaphorePermit<'_> {
        let wanted = match expected {
            None => UNKNOWN,
            Some(tags) => u32::try_from(tags).unwrap_or(MAX_TAGS).clamp(1, MAX_TAGS),
        };
        self.0.acquire_many(wanted).await.expect("the room is never closed")
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn short_lists_share_it_and_a_long_one_has_it_alone() {
        let room = Room::new();
        let short = [room.take(Some(400)), room.take(None)].map(FutureExt::now_or_never);
        assert!(short.iter().all(Option::is_some));
        assert!(room.take(Some(u64::MAX)).now_or_never().is_none());
        drop(short);
        let long = room.take(Some(u64::MAX)).now_or_never();
        assert!(long.is_some() && room.take(Some(1)).now_or_never().is_none());
    }
}
