//! Bringing a commit into the mirror.

use std::sync::Arc;

use git2::{
    AutotagOption, Commit, Direction, ErrorClass, FetchOptions, ObjectType, Oid, Remote, Repository,
};
use tagwarden_core::spec::GitReference;
use tagwarden_reconcile::ports::GitErrorKind;

use crate::{
    endpoint::Endpoint,
    failure::Failure,
    keyring::Keyring,
    listing::{Listing, Seen},
    mirror::{Lock, Mirror},
    reference::{self, Source, Wanted},
    transport::{Call, CallError},
};

/// libgit2's depth for a whole history, also in a shallow repository.
const WHOLE: i32 = i32::MAX;

/// Where the fault lies.
#[derive(Debug)]
pub enum Trouble {
    /// With the remote, or what was asked of it.
    Remote(Failure),
    /// Perhaps with the mirror: try once more with a new one.
    Mirror(git2::Error),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Remote(failure)
    }
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Libgit2(error) if is_of_mirror(&error) => Self::Mirror(error),
            error => Self::Remote(error.into()),
        }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Remote(failure) => failure,
            Trouble::Mirror(error) => error.into(),
        }
    }
}

/// A commit that is whole in the mirror.
pub struct Fetched {
    pub repository: Repository,
    pub commit: Oid,
    pub branch: Option<String>,
    /// Whether anything was fetched.
    pub has_grown: bool,
}

/// Everything one remote's operations need.
#[derive(Clone, Debug)]
pub struct Link {
    pub endpoint: Arc<Endpoint>,
    pub keyring: Arc<Keyring>,
    pub mirror: Mirror,
    /// What the remote said it has.
    pub seen: Seen,
}

impl Link {
    /// Asks the remote for the reference and fetches what the mirror lacks.
    /// A damaged mirror is replaced once.
    pub fn bring(&self, lock: &Lock, reference: &GitReference) -> Result<Fetched, Failure> {
        match self.try_bring(lock, reference) {
            Err(Trouble::Mirror(error)) => {
                tracing::warn!(git.url = %self.endpoint.shown, %error, "mirror is damaged: fetching anew");
                self.mirror.discard(lock)?;
                Ok(self.try_bring(lock, reference)?)
            }
            other => Ok(other?),
        }
    }

    fn try_bring(&self, lock: &Lock, reference: &GitReference) -> Result<Fetched, Trouble> {
        let repository = self.mirror.open(lock).map_err(Trouble::Mirror)?;
        let (wanted, has_grown) = self.fetch(&repository, reference)?;
        let commit = whole(&repository, wanted.id)?.id();
        Ok(Fetched { repository, commit, branch: wanted.branch, has_grown })
    }

    /// What the remote has, asked for once.
    pub fn listing(&self) -> Result<Arc<Listing>, Failure> {
        if let Some(listing) = self.seen.get() {
            return Ok(listing);
        }
        let listing = Call::run(&self.endpoint, &self.keyring, || {
            let mut remote = Remote::create_detached(self.endpoint.libgit2_url())?;
            let connection = remote.connect_auth(Direction::Fetch, None, None)?;
            Listing::of(&connection)
        })?;
        Ok(self.seen.put(listing))
    }

    /// Fetches the reference if it is not here; says whether it was not.
    fn fetch(
        &self,
        repository: &Repository,
        reference: &GitReference,
    ) -> Result<(Wanted, bool), Trouble> {
        if let Some(listing) = self.seen.get() {
            let wanted = reference::find(reference, &listing)?;
            if is_whole(repository, wanted.id) {
                return Ok((wanted, false));
            }
        }
        let (wanted, has_grown) = self.list_and_fetch(repository, reference)?;
        if !is_whole(repository, wanted.id)
            && let Source::Below(names) = &wanted.source
        {
            self.search(repository, wanted.id, names)?;
        }
        Ok((wanted, has_grown))
    }

    /// One conversation for both.
    fn list_and_fetch(
        &self,
        repository: &Repository,
        reference: &GitReference,
    ) -> Result<(Wanted, bool), Trouble> {
        let conversation = || {
            let mut remote = repository.remote_anonymous(self.endpoint.libgit2_url())?;
            let mut connection = remote.connect_auth(Direction::Fetch, None, None)?;
            let listing = self.seen.put(Listing::of(&connection)?);
            let wanted = match reference::find(reference, &listing) {
                Ok(wanted) => wanted,
                Err(failure) => return Ok(Err(Trouble::Remote(failure))),
            };
            let is_missing = !is_whole(repository, wanted.id);
            if is_missing {
                self.download(connection.remote(), &wanted)?;
            }
            Ok(Ok((wanted, is_missing)))
        };
        Call::run(&self.endpoint, &self.keyring, conversation).map_err(Trouble::from)?
    }

    fn download(&self, remote: &mut Remote<'_>, wanted: &Wanted) -> Result<(), git2::Error> {
        match &wanted.source {
            Source::Tip(name) => {
                fetch(remote, &[format!("+{name}:{}", reference::kept_as(name))], self.depth())
            }
            Source::Below(_) if self.endpoint.can_be_shallow() => {
                let id = wanted.id.to_string();
                let refspec = format!("+{id}:{}", reference::kept_as(&id));
                // Many servers refuse; then its branch has it.
                let _ = fetch(remote, &[refspec], 1);
                Ok(())
            }
            Source::Below(_) => Ok(()),
        }
    }

    /// Fetches whole branches for a commit somewhere in them.
    fn search(&self, repository: &Repository, id: Oid, names: &[String]) -> Result<(), Trouble> {
        let depth = if self.endpoint.can_be_shallow() { WHOLE } else { 0 };
        self.fetch_refs(repository, names, depth)?;
        if is_whole(repository, id) {
            return Ok(());
        }
        let below = match names {
            [name] => name.trim_start_matches("refs/heads/"),
            _ => "any branch",
        };
        Err(Trouble::Remote(Failure::new(
            GitErrorKind::NotFound,
            format!("the repository has no commit {id} on {below}"),
        )))
    }

    /// Fetches the tips of some references, whatever the mirror has.
    pub fn fetch_tip(&self, repository: &Repository, name: &str) -> Result<(), Failure> {
        Ok(self.fetch_refs(repository, &[name.to_owned()], self.depth())?)
    }

    /// Fetches the latest `depth` commits of a reference.
    pub fn deepen(&self, repository: &Repository, name: &str, depth: u32) -> Result<(), Failure> {
        let depth = i32::try_from(depth).unwrap_or(WHOLE);
        Ok(self.fetch_refs(repository, &[name.to_owned()], depth)?)
    }

    fn fetch_refs(
        &self,
        repository: &Repository,
        names: &[String],
        depth: i32,
    ) -> Result<(), Trouble> {
        let refspecs: Vec<_> =
            names.iter().map(|name| format!("+{name}:{}", reference::kept_as(name))).collect();
        let conversation = || {
            let mut remote = repository.remote_anonymous(self.endpoint.libgit2_url())?;
            fetch(&mut remote, &refspecs, depth)
        };
        Ok(Call::run(&self.endpoint, &self.keyring, conversation)?)
    }

    fn depth(&self) -> i32 {
        i32::from(self.endpoint.can_be_shallow())
    }
}

fn fetch(remote: &mut Remote<'_>, refspecs: &[String], depth: i32) -> Result<(), git2::Error> {
    let options = |depth| {
        let mut options = FetchOptions::new();
        options.depth(depth).download_tags(AutotagOption::None).update_fetchhead(false);
        options
    };
    match remote.fetch(refspecs, Some(&mut options(depth)), None) {
        // Rare servers cannot give less than a whole history.
        Err(error) if depth != 0 && error.message() == "server doesn't support shallow" => {
            remote.fetch(refspecs, Some(&mut options(0)), None)
        }
        result => result,
    }
}

/// A pack arrives whole or not at all, so a commit with its tree is enough.
fn is_whole(repository: &Repository, id: Oid) -> bool {
    whole(repository, id).is_ok()
}

fn whole(repository: &Repository, id: Oid) -> Result<Commit<'_>, Trouble> {
    let object = repository.find_object(id, None).map_err(Trouble::Mirror)?;
    let commit = match object.kind() {
        Some(ObjectType::Commit | ObjectType::Tag) => object.peel_to_commit().ok(),
        _ => None,
    };
    let commit = commit.ok_or_else(|| {
        Trouble::Remote(Failure::new(GitErrorKind::NotFound, format!("{id} is not a commit")))
    })?;
    commit.tree().map_err(Trouble::Mirror)?;
    Ok(commit)
}

/// Whether an error of libgit2 can come from what is on our disk.
pub fn is_of_mirror(error: &git2::Error) -> bool {
    !matches!(
        error.class(),
        ErrorClass::Net
            | ErrorClass::Http
            | ErrorClass::Ssl
            | ErrorClass::Ssh
            | ErrorClass::Callback
    )
}
