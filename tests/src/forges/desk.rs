//! What a forge remembers, whatever it speaks.

use super::plea::Plea;
use crate::bare::Bare;

/// A request.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its body.
    pub body: String,
    /// The branch with the change.
    pub head: String,
    /// The branch to merge into.
    pub base: String,
    /// What became of it.
    pub state: State,
    /// Whether it is a draft.
    pub draft: bool,
    /// Its labels.
    pub labels: Vec<String>,
    /// Its reviewers.
    pub reviewers: Vec<String>,
    /// Its assignees.
    pub assignees: Vec<String>,
    /// How it is to merge by itself, if it is to.
    pub auto_merge: Option<String>,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// How often it was changed.
    pub version: u64,
    /// Whether the token may not merge it.
    pub protected: bool,
}

impl Entry {
    pub(super) fn close(&mut self, by: &str) {
        self.state = State::Closed;
        self.closed_by = Some(by.to_owned());
    }
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits.
    Open,
    /// It was turned down.
    Closed,
    /// It is part of its base.
    Merged,
}

/// Why there is no request.
#[derive(Debug)]
pub(super) enum NotOpened {
    /// This branch is not there.
    NoBranch(String),
    /// The branches are the same.
    NoCommits,
    /// There is this one already.
    Exists(u64),
}

/// All requests, and the repository they are about.
#[derive(Debug)]
pub(super) struct Desk {
    pub entries: Vec<Entry>,
    pub labels: Vec<String>,
    pub asked: Vec<String>,
    pub violations: Vec<String>,
    /// The token that is taken.
    pub token: String,
    /// How many questions are answered with a plea for patience.
    pub throttled: Option<(usize, Plea)>,
    /// What the forge says of its own version.
    pub version: &'static str,
    remote: Bare,
}

impl Desk {
    pub fn new(remote: Bare) -> Self {
        Self {
            entries: Vec::new(),
            labels: Vec::new(),
            asked: Vec::new(),
            violations: Vec::new(),
            token: super::TOKEN.to_owned(),
            throttled: None,
            version: "9.4.1",
            remote,
        }
    }

    /// What the next question is answered with instead, if it is.
    pub fn plea(&mut self) -> Option<Plea> {
        let (left, plea) = self.throttled.as_mut()?;
        *left = left.checked_sub(1)?;
        Some(*plea)
    }

    pub fn has_branch(&self, name: &str) -> bool {
        self.remote.head(name).is_ok()
    }

    /// Opens a request, or says why not.
    pub fn open(&mut self, head: &str, base: &str) -> Result<&mut Entry, NotOpened> {
        if let Some(missing) = [head, base].into_iter().find(|name| !self.has_branch(name)) {
            return Err(NotOpened::NoBranch(missing.to_owned()));
        }
        if self.remote.head(head).ok() == self.remote.head(base).ok() {
            return Err(NotOpened::NoCommits);
        }
        let is_same = |e: &&Entry| e.state == State::Open && e.head == head && e.base == base;
        if let Some(there) = self.entries.iter().find(is_same) {
            return Err(NotOpened::Exists(there.number));
        }
        Ok(self.push(head, base))
    }

    /// Another request, whatever the branches.
    pub fn push(&mut self, head: &str, base: &str) -> &mut Entry {
        self.entries.push(Entry {
            number: self.entries.len() as u64 + 1,
            title: String::new(),
            body: String::new(),
            head: head.to_owned(),
            base: base.to_owned(),
            state: State::Open,
            draft: false,
            labels: Vec::new(),
            reviewers: Vec::new(),
            assignees: Vec::new(),
            auto_merge: None,
            closed_by: None,
            version: 0,
            protected: false,
        });
        self.entries.last_mut().expect("just pushed")
    }

    pub fn entry_mut(&mut self, number: u64) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.number == number)
    }

    /// Makes the head of a request the head of its base.
    pub fn merge(&mut self, number: u64) {
        let remote = self.remote.clone();
        let entry = self.entry_mut(number).expect("a request of this number");
        let head = remote.head(&entry.head).expect("its branch");
        let base = format!("refs/heads/{}", entry.base);
        remote.git(["update-ref", &base, &head]).expect("a base that can move");
        entry.state = State::Merged;
    }

    /// Deletes a branch; the requests from it are closed, as forges do.
    pub fn delete_branch(&mut self, name: &str) -> bool {
        if !self.has_branch(name) {
            return false;
        }
        self.remote.git(["update-ref", "-d", &format!("refs/heads/{name}")]).expect("a branch");
        let open = |e: &&mut Entry| e.state == State::Open && e.head == name;
        self.entries.iter_mut().filter(open).for_each(|entry| entry.state = State::Closed);
        true
    }
}
