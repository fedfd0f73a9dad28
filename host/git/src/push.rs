//! Sending a commit to the remote.

mod local;
mod refspec;
mod report;

use std::cell::RefCell;

use git2::{Direction, Oid, PushOptions, RemoteCallbacks, Repository};
use tagwarden_reconcile::ports::{Commit, CommitRequest, GitErrorKind, Pushed};

use self::{refspec::Names, report::Report};
use crate::{
    endpoint::Address,
    failure::{Failure, quote},
    fetch::{Link, is_of_mirror},
    listing::Listing,
    reference,
    transport::{Call, CallError},
};

/// What a push starts from.
pub struct Push<'a> {
    pub link: &'a Link,
    pub repository: &'a Repository,
    /// The commit the snapshot showed.
    pub base: Oid,
    /// The branch it was opened from.
    pub opened: Option<&'a str>,
}

/// A branch, and where it must still be for a push to go ahead.
struct Lease<'a> {
    name: &'a str,
    at: Option<Oid>,
}

impl Push<'_> {
    pub fn run(&self, commit: &Commit, request: &CommitRequest) -> Result<Pushed, Failure> {
        let pushed = self.attempt(commit, request);
        if pushed.is_err() {
            // Whatever went wrong, the list may be why.
            self.link.seen.forget();
        }
        pushed
    }

    fn attempt(&self, commit: &Commit, request: &CommitRequest) -> Result<Pushed, Failure> {
        let id = Oid::from_str(&commit.id)?;
        let target = request.branch.as_deref().map(full_name).transpose()?;
        let own = self.opened.map(|branch| format!("refs/heads/{branch}"));
        let is_own = target == own;
        let lease = match target.as_deref() {
            None => None,
            Some(name) if is_own => Some(Lease { name, at: Some(self.base) }),
            Some(name) => Some(Lease { name, at: self.link.listing()?.tip(name) }),
        };
        if let Some(Lease { name, at: Some(head) }) = lease
            && !is_own
            && self.is_same_change(name, head, id)?
        {
            return Ok(Pushed::AlreadyThere { commit: head.to_string() });
        }
        if let Some(last) = self.pushed_last(request, id)? {
            return Ok(Pushed::AlreadyThere { commit: last.to_string() });
        }
        let staged = self.staged(lease.as_ref().filter(|_| is_own));
        let first = match staged {
            Some(_) => Some(local::waiting_as(id)),
            None => target.clone(),
        };
        let mut refspecs: Vec<_> =
            first.iter().map(|name| refspec::line(!is_own, id, name)).collect();
        refspecs.extend(self.extra(id, request, target.as_deref(), is_own)?);
        if refspecs.is_empty() {
            return Err(configuration("neither a branch nor a refspec to push to"));
        }
        let pushed = self.send(id, &refspecs, lease.as_ref(), request)?;
        if let (Pushed::Updated, Some((path, name))) = (&pushed, staged) {
            local::advance(path, name, self.base, id)?;
        }
        self.note(&pushed, target.as_deref(), request, id);
        Ok(pushed)
    }

    /// Remembers where the push left the remote.
    fn note(&self, pushed: &Pushed, target: Option<&str>, request: &CommitRequest, id: Oid) {
        if request.refspec.is_some() {
            self.link.seen.forget();
        }
        if let (Pushed::Updated, Some(name)) = (pushed, target) {
            self.link.seen.moved(name, id);
            // So that the next fetch builds on it; it does without as well.
            let _ = self.repository.reference(&reference::kept_as(name), id, true, "pushed");
        }
    }

    /// By path, a leased branch moves in a second step: see [`local`].
    fn staged<'l>(&self, lease: Option<&Lease<'l>>) -> Option<(&str, &'l str)> {
        match &self.link.endpoint.address {
            Address::Local(path) => lease.map(|lease| (path.as_str(), lease.name)),
            Address::Http(_) | Address::Ssh(_) => None,
        }
    }

    /// The request's own refspec, forced where its branch is.
    fn extra(
        &self,
        id: Oid,
        request: &CommitRequest,
        target: Option<&str>,
        is_own: bool,
    ) -> Result<Option<String>, Failure> {
        let names = Names { commit: id, base: self.base, target, opened: self.opened };
        let force = target.is_some() && !is_own;
        request.refspec.as_ref().map(|text| names.resolve(text, force)).transpose()
    }

    /// The commit that was pushed last, where it has the same change and goes where
    /// the remote does not say what is there: a forge takes it from there.
    fn pushed_last(&self, request: &CommitRequest, id: Oid) -> Result<Option<Oid>, Failure> {
        let (None, Some(refspec), Some(last)) = (&request.branch, &request.refspec, &request.last)
        else {
            return Ok(None);
        };
        let last = Oid::from_str(last)?;
        let is_listed = refspec::leads_to_a_branch(refspec);
        Ok((!is_listed && self.has_same_change(last, id)?).then_some(last))
    }

    /// Whether the other branch holds the very same change: the same tree on
    /// the same base. Its commit may differ in time and message.
    fn is_same_change(&self, name: &str, head: Oid, id: Oid) -> Result<bool, Failure> {
        if self.repository.find_commit(head).is_err() {
            let _lock = self.link.mirror.lock(self.link.endpoint.timeout)?;
            self.link.fetch_tip(self.repository, name)?;
        }
        self.has_same_change(head, id)
    }

    fn has_same_change(&self, head: Oid, id: Oid) -> Result<bool, Failure> {
        let ours = self.repository.find_commit(id)?;
        // Moved again meanwhile, or not a commit: then it is not ours.
        let Ok(theirs) = self.repository.find_commit(head) else {
            return Ok(false);
        };
        Ok(theirs.tree_id() == ours.tree_id() && parents(&theirs) == parents(&ours))
    }

    /// One conversation. The branch of the `lease` must still be where it was.
    fn send(
        &self,
        id: Oid,
        refspecs: &[String],
        lease: Option<&Lease<'_>>,
        request: &CommitRequest,
    ) -> Result<Pushed, Failure> {
        let report = RefCell::new(Report::default());
        let conversation = || {
            let mut remote = self.repository.remote_anonymous(self.link.endpoint.libgit2_url())?;
            let mut connection = remote.connect_auth(Direction::Push, None, None)?;
            if let Some(Lease { name, at }) = lease {
                let now = Listing::of(&connection)?.tip(name);
                if now == Some(id) {
                    return Ok(Ok(Pushed::AlreadyThere { commit: id.to_string() }));
                }
                if now != *at {
                    return Ok(Err(moved(name, now)));
                }
            }
            let mut callbacks = RemoteCallbacks::new();
            callbacks.push_update_reference(|name, status| {
                report.borrow_mut().status(name, status);
                Ok(())
            });
            callbacks.sideband_progress(|said| {
                report.borrow_mut().say(said);
                true
            });
            let lines: Vec<_> = request.options.iter().map(option).collect();
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            let mut options = PushOptions::new();
            options.remote_callbacks(callbacks).remote_push_options(&lines);
            connection.remote().push(refspecs, Some(&mut options))?;
            Ok(Ok(Pushed::Updated))
        };
        let result = Call::run(&self.link.endpoint, &self.link.keyring, conversation);
        let report = report.into_inner();
        match result {
            Ok(Ok(Pushed::Updated)) => report.judge().map(|()| Pushed::Updated),
            Ok(other) => other,
            Err(CallError::Libgit2(error)) => {
                // Of a local remote, the fault may be the remote's own.
                let failure = report.explain(&error);
                let is_remotes =
                    failure.kind != GitErrorKind::Other || !self.link.endpoint.can_be_shallow();
                if is_of_mirror(&error) && !is_remotes {
                    self.link.mirror.mark_damaged();
                    return Err(Failure::new(GitErrorKind::Damaged, failure.message));
                }
                Err(failure)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The parents a commit names. libgit2 hides those that a shallow mirror lacks.
fn parents(commit: &git2::Commit<'_>) -> Vec<Vec<u8>> {
    commit
        .raw_header_bytes()
        .split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"parent "))
        .map(<[u8]>::to_vec)
        .collect()
}

/// An option as `git push -o` takes it: some have no value.
fn option((key, value): (&String, &String)) -> String {
    match value.as_str() {
        "" => key.clone(),
        value => format!("{key}={value}"),
    }
}

fn moved(name: &str, head: Option<Oid>) -> Failure {
    let message = match head {
        Some(head) => format!("somebody pushed to {name} meanwhile: it is at {head}"),
        None => format!("somebody deleted {name} meanwhile"),
    };
    Failure::new(GitErrorKind::Rejected, message)
}

fn full_name(branch: &str) -> Result<String, Failure> {
    let name = format!("refs/heads/{branch}");
    if git2::Reference::is_valid_name(&name) {
        Ok(name)
    } else {
        Err(configuration(format!("`{}` is not a name for a branch", quote(branch))))
    }
}

fn configuration(message: impl Into<String>) -> Failure {
    Failure::new(GitErrorKind::Configuration, message)
}
