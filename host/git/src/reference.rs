//! From what was asked for to a commit of the remote.

use git2::Oid;
use sha2::{Digest, Sha256};
use tagwarden_core::spec::GitReference;
use tagwarden_reconcile::ports::GitErrorKind;

use crate::{
    failure::{Failure, quote},
    listing::Listing,
};

/// What to have in the mirror.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The object the remote says it is: a commit, or a tag of one.
    pub id: Oid,
    /// How to fetch it.
    pub source: Source,
    /// The branch it stands for.
    pub branch: Option<String>,
}

/// Where the remote keeps an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// At the tip of a reference.
    Tip(String),
    /// Somewhere below the tips of these references.
    Below(Vec<String>),
}

/// Finds the reference among those the remote listed.
pub fn find(reference: &GitReference, listing: &Listing) -> Result<Wanted, Failure> {
    match reference {
        GitReference::Branch(name) => {
            tip(listing, &format!("refs/heads/{name}"), Some(name), &format!("no branch `{name}`"))
        }
        GitReference::Tag(name) => {
            tip(listing, &format!("refs/tags/{name}"), None, &format!("no tag `{name}`"))
        }
        GitReference::Name(name) => {
            tip(listing, name, name.strip_prefix("refs/heads/"), &format!("no reference `{name}`"))
        }
        GitReference::Commit { id, branch } => commit(listing, id, branch.as_deref()),
        GitReference::Semver(range) => Err(Failure::new(
            GitErrorKind::Configuration,
            format!("the range `{range}` was not resolved to a tag"),
        )),
    }
}

fn tip(
    listing: &Listing,
    name: &str,
    branch: Option<&str>,
    missing: &str,
) -> Result<Wanted, Failure> {
    let id = listing.tip(name).ok_or_else(|| absent(listing, missing))?;
    Ok(Wanted { id, source: Source::Tip(name.to_owned()), branch: branch.map(str::to_owned) })
}

fn commit(listing: &Listing, id: &str, branch: Option<&str>) -> Result<Wanted, Failure> {
    let oid = Oid::from_str(id).ok().filter(|_| id.len() == 40).ok_or_else(|| {
        Failure::new(
            GitErrorKind::Configuration,
            format!("`{}` is not a full commit id (40 hex digits)", quote(id)),
        )
    })?;
    let of_branch = branch.map(|name| format!("refs/heads/{name}"));
    let is_candidate = |(name, _): &(&str, Oid)| match &of_branch {
        Some(wanted) => name == wanted,
        None => name.starts_with("refs/heads/"),
    };
    let candidates: Vec<_> = listing.refs().filter(is_candidate).collect();
    if candidates.is_empty() {
        let missing = branch.map_or("no branches".to_owned(), |name| format!("no branch `{name}`"));
        return Err(absent(listing, &missing));
    }
    let source = match candidates.iter().find(|(_, id)| *id == oid) {
        Some((name, _)) => Source::Tip((*name).to_owned()),
        None => Source::Below(candidates.iter().map(|(name, _)| (*name).to_owned()).collect()),
    };
    Ok(Wanted { id: oid, source, branch: branch.map(str::to_owned) })
}

/// Says what is missing, and what there is.
fn absent(listing: &Listing, missing: &str) -> Failure {
    let mut branches: Vec<_> = listing.below("refs/heads/").map(quote).collect();
    let there = match branches.len() {
        0 => "it is empty".to_owned(),
        1..=5 => format!("its branches: {}", branches.join(", ")),
        count => {
            branches.truncate(5);
            format!("its {count} branches: {}, …", branches.join(", "))
        }
    };
    Failure::new(GitErrorKind::NotFound, format!("the repository has {missing}; {there}"))
}

/// Where the mirror keeps a reference of the remote. Hashed, for a remote may
/// replace a branch `a` by a branch `a/b`, which cannot stand side by side.
pub fn kept_as(name: &str) -> String {
    let digest = Sha256::digest(name.as_bytes());
    let hex: String = digest.iter().take(16).map(|b| format!("{b:02x}")).collect();
    format!("refs/tagwarden/{hex}")
}
