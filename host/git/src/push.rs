//! Sending a commit to the remote.

mod local;
mod refspec;
mod report;

use std::cell::RefCell;

use git2::{Direction, Oid, PushOptions, RemoteCallbacks, RemoteHead, Repository};
use tagwarden_reconcile::ports::{Commit, CommitRequest, GitErrorKind, Pushed};

use self::{refspec::Names, report::Report};
use crate::{
    endpoint::Address,
    failure::{Failure, quote},
    fetch::{Link, is_of_mirror},
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

impl Push<'_> {
    pub fn run(&self, commit: &Commit, request: &CommitRequest) -> Result<Pushed, Failure> {
        let id = Oid::from_str(&commit.id)?;
        let target = request.branch.as_deref().map(full_name).transpose()?;
        let own = self.opened.map(|branch| format!("refs/heads/{branch}"));
        let is_own = target == own;
        if let Some(name) = target.as_deref().filter(|_| !is_own)
            && let Some(pushed) = self.already_there(name, id)?
        {
            return Ok(pushed);
        }
        let lease = target.as_deref().filter(|_| is_own);
        let staged = self.staged(lease);
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
        let pushed = self.send(id, &refspecs, lease, request)?;
        if let (Pushed::Updated, Some((path, name))) = (&pushed, staged) {
            local::advance(path, name, self.base, id)?;
        }
        if let (Pushed::Updated, Some(name)) = (&pushed, &target) {
            // So that the next fetch builds on it; it does without as well.
            let _ = self.repository.reference(&reference::kept_as(name), id, true, "pushed");
        }
        Ok(pushed)
    }

    /// By path, a leased branch moves in a second step: see [`local`].
    fn staged<'l>(&self, lease: Option<&'l str>) -> Option<(&str, &'l str)> {
        match &self.link.endpoint.address {
            Address::Local(path) => lease.map(|name| (path.as_str(), name)),
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

    /// Whether the other branch holds the very same change: the same tree on
    /// the same base. Its commit may differ in time and message.
    fn already_there(&self, name: &str, id: Oid) -> Result<Option<Pushed>, Failure> {
        let head = Call::run(&self.link.endpoint, &self.link.home, || {
            let mut remote = self.repository.remote_anonymous(self.link.endpoint.libgit2_url())?;
            let connection = remote.connect_auth(Direction::Fetch, None, None)?;
            Ok(tip(connection.list()?, name))
        })?;
        let Some(head) = head else {
            return Ok(None);
        };
        if self.repository.find_commit(head).is_err() {
            let _lock = self.link.mirror.lock(self.link.endpoint.timeout)?;
            self.link.fetch_tip(self.repository, name)?;
        }
        let ours = self.repository.find_commit(id)?;
        // Moved again meanwhile, or not a commit: then it is not ours.
        let Ok(theirs) = self.repository.find_commit(head) else {
            return Ok(None);
        };
        let is_same = theirs.tree_id() == ours.tree_id() && parents(&theirs) == parents(&ours);
        Ok(is_same.then(|| Pushed::AlreadyThere { commit: head.to_string() }))
    }

    /// One conversation. With a `lease` that branch must still be at the base.
    fn send(
        &self,
        id: Oid,
        refspecs: &[String],
        lease: Option<&str>,
        request: &CommitRequest,
    ) -> Result<Pushed, Failure> {
        let report = RefCell::new(Report::default());
        let conversation = || {
            let mut remote = self.repository.remote_anonymous(self.link.endpoint.libgit2_url())?;
            let mut connection = remote.connect_auth(Direction::Push, None, None)?;
            if let Some(name) = lease {
                match tip(connection.list()?, name) {
                    Some(head) if head == self.base => {}
                    Some(head) if head == id => {
                        return Ok(Ok(Pushed::AlreadyThere { commit: id.to_string() }));
                    }
                    other => return Ok(Err(moved(name, other))),
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
            let lines: Vec<_> = request.options.iter().map(|(k, v)| format!("{k}={v}")).collect();
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            let mut options = PushOptions::new();
            options.remote_callbacks(callbacks).remote_push_options(&lines);
            connection.remote().push(refspecs, Some(&mut options))?;
            Ok(Ok(Pushed::Updated))
        };
        let result = Call::run(&self.link.endpoint, &self.link.home, conversation);
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

fn tip(heads: &[RemoteHead<'_>], name: &str) -> Option<Oid> {
    heads.iter().find(|head| head.name() == name).map(RemoteHead::oid)
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
