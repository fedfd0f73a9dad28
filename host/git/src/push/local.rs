//! Pushing to a path.
//!
//! libgit2 overwrites a reference of a local repository without looking at it
//! again. So the objects go there under a name of our own first, and the
//! branch then moves only from where we saw it.

use git2::{ErrorCode, Oid, Repository};

use super::moved;
use crate::failure::Failure;

/// The name under which a commit waits in the remote.
pub fn waiting_as(id: Oid) -> String {
    format!("refs/tagwarden/incoming/{id}")
}

/// Moves the branch `name` from `base` to `id`, or says who moved it.
pub fn advance(path: &str, name: &str, base: Oid, id: Oid) -> Result<(), Failure> {
    let remote = Repository::open(path)?;
    let advanced = remote.reference_matching(name, id, true, base, "push");
    // Left behind, it only keeps the commit from being collected.
    let _ = remote.find_reference(&waiting_as(id)).and_then(|mut waiting| waiting.delete());
    match advanced {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.code(), ErrorCode::Modified | ErrorCode::Locked) => {
            Err(moved(name, remote.refname_to_id(name).ok()))
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use git2::Signature;
    use tagwarden_reconcile::ports::GitErrorKind;

    use super::*;

    #[test]
    fn a_branch_moves_only_from_where_it_was_seen() {
        let folder = tempfile::tempdir().unwrap();
        let remote = Repository::init_bare(folder.path()).unwrap();
        let author = Signature::now("a", "a@b").unwrap();
        let tree = remote.treebuilder(None).unwrap().write().unwrap();
        let tree = remote.find_tree(tree).unwrap();
        let commit = |message| remote.commit(None, &author, &author, message, &tree, &[]).unwrap();
        let (first, second, third) = (commit("1"), commit("2"), commit("3"));
        let name = "refs/heads/main";
        remote.reference(name, first, false, "").unwrap();
        let path = folder.path().to_str().unwrap();

        remote.reference(&waiting_as(second), second, false, "").unwrap();
        advance(path, name, first, second).unwrap();
        assert_eq!(remote.refname_to_id(name).unwrap(), second);
        assert!(remote.find_reference(&waiting_as(second)).is_err());

        let failure = advance(path, name, first, third).unwrap_err();
        assert_eq!(failure.kind, GitErrorKind::Rejected);
        assert_eq!(remote.refname_to_id(name).unwrap(), second);
    }
}
