//! Lists that have not changed since they were read, for registries that say so.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use reqwest::header::{ETAG, HeaderMap, HeaderValue};
use tagwarden_core::tags::TagSet;
use url::Url;

use crate::auth::credential::Fingerprint;

/// The most bytes of tags that are kept for this.
const MAX_BYTES: usize = 16 << 20;

/// A list's address, and who asked.
type Key = (Url, Fingerprint);

/// Whole lists of one page, by the `ETag` that came with them. A list of many
/// pages is not kept: the tag of its first page says nothing of the others.
#[derive(Default)]
pub(crate) struct Lists {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    lists: HashMap<Key, (HeaderValue, Arc<TagSet>)>,
    bytes: usize,
}

impl Lists {
    /// What to send as `If-None-Match`, and the list that it stands for.
    pub fn get(&self, url: &Url, who: Fingerprint) -> Option<(HeaderValue, Arc<TagSet>)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.lists.get(&(url.clone(), who)).cloned()
    }

    /// Keeps a list of one page, if its answer had a tag.
    pub fn put(&self, url: Url, who: Fingerprint, headers: &HeaderMap, tags: &TagSet) {
        let Some(tag) = headers.get(ETAG) else { return };
        let size = size(tags);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + size > MAX_BYTES {
            *kept = Kept::default();
        }
        if size > MAX_BYTES {
            return;
        }
        kept.bytes += size;
        let before = kept.lists.insert((url, who), (tag.clone(), Arc::new(tags.clone())));
        kept.bytes -= before.map_or(0, |(_, tags)| self::size(&tags));
    }
}

fn size(tags: &TagSet) -> usize {
    tags.iter().map(|tag| tag.len() + size_of::<usize>()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_has_a_tag_within_bounds() {
        let lists = Lists::default();
        let url: Url = "https://r.example/v2/a/tags/list".parse().unwrap();
        let tags = TagSet::new(&["1.0.0"]);
        lists.put(url.clone(), [1; 32], &HeaderMap::new(), &tags);
        assert!(lists.get(&url, [1; 32]).is_none());
        let mut headers = HeaderMap::new();
        headers.insert(ETAG, HeaderValue::from_static("\"x\""));
        for _ in 0..3 {
            lists.put(url.clone(), [1; 32], &headers, &tags);
        }
        assert_eq!(*lists.get(&url, [1; 32]).unwrap().1, tags);
        assert!(lists.get(&url, [2; 32]).is_none(), "another credential may see another list");
        assert_eq!(lists.kept.lock().unwrap().bytes, size(&tags));
    }
}
