//! What a remote says it has.

use std::sync::{Arc, Mutex, PoisonError};

use git2::{Oid, RemoteConnection};

/// The references of a remote at one moment.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    refs: Vec<(String, Oid)>,
    head: Option<String>,
}

impl Listing {
    /// The list a connection began with.
    pub fn of(connection: &RemoteConnection<'_, '_, '_>) -> Result<Self, git2::Error> {
        let heads = connection.list()?;
        let refs: Vec<_> = heads.iter().map(|head| (head.name().to_owned(), head.oid())).collect();
        if refs.is_empty() {
            return Ok(Self::default());
        }
        // A HEAD that points nowhere is no reason to read nothing else.
        let head = connection.default_branch().ok();
        let head = head.and_then(|name| name.as_str().ok().map(str::to_owned));
        Ok(Self { refs, head })
    }

    #[cfg(test)]
    pub fn from_refs(refs: Vec<(String, Oid)>) -> Self {
        Self { refs, head: None }
    }

    /// Where a reference is.
    pub fn tip(&self, name: &str) -> Option<Oid> {
        self.refs.iter().find(|(other, _)| other == name).map(|(_, id)| *id)
    }

    /// Names and commits, in the remote's order.
    pub fn refs(&self) -> impl Iterator<Item = (&str, Oid)> {
        self.refs.iter().map(|(name, id)| (name.as_str(), *id))
    }

    /// The short names below a prefix. The commit an annotated tag stands
    /// for, which is listed beside it, is not one of them.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.refs
            .iter()
            .filter_map(move |(name, _)| name.strip_prefix(prefix))
            .filter(|name| !name.ends_with("^{}"))
    }

    /// The branch that HEAD points to, in full.
    pub fn head(&self) -> Option<&str> {
        self.head.as_deref()
    }

    fn set(&mut self, name: &str, id: Oid) {
        match self.refs.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = id,
            None => self.refs.push((name.to_owned(), id)),
        }
    }
}

/// The list as it was last seen, until there is reason to doubt it.
#[derive(Clone, Debug, Default)]
pub struct Seen(Arc<Mutex<Option<Arc<Listing>>>>);

impl Seen {
    pub fn get(&self) -> Option<Arc<Listing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn put(&self, listing: Listing) -> Arc<Listing> {
        let listing = Arc::new(listing);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&listing));
        listing
    }

    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Notes where our own push moved a reference.
    pub fn moved(&self, name: &str, id: Oid) {
        if let Some(listing) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Arc::make_mut(listing).set(name, id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_of_ours_is_seen_without_asking() {
        let (one, two) = (Oid::from_bytes(&[1; 20]).unwrap(), Oid::from_bytes(&[2; 20]).unwrap());
        let seen = Seen::default();
        seen.moved("refs/heads/main", two);
        assert!(seen.get().is_none(), "there is no list to amend");
        seen.put(Listing::from_refs(vec![("refs/heads/main".into(), one)]));
        seen.moved("refs/heads/main", two);
        seen.moved("refs/heads/auto", one);
        let listing = seen.get().unwrap();
        assert_eq!(listing.tip("refs/heads/main"), Some(two));
        assert_eq!(listing.below("refs/heads/").collect::<Vec<_>>(), ["main", "auto"]);
    }

    #[test]
    fn a_peeled_tag_is_no_tag_of_its_own() {
        let id = Oid::from_bytes(&[1; 20]).unwrap();
        let refs = ["refs/tags/v1", "refs/tags/v1^{}"].map(|name| (name.to_owned(), id));
        let listing = Listing::from_refs(refs.to_vec());
        assert_eq!(listing.below("refs/tags/").collect::<Vec<_>>(), ["v1"]);
    }
}
