//! What earlier commits made of files.

use git2::{Commit, Oid, Repository, Tree};
use tagwarden_core::spec::Author;
use tagwarden_reconcile::ports::Past;

use super::Stop;
use crate::fetch::Link;

/// A look through the latest commits of a branch.
pub struct Search<'a> {
    pub author: &'a Author,
    pub files: &'a [String],
    pub depth: u32,
    pub file_limit: u64,
}

impl Search<'_> {
    /// What the author's commits made of the files, the oldest first.
    pub fn run(&self, link: &Link, base: Oid, branch: Option<&str>) -> Result<Vec<Past>, Stop> {
        let repository = self.deepened(link, branch)?;
        let mut walk = repository.revwalk()?;
        walk.push(base)?;
        let mut past = Vec::new();
        for id in walk.take(self.depth as usize) {
            let commit = repository.find_commit(id?)?;
            if self.is_theirs(&commit) {
                past.extend(self.made(&repository, &commit)?);
            }
        }
        past.reverse();
        Ok(past)
    }

    /// The mirror with as much history as is wanted. It is opened anew: an open
    /// repository goes on by where its history was cut off.
    fn deepened(&self, link: &Link, branch: Option<&str>) -> Result<Repository, Stop> {
        let lock = link.mirror.lock(link.endpoint.timeout)?;
        let repository = link.mirror.open(&lock)?;
        let Some(branch) = branch.filter(|_| link.endpoint.can_be_shallow()) else {
            return Ok(repository);
        };
        // One more, for the last one's parent.
        let depth = self.depth.saturating_add(1);
        link.deepen(&repository, &format!("refs/heads/{branch}"), depth)?;
        drop(repository);
        Ok(link.mirror.open(&lock)?)
    }

    fn is_theirs(&self, commit: &Commit<'_>) -> bool {
        let author = commit.author();
        author.name_bytes() == self.author.name.as_bytes()
            && author.email_bytes() == self.author.email.as_bytes()
    }

    /// What a commit made of each file; nothing where its parent is not here.
    fn made(&self, repository: &Repository, commit: &Commit<'_>) -> Result<Vec<Past>, Stop> {
        let Ok(parent) = commit.parent(0) else {
            return Ok(Vec::new());
        };
        let (before, after) = (parent.tree()?, commit.tree()?);
        let made = |file: &String| {
            let before = self.content(repository, &before, file)?;
            let after = self.content(repository, &after, file)?;
            (before != after).then(|| Past { file: file.clone(), before, after })
        };
        Ok(self.files.iter().filter_map(made).collect())
    }

    fn content(&self, repository: &Repository, tree: &Tree<'_>, file: &str) -> Option<Vec<u8>> {
        let entry = tree.get_path(file.as_ref()).ok()?;
        let (size, _) = repository.odb().ok()?.read_header(entry.id()).ok()?;
        let blob = (size as u64 <= self.file_limit).then(|| repository.find_blob(entry.id()).ok());
        Some(blob??.content().to_vec())
    }
}
